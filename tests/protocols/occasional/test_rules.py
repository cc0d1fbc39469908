"""The rules of a list of the day and of its lines, in the words that people read."""

from datetime import date
from typing import Any

import pytest

from fieldapp.core import checking
from fieldapp.core.schema import Context, Severity, Taxon, Values
from fieldapp.protocols.occasional.protocol import PROTOCOL

LIST = {
    "visit_date_min": "2026-04-14", "place_name": "Vimy", "longitude": 2.81, "latitude": 50.37, "observers": ["u"],
}  # fmt: skip
LINE = {"cd_nom": 85740, "id_nomenclature_observation_status": "Pr"}
TODAY = date(2026, 4, 20)
BLOCKING, WARNING, INCOMPLETE = Severity.BLOCKING, Severity.WARNING, Severity.INCOMPLETE
DAISY = Taxon(85740, 85740, "Bellis perennis", nom_vern="Pâquerette", group="Angiospermes", lineage=("Plantae",))


def said(entity: str, values: Values, **about: Any) -> dict[str, tuple[Severity, str]]:
    one = PROTOCOL.entity(entity)
    context = Context(values, **{"today": TODAY, "taxa": {85740: DAISY}, **about})
    found = checking.problems(PROTOCOL, one, context)
    return {problem.code: (problem.severity, checking.words(problem, PROTOCOL, one)) for problem in found}


def without(values: Values, *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


# ------------------------------------------------------------------------------------------------- the list


def test_a_usual_list_has_nothing_to_say() -> None:
    assert said("visit", LIST, children=[LINE]) == {}


def test_a_list_without_a_line_asks_for_the_first_species() -> None:
    assert said("visit", LIST)["no_species"][0] is INCOMPLETE


def test_a_date_in_the_future_blocks_and_one_long_ago_is_asked_about() -> None:
    severity, words = said("visit", {**LIST, "visit_date_min": "2026-04-21"}, children=[LINE])["list_in_the_future"]
    assert severity is BLOCKING
    assert "21/04/2026" in words
    assert said("visit", {**LIST, "visit_date_min": "1899-04-14"}, children=[LINE])["list_long_ago"][0] is WARNING


def test_hours_out_of_order_are_asked_about() -> None:
    hours = {"hour_min": "10:20", "hour_max": "10:19"}
    assert list(said("visit", {**LIST, **hours}, children=[LINE])) == ["list_ends_before"]


def test_a_list_is_somewhere_by_its_point_or_by_its_outline() -> None:
    nowhere = without(LIST, "longitude")
    assert said("visit", nowhere, children=[LINE])["nowhere"][0] is INCOMPLETE
    outline = {**nowhere, "geometry": "POLYGON ((2.8 50.3, 2.9 50.3, 2.9 50.4, 2.8 50.3))"}
    assert said("visit", outline, children=[LINE]) == {}


@pytest.mark.parametrize("text", ["POLYGON", "POINT (2.8 50.4)", "POLYGON ((2.8 50.3, 2.9 50.3, 2.9 50.4))"])
def test_an_outline_that_can_not_be_read_blocks(text: str) -> None:
    assert said("visit", {**LIST, "geometry": text}, children=[LINE])["bad_outline"][0] is BLOCKING


def test_swapped_positions_block_and_places_abroad_are_asked_about() -> None:
    assert (
        said("visit", {**LIST, "longitude": 50.37, "latitude": 2.81}, children=[LINE])["place_swapped"][0] is BLOCKING
    )
    assert said("visit", {**LIST, "longitude": 13.4, "latitude": 52.5}, children=[LINE])["place_abroad"][0] is WARNING
    berlin = "POLYGON ((13.4 52.5, 13.5 52.5, 13.5 52.6, 13.4 52.5))"
    assert said("visit", {**LIST, "geometry": berlin}, children=[LINE])["place_abroad"][0] is WARNING


# -------------------------------------------------------------------------------------------------- a line


def test_a_usual_line_has_nothing_to_say_with_or_without_a_number() -> None:
    assert said("observation", LINE) == {}
    assert said("observation", {**LINE, "count_min": 3, "count_max": 3, "id_nomenclature_type_count": "Co"}) == {}


def test_a_maximum_below_the_minimum_blocks_and_a_counted_range_is_asked_about() -> None:
    assert said("observation", {**LINE, "count_min": 5, "count_max": 3})["most_below_least"][0] is BLOCKING
    counted = {**LINE, "count_min": 3, "count_max": 5, "id_nomenclature_type_count": "Co"}
    assert said("observation", counted)["range_counted"][0] is WARNING


def test_none_seen_and_some_not_seen_block() -> None:
    assert said("observation", {**LINE, "count_min": 0, "count_max": 0})["present_without_any"][0] is BLOCKING
    missed = {**LINE, "id_nomenclature_observation_status": "No", "count_min": 2, "count_max": 2}
    assert said("observation", missed)["absent_with_count"][0] is BLOCKING
    assert said("observation", {**missed, "count_min": 0, "count_max": 0}) == {}


def test_very_many_are_asked_about_but_not_square_metres() -> None:
    many = {**LINE, "count_min": 20_000, "count_max": 20_000}
    assert said("observation", many)["very_many_seen"][0] is WARNING
    assert said("observation", {**many, "id_nomenclature_obj_count": "SURF"}) == {}


def test_a_tadpole_of_a_plant_is_asked_about_by_its_name() -> None:
    severity, words = said("observation", {**LINE, "id_nomenclature_life_stage": "8"})["code_of_others"]
    assert severity is WARNING
    assert words.startswith("Pâquerette")
    assert said("observation", {**LINE, "id_nomenclature_life_stage": "27"}) == {}


def test_the_same_species_twice_is_asked_about_unless_stage_sex_or_place_differ() -> None:
    assert said("observation", LINE, siblings=[LINE])["noted_twice"][0] is WARNING
    for other in ({"id_nomenclature_life_stage": "27"}, {"longitude": 2.82, "latitude": 50.37}):
        assert "noted_twice" not in said("observation", LINE, siblings=[{**LINE, **other}])


def test_a_line_far_from_its_list_is_asked_about() -> None:
    lens = {**LINE, "longitude": 2.83, "latitude": 50.43}
    severity, words = said("observation", lens, parents={"visit": LIST})["far_from_list"]
    assert severity is WARNING
    assert "7 km" in words
    assert said("observation", {**lens, "latitude": 50.38}, parents={"visit": LIST}) == {}

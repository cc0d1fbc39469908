import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.occurrence import Event, Measurement, Occurrence, Person, Place
from fieldapp.exchange import sinp_cells as cells
from fieldapp.exchange.nomenclatures import LISTS
from tests.exchange.geonature_checker import NOMENCLATURES

PLACE = Place(uid="s", name="Mare", longitude=2.6, latitude=50.58)


def event(**values: Any) -> Event:
    given = {"date_min": "2020-04-08", "date_max": "2020-04-08", **values}
    return Event(uid="v", record="v", protocol="p", kind="visit", place=PLACE, **given)


def occurrence(**values: Any) -> Occurrence:
    return Occurrence(uid="o", record="o", event=event(), cd_nom=1, nom_cite="x", **values)


@settings(deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=6))
def test_a_part_of_a_line_reads_back_as_its_cells(texts: list[str]) -> None:
    written = [cells.clean(text) for text in texts]
    (row,) = csv.reader(io.StringIO(cells.joined("x", *written), newline=""), delimiter=";", strict=True)
    assert row == ["x", *written]


@settings(deadline=None)
@given(st.text())
def test_a_clean_text_is_one_line_of_signs_that_can_be_seen(text: str) -> None:
    found = cells.clean(text)
    assert found.isprintable()
    assert found == found.strip()
    assert "".join(found.split()) == "".join(sign for sign in text if sign.isprintable() and not sign.isspace())


def test_line_breaks_and_zero_bytes_become_blanks() -> None:
    assert cells.clean("trois\r\nmares\0 vues ") == "trois mares vues"


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"hour_min": "21:02", "hour_max": "21:14"}, ("2020-04-08", "2020-04-08", "21:02", "21:14")),
        ({"hour_min": "21:02", "hour_max": "20:00"}, ("2020-04-08", "2020-04-08", "21:02", "")),
        ({"hour_min": "21h", "hour_max": "25:00"}, ("2020-04-08", "2020-04-08", "", "")),
        (
            {"date_max": "2020-04-09", "hour_min": "21:00", "hour_max": "01:00"},
            ("2020-04-08", "2020-04-09", "21:00", "01:00"),
        ),
    ],
)
def test_the_hours_of_an_event_are_those_that_can_be(about: dict[str, str], expected: cells.Cells) -> None:
    assert cells.hours(event(**about)) == expected


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        ("23:30", ("2020-04-08", "2020-04-08", "23:30", "")),
        ("00:30", ("2020-04-09", "2020-04-09", "00:30", "")),
        ("tard", ("2020-04-08", "2020-04-09", "21:00", "01:00")),
    ],
)
def test_an_hour_of_its_own_is_of_one_of_the_days_of_a_night(hour: str, expected: cells.Cells) -> None:
    night = event(date_max="2020-04-09", hour_min="21:00", hour_max="01:00")
    assert cells.own_hour(night, occurrence(hour_min=hour)) == expected


def test_observers_are_named_with_their_organisation() -> None:
    people = (Person("a", "DUPONT Anne", "CPIE"), Person("b", "MARTIN Paul"))
    assert cells.observers(people) == "DUPONT Anne (CPIE), MARTIN Paul"


def test_a_name_holds_no_sign_at_which_geonature_parts_names() -> None:
    assert cells.observers((Person("a", "DUPONT, Anne", "CPIE; 62|59"),)) == "DUPONT Anne (CPIE 62 59)"


def test_nobody_is_written_as_unknown() -> None:
    assert cells.observers(()) == "Inconnu"


@settings(deadline=None)
@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=120), max_size=40))
def test_observers_are_whole_names_within_the_room_there_is(names: list[str]) -> None:
    found = cells.observers(tuple(Person(str(at), name) for at, name in enumerate(names)))
    assert len(found) <= 1000
    kept = found.split(", ") if names else []
    assert kept == names[: len(kept)]
    assert len(kept) == len(names) or len(", ".join(names[: len(kept) + 1])) > 1000


@pytest.mark.parametrize(
    ("place", "wkt"),
    [
        (Place(uid="s", longitude=2.6056, latitude=50.58017), "POINT(2.6056 50.58017)"),
        (Place(uid="s", longitude=-0.00000001, latitude=50.0), "POINT(0 50)"),
        (Place(uid="s", longitude=0.0000123, latitude=-12.5), "POINT(0.0000123 -12.5)"),
        (Place(uid="s", longitude=2.0, latitude=50.0, wkt="LINESTRING (2 50, 3 51)"), "LINESTRING (2 50, 3 51)"),
        (Place(uid="s", longitude=2.0), ""),
    ],
)
def test_a_place_is_its_outline_else_its_point(place: Place, wkt: str) -> None:
    assert cells.geometry(place) == wkt


def test_a_place_is_told_with_what_lies_above_it() -> None:
    place = Place(uid="s", name="Mare", above="Aire", longitude=2.0, latitude=50.0, precision_m=10)
    assert cells.of_place(place) == ("POINT(2 50)", "10", "Aire, Mare", "St", "NON")


def row_of(part: str) -> list[str]:
    (row,) = csv.reader([part], delimiter=";")
    return row


def test_codes_that_their_list_does_not_have_are_left_out() -> None:
    one = occurrence(
        technique="28", bio_status="6", bio_condition="4", naturalness="x", life_stage="99", sex="M",
        count_object="ind", count_type="co", determination="23", behaviour="24",
    )  # fmt: skip
    assert set(row_of(cells.described(one))) == {"", "Pr"}
    assert row_of(cells.determined(one)) == ["", ""]


def test_an_absence_describes_no_animal_whatever_was_stored() -> None:
    one = occurrence(status="No", life_stage="2", sex="3", bio_condition="2", determination="18", behaviour="4")
    assert row_of(cells.described(one)) == ["", "1", "1", "", "", "2", "", "", "", "0", "6", "IND", "Co", "No"]
    assert row_of(cells.determined(one)) == ["", "1"]


@pytest.mark.parametrize(
    ("address", "code", "expected"),
    [
        ("https://www.exemple.fr/photo;1.jpg", "1", ["1", "https://www.exemple.fr/photo;1.jpg", ""]),
        ("http://ik", "1", ["", "", ""]),
        ("IMG_1.jpg", "1", ["", "", ""]),
        ("", "2", ["2", "", ""]),
        ("", "3", ["3", "", ""]),
        ("https://exemple.fr", "2", ["1", "https://exemple.fr", ""]),
    ],
)
def test_a_proof_is_told_where_its_address_is_one(address: str, code: str, expected: list[str]) -> None:
    measurements = (
        Measurement("id_nomenclature_exist_proof", "Preuve", "", value_code=code),
        Measurement("digital_proof", "Adresse", address),
    )
    assert row_of(cells.described(occurrence(measurements=measurements)))[5:8] == expected


def test_what_has_no_column_stands_in_the_words_about_it() -> None:
    one = occurrence(
        comment="au bord",
        organism="FRP 8680001",
        cause_of_death="Chat",
        measurements=(Measurement("wing_mm", "Aile", "84.5", "mm"), Measurement("age", "Âge", "1A")),
    )
    assert cells.remark(one) == (
        "au bord ; Individu : FRP 8680001 ; Cause de la mort : Chat ; Aile : 84.5 mm ; Âge : 1A"
    )
    about = event(comment="pluie", habitat="Mare", measurements=(Measurement("rain_mm", "Pluie", "2", "mm"),))
    assert cells.remark_of_event(about) == "pluie ; Mare ; Pluie : 2 mm"


def test_altitudes_are_whole_metres() -> None:
    assert cells.altitudes(Place(uid="s", altitude_min_m=30.4, altitude_max_m=None)) == ("30", "")


def test_a_kind_of_group_that_is_none_is_left_out() -> None:
    assert cells.of_group(event(group_code="SEANCE", method="Filets", effort="6 h")) == ("", "Filets")


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("nature_objet_geo", "NAT_OBJ_GEO"), ("type_regroupement", "TYP_GRP"), ("technique_observation", "METH_OBS"),
        ("biologique_statut", "STATUT_BIO"), ("etat_biologique", "ETA_BIO"), ("naturalite", "NATURALITE"),
        ("stade_vie", "STADE_VIE"), ("sexe", "SEXE"), ("objet_denombrement", "OBJ_DENBR"),
        ("type_denombrement", "TYP_DENBR"), ("statut_observation", "STATUT_OBS"),
        ("methode_determination", "METH_DETERMIN"), ("comportement", "OCC_COMPORTEMENT"),
    ],
)  # fmt: skip
def test_the_codes_that_may_be_written_are_all_those_of_the_national_list(column: str, name: str) -> None:
    assert set(LISTS[name]) == set(NOMENCLATURES[column].split())


def test_a_text_that_is_too_long_for_its_cell_is_cut_with_a_mark() -> None:
    assert cells.capped("mare " * 200, 500) == "mare " * 99 + "mare…"
    assert cells.capped("a" * 501, 500) == "a" * 499 + "…"
    assert cells.capped("a" * 500, 500) == "a" * 500
    _kind, method = cells.of_group(event(method="m" * 300))
    assert (len(method), method[-1]) == (255, "…")
    name = cells.of_place(Place(uid="s", above="a" * 300, name="n" * 300))[2]
    assert (len(name), name[-1]) == (500, "…")


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [(31.6, 40.2, ("32", "40")), (None, 40.0, ("", "40")), (41.0, 40.0, ("", "")), (1e12, 40.0, ("", "40"))],
)
def test_altitudes_that_cannot_be_are_not_written(
    least: float | None, most: float | None, expected: cells.Cells
) -> None:
    assert cells.altitudes(Place(uid="s", altitude_min_m=least, altitude_max_m=most)) == expected


def test_how_much_was_looked_stands_in_the_remark_on_the_visit() -> None:
    assert cells.remark_of_event(event(comment="vent", effort="6 h", habitat="Mare")) == "vent ; 6 h ; Mare"

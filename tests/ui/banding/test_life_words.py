"""The captures of a bird in short words."""

from typing import Any

import pytest

from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.protocols.banding.biometry import LISTED, Range, Usual
from fieldapp.protocols.banding.life import Event, Life
from fieldapp.protocols.banding.lists import group_of
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.schema import CODE
from fieldapp.ui.banding import life_words
from fieldapp.ui.banding.life_words import Where
from tests.protocols.banding.birds import AVION, DOURGES

HERE = Where("Bac à schlamms, DOURGES", (50.438, 2.985))
GROUP = (group_of("ACRSCI"), "1A", "?")
BIRD = {"species": "ACRSCI", "age": "1A"}


def event(place: Values, theme: str = "STOC", **values: Any) -> Event:
    session = Record("v", CODE, "visit", None, {"theme": theme} if theme else {})
    return Event("u", "2024-08-03", "", values, session, None, Record("p", CODE, "sites_group", None, dict(place)))


@pytest.mark.parametrize(
    ("place", "action", "words"),
    [
        (DOURGES, "B", "bagué ici"),
        (DOURGES, "C", "STOC, ici"),
        (AVION, "C", "STOC, AVION · 12 km"),
        (AVION, "B", "bagué, AVION · 12 km"),
        ({"place_name": "Étang"}, "C", "STOC, Étang"),
        ({}, "B", "bagué"),
    ],
)
def test_where_a_bird_was_is_told_from_where_it_is(place: Values, action: str, words: str) -> None:
    assert life_words.where_words(event(place, action=action), HERE) == words


def test_without_a_place_of_today_no_distance_is_told() -> None:
    assert life_words.where_words(event(AVION, action="C")) == "STOC, AVION"
    assert life_words.where_words(event(DOURGES, theme="", action="C"), HERE) == "ici"


def test_a_row_has_date_place_bird_wing_and_mass_as_on_paper() -> None:
    found = event(AVION, action="C", sex="F", age="2A", wing_mm=66.5, mass_g=12)
    assert life_words.row_words(found) == ("03/08/2024", "STOC, AVION", "F 2A", "66,5", "12,0")
    assert life_words.row_words(event(AVION, action="C", sex="?", age="1A"))[2:] == ("1A", "", "")


def test_a_life_is_spoken_with_its_measures() -> None:
    assert life_words.spoken([event(AVION, action="C", sex="F", wing_mm=66.5, mass_g=12)]) == (
        "03/08/2024, STOC, AVION, F, aile 66,5 mm, masse 12,0 g"
    )


def test_the_time_since_the_first_capture_is_told_with_their_number() -> None:
    life = Life(Ring("FRP", "1"), (), (event(AVION), event(AVION)))
    assert life_words.since_words(life, "2026-09-12") == "2 ans 1 mois · 2 captures"
    assert life_words.since_words(life, "2024-08-03") == "2 captures"


def test_schemes_are_named_with_their_country() -> None:
    assert life_words.scheme_words(Ring("NLA", "1")) == "NLA Arnhem, Pays-Bas"
    assert life_words.scheme_words(Ring("XXX", "1")) == "XXX"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"wing_mm": 66, "mass_g": 11}, "Aile et masse dans la fourchette de l’association (P1–P99, 60 oiseaux)."),
        ({"wing_mm": 66}, "Aile dans la fourchette de l’association (P1–P99, 212 oiseaux)."),
        ({"wing_mm": 99, "mass_g": 11}, "Masse dans la fourchette de l’association (P1–P99, 60 oiseaux)."),
        ({"wing_mm": 99}, ""),
        ({}, ""),
    ],
)
def test_usual_measures_are_told_with_the_source_of_the_range(values: Values, words: str) -> None:
    own = Usual({GROUP: Range(60, 70, "own", 212)}, {GROUP: Range(9, 14, "own", 60)})
    assert life_words.range_words({**BIRD, **values}, own) == words


def test_ranges_of_the_list_and_of_both_are_told_apart() -> None:
    both = {**BIRD, "wing_mm": 66, "mass_g": 11}
    assert life_words.range_words(both, LISTED) == "Aile et masse dans la fourchette de la liste."
    mixed = Usual({GROUP: Range(60, 70, "own", 212)})
    assert life_words.range_words(both, mixed).endswith("les fourchettes de l’association et de la liste.")

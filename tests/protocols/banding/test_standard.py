from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.occurrence import Occurrence, Telling
from fieldapp.core.record import Record
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.standard import tell
from tests.protocols.visited import DATASET, measured, visited

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
CODE = "banding"
PLACE = Record(
    "g", CODE, "sites_group", None,
    {"place_name": "Marais", "commune": "AVION", "department": "Pas-de-Calais", "longitude": 2.827, "latitude": 50.404},
)  # fmt: skip
NETS = Record("s", CODE, "site", "g", {"site_name": "Roselière"})
SESSION = {
    "date": "2020-05-18",
    "theme": "STOC",
    "opened_at": "06:00",
    "duration_min": 360,
    "net_m": 120.0,
    "open_nets": ["1", "2"],
    "holder": "a",
    "ringer": "b",
    "trainees": ["c", "b"],
    "scribe": "a",
}
WREN = {
    "action": "B",
    "ring_scheme": "FRP",
    "ring": "8680001",
    "ring_key": "FRP8680001",
    "species": "TROTRO",
    "sex": "M",
    "age": "+1A",
    "hour": "06:30",
    "wing_mm": 48.5,
    "mass_g": 9.0,
    "fat": "2",
    "net": "9",
}
CD_NOM = lists.birds()["TROTRO"].cd_nom


def line(values: dict[str, Any], uid: str = "o", cd_nom: int | None = CD_NOM) -> Record:
    return Record(uid, CODE, "observation", "v", values, None, cd_nom)


def told(session: dict[str, Any], *lines: Record, **around: Any) -> Telling:
    visit = Record("v", CODE, "visit", "s", session, "2020-05-18")
    return tell(visited(visit, *lines, above=(NETS, PLACE), **around), TAXA)


def only(telling: Telling) -> Occurrence:
    (one,) = telling.occurrences
    return one


def test_a_session_is_told_with_its_nets_hours_and_ringers() -> None:
    event = told(SESSION, line(WREN)).event
    assert (event.uid, event.kind, event.group_code, event.dataset) == ("v", "session", "OP", DATASET)
    assert (event.date_min, event.date_max, event.hour_min, event.hour_max) == (
        "2020-05-18", "2020-05-18", "06:00", "12:00",
    )  # fmt: skip
    assert [person.name for person in event.observers] == ["DUPONT Anne", "MARTIN Paul", "PETIT Luc"]
    assert event.method == "CRBPO STOC, baguage, filets japonais"
    assert (event.sample_size, event.sample_unit) == (720, "mètres × heures")
    assert event.effort == "120 m de filet, 360 min"
    place = event.place
    assert (place.uid, place.name, place.above, place.longitude) == ("s", "Roselière", "Marais", 2.827)
    assert (place.commune, place.department) == ("AVION", "62")
    assert (event.scope, event.is_scope_complete, event.reports_absence) == ("Aves", False, False)


def test_a_night_session_ends_on_the_next_day() -> None:
    event = told({**SESSION, "opened_at": "21:00", "duration_min": 240}, line(WREN)).event
    assert (event.date_max, event.hour_max) == ("2020-05-19", "01:00")


def test_a_position_of_its_own_is_where_the_session_was() -> None:
    place = told({**SESSION, "longitude": 2.9, "latitude": 50.5}, line(WREN)).event.place
    assert (place.uid, place.longitude, place.latitude) == ("v", 2.9, 50.5)


def test_above_a_session_stands_the_year_of_its_place() -> None:
    season = told(SESSION, line(WREN)).event.parent
    assert season is not None
    assert (season.kind, season.record, season.place.name, season.date_min) == ("season", "", "Marais", "2020-01-01")


def test_a_capture_is_told_in_the_codes_of_the_sinp() -> None:
    one = only(told(SESSION, line({**WREN, "comments": "juv."})))
    assert (one.uid, one.record, one.cd_nom, one.status) == ("o", "o", CD_NOM, "Pr")
    assert one.nom_cite == "Troglodytes troglodytes"
    assert (one.count_min, one.count_max, one.count_object, one.count_type) == (1, 1, "IND", "Co")
    assert (one.life_stage, one.sex, one.bio_condition) == ("2", "3", "2")
    assert (one.technique, one.determination, one.determiner) == ("0", "21", "MARTIN Paul")
    assert (one.organism, one.hour_min, one.comment) == ("FRP 8680001", "06:30", "juv.")
    found = measured(one.measurements)
    assert (found["wing_mm"], found["mass_g"], found["fat"]) == (
        ("48.5", "mm", ""), ("9", "g", ""), ("Adiposité 2", "", "2"),
    )  # fmt: skip
    assert found["age"] == ("Plus d’un an", "", "+1A")


@pytest.mark.parametrize(
    ("age", "stage"),
    [
        ("PUL", "3"),
        ("1A", "3"),
        ("+1A", "2"),
        ("2A", "2"),
        ("1A?", "1"),
        ("+2A?", "1"),
        ("VOL", "1"),
        ("???", "1"),
        ("", ""),
    ],
)
def test_the_first_calendar_year_is_juvenile_and_what_is_surely_older_adult(age: str, stage: str) -> None:
    assert only(told(SESSION, line({**WREN, "age": age}))).life_stage == stage


@pytest.mark.parametrize(("code", "sex"), [("M", "3"), ("F", "2"), ("?", "1"), ("M?", "1"), ("F?", "1"), ("", "")])
def test_a_doubtful_sex_is_undetermined_and_its_code_is_kept(code: str, sex: str) -> None:
    one = only(told(SESSION, line({**WREN, "sex": code})))
    assert one.sex == sex
    assert measured(one.measurements)["sex"][2] == code


@pytest.mark.parametrize(
    ("values", "condition"),
    [
        ({"action": "R"}, "3"),
        ({"action": "R", "condition": "7"}, "2"),
        ({"condition": "2"}, "3"),
        ({"health": "M"}, "3"),
        ({"action": "C", "condition": "8", "circumstances": "20"}, "2"),
    ],
)
def test_a_dead_bird_is_told_dead(values: dict[str, str], condition: str) -> None:
    assert only(told(SESSION, line(WREN | values))).bio_condition == condition


def test_the_cause_of_death_is_told_in_words_where_it_is_one() -> None:
    assert only(told(SESSION, line(WREN | {"condition": "2", "circumstances": "61"}))).cause_of_death == "Chat"
    assert only(told(SESSION, line(WREN | {"condition": "2", "circumstances": "99"}))).cause_of_death == ""
    assert only(told(SESSION, line(WREN | {"circumstances": "61"}))).cause_of_death == ""


def test_a_ring_read_from_afar_was_not_in_the_hand() -> None:
    assert only(told(SESSION, line(WREN | {"circumstances": "81"}))).determination == "18"


def test_a_bird_without_a_ring_is_no_known_individual() -> None:
    assert only(told(SESSION, line({**WREN, "action": "SANS"}))).organism == ""


def test_another_ringer_at_the_table_is_the_determiner_of_that_bird() -> None:
    assert only(told(SESSION, line({**WREN, "ringer": "c"}))).determiner == "PETIT Luc"


def test_other_marks_stand_with_the_bird() -> None:
    mark = Record("m", CODE, "mark", "o", {"kind": "leg_code", "event": "added", "code": "R|A7"})
    one = only(told(SESSION, line(WREN), deeper={"o": [mark]}))
    assert measured(one.measurements)["mark"] == ("R|A7", "", "leg_code")


def test_captures_come_in_the_order_of_their_lines() -> None:
    lines = [line({**WREN, "line": number}, uid) for uid, number in (("x", 3), ("y", 1), ("z", 2))]
    assert [one.uid for one in told(SESSION, *lines).occurrences] == ["y", "z", "x"]


def test_a_session_without_birds_is_told_and_is_no_absence() -> None:
    telling = told({**SESSION, "no_birds": True})
    assert telling.occurrences == ()
    assert telling.event.is_finished
    assert measured(telling.event.measurements)["no_birds"] == ("Oui", "", "")


def test_a_session_that_says_nothing_of_birds_is_not_finished() -> None:
    assert not told(SESSION).event.is_finished


def test_a_bird_without_a_taxon_leaves_the_session_unfinished() -> None:
    telling = told(SESSION, line(WREN), line({"species": "SPESPE"}, "p", None))
    assert [one.uid for one in telling.occurrences] == ["o"]
    assert not telling.event.is_finished


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=3), st.lists(st.text(max_size=2)))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*SESSION]), VALUES), st.dictionaries(st.sampled_from([*WREN]), VALUES))
def test_whatever_was_stored_is_told(session: dict[str, Any], row: dict[str, Any]) -> None:
    assert only(told(session, line(row))).cd_nom == CD_NOM


@pytest.mark.parametrize(
    ("values", "condition"),
    [
        ({"condition": "0"}, "1"),
        ({"condition": "0", "health": "M"}, "3"),
        ({"condition": "0", "action": "R"}, "3"),
        ({"condition": "9", "action": "R"}, "2"),
        ({"condition": "4"}, "2"),
        ({"condition": "?"}, "1"),
    ],
)
def test_a_condition_that_nobody_knows_is_asked_of_the_rest(values: dict[str, str], condition: str) -> None:
    assert only(told(SESSION, line(WREN | values))).bio_condition == condition


def test_a_recovery_was_in_nobodys_hand() -> None:
    assert only(told(SESSION, line(WREN | {"action": "R"}))).determination == ""
    assert only(told(SESSION, line(WREN | {"action": "R", "circumstances": "81"}))).determination == "18"


def test_nets_that_were_open_for_longer_than_a_week_were_typed_wrong() -> None:
    event = told({**SESSION, "duration_min": 10**8}, line(WREN)).event
    assert (event.date_max, event.hour_max, event.sample_size, event.effort) == (
        "2020-05-18", "", None, "120 m de filet",
    )  # fmt: skip
    assert told({**SESSION, "duration_min": 1500}, line(WREN)).event.date_max == "2020-05-19"


def test_a_bird_without_any_name_is_called_by_its_code() -> None:
    assert only(told(SESSION, line({"action": "B"}, cd_nom=999))).nom_cite == "999"

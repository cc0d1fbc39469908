from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.occurrence import Occurrence, Telling
from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.standard import STANDARD, tell
from tests.protocols.visited import DATASET, measured, visited

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
CODE = "pitfall_barrier"
AMPHIBIA = 914450
TOAD = {"bucket": "3", "cd_nom": 259, "stage": "2", "sex": "3", "count": 4, "direction": "in", "vitality": "alive"}
CHECKED = {"check_on": "2020-03-01", "state": "checked", "observers": ["a"], "night_min_c": 3.5, "rain_mm": 2}

BARRIER = Record(
    "s", CODE, "site", None,
    {"site_name": "Mare Jules Ferry", "commune": "Vimy", "longitude": 2.8112, "latitude": 50.378, "length_m": 60},
)  # fmt: skip


def campaign(uid: str, opened: str, closed: str) -> Record:
    return Record(uid, CODE, "campaign", "s", {"opened_on": opened, "closed_on": closed, "leader": "b"})


def bucket(number: str, **values: str) -> Record:
    return Record(f"b{number}", CODE, "bucket", "s", {"bucket": number, "side": "outside", **values})


BESIDE = (
    campaign("c2019", "2019-02-01", "2019-05-31"),
    campaign("c2020", "2020-02-01", "2020-05-31"),
    bucket("1"),
    bucket("2"),
    bucket("3", until_on="2019-12-31"),
    Record("i", CODE, "individual", "s", {"individual_name": "TC-012", "cd_nom": 139}),
)


def line(values: dict[str, Any], uid: str = "o") -> Record:
    return Record(uid, CODE, "observation", "v", values, None, values.get("cd_nom"))


def told(visit: dict[str, Any], *lines: Record, **around: Any) -> Telling | None:
    check = Record("v", CODE, "visit", "s", visit, "2020-03-01")
    return tell(visited(check, *lines, above=(BARRIER,), beside=BESIDE, **around), TAXA)


def only(telling: Telling | None) -> Occurrence:
    assert telling is not None
    (one,) = telling.occurrences
    return one


def test_a_check_lasts_from_the_evening_before_to_its_morning() -> None:
    telling = told(CHECKED, line(TOAD))
    assert telling is not None
    event = telling.event
    assert (event.uid, event.record, event.kind, event.group_code) == ("v", "v", "check", "OP")
    assert (event.date_min, event.date_max) == ("2020-02-29", "2020-03-01")
    assert [person.name for person in event.observers] == ["DUPONT Anne"]
    assert event.dataset == DATASET
    assert (event.place.name, event.place.commune, event.place.longitude) == ("Mare Jules Ferry", "Vimy", 2.8112)
    found = measured(event.measurements)
    assert (found["night_min_c"], found["rain_mm"], found["length_m"]) == (
        ("3.5", "°C", ""), ("2", "mm", ""), ("60", "m", ""),
    )  # fmt: skip


def test_its_effort_is_the_buckets_in_place_that_were_open() -> None:
    all_open, one_closed = told(CHECKED, line(TOAD)), told({**CHECKED, "closed_buckets": ["2"]}, line(TOAD))
    assert all_open is not None
    assert one_closed is not None
    assert (all_open.event.sample_size, one_closed.event.sample_size) == (2, 1)
    assert one_closed.event.effort == "1 seau ouvert sur 2, une nuit"


def test_above_a_check_stands_the_campaign_that_holds_its_day() -> None:
    telling = told(CHECKED, line(TOAD))
    assert telling is not None
    season = telling.event.parent
    assert season is not None
    assert (season.uid, season.kind, season.record) == ("c2020", "season", "")
    assert (season.date_min, season.date_max) == ("2020-02-01", "2020-05-31")
    assert [person.name for person in season.observers] == ["MARTIN Paul"]


def test_a_catch_is_told_in_the_codes_of_the_sinp() -> None:
    one = only(told(CHECKED, line({**TOAD, "comments": "gros"})))
    assert (one.uid, one.record, one.cd_nom, one.status) == ("o", "o", 259, "Pr")
    assert (one.count_min, one.count_max, one.count_object, one.count_type) == (4, 4, "IND", "Co")
    assert (one.life_stage, one.sex, one.bio_condition, one.behaviour) == ("2", "3", "2", "4")
    assert (one.technique, one.determination, one.comment) == ("0", "21", "gros")
    assert measured(one.measurements) == {"bucket": ("3", "", ""), "direction": ("Entrée, vers la mare", "", "in")}


def test_a_pair_is_of_both_sexes_and_breeds() -> None:
    one = only(told(CHECKED, line({**TOAD, "count": 2, "amplexus": True})))
    assert (one.sex, one.bio_status, one.behaviour, one.count_min) == ("5", "3", "19", 2)


def test_a_dead_animal_is_told_dead_and_does_nothing() -> None:
    one = only(told(CHECKED, line({**TOAD, "vitality": "dead"})))
    assert (one.bio_condition, one.behaviour) == ("3", "")


def test_a_lizard_in_a_bucket_is_not_migrating() -> None:
    assert only(told(CHECKED, line({**TOAD, "cd_nom": 79278}))).behaviour == ""


def test_an_animal_known_by_its_photo_bears_its_name() -> None:
    photo = Record("p", CODE, "photo", "o", {"sha256": "0"})
    one = only(told(CHECKED, line({**TOAD, "cd_nom": 139, "individual": "i"}), deeper={"o": [photo]}))
    assert (one.organism, one.determination) == ("TC-012", "22")


@pytest.mark.parametrize("count", [None, "4", True])
def test_what_nobody_counted_stays_without_a_count(count: Any) -> None:
    one = only(told(CHECKED, line({**TOAD, "count": count})))
    assert (one.count_min, one.count_max, one.count_object, one.count_type) == (None, None, "", "")


def test_an_empty_morning_is_an_absence_that_the_check_itself_tells() -> None:
    telling = told({**CHECKED, "state": "empty"})
    one = only(telling)
    assert (one.record, one.cd_nom, one.status, one.count_min, one.count_max) == ("v", AMPHIBIA, "No", 0, 0)
    assert one.uid != "v"
    assert telling is not None
    assert telling.event.reports_absence
    assert telling.event.is_finished


@pytest.mark.parametrize("state", ["missed", None, "?"])
def test_a_morning_on_which_nobody_looked_tells_nothing(state: str | None) -> None:
    assert told({"check_on": "2020-03-01", "state": state}) is None


def test_a_check_that_has_no_animals_yet_is_not_finished_and_no_absence() -> None:
    telling = told(CHECKED)
    assert telling is not None
    assert telling.occurrences == ()
    assert not telling.event.is_finished
    assert not telling.event.reports_absence


def test_animals_on_a_morning_that_says_empty_are_no_absence() -> None:
    assert only(told({**CHECKED, "state": "empty"}, line(TOAD))).status == "Pr"


def test_a_catch_without_its_count_leaves_the_check_unfinished() -> None:
    telling = told(CHECKED, line({"bucket": "3", "cd_nom": 259, "direction": "in", "vitality": "alive"}))
    assert telling is not None
    assert not telling.event.is_finished


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=3), st.lists(st.text(max_size=2)))


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["observers", "night_min_c", "closed_buckets", "comments"]), VALUES),
    st.dictionaries(st.sampled_from([*TOAD, "amplexus", "individual", "comments"]), VALUES),
)
def test_whatever_was_stored_is_told(visit: dict[str, Any], row: dict[str, Any]) -> None:
    catch = Record("o", CODE, "observation", "v", row, None, 259)
    assert only(told({"state": "checked", **visit}, catch)).cd_nom == 259


def test_the_standard_asks_for_what_stands_beside_a_check() -> None:
    assert set(STANDARD.siblings) == {"campaign", "bucket", "individual"}


def test_animals_at_the_number_of_nought_were_not_counted() -> None:
    one = only(told(CHECKED, line({**TOAD, "count": 0})))
    assert (one.status, one.count_min, one.count_max, one.count_object, one.count_type) == ("Pr", None, None, "", "")


def test_values_of_another_kind_are_passed_over() -> None:
    strange = Record("x", CODE, "campaign", "s", {"opened_on": 2024, "closed_on": ["2020"]})
    numbered = Record("y", CODE, "bucket", "s", {"bucket": "9", "from_on": 2024, "until_on": {}})
    check = Record("v", CODE, "visit", "s", CHECKED, "2020-03-01")
    telling = tell(visited(check, line(TOAD), above=(BARRIER,), beside=(*BESIDE, strange, numbered)), TAXA)
    assert telling is not None
    assert telling.event.parent is not None
    assert (telling.event.parent.uid, telling.event.sample_size) == ("c2020", 3)
    assert told({**CHECKED, "state": ["checked"]}, line(TOAD)) is None

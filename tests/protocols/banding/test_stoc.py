"""The main sessions of a station: small years by hand, each with the days worked out beside it."""

from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.record import Node
from fieldapp.protocols.banding import analysis, stoc
from fieldapp.protocols.banding.analysis import Session
from fieldapp.protocols.banding.stoc import Limits, Plan
from tests.protocols.banding import season
from tests.protocols.banding.season import bird, place, session, site

LIMITS = stoc.limits_for("STOC")


def day(on: str, count: int = 4, **values: Any) -> Node:
    """Return a session with so many captures."""
    return session(on, *(bird(f"{on}{n}".replace("-", "")) for n in range(count)), **values)


def read(*sessions: Node, **values: Any) -> list[Session]:
    return analysis.sessions_of([place("Marais", "AVION", site("STOC", *sessions, **values))])


def planned(*sessions: Node, limits: Limits = LIMITS) -> Plan:
    return stoc.plan(read(*sessions), 2019, limits)


def main(plan: Plan) -> list[str | None]:
    return [str(item.session.on) if item.session else None for item in plan.main]


def why(plan: Plan) -> dict[str, list[str]]:
    return {str(item.session.on): [finding.code for finding in item.findings] for item in plan.others}


def test_the_reference_days_are_18_may_14_june_and_7_july_in_leap_years_too() -> None:
    for year in (2019, 2020):
        assert stoc.reference_dates(year, LIMITS) == (date(year, 5, 18), date(year, 6, 14), date(year, 7, 7))


def test_the_closest_valid_session_to_each_reference_date_is_a_main_one() -> None:
    # 16/05 is 2 days off and 24/05 is 6; 12/06 is 2; 10/07 is 3
    found = planned(day("2019-05-16"), day("2019-05-24"), day("2019-06-12"), day("2019-07-10"))
    assert main(found) == ["2019-05-16", "2019-06-12", "2019-07-10"]
    assert [item.days_off for item in found.main] == [-2, -2, 3]
    assert why(found) == {"2019-05-24": ["not_chosen"]}


@pytest.mark.parametrize(("on", "is_chosen"), [("2019-05-03", True), ("2019-05-02", False)])
def test_a_session_counts_less_than_16_days_from_its_reference_date(on: str, is_chosen: bool) -> None:
    found = planned(day(on))  # 03/05 is 15 days before 18/05, 02/05 is 16
    assert (main(found)[0] is not None) == is_chosen
    if not is_chosen:
        (other,) = found.others
        assert [item.words() for item in other.findings] == [
            "à 16 jours de la date de référence : il en faut moins de 16"
        ]


@pytest.mark.parametrize(("second", "is_chosen"), [("2019-06-08", True), ("2019-06-07", False)])
def test_more_than_6_days_lie_between_two_main_sessions(second: str, is_chosen: bool) -> None:
    # 01/06 is 14 days off the first date; 08/06 comes 7 days later, 07/06 only 6
    found = planned(day("2019-06-01"), day(second))
    assert (None not in main(found)[:2]) == is_chosen
    if not is_chosen:
        # one of both only: 07/06 is 7 days off the second date, 01/06 is 13 off it and 14 off the first
        assert main(found) == [None, "2019-06-07", None]
        assert why(found) == {"2019-06-01": ["close"]}


def test_as_many_main_sessions_as_can_be_come_before_the_closest_one() -> None:
    # 02/06 is 12 days off the second date and 15 off the first; 10/06 is 4 off the second.
    # The closest to the second date is 10/06; with 02/06 as the first there are two main sessions.
    found = planned(day("2019-06-02"), day("2019-06-10"))
    assert main(found) == ["2019-06-02", "2019-06-10", None]
    assert found.missing == (3,)


def test_a_session_that_is_too_short_or_has_too_few_captures_is_none_and_says_why() -> None:
    found = planned(
        day("2019-05-18", duration_min=179), day("2019-06-14", count=3), day("2019-07-07", duration_min=180)
    )
    assert main(found) == [None, None, "2019-07-07"]
    words = {str(item.session.on): [finding.words() for finding in item.findings] for item in found.others}
    assert words == {
        "2019-05-18": ["séance de 2 h 59 : il en faut 3 h"],  # 179 min
        "2019-06-14": ["3 captures : il en faut 4"],
    }


def test_a_duration_that_was_not_noted_is_the_time_between_the_captures_when_there_is_one() -> None:
    lines = [bird(str(n), hour=hour) for n, hour in enumerate(("06:00", "07:00", "08:00", "09:30"))]
    with_hours, without = read(
        session("2019-05-18", *lines, duration_min=None), day("2019-06-14", duration_min=None)
    )  # 06:00 to 09:30
    assert stoc.duration_h(with_hours) == 3.5
    assert stoc.faults(with_hours, LIMITS) == ()
    assert [item.code for item in stoc.faults(without, LIMITS)] == ["no_duration"]


def test_the_choice_of_the_leader_stands_and_what_is_wrong_with_it_is_said() -> None:
    found = planned(
        day("2019-05-18"), day("2019-04-20", count=2, main_session="1"), day("2019-06-14", main_session="none"),
        day("2019-06-20"), day("2019-07-07"),
    )  # fmt: skip
    assert main(found) == ["2019-04-20", "2019-06-20", "2019-07-07"]
    # 20/04 is 28 days before 18/05
    assert [item.code for item in found.main[0].findings] == ["by_leader", "few_captures", "far"]
    assert why(found) == {"2019-05-18": ["not_chosen"], "2019-06-14": ["left_out"]}


def test_two_sessions_that_the_leader_chose_may_be_close_and_of_two_for_one_place_the_first_stands() -> None:
    found = planned(
        day("2019-05-18", main_session="1"), day("2019-05-20", main_session="2"), day("2019-05-25", main_session="2")
    )
    assert main(found) == ["2019-05-18", "2019-05-20", None]
    assert why(found) == {"2019-05-25": ["twice"]}


def test_a_session_without_birds_is_never_a_main_one_unless_the_leader_says_so() -> None:
    assert main(planned(day("2019-05-18", count=0, no_birds=True))) == [None, None, None]
    assert main(planned(day("2019-05-18", count=0, no_birds=True, main_session="1")))[0] == "2019-05-18"


def test_the_thresholds_are_those_of_the_list_unless_the_programme_has_its_own() -> None:
    assert (LIMITS.min_session_h, LIMITS.min_captures, LIMITS.max_days_off, LIMITS.min_days_between) == (3, 4, 16, 6)
    own = {"theme": "STOC", "min_session_h": 4, "min_captures": 5, "reference_days": ["200", "145"]}
    chosen = stoc.limits_for("STOC", [{"theme": "PHENO", "min_captures": 9}, own])
    assert (chosen.min_session_h, chosen.min_captures, chosen.reference_days) == (4, 5, (145, 200))
    assert chosen.max_days_off == 16
    assert stoc.limits_for("STOC", [own, {"theme": "STOC", "target": "ACRSCI", "min_captures": 1}]) == chosen


def test_the_thresholds_of_the_programme_decide() -> None:
    limits = stoc.limits_for("STOC", [{"theme": "STOC", "min_captures": 5, "reference_days": ["138"]}])
    found = planned(day("2019-05-18", count=4), day("2019-05-20", count=5), limits=limits)
    assert main(found) == ["2019-05-20"]


def test_stoc_is_its_variants_too_and_no_other_theme() -> None:
    assert [theme for theme in ("STOC", "STOC-ROZO", "STOC ROZO", "STOCK", "PHENO", "") if stoc.is_stoc(theme)] == [
        "STOC", "STOC-ROZO", "STOC ROZO",
    ]  # fmt: skip


def test_other_metres_and_nets_than_usual_are_said() -> None:
    found = read(
        day("2019-05-18", open_nets=["1", "2"]), day("2019-06-14", open_nets=["2", "1"]),
        day("2019-07-07", net_m=96, open_nets=["1", "10", "2"]), day("2019-07-20", net_m=None),
    )  # fmt: skip
    usual = stoc.usual_of(found)
    assert usual == stoc.Usual(120, frozenset({"1", "2"}))
    words = [[item.words() for item in stoc.effort_findings(one, usual)] for one in found]
    assert words == [
        [], [], ["96 m de filet, d’habitude 120 m", "filets 1 2 10, d’habitude 1 2"], ["mètres de filet pas notés"],
    ]  # fmt: skip


def test_what_the_station_says_of_itself_is_usual_before_what_it_mostly_had() -> None:
    found = read(day("2019-05-18"), day("2019-06-14"), usual_net_m=96)
    assert stoc.usual_of(found).net_m == 96
    assert [item.code for item in stoc.effort_findings(found[0], stoc.usual_of(found))] == ["other_metres"]


def test_wingles_ran_four_sessions_and_the_one_of_30_may_is_not_a_main_one() -> None:
    found = analysis.sessions_of(season.trees_of(season.sample_records()))
    wingles = [item for item in found if item.theme == "STOC" and item.commune == "WINGLES"]
    plan = stoc.plan(wingles, 2020, LIMITS)
    assert main(plan) == ["2020-05-18", "2020-06-14", "2020-07-07"]
    assert why(plan) == {"2020-05-30": ["not_chosen"]}


def brute_force(days: list[date]) -> tuple[int, int]:
    """Return how many main sessions a year can have and the fewest days off for them, by trying everything."""
    dates = stoc.reference_dates(2019, LIMITS)
    best = (0, 0)
    for size in (1, 2, 3):
        for places in combinations(range(3), size):
            for chosen in combinations(sorted(days), size):
                off = [abs((on - dates[at]).days) for on, at in zip(chosen, places, strict=True)]
                apart = [(later - earlier).days for earlier, later in pairwise(chosen)]
                if all(item < 16 for item in off) and all(item > 6 for item in apart):
                    best = min(best, (-size, sum(off)))
    return best


@settings(max_examples=60)
@given(st.sets(st.integers(110, 205), max_size=7))
def test_no_other_choice_has_more_main_sessions_or_fewer_days_off(numbers: set[int]) -> None:
    days = [date(2019, 1, 1) + timedelta(number - 1) for number in numbers]
    found = planned(*(day(str(on)) for on in days))
    off = [abs(item.days_off) for item in found.main if item.days_off is not None]
    assert (-len(off), sum(off)) == brute_force(days)

"""What the animals of a season are a share of: its own total, that of other seasons, or nothing."""

from collections.abc import Iterable, Mapping
from datetime import date

from fieldapp.protocols.pitfall_barrier.campaign import days_between
from fieldapp.protocols.pitfall_barrier.phenology import Selection
from fieldapp.protocols.pitfall_barrier.season import seasons
from fieldapp.protocols.pitfall_barrier.shares import Basis, Whole, bases
from tests.protocols.pitfall_barrier.barrier_sample import TODAY, barrier, spring

USUAL = {"02-10": 100, "03-01": 400, "03-20": 400, "04-20": 100}
MIDDLE = date(2019, 3, 10)


def basis(caught: Mapping[str, int], without: Iterable[str] = (), *, others: int = 3, today: date = TODAY) -> Basis:
    """Return the basis of 2019 beside other years, with 1000, 2000, 3000… animals."""
    usual = [
        node
        for number in range(others)
        for node in spring(2010 + number, {on: count * (number + 1) for on, count in USUAL.items()})
    ]
    later = (on[5:] for on in days_between("2019-01-01", "2019-12-31") if on > today.isoformat())
    site = barrier(*usual, *spring(2019, caught, without={*without, *later}))
    return bases(seasons(site, today), Selection(259))[-1]


def days(first: str, last: str) -> list[str]:
    return [on[5:] for on in days_between(f"2019-{first}", f"2019-{last}")]


def test_a_whole_season_is_a_share_of_itself_also_without_any_other() -> None:
    assert basis(USUAL) == basis(USUAL, others=0) == (Whole.OWN, 1000)


def test_a_season_that_runs_is_measured_by_the_median_of_the_others() -> None:
    assert basis({"02-10": 7, "03-01": 3}, today=MIDDLE) == (Whole.USUAL, 2000)


def test_until_three_other_seasons_are_whole_a_season_that_runs_has_no_share() -> None:
    assert basis({"02-10": 7}, others=2, today=MIDDLE) == (Whole.FEW, 0)
    assert basis({"02-10": 7}, others=0, today=MIDDLE) == (Whole.FEW, 0)


def test_mornings_without_a_look_when_the_others_had_many_leave_no_share() -> None:
    missed = days("02-25", "03-05")
    assert basis({"02-10": 7, "04-20": 1}, missed) == (Whole.HIDDEN, 0)
    assert basis({"02-10": 7}, missed, today=MIDDLE) == (Whole.HIDDEN, 0)


def test_a_hole_that_reaches_to_today_is_a_hole_too() -> None:
    assert basis({"02-10": 7}, days("02-25", "03-10"), today=MIDDLE) == (Whole.HIDDEN, 0)


def test_a_hole_at_a_time_when_nobody_comes_changes_nothing() -> None:
    assert basis({"02-10": 7}, days("02-12", "02-25"), today=MIDDLE) == (Whole.USUAL, 2000)


def test_without_an_animal_there_is_nothing_to_share() -> None:
    assert basis({}) == (Whole.NOTHING, 0)

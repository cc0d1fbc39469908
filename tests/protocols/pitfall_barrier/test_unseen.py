"""Which days without a look take which dates away."""

from collections.abc import Iterable, Mapping
from datetime import date

import pytest

from fieldapp.protocols.pitfall_barrier import lists, unseen
from fieldapp.protocols.pitfall_barrier.campaign import days_between
from fieldapp.protocols.pitfall_barrier.phenology import Arrival, Selection, arrivals
from fieldapp.protocols.pitfall_barrier.season import seasons
from fieldapp.protocols.pitfall_barrier.unseen import Hidden
from tests.protocols.pitfall_barrier.barrier_sample import TODAY, barrier, campaign, catch, check, spring

USUAL = {"02-10": 100, "03-01": 400, "03-20": 400, "04-20": 100}
"""A season of 1000 animals: 10 % on 10 February, half by 1 March, the last tenth on 20 April."""


def days(first: str, last: str) -> list[str]:
    return [on[5:] for on in days_between(f"2019-{first}", f"2019-{last}")]


def told(
    caught: Mapping[str, int], without: Iterable[str], *, others: int = 3, today: date = TODAY, **span: str
) -> Arrival:
    """Return the dates of 2019 beside other years, each with the usual animals."""
    usual = [node for year in range(2010, 2010 + others) for node in spring(year, USUAL)]
    site = barrier(*usual, *spring(2019, caught, without=without, **span))
    return arrivals(seasons(site, today), Selection(259))[-1]


def dates(found: Arrival) -> list[str | None]:
    return [
        on and on[5:] for on in (found.first_on, found.p05_on, found.p50_on, found.p95_on, found.last_on)
    ]  # without the year


def test_a_whole_season_has_its_dates_and_no_reason() -> None:
    found = told(USUAL, [])
    assert dates(found) == ["02-10", "02-10", "03-01", "04-20", "04-20"]
    assert (found.duration_days, found.missed, found.reason) == (69, 0, "")


def test_a_short_run_is_passed_over_and_counted() -> None:
    found = told({**USUAL, "03-20": 0}, days("03-17", "03-23"))
    assert dates(found) == ["02-10", "02-10", "03-01", "04-20", "04-20"]
    assert (found.missed, found.reason) == (7, "")


def test_a_longer_run_that_hides_too_much_leaves_no_share_a_date() -> None:
    found = told({**USUAL, "03-20": 0}, days("03-17", "03-24"))
    assert dates(found) == ["02-10", None, None, None, "04-20"]
    assert found.duration_days is None
    assert found.reason == (
        "Personne n’a relevé du 17 mars au 24 mars (8 matins) : d’ordinaire, 40 % des entrées viennent ces jours-là."
    )


def test_a_longer_run_when_nobody_ever_came_takes_nothing_away() -> None:
    found = told(USUAL, days("04-01", "04-15"))
    assert dates(found) == ["02-10", "02-10", "03-01", "04-20", "04-20"]
    assert (found.missed, found.reason) == (15, "")


def test_a_run_before_the_first_animal_takes_the_first_date() -> None:
    assert dates(told({**USUAL, "02-10": 0}, days("02-05", "02-15"))) == [None, None, None, None, "04-20"]


def test_a_run_after_the_last_animal_takes_the_last_date() -> None:
    assert dates(told({**USUAL, "04-20": 0}, days("04-10", "04-30"))) == ["02-10", None, None, None, None]


def test_a_little_hidden_in_the_tail_takes_the_late_dates_only() -> None:
    few = {"02-10": 100, "03-01": 480, "03-20": 400, "04-20": 20}
    usual = [node for year in (2010, 2011, 2012) for node in spring(year, few)]
    site = barrier(*usual, *spring(2019, {**few, "04-20": 0}, without=days("04-10", "04-30")))
    found = arrivals(seasons(site, TODAY), Selection(259))[-1]
    assert dates(found) == ["02-10", "02-10", "03-01", None, None]
    assert "2 % des entrées" in found.reason


def test_with_too_few_other_seasons_any_longer_run_takes_the_dates() -> None:
    found = told(USUAL, days("04-01", "04-15"), others=2)
    assert dates(found) == ["02-10", None, None, None, "04-20"]
    assert "(15 matins), et il faut 3 autres saisons complètes" in found.reason
    assert found.reason.endswith("il y en a 2.")


def test_an_incomplete_season_says_nothing_of_another() -> None:
    site = barrier(
        *(node for year in (2010, 2011, 2012) for node in spring(year, USUAL, without=days("03-17", "03-24"))),
        *spring(2019, {**USUAL, "03-20": 0}, without=days("03-17", "03-24")),
    )
    found = arrivals(seasons(site, TODAY), Selection(259))
    assert all(one.p50_on is None and one.reason.endswith("il y en a 0.") for one in found)


def test_a_barrier_that_opened_late_or_closed_early_is_one_that_nobody_looked_into() -> None:
    late = told({"03-20": 400, "04-20": 100}, [], first="03-10")
    assert dates(late) == [None, None, None, None, "04-20"]
    assert late.reason == "Barrière ouverte le 10 mars seulement : d’ordinaire, 50 % des entrées viennent avant."
    early = told({"02-10": 100, "03-01": 400}, [], last="03-10")
    assert dates(early) == ["02-10", None, None, None, None]
    assert early.reason == "Barrière fermée dès le 10 mars : d’ordinaire, 50 % des entrées viennent après."
    assert early.missed == 0


def test_a_season_that_runs_has_no_dates_while_animals_are_still_to_come() -> None:
    # The mornings to come are none that somebody missed.
    running = told({"02-10": 100, "03-01": 400}, days("03-11", "04-30"), today=date(2019, 3, 10))
    assert dates(running) == ["02-10", None, None, None, None]
    assert running.missed == 0
    assert running.reason == (
        "La saison n’est pas finie : d’ordinaire, 50 % des entrées viennent du 11 mars au 30 avril."
    )
    few = told({"02-10": 100}, days("03-11", "04-30"), today=date(2019, 3, 10), others=1)
    assert few.reason.startswith("La saison n’est pas finie, et il faut 3 autres saisons complètes")


def test_a_season_that_runs_has_its_dates_when_everybody_has_come() -> None:
    assert dates(told(USUAL, days("04-22", "04-30"), today=date(2019, 4, 21))) == [
        "02-10", "02-10", "03-01", "04-20", "04-20",
    ]  # fmt: skip


def test_autumn_is_not_compared_with_spring() -> None:
    site = barrier(
        *(node for year in (2010, 2011, 2012) for node in spring(year, USUAL)),
        *spring(2019, {"09-20": 10, "10-20": 10}, first="09-01", last="10-31"),
    )
    found = arrivals(seasons(site, TODAY), Selection(259))[-1]
    assert dates(found) == ["09-20", "09-20", "09-20", "10-20", "10-20"]


def test_a_season_without_such_animals_says_so_and_why_they_may_have_been_missed() -> None:
    assert told({}, []).reason == "Aucune entrée."
    assert told({}, days("02-20", "04-30")).reason.startswith("Aucune entrée. Personne n’a relevé du 20 février")


@pytest.mark.parametrize(
    ("part", "before", "after", "doubtful"),
    [
        (0.5, 0.04, 0.0, False),  # moved by 2 % of the season, of 2.5 % that may be
        (0.5, 0.06, 0.0, True),
        (0.05, 0.0, 0.04, False),
        (0.05, 0.01, 0.0, True),  # moved by 0.95 %, of 0.25 % that may be
        (0.95, 0.0, 0.01, True),
        (0.95, 0.04, 0.0, False),
        (0.0, 0.01, 0.0, True),
        (0.0, 0.0, 0.5, False),
        (1.0, 0.5, 0.0, False),
        (1.0, 0.0, 0.01, True),
    ],
)
def test_a_date_goes_when_what_is_hidden_moves_it_too_far(
    part: float, before: float, after: float, doubtful: bool
) -> None:
    runs = [
        Hidden("2019-02-01", "2019-02-10", 10, before, 3),
        Hidden("2019-04-01", "2019-04-10", 10, after, 3),
    ]
    assert unseen.is_doubtful("2019-03-01", part, runs, lists.settings()) is doubtful


def test_a_campaign_without_a_single_look_has_no_dates_and_breaks_nothing() -> None:
    site = barrier(campaign("2019-02-01", "2019-02-20"))
    (found,) = arrivals(seasons(site, TODAY), Selection())
    assert (found.total, found.missed, found.first_on) == (0, 20, None)


def test_a_season_that_was_not_open_says_nothing_of_those_days() -> None:
    # Half of the animals come in February; only the first three years the barrier stood by then.
    whole = {"02-10": 50, "03-10": 50}
    site = barrier(
        *(node for year in range(1997, 2000) for node in spring(year, whole)),
        *(node for year in range(2000, 2022) for node in spring(year, {"03-10": 50}, first="03-01")),
    )
    early, *_others, late = arrivals(seasons(site, TODAY), Selection(259))
    assert dates(early) == ["02-10", "02-10", "02-10", "03-10", "03-10"]
    assert dates(late) == [None, None, None, None, "03-10"]
    assert late.reason == "Barrière ouverte le 1er mars seulement : d’ordinaire, 50 % des entrées viennent avant."


def test_of_days_on_which_too_few_others_were_open_nobody_can_tell() -> None:
    site = barrier(
        *spring(1999, {"02-10": 50, "03-10": 50}),
        *(node for year in range(2000, 2022) for node in spring(year, {"03-10": 50}, first="03-01")),
    )
    late = arrivals(seasons(site, TODAY), Selection(259))[-1]
    assert dates(late) == [None, None, None, None, "03-10"]
    assert late.reason == (
        "Barrière ouverte le 1er mars seulement, et il faut 3 autres saisons complètes, ouvertes du 1er février au "
        "28 février, pour savoir ce qui vient avant : il y en a 1."
    )
    closed = barrier(
        *spring(1999, {"03-10": 50, "04-20": 50}),
        *(node for year in range(2000, 2022) for node in spring(year, {"03-10": 50}, last="03-31")),
    )
    early = arrivals(seasons(closed, TODAY), Selection(259))[-1]
    assert dates(early) == ["03-10", None, None, None, None]
    assert early.reason.startswith("Barrière fermée dès le 31 mars, et il faut 3 autres saisons complètes, ouvertes du")


def test_one_barrier_that_stood_long_before_anything_moved_takes_no_dates_from_the_others() -> None:
    site = barrier(
        *spring(1999, {"01-20": 4, "03-10": 96}, first="01-01"),
        *(node for year in range(2000, 2005) for node in spring(year, {"03-10": 50}, first="02-15")),
    )
    for found in arrivals(seasons(site, TODAY), Selection(259))[1:]:
        assert (dates(found), found.reason) == (["03-10"] * 5, "")


def test_a_gap_on_days_that_no_other_season_has_hides_nobody_knows_what() -> None:
    site = barrier(
        *(node for year in (2010, 2011, 2012) for node in spring(year, USUAL, last="04-30")),
        *spring(2019, USUAL, last="05-31", without=days("05-10", "05-31")),
    )
    found = arrivals(seasons(site, TODAY), Selection(259))[-1]
    assert dates(found) == ["02-10", None, None, None, None]
    assert found.reason == (
        "Personne n’a relevé du 10 mai au 31 mai (22 matins), et il faut 3 autres saisons complètes, ouvertes ces "
        "jours-là, pour savoir ce qui a manqué : il y en a 0."
    )


def test_a_lone_check_long_after_the_campaign_leaves_no_share_a_date() -> None:
    usual = [node for year in (2010, 2011, 2012) for node in spring(year, USUAL)]
    lone = check("2019-10-10", catch(40))
    found = arrivals(seasons(barrier(*usual, *spring(2019, USUAL), lone), TODAY), Selection(259))[-1]
    assert (found.total, found.missed) == (1040, 0)
    # The last animal that was caught is still the last one.
    assert dates(found) == ["02-10", None, None, None, "10-10"]
    assert found.reason.startswith("Personne n’a relevé du 1er mai au 9 octobre (162 matins)")


def test_a_lone_check_long_before_the_campaign_leaves_no_share_a_date() -> None:
    usual = [node for year in (2010, 2011, 2012) for node in spring(year, USUAL)]
    late = {"03-01": 400, "03-20": 400, "04-20": 100}
    site = barrier(*usual, *spring(2019, late, first="02-20"), check("2019-01-15", catch(40)))
    found = arrivals(seasons(site, TODAY), Selection(259))[-1]
    assert dates(found) == ["01-15", None, None, None, "04-20"]
    assert "du 16 janvier au 19 février" in found.reason


def test_a_barrier_that_opened_by_as_many_days_late_as_are_passed_over_keeps_its_dates() -> None:
    early = {"02-03": 500, "03-20": 500}
    for first, expected in (("02-08", ["03-20"] * 5), ("02-09", [None, None, None, None, "03-20"])):
        usual = [node for year in (2010, 2011, 2012) for node in spring(year, early)]
        site = barrier(*usual, *spring(2019, {"03-20": 500}, first=first))
        assert dates(arrivals(seasons(site, TODAY), Selection(259))[-1]) == expected

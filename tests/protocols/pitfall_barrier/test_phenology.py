"""Dates, curves, trends, shares and effort of a choice of animals."""

import math
import statistics
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.record import Node
from fieldapp.protocols.pitfall_barrier import lists, phenology
from fieldapp.protocols.pitfall_barrier.campaign import days_between
from fieldapp.protocols.pitfall_barrier.phenology import Arrival, Selection
from fieldapp.protocols.pitfall_barrier.season import Season, seasons
from tests.protocols.pitfall_barrier.barrier_sample import (
    TODAY,
    barrier,
    bucket,
    campaign,
    catch,
    check,
    file_rows,
    missed,
    sample,
)

TOAD = 259
FIRST = date(2026, 2, 1)


@pytest.fixture(scope="module")
def found() -> tuple[Season, ...]:
    return seasons(sample(), TODAY)


def of_file(cd_nom: int, year: int, sex: str | None = None) -> list[str]:
    """Return the date of every animal of the sample that came in, one entry an animal, in order."""
    dates: list[str] = []
    for row in file_rows():
        wanted = row["cd_nom"] == str(cd_nom) and row["check_on"].startswith(str(year)) and row["direction"] == "entrée"
        if wanted and sex in {None, row["sex"]}:
            dates += [row["check_on"]] * int(row["count"])
    return sorted(dates)


def one_season(*children: Node) -> Season:
    (season,) = seasons(barrier(campaign("2026-02-01", "2026-02-20"), *children), TODAY)
    return season


# ------------------------------------------------------------------------------------------------ counting


def test_a_selection_counts_by_sex_direction_and_stage() -> None:
    season = one_season(
        check(
            "2026-02-01",
            catch(4, "5", amplexus=True),
            catch(3),
            catch(2, "M", direction="out"),
            catch(1, "F", stage="3"),
            catch(5, "M", cd_nom=351, vitality="dead"),
        )
    )

    def count(**wanted: Any) -> int:
        return sum(phenology.counts(season, Selection(**wanted)))

    assert (count(cd_nom=TOAD), count(cd_nom=TOAD, sex="M"), count(cd_nom=TOAD, sex="F")) == (8, 2, 3)
    assert (count(cd_nom=TOAD, direction="out"), count(cd_nom=TOAD, direction=None)) == (2, 10)
    assert (count(cd_nom=TOAD, adults_only=True), count(cd_nom=351), count()) == (7, 5, 13)
    assert count(cd_nom=139) == 0


def test_daily_bars_tell_nothing_found_from_nobody_looked() -> None:
    site = barrier(
        campaign("2026-02-01", "2026-02-04"),
        check("2026-02-01"),
        check("2026-02-02", catch(3)),
        missed("2026-02-03"),
    )
    (season,) = seasons(site, TODAY)
    assert phenology.daily(season, Selection(TOAD)) == (
        ("2026-02-01", 0),
        ("2026-02-02", 3),
        ("2026-02-03", None),
        ("2026-02-04", None),
    )
    assert phenology.cumulative(season, Selection(TOAD)) == (("2026-02-01", 0), ("2026-02-02", 3))


# ------------------------------------------------------------------------------------------------ dates


def test_the_date_of_a_share_is_the_first_morning_that_reaches_it_exactly() -> None:
    # 20 animals: the first is 5 %, ten are 50 %, nineteen 95 %.
    season = one_season(
        *(
            check((FIRST + timedelta(days)).isoformat(), *([catch(count)] if count else []))
            for days, count in enumerate([0, 1, 9, 0, 9, 1, 0, *[0] * 13])
        )
    )
    (arrival,) = phenology.arrivals([season], Selection(TOAD))
    assert arrival == Arrival(
        2026, 20, "2026-02-02", "2026-02-02", "2026-02-03", "2026-02-05", "2026-02-06", 3, 0, ""
    )  # fmt: skip


mornings = st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=20, max_size=20)


def typed(day: int, count: int | None) -> Node:
    on = (FIRST + timedelta(day)).isoformat()
    return missed(on) if count is None else check(on, *([catch(count)] if count else []))


@settings(max_examples=60)
@given(mornings, st.integers(2, 4))
def test_dates_stand_in_order_on_mornings_looked_into(told: list[int | None], times: int) -> None:
    season = one_season(*(typed(day, count) for day, count in enumerate(told)))
    (arrival,) = phenology.arrivals([season], Selection(TOAD))
    order = [arrival.first_on, arrival.p05_on, arrival.p50_on, arrival.p95_on, arrival.last_on]
    present = [on for on in order if on]
    assert present == sorted(present)
    assert set(present) <= set(season.days)
    assert arrival.total == sum(count or 0 for count in told)
    assert arrival.missed == told.count(None)
    assert (None in order) == bool(arrival.reason)
    # As many times the animals come on the same dates.
    more = one_season(*(typed(day, count and count * times) for day, count in enumerate(told)))
    (scaled,) = phenology.arrivals([more], Selection(TOAD))
    assert [scaled.first_on, scaled.p05_on, scaled.p50_on, scaled.p95_on, scaled.last_on] == order


@settings(max_examples=60)
@given(mornings, st.integers(0, 19))
def test_a_morning_nobody_looked_into_neither_invents_animals_nor_moves_those_that_were_counted(
    told: list[int | None], day: int
) -> None:
    empty = [0 if place == day else count for place, count in enumerate(told)]
    gap = [None if place == day else count for place, count in enumerate(told)]
    with_check, without = (
        phenology.arrivals([one_season(*(typed(*item) for item in enumerate(some)))], Selection(TOAD))[0]
        for some in (empty, gap)
    )
    assert without.total == with_check.total
    assert without.missed == with_check.missed + 1
    for name in ("first_on", "p05_on", "p50_on", "p95_on", "last_on"):
        assert getattr(without, name) in {getattr(with_check, name), None}


def test_the_persons_own_thresholds_are_used() -> None:
    season = one_season(*(typed(day, None if 5 <= day < 10 else 1) for day in range(20)))
    own = {**lists.settings(), "max_gap_days": 3}
    (usual,) = phenology.arrivals([season], Selection(TOAD))
    (strict,) = phenology.arrivals([season], Selection(TOAD), own)
    assert (usual.p50_on, strict.p50_on) == ("2026-02-13", None)


# ------------------------------------------------------------------------------------------------ trend


def test_the_trend_of_the_sample_is_that_of_a_computation_of_its_own(found: tuple[Season, ...]) -> None:
    trend = phenology.trend(phenology.arrivals(found, Selection(TOAD)))
    assert trend is not None
    points = []
    for year in range(2005, 2020):
        dates = of_file(TOAD, year)
        median = date.fromisoformat(dates[math.ceil(len(dates) / 2) - 1])
        # The calendar of a leap year, where 1 March is day 61.
        points.append((year, date(2000, median.month, median.day).timetuple().tm_yday))
    years, days = zip(*points, strict=True)
    slope, intercept = statistics.linear_regression(years, days)
    assert trend.slope == pytest.approx(slope)
    assert trend.per_decade == pytest.approx(10 * slope)
    assert trend.place_in(2012) == pytest.approx(intercept + slope * 2012)
    assert (trend.count, trend.first_year, trend.last_year) == (15, 2005, 2019)
    errors = [day - intercept - slope * year for year, day in points]
    deviation = math.sqrt(sum(error**2 for error in errors) / 13 / sum((year - 2012) ** 2 for year in years))
    # source: t of 13 degrees of freedom, 0.975 (tables)
    assert trend.high == pytest.approx(slope + 2.1604 * deviation, abs=1e-4)
    assert trend.low == pytest.approx(slope - 2.1604 * deviation, abs=1e-4)


def test_two_medians_make_no_trend(found: tuple[Season, ...]) -> None:
    assert phenology.trend(phenology.arrivals(found, Selection(TOAD))[:2]) is None


def two_campaigns(year: int, spring: str, autumn: str) -> list[Node]:
    """Return a spring campaign with 5 animals and an autumn one with 3, each on one day, all mornings looked into."""
    children = []
    for first, last, on, count in (("02-01", "04-30", spring, 5), ("09-01", "10-31", autumn, 3)):
        days = days_between(f"{year}-{first}", f"{year}-{last}")
        caught = (check(day, *([catch(count)] if day[5:] == on else [])) for day in days)
        children += [campaign(f"{year}-{first}", f"{year}-{last}"), *caught]
    return children


def test_the_trend_of_spring_leaves_autumn_out() -> None:
    years = (2020, 2021, 2022)
    shifts = [f"03-{10 + 2 * step}" for step in range(3)]
    site = barrier(*(node for year, on in zip(years, shifts, strict=True) for node in two_campaigns(year, on, "10-10")))
    every = seasons(site, TODAY)
    springs = phenology.comparable(every, Selection(TOAD), 2022)
    assert [(season.year, season.first_on[5:]) for season in springs] == [(year, "02-01") for year in years]
    line = phenology.trend(phenology.arrivals(springs, Selection(TOAD)))
    assert line is not None
    assert line.slope == pytest.approx(2)
    assert line.count == 3
    assert phenology.comparable(every, Selection(TOAD), 1999) == ()


# ------------------------------------------------------------------------------------------------ shares and effort


def test_the_sex_ratio_counts_the_animals_whose_sex_is_known(found: tuple[Season, ...]) -> None:
    males, females = (len([on for year in range(2005, 2021) for on in of_file(TOAD, year, sex)]) for sex in "MF")
    ratio = phenology.sex_ratio(found, TOAD)
    assert (ratio.part, ratio.whole) == (males, males + females)
    one = phenology.sex_ratio(found[0], TOAD)
    assert (one.part, one.whole) == (len(of_file(TOAD, 2005, "M")), len(of_file(TOAD, 2005)))
    unsexed = one_season(check("2026-02-01", catch(5)))
    assert phenology.sex_ratio(unsexed, TOAD).share is None


def test_catch_per_bucket_night_divides_by_the_open_buckets_of_the_nights_looked_into(
    found: tuple[Season, ...],
) -> None:
    nights = len({row["check_on"] for row in file_rows() if row["check_on"] < "2006" and row["checked"] == "oui"})
    expected = len(of_file(TOAD, 2005)) / (12 * nights)
    assert phenology.catch_per_bucket_night(found[0], Selection(TOAD)) == pytest.approx(expected)
    closed = one_season(bucket("1"), bucket("2"), check("2026-02-01", catch(3), closed_buckets=["2"]))
    assert phenology.catch_per_bucket_night(closed, Selection(TOAD)) == 3
    assert phenology.catch_per_bucket_night(one_season(check("2026-02-01", catch(3))), Selection(TOAD)) is None
    other = one_season(bucket("1"), check("2026-02-01", catch(1)), check("2026-02-02"))
    # Added up, not the mean of 3 and 0.5.
    assert phenology.catch_per_bucket_night([closed, other], Selection(TOAD)) == pytest.approx(4 / 3)


def test_the_threshold_nights_of_the_sample(found: tuple[Season, ...]) -> None:
    weather: dict[str, tuple[float, float]] = {}
    animals = Counter[str]()
    for row in file_rows():
        if row["check_on"].startswith("2008") and row["checked"] == "oui":
            weather[row["check_on"]] = (float(row["night_min_c"]), float(row["rain_mm"]))
            animals[row["check_on"]] += int(row["count"] or 0)
    expected = sorted(on for on, (minimum, rain) in weather.items() if minimum >= 5 and rain >= 0.1)
    nights = phenology.threshold_nights(found[3])
    assert list(nights.nights) == expected
    unlooked = {row["check_on"] for row in file_rows() if row["check_on"] > "2008" and row["checked"] == "non"}
    assert (nights.known, nights.unknown) == (len(weather), sum(on < "2009" for on in unlooked))
    assert (nights.animals, nights.animals_known) == (sum(animals[on] for on in expected), animals.total())
    assert nights.share == pytest.approx(len(expected) / len(weather))
    assert nights.animals_share == pytest.approx(nights.animals / nights.animals_known)


@pytest.mark.parametrize(
    ("weather", "verdict"),
    [
        ({"night_min_c": 5.0, "rain_mm": 0.1}, "threshold"),
        ({"night_min_c": 4.9, "rain_mm": 8.0}, "known"),
        ({"night_min_c": 4.9}, "known"),
        ({"rain_mm": 0.0}, "known"),
        ({"night_min_c": 9.0}, "unknown"),
        ({"rain_mm": 8.0}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_what_is_not_known_of_a_night_decides_only_where_the_rest_does_not(
    weather: Mapping[str, float], verdict: Literal["threshold", "known", "unknown"]
) -> None:
    nights = phenology.threshold_nights(one_season(check("2026-02-01", catch(4), **weather)))
    assert nights.nights == (("2026-02-01",) if verdict == "threshold" else ())
    assert (nights.known, nights.unknown) == ((0, 20) if verdict == "unknown" else (1, 19))
    assert nights.share == nights.animals_share == {"threshold": 1.0, "known": 0.0, "unknown": None}[verdict]


def test_a_mild_night_before_a_morning_nobody_looked_into_is_one_of_the_season_without_its_animals() -> None:
    mild, cold = missed("2026-02-02"), missed("2026-02-03")
    mild.record.data.update({"night_min_c": 8.0, "rain_mm": 5.0})
    cold.record.data["night_min_c"] = -2.0
    season = one_season(mild, check("2026-02-04", catch(4), night_min_c=9.0, rain_mm=1.0), cold, check("2026-02-05"))
    nights = phenology.threshold_nights(season)
    assert nights.nights == ("2026-02-02", "2026-02-04")
    assert (nights.known, nights.unknown, nights.animals, nights.animals_known) == (3, 17, 4, 4)
    assert nights.share == pytest.approx(2 / 3)
    assert nights.animals_share == 1.0


def test_threshold_nights_are_settings_and_may_be_of_a_selection() -> None:
    season = one_season(
        check("2026-02-01", catch(4), catch(2, cd_nom=351), night_min_c=3.0, rain_mm=0.0),
        check("2026-02-02", catch(1), night_min_c=-1.0, rain_mm=0.0),
    )
    mild = {**lists.settings(), "threshold_night_min_c": 2, "threshold_rain_mm": 0}
    assert phenology.threshold_nights(season, mild).animals == 6
    toads = phenology.threshold_nights(season, mild, Selection(TOAD))
    assert (toads.nights, toads.animals, toads.animals_known) == (("2026-02-01",), 4, 5)

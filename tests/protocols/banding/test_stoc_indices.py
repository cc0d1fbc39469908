"""The indices of STOC: small stations by hand, with the figures worked out, and the sample counted a second time."""

from collections import defaultdict
from dataclasses import replace

import pytest

from fieldapp.core.record import Node
from fieldapp.protocols.banding import analysis, stoc
from fieldapp.protocols.banding import stoc_indices as indices
from fieldapp.protocols.banding.analysis import ADULT, YOUNG, Session
from fieldapp.protocols.banding.stoc import Limits
from fieldapp.protocols.banding.stoc_indices import Index, StationYear
from tests.protocols.banding import season
from tests.protocols.banding.season import bird, place, session, site

FREE = replace(
    stoc.limits_for("STOC"), min_captures=0, min_adults_abundance=0, min_birds_productivity=0, min_birds_return=0
)
"""Limits that let the smallest station have its values."""


def year(number: int, first: list[Node], second: list[Node], third: list[Node], net_m: float = 120) -> list[Node]:
    """Return the three main sessions of a year, on the reference dates."""
    days = zip(("05-18", "06-14", "07-07"), (first, second, third), strict=True)
    return [session(f"{number}-{on}", *birds, net_m=net_m) for on, birds in days]


def read(*sessions: Node) -> list[Session]:
    return analysis.sessions_of([place("Marais", "AVION", site("STOC", *sessions))])


def station(*sessions: Node, limits: Limits = FREE) -> list[StationYear]:
    return indices.station_years(read(*sessions), limits)


def test_abundance_counts_adults_once_and_is_of_360_metres() -> None:
    # adults 1, 2, 3 (1 caught in two sessions), young 4; metres 96 × 3 = 288: 3 ÷ 288 × 360 = 3.75
    found = station(
        *year(2019, [bird("1"), bird("2", "2A")], [bird("1", action="C"), bird("3", "+2A")], [bird("4", "1A")], 96)
    )
    assert indices.adult_abundance(found, FREE) == {2019: Index(3.75, 3, 288)}


def test_both_productivities_are_given_each_by_its_own_definition() -> None:
    # 2 young, 4 adults: 2 ÷ 4 = 0.5 and 2 ÷ 6; VOL counts in neither
    found = station(
        *year(
            2019, [bird("1"), bird("2"), bird("3")], [bird("4"), bird("5", "1A")], [bird("6", "PUL"), bird("7", "VOL")]
        )
    )
    made = indices.productivity(found, FREE)[2019]
    assert (made.per_adult.value, made.per_adult.count, made.per_adult.base) == (0.5, 2, 4)
    assert made.share.value == pytest.approx(2 / 6)
    assert (made.share.count, made.share.base) == (2, 6)


def test_without_an_adult_there_is_no_young_per_adult_but_a_share_of_young() -> None:
    made = indices.productivity(station(*year(2019, [bird("1", "1A")], [], [])), FREE)[2019]
    assert made.per_adult.value is None
    assert made.per_adult.reason is not None
    assert made.per_adult.reason.words() == "aucun adulte"
    assert made.share.value == 1


def test_ages_that_contradict_each_other_are_of_no_class() -> None:
    (found,) = station(*year(2019, [bird("1", "1A")], [bird("1", "+1A", "C")], [bird("2", "VOL")]))
    assert not found.adults | found.young
    assert found.unaged == {"FRP1", "FRP2"}


def test_a_bird_of_an_earlier_year_is_adult_whatever_was_noted_and_under_its_new_ring_too() -> None:
    found = station(
        *year(2018, [bird("1", "1A")], [bird("2", "1A")], []),
        *year(2019, [bird("1", "VOL", "C")], [bird("8", "???", "C", replaced_ring_key="FRP2")], [bird("3", "1A")]),
    )
    assert found[1].adults == {"FRP1", "FRP2"}
    assert found[1].young == {"FRP3"}


def test_a_bird_that_was_ringed_elsewhere_in_an_earlier_year_is_adult_when_the_whole_history_is_given() -> None:
    sessions = read(*year(2019, [bird("1", "VOL", "C")], [], []))
    elsewhere = analysis.sessions_of([place("Terril", "HAMEL", site("VOIE", session("2018-08-01", bird("1", "1A"))))])
    (alone,) = indices.station_years(sessions, FREE)
    past = indices.past_of([*elsewhere, *sessions])
    (known,) = indices.station_years(sessions, FREE, past)
    assert not alone.adults
    assert known.adults == {"FRP1"}
    assert indices.age_ratio(sessions, past)[2019].adults == 1


def test_birds_outside_the_main_sessions_and_unhealthy_ones_are_not_counted() -> None:
    (found,) = station(
        *year(2019, [bird("1")], [bird("2", condition="1")], []),
        session("2019-05-30", bird("3")),
        session("2019-08-30", bird("4")),
    )
    assert found.adults == {"FRP1"}


def test_a_missing_session_leaves_the_year_without_a_value_and_says_which_one() -> None:
    found = station(*year(2019, [bird("1")], [], [])[::2])
    for index in (
        indices.adult_abundance(found, FREE)[2019],
        indices.productivity(found, FREE)[2019].per_adult,
        indices.productivity(found, FREE)[2019].share,
    ):
        assert index.value is None
        assert index.reason is not None
        assert index.reason.words() == "il manque la séance principale 2"


def test_metres_that_were_not_noted_leave_the_year_without_an_abundance() -> None:
    first, second, third = year(2019, [bird("1")], [], [])
    second.record.data.pop("net_m")
    made = indices.adult_abundance(station(first, second, third), FREE)[2019]
    assert made.value is None
    assert made.reason is not None
    assert made.reason.code == "no_nets"


def test_abundance_needs_five_adults_over_all_years() -> None:
    limits = replace(FREE, min_adults_abundance=5)
    birds = [bird(str(n)) for n in range(4)]
    four = station(*year(2018, birds[:2], [], []), *year(2019, birds[2:], [], []))
    below = indices.adult_abundance(four, limits)
    assert [item.value for item in below.values()] == [None, None]
    assert below[2019].reason is not None
    assert below[2019].reason.words() == "4 adultes sur toutes les années : il en faut 5"
    five = station(*year(2018, birds[:2], [], []), *year(2019, [*birds[2:], bird("9")], [], []))
    assert [item.value for item in indices.adult_abundance(five, limits).values()] == [2, 3]


def test_productivity_needs_a_median_of_five_aged_birds() -> None:
    limits = replace(FREE, min_birds_productivity=5)
    # 2, 8 and 4 aged birds: median 4; with 5 instead of 4 the median is 5
    sizes = ([2, 8, 4], [2, 8, 5])
    values = []
    for counts in sizes:
        sessions = [
            item
            for at, count in enumerate(counts)
            for item in year(2017 + at, [bird(f"{at}{n}") for n in range(count)], [], [])
        ]
        values.append([item.per_adult.value for item in indices.productivity(station(*sessions), limits).values()])
    assert values == [[None] * 3, [0, 0, 0]]


def test_the_return_rate_is_of_each_class_of_age_with_the_birds_it_rests_on() -> None:
    # adults 1-4, of which 2 come back; young 5-7, of which 1 comes back, caught again twice
    found = station(
        *year(2018, [bird(str(n)) for n in range(1, 5)], [bird(str(n), "1A") for n in range(5, 8)], []),
        *year(2019, [bird("1", action="C"), bird("5", "2A", "C")], [bird("2", action="C"), bird("5", "2A", "C")], []),
    )
    rates = indices.return_rates(found, FREE)
    assert list(rates) == [2018]
    assert rates[2018][ADULT] == Index(0.5, 2, 4)
    assert rates[2018][YOUNG].value == pytest.approx(1 / 3)
    assert (rates[2018][YOUNG].count, rates[2018][YOUNG].base) == (1, 3)


def test_the_return_rate_needs_the_main_sessions_of_the_next_year_too() -> None:
    found = station(*year(2018, [bird("1")], [], []), *year(2019, [bird("1", action="C")], [], [])[:1])
    reason = indices.return_rates(found, FREE)[2018][ADULT].reason
    assert reason is not None
    assert reason.words() == "en 2019, il manque la séance principale 2, 3"


def test_the_return_rate_needs_a_median_of_ten_birds_of_the_class() -> None:
    limits = replace(FREE, min_birds_return=10)

    def rates(count: int) -> Index:
        birds = [bird(str(n)) for n in range(count)]
        again = [bird(str(n), action="C") for n in range(count)]
        return indices.return_rates(station(*year(2018, birds, [], []), *year(2019, again, [], [])), limits)[2018][
            ADULT
        ]

    assert rates(10).value == 1
    assert rates(9).value is None
    few = rates(9).reason
    assert few is not None
    assert few.words() == "médiane de 9 oiseaux par année : il en faut 10"


def test_captures_per_effort_count_captures_and_leave_out_sessions_without_metres() -> None:
    # 3 captures in 120 m × 6 h and 0 in 60 m × 4 h: 3 ÷ (7.2 + 2.4) = 0.3125; the third session is not counted
    found = read(
        session("2019-05-18", bird("1"), bird("1", action="C"), bird("", action="SANS"), bird("3", action="R")),
        session("2019-06-14", net_m=60, duration_min=240, no_birds=True),
        session("2019-07-07", bird("2"), net_m=None),
        session("2020-05-18", bird("9"), duration_min=None),
    )
    made = indices.captures_per_effort(found)
    assert made[2019] == Index(0.3125, 3, 960)
    assert made[2020].value is None
    assert made[2020].reason is not None
    assert made[2020].reason.code == "no_effort"


def test_the_age_ratio_is_of_all_sessions_of_any_programme() -> None:
    # adult 1, young 2 and 3 (caught twice), unaged 4: 2 ÷ 3 of the aged are young
    found = read(
        session("2019-08-01", bird("1"), bird("2", "1A"), bird("3", "1A")),
        session("2019-09-01", bird("3", "1A", "C"), bird("4", "VOL")),
        session("2020-09-01", bird("5", "VOL")),
    )
    ages = indices.age_ratio(found)
    assert (ages[2019].adults, ages[2019].young, ages[2019].unaged) == (1, 2, 1)
    assert ages[2019].share == pytest.approx(2 / 3)
    assert ages[2020].share is None


def test_an_index_of_one_species_counts_that_species_alone() -> None:
    sessions = read(*year(2019, [bird("1"), bird("2", species="TURMER")], [], []))
    (line, _other) = sessions[0].lines
    (found,) = indices.station_years(sessions, FREE, species=line.species)
    assert found.adults == {"FRP1"}


MAIN_DAYS = {"18/05/2020", "14/06/2020", "07/07/2020"}


@pytest.mark.parametrize("commune", ["AVION", "WINGLES"])
def test_the_indices_of_the_sample_are_those_counted_from_the_file(commune: str) -> None:
    ages: dict[str, set[str]] = defaultdict(set)
    captures = 0
    for row in season.file_rows():
        if (row["THEME"], row["LOCALITE"]) == ("STOC", commune):
            captures += 1
            if row["DATE"] in MAIN_DAYS:
                ages[row["CENTRE"] + row["BAGUE"]] |= {{"VOL": "", "1A": "young"}.get(row["AGE"], "adult")} - {""}
    adults = sum(found == {"adult"} for found in ages.values())
    young = sum(found == {"young"} for found in ages.values())
    sessions = [
        item
        for item in analysis.sessions_of(season.trees_of(season.sample_records()))
        if (item.theme, item.commune) == ("STOC", commune)
    ]
    limits = stoc.limits_for("STOC")
    years = indices.station_years(sessions, limits)
    assert indices.adult_abundance(years, limits)[2020].value == pytest.approx(adults / (3 * 120) * 360)
    made = indices.productivity(years, limits)[2020]
    assert made.per_adult.value == pytest.approx(young / adults)
    assert made.share.value == pytest.approx(young / (young + adults))
    # every session of the sample: 120 m for 6 h
    days = {"AVION": 3, "WINGLES": 4}[commune]
    assert indices.captures_per_effort(sessions)[2020].value == pytest.approx(captures / (1.2 * 6 * days))

"""Each filter leaves what a plain walk over the records leaves, in the order asked for."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.errors import FieldappError
from fieldapp.core.record import Record
from fieldapp.desk import columns, filters, index
from fieldapp.desk.filters import Wanted
from fieldapp.desk.lines import Flag
from fieldapp.store.connection import Database
from tests.desk.seasons import PALMATE, TOAD, altered, area, nothing, number, person, pond, said, seen, visit

SQUARE = "POLYGON((2.8 50.4, 2.81 50.4, 2.81 50.41, 2.8 50.41, 2.8 50.4))"


@dataclass
class Season:
    """Two areas with two ponds each, one toad and one newt at each of two visits."""

    groups: list[Record] = field(default_factory=list)
    sites: list[Record] = field(default_factory=list)
    visits: list[Record] = field(default_factory=list)
    lines: list[Record] = field(default_factory=list)
    people: list[Record] = field(default_factory=list)


@pytest.fixture
def season(db: Database) -> Season:
    found = Season(people=[person(db, "DUPONT Anne"), person(db, "MARTIN Luc")])
    for at, name in enumerate(("Terrils", "Bois")):
        found.groups.append(area(db, name))
        for n in range(2):
            found.sites.append(pond(db, found.groups[-1], f"{name} {n}", 2.8 + at / 10, 50.4 + n / 100))
    for at, site in enumerate(found.sites):
        for day, who in (("2020-04-20", 0), (f"2021-04-2{at}", 1)):
            found.visits.append(visit(db, site, day, who=(found.people[who],)))
            found.lines.append(seen(db, found.visits[-1], TOAD, 3 + at))
            found.lines.append(seen(db, found.visits[-1], PALMATE, 10 * (at + 1), comments=f"près de l’île {at}"))
    return found


def wanted(db: Database, order: filters.Key = "date", *, is_rising: bool = False, **asked: Any) -> list[int]:
    with index.followed(db) as kept:
        found = columns.load(db, kept)
        ids = filters.found(db, kept, found, Wanted(**asked), order=order, is_rising=is_rising)
        return [int(one) for one in ids]


def numbers(db: Database, found: list[Record]) -> set[int]:
    return {number(db, one) for one in found}


def test_nothing_asked_for_leaves_everything_newest_first(db: Database, season: Season) -> None:
    found = wanted(db)
    assert set(found) == numbers(db, season.lines)
    days = {number(db, line): day for line in season.lines for day in [_day(season, line)]}
    assert [days[one] for one in found] == sorted(days.values(), reverse=True)
    assert wanted(db, is_rising=True) == found[::-1]


def _day(season: Season, line: Record) -> str:
    return next(str(at.on_date) for at in season.visits if at.uid == line.parent)


def test_days_are_both_included(db: Database, season: Season) -> None:
    within = [line for line in season.lines if "2021-04-21" <= _day(season, line) <= "2021-04-22"]
    assert set(wanted(db, first_on="2021-04-21", last_on="2021-04-22")) == numbers(db, within)


@pytest.mark.parametrize("level", ["groups", "sites", "visits", "lines"])
def test_a_place_of_any_level_holds_what_lies_below_it(db: Database, season: Season, level: str) -> None:
    top = getattr(season, level)[-1]
    chains = {line.uid: _chain(season, line) for line in season.lines}
    below = [line for line in season.lines if top.uid in chains[line.uid]]
    assert set(wanted(db, places=frozenset({top.uid}))) == numbers(db, below)


def _chain(season: Season, line: Record) -> list[str]:
    at = next(one for one in season.visits if one.uid == line.parent)
    site = next(one for one in season.sites if one.uid == at.parent)
    return [line.uid, at.uid, site.uid, str(site.parent)]


def test_taxa_observers_and_protocols_narrow(db: Database, season: Season) -> None:
    toads = [line for line in season.lines if line.cd_nom == TOAD]
    assert set(wanted(db, taxa=frozenset({TOAD, -1, 2**40}))) == numbers(db, toads)
    luc = [line for line in season.lines if _day(season, line).startswith("2021")]
    assert set(wanted(db, observers=frozenset({season.people[1].uid}))) == numbers(db, luc)
    assert wanted(db, protocols=frozenset({"banding"})) == []
    assert len(wanted(db, protocols=frozenset({"pop_amphibiens", "unknown"}))) == 16


def test_a_polygon_leaves_what_lies_in_it_or_on_its_border(db: Database, season: Season) -> None:
    inside = [line for line in season.lines if season.groups[0].uid in _chain(season, line)]
    assert set(wanted(db, within=SQUARE)) == numbers(db, inside)
    assert wanted(db, within="POLYGON((0 0, 1 0, 1 1, 0 0))") == []


@pytest.mark.parametrize(
    "polygon",
    [
        "",
        "LINESTRING(0 0, 1 1)",
        "POLYGON EMPTY",
        "POLYGON((0 0",
        "<x>",
        "POLYGON((0 0, 1e999 0, 1 1, 0 0))",
        "POLYGON((0 0, 1e30 0, 1 1, 0 0))",
    ],
)
def test_what_is_no_polygon_is_refused_in_words(db: Database, season: Season, polygon: str) -> None:
    if not polygon:
        assert len(wanted(db, within=polygon)) == 16
        return
    with pytest.raises(FieldappError, match="contour"):
        wanted(db, within=polygon)


def test_words_are_looked_for_in_all_that_is_said_of_a_line(db: Database, season: Season) -> None:
    by_comment = [line for line in season.lines if line.data.get("comments", "").endswith("2")]
    assert set(wanted(db, text="ile 2")) == numbers(db, by_comment)
    by_place = [line for line in season.lines if season.sites[3].uid in _chain(season, line)]
    assert set(wanted(db, text="bois 1")) == numbers(db, by_place)
    by_person = [line for line in season.lines if _day(season, line).startswith("2020")]
    assert set(wanted(db, text="dupont")) == numbers(db, by_person)
    by_taxon = [line for line in season.lines if line.cd_nom == PALMATE]
    assert set(wanted(db, text="Triton palmé")) == numbers(db, by_taxon)
    assert wanted(db, text="*") == []


def test_what_was_said_in_review_narrows(db: Database, season: Season) -> None:
    asked, marked = season.lines[0], season.lines[1]
    said(db, asked, **{"_question.": {"text": "Sûr ?", "by": "c", "at": "2021-05-01T00:00:00.000Z"}})
    said(db, marked, _remarkable="première de l’année")
    assert wanted(db, flags=Flag.QUESTION) == [number(db, asked)]
    assert set(wanted(db, flags=Flag.QUESTION | Flag.REMARKABLE)) == numbers(db, [asked, marked])
    assert wanted(db, states=frozenset({"to_review"})) == [number(db, asked)]
    assert len(wanted(db, levels=frozenset({"0"}))) == 16
    assert wanted(db, levels=frozenset({"1", "x"})) == []


def test_a_warning_of_a_visit_finds_its_lines(db: Database, season: Season) -> None:
    late = visit(db, season.sites[0], "2021-12-24")
    line = seen(db, late, TOAD)
    assert wanted(db, warnings=frozenset({"out_of_season"})) == [number(db, line)]


def test_several_filters_have_to_hold_together(db: Database, season: Season) -> None:
    found = wanted(db, taxa=frozenset({TOAD}), first_on="2021-01-01", within=SQUARE)
    both = [
        line
        for line in season.lines
        if line.cd_nom == TOAD and _day(season, line) > "2021" and season.groups[0].uid in _chain(season, line)
    ]
    assert set(found) == numbers(db, both)
    assert found


def test_lines_that_are_equal_in_the_order_follow_each_other_newest_first(db: Database, season: Season) -> None:
    newest = wanted(db)
    taxa = {number(db, line): line.cd_nom for line in season.lines}
    rising = wanted(db, "taxon", is_rising=True)  # Crapaud calamite before Triton palmé
    assert rising == [one for cd in (TOAD, PALMATE) for one in newest if taxa[one] == cd]
    assert wanted(db, "taxon") == [one for cd in (PALMATE, TOAD) for one in newest if taxa[one] == cd]


def test_places_stand_in_the_order_of_their_names_and_counts_by_size(db: Database, season: Season) -> None:
    names = {site.uid: site.data["base_site_name"] for site in season.sites}
    site_of = {number(db, line): names[_chain(season, line)[2]] for line in season.lines}
    assert [site_of[one] for one in wanted(db, "place", is_rising=True)] == sorted(site_of.values())
    counts = {number(db, line): line.data["count_max"] for line in season.lines}
    assert [counts[one] for one in wanted(db, "count")] == sorted(counts.values(), reverse=True)


def test_an_absence_is_found_as_one(db: Database, season: Season) -> None:
    absent = nothing(db, visit(db, season.sites[1], "2021-05-20"))
    assert wanted(db, flags=Flag.ABSENCE) == [number(db, absent)]


def test_orders_are_right_after_a_save_that_renames_a_place(db: Database, season: Season) -> None:
    with index.followed(db) as kept:
        before = columns.load(db, kept)
        filters.found(db, kept, before, Wanted(), order="place", is_rising=True)
    altered(db, season.sites[0], base_site_name="Zone humide")
    with index.followed(db) as kept:
        after = columns.refreshed(db, kept, before)
        ids = filters.found(db, kept, after, Wanted(), order="place", is_rising=True).tolist()
    below = {number(db, line) for line in season.lines if season.sites[0].uid in _chain(season, line)}
    assert set(ids[-len(below) :]) == below


@given(st.lists(st.integers(0, 3) | st.integers(65_530, 65_540) | st.integers(0, 2**31 - 1), max_size=60))
def test_ranks_of_any_size_keep_equal_ones_as_they_stand(ranks: list[int]) -> None:
    order = filters.order_of(np.array(ranks, dtype=np.int32)).tolist()
    assert order == sorted(range(len(ranks)), key=ranks.__getitem__)

"""What the desk's own checks point at, and what they leave alone."""

from typing import Any

import numpy as np
import pytest
import shapely

from fieldapp.core.record import Record
from fieldapp.desk import checks, columns, index
from fieldapp.desk.columns import Columns
from fieldapp.store import walking
from fieldapp.store.connection import Database
from tests.desk.seasons import PALMATE, TOAD, altered, area, nothing, number, pond, seen, visit


def lines(db: Database) -> Columns:
    with index.followed(db) as kept:
        return columns.load(db, kept)


def counted(db: Database, counts: list[int], cd_nom: int = TOAD) -> list[Record]:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    at = visit(db, site, "2021-04-20")
    return [seen(db, at, cd_nom, count) for count in counts]


def test_a_count_that_99_of_100_others_do_not_reach_is_pointed_at(db: Database) -> None:
    made = counted(db, [*range(1, 101), 500])
    (hit,) = checks.high_counts(lines(db))
    assert (hit.record, hit.year) == (number(db, made[-1]), 2021)
    assert hit.params == {"count": 500, "limit": 100}


@pytest.mark.parametrize("size", [30, 70, 99, 100, 101, 150, 201])
def test_what_is_pointed_at_is_more_than_99_of_100_counts(db: Database, size: int) -> None:
    counts = [(7 * number) % size + 1 for number in range(size)]  # each from 1 to size once
    counted(db, counts)
    told = sorted(hit.params["count"] for hit in checks.high_counts(lines(db)))
    assert told == [count for count in sorted(counts) if sum(other < count for other in counts) * 100 > 99 * size]


def test_counts_of_another_taxon_do_not_matter(db: Database) -> None:
    counted(db, [1] * 140)
    counted(db, [900], PALMATE)
    assert list(checks.high_counts(lines(db))) == []


def first_season(db: Database) -> tuple[Record, Record]:
    site = pond(db, area(db, "Terrils"), "Mare 1", commune="Vimy")
    seen(db, visit(db, site, "2019-04-20"), TOAD)
    at = visit(db, site, "2021-04-20")
    return site, seen(db, at, PALMATE)


def firsts(db: Database, areas: dict[str, str], valid: dict[int, int] | None = None) -> list[checks.Hit]:
    """Return the first lines by the areas of sites; `valid` gives the valid number of a taxon that has another."""
    found = lines(db)
    names = sorted(set(areas.values()))
    sites = {int(db.value("SELECT id FROM record WHERE uid = ?", (uid,))): name for uid, name in areas.items()}
    of_line = [names.index(sites[site]) if site in sites else -1 for site in found.site.tolist()]
    refs = [(valid or {}).get(cd, cd) for cd in found.cd_nom.tolist()]
    where = checks.Areas(names, np.array(of_line, dtype=np.int64))
    return list(checks.firsts(found, where, np.array(refs, dtype=np.int32), checks.FIRST_COMMUNE))


def test_another_name_of_a_taxon_is_no_other_taxon(db: Database) -> None:
    site, newt = first_season(db)
    assert [hit.record for hit in firsts(db, {site.uid: "Vimy"})] == [number(db, newt)]
    assert firsts(db, {site.uid: "Vimy"}, {PALMATE: TOAD}) == []


def test_the_first_line_of_a_taxon_where_others_were_seen_before(db: Database) -> None:
    site, newt = first_season(db)
    (hit,) = firsts(db, {site.uid: "Vimy"})
    assert (hit.record, hit.year) == (number(db, newt), 2021)
    assert hit.params == {"area": "Vimy", "since": 2019}


def test_a_new_place_has_no_first_lines_and_a_taxon_only_one(db: Database) -> None:
    site, _newt = first_season(db)
    seen(db, visit(db, site, "2022-04-20"), PALMATE)
    fresh = pond(db, area(db, "Bois"), "Mare 2")
    seen(db, visit(db, fresh, "2022-04-20"), TOAD)
    found = firsts(db, {site.uid: "Vimy", fresh.uid: "Avion"})
    assert [hit.year for hit in found] == [2021]


def test_nothing_seen_is_no_first_line_and_a_place_without_a_name_none(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    nothing(db, visit(db, site, "2019-04-20"))
    nothing(db, visit(db, site, "2020-04-20"))
    assert firsts(db, {site.uid: "Vimy"}) == []
    seen(db, visit(db, site, "2021-04-20"), TOAD)
    assert firsts(db, {}) == []
    assert len(firsts(db, {site.uid: "Vimy"})) == 1


def moved(db: Database, site: Record) -> list[checks.Hit]:
    sites = {number(db, site): walking.by_number(db, [number(db, site)])[number(db, site)]}
    return list(checks.moved_sites(lines(db), sites, walking.moved(db, site.protocol, site.entity)))


@pytest.mark.parametrize(("east", "is_far"), [(0.0005, False), (0.001, True)])  # 35 m and 71 m at 50° north
def test_a_site_that_moved_after_its_visits_is_pointed_at(db: Database, east: float, is_far: bool) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1", 2.8, 50.4)
    visit(db, site, "2021-04-20")
    altered(db, site, longitude=2.8 + east)
    hits = moved(db, site)
    assert [hit.params["metres"] for hit in hits] == ([71] if is_far else [])


def test_a_site_that_moved_before_its_first_visit_was_only_being_entered(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    altered(db, site, longitude=3.5)
    visit(db, site, "2099-04-20")
    assert moved(db, site) == []


def test_a_site_that_was_put_back_has_not_moved(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1", 2.8, 50.4)
    visit(db, site, "2021-04-20")
    altered(db, site, latitude=50.41)
    altered(db, site, latitude=50.4)
    assert moved(db, site) == []


def test_small_moves_one_after_the_other_are_one_large_move(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1", 2.8, 50.4)
    visit(db, site, "2021-04-20")
    altered(db, site, latitude=50.4004)
    altered(db, site, latitude=50.4008)  # twice 44 m
    (hit,) = moved(db, site)
    assert hit.params["metres"] == 89


def off(db: Database, outlines: dict[int, Any]) -> list[tuple[int, float]]:
    found = lines(db)
    sites = walking.by_number(db, found.site.tolist())
    return [(hit.record, hit.params["km"]) for hit in checks.outside_areas(found, sites, outlines)]


def scattered(db: Database, *places: tuple[float, float]) -> tuple[Record, list[Record]]:
    group = area(db, "Terrils")
    sites = [pond(db, group, f"Mare {n}", *place) for n, place in enumerate(places)]
    for site in sites:
        visit(db, site, "2021-04-20")
    return group, sites


def test_a_site_far_from_the_others_of_its_area_is_pointed_at(db: Database) -> None:
    _group, sites = scattered(db, (2.8, 50.4), (2.81, 50.4), (2.8, 50.41), (2.805, 50.45))
    assert off(db, {}) == [(number(db, sites[3]), 4.5)]  # 4,448 m north and 354 m east of the nearest


def test_within_two_kilometres_of_the_others_nothing_is_said(db: Database) -> None:
    scattered(db, (2.8, 50.4), (2.81, 50.4), (2.8, 50.41), (2.805, 50.42))
    assert off(db, {}) == []


def test_few_sites_make_no_area(db: Database) -> None:
    scattered(db, (2.8, 50.4), (2.81, 50.4), (3.8, 50.4))
    assert off(db, {}) == []


def test_the_outline_of_a_map_counts_more_than_the_other_sites(db: Database) -> None:
    group, sites = scattered(db, (2.8, 50.4), (2.81, 50.4), (2.8, 50.41), (2.83, 50.4))
    outline = shapely.box(2.79, 50.39, 2.82, 50.42)
    assert off(db, {number(db, group): outline}) == [(number(db, sites[3]), 0.7)]  # 0.01° of longitude

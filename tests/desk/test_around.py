"""Commune and department of each line, from the maps or from what its place says."""

from fieldapp.desk import around, columns, index
from fieldapp.desk.checks import Areas
from fieldapp.desk.columns import Columns
from fieldapp.store import walking
from fieldapp.store.connection import Database
from tests.desk.maps import PAS_DE_CALAIS, VIMY, lay
from tests.desk.seasons import TOAD, area, number, pond, seen, visit


def told(db: Database) -> tuple[Columns, Areas, Areas]:
    with index.followed(db) as kept:
        lines = columns.load(db, kept)
    return lines, *around.communes_and_departments(db, lines, walking.by_number(db, lines.site.tolist()))


def named(areas: Areas) -> list[str]:
    return [areas.names[at] if at >= 0 else "" for at in areas.of_line.tolist()]


def test_a_site_lies_where_the_map_says_else_where_it_or_its_group_says(db: Database) -> None:
    lay(db, "commune", [VIMY])
    lay(db, "department", [PAS_DE_CALAIS])
    group = area(db, "Terrils", commune="Avion")
    inside, outside = pond(db, group, "Mare 1", 2.8, 50.38, commune="Ailleurs"), pond(db, group, "Mare 2", 2.5, 50.9)
    own = [number(db, seen(db, visit(db, site, "2021-04-20"), TOAD)) for site in (inside, outside)]
    lines, communes, departments = told(db)
    assert dict(zip(lines.line.tolist(), named(communes), strict=True)) == dict(
        zip(own, ["Vimy", "Avion"], strict=True)
    )
    assert named(departments) == ["62", "62"]


def test_without_maps_the_written_name_counts_and_no_name_is_none(db: Database) -> None:
    group = area(db, "Terrils")
    for day, site in enumerate((pond(db, group, "Mare 1", commune="Avion"), pond(db, group, "Mare 2")), 20):
        seen(db, visit(db, site, f"2021-04-{day}"), TOAD)
    _lines, communes, _departments = told(db)
    assert named(communes) == ["Avion", ""]


def test_no_line_lies_nowhere(db: Database) -> None:
    lines, communes, departments = told(db)
    assert (len(lines), named(communes), named(departments)) == (0, [], [])

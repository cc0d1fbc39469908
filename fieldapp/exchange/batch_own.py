"""What a protocol's own file tells: its records themselves, also those that nothing is told of in common terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fieldapp.core.occurrence import Place
from fieldapp.core.record import Node
from fieldapp.core.schema import Values
from fieldapp.core.telling import position
from fieldapp.desk.geography import Geography
from fieldapp.desk.sensitivity import EXACT, Levels
from fieldapp.exchange.exporting import seasons
from fieldapp.exchange.formats import Format, year_of
from fieldapp.exchange.selecting import Selection
from fieldapp.store import records
from fieldapp.store.connection import Database


@dataclass(frozen=True, slots=True)
class Line:
    """A record of a taxon in the years of a file: the department of its place, "" where that is not known.

    `is_line` is false where it is none of the protocol's lines, but lies above or below one.
    """

    uid: str
    cd_nom: int
    department: str
    is_line: bool


def lines(db: Database, form: Format, selection: Selection) -> list[Line]:
    """Return all that a protocol's own file is made from; BatchError where the selection is not one of years."""
    protocol = db.protocols[form.protocol]
    year = year_of(selection)
    present = records.years(db, protocol.code, form.dated_entity)
    years = sorted(present) if year is None else [one for one in present if one == year]
    line = protocol.standard().line if protocol.standard is not None else ""
    departments = _Departments(Geography.load(db))
    return [
        Line(node.record.uid, node.record.cd_nom or 0, departments.of(above), node.record.entity == line)
        for season in seasons(db, protocol, form.dated_entity, years)
        for tree in season.trees
        for node, above in _walk(tree, ())
        if node.record.cd_nom
    ]


def hidden(db: Database, found: Sequence[Line]) -> set[int]:
    """Return the taxa of which at least one line may not be told exactly to whoever has no right to know."""
    levels = Levels.load(db)
    return {one.cd_nom for one in found if levels.level(one.cd_nom, 0, one.department) > EXACT}


Path = tuple[Values, ...]
"""The values of a record and of those above it, itself first."""


def _walk(node: Node, above: Path) -> Iterator[tuple[Node, Path]]:
    """Yield each record of a tree with its path."""
    path = (node.record.data, *above)
    yield node, path
    for child in node.children:
        yield from _walk(child, path)


class _Departments:
    """Looks up in which department a record lies, by the nearest position that it or one above it has."""

    def __init__(self, geography: Geography) -> None:
        self._geography = geography
        self._known: dict[tuple[float, float], str] = {}

    def of(self, path: Path) -> str:
        for values in path:
            longitude, latitude = position(values)
            if longitude is not None and latitude is not None:
                at = (longitude, latitude)
                if at not in self._known:
                    around = self._geography.around(Place(uid="", longitude=longitude, latitude=latitude))
                    self._known[at] = around.department
                return self._known[at]
        return ""

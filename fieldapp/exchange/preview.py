"""What an export would hold, counted before it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fieldapp.core import checking
from fieldapp.core.exchange import Exporter, ExportSource, Season
from fieldapp.core.record import Node
from fieldapp.core.schema import StudyProtocol, Values
from fieldapp.exchange.exporting import seasons
from fieldapp.exchange.known import Taxa
from fieldapp.store import records
from fieldapp.store.connection import Database


@dataclass(frozen=True, slots=True)
class Preview:
    """Rows and dated records (visits) of an export; `incomplete` visits lack something that the protocol asks for.

    `without_row` counts the visits that the file leaves out: those without anything below, where the file has a row for
    each record below the visits. `reasons` are the sentences of what is missing, each with how many visits it is said
    of, the most frequent first.
    """

    rows: int
    visits: int
    incomplete: int
    without_row: int
    reasons: tuple[tuple[str, int], ...] = ()


def preview(
    db: Database, exporter: Exporter, year: int | None = None, *, check: Callable[[], object] = lambda: None
) -> Preview:
    """Return what the export of one year, or of all, would hold. `check` is called often and may raise to stop it."""
    protocol = next(item for item in db.protocols.values() if exporter in item.exports)
    present = records.years(db, protocol.code, exporter.dated_entity)
    years = tuple(sorted(present)) if year is None else tuple(item for item in present if item == year)
    taxa = Taxa(db, protocol)
    rows = visits = incomplete = without = 0
    reasons: Counter[str] = Counter()
    for season in seasons(db, protocol, exporter.dated_entity, years):
        check()
        found = sum(1 for _row in exporter.table(ExportSource((season,), taxa)).rows)
        empty = 0
        for node, parents in _dated(season, exporter.dated_entity):
            check()
            visits += 1
            empty += not node.children
            missing = _missing(protocol, node, parents, season, taxa)
            incomplete += bool(missing)
            reasons.update(missing)
        rows += found
        below = sum(len(node.children) for node, _parents in _dated(season, exporter.dated_entity))
        without += empty if found == below else 0
    return Preview(rows, visits, incomplete, without, tuple(reasons.most_common()))


def incomplete(
    db: Database,
    protocol: StudyProtocol,
    dated_entity: str,
    year: int | None = None,
    *,
    report: Callable[[int, int], object] = lambda _done, _total: None,
) -> dict[str, tuple[str, ...]]:
    """Return what each dated record (visit) of one year, or of all, still lacks: its uid -> sentences; {} when nothing.

    `report(done, total)` is called for each visit, season after season, and may raise to stop the search.
    """
    present = records.years(db, protocol.code, dated_entity)
    years = tuple(sorted(present)) if year is None else tuple(item for item in present if item == year)
    taxa = Taxa(db, protocol)
    found: dict[str, tuple[str, ...]] = {}
    for season in seasons(db, protocol, dated_entity, years):
        dated = list(_dated(season, dated_entity))
        for done, (node, parents) in enumerate(dated):
            report(done, len(dated))
            if missing := _missing(protocol, node, parents, season, taxa):
                found[node.record.uid] = missing
    return found


def _dated(season: Season, entity: str) -> Iterator[tuple[Node, dict[str, Values]]]:
    """Yield the dated nodes, each with the values above it by their entity."""
    pending: list[tuple[Node, dict[str, Values]]] = [(tree, {}) for tree in season.trees]
    while pending:
        node, parents = pending.pop()
        if node.record.entity == entity:
            yield node, parents
        else:
            below = {**parents, node.record.entity: node.record.data}
            pending += [(child, below) for child in node.children]


def _missing(
    protocol: StudyProtocol, node: Node, parents: dict[str, Values], season: Season, taxa: Taxa
) -> tuple[str, ...]:
    """Return the sentences of what a visit and all below it still lack, each once."""
    links = {uid: record.data for uid, record in season.links.items()}
    lines = [child.record for child in node.children]
    lacks = checking.lacking(protocol, node.record, lines, parents, year=season.year, taxa=taxa, links=links)
    return tuple(dict.fromkeys(checking.words(problem, protocol, entity) for problem, entity in lacks))

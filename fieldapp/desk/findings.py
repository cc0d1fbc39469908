"""The work list of the automatic checks: what a coordinator should look at, record by record.

Protocols' warnings that nobody confirmed and the desk's own checks (`checks`, `season_checks`) are told alike. "Seen,
it is right" is kept in the record as a confirmed code: it has a history, syncs, and can be undone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fieldapp.core import review
from fieldapp.core.checking import CONFIRMED
from fieldapp.core.errors import FieldappError
from fieldapp.core.record import Record, with_data
from fieldapp.core.schema import Severity
from fieldapp.core.text import _, fold
from fieldapp.desk import around, checks, columns, dismissal, index, season_checks, tables
from fieldapp.desk.checks import Hit
from fieldapp.desk.columns import Columns
from fieldapp.desk.index import Index
from fieldapp.desk.lines import Doubt, Flag, layout
from fieldapp.desk.tables import Numbers
from fieldapp.store import records, taxa, walking
from fieldapp.store.connection import Database
from fieldapp.store.records import Saved

QUESTION, ANSWERED, STALE = "desk_question", "desk_answered", "desk_changed_since"

OPEN_UNTIL_DONE = frozenset({QUESTION, ANSWERED, STALE})
"""Codes that no "seen" ends: a question is closed, a record is validated again."""

_NOTICES = frozenset({checks.FIRST_COMMUNE, checks.FIRST_DEPARTMENT, QUESTION})

CAUSE = "cause"
"""The figure of a protocol's warning that names the linked record (uid) in which it can be mended."""

Report = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: in which record, of which year (0: no date), with the figures of its words.

    `field` is the one that a protocol's warning is about, "" for none. `others` are the records of which the same is to
    be said for the same reason: it is said once. A notice is worth knowing, a warning worth a decision.
    """

    code: str
    record: str
    protocol: str
    year: int
    severity: Severity
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    field: str = ""
    others: Sequence[str] = ()


def of_year(
    db: Database, year: int, protocol: str | None = None, *, report: Report = lambda _done, _total: None
) -> list[Finding]:
    """Return what is to be looked at in a year, warnings first, then by protocol, code and record.

    Brings the desk's index up to date first, which takes minutes for the first time on a million lines; `report` is
    told how far it is and may raise to stop.
    """
    with index.followed(db, report) as kept:
        return found(db, kept, columns.load(db, kept), year, protocol)


def found(db: Database, kept: Index, lines: Columns, year: int, protocol: str | None = None) -> list[Finding]:
    """Return the same from an index that is up to date and its columns."""
    told = [*_warnings(db, kept, lines, year), *_of_hits(db, year, hits(db, lines, year)), *_reviews(db, lines, year)]
    wanted = [one for one in told if protocol is None or one.protocol == protocol]
    return sorted(wanted, key=lambda one: (one.severity is not Severity.WARNING, one.protocol, one.code, one.record))


def hits(db: Database, lines: Columns, year: int | None = None) -> list[Hit]:
    """Return what the desk's own checks find, whether somebody has dismissed it or not.

    Those that ask for the visits themselves (missing passages) are of `year` alone, and left out without one.
    """
    sites = walking.by_number(db, tables.distinct(lines.site).tolist())
    told = [*checks.high_counts(lines), *_firsts(db, lines, sites)]
    for code in lines.protocols.values():
        where = layout(db.protocols[code])
        if where is not None and where.visit.parent:
            told += checks.moved_sites(lines, sites, walking.moved(db, code, where.visit.parent))
    told += checks.outside_areas(lines, sites, _outlines(db, lines))
    if year is None:
        return told
    told = [hit for hit in told if hit.year == year]
    for one in db.protocols.values():
        told += season_checks.of_protocol(db, one, year)
    return told


def numbers(db: Database, found_hits: Iterable[Hit]) -> dict[str, Numbers]:
    """Return the records of these hits by code, without those that somebody has dismissed: for a filter."""
    by_record: dict[int, list[Hit]] = {}
    for hit in found_hits:
        by_record.setdefault(hit.record, []).append(hit)
    known = walking.by_number(db, by_record)
    return checks.records_of(
        hit
        for number, told in by_record.items()
        if (record := known.get(number)) is not None and not record.deleted
        for hit in told
        if not _is_dismissed(hit, record)
    )


def dismiss(db: Database, seen: Sequence[Finding]) -> Saved:
    """Keep in the records that somebody has looked at these findings and they are right, as one action.

    FieldappError for what is ended otherwise: a question, a record that was changed since it was validated.
    """
    if any(one.code in OPEN_UNTIL_DONE for one in seen):
        raise FieldappError(
            _("Une question se ferme, une donnée modifiée se valide à nouveau : ouvrez la ligne, puis décidez là.")
        )
    by_record: dict[str, list[Finding]] = {}
    for one in seen:
        for uid in (one.record, *one.others):
            by_record.setdefault(uid, []).append(one)
    changed = []
    for uid, record in records.get_many(db, by_record).items():
        marks = {dismissal.mark(one.code, record, one.year, one.params) for one in by_record[uid]}
        codes = sorted({*record.data.get(CONFIRMED, ()), *marks})
        entity = db.protocols[record.protocol].entity(record.entity)
        changed.append(with_data(record, entity, {**record.data, CONFIRMED: codes}))
    return records.save(db, changed, _("Contrôle vu : c’est bon"))


# --------------------------------------------------------------------------------------------------- parts


def _warnings(db: Database, kept: Index, lines: Columns, year: int) -> Iterator[Finding]:
    """Yield the protocols' warnings that nobody confirmed; one with its cause in a linked record once for that."""
    doubted = np.flatnonzero((lines.year == year) & lines.has(Flag.WARNING))
    protocols = dict(zip(lines.visit[doubted].tolist(), lines.protocol[doubted].tolist(), strict=True))
    doubts = kept.doubts_of(np.unique(lines.visit[doubted]).tolist())
    uids = walking.uids(db, {doubt.record for doubt in doubts})
    protocols |= dict(zip(lines.line[doubted].tolist(), lines.protocol[doubted].tolist(), strict=True))
    together: dict[object, list[Doubt]] = {}
    for doubt in doubts:
        if doubt.record in uids:
            cause = doubt.problem.params.get(CAUSE)
            key = (doubt.problem.code, protocols[doubt.record], cause) if cause else len(together)
            together.setdefault(key, []).append(doubt)
    for first, *others in together.values():
        problem = first.problem
        yield Finding(
            problem.code, uids[first.record], lines.protocols[protocols[first.record]], year, Severity.WARNING,
            problem.params, problem.field, tuple(uids[one.record] for one in others),
        )  # fmt: skip


def _of_hits(db: Database, year: int, told: Sequence[Hit]) -> Iterator[Finding]:
    known = walking.by_number(db, {hit.record for hit in told})
    for hit in told:
        record = known.get(hit.record)
        if record is not None and not record.deleted and not _is_dismissed(hit, record):
            severity = Severity.NOTICE if hit.code in _NOTICES else Severity.WARNING
            yield Finding(hit.code, record.uid, record.protocol, year, severity, hit.params)


def _is_dismissed(hit: Hit, record: Record) -> bool:
    return dismissal.mark(hit.code, record, hit.year, hit.params) in record.data.get(CONFIRMED, ())


def _reviews(db: Database, lines: Columns, year: int) -> Iterator[Finding]:
    """Yield questions, answers, and what was changed since it was validated: each of its own record."""
    said = np.flatnonzero((lines.year == year) & lines.has(Flag.QUESTION | Flag.ANSWERED | Flag.STALE))
    known = walking.by_number(db, np.unique(np.concatenate([lines.line[said], lines.visit[said]])).tolist())
    for record in known.values():
        for question in review.questions(record.data):
            code = ANSWERED if question.is_answered else QUESTION
            severity = Severity.WARNING if question.is_answered else Severity.NOTICE
            params = {"question": question.text, "answer": question.answer}
            yield Finding(code, record.uid, record.protocol, year, severity, params, question.field)
        if review.is_stale(record):
            yield Finding(STALE, record.uid, record.protocol, year, Severity.WARNING)


def _firsts(db: Database, lines: Columns, sites: Mapping[int, Record]) -> Iterator[Hit]:
    communes, departments = around.communes_and_departments(db, lines, sites)
    valid = _valid(db, lines)
    yield from checks.firsts(lines, communes, valid, checks.FIRST_COMMUNE)
    yield from checks.firsts(lines, departments, valid, checks.FIRST_DEPARTMENT)


def _valid(db: Database, lines: Columns) -> Numbers:
    """Return the number of the valid name (cd_ref) of each line's taxon, its own where that is not known."""
    there = tables.distinct(lines.cd_nom)
    known = taxa.by_cd_nom(db, there.tolist())
    refs = np.array([known[cd].cd_ref if cd in known else cd for cd in there.tolist()], dtype=np.int32)
    return tables.told_by(lines.cd_nom, there, refs)


def _outlines(db: Database, lines: Columns) -> dict[int, Any]:
    """Return the outlines of groups that a map has by name, as shapely geometries in degrees."""
    import shapely

    from fieldapp.desk.geography import Geography

    geography = Geography.load(db)
    outlines: dict[int, Any] = {}
    if not geography.outlines:
        return outlines
    for number, root in walking.by_number(db, tables.distinct(lines.root).tolist()).items():
        name = db.protocols[root.protocol].entity(root.entity).title(root.data)
        same = [area for area in geography.named(name) if fold(area.name) == fold(name)] if name else []
        if same:
            outlines[number] = shapely.from_wkb(same[0].wkb)
    return outlines

"""What visits and the records below them still lack, each record for itself: what keeps it from being validated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fieldapp.core import checking
from fieldapp.core.checking import Bulk
from fieldapp.core.record import Record
from fieldapp.core.schema import Context, Kind, Severity, StudyProtocol, Values
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.known_taxa import Taxa

Below = Mapping[str, Sequence[Record]]
"""The live records right below each record, by its uid; one without any may be absent."""


def below(db: Database, found: Iterable[Record]) -> dict[str, list[Record]]:
    """Return the live records at any depth below these, by the uid of what they lie right below."""
    children: dict[str, list[Record]] = {}
    level = [record.uid for record in found]
    while level:
        lower = records.children(db, level)
        for record in lower:
            children.setdefault(record.parent or "", []).append(record)
        level = [record.uid for record in lower]
    return children


def lacks(db: Database, found: Sequence[Record], children: Below) -> dict[str, tuple[str, ...]]:
    """Return the sentences of what each of these records and of those below them lacks, by uid; {}: all are complete.

    See `problems`, which says of each whether it is only missing.
    """
    told = problems(db, found, children)
    return {uid: tuple(one.words for one in lacking) for uid, lacking in told.items()}


@dataclass(frozen=True, slots=True)
class Lack:
    """What keeps a record from being complete, in a sentence; `is_wrong` says that it can't be, not that it lacks."""

    words: str
    is_wrong: bool


def problems(db: Database, found: Sequence[Record], children: Below) -> dict[str, tuple[Lack, ...]]:
    """Return what each of these records and of those below them lacks, or has that can't be, by uid.

    A record of any day is judged as on the last day of its year: what is stored was not in the future when it was.
    """
    by_protocol: dict[str, list[Record]] = {}
    for record in found:
        by_protocol.setdefault(record.protocol, []).append(record)
    told: dict[str, tuple[Lack, ...]] = {}
    for code, group in by_protocol.items():
        walk = _Walk(db, db.protocols[code], children)
        walk.know_links([*group, *(item for lower in children.values() for item in lower)])
        for placed in records.placed(db, group):
            parents = {entity: above.data for entity, above in placed.parents.items()}
            walk.judge(placed.record, parents, _last_day(placed.record, placed.parents))
        told |= walk.told
    return told


def _last_day(record: Record, above: Mapping[str, Record]) -> date:
    """Return the last day of the year of a record, or of the nearest dated one above it; of a later one without."""
    dated = next((item.on_date for item in (record, *above.values()) if item.on_date), None)
    year = int(dated[:4]) if dated and dated[:4].isdecimal() and int(dated[:4]) else date.max.year
    return date(year, 12, 31)


class _Walk:
    """One walk over records of a protocol; `told` is what they lack."""

    def __init__(self, db: Database, protocol: StudyProtocol, children: Below) -> None:
        self.told: dict[str, tuple[Lack, ...]] = {}
        self._db = db
        self._protocol = protocol
        self._children = children
        self._taxa = Taxa(db, protocol)
        self._bulk = Bulk()
        self._links: dict[str, Values] = {}

    def know_links(self, found: Iterable[Record]) -> None:
        """Read what these records point to, all at once."""
        fields = {
            entity.code: [item.name for item in entity.fields if item.kind in {Kind.LINK, Kind.LINKS}]
            for entity in self._protocol.entities
        }
        wanted: dict[str, None] = {}
        for record in found:
            if record.protocol != self._protocol.code:
                continue
            for name in fields[record.entity]:
                value = record.data.get(name)
                wanted.update(dict.fromkeys([value] if isinstance(value, str) else value or ()))
        self._links = {uid: record.data for uid, record in records.get_many(self._db, wanted).items()}

    def judge(self, record: Record, parents: Mapping[str, Values], last: date) -> None:
        """Look at a record and all below it."""
        lower = self._children.get(record.uid, ())
        entity = self._protocol.entity(record.entity)
        values = [item.data for item in lower]
        context = Context(record.data, parents, (), values, last, self._taxa, self._links)
        problems = checking.problems(self._protocol, entity, context, bulk=self._bulk)
        if wrong := [one for one in problems if one.severity in {Severity.BLOCKING, Severity.INCOMPLETE}]:
            self.told[record.uid] = tuple(
                Lack(checking.words(one, self._protocol, entity), one.severity is Severity.BLOCKING) for one in wrong
            )
        above = {**parents, record.entity: record.data}
        for item in lower:
            self.judge(item, above, last)

"""What the database knows around a list: places with a name and a position, and what the last lists have noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from fieldapp.core.positions import Position, distance_km
from fieldapp.core.record import Record
from fieldapp.core.schema import Entity, StudyProtocol
from fieldapp.core.text import fold
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.rounds import shown

DAYS = 800
"""Days back in which lists are looked at: two seasons (a choice of the program)."""

MOST = 400
"""Lists whose species are counted, the newest: what people note now, and quickly read."""

NEAR_KM = 1.0
"""Lists within so far are of the same place (a choice of the program)."""

_POSITION = ("longitude", "latitude")


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place with its name, what it is ("Mare · Terrils du 11/19"), and where it lies."""

    name: str
    what: str
    at: Position | None


@dataclass
class Around:
    """The lists before this one and the places of all protocols; the places are read at the first letter."""

    db: Database
    protocol: StudyProtocol
    lists: list[Record] = field(default_factory=list)
    noted: Counter[int] = field(default_factory=Counter)
    _lines: dict[str, list[int]] = field(default_factory=dict)
    _places: list[KnownPlace] | None = None

    @classmethod
    def read(cls, db: Database, protocol: StudyProtocol, today: date) -> Around:
        """Read the lists of the last seasons and what the newest of them noted."""
        around = cls(db, protocol)
        entity = _visit(protocol)
        first = (today - timedelta(days=DAYS)).isoformat()
        around.lists = records.dated(db, protocol.code, entity.code, first, today.isoformat())
        for line in records.children(db, [one.uid for one in around.lists[-MOST:]]):
            if line.cd_nom:
                around.noted[line.cd_nom] += 1
                around._lines.setdefault(line.parent or "", []).append(line.cd_nom)
        return around

    def seen(self, visit: Record) -> dict[int, int]:
        """Return what other lists noted at the place of this one: cd_nom -> last year."""
        at, name = position_of(visit), fold(_name(visit, self.protocol))
        found: dict[int, int] = {}
        for other in self.lists:
            if other.uid == visit.uid or not other.on_date:
                continue
            there = position_of(other)
            is_near = at is not None and there is not None and _far_km(at, there) <= NEAR_KM
            if is_near or (name and name == fold(_name(other, self.protocol))):
                for cd_nom in self._lines.get(other.uid, ()):
                    found[cd_nom] = max(found.get(cd_nom, 0), int(other.on_date[:4]))
        return found

    def places(self, text: str, limit: int) -> list[KnownPlace]:
        """Return the places of which each word typed begins a word of the name or of what it is."""
        if self._places is None:
            self._places = _unique([*self._of_lists(), *_of_protocols(self.db)])
        parts = fold(text).replace("-", " ").split()
        fitting = [place for place in self._places if _fits(parts, f"{place.name} {place.what}")]
        fitting.sort(key=lambda place: not fold(place.name).startswith(fold(text)))
        return fitting[:limit]

    def _of_lists(self) -> Iterator[KnownPlace]:
        for one in reversed(self.lists):
            if name := _name(one, self.protocol):
                yield KnownPlace(name, "", position_of(one))


def position_of(record: Record) -> Position | None:
    """Return where a record says that it lies."""
    longitude, latitude = (record.data.get(name) for name in _POSITION)
    if not isinstance(longitude, int | float) or not isinstance(latitude, int | float):
        return None
    return Position(float(longitude), float(latitude))


def _visit(protocol: StudyProtocol) -> Entity:
    if protocol.day_list is None:
        raise LookupError(protocol.code)
    return protocol.entity(protocol.day_list.sheet.visit)


def _name(visit: Record, protocol: StudyProtocol) -> str:
    return str(visit.data.get(protocol.day_list.place, "")) if protocol.day_list else ""


def _far_km(one: Position, other: Position) -> float:
    return distance_km((one.longitude, one.latitude), (other.longitude, other.latitude))


def _of_protocols(db: Database) -> Iterator[KnownPlace]:
    """Yield the places of all protocols that have a position: those without a date, from the top down."""
    for protocol in db.protocols.values():
        titles: dict[str, str] = {}
        level: Mapping[str, list[Record]] = {}
        for entity in protocol.entities:
            if entity.date_field or entity.taxon_field:
                continue
            found = _undated(db, protocol, entity, level)
            level = {**level, entity.code: found}
            titles |= {record.uid: shown(entity.title(record.data)) for record in found}
            if not all(name in entity.by_name for name in _POSITION):
                continue
            for record in found:
                name, at = titles[record.uid], position_of(record)
                if name and at is not None:
                    yield KnownPlace(name, titles.get(record.parent or "", ""), at)


def _undated(db: Database, protocol: StudyProtocol, entity: Entity, level: Mapping[str, list[Record]]) -> list[Record]:
    if entity.parent is None:
        return records.roots(db, protocol.code, entity.code)
    above = level.get(entity.parent, [])
    return records.undated(db, [record.uid for record in above], [entity.code]) if above else []


def _unique(places: list[KnownPlace]) -> list[KnownPlace]:
    found: dict[tuple[str, str], KnownPlace] = {}
    for place in places:
        known = found.get((fold(place.name), place.what))
        if known is None or known.at is None:
            found[fold(place.name), place.what] = place
    return list(found.values())


def _fits(parts: list[str], text: str) -> bool:
    words = fold(text).replace("-", " ").replace("_", " ").replace(",", " ").split()
    return all(any(word.startswith(part) for word in words) for part in parts)

"""What the store knows around one visit: its place and aire, the visits before, what was seen, what carries over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fieldapp.core.errors import FieldappError
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Entity, Kind, StudyProtocol, Values
from fieldapp.core.text import _
from fieldapp.store import records
from fieldapp.store.connection import Database


@dataclass
class Past:
    """The surroundings of a visit. `seen` is cd_nom -> last year at this place; `links` the linked records by uid.

    The cost of reading follows the visits of this one place, never the size of the database.
    """

    site: Record
    group: Record | None
    visits: Sequence[Record]
    protocol: StudyProtocol
    seen: dict[int, int] = field(default_factory=dict)
    links: dict[str, Values] = field(default_factory=dict)
    carried: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, db: Database, protocol: StudyProtocol, site: str, today: date) -> Past:
        """Read what lies around a place; a FieldappError when the place is not there any more."""
        form = protocol.form
        place = records.get(db, site)
        if form is None or place is None or place.deleted:
            raise FieldappError(_("Ce lieu n’existe plus : retournez à la tournée et choisissez-en un autre."))
        group = records.get(db, place.parent) if place.parent else None
        visits = [record for record in records.children(db, [site]) if record.entity == form.sheet.visit]
        past = cls(place, group, visits, protocol)
        past.carried = past.of_the_evening(db, today)
        return past

    def parents(self) -> Mapping[str, Values]:
        """Return the values of the parents of a visit by their entity."""
        found = {self.site.entity: self.site.data}
        if self.group is not None:
            found[self.group.entity] = self.group.data
        return found

    def siblings(self, visit: str) -> list[Values]:
        """Return the values of the other visits of the place."""
        return [other.data for other in self.visits if other.uid != visit]

    def visit(self, uid: str | None, passage: int | None, today: date) -> Record | None:
        """Return the visit with this uid, else this year's visit of the passage, else today's; None: a new one."""
        if uid is not None:
            named = next((visit for visit in self.visits if visit.uid == uid), None)
            if named is not None:
                return named
        form = self.protocol.form
        assert form is not None
        for visit in reversed(self.visits):
            if passage is None and visit.on_date == today.isoformat():
                return visit
            of_year = (visit.on_date or "")[:4] == str(today.year)
            if passage is not None and of_year and form.round.passage_of(visit.data) == passage:
                return visit
        return None

    def fresh(self, db: Database, protocol: StudyProtocol, passage: int | None, today: date) -> Record:
        """Return a new visit, not saved: what the form starts with, and what carries over from the same evening."""
        form = protocol.form
        assert form is not None
        entity = protocol.entity(form.sheet.visit)
        of_year = [visit.data for visit in self.visits if (visit.on_date or "")[:4] == str(today.year)]
        data = {**form.sheet.new_visit(self.site.data, of_year, today), **self.carried}
        if passage is not None and form.sheet.passage_field:
            data[form.sheet.passage_field] = passage
        return make_record(protocol.code, entity, data, self.site.uid)

    def of_the_evening(self, db: Database, today: date) -> dict[str, Any]:
        """Return the values that carry over: those of the last visit of the day, else the only ones that there are."""
        form = self.protocol.form
        assert form is not None
        entity = self.protocol.entity(form.sheet.visit)
        day = today.isoformat()
        visits = sorted(records.dated(db, self.protocol.code, form.sheet.visit, day, day), key=lambda visit: visit.uid)
        found: dict[str, Any] = {}
        for item in entity.fields:
            if not item.keep:
                continue
            kept = next((visit.data[item.name] for visit in reversed(visits) if item.name in visit.data), None)
            if kept is None and item.target:
                kept = _obvious(db, item.target, item.kind)
            if kept is not None:
                found[item.name] = kept
        return found

    def look_before(self, db: Database, protocol: StudyProtocol, visit: Record) -> None:
        """Read what was seen at the place at the visits before this one."""
        form = protocol.form
        assert form is not None
        before = {
            other.uid: int(other.on_date[:4])
            for other in self.visits
            if other.on_date and other.on_date < (visit.on_date or "") and other.uid != visit.uid
        }
        self.seen = {}
        for line in records.children(db, before):
            if line.entity == form.sheet.observation and line.cd_nom and form.sheet.is_sighting(line.data):
                year = before[line.parent or ""]
                self.seen[line.cd_nom] = max(year, self.seen.get(line.cd_nom, year))

    def know_links(self, db: Database, protocol: StudyProtocol, entity: Entity, data: Values) -> None:
        """Read the records that the visit points to."""
        uids: list[str] = []
        for item in entity.fields:
            value = data.get(item.name)
            if item.kind is Kind.LINK and isinstance(value, str):
                uids.append(value)
            elif item.kind is Kind.LINKS and isinstance(value, list):
                uids.extend(value)
        unknown = [uid for uid in uids if uid not in self.links]
        if unknown:
            self.links.update((uid, record.data) for uid, record in records.get_many(db, unknown).items())


def _obvious(db: Database, target: str, kind: Kind) -> Any:
    """Return who saves (for people) or the only record that there is; None when nothing is obvious."""
    for protocol in db.protocols.values():
        if all(entity.code != target for entity in protocol.entities):
            continue
        known = records.roots(db, protocol.code, target)
        uid = next((record.uid for record in known if record.uid == db.author.who), None)
        if uid is None and kind is Kind.LINK and len(known) == 1:
            uid = known[0].uid
        if uid is not None:
            return [uid] if kind is Kind.LINKS else uid
    return None

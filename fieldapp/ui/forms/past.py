"""What the store knows around one visit: its place and aire, the visits before, what was seen, what carries over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fieldapp.core.errors import FieldappError
from fieldapp.core.forms import SheetForm, Start
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Entity, Kind, StudyProtocol, Values
from fieldapp.core.text import _
from fieldapp.store import changes, records
from fieldapp.store.connection import Database

EVENING_HOURS = 12
"""Hours within which a visit belongs to the same outing, so that its observers carry over (a choice of the program)."""


def sheet_of(protocol: StudyProtocol) -> SheetForm:
    """Return the sheet of a protocol that has one, for the visit of a place or for a list of the day."""
    entry = protocol.form or protocol.day_list
    if entry is None:
        raise LookupError(protocol.code)
    return entry.sheet


@dataclass
class Past:
    """The surroundings of a visit. `seen` is cd_nom -> last year at this place; `links` the linked records by uid.

    `place` is None for a visit that lies below no place: it says itself where it was.

    `newcomer` is who records, when this database does not know them yet: saved with the first visit that names them.

    The cost of reading follows the visits of this one place, never the size of the database.
    """

    place: Record | None
    group: Record | None
    visits: Sequence[Record]
    protocol: StudyProtocol
    seen: dict[int, int] = field(default_factory=dict)
    links: dict[str, Values] = field(default_factory=dict)
    carried: dict[str, Any] = field(default_factory=dict)
    newcomer: Record | None = None

    @property
    def site(self) -> Record:
        """The place of the visit; LookupError for one that has none."""
        if self.place is None:
            raise LookupError(self.protocol.code)
        return self.place

    @property
    def parent(self) -> str | None:
        """The uid of the record above the visit."""
        return self.place.uid if self.place else None

    @classmethod
    def read(
        cls, db: Database, protocol: StudyProtocol, site: str, today: date, year: int, newcomer: Record | None = None
    ) -> Past:
        """Read what lies around a place; a FieldappError when the place is not there any more."""
        form = protocol.form
        place = records.get(db, site)
        if form is None or place is None or place.deleted:
            raise FieldappError(_("Ce lieu n’existe plus : retournez à la tournée et choisissez-en un autre."))
        group = records.get(db, place.parent) if place.parent else None
        visits = [record for record in records.children(db, [site]) if record.entity == form.sheet.visit]
        past = cls(place, group, visits, protocol, newcomer=newcomer)
        past.carried = past.lasting(db, year) | past.of_the_evening(db, today, year)
        return past

    def parents(self) -> Mapping[str, Values]:
        """Return the values of the parents of a visit by their entity."""
        found = {self.place.entity: self.place.data} if self.place is not None else {}
        if self.group is not None:
            found[self.group.entity] = self.group.data
        return found

    def siblings(self, visit: str) -> list[Values]:
        """Return the values of the other visits of the place."""
        return [other.data for other in self.visits if other.uid != visit]

    def visit(self, uid: str | None, passage: int | None, today: date, year: int) -> Record | None:
        """Return the visit with this uid, else the year's visit of the passage, else today's; None: a new one."""
        if uid is not None:
            named = next((visit for visit in self.visits if visit.uid == uid), None)
            if named is not None:
                return named
        form = self.protocol.form
        assert form is not None
        for visit in reversed(self.visits):
            if passage is None and visit.on_date == today.isoformat():
                return visit
            of_year = (visit.on_date or "")[:4] == str(year)
            if passage is not None and of_year and form.round.passage_of(visit.data) == passage:
                return visit
        return None

    def fresh(self, protocol: StudyProtocol, passage: int | None, today: date, year: int) -> Record:
        """Return a new visit, not saved: what the form starts with, and what carries over.

        One of another year has no date yet: the day is not today, and nobody but the person knows it.
        """
        form = protocol.form
        assert form is not None
        entity = protocol.entity(form.sheet.visit)
        visits = [visit.data for visit in self.visits]
        start = Start(self.site.data, visits, year, today if today.year == year else None, passage)
        data = {**form.sheet.new_visit(start), **self.carried}
        if passage is not None and form.sheet.passage_field:
            data[form.sheet.passage_field] = passage
        return make_record(protocol.code, entity, data, self.site.uid)

    def lasting(self, db: Database, year: int) -> dict[str, Any]:
        """Return what the last visit of the same person on this computer says of them; a dataset within its year."""
        sheet = sheet_of(self.protocol)
        if not sheet.lasting:
            return {}
        uid = changes.last_saved_by(db, self.protocol.code, sheet.visit)
        visit = records.get(db, uid) if uid else None
        if visit is None:
            return {}
        entity = self.protocol.entity(sheet.visit)
        same_year = (visit.on_date or "")[:4] == str(year)
        return {
            name: visit.data[name]
            for name in sheet.lasting
            if name in visit.data and (same_year or not entity.by_name[name].target)
        }

    def of_the_evening(self, db: Database, today: date, year: int) -> dict[str, Any]:
        """Return the values that carry over: those of the last visit of the day, else the only ones that there are.

        An evening goes on after midnight: the last visit that this person saved within EVENING_HOURS carries over as
        well, and only that: the date of a sheet that is opened after midnight is the new day. Sheets of another year
        are typed from paper: the evenings do not touch them.
        """
        entity = self.protocol.entity(sheet_of(self.protocol).visit)
        day = today.isoformat()
        dated = records.dated(db, self.protocol.code, entity.code, day, day) if today.year == year else []
        visits = sorted(dated, key=lambda visit: visit.uid)
        visits += [visit for visit in [self._just_saved(db, today)] if visit is not None and today.year == year]
        found: dict[str, Any] = {}
        for item in entity.fields:
            if not item.keep:
                continue
            kept = next((visit.data[item.name] for visit in reversed(visits) if item.name in visit.data), None)
            if kept is None and item.target:
                kept = self._obvious(db, item.target, item.kind)
            if kept is not None:
                found[item.name] = kept
        return found

    def _just_saved(self, db: Database, today: date) -> Record | None:
        """Return the visit of today or yesterday that this person saved last, where that is not long ago."""
        uid = changes.last_saved_by(db, self.protocol.code, sheet_of(self.protocol).visit)
        visit = records.get(db, uid) if uid else None
        if visit is None or visit.on_date not in {today.isoformat(), (today - timedelta(days=1)).isoformat()}:
            return None
        saved = datetime.fromisoformat(changes.history(db, visit.uid)[-1].action.made_at)
        return visit if datetime.now(UTC) - saved <= timedelta(hours=EVENING_HOURS) else None

    def _obvious(self, db: Database, target: str, kind: Kind) -> Any:
        """Return who saves (for people) or the only record that there is; None when nothing is obvious."""
        for protocol in db.protocols.values():
            if all(entity.code != target for entity in protocol.entities):
                continue
            known = [record.uid for record in records.roots(db, protocol.code, target)]
            if self.newcomer is not None and self.newcomer.entity == target:
                known.append(self.newcomer.uid)
            uid = next((uid for uid in known if uid == db.author.who), None)
            if uid is None and kind is Kind.LINK and len(known) == 1:
                uid = known[0]
            if uid is not None:
                return [uid] if kind is Kind.LINKS else uid
        return None

    def look_before(self, db: Database, protocol: StudyProtocol, visit: Record, year: int) -> None:
        """Read what was seen at the place at the visits before this one, before its year where it has no date yet."""
        form = protocol.form
        assert form is not None
        before = {
            other.uid: int(other.on_date[:4])
            for other in self.visits
            if other.on_date and other.on_date < (visit.on_date or str(year)) and other.uid != visit.uid
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

"""One list of the day while it is typed: a sheet that lies below no place, and says itself where it was. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fieldapp.core.forms import Start, fit
from fieldapp.core.ids import new_uid
from fieldapp.core.positions import Position
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import StudyProtocol, Taxon, Values
from fieldapp.core.text import _
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.forms.past import Past, sheet_of
from fieldapp.ui.forms.session import SHOWN_SUGGESTIONS, SheetSession
from fieldapp.ui.forms.waiting import Finding
from fieldapp.ui.occasional.around import Around, position_of
from fieldapp.ui.occasional.begun import draft_key, form_of

POSITION_TEXT = "position"
"""The name under which the text of a position waits that was not read yet."""

_SEARCHED = 24
"""Names of other lists that are put in the order of what was noted lately."""

_LAST = 9
"""The place of a name that fits in a way that `fit` does not know, behind all others."""


class ListSession(SheetSession):
    """The list of a sheet. `open_list` makes one; every method that changes records saves them at once."""

    around: Around

    @property
    def passage(self) -> int:
        """A list is no passage."""
        return 0

    @property
    def site_name(self) -> str:
        """The name of the place, else what the list is."""
        return str(self.visit.data.get(form_of(self.protocol).place, "")) or _("Liste du jour")

    @property
    def group_name(self) -> str:
        """Nothing lies above a list."""
        return ""

    @property
    def draft_key(self) -> str:
        """The key of the draft: by list, for a new one as well."""
        return draft_key(self.protocol.code, self.visit.uid)

    @property
    def at(self) -> Position | None:
        """Where it was, None while nobody said."""
        return position_of(self.visit)

    def restore(self) -> bool:
        """Take up the draft of this list; return whether there was one."""
        found = drafts.get(self.db, self.draft_key)
        if found:
            self._take_up(found)
        return bool(found)

    def awaits_day(self) -> str:
        """Return "" or, while a new list has no date, the sentence that asks for it: without one nothing is saved."""
        if self.is_stored or self.visit.data.get(self.visit_entity.date_field or ""):
            return ""
        return _("Tapez d’abord la date : tout le reste attend sur la liste.")

    def set_place(self, name: str, at: Position | None) -> None:
        """Give the list the name of its place, and with a known one its position; saves."""
        form = form_of(self.protocol)
        self.texts.pop(form.place, None)
        values: dict[str, Any] = {form.place: " ".join(name.split()) or None}
        if at is not None:
            self.texts.pop(POSITION_TEXT, None)
            values |= {form.longitude: at.longitude, form.latitude: at.latitude}
        if any(self.visit.data.get(key) != value for key, value in values.items()):
            self.set_fields(values)
            self.look_around()

    def set_position(self, at: Position | None) -> None:
        """Give the list its position, None for none; saves."""
        form = form_of(self.protocol)
        self.texts.pop(POSITION_TEXT, None)
        values = {form.longitude: at.longitude if at else None, form.latitude: at.latitude if at else None}
        self.set_fields(values)
        self.look_around()

    def look_around(self) -> None:
        """Find out what other lists noted here."""
        self.past.seen = self.around.seen(self.visit)
        self.know(self.past.seen)

    def suggestions(self, text: str) -> list[Taxon]:
        """Return the taxa that fit the letters best: those noted here first, then the usual ones; a list that fits.

        Without letters those noted here.
        """
        found = {taxon.cd_nom: taxon for taxon in self.sheet.suggest(text, self.taxa, self.past.seen)}
        if text.strip():
            found |= {taxon.cd_nom: taxon for taxon in self.search(text, _SEARCHED) if taxon.cd_nom not in found}
        usual = {cd_nom: number for number, cd_nom in enumerate(form_of(self.protocol).usual())}

        def order(taxon: Taxon) -> tuple[object, ...]:
            how = fit(text, taxon) if text.strip() else 0
            rank = usual.get(taxon.cd_nom, len(usual))
            return (
                _LAST if how is None else how,
                taxon.cd_nom not in self.past.seen,
                -self.around.noted[taxon.cd_nom],
                rank,
            )

        return sorted(found.values(), key=order)[:SHOWN_SUGGESTIONS]

    def _other_year(self, data: Values) -> list[Finding]:
        """Say nothing: a list is of the day that it says."""
        return []


def open_list(
    db: Database,
    protocol: StudyProtocol,
    known: Mapping[int, Taxon],
    uid: str = "",
    *,
    on: date | None = None,
    newcomer: Record | None = None,
    after: Values | None = None,
) -> ListSession:
    """Return the list with this uid, saved or begun, else a new one of today.

    `newcomer` is who records where the database does not know them. `after` are the values of a list just thrown away:
    what carries over within a day comes from it.
    """
    today = rounds.today()
    entity = protocol.entity(sheet_of(protocol).visit)
    stored = records.get(db, uid) if uid else None
    if stored is not None and (stored.deleted or stored.entity != entity.code):
        stored = None
    past = Past(None, None, [], protocol, newcomer=newcomer)
    past.carried = past.lasting(db, today.year) | past.of_the_evening(db, today, today.year)
    gone = after or {}
    past.carried |= {item.name: gone[item.name] for item in entity.fields if item.keep and item.name in gone}
    start = Start({}, (), today.year, on or today)
    is_begun = bool(uid) and drafts.get(db, draft_key(protocol.code, uid)) is not None
    own = uid if is_begun else new_uid()
    fresh = make_record(protocol.code, entity, {**sheet_of(protocol).new_visit(start), **past.carried}, None, own)
    year = int(((stored.on_date or "") if stored else "")[:4] or today.year)
    session = ListSession(db, protocol, known, past, stored or fresh, today, year)
    session.blank = fresh.data
    session.is_stored = stored is not None
    session.restore()
    past.know_links(db, protocol, entity, session.visit.data)
    if stored is not None:
        below = records.children(db, [stored.uid])
        session.lines = [record for record in below if record.entity == session.sheet.observation]
    session.around = Around.read(db, protocol, today)
    session.look_around()
    session.know(line.cd_nom for line in session.lines)
    return session

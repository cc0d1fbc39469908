"""What other tables do while the lines of a session are typed: their lines come in, their strings are left to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fieldapp.core.record import Record
from fieldapp.core.text import _
from fieldapp.protocols.banding.holding import Holding
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, RING_FATE, RING_STRING, RINGED
from fieldapp.store import changes, leases, records
from fieldapp.store.connection import Database
from fieldapp.ui.banding import capture_correction as correction
from fieldapp.ui.page import PageContext, PageWidget
from fieldapp.ui.sync import table_runner

if TYPE_CHECKING:
    from fieldapp.ui.banding.capture_session import CaptureSession
    from fieldapp.ui.sync.sharing_card import SharingPanel


@dataclass
class Came:
    """What came from elsewhere: lines of this session that are new or other, lines that went, and the rest.

    `line_went`: the line that was being corrected is no more. `session_changed`: the session itself was.
    """

    lines: list[Record] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    others: int = 0
    line_went: bool = False
    session_changed: bool = False

    @property
    def is_something(self) -> bool:
        """Whether anything came."""
        return bool(self.lines or self.gone or self.others or self.session_changed)


def take_in(session: CaptureSession) -> Came:
    """Bring the session up to date with what was stored since it was last asked; what is being typed stays."""
    db, came = session.db, Came()
    uids = changes.touched_after(db, session.seen)
    session.seen = changes.newest(db)
    for record in records.get_many(db, uids).values():
        if record.protocol != CODE:
            continue
        if record.uid == session.uid:
            _take_session(session, record, came)
        elif record.entity == OBSERVATION.code and record.parent == session.uid:
            _take_line(session, record, came)
        elif record.entity in {OBSERVATION.code, RING_STRING.code, RING_FATE.code}:
            session.desk.came(record)
            came.others += 1
    if came.is_something:
        _offer_again(session)
    return came


def _take_session(session: CaptureSession, record: Record, came: Came) -> None:
    if record != session.session.record and not record.deleted:
        session.session = replace(session.session, record=record)
        session.desk.session = session.session
        came.session_changed = True


def _take_line(session: CaptureSession, record: Record, came: Came) -> None:
    uid, before = record.uid, session.captures.get(record.uid)
    if record.deleted:
        if before is not None:
            _take_out(session, before, came)
        return
    if before is not None and before.data == record.data:
        return
    session.captures[uid] = record
    session.desk.came(record)
    if before is not None:
        session.learnt.drop(before)
    session.learnt.add(record)
    came.lines.append(record)
    # A correction that was begun goes over what is stored now, field by field.
    if uid in session.waiting:
        session.waiting[uid] = correction.resumed(correction.kept(session.waiting[uid]), record.data)
    if session.line.uid == uid and session.line.base is not None:
        session.go_on(correction.resumed(correction.kept(session.line), record.data))


def _take_out(session: CaptureSession, before: Record, came: Came) -> None:
    uid = before.uid
    is_open = session.line.uid == uid
    del session.captures[uid]
    session.waiting.pop(uid, None)
    session.desk.removed(uid)
    session.learnt.drop(before)
    came.gone.append(uid)
    if is_open:
        came.line_went = True
        session.to_fresh()


def _offer_again(session: CaptureSession) -> None:
    """Offer another ring where the one that is offered is on a bird of the other table by now, or of its string."""
    reading = session.reading
    stock = reading.stock if reading is not None else None
    if reading is None or stock is None or not session.line.is_offered:
        if session.no_offer:
            session.offer()
        return
    if not stock.is_free(reading.ring) or session.desk.holding.is_elsewhere(stock):
        session.offer()


def take_holding(session: CaptureSession, holding: Holding) -> bool:
    """Take over who holds which string; return whether that is news."""
    if holding == session.desk.holding:
        return False
    session.desk.holding = holding
    _offer_again(session)
    return True


def strings_in_use(session: CaptureSession) -> frozenset[str]:
    """Return the strings that rings are taken from here, that of the ring in the line among them."""
    reading = session.reading
    found = set(session.desk.in_hand)
    if reading is not None and reading.stock is not None and reading.action == RINGED:
        found.add(reading.stock.uid)
    return frozenset(found - session.desk.holding.others.keys())


def holding_of(db: Database, *, is_shared: bool = False, is_cut: bool = False) -> Holding:
    """Return who holds which ring string, as the hubs said last."""
    held = leases.held(db)
    own = frozenset(name for name, device in held.items() if device == db.author.device)
    theirs = {name: device for name, device in held.items() if name not in own}
    names = _names(db, set(theirs.values())) if theirs else {}
    return Holding({name: names.get(device, "") for name, device in theirs.items()}, own, is_shared, is_cut)


def _names(db: Database, devices: set[str]) -> dict[str, str]:
    """Return what these laptops are called: after the person who saved there last."""
    people = leases.people(db, devices)
    known = records.get_many(db, people.values())
    words = {uid: str(record.data.get("name", "")) for uid, record in known.items()}
    return {device: _("PC de {name}").format(name=words[uid]) for device, uid in people.items() if words.get(uid)}


class Others:
    """The other tables of a page of captures: `show(came)` is called when they brought or took something.

    `session()` returns what is shown, None while nothing is. Strings are held as long as the page is used.
    """

    def __init__(
        self,
        context: PageContext,
        page: PageWidget,
        session: Callable[[], CaptureSession | None],
        show: Callable[[Came], object],
    ) -> None:
        self._context, self._page, self._session, self._show = context, page, session, show
        self.runner = table_runner.of(context)
        self._panel: SharingPanel | None = None
        self.runner.came.connect(self.look)
        self.runner.ringed.connect(self._ringed)
        self.runner.resume()

    def look(self) -> None:
        """Take in what others have stored."""
        session = self._session()
        if session is None:
            return
        came = take_in(session)
        take_holding(session, self._holding())
        if came.is_something:
            self._show(came)
        if came.line_went:
            self._context.notify(_("La ligne corrigée ici a été supprimée à l’autre table."), "info")

    def begin(self) -> None:
        """A session was opened: know who holds which string before a ring is offered."""
        session = self._session()
        if session is not None:
            take_holding(session, self._holding())

    def want(self) -> None:
        """Hold the strings that the line and the session use."""
        session = self._session()
        if session is not None:
            self.runner.want(frozenset() if session.is_closed else strings_in_use(session))

    def open_panel(self) -> None:
        """Show the table: share this session, join another, see who is there."""
        from fieldapp.ui.sync.sharing_card import SharingPanel

        if self._panel is None:
            self._panel = SharingPanel(self._page.window(), self.runner, self._title)
        self._panel.open()

    def _title(self) -> str:
        """Return the place and the day of the session: what the table is announced as."""
        return " ".join(filter(None, (self._page.page_context, self._page.page_title)))

    def _holding(self) -> Holding:
        session, state = self._session(), self.runner.state
        assert session is not None
        return holding_of(session.db, is_shared=state.is_shared, is_cut=state.is_cut)

    def _ringed(self) -> None:
        session = self._session()
        if session is not None and take_holding(session, self._holding()):
            self._show(Came())

"""The page of one morning at the barrier: the board by keyboard, touch or mouse, its head, and the one save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from fieldapp.core.schema import Severity
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.board import Board, press
from fieldapp.protocols.pitfall_barrier.schema import CODE, EMPTY, MISSED
from fieldapp.ui import rounds, theme
from fieldapp.ui.barrier import board_words
from fieldapp.ui.barrier.board_body import MorningBody
from fieldapp.ui.barrier.board_findings import Finding
from fieldapp.ui.barrier.board_head import MorningHead
from fieldapp.ui.barrier.board_lacking import Lacking, lacking, no_barrier
from fieldapp.ui.barrier.board_later import SeasonsLater
from fieldapp.ui.barrier.board_meanwhile import MeanwhileBar
from fieldapp.ui.barrier.board_number import ready
from fieldapp.ui.barrier.board_read import BarrierGoneError, barrier_for, has_barriers
from fieldapp.ui.barrier.board_season import BarrierSeasons
from fieldapp.ui.barrier.board_session import MorningSession, open_morning
from fieldapp.ui.barrier.morning_keys import END_KEY, Doing, all_actions, make_live
from fieldapp.ui.barrier.morning_midnight import Midnight
from fieldapp.ui.barrier.morning_missed import MissedMorning
from fieldapp.ui.barrier.morning_nothing import NothingYet
from fieldapp.ui.barrier.morning_steps import Steps
from fieldapp.ui.barrier.morning_undo import undo_elsewhere
from fieldapp.ui.barrier.morning_walk import Walk
from fieldapp.ui.forms.links import newcomer
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.review.strip import ReviewStrip
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, text_label

if TYPE_CHECKING:
    from fieldapp.ui.barrier.board_asking import Asking


class MorningPage(PageWidget):
    """A morning. `open(site=, on=)`: today when no day is asked for, the running barrier when none is named."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("morning")
        self._context = context
        self._services: Services = context.services
        self._session: MorningSession | None = None
        self._place: tuple[str, str] = ("", "")
        self._findings: list[Finding] = []
        self._found_for: tuple[object, ...] | None = None
        self._walk = Walk()
        self._steps = Steps()
        self._midnight = Midnight(self._to_day, context.notify)
        self._is_stepping = False
        self._later = SeasonsLater(self._services, context.background, self)
        self._species = {letter: cd for cd, letter in lists.keys().items()}
        self.head = MorningHead(self._services)
        self.meanwhile = MeanwhileBar(self._services)
        self.body = MorningBody(self._services, self._explain)
        self._asking: Asking | None = None
        self.totals = text_label("", "strong", wrap=True, name="morning.totals")
        self.saved = text_label("", "secondary", name="morning.saved")
        self.end = ActionButton(_("Terminer le relevé"), primary=True, name="morning.end", on=self._end)
        self.end.show_key(END_KEY)
        self._doing = Doing(self._end, self._key, self._ask, self._step, self._explain, self._confirm)
        self._missed = MissedMorning(
            self.body, self.head, lambda: self._session, self._take, self._note, self._to_board, self._end
        )
        self._lay_out()
        self._connect()

    # --------------------------------------------------------------------------------------------- building

    def _lay_out(self) -> None:
        self._whole = QWidget(self)
        foot = theme.row(theme.column(self.totals, self.saved, spacing=0), self.end, spacing=theme.L)
        foot.setStretch(0, 1)
        self._strip = ReviewStrip(self._context, name="morning.review")
        box = theme.column(self._strip, self.head, self.meanwhile, self.body, foot, spacing=theme.S)
        box.setStretch(3, 1)
        self._whole.setLayout(box)
        self._outer = theme.column(self._whole, spacing=0)
        self.setLayout(self._outer)
        self._nothing = NothingYet(self, self._outer, self._whole)

    def _connect(self) -> None:
        head, body = self.head, self.body
        head.day_wanted.connect(self._to_day)
        head.stepped.connect(self._step)
        head.put.connect(self._put)
        head.typed.connect(self._typed)
        head.read_back.connect(self._read_back)
        head.left.connect(self._to_board)
        self.meanwhile.chosen.connect(self._choose_side)
        head.empty_pressed.connect(lambda: self._key("v"))
        head.missed_pressed.connect(lambda: self._key("n"))
        body.board.key.connect(self._key)
        body.board.went.connect(self._went)
        body.species.chosen.connect(self._choose)
        body.species.other.connect(body.other.ask)
        body.other.chosen.connect(self._choose)
        body.sexes.key.connect(self._key)
        body.reasons.chosen.connect(self._missed.choose)
        body.reasons.taken_back.connect(self._missed.leave)
        body.sexes.number.connect(self._count)
        body.pad.key.connect(self._key)
        body.confirm.connect(self._confirm)
        body.tool.connect(self._ask)
        self._later.came.connect(self._seasons_came)
        make_live(self, self._whole, head, self._doing)
        theme.on_change().changed.connect(self._dress)

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the board and of its page."""
        return all_actions(self.head, self._doing)

    # ---------------------------------------------------------------------------------------------- opening

    def open(self, site: str = "", on: str = "", **_params: Any) -> None:
        """Show a morning; what was begun there is there again."""
        today = rounds.today()
        on = on or today.isoformat()
        db = self._services.db
        wanted = site or barrier_for(db, on)
        if wanted is None:
            self._without_barrier()
            return
        try:
            session = open_morning(db, self._services.protocols[CODE], wanted, on, today, newcomer(self._services))
        except BarrierGoneError:
            self._context.notify(_("Cette barrière n’existe plus."), "info")
            self._context.navigate("barrier")
            return
        self._place = (wanted, on)
        self._walk.came(wanted, on)
        self._session = session
        around = session.around
        self.set_title(around.name, board_words.context_words(session.around))
        missing = lacking(session)
        if missing is not None:
            self._show_nothing(missing)
        else:
            self._show_morning(session)

    def _show_morning(self, session: MorningSession) -> None:
        self._nothing.drop()
        self._found_for = None
        self._steps.forget()
        self.head.fill(session)
        self.body.show_session(session)
        self._strip.show_records([session.visit, *session.stored.values()] if session.is_stored else [])
        self._strip.close_with(self.end)
        self._close_extra()
        self.body.seasons = self._later.show(session, stepping=self._is_stepping)
        self.body.loading = self.body.seasons is None
        self._show()
        if session.photos:
            self.asking.go_on(session)
        self._to_board()

    def _without_barrier(self) -> None:
        self._session = None
        if has_barriers(self._services.db, self._services.protocols[CODE]):
            self._context.navigate("barrier")
            return
        self.set_title(_("Relevé du matin"))
        self._show_nothing(no_barrier())

    def _show_nothing(self, missing: Lacking) -> None:
        """Show what is missing before a morning can be typed, and the one key that makes it."""
        site = self._place[0] if self._session is not None else ""
        wanted: dict[str, Any] = {"site": site} if site else {"new": True}
        self._nothing.show(missing, lambda: self._context.navigate("barrier_sheet", **wanted))

    def undo_state(self) -> dict[str, Any]:
        """Return the parameters that open this morning again."""
        return {"site": self._place[0], "on": self._place[1]} if self._place[0] else {}

    def leaving(self) -> None:
        """Read what stands in the fields; the rest is in the draft already. A walk ends here."""
        self._walk.end()
        self._let_go()

    def _let_go(self) -> None:
        if self._session is not None and not self._nothing.is_shown:
            self.head.unread()
        self._close_extra()
        self._later.pause()

    def go_back(self) -> bool:
        """Leave what is asked, then the head, for the board; from there the shell goes back."""
        if self._session is None or self._nothing.is_shown:
            return False
        body = self.body
        is_asked = not (body.reasons.isHidden() and body.other.isHidden() and body.extra.isHidden())
        board = self._session.board
        if is_asked or not body.board.hasFocus():
            body.reasons.hide()
            body.other.hide()
            self._close_extra()
            self._to_board()
            return True
        if board.fresh or board.number:
            self._take(Board.rest)
            return True
        return False

    # ---------------------------------------------------------------------------------------------- showing

    def _show(self) -> None:
        """Show the morning as it stands."""
        session = self._session
        if session is None:
            return
        board = session.board
        content = (board.content, repr(session.head), session.on)
        if content != self._found_for:
            is_begun = session.is_stored or session.waits()
            self._findings, self._found_for = session.findings() if is_begun else [], content
        self.meanwhile.show_session(session)
        self.body.refresh(self._findings)
        self.head.show_people(session)
        self.head.show_state(empty=board.state == EMPTY, missed=board.state == MISSED, why=bool(board.reason))
        self._say_head(session)
        self.totals.setText(board_words.state_words(board))
        self._show_saved(session)

    def _show_saved(self, session: MorningSession) -> None:
        waits = session.waits()
        is_whole = session.is_stored and not waits
        self.saved.setText(board_words.saved_words(session.saved_at, is_stored=session.is_stored, waits=waits))
        self.end.set_text(_("Voir la saison") if is_whole and not self._walk.is_on else _("Terminer le relevé"))

    def _say_head(self, session: MorningSession) -> None:
        """Say beside the fields of the head what is wrong with them; a text that can't be read says so itself."""
        self.head.say_found(self.body.said_of_head(self._findings, is_told=bool(session.board.state)))

    def _dress(self) -> None:
        """Lay out anew in another theme or text size; a page that is not shown is shown anew when it opens."""
        if self._session is not None and self.isVisible() and not self._nothing.is_shown:
            self.head.fit()
            self.body.fit()
            self._show()

    # ------------------------------------------------------------------------------------------------- keys

    def take_back(self) -> bool:
        """Take back the last step that is not stored, wherever the cursor stands; else only what is of this morning."""
        session = self._session
        if session is None or self._nothing.is_shown:
            return False
        if not self._steps.can_undo(session):
            words = undo_elsewhere(self._services.db, {session.visit.uid, *self._walk.stored})
            if words:
                self._context.notify(words, "info")
            return bool(words)
        if self._steps.undo(session):
            self.head.fill(session)
        self.body.note = ""
        self._show()
        return True

    def _to_board(self) -> None:
        """Give the cursor back to the board."""
        self.body.board.setFocus()
        if self.body.species.isHidden():
            self.body.refresh(self._findings)

    def _take(self, change: Callable[[Board], Board]) -> None:
        session = self._session
        if session is not None:
            self.body.note = ""
            self._steps.take(session, change)
            self._show()

    def _went(self, at: int) -> None:
        self._midnight.look(self._session)
        self._take(lambda board: board.go(at))

    def _choose(self, cd_nom: int) -> None:
        self._midnight.look(self._session)
        self._take(lambda board: board.choose(cd_nom))
        self._to_board()

    def _key(self, name: str) -> None:
        """Do what a key of the board means."""
        self._midnight.look(self._session)
        session, body = self._session, self.body
        if session is None:
            return
        if self._missed.is_asked:
            self._missed.key(name)
        elif name == "n":
            self._missed.ask(session)
            body.refresh(self._findings)
        elif name == "h":
            self._note(body.toggle_before(session))
        elif name == ",":
            body.other.ask()
        elif (after := press(session.board, name, self._species)) is not None:
            self._take(lambda _board: after)
        else:
            self._note(_("La touche {key} ne sert pas ici : F1 montre les touches.").format(key=name.upper()))

    def _note(self, words: str) -> None:
        self.body.note = words
        self.body.refresh(self._findings)

    def _typed(self, name: str, text: str) -> None:
        if self._session is not None:
            self._session.typed(name, text)
            self._show_saved(self._session)
            self._midnight.look(self._session)

    def _put(self, name: str, value: Any) -> None:
        if self._session is not None:
            self._steps.put(self._session, name, value)
            self._show()

    def _read_back(self, name: str) -> None:
        if self._session is not None:
            self._session.read_back(name)
            self._show()

    # ------------------------------------------------------------------------------- individuals and photos

    @property
    def asking(self) -> Asking:
        """What asks for individuals and photos; made when it is first needed, most mornings need neither."""
        if self._asking is None:
            from fieldapp.ui.barrier.board_asking import Asking, Desk

            desk = Desk(lambda: self._session, self._take, self._note, self._show, self._to_board)
            self._asking = Asking(self._context, self.body.extra, desk)
        return self._asking

    def _count(self) -> None:
        """Show the digits for the number of animals, or take them away."""
        self.body.is_counting = not self.body.is_counting
        self._take(ready)

    def _ask(self, what: str) -> None:
        if what == "before":
            self._key("h")
        elif what == "remark":
            self.head.open_remark()
        elif what == "closed":
            self._take(Board.shut)
        else:
            (self.asking.photos if what == "photos" else self.asking.individual)()

    def _close_extra(self) -> None:
        if self._asking is not None:
            self._asking.extra.close()

    def _seasons_came(self, found: BarrierSeasons) -> None:
        self.body.seasons, self.body.loading = found, False
        if not self._nothing.is_shown:
            self.body.refresh(self._findings)

    # ----------------------------------------------------------------------------------------------- saving

    def _end(self) -> None:
        """Store the morning, or say what keeps it from being stored; one that is stored leads to its season."""
        session = self._session
        if session is None or self._nothing.is_shown:
            return
        field = self.head.unread()
        if field:
            self.head.say_unread(field)
            return
        if not session.board.state:
            self._note(_("Aucun animal : V pour « tout vide », puis Ctrl+Entrée. Personne n’a relevé : N."))
            self._to_board()
            return
        if session.is_stored and not session.waits():
            self._go_on(session)
            return
        blocking = session.save()
        if blocking:
            self._take_in(session)
            self._show_blocking(blocking[0])
            return
        self._services.on_saved(session.saved_at)
        self._steps.forget()
        self.head.fill(session)
        self._show()
        self._to_board()
        self._later.again()
        if self._walk.is_on:
            self._walk.stored.add(session.visit.uid)
            self._go_on(session)

    def _take_in(self, session: MorningSession) -> None:
        """Show in the head what came from elsewhere; no step before it can be taken back."""
        if session.clashes or session.told:
            self._steps.forget()
            self.head.fill(session)

    def _choose_side(self, is_mine: bool) -> None:
        """Let the one or the other side hold, where both changed the morning."""
        session = self._session
        if session is not None:
            self._take_in(session)
            session.choose(mine=is_mine)
            self.head.fill(session)
            self._found_for = None
            self._show()
            self._to_board()

    def _show_blocking(self, first: Finding) -> None:
        self._found_for = None
        self._show()
        if first.bucket and self._session is not None:
            places = [tile.bucket for tile in self._session.board.tiles]
            self._take(lambda board: board.go(places.index(first.bucket)))
        elif not first.bucket:
            self.head.go_in(first.problem.field)

    def _confirm(self) -> None:
        """Confirm the warning that is shown, wherever it is said."""
        session = self._session
        warnings = [one for one in self._findings if one.problem.severity is Severity.WARNING]
        if session is None or not warnings:
            return
        alike = [one for one in warnings if one.problem.code == warnings[0].problem.code]
        if self._steps.during(session, lambda: session.confirm(alike)):
            self._services.on_saved(session.saved_at)
            self._steps.forget()
        self._found_for = None
        self._show()

    # -------------------------------------------------------------------------------------------- midnight

    def event(self, event: QEvent) -> bool:
        """Look at the date when the person comes back to the window."""
        if event.type() == QEvent.Type.WindowActivate and self.isVisible():
            self._midnight.look(self._session)
        return super().event(event)

    # ---------------------------------------------------------------------------------------------- walking

    def _step(self, days: int) -> None:
        on = self._place[1]
        if on:
            self._to_day((date.fromisoformat(on) + timedelta(days=days)).isoformat())

    def _to_day(self, on: str) -> None:
        """Go to another morning of this barrier."""
        if on == self._place[1] or not self._place[0]:
            return
        if on > rounds.today().isoformat():
            if self._session is not None:
                self.head.day.set_value(self._session.on)
            self._context.notify(_("Ce matin n’est pas encore venu."), "info")
            return
        self._let_go()
        self._is_stepping = True
        try:
            self.open(site=self._place[0], on=on)
        finally:
            self._is_stepping = False

    def _explain(self) -> None:
        """Go to the first morning of which nobody said anything; each one told leads to the next."""
        session = self._session
        days = session.around.to_explain if session is not None else []
        if session is None or not days:
            self._note(_("Tous les matins de la campagne sont dits."))
            return
        self._to_day(self._walk.next(self._place[0], session.on, days))
        self._note(_("Matin sans relevé : N et la raison, ou les animaux s’il y en a eu."))

    def _go_on(self, session: MorningSession) -> None:
        """Go to the next morning to be told, back to where the walk began, else to the season."""
        days = session.around.to_explain
        if self._walk.is_on and days:
            self._explain()
        elif self._walk.is_on:
            self._to_day(self._walk.next(self._place[0], session.on, days))
            self._context.notify(_("Tous les matins de la campagne sont dits."), "done")
        else:
            self._context.navigate("barrier", site=self._place[0])

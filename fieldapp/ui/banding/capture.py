"""The capture page: one line per bird, by keyboard; its life beside it, the day's lines below. Nothing is modal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QSizePolicy

from fieldapp.core.text import _
from fieldapp.protocols.banding.biometry import LISTED, Usual
from fieldapp.protocols.banding.life import position_of
from fieldapp.protocols.banding.schema import CODE, place_title
from fieldapp.store.records import Saved
from fieldapp.ui import rounds, theme
from fieldapp.ui.banding import now
from fieldapp.ui.banding.capture_ask import KeyQuestion, TextQuestion
from fieldapp.ui.banding.capture_closed import ClosedBanner, closed_words, reopen
from fieldapp.ui.banding.capture_entry import Line
from fieldapp.ui.banding.capture_head import CaptureHead, title_words
from fieldapp.ui.banding.capture_line import CaptureLine
from fieldapp.ui.banding.capture_others import Came, Others
from fieldapp.ui.banding.capture_questions import Questions
from fieldapp.ui.banding.capture_rounds import rounded
from fieldapp.ui.banding.capture_said import Said
from fieldapp.ui.banding.capture_session import CaptureSession, open_session
from fieldapp.ui.banding.capture_stack import LinesCard
from fieldapp.ui.banding.capture_usual import run_learn
from fieldapp.ui.banding.capture_words import removed_words
from fieldapp.ui.banding.life_words import Where
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import live_key

SOUND = "capture_sound"
"""The setting of this computer that the strongest alerts sound; it is off until somebody wants it."""


class CapturePage(PageWidget):
    """The lines of one session. `open(uid=the session's)`."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("captures")
        self._context = context
        self._services: Services = context.services
        self._protocol = self._services.protocols[CODE]
        self._session: CaptureSession | None = None
        self._usual: Usual = LISTED
        self._has_learnt = False
        self._cleared: tuple[CaptureSession, Line] | None = None
        self.head = CaptureHead(self._now, self._step, self._to_session)
        self.line = CaptureLine()
        self._said = Said(self.line, self._string)
        self._said.has_sound = bool(self._services.settings.others.get(SOUND))
        self.alerts, self.life, self.string = self._said.alerts, self._said.life, self._said.string
        self.question, self.asked = KeyQuestion(), TextQuestion()
        self._questions = Questions(self.question, self.asked, self._answered)
        self.closed = ClosedBanner(self._end)
        self.others = Others(context, self, lambda: self._session, self._show_others)
        self._lay_out()
        self._connect()

    # --------------------------------------------------------------------------------------------------- building

    def _lay_out(self) -> None:
        self._lines = LinesCard()
        self.table = self._lines.table
        self.life.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        body = theme.row(self._lines, self.life, spacing=theme.M)
        body.setStretch(0, 3)
        body.setStretch(1, 2)
        said = self.string, self.question, self.asked, self.alerts
        page = theme.column(self.head, self.closed, self.line, *said, spacing=theme.S)
        page.addLayout(body, 1)
        self.setLayout(page)

    def _connect(self) -> None:
        theme.on_change().changed.connect(self._say_again)
        self.line.done.connect(self._save)
        self.asked.left.connect(self.go_back)
        self.line.changed.connect(self._say)
        self.line.told.connect(self.alerts.tell)
        self.line.walked.connect(lambda step: self.table.go_in() if step > 0 else None)
        self.alerts.taken.connect(self._take_over)
        self.life.taken.connect(lambda _problem: self._take_over())
        self.table.loaded.connect(self._edit)
        self.table.remove.connect(self._remove)
        self.table.story.connect(lambda uid: self._context.navigate("history", uid=uid))
        self.table.left.connect(self.line.focus)
        self.table.typed.connect(self._typed_in_table)
        for action in self._own_actions():
            if action.run is not None:
                live_key(self, action.key, action.run)

    def _own_actions(self) -> list[Action]:
        return [
            Action(
                "Ctrl+Return",
                _("enregistrer la ligne ; confirmer une alerte forte"),
                lambda: self._save(firmly=True),
                "save",
            ),
            Action("F2", _("reprendre le sexe ou l’âge noté avant"), self._take_over, "redo"),
            Action("F3", _("ouvrir la série qu’il faut, ou le stock"), self._string, "stock"),
            Action("F4", _("la liste des codes de la case"), self.line.open_list, "data"),
            Action("F7", _("bague remplacée"), lambda: self._ask(self._questions.replaced), "ring"),
            Action("F8", _("sans bague, et pourquoi"), lambda: self._ask(self._questions.without_ring), "nothing_seen"),
            Action("F9", _("mort, blessé, sain"), self._casualty, "invasive_alert"),
            Action("F10", _("clore la séance, ou la rouvrir"), self._end, "done"),
            Action("F11", _("la fiche entière ; la correction commencée est enregistrée"), self._whole, "bird"),
            Action("F12", _("son des alertes fortes, oui ou non"), self._switch_sound, "warning"),
            Action("Ctrl+T", _("la table : partager la séance, rejoindre"), self.others.open_panel, "observers"),
            Action("Ctrl+Del", _("vider la ligne"), self._clear, "delete"),
            Action("Ctrl+Shift+Del", _("reprendre la ligne vidée"), self._restore_cleared, "undo"),
        ]

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Return", _("case suivante ; à la dernière, enregistrer")),
            Action("Backspace", _("case précédente, dans une case vide")),
            *self._own_actions(),
            Action("F5", _("tournée : maintenant"), self._now, "clock"),
            Action("Ctrl+Up", _("tournée précédente (aussi Maj F5)"), lambda: self._step(-1), "previous"),
            Action("Ctrl+Down", _("tournée suivante"), lambda: self._step(1), "next"),
            Action("F6", _("la séance : filets, durée, équipe"), self._to_session, "locked"),
            Action("Down", _("les lignes déjà notées"), self.table.go_in),
            Action("H", _("historique de la ligne, dans le tableau")),
            Action("Alt+P", _("bagues sautées : perdues (Alt D détruites, Alt T plus tard, Alt U une par une)")),
            Action("Alt+B", _("bague de nulle part : posée (Alt C lue sur l’oiseau)")),
        ]

    # ---------------------------------------------------------------------------------------------------- opening

    def open(self, **params: Any) -> None:
        """Show a session; what was being typed there is there again."""
        uid = str(params.get("uid", ""))
        try:
            session = open_session(self._services.db, self._protocol, uid, self._usual)
        except LookupError:
            self._session = None
            self._context.notify(_("Cette séance n’existe plus."), "info")
            self._context.navigate("banding")
            return
        self._session = session
        above = session.session.parents.get("sites_group")
        place = above.data if above is not None else {}
        self._said.where = Where(place_title(place), position_of(session.session.record.data, place))
        self.set_title(title_words(session), place_title(place))
        self._questions.forget()
        self.others.begin()
        self.table.set_columns(session.columns).show(session.captures.values())
        self._show_line()
        self.head.show_session(session)
        self._learn()
        self._begin()
        self._say_meanwhile()
        if session.has_unread_draft:
            words = _("Une ligne commencée ne peut plus être lue (autre version du programme) : reprenez-la du carnet.")
            self._context.notify(words, "info")

    def _begin(self) -> None:
        """Put the cursor into the line, in a closed session on the lines: there nothing is typed."""
        session = self._session
        if session is None:
            return
        self.closed.show_session(session)
        self.line.setEnabled(not session.is_closed)
        if not session.is_closed:
            self.line.focus()
        elif not self.table.go_in():
            self.setFocus()

    def _writable(self) -> CaptureSession | None:
        """Return the session where something can be typed; None, and said why, in a closed one."""
        session = self._session
        if session is None or not session.is_closed:
            return session
        self.alerts.tell(closed_words(), "error")
        return None

    def _learn(self) -> None:
        """Find out in the background what is usual here: wing, mass, ring sizes. Once: it walks all captures."""
        if self._has_learnt:
            return
        self._has_learnt = True
        self._context.background.run(run_learn, self._services, self._protocol, done=self._learnt)

    def _learnt(self, usual: Usual) -> None:
        self._usual = usual
        session = self._session
        if session is None:
            return
        session.set_usual(usual)
        if session.no_offer:
            session.offer()
        self.line.refresh()
        self._say()

    def undo_state(self) -> dict[str, Any]:
        """Return the parameters that open this session again."""
        return {"uid": self._session.uid} if self._session is not None else {}

    def leaving(self) -> None:
        """Let nothing wait but the draft: a question about its ring comes back with the line."""
        self._questions.forget()

    def go_back(self) -> bool:
        """Leave the question, the table, then the line that is corrected."""
        session = self._session
        if session is None:
            return False
        if self._questions.is_open():
            self._questions.cancel(session)
            self._refresh()
            self.line.focus()
            return True
        if self.table.hasFocus() and not session.is_closed:
            self.line.focus()
            return True
        if session.is_editing:
            was_begun = session.is_begun(session.line)
            session.to_fresh()
            self._show_line()
            self.line.focus("ring")
            if was_begun:
                self._context.notify(_("La correction commencée attend : elle revient avec la ligne."), "info")
            return True
        return False

    # ---------------------------------------------------------------------------------------------------- showing

    def _show_line(self) -> None:
        """Show the line of the session with all that belongs to it."""
        session = self._session
        if session is None:
            return
        self._said.begin()
        self.line.show_line(session)
        self.table.select_line(session.line.uid if session.is_editing else "")
        self._lines.show_lines(has_any=bool(session.captures))
        self._say()

    def _refresh(self) -> None:
        self.line.refresh()
        self._say()

    def _say(self) -> None:
        """Say what is to be said about the line as it stands."""
        if self._session is not None:
            self._said.say(self._session, self.width())
            self._questions.about_ring(self._session)
            self.others.want()

    def _show_others(self, came: Came) -> None:
        """Show what other tables brought: cursor, and what is being typed, stay where they are."""
        if (session := self._session) is not None:
            self._lines.show_came(came, has_any=bool(session.captures))
            self.head.show_session(session)
            self.closed.show_session(session)
            self.line.setEnabled(not session.is_closed)
            self._refresh()

    def _say_again(self) -> None:
        """Say the same in another theme; a page that is not shown is shown anew when it opens."""
        if self.isVisible():
            self._said.again(self.width())

    def _say_meanwhile(self) -> None:
        words = self._session.meanwhile() if self._session is not None else ""
        if words:
            self._context.notify(words, "info")

    # ----------------------------------------------------------------------------------------------------- saving

    def _save(self, *, firmly: bool = False) -> bool:
        """Store the line and return whether it is; a warning asks once more, what can't be says why.

        The strongest alerts are confirmed `firmly` only: Enter ends every line and is pressed without reading.
        """
        session = self._writable()
        if session is None or self._questions.take_cursor():
            return False
        if not session.is_begun(session.line):
            self.line.focus()
            return False
        self.alerts.tell("", "")
        if not self.line.read_all():
            return False
        if session.waits_for_action():
            words = _("Dites d’abord ce qu’est cette bague : {keys}.").format(keys=self._questions.keys_words())
            self.alerts.tell(words, "error")
            return False
        before = len(session.aside)
        outcome = session.save(firmly=firmly)
        if outcome.record is None or outcome.saved is None:
            self._said.tell(session, outcome.said, self.width(), to_confirm=outcome.to_confirm)
            last = session.columns[-1].code  # there Enter saves once more
            self.line.focus(last if outcome.to_confirm else outcome.said[0].problem.field)
            return False
        if self.table.lines is not None:
            self.table.lines.put(outcome.record)
        self._stored(outcome.saved)
        self.table.scrollToTop()
        self.line.focus("ring")
        self._say_back(before)
        return True

    def _say_back(self, before: int) -> None:
        """Say that a bird that made room for another is in the line again: `before` so many did."""
        if self._session is not None and len(self._session.aside) < before:
            self._context.notify(_("L’autre oiseau commencé est de nouveau dans la ligne."), "info")

    def _stored(self, saved: Saved) -> None:
        if self._session is not None:
            self._services.on_saved(saved.made_at)
            self.others.runner.soon()
            self.head.show_totals(self._session.desk.totals())
            self._show_line()

    def _remove(self, uid: str) -> None:
        if self._writable() is None or self._session is None or self.table.lines is None:
            return
        capture = self._session.captures[uid]
        saved = self._session.remove(uid)
        self.table.lines.take_out(uid)
        self._stored(saved)
        self._context.notify(
            removed_words(self._session.desk, capture), "undo", action=_("Annuler"), key="Ctrl+Z", live=False,
            on=self._context.undo,
        )  # fmt: skip
        if not self.table.go_in():
            self.line.focus()

    def _edit(self, uid: str) -> None:
        if self._writable() is None or self._session is None:
            return
        self._questions.forget()
        self._session.edit(uid)
        self._show_line()
        self.line.focus(self._session.line.at or "species")
        self._say_meanwhile()

    def _clear(self) -> None:
        session = self._writable()
        if session is None or not session.is_begun(session.line):
            return
        self._questions.forget()
        before = len(session.aside)
        cleared = session.clear()
        self._show_line()
        self.line.focus("ring")
        words = _("Ligne vidée ; l’autre oiseau commencé y est de nouveau.") if before else _("Ligne vidée.")
        self._cleared = session, cleared
        self.alerts.tell(_("{done} Ctrl Maj Suppr la reprend.").format(done=words), "small")

    def _restore_cleared(self) -> None:
        if self._cleared is not None:
            cleared, self._cleared = self._cleared, None
            self._take_up(*cleared)

    def _take_up(self, session: CaptureSession, line: Line) -> None:
        """Put an emptied line back; the bird that was begun meanwhile comes after it."""
        if self._session is None or self._session.uid != session.uid:
            return
        self._questions.forget()
        before = len(self._session.aside)
        try:
            self._session.take_up(line)
        except ValueError as why:
            self._context.notify(str(why), "info")
            return
        self._show_line()
        self.line.focus()
        if len(self._session.aside) > before:
            self._context.notify(_("Ligne reprise. L’oiseau commencé entre-temps revient après elle."), "info")

    def _typed_in_table(self, letter: str) -> None:
        """Take a key that was pressed in the table: into an empty line as the next bird, else where it was left."""
        session = self._writable()
        if session is None or self._questions.take_cursor():
            return
        if session.is_begun(session.line):
            if not self.line.type_on(letter):
                self.alerts.tell(_("Une ligne est commencée : Échap y retourne, puis tapez."), "small")
            return
        self.line.focus("ring")
        self.line.cells["ring"].insert(letter)
        self.line.cells["ring"].textEdited.emit(letter)

    # -------------------------------------------------------------------------------------------------- questions

    def _answered(self, code: str | None) -> None:
        """Go on with the line after an answer, at the cell after `code`; "" where it was, None: the cursor is there."""
        self._refresh()
        if code == "ring" and not self.line.read(code):
            return
        if code:
            self.line.go_on(code)
        elif code is not None:
            self.line.focus()

    def _ask(self, question: Callable[[CaptureSession], None]) -> None:
        if (session := self._writable()) is not None:
            question(session)
            self._refresh()

    # ------------------------------------------------------------------------------------------------------- keys

    def _with_line(self, work: Callable[[CaptureSession], str]) -> None:
        """Do something to the line and show it; a sentence that comes back is said."""
        session = self._writable()
        if session is None:
            return
        said = work(session)
        self._refresh()
        self.alerts.tell(said, "small")

    def _casualty(self) -> None:
        def work(session: CaptureSession) -> str:
            session.next_casualty()
            return ""

        self._with_line(work)

    def _take_over(self) -> None:
        def work(session: CaptureSession) -> str:
            return "" if session.take_over() else _("Rien à reprendre : ni sexe ni âge n’ont été notés avant.")

        self._with_line(work)

    def _string(self) -> None:
        session = self._session
        waiting = session.to_open() if session is not None else None
        if session is None or waiting is None:
            self._context.navigate("ring_stock")
            return
        self._services.on_saved(session.open_string(waiting).made_at)
        self._refresh()

    def _now(self) -> None:
        """Go to the round of now; of a session of another day, typed from paper, to the next round."""
        session = self._session
        if session is None:
            return
        if session.on == rounds.today().isoformat():
            session.set_round(rounded(now.clock()))
        else:
            session.step_round(1)
        self.head.show_round(session.hour)

    def _step(self, steps: int) -> None:
        if self._session is not None:
            self._session.step_round(steps)
            self.head.show_round(self._session.hour)

    def _switch_sound(self) -> None:
        wanted = self._said.has_sound = not self._said.has_sound
        settings = self._services.settings
        self._services.change_settings(replace(settings, others={**settings.others, SOUND: wanted}))
        self.alerts.tell(_("Son des alertes fortes : oui.") if wanted else _("Son des alertes : non."), "small")

    def _to_session(self) -> None:
        if self._session is not None:
            self._context.navigate("session", uid=self._session.uid)

    def _end(self) -> None:
        """Go where the session is closed; open a closed one again."""
        session = self._session
        if session is None:
            return
        if not session.is_closed:
            self._context.navigate("session", uid=session.uid, closing=True)
            return
        self._services.on_saved(reopen(session).made_at)
        self.open(uid=session.uid)

    def _whole(self) -> None:
        """Open the whole record: of the row with the cursor, else of the line that is corrected, else of the newest."""
        session = self._session
        if session is None:
            return
        uid = self.table.current_uid() if self.table.hasFocus() else ""
        if not uid and session.is_editing:
            uid = session.line.uid
        if not uid and self.table.lines is not None and self.table.lines.rowCount():
            uid = self.table.lines.line(0).uid
        if uid and self._keeps_correction(uid):
            self._context.navigate("capture", uid=uid)

    def _keeps_correction(self, uid: str) -> bool:
        """Store a correction of the line that was begun, so that its whole record shows it; False when it can't be."""
        session = self._session
        if session is not None and uid in session.waiting and session.line.uid != uid:
            self._edit(uid)
        return session is None or session.line.uid != uid or not session.is_begun(session.line) or self._save()

"""One list of the day: where, when and who above, a line for everything that was seen below. Nothing modal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QWidget

from fieldapp.core import parse
from fieldapp.core.schema import Field, Kind, Severity, Values
from fieldapp.core.text import _, ngettext, together
from fieldapp.ui import theme
from fieldapp.ui.forms import handed
from fieldapp.ui.forms.grid import LINES_KEY, LinesGrid
from fieldapp.ui.forms.head_panel import DISCARD_KEY, HeadPanel
from fieldapp.ui.forms.links import newcomer
from fieldapp.ui.forms.sheet import CONFIRM_KEY, NEXT_KEY, REPEAT_KEY, clock
from fieldapp.ui.forms.waiting import Finding
from fieldapp.ui.occasional.begun import form_of
from fieldapp.ui.occasional.gone import say_gone
from fieldapp.ui.occasional.overview import protocol_of
from fieldapp.ui.occasional.place_line import HERE_KEY, PLACE_KEY, POSITION_KEY, PlaceLine
from fieldapp.ui.occasional.session import POSITION_TEXT, ListSession, open_list
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Banner, live_key, text_label

DETAILS_KEY, LINE_KEY = "F10", "F9"


class ListPage(PageWidget):
    """A list. `open(uid="", line="")`: the list with this uid, saved or begun, else a new one of today.

    `line` is the uid of the stored line on which the cursor begins.
    """

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("list")
        self._context = context
        self._services: Services = context.services
        self._protocol = protocol_of(self._services)
        self._form = form_of(self._protocol)
        self._session: ListSession | None = None
        self._asked = ""
        self._found: list[Finding] = []
        self._lay_out()

    def _lay_out(self) -> None:
        sheet = self._form.sheet
        entity, lines = self._protocol.entity(sheet.visit), self._protocol.entity(sheet.observation)
        body = QWidget()
        self._place = PlaceLine(self._places, (self._form.place, POSITION_TEXT), body)
        self._place.typed.connect(self.head_typed)
        self._place.named.connect(self._named)
        self._place.located.connect(self._located)
        self._place.done.connect(self._to_lines)
        self._head = HeadPanel(self._services, sheet, entity, self, self._now, body, details_key=DETAILS_KEY)
        self._head.closed.connect(self._to_lines)
        self._head.discard.clicked.connect(lambda *_nothing: self.discard())
        self._grid = LinesGrid(sheet, _(lines.by_name[sheet.taxon_field].label), body)
        self._grid.saved.connect(self._saved)
        self._grid.typed.connect(self._typed)
        self._grid.deleted.connect(lambda uid: handed.tell_of(self._context, uid))
        box = theme.column(self._place, self._head, self._head.foot, self._grid, spacing=theme.S + 2)
        box.setStretch(3, 1)
        body.setLayout(box)
        self._scroll = QScrollArea()  # moves only where large text and many open fields leave no other way
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(body)
        outer = theme.column(self._scroll, *self._make_foot(), spacing=theme.S + 2)
        outer.setStretch(0, 1)
        self.setLayout(outer)
        live_key(body, "Ctrl+Del", self._grid.delete_current)
        live_key(body, REPEAT_KEY, self._grid.repeat)
        live_key(body, LINES_KEY, self._to_lines)
        live_key(body, DISCARD_KEY, self.discard)
        stops = [*self._place.stops(), *self._head.stops(), *self._grid.stops(), self._next]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _make_foot(self) -> tuple[QWidget, QHBoxLayout]:
        """Return what stands below the lines: a warning, what is missing, the way on."""
        self._banner = Banner("warning", "", name="list.banner")
        self._banner.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._banner.hide()
        self._missing = text_label("", "small", wrap=True, name="list.missing")
        self._next = ActionButton(_("Liste suivante"), key=NEXT_KEY, primary=True, name="list.next", on=self._go_on)
        self._next.setAutoDefault(True)
        more = _("Plus sur la ligne")
        precise = ActionButton(more, "edit", LINE_KEY, role="quiet", name="list.line", on=self._whole_line)
        precise.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        foot = theme.row(self._missing, precise, self._next)
        foot.setStretch(0, 1)
        foot.setAlignment(self._missing, Qt.AlignmentFlag.AlignVCenter)
        return self._banner, foot

    # ---------------------------------------------------------------------------------------------- opening

    def open(self, uid: str = "", line: str = "", **_params: Any) -> None:
        """Show a list; what was typed there before is there again."""
        self._show(uid)
        self._grid.stand_on(line)

    def _show(self, uid: str = "", after: Values | None = None) -> None:
        """Show a list, a new one `after` another that is not in the database any more."""
        self._asked = uid
        taxa = self._services.taxa(self._protocol.code)
        self._session = open_list(
            self._services.db, self._protocol, taxa, uid, newcomer=newcomer(self._services), after=after
        )
        self._head.ask_nothing()
        self._head.fill(self._session)
        self._show_place(self._session)
        self._scroll.verticalScrollBar().setValue(0)
        self._grid.show_session(self._session)
        self._refresh()
        self._focus_first()

    def _focus_first(self) -> None:
        session = self._session
        if session is None:
            return
        begun = any(session.is_begun(entry) for entry in session.entries.values())
        if begun or session.lines or session.at is not None:
            self._grid.focus()
        else:
            self._place.place.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_place(self, session: ListSession) -> None:
        form = self._form
        self._place.show_place(str(session.value(form.place) or ""), session.at)
        if form.place in session.texts:
            self._place.place.setText(session.texts[form.place])
        if POSITION_TEXT in session.texts:
            self._place.position.setText(session.texts[POSITION_TEXT])

    def reload(self) -> None:
        """Show the list again as it is stored now (after an undo, an import, a sync)."""
        self.open(**self.undo_state())

    def undo_state(self) -> dict[str, Any]:
        """Return the parameters that open this list again."""
        session = self._session
        is_kept = session is not None and (session.is_stored or session.waits())
        return {"uid": session.visit.uid if session is not None and is_kept else self._asked}

    # --------------------------------------------------------------------------------------------- the head

    def _places(self, text: str, limit: int) -> list[Any]:
        return self._session.around.places(text, limit) if self._session is not None else []

    def head_typed(self, name: str, text: str) -> None:
        """Keep the raw text of a field at every key."""
        if self._session is not None:
            self._session.typed(name, text)
            self._typed()

    def head_chosen(self, name: str, value: Any) -> None:
        """Save a field that was read."""
        if self._session is None or (name not in self._session.texts and value == self._session.value(name)):
            return
        self._session.set_head(name, value)
        self._saved()

    def head_left(self, name: str, problem: str) -> None:
        """Let the raw text go when the line holds what is saved."""
        self._head.ask_nothing()
        session = self._session
        if session is None or name not in session.texts:
            return
        if not problem:
            session.texts.pop(name)
            session.keep()
        self._refresh()

    def _named(self, name: str, at: Any) -> None:
        """Save the name of the place, and its position where it is a known one."""
        session = self._session
        if session is None:
            return
        waited = session.texts.pop(self._form.place, None) is not None
        if name != str(session.value(self._form.place) or "") or at is not None:
            session.set_place(name, at)
            self._show_place(session)
            self._saved()
        elif waited:
            session.keep()
            self._refresh()

    def _located(self, at: Any) -> None:
        if self._session is not None:
            self._session.set_position(at)
            self._saved()

    def _now(self, name: str) -> None:
        """Go to the time; pressed there again, note the present one. One that is noted takes one press more."""
        session, line = self._session, self._head.cell(name).line
        if session is None:
            return
        if line is not None and not line.hasFocus():
            self._head.cell(name).go_in()
            self._head.offer_now(name, clock())
            return
        value = session.value(name)
        noted = session.texts.get(name, "") or (parse.show_time(value) if value is not None else "")
        now = self._head.may_replace(name, noted, clock())
        if now:
            session.set_head(name, now)
            self._head.cell(name).set_value(session.value(name))
            self._saved()

    # ------------------------------------------------------------------------------------------ what happens

    def _saved(self) -> None:
        session = self._session
        if session is None:
            return
        self._head.ask_nothing()
        self._head.refill(session)
        self._refresh()
        if session.is_stored or session.saved_at:
            self._services.on_saved(session.saved_at)

    def _typed(self) -> None:
        """Show that something waits in the draft."""
        if self._session is not None:
            self._head.ask_nothing()
            self._show_missing(self._session)

    def _whole_line(self) -> None:
        """Show what the line under the cursor, or the last one, may say besides its columns."""
        uid = self._grid.current()
        if uid:
            self._context.navigate("list_line", uid=uid)

    def _to_lines(self) -> None:
        self._grid.focus()

    def _warnings(self) -> list[Finding]:
        return [item for item in self._found if item.problem.severity is Severity.WARNING]

    def _confirm(self) -> None:
        session, warnings = self._session, self._warnings()
        if session is not None and warnings:
            session.confirm([item for item in warnings if item.problem.code == warnings[0].problem.code])
            self._saved()

    def discard(self) -> None:
        """Throw the list away and show an empty one; the key of undo, or that of the notice, brings it back."""
        session = self._session
        if session is None or not (session.is_stored or session.waits()):
            return
        uid = session.visit.uid
        is_saved = session.discard()
        self._show(after=session.visit.data)
        if is_saved:
            self._services.on_saved(session.saved_at)
            self._asked = uid
        say_gone(self._context, session, is_saved=is_saved, back=lambda: self.open(uid))

    def _go_on(self) -> None:
        """Finish this list and begin the next one; an empty list leads back to the lists."""
        session = self._session
        if session is None:
            return
        self.leaving()
        if not session.is_stored and not session.waits():
            self._context.navigate("lists")
            return
        missing = session.missing(session.findings())
        if missing or session.waits():
            what = ", ".join(missing) or _("ce qui est tapé")
            words = _("{name} reste en brouillon, il manque : {what}").format(name=session.site_name, what=what)
            self._context.notify(words, "info")
        else:
            count = len(session.lines)
            words = ngettext("{name} : {n} ligne gardée", "{name} : {n} lignes gardées", count)
            self._context.notify(words.format(name=session.site_name, n=count), "done")
        self.open()

    def leaving(self) -> None:
        """Read what stands in the cells and save what can be; the rest is in the draft already."""
        if self._session is None:
            return
        self._place.commit()
        for cell in self._head.cells.values():
            commit = getattr(cell.editor, "commit", None)
            if cell.line is not None and cell.line.hasFocus() and commit is not None:
                commit()
        self._grid.commit()

    # ------------------------------------------------------------------------------------------- what is said

    def _refresh(self) -> None:
        """Show everything that follows from the records: title, lines, warnings, what is missing."""
        session = self._session
        if session is None:
            return
        self._found = session.findings()
        self._grid.show_lines(self._found)
        self._head.say(session, self._found)
        day = str(session.value("visit_date_min") or "")
        count = len(session.lines)
        told = ngettext("{n} ligne", "{n} lignes", count).format(n=count) if count else ""
        self.set_title(session.site_name, " · ".join(filter(None, (parse.show_date(day) if day else "", told))))
        self._show_banner()
        self._show_missing(session)
        QTimer.singleShot(0, self, self._keep_in_sight)

    def _keep_in_sight(self) -> None:
        now, body = QApplication.focusWidget(), self._scroll.widget()
        if now is not None and body is not None and body.isAncestorOf(now):
            self._scroll.ensureWidgetVisible(now, 0, theme.S)

    def _show_banner(self) -> None:
        warnings = self._warnings()
        if warnings:
            more = len(warnings) - 1
            aside = ngettext("et {n} autre", "et {n} autres", more).format(n=more) if more else ""
            name = self._session.line_name(warnings[0].line) if self._session is not None else ""
            said = warnings[0].words
            words = said if not name or name in said else f"{name} : {said}"
            self._banner.set(
                "warning", words, aside=aside, action=_("C’est bien ça"), key=CONFIRM_KEY, on=self._confirm
            )
        self._banner.setVisible(bool(warnings))

    def _show_missing(self, session: ListSession) -> None:
        words = ""
        if session.is_stored or session.waits():
            missing, doubtful = session.missing(self._found), self._warnings()
            wrong = [_(cell.item.label).lower() for cell in self._head.wrong_cells(session, self._found)]
            parts = [_("à corriger : {what}").format(what=", ".join(wrong))] if wrong else []
            parts += [_("il manque : {what}").format(what=", ".join(missing))] if missing else []
            if parts:
                said = " · ".join(parts)
                words = f"◐ {said[:1].upper()}{said[1:]}"
            elif session.waits():
                words = _("◐ Brouillon gardé")
            elif doubtful:
                words = ngettext(
                    "● Complète, {n} point à vérifier", "● Complète, {n} points à vérifier", len(doubtful)
                ).format(n=len(doubtful))
            else:
                words = _("● Liste complète")
        self._missing.setText(together(words))

    # ------------------------------------------------------------------------------------------------ moving

    def go_back(self) -> bool:
        """Leave the line that is being changed, then the head, for the species; from there the shell goes back."""
        session = self._session
        if session is None:
            return False
        if self._grid.step_out():
            return True
        focus, body = QApplication.focusWidget(), self._scroll.widget()
        if focus is None or body is None or not body.isAncestorOf(focus) or focus is self._grid.entry.species:
            return False
        if not session.is_stored and not session.waits():
            return False
        self._grid.entry.species.setFocus()
        return True

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the list in the order of its work."""
        sheet, entity = self._form.sheet, self._protocol.entity(self._form.sheet.visit)
        head = [Action(header.key, _head_words(entity.by_name[header.name])) for header in sheet.header if header.key]
        return [
            Action(NEXT_KEY, _("liste suivante"), self._go_on, "next"),
            Action(PLACE_KEY, _("le lieu")),
            Action(POSITION_KEY, _("la position")),
            Action(HERE_KEY, _("prendre la position d’ici"), self._place.ask_here, "locate"),
            *head,
            Action(DETAILS_KEY, _("détails de la liste"), self._head.toggle_details),
            Action(LINES_KEY, _("revenir à la ligne de l’espèce"), self._to_lines),
            Action(
                LINE_KEY, _("préciser la ligne : sa position, la détermination, une preuve"), self._whole_line, "edit"
            ),
            Action(REPEAT_KEY, _("reprendre une espèce déjà vue ici"), self._grid.repeat),
            Action(CONFIRM_KEY, _("confirmer l’avertissement affiché"), self._confirm, "check"),
            Action("↑ / ↓", _("aller d’une ligne à l’autre, Entrée la modifie")),
            Action("Ctrl+Del", _("supprimer la ligne"), self._grid.delete_current, "delete"),
            Action(DISCARD_KEY, _("effacer cette liste"), self.discard, "delete"),
        ]


def _head_words(item: Field) -> str:
    """Return what the key of a field of the head does."""
    label = _(item.label).lower()
    return _("{field}, encore pour l’heure qu’il est").format(field=label) if item.kind is Kind.TIME else label

"""The sheet of one visit: head, quick keys, lines, and the way to the next place. By keyboard, nothing modal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QSizePolicy, QWidget

from fieldapp.core import parse
from fieldapp.core.forms import QuickKey
from fieldapp.core.schema import Severity, StudyProtocol
from fieldapp.core.text import _, ngettext, together
from fieldapp.ui import rounds, theme
from fieldapp.ui.forms import handed, walk
from fieldapp.ui.forms.grid import LINES_KEY, LinesGrid
from fieldapp.ui.forms.head_panel import DISCARD_KEY, HeadPanel
from fieldapp.ui.forms.links import newcomer
from fieldapp.ui.forms.opening import open_session
from fieldapp.ui.forms.session import SheetSession
from fieldapp.ui.forms.waiting import Finding
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.review.strip import ReviewStrip
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Banner, KeyHint, live_key, text_label
from fieldapp.ui.widgets.elided import Elided

CONFIRM_KEY, REPEAT_KEY = "F12", "F2"
NEXT_KEY, PREVIOUS_KEY = "Ctrl+Return", "Ctrl+PgUp"
ROOMY = 60
"""Width of the page in letters' heights from which the pond before is named on its button."""
SEEN_SHOWN = 4
"""Species of earlier years that are named above the lines; the list of suggestions has them all."""


def clock() -> str:
    """Return the local time of day, "21:02"; the sheet asks here, so that a test can choose it."""
    return f"{datetime.now().astimezone():%H:%M}"


class SheetPage(PageWidget):
    """The sheet. `open(protocol, site, visit=None, passage=None, year=None, order=(), line="")`.

    `order` are the places of the round, `year` its season where it is not this one, `line` the uid of the stored line
    on which the cursor begins.
    """

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("sheet")
        self._context = context
        self._services: Services = context.services
        self._session: SheetSession | None = None
        self._protocol: StudyProtocol | None = None
        self._order: list[str] = []
        self._names: Mapping[str, walk.Named] = {}
        self._passage: int | None = None
        self._open_places: list[str] = []
        self._found: list[Finding] = []
        self._scroll = QScrollArea()  # moves only where large text and many open fields leave no other way
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._foot_box = QWidget()
        self._strip = ReviewStrip(context, name="sheet.review")
        self._outer = theme.column(self._strip, self._scroll, spacing=0)
        self._outer.setStretch(1, 1)
        self.setLayout(self._outer)
        QApplication.instance().focusChanged.connect(self._follow)  # type: ignore[union-attr]

    # ---------------------------------------------------------------------------------------------- opening

    def open(self, **params: Any) -> None:
        """Show a visit: by its uid, else by the passage, else today's; what was typed there before is there again."""
        protocol = self._services.protocols[str(params["protocol"])]
        self._build(protocol)
        self._passage = params.get("passage")
        self._session = open_session(
            self._services.db,
            protocol,
            self._services.taxa(protocol.code),
            str(params["site"]),
            visit=params.get("visit"),
            passage=self._passage,
            year=params.get("year"),
            newcomer=newcomer(self._services),
        )
        wanted = params.get("order") or ()
        if not wanted or set(wanted) != set(self._names):
            self._names = walk.places(self._services.db, self._session, wanted)
        self._order = list(wanted) if set(wanted) == set(self._names) else list(self._names)
        self._open_places = walk.still_open(self._services, self._session, self._order, self._passage)
        self._head.ask_nothing()
        self._head.fill(self._session)
        self._scroll.verticalScrollBar().setValue(0)
        self._grid.show_session(self._session)
        self._strip.show_records([self._session.visit, *self._session.lines] if self._session.is_stored else [])
        self._strip.close_with(self._scroll.widget())
        self._refresh()
        if self._strip.is_closed or not self._grid.stand_on(str(params.get("line", ""))):
            self._focus_first()
        QTimer.singleShot(0, self, self._from_top)

    def _from_top(self) -> None:
        """Show the sheet from its top, or as little below it as the cursor asks for, once everything has its place."""
        self._scroll.verticalScrollBar().setValue(0)
        now, body = QApplication.focusWidget(), self._scroll.widget()
        if now is not None and body is not None and body.isAncestorOf(now):
            self._scroll.ensureWidgetVisible(now, 0, 0)

    def reload(self) -> None:
        """Show the visit again as it is stored now (after an undo, an import, a sync)."""
        state = self.undo_state()
        if state:
            self.open(**state)

    def undo_state(self) -> dict[str, Any]:
        """Return the parameters that open this visit again."""
        session = self._session
        if session is None:
            return {}
        return {
            "protocol": session.protocol.code,
            "site": session.past.site.uid,
            "visit": session.visit.uid if session.is_stored else None,
            "passage": self._passage,
            "year": session.year,
            "order": tuple(self._order),
        }

    def _focus_first(self) -> None:
        session = self._session
        if session is None:
            return
        wrong = [cell.item.name for cell in self._head.wrong_cells(session, self._found)]
        waiting = next((name for name in (*wrong, *session.texts) if name in self._head.cells), None)
        begun = any(session.is_begun(entry) for entry in session.entries.values())
        day = session.visit_entity.date_field
        if self._strip.is_closed:
            self._next.setFocus()
            return
        if session.awaits_day() and day in self._head.cells and day not in session.texts:
            self._head.cell(day).go_in()
        elif waiting is not None and (wrong or not begun):
            cell = self._head.cell(waiting)
            (cell.line or cell.editor).setFocus(Qt.FocusReason.OtherFocusReason)
        elif session.quick_on() and not session.sightings():
            self._next.setFocus()
        else:
            self._grid.focus()

    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Keep what has the cursor in sight."""
        body = self._scroll.widget()
        if now is not None and body is not None and body.isAncestorOf(now):
            if self._grid.entry.isAncestorOf(now) and self._grid.hint.isVisible():
                self._scroll.ensureWidgetVisible(self._grid.hint, 0, theme.S)
            self._scroll.ensureWidgetVisible(now, 0, theme.S)

    def _keep_in_sight(self) -> None:
        """Scroll to the cursor once everything has found its place."""
        QTimer.singleShot(0, self, lambda: self._follow(None, QApplication.focusWidget()))

    # --------------------------------------------------------------------------------------------- building

    def _build(self, protocol: StudyProtocol) -> None:
        """Lay the sheet out for a protocol; once, the next place uses the same widgets."""
        if self._protocol is protocol or protocol.form is None:
            return
        self._protocol = protocol
        sheet = protocol.form.sheet
        entity, lines = protocol.entity(sheet.visit), protocol.entity(sheet.observation)
        body = QWidget()
        body.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._head = HeadPanel(self._services, sheet, entity, self, self._now, body)
        self._grid = LinesGrid(sheet, _(lines.by_name[sheet.taxon_field].label), body)
        self._grid.saved.connect(self._saved)
        self._grid.typed.connect(self._typed)
        self._grid.told.connect(self._keep_in_sight)
        self._grid.deleted.connect(lambda uid: handed.tell_of(self._context, uid))
        self._head.closed.connect(self._to_lines)
        self._head.discard.clicked.connect(lambda *_nothing: self.discard())
        self._make_question(body)
        self._make_footer(protocol)
        box = theme.column(self._head, self._asked, self._quick_row(sheet.quick, body), self._grid, spacing=theme.S + 2)
        box.setStretch(3, 1)
        body.setLayout(box)
        self._scroll.setWidget(body)
        self._foot_box.setParent(None)
        self._foot_box = QWidget(self)
        foot = theme.column(self._banner, self._footer, spacing=theme.S + 2)
        foot.setContentsMargins(0, theme.S + 2, 0, 0)
        self._foot_box.setLayout(foot)
        self._outer.addWidget(self._foot_box)
        live_key(body, "Ctrl+Del", self._grid.delete_current)
        live_key(body, REPEAT_KEY, self._grid.repeat)
        live_key(body, LINES_KEY, self._to_lines)
        live_key(body, DISCARD_KEY, self.discard)
        stops = [*self._head.stops(), self._answer, *self._grid.stops(), self._previous, self._next]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _quick_row(self, quick: Sequence[QuickKey], body: QWidget) -> QWidget:
        """Return the line of the quick keys, the details and what was seen here before."""
        self._quick: dict[str, ActionButton] = {}
        line = QWidget(body)
        row = theme.row(spacing=theme.S + 2)
        for item in quick:
            button = ActionButton(
                _(item.label), item.icon, item.key, name=f"sheet.quick.{item.code}", on=partial(self._press, item)
            )
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._quick[item.code] = button
            row.addWidget(button)
        row.addLayout(self._head.foot, 1)
        self._seen = Elided("secondary", name="sheet.seen")
        self._seen.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._repeat = KeyHint(REPEAT_KEY)
        row.addWidget(self._seen)
        row.addWidget(self._repeat)
        line.setLayout(row)
        return line

    def _make_question(self, body: QWidget) -> None:
        self._asked = QWidget(body)
        self._asked_words = text_label("", "strong", name="sheet.question.words")
        self._answer = QLineEdit()
        self._answer.setObjectName("sheet.question")
        self._answer.textEdited.connect(self._answer_typed)
        self._answer.returnPressed.connect(self._answered)
        row = theme.row(self._asked_words, self._answer)
        row.setStretch(1, 1)
        self._asked.setLayout(row)
        self._asked.hide()

    def _make_footer(self, protocol: StudyProtocol) -> None:
        self._banner = Banner("warning", "", name="sheet.banner")
        self._banner.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._banner.hide()
        self._previous = ActionButton("", "previous", PREVIOUS_KEY, name="sheet.previous", on=lambda: self._go(-1))
        self._missing = text_label("", "small", wrap=True, name="sheet.missing")
        self._far = Elided("secondary", name="sheet.far")
        self._far.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        words = protocol.form.words if protocol.form else {}
        self._next_words = _(words["next"]) if "next" in words else _("Suivant")
        self._done_words = _(words["done"]) if "done" in words else _("Tournée finie.")
        self._next = ActionButton(
            self._next_words, key=NEXT_KEY, primary=True, name="sheet.next", on=lambda: self._go(1)
        )
        for button in (self._previous, self._next):
            button.setAutoDefault(True)  # Enter presses it while it has the cursor
        self._footer = theme.row(self._previous, self._missing, self._far, self._next)
        self._footer.setStretch(1, 1)
        self._footer.setAlignment(self._missing, Qt.AlignmentFlag.AlignVCenter)

    # --------------------------------------------------------------------------------------------- the head

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
        session = self._session
        if session is None or name not in session.texts:
            return
        if not problem:
            session.texts.pop(name)
            session.keep()
        self._refresh()

    def _now(self, name: str) -> None:
        """Note the present time; where one is noted already, only a second press replaces it."""
        session = self._session
        if session is None:
            return
        value = session.value(name)
        noted = session.texts.get(name, "") or (parse.show_time(value) if value is not None else "")
        now = self._head.may_replace(name, noted, clock())
        if now:
            session.set_head(name, now)
            self._head.cell(name).set_value(session.value(name))
            self._saved()
        self._keep_in_sight()

    # ------------------------------------------------------------------------------------------ what happens

    def _press(self, quick: QuickKey) -> None:
        session = self._session
        if session is None:
            return
        self._grid.commit()
        why = session.toggle(quick, clock())
        if why:
            self._context.notify(why, "info")
            return
        self._saved()
        if session.quick_on():
            self._next.setFocus()
        else:
            self._grid.to_new()

    def _saved(self) -> None:
        if self._session is None:
            return
        self._head.ask_nothing()
        self._head.refill(self._session)
        self._refresh()
        self._services.on_saved(self._session.saved_at)

    def _typed(self) -> None:
        """Show that something waits in the draft; the problems of the head are said when its line is left."""
        if self._session is not None:
            self._head.ask_nothing()
            self._show_missing(self._session)
            self._keep_in_sight()

    def _answer_typed(self, text: str) -> None:
        if self._session is not None and (asked := self._session.question()) is not None:
            self._session.typed(f"?{asked.field}", text)

    def _answered(self) -> None:
        if self._session is None or (asked := self._session.question()) is None:
            return
        self._session.answer(asked, self._answer.text())
        self._saved()
        self._grid.focus()

    def _warnings(self) -> list[Finding]:
        """Return the warnings that nobody has confirmed."""
        return [item for item in self._found if item.problem.severity is Severity.WARNING]

    def _confirm(self) -> None:
        session = self._session
        warnings = self._warnings()
        if session is not None and warnings:
            session.confirm([item for item in warnings if item.problem.code == warnings[0].problem.code])
            self._saved()

    def discard(self) -> None:
        """Throw the sheet away and show an empty one; the key of undo, or that of the notice, brings it back."""
        session = self._session
        if session is None or not (session.is_stored or session.waits()):
            return
        state = {**self.undo_state(), "visit": None}
        is_saved = session.discard()
        self.open(**state)
        if is_saved:
            self._services.on_saved(session.saved_at)
        words = _("Fiche de {name} effacée").format(name=session.site_name)

        def back() -> None:
            session.bring_back()
            self.open(**state)

        if is_saved:
            self._context.notify(words, "undo", action=_("Annuler"), key="Ctrl+Z", on=self._context.undo, live=False)
        else:
            self._context.notify(words, "undo", action=_("Rétablir"), on=back)

    def _to_lines(self) -> None:
        """Put the cursor where the species are typed, or where the sheet goes on when there is none to type."""
        session = self._session
        if session is not None and session.quick_on() and not session.sightings():
            self._next.setFocus()
        else:
            self._grid.focus()

    # ------------------------------------------------------------------------------------------- what is said

    def _refresh(self) -> None:
        """Show everything that follows from the records: title, keys, lines, warnings, what is missing."""
        session = self._session
        if session is None:
            return
        self._found = session.findings()
        self._grid.show_lines(self._found)
        self._head.say(session, self._found)
        on = session.quick_on()
        for code, button in self._quick.items():
            theme.set_role(button, "on" if on is not None and on.code == code else "")
            button.setAccessibleDescription(_("activé") if on is not None and on.code == code else "")
        self._show_title(session)
        self._show_seen(session)
        self._show_question(session)
        self._show_banner()
        self._show_missing(session)
        self._show_neighbours(session)
        self._keep_in_sight()

    def _show_title(self, session: SheetSession) -> None:
        uid = session.past.site.uid
        at = _("{n} sur {total}").format(n=self._order.index(uid) + 1, total=len(self._order)) if self._order else ""
        words = session.sheet.visit_words(session.visit.data)
        self.set_title(session.site_name, " · ".join(filter(None, (session.group_name, words, at))))

    def _show_seen(self, session: SheetSession) -> None:
        seen = [f"{taxon.nom_vern or taxon.lb_nom} {year}" for taxon, year in session.seen_here()[:SEEN_SHOWN]]
        self._seen.set_words(_("Vu ici : {species}").format(species=" · ".join(seen)) if seen else "")
        self._seen.setVisible(bool(seen))
        self._repeat.setVisible(bool(seen))

    def _show_question(self, session: SheetSession) -> None:
        asked = session.question()
        self._asked.setVisible(asked is not None)
        if asked is not None:
            self._asked_words.setText(_(asked.words))
            if not self._answer.hasFocus():
                self._answer.setText(session.texts.get(f"?{asked.field}", ""))

    def _show_banner(self) -> None:
        warnings = self._warnings()
        notices = [item for item in self._found if item.problem.severity is Severity.NOTICE and item.line is None]
        if warnings:
            more = len(warnings) - 1
            aside = ngettext("et {n} autre", "et {n} autres", more).format(n=more) if more else ""
            self._banner.set(
                "warning",
                self._with_line(warnings[0]),
                aside=aside,
                action=_("C’est bien ça"),
                key=CONFIRM_KEY,
                on=self._confirm,
            )
        elif notices:
            aside = _("rien à faire") if len(notices) == 1 else _("et {n} de plus").format(n=len(notices) - 1)
            self._banner.set("info", notices[0].words, aside=aside)
        self._banner.setVisible(bool(warnings or notices))

    def _with_line(self, finding: Finding) -> str:
        name = self._session.line_name(finding.line) if self._session is not None and finding.line else ""
        return finding.words if not name or name in finding.words else f"{name} : {finding.words}"

    def _show_missing(self, session: SheetSession) -> None:
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
                words = _("● Fiche complète")
        self._missing.setText(together(words))
        # in large letters what is lacking needs the room: how far the next place is can wait
        self._far.setVisible(self._is_wide() or not words.startswith("◐"))

    def _is_wide(self) -> bool:
        return self.width() > ROOMY * theme.text_px()

    # ------------------------------------------------------------------------------------------------ moving

    def _show_neighbours(self, session: SheetSession) -> None:
        before, after = self._neighbour(-1), walk.next_open(self._order, session.past.site.uid, self._open_places)
        self._previous.setVisible(before is not None)
        if before is not None:
            self._previous.set_text(self._names[before][0] if self._is_wide() else "")
            self._previous.setAccessibleName(self._names[before][0])
        self._next.set_text(self._next_words if after is not None else _("Finir la tournée"))
        far = ""
        if after is not None:
            name, position = self._names[after]
            here = rounds.position(session.past.site.data)
            metres = rounds.distance_m(here, position) if here and position else None
            count = sum(uid != session.past.site.uid for uid in self._open_places)
            entity = session.protocol.entity(session.form.round.site)
            left = _("encore {n} {places}").format(
                n=count, places=_(entity.label if count < 2 else entity.label_plural).lower()
            )
            far = " · ".join((left, f"{name} {rounds.distance_words(metres)}".strip()))
        self._far.set_words(far)

    def _neighbour(self, step: int) -> str | None:
        session = self._session
        if session is None or session.past.site.uid not in self._order:
            return None
        at = self._order.index(session.past.site.uid) + step
        return self._order[at] if 0 <= at < len(self._order) else None

    def _go(self, step: int) -> None:
        session = self._session
        if session is None:
            return
        self.leaving()
        self._say_left(session)
        self._open_places = walk.still_open(self._services, session, self._order, self._passage)
        here = session.past.site.uid
        there = self._neighbour(step) if step < 0 else walk.next_open(self._order, here, self._open_places)
        if there is not None:
            year, passage = session.year, self._passage
            if passage is None and year != rounds.today().year:
                passage = session.form.round.passage_of(session.visit.data)
            order = tuple(self._order)
            self.open(protocol=session.protocol.code, site=there, passage=passage, year=year, order=order)
        elif step > 0:
            if here not in self._open_places:
                self._context.notify(self._done_words, "done")
            self._context.navigate("round", protocol=session.protocol.code, group=session.past.site.parent)

    def _say_left(self, session: SheetSession) -> None:
        if not session.is_stored and not session.waits():
            return
        missing = session.missing(session.findings())
        if missing or session.waits():
            what = ", ".join(missing) or _("ce qui est tapé")
            self._context.notify(
                _("{name} reste en brouillon, il manque : {what}").format(name=session.site_name, what=what), "info"
            )

    def leaving(self) -> None:
        """Read what stands in the cells and save what can be; the rest is in the draft already."""
        session = self._session
        if session is None:
            return
        self._read_focused()
        self._grid.commit()

    def _read_focused(self) -> None:
        """Let the cell that has the cursor read itself, as if it were left."""
        for cell in self._head.cells.values():
            commit = getattr(cell.editor, "commit", None)
            if cell.line is not None and cell.line.hasFocus() and commit is not None:
                commit()

    def go_back(self) -> bool:
        """Leave the line that is being changed, then the head, for the species; from there the shell goes back."""
        if self._session is None or self._grid.step_out():
            return self._session is not None
        return self._back_to_species()

    def _back_to_species(self) -> bool:
        """Put the cursor on the line of the species; False when it is there, or where no species is typed."""
        focus, session = QApplication.focusWidget(), self._session
        body = self._scroll.widget()
        if focus is None or session is None or body is None or not body.isAncestorOf(focus):
            return False
        if session.quick_on() and not session.sightings():
            self._next.setFocus()
        elif focus is self._grid.entry.species:
            return False
        else:
            self._grid.entry.species.setFocus()
        return True

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the sheet in the order of its work."""
        if self._protocol is None or self._protocol.form is None:
            return ()
        sheet = self._protocol.form.sheet
        entity = self._protocol.entity(sheet.visit)
        head = [
            Action(header.key, _(entity.by_name[header.name].label).lower())
            for header in (*sheet.header, *sheet.second)
            if header.key
        ]
        quick = [Action(item.key, _(item.label).lower(), partial(self._press, item), item.icon) for item in sheet.quick]
        return [
            Action(NEXT_KEY, self._next_words.lower(), lambda: self._go(1), "next"),
            Action(PREVIOUS_KEY, _("la précédente"), lambda: self._go(-1), "previous"),
            *quick,
            *head,
            Action("F4", _("détails de la visite"), self._head.toggle_details),
            Action(LINES_KEY, _("revenir à la ligne de l’espèce"), self._to_lines),
            Action(REPEAT_KEY, _("reprendre une espèce déjà vue ici"), self._grid.repeat),
            Action(CONFIRM_KEY, _("confirmer l’avertissement affiché"), self._confirm, "check"),
            Action("↑ / ↓", _("aller d’une ligne à l’autre, Entrée la modifie")),
            Action("Ctrl+Del", _("supprimer la ligne"), self._grid.delete_current, "delete"),
            Action(DISCARD_KEY, _("effacer cette fiche"), self.discard, "delete"),
        ]

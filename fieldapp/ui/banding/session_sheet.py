"""The page of one session: it opens in a few keys, is corrected at any time, and closes with its totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp.core import checking
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Context, Severity, Values
from fieldapp.core.text import _
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, VISIT
from fieldapp.store import drafts, records
from fieldapp.store.records import Saved
from fieldapp.ui import rounds, theme, way_back
from fieldapp.ui.banding import main_session, now
from fieldapp.ui.banding.around import AroundCard
from fieldapp.ui.banding.closing import ClosingPanel
from fieldapp.ui.banding.opening_form import ORDER, SITE_LINE, OpeningForm
from fieldapp.ui.banding.overview import OPEN, is_over, known_of, lacking_words, missing, state_of, theme_words
from fieldapp.ui.banding.session_start import Station, around, carried, reopened, stations, twin, twin_words
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.review.strip import ReviewStrip
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import NOTICE, WARNING, ActionButton, Banner, Card, EmptyState, text_label
from fieldapp.ui.windows.place_sheet import FormScroll
from fieldapp.ui.windows.places import delete_record

DRAFT = "session"
"""The drafts of sessions are kept under "session:banding:uid", that of a new one without uid."""


_OPENING, _CLOSING, _NO_SET, _GONE = range(4)
"""The sides of the page."""


class SessionPage(PageWidget):
    """One session. `open(uid)` shows it, `open(site)` begins one at this net set, `closing` shows how it ends."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._stored: Record | None = None
        self._captures: list[Record] = []
        self._stations: list[Station] = []
        self._station: Station | None = None
        self._uid = ""
        self._saved: Saved | None = None  # what was saved last, for the way back
        self._start: Values = {}
        self._read: Values = {}
        self._proposed: Values = {}
        self._params: dict[str, Any] = {}
        self._told_of: tuple[Any, Any] = (None, None)  # the day and the theme that the main session was told for
        self.form = OpeningForm(self._services, self._services.protocols[CODE])
        self.form.changed.connect(self._edited)
        self.form.site_changed.connect(self._to_station)
        self.form.finished.connect(self._go_on)
        self.closing = ClosingPanel(self._services, context)
        self.closing.finished.connect(self._close)
        self.closing.changed.connect(self._edited)
        self._restored = Banner("info", "", name="session.restored")
        self._restored.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        form = Card()
        form.body.setContentsMargins(theme.L, theme.M, theme.S, theme.S)
        self._scroll = FormScroll(self.form)
        form.add(self._scroll, 1)
        self.around = AroundCard(self._services, self._context)
        opening = theme.row(form, self.around, spacing=theme.M)
        opening.setStretch(0, 5)
        opening.setStretch(1, 3)
        first = QWidget()
        first.setLayout(opening)
        self._places = ActionButton(_("Lieux et filets"), "site", "L", True, name="session.places", on=self._to_places)
        sentence = _("Une séance a lieu à un dispositif de filets : créez d’abord le lieu, puis son dispositif.")
        empty = EmptyState("net", _("Aucun dispositif de filets"), sentence, self._places, name="session.empty")
        self._stack = QStackedWidget()
        gone = EmptyState("net", _("Cette séance n’est plus là"), _("Échap revient d’un pas."), name="session.gone")
        for widget in (first, self.closing, empty, gone):
            self._stack.addWidget(widget)
        make = ActionButton
        self._delete = make(
            _("Supprimer"), "delete", "Ctrl+Shift+Del", role="quiet", name="session.delete", on=self._remove
        )
        self._blank = make(_("Bredouille"), "nothing_seen", "F9", name="session.blank", on=self._no_birds)
        self._reopen = make(_("Rouvrir"), "undo", "F7", name="session.reopen", on=self._open_again)
        self._end = make(_("Clore la séance"), "clock", "F8", name="session.end", on=self._to_closing)
        self._state = text_label("", "secondary", name="session.state")
        self._next = make("", "next", "Ctrl+Return", True, name="session.next", on=self._go_on)
        foot = theme.row(self._delete, self._blank, self._reopen, self._end, 1, self._state, self._next)
        self._strip = ReviewStrip(self._context, name="session.review")
        box = theme.column(self._strip, self._restored, self._stack, foot)
        box.setStretch(2, 1)
        self.setLayout(box)
        stops = [*self.form.order(), self.around.table, self._delete, self._blank, self._reopen, self._end, self._next]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    # ------------------------------------------------------------------------------------------- opening

    def open(self, uid: str = "", site: str = "", closing: bool = False, **_params: Any) -> None:
        """Show the session, or a new one; what was typed and not saved is taken up again."""
        db = self._services.db
        self._params = {"uid": uid, "site": site, "closing": closing}
        self._stored = known_of(self._services).get(uid) if uid else None
        if uid and self._stored is None:
            self._show_gone()
            return
        self._stations = stations(db)
        draft = drafts.get(db, self._key())
        self._uid = self._stored.uid if self._stored else (draft or {}).get("uid") or new_uid()
        self._captures = []
        if self._stored:
            self._captures = [record for record in records.children(db, [uid]) if record.entity == OBSERVATION.code]
        self.form.site.set_stations(self._stations)
        chosen = (draft or {}).get("site") or (self._stored.parent if self._stored else site)
        self._station = self._find(chosen) or (self._stations[0] if self._stations and not self._stored else None)
        self._load(draft)
        self._say_restored(draft is not None and (closing or self._differs(draft)))
        self._show(closing=closing)
        if draft and closing:
            self.closing.set_texts(draft.get("closing", {}))

    def _differs(self, draft: dict[str, Any]) -> bool:
        """Return whether a draft says of the form something else than what is stored (it may be of the closing)."""
        stored = self._stored
        return (
            stored is None or draft["values"] != stored.data or bool(draft["texts"]) or draft["site"] != stored.parent
        )

    def _find(self, uid: object) -> Station | None:
        return next((station for station in self._stations if station.uid == uid), None)

    def _load(self, draft: dict[str, Any] | None) -> None:
        self._proposed = {} if self._stored else self._carried()
        start = dict(self._stored.data) if self._stored else dict(self._proposed)
        values, texts = (draft["values"], draft["texts"]) if draft else (start, {})
        self.form.site.set_value(self._station.uid if self._station else None)
        self.form.load(values, self._context_of_checks(), texts, is_new=self._stored is None)
        self._tell_station()
        self._start = start if draft else self.form.values()
        self._read = dict((draft or {}).get("read") or start)

    def _carried(self) -> dict[str, Any]:
        if self._station is None:
            return {}
        who = self._services.settings.who
        known = who if who and records.get(self._services.db, who) is not None else ""
        return carried(self._station, self._stations, rounds.today(), now.clock(), known)

    def _context_of_checks(self) -> Context:
        return around(self._services.db, self._station, self._uid, self._captures)

    def _tell_station(self) -> None:
        station = self._station
        self.form.set_station(station)
        self._propose()
        today = rounds.today()
        here = [one for one in station.sessions if one.uid != self._uid] if station else []
        opened = self._stored is None and any(state_of(one.data, today) == OPEN for one in here)
        words = _("Une séance est déjà ouverte ici : Échap, puis R, la reprend.") if opened else ""
        self.form.set_note(SITE_LINE, words, WARNING)
        self.around.show_station(station, self._uid)

    def _propose(self) -> None:
        """Say which main session this is, anew when its day or its theme is another."""
        station, values = self._station, self.form.values()
        self._told_of = (values.get("date"), values.get("theme"))
        proposal = main_session.proposal(self._services, station, self._uid, values) if station else ""
        self.form.set_note("main_session", proposal, NOTICE)

    def _to_station(self, uid: object) -> None:
        """Go to another net set: what was carried over and not touched follows it."""
        self._station = self._find(uid)
        if self._stored is None:
            typed = self.form.values()
            own = {name: value for name, value in typed.items() if self._proposed.get(name) != value}
            self._proposed = self._carried()
            self.form.load({**self._proposed, **own}, self._context_of_checks(), self.form.texts(), is_new=True)
        else:
            self.form.load(self.form.values(), self._context_of_checks(), self.form.texts())
        self._tell_station()
        self._edited()
        self._retitle()

    def _show(self, *, closing: bool) -> None:
        """Show one of the two sides, or what has to be made first."""
        stored = self._stored
        has_set = bool(self._stations) or stored is not None
        self._params["closing"] = closing
        over = stored is not None and is_over(stored.data)
        if closing and stored is not None:
            today = rounds.today().isoformat()
            self.closing.load(
                stored, self._captures, now.clock, now.clock() if stored.data.get("date") == today else ""
            )
        self._stack.setCurrentIndex(_NO_SET if not has_set else _CLOSING if closing else _OPENING)
        self._delete.setVisible(stored is not None and not closing)
        self._reopen.setVisible(over)
        self._blank.setVisible(has_set and not over and not self._captures)
        self._end.setVisible(stored is not None and not closing)
        self._end.set_text(_("Totaux et bagues") if over else _("Clore la séance"))
        self._next.setVisible(has_set)
        self._next.set_text(self._next_words(closing=closing, over=over))
        self._next.set_icon("check" if closing or over else "next")
        self._retitle()
        self._say_state()
        self._strip.show_records([stored, *self._captures] if stored is not None else [])
        self._strip.close_with(self.form, self.closing, self._delete, self._reopen, self._blank)
        if not has_set:
            self._places.setFocus()
        elif closing:
            self.closing.begin()
        else:
            self._begin_form()

    def _begin_form(self) -> None:
        """Put the cursor where the form begins; in a stored session on the first line that must be filled in."""
        lacking = missing(self._stored.data) if self._stored is not None else []
        name = next((name for name in lacking if name in ORDER), "")
        if not name:
            self.form.first().setFocus()
            return
        field = self.form.field(name)
        field.editor.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(field)

    def _show_gone(self) -> None:
        """Say that the session was deleted meanwhile: it must not be made a second time."""
        self._stored, self._station, self._captures = None, None, []
        self._restored.hide()
        self._state.setText("")
        self._stack.setCurrentIndex(_GONE)
        for button in (self._delete, self._reopen, self._blank, self._end, self._next):
            button.hide()
        self.set_title(_("Séance"))

    def _next_words(self, *, closing: bool, over: bool) -> str:
        if over:
            return _("Enregistrer")
        return _("Clore la séance") if closing else _("Captures")

    def _retitle(self) -> None:
        name = self._station.name if self._station else ""
        if self._stored is None:
            self.set_title(_("Nouvelle séance"), name)
            return
        day = rounds.short_date(str(self._stored.data.get("date", "")))
        self.set_title(" · ".join(filter(None, (theme_words(self._stored.data), day))) or _("Séance"), name)

    def _say_state(self) -> None:
        """Say what the session still needs to be whole."""
        self._state.setText(lacking_words(self._stored.data) if self._stored is not None else "")

    def _say_restored(self, restored: bool) -> None:
        self._restored.setVisible(restored)
        if restored:
            words = _("Séance commencée, reprise là où vous l’aviez laissée.")
            back = _("Tout effacer") if self._stored is None else _("Revenir à l’enregistré")
            self._restored.set("info", words, action=back, on=self._forget)

    # -------------------------------------------------------------------------------------------- typing

    def _key(self) -> str:
        return f"{DRAFT}:{CODE}:{self._params['uid']}"

    def _edited(self) -> None:
        """Keep what stands in the form."""
        db = self._services.db
        values, texts, closing = self.form.values(), self.form.texts(), self.closing.texts()
        if (values.get("date"), values.get("theme")) != self._told_of:
            self._propose()
        moved = self._stored is not None and self._station is not None and self._station.uid != self._stored.parent
        is_closing = self._params["closing"]
        if texts or values != self._start or moved or is_closing:
            draft: dict[str, Any] = {"uid": self._uid, "values": values, "texts": texts}
            draft |= {"site": self._station.uid if self._station else "", "read": self._read}
            drafts.put(db, self._key(), draft | ({"closing": closing} if is_closing else {}))
            self._context.status.unsaved()
        else:
            drafts.drop(db, self._key())

    def _forget(self) -> None:
        drafts.drop(self._services.db, self._key())
        self.open(**self._params)

    # -------------------------------------------------------------------------------------------- saving

    def _record(self, **more: Any) -> Record | None:
        """Return the session as it stands in the form with `more`; None when it can't be kept, and that is said."""
        form = self.form
        self._next.setFocus()  # the line that is typed into is read as it is left
        unread = form.unread()
        found = form.check_for_saving()
        if self._station is None:
            form.field(SITE_LINE).set_problem(_("Choisissez le dispositif de filets."))
            self._stop_at(SITE_LINE)
            return None
        if unread or checking.blocks(found):
            self._stop_at(*unread, *(item.field for item in found if item.severity is Severity.BLOCKING))
            return None
        values = {**form.values(), **more}
        if self._stored is not None and known_of(self._services).get(self._stored.uid) is None:
            self._show_gone()
            return None
        if self._stored is None:
            return make_record(CODE, VISIT, values, self._station.uid, self._uid)
        return replace(with_data(self._stored.read_as(self._read), VISIT, values), parent=self._station.uid)

    def _stop_at(self, *names: str) -> None:
        self._show_opening()
        self._state.setText(_("pas encore enregistré : voyez les lignes marquées"))
        for name in names:
            if name in {SITE_LINE, *VISIT.by_name}:
                field = self.form.field(name)
                field.editor.setFocus()
                self._scroll.ensureWidgetVisible(field)
                return

    def _show_opening(self) -> None:
        if self._params["closing"]:
            self._show(closing=False)

    def _store(self, **more: Any) -> Record | None:
        """Save the session and drop its draft in one transaction; None when it could not be kept."""
        record = self._record(**more)
        if record is None:
            return None
        db, study = self._services.db, self._services.protocols[CODE]
        label = _("séance {name}").format(name=study.entity(VISIT.code).title(record.data))
        with db.transaction():
            saved = records.save(db, [record], label)
            drafts.drop(db, self._key())
        if saved.action is not None:
            self._services.on_saved(saved.made_at)
        # The form does not show what others wrote meanwhile: what it holds is read as it was saved.
        self._read = record.data
        record = (records.get(db, record.uid) or record) if saved.met else record
        self._stored, self._start, self._saved = record, self.form.values(), saved
        self._params |= {"uid": record.uid, "site": ""}
        self._restored.hide()
        return record

    def _go_on(self) -> None:
        """Save, and go on to what comes next: the captures, or back where the session is over."""
        if self._params["closing"]:
            self._close()
            return
        over = self._stored is not None and is_over(self._stored.data)
        record = self._store()
        if record is None:
            return
        lacking = self.form.lacking(self.form.problems())
        words = ", ".join(self.form.name_of(line) for line in lacking)
        if over:
            self._context.back()
        else:
            self._context.navigate("captures", uid=record.uid)
        if words:
            said = _("Séance enregistrée, à finir. Il manque : {what}.").format(what=words)
            again = partial(self._context.navigate, "session", uid=record.uid)
            key = "C" if over else "F6"  # among the captures F6 is the key of the session, whatever is typed there
            self._context.notify(said, "warning", action=_("Compléter"), key=key, on=again, live=over)

    # ------------------------------------------------------------------------------------------- closing

    def _to_closing(self) -> None:
        """Save what stands in the form, and show how the session ends."""
        if self._store() is not None:
            self._show(closing=True)

    def _close(self) -> None:
        """Close the session with its duration; rings that nobody explained stay on the list, and that is said."""
        record = None if self._is_end_unread() else self._store(**self.closing.values(), closed=True)
        if record is None:
            return
        waits = not self.closing.is_all_explained()
        self._context.navigate("banding", uid=record.uid)
        if "duration_min" not in record.data:
            self._context.notify(_("Séance close, à finir : sa durée manque."), "warning")
        elif waits:
            words = _("Séance close. Des bagues sautées restent à expliquer.")
            to_stock = partial(self._context.navigate, "ring_stock")
            self._context.notify(words, "warning", action=_("Stock de bagues"), key="S", on=to_stock, live=False)
        else:
            birds = " · ".join((self.closing.count_words(), self.closing.total_words()))
            self._context.notify(_("Séance close : {what}.").format(what=birds), "done")

    def _is_end_unread(self) -> bool:
        """Return whether the end or the duration can't be read; the cursor is then there, and that is said."""
        unread = self.closing.unread()
        if unread is not None:
            unread.setFocus()
            unread.selectAll()
            self._state.setText(_("pas encore enregistré : voyez les lignes marquées"))
        return unread is not None

    def _no_birds(self) -> None:
        """Record a session in which no bird was caught: it is over at once."""
        db = self._services.db
        self.form.unread()  # what stands in the lines is read before it is looked at
        more: dict[str, Any] = {"no_birds": True, "closed": True}
        opened = self.form.values().get("opened_at")
        if self._params["closing"]:
            if self._is_end_unread():
                return
            more |= self.closing.values()
        elif opened and self.form.values().get("date") == rounds.today().isoformat():
            more |= self.closing.lasting(opened, now.clock())
        record = self._store(**more)
        if record is None:
            return
        self._context.navigate("banding", uid=record.uid)
        words = _("Séance bredouille, enregistrée.")
        beside = twin(db, record)
        if beside is not None and self._saved is not None:
            said = _("Bredouille enregistrée. Déjà ici ce jour-là : {name}. Annulez si c’est la même.")
            again = partial(self._context.navigate, "banding", uid=beside.uid)
            way_back.offer(self._context, self._saved, said.format(name=twin_words(db, beside)), again, kind="warning")
        elif "duration_min" not in record.data:
            self._context.notify(
                _("{words} Sa durée manque : ouvrez-la pour la donner.").format(words=words), "warning"
            )
        else:
            self._context.notify(words, "done")

    def _open_again(self) -> None:
        """Let birds be entered again; what was typed and not saved stays in the draft, without the end."""
        db = self._services.db
        if self._stored is None:
            return
        record = with_data(self._stored, VISIT, reopened(self._stored.data))
        draft = drafts.get(db, self._key())
        with db.transaction():
            saved = records.save(db, [record], _("séance rouverte"))
            if draft is not None:
                draft["values"] = reopened(draft["values"])
                drafts.put(db, self._key(), {name: value for name, value in draft.items() if name != "closing"})
        self._services.on_saved(saved.made_at)
        self._stored = record
        if draft is not None and not self._differs(draft):
            drafts.drop(db, self._key())
        self.open(uid=record.uid)
        self._context.notify(_("Séance rouverte : Ctrl Entrée mène aux captures."), "info")

    def _remove(self) -> None:
        """Delete the session with its captures; the way back is offered instead of a question."""
        stored, db = self._stored, self._services.db
        if stored is None:
            return
        words, saved = delete_record(self._services, self._services.protocols[CODE], stored)
        drafts.drop(db, self._key())
        self._start = self.form.values()
        self._context.navigate("banding")
        way_back.offer(self._context, saved, words, lambda: self._context.navigate("session", uid=stored.uid))

    def _to_places(self) -> None:
        self._context.navigate("ringing_places")

    # --------------------------------------------------------------------------------------------- shell

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as the one next step where there is no net set yet."""
        if self._stack.currentIndex() == _NO_SET and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._to_places()
            return
        super().keyPressEvent(event)

    def go_back(self) -> bool:
        """Leave the closing first."""
        if self._params.get("closing") and self._stack.currentIndex() == _CLOSING:
            self._show(closing=False)
            return True
        return False

    def undo_state(self) -> dict[str, Any]:
        """Return what shows this session again."""
        return dict(self._params)

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        if self._stack.currentIndex() == _GONE:
            return []
        if self._stack.currentIndex() == _NO_SET:
            return [Action("L", _("lieux et filets"), self._to_places, "site")]
        closing = self._stack.currentIndex() == _CLOSING
        found = [Action("Ctrl+Return", self._next.text().lower(), self._go_on, "check")]
        if self._end.isVisible():
            found.append(Action("F8", _("totaux, bagues du jour, fin de la séance"), self._to_closing, "clock"))
        if self._blank.isVisible():
            found.append(Action("F9", _("bredouille : aucun oiseau"), self._no_birds, "nothing_seen"))
        if self._reopen.isVisible():
            found.append(Action("F7", _("rouvrir la séance"), self._open_again, "undo"))
        if self._delete.isVisible():
            found.append(Action("Ctrl+Shift+Del", _("supprimer la séance et ses captures"), self._remove, "delete"))
        return [*found, *(self.closing.keys() if closing else [])]

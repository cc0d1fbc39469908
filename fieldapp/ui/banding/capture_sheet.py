"""The page of one capture: all its measures, its marks with the life of each device, and the bird beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from fieldapp.core import checking
from fieldapp.core.record import Placed, with_data
from fieldapp.core.schema import Context, Problem, Severity, Values
from fieldapp.core.text import _
from fieldapp.protocols.banding import life
from fieldapp.protocols.banding.desk import Desk
from fieldapp.protocols.banding.ring import from_key, show_ring
from fieldapp.protocols.banding.schema import CODE, MARK, OBSERVATION, SITE, SITES_GROUP, VISIT
from fieldapp.store import drafts, records
from fieldapp.ui import theme, way_back
from fieldapp.ui.banding import devices
from fieldapp.ui.banding.capture_correction import corrected
from fieldapp.ui.banding.capture_entry import Line
from fieldapp.ui.banding.capture_form import CaptureForm, placed_words
from fieldapp.ui.banding.life_panel import LifePanel
from fieldapp.ui.banding.overview import known_of, where
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.review.strip import ReviewStrip
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Banner, Card, EmptyState, text_label
from fieldapp.ui.windows.place_sheet import FormScroll
from fieldapp.ui.windows.places import delete_record

DRAFT = "capture"
"""The drafts of captures that are corrected are kept under "capture:banding:uid"."""

_ROOMY = 30
"""Height of the page in letters' heights from which the bird's life stands below its marks."""


class CaptureSheetPage(PageWidget):
    """One capture. `open(uid)`."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._stored: Placed | None = None
        self._base: Values = {}
        self._start: dict[str, Any] = {}  # the values that what is typed here began from
        self._told: tuple[str, life.Life] | None = None  # the life that was read last, with the key of its ring
        self._uid = ""
        self._study = self._services.protocols[CODE]
        self._restored = Banner("info", "", name="capture.restored")
        self._restored.hide()
        self.form = CaptureForm(self._services, self._study)
        self.form.changed.connect(self._edited)
        self._lay_out()

    def _lay_out(self) -> None:
        card = Card()
        card.body.setContentsMargins(theme.L, theme.M, theme.S, theme.S)
        self._scroll = FormScroll(self.form)
        card.add(self._scroll, 1)
        self._life = LifePanel(name="capture.life")
        make = ActionButton
        self._mark = make(_("Nouvelle marque"), "mark", "F9", name="capture.mark", on=self._add_mark)
        self._whole = make(_("Vie de l’oiseau"), "bird", "F8", name="capture.whole", on=self._to_ring)
        side = theme.column(self._marks_card(), self._life, theme.row(self._whole, 1), spacing=theme.M)
        side.setStretch(1, 1)
        side.addStretch(0)
        self._middle = theme.row(card, side, spacing=theme.M)
        self._middle.setStretch(0, 5)
        self._middle.setStretch(1, 3)
        self._delete = make(_("Supprimer"), "delete", role="quiet", name="capture.delete", on=self._remove)
        self._past = make(_("Historique"), "history", "F7", name="capture.history", on=self._to_history)
        self._confirm = make(_("Confirmer"), "check", "F12", name="capture.confirm", on=self.form.confirm)
        self._state = text_label("", "secondary", name="capture.state")
        self._save = make(_("Enregistrer"), "check", "Ctrl+Return", True, name="capture.save", on=self._store)
        self.form.finished.connect(self._save.setFocus)
        buttons = (self._delete, self._past, self._confirm)
        self._strip = ReviewStrip(self._context, name="capture.review")
        box = theme.column(self._strip, self._restored, self._middle, theme.row(*buttons, 1, self._state, self._save))
        box.setStretch(2, 1)
        words = _("Échap revient d’un pas.")
        self._gone = EmptyState("bird", _("Cette capture n’est plus là"), words, name="capture.gone")
        self._gone.hide()
        box.addWidget(self._gone, 1)
        self.setLayout(box)
        for before, after in pairwise((*self.form.order(), self.marks, self._mark, self._whole, *buttons, self._save)):
            self.setTabOrder(before, after)

    def _marks_card(self) -> Card:
        columns = [Column(_("Marque"), stretch=True, strong=True), Column(_("Quoi"), chars=8)]
        self.marks = RecordTable(columns, name="capture.marks")
        self.marks.opened.connect(self._open_mark)
        self._no_marks = text_label(
            _("Bague couleur, collier, GLS… : F9 en ajoute une."), "secondary", wrap=True, name="capture.no_marks"
        )
        self._devices = text_label("", "secondary", wrap=True, name="capture.devices")
        card = Card(_("Autres marques"), "mark", name="capture.marks_card")
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        for widget in (self._no_marks, self.marks, self._devices):
            card.add(widget)
        card.add(theme.row(self._mark, 1))
        return card

    # ------------------------------------------------------------------------------------------- opening

    def open(self, uid: str = "", **_params: Any) -> None:
        """Show the capture; what was typed and not saved is taken up again."""
        db = self._services.db
        self._uid = uid
        self._stored = self._read()
        self._show_gone()
        if self._stored is None:
            return
        draft = drafts.get(db, self._key())
        self._load(self._stored, draft)
        self._restored.setVisible(draft is not None)
        if draft is not None:
            words = _("Capture en cours de correction, reprise là où vous l’aviez laissée.")
            self._restored.set("info", words, action=_("Revenir à l’enregistré"), on=self._forget)
        self._show_marks()
        self._follow()
        self._state.setText("")
        self._retitle(self._stored)
        self._strip.show_records([self._stored.record])
        self._strip.close_with(self.form, self._mark, self._delete, self._save)
        (self._past if self._strip.is_closed else self.form.first()).setFocus()

    def _load(self, stored: Placed, draft: Mapping[str, Any] | None) -> None:
        """Show the capture as it is stored, with what a draft says otherwise."""
        db, record, session = self._services.db, stored.record, stored.parents.get(VISIT.code)
        desk = None
        if session is not None:
            beside = [item for item in records.children(db, [session.uid]) if item.entity == OBSERVATION.code]
            desk = Desk(known_of(self._services), records.placed(db, [session])[0], beside)
        self.form.set_desk(desk, record.uid)
        self._stored, self._told = stored, None
        self._base = dict((draft or {}).get("read") or record.data)
        self.form.load(record.data, Context(record.data))
        self._start = self.form.values()
        if draft is not None:
            values = merged(self._start, draft["base"], draft["values"])
            self.form.load(values, Context(record.data), draft["texts"])
        self.form.check_for_saving()

    def _retitle(self, stored: Placed) -> None:
        values, parents = stored.record.data, stored.parents
        place = where(parents.get(SITE.code), parents.get(SITES_GROUP.code))
        name = " ".join(filter(None, (show_ring(str(values.get("ring", ""))), str(values.get("species", "")))))
        self.set_title(name or _("Capture sans bague"), placed_words(parents.get(VISIT.code), place))

    def _read(self) -> Placed | None:
        """Return the capture as it is stored now, None when it is gone."""
        stored = known_of(self._services).get(self._uid) if self._uid else None
        return None if stored is None else records.placed(self._services.db, [stored])[0]

    def _show_gone(self) -> None:
        gone = self._stored is None
        if gone:
            self.set_title(_("Capture"))
        self._gone.setVisible(gone)
        self._restored.hide()
        self._show_life()
        for widget in (self._scroll.parentWidget(), self.marks.parentWidget()):
            if widget is not None:
                widget.setVisible(not gone)
        for button in (self._delete, self._past, self._whole, self._mark, self._confirm, self._save):
            button.setVisible(not gone)

    def _show_marks(self) -> None:
        db, fields = self._services.db, MARK.by_name
        found = [record for record in records.children(db, [self._uid]) if record.entity == MARK.code]
        rows = []
        said = []
        for record in found:
            values = record.data
            kind, event = fields["kind"].choice(values.get("kind")), fields["event"].choice(values.get("event"))
            code = " ".join(filter(None, (str(values.get(name, "")) for name in ("code", "device_model", "device"))))
            rows.append((f"{_(kind.short or kind.label) if kind else '?'}|{code}", _(event.short) if event else ""))
            events = devices.history(known_of(self._services), str(values.get("device_key", "")))
            said.append(devices.words(str(values.get("device", "")), events))
        self.marks.show_rows(rows, keys=[record.uid for record in found])
        self.marks.setVisible(bool(found))
        self.marks.setFixedHeight((min(len(found), 4) + 1) * (theme.target() + theme.XS) + theme.XS)
        self._no_marks.setVisible(not found)
        self._devices.setText("\n".join(filter(None, said)))
        self._devices.setVisible(any(said))
        self._fit_devices()

    def _fit_devices(self) -> None:
        """Keep the room that the words about the devices need: the bird's life gives way to them."""
        if not self._devices.isHidden():
            self._devices.setMinimumHeight(max(0, self._devices.heightForWidth(self._devices.width())))

    def _show_life(self) -> None:
        """Show the bird beside its capture where there is room; its whole life is one key away."""
        self._life.setVisible(self._stored is not None and self.height() >= theme.text_px() * _ROOMY)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the words beside the form to another width."""
        super().resizeEvent(event)
        self._fit_devices()
        self._show_life()

    def _follow(self) -> None:
        """Bring the bird's life, and what can be confirmed, in step with the form."""
        values = self.form.values()
        key = str(values.get("ring_key", ""))
        self._whole.setEnabled(bool(key))
        found = self.form.problems()
        warned = [problem for problem in found if problem.severity is Severity.WARNING]
        self._confirm.setVisible(bool(warned))
        if not key or self._stored is None:
            self._life.clear()
            return
        session = self._stored.parents.get(VISIT.code)
        on = str(session.data.get("date", "")) if session else ""
        if self._told is None or self._told[0] != key:
            self._told = key, life.of(known_of(self._services), from_key(key), without=self._uid)
        self._life.show_life(self._told[1], values, _without_lines(found), on)

    # -------------------------------------------------------------------------------------------- typing

    def _key(self) -> str:
        return f"{DRAFT}:{CODE}:{self._uid}"

    def _edited(self) -> None:
        if self._stored is None:
            return
        values, texts, db = self.form.values(), self.form.texts(), self._services.db
        if texts or values != self._start:
            draft = {"base": self._start, "values": values, "texts": texts, "read": self._base}
            drafts.put(db, self._key(), draft)
            self._context.status.unsaved()
        else:
            drafts.drop(db, self._key())
        self._state.setText("")
        self._follow()

    def _forget(self) -> None:
        drafts.drop(self._services.db, self._key())
        self.open(uid=self._uid)

    # -------------------------------------------------------------------------------------------- saving

    def _store(self) -> None:
        """Save the capture and go back; what can't be right says so beside its line.

        What was stored of it since it was shown stays, but for the lines that were changed here.
        """
        if self._stored is None:
            return
        unread = self.form.unread()
        stored = self._read()
        if stored is None:
            self._stored = None
            self._show_gone()
            return
        if not unread and stored.record.data != self._stored.record.data:
            shown = {"base": self._start, "values": self.form.values(), "texts": {}, "read": self._base}
            self._load(stored, shown)
        found = self.form.check_for_saving()
        if unread or checking.blocks(found):
            self._stop_at(*unread, *(problem.field for problem in found if problem.severity is Severity.BLOCKING))
            return
        db, self._stored = self._services.db, stored
        record = with_data(self._stored.record.read_as(self._base), OBSERVATION, self.form.values())
        label = _("capture {name}").format(name=OBSERVATION.title(record.data))
        with db.transaction():
            saved = records.save(db, [record], label)
            drafts.drop(db, self._key())
        if saved.action is not None:
            self._services.on_saved(saved.made_at)
        self._start = self.form.values()
        self._context.back()
        self._context.notify(_("{name} : enregistré.").format(name=OBSERVATION.title(record.data)), "done")

    def _stop_at(self, *names: str) -> None:
        """Put the cursor into the first of these lines that there is."""
        self._state.setText(_("pas encore enregistré : voyez les lignes marquées"))
        for name in names:
            if name in OBSERVATION.by_name and not OBSERVATION.by_name[name].hidden:
                self.form.field(name).editor.setFocus()
                self._scroll.ensureWidgetVisible(self.form.field(name))
                return

    def _remove(self) -> None:
        """Delete the capture with its marks; the way back is offered instead of a question."""
        if self._stored is None:
            return
        uid = self._uid
        words, saved = delete_record(self._services, self._study, self._stored.record)
        drafts.drop(self._services.db, self._key())
        self._context.back()
        way_back.offer(self._context, saved, words, lambda: self._context.navigate("capture", uid=uid))

    # --------------------------------------------------------------------------------------------- marks

    def _add_mark(self) -> None:
        if self._stored is not None:
            self._context.navigate("place", protocol=CODE, entity=MARK.code, parent=self._uid)

    def _open_mark(self, key: object) -> None:
        if isinstance(key, str):
            self._context.navigate("place", protocol=CODE, entity=MARK.code, uid=key)

    def _to_history(self) -> None:
        self._context.navigate("history", uid=self._uid)

    def _to_ring(self) -> None:
        key = str(self.form.values().get("ring_key", ""))
        if key:
            self._context.navigate("ring", key=key)

    # --------------------------------------------------------------------------------------------- shell

    def undo_state(self) -> dict[str, Any]:
        """Return what shows this capture again."""
        return {"uid": self._uid}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        found = [
            Action("Ctrl+Return", _("enregistrer"), self._store, "save"),
            Action("F7", _("historique de la capture"), self._to_history, "history"),
            Action("F8", _("vie de l’oiseau"), self._to_ring, "bird"),
            Action("F9", _("nouvelle marque : bague couleur, collier, GLS…"), self._add_mark, "mark"),
        ]
        if self._confirm.isVisible():
            found.append(Action("F12", _("confirmer ce qui est marqué d’un avertissement"), self.form.confirm, "check"))
        return found


def merged(now: Values, base: Values, typed: Values) -> dict[str, Any]:
    """Return the values of `now` with what is different in `typed` than in `base`, what was taken away there too.

    Fields that mean something together only (scheme and number of a ring) go together.
    """
    names = corrected(Line("", dict(typed), base=dict(base)))
    others = {name: value for name, value in now.items() if name not in names}
    return others | {name: value for name, value in typed.items() if name in names}


def _without_lines(found: Sequence[Problem]) -> list[Problem]:
    """Return the problems that have no line of the form to stand beside."""
    shown = {name for name, item in OBSERVATION.by_name.items() if not item.hidden}
    return [problem for problem in found if problem.field not in shown]

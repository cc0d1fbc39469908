"""The page that makes or edits an aire or a place (pond): its fields, where it lies, what its sheets ask for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from fieldapp.core import checking
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Context, Entity, Kind, Problem, Severity, StudyProtocol
from fieldapp.core.text import _, ngettext
from fieldapp.store import changes, drafts, records
from fieldapp.ui import rounds, theme
from fieldapp.ui.forms.position import PlacesSketch, nearest, short
from fieldapp.ui.forms.record_form import POSITION, RecordForm
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import NOTICE, WARNING, ActionButton, Banner, Card, text_label

DRAFT = "record"


class PlacePage(PageWidget):
    """One aire or place. `open(protocol, entity, uid, parent)`: without `uid` a new one below `parent`."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._forms: dict[tuple[str, str], _Sheet] = {}
        self._sheet: _Sheet | None = None
        self._params: dict[str, Any] = {}
        self._stored: Record | None = None
        self._uid = ""
        self._is_new = True
        self._imported = False
        self._neighbours: list[tuple[str, tuple[float, float]]] = []
        self._restored = Banner("info", "", name="place.restored")
        self._restored.hide()
        self._body = theme.column(spacing=0)
        self._delete = ActionButton(_("Supprimer"), "delete", role="quiet", name="place.delete", on=self._remove)
        self._state = text_label("", "secondary", name="place.state")
        self._save = ActionButton(_("Enregistrer"), "check", "Ctrl+Return", True, name="place.save", on=self._store)
        foot = theme.row(self._delete, 1, self._state, self._save)
        box = theme.column(self._restored, self._body, foot)
        box.setStretch(1, 1)
        self.setLayout(box)

    # ------------------------------------------------------------------------------------------- opening

    def open(self, protocol: str = "", entity: str = "", uid: str = "", parent: str = "", **params: Any) -> None:
        """Show the record, or a new one; a draft that waits is taken up again."""
        self._params = {"protocol": protocol, "entity": entity, "uid": uid, "parent": parent}
        study = self._services.protocols[protocol]
        sheet = self._sheet_of(study, study.entity(entity))
        self._stored = records.get(self._services.db, uid) if uid else None
        if self._stored is not None and not parent:
            parent = self._stored.parent or ""
        above = records.get(self._services.db, parent) if parent else None
        parents = {above.entity: above.data} if above is not None else {}
        self._neighbours = self._positions(study, entity, parent, uid)
        draft = drafts.get(self._services.db, self._key())
        self._is_new = self._stored is None
        self._uid = uid or (draft or {}).get("uid") or new_uid()
        start = self._stored.data if self._stored else self._defaults(sheet.entity)
        values, texts = (draft["values"], draft["texts"]) if draft else (start, {})
        own = {**parents, entity: values}
        sheet.form.load(values, Context(values, own if sheet.entity.parent is None else parents), texts)
        self._imported = self._stored is not None and rounds.came_by_import(self._services.db, self._uid)
        self._say_restored(draft is not None)
        self._delete.setVisible(not self._is_new)
        self._state.setText("")
        self._retitle(study, sheet.entity, above)
        self._follow()
        self._order(sheet)
        sheet.form.first().setFocus()

    def _defaults(self, entity: Entity) -> dict[str, Any]:
        start = {item.name: item.default for item in entity.fields if item.default is not None}
        who = self._services.settings.who
        if who and records.get(self._services.db, who) is not None:
            start |= {item.name: who for item in entity.fields if item.kind is Kind.LINK and item.target == "person"}
        return start

    def _sheet_of(self, protocol: StudyProtocol, entity: Entity) -> _Sheet:
        """Return the form of this entity, made on its first use, and show it."""
        key = (protocol.code, entity.code)
        if key not in self._forms:
            sheet = _Sheet(self._services, protocol, entity)
            sheet.form.changed.connect(self._edited)
            self._forms[key] = sheet
            self._body.addWidget(sheet, 1)
        for other, sheet in self._forms.items():
            sheet.setVisible(other == key)
        self._sheet = self._forms[key]
        return self._forms[key]

    def _positions(
        self, study: StudyProtocol, entity: str, parent: str, uid: str
    ) -> list[tuple[str, tuple[float, float]]]:
        if not parent or POSITION[0] not in study.entity(entity).by_name:
            return []
        title = study.entity(entity).title
        found = [
            (title(record.data), rounds.position(record.data))
            for record in records.children(self._services.db, [parent])
            if record.entity == entity and record.uid != uid
        ]
        return [(name, at) for name, at in found if at is not None]

    def _retitle(self, study: StudyProtocol, entity: Entity, above: Record | None) -> None:
        new = _("Nouvelle aire") if entity.parent is None else _("Nouvelle mare")
        name = entity.title(self._stored.data) if self._stored else ""
        context = study.entity(above.entity).title(above.data) if above else _(study.label)
        self.set_title(rounds.shown(name) or new, rounds.shown(context))

    def _order(self, sheet: _Sheet) -> None:
        """Let Tab go as the eye does: the form, what stands beside it, the buttons."""
        stops = [*sheet.form.order(), *sheet.aside_stops(), self._delete, self._save]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def _say_restored(self, restored: bool) -> None:
        self._restored.setVisible(restored)
        if restored:
            self._restored.set(
                "info",
                _("Fiche commencée, reprise là où vous l’aviez laissée."),
                action=_("Tout effacer") if self._is_new else _("Revenir à l’enregistré"),
                on=self._forget,
            )

    # -------------------------------------------------------------------------------------------- typing

    def _key(self) -> str:
        parts = (self._params[name] for name in ("protocol", "entity", "uid", "parent"))
        return ":".join((DRAFT, *parts))

    def _edited(self) -> None:
        """Keep the draft and look at the record as it stands."""
        if self._sheet is None:
            return
        form = self._sheet.form
        draft = {"uid": self._uid, "values": form.values(), "texts": form.texts()}
        drafts.put(self._services.db, self._key(), draft)
        self._context.status.unsaved()
        self._state.setText("")
        self._follow()

    def _follow(self) -> None:
        """Bring the sketch, the distances and the warning about a known name in step with the form."""
        if self._sheet is None:
            return
        values = self._sheet.form.values()
        name = self._sheet.entity.title(values)
        self._sheet.show_position(self._neighbours, rounds.position(values), name)
        if self._imported and self._stored is not None:
            old = self._sheet.entity.title(self._stored.data)
            changed = name != old
            words = _("La SHF connaît « {name} » : si vous changez ce nom, prévenez la SHF.").format(name=old)
            self._sheet.note_name(words if changed else "")
        elif self._sheet.name_field:
            self._sheet.note_name("")

    def _forget(self) -> None:
        """Drop the draft and show what is stored (or an empty form)."""
        drafts.drop(self._services.db, self._key())
        self.open(**self._params)

    # -------------------------------------------------------------------------------------------- saving

    def _store(self) -> None:
        """Save the record and drop its draft in one transaction; what can't be saved says so beside its field."""
        sheet, db = self._sheet, self._services.db
        if sheet is None:
            return
        unread = sheet.form.unread()
        found = sheet.form.check_for_saving()
        if unread or not sheet.entity.title(sheet.form.values()) or checking.blocks(found):
            self._stop_at(unread or [sheet.name_field, *_blocking(found)])
            return
        record = self._record(sheet)
        name = sheet.entity.title(record.data)
        label = _("{what} {name}").format(what=_(sheet.entity.label), name=name)
        with db.transaction():
            saved = records.save(db, [record], label)
            drafts.drop(db, self._key())
        self._services.on_saved(saved.made_at)
        self._go_on(sheet, record, name, [problem for problem in found if problem.severity is Severity.INCOMPLETE])

    def _record(self, sheet: _Sheet) -> Record:
        values = sheet.form.values()
        if self._stored is not None:
            return with_data(self._stored, sheet.entity, values)
        return make_record(self._params["protocol"], sheet.entity, values, self._params["parent"] or None, self._uid)

    def _stop_at(self, names: Sequence[str]) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        self._state.setText(_("pas encore enregistré : voyez les lignes marquées"))
        for name in names:
            if name:
                sheet.form.field(name).editor.setFocus()
                sheet.scroll_to(sheet.form.field(name))
                return

    def _go_on(self, sheet: _Sheet, record: Record, name: str, missing: Sequence[Problem]) -> None:
        """Go back to where the page was opened from, or on to the round of a new aire."""
        protocol = self._params["protocol"]
        words = _("{name} : enregistré.").format(name=name)
        if missing:
            words += " " + ngettext("{n} champ reste à remplir.", "{n} champs restent à remplir.", len(missing)).format(
                n=len(missing)
            )
        self._context.back()
        if self._is_new and sheet.entity.parent is None:
            self._context.navigate("round", protocol=protocol, group=record.uid)
        self._context.notify(words, "info" if missing else "done")

    def _remove(self) -> None:
        """Delete the record with all below it; the way back is offered instead of a question."""
        sheet, stored = self._sheet, self._stored
        if sheet is None or stored is None:
            return
        db, protocol = self._services.db, self._params["protocol"]
        words = delete_record(self._services, sheet.entity, stored)
        drafts.drop(db, self._key())
        self._context.back()
        if stored.parent is None:
            self._context.navigate("places")

        def take_back() -> None:
            changes.undo(db)
            group = stored.parent or stored.uid
            self._context.navigate("round", protocol=protocol, group=group)

        self._context.notify(words, "undo", action=_("Annuler"), on=take_back)

    # --------------------------------------------------------------------------------------------- shell

    def undo_state(self) -> dict[str, Any]:
        """Return what shows this record again."""
        return dict(self._params)

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        found = [Action("Ctrl+Return", _("enregistrer"), self._store, "save")]
        if self._sheet is not None and self._sheet.sketch is not None:
            found.append(Action("F4", _("prendre la position d’ici"), self._sheet.form.ask_position, "locate"))
        if not self._is_new:
            found.append(Action("", _("supprimer"), self._remove, "delete"))
        return found


def _blocking(found: Sequence[Problem]) -> list[str]:
    return [problem.field for problem in found if problem.severity is Severity.BLOCKING]


def delete_record(services: Services, entity: Entity, record: Record) -> str:
    """Delete the record with all below it and return the sentence that says so."""
    name = entity.title(record.data)
    below = len(records.descendants(services.db, record.uid)) - 1
    label = _("suppression de {name}").format(name=name)
    services.on_saved(records.delete(services.db, record.uid, label).made_at)
    if not below:
        return _("{name} : supprimé.").format(name=name)
    return ngettext("{name} : supprimé, avec {n} relevé.", "{name} : supprimé, avec {n} relevés.", below).format(
        name=name, n=below
    )


class _Sheet(QWidget):
    """The form of one entity with what stands beside it: the sketch of a place, the optional fields of an aire."""

    def __init__(self, services: Services, protocol: StudyProtocol, entity: Entity) -> None:
        super().__init__()
        self.entity = entity
        self.form = RecordForm(services, protocol, entity, name=f"place.{entity.code}")
        self.name_field = next((item.name for item in entity.fields if item.kind is Kind.TEXT), "")
        self.sketch: PlacesSketch | None = None
        self._distances = text_label("", "secondary", wrap=True, name="place.distances")
        self._scroll = _Scroll(self.form)
        left = Card()
        left.body.setContentsMargins(theme.L, theme.L, theme.S, theme.S)
        left.add(self._scroll, 1)
        box = theme.row(left, spacing=theme.M + 2)
        box.setStretch(0, 5)
        aside = self._aside()
        if aside is not None:
            box.addWidget(aside, 3)
        self.setLayout(box)

    def _aside(self) -> QWidget | None:
        checklist = self.form.checklist()
        if checklist is not None:
            card = Card(_("Champs locaux demandés"))
            words = _("Le protocole ne les demande pas : cochez ceux que les fiches de cette aire doivent proposer.")
            card.add(text_label(words, "secondary", wrap=True))
            scroll = _Scroll(checklist)
            card.add(scroll, 1)
            return card
        if POSITION[0] not in self.entity.by_name:
            return None
        self.sketch = PlacesSketch(name="place.sketch")
        card = Card(_("Dans l’aire"))
        card.add(self.sketch, 1)
        card.add(self._distances)
        return card

    def aside_stops(self) -> list[QWidget]:
        """Return what can take the focus beside the form."""
        checklist = self.form.checklist()
        return checklist.stops() if checklist is not None else []

    def show_position(
        self, others: Sequence[tuple[str, tuple[float, float]]], here: tuple[float, float] | None, name: str
    ) -> None:
        """Draw the places of the aire and say how far the nearest are."""
        if self.sketch is None:
            return
        self.sketch.show_places(others, here, name)
        if here is None:
            words = _("La position donnera les distances aux autres mares.") if others else ""
        else:
            near = nearest(others, here)[:3]
            said = [f"{short(other)} {rounds.distance_words(metres)}" for other, metres in near]
            words = " · ".join(item.replace(" ", "\u00a0") for item in said)
        self._distances.setText(words or _("La première mare de l’aire."))

    def note_name(self, words: str) -> None:
        """Say something beside the name."""
        self.form.set_note(self.name_field, words, WARNING if words else NOTICE)

    def scroll_to(self, widget: QWidget) -> None:
        """Bring a line into view."""
        self._scroll.ensureWidgetVisible(widget)


class _Scroll(QScrollArea):
    """Scrolls only when large text needs more room than there is."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        """Return the size of what it holds."""
        inner = self.widget()
        return inner.sizeHint() if inner is not None else super().sizeHint()

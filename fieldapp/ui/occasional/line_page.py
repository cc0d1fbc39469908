"""What a line of a list may say besides its columns: its own position, how it was determined, a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fieldapp.core import checking
from fieldapp.core.record import Record, with_data
from fieldapp.core.schema import Context, Entity, StudyProtocol
from fieldapp.core.text import _
from fieldapp.store import drafts, records, taxa
from fieldapp.ui import theme
from fieldapp.ui.forms.record_form import RecordForm
from fieldapp.ui.occasional.begun import form_of
from fieldapp.ui.occasional.overview import protocol_of
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Card, text_label
from fieldapp.ui.windows.place_sheet import FormScroll
from fieldapp.ui.wording import Words, day_words

LINE_DRAFT = "list-line"
"""The draft of a line's form is kept under "list-line:uid"."""


def _without_columns(protocol: StudyProtocol) -> Entity:
    """Return the entity of the lines without its taxon and without what the columns of the list are typed for."""
    sheet = form_of(protocol).sheet
    entity = protocol.entity(sheet.observation)
    asked = {sheet.taxon_field, *(name for column in sheet.columns for name in column.read(""))}
    return replace(entity, fields=tuple(item for item in entity.fields if item.name not in asked))


class LinePage(PageWidget):
    """The fields of one line that have no column. `open(uid)`: the uid of the line."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("list_line")
        self._context = context
        self._services: Services = context.services
        self._protocol = protocol_of(self._services)
        self._entity = _without_columns(self._protocol)
        self._form = RecordForm(self._services, self._protocol, self._entity, name="line")
        self._form.changed.connect(self._keep)
        self._form.finished.connect(self._store)
        self._line: Record | None = None
        self._read: dict[str, Any] = {}
        self._state = text_label("", "secondary", name="line.state")
        self._save = ActionButton(_("Enregistrer"), "check", "Ctrl+Return", True, name="line.save", on=self._store)
        card = Card()
        card.add(FormScroll(self._form), 1)
        box = theme.column(card, theme.row(1, self._state, self._save))
        box.setStretch(0, 1)
        self.setLayout(box)

    def open(self, uid: str = "", **_params: Any) -> None:
        """Show the line; a draft that waits is taken up again."""
        db = self._services.db
        self._line = records.get(db, uid)
        if self._line is None or self._line.deleted:
            self._line = None
            self._context.back()
            return
        self._read = dict(self._line.data)
        visit = records.get(db, self._line.parent or "")
        draft = drafts.get(db, self._key()) or {}
        around = Context(
            self._line.data,
            parents={visit.entity: visit.data} if visit else {},
            siblings=[one.data for one in records.children(db, [self._line.parent or ""]) if one.uid != uid],
            taxa=taxa.by_cd_nom(db, [self._line.cd_nom or 0]),
        )
        values = draft.get("values") or self._line.data
        self._form.uid = uid
        self._form.load(values, replace(around, values=values), draft.get("texts"))
        words = Words(db, self._services.taxa(self._protocol.code))
        told = (str(visit.data.get(form_of(self._protocol).place, "")), day_words(visit.on_date)) if visit else ()
        self.set_title(words.taxon_name(self._line.cd_nom), " · ".join(filter(None, told)))
        self._state.setText(_("brouillon repris") if draft else "")
        self._form.first().setFocus()

    def _key(self) -> str:
        return f"{LINE_DRAFT}:{self._line.uid if self._line else ''}"

    def _keep(self) -> None:
        """Keep what is typed at every key."""
        if self._line is None:
            return
        values, texts = self._form.values(), self._form.texts()
        if values == self._read and not texts:
            drafts.drop(self._services.db, self._key())
        else:
            drafts.put(self._services.db, self._key(), {"values": values, "texts": texts})

    def _store(self) -> None:
        """Save the line and go back to its list; what can't be saved says so beside its field."""
        if self._save_line():
            self._context.back()
        else:
            self._state.setText(_("pas encore enregistré : voyez les lignes marquées"))

    def _save_line(self) -> bool:
        """Save what was changed; False when something can't be."""
        line, db = self._line, self._services.db
        if line is None:
            return True
        unread, found = self._form.unread(), self._form.check_for_saving()
        if unread or checking.blocks(found):
            return False
        values = self._form.values()
        if values == self._read:
            drafts.drop(db, self._key())
            return True
        entity = self._protocol.entity(line.entity)
        label = _("{species} : précisions").format(species=self.page_title)
        with db.transaction():
            saved = records.save(db, [with_data(line.read_as(self._read), entity, values)], label)
            drafts.drop(db, self._key())
        self._read = values
        self._services.on_saved(saved.made_at)
        return True

    def leaving(self) -> None:
        """Save what can be; the rest waits in the draft."""
        self._save_line()

    def undo_state(self) -> dict[str, Any]:
        """Return what shows this line again."""
        return {"uid": self._line.uid if self._line else ""}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Ctrl+Return", _("enregistrer et revenir à la liste"), self._store, "save"),
            Action("F4", _("prendre la position d’ici"), self._form.ask_position, "locate"),
        ]

"""Lines that point to other records (people, datasets) or to a code of a list, by type-ahead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Field
from fieldapp.core.text import _, fold
from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import Chip, FlowLayout, Suggest, Suggestion
from fieldapp.ui.widgets.suggest import Search

DIRECTORY = "directory"
"""The code of the protocol that holds people and datasets."""

PERSON = "person"
"""The entity of people in the directory."""

_NEW = "new:"

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ARROWS = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


def newcomer(services: Services) -> Record | None:
    """Return who records (settings) as a person to be saved, None when the open database knows them, or nobody does.

    The training database and one that was just restored may not hold them yet.
    """
    who, name = services.settings.who, services.settings.who_name
    if not who or not name or DIRECTORY not in services.protocols or records.get(services.db, who) is not None:
        return None
    return make_record(DIRECTORY, services.protocols[DIRECTORY].entity(PERSON), {"name": name}, None, who)


class Pick(Suggest):
    """A line whose list opens on arrival; Tab or Enter chooses nothing until a letter or an arrow says what is meant.

    `in_form` hands Enter on to the form after the list has had it, so that the form goes to the next line.
    """

    in_form = False
    _touched = False

    def event(self, event: QEvent) -> bool:
        """Close the list before Tab where nothing says what is meant."""
        is_tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if is_tab and event.type() == QEvent.Type.KeyPress and not self._touched:
            self.close_list()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the row that was pointed at, go on with Enter, start from what stands in the line with an arrow."""
        key, was_open = event.key(), self.is_open()
        if key in _ENTER and was_open:
            if self._touched:
                super().keyPressEvent(event)
            self.close_list()
            if self.in_form:
                event.ignore()
            elif not self._touched:
                self.focusNextChild()
            self._touched = False
            return
        if key in _ARROWS and was_open and self._list is not None and self._list.current() is None:
            self._touched = True
            self._list.step(1)  # the first row; upward goes on from there to the last
            if key == Qt.Key.Key_Down:
                return
        super().keyPressEvent(event)
        if key == Qt.Key.Key_Down and not was_open:
            self._touched = True
            self._stand_at_value()

    def refresh(self) -> None:
        """Search for what stands in the line; nothing is preselected while it is empty."""
        super().refresh()
        self._touched = bool(self.text().strip())
        if not self._touched:
            self._point_at_nothing()

    def _point_at_nothing(self) -> None:
        if self._list is not None and self.is_open():
            self._list.setCurrentIndex(QModelIndex())
            self.setAccessibleDescription("")

    def _stand_at_value(self) -> None:
        """Stand on the row of the value that the line holds, so that Enter leaves it as it is."""
        if self._list is None or not self.is_open():
            return
        self._list.setCurrentIndex(self._list.model().index(0, 0))
        at = next((number for number, row in enumerate(self.rows()) if row.key == self.value()), 0)
        for _step in range(at):
            self._list.step(1)

    def value(self) -> str | None:
        """Return what was chosen."""
        raise NotImplementedError

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Open with nothing preselected; select what stands there, so that a letter replaces it."""
        super().focusInEvent(event)
        self._touched = False
        self.selectAll()


class ValuePick(Pick):
    """A line that holds the key of the row that was taken; `changed` carries it or None.

    A subclass says how a key is `_shown`, and what leaving the line does with what was typed and not taken.
    """

    changed = Signal(object)

    def __init__(self, search: Search, placeholder: str, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(search, placeholder=placeholder, minimum=0, name=name, parent=parent)
        self._value: str | None = None
        self.chosen.connect(self._taken)

    def value(self) -> str | None:
        """Return the key chosen, None when there is none."""
        return self._value

    def set_value(self, key: str | None) -> None:
        """Show what a key stands for; says nothing."""
        self._value = key or None
        self.setText(self._shown(key) if key else "")
        self.setCursorPosition(0)

    def _shown(self, key: str) -> str:
        raise NotImplementedError

    def _taken(self, row: Suggestion) -> None:
        self._take(row.key)

    def _take(self, key: str | None) -> None:
        changed = key != self._value
        self.set_value(key)
        if changed:
            self.changed.emit(key)


class ChoiceEdit(ValuePick):
    """One code of a field's list: opens on arrival, letters narrow it; `changed` carries the code or None."""

    def __init__(self, field: Field, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(self._matching, "–", name=name, parent=parent)
        self._field = field
        self._first: Sequence[str] = ()

    def set_first(self, codes: Sequence[str]) -> None:
        """List these codes before the others, in this order."""
        self._first = codes

    def _shown(self, key: str) -> str:
        choice = self._field.choice(key)
        return _(choice.label) if choice else key

    def _matching(self, text: str) -> list[Suggestion]:
        choice = self._field.choice(self._value)
        typed = "" if choice and text == _(choice.label) else fold(text)
        first = {code: number for number, code in enumerate(self._first)}
        return [
            Suggestion(item.code, _(item.label), italic=False)
            for item in sorted(self._field.choices, key=lambda item: first.get(item.code, len(first)))
            if item.offered and all(part in fold(f"{_(item.label)} {_(item.short)}") for part in typed.split())
        ]

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read what was typed and not taken: an only match is taken, an empty line is no code, the rest goes back."""
        super().focusOutEvent(event)
        text = self.text().strip()
        found = self._matching(text) if text else []
        if not text or len(found) == 1:
            self._take(found[0].key if found else None)
        else:
            self.set_value(self._value)


class Directory:
    """Searches people or datasets by any word of their name, and makes the one that is missing."""

    def __init__(self, services: Services, target: str) -> None:
        self._services, self._target = services, target
        self._entity = services.protocols[DIRECTORY].entity(target)

    def search(self, text: str, without: Sequence[str] = ()) -> list[Suggestion]:
        """Return those whose words begin as typed, then the row that makes a new one."""
        parts = fold(text).split()
        found = []
        exact = False
        fresh = newcomer(self._services) if self._target == PERSON else None
        for record in [*records.roots(self._services.db, DIRECTORY, self._target), *([fresh] if fresh else [])]:
            name = str(record.data.get("name", ""))
            heads = fold(name).replace("-", " ").split()
            exact = exact or fold(name) == fold(text)
            if record.uid not in without and all(any(head.startswith(part) for head in heads) for part in parts):
                subtitle = str(record.data.get("organisation", ""))
                found.append(Suggestion(record.uid, name, subtitle, italic=False, icon="observer"))
        found.sort(key=lambda row: fold(row.title))
        if parts and not exact:
            name = " ".join(text.split())
            words = _("Ajouter « {name} »").format(name=name)
            found.append(Suggestion(_NEW + name, words, italic=False, icon="add", faint=True))
        return found

    def settle(self, key: str) -> str:
        """Return the uid of the row taken; the row "ajouter" saves the new record first."""
        fresh = newcomer(self._services) if self._target == PERSON else None
        if fresh is not None and key == fresh.uid:
            name, uid = str(fresh.data["name"]), fresh.uid
        elif not key.startswith(_NEW):
            return key
        else:
            name = key.removeprefix(_NEW)
            uid = name_uid(self._target, name)
        if (known := records.get(self._services.db, uid)) is None or known.deleted:
            record = make_record(DIRECTORY, self._entity, {"name": name}, None, uid)
            label = _("{what} : {name}").format(what=_(self._entity.label), name=name)
            self._services.on_saved(records.save(self._services.db, [record], label).made_at)
        return uid

    def name(self, uid: str) -> str:
        """Return the name of a record, "" when it is not there."""
        record = records.get(self._services.db, uid)
        if record is None and self._target == PERSON and uid == self._services.settings.who:
            return self._services.settings.who_name
        return str(record.data.get("name", "")) if record else ""


class LinkEdit(ValuePick):
    """One person or dataset; `changed` carries the uid or None."""

    def __init__(self, services: Services, target: str, *, name: str = "", parent: QWidget | None = None) -> None:
        self._directory = Directory(services, target)
        super().__init__(self._rows, _("nom"), name=name, parent=parent)

    def _shown(self, key: str) -> str:
        return self._directory.name(key)

    def _taken(self, row: Suggestion) -> None:
        self._take(self._directory.settle(row.key))

    def _rows(self, text: str) -> list[Suggestion]:
        return self._directory.search("" if self._value and text == self._directory.name(self._value) else text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read what was typed and not taken: an empty line is nobody, an only person is taken, the rest goes back."""
        super().focusOutEvent(event)
        text = self.text().strip()
        found = [row for row in self._rows(text) if not row.key.startswith(_NEW)] if text else []
        if not text:
            self._take(None)
        elif len(found) == 1 and text != self._directory.name(self._value or ""):
            self._take(found[0].key)
        else:
            self.set_value(self._value)


class LinksEdit(QFrame):
    """Several people: a chip each and a line to add one; Backspace in the empty line takes the last one away."""

    changed = Signal(object)

    def __init__(self, services: Services, target: str, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._directory = Directory(services, target)
        self._uids: list[str] = []
        self._chips: list[Chip] = []
        self._flow = FlowLayout(self)
        self.line = _AddLine(self._rows, self.take_last, name=f"{name}.line", parent=self)
        self.line.setMinimumWidth(theme.text_px() * 14)
        self.line.chosen.connect(self._add)
        self._flow.addWidget(self.line)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusProxy(self.line)

    def value(self) -> list[str]:
        """Return the uids in the order of choosing."""
        return list(self._uids)

    def set_value(self, uids: Sequence[str] | None) -> None:
        """Show these people; says nothing."""
        self._uids = list(dict.fromkeys(uids or ()))
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._flow.removeWidget(self.line)
        self._chips = []
        for uid in self._uids:
            chip = Chip(self._directory.name(uid) or "?", True, name=f"{self.objectName()}.{uid}", parent=self)
            chip.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            chip.setToolTip(_("cliquer pour retirer"))
            chip.clicked.connect(lambda _on=False, uid=uid: self._remove(uid))
            self._flow.addWidget(chip)
            self._chips.append(chip)
        self._flow.addWidget(self.line)
        self.updateGeometry()

    def take_last(self) -> None:
        """Take the last person away."""
        if self._uids:
            self._remove(self._uids[-1])

    def _rows(self, text: str) -> list[Suggestion]:
        return self._directory.search(text, self._uids)

    def _add(self, row: Suggestion) -> None:
        self.line.clear()
        self.set_value([*self._uids, self._directory.settle(row.key)])
        self.changed.emit(self.value())

    def _remove(self, uid: str) -> None:
        self.set_value([other for other in self._uids if other != uid])
        self.line.setFocus()
        self.changed.emit(self.value())


class _AddLine(Suggest):
    def __init__(self, search: Any, on_backspace: Any, *, name: str, parent: QWidget) -> None:
        super().__init__(search, placeholder=_("ajouter"), minimum=1, name=name, parent=parent)
        self._on_backspace = on_backspace

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the last chip away with Backspace in the empty line."""
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self._on_backspace()
            return
        super().keyPressEvent(event)

"""The people of a visit in one line, parted by commas, each by type-ahead; a new name is made on the spot."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QWidget

from fieldapp.core.schema import Field
from fieldapp.core.text import _, fold
from fieldapp.ui import theme
from fieldapp.ui.forms.links import ChoiceEdit, Directory
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import Suggest, Suggestion

_COMMA = ", "


class NamesEdit(Suggest):
    """Several records by their names; `changed` carries the uids, `problem` says which name is not known."""

    changed = Signal(object)
    problem = Signal(str)

    def __init__(self, services: Services, target: str, *, name: str = "", parent: QWidget | None = None) -> None:
        self._directory = Directory(services, target)
        super().__init__(self._rows, placeholder=_("nom, nom…"), minimum=1, name=name, parent=parent)
        self._known: dict[str, str] = {}
        self._uids: list[str] = []
        self.editingFinished.connect(self.commit)

    def value(self) -> list[str]:
        """Return the uids in the order of the names."""
        return list(self._uids)

    def set_value(self, uids: Sequence[str] | None) -> None:
        """Show the names of these records; says nothing."""
        self._uids = list(uids or ())
        names = [self._directory.name(uid) for uid in self._uids]
        self._known.update((fold(name), uid) for name, uid in zip(names, self._uids, strict=True))
        self.setText(_COMMA.join(names))
        self.setCursorPosition(0)
        self.setToolTip(self.text())

    def commit(self) -> bool:
        """Read the names; False when one is not known and was not made."""
        if self.is_open():
            return True
        names = [name for part in self.text().split(",") if (name := part.strip())]
        uids = [self._uid(name) for name in names]
        unknown = [name for name, uid in zip(names, uids, strict=True) if not uid]
        if unknown:
            words = _("« {name} » n’est pas dans l’annuaire : retapez le nom et choisissez « Ajouter ».")
            self.problem.emit(words.format(name=unknown[0]))
            return False
        found = list(dict.fromkeys(uids))
        changed = found != self._uids
        self.set_value(found)
        self.problem.emit("")
        if changed:
            self.changed.emit(found)
        return True

    def take(self, item: Suggestion) -> None:
        """Put the name that was chosen in the place of the letters after the last comma."""
        self.close_list()
        uid = self._directory.settle(item.key)
        name = self._directory.name(uid)
        self._known[fold(name)] = uid
        before = self.text().rpartition(",")[0].strip()
        self.setText(f"{before}{_COMMA}{name}" if before else name)
        self.commit()
        self.end(False)

    def _rows(self, text: str) -> list[Suggestion]:
        typed = text.rpartition(",")[2].strip()
        return self._directory.search(typed, self._uids) if typed else []

    def _uid(self, name: str) -> str:
        if fold(name) not in self._known:
            exact = [row for row in self._directory.search(name) if fold(row.title) == fold(name)]
            if exact:
                self._known[fold(name)] = exact[0].key
        return self._known.get(fold(name), "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the row that is lit with a comma too; Enter with the list closed goes on."""
        row = self.current()
        if event.text() == "," and row is not None:
            self.take(row)
            return
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
        if is_enter and row is None and self.commit():
            self.focusNextChild()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Stand behind the last name, ready for one more."""
        super().focusInEvent(event)
        self.end(False)


class ShortChoice(ChoiceEdit):
    """A choice among short words: as wide as the longest of them."""

    def __init__(self, item: Field, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(item, name=name, parent=parent)
        self._words = [_(choice.label) for choice in item.choices]

    def sizeHint(self) -> QSize:
        """Return the room for the longest word."""
        hint = super().sizeHint()
        metrics = QFontMetrics(theme.font())
        hint.setWidth(max(map(metrics.horizontalAdvance, self._words), default=0) + 2 * theme.M + 2)
        return hint

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

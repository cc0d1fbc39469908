"""Where a list was: the name of the place by type-ahead, its position typed, pasted or measured."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from fieldapp.core.positions import Position
from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.forms.position import Locator, PositionEdit
from fieldapp.ui.occasional.around import KnownPlace
from fieldapp.ui.widgets import NOTICE, WARNING, ActionButton, LabeledField, Suggest, Suggestion

PLACE_KEY, POSITION_KEY, HERE_KEY = "F7", "F8", "F4"

SHOWN = 7
"""Known places that are proposed."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PlaceEdit(Suggest):
    """The name of a place: a known one, or whatever is typed. `settled` carries the name and its position, if known."""

    settled = Signal(str, object)
    entered = Signal()

    def __init__(self, places: Callable[[str, int], list[KnownPlace]], parent: QWidget | None = None) -> None:
        super().__init__(
            self._rows, placeholder=_("lieu-dit, chemin, mare…"), minimum=2, name="list.place", parent=parent
        )
        self._places = places
        self.setAccessibleName(_("Lieu"))
        self.chosen.connect(self._taken)
        self.editingFinished.connect(self._left)

    def _rows(self, text: str) -> list[Suggestion]:
        found = [
            Suggestion((place.name, place.at), place.name, place.what, icon="site", italic=False)
            for place in self._places(text, SHOWN)
        ]
        free = Suggestion((text, None), text, _("noter ce nom"), icon="edit", italic=False)
        return found if any(row.title == text for row in found) else [*found, free]

    def _taken(self, row: Suggestion) -> None:
        name, at = row.key
        self.settled.emit(name, at)
        self.entered.emit()

    def _left(self) -> None:
        if not self.is_open():
            self.settled.emit(self.text().strip(), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on with Enter while no list is open."""
        was_open = self.is_open()
        super().keyPressEvent(event)
        if event.key() in _ENTER and not was_open:
            self.entered.emit()


class PlaceLine(QWidget):
    """The line of the head that says where. `named` carries the name and a position or None, `located` a position.

    `typed` carries the field's name and its raw text at every key; `done` says that where is answered.
    """

    named = Signal(str, object)
    located = Signal(object)
    typed = Signal(str, str)
    done = Signal()

    def __init__(
        self,
        places: Callable[[str, int], list[KnownPlace]],
        names: tuple[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._locator: Locator | None = None
        self.place = PlaceEdit(places)
        self.position = PositionEdit(name="list.position")
        place_field = LabeledField(_("Lieu"), self.place, key=PLACE_KEY, on_key=self._to_place)
        self._at = LabeledField(_("Position"), self.position, key=POSITION_KEY, on_key=self._to_position)
        here = ActionButton(_("Ici"), "locate", HERE_KEY, name="list.here", on=self.ask_here)
        here.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = theme.row(place_field, self._at, LabeledField("", here), spacing=theme.M)
        row.setStretch(0, 3)
        row.setStretch(1, 2)
        self.setLayout(row)
        self.place.textEdited.connect(lambda text: self.typed.emit(names[0], text))
        self.position.textEdited.connect(lambda text: self.typed.emit(names[1], text))
        self.place.settled.connect(self.named)
        self.place.entered.connect(self._place_entered)
        self.position.changed.connect(self._position_changed)
        self.position.returnPressed.connect(self._position_entered)

    def show_place(self, name: str, at: Position | None) -> None:
        """Show where; says nothing."""
        self.place.close_list()
        if not self.place.hasFocus() or self.place.text().strip() != name:
            self.place.setText(name)
        if self.position.value() != at or not self.position.hasFocus():
            self.position.set_value(at)

    def ask_here(self) -> None:
        """Ask this computer where it is, and say what came of it beside the field."""
        if self._locator is None:
            self._locator = Locator(self)
            self._locator.found.connect(self._found_here)
            self._locator.failed.connect(lambda words: self._at.set_problem(words, WARNING))
        if self._locator.ask():
            self._at.set_problem(_("Recherche de la position…"), NOTICE)
        self._to_position()

    def _found_here(self, at: Position) -> None:
        self.position.set_value(at)
        self._at.clear_problem()
        self.located.emit(at)

    def commit(self) -> None:
        """Read what stands in the line that has the cursor, as if it were left."""
        if self.place.hasFocus():
            self.place.close_list()
            self.named.emit(self.place.text().strip(), None)
        elif self.position.hasFocus():
            self.position.commit()

    def stops(self) -> list[QWidget]:
        """Return where Tab stops, in order."""
        return [self.place, self.position]

    def _to_place(self) -> None:
        self.place.setFocus(Qt.FocusReason.TabFocusReason)
        self.place.selectAll()

    def _to_position(self) -> None:
        self.position.setFocus(Qt.FocusReason.TabFocusReason)
        self.position.selectAll()

    def _place_entered(self) -> None:
        if self.position.value() is None:
            self._to_position()
        else:
            self.done.emit()

    def _position_changed(self, at: Position | None) -> None:
        self._at.set_problem(at.note if at else "", NOTICE)
        self.located.emit(at)

    def _position_entered(self) -> None:
        if self.position.commit():
            self.done.emit()

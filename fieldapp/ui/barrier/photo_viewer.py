"""A photo opened large over the window; Esc goes back to where it was opened from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.barrier.photo_pane import STEP, PhotoPane
from fieldapp.ui.barrier.photo_words import taken_words, view_words
from fieldapp.ui.overlay import Overlay
from fieldapp.ui.page import PageContext
from fieldapp.ui.widgets import ActionButton, Elided

_MOVE = 0.15
"""Share of the pane that one key press moves the picture by."""


class PhotoViewer(Overlay):
    """Shows the photos of one catch, one at a time: arrows go through them, + and − look closer and further."""

    def __init__(self, context: PageContext, host: QWidget) -> None:
        super().__init__(host, name="photo_viewer")
        self._photos: list[Mapping[str, Any]] = []
        self._at = 0
        self._pane = PhotoPane(context.services, context.background, name="photo_viewer.pane")
        self._pane.stepped.connect(self._step)
        self._words = Elided("section", fills=True, name="photo_viewer.words")
        self._previous = self._button(_("Précédente"), "previous", "Left", lambda: self._go(-1))
        self._next = self._button(_("Suivante"), "next", "Right", lambda: self._go(1))
        self._closer = self._button(_("Plus près"), "add", "+", lambda: self._step(True))
        self._further = self._button(_("Plus loin"), "remove", "-", lambda: self._step(False))
        self._turn = self._button(_("Tourner"), "redo", "T", self._pane.turn)
        self._colours = self._button(_("Vraies couleurs"), "theme", "C", self._toggle_colours)
        close = self._button(_("Fermer"), "close", "Esc", self.close_panel)
        head = theme.row(self._words, close)
        head.setStretch(0, 1)
        foot = theme.row(
            self._previous, self._next, 1, self._closer, self._further, self._turn, self._colours, spacing=theme.S
        )
        box = theme.column(head, self._pane, foot, margin=theme.L)
        box.setStretch(1, 1)
        self.panel.setLayout(box)

    def _button(self, words: str, icon: str, key: str, on: Callable[[], object]) -> ActionButton:
        return ActionButton(words, icon, key, role="quiet", name=f"photo_viewer.{icon}", on=on)

    def show_photos(self, photos: Sequence[Mapping[str, Any]], at: int = 0) -> None:
        """Open on the photo at this place."""
        self._photos, self._at = list(photos), at
        self._pane.set_true_colours(False)
        self._pane.set_zoom(1)
        self._show()
        self.open_panel(self)

    def place(self) -> None:
        """Take nearly the whole window."""
        self.setGeometry(self._host.rect())
        room = self.rect().adjusted(theme.XL, theme.XL, -theme.XL, -theme.XL)
        self.panel.setFixedSize(room.size())
        self.panel.move(room.topLeft())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the picture with Shift and an arrow; the other keys are those of the buttons."""
        steps = {
            Qt.Key.Key_Left: (-_MOVE, 0.0),
            Qt.Key.Key_Right: (_MOVE, 0.0),
            Qt.Key.Key_Up: (0.0, -_MOVE),
            Qt.Key.Key_Down: (0.0, _MOVE),
        }
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and event.key() in steps:
            self._pane.move_by(*steps[Qt.Key(event.key())])
            event.accept()
        elif event.text() in {"+", "=", "-"}:  # "+" needs Shift on a French keyboard
            self._step(event.text() != "-")
            event.accept()
        else:
            super().keyPressEvent(event)

    def _go(self, by: int) -> None:
        self._at = (self._at + by) % len(self._photos)
        self._show()

    def _step(self, closer: bool) -> None:
        self._pane.set_zoom(self._pane.zoom * (STEP if closer else 1 / STEP))

    def _toggle_colours(self) -> None:
        self._pane.set_true_colours(self._pane.is_red())

    def _show(self) -> None:
        photo = self._photos[self._at]
        count = _("{n} sur {total}").format(n=self._at + 1, total=len(self._photos)) if len(self._photos) > 1 else ""
        words = " · ".join(
            filter(None, (view_words(photo), taken_words(photo), str(photo.get("file_name", "")), count))
        )
        self._words.set_words(words)
        self._pane.show_photo(str(photo.get("sha256", "")), words)
        for button in (self._previous, self._next):
            button.setVisible(len(self._photos) > 1)
        self._colours.setVisible(theme.current().name == "nuit-rouge")

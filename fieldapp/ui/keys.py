"""F1: the keys of the page, and those that work everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.overlay import Overlay
from fieldapp.ui.page import Action
from fieldapp.ui.widgets import ActionButton, KeyHint, text_label


class KeysPanel(Overlay):
    """The overlay of F1; press F1 or Esc again to close it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, width=56, name="keys")
        self._title = text_label("", "section")
        self._close = ActionButton(_("Fermer"), key="Esc", role="quiet", name="keys.close", on=self.close_panel)
        self._columns = theme.row(spacing=theme.XXL)
        box = theme.column(theme.row(self._title, 1, self._close), self._columns, spacing=theme.L)
        box.setContentsMargins(theme.XL, theme.L, theme.XL, theme.XL)
        self.panel.setLayout(box)
        self._body: QWidget | None = None
        self.shown: list[tuple[str, str]] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on F1 too: the same key opens and closes."""
        if event.key() == Qt.Key.Key_F1:
            event.accept()
            self.close_panel()
        else:
            super().keyPressEvent(event)

    def open(self, title: str, page: Sequence[Action], everywhere: Sequence[Action]) -> None:
        """Show the keys of the page of this title beside the common ones."""
        self._title.setText(_("Touches : {page}").format(page=title))
        self.shown = [(action.key, action.words) for action in (*page, *everywhere) if action.key]
        if self._body is not None:
            self._columns.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._body = QWidget(self.panel)
        columns = theme.row(spacing=theme.XXL)
        columns.addLayout(_column(_("Cette page"), page, _("Cette page n’a pas de touche à elle.")), 1)
        columns.addLayout(_column(_("Partout"), everywhere, ""), 1)
        self._body.setLayout(columns)
        self._columns.addWidget(self._body)
        self._body.show()
        self.open_panel(self._close)


def _column(title: str, actions: Sequence[Action], empty: str) -> QVBoxLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.M)
    grid.setVerticalSpacing(theme.S)
    grid.setColumnStretch(1, 1)
    listed = [action for action in actions if action.key]
    for line, action in enumerate(listed):
        grid.addWidget(KeyHint(action.key), line, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(text_label(action.words, wrap=True), line, 1)
    box = theme.column(text_label(title, "label"), spacing=theme.S)
    if not listed and empty:
        box.addWidget(text_label(empty, "secondary", wrap=True))
    box.addLayout(grid)
    box.addStretch(1)
    return box

"""F1: the keys of the page, and those that work everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.overlay import Overlay
from fieldapp.ui.page import Action
from fieldapp.ui.widgets import ActionButton, KeyHint, text_label

WIDTH, WIDE = 56, 84
"""The width of the panel with two columns and with three, in heights of body text."""

COLUMN = 21
"""The least width of a column of keys, in heights of body text: a line of words beside its key."""

_LONG = 12
"""A page with more keys than this has them in two columns, where the window is wide enough for three."""


class KeysPanel(Overlay):
    """The overlay of F1; press F1 or Esc again to close it. Where the window is too low, the arrows move it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, width=WIDTH, name="keys")
        self._title = text_label("", "section")
        self._close = ActionButton(_("Fermer"), key="Esc", role="quiet", name="keys.close", on=self.close_panel)
        self._more = QWidget(self.panel)
        self._more.setObjectName("keys.more")
        self._more.setLayout(theme.row(KeyHint("Up"), KeyHint("Down"), text_label(_("lire la suite"), "small")))
        self._scroll = QScrollArea(self.panel)
        self._scroll.setObjectName("keys.body")
        self._scroll.setAccessibleName(_("Touches"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._head = theme.row(self._title, 1, self._more, self._close)
        box = theme.column(self._head, self._scroll, spacing=theme.L)
        box.setContentsMargins(theme.XL, theme.L, theme.XL, theme.XL)
        self.panel.setLayout(box)
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
        listed = [action for action in page if action.key]
        self._width = WIDE
        long = len(listed) > _LONG and self.panel_width() >= 3 * COLUMN * theme.text_px()
        half = (len(listed) + 1) // 2 if long else len(listed)
        self._width = WIDE if long else WIDTH
        columns = theme.row(spacing=theme.XXL)
        columns.addLayout(_column(_("Cette page"), listed[:half], _("Cette page n’a pas de touche à elle.")), 1)
        if listed[half:]:
            columns.addLayout(_column(" ", listed[half:], ""), 1)
        columns.addLayout(_column(_("Partout"), everywhere, ""), 1)
        body = QWidget()
        body.setLayout(columns)
        self._scroll.setWidget(body)
        self._scroll.verticalScrollBar().setValue(0)
        self.open_panel(self._close)
        if self._scroll.focusPolicy() != Qt.FocusPolicy.NoFocus:
            self._scroll.setFocus()

    def place(self) -> None:
        """Give the keys the height that they need whole; where the window has less, let the arrows move them."""
        body, box = self._scroll.widget(), self.panel.layout()
        if body is not None and box is not None:
            margins, bar = box.contentsMargins(), self._scroll.verticalScrollBar().sizeHint().width()
            around = margins.top() + self._head.sizeHint().height() + box.spacing() + margins.bottom()
            room = self._host.height() - 2 * theme.XL - around
            inner = self.panel_width() - margins.left() - margins.right()
            needed = _height(body, inner)
            too_high = needed > room
            if too_high:
                needed = _height(body, inner - bar)
            body.setMinimumHeight(needed)
            self._scroll.setFixedHeight(min(needed, max(room, 0)))
            self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus if too_high else Qt.FocusPolicy.NoFocus)
            self._more.setVisible(too_high)
        super().place()


def _height(body: QWidget, width: int) -> int:
    """Return the height in pixels at which no word of the body is cut at this width."""
    layout = body.layout()
    if layout is None:
        return 0
    layout.invalidate()
    return layout.totalHeightForWidth(width)


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

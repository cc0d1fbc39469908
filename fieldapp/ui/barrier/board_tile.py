"""One bucket on the board: its number, what lay in it, what is out of the usual; pressed to go there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.board import Tile
from fieldapp.ui import theme
from fieldapp.ui.barrier import board_words
from fieldapp.ui.barrier.board_words import NameOf
from fieldapp.ui.widgets import ActionButton, FlowLayout, StateBadge, text_label

NOTHING = "∅"
LARGE_PX = theme.LARGE_TARGET
"""The side of what wet hands press; at larger text it stays so, the words fit and all of it stays in sight."""
_LINES = 3.4
"""The height of two lines of words below the number of a tile, in heights of body text."""


class LargeButton(ActionButton):
    """A button as high as wet hands need, that never takes the cursor from the board."""

    def __init__(self, text: str, key: str = "", *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(text, name=name, parent=parent)
        self.show_key(key)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        """Return the room of the words, at least a square of the large target."""
        return super().sizeHint().expandedTo(QSize(LARGE_PX, LARGE_PX))

    def _paint_content(self, painter: QPainter, token: str, on_accent: bool) -> None:
        if self.key:
            super()._paint_content(painter, token, on_accent)
            return
        painter.setFont(theme.font("section", QFont.Weight.DemiBold))
        painter.setPen(theme.colour(token))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class TileView(QFrame):
    """Shows a `Tile`; `pressed` when a finger or the mouse chooses it."""

    pressed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)  # the board asks `height_at`
        self.number = text_label("", "section")
        self.aside = text_label("", "small", wrap=True)
        self.words = text_label("", wrap=True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.before = text_label("", "small", wrap=True)
        self.problem = text_label("", "error", wrap=True)
        self._chips = QWidget(self)
        self._flow = FlowLayout(self._chips, spacing=theme.XS)
        self._shown: tuple[object, ...] = ()
        head = theme.row(self.number, self.aside, spacing=theme.S)
        head.setStretch(1, 1)
        head.setAlignment(self.aside, Qt.AlignmentFlag.AlignVCenter)
        box = theme.column(head, self.words, self._chips, self.problem, self.before, 1, spacing=0)
        box.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        self.setLayout(box)
        for label in (self.before, self.problem, self._chips):
            label.hide()

    def show_tile(
        self,
        tile: Tile,
        name_of: NameOf,
        *,
        current: bool,
        looked: bool,
        missed: bool = False,
        chips: Sequence[str] = (),
        before: str = "",
        problem: tuple[str, str] = ("", ""),
        closed_before: bool = False,
    ) -> bool:
        """Show the bucket; `looked`: the whole barrier was looked into, so that a bucket without animals was empty.

        `missed`: nobody looked, and the bucket is dimmed.
        `before` are the groups of the morning before, `problem` the words and the role of what is to be looked at,
        `closed_before`: it was closed on the morning before and is proposed as closed. Return whether it changed.
        """
        shown = (tile, current, looked, missed, tuple(chips), before, problem, closed_before, theme.current())
        if shown == self._shown:
            return False
        self._shown = shown
        self._show_head(tile, closed_before=closed_before, missed=missed)
        html = board_words.tile_html(tile, name_of, theme.text_px("section"))
        nothing = NOTHING if looked and not tile.groups and not tile.closed else ""
        theme.set_role(self.words, "" if html else "secondary")
        self.words.setText(html or nothing)
        self._fill_chips(chips)
        self.problem.setText(problem[0])
        theme.set_role(self.problem, problem[1] or "error")
        self.problem.setVisible(bool(problem[0]))
        self.before.setText(before)
        self.before.setVisible(bool(before))
        theme.set_role(self, "current" if current else ("closed" if tile.closed or missed else ""), "state")
        self.setAccessibleName(board_words.tile_words(tile, name_of, looked=looked, missed=missed))
        self.setAccessibleDescription(problem[0])
        return True

    def _show_head(self, tile: Tile, *, closed_before: bool, missed: bool) -> None:
        self.number.setText(tile.bucket)
        self.number.setEnabled(not (tile.closed or missed))
        self.aside.setText(self._aside(tile, closed_before))

    def _aside(self, tile: Tile, closed_before: bool) -> str:
        if tile.closed:
            return _("fermé, comme la veille") if closed_before else _("fermé")
        return "" if tile.known else _("pas en place ce jour")

    def _fill_chips(self, chips: Sequence[str]) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for words in chips:
            self._flow.addWidget(StateBadge("info", words, parent=self._chips))
        self._chips.setVisible(bool(chips))

    def height_at(self, width: int) -> int:
        """Return the height that all of it needs at this width."""
        layout = self.layout()
        least = self.number.sizeHint().height() + 2 * theme.S + round(_LINES * theme.text_px())
        if layout is None:
            return least
        layout.activate()
        return max(layout.totalHeightForWidth(width), least)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say that it was pressed; where the cursor goes is the board's."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

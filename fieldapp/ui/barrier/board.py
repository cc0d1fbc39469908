"""The bucket board: the barrier as it lies, a tile for each bucket, and the keys that fill it.

It shows what it is given and says which key or bucket was pressed; what comes of it is the page's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.board import Board, Tile
from fieldapp.protocols.pitfall_barrier.schema import INSIDE, MISSED, OUTSIDE
from fieldapp.ui import theme
from fieldapp.ui.barrier import board_keys, board_words
from fieldapp.ui.barrier.board_tile import TileView
from fieldapp.ui.barrier.board_words import NameOf
from fieldapp.ui.widgets import text_label

MOST_COLUMNS = 6
TILE_CHARS = 8.5
"""The least width of a tile, in heights of body text."""

_HELD = frozenset({"left", "right", "up", "down", "+", "-"})
"""The keys that go on while they are held."""


@dataclass(frozen=True)
class Shown:
    """What the board shows beside the morning itself.

    `chips` are words by the uid of a group (its individual, its photos); `before` the tiles of the morning before by
    bucket, when they are to be seen, told as `before_words` ("hier"); `problems` words and role by bucket;
    `closed_before` the buckets that are proposed as closed; `looked`: somebody said of the whole barrier that it was
    looked into, so that a bucket without animals was empty.
    """

    chips: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Tile] = field(default_factory=dict)
    before_words: str = ""
    problems: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    closed_before: Collection[str] = ()
    looked: bool = False


class BoardView(QWidget):
    """The tiles of a morning. `key` carries the name of a key (`board_keys`), `went` the place of a tile."""

    key = Signal(str)
    went = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("seaux de la barrière"))
        self._tiles: list[TileView] = []
        self._lines: list[list[int]] = []
        self._sides: dict[str, QLabel] = {}
        self._board = Board(())
        theme.on_change().changed.connect(self.updateGeometry)

    def show_board(self, board: Board, name_of: NameOf, shown: Shown) -> None:
        """Show the morning as it stands."""
        count, sides = len(self._tiles), [tile.side for tile in self._board.tiles]
        self._board = board
        while len(self._tiles) < len(board.tiles):
            fresh = TileView(self)
            fresh.pressed.connect(partial(self._pressed, len(self._tiles)))
            fresh.show()
            self._tiles.append(fresh)
        for view in self._tiles[len(board.tiles) :]:
            view.deleteLater()
        del self._tiles[len(board.tiles) :]
        changed = count != len(self._tiles) or sides != [tile.side for tile in board.tiles]
        for place, (tile, view) in enumerate(zip(board.tiles, self._tiles, strict=True)):
            view.setObjectName(f"board.tile.{tile.bucket}")
            before = shown.before.get(tile.bucket)
            changed |= view.show_tile(
                tile,
                name_of,
                current=place == board.at,
                looked=shown.looked,
                missed=board.state == MISSED,
                chips=[shown.chips[group.uid] for group in tile.groups if group.uid in shown.chips],
                before=_before_words(shown.before_words, before, name_of),
                problem=shown.problems.get(tile.bucket, ("", "")),
                closed_before=tile.bucket in shown.closed_before,
            )
        if changed:
            self._place()

    def tile(self, bucket: str) -> TileView:
        """Return the tile of a bucket."""
        return next(view for tile, view in zip(self._board.tiles, self._tiles, strict=True) if tile.bucket == bucket)

    def current_rect(self) -> QRect:
        """Return where the current tile lies, in the board."""
        return self._tiles[self._board.at].geometry() if self._tiles else QRect()

    def _pressed(self, place: int) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.went.emit(place)

    # ------------------------------------------------------------------------------------------------- layout

    @property
    def columns(self) -> int:
        """How many tiles stand side by side: as many as are wide enough, the lines as even as can be."""
        most, longest = self._most(self.width()), max(1, *self._sides_of())
        return -(-longest // -(-longest // most))

    def lines_at(self, width: int) -> int:
        """Return how many lines of tiles there would be at this width."""
        return sum(-(-count // self._most(width)) for count in self._sides_of())

    def _most(self, width: int) -> int:
        return max(1, min(MOST_COLUMNS, (width + theme.S) // (_tile_px() + theme.S)))

    def _sides_of(self) -> tuple[int, int]:
        """Return how many buckets stand outside, and how many on the side of the pond."""
        inside = sum(tile.side == INSIDE for tile in self._board.tiles)
        return len(self._board.tiles) - inside, inside

    def _place(self) -> None:
        """Put every tile in its place: the outer buckets in lines, those on the side of the pond in lines below."""
        columns, gap = self.columns, theme.S
        width = (self.width() - gap * (columns - 1)) // columns
        top, self._lines = 0, []
        both = len({tile.side for tile in self._board.tiles}) > 1
        for side in (OUTSIDE, INSIDE):
            places = [at for at, tile in enumerate(self._board.tiles) if (tile.side == INSIDE) == (side == INSIDE)]
            top = self._place_side(side, top, shown=both and bool(places))
            for start in range(0, len(places), columns):
                line = places[start : start + columns]
                height = max(self._tiles[at].height_at(width) for at in line)
                for column, at in enumerate(line):
                    self._tiles[at].setGeometry(column * (width + gap), top, width, height)
                self._lines.append(line)
                top += height + gap
        self.setFixedHeight(max(0, top - gap))

    def _place_side(self, side: str, top: int, *, shown: bool) -> int:
        """Show the words of a side above its line; return where the line begins."""
        if not shown and side not in self._sides:
            return top
        label = self._sides.setdefault(side, text_label(board_words.side_words(side), "label"))
        if label.parent() is None:
            label.setParent(self)
        label.setVisible(shown)
        if not shown:
            return top
        height = label.sizeHint().height()
        label.setGeometry(0, top, self.width(), height)
        return top + height + theme.XS

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the tiles out again when the width changed."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._place()

    def sizeHint(self) -> QSize:
        """Return the height of all tiles."""
        return QSize(4 * _tile_px(), self.height())

    def minimumSizeHint(self) -> QSize:
        """Return the width of two tiles."""
        return QSize(2 * _tile_px(), self.height())

    # --------------------------------------------------------------------------------------------------- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Say which key it was; up and down go to the tile above or below. A key held too long counts once."""
        name = board_keys.name_of(event)
        if event.isAutoRepeat() and name and name not in _HELD:
            return
        if name in ("up", "down"):
            self.went.emit(self._vertical(-1 if name == "up" else 1))
        elif name:
            self.key.emit(name)
        else:
            super().keyPressEvent(event)

    def _vertical(self, step: int) -> int:
        at = self._board.at
        row = next((number for number, line in enumerate(self._lines) if at in line), 0)
        if not self._lines:
            return 0
        line = self._lines[(row + step) % len(self._lines)]
        return line[min(self._lines[row].index(at), len(line) - 1)]

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the current tile anew."""
        super().focusInEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the cursor back."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)


def _tile_px() -> int:
    return round(TILE_CHARS * theme.text_px())


def _before_words(when: str, tile: Tile | None, name_of: NameOf) -> str:
    """Return what lay in the bucket on the morning before: "hier : 2 ♂ Crapaud commun", "hier : fermé"."""
    if tile is None or not (tile.groups or tile.closed):
        return ""
    what = board_words.faint_words(tile, name_of) or _("fermé")
    return _("{when} : {what}").format(when=when, what=what)

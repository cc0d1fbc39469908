"""A campaign as a calendar: one column a week, one cell a morning, its state by shape, colour and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from types import MappingProxyType

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core import dates
from fieldapp.core.text import N_, _
from fieldapp.protocols.pitfall_barrier.campaign import MorningState
from fieldapp.ui import theme
from fieldapp.ui.widgets.cards import paint_shape

WEEK = 7

_WEEKDAYS = (N_("lu"), N_("ma"), N_("me"), N_("je"), N_("ve"), N_("sa"), N_("di"))

_SHORTENED = ((N_("janv."), 1), (N_("févr."), 2), (N_("avr."), 4), (N_("juil."), 7), (N_("sept."), 9), (N_("oct."), 10),
              (N_("nov."), 11), (N_("déc."), 12))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """How a state of a morning looks: the sign, the token of its colour, of its ground, and its word."""

    sign: str
    colour: str
    ground: str
    word: str


LOOKS = MappingProxyType(
    {
        MorningState.CHECKED: Look("", "accent", "soft", N_("relevé : nombre d’animaux")),
        MorningState.EMPTY: Look("∅", "secondary", "raised", N_("vide")),
        MorningState.MISSED: Look("⊘", "warning", "warning_ground", N_("non relevé")),
        MorningState.UNTOLD: Look("?", "warning", "surface", N_("à expliquer")),
        MorningState.TODAY: Look("○", "accent", "surface", N_("aujourd’hui")),
        MorningState.FUTURE: Look("", "edge", "", N_("à venir")),
    }
)
"""The look of each state; the number of animals stands in the cell of a morning with a catch."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One morning: its ISO date, its state, and how many animals there were."""

    on: str
    state: MorningState
    animals: int = 0


def month_words(month: int) -> str:
    """Return the short name of a month: "févr.", "mars"."""
    short = {number: word for word, number in _SHORTENED}
    return _(short[month]) if month in short else dates.month_name(month)


class SeasonStrip(QWidget):
    """The mornings of a campaign; arrows walk, with Shift they take several, Enter or a double click opens one.

    `current_changed` carries the ISO date of the morning under the cursor, `pointed` that under the mouse ("" when it
    leaves), `taken` the first and last ISO date of what is selected, `opened` a morning.
    """

    opened = Signal(str)
    current_changed = Signal(str)
    pointed = Signal(str)
    taken = Signal(str, str)

    def __init__(self, *, name: str = "strip", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._cells: Sequence[Cell] = ()
        self._today = ""
        self._current = 0
        self._anchor = 0
        self._hovered = ""
        self._monday = date.min
        theme.on_change().changed.connect(self.updateGeometry)

    # ------------------------------------------------------------------------------------------- content

    def show_cells(self, cells: Sequence[Cell], today: str, current: str = "") -> None:
        """Show these mornings, one a day; stand on `current`, else today, else the last that is told."""
        self._cells, self._today = cells, today
        if cells:
            first = date.fromisoformat(cells[0].on)
            self._monday = first - timedelta(days=first.weekday())
        places = {cell.on: place for place, cell in enumerate(cells)}
        told = [place for place, cell in enumerate(cells) if cell.state is not MorningState.FUTURE]
        self._current = self._anchor = places.get(current, places.get(today, told[-1] if told else 0))
        self._say()
        self.update()

    def current(self) -> str:
        """Return the ISO date under the cursor, "" when there is no morning."""
        return self._cells[self._current].on if self._cells else ""

    def selection(self) -> tuple[str, str]:
        """Return the first and last ISO date of what is selected, ("", "") when there is no morning."""
        if not self._cells:
            return "", ""
        low, high = sorted((self._anchor, self._current))
        return self._cells[low].on, self._cells[high].on

    def select(self, first_on: str, last_on: str) -> None:
        """Select the mornings from one ISO date to another; says nothing of it."""
        places = {cell.on: place for place, cell in enumerate(self._cells)}
        if first_on in places and last_on in places:
            self._anchor, self._current = places[first_on], places[last_on]
            self._say()
            self.update()

    def _say(self) -> None:
        if self._cells:
            cell = self._cells[self._current]
            words = f"{dates.in_words(date.fromisoformat(cell.on))}, {_(LOOKS[cell.state].word)}"
            self.setAccessibleDescription(words)

    # ---------------------------------------------------------------------------------------------- keys

    def event(self, event: QEvent) -> bool:
        """Keep the arrows and Enter for the calendar while it has the cursor, before the keys of the page."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
            if plain and (event.key() in _STEPS or event.key() in _OTHERS):
                event.accept()
                return True
        if event.type() == QEvent.Type.Leave and self._hovered:
            self._hovered = ""
            self.pointed.emit("")
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk: up and down a day, left and right a week; Home and End to the ends; Enter opens."""
        key = event.key()
        taking = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if not self._cells:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.current())
        elif key == Qt.Key.Key_Home:
            self._go(0, taking)
        elif key == Qt.Key.Key_End:
            self._go(len(self._cells) - 1, taking)
        elif key in _STEPS:
            self._go(self._current + _STEPS[Qt.Key(key)], taking)
        else:
            super().keyPressEvent(event)

    def _go(self, place: int, taking: bool) -> None:
        if not 0 <= place < len(self._cells):
            return
        self._current = place
        if not taking:
            self._anchor = place
        self._say()
        self.update()
        self.current_changed.emit(self.current())
        self.taken.emit(*self.selection())

    # --------------------------------------------------------------------------------------------- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the morning under the mouse; with Shift take all up to it."""
        place = self._at(event.position())
        if place is not None:
            self._go(place, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which morning is under the mouse; with the button held take all up to it."""
        place = self._at(event.position())
        on = self._cells[place].on if place is not None else ""
        if place is not None and event.buttons() & Qt.MouseButton.LeftButton and place != self._current:
            self._go(place, True)
        elif on != self._hovered:
            self._hovered = on
            self.pointed.emit(on)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the morning under the mouse."""
        place = self._at(event.position())
        if place is not None:
            self._go(place, False)
            self.opened.emit(self._cells[place].on)

    # ------------------------------------------------------------------------------------------ geometry

    def _head(self) -> QSize:
        metrics = QFontMetricsF(theme.font("small"))
        widest = max(metrics.horizontalAdvance(_(word)) for word in _WEEKDAYS)
        return QSize(ceil(widest) + theme.S, round(metrics.height()) + theme.XS)

    def _weeks(self) -> int:
        if not self._cells:
            return 1
        return ((date.fromisoformat(self._cells[-1].on) - self._monday).days) // WEEK + 1

    def _size(self) -> tuple[float, float]:
        """Return the width and height of a cell, the gap to the next one in it."""
        head = self._head()
        width = (self.width() - head.width()) / self._weeks()
        height = (self.height() - head.height()) / WEEK
        return min(width, 3.2 * theme.text_px()), min(height, 2.6 * theme.text_px())

    def _rect(self, place: int) -> QRectF:
        head, (width, height) = self._head(), self._size()
        week, weekday = divmod((date.fromisoformat(self._cells[place].on) - self._monday).days, WEEK)
        return QRectF(head.width() + week * width, head.height() + weekday * height, width - 2, height - 2)

    def _at(self, point: QPointF) -> int | None:
        head, (width, height) = self._head(), self._size()
        if not self._cells or point.x() < head.width() or point.y() < head.height():
            return None
        week, weekday = int((point.x() - head.width()) // width), int((point.y() - head.height()) // height)
        first = (date.fromisoformat(self._cells[0].on) - self._monday).days
        place = week * WEEK + weekday - first
        return place if weekday < WEEK and 0 <= place < len(self._cells) else None

    def sizeHint(self) -> QSize:
        """Return room for cells that are easy to hit."""
        head = self._head()
        return QSize(head.width() + round(self._weeks() * 2.2 * theme.text_px()), head.height() + WEEK * theme.target())

    def minimumSizeHint(self) -> QSize:
        """Return the least room in which the signs can be told."""
        head = self._head()
        return QSize(head.width() + self._weeks() * theme.L, head.height() + round(WEEK * 1.3 * theme.text_px()))

    # ------------------------------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the months, the days of the week and the mornings."""
        if not self._cells:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_heads(painter)
        low, high = sorted((self._anchor, self._current))
        for place, cell in enumerate(self._cells):
            self._paint_cell(painter, cell, self._rect(place))
        for place in range(low, high + 1):
            self._paint_ring(painter, self._rect(place), several=low != high)

    def _paint_heads(self, painter: QPainter) -> None:
        head, (_width, height) = self._head(), self._size()
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour("secondary"))
        middle = Qt.AlignmentFlag.AlignVCenter
        for weekday, word in enumerate(_WEEKDAYS):
            rect = QRectF(0, head.height() + weekday * height, head.width() - theme.S, height - 2)
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | middle, _(word))
        right = -1.0
        metrics = QFontMetricsF(theme.font("small"))
        for place, cell in enumerate(self._cells):
            if place and not cell.on.endswith("-01"):
                continue
            left, words = self._rect(place).left(), month_words(int(cell.on[5:7]))
            if left > right:
                painter.drawText(QPointF(left, metrics.ascent()), words)
                right = left + metrics.horizontalAdvance(words) + theme.XS

    def _paint_cell(self, painter: QPainter, cell: Cell, rect: QRectF) -> None:
        look = LOOKS[cell.state]
        round_by = min(theme.XS, rect.width() / 4)
        if cell.state is MorningState.FUTURE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(look.colour))
            painter.drawEllipse(rect.center(), 2, 2)
            return
        painter.setBrush(theme.colour(look.ground))
        painter.setPen(self._edge(cell.state))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), round_by, round_by)
        inner = rect
        if cell.on == self._today:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            mark = rect.adjusted(theme.XS, rect.height() - theme.XS, -theme.XS, theme.RING - theme.XS)
            painter.drawRect(mark)
            inner = rect.adjusted(0, 0, 0, -theme.XS)
        if cell.state is MorningState.CHECKED:
            self._paint_number(painter, cell.animals, inner)
        else:
            most = 1.0 if cell.state is MorningState.EMPTY else 1.3
            side = min(inner.width() - 2, inner.height() - 2, most * theme.text_px("small"))
            square = QRectF(0, 0, side, side)
            square.moveCenter(inner.center())
            paint_shape(painter, look.sign, look.colour, square)

    def _edge(self, state: MorningState) -> QPen:
        if state is MorningState.UNTOLD:
            return QPen(theme.colour("warning"), 1.0, Qt.PenStyle.DashLine)
        if state is MorningState.TODAY:
            return QPen(theme.colour("accent"), 1.5)
        return QPen(QColor(Qt.GlobalColor.transparent))

    def _paint_number(self, painter: QPainter, animals: int, rect: QRectF) -> None:
        """Write the number as large as the cell allows; a dot where it would be too small to read."""
        font = theme.font("small", QFont.Weight.DemiBold)
        wanted = QFontMetricsF(font).horizontalAdvance(str(animals))
        if wanted > rect.width() - 2:
            font.setPixelSize(max(1, int(font.pixelSize() * (rect.width() - 2) / wanted)))
        painter.setPen(theme.colour("accent"))
        if font.pixelSize() < theme.TEXT_SIZES["key"] - 3:
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(rect.center(), 2.5, 2.5)
            return
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(animals))

    def _paint_ring(self, painter: QPainter, rect: QRectF, *, several: bool) -> None:
        if not (self.hasFocus() or several):
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("accent"), theme.RING))
        painter.drawRoundedRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5), theme.XS, theme.XS)


_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Left: -WEEK,
    Qt.Key.Key_Right: WEEK,
}
_OTHERS = {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Legend(QWidget):
    """The signs of the calendar with their words, those that occur in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._states: Sequence[MorningState] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.on_change().changed.connect(self.updateGeometry)

    def show_states(self, states: Sequence[MorningState]) -> None:
        """Explain these."""
        self._states = states
        self.setAccessibleName(", ".join(_(LOOKS[state].word) for state in states))
        self.updateGeometry()
        self.update()

    def _items(self, width: float) -> list[tuple[MorningState, QPointF]]:
        """Return where each sign stands, in as many lines as it takes."""
        metrics = QFontMetricsF(theme.font("small"))
        step, found = metrics.height() + theme.XS, []
        left = top = 0.0
        for state in self._states:
            needed = 2 * theme.text_px() + metrics.horizontalAdvance(_(LOOKS[state].word)) + theme.L
            if left and left + needed > width:
                left, top = 0.0, top + step
            found.append((state, QPointF(left, top)))
            left += needed
        return found

    def hasHeightForWidth(self) -> bool:
        """Return True: a narrow legend takes more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines that it takes."""
        metrics = QFontMetricsF(theme.font("small"))
        last = self._items(width)[-1][1].y() if self._states else 0.0
        return round(last + metrics.height() + theme.XS)

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        return QSize(20 * theme.text_px(), self.heightForWidth(self.width() or 20 * theme.text_px()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the signs and their words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(theme.font("small"))
        for state, at in self._items(self.width()):
            look = LOOKS[state]
            rect = QRectF(at.x(), at.y(), 1.6 * theme.text_px(), metrics.height() + 1)
            if look.ground:
                painter.setPen(
                    QPen(theme.colour("warning"), 1.0, Qt.PenStyle.DashLine)
                    if state is MorningState.UNTOLD
                    else QPen(QColor(Qt.GlobalColor.transparent))
                )
                painter.setBrush(theme.colour(look.ground))
                painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.XS, theme.XS)
            self._sign(painter, state, rect)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.colour("secondary"))
            words = QRectF(rect.right() + theme.S, rect.top(), self.width(), rect.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _(look.word))

    def _sign(self, painter: QPainter, state: MorningState, rect: QRectF) -> None:
        look = LOOKS[state]
        if state is MorningState.CHECKED:
            painter.setFont(theme.font("small", QFont.Weight.DemiBold))
            painter.setPen(theme.colour(look.colour))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "12")
        elif state is MorningState.FUTURE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(look.colour))
            painter.drawEllipse(rect.center(), 2, 2)
        else:
            side = min(rect.height(), 1.2 * theme.text_px("small"))
            square = QRectF(0, 0, side, side)
            square.moveCenter(rect.center())
            paint_shape(painter, look.sign, look.colour, square)

"""The small cumulative curve beside the bucket board: this season in front of the seasons before it.

Painted by hand: the plotting library takes longer to load than the board may take to open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.plots_days import day_ticks, place_words
from fieldapp.ui.wording import number_words

Points = Sequence[tuple[int, float]]

_HALF = 0.5
_LINES = 7
"""The height asked for, in lines of small text."""


@dataclass(frozen=True, slots=True)
class _Laid:
    """The curves as they lie on the widget, in pixels: laid out anew only when its size, its text or they change."""

    field: QRectF
    first: int
    last: int
    front: tuple[QPolygonF, ...]
    behind: tuple[QPolygonF, ...]


class SeasonCurve(QWidget):
    """Shows a season's animals against the day: as shares beside the seasons before, or as a running count alone."""

    def __init__(self, *, name: str = "season_curve", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._front: Sequence[Points] = ()
        self._span: tuple[int, int] | None = None
        self._most = 0.0
        self._behind: Sequence[Points] = ()
        self._label = ""
        self._laid: _Laid | None = None
        theme.on_change().changed.connect(self.updateGeometry)

    def show_curves(self, front: Points, behind: Sequence[Points], label: str) -> None:
        """Show these curves, each (day, share) in order of day; `label` is the name of the one in front: "2026".

        Days are the places of `season.place_of` (`plots_days.day_of`). Shares go from 0 to 1: of the season's own
        total, or for a season that still runs of whatever the caller compares it with; what lies above 1 is drawn at
        the upper edge.
        """
        self._front = (tuple(front),) if front else ()
        self._behind, self._span, self._most = tuple(map(tuple, behind)), None, 0.0
        self._show(label)

    def show_counts(self, runs: Sequence[Points], span: tuple[int, int], label: str) -> None:
        """Show the running count of one season, each (day, animals) in order of day; `span` are the ends of the axis.

        Nothing is drawn between two runs: nobody looked there. For a season of which a share would say nothing.
        """
        self._most = max((count for points in runs for _day, count in points), default=0.0)
        self._front = [[(day, count / (self._most or 1)) for day, count in points] for points in runs]
        self._behind, self._span = (), span
        self._show(label)

    def _show(self, label: str) -> None:
        self._label, self._laid = label, None
        self.setAccessibleName(_("Courbe cumulée {label}").format(label=label))
        self.setAccessibleDescription(self._spoken())
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room that reads well."""
        line = QFontMetrics(theme.font("small")).lineSpacing()
        return QSize(line * 14, line * _LINES)

    def minimumSizeHint(self) -> QSize:
        """Return the least room: five lines of small text."""
        line = QFontMetrics(theme.font("small")).lineSpacing()
        return QSize(line * 8, line * 5)

    def _spoken(self) -> str:
        if not self._front:
            return _("{label} : rien encore").format(label=self._label)
        day, share = self._front[-1][-1]
        if self._span is not None:
            words = _("{label} : {count} au {day}")
            return words.format(label=self._label, count=number_words(self._most), day=place_words(day))
        words = _("{label} : {share} % au {day}").format(
            label=self._label, share=number_words(100 * share), day=place_words(day)
        )
        reached = [reach for points in self._behind if (reach := half_at(points)) is not None]
        if not reached:
            return words
        middle = sorted(reached)[len(reached) // 2]
        return words + " ; " + _("autres années : 50 % vers le {day}").format(day=place_words(middle))

    # ------------------------------------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the axis, the thin curves, the line of 50 %, then the curve in front with its name."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        laid = self._lay_out()
        if laid is None:
            return
        self._paint_axis(painter, laid.field, laid.first, laid.last)
        painter.setPen(QPen(theme.colour("disabled"), 1))
        for line in laid.behind:
            painter.drawPolyline(line)
        if laid.front:
            self._paint_front(painter, laid.front)

    def _lay_out(self) -> _Laid | None:
        """Return where the curves lie, None when there is none."""
        field = self._field()
        if self._laid is None or self._laid.field != field:
            days = [day for points in (*self._front, *self._behind) for day, _share in points] + list(self._span or ())
            if not days:
                return None
            first, last = min(days), max(*days, min(days) + 1)
            front, behind = (
                tuple(_line(points, field, first, last) for points in several)
                for several in (self._front, self._behind)
            )
            self._laid = _Laid(field, first, last, front, behind)
        return self._laid

    def label_place(self) -> QRectF:
        """Return where the name of the season in front stands: above the left of the end of its curve, which rises.

        Empty where there is no curve in front.
        """
        laid = self._lay_out()
        if laid is None or not laid.front:
            return QRectF()
        end = laid.front[-1].last()
        metrics = QFontMetrics(theme.font("small", QFont.Weight.DemiBold))
        width = metrics.horizontalAdvance(self._label) + 2 * theme.XS
        left = min(max(end.x() - width, laid.field.left()), self.width() - width)
        return QRectF(left, max(0.0, end.y() - theme.XS - metrics.height()), width, metrics.height())

    def _field(self) -> QRectF:
        """Return where the curves lie: a line of text above for the name, one below for the dates."""
        metrics = QFontMetrics(theme.font("small"))
        line = metrics.lineSpacing()
        left = metrics.horizontalAdvance(self._level_words()) + theme.XS
        return QRectF(left, line, max(1.0, self.width() - left - theme.S), max(1.0, self.height() - 2 * line - theme.S))

    def _level_words(self) -> str:
        """Return what the line across stands for: half of the animals, or all that there were."""
        return _("{share} %").format(share=50) if self._span is None else number_words(self._most)

    def _paint_axis(self, painter: QPainter, field: QRectF, first: int, last: int) -> None:
        metrics = QFontMetrics(theme.font("small"))
        line = metrics.lineSpacing()
        painter.setPen(QPen(theme.colour("edge"), 1))
        painter.drawLine(field.bottomLeft(), field.bottomRight())
        dashed = QPen(theme.colour("edge"), 1, Qt.PenStyle.DashLine)
        painter.setPen(dashed)
        level = field.bottom() - field.height() * (_HALF if self._span is None else 1)
        painter.drawLine(QPointF(field.left(), level), QPointF(field.right(), level))
        painter.setPen(theme.colour("secondary"))
        side = QRectF(0, level - line / 2, field.left() - theme.XS, line)
        painter.drawText(side, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._level_words())
        widest = metrics.horizontalAdvance(place_words(60)) + theme.M
        for day, words in day_ticks(first, last, int(field.width() / widest)):
            width = metrics.horizontalAdvance(words)
            at = _at(day, 0, field, first, last).x()
            left = min(max(at - width / 2, 0), self.width() - width)
            painter.drawText(QRectF(left, field.bottom() + theme.XS, width + 1, line), words)

    def _paint_front(self, painter: QPainter, front: Sequence[QPolygonF]) -> None:
        """Draw the curve in front, and its name on a ground of its own: the curves behind do not run through it."""
        accent = theme.colour("accent")
        pen = QPen(accent, 3)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        place = self.label_place()
        painter.fillRect(place, theme.colour("surface"))
        painter.setPen(pen)
        for line in front:
            painter.drawPolyline(line)
        painter.setBrush(accent)
        for line in front if self._span is not None else front[-1:]:  # a run of one morning is seen as a dot
            painter.drawEllipse(line.last(), 2.5, 2.5)
        painter.setFont(theme.font("small", QFont.Weight.DemiBold))
        painter.setPen(theme.colour("text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._label)


def half_at(points: Iterable[tuple[int, float]]) -> int | None:
    """Return the first day on which the share is at least a half, None when it never is."""
    return next((day for day, share in points if share >= _HALF), None)


def _at(day: int, share: float, field: QRectF, first: int, last: int) -> QPointF:
    x = field.left() + field.width() * (day - first) / (last - first)
    return QPointF(x, field.bottom() - field.height() * min(max(share, 0.0), 1.0))


def _line(points: Points, field: QRectF, first: int, last: int) -> QPolygonF:
    return QPolygonF([_at(day, share, field, first, last) for day, share in points])

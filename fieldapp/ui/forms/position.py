"""Where a place lies: typed, pasted or measured, and drawn among its neighbours without a map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core.parse import show_number
from fieldapp.core.positions import Position, parse_position, show_position
from fieldapp.core.text import _
from fieldapp.ui import rounds, theme
from fieldapp.ui.widgets import ParsedEdit

WAIT_MS = 30_000
"""How long a position source may take for its first fix (a cold GPS start under open sky takes about half a minute)."""


class PositionEdit(ParsedEdit):
    """A position in any usual form; the value is a Position, written latitude first."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parse_position, written, name=name, parent=parent)
        self.setPlaceholderText("50.4573, 2.7856")

    def commit(self) -> bool:
        """Read what is typed; a line that nobody changed keeps its position, with more digits than it shows."""
        value = self.value()
        return (value is not None and self.text().strip() == written(value)) or super().commit()


def written(value: Position) -> str:
    """Return the position as it stands in its line."""
    return show_position(value.longitude, value.latitude)


class Locator(QObject):
    """Asks this computer where it is, once; `found` carries a Position, `failed` a sentence with the way out."""

    found = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: Any = None

    def ask(self) -> bool:
        """Start asking; return whether there is somebody to ask (the sentence has been sent when not)."""
        if self._source is None:
            self._source = self._find_source()
        if self._source is None:
            self.failed.emit(
                _(
                    "Cet ordinateur n’a pas de GPS. Lisez la position sur votre téléphone et tapez-la, "
                    "ou collez le lien de la carte."
                )
            )
            return False
        self._source.requestUpdate(WAIT_MS)
        return True

    def _find_source(self) -> Any:
        try:
            from PySide6.QtPositioning import QGeoPositionInfoSource  # a large library, loaded only when asked for
        except ImportError:
            return None
        source = QGeoPositionInfoSource.createDefaultSource(self)
        if source is not None:
            source.positionUpdated.connect(self._updated)
            source.errorOccurred.connect(self._no_fix)
        return source

    def _updated(self, info: Any) -> None:
        at = info.coordinate()
        self.found.emit(Position(round(at.longitude(), 7), round(at.latitude(), 7)))

    def _no_fix(self, *_what: object) -> None:
        self.failed.emit(_("La position n’a pas été trouvée. Sortez à découvert et réessayez, ou tapez-la."))


class PlacesSketch(QWidget):
    """The places of an aire as dots at their true relative positions, north up, with a scale; the new one in accent."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._others: list[tuple[str, tuple[float, float]]] = []
        self._here: tuple[float, float] | None = None
        self._name = ""

    def show_places(
        self, others: Sequence[tuple[str, tuple[float, float]]], here: tuple[float, float] | None, name: str
    ) -> None:
        """Draw these (name, (latitude, longitude)) and the place that is being described."""
        self._others, self._here, self._name = list(others), here, name
        near = nearest(self._others, here)
        self.setAccessibleName(" · ".join(f"{other} {rounds.distance_words(metres)}" for other, metres in near[:3]))
        self.update()

    def sizeHint(self) -> QSize:
        """Return a small square."""
        return QSize(theme.text_px() * 18, theme.text_px() * 14)

    def minimumSizeHint(self) -> QSize:
        """Return the least that still shows something."""
        return QSize(theme.text_px() * 10, theme.text_px() * 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the dots, the lines to the three nearest, the scale."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("background"))
        painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        points = [at for _name, at in self._others] + ([self._here] if self._here else [])
        if not points:
            return
        inner = rect.adjusted(theme.L, theme.XL, -theme.L, -theme.XXL - theme.S)
        place = _projection(points, inner)
        self._paint_lines(painter, place)
        painter.setFont(theme.font("small"))
        taken = [QRectF(place(at) - QPointF(5, 5), QSize(10, 10).toSizeF()) for at in points]
        if self._here:
            self._paint_dot(painter, place(self._here), self._name, True, taken, rect)
        for name, at in sorted(self._others, key=lambda other: self._far(other[1])):
            self._paint_dot(painter, place(at), name, False, taken, rect)
        self._paint_scale(painter, rect, place)

    def _far(self, at: tuple[float, float]) -> float:
        return rounds.distance_m(self._here, at) if self._here else 0.0

    def _paint_lines(self, painter: QPainter, place: Any) -> None:
        if self._here is None:
            return
        painter.setPen(QPen(theme.colour("line"), 1.5, Qt.PenStyle.DashLine))
        for name, _metres in nearest(self._others, self._here)[:3]:
            at = next(at for other, at in self._others if other == name)
            painter.drawLine(place(self._here), place(at))

    def _paint_dot(
        self, painter: QPainter, at: QPointF, name: str, current: bool, taken: list[QRectF], rect: QRectF
    ) -> None:
        radius = 7.0 if current else 4.5
        painter.setPen(QPen(theme.colour("surface"), 1.5))
        painter.setBrush(theme.colour("accent" if current else "secondary"))
        painter.drawEllipse(at, radius, radius)
        metrics = QFontMetrics(painter.font())
        words = metrics.elidedText(short(name), Qt.TextElideMode.ElideLeft, round(rect.width() / 2.5))
        width, height = metrics.horizontalAdvance(words) + 2, metrics.height()
        for box in (
            QRectF(at.x() + radius + 3, at.y() - height / 2, width, height),
            QRectF(at.x() - radius - 3 - width, at.y() - height / 2, width, height),
            QRectF(at.x() - width / 2, at.y() - radius - 1 - height, width, height),
            QRectF(at.x() - width / 2, at.y() + radius + 1, width, height),
        ):
            if rect.contains(box) and not any(box.intersects(other) for other in taken):
                painter.setPen(theme.colour("text" if current else "secondary"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
                taken.append(box)
                break

    def _paint_scale(self, painter: QPainter, rect: QRectF, place: Any) -> None:
        metres_per_pixel: float = place.metres_per_pixel
        metres = _round_length(metres_per_pixel * rect.width() / 4)
        width = metres / metres_per_pixel
        words = f"{metres} m" if metres < 1000 else f"{show_number(metres / 1000)} km"
        foot = rect.bottom() - theme.M
        painter.setPen(QPen(theme.colour("secondary"), 1.5))
        left = rect.left() + theme.L
        painter.drawLine(QPointF(left, foot), QPointF(left + width, foot))
        for x in (left, left + width):
            painter.drawLine(QPointF(x, foot - 4), QPointF(x, foot + 1))
        painter.drawText(QPointF(left + width + theme.S, foot + 3), words)
        north = _("N ↑")
        painter.drawText(
            QPointF(rect.right() - theme.L - QFontMetrics(painter.font()).horizontalAdvance(north), foot + 3), north
        )


class _projection:
    """Places (latitude, longitude) in a rectangle: equirectangular around their middle, true for a few kilometres."""

    def __init__(self, points: Sequence[tuple[float, float]], rect: QRectF) -> None:
        self._middle = tuple((min(p[i] for p in points) + max(p[i] for p in points)) / 2 for i in (0, 1))
        self._rect = rect
        self.metres_per_pixel = 1.0
        flat = [self._metres(point) for point in points]
        wide = max((x for x, _y in flat), default=0) - min((x for x, _y in flat), default=0)
        high = max((y for _x, y in flat), default=0) - min((y for _x, y in flat), default=0)
        least = 100 / max(1.0, rect.width())
        self.metres_per_pixel = max(wide / max(1.0, rect.width()), high / max(1.0, rect.height()), least)

    def _metres(self, at: tuple[float, float]) -> tuple[float, float]:
        degree = math.radians(1) * 6_371_008.8  # mean radius of the Earth, as in core.positions
        return (
            (at[1] - self._middle[1]) * degree * math.cos(math.radians(self._middle[0])),
            (at[0] - self._middle[0]) * degree,
        )

    def __call__(self, at: tuple[float, float]) -> QPointF:
        x, y = self._metres(at)
        return self._rect.center() + QPointF(x / self.metres_per_pixel, -y / self.metres_per_pixel)


def nearest(
    others: Sequence[tuple[str, tuple[float, float]]], here: tuple[float, float] | None
) -> list[tuple[str, float]]:
    """Return (name, metres) of the others, the nearest first; empty when the place has no position."""
    if here is None:
        return []
    return sorted(((name, rounds.distance_m(here, at)) for name, at in others), key=lambda pair: pair[1])


def short(name: str) -> str:
    """Return the end of a long name: "Mont-Bernanchon_mare_01" is "mare 01" beside its dot."""
    words = name.replace("_", " ").split()
    return " ".join(words[-2:]) if len(name) > 14 else name


def _round_length(metres: float) -> int:
    """Return the greatest 1, 2 or 5 times a power of ten that is not longer."""
    power = 10 ** max(0, math.floor(math.log10(max(metres, 1))))
    return next(int(step * power) for step in (5, 2, 1) if step * power <= max(metres, 1))

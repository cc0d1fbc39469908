"""Icons: the drawings of `resources/icons`, in the colours of the theme in use."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

from fieldapp.core import paths
from fieldapp.ui import theme


def icon(name: str, role: str = "text") -> QIcon:
    """Return the icon of this meaning; it follows the theme. FileNotFoundError when there is no such drawing."""
    _source(name)
    return QIcon(_Engine(name, role))


def pixmap(name: str, role: str = "text", size: int | None = None, ratio: float = 1.0) -> QPixmap:
    """Return the drawing as a square picture of `size` logical pixels (an icon beside text when not given)."""
    return _rendered(name, theme.colour(role).name(), size or theme.icon_px(), ratio)


def paint(painter: QPainter, name: str, role: str, rect: QRectF) -> None:
    """Draw the icon in the middle of the rectangle, as large as its shorter side."""
    side = round(min(rect.width(), rect.height()))
    picture = pixmap(name, role, side, painter.device().devicePixelRatio())
    painter.drawPixmap(QPointF(rect.center().x() - side / 2, rect.center().y() - side / 2), picture)


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return (paths.resource("icons") / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _rendered(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer  # not before the first icon is really drawn

    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


class _Engine(QIconEngine):
    """Draws an icon in the colour that its token has at that moment."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._role)

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:
        role = "disabled" if mode == QIcon.Mode.Disabled else self._role
        paint(painter, self._name, role, QRectF(rect))  # type: ignore[call-overload]

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        role = "disabled" if mode == QIcon.Mode.Disabled else self._role
        return pixmap(self._name, role, round(min(size.width(), size.height()) / scale) or 1, scale)

"""One photo, as large as there is room: closer, further, turned and moved for the eye only, never in the file."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QFrame, QWidget

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import _
from fieldapp.ui import errors, icons, theme
from fieldapp.ui.background import Background, Latest
from fieldapp.ui.barrier import shades
from fieldapp.ui.services import Services

CLOSEST = 8.0
"""How much closer than the whole picture one may look: at eight times the pixels of any camera are seen."""

STEP = 1.25

USUAL_SIDE, CLOSE_SIDE = 1536, 3072
"""Pixels of the copy shown whole, and of the one shown from twice as close on."""


class PhotoPane(QFrame):
    """Shows one photo; `stepped(closer)` says that the wheel asks for another distance."""

    stepped = Signal(bool)

    def __init__(
        self, services: Services, background: Background, *, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._services = services
        self._reading = Latest(background)
        self._sha256 = ""
        self._side = 0
        self._image = QImage()
        self._picture = QPixmap()
        self._waiting = False
        self._missing = ""
        self._true_colours = False
        self._empty = _("Pas de photo")
        self.zoom, self.turned, self.shift = 1.0, 0, QPointF()
        self._grabbed: QPointF | None = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        theme.on_change().changed.connect(self._dress)

    @property
    def sha256(self) -> str:
        """The photo shown, "" for none."""
        return self._sha256

    def show_photo(self, sha256: str, words: str = "", *, empty: str = "") -> None:
        """Show a photo, whole and as the camera was held; `words` is what it is called, `empty` stands for none."""
        self._empty = empty or _("Pas de photo")
        self.setAccessibleName(words or self._empty)
        if sha256 == self._sha256 and not self._missing:
            self.update()
            return
        self._sha256, self._side, self._image = sha256, 0, QImage()
        self.turned, self.shift = 0, QPointF()
        self._waiting, self._missing = bool(sha256), ""
        self._reading.drop()
        self._dress()
        self._load()

    def set_zoom(self, zoom: float) -> None:
        """Look from this distance: 1 is the whole picture."""
        self.zoom = min(CLOSEST, max(1.0, zoom))
        if self.zoom == 1.0:
            self.shift = QPointF()
        self._move(QPointF())
        self._load()

    def turn(self) -> None:
        """Turn the view by a quarter to the right."""
        self.turned = (self.turned + 90) % 360
        self._move(QPointF())

    def move_by(self, right: float, down: float) -> None:
        """Look further to the right and down, in shares of the pane."""
        self._move(QPointF(-right * self.width(), -down * self.height()))

    def set_true_colours(self, on: bool) -> None:
        """Show the colours of the camera in the red night too."""
        self._true_colours = on
        self._dress()

    def is_red(self) -> bool:
        """Return whether the colours shown are those of the red night."""
        return theme.current().name == "nuit-rouge" and not self._true_colours

    # -------------------------------------------------------------------------------------------- loading

    def _load(self) -> None:
        side = CLOSE_SIDE if self.zoom >= 2 else USUAL_SIDE
        if not self._sha256 or side <= self._side:
            return
        self._side = side
        sha256 = self._sha256

        def come(image: QImage) -> None:
            self._show(image, shades.missing_words(self._services.path, sha256) if image.isNull() else "")

        self._reading.run(shades.read, self._services.path, sha256, side, done=come, failed=self._fail)

    def _show(self, image: QImage, missing: str) -> None:
        """Show what has come; `missing` says why nothing has. What is shown already stays when no closer copy comes."""
        self._waiting = False
        if not image.isNull() or self._image.isNull():
            self._image, self._missing = image, missing
        self._dress()

    def _fail(self, error: BaseException) -> None:
        """Say in place of the photo why it can't be shown; it is asked for again when it is next shown."""
        self._side = 0
        if isinstance(error, CancelledError):
            self._waiting = False
            return
        known = isinstance(error, FieldappError)
        self._show(QImage(), str(error) if known else _("Cette photo ne s’affiche pas : ouvrez-la de nouveau."))
        if not known:
            errors.show(error)

    def _dress(self) -> None:
        self._picture = shades.dressed(self._image, true_colours=self._true_colours)
        self.update()

    # -------------------------------------------------------------------------------------------- painting

    def words(self) -> str:
        """Return what stands in place of the photo: that it comes, or why there is none; "" once it is there."""
        if not self._picture.isNull():
            return ""
        if self._waiting:
            return _("Chargement…")
        return self._missing if self._sha256 else self._empty

    def sizeHint(self) -> QSize:
        """Return a middling size; the layout gives more."""
        return QSize(theme.text_px() * 16, theme.text_px() * 12)

    def _frame(self) -> QRectF:
        return QRectF(self.rect()).adjusted(1, 1, -1, -1)

    def _scale(self) -> float:
        """Return how many screen pixels a pixel of the copy takes."""
        size = QSize(self._picture.height(), self._picture.width()) if self.turned % 180 else self._picture.size()
        if size.isEmpty():
            return 1.0
        frame = self._frame()
        return min(frame.width() / size.width(), frame.height() / size.height()) * self.zoom

    def _move(self, by: QPointF) -> None:
        """Move the picture, never past its edges."""
        scale, size = self._scale(), self._picture.size()
        wide, high = (size.height(), size.width()) if self.turned % 180 else (size.width(), size.height())
        across = max(0.0, (wide * scale - self.width()) / 2)
        down = max(0.0, (high * scale - self.height()) / 2)
        at = self.shift + by
        self.shift = QPointF(min(across, max(-across, at.x())), min(down, max(-down, at.y())))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the picture, or in words why there is none."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self._frame()
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        if self._picture.isNull():
            self._paint_words(painter, frame)
            return
        painter.setClipRect(frame)
        painter.translate(frame.center() + self.shift)
        painter.rotate(self.turned)
        scale = self._scale()
        painter.scale(scale, scale)
        size = self._picture.size()
        painter.drawPixmap(QPointF(-size.width() / 2, -size.height() / 2), self._picture)

    def _paint_words(self, painter: QPainter, frame: QRectF) -> None:
        words = self.words()
        side = theme.icon_px() * 2
        icons.paint(
            painter, "photo", "secondary", QRectF(frame.center().x() - side / 2, frame.center().y() - side, side, side)
        )
        painter.setFont(theme.font())
        painter.setPen(theme.colour("secondary"))
        below = frame.adjusted(theme.M, frame.height() / 2 + theme.S, -theme.M, 0)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, words)

    # -------------------------------------------------------------------------------------------- the mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ask for another distance."""
        self.stepped.emit(event.angleDelta().y() > 0)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        self._grabbed = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture along."""
        if self._grabbed is not None:
            self._move(event.position() - self._grabbed)
            self._grabbed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the picture."""
        self._grabbed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

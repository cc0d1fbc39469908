"""The part of a morning that scrolls: the tiles, and what is asked among them. The keys stay below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from fieldapp.ui import theme


class TilesScroll(QScrollArea):
    """Wants the height of what it holds and no more, so that what follows stands right below it."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        """Return the size of all that it holds."""
        return self._content.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the height of a line of words."""
        return QSize(0, theme.target())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when what it holds changed."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

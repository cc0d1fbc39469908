"""Quiet sentences over the header: what was just done, what can be taken back. They go by themselves.

Over the header and not over the foot, so that neither a field nor the next step is ever covered.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from fieldapp.ui import theme
from fieldapp.ui.widgets import Banner

SHOWN_MS = 8000
"""How long a notice stays: time enough to read a sentence of fifteen words twice.

Errors stay until they are closed; every notice goes when its page is left.
"""


class Notices(QObject):
    """Shows one notice at a time at the top right of its host; a new one takes the place of the last."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.banner = Banner("done", "", closable=True, name="notice", parent=host)
        self.banner.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.banner.hide)
        self._is_new = QTimer(self)
        self._is_new.setSingleShot(True)
        host.installEventFilter(self)

    def say(
        self,
        text: str,
        kind: str = "done",
        *,
        action: str = "",
        key: str = "",
        on: Callable[[], object] | None = None,
        live: bool = True,
    ) -> None:
        """Show the sentence, with an action and its key when there is one (`live` false: the key is the window's)."""

        def act() -> None:
            self.banner.hide()
            if on is not None:
                on()

        self.banner.set(kind, text, action=action, key=key, on=act, live=live)
        self._place()
        self.banner.show()
        self.banner.raise_()
        self._is_new.start(0)
        self._timer.stop()
        if kind != "error":
            self._timer.start(SHOWN_MS)

    def take_escape(self) -> bool:
        """Take the notice away; return whether that was the step back, not one on the page.

        It is for an error, which stays, and for a notice that offers something. Plain words go with the step.
        """
        waits = self.banner.isVisible() and (self.banner.kind == "error" or not self.banner.button.isHidden())
        self.hide()
        return waits

    def leave(self) -> None:
        """Take the notice away with its page; one that was said in the same step goes along to the next page."""
        if self.banner.kind == "error" or not self._is_new.isActive():
            self.hide()

    def hide(self) -> None:
        """Take the notice away."""
        self._timer.stop()
        self.banner.hide()

    def _place(self) -> None:
        room = self._host.width() - 2 * theme.XL
        width = min(room, self.banner.width_in_one_line(), max(room * 3 // 5, 480))
        self.banner.setFixedWidth(width)
        layout = self.banner.layout()
        height = layout.totalHeightForWidth(width) if layout is not None else 0
        self.banner.setFixedHeight(max(height, theme.target()))
        self.banner.move(self._host.width() - width - theme.XL, theme.L + 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the host changes its size."""
        if event.type() == QEvent.Type.Resize and self.banner.isVisible():
            self._place()
        return False

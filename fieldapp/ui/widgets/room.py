"""Room on the page: whether the letters are very large, and what gives way while a question stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from fieldapp.ui import theme

LARGE_PX = 19
"""Height of the text above which some things want a row of their own at 1366 pixels: "très grand"."""

_COMES_OR_GOES = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.Show, QEvent.Type.Hide)


def is_large() -> bool:
    """Return whether the letters are so large that some things want a row of their own."""
    return theme.text_px() > LARGE_PX


def is_grown() -> bool:
    """Return whether the letters are larger than normal: what just fits in one row may need two."""
    return theme.current().scale > 1.0


class GiveWay(QObject):
    """Puts `others` away while one of `askers` is shown: one question, one next step, and room for it.

    Nothing is put away while `is_wanted` says no. A cursor that stood in them goes to `rest`.
    """

    def __init__(
        self,
        askers: Sequence[QWidget],
        others: Sequence[QWidget],
        rest: QWidget,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(rest)
        self._askers, self._others, self._rest, self._is_wanted = tuple(askers), tuple(others), rest, is_wanted
        for asker in self._askers:
            asker.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again when one of the askers comes or goes."""
        if event.type() in _COMES_OR_GOES:
            self._look()
        return False

    def _look(self) -> None:
        is_asked = self._is_wanted() and not all(asker.isHidden() for asker in self._askers)
        cursor = QApplication.focusWidget()
        if is_asked and cursor is not None and any(one.isAncestorOf(cursor) for one in self._others):
            self._rest.setFocus()
        for one in self._others:
            one.setVisible(not is_asked)

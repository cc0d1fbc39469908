"""The page of a morning that can't be typed yet: what is missing, and the one key that makes it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QBoxLayout, QWidget

from fieldapp.ui.barrier.board_lacking import Lacking
from fieldapp.ui.widgets import ActionButton, EmptyState


class NothingYet:
    """Stands in the place of `whole` while something is missing."""

    def __init__(self, page: QWidget, outer: QBoxLayout, whole: QWidget) -> None:
        self._page, self._outer, self._whole = page, outer, whole
        self._shown: EmptyState | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the morning can't be typed."""
        return self._shown is not None

    def show(self, missing: Lacking, make: Callable[[], object]) -> None:
        """Show what is missing; its button, or Enter, does `make`."""
        self.drop()
        button = ActionButton(missing.button, key="Return", primary=True, name="morning.make", on=make)
        self._shown = EmptyState(
            missing.icon, missing.title, missing.sentence, button, name="morning.nothing", parent=self._page
        )
        self._outer.addWidget(self._shown)
        self._whole.hide()
        self._shown.show()
        button.setFocus()

    def drop(self) -> None:
        """Show the morning again."""
        if self._shown is not None:
            self._shown.hide()
            self._shown.deleteLater()
            self._shown = None
        self._whole.show()

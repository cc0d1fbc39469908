"""The bucket board made ready in idle moments after the start: on a campaign's morning it is the next thing opened."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QObject, QTimer

AFTER_MS = 600
"""So long after the start page is shown: it is painted by then, and nobody has read it yet."""

PAGE = "morning"

_MODULES = (
    "fieldapp.protocols.pitfall_barrier.rules",
    "fieldapp.protocols.pitfall_barrier.board_records",
    "fieldapp.ui.forms.links",
    "fieldapp.ui.barrier.board_panel",
    "fieldapp.ui.barrier.board",
    "fieldapp.ui.barrier.board_body",
    "fieldapp.ui.barrier.board_head",
    "fieldapp.ui.barrier.board_session",
    "fieldapp.ui.barrier.morning",
)
"""What the page of a morning loads, the innermost first: a few milliseconds each."""


class BoardAhead(QObject):
    """Loads the modules of the board, one whenever nothing else is to be done, and builds its page at the end."""

    def __init__(self, prepare: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Iterator[Callable[[], object]] = iter(
            [*(partial(importlib.import_module, name) for name in _MODULES), partial(prepare, PAGE)]
        )
        self._begun = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)

    def begin(self) -> None:
        """Begin a little later; only the first call does."""
        if not self._begun:
            self._begun = True
            self._timer.start(AFTER_MS)

    def _step(self) -> None:
        step = next(self._steps, None)
        if step is None:
            self._timer.stop()
            return
        self._timer.setInterval(0)  # from now on: as soon as no key, paint or answer waits
        step()

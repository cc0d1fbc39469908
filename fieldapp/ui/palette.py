"""Ctrl+K, "aller à": a place, a ring, an individual, a day, a species, a page or an action by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.overlay import Overlay
from fieldapp.ui.page import Source
from fieldapp.ui.widgets import IconLabel, KeyHint, Suggestion, SuggestionList, text_label

__all__ = ["GoTo", "Source"]

_PER_SECTION = 5
_ROWS = 13


class GoTo(Overlay):
    """The overlay of Ctrl+K. `sources` is asked anew at each opening, since pages bring their own actions."""

    def __init__(self, host: QWidget, sources: Callable[[], Sequence[Source]]) -> None:
        super().__init__(host, width=44, high=True, name="goto")
        self._ask = sources
        self._sources: Sequence[Source] = ()
        self.line = QLineEdit(self.panel)
        self.line.setObjectName("goto.line")
        self.line.setProperty("role", "bare")
        self.line.setPlaceholderText(_("mare, barrière, bague, individu, date, espèce, page, action"))
        self.line.setAccessibleName(_("Aller à"))
        self.line.textChanged.connect(self._searched)
        self.line.installEventFilter(self)
        self.list = SuggestionList(self.panel, "goto.list")
        self.list.picked.connect(self._go)
        self._nothing = text_label(_("Rien de ce nom. Essayez un autre début de mot."), "secondary")
        foot = theme.row(1, KeyHint("Up"), KeyHint("Down"), text_label(_("choisir"), "small"), spacing=theme.XS)
        for key, words in (("Return", _("aller")), ("Esc", _("fermer"))):
            foot.addSpacing(theme.M)
            foot.addWidget(KeyHint(key))
            foot.addWidget(text_label(words, "small"))
        head = theme.row(IconLabel("search", "secondary"), self.line, spacing=theme.M)
        box = theme.column(head, spacing=theme.S)
        box.addWidget(_rule())
        box.addWidget(self.list)
        box.addWidget(self._nothing)
        box.addLayout(foot)
        box.setContentsMargins(theme.L, theme.M, theme.L, theme.M)
        self.panel.setLayout(box)

    def open(self) -> None:
        """Show the overlay, empty and ready."""
        self._sources = self._ask()
        self.line.clear()
        self._searched("")
        self.open_panel(self.line)

    def _searched(self, text: str) -> None:
        found: list[Suggestion] = []
        for number, source in enumerate(self._sources):
            rows = list(source.search(text.strip()))[:_PER_SECTION]
            found += [replace(item, key=(number, item), section=source.section) for item in rows]
        self.list.show_rows(found)
        self.list.setVisible(bool(found))
        self._nothing.setVisible(not found)
        self.list.setFixedHeight(self.list.full_height(_ROWS) if found else 0)
        self.place()

    def _go(self, item: Suggestion) -> None:
        number, original = item.key
        self.close_panel()
        self._sources[number].go(original)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Walk in the list while the cursor stays in the line."""
        line = getattr(self, "line", None)  # Qt still delivers events to what Python has let go of
        if watched is line and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 5, Qt.Key.Key_PageUp: -5}
            key = Qt.Key(event.key())
            if key in steps:
                self.list.step(steps[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                row = self.list.current()
                if row is not None:
                    self._go(row)
                return True
        return super().eventFilter(watched, event)


def _rule() -> QWidget:
    line = QFrame()
    line.setProperty("role", "line")
    return line

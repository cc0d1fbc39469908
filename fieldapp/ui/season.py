"""The choice of a season: one step back or forward by the arrow keys, and all seasons behind the newest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.page import Action
from fieldapp.ui.widgets import ActionButton, live_key, text_label


class SeasonStepper(QFrame):
    """Shows one year of those given; `changed` carries it, None for all seasons.

    Where all seasons may be shown (`with_all`) they are the step after the newest; the key T goes there and back.
    """

    changed = Signal(object)

    def __init__(self, *, with_all: bool = False, name: str = "season", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "field")
        self._with_all = with_all
        self._years: list[int] = []
        self._at = 0  # place in the years, newest first; -1 stands for all of them
        self._older = ActionButton("", "", "Left", role="quiet", name=f"{name}.older", on=self.older)
        self._newer = ActionButton("", "", "Right", role="quiet", name=f"{name}.newer", on=self.newer)
        self._older.setAccessibleName(_("saison d’avant"))
        self._newer.setAccessibleName(_("saison d’après"))
        self._label = text_label("", "strong", name=f"{name}.year")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setLayout(theme.row(self._older, self._label, self._newer, spacing=0))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for button in (self._older, self._newer):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if with_all:
            live_key(self, "T", self.all_or_newest)
        theme.on_change().changed.connect(self._show)

    def set_years(self, years: Sequence[int]) -> None:
        """Offer these years, newest first; the one that was shown stays when it is still there, else the newest."""
        before = self.year()
        self._years = list(years)
        if self._at >= 0:
            self._at = self._years.index(before) if before in self._years else 0
        self._show()

    def set_year(self, year: int | None) -> None:
        """Show this year (None: all of them) without saying so."""
        if year in self._years:
            self._at = self._years.index(year)
        elif year is None and self._with_all:
            self._at = -1
        self._show()

    def year(self) -> int | None:
        """Return the year shown, None for all seasons or when there is none."""
        return self._years[self._at] if 0 <= self._at < len(self._years) else None

    def older(self) -> None:
        """Go to the season before."""
        self._go(self._at + 1)

    def newer(self) -> None:
        """Go to the season after; behind the newest come all of them."""
        self._go(self._at - 1)

    def all_or_newest(self) -> None:
        """Go to all seasons, and from there back to the newest."""
        self._go(0 if self._at < 0 else -1)

    def keys(self) -> list[Action]:
        """Return the keys of the choice, for F1."""
        found = [
            Action("Left", _("saison d’avant"), self.older, "previous"),
            Action("Right", _("saison d’après"), self.newer, "next"),
        ]
        if self._with_all:
            found.append(Action("T", _("toutes les saisons"), self.all_or_newest, "clock"))
        return found

    def _can_go(self, at: int) -> bool:
        return bool(self._years) and (-1 if self._with_all else 0) <= at < len(self._years)

    def _go(self, at: int) -> None:
        if self._can_go(at) and at != self._at:
            self._at = at
            self._show()
            self.changed.emit(self.year())

    def _show(self) -> None:
        year = self.year()
        words = str(year) if year else (_("toutes") if self._years else "–")
        self._label.setText(words)
        widest = max(QFontMetrics(theme.font()).horizontalAdvance(text) for text in ("0000", _("toutes")))
        self._label.setMinimumWidth(widest + theme.M)
        self._older.setEnabled(self._can_go(self._at + 1))
        self._newer.setEnabled(self._can_go(self._at - 1))
        self.setAccessibleName(_("saison {year}").format(year=words))

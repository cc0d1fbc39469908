"""The choice of a season: one step back or forward by the arrow keys, or all seasons at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.page import Action
from fieldapp.ui.widgets import ActionButton, Chip, live_key, text_label


class SeasonStepper(QFrame):
    """Shows one year of those given; `changed` carries it, None for all seasons (key T, where that is allowed)."""

    changed = Signal(object)

    def __init__(self, *, with_all: bool = False, name: str = "season", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "field")
        self._years: list[int] = []
        self._at = 0
        self._is_all = False
        self._older = ActionButton("", "", "Left", role="quiet", name=f"{name}.older", on=self.older)
        self._newer = ActionButton("", "", "Right", role="quiet", name=f"{name}.newer", on=self.newer)
        self._older.setAccessibleName(_("saison d’avant"))
        self._newer.setAccessibleName(_("saison d’après"))
        self._label = text_label("", "strong", name=f"{name}.year")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = theme.row(self._older, self._label, self._newer, spacing=0)
        self._all: Chip | None = None
        if with_all:
            self._all = Chip(_("toutes"), key="T", name=f"{name}.all")
            self._all.clicked.connect(self._all_clicked)
            live_key(self, "T", self._all.click)
            box.addWidget(self._all)
            box.addSpacing(theme.XS)
        self.setLayout(box)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for button in (self._older, self._newer):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.on_change().changed.connect(self._show)

    def set_years(self, years: Sequence[int]) -> None:
        """Offer these years, newest first; the one that was shown stays when it is still there, else the newest."""
        before = self._years[self._at] if self._years else None
        self._years = list(years)
        self._at = self._years.index(before) if before in self._years else 0
        self._show()

    def set_year(self, year: int | None) -> None:
        """Show this year (None: all of them) without saying so."""
        self._is_all = year is None and self._all is not None
        if year in self._years:
            self._at = self._years.index(year)
        self._show()

    def year(self) -> int | None:
        """Return the year shown, None for all seasons or when there is none."""
        return None if self._is_all or not self._years else self._years[self._at]

    def older(self) -> None:
        """Go to the season before."""
        self._step(1)

    def newer(self) -> None:
        """Go to the season after."""
        self._step(-1)

    def keys(self) -> list[Action]:
        """Return the keys of the choice, for F1."""
        found = [
            Action("Left", _("saison d’avant"), self.older, "previous"),
            Action("Right", _("saison d’après"), self.newer, "next"),
        ]
        if self._all is not None:
            found.append(Action("T", _("toutes les saisons"), self._all.click, "clock"))
        return found

    def _step(self, by: int) -> None:
        at = min(max(self._at + (0 if self._is_all else by), 0), len(self._years) - 1)
        if not self._years or (at == self._at and not self._is_all):
            return
        self._at, self._is_all = at, False
        self._show()
        self.changed.emit(self.year())

    def _all_clicked(self) -> None:
        self._is_all = bool(self._all and self._all.isChecked())
        self._show()
        self.changed.emit(self.year())

    def _show(self) -> None:
        year = self.year()
        self._label.setText(str(year) if year else (_("toutes") if self._is_all and self._all is None else "–"))
        self._label.setMinimumWidth(QFontMetrics(theme.font()).horizontalAdvance("0000") + theme.L)
        self._older.setEnabled(self._is_all or self._at + 1 < len(self._years))
        self._newer.setEnabled(self._is_all or self._at > 0)
        self.setAccessibleName(_("saison {year}").format(year=year or _("toutes")))
        if self._all is not None:
            self._all.setChecked(self._is_all)
            self._all.setEnabled(bool(self._years))

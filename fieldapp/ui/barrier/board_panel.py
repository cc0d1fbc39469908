"""Beside the board: the species in hand this morning and this season, when it came in other years, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core import dates
from fieldapp.core.text import N_, _, ngettext
from fieldapp.ui import theme
from fieldapp.ui.barrier.board_season import SpeciesSeason
from fieldapp.ui.barrier.curve import SeasonCurve
from fieldapp.ui.barrier.words import days_words
from fieldapp.ui.widgets import Banner, Card, text_label
from fieldapp.ui.wording import number_words

EXPLAIN_KEY = "F11"

LACKS = {
    "few": N_("Cumul de la saison. Les parts en % viendront avec d’autres saisons complètes."),
    "hidden": N_("Cumul de la saison. Trop de matins non relevés pour des parts en %."),
}
"""Why a season is shown by its count, by `SpeciesSeason.lacks`."""


class MissingBanner(Banner):
    """The mornings of the campaign of which nobody said anything, and the key that walks to them."""

    def __init__(self, on: Callable[[], object], *, name: str) -> None:
        super().__init__("warning", "", name=name)
        self._walk = on
        self.button.setFocusPolicy(self.focusPolicy())
        self.hide()

    def show_days(self, days: Sequence[str]) -> None:
        """Say which mornings (ISO dates) wait for an explanation; nothing is shown when none does."""
        if days:
            words = ngettext("{n} matin sans relevé : {days}", "{n} matins sans relevé : {days}", len(days))
            self.set(
                "warning", words.format(n=len(days), days=days_words(days)), action=_("Expliquer"), key=EXPLAIN_KEY,
                on=self._walk, live=False,
            )  # fmt: skip
        self.setVisible(bool(days))


class SpeciesPanel(Card):
    """What is told of one species; figures of the seasons come later, from the background."""

    def __init__(self, explain: Callable[[], object]) -> None:
        super().__init__(" ", name="board.panel")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._wanted = 0
        self.morning, self.season = (text_label("0", "display", name=f"board.panel.{one}") for one in ("night", "year"))
        self._season_box = QWidget(self)
        self._season_box.setLayout(
            theme.column(text_label(_("saison, jusqu’à ce matin"), "small"), self.season, spacing=0)
        )
        figures = theme.row(
            theme.column(text_label(_("entrées ce matin"), "small"), self.morning, spacing=0), self._season_box, 1,
            spacing=theme.XL,
        )  # fmt: skip
        self.half = text_label("", wrap=True, name="board.panel.half")
        self.why = text_label("", "small", wrap=True, name="board.panel.why")
        self.curve = SeasonCurve(name="board.panel.curve")
        self.missing = MissingBanner(explain, name="board.missing")
        for item in (figures, self.half, self.why, self.curve):
            self.add(item)
        self.body.addStretch(1)
        self.add(self.missing)
        self._has_why = self._has_curve = False

    def show_species(
        self, name: str, morning: int, earlier: int, found: SpeciesSeason | None, year: int, *, loading: bool
    ) -> None:
        """Show a species ("": none is known): animals that came this morning, on those before, and its seasons."""
        self.set_title(name or _("Tous les animaux"))
        self.morning.setText(number_words(morning))
        self._season_box.setVisible(found is not None)
        self.season.setText(number_words(morning + earlier) if found is not None else "")
        self.half.setText(half_words(found) if found is not None else (_("lecture des saisons…") if loading else ""))
        self.half.setVisible(bool(self.half.text()))
        lacks = _(LACKS[found.lacks]) if found is not None and found.lacks else ""
        self.why.setText(lacks)
        self._has_why = bool(lacks)
        self._has_curve = found is not None and bool(found.front or found.behind or found.running)
        if found is not None and found.running:
            self.curve.show_counts(found.running, found.span, str(year))
        elif found is not None and self._has_curve:
            self.curve.show_curves(found.front, found.behind, str(year))
        self.fit()

    def fit(self) -> None:
        """Leave out what does not fit into the height: first why a date is missing, then the curve."""
        self.why.setVisible(self._has_why)
        self.curve.setVisible(self._has_curve)
        self.body.activate()
        wanted = self.body.totalHeightForWidth(self.width())
        if wanted != self._wanted:
            self._wanted = wanted
            self.updateGeometry()
        for one in (self.why, self.curve):
            if self._least() <= self.height():
                return
            one.hide()

    def hasHeightForWidth(self) -> bool:
        """Return False: it takes the height that there is."""
        return False

    def sizeHint(self) -> QSize:
        """Return the room for all that there is to tell."""
        return QSize(self.width(), self._wanted)

    def minimumSizeHint(self) -> QSize:
        """Return no height: what does not fit is left out."""
        return QSize(self.width(), 0)

    def _least(self) -> int:
        """Return the least height of all that is shown."""
        self.body.activate()
        return self.body.totalMinimumHeightForWidth(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what no longer fits."""
        super().resizeEvent(event)
        self.fit()


def half_words(found: SpeciesSeason) -> str:
    """Return "50 % atteints le 14 mars (médiane 2005–2025 : 19 mars)", or what of it is known."""
    several = found.first_year != found.last_year
    years = f"{found.first_year}–{found.last_year}" if several else str(found.first_year)
    reached = found.arrival.p50_on if found.arrival is not None else None
    if reached is None:
        if found.median_on is None:
            return ""
        words = _("50 % d’ordinaire le {day} (médiane {years})")
        return words.format(day=_day_month(found.median_on), years=years)
    if found.median_on is None:
        return _("50 % atteints le {day}").format(day=_day_month(reached))
    return _("50 % atteints le {day} (médiane {years} : {usual})").format(
        day=_day_month(reached), years=years, usual=_day_month(found.median_on)
    )


def _day_month(on: str) -> str:
    day = date.fromisoformat(on)
    return dates.day_and_month(day)

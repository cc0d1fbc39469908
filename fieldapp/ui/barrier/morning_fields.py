"""What is typed into above the board: the day of the morning, and a number of the weather."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QSizePolicy

from fieldapp.core import dates, parse
from fieldapp.core.text import _
from fieldapp.ui import rounds, theme
from fieldapp.ui.widgets import DateEdit, ParsedEdit

_WIDEST = "−10,0"
_EDGE = 6
"""The frame of a line and what it keeps free beside its text on both sides, in pixels."""
_LONG_DAY = date(2020, 2, 26)  # a Wednesday in February: long in French and in English
_RELATIVE = frozenset({"12-29", "12-30", "12-31", "01-01"})
"""The days that "avant-hier", "hier", "aujourd’hui" and "demain" are on the last day of a year."""
_ELSEWHERE = frozenset({Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason})


def read_day(text: str, today: date, last_on: str = "") -> str:
    """Return the ISO date of the morning that was typed; ValueError with a sentence where it can't be one.

    A morning to come is refused. Typed without a year it is not taken for one of last year where it is tomorrow, or
    lies in the campaign that ends on `last_on` (ISO, "" for none): the hand slipped, or is early.
    """
    ahead = _this_year(text, today)
    if ahead == _day_after(today):
        raise ValueError(_("Le {day} est demain.").format(day=dates.day_and_month(date.fromisoformat(ahead))))
    if today.isoformat() < ahead <= last_on:
        raise ValueError(
            _("Le {day} n’est pas encore venu. Pour une autre année, écrivez-la.").format(
                day=dates.day_and_month(date.fromisoformat(ahead))
            )
        )
    found = parse.parse_date(text, today)
    if found > today.isoformat():  # tomorrow, with its year or in a word
        raise ValueError(_("Le {day} est demain.").format(day=dates.day_and_month(date.fromisoformat(found))))
    return found


def _day_after(day: date) -> str:
    """Return the ISO date of the day after."""
    return date.fromordinal(day.toordinal() + 1).isoformat()


def _this_year(text: str, today: date) -> str:
    """Return the day typed without a year as one of this year, "" where a year or "hier" was typed, or no day."""
    found, later = (_on_last_day(text, today.year + more) for more in (0, 1))
    if not found or found == later or found[5:] in _RELATIVE:
        return ""
    is_yearless = not later or later[5:] == found[5:]  # "mardi 19 mars" is no day of the year after
    return found if is_yearless else ""


def _on_last_day(text: str, year: int) -> str:
    """Return the day that was typed on the last day of a year, "" where it is none."""
    try:
        return parse.parse_date(text, date(year, 12, 31))
    except ValueError:
        return ""


def day_words(on: str) -> str:
    """Return "lundi 18 mars", with the year where it is not this one."""
    day = date.fromisoformat(on)
    return dates.in_words(day, with_year=day.year != rounds.today().year)


class DayEdit(DateEdit):
    """The day of the morning. Left with a day that can't be, it shows the one of the board again.

    `last_on` returns the last day of the campaign that is shown (see `read_day`).
    """

    def __init__(self, last_on: Callable[[], str]) -> None:
        super().__init__(lambda text: read_day(text, rounds.today(), last_on()), day_words, name="morning.day")
        self.setAccessibleName(_("matin du"))

    def set_value(self, value: object) -> None:
        """Show a day; the field is as wide as its words need."""
        super().set_value(value)
        self.updateGeometry()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the day of the board again where another can't be read; not while another window is looked at."""
        super().focusOutEvent(event)
        if event.reason() not in _ELSEWHERE and not self.commit():
            self.set_value(self.value())

    def sizeHint(self) -> QSize:
        """Return the room for a long day of this year, and for the day that is shown."""
        hint = super().sizeHint()
        words = {dates.in_words(_LONG_DAY), self._show(self.value()) if self.value() else ""}
        metrics = QFontMetrics(theme.font())
        hint.setWidth(max(metrics.horizontalAdvance(one) for one in words) + 2 * theme.M + _EDGE)
        return hint


class NumberEdit(ParsedEdit):
    """A number of the weather: comma or point; Enter goes on (`entered`)."""

    entered = Signal()

    def __init__(self, name: str, label: str) -> None:
        super().__init__(_read_number, parse.show_number, example=_WIDEST, name=name)
        self.setAccessibleName(label)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Read the number on Enter and go on."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.commit():
                self.entered.emit()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return the room for four figures and a sign."""
        hint = super().sizeHint()
        hint.setWidth(QFontMetrics(theme.font()).horizontalAdvance(_WIDEST) + 2 * theme.S + theme.XS)
        return hint


def _read_number(text: str) -> float:
    """Return the number, or raise ValueError with an example of the weather."""
    try:
        return parse.parse_number(text)
    except ValueError as error:
        words = _("« {text} » n’est pas un nombre : écrivez par exemple {example}.")
        raise ValueError(words.format(text=text, example=parse.show_number(6.2))) from error

"""What is to be said about the line, in words below it: the strongest first, never a dialog."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core.schema import Severity
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding import rules
from fieldapp.ui import theme
from fieldapp.ui.banding.capture_entry import takes_over
from fieldapp.ui.forms.waiting import Finding
from fieldapp.ui.widgets import Banner

SHOWN, SHOWN_LARGE = 3, 2
"""Sentences that are shown at once, also in large text; more are not read with a bird in the hand (a choice)."""

TAKE_OVER_KEY = "F2"

LARGE = 1.4
"""The factor of the text from which it is large."""


def kind(finding: Finding) -> str:
    """Return how loudly a finding is said: "error" for what blocks and the strongest alerts, "warning", "info"."""
    problem = finding.problem
    if problem.severity in (Severity.BLOCKING, Severity.INCOMPLETE) or problem.code in rules.STRONG:
        return "error"
    return "warning" if problem.severity is Severity.WARNING else "info"


class Alerts(QWidget):
    """A few sentences. `taken`: what was noted before is to be taken over.

    One that was told (a key refused, a cell that can't be read) stands before the others.
    """

    taken = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("capture.alerts")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._banners = [Banner("info", "", name=f"capture.alert.{number}", parent=self) for number in range(SHOWN)]
        self._told = ("", "")
        self._found: tuple[Finding, ...] = ()
        self._to_confirm = False
        self.setLayout(theme.column(*self._banners, spacing=theme.XS))
        self._show()

    def tell(self, words: str, role: str) -> None:
        """Say something of the moment; "" takes it away."""
        if (words, role) != self._told:
            self._told = words, role
            self._show()

    def show_findings(self, found: Sequence[Finding], *, to_confirm: bool = False) -> None:
        """Say what is to be said about the line; `to_confirm`: a key stores it all the same."""
        if (tuple(found), to_confirm) != (self._found, self._to_confirm):
            self._found, self._to_confirm = tuple(found), to_confirm
            self._show()

    def sentences(self) -> list[str]:
        """Return what is shown, the most important first."""
        return [banner.text() for banner in self._banners if not banner.isHidden()]

    def _show(self) -> None:
        said: dict[tuple[str, str], bool] = {}
        if self._told[0]:
            said["error" if self._told[1] == "error" else "info", self._told[0]] = False
        said |= {(kind(item), item.words): takes_over(item.problem) for item in self._found}
        most = SHOWN_LARGE if theme.current().scale >= LARGE else SHOWN
        more = len(said) - most
        shown = list(said.items())[:most]
        for number, banner in enumerate(self._banners):
            banner.setVisible(number < len(shown))
            if number < len(shown):
                (how, words), takes = shown[number]
                banner.set(
                    how,
                    words,
                    aside=self._aside(number, more if number == most - 1 else 0),
                    action=_("reprendre") if takes else "",
                    key=TAKE_OVER_KEY,
                    on=self.taken.emit,
                    live=False,
                )
        self.setVisible(bool(said))

    def _aside(self, number: int, more: int) -> str:
        if number == 0 and self._to_confirm and not self._told[0]:
            if any(item.problem.code in rules.STRONG for item in self._found):
                return _("Ctrl Entrée : c’est bien cela")
            return _("Entrée : enregistrer quand même")
        if more > 0:
            return ngettext("et {n} autre", "et {n} autres", more).format(n=more)
        return ""

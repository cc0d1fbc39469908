"""What is said about the capture line: under it, beside the bird, at the cells, of the strings, and by a sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QApplication

from fieldapp.core.schema import Severity
from fieldapp.core.text import _
from fieldapp.protocols.banding import rules
from fieldapp.protocols.banding.life import Life
from fieldapp.ui import theme
from fieldapp.ui.banding.capture_alerts import Alerts, kind
from fieldapp.ui.banding.capture_line import CaptureLine
from fieldapp.ui.banding.capture_session import CaptureSession
from fieldapp.ui.banding.life_panel import LifePanel
from fieldapp.ui.banding.life_words import NOWHERE, Where
from fieldapp.ui.forms.waiting import Finding
from fieldapp.ui.widgets import Banner

NARROW = 55
"""Width of the page in letters' heights below which all that is to be said stands under the line."""

_LOUD = {Severity.BLOCKING: "error", Severity.INCOMPLETE: "error", Severity.WARNING: "warning"}


class Said:
    """The places where something is said of the line, and what was said last. `on_string`: the key F3."""

    def __init__(self, line: CaptureLine, on_string: Callable[[], object]) -> None:
        self.line, self._on_string = line, on_string
        self.alerts, self.life = Alerts(), LifePanel()
        self.string = Banner("info", "", name="capture.no_string")
        self.where: Where = NOWHERE
        self.has_sound = False
        self._sounded: frozenset[str] = frozenset()
        self._last: tuple[CaptureSession, tuple[Finding, ...], Life | None, bool] | None = None

    def begin(self) -> None:
        """Begin with another line: nothing was said of it yet."""
        self._sounded = frozenset()
        self._last = None
        self.alerts.tell("", "")

    def say(self, session: CaptureSession, width: int) -> None:
        """Say what is to be said about the line as it stands, on a page of this width."""
        found = session.findings() if session.is_begun(session.line) or session.is_editing else []
        self.tell(session, found, width)

    def tell(self, session: CaptureSession, found: Sequence[Finding], width: int, *, to_confirm: bool = False) -> None:
        """Say these findings: the strongest under the line, the rest beside the bird; mark the cells."""
        self._last = session, tuple(found), session.life, to_confirm
        self.again(width)
        self._show_string(session, is_in_the_way=any(item.words == session.no_offer for item in found))
        codes = frozenset(item.problem.code for item in found if item.problem.code in rules.STRONG)
        if self.has_sound and codes - self._sounded:
            QApplication.beep()
        self._sounded = codes

    def again(self, width: int) -> None:
        """Say the same in another theme or text size; reads no record."""
        if self._last is None:
            return
        session, found, life, to_confirm = self._last
        is_alone = life is None or width < theme.text_px() * NARROW
        other = [item for item in found if item.words != session.no_offer]  # that stands there with its key
        strong = [item for item in other if is_alone or to_confirm or kind(item) == "error"]
        self.alerts.show_findings(strong, to_confirm=to_confirm)
        self._show_life(session, life, [item for item in other if item not in strong])
        self.line.mark_only(
            {
                item.problem.field: _LOUD[item.problem.severity]
                for item in reversed(found)
                if item.problem.severity in _LOUD
            }
        )

    def _show_life(self, session: CaptureSession, life: Life | None, quiet: Sequence[Finding]) -> None:
        """Show the bird beside the line, with what is to be said more quietly than under the line."""
        if life is None:
            self.life.clear()
            return
        words = _("correction de la ligne {n}") if session.is_editing else _("L’oiseau de la ligne {n}")
        self.life.set_caption(words.format(n=session.number))
        self.life.show_life(
            life,
            session.line.values,
            [item.problem for item in quiet],
            session.on,
            usual=session.desk.usual,
            where=self.where,
        )

    def _show_string(self, session: CaptureSession, *, is_in_the_way: bool) -> None:
        """Say that no ring can be offered, and the key that helps; `is_in_the_way`: the line can't be stored so."""
        nothing_open = not session.open_strings()
        self.string.setVisible(nothing_open or bool(session.no_offer))
        if self.string.isHidden():
            return
        waiting = session.to_open()
        self.string.set(
            "error" if is_in_the_way else "warning" if session.no_offer else "info",
            session.no_offer or _("Aucune série de bagues n’est ouverte : ouvrez-en une, ou notez celle reçue."),
            action=_("Ouvrir la série") if waiting is not None else _("Stock de bagues"),
            key="F3",
            on=self._on_string,
            live=False,
        )

"""The head of the capture page: theme, day, round, effort (locked) and the running totals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core import dates, parse
from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext, together
from fieldapp.protocols.banding.desk import Totals
from fieldapp.ui import theme
from fieldapp.ui.banding.capture_session import CaptureSession
from fieldapp.ui.widgets import ActionButton, Elided, KeyHint, StateBadge, live_key, text_label

_ROOMY = 55
"""Width of the head in letters' heights from which the day is written out beside the theme."""

ROUND_KEY, BEFORE_KEY, SESSION_KEY = "F5", "Shift+F5", "F6"


class CaptureHead(QWidget):
    """One row. `on_now`, `on_step(steps)` and `on_session` are what its keys do."""

    def __init__(
        self,
        on_now: Callable[[], object],
        on_step: Callable[[int], object],
        on_session: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("capture.head")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.theme = StateBadge("good", "", name="capture.theme")
        self.day = text_label("", name="capture.day")
        self.closed = StateBadge("done", _("close"), name="capture.closed")
        self.round = ActionButton("", "clock", ROUND_KEY, name="capture.round", on=on_now)
        self.effort = Elided("secondary", name="capture.effort")
        self._effort_key = KeyHint(SESSION_KEY)
        self.ringed = StateBadge("neutral", "", name="capture.ringed")
        self.controls = StateBadge("info", "", name="capture.controls")
        self.foreign = StateBadge("info", "", name="capture.foreign")
        self.species = StateBadge("neutral", "", name="capture.species_count")
        row = theme.row(
            self.theme, self.day, self.closed, self.round, self.effort, self._effort_key, 1,
            self.ringed, self.controls, self.foreign, self.species, spacing=theme.S,
        )  # fmt: skip

        self.setLayout(row)
        live_key(self, BEFORE_KEY, lambda: on_step(-1))
        live_key(self, "Ctrl+Up", lambda: on_step(-1))
        live_key(self, "Ctrl+Down", lambda: on_step(1))
        live_key(self, SESSION_KEY, on_session)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the day where it is narrow: the title of the page says it."""
        super().resizeEvent(event)
        self.day.setVisible(self.width() >= theme.text_px() * _ROOMY)

    def show_session(self, session: CaptureSession) -> None:
        """Show the session's constants and its round."""
        values = session.session.record.data
        self.theme.set_state("good", str(values.get("theme", "")))
        self.theme.setVisible(bool(values.get("theme")))
        self.day.setText(parse.show_date(session.on) if session.on else _("sans date"))
        self.closed.setVisible(values.get("closed") is True)
        self.effort.set_words(together(effort_words(values)))
        self.show_round(session.hour)
        self.show_totals(session.desk.totals())

    def show_round(self, hour: str) -> None:
        """Show the round whose hour the next lines get."""
        self.round.set_text(_("Tournée {hour}").format(hour=hour) if hour else _("Tournée"))

    def show_totals(self, totals: Totals) -> None:
        """Show the running totals."""
        counts = (
            (self.ringed, ngettext("{n} bagué", "{n} bagués", totals.ringed), totals.ringed),
            (self.controls, ngettext("{n} contrôle", "{n} contrôles", totals.controls), totals.controls),
            (self.foreign, ngettext("{n} étranger", "{n} étrangers", totals.foreign), totals.foreign),
            (self.species, ngettext("{n} espèce", "{n} espèces", totals.species), totals.species),
        )
        for badge, words, count in counts:
            badge.set_state("info" if badge in (self.controls, self.foreign) else "neutral", words.format(n=count))
        self.foreign.setVisible(totals.foreign > 0)


class KeysRow(QWidget):
    """Keys with their words in one row; what there is no room for is left out, the last first (F1 has them all)."""

    def __init__(self, keys: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._items: list[QWidget] = []
        self._keys: tuple[tuple[str, str], ...] = ()
        self.set_keys(keys)

    def set_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show other keys."""
        if tuple(keys) == self._keys:
            return
        self._keys = tuple(keys)
        for old in self._items:
            old.hide()
            old.deleteLater()
        self._items = []
        for key, words in keys:
            item = QWidget(self)
            item.setLayout(theme.row(KeyHint(key), text_label(words, "small"), spacing=theme.XS))
            self._items.append(item)
        self._place()

    def sizeHint(self) -> QSize:
        """Return the height of a row; its width is whatever there is."""
        return QSize(0, max(item.sizeHint().height() for item in self._items) + theme.XS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the items side by side as far as they go."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        left = theme.S
        for item in self._items:
            size = item.sizeHint()
            item.setVisible(left + size.width() <= self.width())
            item.setGeometry(left, 0, size.width(), size.height())
            left += size.width() + theme.M


def effort_words(values: Values) -> str:
    """Return "20 filets, 240 m · ouverts 06:10"; what is not noted is left out."""
    nets, metres = len(values.get("open_nets", ())), values.get("net_m")
    said = [
        ngettext("{n} filet", "{n} filets", nets).format(n=nets) if nets else "",
        _("{metres} m").format(metres=parse.show_number(metres)) if metres is not None else "",
    ]
    opened = values.get("opened_at")
    effort = ", ".join(filter(None, said))
    return " · ".join(filter(None, (effort, _("ouverts {hour}").format(hour=opened) if opened else "")))


def title_words(session: CaptureSession) -> str:
    """Return "Séance du 12 septembre"."""
    if not session.on:
        return _("Séance sans date")
    day = date.fromisoformat(session.on)
    return _("Séance du {day} {month}").format(day=dates.day_number(day.day), month=dates.month_name(day.month))

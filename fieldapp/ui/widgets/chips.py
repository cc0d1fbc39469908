"""A row of chips: one or several of a short list, by arrow keys, space bar, letter or mouse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from fieldapp.core.text import fold
from fieldapp.ui import theme
from fieldapp.ui.widgets.buttons import Chip
from fieldapp.ui.widgets.flow import FlowLayout
from fieldapp.ui.widgets.keyhint import digit_of

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class ChipRow(QFrame):
    """Chips for `choices`, each (code, label) or (code, label, quick key); `changed` carries the codes chosen.

    Codes come back in the order of the list. With `multiple` false at most one is on, and pressing it again turns it
    off unless `required`. Without quick keys the first letter of a label goes to the chip and toggles it.
    `keeps_arrows`: the arrows walk in it while the cursor is there, whatever else they do on the page.
    """

    changed = Signal(list)

    def __init__(
        self,
        choices: Sequence[tuple[str, ...]],
        *,
        multiple: bool = True,
        required: bool = False,
        framed: bool = True,
        keeps_arrows: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._multiple = multiple
        self._required = required
        self._keeps_arrows = keeps_arrows
        self.setObjectName(name)
        if framed:
            self.setProperty("role", "field")
        self._flow = FlowLayout(self)
        if framed:
            self._flow.setContentsMargins(theme.S, 2, theme.S, 2)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._chips: dict[str, Chip] = {}
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[tuple[str, ...]]) -> None:
        """Replace the chips; codes that stay keep their state."""
        kept = set(self.value())
        for chip in self._chips.values():
            self._flow.removeWidget(chip)
            chip.deleteLater()
        self._chips.clear()
        for code, label, *key in choices:
            chip = Chip(label, code in kept, key=key[0] if key else "", name=f"{self.objectName()}.{code}", parent=self)
            chip.clicked.connect(lambda _on=False, code=code: self._clicked(code))
            self._flow.addWidget(chip)
            self._chips[code] = chip
        self._one_tab_stop()

    def chip(self, code: str) -> Chip:
        """Return the chip of this code."""
        return self._chips[code]

    def value(self) -> list[str]:
        """Return the codes that are on, in the order of the list."""
        return [code for code, chip in self._chips.items() if chip.isChecked()]

    def set_value(self, codes: Iterable[str]) -> None:
        """Turn on exactly these codes; says nothing."""
        wanted = set(codes)
        for code, chip in self._chips.items():
            chip.setChecked(code in wanted)
        self._one_tab_stop()

    def toggle(self, code: str) -> None:
        """Press the chip of this code."""
        self._chips[code].click()

    def _clicked(self, code: str) -> None:
        chip = self._chips[code]
        if not self._multiple:
            if self._required and not chip.isChecked():
                chip.setChecked(True)
            for other, chip in self._chips.items():
                if other != code:
                    chip.setChecked(False)
        self._one_tab_stop(code)
        self.changed.emit(self.value())

    def _one_tab_stop(self, code: str = "") -> None:
        """Let Tab stop once in the row: at the chip used last, else at the first that is on, else at the first."""
        stop = code or next(iter(self.value()), "") or next(iter(self._chips), "")
        for other, chip in self._chips.items():
            chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus if other == stop else Qt.FocusPolicy.ClickFocus)
        if stop:
            self.setFocusProxy(self._chips[stop])

    def event(self, event: QEvent) -> bool:
        """Keep the arrows from the keys of the page."""
        plain = Qt.KeyboardModifier.NoModifier | Qt.KeyboardModifier.KeypadModifier
        is_kept = self._keeps_arrows and event.type() == QEvent.Type.ShortcutOverride
        if is_kept and isinstance(event, QKeyEvent) and event.key() in _ARROWS and not event.modifiers() & ~plain:
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus to the chips."""
        for chip in self._chips.values():
            chip.setFocus()
            break

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, press by letter or digit."""
        chips = list(self._chips.items())
        at = next((i for i, (_code, chip) in enumerate(chips) if chip.hasFocus()), 0)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(event.key())  # type: ignore[call-overload]
        if step is not None and chips:
            code, chip = chips[(at + step) % len(chips)]
            self._one_tab_stop(code)
            chip.setFocus(Qt.FocusReason.TabFocusReason)
            if not self._multiple and self._required:
                chip.click()
            return
        typed = fold(digit_of(event.text()))
        if typed and not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            after = chips[at + 1 :] + chips[: at + 1]
            hit = next((c for c, chip in chips if fold(chip.quick_key) == typed), "") or next(
                (c for c, chip in after if not chip.quick_key and fold(chip.text()).startswith(typed)), ""
            )
            if hit:
                self._chips[hit].setFocus()
                self._chips[hit].click()
                return
        super().keyPressEvent(event)

"""The optional fields of a protocol, as boxes to tick beside the form of an aire."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from fieldapp.core.schema import Field, StudyProtocol
from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.widgets import text_label


class LocalFields(QWidget):
    """The optional fields of the protocol as boxes to tick, under their headings; the value is a list of names."""

    changed = Signal()

    def __init__(self, protocol: StudyProtocol, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._boxes: dict[str, QCheckBox] = {}
        box = theme.column(spacing=0)
        box.setContentsMargins(0, 0, theme.S, 0)
        for heading, fields in _local_groups(protocol):
            box.addWidget(text_label(heading, "label"))
            for item in fields:
                tick = QCheckBox()
                tick.setObjectName(f"{name}.{item.name}")
                tick.toggled.connect(self.changed)
                tick.setAccessibleName(_(item.label))
                line = theme.row(tick, _Words(_(item.label), tick), spacing=0)
                line.setStretch(1, 1)
                box.addLayout(line)
                self._boxes[item.name] = tick
            box.addSpacing(theme.XS)
        box.addStretch(1)
        self.setLayout(box)
        self.setFocusProxy(next(iter(self._boxes.values()), None))  # type: ignore[arg-type]

    def value(self) -> list[str]:
        """Return the names of the fields that are ticked."""
        return [name for name, tick in self._boxes.items() if tick.isChecked()]

    def stops(self) -> list[QWidget]:
        """Return the boxes in their order, for Tab."""
        return list(self._boxes.values())

    def set_value(self, names: Sequence[str] | None) -> None:
        """Tick exactly these."""
        for name, tick in self._boxes.items():
            tick.setChecked(name in (names or ()))


class _Words(QLabel):
    """The words of a box to tick: they wrap, and pressing them ticks it."""

    def __init__(self, words: str, box: QCheckBox) -> None:
        super().__init__(words)
        self._box = box
        self.setWordWrap(True)
        self.setBuddy(box)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tick the box."""
        self._box.click()


def _local_groups(protocol: StudyProtocol) -> list[tuple[str, list[Field]]]:
    fields = {item.name: item for entity in protocol.entities for item in entity.fields if item.optional}
    named = protocol.form.round.local_groups if protocol.form else ()
    found = [(_(label), [fields.pop(name) for name in names if name in fields]) for label, names in named]
    for entity in protocol.entities:
        rest = [fields[item.name] for item in entity.fields if item.name in fields]
        if rest:
            found.append((_(entity.label), rest))
    return found

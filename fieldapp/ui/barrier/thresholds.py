"""The thresholds of a barrier's figures: those that the protocol proposes, and the overlay where a person changes them.

What a person changed is kept with the settings of the computer; what they left alone follows the protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fieldapp.core import parse
from fieldapp.core.settings import Settings
from fieldapp.core.text import N_, _
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.ui import theme
from fieldapp.ui.overlay import Overlay
from fieldapp.ui.widgets import ActionButton, LabeledField, text_label
from fieldapp.ui.widgets.fields import ParsedEdit

KEPT = "barrier_thresholds"
"""The name in the settings of this computer."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One threshold: its name in `lists.settings()`, its words, its unit, and between what it may lie.

    `factor` is what the stored value is multiplied by to be shown (a share as per cent).
    """

    name: str
    label: str
    unit: str
    least: float
    most: float
    factor: float = 1.0
    whole: bool = False


THRESHOLDS = (
    Threshold("threshold_night_min_c", N_("Nuit favorable : minimum d’au moins"), N_("°C"), -20, 30),
    Threshold("threshold_rain_mm", N_("Nuit favorable : pluie d’au moins"), N_("mm"), 0, 100),
    Threshold("max_gap_days", N_("Matins de suite non relevés que l’on passe"), N_("jours"), 0, 60, whole=True),
    Threshold("max_missed_share", N_("Part de la saison qu’un trou plus long peut cacher"), N_("%"), 0, 100, 100),
    Threshold("min_other_seasons", N_("Saisons complètes pour estimer cette part"), N_("saisons"), 1, 50, whole=True),
    Threshold("confidence", N_("Niveau des intervalles"), N_("%"), 50, 99.9, 100),
)


def thresholds_of(settings: Settings) -> Mapping[str, float]:
    """Return the thresholds in use: the person's own where there are such, else those of the protocol."""
    found = dict(lists.settings())
    kept = settings.others.get(KEPT)
    for item in THRESHOLDS:
        value = kept.get(item.name) if isinstance(kept, dict) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and _fits(item, value * item.factor):
            found[item.name] = float(value)
    return found


def with_thresholds(settings: Settings, values: Mapping[str, float]) -> Settings:
    """Return the settings with these thresholds; only what differs from the protocol is kept."""
    proposed = lists.settings()
    own = {name: value for name, value in values.items() if value != proposed.get(name)}
    return replace(settings, others={**settings.others, KEPT: own})


def _fits(item: Threshold, shown: float) -> bool:
    return item.least <= shown <= item.most and (not item.whole or shown == int(shown))


def read(item: Threshold, text: str) -> float:
    """Return the stored value for what was typed; raises ValueError with a sentence."""
    shown = parse.parse_number(text)
    if not _fits(item, shown):
        template = _("Un nombre entier de {least} à {most}.") if item.whole else _("Un nombre de {least} à {most}.")
        raise ValueError(template.format(least=parse.show_number(item.least), most=parse.show_number(item.most)))
    return shown / item.factor


def shown(item: Threshold, value: float) -> str:
    """Return how a stored value is written: "5", "0,1"."""
    return parse.show_number(round(value * item.factor, 6))


class Thresholds(Overlay):
    """The overlay of R on the analyses; `changed` carries all thresholds after each change."""

    changed = Signal(object)

    def __init__(self, host: QWidget, *, name: str = "barrier.thresholds") -> None:
        super().__init__(host, width=38, name=name)
        self._values: dict[str, float] = dict(lists.settings())
        self._edits: dict[str, ParsedEdit] = {}
        close = ActionButton(_("Fermer"), role="quiet", name=f"{name}.close", on=self._finish)
        close.show_key("Esc")
        box = theme.column(theme.row(text_label(_("Seuils des analyses"), "section"), 1, close), spacing=theme.M)
        for item in THRESHOLDS:
            box.addWidget(self._field(item, name))
        proposed = ActionButton(_("Reprendre les valeurs proposées"), "undo", name=f"{name}.proposed", on=self._propose)
        box.addLayout(theme.row(1, proposed))
        box.setContentsMargins(theme.XL, theme.L, theme.XL, theme.L)
        self.panel.setLayout(box)

    def open(self, values: Mapping[str, float]) -> None:
        """Show these thresholds."""
        self._values = dict(values)
        self._show()
        first = self._edits[THRESHOLDS[0].name]
        self.open_panel(first)
        first.selectAll()

    def close_panel(self) -> None:
        """Take what stands in the line of the cursor, then close."""
        for edit in self._edits.values():
            if edit.hasFocus():
                edit.commit()
        super().close_panel()

    def _finish(self) -> None:
        self.close_panel()

    def _field(self, item: Threshold, name: str) -> LabeledField:
        edit = ParsedEdit(
            lambda text: read(item, text), lambda value: shown(item, value), name=f"{name}.{item.name}", example="00000"
        )
        edit.changed.connect(lambda value: self._change(item, value))
        self._edits[item.name] = edit
        label = _("{label} ({unit})").format(label=_(item.label), unit=_(item.unit))
        return LabeledField(label, edit)

    def _change(self, item: Threshold, value: float | None) -> None:
        self._values[item.name] = lists.settings()[item.name] if value is None else value
        self._edits[item.name].set_value(self._values[item.name])
        self.changed.emit(dict(self._values))

    def _propose(self) -> None:
        self._values = dict(lists.settings())
        self._show()
        self.changed.emit(dict(self._values))

    def _show(self) -> None:
        for name, edit in self._edits.items():
            edit.set_value(self._values[name])

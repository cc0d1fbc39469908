"""The look: every colour, size and distance of every window, and the one place that sets them.

Source of the colours and measures: the table "Colours" and the list "Measures" of the interface design.
A widget never sets a colour, a size or a margin of its own: it carries a role (`set_role`) and takes its distances
from the names below.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QHBoxLayout,
    QLayout,
    QVBoxLayout,
    QWidget,
)

from fieldapp.core import paths
from fieldapp.core.text import N_

Box = TypeVar("Box", bound=QBoxLayout)

XS, S, M, L, XL, XXL = 4, 8, 12, 16, 24, 32
"""The steps of distance, in logical pixels; the same at every text size."""

RADIUS = 6
RING = 2
"""Width of the focus ring, in logical pixels."""

SCALES: Mapping[str, float] = MappingProxyType({N_("normal"): 1.0, N_("grand"): 1.25, N_("très grand"): 1.5})
TEXT_SIZES: Mapping[str, int] = MappingProxyType(
    {"key": 12, "small": 13, "body": 15, "section": 18, "page": 24, "display": 40}
)
TARGET, LARGE_TARGET = 36, 48
ICON = 20


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme, as #RRGGBB; a name ending in `_ground` is what its namesake stands on."""

    background: str
    surface: str
    raised: str
    line: str
    text: str
    secondary: str
    accent: str
    on_accent: str
    soft: str
    warning: str
    warning_ground: str
    error: str
    error_ground: str
    info: str
    info_ground: str
    band: str  # the strip and the frame that say all the time where one is: training, another day
    on_band: str
    edge: str  # outline of what can be typed into or pressed: 3:1 on its ground
    disabled: str
    accent_hover: str
    plots: tuple[str, ...]


THEMES: Mapping[str, Colours] = MappingProxyType(
    {
        "jour": Colours(
            background="#F6F5F0",
            surface="#FFFFFF",
            raised="#ECEAE2",
            line="#D3CFC3",
            text="#191D1B",
            secondary="#454C48",
            accent="#14532D",
            on_accent="#FFFFFF",
            soft="#DCEBDF",
            warning="#7A3E00",
            warning_ground="#FFF0D2",
            error="#8F1717",
            error_ground="#FBE3E1",
            info="#174A75",
            info_ground="#E0ECF7",
            band="#7A3E00",
            on_band="#FFF0D2",
            edge="#C2BDAF",
            disabled="#8A8F8B",
            accent_hover="#185E35",
            plots=("#14532D", "#B45309", "#1D4E89", "#7C2D7B", "#6B7280"),
        ),
        "sombre": Colours(
            background="#121614",
            surface="#1A1F1C",
            raised="#242B27",
            line="#38423C",
            text="#EDF1EE",
            secondary="#B9C3BC",
            accent="#7FD09A",
            on_accent="#08210F",
            soft="#1F3527",
            warning="#FFC76E",
            warning_ground="#382A10",
            error="#FFA196",
            error_ground="#3B1A17",
            info="#93CBFF",
            info_ground="#152A3D",
            band="#FFC76E",
            on_band="#382A10",
            edge="#4A564F",
            disabled="#6F7A73",
            accent_hover="#98DDAF",
            plots=("#7FD09A", "#FFB454", "#7DB9F0", "#D79BE0", "#9AA5A0"),
        ),
        "nuit-rouge": Colours(
            background="#000000",
            surface="#0D0101",
            raised="#1B0303",
            line="#4A0F0D",
            text="#FF7A6B",
            secondary="#E0574A",
            accent="#FF9182",
            on_accent="#1A0000",
            soft="#2A0606",
            warning="#FF9D6B",
            warning_ground="#260D02",
            error="#FFB3A8",
            error_ground="#330505",
            info="#F08A7C",
            info_ground="#1D0404",
            band="#4A0F0D",
            on_band="#FF9D6B",
            edge="#5E1613",
            disabled="#8A2E27",
            accent_hover="#FFA99D",
            plots=("#FF9182", "#C7362A", "#FFC0B5", "#8F1F18", "#E0574A"),
        ),
    }
)
THEME_LABELS: Mapping[str, str] = MappingProxyType(
    {"jour": N_("Jour"), "sombre": N_("Sombre"), "nuit-rouge": N_("Nuit rouge")}
)

TEXT_PAIRS = (
    ("text", "background"),
    ("text", "surface"),
    ("text", "raised"),
    ("text", "soft"),
    ("secondary", "background"),
    ("secondary", "surface"),
    ("secondary", "raised"),
    ("secondary", "soft"),
    ("accent", "background"),
    ("accent", "surface"),
    ("accent", "soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("warning", "warning_ground"),
    ("error", "error_ground"),
    ("error", "surface"),
    ("error", "background"),
    ("warning", "surface"),
    ("warning", "background"),
    ("info", "info_ground"),
    ("on_band", "band"),
)
"""Every (text, ground) that a style sheet or a painted widget uses; the contrast test measures them all."""

RING_PAIRS = (("accent", "background"), ("accent", "surface"), ("accent", "soft"), ("on_accent", "accent"))


@dataclass(frozen=True, slots=True)
class Theme:
    """The look in use: the theme's name, the factor of the text, and the colours."""

    name: str
    scale: float
    colours: Colours


class _Notifier(QObject):
    changed = Signal()


_notifier = _Notifier()
_current = Theme("jour", 1.0, THEMES["jour"])


def on_change() -> _Notifier:
    """Return the object whose signal `changed` says that another theme or text size is in use."""
    return _notifier


def current() -> Theme:
    """Return the look in use."""
    return _current


def colour(token: str) -> QColor:
    """Return the colour of this token in the theme in use."""
    return QColor(getattr(_current.colours, token))


def plot_colours() -> list[QColor]:
    """Return the colours of curves and bars in their order, told apart by colour-blind people too."""
    return [QColor(value) for value in _current.colours.plots]


def text_px(size: str = "body") -> int:
    """Return the height in pixels of the text of this name at the text size in use."""
    return round(TEXT_SIZES[size] * _current.scale)


def target(large: bool = False) -> int:
    """Return the least height of something to press: 36 (48 large) at normal text, a little more with larger text."""
    return (LARGE_TARGET if large else TARGET) + round((_current.scale - 1) * 24)


def icon_px() -> int:
    """Return the side of an icon beside text."""
    return round(ICON * _current.scale)


def font(size: str = "body", weight: QFont.Weight = QFont.Weight.Normal, italic: bool = False) -> QFont:
    """Return the font of the interface in this size, with figures of one width."""
    chosen = QFont(_family())
    chosen.setPixelSize(text_px(size))
    chosen.setWeight(weight)
    chosen.setItalic(italic)
    chosen.setFeature(QFont.Tag("tnum"), 1)
    if _current.name == "nuit-rouge":  # the coloured fringes of sub-pixel smoothing are green and blue light
        chosen.setStyleStrategy(QFont.StyleStrategy.NoSubpixelAntialias)
    return chosen


@cache
def _family() -> str:
    """Return the family of the interface, loaded from the program's own files on first use."""
    try:
        files = sorted(paths.resource("fonts").glob("*.ttf"))
    except FileNotFoundError:
        files = []
    for file in files:
        QFontDatabase.addApplicationFont(str(file))
    return "Noto Sans" if files else QFont().defaultFamily()


def set_role(widget: QWidget, role: str, name: str = "role") -> None:
    """Give the widget a role that the style sheet knows, and draw it so at once."""
    if widget.property(name) == role:
        return
    widget.setProperty(name, role)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def column(*items: QWidget | QLayout | int, margin: int = 0, spacing: int = M) -> QVBoxLayout:
    """Return a vertical layout of the items; a number is a stretch of that weight."""
    return _fill(QVBoxLayout(), items, margin, spacing)


def row(*items: QWidget | QLayout | int, margin: int = 0, spacing: int = M) -> QHBoxLayout:
    """Return a horizontal layout of the items; a number is a stretch of that weight."""
    return _fill(QHBoxLayout(), items, margin, spacing)


def _fill(box: Box, items: tuple[QWidget | QLayout | int, ...], margin: int, spacing: int) -> Box:
    box.setContentsMargins(margin, margin, margin, margin)
    box.setSpacing(spacing)
    for item in items:
        if isinstance(item, int):
            box.addStretch(item)
        elif isinstance(item, QLayout):
            box.addLayout(item)
        else:
            box.addWidget(item)
    return box


def apply(app: QApplication, theme: str = "jour", scale: float = 1.0) -> None:
    """Dress the whole program in this theme and text size; open windows change at once.

    What is dressed so already is left alone: a style sheet that is set goes over every widget there is.
    """
    global _current
    name = theme if theme in THEMES else "jour"
    _current = Theme(name, scale, THEMES[name])
    sheet = style_sheet(_current)
    if app.styleSheet() == sheet:
        return
    with _nothing_collected():
        _set_style(app, red=name == "nuit-rouge")
        app.setPalette(_palette(_current.colours))
        app.setFont(font())
        app.setStyleSheet(sheet)
    _notifier.changed.emit()


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keep the collector of garbage from deleting widgets while Qt goes over a list of all there are.

    A widget that nobody holds any more is on that list too; Qt would meet what is gone, and the program would end.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _set_style(app: QApplication, red: bool) -> None:
    wanted = "red-night" if red else "fusion"
    if app.property("fieldapp_style") == wanted:
        return
    if red:
        from fieldapp.ui.red_night import RedNightStyle  # the large enums of QStyle are slow to load

        app.setStyle(RedNightStyle("Fusion"))
    else:
        app.setStyle("Fusion")
    app.setProperty("fieldapp_style", wanted)


_SHEETS = ("base", "inputs", "widgets", "shell", "tables")


def style_sheet(theme: Theme) -> str:
    """Return the style sheet of the program: the files of `resources/styles` with every @name filled in."""
    names = tokens(theme)

    def value(match: re.Match[str]) -> str:
        return names[match[1]]

    return re.sub(r"@([a-z_]+)", value, _templates())


@cache
def _templates() -> str:
    folder = paths.resource("styles")
    return "\n".join((folder / f"{name}.qss").read_text(encoding="utf-8") for name in _SHEETS)


def tokens(theme: Theme) -> dict[str, str]:
    """Return what each @name of the style files stands for in this theme and text size."""
    colours = {item.name: getattr(theme.colours, item.name) for item in fields(Colours) if item.name != "plots"}
    sizes = {f"size_{name}": f"{round(px * theme.scale)}px" for name, px in TEXT_SIZES.items()}
    grown = round((theme.scale - 1) * 24)
    measures = {
        "target": f"{TARGET + grown}px",
        # inner heights: the target less the border and the padding that the style sheet adds
        "field_inner": f"{TARGET + grown - 2}px",
        "button_focus": f"{TARGET + grown - 2 * RING}px",
        "icon": f"{round(ICON * theme.scale)}px",
        "check": f"{round(18 * theme.scale)}px",
        "radio": f"{round(18 * theme.scale) // 2}px",
        "radius": f"{RADIUS}px",
        "ring": f"{RING}px",
        "veil": _veil(theme.colours),
        "images": (paths.resource("styles") / theme.name).as_posix(),
    }
    return {**colours, **sizes, **measures}


def _veil(colours: Colours) -> str:
    ground = QColor(colours.background)
    return f"rgba({ground.red()}, {ground.green()}, {ground.blue()}, 190)"


def _palette(colours: Colours) -> QPalette:
    """Return the palette for what the style sheet does not reach (text selection, links, place holders)."""
    role = QPalette.ColorRole
    values = {
        role.Window: colours.background,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.background,
        role.Text: colours.text,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.BrightText: colours.error,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.PlaceholderText: colours.secondary,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Accent: colours.accent,
        role.Light: colours.raised,
        role.Midlight: colours.raised,
        role.Mid: colours.line,
        role.Dark: colours.edge,
        role.Shadow: colours.background,
    }
    palette = QPalette()
    for key, value in values.items():
        palette.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(colours.disabled))
    return palette

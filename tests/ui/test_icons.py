"""Icons exist, follow the theme and are sharp on dense screens."""

import re

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from fieldapp.core import paths
from fieldapp.ui import icons, theme

USED_BY_THE_SHELL = [
    "check", "close", "conflict", "copy_report", "dry", "error", "expand", "info", "inaccessible", "keyboard",
    "nothing_seen", "previous", "protected", "redo", "save", "search", "training", "undo", "warning", "today", "pond",
    "data", "analyses", "exchanges", "settings",
]  # fmt: skip


def colours_in(image: QImage) -> set[str]:
    found = set()
    for x in range(image.width()):
        for y in range(image.height()):
            pixel = image.pixelColor(x, y)
            if pixel.alpha() > 250:
                found.add(pixel.name())
    return found


@pytest.mark.parametrize("name", USED_BY_THE_SHELL)
def test_an_icon_draws_something(qapp: QApplication, name: str) -> None:
    theme.apply(qapp)
    assert theme.colour("text").name() in colours_in(icons.pixmap(name, "text", 48).toImage())


def test_a_missing_icon_is_refused_where_it_is_asked_for(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no_such_drawing")


def test_every_icon_named_in_the_interface_exists() -> None:
    known = {file.stem for file in paths.resource("icons").glob("*.svg")}
    package = paths.resource("icons").parent.parent / "fieldapp" / "ui"
    pattern = re.compile(r"""(?:icons\.icon|icons\.pixmap|IconLabel)\(\s*"([a-z_]+)\"""")
    named = {name for file in package.rglob("*.py") for name in pattern.findall(file.read_text(encoding="utf-8"))}
    assert named
    assert named <= known


def test_an_icon_takes_the_colour_of_the_theme_in_use(qapp: QApplication) -> None:
    theme.apply(qapp, "jour")
    icon = icons.icon("pond", "accent")
    assert "#14532d" in colours_in(icon.pixmap(48).toImage())
    theme.apply(qapp, "nuit-rouge")
    assert colours_in(icons.icon("pond", "accent").pixmap(48).toImage()) >= {QColor("#FF9182").name()}
    assert "#ff9182" in colours_in(icon.pixmap(48).toImage())
    theme.apply(qapp, "jour")


def test_an_icon_has_more_dots_on_a_dense_screen(qapp: QApplication) -> None:
    assert icons.pixmap("pond", "text", 20, 2.0).width() == 40
    assert icons.pixmap("pond", "text", 20, 2.0).deviceIndependentSize().width() == 20

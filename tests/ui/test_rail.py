"""The rail has an entry and a key for each way of working, on French keyboards too, and no name is cut."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.ui import theme, windows
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.widgets.keyhint import cap_width
from tests.ui.windows.desk import Blank

ENTRIES = (
    "today", "places", "banding", "barrier", "lists", "data", "analyses", "exchanges", "settings", "sync",
)  # fmt: skip
DIGITS = (
    Qt.Key.Key_1,
    Qt.Key.Key_2,
    Qt.Key.Key_3,
    Qt.Key.Key_4,
    Qt.Key.Key_5,
    Qt.Key.Key_6,
    Qt.Key.Key_7,
    Qt.Key.Key_8,
    Qt.Key.Key_9,
    Qt.Key.Key_0,
)
FRENCH = (
    Qt.Key.Key_Ampersand, Qt.Key.Key_Eacute, Qt.Key.Key_QuoteDbl, Qt.Key.Key_Apostrophe, Qt.Key.Key_ParenLeft,
    Qt.Key.Key_Minus, Qt.Key.Key_Egrave, Qt.Key.Key_Underscore, Qt.Key.Key_Ccedilla, Qt.Key.Key_Agrave,
)  # fmt: skip
"""What the keys of 1 to 9 and 0 give without Shift on a French keyboard (AFNOR NF Z71-300)."""

Make = Callable[..., MainWindow]


@pytest.fixture
def make(qtbot: QtBot, qapp: QApplication) -> Iterator[Make]:
    made: list[MainWindow] = []

    def build(scale: float = 1.0, **size: Any) -> MainWindow:
        theme.apply(qapp, "jour", scale)
        known = {protocol.code: protocol for protocol in protocols.installed()}
        window = MainWindow([replace(page, build=Blank) for page in windows.pages(known)])
        qtbot.addWidget(window)
        made.append(window)
        window.resize(size.get("width", 1280), size.get("height", 720))
        window.navigate("today")
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield build
    for window in made:
        window.close()
    theme.apply(qapp, "jour", 1.0)


def test_each_way_of_working_has_its_entry_in_the_order_of_the_keys(make: Make) -> None:
    buttons = make().rail.buttons
    assert tuple(buttons) == ENTRIES
    assert [button.key for button in buttons.values()] == [*(f"Alt+{number}" for number in range(1, 10)), "Alt+0"]


@pytest.mark.parametrize("keys", [DIGITS, FRENCH], ids=["digits", "french keyboard"])
def test_every_entry_is_reached_by_its_key(qtbot: QtBot, make: Make, keys: tuple[Qt.Key, ...]) -> None:
    window = make()
    for code, key in reversed(list(zip(ENTRIES, keys, strict=True))):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.AltModifier)
        place = window.place()
        assert place is not None
        assert place.code == code
        assert [name for name, button in window.rail.buttons.items() if button.isChecked()] == [code]


@pytest.mark.parametrize("page", ["morning", "barrier_sheet", "weather", "individuals", "individual"])
def test_the_pages_of_the_barrier_light_its_entry(make: Make, page: str) -> None:
    window = make()
    window.navigate(page)
    assert window.rail.buttons["barrier"].isChecked()


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5])
def test_no_name_is_cut_and_all_entries_are_in_sight_in_the_smallest_window(make: Make, scale: float) -> None:
    window = make(scale)
    buttons = list(window.rail.buttons.values())
    for button in buttons:
        words = QFontMetrics(button._font()).horizontalAdvance(button.text())
        room = button.width() - 20 - theme.icon_px() - 2 * theme.M - cap_width(button.key)
        assert words <= room, button.text()
    assert all(above.geometry().bottom() < below.geometry().top() for above, below in pairwise(buttons))
    assert buttons[-1].mapTo(window, buttons[-1].rect().bottomLeft()).y() < window.status.geometry().top()

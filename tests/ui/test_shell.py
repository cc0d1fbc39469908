"""The window leads from page to page and back, by keys, and loses nothing on the way."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from fieldapp.core.errors import NothingToUndoError
from fieldapp.ui import notices, theme
from fieldapp.ui.page import Action, Page, PageContext, PageWidget
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.widgets import ActionButton, text_label


class Sheet(PageWidget):
    """A page with one line, that remembers what happened to it."""

    def __init__(self, context: PageContext, name: str) -> None:
        super().__init__()
        self.context, self.name = context, name
        self.opened: list[dict[str, Any]] = []
        self.left = 0
        self.inner_step = False
        self.line = QLineEdit()
        self.next = ActionButton("Suivante", "pond", "Ctrl+Return", primary=True, name=f"{name}.next")
        self.setLayout(theme.column(self.line, text_label("relevé"), self.next))

    def open(self, **params: Any) -> None:
        self.opened.append(params)
        self.set_title(f"Page {self.name}", f"contexte {params.get('uid', '')}")
        self.line.setFocus()

    def leaving(self) -> None:
        self.left += 1

    def go_back(self) -> bool:
        step, self.inner_step = self.inner_step, False
        return step

    def actions_of_page(self) -> list[Action]:
        return [Action("F8", "rien vu", self.next.click)]


def page(name: str, rail: bool = True, below: str = "") -> Page:
    return Page(name, f"Page {name}", "pond", lambda context: Sheet(context, name), rail, below)


Make = Callable[..., MainWindow]


@pytest.fixture
def make(qtbot: QtBot, qapp: QApplication) -> Iterator[Make]:
    theme.apply(qapp, "jour", 1.0)
    made: list[MainWindow] = []

    def build(**options: Any) -> MainWindow:
        pages = [page("today"), page("ponds"), page("data"), page("sheet", rail=False, below="ponds")]
        window = MainWindow(pages, **options)
        qtbot.addWidget(window)
        made.append(window)
        window.navigate("today")
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield build
    for window in made:
        window.close()
    theme.apply(qapp, "jour", 1.0)


def shown(window: MainWindow) -> Sheet:
    found = window.page()
    assert isinstance(found, Sheet)
    return found


def test_a_page_is_built_when_it_is_first_shown_and_only_once(make: Make) -> None:
    window = make()
    assert list(window._built) == ["today"]
    window.navigate("ponds")
    first = window.page()
    window.navigate("today")
    window.navigate("ponds")
    assert window.page() is first
    assert list(window._built) == ["today", "ponds"]


def test_the_rail_leads_by_alt_and_digit_and_shows_where_one_is(qtbot: QtBot, make: Make) -> None:
    window = make()
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert shown(window).name == "ponds"
    assert window.rail.buttons["ponds"].isChecked()
    window.navigate("sheet", uid="u4")
    assert window.rail.buttons["ponds"].isChecked()
    assert window.title.text() == "Page sheet"
    assert window.context_line.text() == "contexte u4"


def test_escape_goes_back_the_way_one_came_with_what_was_shown(qtbot: QtBot, make: Make) -> None:
    window = make()
    window.navigate("sheet", uid="u4")
    window.navigate("sheet", uid="u5")
    window.navigate("data")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert shown(window).opened[-1] == {"uid": "u5"}
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shown(window).opened[-1] == {"uid": "u4"}
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert shown(window).name == "today"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert shown(window).name == "today"


def test_escape_takes_the_step_within_the_page_first(qtbot: QtBot, make: Make) -> None:
    window = make()
    window.navigate("ponds")
    shown(window).inner_step = True
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert shown(window).name == "ponds"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert shown(window).name == "today"


def test_a_page_is_told_when_it_is_left_and_when_the_window_closes(make: Make) -> None:
    window = make()
    first = shown(window)
    window.navigate("ponds")
    assert first.left == 1
    second = shown(window)
    window.close()
    assert second.left == 1


def test_undo_says_what_was_undone_and_offers_to_repeat_it(qtbot: QtBot, make: Make) -> None:
    done: list[str] = []

    def undo() -> str:
        done.append("undo")
        return "Triton palmé, 3"

    def redo() -> str:
        done.append("redo")
        return "Triton palmé, 3"

    window = make(undo=undo, redo=redo)
    opened = len(shown(window).opened)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.notices.banner.text() == "Annulé : Triton palmé, 3"
    assert len(shown(window).opened) == opened + 1
    window.notices.banner.button.click()
    assert window.notices.banner.text() == "Rétabli : Triton palmé, 3"
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_Z, both)
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert done == ["undo", "redo", "redo", "redo"]


def test_the_undo_of_a_line_goes_first_while_it_has_one(qtbot: QtBot, make: Make) -> None:
    done: list[int] = []

    def undo() -> str:
        done.append(1)
        return "x"

    window = make(undo=undo)
    line = shown(window).line
    line.setFocus()
    qtbot.keyClicks(line, "abc")
    qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert line.text() == ""
    assert done == []
    qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert done == [1]


def test_nothing_to_undo_is_said_quietly(make: Make) -> None:
    def undo() -> str:
        raise NothingToUndoError("Il n’y a rien à annuler.")

    window = make(undo=undo)
    window.undo()
    assert window.notices.banner.text() == "Il n’y a rien à annuler."
    assert window.notices.banner.kind == "info"


def test_a_notice_never_takes_the_cursor_nor_covers_the_next_step(make: Make) -> None:
    window = make()
    line = shown(window).line
    line.setFocus()
    window.notices.say("Exporté : 262 lignes.")
    assert line.hasFocus()
    area = window.notices.banner.parentWidget()
    assert area is not None
    step = shown(window).next
    assert not window.notices.banner.geometry().intersects(
        step.rect().translated(step.mapTo(area, step.rect().topLeft()))
    )


def test_an_error_stays_until_it_is_closed_and_other_notices_go(make: Make) -> None:
    window = make()
    window.show_failure("Le disque est plein.")
    assert window.notices.banner.kind == "error"
    assert not window.notices._timer.isActive()
    window.notices.say("Enregistré.")
    assert window.notices._timer.isActive()
    window.escape()
    assert not window.notices.banner.isVisible()


def test_training_is_unmistakable_and_real_work_shows_no_sign_of_it(make: Make) -> None:
    real = make()
    assert real.findChild(QFrame, "training") is None
    window = make(training=True)
    strip = window.findChild(QFrame, "training")
    assert isinstance(strip, QFrame)
    assert strip.isVisible()
    assert "entraînement" in window.windowTitle()
    image = window.grab().toImage()
    edge = {image.pixelColor(1, y).name() for y in range(0, image.height(), 10)}
    assert edge == {QColor(theme.THEMES["jour"].warning).name()}


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_red_night_window_gives_no_green_and_no_blue_light(qapp: QApplication, make: Make, scale: float) -> None:
    window = make(training=True)
    theme.apply(qapp, "nuit-rouge", scale)
    window.status.saved()
    window.notices.say("Enregistré.", "undo", action="Rétablir", key="F2")
    window.open_goto()
    image = window.grab().toImage()
    wrong = set()
    for x in range(0, image.width(), 2):
        for y in range(image.height()):
            colour = image.pixelColor(x, y)
            hue = colour.hue()
            if max(colour.green(), colour.blue()) > colour.red() or (colour.value() > 40 and 30 < hue < 340):
                wrong.add((colour.name(), x, y))
    assert not wrong


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("scale", theme.SCALES.values())
def test_the_frame_fits_a_small_screen(qapp: QApplication, make: Make, name: str, scale: float) -> None:
    window = make(training=True)
    theme.apply(qapp, name, scale)
    window.resize(1280, 720)
    assert window.minimumSizeHint().width() <= 1280
    assert window.minimumSizeHint().height() <= 720


def test_the_keys_of_the_page_below_rest_while_a_panel_is_open(qtbot: QtBot, make: Make) -> None:
    window = make()
    pressed: list[int] = []
    shown(window).next.clicked.connect(lambda: pressed.append(1))
    window.show_bug("rapport")
    assert window._bug is not None
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(focus, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert pressed == []
    assert shown(window).name == "today"
    qtbot.keyClick(focus, Qt.Key.Key_Escape)
    assert not window._bug.isVisible()
    assert shown(window).line.hasFocus()


def test_a_notice_without_an_action_goes_by_itself(qtbot: QtBot, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "SHOWN_MS", 20)
    window = make()
    window.notices.say("Exporté : 262 lignes.")
    assert window.notices.banner.isVisible()
    qtbot.waitUntil(lambda: not window.notices.banner.isVisible())


def test_escape_is_for_the_page_when_a_notice_only_says_something(qtbot: QtBot, make: Make) -> None:
    window = make()
    window.navigate("ponds")
    window.notices.say("Exporté : 262 lignes.")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert shown(window).name == "today"
    assert not window.notices.banner.isVisible()


def test_escape_leaves_what_a_notice_offers_before_it_is_for_the_page(qtbot: QtBot, make: Make) -> None:
    window = make()
    window.navigate("ponds")
    window.notices.say("Annulé : triton", "undo", action="Rétablir", key="F9", on=lambda: None)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert shown(window).name == "ponds"
    assert not window.notices.banner.isVisible()


def test_an_error_goes_with_its_page_and_what_is_said_in_leaving_stays_for_the_next(make: Make) -> None:
    window = make()
    window.show_failure("Le disque est plein.")
    window.navigate("ponds")
    assert not window.notices.banner.isVisible()
    window.notices.say("Enregistré.")
    window.navigate("data")
    assert window.notices.banner.isVisible()


def test_a_notice_goes_with_the_page_on_which_it_was_read(qtbot: QtBot, make: Make) -> None:
    window = make()
    window.notices.say("Enregistré.")
    qtbot.waitUntil(lambda: not window.notices._is_new.isActive())
    assert window.notices.banner.isVisible()
    window.navigate("ponds")
    assert not window.notices.banner.isVisible()


def test_a_context_too_long_for_the_header_ends_in_dots_and_is_whole_in_the_tool_tip(make: Make) -> None:
    window = make()
    long = "Terrils du 11/19 · " * 20
    shown(window).set_title("Mare", long)
    QApplication.processEvents()
    assert window.context_line.text().endswith("…")
    assert window.context_line.toolTip() == long


def test_f1_names_the_page_as_the_rail_does_and_one_that_is_not_there_by_its_title(qtbot: QtBot, make: Make) -> None:
    window = make()
    for code, name in (("ponds", "Page ponds"), ("sheet", "Mare 04")):
        window.navigate(code)
        shown(window).set_title("Mare 04")
        window.open_keys()
        assert f"Touches : {name}" in {label.text() for label in window.findChildren(QLabel)}
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)

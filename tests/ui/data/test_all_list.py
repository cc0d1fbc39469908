"""The lines of all protocols in one table: narrowed, put in order, corrected and handed on, by the keyboard."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core import review
from fieldapp.core.record import Record
from fieldapp.core.text import fold
from fieldapp.store import records
from fieldapp.store.connection import Author
from fieldapp.ui import theme
from fieldapp.ui.data import keeper
from fieldapp.ui.data.all_list import AllList
from fieldapp.ui.data.canvas import ZoneCanvas
from fieldapp.ui.data.filter_bar import FilterBar
from fieldapp.ui.data.table import DeskTable
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.sync.question import Question
from fieldapp.ui.widgets import ActionButton, LabeledField
from fieldapp.ui.windows.data import DataPage
from tests.desk.maps import lay
from tests.ui.windows.desk import Blank, Desk, desk_on

SHIFT = Qt.KeyboardModifier.ShiftModifier
DATE, PROTOCOL, PLACE, SPECIES, COUNT, PEOPLE, STATE, LEVEL = range(8)


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=True) as opened:
        yield opened
    theme.apply(qapp)


def shown(desk: Desk, **params: object) -> list[tuple[str, ...]]:
    """Open the list of all protocols and return its rows."""
    desk.go("data", protocol="", **params)
    return desk.cells("all.table")


def settled(desk: Desk, words: str) -> None:
    desk.qtbot.waitUntil(lambda: desk.find(QLabel, "all.count").text() == words)


def told(desk: Desk) -> str:
    """Return what stands below the filters."""
    fields = desk.find(FilterBar, "all.filters").findChildren(LabeledField)
    return " ".join(field.message.text() for field in fields if field.message.isVisible())


def current(desk: Desk) -> Record:
    line = desk.find(DeskTable, "all.table").current_key()
    (uid,) = desk.services.db.rows("SELECT uid FROM record WHERE id = ?", (line,))[0]
    found = records.get(desk.services.db, uid)
    assert found is not None
    return found


def test_the_key_of_all_shows_every_line_of_the_newest_season(desk: Desk) -> None:
    desk.go("data")
    desk.press(Qt.Key.Key_0)
    desk.idle()
    rows = desk.cells("all.table")
    settled(desk, "389 lignes")
    assert len(rows) == 389
    assert {row[PROTOCOL] for row in rows} == {"Mares"}
    assert [row[DATE][6:] + row[DATE][3:5] + row[DATE][:2] for row in rows] == sorted(
        (row[DATE][6:] + row[DATE][3:5] + row[DATE][:2] for row in rows), reverse=True
    )
    desk.press(Qt.Key.Key_1)
    desk.idle()
    assert desk.find(QWidget, "data.table").isVisible()


def test_letters_a_place_a_taxon_and_a_state_narrow_and_one_key_widens(desk: Desk) -> None:
    shown(desk)
    desk.press(Qt.Key.Key_F5)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "all.search"), "calamite")
    desk.qtbot.waitUntil(lambda: desk.label("all.count") == "35 lignes")
    assert {row[SPECIES].partition("|")[0] for row in desk.cells("all.table")} == {"Crapaud calamite"}
    desk.press(Qt.Key.Key_F3)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "all.place"), "leforest")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert len(desk.cells("all.table")) == 9  # counted in the file: 9 lines of the toad at Leforest
    assert all("Leforest" in row[PLACE] for row in desk.cells("all.table"))
    desk.press(Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    settled(desk, "389 lignes")
    desk.press(Qt.Key.Key_F4)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "all.taxon"), "calamite")
    desk.press(Qt.Key.Key_Return)
    settled(desk, "35 lignes")
    desk.press(Qt.Key.Key_F6)
    desk.qtbot.mouseClick(desk.find(QWidget, "all.states.validated"), Qt.MouseButton.LeftButton)
    desk.idle()
    assert desk.find(QWidget, "all.nothing").isVisible()


def test_words_that_no_row_answers_are_said_and_the_filter_stays_as_it_reads(desk: Desk) -> None:
    lay(desk.services.db, "other", [("", "Leforest", 3.05, 50.42, 3.10, 50.46)])
    shown(desk)
    desk.press(Qt.Key.Key_F9)  # opens the other filters as well
    zone = desk.find(QLineEdit, "all.zone")
    assert zone.hasFocus()
    desk.qtbot.keyClicks(zone, "lefo")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    within = desk.label("all.count")
    assert within != "389 lignes"
    desk.press(Qt.Key.Key_F9)
    zone.selectAll()
    desk.qtbot.keyClicks(zone, "zzz")
    desk.press(Qt.Key.Key_Return)
    assert not desk.find(ZoneCanvas, "zone").isVisible()
    assert "Aucune zone « zzz »" in told(desk)
    desk.press(Qt.Key.Key_Tab)
    assert (zone.text(), desk.label("all.count")) == ("Leforest", within)
    assert "Aucune zone « zzz »" in told(desk)
    desk.press(Qt.Key.Key_F9)
    desk.qtbot.keyClicks(zone, "x")
    assert not told(desk)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (Qt.Key.Key_F3, "all.place"), (Qt.Key.Key_F4, "all.taxon"), (Qt.Key.Key_F7, "all.observer"),
        (Qt.Key.Key_F8, "all.doubt"), (Qt.Key.Key_F11, "all.level"),
    ],
)  # fmt: skip
def test_each_filter_has_a_key_and_forgets_what_was_not_taken(desk: Desk, key: Qt.Key, name: str) -> None:
    shown(desk)
    desk.press(key)
    line = desk.find(QLineEdit, name)
    assert line.hasFocus()
    desk.qtbot.keyClicks(line, "qqqq")
    desk.press(Qt.Key.Key_Return)
    assert "« qqqq » n’est pas dans la liste" in told(desk)
    desk.press(Qt.Key.Key_F5)
    assert (line.text(), desk.label("all.count")) == ("", "389 lignes")
    desk.press(key)  # once the other filters are shown too
    assert line.hasFocus()


def test_large_letters_leave_no_room_below_the_lines_and_a_notice_says_it(desk: Desk, qapp: QApplication) -> None:
    theme.apply(qapp, "jour", 1.5)
    shown(desk)
    desk.press(Qt.Key.Key_F9)
    zone = desk.find(QLineEdit, "all.zone")
    desk.qtbot.keyClicks(zone, "zzz")
    desk.press(Qt.Key.Key_Return)
    assert not told(desk)
    said = [one.text() for one in desk.window.findChildren(QLabel) if one.isVisible()]
    assert any("Aucune zone « zzz »" in words.replace("\xa0", " ") for words in said)


def test_the_states_have_a_key(desk: Desk) -> None:
    shown(desk)
    for _time in range(2):
        desk.press(Qt.Key.Key_F10)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert desk.find(QWidget, "all.states").isAncestorOf(focused)
        desk.press(Qt.Key.Key_F5)


def test_a_contour_that_is_given_up_leaves_the_zone_of_before(desk: Desk) -> None:
    lay(desk.services.db, "other", [("", "Leforest", 3.05, 50.42, 3.10, 50.46)])
    shown(desk)
    desk.press(Qt.Key.Key_F9)
    zone = desk.find(QLineEdit, "all.zone")
    desk.qtbot.keyClicks(zone, "lefo")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    within = desk.label("all.count")
    desk.press(Qt.Key.Key_F9)
    zone.selectAll()
    desk.qtbot.keyClicks(zone, "dessin")
    desk.press(Qt.Key.Key_Return)
    assert desk.find(ZoneCanvas, "zone").isVisible()
    assert zone.text() == "Leforest"
    desk.press(Qt.Key.Key_Escape)
    desk.idle()
    assert (zone.text(), desk.label("all.count")) == ("Leforest", within)


def test_days_take_the_place_of_the_season(desk: Desk) -> None:
    shown(desk)
    desk.press(Qt.Key.Key_F6)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "all.first"), "01/06/2020")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    rows = desk.cells("all.table")
    assert rows
    assert {row[DATE][3:5] for row in rows} == {"06"}
    assert desk.find(SeasonStepper, "all.season").year() is None


def test_a_key_puts_the_rows_in_the_order_of_the_next_column_and_turns_it(desk: Desk) -> None:
    shown(desk)
    for _step in range(3):  # suivi, lieu, espèce
        desk.press(Qt.Key.Key_S)
        desk.idle()
    species = [fold(row[SPECIES].partition("|")[0]) for row in desk.cells("all.table")]
    named = [name for name in species if name != "rien vu"]
    assert named == sorted(named)
    desk.press(Qt.Key.Key_I)
    desk.idle()
    assert [
        fold(row[SPECIES].partition("|")[0]) for row in desk.cells("all.table") if "rien vu" not in row[SPECIES]
    ] == (sorted(named, reverse=True))


def test_a_click_on_a_title_sorts_and_a_second_one_turns_it(desk: Desk) -> None:
    shown(desk)
    table = desk.find(DeskTable, "all.table")
    for is_rising in (False, True):
        table.sort_wanted.emit(COUNT)
        desk.idle()
        counts = [
            int(row[COUNT].lstrip("~").partition("–")[2] or row[COUNT].lstrip("~") or 0)
            for row in desk.cells("all.table")
        ]
        assert counts == sorted(counts, reverse=not is_rising)


def test_the_count_is_altered_in_the_list_with_a_history(desk: Desk) -> None:
    shown(desk, text="calamite")
    desk.press(Qt.Key.Key_Down)
    before = current(desk)
    desk.press(Qt.Key.Key_F2)
    assert desk.find(QLineEdit, "cell.value").hasFocus()
    desk.qtbot.keyClicks(desk.find(QLineEdit, "cell.value"), "abc")
    desk.press(Qt.Key.Key_Return)
    assert desk.find(QLineEdit, "cell.value").isVisible()  # what can't be read stays, with its words
    desk.find(QLineEdit, "cell.value").selectAll()
    desk.qtbot.keyClicks(desk.find(QLineEdit, "cell.value"), "77")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert current(desk).uid == before.uid
    assert (current(desk).data["count_min"], current(desk).data["count_max"]) == (77, 77)
    assert desk.saved
    assert "77" in {row[COUNT] for row in desk.cells("all.table")}
    assert desk.find(DeskTable, "all.table").hasFocus()


def test_the_remark_is_one_tab_away(desk: Desk) -> None:
    shown(desk, text="calamite")
    before = current(desk)
    desk.press(Qt.Key.Key_F2)
    desk.press(Qt.Key.Key_Tab)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "cell.remark"), "revu sur photo")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert current(desk).data == {**before.data, "comments": "revu sur photo"}
    shown(desk, text="photo")
    settled(desk, "1 ligne")


def test_esc_leaves_a_cell_as_it_was(desk: Desk) -> None:
    page = desk.go("data", protocol="", text="calamite")
    before = current(desk)
    desk.press(Qt.Key.Key_F2)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "cell.value"), "77")
    desk.press(Qt.Key.Key_Escape)
    assert current(desk) == before
    assert desk.window.page() is page


def test_a_validated_line_asks_for_a_reason_and_stays_validated(desk: Desk) -> None:
    shown(desk, text="calamite")
    desk.press(Qt.Key.Key_V)
    desk.idle()
    assert review.level(current(desk)) == "1"
    assert desk.cells("all.table")[0][STATE] == "done|validée"
    desk.press(Qt.Key.Key_F2)
    desk.find(QLineEdit, "cell.value").setText("41")
    desk.press(Qt.Key.Key_Return)
    assert current(desk).data["count_max"] != 41
    desk.find(QLineEdit, "cell.why").setText("relu sur le carnet")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert current(desk).data["count_max"] == 41
    assert review.level(current(desk)) == "1"


def test_several_lines_are_chosen_with_shift_and_handed_to_the_next_page(desk: Desk) -> None:
    desk.window.navigate("data", protocol="", text="calamite")
    desk.idle()
    for _step in range(2):
        desk.press(Qt.Key.Key_Down, SHIFT)
    assert desk.label("all.count") == "3 choisies sur 35"
    went: list[tuple[str, dict[str, object]]] = []
    page = desk.window.page()
    assert isinstance(page, DataPage)
    held = page._list
    assert isinstance(held, AllList)
    held._context = replace(held._context, navigate=lambda code, **params: went.append((code, params)))
    for key, code in ((Qt.Key.Key_Q, "review_ask"), (Qt.Key.Key_L, "bulk"), (Qt.Key.Key_X, "batch_new")):
        desk.press(key)
        assert went[-1][0] == code
        assert len(went[-1][1]["lines"]) == 3  # type: ignore[arg-type]
    desk.press(Qt.Key.Key_Home)
    desk.press(Qt.Key.Key_X)
    assert len(went[-1][1]["lines"]) == 35  # type: ignore[arg-type]


def test_space_chooses_the_next_line_too_and_what_is_chosen_stays_so(desk: Desk) -> None:
    page = desk.go("data", protocol="", text="calamite")
    for _step in range(2):
        desk.press(Qt.Key.Key_Space)
    assert desk.label("all.count") == "3 choisies sur 35"
    chosen = desk.find(DeskTable, "all.table").chosen(9)
    desk.press(Qt.Key.Key_L)
    desk.idle()
    assert desk.window.page() is not page
    desk.window.back()
    desk.idle()
    assert desk.find(DeskTable, "all.table").chosen(9) == chosen
    assert desk.label("all.count") == "3 choisies sur 35"
    desk.press(Qt.Key.Key_Home)
    settled(desk, "35 lignes")


def test_several_lines_are_validated_only_once_it_was_agreed_and_undone_together(desk: Desk) -> None:
    shown(desk, text="calamite")
    table = desk.find(DeskTable, "all.table")
    table.selectAll()
    uids = [row[0] for row in desk.services.db.rows("SELECT uid FROM record")]
    desk.press(Qt.Key.Key_V)
    desk.idle()
    question = desk.find(Question, "all.question")
    assert question.isVisible()
    assert "35 fiches seront validées" in question.words()
    assert not desk.find(ActionButton, "all.open").isVisible()  # one question, one next step
    assert not validated(desk, uids)
    desk.press(Qt.Key.Key_Escape)
    assert not question.isVisible()
    assert table.isVisible()
    assert desk.find(ActionButton, "all.open").isVisible()
    desk.press(Qt.Key.Key_V)
    desk.idle()
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.idle()
    assert len(validated(desk, uids)) == 35
    assert table.chosen_count() == 35
    desk.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.idle()
    assert not validated(desk, uids)


def validated(desk: Desk, uids: list[str]) -> list[str]:
    found = records.get_many(desk.services.db, uids)
    return [uid for uid, record in found.items() if review.level(record) == "1"]


def test_who_has_no_name_is_asked_for_it_before_anything_is_validated(desk: Desk) -> None:
    shown(desk, text="calamite")
    desk.services.db.author = Author("", "laptop")
    desk.press(Qt.Key.Key_V)
    desk.idle()
    assert review.level(current(desk)) == review.WAITING
    assert any("Dites d’abord qui vous êtes" in label.text() for label in desk.window.findChildren(QLabel))


def test_enter_in_a_filter_gives_the_cursor_back_to_the_list(desk: Desk) -> None:
    shown(desk)
    desk.press(Qt.Key.Key_F4)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "all.taxon"), "calamite")
    desk.press(Qt.Key.Key_Return)
    settled(desk, "35 lignes")
    assert desk.find(DeskTable, "all.table").hasFocus()


def test_the_review_is_one_key_away_on_the_visit_of_the_line(desk: Desk) -> None:
    shown(desk, text="calamite")
    line = current(desk)
    assert desk.find(ActionButton, "all.review").isVisible()
    desk.press(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | SHIFT)
    desk.idle()
    page = desk.window.page()
    assert isinstance(page, Blank)
    assert page.opened == [{"uid": line.uid}]


def test_a_warning_is_said_below_the_list_until_somebody_has_seen_it(desk: Desk) -> None:
    shown(desk, doubt="WARNING")
    rows = len(desk.cells("all.table"))
    assert rows
    assert desk.find(QLabel, "all.doubts").text()
    before = current(desk)
    desk.press(Qt.Key.Key_B)
    desk.idle()
    settled(desk, f"{rows - _lines_beside(desk, before)} lignes")
    assert desk.saved


def _lines_beside(desk: Desk, line: Record) -> int:
    """Return how many lines share the visit whose warnings were seen."""
    return len(records.children(desk.services.db, [line.parent or ""]))


def test_a_contour_is_drawn_with_the_keyboard(desk: Desk) -> None:
    shown(desk)
    held = desk.window.page()
    assert isinstance(held, DataPage)
    assert isinstance(held._list, AllList)
    held._list._bar.zone.draw_wanted.emit()
    canvas = desk.find(ZoneCanvas, "zone")
    assert canvas.hasFocus()
    desk.press(Qt.Key.Key_Space)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right):
        for _step in range(40):
            desk.press(key)
        desk.press(Qt.Key.Key_Space)
    assert len(canvas.corners) == 4
    desk.press(Qt.Key.Key_Backspace)
    assert len(canvas.corners) == 3
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    inside = len(desk.cells("all.table"))
    assert 0 < inside < 389
    assert desk.find(QLineEdit, "all.zone").text() == "contour dessiné"


def test_an_area_of_a_map_narrows_by_its_name(desk: Desk) -> None:
    lay(desk.services.db, "commune", [("62497", "Leforest", 3.04, 50.43, 3.08, 50.45)])
    shown(desk)
    desk.press(Qt.Key.Key_F6)
    desk.find(QLineEdit, "all.zone").setFocus()
    desk.qtbot.keyClicks(desk.find(QLineEdit, "all.zone"), "lefor")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    rows = desk.cells("all.table")
    assert len(rows) == 72  # rows of the season's file with x_wgs and y_wgs in the square
    desk.find(QLineEdit, "all.zone").clear()
    settled(desk, "389 lignes")


def test_what_another_page_saves_is_in_the_list_when_one_comes_back(desk: Desk) -> None:
    shown(desk, text="calamite")
    records.delete(desk.services.db, current(desk).uid, "ligne")
    desk.go("history", uid=current(desk).uid)
    desk.window.back()
    desk.idle()
    settled(desk, "34 lignes")


def test_the_first_reading_can_be_stopped_and_taken_up_again(desk: Desk) -> None:
    desk.window.navigate("data", protocol="")
    desk.qtbot.waitUntil(lambda: desk.find(QWidget, "all.card").isVisible())
    assert desk.find(QWidget, "all.waiting").isVisible() or not desk.window.background.busy()
    desk.press(Qt.Key.Key_Escape)
    desk.qtbot.waitUntil(lambda: not desk.window.background.busy())
    if keeper.of(desk.window.context).columns is None:  # it may have been ready already
        assert desk.find(QWidget, "all.stopped").isVisible()
        desk.qtbot.mouseClick(desk.find(QWidget, "all.resume"), Qt.MouseButton.LeftButton)
    settled(desk, "389 lignes")


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_is_cut_at_the_smallest_usual_screen(desk: Desk, qapp: QApplication, scale: float) -> None:
    theme.apply(qapp, "jour", scale)
    desk.window.resize(1366, 768)
    shown(desk, doubt="WARNING")  # opens the other filters as well
    table = desk.find(DeskTable, "all.table")
    desk.qtbot.waitUntil(lambda: not table.horizontalScrollBar().isVisible())
    for name in ("all.observer", "all.doubt", "all.zone", "all.level"):
        line = desk.find(QLineEdit, name)
        assert line.height() >= line.sizeHint().height()
    for name in ("all.export", "all.open", "all.validate"):
        button = desk.find(QWidget, name)
        assert button.width() >= button.sizeHint().width()
    assert table.height() >= 2 * table.rowHeight(0)


def test_with_very_large_letters_a_question_and_its_answers_are_in_sight(desk: Desk, qapp: QApplication) -> None:
    theme.apply(qapp, "jour", 1.5)
    desk.window.resize(1366, 768)
    shown(desk, text="calamite")
    desk.find(DeskTable, "all.table").selectAll()
    desk.press(Qt.Key.Key_V)
    desk.idle()
    question = desk.find(Question, "all.question")
    words = desk.find(QLabel, "all.question.words")
    assert words.height() >= words.heightForWidth(words.width())
    assert question.yes.mapTo(desk.window, question.yes.rect().bottomRight()).y() < desk.window.height()
    assert not desk.find(SeasonStepper, "all.season").isVisible()
    desk.press(Qt.Key.Key_Escape)
    assert desk.find(SeasonStepper, "all.season").isVisible()
    button = desk.find(ActionButton, "all.open")
    assert button.mapTo(desk.window, button.rect().bottomRight()).y() < desk.window.status.y()

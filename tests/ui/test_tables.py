"""The table is driven by keys and stays small with a million rows."""

from array import array

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
from fieldapp.ui.tables import KEPT_WINDOWS, WINDOW, Column, RecordDelegate, RecordTable, Row, WindowedModel

COLUMNS = (Column("Mare", stretch=True), Column("Espèces", number=True), Column("État", badge=True))
ROWS = [("Mare 04", "2", "done|"), ("Mare 05", "0", "nothing_seen|"), ("Mare 06", "", "todo|avant le 30")]


class Store:
    """Counts what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def fetch(self, ids: "array[int]") -> list[Row]:
        self.asked.append(len(ids))
        return [(f"ligne {uid}", str(uid), "todo|") for uid in ids]


def small(qtbot: QtBot) -> RecordTable:
    table = RecordTable(COLUMNS, name="test.table")
    qtbot.addWidget(table)
    table.show_rows(ROWS, ["u4", "u5", "u6"])
    table.resize(600, 300)
    table.show()
    return table


def test_enter_opens_the_current_row(qtbot: QtBot) -> None:
    table = small(qtbot)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["u5"]


def test_home_and_end_go_to_the_first_and_last_row(qtbot: QtBot) -> None:
    table = small(qtbot)
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.current_key() == "u6"
    qtbot.keyClick(table, Qt.Key.Key_Home)
    assert table.current_key() == "u4"


def test_the_current_row_keeps_its_key_when_the_list_is_shown_again(qtbot: QtBot) -> None:
    table = small(qtbot)
    table.select_key("u6")
    table.show_rows(list(reversed(ROWS)), ["u6", "u5", "u4"])
    assert table.current_key() == "u6"
    assert table.currentIndex().row() == 0


def test_an_empty_table_has_no_current_row_and_opens_nothing(qtbot: QtBot) -> None:
    table = small(qtbot)
    table.show_rows([], [])
    assert table.current_key() is None
    with qtbot.assertNotEmitted(table.opened):
        qtbot.keyClick(table, Qt.Key.Key_Return)


def test_numbers_stand_on_the_right_and_a_state_is_spoken_in_words(qtbot: QtBot) -> None:
    model = small(qtbot).model()
    assert model.data(model.index(0, 1), Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.data(model.index(1, 2), Qt.ItemDataRole.AccessibleTextRole) == "État : rien vu"
    assert model.data(model.index(2, 2), Qt.ItemDataRole.AccessibleTextRole) == "État : avant le 30"


def test_a_million_rows_fetch_at_most_a_window_at_a_time_and_keep_a_few(qtbot: QtBot) -> None:
    store = Store()
    table = RecordTable(COLUMNS, name="test.million")
    qtbot.addWidget(table)
    table.show_ids(array("q", range(1_000_000)), store.fetch)
    table.resize(600, 400)
    table.show()
    assert sum(store.asked) <= WINDOW
    for step in range(100):
        before = sum(store.asked)
        table.scrollTo(table.model().index(step * 9_999, 0))
        table.grab()
        assert sum(store.asked) - before <= 2 * WINDOW
    assert max(store.asked) <= WINDOW
    assert len(table._model._windows) <= KEPT_WINDOWS
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.current_key() == 999_999


def test_a_window_used_again_is_not_fetched_again() -> None:
    store = Store()
    model = WindowedModel(COLUMNS)
    model.show(array("q", range(1000)), store.fetch)
    assert model.row(5)[0] == "ligne 5"
    assert model.row(150)[0] == "ligne 150"
    assert store.asked == [WINDOW]
    model.forget()
    assert model.row(5)[0] == "ligne 5"
    assert store.asked == [WINDOW, WINDOW]


def test_the_row_of_the_totals_is_the_last_one_and_only_where_there_is_one(qtbot: QtBot) -> None:
    plain = small(qtbot)
    sums = RecordTable(COLUMNS, has_totals=True, name="test.sums")
    qtbot.addWidget(sums)
    sums.show_rows(ROWS)

    def totals(table: RecordTable) -> list[bool]:
        delegate = table.itemDelegate()
        assert isinstance(delegate, RecordDelegate)
        return [delegate.is_total(table.model().index(row, 0)) for row in range(3)]

    assert totals(plain) == [False, False, False]
    assert totals(sums) == [False, False, True]


def test_the_row_of_the_totals_has_a_line_above_it(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)

    def dark(has_totals: bool) -> int:
        table = RecordTable(COLUMNS, has_totals=has_totals, name="test.sums")
        qtbot.addWidget(table)
        table.show_rows(ROWS)
        table.resize(600, 300)
        table.show()
        table.selectRow(0)
        last = table.visualRect(table.model().index(2, 0))
        image = table.viewport().grab().toImage()
        return image.pixelColor(last.center().x(), last.top()).lightness()

    assert dark(True) < 60 < dark(False)

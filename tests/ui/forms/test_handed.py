"""A line that has already left says so when it is deleted; the list leads to the line that was chosen in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record
from fieldapp.exchange import batch
from fieldapp.exchange.batch_request import Request
from fieldapp.exchange.selecting import Selection
from fieldapp.store import records
from fieldapp.ui.data.table import DeskTable
from fieldapp.ui.forms.lines import LineRow
from fieldapp.ui.tables import RecordTable
from tests.exchange.handing_on import recipient, season
from tests.ui.windows.desk import Desk, desk_on

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=False, ours=("data", "sheet")) as opened:
        yield opened


@pytest.fixture
def made(desk: Desk) -> dict[str, Record]:
    return season(desk.services.db)


def open_at(desk: Desk, made: dict[str, Record], line: str) -> None:
    visit = made["visit"]
    desk.go("sheet", protocol=visit.protocol, site=visit.parent, visit=visit.uid, line=made[line].uid)


def stands_on(record: Record) -> bool:
    row = QApplication.focusWidget()
    return isinstance(row, LineRow) and row.words.uid == record.uid


def said(desk: Desk) -> str:
    return " ".join(label.text() for label in desk.window.findChildren(QLabel) if label.isVisible())


def hand_on(desk: Desk, folder: Path) -> None:
    """Hand all lines to a recipient, exactly."""
    db = desk.services.db
    whom = recipient(db, "DREAL", precision="exact", sees_sensitive=True)
    batch.make(db, Request("csv", Selection(), recipient=whom), folder / "a.csv")


def test_a_sheet_opens_on_the_line_that_was_chosen(desk: Desk, made: dict[str, Record]) -> None:
    for line in ("toads", "palmate", "more"):
        open_at(desk, made, line)
        assert stands_on(made[line])
    open_at(desk, {**made, "gone": made["crested"]}, "gone")
    assert not isinstance(QApplication.focusWidget(), LineRow)  # no line of this visit: as ever


@pytest.mark.parametrize(("protocol", "table"), [("", "all.table"), ("pop_amphibiens", "data.table")])
def test_the_list_leads_to_its_line_and_stands_on_it_again_after_it(
    desk: Desk, made: dict[str, Record], protocol: str, table: str
) -> None:
    desk.go("data", protocol=protocol)
    desk.qtbot.waitUntil(lambda: len(desk.cells(table)) == 5)
    for _step in range(3):
        desk.press(Qt.Key.Key_Down)
    listed = desk.find(RecordTable, table)
    key = listed.current_key()
    ((uid,),) = desk.services.db.rows("SELECT uid FROM record WHERE id = ?", (key,))
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    record = records.get(desk.services.db, uid)
    assert record is not None
    assert stands_on(record)
    desk.press(Qt.Key.Key_Escape)
    desk.idle()
    assert desk.find(RecordTable, table).current_key() == key
    assert desk.find(RecordTable, table).currentIndex().row() == 3
    assert table != "all.table" or desk.find(DeskTable, table).chosen_count() == 1


def test_deleting_a_line_that_has_left_says_to_whom_and_offers_the_way_back(
    desk: Desk, made: dict[str, Record], tmp_path: Path
) -> None:
    hand_on(desk, tmp_path)
    open_at(desk, made, "palmate")
    desk.press(Qt.Key.Key_Delete)
    desk.idle()
    desk.qtbot.waitUntil(lambda: "déjà partie chez DREAL" in said(desk))
    desk.press(Qt.Key.Key_Z, CTRL)
    desk.idle()
    kept = records.get(desk.services.db, made["palmate"].uid)
    assert kept is not None
    assert not kept.deleted


def test_deleting_a_line_that_nobody_was_told_of_says_nothing(desk: Desk, made: dict[str, Record]) -> None:
    open_at(desk, made, "palmate")
    desk.press(Qt.Key.Key_Delete)
    desk.idle()
    gone = records.get(desk.services.db, made["palmate"].uid)
    assert gone is not None
    assert gone.deleted
    assert "partie" not in said(desk)

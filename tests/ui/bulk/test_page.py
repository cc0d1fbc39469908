"""A correction of many lines is chosen, seen, made and taken back by keys alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record
from fieldapp.store import records, reviewing
from fieldapp.ui.bulk.form import TaxonEdit
from fieldapp.ui.widgets import ActionButton
from tests.ui.windows.desk import Desk, desk_on


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=True, ours=("bulk",)) as opened:
        yield opened


@pytest.fixture
def seen(desk: Desk) -> list[Record]:
    """Return the first five observations of the season that have a species."""
    rows = desk.services.db.rows(
        "SELECT uid FROM record WHERE entity = 'observation' AND json_extract(data, '$.presence') = 'Oui' "
        "ORDER BY uid LIMIT 5"
    )
    found = records.get_many(desk.services.db, [row[0] for row in rows])
    return [found[row[0]] for row in rows]


def choose_field(desk: Desk, letters: str) -> None:
    """Take a field by the beginning of its label."""
    desk.type("bulk.field", letters)
    desk.press(Qt.Key.Key_Return)


def type_value(desk: Desk, text: str) -> None:
    area = desk.find(QPlainTextEdit, "bulk.value.comments")
    area.setFocus()
    area.selectAll()
    desk.qtbot.keyClicks(area, text)


def preview(desk: Desk) -> None:
    desk.press(Qt.Key.Key_F5)
    desk.idle()


def do(desk: Desk) -> None:
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.idle()


def comments(desk: Desk, found: list[Record]) -> list[object]:
    now = records.get_many(desk.services.db, [record.uid for record in found])
    return [now[record.uid].data.get("comments") for record in found]


def test_nothing_is_corrected_before_it_was_seen(desk: Desk, seen: list[Record]) -> None:
    desk.go("bulk", lines=[record.uid for record in seen])
    choose_field(desk, "remarque")
    type_value(desk, "revu")
    assert not desk.find(ActionButton, "bulk.do").isEnabled()
    do(desk)
    assert "revu" not in comments(desk, seen)
    assert desk.find(QWidget, "bulk.empty").isVisible()


def test_a_correction_is_seen_line_by_line_made_and_taken_back(desk: Desk, seen: list[Record]) -> None:
    before = comments(desk, seen)
    desk.go("bulk", lines=[record.uid for record in seen])
    choose_field(desk, "remarque")
    type_value(desk, "revu")
    preview(desk)
    assert [row[2] for row in desk.cells("bulk.table")] == ["revu"] * 5
    assert comments(desk, seen) == before
    do(desk)
    assert comments(desk, seen) == ["revu"] * 5
    assert len(desk.saved) == 1
    desk.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.idle()
    assert comments(desk, seen) == before


def test_another_value_asks_to_be_seen_again(desk: Desk, seen: list[Record]) -> None:
    desk.go("bulk", lines=[record.uid for record in seen])
    choose_field(desk, "remarque")
    type_value(desk, "revu")
    preview(desk)
    assert desk.find(ActionButton, "bulk.do").isEnabled()
    type_value(desk, "autre")
    assert not desk.find(ActionButton, "bulk.do").isEnabled()
    assert desk.cells("bulk.table") == []


def test_validated_lines_wait_for_a_reason(desk: Desk, seen: list[Record]) -> None:
    done = reviewing.validate(desk.services.db, [seen[0].uid], "1")
    assert done.done == 1
    desk.go("bulk", lines=[record.uid for record in seen])
    choose_field(desk, "remarque")
    type_value(desk, "revu")
    preview(desk)
    assert "1 validée" in desk.label("bulk.said")
    assert desk.find(QLineEdit, "bulk.why").isVisible()
    desk.type("bulk.why", "relu sur la photo")
    do(desk)
    assert comments(desk, seen) == ["revu"] * 5


def test_a_species_is_chosen_by_its_letters(desk: Desk, seen: list[Record]) -> None:
    desk.go("bulk", lines=[record.uid for record in seen], field="cd_nom")
    desk.type("bulk.taxon", "calamite")
    desk.press(Qt.Key.Key_Return)
    assert desk.find(TaxonEdit, "bulk.taxon").cd_nom() == 459628
    preview(desk)
    do(desk)
    after = records.get_many(desk.services.db, [record.uid for record in seen])
    assert {record.cd_nom for record in after.values()} == {459628}


def test_without_lines_there_is_nothing_to_do(desk: Desk) -> None:
    desk.go("bulk")
    assert not desk.find(QWidget, "bulk.card").isVisible()
    assert desk.find(QWidget, "bulk.none").isVisible()


def test_of_lines_of_several_kinds_those_of_one_are_corrected(desk: Desk, seen: list[Record]) -> None:
    visit = seen[0].parent or ""
    desk.go("bulk", lines=[visit, *(record.uid for record in seen)])
    assert desk.find(QWidget, "bulk.kinds").isVisible()
    choose_field(desk, "remarque")
    type_value(desk, "revu")
    preview(desk)
    do(desk)
    assert comments(desk, seen) == ["revu"] * 5
    kept = records.get(desk.services.db, visit)
    assert kept is not None
    assert kept.data.get("comments") != "revu"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_the_field_leads_to_its_value(desk: Desk, seen: list[Record], key: Qt.Key) -> None:
    desk.go("bulk", lines=[record.uid for record in seen])
    desk.type("bulk.field", "remarque")
    desk.press(key)
    desk.qtbot.waitUntil(lambda: desk.find(QPlainTextEdit, "bulk.value.comments").hasFocus())


def test_a_field_that_must_be_filled_asks_for_its_value_first(desk: Desk, seen: list[Record]) -> None:
    desk.go("bulk", lines=[record.uid for record in seen], field="presence")
    preview(desk)
    assert desk.label("bulk.said") == "Dites d’abord quel champ corriger, et la nouvelle valeur."
    assert desk.cells("bulk.table") == []

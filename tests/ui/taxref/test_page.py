"""TAXREF comes in from a file that is chosen by a key, and the page says what it means for the records."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.record import make_record
from fieldapp.store import records, taxa
from fieldapp.ui.widgets import Banner, ChipRow
from tests.exchange.test_taxref import release, withdrawn, zipped
from tests.ui.windows.desk import Desk, desk_on


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=False, ours=("taxref", "backups")) as opened:
        yield opened


def load(desk: Desk, path: Path) -> None:
    desk.press(Qt.Key.Key_O)
    desk.answer(path)
    desk.idle()


def test_a_file_is_chosen_by_a_key_and_its_names_are_found(desk: Desk, tmp_path: Path) -> None:
    desk.go("taxref")
    assert "Seules les listes des suivis" in desk.label("taxref.about")
    load(desk, release(tmp_path))
    assert "4 noms, dont 1 synonyme" in desk.label("taxref.about")
    assert [taxon.cd_nom for taxon in taxa.search(desk.services.db, "muta")] == [999351]
    assert desk.find(QWidget, "taxref.fine").isVisible()


def test_withdrawn_numbers_of_our_records_are_listed_with_what_stands_for_them(desk: Desk, tmp_path: Path) -> None:
    db = desk.services.db
    entity = db.protocols["pop_amphibiens"].entity("observation")
    records.save(db, [make_record("pop_amphibiens", entity, {"cd_nom": 777}, None)], "saisie")
    desk.go("taxref")
    load(desk, zipped(tmp_path, release(tmp_path), withdrawn(tmp_path, (777, "TAXREFv16", "351", "doublon"))))
    assert desk.cells("taxref.table") == [("777", "351 Rana temporaria", "doublon", "1")]
    desk.go("backups")
    desk.go("taxref")
    assert desk.cells("taxref.table") == [("777", "351 Rana temporaria", "doublon", "1")]


def test_a_file_that_is_none_is_refused_and_nothing_changes(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "TAXREF.txt"
    path.write_text("nom;date\n", encoding="utf-8")
    desk.go("taxref")
    load(desk, path)
    banner = desk.find(Banner, "taxref.refused")
    assert banner.isVisible()
    assert "n’est pas un fichier TAXREF" in banner.text()
    assert taxa.reference(desk.services.db) is None


def test_the_names_to_be_taken_are_chosen_by_a_key(desk: Desk) -> None:
    desk.go("taxref")
    scope = desk.find(ChipRow, "taxref.scope")
    assert scope.value() == ["france"]
    desk.press(Qt.Key.Key_F2)
    assert scope.value() == ["everywhere"]
    desk.press(Qt.Key.Key_F2)
    assert scope.value() == ["france"]

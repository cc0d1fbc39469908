"""Backups are made, listed and gone back to; the database before is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core import paths
from fieldapp.core.record import make_record
from fieldapp.exchange import demo
from fieldapp.store import backup, media, records
from fieldapp.store.opening import open_for_use
from tests.store.photographs import photograph
from tests.ui.windows.desk import Desk, desk_on


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=True) as opened:
        yield opened


def add_person(desk: Desk, name: str) -> None:
    db = desk.services.db
    records.save(db, [make_record("directory", db.protocols["directory"].entity("person"), {"name": name}, None)], name)


def people(desk: Desk) -> list[str]:
    return [record.data["name"] for record in records.roots(desk.services.db, "directory", "person")]


def test_the_key_s_makes_a_backup_that_stands_in_the_list(desk: Desk) -> None:
    desk.go("backups")
    assert desk.find(QWidget, "backups.empty").isVisible()
    desk.press(Qt.Key.Key_S)
    desk.idle()
    (made,) = backup.list_backups(desk.services.path)
    assert [row[3] for row in desk.cells("backups.table")] == [made.path.name]
    assert backup.verify(made.path).records == 799


def test_a_restore_says_what_it_will_do_and_esc_leaves_everything(desk: Desk) -> None:
    backup.make(desk.services.path)
    add_person(desk, "PETIT Anne")
    desk.go("backups")
    desk.press(Qt.Key.Key_R)
    desk.idle()
    assert "1 enregistrement fait depuis n’y est pas." in desk.label("backups.sentence")
    desk.press(Qt.Key.Key_Escape)
    assert not desk.find(QWidget, "backups.ask").isVisible()
    assert "PETIT Anne" in people(desk)


def test_a_restore_brings_the_backup_back_and_keeps_the_database_before(desk: Desk) -> None:
    made = backup.make(desk.services.path)
    add_person(desk, "PETIT Anne")
    desk.go("backups")
    desk.press(Qt.Key.Key_R)
    desk.idle()
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "PETIT Anne" not in people(desk)
    add_person(desk, "MARTIN Luc")  # the database is open again
    assert "MARTIN Luc" in people(desk)
    kept = list(desk.services.path.parent.glob("season-avant-restauration-*.db"))
    assert len(kept) == 1
    assert made.exists()


def test_a_damaged_backup_is_refused_and_the_database_stays(desk: Desk) -> None:
    made = backup.make(desk.services.path)
    made.write_bytes(made.read_bytes()[:5000])
    desk.go("backups")
    with desk.errors() as shown:
        desk.press(Qt.Key.Key_R)
        desk.idle()
    assert len(shown) == 1
    assert not desk.find(QWidget, "backups.ask").isVisible()
    assert records.count(desk.services.db, "pop_amphibiens", "observation") == 389


def test_a_backup_of_another_computer_is_not_said_to_be_up_to_date(desk: Desk, tmp_path: Path) -> None:
    add_person(desk, "PETIT Anne")
    with open_for_use(tmp_path / "autre" / "season.db", protocols.installed()) as other:
        demo.take(other, demo.PONDS)
        person = make_record("directory", other.protocols["directory"].entity("person"), {"name": "DURAND Zoé"}, None)
        records.save(other, [person], "DURAND Zoé")
        backup.make(other.path, paths.backup_folder(desk.services.path))
    desk.go("backups")
    desk.press(Qt.Key.Key_R)
    desk.idle()
    said = desk.label("backups.sentence")
    assert "Rien n’a été saisi depuis" not in said
    assert "vient d’une autre base" in said
    assert "2 enregistrements de la sauvegarde ne sont pas dans la base d’aujourd’hui." in said
    assert "2 enregistrements faits ici ne sont pas dans la sauvegarde." in said


def test_a_backup_takes_the_photos_along_and_a_restore_brings_back_those_that_are_gone(
    desk: Desk, tmp_path: Path
) -> None:
    kept = media.keep(desk.services.db, photograph(tmp_path / "a.jpg"))
    desk.go("backups")
    desk.press(Qt.Key.Key_S)
    desk.idle()
    assert len(list(media.files_in(paths.backup_folder(desk.services.path) / "photos"))) == 1
    kept.path.unlink()
    desk.press(Qt.Key.Key_R)
    desk.idle()
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.idle()
    assert media.missing(desk.services.db) == []

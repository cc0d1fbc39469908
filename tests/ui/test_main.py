"""The program as a whole: opening, the second copy, damage, training, undo after a restart."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core import paths, settings
from fieldapp.core.record import make_record
from fieldapp.exchange import demo
from fieldapp.store import backup, instance, records
from fieldapp.store.opening import open_for_use
from fieldapp.ui import diagnostics, errors, sources, theme
from fieldapp.ui.banding.capture import CapturePage
from fieldapp.ui.main import Program, with_person

WHO = "Personne Inventée"


@pytest.fixture
def path() -> Path:
    return paths.default_database()


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication, path: Path, tmp_path: Path) -> Iterator[Callable[[], Program]]:
    """Return what starts the program on the database of this test; all is closed at the end."""
    started: list[Program] = []

    def begin() -> Program:
        program = Program(qapp, path, tmp_path)
        started.append(program)
        return program

    yield begin
    for program in started:
        program.close()
    errors.install(qapp)
    theme.apply(qapp, "jour", 1.0)


@pytest.fixture
def answers(qapp: QApplication) -> Iterator[Callable[[str, str], list[str]]]:
    """Return what presses a button of the start-up dialog as soon as it is open, and keeps the sentence it said."""
    timers: list[QTimer] = []

    def answer(label: str, button: str) -> list[str]:
        said: list[str] = []

        def press() -> None:
            dialog = qapp.activeModalWidget()
            if isinstance(dialog, QDialog):
                timer.stop()
                words = dialog.findChild(QLabel, label)
                said.append(words.text() if words is not None else "")
                found = dialog.findChild(QPushButton, button)
                assert found is not None
                found.click()

        timer = QTimer()
        timer.timeout.connect(press)
        timer.start(10)
        timers.append(timer)
        return said

    yield answer
    for timer in timers:
        timer.stop()


def add_person(program: Program, name: str) -> None:
    """Save a person as a page does."""
    assert program.services is not None
    protocol = protocols.by_code("directory")
    person = make_record(protocol.code, protocol.entity("person"), {"name": name}, None)
    program.services.on_saved(records.save(program.services.db, [person], f"Personne {name}").made_at)


def people(program: Program) -> list[str]:
    assert program.services is not None
    return [record.data["name"] for record in records.roots(program.services.db, "directory", "person")]


def text_of(program: Program, name: str) -> str:
    assert program.window is not None
    label = program.window.findChild(QLabel, name)
    assert label is not None
    return label.text()


def test_a_first_start_makes_a_database_and_shows_today(start: Callable[[], Program], path: Path) -> None:
    program = start()
    assert program.open_own()
    assert path.exists()
    assert program.window is not None
    place = program.window.place()
    assert place is not None
    assert place.code == "today"


def test_what_was_saved_before_a_restart_can_be_undone_and_redone_after_it(
    start: Callable[[], Program], qtbot: QtBot
) -> None:
    program = start()
    assert program.open_own()
    add_person(program, "Une")
    add_person(program, "Deux")
    program.close()
    again = start()
    assert again.open_own()
    assert again.window is not None
    again.window.activateWindow()
    qtbot.waitUntil(again.window.isActiveWindow)
    qtbot.keyClick(again.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert people(again) == ["Une"]
    qtbot.keyClick(again.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert sorted(people(again)) == ["Deux", "Une"]


def test_a_second_copy_on_the_same_database_says_so_and_does_not_open(
    start: Callable[[], Program], path: Path, answers: Callable[[str, str], list[str]]
) -> None:
    with instance.hold(path):
        said = answers("startup.sentence", "startup.close")
        assert not start().open_own()
    assert "déjà ouverte" in said[0]


def test_a_damaged_database_is_not_opened_and_the_last_good_backup_comes_back(
    start: Callable[[], Program], path: Path, answers: Callable[[str, str], list[str]]
) -> None:
    program = start()
    assert program.open_own()
    add_person(program, "Sauvée")
    program.close()
    backup.make(path)
    content = bytearray(path.read_bytes())
    content[:4096] = bytes(4096)
    path.write_bytes(content)
    said = answers("recovery.backup", "recovery.restore")
    again = start()
    assert again.open_own()
    assert "dernière bonne sauvegarde" in said[0]
    assert people(again) == ["Sauvée"]
    assert any(bytes(content) == other.read_bytes() for other in path.parent.iterdir() if other.is_file())


def test_a_person_may_close_instead_of_restoring_and_nothing_is_changed(
    start: Callable[[], Program], path: Path, answers: Callable[[str, str], list[str]]
) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database at all")
    answers("recovery.backup", "recovery.close")
    assert not start().open_own()
    assert path.read_bytes() == b"not a database at all"
    instance.hold(path).release()


def test_the_training_mode_is_another_database_and_looks_different(
    start: Callable[[], Program], path: Path, qtbot: QtBot
) -> None:
    program = start()
    assert program.open_own()
    assert program.services is not None
    program.services.switch_training(True)
    qtbot.waitUntil(lambda: program.services is not None and program.services.training)
    assert program.services.path != path
    assert program.window is not None
    strip = program.window.findChild(QFrame, "training")
    assert strip is not None
    assert strip.isVisible()
    add_person(program, "Pour Rire")
    program.services.switch_training(False)
    qtbot.waitUntil(lambda: program.services is not None and not program.services.training)
    assert program.window is not None
    assert program.window.findChild(QFrame, "training") is None
    assert people(program) == []


def test_saving_says_when_and_who_saves_is_in_the_history(start: Callable[[], Program]) -> None:
    program = start()
    assert program.open_own()
    assert program.services is not None
    program.services.change_settings(with_person(program.settings, "uid-1", WHO))
    add_person(program, WHO)
    assert text_of(program, "status.saved").startswith("Enregistré ")
    assert text_of(program, "status.who") == WHO
    assert program.services.db.value("SELECT who FROM action") == "uid-1"
    assert settings.load().who_name == WHO


def test_theme_and_text_size_take_effect_at_once_and_survive(start: Callable[[], Program]) -> None:
    program = start()
    assert program.open_own()
    assert program.services is not None
    program.services.change_settings(replace(program.settings, theme="nuit-rouge", text_scale=1.5))
    assert theme.current().name == "nuit-rouge"
    assert theme.text_px() == round(15 * 1.5)
    assert settings.load().theme == "nuit-rouge"


def test_another_language_reopens_the_window_at_the_settings(start: Callable[[], Program], qtbot: QtBot) -> None:
    program = start()
    assert program.open_own()
    assert program.services is not None
    program.services.change_settings(replace(program.settings, language="en"))
    qtbot.waitUntil(lambda: program.window is not None and text_of(program, "header.title") == "Settings")


def test_a_backup_is_made_soon_after_the_start_and_said(start: Callable[[], Program], qtbot: QtBot, path: Path) -> None:
    program = start()
    assert program.open_own()
    add_person(program, "Une")
    program._back_up()
    qtbot.waitUntil(lambda: bool(backup.list_backups(path)))
    qtbot.waitUntil(lambda: "aujourd’hui" in text_of(program, "status.backup"))


def test_what_was_saved_is_in_a_backup_when_the_window_is_closed(start: Callable[[], Program], path: Path) -> None:
    program = start()
    assert program.open_own()
    add_person(program, "Une")
    program.close()
    (made,) = backup.list_backups(path)
    assert backup.verify(made.path).records == 1
    again = start()
    assert again.open_own()
    again.close()
    assert backup.list_backups(path) == [made]


def test_what_a_restore_cut_short_left_behind_is_gone_after_the_next_start(
    start: Callable[[], Program], path: Path
) -> None:
    left = path.with_name(f"{path.name}.restauration")
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    assert start().open_own()
    assert not left.exists()


def test_the_diagnostic_holds_counts_and_versions_but_no_name_and_no_place(
    start: Callable[[], Program], tmp_path: Path
) -> None:
    program = start()
    assert program.open_own()
    assert program.services is not None
    demo.take(program.services.db, demo.PONDS)
    add_person(program, WHO)
    bundle = diagnostics.write_bundle(tmp_path / "diagnostic.zip", program.services, people(program))
    with zipfile.ZipFile(bundle) as opened:
        texts = {name: opened.read(name).decode() for name in opened.namelist()}
    assert json.loads(texts["base.json"])["records"]["pop_amphibiens.observation"] == {"all": 389, "deleted": 0}
    assert json.loads(texts["versions.json"])["SQLite"] == sqlite3.sqlite_version
    whole = " ".join(texts.values())
    for private in (WHO, "Inventée", "Observateur", "Avion", "mare_0", str(Path.home()), program.settings.device):
        assert private not in whole, private


def test_aller_a_finds_ponds_and_species_and_goes_there(start: Callable[[], Program]) -> None:
    program = start()
    assert program.open_own()
    assert program.services is not None
    demo.take(program.services.db, demo.PONDS)
    gone: list[tuple[str, dict[str, object]]] = []
    places, *_banding, species = sources.for_window(
        program.services, lambda code, **params: gone.append((code, params))
    )
    row = places.search("leforest 07")[0]
    assert row.title == "Leforest mare 07"
    places.go(row)
    assert gone[0][0] == "round"
    assert gone[0][1]["site"] is not None
    toad = species.search("calam")[0]
    species.go(toad)
    assert gone[1] == ("data", {"protocol": "pop_amphibiens", "cd_nom": 459628})


def test_closing_leaves_nothing_behind(start: Callable[[], Program], path: Path, qapp: QApplication) -> None:
    program = start()
    assert program.open_own()
    program.close()
    instance.hold(path).release()
    with open_for_use(path, protocols.installed()) as db:
        assert records.count(db, "directory", "person") == 0
    assert [widget for widget in qapp.topLevelWidgets() if widget.isVisible()] == []


@pytest.mark.parametrize("training", [False, True])
def test_nothing_waits_to_be_sent_while_there_is_nowhere_to_send_it(
    start: Callable[[], Program], training: bool
) -> None:
    program = start()
    assert program.open_training() if training else program.open_own()
    assert program.window is not None
    assert program.services is not None
    person = make_record("directory", protocols.by_code("directory").entity("person"), {"name": WHO}, None)
    records.save(program.services.db, [person], "personne")
    program.services.on_saved("2026-04-14T20:00:00+00:00")
    assert program.window.status.exchange_button.isHidden()


def test_the_settings_name_the_own_folder_with_a_tilde(
    start: Callable[[], Program], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(path.parent.parent))
    program = start()
    assert program.open_own()
    assert program.window is not None
    program.window.navigate("settings")
    label = program.window.findChild(QLabel, "settings.path")
    assert label is not None
    assert label.text() == str(Path("~") / path.relative_to(path.parent.parent))


def test_what_the_hub_brings_comes_to_the_captures_without_opening_them_anew(
    start: Callable[[], Program], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = start()
    assert program.open_own()
    services, window = program.services, program.window
    assert services is not None
    assert window is not None
    qtbot.waitUntil(lambda: services.sync is not None)
    sync = services.sync
    assert sync is not None
    window.prepare("captures")
    page = window.findChild(CapturePage)
    assert page is not None
    opened: list[object] = []
    monkeypatch.setattr(page, "open", lambda **params: opened.append(params))
    with qtbot.waitSignals([page.others.runner.came, page.others.runner.ringed]):
        sync.came.emit()
        sync.ended.emit()
    assert opened == []
    page.others.runner.want(frozenset({"string-1"}))
    assert set(sync._claims()) == {"string-1"}

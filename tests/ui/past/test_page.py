"""A day is chosen, a copy of the database as it was then opens, nothing is saved in it, and one key leads back."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.errors import ReadOnlyError
from fieldapp.core.record import make_record
from fieldapp.store import past, records
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.ui import errors, theme
from fieldapp.ui.main import Program
from fieldapp.ui.past.page import PastPage, instant_of, moment_words
from fieldapp.ui.widgets import ActionButton

THEN = datetime(2025, 3, 3, 20, 0, tzinfo=UTC)


def add_person(path: Path, name: str, at: datetime) -> None:
    """Save a person as if that had been at this moment."""
    with (
        open_for_use(path, protocols.installed(), Author("Alex B.", "laptop")) as db,
        pytest.MonkeyPatch.context() as own,
    ):
        own.setattr("fieldapp.store.writer.now", lambda: past.instant(at))
        made = make_record("directory", db.protocols["directory"].entity("person"), {"name": name}, None)
        records.save(db, [made], name)


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    """Give the program on a database to which one person came on the third of March 2025, another one a month later."""
    path = tmp_path / "base.db"
    add_person(path, "PETIT Anne", THEN)
    add_person(path, "MARTIN Luc", THEN + timedelta(days=30))
    started = Program(qapp, path, tmp_path)
    assert started.open_own()
    yield started
    started.close()
    errors.install(qapp)
    theme.apply(qapp, "jour", 1.0)


def people(program: Program) -> list[str]:
    assert program.services is not None
    return [record.data["name"] for record in records.roots(program.services.db, "directory", "person")]


def past_page(program: Program) -> PastPage:
    assert program.window is not None
    program.window.navigate("past")
    page = program.window.page()
    assert isinstance(page, PastPage)
    return page


def ask(qtbot: QtBot, program: Program, day: str) -> PastPage:
    """Type a day and press the key that opens it."""
    page = past_page(program)
    line = page.findChild(QLineEdit, "past.day")
    assert line is not None
    line.clear()
    qtbot.keyClicks(line, day)
    qtbot.keyClick(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    return page


def is_past(program: Program) -> bool:
    return program.services is not None and bool(program.services.past)


def test_the_database_of_a_day_opens_for_reading_and_a_key_leads_back(qtbot: QtBot, program: Program) -> None:
    ask(qtbot, program, "10/03/2025")
    qtbot.waitUntil(lambda: is_past(program), timeout=30_000)
    assert program.window is not None
    assert program.services is not None
    strip = program.window.findChild(QLabel, "past.words")
    assert strip is not None
    assert "lundi 10 mars 2025, lecture seule" in strip.text()
    assert people(program) == ["PETIT Anne"]
    copy = program.services.path
    made = make_record("directory", program.services.protocols["directory"].entity("person"), {"name": "X"}, None)
    with pytest.raises(ReadOnlyError, match="10 mars 2025"):
        records.save(program.services.db, [made], "saisie")
    with program.services.open_own() as own, pytest.raises(ReadOnlyError):
        records.save(own, [made], "saisie")
    program.window.activateWindow()
    qtbot.waitUntil(program.window.isActiveWindow)
    qtbot.keyClick(QApplication.focusWidget() or program.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not is_past(program))
    assert sorted(people(program)) == ["MARTIN Luc", "PETIT Anne"]
    assert not copy.parent.exists()


def test_a_form_of_the_past_takes_no_letter_and_lets_one_go(qtbot: QtBot, program: Program) -> None:
    ask(qtbot, program, "10/03/2025")
    qtbot.waitUntil(lambda: is_past(program), timeout=30_000)
    window = program.window
    assert window is not None
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.navigate("list")
    qtbot.keyClicks(QApplication.focusWidget() or window, "Mare")
    line = window.findChild(QLineEdit, "list.place")
    assert line is not None
    assert line.text() == ""
    assert "rien ne s’y écrit" in window.notices.banner.text()
    assert "lecture seule" in window.context_line.words()
    line.setText("Mare")  # whatever stands in it, the way out is open
    window.navigate("lists")
    place = window.place()
    assert place is not None
    assert place.code == "lists"
    button = window.findChild(ActionButton, "lists.new")
    assert button is not None
    assert not button.isEnabled()


@pytest.mark.parametrize(
    ("day", "said"),
    [("1/1/2020", "Rien n’était encore"), ("1/1/2090", "dans l’avenir"), ("", "Écrivez le jour")],
)
def test_a_day_without_a_database_is_refused_beside_the_field(
    qtbot: QtBot, program: Program, day: str, said: str
) -> None:
    page = ask(qtbot, program, day)
    assert said in page._day_field.message.text()
    assert not is_past(program)


def test_closing_the_program_takes_the_copy_away(qtbot: QtBot, program: Program) -> None:
    ask(qtbot, program, "10/03/2025")
    qtbot.waitUntil(lambda: is_past(program), timeout=30_000)
    assert program.services is not None
    copy = program.services.path
    program.close()
    assert not copy.parent.exists()


def test_a_day_counts_up_to_its_end() -> None:
    assert moment_words(instant_of("2025-03-03", None)) == "lundi 3 mars 2025"
    assert moment_words(instant_of("2025-03-03", "21:02")) == "lundi 3 mars 2025 à 21:02"


def test_a_copy_that_does_not_open_is_said_and_leaves_nothing_behind(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[BaseException] = []
    monkeypatch.setattr(errors, "show", said.append)
    made = past.build(tmp_path / "base.db", protocols.installed(), past.instant(THEN + timedelta(days=1)))
    made.path.write_bytes(b"no database at all" * 100)
    assert program.open_past(made) is False
    assert len(said) == 1
    assert not made.folder.exists()
    assert sorted(people(program)) == ["MARTIN Luc", "PETIT Anne"]


def test_a_start_deletes_what_a_killed_program_left(
    qtbot: QtBot, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    made = past.build(tmp_path / "base.db", protocols.installed(), past.instant(THEN + timedelta(days=1)))
    made.lock.release()  # as the system does with a program that is killed
    program._look_after()
    qtbot.waitUntil(lambda: not made.folder.exists())

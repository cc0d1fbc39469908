"""One door for all failures, and a report that names nobody."""

import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.ui import errors
from fieldapp.ui.bugs import BugPanel, start_up_dialog
from fieldapp.ui.errors import ErrorDoor, redact, report
from fieldapp.ui.widgets import ActionButton

LETTERS = st.text("abcdefghijklmnopqrstuvwxyzéèïôABCDEFGH", min_size=3, max_size=12)


class Window:
    """A window that remembers what it was told."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.bugs: list[str] = []

    def show_failure(self, sentence: str) -> None:
        self.failures.append(sentence)

    def show_bug(self, text: str) -> None:
        self.bugs.append(text)


@pytest.fixture
def door(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[ErrorDoor]:
    before = sys.excepthook, threading.excepthook
    found = errors.install(qapp)
    yield found
    sys.excepthook, threading.excepthook = before
    monkeypatch.setattr(errors, "_door", None)
    found.deleteLater()


@given(first=LETTERS, last=LETTERS, user=LETTERS, around=st.text(max_size=30))
def test_a_report_never_names_the_user_the_home_folder_or_the_people(
    first: str, last: str, user: str, around: str
) -> None:
    home = f"/maison/{user}"
    text = f"{around} {home}/données/x.db {first} {last}, {first.upper()} ({user}) {first}.{last}@exemple.fr {last}"
    words = redact(text, [f"{first} {last}"], home=home, user=user).split()
    bare = {word.strip("(),.;:").casefold() for word in words[len(around.split()) :]}
    assert not bare & {first.casefold(), last.casefold(), user.casefold()}
    assert not any("@" in word for word in words[len(around.split()) :])


@pytest.mark.parametrize("path", [r"C:\Users\Alex\x.db", "C:/Users/Alex/x.db", r"'C:\\Users\\Alex\\x.db'"])
def test_a_windows_home_folder_is_hidden_however_it_is_written(path: str) -> None:
    hidden = redact(f"File {path}", home=r"C:\Users\Alex", user="Alex")
    assert "Alex" not in hidden
    assert "~" in hidden


def test_a_name_within_another_word_stays() -> None:
    assert redact("marche, Marc, marc2", ["Marc"], home="/h", user="u") == "marche, …, marc2"


def test_a_report_names_the_versions_and_the_place_of_the_failure() -> None:
    try:
        int("douze")
    except ValueError as error:
        text = report(error, ["Alex Brun"], {"base": "12 visites"})
    for word in (
        "fieldapp ",
        "Python ",
        "Qt ",
        "SQLite ",
        "system ",
        "base 12 visites",
        "ValueError",
        "test_errors.py",
    ):
        assert word in text


def test_a_foreseen_failure_becomes_a_sentence_on_the_page(door: ErrorDoor) -> None:
    door.presenter = window = Window()
    errors.show(FieldappError("Le disque est plein."))
    assert window.failures == ["Le disque est plein."]
    assert window.bugs == []


def test_a_bug_becomes_a_report_without_the_names_given(door: ErrorDoor, capsys: pytest.CaptureFixture[str]) -> None:
    door.presenter = window = Window()
    door.names = lambda: ["Camille Dupont"]
    errors.show(KeyError("Camille Dupont"))
    assert "KeyError" in window.bugs[0]
    assert "Dupont" not in window.bugs[0]
    assert "Dupont" not in capsys.readouterr().err


def test_a_cancelled_job_is_not_an_error(door: ErrorDoor) -> None:
    door.presenter = window = Window()
    errors.show(CancelledError("Annulé."))
    assert window.failures == window.bugs == []


def test_an_exception_of_a_slot_comes_through_the_door(
    qtbot: QtBot, door: ErrorDoor, capsys: pytest.CaptureFixture[str]
) -> None:
    door.presenter = window = Window()
    button = QPushButton()
    qtbot.addWidget(button)

    def slot() -> None:
        raise FieldappError("Rien à exporter.")

    button.clicked.connect(slot)
    with qtbot.captureExceptions():
        # the test runner has its own hook for the exceptions of slots; ours stands in its place here
        sys.excepthook = door.hook
        button.click()
    assert window.failures == ["Rien à exporter."]


def test_an_exception_of_a_thread_comes_through_the_door(qtbot: QtBot, door: ErrorDoor) -> None:
    door.presenter = window = Window()

    def work() -> None:
        raise FieldappError("Fil rompu.")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: window.failures == ["Fil rompu."])


def test_guard_says_a_foreseen_failure_and_lets_a_bug_through(door: ErrorDoor) -> None:
    door.presenter = window = Window()

    def refuse() -> None:
        raise FieldappError("Fichier illisible.")

    with errors.guard():
        refuse()
    assert window.failures == ["Fichier illisible."]
    with pytest.raises(ZeroDivisionError), errors.guard():
        _ = 1 // 0


def test_without_a_door_an_error_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "_door", None)
    with pytest.raises(FieldappError):
        errors.show(FieldappError("x"))


def test_a_failure_before_the_first_window_is_a_dialog_with_one_way_out(qtbot: QtBot, qapp: QApplication) -> None:
    dialog = start_up_dialog("fieldapp ne peut pas s’ouvrir", "La base est abîmée.", "rapport")
    qtbot.addWidget(dialog)
    dialog.show()
    button = dialog.findChild(ActionButton, "startup.copy")
    assert isinstance(button, ActionButton)
    button.click()
    assert qapp.clipboard().text() == "rapport"
    dialog.reject()


def test_the_panel_of_a_bug_hides_its_report_until_asked_and_copies_it(qtbot: QtBot, qapp: QApplication) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1000, 700)
    host.show()
    panel = BugPanel(host, lambda: None)

    def button(name: str) -> ActionButton:
        found = panel.panel.findChild(ActionButton, name)
        assert isinstance(found, ActionButton)
        return found

    panel.open("ValueError: douze")
    assert panel.isVisible()
    assert not panel.details.isVisible()
    assert button("bug.diagnose").isHidden()
    button("bug.more").click()
    assert panel.details.isVisible()
    button("bug.copy").click()
    assert qapp.clipboard().text() == "ValueError: douze"
    button("bug.continue").click()
    assert not panel.isVisible()

"""The status line says facts, quietly and in words."""

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fieldapp.ui.statusbar import StatusBar


@pytest.fixture
def bar(qtbot: QtBot) -> StatusBar:
    found = StatusBar()
    qtbot.addWidget(found)
    return found


def words(bar: StatusBar, name: str) -> str:
    label = bar.findChild(QLabel, f"status.{name}")
    assert isinstance(label, QLabel)
    return label.text()


def test_it_says_when_the_last_save_was(bar: StatusBar) -> None:
    bar.saved(datetime(2026, 4, 14, 21, 14, tzinfo=UTC))
    assert words(bar, "saved") == "Enregistré 21:14"


def test_a_draft_is_not_called_saved(bar: StatusBar) -> None:
    bar.saved()
    bar.unsaved()
    assert words(bar, "saved") == "Brouillon gardé"


def test_it_says_how_things_stand_with_the_others_and_is_pressed_to_see_more(qtbot: QtBot) -> None:
    pressed: list[bool] = []
    bar = StatusBar(on_exchange=lambda: pressed.append(True))
    qtbot.addWidget(bar)
    bar.exchange("not_sent", "12 à envoyer · hors ligne")
    assert bar.exchange_button.accessibleName() == "12 à envoyer · hors ligne"
    bar.exchange_button.click()
    assert pressed == [True]


def test_it_says_when_the_last_backup_was(bar: StatusBar) -> None:
    bar.backup(None)
    assert words(bar, "backup") == "Pas encore de sauvegarde"
    bar.backup(datetime.now().astimezone().replace(hour=0, minute=5))
    assert words(bar, "backup") == "Sauvegarde aujourd’hui 00:05"
    bar.backup(datetime(2020, 4, 14, 20, 40, tzinfo=UTC))
    assert words(bar, "backup") == "Sauvegarde le 14/04/2020 à 20:40"


def test_it_says_who_records(bar: StatusBar) -> None:
    bar.who("Alex B.", "bénévole")
    assert words(bar, "who") == "Alex B. · bénévole"
    bar.who("")
    assert words(bar, "who") == ""


def test_what_says_nothing_takes_no_room(bar: StatusBar) -> None:
    assert bar.exchange_button.isHidden()
    bar.exchange("done", "à jour")
    assert not bar.exchange_button.isHidden()
    bar.exchange("", "")
    assert bar.exchange_button.isHidden()

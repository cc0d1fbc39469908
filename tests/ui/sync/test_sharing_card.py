"""The card of the shared table by keyboard: two windows, a real hub as a process of its own, the loopback interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.core.settings import Settings
from fieldapp.store import peers
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.sync import announcing
from fieldapp.ui import theme
from fieldapp.ui.background import Background
from fieldapp.ui.services import Services
from fieldapp.ui.sync.sharing_card import SharingCard, SharingPanel
from fieldapp.ui.sync.table_runner import Pace, TableRunner

LONG_MS = 60_000
TITLE = "Bac à schlamms 12/09"


@dataclass
class Laptop:
    """One laptop: its database, and its card in a window of its own."""

    db: Database
    runner: TableRunner
    window: QWidget
    card: SharingCard
    background: Background
    qtbot: QtBot

    def come_forward(self) -> None:
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)

    def press(self, key: Qt.Key) -> None:
        self.come_forward()
        QTest.keyClick(QApplication.focusWidget() or self.window, key)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        self.come_forward()
        QTest.keyClicks(QApplication.focusWidget() or self.window, text)

    def words(self, name: str) -> str:
        found = self.card.findChild(QLabel, name)
        return found.text() if found is not None and found.isVisible() else ""

    def close(self) -> None:
        self.runner.stop()
        self.background.close()
        self.window.close()
        self.db.close()


MakeLaptop = Callable[[str], Laptop]


@pytest.fixture
def laptop(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeLaptop]:
    """Return what makes the laptop of a person; only the loopback interface is used."""
    monkeypatch.setattr(announcing, "addresses", lambda: ["127.0.0.1"])
    theme.apply(qapp)
    made: list[Laptop] = []

    def make_one(name: str) -> Laptop:
        db = open_for_use(tmp_path / f"{name}.db", protocols.installed(), Author("", new_uid()))
        settings = Settings(who_name=name, device=db.author.device)
        services = Services(db, db.protocols, settings, lambda _at: None, lambda _settings: None)
        background = Background(lambda error: pytest.fail(repr(error)))
        runner = TableRunner(services, background, pace=Pace(every_ms=200, cut_ms=200, devices_ms=500))
        window = QWidget()
        card = SharingCard(runner, lambda: TITLE)
        window.setLayout(theme.column(card, 1))
        window.resize(720, 480)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        made.append(Laptop(db, runner, window, card, background, qtbot))
        return made[-1]

    yield make_one
    for one in made:
        one.close()


def share(qtbot: QtBot, one: Laptop) -> None:
    one.press(Qt.Key.Key_P)
    qtbot.waitUntil(lambda: one.runner.state.mode == "sharing", timeout=LONG_MS)


def join(qtbot: QtBot, one: Laptop, address: str, code: str) -> None:
    one.press(Qt.Key.Key_J)
    one.type(address)
    one.press(Qt.Key.Key_Return)
    one.type(code.lower())
    one.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: one.runner.state.mode == "joined", timeout=LONG_MS)


def test_by_keyboard_one_shares_the_other_joins_and_both_show_the_same_figures(
    qtbot: QtBot, laptop: MakeLaptop
) -> None:
    marie, jean = laptop("Marie"), laptop("Jean")
    share(qtbot, marie)
    assert marie.words("sharing.nobody") == "Personne d’autre pour l’instant."
    join(qtbot, jean, marie.words("sharing.address"), marie.words("sharing.code"))
    figures = jean.words("sharing.check")
    assert len(figures.replace(" ", "")) == 6
    qtbot.waitUntil(lambda: marie.words("sharing.device0") == "PC de Jean", timeout=LONG_MS)
    assert marie.words("sharing.check0") == f"contrôle {figures}"


def test_a_table_that_is_announced_is_joined_by_its_number_and_its_code(qtbot: QtBot, laptop: MakeLaptop) -> None:
    marie, jean = laptop("Marie"), laptop("Jean")
    share(qtbot, marie)
    jean.press(Qt.Key.Key_J)
    first = jean.card.joining.tables[0]
    qtbot.waitUntil(first.isVisible, timeout=LONG_MS)
    assert first.text().startswith(TITLE)
    first.click()
    assert jean.window.focusWidget() is jean.card.joining.code
    jean.type(marie.runner.state.code)
    jean.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: jean.runner.state.mode == "joined", timeout=LONG_MS)


def test_the_text_of_the_qr_code_fills_both_fields(laptop: MakeLaptop) -> None:
    jean = laptop("Jean")
    jean.press(Qt.Key.Key_J)
    jean.type("fieldapp:join?url=http%3A%2F%2F192.168.43.1%3A41200&code=A1B2C-D3E4F")
    jean.press(Qt.Key.Key_Return)
    assert jean.card.joining.address.text() == "192.168.43.1:41200"
    assert jean.card.joining.code.text() == "A1B2C-D3E4F"


def test_a_wrong_code_is_said_and_nothing_is_shared(qtbot: QtBot, laptop: MakeLaptop) -> None:
    marie, jean = laptop("Marie"), laptop("Jean")
    share(qtbot, marie)
    jean.press(Qt.Key.Key_J)
    jean.type(marie.runner.state.address)
    jean.press(Qt.Key.Key_Return)
    jean.type("00000-00000")
    jean.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "refuse ce code" in jean.card.said.text(), timeout=LONG_MS)
    assert jean.card.said.isVisible()
    assert jean.runner.state.mode == ""
    assert jean.card.joining.address.isVisible()
    assert peers.all_of(jean.db, peers.LAN) == []


def test_without_a_local_network_the_card_says_what_to_do(
    qtbot: QtBot, laptop: MakeLaptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    marie = laptop("Marie")
    monkeypatch.setattr(announcing, "addresses", list)
    marie.press(Qt.Key.Key_P)
    qtbot.waitUntil(lambda: "partage de connexion d’un téléphone" in marie.card.said.text(), timeout=LONG_MS)
    assert marie.runner.state.mode == ""


def test_when_sharing_ends_both_cards_say_how_to_go_on(qtbot: QtBot, laptop: MakeLaptop) -> None:
    marie, jean = laptop("Marie"), laptop("Jean")
    share(qtbot, marie)
    join(qtbot, jean, marie.runner.state.address, marie.runner.state.code)
    marie.press(Qt.Key.Key_A)
    qtbot.waitUntil(lambda: marie.runner.state.mode == "", timeout=LONG_MS)
    qtbot.waitUntil(lambda: "ne répond pas : continuez" in jean.card.said.text(), timeout=LONG_MS)
    jean.press(Qt.Key.Key_Q)
    qtbot.waitUntil(lambda: jean.runner.state.mode == "", timeout=LONG_MS)
    assert peers.all_of(jean.db, peers.LAN) == []


def test_a_table_that_opens_again_elsewhere_is_found_by_who_sat_there(qtbot: QtBot, laptop: MakeLaptop) -> None:
    marie, jean = laptop("Marie"), laptop("Jean")
    share(qtbot, marie)
    former = marie.runner.state.address
    join(qtbot, jean, former, marie.runner.state.code)
    marie.runner.stop_sharing()
    qtbot.waitUntil(lambda: marie.runner.state.mode == "", timeout=LONG_MS)
    [seat] = peers.all_of(marie.db, peers.LAN)
    peers.add(marie.db, peers.LAN, project=seat.project, name=seat.name, account=seat.account, role=seat.role)
    marie.runner.share(TITLE)
    qtbot.waitUntil(lambda: marie.runner.state.mode == "sharing", timeout=LONG_MS)
    assert marie.runner.state.address != former
    qtbot.waitUntil(lambda: jean.runner.state.address == marie.runner.state.address, timeout=LONG_MS)
    qtbot.waitUntil(lambda: not jean.runner.state.is_cut, timeout=LONG_MS)


def test_escape_leaves_the_form_of_joining_then_the_panel(qtbot: QtBot, laptop: MakeLaptop) -> None:
    jean = laptop("Jean")
    panel = SharingPanel(jean.window, jean.runner, lambda: TITLE)
    panel.open()
    QTest.keyClick(jean.window.focusWidget(), Qt.Key.Key_J)
    assert panel.card.joining.address.isVisible()
    QTest.keyClick(jean.window.focusWidget(), Qt.Key.Key_Escape)
    assert panel.isVisible()
    assert not panel.card.joining.address.isVisible()
    QTest.keyClick(jean.window.focusWidget(), Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_the_training_mode_shares_nothing(laptop: MakeLaptop) -> None:
    marie = laptop("Marie")
    marie.runner._services.training = True
    marie.press(Qt.Key.Key_P)
    assert marie.runner.state.mode == ""
    assert "En entraînement rien ne se partage" in marie.card.said.text()

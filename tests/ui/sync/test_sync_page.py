"""A person joins, syncs, is asked and answered, without a network too; all by keys, with a real hub."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core import clock
from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, leases, peers, records
from fieldapp.sync import engine, job, joining
from fieldapp.ui import theme
from fieldapp.ui.sync.question import Question
from fieldapp.ui.sync.sharing_card import SharingPanel
from fieldapp.ui.widgets import ActionButton, Banner
from tests.sync import hubs
from tests.sync.hubs import Hub
from tests.ui.sync.hub_desk import Colleague, HubDesk, desk_on, invited, names

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with hubs.hub(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[HubDesk]:
    with desk_on(qtbot, qapp, tmp_path / "fieldapp.db") as opened:
        yield opened


def told(desk: HubDesk) -> str:
    banner = desk.find(Banner, "sync.told")
    return banner.text() if banner.isVisible() else ""


def question(desk: HubDesk) -> str:
    asked = desk.find(Question, "sync.question")
    return asked.words() if asked.isVisible() else ""


def problem_of(desk: HubDesk, line: str) -> str:
    return desk.find(QLineEdit, line).accessibleDescription()


def test_who_never_joined_is_told_what_a_hub_is_for_and_the_status_line_keeps_silent(desk: HubDesk) -> None:
    desk.open()
    assert desk.shows("sync.join_card")
    assert desk.shows("sync.alone_files")
    assert not desk.shows("sync.hub_card")
    assert desk.find(QLineEdit, "sync.address").hasFocus()
    assert desk.find(QLineEdit, "sync.name").text() != ""
    assert desk.status() == ""


def test_in_the_training_mode_the_page_says_that_nothing_is_exchanged(desk: HubDesk) -> None:
    desk.services.training = True
    page = desk.open()
    assert "entraînement" in page.page_context
    assert not desk.find(QLineEdit, "sync.address").isEnabled()
    assert not desk.find(ActionButton, "sync.alone_files.give").isEnabled()


def test_joining_by_keys_sends_all_and_says_what_was_done(desk: HubDesk, hub: Hub, tmp_path: Path) -> None:
    desk.add_person("PETIT Anne")
    desk.join(hub.address, invited(hub))
    assert desk.shows("sync.hub_card")
    assert told(desk) != ""
    assert desk.status() == "à jour"
    assert desk.find(ActionButton, "sync.start").hasFocus()
    other = Colleague(hub, tmp_path / "other.db")
    other.sync()
    assert [row.data["name"] for row in records.roots(other.db, "directory", "person")] == ["PETIT Anne"]


def test_what_a_colleague_brought_is_here_after_f5_and_in_the_diary(desk: HubDesk, hub: Hub, tmp_path: Path) -> None:
    desk.join(hub.address, invited(hub))
    other = Colleague(hub, tmp_path / "other.db")
    other.add_people("ROUX Claude")
    other.sync()
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    assert desk.people() == {"ROUX Claude"}
    assert [row[2] for row in desk.cells("sync.diary")] == ["1 saisie reçue", "rien de nouveau"]
    desk.press(Qt.Key.Key_C)
    assert "1 saisie reçue" in QApplication.clipboard().text()


def test_a_wrong_code_is_said_beside_the_code_and_nothing_is_lost(desk: HubDesk, hub: Hub) -> None:
    desk.join(hub.address, "AAAAAAAAAA")
    assert "code" in problem_of(desk, "sync.code")
    assert desk.find(QLineEdit, "sync.code").hasFocus()
    desk.write(invited(hub))
    assert problem_of(desk, "sync.code") == ""
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert desk.shows("sync.hub_card")


def test_a_wrong_or_silent_address_is_said_beside_the_address(desk: HubDesk) -> None:
    desk.join("http://hub.exemple.org", "AAAAAAAAAA")
    assert "https" in problem_of(desk, "sync.address")
    assert desk.find(QLineEdit, "sync.address").hasFocus()
    desk.write("127.0.0.1:9")
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert problem_of(desk, "sync.address") != ""
    assert peers.hub(desk.db) is None


def test_an_empty_line_is_asked_for_before_anybody_is_called(desk: HubDesk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_Return, CTRL)
    assert problem_of(desk, "sync.address") != ""
    assert not desk.window.background.busy()


def test_the_text_of_a_qr_code_fills_address_and_code(desk: HubDesk, hub: Hub) -> None:
    code = invited(hub)
    desk.open()
    QApplication.clipboard().setText(f"fieldapp:join?url={hub.address}&code={code}")
    desk.press(Qt.Key.Key_V, CTRL)
    assert desk.find(QLineEdit, "sync.address").text() == hub.address
    assert desk.find(QLineEdit, "sync.name").hasFocus()
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert desk.shows("sync.hub_card")


def test_without_a_hub_behind_the_address_it_says_offline_and_typing_goes_on(
    qtbot: QtBot, desk: HubDesk, tmp_path: Path
) -> None:
    with hubs.hub(tmp_path / "short") as hub:
        desk.join(hub.address, invited(hub))
    desk.add_person("PETIT Anne")
    qtbot.waitUntil(lambda: desk.status() == "1 à envoyer")
    desk.press(Qt.Key.Key_F5)
    assert desk.status() == "synchronisation…"
    desk.add_person("ROUX Claude")
    desk.idle()
    qtbot.waitUntil(lambda: desk.status() == "2 à envoyer · hors ligne")
    assert told(desk) != ""
    assert desk.said("sync.waiting") == "À envoyer : 2 passages ou fiches."


def test_the_login_page_of_a_network_is_no_hub(desk: HubDesk, hub: Hub) -> None:
    desk.join(hub.address, invited(hub))
    peer = peers.hub(desk.db)
    assert peer is not None
    with hubs.stranger(lambda call: call.answer(200, b"<html>Bienvenue</html>", Content_Type="text/html")) as portal:
        peers.add(
            desk.db, peers.HUB, project=peer.project, name=peer.name, address=portal.address, account=peer.account
        )
        desk.press(Qt.Key.Key_F5)
        desk.idle()
    assert desk.status() == "hors ligne"
    assert told(desk) != ""


def deleted_by_a_colleague(desk: HubDesk, hub: Hub, tmp_path: Path) -> None:
    """Let a colleague delete so much that this laptop asks before it follows."""
    other = Colleague(hub, tmp_path / "other.db")
    people = other.add_people(*(f"Personne {number}" for number in range(60)))
    other.sync()
    desk.join(hub.address, invited(hub))
    assert len(desk.people()) == 60
    for person in people:
        records.delete(other.db, person.uid, "away")
    peer = peers.get(other.db, other.peer.id)
    with joining.open_client(peer) as client:
        engine.run(other.db, peer.id, client, consents=frozenset({job.MASS_DELETION}))
    desk.press(Qt.Key.Key_F5)
    desk.idle()


def test_a_mass_deletion_waits_for_the_word_of_the_person(desk: HubDesk, hub: Hub, tmp_path: Path) -> None:
    deleted_by_a_colleague(desk, hub, tmp_path)
    assert "60" in question(desk)
    assert len(desk.people()) == 60
    assert "question" in desk.status()
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert question(desk) == ""
    assert desk.people() == set()


def test_esc_leaves_the_question_and_changes_nothing(desk: HubDesk, hub: Hub, tmp_path: Path) -> None:
    deleted_by_a_colleague(desk, hub, tmp_path)
    desk.press(Qt.Key.Key_Escape)
    desk.idle()
    assert question(desk) == ""
    assert len(desk.people()) == 60
    assert desk.shows("sync.hub_card")


def test_esc_stops_a_sync_and_the_next_one_goes_on(desk: HubDesk, hub: Hub) -> None:
    desk.join(hub.address, invited(hub))
    desk.add_person("PETIT Anne")
    desk.press(Qt.Key.Key_F5)
    assert desk.find(ActionButton, "sync.cancel").hasFocus()
    desk.press(Qt.Key.Key_Escape)
    desk.idle()
    assert not desk.runner.is_running()
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    assert desk.status() == "à jour"


def test_what_the_hub_refuses_is_said_with_a_way_out(desk: HubDesk, hub: Hub, tmp_path: Path) -> None:
    other = Colleague(hub, tmp_path / "other.db")
    (person,) = other.add_people("ROUX Claude")
    other.sync()
    desk.join(hub.address, invited(hub, "volunteer"))
    records.delete(desk.db, person.uid, "supprimer")
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    assert [row[0] for row in desk.cells("sync.concerns")] == ["inaccessible|refusé"]
    assert "réservé aux responsables" in desk.said("sync.what_now")
    assert "1 refusé" in desk.status()
    desk.press(Qt.Key.Key_R)
    desk.idle()
    assert desk.people() == {"ROUX Claude"}
    assert not desk.shows("sync.concerns_card")
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    assert not desk.shows("sync.concerns_card")
    assert "refusé" not in desk.status()


def rename(desk: HubDesk, person: Record, name: str) -> None:
    """Give somebody another name, and bring them back where they were deleted."""
    known = records.get(desk.db, person.uid)
    assert known is not None
    entity = desk.db.protocols["directory"].entity("person")
    records.save(desk.db, [with_data(known.restored(), entity, {"name": name})], name)


def test_a_deletion_that_was_refused_and_undone_does_not_stand_in_the_way_of_what_follows(
    desk: HubDesk, hub: Hub, tmp_path: Path
) -> None:
    other = Colleague(hub, tmp_path / "other.db")
    (person,) = other.add_people("ROUX Claude")
    other.sync()
    desk.join(hub.address, invited(hub, "volunteer"))
    records.delete(desk.db, person.uid, "supprimer")
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    changes.undo(desk.db)
    rename(desk, person, "ROUX Claudie")
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    assert not desk.shows("sync.concerns_card")
    other.sync()
    assert names(other.db) == {"ROUX Claudie"}


def test_what_followed_a_refused_deletion_is_sent_again_by_a_key(desk: HubDesk, hub: Hub, tmp_path: Path) -> None:
    other = Colleague(hub, tmp_path / "other.db")
    (person,) = other.add_people("ROUX Claude")
    other.sync()
    desk.join(hub.address, invited(hub, "volunteer"))
    records.delete(desk.db, person.uid, "supprimer")
    rename(desk, person, "ROUX Claudie")
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    assert [row[0] for row in desk.cells("sync.concerns")] == ["inaccessible|refusé"]
    desk.press(Qt.Key.Key_E)
    desk.idle()
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    assert not desk.shows("sync.concerns_card")
    other.sync()
    assert names(other.db) == {"ROUX Claudie"}


def test_leaving_is_asked_and_keeps_every_record(desk: HubDesk, hub: Hub) -> None:
    desk.add_person("PETIT Anne")
    desk.join(hub.address, invited(hub))
    desk.find(ActionButton, "sync.leave").click()
    assert "restent ici" in question(desk)
    desk.press(Qt.Key.Key_Escape)
    assert peers.hub(desk.db) is not None
    desk.find(ActionButton, "sync.leave").click()
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert peers.hub(desk.db) is None
    assert desk.shows("sync.join_card")
    assert desk.people() == {"PETIT Anne"}
    assert desk.status() == ""


def test_a_file_carries_everything_to_who_has_no_network(
    qtbot: QtBot, qapp: QApplication, desk: HubDesk, tmp_path: Path
) -> None:
    desk.add_person("PETIT Anne")
    desk.open()
    desk.press(Qt.Key.Key_F7)
    stick = tmp_path / "remise.fieldbatch"
    desk.answer(stick)
    assert stick.exists()
    assert "1 passage" in desk.find(Banner, "sync.file_told").text()
    desk.window.hide()
    with desk_on(qtbot, qapp, tmp_path / "other.db") as other:
        other.open()
        other.press(Qt.Key.Key_F8)
        other.answer(stick)
        assert names(other.db) == {"PETIT Anne"}
        assert "1 passage" in other.find(Banner, "sync.file_told").text()
        assert other.find(QLabel, "sync.alone_files.partners").text() != ""
        other.press(Qt.Key.Key_F8)
        other.answer(stick)
        assert "Déjà lu" in other.find(Banner, "sync.file_told").text()


def test_a_file_that_is_none_is_said_in_a_banner(desk: HubDesk, tmp_path: Path) -> None:
    strange = tmp_path / "strange.fieldbatch"
    strange.write_bytes(b"nothing of ours")
    desk.open()
    desk.press(Qt.Key.Key_F8)
    desk.answer(strange)
    banner = desk.find(Banner, "sync.file_told")
    assert banner.isVisible()
    assert banner.kind == "error"


def test_the_status_line_leads_to_the_page(qtbot: QtBot, desk: HubDesk, hub: Hub) -> None:
    desk.join(hub.address, invited(hub))
    desk.window.navigate("today")
    qtbot.mouseClick(desk.find(ActionButton, "status.exchange"), Qt.MouseButton.LeftButton)
    place = desk.window.place()
    assert place is not None
    assert place.code == "sync"


def disagreement(desk: HubDesk, hub: Hub, tmp_path: Path) -> None:
    """Let a colleague and this laptop write the same name differently, and both sync."""
    other = Colleague(hub, tmp_path / "other.db")
    (person,) = other.add_people("ROUX Claude")
    other.sync()
    desk.join(hub.address, invited(hub))
    kind = desk.db.protocols["directory"].entity("person")
    for db, name in ((other.db, "ROUX Claudine"), (desk.db, "LEROUX Claude")):
        found = records.get(db, person.uid)
        assert found is not None
        records.save(db, [with_data(found, kind, {**found.data, "name": name})], "correction")
    other.sync()
    desk.press(Qt.Key.Key_F5)
    desk.idle()


def test_the_status_line_says_what_is_to_be_read_again_until_it_is_settled(
    qtbot: QtBot, desk: HubDesk, hub: Hub, tmp_path: Path
) -> None:
    disagreement(desk, hub, tmp_path)
    assert desk.status() == "1 à relire"
    desk.press(Qt.Key.Key_V)
    desk.idle()
    place = desk.window.place()
    assert place is not None
    assert place.code == "disputes"
    desk.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.status() == "1 à envoyer")
    desk.open()
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    assert desk.status() == "à jour"


def test_without_a_hub_the_status_line_drops_what_was_settled_too(
    qtbot: QtBot, desk: HubDesk, hub: Hub, tmp_path: Path
) -> None:
    disagreement(desk, hub, tmp_path)
    desk.find(ActionButton, "sync.leave").click()
    desk.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: desk.status() == "1 à relire")
    desk.window.navigate("disputes")
    desk.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.status() == "")


@pytest.mark.parametrize("is_joined", [False, True])
def test_the_table_is_one_key_away_and_esc_comes_back(desk: HubDesk, hub: Hub, is_joined: bool) -> None:
    if is_joined:
        desk.join(hub.address, invited(hub))
    desk.open()
    desk.press(Qt.Key.Key_F9)
    assert desk.find(SharingPanel, "sharing.panel").isVisible()
    assert desk.find(ActionButton, "sharing.share").hasFocus()
    desk.press(Qt.Key.Key_Escape)
    assert not desk.find(SharingPanel, "sharing.panel").isVisible()
    assert desk.find(QWidget, "sync.start" if is_joined else "sync.address").hasFocus()


def test_a_table_is_announced_by_its_day_and_by_nobodys_name(desk: HubDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.TODAY_VARIABLE, "2026-09-12")
    desk.open()
    desk.press(Qt.Key.Key_F9)
    announced: list[str] = []
    monkeypatch.setattr(desk.find(SharingPanel, "sharing.panel").card._runner, "share", announced.append)
    desk.press(Qt.Key.Key_P)
    assert announced == ["Séance du 12/09/2026"]


def is_whole(desk: HubDesk, name: str) -> bool:
    """Return whether a button is shown, and nothing of it is cut off by what it lies in."""
    button = desk.find(ActionButton, name)
    if not button.isVisible() or button.height() < button.sizeHint().height():
        return False
    return not QRegion(button.rect()).subtracted(button.visibleRegion()).boundingRect().height() > 1


def test_with_large_letters_nothing_is_cut_whatever_is_said(
    qtbot: QtBot, qapp: QApplication, desk: HubDesk, hub: Hub, tmp_path: Path
) -> None:
    def are_whole(*names: str) -> None:
        qtbot.waitUntil(lambda: [name for name in names if not is_whole(desk, f"sync.{name}")] == [])

    desk.window.resize(1366, 768)
    theme.apply(qapp, "jour", 1.5)
    try:
        desk.add_person("PETIT Anne")
        desk.open()
        desk.press(Qt.Key.Key_F7)
        desk.answer(tmp_path / "alone.fieldbatch")
        are_whole("join", "alone_files.give", "alone_files.read", "alone_table.open")
        disagreement(desk, hub, tmp_path)
        desk.press(Qt.Key.Key_F7)
        desk.answer(tmp_path / "joined.fieldbatch")
        are_whole("start", "review_open", "files.give", "files.read", "table.open", "copy")
        assert told(desk) == ""
        desk.find(ActionButton, "sync.leave").click()
        desk.idle()
        are_whole("question.yes", "question.no", "review_open", "files.give", "files.read")
    finally:
        theme.apply(qapp)


def test_one_thing_is_said_at_a_time(desk: HubDesk, hub: Hub, tmp_path: Path) -> None:
    desk.add_person("PETIT Anne")
    desk.join(hub.address, invited(hub))
    assert told(desk) != ""
    desk.press(Qt.Key.Key_F7)
    desk.answer(tmp_path / "stick.fieldbatch")
    assert told(desk) == ""
    assert "stick.fieldbatch" in desk.find(Banner, "sync.file_told").text()
    desk.press(Qt.Key.Key_F5)
    desk.idle()
    assert told(desk) != ""
    assert not desk.find(Banner, "sync.file_told").isVisible()


def test_the_strings_that_are_used_here_are_held_at_the_hub(desk: HubDesk, hub: Hub) -> None:
    desk.runner._claims = lambda: frozenset({"string-1"})
    desk.join(hub.address, invited(hub))
    assert leases.held(desk.db) == {"string-1": desk.db.author.device}

"""The register on the screen: what left, its manifest, the file again, the table."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from fieldapp.core.record import Record
from fieldapp.ui.widgets import ActionButton, Card, EmptyState
from tests.exchange.handing_on import edit, hand_on, recipient, rows
from tests.ui.windows.desk import Desk

Season = dict[str, Record]


def test_an_empty_register_says_what_will_be_here(desk: Desk) -> None:
    desk.go("batches")
    assert desk.find(QWidget, "batches.empty").isVisible()
    assert not desk.find(QWidget, "batches.resend").isVisible()
    assert desk.find(QWidget, "batches.new").isVisible()
    sentence = desk.find(EmptyState, "batches.empty").sentence
    assert "D’abord le destinataire" in sentence.text()
    assert desk.find(QWidget, "batches.recipients").property("role") == "primary"
    recipient(desk.services.db)
    desk.go("batches")
    assert "N prépare le premier" in sentence.text()
    assert desk.find(QWidget, "batches.new").property("role") == "primary"


def test_the_page_of_the_exchanges_leads_to_the_register(desk: Desk, made: Season) -> None:
    assert made
    desk.go("exchanges")
    desk.press(Qt.Key.Key_D)
    assert desk.find(QWidget, "batches.empty").isVisible()


def test_a_line_says_what_was_asked_for_and_on_which_conditions(desk: Desk, made: Season, tmp_path: Path) -> None:
    assert made
    hand_on(desk.services.db, "csv", recipient(desk.services.db), tmp_path / "a.csv", purpose="Atlas")
    desk.go("batches")
    assert desk.label("batches.words") == (
        "POP Amphibiens · Tableau CSV · Position exacte · Atlas · Usage interne, pas de rediffusion"
    )


def test_the_manifest_of_a_delivery_is_shown_and_esc_closes_it(desk: Desk, made: Season, tmp_path: Path) -> None:
    assert made
    hand_on(desk.services.db, "csv", recipient(desk.services.db), tmp_path / "a.csv", purpose="Atlas")
    desk.go("batches")
    desk.press(Qt.Key.Key_B)
    told = {row[0]: row[1] for row in desk.cells("batches.manifest_rows")}
    assert (told["Fichier"], told["Objet"], told["Lignes"], told["Taxons"]) == ("a.csv", "Atlas", "5", "3")
    assert "Retirées" in told
    assert told["Format"] == "Tableau CSV"
    assert desk.find(Card, "batches.manifest_card").title.text() == "Bordereau"
    assert desk.find(ActionButton, "batches.manifest_close").key == "Esc"
    assert "Positions remplacées" not in told
    desk.press(Qt.Key.Key_Escape)
    assert not desk.find(QWidget, "batches.manifest_card").isVisible()
    assert desk.find(QWidget, "batches.table").isVisible()


def test_a_file_is_written_again_as_it_left(desk: Desk, made: Season, tmp_path: Path) -> None:
    db = desk.services.db
    hand_on(db, "csv", recipient(db), tmp_path / "a.csv")
    edit(db, made["toads"], count_min=99, count_max=99)
    desk.go("batches")
    desk.press(Qt.Key.Key_R)
    desk.answer(tmp_path / "again.csv")
    desk.idle()
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
    assert "C’est a.csv, tel qu’il est parti" in desk.window.notices.banner.text()
    assert desk.window.notices.banner.button.key == "Ctrl+O"


def test_the_register_is_written_as_a_table(desk: Desk, made: Season, tmp_path: Path) -> None:
    assert made
    hand_on(desk.services.db, "csv", recipient(desk.services.db), tmp_path / "a.csv")
    desk.go("batches")
    desk.press(Qt.Key.Key_G)
    desk.answer(tmp_path / "registre.csv")
    desk.idle()
    assert [one["Destinataire"] for one in rows(tmp_path / "registre.csv")] == ["DREAL"]


def test_what_left_from_another_computer_cannot_be_sent_again_here(desk: Desk, made: Season, tmp_path: Path) -> None:
    assert made
    db = desk.services.db
    hand_on(db, "csv", recipient(db), tmp_path / "a.csv")
    with db.transaction() as connection:  # what syncing brings: the register, not the frozen files
        for table in ("batch_item", "batch_piece", "batch"):
            connection.execute(f"DELETE FROM {table}")
    desk.go("batches")
    assert "fait sur un autre ordinateur" in desk.label("batches.words")
    for name in ("resend", "manifest", "follow"):
        assert not desk.find(QWidget, f"batches.{name}").isEnabled()
    desk.press(Qt.Key.Key_B)
    assert not desk.find(QWidget, "batches.manifest_card").isVisible()

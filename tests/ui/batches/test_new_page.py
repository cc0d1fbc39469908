"""A batch is prepared, looked at before it leaves, written; all by keys."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from fieldapp.core.record import Record
from fieldapp.store import batches
from fieldapp.ui.batches.picks import ListPick, Picks
from fieldapp.ui.widgets import ChipRow
from tests.exchange.handing_on import CRESTED, PALMATE, edit, hand_on, manifest_of, recipient, rows, sensitive
from tests.ui.windows.desk import Desk

Season = dict[str, Record]
CONTROL = Qt.KeyboardModifier.ControlModifier


def pick(desk: Desk, key: Qt.Key, name: str, letters: str) -> None:
    """Choose what these letters mean in the line of a key."""
    desk.press(key)
    line = desk.find(QLineEdit, name)
    assert line.hasFocus()
    line.selectAll()
    desk.qtbot.keyClicks(line, letters)
    desk.press(Qt.Key.Key_Return)
    desk.idle()


def target(desk: Desk, path: Path) -> None:
    desk.press(Qt.Key.Key_F10)
    line = desk.find(QLineEdit, "batch_new.path")
    assert line.hasFocus()
    line.selectAll()
    desk.qtbot.keyClicks(line, str(path))


def test_a_batch_is_made_by_keys_alone_and_stands_in_the_register(desk: Desk, made: Season, tmp_path: Path) -> None:
    assert made
    recipient(desk.services.db)
    desk.go("batch_new")
    assert desk.find(ListPick, "batch_new.recipient").hasFocus()
    pick(desk, Qt.Key.Key_F2, "batch_new.recipient", "drea")
    pick(desk, Qt.Key.Key_F3, "batch_new.format", "tableau")
    assert desk.label("batch_new.conditions") == "Conditions : Usage interne, pas de rediffusion"
    assert desk.label("batch_new.holds") == "5 données · 3 taxons · 14/03/2026 – 15/03/2026"
    target(desk, tmp_path / "mars.csv")
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert len(rows(tmp_path / "mars.csv")) == 5
    assert manifest_of(tmp_path / "mars.csv")["recipient"] == "DREAL"
    ((_date, who, file, form, *figures),) = desk.cells("batches.table")
    assert (who, file, form, figures) == ("DREAL", "mars.csv", "CSV", ["5", "3", "5", "0", "0"])
    assert desk.saved  # the window knows that something was saved


def test_what_is_blurred_and_left_out_is_said_before_the_file_is_written(desk: Desk, made: Season) -> None:
    assert made
    db = desk.services.db
    sensitive(db, CRESTED, "2")
    sensitive(db, PALMATE, "4")
    desk.go("batch_new", recipient=recipient(db))
    details, warning = desk.label("batch_new.details"), desk.label("batch_new.warning")
    assert "1 position est remplacée par la maille de 10 km." in details
    assert "Espèces sensibles, dites moins précisément : Triton crêté (1)." in details
    assert "2 données hors du fichier" in warning
    assert "Espèces laissées de côté : Triton palmé (2)." in warning


def test_the_precision_is_the_recipients_and_a_finer_one_is_refused(desk: Desk, made: Season) -> None:
    assert made
    desk.go("batch_new", recipient=recipient(desk.services.db, precision="cell"))
    assert desk.find(ChipRow, "batch_new.precision").value() == ["cell"]
    assert "5 positions sont remplacées par la maille de 10 km." in desk.label("batch_new.details")
    desk.press(Qt.Key.Key_F4)  # from the last one on to the first: exact
    desk.idle()
    assert "ne reçoit pas de positions aussi exactes" in desk.label("batch_new.warning")
    assert not desk.find(QWidget, "batch_new.write").isEnabled()


def test_a_recipient_without_conditions_is_told_at_once(desk: Desk, made: Season) -> None:
    assert made
    desk.go("batch_new", recipient=recipient(desk.services.db, conditions=""))
    assert "Sans conditions d’utilisation" in desk.label("batch_new.conditions")
    assert "n’a pas de conditions d’utilisation" in desk.label("batch_new.warning")
    assert not desk.find(QWidget, "batch_new.write").isEnabled()


def test_places_and_species_narrow_what_leaves_and_backspace_takes_them_away(desk: Desk, made: Season) -> None:
    assert made
    desk.go("batch_new")
    desk.press(Qt.Key.Key_Escape)
    pick(desk, Qt.Key.Key_F7, "batch_new.places.line", "gour")
    assert desk.label("batch_new.holds").startswith("3 données")
    pick(desk, Qt.Key.Key_F9, "batch_new.taxa.line", "triton palm")
    assert desk.label("batch_new.holds").startswith("2 données")
    assert desk.find(Picks, "batch_new.taxa").value() == [PALMATE]
    desk.press(Qt.Key.Key_Backspace)
    desk.idle()
    assert desk.label("batch_new.holds").startswith("3 données")


def test_lines_chosen_elsewhere_are_what_leaves(desk: Desk, made: Season) -> None:
    desk.go("batch_new", lines=frozenset({made["toads"].uid, made["crested"].uid}))
    assert desk.label("batch_new.lines") == "Les 2 lignes choisies dans les données"
    assert desk.label("batch_new.holds").startswith("2 données")
    assert not desk.find(QWidget, "batch_new.places").isVisible()
    desk.go("batch_new")
    assert desk.find(QWidget, "batch_new.places").isVisible()


def test_what_changed_since_the_last_batch_is_counted_and_written(desk: Desk, made: Season, tmp_path: Path) -> None:
    db = desk.services.db
    to = recipient(db)
    hand_on(db, "csv", to, tmp_path / "un.csv")
    edit(db, made["toads"], count_min=1, count_max=1)
    desk.go("batches")
    desk.press(Qt.Key.Key_S)
    desk.idle()
    assert desk.find(QCheckBox, "batch_new.since").isChecked()
    assert "0 nouvelle, 1 corrigée, 0 retirée" in desk.label("batch_new.details")
    target(desk, tmp_path / "deux.csv")
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert len(rows(tmp_path / "deux.csv")) == 1
    assert len(rows(tmp_path / "deux.csv.corrections.csv")) == 1


def test_what_changed_is_told_as_exactly_as_the_batch_before(desk: Desk, made: Season, tmp_path: Path) -> None:
    db = desk.services.db
    hand_on(db, "csv", recipient(db), tmp_path / "un.csv", precision="cell")
    edit(db, made["toads"], count_min=1, count_max=1)
    desk.go("batches")
    desk.press(Qt.Key.Key_S)
    desk.idle()
    assert not desk.find(QWidget, "batch_new.precision").isEnabled()
    desk.press(Qt.Key.Key_F4)
    desk.idle()
    assert "0 nouvelle, 1 corrigée, 0 retirée" in desk.label("batch_new.details")
    target(desk, tmp_path / "deux.csv")
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert [row["floutage"] for row in rows(tmp_path / "deux.csv")] == ["maille de 10 km"]


def test_a_file_of_ones_own_enters_no_register(desk: Desk, made: Season, tmp_path: Path) -> None:
    assert made
    desk.go("batches")
    desk.press(Qt.Key.Key_N)
    desk.idle()
    pick(desk, Qt.Key.Key_F3, "batch_new.format", "tableau")
    target(desk, tmp_path / "own.csv")
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert len(rows(tmp_path / "own.csv")) == 5
    assert batches.deliveries(desk.services.db) == []
    assert desk.find(QWidget, "batches.empty").isVisible()


def test_a_file_that_cannot_be_written_is_said_and_nothing_is_registered(
    desk: Desk, made: Season, tmp_path: Path
) -> None:
    assert made
    desk.go("batch_new", recipient=recipient(desk.services.db), format="csv")
    target(desk, tmp_path / "nowhere" / "a.csv")
    with desk.errors() as shown:
        desk.press(Qt.Key.Key_Return, CONTROL)
        desk.idle()
    assert "n’existe pas" in str(shown[0])
    assert batches.deliveries(desk.services.db) == []
    assert desk.find(QLineEdit, "batch_new.path").hasFocus()


def test_what_is_being_prepared_is_still_there_after_a_look_elsewhere(desk: Desk, made: Season) -> None:
    assert made
    desk.go("batch_new", recipient=recipient(desk.services.db), format="csv")
    desk.type("batch_new.purpose", "Atlas")
    desk.window.navigate("recipients")
    desk.press(Qt.Key.Key_Escape)
    desk.idle()
    assert desk.find(QLineEdit, "batch_new.purpose").text() == "Atlas"
    assert desk.find(ListPick, "batch_new.format").value() == "csv"

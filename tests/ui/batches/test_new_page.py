"""A batch is prepared, looked at before it leaves, written; all by keys."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QWidget

from fieldapp.core import clock
from fieldapp.core.record import Record
from fieldapp.store import batches
from fieldapp.ui.batches.picks import ListPick, Picks
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.sync.question import Question
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


def today_words() -> str:
    return clock.today().strftime("%d/%m/%Y")


def letters(desk: Desk, key: Qt.Key, name: str, typed: str) -> QLineEdit:
    """Type into the line of a key and take nothing of its list."""
    desk.press(key)
    line = desk.find(QLineEdit, name)
    assert line.hasFocus()
    line.selectAll()
    desk.qtbot.keyClicks(line, typed)
    return line


def problem_of(desk: Desk, line: QLineEdit) -> str:
    """Return what stands below a line."""
    field = line.parentWidget()
    while field is not None and type(field).__name__ != "LabeledField":
        field = field.parentWidget()
    assert field is not None
    message: QLabel = field.message  # type: ignore[attr-defined]
    return message.text()


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
    assert "1 position est remplacée par la maille de 10 km : 1 pour une espèce sensible." in details
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
    assert desk.label("batch_new.lines") == f"Les mêmes que dans l’envoi du {today_words()} : POP Amphibiens."
    assert not desk.find(QWidget, "batch_new.season").isVisible()
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


# ------------------------------------------------------------------------------------------- words that nobody took


def test_a_name_that_was_typed_and_not_taken_writes_nothing_and_is_taken_to_be_read_first(
    desk: Desk, made: Season, tmp_path: Path
) -> None:
    assert made
    db = desk.services.db
    recipient(db, "Partenaire", precision="commune")
    desk.go("batch_new", format="csv")
    target(desk, tmp_path / "fuite.csv")
    line = letters(desk, Qt.Key.Key_F2, "batch_new.recipient", "Partenair")
    assert desk.label("batch_new.holds") == "rien n’est compté tant que « Partenair » n’est pas choisi"
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert list(tmp_path.glob("fuite*")) == []
    assert line.text() == "Partenaire"
    assert desk.find(ChipRow, "batch_new.precision").value() == ["commune"]
    assert "Pour vous-même" not in desk.label("batch_new.details")
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert manifest_of(tmp_path / "fuite.csv")["recipient"] == "Partenaire"
    assert manifest_of(tmp_path / "fuite.csv")["precision"] == "commune"
    assert len(batches.deliveries(db)) == 1


@pytest.mark.parametrize("typed", ["Nobody", "Partenaire d"])
def test_a_name_that_means_nobody_or_several_writes_nothing_however_it_is_left(
    desk: Desk, made: Season, tmp_path: Path, typed: str
) -> None:
    assert made
    db = desk.services.db
    for name in ("Partenaire du Nord", "Partenaire de la Somme"):
        recipient(db, name)
    desk.go("batch_new", format="csv")
    target(desk, tmp_path / "fuite.csv")
    line = letters(desk, Qt.Key.Key_F2, "batch_new.recipient", typed)
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert line.hasFocus()
    assert f"« {typed} »" in problem_of(desk, line)
    line.clearFocus()  # as with the mouse
    desk.press(Qt.Key.Key_F10)
    assert (line.text(), desk.find(ListPick, "batch_new.recipient").value()) == (typed, None)
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert list(tmp_path.glob("fuite*")) == []
    assert batches.deliveries(db) == []


def test_another_name_over_a_recipient_is_not_the_one_before(desk: Desk, made: Season, tmp_path: Path) -> None:
    assert made
    db = desk.services.db
    desk.go("batch_new", recipient=recipient(db, "DREAL"), format="csv")
    target(desk, tmp_path / "autre.csv")
    letters(desk, Qt.Key.Key_F2, "batch_new.recipient", "Bureau")
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert list(tmp_path.glob("autre*")) == []
    assert batches.deliveries(db) == []


@pytest.mark.parametrize(
    ("key", "name", "typed"),
    [
        (Qt.Key.Key_F7, "batch_new.places.line", "mare nulle part"),
        (Qt.Key.Key_F8, "batch_new.areas.line", "zzz"),
        (Qt.Key.Key_F9, "batch_new.taxa.line", "triton"),
    ],
)
def test_a_place_zone_or_species_that_was_typed_and_not_taken_is_not_everything(
    desk: Desk, made: Season, tmp_path: Path, key: Qt.Key, name: str, typed: str
) -> None:
    assert made
    desk.go("batch_new", recipient=recipient(desk.services.db), format="csv")
    target(desk, tmp_path / "tout.csv")
    line = letters(desk, key, name, typed)
    for _again in range(2):
        desk.press(Qt.Key.Key_Return, CONTROL)
        desk.idle()
        assert line.hasFocus()
    assert f"« {typed} »" in problem_of(desk, line)
    desk.press(Qt.Key.Key_F10)
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert list(tmp_path.glob("tout*")) == []
    assert batches.deliveries(desk.services.db) == []


def test_a_place_that_can_only_be_one_is_taken_and_counted_before_anything_is_written(
    desk: Desk, made: Season, tmp_path: Path
) -> None:
    assert made
    desk.go("batch_new", recipient=recipient(desk.services.db), format="csv")
    target(desk, tmp_path / "lieu.csv")
    letters(desk, Qt.Key.Key_F7, "batch_new.places.line", "gour noir")
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert list(tmp_path.glob("lieu*")) == []
    assert desk.label("batch_new.holds").startswith("3 données")
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert len(rows(tmp_path / "lieu.csv")) == 3


def test_words_that_are_erased_again_are_counted_as_nothing(desk: Desk, made: Season) -> None:
    assert made
    desk.go("batch_new", format="csv")
    line = letters(desk, Qt.Key.Key_F2, "batch_new.recipient", "x")
    assert "rien n’est compté" in desk.label("batch_new.holds")
    desk.press(Qt.Key.Key_Backspace)
    desk.idle()
    assert desk.label("batch_new.holds").startswith("5 données")
    assert problem_of(desk, line) == ""


def test_a_file_of_ones_own_says_so_before_and_after(desk: Desk, made: Season, tmp_path: Path) -> None:
    assert made
    desk.go("batch_new", format="csv")
    words = "our vous-même, position exacte, espèces sensibles comprises, hors du registre"
    assert f"P{words}" in desk.label("batch_new.details")
    target(desk, tmp_path / "own.csv")
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    assert desk.window.notices.banner.text() == f"own.csv : 5 données, p{words}."
    assert desk.window.notices.banner.button.key == "Ctrl+O"


def test_a_recipient_that_is_not_there_yet_is_made_from_its_name(desk: Desk, made: Season) -> None:
    assert made
    desk.go("batch_new", format="csv")
    letters(desk, Qt.Key.Key_F2, "batch_new.recipient", "Atlas")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert desk.find(QLineEdit, "place.recipient.name").text() == "Atlas"
    recipient(desk.services.db, "Atlas", precision="cell")
    desk.press(Qt.Key.Key_Escape)
    desk.idle()
    assert desk.find(ListPick, "batch_new.recipient").value() is not None
    assert desk.find(ChipRow, "batch_new.precision").value() == ["cell"]


# ---------------------------------------------------------------------------------------------- the file that is there


def test_a_file_that_is_there_is_only_overwritten_after_a_question(desk: Desk, made: Season, tmp_path: Path) -> None:
    assert made
    path = tmp_path / "dreal.csv"
    path.write_text("389 lignes", encoding="utf-8")
    desk.go("batch_new", recipient=recipient(desk.services.db), format="csv")
    target(desk, path)
    question = desk.find(Question, "batch_new.question")
    desk.press(Qt.Key.Key_Return, CONTROL)
    assert "dreal.csv existe déjà" in question.words()
    desk.press(Qt.Key.Key_Return, CONTROL)  # twice by habit
    desk.press(Qt.Key.Key_Escape)
    desk.idle()
    assert not question.isVisible()
    assert desk.find(QLineEdit, "batch_new.path").hasFocus()
    assert path.read_text("utf-8") == "389 lignes"
    assert batches.deliveries(desk.services.db) == []
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.press(Qt.Key.Key_E, CONTROL)
    desk.idle()
    assert len(rows(path)) == 5


def test_the_name_that_is_proposed_is_free_and_says_of_a_suite_that_it_is_one(
    desk: Desk, made: Season, tmp_path: Path
) -> None:
    db = desk.services.db
    to = recipient(db)
    hand_on(db, "csv", to, tmp_path / "un.csv", purpose="Atlas")
    edit(db, made["toads"], count_min=1, count_max=1)
    desk.go("batch_new", recipient=to, format="csv")
    line = desk.find(QLineEdit, "batch_new.path")
    first = Path(line.text()).expanduser()
    first.write_text("", encoding="utf-8")
    desk.go("batch_new", recipient=to, format="csv")
    assert Path(line.text()).stem == f"{first.stem}_2"
    desk.go("batch_new", recipient=to, format="csv", since=True)
    assert Path(line.text()).stem == f"{first.stem}_suite"
    assert desk.find(QLineEdit, "batch_new.purpose").text() == "Atlas"
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.idle()
    words = desk.window.notices.banner.text()
    assert all(name in words for name in ("bordereau", "liste des corrections", "liste des retraits"))


# ------------------------------------------------------------------------------------------- what is known beforehand


def test_arrows_in_the_chips_leave_the_season_alone(desk: Desk, made: Season) -> None:
    assert made
    desk.go("batch_new", format="csv")
    season = desk.find(SeasonStepper, "batch_new.season")
    desk.press(Qt.Key.Key_F6)
    first = QApplication.focusWidget()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        desk.press(key)
    assert season.year() == 2026
    assert QApplication.focusWidget() is not first
    desk.press(Qt.Key.Key_Left)
    assert QApplication.focusWidget() is first
    desk.find(QWidget, "batch_new.write").setFocus()
    desk.press(Qt.Key.Key_Right)
    assert season.year() is None


def test_a_dataset_without_uuid_is_told_at_once_with_a_key_to_its_sheet(desk: Desk, made: Season) -> None:
    db = desk.services.db
    edit(db, made["dataset"], unique_dataset_id="")
    desk.go("batch_new", recipient=recipient(db), format="sinp")
    warning = desk.label("batch_new.warning")
    assert "« POP » n’a pas d’identifiant SINP (UUID)" in warning
    assert "--dataset-uuid" in warning
    assert not desk.find(QWidget, "batch_new.write").isEnabled()
    desk.press(Qt.Key.Key_F12)
    desk.idle()
    assert desk.find(QLineEdit, "place.dataset.name").text() == "POP"
    desk.press(Qt.Key.Key_Escape)
    edit(db, made["dataset"], unique_dataset_id="aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb")
    desk.go("batch_new", kept=True)
    assert desk.label("batch_new.holds").startswith("5 données")
    assert desk.find(ListPick, "batch_new.format").value() == "sinp"
    assert not desk.find(QWidget, "batch_new.sheet").isVisible()


def test_a_recipient_without_conditions_has_a_key_to_its_sheet(desk: Desk, made: Season) -> None:
    assert made
    uid = recipient(desk.services.db, conditions="")
    desk.go("batch_new", recipient=uid, format="csv")
    desk.press(Qt.Key.Key_F12)
    desk.idle()
    assert desk.find(QLineEdit, "place.recipient.name").text() == "DREAL"


def test_a_commune_that_no_map_knows_is_told_with_what_to_load(desk: Desk, made: Season) -> None:
    assert made
    desk.go("batch_new", recipient=recipient(desk.services.db, precision="commune"), format="csv")
    details = desk.label("batch_new.details")
    assert "5 positions sont remplacées par la maille de 10 km : 5 faute de commune connue." in details
    assert "chargez la carte des communes" in details


def test_an_empty_base_is_not_blamed_on_what_was_asked(desk: Desk) -> None:
    desk.go("batch_new", format="csv")
    assert desk.label("batch_new.holds") == "Aucune donnée n’est encore enregistrée : il n’y a rien à envoyer."

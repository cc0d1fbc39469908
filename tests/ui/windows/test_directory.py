from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from fieldapp.core.ids import name_uid
from fieldapp.core.record import make_record, with_data
from fieldapp.protocols.directory.protocol import CODE, DATASET, PERSON
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.widgets import Chip
from fieldapp.ui.wording import Words
from tests.ui.windows.support import focus, page, place, press, rows, thing, type_in

Open = Callable[..., MainWindow]
CTRL = Qt.KeyboardModifier.ControlModifier
DAY = date(2026, 4, 14)


@pytest.fixture
def known(db: Database) -> str:
    """Save two people and a dataset, and return the uid of the dataset."""
    dataset = make_record(CODE, DATASET, {"name": "POP 2026", "id_dataset": 12}, None)
    people = [
        make_record(CODE, PERSON, {"name": name, **more}, None, name_uid("person", name))
        for name, more in (("MARTIN Lou", {"organisation": "CPIE"}), ("BOIS Alex", {}))
    ]
    records.save(db, [dataset, *people], "annuaire")
    return dataset.uid


def test_people_and_datasets_are_listed_by_name(open_window: Open, known: str) -> None:
    window = open_window(DAY, "directory")
    assert page(window).page_title == "Annuaire"
    assert page(window).page_context == "2 personnes · 1 jeu de données"
    assert rows(window, "directory.person") == [["BOIS Alex", "", ""], ["MARTIN Lou", "CPIE", ""]]
    assert focus(window).objectName() == "directory.person"
    press(window, Qt.Key.Key_2)
    assert rows(window, "directory.dataset") == [["POP 2026", "12", "", ""]]
    assert focus(window).objectName() == "directory.dataset"


def test_a_derogation_is_noted_by_keyboard_and_the_list_shows_it(open_window: Open, db: Database, known: str) -> None:
    window = open_window(DAY, "directory", section="dataset")
    press(window, Qt.Key.Key_E)
    assert page(window).page_title == "POP 2026"
    assert page(window).page_context == "Annuaire"
    for name, typed in (
        ("derogation_reference", "AP 2026-07"),
        ("derogation_from_on", "01/03/2026"),
        ("derogation_to_on", "31/07/2026"),
    ):
        thing(window, f"place.dataset.{name}").setFocus()
        type_in(window, typed)
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "directory"
    assert rows(window, "directory.dataset") == [["POP 2026", "12", "AP 2026-07", "du 01/03/2026 au 31/07/2026"]]
    stored = records.get(db, known)
    assert stored is not None
    assert stored.data["derogation_to_on"] == "2026-07-31"


def test_the_protocols_of_a_dataset_are_ticked_by_keyboard(open_window: Open, db: Database, known: str) -> None:
    window = open_window(DAY, "directory", section="dataset")
    press(window, Qt.Key.Key_E)
    for _field in range(6):  # number, identifier, derogation: reference, from, to; then the protocols
        press(window, Qt.Key.Key_Tab)
    chips = thing(window, "place.dataset.protocols")
    assert chips.isAncestorOf(focus(window))
    labels = [chip.text() for chip in chips.findChildren(Chip)]
    assert labels == [protocol.label for protocol in db.protocols.values() if protocol.standard]
    assert "Annuaire" not in labels
    press(window, Qt.Key.Key_Space)
    press(window, Qt.Key.Key_Right)
    press(window, Qt.Key.Key_Right)
    press(window, Qt.Key.Key_Space)
    press(window, Qt.Key.Key_Return, CTRL)
    stored = records.get(db, known)
    assert stored is not None
    assert stored.data["protocols"] == [db_code for db_code, one in db.protocols.items() if one.standard][0:3:2]


def test_the_protocols_of_a_dataset_are_told_by_their_names(db: Database) -> None:
    told = Words(db, {}).value(DATASET.by_name["protocols"], ["pop_amphibiens", "elsewhere"])
    assert told == "POP Amphibiens, elsewhere"


def test_protocols_of_a_dataset_that_are_not_installed_here_stay(open_window: Open, db: Database, known: str) -> None:
    before = records.get(db, known)
    assert before is not None
    chosen = ["elsewhere", "pop_amphibiens"]
    records.save(db, [with_data(before, DATASET, {**before.data, "protocols": chosen})], "annuaire")
    window = open_window(DAY, "place", protocol="directory", entity="dataset", uid=known)
    type_in(window, " bis")
    press(window, Qt.Key.Key_Return, CTRL)
    stored = records.get(db, known)
    assert stored is not None
    assert stored.data == {**before.data, "name": "POP 2026 bis", "protocols": chosen}


def test_an_identifier_that_is_no_uuid_keeps_the_sheet_open_and_says_so(
    open_window: Open, db: Database, known: str
) -> None:
    window = open_window(DAY, "place", protocol="directory", entity="dataset", uid=known)
    thing(window, "place.dataset.unique_dataset_id").setFocus()
    type_in(window, "pas-un-uuid")
    thing(window, "place.dataset.licence").setFocus()
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "place"
    assert "UUID" in thing(window, "place.dataset.unique_dataset_id").accessibleDescription()
    assert focus(window).objectName() == "place.dataset.unique_dataset_id"
    stored = records.get(db, known)
    assert stored is not None
    assert "unique_dataset_id" not in stored.data


@pytest.mark.parametrize("name", ["martin lou", "Martin  LOÛ"])
def test_a_name_in_other_letters_is_the_same_name(open_window: Open, db: Database, known: str, name: str) -> None:
    window = open_window(DAY, "place", protocol="directory", entity="person")
    line = thing(window, "place.person.name")
    assert isinstance(line, QLineEdit)
    line.setText(name)
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "place"
    assert line.accessibleDescription().startswith("Ce nom est déjà dans l’annuaire")
    assert len(records.roots(db, CODE, "person")) == 2


def test_a_sheet_does_not_take_the_name_of_another(open_window: Open, db: Database, known: str) -> None:
    uid = name_uid("person", "BOIS Alex")
    window = open_window(DAY, "place", protocol="directory", entity="person", uid=uid)
    line = thing(window, "place.person.name")
    assert isinstance(line, QLineEdit)
    line.setText("martin LOU")
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "place"
    line.setText("Bois Alex")  # its own, in other letters
    press(window, Qt.Key.Key_Return, CTRL)
    stored = records.get(db, uid)
    assert stored is not None
    assert stored.data["name"] == "Bois Alex"


def test_a_new_person_has_the_identifier_of_the_name(open_window: Open, db: Database, known: str) -> None:
    window = open_window(DAY, "directory")
    press(window, Qt.Key.Key_N)
    assert page(window).page_title == "Nouvelle personne"
    type_in(window, "DURAND Camille")
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "directory"
    assert records.get(db, name_uid("person", "DURAND Camille")) is not None
    assert [row[0] for row in rows(window, "directory.person")] == ["BOIS Alex", "DURAND Camille", "MARTIN Lou"]


def test_a_name_that_is_there_already_is_not_made_twice(open_window: Open, db: Database, known: str) -> None:
    window = open_window(DAY, "directory")
    press(window, Qt.Key.Key_N)
    type_in(window, "MARTIN Lou")
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "place"
    name = thing(window, "place.person.name")
    assert name.accessibleDescription().startswith("Ce nom est déjà dans l’annuaire")
    kept = records.get(db, name_uid("person", "MARTIN Lou"))
    assert kept is not None
    assert kept.data == {"name": "MARTIN Lou", "organisation": "CPIE"}
    assert not thing(window, "place.delete").isVisible()  # visits name people: they are not deleted here


def test_the_page_of_a_dataset_opens_from_anywhere_and_goes_back_there(open_window: Open, known: str) -> None:
    window = open_window(DAY, "today")
    window.navigate("place", protocol="directory", entity="dataset", uid=known)
    assert page(window).page_title == "POP 2026"
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "today"


def test_the_settings_lead_to_the_directory(open_window: Open, known: str) -> None:
    window = open_window(DAY, "settings")
    press(window, Qt.Key.Key_P, CTRL)
    assert place(window).code == "directory"
    press(window, Qt.Key.Key_Escape)
    assert place(window).code == "settings"


def test_the_settings_lead_to_the_maps(open_window: Open) -> None:
    window = open_window(DAY, "settings")
    press(window, Qt.Key.Key_E, CTRL)
    assert place(window).code == "maps"


def test_aller_a_offers_the_directory(open_window: Open, known: str) -> None:
    window = open_window(DAY)
    press(window, Qt.Key.Key_K, CTRL)
    type_in(window, "annu")
    press(window, Qt.Key.Key_Return)
    assert place(window).code == "directory"


def test_an_empty_directory_says_how_to_begin(open_window: Open) -> None:
    window = open_window(DAY, "directory")
    assert focus(window).objectName() == "directory.new"
    press(window, Qt.Key.Key_2)
    press(window, Qt.Key.Key_N)
    assert page(window).page_title == "Nouveau jeu de données"
    assert isinstance(focus(window), QLineEdit)

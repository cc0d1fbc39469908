"""The history tells in words who changed what, from what to what."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record, make_record, with_data
from fieldapp.store import changes, records, reviewing
from tests.ui.windows.desk import Blank, Desk, desk_on

OBSERVATION = "97a6205d-b58b-47c5-a672-2f5baec24d6e"
"""The first row of the sample: Grenouille commune, 12 to 22, estimated."""


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=True) as opened:
        yield opened


def the_record(desk: Desk) -> Record:
    found = records.get(desk.services.db, OBSERVATION)
    assert found is not None
    return found


def edit(desk: Desk, **data: object) -> None:
    record = the_record(desk)
    entity = desk.services.db.protocols[record.protocol].entity(record.entity)
    records.save(desk.services.db, [with_data(record, entity, {**record.data, **data})], "corrigé")


def lines(desk: Desk) -> list[tuple[str, ...]]:
    """Return (who, kind of action, record, field, before, after) of each line."""
    found = []
    for row in desk.cells("history.table"):
        field, _bar, record = row[3].partition("|")
        found.append((row[1], row[2].partition("|")[2], record, field, *row[4:]))
    return found


def test_an_edit_is_told_field_by_field_with_labels(desk: Desk) -> None:
    edit(desk, count_max=25, id_nomenclature_typ_denbr="Co")
    desk.go("history", uid=OBSERVATION)
    assert lines(desk)[:2] == [
        ("Alex B.", "saisie", "Grenouille commune", "Dénombrement", "Estimé", "Compté"),
        ("", "", "Grenouille commune", "Nombre maximum", "22", "25"),
    ]


def test_bare_numbers_of_a_new_record_stand_beside_the_name_of_their_field(desk: Desk) -> None:
    desk.go("history", uid=OBSERVATION)
    made = next(line for line in lines(desk) if line[2:4] == ("Grenouille commune", "fiche créée"))
    parts = made[5].split(" · ")
    assert {"Nombre minimum 12", "Nombre maximum 22", "Estimé"} <= set(parts)
    assert not any(part.replace(",", "").isdigit() for part in parts)


def test_the_file_that_it_came_from_is_named(desk: Desk) -> None:
    desk.go("history", uid=OBSERVATION)
    assert desk.label("history.origin") == "Venu d’un fichier : Import de pop_2020_standard.csv"
    assert {line[1] for line in lines(desk)} == {"import", ""}


def test_undo_and_redo_stand_in_the_history(desk: Desk) -> None:
    edit(desk, count_max=25)
    changes.undo(desk.services.db)
    changes.redo(desk.services.db)
    desk.go("history", uid=OBSERVATION)
    assert [(line[1], *line[3:]) for line in lines(desk)[:3]] == [
        ("rétablissement", "Nombre maximum", "22", "25"),
        ("annulation", "Nombre maximum", "25", "22"),
        ("saisie", "Nombre maximum", "22", "25"),
    ]


def test_a_deleted_observation_stays_in_the_history_of_its_visit(desk: Desk) -> None:
    visit = the_record(desk).parent
    records.delete(desk.services.db, OBSERVATION, "supprimé")
    desk.go("history", uid=visit)
    assert lines(desk)[0][1:4] == ("saisie", "Grenouille commune", "fiche supprimée")


def test_a_new_value_of_people_is_told_by_names(desk: Desk) -> None:
    db = desk.services.db
    person = make_record("directory", db.protocols["directory"].entity("person"), {"name": "PETIT Anne"}, None)
    visit = records.get(db, the_record(desk).parent or "")
    assert visit is not None
    entity = db.protocols[visit.protocol].entity(visit.entity)
    records.save(db, [person, with_data(visit, entity, {**visit.data, "observers": [person.uid]})], "observateurs")
    desk.go("history", uid=visit.uid)
    assert lines(desk)[0][2:] == ("Passage", "Observateurs", "Observateur Un", "PETIT Anne")


def test_the_key_d_shows_each_field_of_what_was_made(desk: Desk) -> None:
    desk.go("history", uid=OBSERVATION)
    assert [line[3] for line in lines(desk)].count("fiche créée") == len(lines(desk))
    desk.press(Qt.Key.Key_D)
    told = {(line[3], line[4], line[5]) for line in lines(desk)}
    assert ("Nombre minimum", "–", "12") in told
    assert ("Début", "–", "21:11") in told


def test_the_key_f_opens_the_sheet_of_the_visit(desk: Desk) -> None:
    visit = records.get(desk.services.db, the_record(desk).parent or "")
    assert visit is not None
    desk.go("history", uid=OBSERVATION)
    desk.press(Qt.Key.Key_F)
    page = desk.window.page()
    assert isinstance(page, Blank)
    assert page.opened == [{"protocol": "pop_amphibiens", "site": visit.parent, "visit": visit.uid}]


def test_what_a_coordinator_said_is_told_in_words(desk: Desk) -> None:
    db = desk.services.db
    reviewing.ask(db, OBSERVATION, "count_max", "Tant que ça ?")
    reviewing.answer(db, OBSERVATION, "count_max", "Oui, compté deux fois")
    reviewing.close(db, OBSERVATION, "count_max")
    reviewing.validate(db, [OBSERVATION], "2", comment="photo")
    desk.go("history", uid=OBSERVATION)
    day = date.today()
    told = [line[3:] for line in lines(desk)[:5]]
    assert told == [
        ("Validation", "–", f"Probable · photo (Alex B., {day:%d/%m/%Y})"),
        ("Question : Nombre maximum", f"Tant que ça ? (Alex B., {day:%d/%m/%Y})", "–"),
        ("Réponse : Nombre maximum", f"Oui, compté deux fois (Alex B., {day:%d/%m/%Y})", "–"),
        ("Réponse : Nombre maximum", "–", f"Oui, compté deux fois (Alex B., {day:%d/%m/%Y})"),
        ("Question : Nombre maximum", "–", f"Tant que ça ? (Alex B., {day:%d/%m/%Y})"),
    ]


def test_all_values_of_one_field_are_told_with_who_and_when(desk: Desk) -> None:
    edit(desk, count_max=25)
    edit(desk, comments="à revoir")
    edit(desk, count_max=26)
    desk.go("history", uid=OBSERVATION)
    desk.press(Qt.Key.Key_C)  # on the newest line: the greatest number
    told = lines(desk)
    assert [line[3:] for line in told] == [
        ("Nombre maximum", "25", "26"),
        ("Nombre maximum", "22", "25"),
        ("Nombre maximum", "–", "22"),
    ]
    assert all(line[0] for line in told)
    desk.press(Qt.Key.Key_Escape)
    assert {line[3] for line in lines(desk)} > {"Nombre maximum"}


def test_a_line_leads_to_the_database_as_it_was_then(desk: Desk) -> None:
    edit(desk, count_max=25)
    made_at = changes.history(desk.services.db, OBSERVATION)[-1].action.made_at
    desk.go("history", uid=OBSERVATION)
    desk.press(Qt.Key.Key_P)
    page = desk.window.page()
    assert isinstance(page, Blank)
    assert page.opened == [{"at": made_at}]

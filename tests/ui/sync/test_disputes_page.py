"""Two versions of a record stand side by side in the words of the field, and one key chooses; nothing is ever lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from fieldapp.core import review
from fieldapp.core.record import Record, with_review
from fieldapp.core.settings import Settings
from fieldapp.store import changes, disputes, records
from fieldapp.ui import theme, windows
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.sync.dispute_list import DisputeList
from fieldapp.ui.sync.version_cell import VersionCell
from fieldapp.ui.widgets import ActionButton, Banner, Elided, EmptyState
from tests.elsewhere import beginning, write_elsewhere
from tests.ui.sync.two_laptops import Association, association
from tests.ui.windows.desk import Blank

OURS = {"disputes", "history", "data"}
POP, BANDING, BARRIER = "pop_amphibiens", "banding", "pitfall_barrier"


class Screen:
    """Anne's window, worked by keys."""

    def __init__(self, qtbot: QtBot, people: Association) -> None:
        self.qtbot, self.people = qtbot, people
        db = self.db = people.anne.db
        self.saved: list[str] = []
        self.services = Services(db, db.protocols, Settings(), self.saved.append, lambda _settings: None)
        pages = [one if one.code in OURS else replace(one, build=Blank) for one in windows.pages(db.protocols)]
        self.window = MainWindow(
            pages,
            services=self.services,
            undo=lambda: changes.undo(db).label,
            redo=lambda: changes.redo(db).label,
        )
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def go(self, code: str = "disputes", **params: Any) -> None:
        self.window.navigate(code, **params)
        self.qtbot.waitUntil(lambda: not self.window.background.busy())
        QApplication.processEvents()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        QApplication.processEvents()

    def listed(self) -> list[tuple[str, str, str]]:
        found = self.window.findChild(DisputeList, "disputes.list")
        assert found is not None
        return [(entry.title, entry.place, entry.fields) for entry in found.entries()]

    def labels(self, name: str) -> list[str]:
        """Return the words of the labels of this name that can be seen, from left to right and down."""
        found = [label for label in self.window.findChildren(QLabel, name) if label.isVisible()]
        return [label.text() for label in sorted(found, key=lambda one: (one.mapToGlobal(one.pos()).y(), one.x()))]

    def columns(self) -> list[str]:
        """Return who wrote each version."""
        return [text for number in range(1, 5) for text in self.labels(f"dispute.who.{number}")]

    def lines(self) -> list[tuple[str, ...]]:
        """Return each line: the field, then its versions; the one that the record holds with its mark."""
        cells = [cell for cell in self.window.findChildren(VersionCell) if cell.isVisible()]
        rows: dict[int, dict[int, str]] = {}
        for cell in cells:
            _page, _cell, row, column = cell.objectName().split(".")
            rows.setdefault(int(row), {})[int(column)] = f"{cell.text()} [{cell.mark}]" if cell.mark else cell.text()
        return [
            (label, *(text for _column, text in sorted(rows[row].items())))
            for row, label in enumerate(self.labels("dispute.field"), start=1)
        ]

    def focused(self) -> str:
        focus = QApplication.focusWidget()
        return focus.objectName() if focus is not None else ""

    def refusal(self) -> str:
        found = self.window.findChild(Banner, "dispute.refusal")
        assert found is not None
        return found.text() if found.isVisible() else ""

    def notice(self) -> str:
        return self.window.notices.banner.text() if self.window.notices.banner.isVisible() else ""

    def now(self, uid: str) -> dict[str, Any]:
        return self.people.anne.get(uid).data


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Association]:
    with association(tmp_path) as made:
        yield made


@pytest.fixture
def screen(qtbot: QtBot, qapp: QApplication, people: Association) -> Iterator[Screen]:
    theme.apply(qapp)
    made = Screen(qtbot, people)
    yield made
    made.window.close()
    made.window.deleteLater()


@pytest.fixture
def pond(people: Association) -> Record:
    group = people.anne.make(POP, "sites_group", sites_group_name="Terrils du 11/19")
    made = people.anne.make(POP, "site", group, base_site_name="mare 04", commune="Loos", latitude=50.4, longitude=2.8)
    people.meet()
    return made


@pytest.fixture
def visit(people: Association, pond: Record) -> Record:
    made = people.anne.make(POP, "visit", pond, visit_date_min="2022-04-14", num_passage=1, accessibility="Oui")
    people.meet()
    return made


def disagree(people: Association, uid: str, **both: tuple[object, ...]) -> None:
    """Let Anne, Bruno (and Chloé) write different values without having seen each other's."""
    for number, laptop in enumerate((people.anne, people.bruno, people.chloe)):
        mine = {name: values[number] for name, values in both.items() if number < len(values)}
        if mine:
            laptop.edit(uid, **mine)
    people.meet()


# ------------------------------------------------------------------------------------------------ what is shown


def test_each_version_stands_under_who_wrote_it_with_labels_and_units(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, Heure_debut=("21:02", "21:20"), expertise=("Chevronné", "Débutant"))
    screen.go()
    assert screen.listed() == [("Passage · 14/04/2022", "mare 04 · Terrils du 11/19", "POP Amphibiens · 2 champs")]
    assert screen.columns() == ["PETIT Anne", "LEROY Bruno"]
    when = screen.window.findChild(Elided, "dispute.when.1")
    assert when is not None
    assert re.fullmatch(r"\d\d/\d\d \d\d:\d\d · portable-anne", when.words())
    assert screen.lines() == [
        ("Début", "21:02 [affichée]", "21:20"),
        ("Expertise", "Chevronné [affichée]", "Débutant"),
    ]


def test_what_nobody_disagrees_about_is_there_to_judge_by(screen: Screen, visit: Record) -> None:
    person = screen.people.anne.make("directory", "person", name="PETIT Anne")
    screen.people.anne.edit(visit.uid, observers=[person.uid])
    screen.people.meet()
    disagree(screen.people, visit.uid, comments=("vent", "pluie"))
    screen.go()
    [around] = screen.labels("dispute.around")
    assert "Observateurs : PETIT Anne" in around
    assert "Date : 14/04/2022" in around
    assert "vent" not in around


def test_an_observation_is_told_with_who_was_there(screen: Screen, visit: Record) -> None:
    person = screen.people.anne.make("directory", "person", name="PETIT Anne")
    screen.people.anne.edit(visit.uid, observers=[person.uid])
    seen = screen.people.anne.make(POP, "observation", visit, cd_nom=444432, presence="Oui", count_min=3, count_max=3)
    screen.people.meet()
    disagree(screen.people, seen.uid, cd_nom=(444430, 444431))
    screen.go()
    assert screen.labels("dispute.around")[0] == "Observateurs : PETIT Anne"
    assert screen.lines()[0][0] == "Espèce"
    assert not any("4444" in word for line in screen.lines() for word in line)


def test_three_people_have_three_columns_and_who_did_not_touch_a_field_has_none_there(
    screen: Screen, visit: Record
) -> None:
    disagree(screen.people, visit.uid, comments=("vent", "pluie", "brume"), Heure_debut=("21:00", "21:10"))
    screen.go()
    assert screen.columns() == ["PETIT Anne", "LEROY Bruno", "MARTIN Chloé"]
    assert [len(line) for line in screen.lines()] == [3, 4]


def test_a_capture_is_one_line_for_its_ring_however_many_fields_repeat_it(screen: Screen) -> None:
    anne = screen.people.anne
    place = anne.make(BANDING, "sites_group", place_name="Bac à schlamms", commune="Dourges")
    nets = anne.make(BANDING, "site", place, site_name="PHENO")
    session = anne.make(BANDING, "visit", nets, date="2022-09-12", theme="PHENO")
    bird = anne.make(
        BANDING, "observation", session, ring="8680017", ring_key="FRP8680017", ring_scheme="FRP", species="ACRSCI",
        cd_nom=4187, action="B", mass_g=11.3,
    )  # fmt: skip
    screen.people.meet()
    disagree(
        screen.people,
        bird.uid,
        ring=("8680018", "8680019"),
        ring_key=("FRP8680018", "FRP8680019"),
        species=("ACRSCH", "SYLATR"),
        cd_nom=(4198, 4257),
        mass_g=(11.5, 12.0),
    )
    screen.go()
    assert [line[0] for line in screen.lines()] == ["Bague", "Espèce", "Masse (g)"]
    assert screen.lines()[1][2] == "SYLATR, Fauvette à tête noire"
    screen.press(Qt.Key.Key_2)
    assert (screen.now(bird.uid)["ring"], screen.now(bird.uid)["ring_key"]) == ("8680019", "FRP8680019")
    screen.press(Qt.Key.Key_2)
    assert (screen.now(bird.uid)["species"], screen.now(bird.uid)["cd_nom"]) == ("SYLATR", 4257)
    assert {one.field for one in disputes.opened(screen.db)} == {"mass_g"}


def test_a_bucket_and_a_person_are_titled_as_people_know_them(screen: Screen) -> None:
    anne = screen.people.anne
    site = anne.make(BARRIER, "site", site_name="Mare Jules Ferry", commune="Vimy")
    bucket = anne.make(BARRIER, "bucket", site, bucket="3", side="E")
    person = anne.make("directory", "person", name="PETIT Anne")
    screen.people.meet()
    disagree(screen.people, bucket.uid, position_m=(12.0, 15.0))
    disagree(screen.people, person.uid, name=("PETIT Anne-Marie", "PETIT Annie"))
    screen.go()
    assert [(title, place) for title, place, _fields in screen.listed()] == [
        ("Seau · 3", "Mare Jules Ferry, Vimy"),
        ("Personne · PETIT Anne-Marie", ""),
    ]


def test_a_deletion_and_a_move_are_told_in_words(screen: Screen, pond: Record, visit: Record) -> None:
    other = [screen.people.anne.make(POP, "site", None, base_site_name=f"mare {name}") for name in ("05", "06")]
    screen.people.meet()
    for laptop, site in zip((screen.people.anne, screen.people.bruno), other, strict=True):
        records.save(laptop.db, [replace(laptop.get(visit.uid), parent=site.uid)], "déplacé")
    records.delete(screen.people.chloe.db, visit.uid, "supprimé")
    screen.people.meet()
    screen.go()
    assert screen.lines() == [
        ("La fiche", "gardée [affichée]", "supprimée"),
        ("Rattachée à", "mare 05 [affichée]", "mare 06"),
    ]


# -------------------------------------------------------------------------------------------------- choosing


def test_enter_takes_the_version_under_the_cursor_and_the_next_field_comes(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, Heure_debut=("21:02", "21:20"), expertise=("Chevronné", "Débutant"))
    screen.go()
    assert screen.focused() == "dispute.cell.1.1"
    screen.press(Qt.Key.Key_Right)
    screen.press(Qt.Key.Key_Return)
    assert screen.now(visit.uid)["Heure_debut"] == "21:20"
    assert screen.lines() == [("Expertise", "Chevronné [affichée]", "Débutant")]
    assert screen.notice() == "Tranché : Début : 21:20"
    assert len(screen.saved) == 1
    screen.press(Qt.Key.Key_1)
    assert screen.now(visit.uid)["expertise"] == "Chevronné"
    assert disputes.count(screen.db) == 0


def test_a_digit_takes_its_column_on_the_line_of_the_cursor(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, Heure_debut=("21:02", "21:20", "21:30"), comments=("vent", "pluie", "brume"))
    screen.go()
    screen.press(Qt.Key.Key_Down)
    screen.press(Qt.Key.Key_3)
    assert screen.now(visit.uid)["comments"] == "brume"
    assert [line[0] for line in screen.lines()] == ["Début"]


def test_all_of_one_person_is_taken_at_once_and_undone_at_once(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, Heure_debut=("21:02", "21:20"), expertise=("Chevronné", "Débutant"))
    screen.go()
    screen.press(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert disputes.count(screen.db) == 0
    assert (screen.now(visit.uid)["Heure_debut"], screen.now(visit.uid)["expertise"]) == ("21:20", "Débutant")
    assert screen.notice() == "Tranché : tout de LEROY Bruno"
    screen.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert screen.lines() == [
        ("Début", "21:02 [affichée]", "21:20"),
        ("Expertise", "Chevronné [affichée]", "Débutant"),
    ]


def test_what_was_undone_is_stood_on_again(screen: Screen, visit: Record, pond: Record) -> None:
    disagree(screen.people, pond.uid, commune=("Lens", "Vimy"))
    disagree(screen.people, visit.uid, Heure_debut=("21:02", "21:20"))
    screen.go()
    screen.press(Qt.Key.Key_2)
    assert screen.labels("dispute.title") == ["Passage · 14/04/2022"]
    screen.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert screen.labels("dispute.title") == ["Mare · mare 04"]
    assert screen.now(pond.uid)["commune"] == "Lens"


def test_texts_are_merged_into_one_that_can_be_written_over(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, comments=("vent fort", "pluie fine"), Heure_debut=("21:02", "21:20"))
    screen.go()
    merge = screen.window.findChild(ActionButton, "disputes.merge")
    assert merge is not None
    assert not merge.isEnabled()  # a time of day is no text
    screen.press(Qt.Key.Key_Down)
    screen.press(Qt.Key.Key_M)
    editor = screen.window.findChild(QPlainTextEdit, "dispute.merge")
    assert editor is not None
    assert editor.toPlainText() == "vent fort / pluie fine"
    screen.qtbot.keyClicks(editor, ", 1")  # a digit is typed here, and takes nothing
    screen.press(Qt.Key.Key_Return)
    assert screen.now(visit.uid)["comments"] == "vent fort / pluie fine, 1"
    assert [line[0] for line in screen.lines()] == ["Début"]
    screen.people.meet()
    assert screen.people.bruno.get(visit.uid).data["comments"] == "vent fort / pluie fine, 1"
    assert {one.field for one in disputes.opened(screen.people.bruno.db)} == {"Heure_debut"}


def test_escape_gives_up_a_merged_text_and_stays_on_the_page(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, comments=("vent", "pluie"))
    screen.go()
    screen.press(Qt.Key.Key_M)
    screen.press(Qt.Key.Key_Escape)
    assert screen.lines() == [("Commentaire", "vent [affichée]", "pluie")]
    assert screen.focused() == "dispute.cell.1.1"


def test_the_arrows_go_between_list_and_versions(screen: Screen, visit: Record, pond: Record) -> None:
    disagree(screen.people, pond.uid, commune=("Lens", "Vimy"))
    disagree(screen.people, visit.uid, Heure_debut=("21:02", "21:20"))
    screen.go()
    screen.press(Qt.Key.Key_Left)
    assert screen.focused() == "disputes.list"
    screen.press(Qt.Key.Key_Down)
    assert screen.labels("dispute.title") == ["Passage · 14/04/2022"]
    screen.press(Qt.Key.Key_Return)
    assert screen.focused() == "dispute.cell.1.1"
    screen.press(Qt.Key.Key_PageUp)
    assert screen.labels("dispute.title") == ["Mare · mare 04"]


def test_what_can_never_be_right_is_said_and_not_saved(screen: Screen, visit: Record) -> None:
    counted = {"cd_nom": 444432, "presence": "Oui", "count_min": 3, "count_max": 3, "id_nomenclature_typ_denbr": "Es"}
    seen = screen.people.anne.make(POP, "observation", visit, **counted)
    screen.people.meet()
    disagree(screen.people, seen.uid, count_min=(2, 30), count_max=(5, 40))
    screen.go()
    assert [line[0] for line in screen.lines()] == ["Nombre minimum", "Nombre maximum"]
    screen.press(Qt.Key.Key_2)
    assert "Rien n’a été changé." in screen.refusal()
    assert "30" in screen.refusal()
    assert screen.now(seen.uid)["count_min"] == 2
    assert len(disputes.opened(screen.db)) == 2
    screen.press(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert (screen.now(seen.uid)["count_min"], screen.now(seen.uid)["count_max"]) == (30, 40)
    assert screen.refusal() == ""


def test_a_kept_record_brings_back_what_went_with_it(screen: Screen, pond: Record, visit: Record) -> None:
    screen.people.anne.edit(pond.uid, commune="Lens")
    records.delete(screen.people.bruno.db, pond.uid, "supprimé")
    screen.people.meet()
    screen.go()
    assert screen.lines() == [("La fiche", "gardée, et 1 fiche en dessous rétablie [affichée]", "supprimée")]
    screen.press(Qt.Key.Key_1)
    screen.people.meet()
    assert not screen.people.bruno.get(pond.uid).deleted
    assert not screen.people.bruno.get(visit.uid).deleted


def test_somebody_who_wrote_below_a_deleted_record_stands_for_keeping_it(screen: Screen, pond: Record) -> None:
    records.delete(screen.people.anne.db, pond.uid, "supprimé")
    screen.people.bruno.make(POP, "visit", pond, visit_date_min="2022-05-02", num_passage=2)
    screen.people.meet()
    screen.go()
    assert screen.columns() == ["PETIT Anne", "LEROY Bruno"]
    assert screen.lines() == [("La fiche", "supprimée, avec 1 fiche en dessous", "gardée [affichée]")]
    screen.press(Qt.Key.Key_1)
    assert screen.people.anne.get(pond.uid).deleted
    assert screen.notice() == "Fiche supprimée : Mare · mare 04"


# ------------------------------------------------------------------------------------------------- settled, none


def test_after_the_last_one_the_page_says_so_and_what_comes_here(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, comments=("vent", "pluie"))
    screen.go()
    screen.press(Qt.Key.Key_1)
    empty = screen.window.findChild(EmptyState, "disputes.empty")
    assert empty is not None
    assert empty.isVisible()
    assert empty.title.text() == "Rien à relire"


def test_a_settled_one_can_be_chosen_otherwise(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, comments=("vent", "pluie"))
    screen.go()
    screen.press(Qt.Key.Key_1)
    screen.press(Qt.Key.Key_T)
    assert screen.lines() == [("Commentaire", "vent [retenue]", "pluie")]
    screen.press(Qt.Key.Key_2)
    assert screen.lines() == [("Commentaire", "vent", "pluie [retenue]")]
    screen.people.meet()
    assert screen.people.bruno.get(visit.uid).data["comments"] == "pluie"
    assert disputes.count(screen.people.bruno.db) == 0


def test_a_validated_record_is_settled_with_a_reason_that_is_asked_for(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, comments=("vent", "pluie"))
    anne = screen.people.anne
    found = anne.get(visit.uid)
    said = review.validated(found, "2", by="PETIT Anne", at=records.now())
    records.save(screen.db, [with_review(found, screen.db.protocols[POP].entity("visit"), said)], "validation")
    shown, other = screen.now(visit.uid)["comments"], "pluie"
    assert shown == "vent"
    screen.go()
    screen.press(Qt.Key.Key_2)
    line = screen.window.findChild(QLineEdit, "disputes.why.line")
    assert line is not None
    assert line.isVisible()
    assert screen.now(visit.uid)["comments"] == shown
    screen.press(Qt.Key.Key_Return)  # without a reason it stays
    assert screen.now(visit.uid)["comments"] == shown
    screen.press(Qt.Key.Key_Escape)
    assert not line.isVisible()
    screen.press(Qt.Key.Key_2)
    screen.qtbot.keyClicks(line, "vu avec Bruno")
    screen.press(Qt.Key.Key_Return)
    assert screen.now(visit.uid)["comments"] == other
    assert screen.now(visit.uid)[review.VALIDATED]["why"] == "vu avec Bruno"
    assert review.level(anne.get(visit.uid)) == "2"
    assert disputes.count(screen.db) == 0


def test_a_merged_text_is_shown_beside_the_versions_that_it_came_from(screen: Screen, visit: Record) -> None:
    disagree(screen.people, visit.uid, comments=("vent", "pluie"))
    disputes.settle(screen.db, visit.uid, {"comments": "vent et pluie"})
    screen.go(tab="settled")
    assert screen.labels("dispute.present") == ["retenu : vent et pluie"]
    assert screen.lines() == [("Commentaire", "vent", "pluie")]


def test_a_version_that_came_while_the_page_was_open_is_shown_before_anything_is_chosen(
    screen: Screen, visit: Record
) -> None:
    disagree(screen.people, visit.uid, comments=("vent", "pluie"))
    screen.go()
    write_elsewhere(screen.db, visit.uid, base=beginning(screen.db, visit.uid), comments="neige")
    screen.press(Qt.Key.Key_2)
    assert "Une autre version est arrivée" in screen.refusal()
    assert screen.lines() == [("Commentaire", "vent [affichée]", "pluie", "neige")]
    assert disputes.count(screen.db) == 1
    screen.press(Qt.Key.Key_2)
    assert screen.now(visit.uid)["comments"] == "pluie"


# ------------------------------------------------------------------------------------------------------ the mark


def test_the_history_of_a_disputed_record_leads_to_its_versions(screen: Screen, visit: Record, pond: Record) -> None:
    screen.go("history", uid=visit.uid)
    mark = screen.window.findChild(ActionButton, "history.review")
    assert mark is not None
    assert not mark.isVisible()
    disagree(screen.people, pond.uid, commune=("Lens", "Vimy"))
    disagree(screen.people, visit.uid, comments=("vent", "pluie"))
    screen.go("history", uid=visit.uid)
    assert mark.isVisible()
    screen.press(Qt.Key.Key_R)
    assert screen.labels("dispute.title") == ["Passage · 14/04/2022"]


def test_a_line_of_the_data_leads_to_the_versions_of_its_visit(screen: Screen, visit: Record) -> None:
    screen.people.anne.make(POP, "observation", visit, cd_nom=444432, presence="Oui", count_min=3, count_max=3)
    screen.people.meet()
    disagree(screen.people, visit.uid, comments=("vent", "pluie"))
    screen.go("data", protocol=POP)
    mark = screen.window.findChild(ActionButton, "data.review")
    assert mark is not None
    screen.qtbot.waitUntil(mark.isVisible)
    screen.press(Qt.Key.Key_R)
    assert screen.labels("dispute.title") == ["Passage · 14/04/2022"]

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from fieldapp.core.ids import name_uid
from fieldapp.core.record import make_record
from fieldapp.protocols.pop_amphibiens.schema import CODE, OBSERVATION
from fieldapp.store import changes, drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds, theme
from fieldapp.ui.keys import KeysPanel
from fieldapp.ui.shell import MainWindow
from tests.ui.windows.support import (
    area,
    begin,
    focus,
    nothing_seen,
    page,
    place,
    press,
    rows,
    see,
    thing,
    type_in,
    visit,
    words,
)

Open = Callable[..., MainWindow]
SHIFT = Qt.KeyboardModifier.ShiftModifier
DAY = date(2026, 4, 14)


def states(window: MainWindow) -> dict[str, str]:
    return {row[0]: row[1].rstrip("|") for row in rows(window, "round.table")}


def test_progress_of_every_passage_is_that_of_the_file(
    open_window: Open, season_2020: Database, sample_pop: Path
) -> None:
    reached: dict[tuple[str, str], set[str]] = defaultdict(set)
    ponds: dict[str, set[str]] = defaultdict(set)
    with sample_pop.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            reached[row["aire_etude"], row["num_passage"]].add(row["nom_site"])
            ponds[row["aire_etude"]].add(row["nom_site"])
    window = open_window(date(2020, 12, 1), "places")
    shown = {row[0]: row[1:5] for row in rows(window, "places.table")}
    assert sum(int(row[0]) for row in shown.values()) == 137
    for name, sites in ponds.items():
        expected = [
            f"{len(found)} / {len(sites)}" if (found := reached.get((name, str(n)))) else "–" for n in (1, 2, 3)
        ]
        assert shown[name.replace("_", " ")] == [str(len(sites)), *expected]


def test_letters_filter_the_aires_and_enter_opens_the_round(open_window: Open, season_2020: Database) -> None:
    window = open_window(date(2020, 5, 2), "places")
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    type_in(window, "evin")
    assert [row[0] for row in rows(window, "places.table")] == ["Marais et terrils d'Evin-Malmaison"]
    press(window, Qt.Key.Key_Return)
    assert page(window).page_title == "Marais et terrils d'Evin-Malmaison"


def test_a_past_season_opens_the_round_of_that_year(open_window: Open, season_2020: Database) -> None:
    window = open_window(date(2026, 5, 2), "places", year=2020)
    assert rows(window, "places.table")[0][3] == "13 / 15"
    press(window, Qt.Key.Key_Return)
    assert page(window).page_context.endswith("2020")
    press(window, Qt.Key.Key_2)
    assert list(states(window).values()).count("todo") == 2
    press(window, Qt.Key.Key_Return)
    assert place(window).code == "sheet"
    assert place(window).params["year"] == 2020  # a visit of that year is not dated today


def test_every_state_of_a_pond_is_told_apart(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils", ponds=6)
    see(db, visit(db, sites[0], "2026-04-10", 2), 459628)
    see(db, visit(db, sites[1], "2026-04-10", 2), 914450, "Non")
    visit(db, sites[2], "2026-04-10", 2, accessibility="Non")
    see(db, visit(db, sites[3], "2026-04-10", 2, dry=True), 914450, "Non")
    drafts.put(db, f"sheet:{CODE}:{sites[4]}:new", {"visit": {"num_passage": 2}})
    window = open_window(DAY, "round", protocol=CODE, group=group, passage=2)
    assert states(window) == {
        "mare 01": "occupied",
        "mare 02": "nothing_seen",
        "mare 03": "inaccessible",
        "mare 04": "dry",
        "mare 05": "draft",
        "mare 06": "todo",
    }
    assert next(row for row in rows(window, "round.table") if row[0] == "mare 01")[2] == "Crapaud calamite"


def test_a_visit_that_lacks_something_is_a_draft_and_still_to_do(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils", ponds=4)
    see(db, visit(db, sites[0], "2026-04-10", 2), 459628)
    see(db, visit(db, sites[1], "2026-04-10", 2, expertise=None), 459628)  # the expertise is missing
    begin(db, sites[2], "2026-04-10", 2, Heure_debut="21:02")  # F5 alone
    window = open_window(DAY, "round", protocol=CODE, group=group)
    assert states(window) == {"mare 01": "occupied", "mare 02": "draft", "mare 03": "draft", "mare 04": "todo"}
    assert next(row for row in rows(window, "round.table") if row[0] == "mare 02")[2] == "Crapaud calamite"
    assert words(window, "round.words") == "encore 3 mares · avant le 15 mai"
    assert thing(window, "round.passages.2").text() == "passage 2 · 1 / 4"
    window.navigate("places")
    assert rows(window, "places.table")[0][3] == "1 / 4"
    window.navigate("today")
    assert rows(window, "today.table") == [["Terrils", "passage 2", "1 / 4", "doing|en cours"]]
    assert words(window, "today.words").startswith("Terrils, passage 2 : encore 3 mares.")


def test_a_line_without_its_count_leaves_the_pond_a_draft(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils", ponds=1)
    seen = visit(db, sites[0], "2026-04-10", 2)
    records.save(db, [make_record(CODE, OBSERVATION, {"presence": "Oui", "cd_nom": 459628}, seen)], "observation")
    window = open_window(DAY, "round", protocol=CODE, group=group)
    assert states(window) == {"mare 01": "draft"}
    assert rows(window, "round.table")[0][2] == "Crapaud calamite"


def test_of_two_visits_of_a_passage_the_later_counts_everywhere(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils", ponds=1)
    nothing_seen(db, sites[0], "2026-04-10", 2)
    begin(db, sites[0], "2026-04-12", 2, Heure_debut="21:02")
    window = open_window(DAY, "round", protocol=CODE, group=group)
    assert states(window) == {"mare 01": "draft"}
    window.navigate("today")
    assert rows(window, "today.table")[0][2] == "0 / 1"


def test_a_sheet_with_an_unsaved_draft_is_not_done_anywhere(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils", ponds=1)
    seen = nothing_seen(db, sites[0], "2026-04-10", 2)
    drafts.put(db, f"sheet:{CODE}:{sites[0]}:{seen}", {"visit": {"num_passage": 2}})
    window = open_window(DAY, "round", protocol=CODE, group=group)
    assert states(window) == {"mare 01": "draft"}
    window.navigate("places")
    assert rows(window, "places.table")[0][3] == "0 / 1"


def test_the_aires_are_worked_by_letters_at_once_and_after_coming_back(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils")
    window = open_window(DAY)
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert focus(window).objectName() == "places.table"
    press(window, Qt.Key.Key_N)
    assert place(window).params["parent"] == group
    press(window, Qt.Key.Key_Escape)
    assert focus(window).objectName() == "places.table"
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    type_in(window, "terr")
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Escape)
    assert place(window).code == "places"
    assert focus(window).objectName() == "places.table"


def test_a_figure_shows_another_passage(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils")
    visit(db, sites[0], "2026-03-10", 1, accessibility="Non")
    window = open_window(DAY, "round", protocol=CODE, group=group)
    assert states(window)["mare 01"] == "todo"
    press(window, Qt.Key.Key_1)
    assert states(window)["mare 01"] == "inaccessible"
    press(window, Qt.Key.Key_2)
    assert states(window)["mare 01"] == "todo"


def test_the_nearest_pond_to_do_comes_first_with_its_distance(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils", ponds=4)
    visit(db, sites[2], "2026-04-13", 2, Heure_debut="21:02", accessibility="Non")
    window = open_window(DAY, "round", protocol=CODE, group=group)
    # 0.001 degrees of latitude are 111 m
    assert [(row[0], row[5]) for row in rows(window, "round.table")] == [
        ("mare 02", "à 110 m"),
        ("mare 04", "à 110 m"),
        ("mare 01", "à 220 m"),
        ("mare 03", "ici"),
    ]
    press(window, Qt.Key.Key_O)
    assert [row[0] for row in rows(window, "round.table")] == ["mare 01", "mare 02", "mare 03", "mare 04"]


def test_enter_opens_the_sheet_of_the_next_pond(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils")
    done = visit(db, sites[0], "2026-04-13", 2, accessibility="Non")
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_Return)
    assert place(window).code == "sheet"
    asked = {"protocol": CODE, "site": sites[1], "visit": None, "passage": 2, "year": 2026}
    assert place(window).params == {**asked, "order": [sites[1], sites[0]]}
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_End)
    press(window, Qt.Key.Key_Return)
    assert place(window).params["visit"] == done


def test_ponds_are_assigned_by_key_and_the_person_is_made_on_the_way(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=3)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_Down, SHIFT)
    press(window, Qt.Key.Key_A)
    type_in(window, "DURAND Camille")
    press(window, Qt.Key.Key_Return)
    assert records.get(db, name_uid("person", "DURAND Camille")) is not None
    press(window, Qt.Key.Key_Return)
    who = {row[0]: row[4] for row in rows(window, "round.table")}
    assert who == {"mare 01": "pour DURAND Camille", "mare 02": "pour DURAND Camille", "mare 03": ""}
    press(window, Qt.Key.Key_3)
    assert {row[4] for row in rows(window, "round.table")} == {""}


def test_an_assignment_is_one_action_that_undo_takes_back(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=3)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(window, Qt.Key.Key_A)
    type_in(window, "Camille")
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return)
    assert {row[4] for row in rows(window, "round.table")} == {"pour Camille"}
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert {row[4] for row in rows(window, "round.table")} == {""}


def test_an_empty_line_takes_an_assignment_away(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=1)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_A)
    type_in(window, "Camille")
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_A)
    press(window, Qt.Key.Key_Backspace)
    press(window, Qt.Key.Key_Return)
    assert rows(window, "round.table")[0][4] == ""


def test_escape_closes_the_panel_and_then_the_page(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils")
    window = open_window(DAY)
    window.navigate("round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_A)
    assert isinstance(focus(window), QLineEdit)
    press(window, Qt.Key.Key_Escape)
    assert place(window).code == "round"
    press(window, Qt.Key.Key_Escape)
    assert place(window).code == "today"


def test_a_deleted_pond_comes_back_with_its_visits(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils")
    nothing_seen(db, sites[0], "2026-03-10", 1)
    see(db, visit(db, sites[0], "2026-04-10", 2), 459628)
    visit(db, sites[0], "2025-04-10", 2, accessibility="Non")
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_O)
    press(window, Qt.Key.Key_Home)
    press(window, Qt.Key.Key_Delete)
    assert states(window) == {"mare 01": "occupied", "mare 02": "todo"}  # next to Enter: not with one key alone
    press(window, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert states(window) == {"mare 02": "todo"}
    assert window.notices.banner.text() == "mare 01 : supprimé, avec 3 passages et 2 observations."
    assert window.notices.banner.button.key == "Ctrl+Z"
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert states(window) == {"mare 01": "occupied", "mare 02": "todo"}
    assert changes.history(db, sites[0])[-1].action.kind == "undo"


def test_an_aire_without_ponds_says_how_to_start(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=0)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    assert states(window) == {}
    press(window, Qt.Key.Key_N)
    assert place(window).params["parent"] == group


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (None, ""),
        (0.4, "ici"),
        (7.2, "à 7 m"),
        (123, "à 120 m"),
        (996, "à 1,0 km"),
        (1234, "à 1,2 km"),
        (15300, "à 15 km"),
    ],
)
def test_distances_are_said_as_one_would(metres: float | None, said: str) -> None:
    assert rounds.distance_words(metres) == said


def test_names_sort_by_their_numbers() -> None:
    names: list[Any] = ["mare 10", "Étang", "mare_2", "mare 1 bis"]
    assert sorted(names, key=rounds.name_key) == ["Étang", "mare 1 bis", "mare_2", "mare 10"]


def test_the_words_of_the_next_step_follow_the_pond(open_window: Open, db: Database) -> None:
    group, sites = area(db, "Terrils")
    visit(db, sites[0], "2026-04-10", 2, accessibility="Non")
    window = open_window(DAY, "round", protocol=CODE, group=group)
    assert words(window, "round.go") == "Commencer"
    press(window, Qt.Key.Key_End)
    assert words(window, "round.go") == "Revoir"


def test_the_button_of_a_deletion_takes_back_that_deletion(open_window: Open, db: Database) -> None:
    group, (_site, other) = area(db, "Terrils", ponds=2)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    press(window, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert [row[0] for row in rows(window, "round.table")] == ["mare 02"]
    nothing_seen(db, other, "2026-04-10", 2)
    window.notices.banner.button.click()
    assert [row[0] for row in rows(window, "round.table")] == ["mare 01", "mare 02"]
    assert states(window)["mare 02"] == "nothing_seen"


def test_the_aire_is_modified_from_its_round_also_without_a_pond(open_window: Open, db: Database) -> None:
    group, _sites = area(db, "Terrils", ponds=1)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    assert thing(window, "round.edit_group").isVisible()
    press(window, Qt.Key.Key_E, SHIFT)
    assert place(window).params == {"protocol": CODE, "entity": "sites_group", "uid": group}
    empty, _sites = area(db, "Vide", ponds=0)
    window.navigate("round", protocol=CODE, group=empty)
    press(window, Qt.Key.Key_E)
    assert place(window).params == {"protocol": CODE, "entity": "sites_group", "uid": empty}


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_line_of_the_keys_is_cut(open_window: Open, db: Database, qapp: QApplication, scale: float) -> None:
    group, _sites = area(db, "Terrils", ponds=1)
    window = open_window(DAY, "round", protocol=CODE, group=group)
    theme.apply(qapp, scale=scale)
    window.resize(1366, 768)
    press(window, Qt.Key.Key_F1)
    panel = window.findChild(KeysPanel, "keys")
    assert panel is not None
    for action in page(window).actions_of_page():
        found = [label for label in panel.findChildren(QLabel) if label.text() == action.words and action.key]
        assert all(label.width() >= label.sizeHint().width() for label in found), action.words
    theme.apply(qapp)

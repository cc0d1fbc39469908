"""The visit sheet by keyboard, in the real window, on a real database."""

from __future__ import annotations

import contextlib
import csv
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from fieldapp.core.forms import PlaceState
from fieldapp.exchange.exporting import export_file
from fieldapp.protocols.pop_amphibiens import analysis
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database, open_database
from tests.ui.forms import evening
from tests.ui.forms.conftest import AT, OPEN, TWO_SPECIES, Hand, counted, lines, visits


def state(db: Database, number: int) -> PlaceState:
    [visit] = visits(db, number)
    return analysis.visit_state(visit.data, lines(db, visit))


# ------------------------------------------------------------------------------------------- the usual pond


def test_a_usual_pond_takes_at_most_25_key_presses(db: Database, open_sheet: OPEN, at: AT) -> None:
    evening.fill(db)
    hand = open_sheet(1)
    hand.keys("Ctrl+Enter", "F5", *TWO_SPECIES)
    at("22:02")
    hand.keys("F6", "Ctrl+Enter")
    assert hand.pressed == [
        "Ctrl+Enter", "F5", *"cal", "Enter", *"12-22", "Enter", *"palm", "Enter", "3", "Enter", "F6", "Ctrl+Enter",
    ]  # fmt: skip
    assert len(hand.pressed) <= 25
    [visit] = visits(db, 2)
    assert visit.data == {
        **evening.head("2026-04-14"), "num_passage": 2, "Heure_debut": "21:50", "Heure_fin": "22:02",
    }  # fmt: skip
    assert lines(db, visit) == [counted(evening.CALAMITE, 12, 22), counted(evening.PALME, 3)]
    assert drafts.keys(db) == []
    assert hand.page.page_title == "Mare 03"


def test_the_first_passage_asks_for_the_state_of_the_site_and_stays_within_25_keys(
    db: Database, open_sheet: OPEN, at: AT
) -> None:
    evening.fill(db)
    hand = open_sheet(2, passage=1)
    hand.keys("Ctrl+Enter", "F5", *TWO_SPECIES, "F4", "ex", "Enter")
    at("22:02")
    hand.keys("F6", "Ctrl+Enter")
    assert len(hand.pressed) <= 25
    [visit] = visits(db, 3)
    assert visit.data["etat_site"] == "Site existant"
    assert visit.data["num_passage"] == 1
    assert len(lines(db, visit)) == 2


def test_a_pond_known_from_earlier_years_is_taken_to_exist_and_it_shows(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2, passage=1)
    assert hand.widget("sheet.details.summary").words().endswith("existant")
    hand.keys("F5")
    [visit] = visits(db, 2)
    assert visit.data["etat_site"] == "Site existant"


def test_opening_a_sheet_and_leaving_it_stores_nothing(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("Ctrl+Enter")
    assert visits(db, 2) == []
    assert drafts.keys(db) == []


def test_each_save_is_said_with_its_time_and_is_one_action_with_a_name(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("cal", "Enter", "3", "Enter")
    assert len(hand.saved) == 1
    said = db.rows("SELECT label, made_at FROM action WHERE kind = 'entry'")
    assert said == [("Mare 02 : Crapaud calamite 3", hand.saved[0])]


# ---------------------------------------------------------------------------- three ways of seeing nothing


def test_nothing_seen_alone_takes_the_present_time_for_both_hours(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    open_sheet(2).keys("F8")
    [visit] = visits(db, 2)
    assert (visit.data["Heure_debut"], visit.data["Heure_fin"]) == ("21:50", "21:50")


def test_nothing_seen_is_one_key(db: Database, open_sheet: OPEN, at: AT) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5")
    at("22:02")
    hand.keys("F8", "Ctrl+Enter")
    [visit] = visits(db, 2)
    assert lines(db, visit) == [evening.ABSENCE]
    assert visit.data["accessibility"] == "Oui"
    assert (visit.data["Heure_debut"], visit.data["Heure_fin"]) == ("21:50", "22:02")
    assert state(db, 2) is PlaceState.NOTHING_SEEN
    assert hand.page.page_title == "Mare 03"


def test_inaccessible_is_one_key_and_has_no_line_no_hour_no_method(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F9", "Ctrl+Enter")
    [visit] = visits(db, 2)
    assert lines(db, visit) == []
    assert visit.data["accessibility"] == "Non"
    assert not {"Heure_debut", "Heure_fin", "methode_de_prospection"} & set(visit.data)
    assert state(db, 2) is PlaceState.INACCESSIBLE


def test_dry_is_one_key_an_absence_with_words_for_the_shf(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F10", "Ctrl+Enter")
    [visit] = visits(db, 2)
    assert lines(db, visit) == [evening.ABSENCE]
    assert visit.data["dry"] is True
    assert visit.data["comments"] == "À sec"
    assert (visit.data["Heure_debut"], visit.data["Heure_fin"]) == ("21:50", "21:50")
    assert state(db, 2) is PlaceState.DRY


@pytest.mark.parametrize("key", ["F8", "F9", "F10"])
def test_the_same_key_takes_it_back(db: Database, open_sheet: OPEN, key: str) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5")
    before = visits(db, 2)[0].data
    hand.keys(key, key)
    assert visits(db, 2)[0].data == before
    assert lines(db, visits(db, 2)[0]) == []
    hand.keys("cal", "Enter", "1", "Enter")
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 1)]


def test_one_key_after_the_other_leaves_the_last_alone(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F10", "F8")
    [visit] = visits(db, 2)
    assert "dry" not in visit.data
    assert "comments" not in visit.data
    assert lines(db, visit) == [evening.ABSENCE]
    assert state(db, 2) is PlaceState.NOTHING_SEEN


def test_nothing_seen_waits_while_species_are_noted(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("cal", "Enter", "3", "Enter", "F8")
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 3)]
    assert "1 espèce est notée" in hand.window.notices.banner.text()


def test_the_three_are_three_different_rows_for_the_shf(db: Database, open_sheet: OPEN, tmp_path: Path) -> None:
    evening.fill(db, evening=False)
    hand = open_sheet(1)
    hand.keys("F8", "Ctrl+Enter", "F9", "Ctrl+Enter", "F10", "Ctrl+Enter")
    exporter = next(one for one in db.protocols["pop_amphibiens"].exports if one.code == "shf-analyses")
    export_file(db, exporter, tmp_path / "analyses.csv", year=2026)
    with (tmp_path / "analyses.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["nom_site"]: row for row in csv.DictReader(file, delimiter=";")}
    told = {site: (row["accessibilite"], row["diversite"], row["commentaire_passage"]) for site, row in rows.items()}
    assert told == {"Mare_01": ("Oui", "0", ""), "Mare_02": ("Non", "0", ""), "Mare_03": ("Oui", "0", "À sec")}


def test_undo_names_what_each_save_did(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5", "F9", "F9", "cal", "Enter", "12-22", "Enter", "Up", "Del")
    assert [row[0] for row in db.rows("SELECT label FROM action WHERE kind = 'entry' ORDER BY id")] == [
        "Mare 02 : début 21:50",
        "Mare 02 : inaccessible",
        "Mare 02 : « inaccessible » enlevé",
        "Mare 02 : Crapaud calamite 12–22",
        "Mare 02 : Crapaud calamite supprimé",
    ]


# ------------------------------------------------------------------------------------ a sheet that goes again


def test_a_sheet_that_is_back_to_nothing_goes_and_undo_brings_it_back(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F9", "F9")
    assert visits(db, 2) == []
    assert drafts.keys(db) == []
    hand.window.undo()
    assert state(db, 2) is PlaceState.INACCESSIBLE
    hand.keys("F9")
    assert visits(db, 2) == []
    hand.keys("cal", "Enter", "3", "Enter")
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 3)]


def test_a_sheet_is_thrown_away_by_one_key_and_undo_brings_it_back(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5", "cal", "Enter", "3", "Enter", "xyz", "F4")  # with the details open the key works as well
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(hand.focus(), Qt.Key.Key_Delete, both)
    assert visits(db, 2) == []
    assert drafts.keys(db) == []
    assert hand.window.notices.banner.text() == "Fiche de Mare 02 effacée"
    assert hand.widget("sheet.species").text() == ""
    hand.window.undo()
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 3)]


def test_a_draft_that_is_thrown_away_can_be_brought_back(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("xyz")
    hand.page.discard()
    assert drafts.keys(db) == []
    hand.window.notices.banner.button.click()
    assert hand.widget("sheet.species").text() == "xyz"


# --------------------------------------------------------------------------------------------- warnings


def test_a_warning_is_seen_and_does_not_stop_the_hand(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("catesb", "Enter", "2", "Enter", "palm", "Enter", "1", "Enter")
    assert [line["cd_nom"] for line in lines(db, visits(db, 2)[0])] == [459618, evening.PALME]
    banner = hand.widget("sheet.banner")
    assert banner.isVisible()
    assert banner.kind == "warning"
    assert "Grenouille taureau" in banner.text()
    hand.keys("F5", "F6")
    assert hand.label("sheet.missing") == "● Complète, 1 point à vérifier"


def test_one_key_confirms_the_warning_and_it_is_kept(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("catesb", "Enter", "2", "Enter", "F12")
    assert lines(db, visits(db, 2)[0])[0]["confirmed"] == ["invasive"]
    assert hand.widget("sheet.banner").kind != "warning"


def test_a_value_that_can_never_be_right_waits_beside_its_field(
    db: Database, open_sheet: OPEN, killed: Callable[[], Database]
) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5")
    hand.widget("sheet.Heure_fin").setFocus()
    hand.keys("2599", "Enter")
    assert "25" in hand.label("sheet.wrong")
    assert "Heure_fin" not in visits(db, 2)[0].data
    again = open_sheet(2, on=killed())
    assert again.widget("sheet.Heure_fin").property("problem") == "error"
    assert "25" in again.label("sheet.wrong")
    assert again.label("sheet.missing").startswith("◐ À corriger : fin")
    assert again.widget("sheet.Heure_fin").text() == "2599"
    assert again.focus() is again.widget("sheet.Heure_fin")


def test_what_is_missing_is_said_in_one_line_and_on_leaving(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5", "cal", "Enter", "3", "Enter")
    assert hand.label("sheet.missing") == "◐ Il manque : fin"
    hand.keys("Ctrl+Enter")
    assert hand.window.notices.banner.text() == "Mare 02 reste en brouillon, il manque : fin"


def test_without_a_visit_that_evening_nothing_of_another_day_carries_over(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db, evening=False)
    hand = open_sheet(2)
    assert hand.widget("sheet.observers").text() == ""
    assert hand.widget("sheet.methode_de_prospection").value() == [evening.NIGHT]  # passage 2 is walked at night
    assert hand.widget("sheet.expertise").isVisible()


def test_capture_asks_once_for_the_derogation_of_the_dataset(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    assert not hand.widget("sheet.question").isVisible()
    hand.keys("F7", evening.NET)
    assert hand.widget("sheet.question").isVisible()
    hand.widget("sheet.question").setFocus()
    hand.keys("DDTM 2026-12", "Enter")
    dataset = records.get(db, evening.DATASET)
    assert dataset is not None
    assert dataset.data["derogation_reference"] == "DDTM 2026-12"
    hand.keys("Ctrl+Enter")
    hand.keys("F7", evening.NET)
    assert not hand.widget("sheet.question").isVisible()


# -------------------------------------------------------------------------------------------------- round


def test_after_the_last_pond_the_round_is_finished(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(3)
    hand.keys("F9", "Ctrl+Enter")
    assert hand.page.page_title == "Mare 02"  # the one that is left, not the first one, which is done
    hand.keys("F9", "Ctrl+Enter")
    assert "Tournée finie" in hand.window.notices.banner.text()
    place = hand.window.place()
    assert place is not None
    assert (place.code, place.params["group"]) == ("round", evening.GROUP)


def test_the_pond_before_is_one_key_back(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("Ctrl+PgUp")
    assert hand.page.page_title == "Mare 01"
    assert hand.page.page_context == "Terrils du 11/19 · passage 2 · 1 sur 3"


# ------------------------------------------------------------------------------------------------- drafts

TYPED = ("F5", *"cal", "Enter", *"12-22", "Enter", *"palm", "Enter", "3", "Tab", "Tab", "a", "Enter", "F11", *"Eau")


def seen_on_screen(hand: Hand) -> dict[str, str]:
    """Return what stands on the sheet, by name of the widget."""
    names = ["species", "Heure_debut", "comments", *(f"cell.{code}" for code in ("count", "id_nomenclature_stade"))]
    texts = {name: hand.widget(f"sheet.{name}").text() for name in names}
    shown = {row.accessibleName() for row in hand.window.findChildren(QWidget) if "sheet.line." in row.objectName()}
    return {**texts, "lines": " / ".join(sorted(shown))}


@pytest.fixture
def killed(db: Database, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Return what gives the database as a kill at this moment leaves it: nobody is told, nothing is read or saved."""
    opened: list[Database] = []

    def copy() -> Database:
        path = tmp_path / "after.db"
        with contextlib.closing(sqlite3.connect(path)) as target:
            db.connection.backup(target)
        opened.append(open_database(path, tuple(db.protocols.values()), db.author))
        return opened[-1]

    yield copy
    for database in opened:
        database.close()


@pytest.mark.parametrize("count", range(1, len(TYPED) + 1))
def test_after_a_kill_the_sheet_is_as_it_was_at_the_last_key(
    db: Database, open_sheet: OPEN, killed: Callable[[], Database], count: int
) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys(*TYPED[:count])
    before = seen_on_screen(hand)
    again = open_sheet(2, on=killed())
    assert seen_on_screen(again) == before


def test_a_draft_goes_with_the_save_that_makes_it_needless(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("cal")
    assert len(drafts.keys(db, "sheet:pop_amphibiens:")) == 1
    hand.keys("Enter", "3", "Enter")
    assert drafts.keys(db) == []


def test_a_line_that_was_begun_waits_while_the_hand_goes_on(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5", "xyz", "Ctrl+Enter")
    assert "Mare 02 reste en brouillon" in hand.window.notices.banner.text()
    hand.keys("Ctrl+PgUp")
    assert hand.widget("sheet.species").text() == "xyz"

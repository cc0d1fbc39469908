"""Maps and rules of sensitive species, by keyboard on a window with a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.desk.sensitivity import Levels
from fieldapp.store import areas, changes, records, sensitivities
from fieldapp.ui.maps.page import MapsPage
from fieldapp.ui.widgets import ActionButton, Banner, ChipRow
from tests.desk.maps import VIMY, lay
from tests.exchange.map_files import BOW_TIE, communes, write_map
from tests.ui.windows.desk import Desk, desk_on

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "maps.db", filled=False) as opened:
        yield opened


def choose(desk: Desk, key: Qt.Key, path: Path) -> None:
    """Press the key that asks for a file, and answer."""
    desk.press(key)
    desk.answer(path)
    desk.idle()


def names(desk: Desk) -> list[str]:
    return [row[0] for row in desk.cells("maps.table")]


def focused(desk: Desk) -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget else ""


# --------------------------------------------------------------------------------------------------- maps


def test_without_maps_the_page_says_what_they_are_for_and_how_to_begin(desk: Desk) -> None:
    page = desk.go("maps")
    assert page.page_title == "Cartes et espèces sensibles"
    assert desk.find(QWidget, "maps.empty").isVisible()
    assert any("geoservices.ign.fr" in one.text() for one in desk.find(QWidget, "maps.empty").findChildren(QLabel))
    assert not desk.find(ActionButton, "maps.remove").isEnabled()
    assert focused(desk) == "maps.choose"


def test_a_map_is_chosen_looked_at_and_loaded_by_keyboard(desk: Desk, tmp_path: Path) -> None:
    desk.go("maps")
    choose(desk, Qt.Key.Key_N, communes(tmp_path / "communes_62.gpkg"))
    assert desk.label("maps.form.words") == "2 zones dans communes_62.gpkg."
    assert desk.label("maps.sample") == "62861 Vimy, 62065 Avion"
    assert desk.find(ChipRow, "maps.kind").value() == ["commune"]
    assert focused(desk) == "maps.title"
    desk.type("maps.title", "Communes du bassin")
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert [row[:4] for row in desk.cells("maps.table")] == [
        ("Communes du bassin", "Communes", "2", "communes_62.gpkg")
    ]
    (layer,) = areas.layers(desk.services.db)
    assert (layer.kind, layer.count) == ("commune", 2)
    assert focused(desk) == "maps.table"


def test_other_columns_show_other_names_before_anything_is_loaded(desk: Desk, tmp_path: Path) -> None:
    desk.go("maps", path=str(communes(tmp_path / "c.gpkg")))
    line = desk.find(QLineEdit, "maps.name")
    line.setFocus()
    desk.qtbot.keyClicks(line, "ID")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert desk.label("maps.sample") == "62861 C1, 62065 C2"
    assert areas.layers(desk.services.db) == []


def test_of_a_file_with_several_parts_the_one_that_is_wanted_is_loaded(desk: Desk, tmp_path: Path) -> None:
    path = communes(tmp_path / "c.gpkg", layer="communes")
    write_map(path, [shapely.box(2, 50, 3, 51)], {"nom": ["grande zone"]}, layer="zones", append=True)
    desk.go("maps", path=str(path))
    line = desk.find(QLineEdit, "maps.part")
    line.setFocus()
    desk.qtbot.keyClicks(line, "zon")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert desk.label("maps.sample") == "grande zone"
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert [(one.kind, one.count) for one in areas.layers(desk.services.db)] == [("other", 1)]


def test_a_file_with_a_fault_is_refused_and_the_form_stays(desk: Desk, tmp_path: Path) -> None:
    path = write_map(tmp_path / "c.gpkg", [BOW_TIE], {"INSEE_COM": ["62861"], "NOM": ["Vimy"]})
    desk.go("maps", path=str(path))
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert "« Vimy » (62861)" in desk.find(Banner, "maps.refused").text()
    assert not desk.window.notices.banner.isVisible()
    assert desk.find(QWidget, "maps.form").isVisible()
    assert desk.find(ActionButton, "maps.load").isEnabled()
    desk.press(Qt.Key.Key_Escape)
    assert desk.find(QWidget, "maps.empty").isVisible()


def test_a_map_without_a_name_is_not_loaded(desk: Desk, tmp_path: Path) -> None:
    desk.go("maps", path=str(communes(tmp_path / "c.gpkg")))
    desk.find(QLineEdit, "maps.title").clear()
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert areas.layers(desk.services.db) == []
    assert focused(desk) == "maps.title"


def test_removing_a_map_asks_first_and_esc_keeps_it(desk: Desk) -> None:
    lay(desk.services.db, "commune", [VIMY], "Communes")
    lay(desk.services.db, "other", [VIMY], "Zones")
    desk.go("maps")
    assert names(desk) == ["Communes", "Zones"]
    desk.press(Qt.Key.Key_R)
    assert "Communes" in desk.label("maps.question.words")
    desk.press(Qt.Key.Key_Escape)
    assert names(desk) == ["Communes", "Zones"]
    desk.press(Qt.Key.Key_R)
    desk.press(Qt.Key.Key_Return, CTRL)
    assert names(desk) == ["Zones"]
    assert [one.name for one in areas.layers(desk.services.db)] == ["Zones"]


def test_what_was_said_of_a_step_goes_with_the_next_one(desk: Desk, tmp_path: Path) -> None:
    desk.go("maps", path=str(communes(tmp_path / "c.gpkg")))
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert desk.window.notices.banner.isVisible()  # that it was loaded
    fault = tmp_path / "none.geojson"
    fault.write_text("pas une carte", encoding="utf-8")
    choose(desk, Qt.Key.Key_N, fault)
    assert desk.find(Banner, "maps.refused").isVisible()
    assert not desk.window.notices.banner.isVisible()
    desk.press(Qt.Key.Key_R)
    assert desk.find(QWidget, "maps.question").isVisible()
    assert not desk.find(Banner, "maps.refused").isVisible()


def test_while_a_map_is_loaded_esc_stands_for_one_thing(desk: Desk, tmp_path: Path) -> None:
    desk.go("maps", path=str(communes(tmp_path / "c.gpkg")))
    desk.press(Qt.Key.Key_Return, CTRL)
    assert desk.find(QWidget, "maps.working").isVisible()
    assert not desk.find(QWidget, "maps.no").isVisible()
    desk.idle()
    desk.go("maps", path=str(communes(tmp_path / "c.gpkg")))
    assert desk.find(QWidget, "maps.no").isVisible()


# ------------------------------------------------------------------------------------------------ species


@pytest.fixture
def species(desk: Desk) -> Desk:
    desk.go("maps", section="species")
    return desk


def add_rule(desk: Desk, department: str = "62", level: str = "3") -> None:
    desk.press(Qt.Key.Key_N)
    assert focused(desk) == "maps.rule.species"
    desk.qtbot.keyClicks(desk.find(QLineEdit, "maps.rule.species"), "triturus cris")
    desk.press(Qt.Key.Key_Return)
    desk.type("maps.rule.department", department)
    chips = desk.find(ChipRow, "maps.rule.level")
    assert (chips.chip("2").text(), chips.chip("2").quick_key) == ("maille de 10 km", "2")  # the figure is told once
    chips.toggle(level)
    desk.type("maps.rule.reason", "mares connues")
    desk.find(QLineEdit, "maps.rule.reason").setFocus()
    desk.press(Qt.Key.Key_Return, CTRL)


def test_without_rules_the_page_says_how_to_begin(species: Desk) -> None:
    assert species.find(QWidget, "maps.no_rules").isVisible()
    assert species.find(QLabel, "maps.no_lists").isVisible()
    assert focused(species) == "maps.new"


def test_a_rule_is_made_by_keyboard_and_counts(species: Desk) -> None:
    add_rule(species)
    assert species.cells("maps.rules") == [("Triton crêté|Triturus cristatus", "62", "département", "mares connues")]
    assert Levels.load(species.services.db).level(139, 139, "62") == 3
    assert Levels.load(species.services.db).level(139, 139, "59") == 0
    assert len(species.saved) == 1
    assert focused(species) == "maps.rules"


def test_a_rule_is_changed_and_may_move_to_all_departments(species: Desk) -> None:
    add_rule(species)
    species.press(Qt.Key.Key_E)
    species.type("maps.rule.department", "")
    species.find(QLineEdit, "maps.rule.department").clear()
    species.press(Qt.Key.Key_Return, CTRL)
    assert [row[1] for row in species.cells("maps.rules")] == ["partout"]
    assert Levels.load(species.services.db).level(139, 139, "59") == 3
    assert changes.undo(species.services.db).label == "Espèce sensible : Triton crêté"
    assert Levels.load(species.services.db).level(139, 139, "59") == 0
    assert Levels.load(species.services.db).level(139, 139, "62") == 3


def test_a_second_rule_for_the_same_species_and_department_is_refused(species: Desk) -> None:
    add_rule(species)
    add_rule(species, level="1")
    assert species.find(QWidget, "maps.rule").isVisible()
    assert Levels.load(species.services.db).level(139, 139, "62") == 3


@pytest.mark.parametrize("typed", ["triton", "nobody"])
def test_a_species_that_was_typed_and_not_taken_never_leaves_the_rule_with_the_one_before(
    species: Desk, typed: str
) -> None:
    add_rule(species)
    species.press(Qt.Key.Key_E)
    species.type("maps.rule.species", typed)
    species.press(Qt.Key.Key_Return, CTRL)
    assert focused(species) == "maps.rule.species"
    assert species.find(QLineEdit, "maps.rule.species").text() == typed
    assert len(species.saved) == 1
    species.type("maps.rule.species", "triturus marmoratus")
    species.press(Qt.Key.Key_Return, CTRL)
    assert [row[0] for row in species.cells("maps.rules")] == ["Triton marbré|Triturus marmoratus"]


@pytest.mark.parametrize("typed", ["Nord", "6", "620"])
def test_a_department_that_is_none_is_refused(species: Desk, typed: str) -> None:
    add_rule(species, department=typed)
    assert species.find(QWidget, "maps.rule").isVisible()
    assert records.roots(species.services.db, "directory", "sensitivity") == []
    assert focused(species) == "maps.rule.department"


def test_a_rule_is_removed_and_comes_back_by_undo(species: Desk) -> None:
    add_rule(species)
    species.press(Qt.Key.Key_R)
    assert species.cells("maps.rules") == []
    assert Levels.load(species.services.db).level(139, 139, "62") == 0
    changes.undo(species.services.db)
    species.go("maps", section="species")
    assert len(species.cells("maps.rules")) == 1
    assert Levels.load(species.services.db).level(139, 139, "62") == 3


def test_a_removed_rule_can_be_made_again(species: Desk) -> None:
    add_rule(species)
    species.press(Qt.Key.Key_R)
    add_rule(species, level="4")
    assert Levels.load(species.services.db).level(139, 139, "62") == 4


def test_a_list_is_loaded_with_a_sentence_for_each_row_that_is_no_rule(species: Desk, tmp_path: Path) -> None:
    path = tmp_path / "inpn.csv"
    path.write_text("CD_NOM;CD_DEPT;CODAGE\r\n139;62;2\r\n140;62;9\r\n", encoding="utf-8")
    choose(species, Qt.Key.Key_I, path)
    assert species.cells("maps.lists") == [("inpn.csv", "1")]
    refused = species.find(QWidget, "maps.refused")
    assert refused.isVisible()
    assert any("Ligne 3" in label.text() for label in refused.findChildren(QLabel))


def test_a_code_that_no_list_knows_is_told_after_loading(species: Desk, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("CD_NOM;CD_DEPT;CODAGE\r\n139;62;2\r\n99999999;62;3\r\n", encoding="utf-8")
    choose(species, Qt.Key.Key_I, path)
    species.qtbot.waitUntil(lambda: species.cells("maps.lists") == [("liste.csv", "2")])
    said = [label.text() for label in species.find(QWidget, "maps.refused").findChildren(QLabel)]
    (told,) = [words for words in said if "inconnu" in words]
    assert told.startswith("1 code inconnu de fieldapp")
    assert "TAXREF" in told  # which is not loaded here


def test_removing_a_list_asks_first(species: Desk) -> None:
    sensitivities.replace_list(species.services.db, "inpn.csv", [(139, "62", 2)])
    species.go("maps", section="species")
    species.press(Qt.Key.Key_L)
    assert "inpn.csv" in species.label("maps.question.words")
    species.press(Qt.Key.Key_Escape)
    assert sensitivities.lists(species.services.db) == [("inpn.csv", 1)]
    species.press(Qt.Key.Key_L)
    species.press(Qt.Key.Key_Return, CTRL)
    assert sensitivities.lists(species.services.db) == []


def test_the_two_lists_are_reached_by_their_figures(desk: Desk) -> None:
    page = desk.go("maps")
    assert isinstance(page, MapsPage)
    desk.press(Qt.Key.Key_2)
    assert page.undo_state() == {"section": "species"}
    assert desk.find(QWidget, "maps.no_rules").isVisible()
    desk.press(Qt.Key.Key_1)
    assert page.undo_state() == {"section": "maps"}

"""The list of a barrier's individuals in the real window, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.record import make_record
from fieldapp.protocols.pitfall_barrier.schema import CODE, SITE
from fieldapp.store import records
from tests.ui.barrier.newts import Barrier, Pond, barrier_on, newts
from tests.ui.windows.desk import Blank


@pytest.fixture
def held(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[tuple[Barrier, Pond]]:
    with barrier_on(qtbot, qapp, tmp_path, {"individuals": None}) as found:
        yield found


def names(barrier: Barrier) -> list[str]:
    return [row[0] for row in barrier.rows("individuals.table")]


def opened(barrier: Barrier) -> list[dict[str, object]]:
    page = barrier.window.page()
    assert isinstance(page, Blank)
    return page.opened


def test_each_individual_has_its_row_with_what_is_known_of_it(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    newts(pond)
    barrier.go("individuals", site=pond.site.uid)
    assert barrier.rows("individuals.table") == [
        ["TC-001", "Triton crêté", "♂ mâle", "12/03/2024", "18/03/2026", "3", "3", "3"],
        ["TC-002", "Triton crêté", "♀ femelle", "18/03/2026", "22/03/2026", "2", "1", "2"],
        ["TC-003", "Triton crêté", "–", "–", "–", "0", "–", "–"],
    ]
    assert barrier.words("individuals.count") == "3 individus"
    assert barrier.words("header.context") == "Mare Jules Ferry, Vimy"


def test_enter_opens_the_individual(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    known = newts(pond)
    barrier.go("individuals", site=pond.site.uid)
    barrier.press(Qt.Key.Key_Down)
    barrier.press(Qt.Key.Key_Return)
    assert opened(barrier) == [{"uid": known["TC-002"].uid}]


@pytest.mark.parametrize(("typed", "left"), [("02", ["TC-002"]), ("femelle", ["TC-002"]), ("gorge", ["TC-001"])])
def test_letters_narrow_the_list_by_name_sex_and_signs(held: tuple[Barrier, Pond], typed: str, left: list[str]) -> None:
    barrier, pond = held
    known = newts(pond)
    barrier.go("individuals", site=pond.site.uid)
    barrier.press(Qt.Key.Key_F3)
    barrier.type(typed)
    assert names(barrier) == left
    barrier.press(Qt.Key.Key_Return)
    assert opened(barrier) == [{"uid": known[left[0]].uid}]


def test_esc_first_gives_back_the_whole_list(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    newts(pond)
    barrier.go("data")
    page = barrier.go("individuals", site=pond.site.uid)
    barrier.press(Qt.Key.Key_F3)
    barrier.type("zzz")
    assert barrier.find(QWidget, "individuals.nobody").isVisible()
    barrier.press(Qt.Key.Key_Escape)
    assert barrier.window.page() is page
    assert len(names(barrier)) == 3
    barrier.press(Qt.Key.Key_Escape)
    assert barrier.window.page() is not page


def test_an_empty_list_says_how_an_individual_comes_into_it(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    barrier.go("individuals", site=pond.site.uid)
    assert barrier.find(QWidget, "individuals.empty").isVisible()


def test_without_a_barrier_the_page_says_so(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    records.delete(pond.db, pond.site.uid, "supprimer")
    barrier.go("individuals")
    assert barrier.find(QWidget, "individuals.no_barrier").isVisible()


def test_several_barriers_are_chosen_among_and_each_has_its_own(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    newts(pond)
    other = make_record(CODE, SITE, {"site_name": "Étang", "commune": "Lens"}, None)
    records.save(pond.db, [other], "barrière")
    barrier.go("individuals")
    assert len(names(barrier)) == 3
    chip = barrier.find(QWidget, f"individuals.sites.{other.uid}")
    assert chip.isVisible()
    barrier.qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    barrier.idle()
    assert barrier.find(QWidget, "individuals.empty").isVisible()
    assert barrier.words("header.context") == "Étang, Lens"

"""One individual in the real window: its captures, its photos side by side, another one beside it, the two made one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier.schema import CODE, OBSERVATION
from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.barrier.individual import IndividualPage
from fieldapp.ui.barrier.photo_pane import PhotoPane
from fieldapp.ui.widgets import ActionButton
from tests.ui.barrier.newts import Barrier, Pond, barrier_on, newts
from tests.ui.windows.desk import Blank

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def held(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[tuple[Barrier, Pond]]:
    with barrier_on(qtbot, qapp, tmp_path, {"individual": None, "place": None}) as found:
        yield found


@pytest.fixture
def shown(held: tuple[Barrier, Pond]) -> tuple[Barrier, Pond, dict[str, Record]]:
    """Return the window on TC-001."""
    barrier, pond = held
    known = newts(pond)
    barrier.go("individual", uid=known["TC-001"].uid)
    return barrier, pond, known


def captions(barrier: Barrier) -> tuple[str, str]:
    return barrier.words("individual.left.caption"), barrier.words("individual.right.caption")


def compare(barrier: Barrier, letters: str) -> None:
    barrier.press(Qt.Key.Key_C)
    barrier.type(letters)
    barrier.press(Qt.Key.Key_Return)


def caught(pond: Pond, individual: Record) -> list[str]:
    found = records.by_field(pond.db, CODE, OBSERVATION.code, "individual", [individual.uid])
    return [item.uid for item in found]


def test_the_head_says_who_it_is_and_the_table_when_it_was_caught(
    shown: tuple[Barrier, Pond, dict[str, Record]],
) -> None:
    barrier, _pond, _known = shown
    assert barrier.words("individual.name") == "TC-001"
    assert barrier.words("individual.what") == "Triton crêté · ♂ mâle"
    assert barrier.words("individual.span") == "3 captures en 3 printemps, du 12/03/2024 au 18/03/2026"
    assert barrier.words("individual.signs") == "Signes : tache en forme de V sous la gorge"
    assert barrier.rows("individual.table") == [
        ["18/03/2026", "363 j", "♂", "6", "entrée", "1"],
        ["20/03/2025", "373 j", "♂", "4", "entrée", "1"],
        ["12/03/2024", "", "♂", "2", "entrée", "1"],
    ]
    assert barrier.words("individual.years") == "2024 : 1 · 2025 : 1 · 2026 : 1"
    assert barrier.words("individual.detail") == "Seau 6, entrée · MARTIN Lou"


def test_all_photos_stand_in_two_panes_that_walk_by_their_own_keys(
    shown: tuple[Barrier, Pond, dict[str, Record]],
) -> None:
    barrier, _pond, _known = shown
    assert captions(barrier) == ("ventre · 18/03/2026 · 1 sur 3", "ventre · 20/03/2025 · 2 sur 3")
    barrier.press(Qt.Key.Key_P)
    assert captions(barrier) == ("ventre · 18/03/2026 · 1 sur 3", "ventre · 12/03/2024 · 3 sur 3")
    barrier.press(Qt.Key.Key_Z)
    assert captions(barrier)[0] == "ventre · 20/03/2025 · 2 sur 3"
    barrier.press(Qt.Key.Key_A)
    barrier.press(Qt.Key.Key_O)
    assert captions(barrier) == ("ventre · 18/03/2026 · 1 sur 3", "ventre · 20/03/2025 · 2 sur 3")
    left, right = (barrier.find(PhotoPane, f"individual.{side}.photo") for side in ("left", "right"))
    assert left.sha256 != right.sha256
    assert left.words() == ""


def test_the_row_of_a_capture_brings_its_photo_and_enter_its_morning(
    shown: tuple[Barrier, Pond, dict[str, Record]],
) -> None:
    barrier, pond, _known = shown
    barrier.press(Qt.Key.Key_Down)
    assert captions(barrier)[0] == "ventre · 20/03/2025 · 2 sur 3"
    barrier.press(Qt.Key.Key_Return)
    page = barrier.window.page()
    assert isinstance(page, Blank)
    assert page.opened == [{"site": pond.site.uid, "on": "2025-03-20"}]


def test_both_are_looked_at_closer_together_and_each_is_turned_alone(
    shown: tuple[Barrier, Pond, dict[str, Record]],
) -> None:
    barrier, _pond, _known = shown
    left, right = (barrier.find(PhotoPane, f"individual.{side}.photo") for side in ("left", "right"))
    for _time in range(4):
        barrier.press(Qt.Key.Key_Plus)
    assert left.zoom == right.zoom == pytest.approx(1.25**4)
    barrier.press(Qt.Key.Key_Right, SHIFT)
    assert left.shift.x() == pytest.approx(right.shift.x(), abs=1)
    assert left.shift.x() < -10
    barrier.press(Qt.Key.Key_Y)
    assert (left.turned, right.turned) == (0, 90)
    barrier.press(Qt.Key.Key_T)
    assert (left.turned, right.turned) == (90, 90)
    for _time in range(6):
        barrier.press(Qt.Key.Key_Minus)
    assert (left.zoom, right.zoom) == (1.0, 1.0)
    assert left.shift == QPointF()


def test_another_individual_stands_beside_it_until_esc(shown: tuple[Barrier, Pond, dict[str, Record]]) -> None:
    barrier, _pond, _known = shown
    assert not barrier.find(ActionButton, "individual.same").isVisible()
    compare(barrier, "02")
    assert barrier.words("individual.right.whose") == "TC-002"
    assert captions(barrier)[1] == "ventre · 18/03/2026 · 1 sur 2"
    assert barrier.find(ActionButton, "individual.same").isVisible()
    barrier.press(Qt.Key.Key_Escape)
    assert captions(barrier)[1] == "ventre · 20/03/2025 · 2 sur 3"
    assert isinstance(barrier.window.page(), IndividualPage)


def test_two_are_made_one_in_one_action_that_is_undone_whole(shown: tuple[Barrier, Pond, dict[str, Record]]) -> None:
    barrier, pond, known = shown
    one, two = known["TC-001"], known["TC-002"]
    before = (caught(pond, one), caught(pond, two))
    compare(barrier, "02")
    barrier.press(Qt.Key.Key_M)
    assert barrier.find(QWidget, "individual.merge").isVisible()
    assert barrier.words("individual.merge.words").replace("\N{NO-BREAK SPACE}", " ") == (
        "TC-001 et TC-002 seront un seul animal, avec 5 captures. Quel nom reste ? Les deux ont été pris le même matin "
        "(18/03/2026). Ils ne sont pas notés du même sexe."
    )
    assert caught(pond, two) == before[1]
    barrier.press(Qt.Key.Key_1)
    assert sorted(caught(pond, one)) == sorted([*before[0], *before[1]])
    assert caught(pond, two) == []
    gone = records.get(pond.db, two.uid)
    assert gone is not None
    assert gone.deleted
    assert len(barrier.saved) == 1
    assert len(barrier.rows("individual.table")) == 5
    barrier.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (caught(pond, one), caught(pond, two)) == before
    assert len(barrier.rows("individual.table")) == 3


def test_the_other_name_may_be_the_one_that_stays(shown: tuple[Barrier, Pond, dict[str, Record]]) -> None:
    barrier, pond, known = shown
    compare(barrier, "02")
    barrier.press(Qt.Key.Key_M)
    barrier.press(Qt.Key.Key_2)
    assert barrier.words("individual.name") == "TC-002"
    assert caught(pond, known["TC-001"]) == []
    assert barrier.words("individual.signs") == "Signes : TC-001 : tache en forme de V sous la gorge"
    barrier.go("individual", uid=known["TC-001"].uid)
    assert barrier.find(QWidget, "individual.gone").isVisible()


def test_esc_leaves_two_animals_two(shown: tuple[Barrier, Pond, dict[str, Record]]) -> None:
    barrier, pond, known = shown
    compare(barrier, "02")
    barrier.press(Qt.Key.Key_M)
    barrier.press(Qt.Key.Key_Escape)
    assert not barrier.find(QWidget, "individual.merge").isVisible()
    assert len(caught(pond, known["TC-002"])) == 2
    assert barrier.saved == []


def test_one_without_captures_and_photos_says_so(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    known = newts(pond)
    barrier.go("individual", uid=known["TC-003"].uid)
    assert barrier.words("individual.span") == "jamais pris encore"
    assert barrier.words("individual.what") == "Triton crêté · sexe inconnu"
    assert barrier.find(QWidget, "individual.never").isVisible()
    assert barrier.find(PhotoPane, "individual.left.photo").accessibleName().startswith("Pas encore de photo")


def test_of_a_single_photo_a_comparison_is_offered_only_where_there_is_another_individual(
    held: tuple[Barrier, Pond],
) -> None:
    barrier, pond = held
    alone = pond.individual("TC-001")
    pond.photo(pond.caught("2026-03-18", alone), 1)
    barrier.go("individual", uid=alone.uid)
    right = barrier.find(PhotoPane, "individual.right.photo")
    assert right.accessibleName().startswith("Une seule photo.")
    assert not barrier.find(QWidget, "individual.compare").isEnabled()
    pond.individual("TC-002")
    barrier.go("individual", uid=alone.uid)
    assert right.accessibleName().startswith("Une seule photo : C la compare avec celles d’un autre.")
    assert barrier.find(QWidget, "individual.compare").isEnabled()


def test_the_name_is_changed_on_its_sheet_and_esc_comes_back(shown: tuple[Barrier, Pond, dict[str, Record]]) -> None:
    barrier, pond, known = shown
    barrier.press(Qt.Key.Key_E)
    barrier.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    barrier.type("TC-077")
    barrier.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    stored = records.get(pond.db, known["TC-001"].uid)
    assert stored is not None
    assert stored.data["individual_name"] == "TC-077"
    assert barrier.words("individual.name") == "TC-077"


def test_its_history_is_one_key_away(shown: tuple[Barrier, Pond, dict[str, Record]]) -> None:
    barrier, _pond, known = shown
    barrier.press(Qt.Key.Key_H)
    page = barrier.window.page()
    assert isinstance(page, Blank)
    assert page.opened == [{"uid": known["TC-001"].uid}]


def test_in_the_red_night_the_true_colours_are_one_key_away(
    shown: tuple[Barrier, Pond, dict[str, Record]], qapp: QApplication
) -> None:
    barrier, _pond, _known = shown
    button = barrier.find(ActionButton, "individual.colours")
    assert not button.isVisible()
    theme.apply(qapp, "nuit-rouge")
    barrier.idle()
    left, right = (barrier.find(PhotoPane, f"individual.{side}.photo") for side in ("left", "right"))
    assert button.isVisible()
    assert (left.is_red(), right.is_red()) == (True, True)
    barrier.press(Qt.Key.Key_V)
    assert (left.is_red(), right.is_red()) == (False, False)
    barrier.press(Qt.Key.Key_V)
    assert (left.is_red(), right.is_red()) == (True, True)


def test_one_noted_as_a_male_and_as_a_female_is_said_to_contradict_itself(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    known = newts(pond)
    barrier.go("individual", uid=known["TC-002"].uid)
    assert barrier.words("individual.what") == "Triton crêté · ♀ femelle"
    pond.caught("2026-03-25", known["TC-002"], sex="3")
    barrier.go("individual", uid=known["TC-003"].uid)
    barrier.go("individual", uid=known["TC-002"].uid)
    assert barrier.words("individual.what") == "Triton crêté · sexe contradictoire"
    assert [row[2] for row in barrier.rows("individual.table")] == ["♂", "♀", "♀"]

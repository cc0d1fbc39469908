"""Choosing the individual of a catch in the real window, by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QListView
from pytestqt.qtbot import QtBot

from fieldapp.core.record import make_record
from fieldapp.protocols.pitfall_barrier.schema import CODE, INDIVIDUAL
from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.barrier.individual_choice import IndividualChoice
from fieldapp.ui.page import PageContext, PageWidget
from fieldapp.ui.widgets import ActionButton
from tests.ui.barrier.newts import CRESTED, TOAD, Barrier, Pond, barrier_on, newts


class Asking(PageWidget):
    """A page that asks for an individual and remembers the answers."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.choice = IndividualChoice(context)
        self.setLayout(theme.column(self.choice))
        self.answers: list[str] = []
        self.choice.chosen.connect(self.answers.append)
        self.choice.cancelled.connect(lambda: self.answers.append("cancelled"))


@pytest.fixture
def held(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[tuple[Barrier, Pond]]:
    with barrier_on(qtbot, qapp, tmp_path, {"morning": Asking}) as found:
        yield found


def asked(barrier: Barrier, pond: Pond, cd_nom: int = CRESTED) -> Asking:
    page = barrier.go("morning")
    assert isinstance(page, Asking)
    page.choice.ask(pond.site.uid, cd_nom, sex="3")
    barrier.idle()
    return page


def test_the_last_seen_come_first_and_enter_takes_the_one_it_stands_on(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    known = newts(pond)
    page = asked(barrier, pond)
    assert barrier.words("individual_choice.title") == "Quel individu ? Triton crêté"
    assert page.choice.names() == ["TC-002", "TC-001", "TC-003"]
    barrier.press(Qt.Key.Key_Down)
    barrier.press(Qt.Key.Key_Return)
    assert page.answers == [known["TC-001"].uid]


def test_letters_find_a_name_and_a_number_too(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    known = newts(pond)
    page = asked(barrier, pond)
    barrier.type("03")
    assert page.choice.names() == ["TC-003"]
    barrier.press(Qt.Key.Key_Return)
    assert page.answers == [known["TC-003"].uid]


def test_each_row_says_when_it_was_seen(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    newts(pond)
    asked(barrier, pond)
    model = barrier.find(QListView, "individual_choice.list").model()
    spoken = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]
    assert spoken == [
        "TC-002, vu le 22/03/2026 · 2 captures",
        "TC-001, vu le 18/03/2026 · 3 captures",
        "TC-003, jamais repris",
    ]


def test_one_key_makes_the_next_new_individual_and_takes_it(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    newts(pond)
    page = asked(barrier, pond)
    assert barrier.find(ActionButton, "individual_choice.new").text() == "nouveau : TC-004"
    barrier.type("+")
    (uid,) = page.answers
    made = records.get(pond.db, uid)
    assert made is not None
    assert made.data == {"individual_name": "TC-004", "cd_nom": CRESTED, "sex": "3"}
    assert made.parent == pond.site.uid
    assert len(barrier.saved) == 1


def test_a_name_that_nobody_has_is_made_as_it_is_typed(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    newts(pond)
    page = asked(barrier, pond)
    barrier.type("TC-120")
    assert barrier.words("individual_choice.empty") == "Aucun individu de ce nom ici."
    barrier.press(Qt.Key.Key_Return)
    made = records.get(pond.db, page.answers[0])
    assert made is not None
    assert made.data["individual_name"] == "TC-120"


def test_the_first_of_a_species_is_named_by_its_letters(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    newts(pond)
    page = asked(barrier, pond, TOAD)
    assert page.choice.names() == []
    assert "n’a encore de nom à cette barrière" in barrier.words("individual_choice.empty")
    assert barrier.find(ActionButton, "individual_choice.new").text() == "nouveau : CC-001"


def test_esc_cancels_and_leaves_the_page_where_it_is(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    barrier.go("data")
    page = asked(barrier, pond)
    barrier.press(Qt.Key.Key_Escape)
    assert page.answers == ["cancelled"]
    assert barrier.window.page() is page


def test_five_hundred_individuals_are_there_at_once_and_few_pictures_are_asked_for(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    many = [
        make_record(CODE, INDIVIDUAL, {"individual_name": f"TC-{n:03}", "cd_nom": CRESTED}, pond.site.uid)
        for n in range(1, 501)
    ]
    records.save(pond.db, many, "individus")
    page = barrier.go("morning")
    assert isinstance(page, Asking)
    begin = perf_counter()
    page.choice.ask(pond.site.uid, CRESTED)
    took = perf_counter() - begin
    assert len(page.choice.names()) == 500
    assert took < 0.25  # a tenth of it on a laptop; the rest is for a busy machine
    barrier.idle()
    assert barrier.find(ActionButton, "individual_choice.new").text() == "nouveau : TC-501"
    barrier.type("47")
    assert page.choice.names()[:2] == ["TC-047", "TC-147"]

"""An observer finds the coordination's questions on the start page, answers them without a network, or corrects."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from fieldapp.core import review
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.store import peers, records, reviewing
from fieldapp.store.connection import Author
from fieldapp.ui import theme
from fieldapp.ui.review import asked
from fieldapp.ui.review.today_card import QuestionsCard
from fieldapp.ui.tables import RecordTable
from fieldapp.ui.widgets import ActionButton, Elided, EmptyState
from tests.ui.review.bench import ANNE, Bench


def anne_asks(bench: Bench, uid: str, field: str = "", text: str = "Sur ?") -> None:
    db = bench.services.db
    mine, db.author = db.author, ANNE
    reviewing.ask(db, uid, field, text)
    db.author = mine


@pytest.fixture
def line(bench: Bench) -> Record:
    return bench.lines_of(bench.visits()[0])[0]


def listed(bench: Bench) -> list[tuple[str, ...]]:
    return [(row[0].partition("|")[2], row[1].partition("|")[0], *row[2:]) for row in bench.cells("questions.table")]


def test_a_question_stands_with_its_record_field_and_value_and_is_answered_by_enter(bench: Bench, line: Record) -> None:
    anne_asks(bench, line.uid, "count_max", "Tant que ça ?")
    bench.go("questions")
    ((state, title, field, text),) = listed(bench)
    assert (state, field, text) == ("à répondre", "Nombre maximum", "Tant que ça ?")
    assert title
    assert bench.label("questions.value") == f"Nombre maximum : {line.data['count_max']}"
    assert bench.label("questions.asked").startswith("PETIT Anne, le ")
    bench.enter()
    bench.write("Oui, compte deux fois")
    (question,) = review.questions(bench.stored(line.uid).data)
    assert (question.answer, question.answered_by) == ("Oui, compte deux fois", "Alex B.")
    assert [row[0] for row in listed(bench)] == ["répondu"]
    assert "synchronisation" in bench.said()
    bench.undo()
    assert [row[0] for row in listed(bench)] == ["à répondre"]


def test_after_an_answer_the_cursor_is_on_the_next_that_waits(bench: Bench) -> None:
    lines = [bench.lines_of(visit)[0].uid for visit in bench.visits()[:3]]
    for uid in lines:
        anne_asks(bench, uid)
    bench.go("questions")
    table = bench.find(RecordTable, "questions.table")
    for number in (2, 1):
        bench.enter()
        bench.write("Oui")
        waiting = [place for place, row in enumerate(listed(bench)) if row[0] == "à répondre"]
        assert len(waiting) == number
        assert table.currentIndex().row() == waiting[0]


def test_the_form_of_the_record_is_one_key_away_and_shows_the_question_at_its_head(bench: Bench, line: Record) -> None:
    anne_asks(bench, line.uid, "count_max", "Tant que ça ?")
    bench.go("questions")
    bench.key("f")
    place = bench.window.place()
    assert place is not None
    assert (place.code, place.params["visit"]) == ("sheet", line.parent)
    bench.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    bench.idle()
    assert [row[3] for row in listed(bench)] == ["Tant que ça ?"]


def test_an_answer_that_was_begun_is_given_up_with_escape(bench: Bench, line: Record) -> None:
    anne_asks(bench, line.uid)
    bench.go("questions")
    bench.enter()
    bench.qtbot.keyClicks(bench.window.focusWidget(), "non")
    bench.press(Qt.Key.Key_Escape)
    assert not review.questions(bench.stored(line.uid).data)[0].is_answered
    assert bench.focused() == "questions.table"


def test_without_a_question_the_page_says_what_will_be_here(bench: Bench) -> None:
    bench.go("questions")
    assert bench.find(EmptyState, "questions.empty").isVisible()
    assert not bench.find(ActionButton, "questions.answer").isVisible()


def test_the_start_page_says_how_many_wait_until_they_are_answered(
    bench: Bench, line: Record, qapp: QApplication
) -> None:
    bench.go("today")
    assert bench.window.findChild(QuestionsCard) is None
    anne_asks(bench, line.uid, "count_max", "Tant que ça ?")
    bench.go("today")
    card = bench.find(QuestionsCard, "today.questions")
    assert card.isVisible()
    assert bench.find(ActionButton, "today.questions.go").text() == "Répondre"
    first = bench.find(Elided, "today.questions.first")
    assert "« Tant que ça ? »" in first.words().replace("\xa0", " ")
    theme.apply(qapp, "jour", 1.5)
    bench.go("today")
    assert "Tant que ça" not in first.words()  # no room for it beside very large letters: the record is named alone
    theme.apply(qapp)
    bench.key("q")
    place = bench.window.place()
    assert place is not None
    assert place.code == "questions"
    bench.enter()
    bench.write("oui")
    bench.go("today")
    assert not card.isVisible()


def test_who_asked_is_not_asked_again(bench: Bench, line: Record) -> None:
    reviewing.ask(bench.services.db, line.uid, "", "À vérifier")
    assert asked.waiting(bench.services) == []


def test_a_volunteer_of_a_hub_is_asked_about_what_they_made_or_are_named_in_alone(bench: Bench) -> None:
    db = bench.services.db
    visits = bench.visits()
    group = visits[0]
    me = make_record("directory", db.protocols["directory"].entity("person"), {"name": "MOI"}, None)
    named = with_data(group, db.protocols[group.protocol].entity("visit"), {**group.data, "observers": [me.uid]})
    records.save(db, [me, named], "saisie")
    below, other = bench.lines_of(visits[0])[0], bench.lines_of(visits[1])[0]
    for one in (below, other):
        anne_asks(bench, one.uid)
    peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    db.author = Author(me.uid, new_uid())
    assert [one.record.uid for one in asked.waiting(bench.services)] == [below.uid]
    db.author = Author("", "laptop")  # where all of it was imported
    assert {one.record.uid for one in asked.waiting(bench.services)} == {below.uid, other.uid}

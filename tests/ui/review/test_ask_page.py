"""Several chosen lines are asked about, or validated, at once."""

from __future__ import annotations

from PySide6.QtCore import Qt

from fieldapp.core import review
from fieldapp.store import reviewing
from fieldapp.ui.widgets import ActionButton, EmptyState
from tests.ui.review.bench import Bench


def chosen(bench: Bench, count: int) -> list[str]:
    return [bench.lines_of(visit)[0].uid for visit in bench.visits()[:count]]


def test_the_chosen_lines_are_shown_and_asked_about_in_one_action(bench: Bench) -> None:
    uids = chosen(bench, 3)
    bench.go("review_ask", lines=uids)
    assert bench.label("review_ask.count") == "3 lignes choisies"
    assert [row[3] for row in bench.cells("review_ask.table")] == ["todo|complète"] * 3
    assert bench.focused() == "review_ask.editor.line"
    bench.write("Determine par qui ?")
    questions = [review.questions(bench.stored(uid).data) for uid in uids]
    assert [[one.text for one in found] for found in questions] == [["Determine par qui ?"]] * 3
    assert [row[3] for row in bench.cells("review_ask.table")] == ["review|à revoir"] * 3
    bench.undo()
    assert [review.questions(bench.stored(uid).data) for uid in uids] == [[], [], []]


def test_the_chosen_lines_are_validated_and_those_that_stay_behind_are_counted(bench: Bench) -> None:
    uids = chosen(bench, 3)
    reviewing.ask(bench.services.db, uids[1], "", "?")
    bench.go("review_ask", lines=uids)
    bench.press(Qt.Key.Key_Escape)
    bench.key("2")
    assert [bench.level(uid) for uid in uids] == ["2", "0", "2"]
    assert "1 reste en attente" in bench.said()


def test_a_question_that_is_open_already_is_left_as_it_is_and_said(bench: Bench) -> None:
    uids = chosen(bench, 2)
    reviewing.ask(bench.services.db, uids[0], "", "Photo ?")
    bench.go("review_ask", lines=uids)
    assert bench.focused() == "review_ask.editor.line"
    bench.write("Determine par qui ?")
    asked = [review.questions(bench.stored(uid).data)[0].text for uid in uids]
    assert asked == ["Photo ?", "Determine par qui ?"]
    assert "1 reste en attente : Une question est ouverte." in bench.said()


def test_nothing_chosen_and_what_is_gone_ask_for_lines(bench: Bench) -> None:
    bench.go("review_ask", lines=["gone"])
    assert bench.find(EmptyState, "review_ask.empty").isVisible()
    assert not bench.find(ActionButton, "review_ask.ask").isVisible()
    bench.key("1")

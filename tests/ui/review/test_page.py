"""The coordinator's January: what is to be done comes first, one key validates and goes on, nothing is final."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from fieldapp.core import review
from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, peers, records, reviewing
from fieldapp.ui import theme
from fieldapp.ui.review.card import REVIEW
from fieldapp.ui.review.lines import Key
from fieldapp.ui.sync.question import Question
from fieldapp.ui.tables import RecordTable
from fieldapp.ui.widgets import ActionButton, Banner, ChipRow, EmptyState
from tests.elsewhere import write_elsewhere
from tests.ui.review.bench import ANNE, POP, Bench
from tests.ui.windows.desk import Blank


def shown(bench: Bench) -> list[tuple[str, str]]:
    """Return what is to be done with each visit of the list, and its date."""
    return [(row[0].partition("|")[2], row[1]) for row in bench.cells("review.table")]


def fields(bench: Bench) -> list[tuple[str, ...]]:
    return [(*row[0].partition("|")[::2], *row[1:]) for row in bench.cells("review.card.fields")]


def current(bench: Bench) -> str:
    return str(bench.find(RecordTable, "review.table").current_key())


def look_at(bench: Bench, key: Key) -> None:
    """Go with D into the fields, and with the arrows to this line."""
    bench.key("d")
    table = bench.find(RecordTable, "review.card.fields")
    bench.press(Qt.Key.Key_Home)
    for _step in range(table.model().rowCount()):
        if table.current_key() == key:
            return
        bench.press(Qt.Key.Key_Down)
    raise AssertionError(key)


def stay_on(bench: Bench, uid: str) -> None:
    bench.go("review", uid=uid)
    assert current(bench) == uid


def incomplete(bench: Bench, visit: Record) -> None:
    """Take away the number of the passage, without which a visit is not complete."""
    db = bench.services.db
    entity = db.protocols[POP].entity("visit")
    found = with_data(visit, entity, {name: value for name, value in visit.data.items() if name != "num_passage"})
    records.save(db, [found], "saisie")


def test_what_is_to_be_done_comes_first_and_is_counted(bench: Bench) -> None:
    db, visits = bench.services.db, bench.visits()
    answered, asked, done = visits[3], visits[1], visits[2]
    line = bench.lines_of(answered)[0]
    reviewing.ask(db, line.uid, "count_max", "Tant ?")
    reviewing.answer(db, line.uid, "count_max", "Oui")
    reviewing.ask(db, asked.uid, "", "Quelle mare ?")
    reviewing.validate(db, [done.uid], "1")
    bench.go("review")
    listed = shown(bench)
    assert listed[0][0] == "réponse à lire"
    assert [group for group, _day in listed].count("question posée") == 1
    assert listed[-1][0] == "validée"
    assert bench.label("review.count") == f"{len(listed) - 1} à voir sur {len(listed)} passages"
    # The answer is under the cursor without a step.
    assert current(bench) == answered.uid
    assert "« Oui »" in bench.label("review.card.said")


def test_enter_validates_the_visit_with_its_lines_and_goes_on_to_the_next(bench: Bench) -> None:
    first, second = bench.visits()[:2]
    stay_on(bench, first.uid)
    following = bench.find(RecordTable, "review.table")
    count = len(shown(bench))
    bench.enter()
    assert bench.level(first.uid) == "1"
    assert {bench.level(line.uid) for line in bench.lines_of(first)} == {"1"}
    assert current(bench) not in {first.uid, ""}
    assert following.hasFocus()
    assert "fiches validées : certain – très probable." in bench.said()
    assert len(shown(bench)) == count
    stay_on(bench, second.uid)
    bench.key("3")
    assert bench.level(second.uid) == "3"
    bench.undo()
    assert bench.level(second.uid) == "0"


def test_in_the_fields_a_figure_means_the_record_under_the_cursor_alone(bench: Bench) -> None:
    visit = next(one for one in bench.visits() if len(bench.lines_of(one)) > 1)
    first, second = bench.lines_of(visit)[:2]
    stay_on(bench, visit.uid)
    look_at(bench, (second.uid, ""))
    bench.key("2")
    assert [bench.level(uid) for uid in (visit.uid, first.uid, second.uid)] == ["0", "0", "2"]
    assert current(bench) == visit.uid


def test_a_question_is_written_on_the_field_under_the_cursor_closed_and_undone(bench: Bench) -> None:
    visit = bench.visits()[0]
    line = bench.lines_of(visit)[0]
    stay_on(bench, visit.uid)
    look_at(bench, (line.uid, "count_max"))
    bench.key("q")
    assert bench.focused() == "review.card.editor.line"
    assert not bench.find(ActionButton, "review.next").isVisible()
    bench.write("Tant que ca ?")
    (question,) = review.questions(bench.stored(line.uid).data)
    assert (question.field, question.text, question.by) == ("count_max", "Tant que ca ?", "Alex B.")
    assert bench.focused() == "review.card.fields"
    assert "review|question" in [row[3] for row in fields(bench) if row[1] == "Nombre maximum"]
    assert "« Tant que ca ? »" in bench.label("review.card.said")
    bench.enter()  # what has an open question stays behind, and the page with it
    assert bench.level(line.uid) == "0"
    assert "Une question est ouverte." in bench.said()
    assert current(bench) == visit.uid
    look_at(bench, (line.uid, "count_max"))
    bench.key("k")
    assert review.questions(bench.stored(line.uid).data) == []
    bench.undo()
    assert len(review.questions(bench.stored(line.uid).data)) == 1


def test_escape_gives_up_a_question_then_leaves_the_fields(bench: Bench) -> None:
    visit = bench.visits()[0]
    stay_on(bench, visit.uid)
    before = changes.newest(bench.services.db)
    bench.key("d")
    bench.key("q")
    bench.qtbot.keyClicks(bench.find(QLineEdit, "review.card.editor.line"), "123")
    bench.press(Qt.Key.Key_Escape)
    assert bench.focused() == "review.card.fields"
    bench.press(Qt.Key.Key_Escape)
    assert bench.focused() == "review.table"
    assert changes.newest(bench.services.db) == before


def test_an_empty_question_is_refused_beside_its_line(bench: Bench) -> None:
    stay_on(bench, bench.visits()[0].uid)
    bench.key("q")
    bench.write("")
    assert bench.focused() == "review.card.editor.line"
    labels = bench.window.findChildren(QLabel)
    assert any(label.isVisible() and "Écrivez la question" in label.text() for label in labels)


def test_what_was_validated_is_reopened_with_a_reason(bench: Bench) -> None:
    visit = bench.visits()[0]
    reviewing.validate(bench.services.db, [visit.uid], "1")
    stay_on(bench, visit.uid)
    bench.key("o")
    bench.write("mauvaise mare")
    assert bench.level(visit.uid) == "0"
    assert changes.history(bench.services.db, visit.uid)[-1].action.label == "Rouvert : mauvaise mare"


def test_a_comment_goes_with_the_next_validation_only(bench: Bench) -> None:
    first, second = bench.visits()[:2]
    stay_on(bench, first.uid)
    bench.key("c")
    bench.write("photo vue")
    bench.enter()
    assert bench.stored(first.uid).data[review.VALIDATED]["comment"] == "photo vue"
    stay_on(bench, second.uid)
    bench.enter()
    assert "comment" not in bench.stored(second.uid).data[review.VALIDATED]


def test_a_line_is_noted_as_remarkable(bench: Bench) -> None:
    visit = bench.visits()[0]
    line = bench.lines_of(visit)[0]
    stay_on(bench, visit.uid)
    look_at(bench, (line.uid, ""))
    bench.key("m")
    bench.write("premiere")
    assert bench.stored(line.uid).data[review.REMARKABLE] == "premiere"
    assert "Remarquable : premiere" in bench.label("review.card.said")


def test_a_finding_that_was_seen_is_told_no_more(bench: Bench) -> None:
    bench.go("review", protocol=POP, year=2020)
    doubtful = [place for place, (group, _day) in enumerate(shown(bench)) if group == "à examiner"]
    table = bench.find(RecordTable, "review.table")
    table.selectRow(doubtful[0])
    uid = current(bench)
    assert bench.find(ActionButton, "review.seen").isVisible()
    bench.key("b")
    assert "contrôle" in bench.said()
    assert len([group for group, _day in shown(bench) if group == "à examiner"]) == len(doubtful) - 1
    bench.undo()
    assert [group for group, _day in shown(bench)].count("à examiner") == len(doubtful)
    assert uid in {str(key) for key in (current(bench),)}


def test_a_season_of_a_place_is_validated_at_once_after_saying_what_stays_behind(bench: Bench) -> None:
    db = bench.services.db
    places = [visit.parent for visit in bench.visits()]
    place = next(one for one in places if places.count(one) > 1)
    visits = [visit for visit in bench.visits() if visit.parent == place]
    reviewing.ask(db, visits[0].uid, "", "Quelle mare ?")
    stay_on(bench, visits[1].uid)
    bench.key("t")
    question = bench.find(Question, "review.question")
    assert question.isVisible()
    assert "en attente" in question.words()
    assert "Une question est ouverte" in question.words()
    assert not bench.find(ActionButton, "review.next").isVisible()  # one question, one next step
    assert bench.level(visits[1].uid) == "0"
    bench.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    bench.idle()
    assert [bench.level(visit.uid) for visit in visits] == ["0", *["1"] * (len(visits) - 1)]
    bench.undo()
    assert {bench.level(visit.uid) for visit in visits} == {"0"}


def test_what_lacks_something_is_validated_by_the_same_figure_once_more(bench: Bench) -> None:
    visit, other = bench.visits()[:2]
    incomplete(bench, visit)
    stay_on(bench, visit.uid)
    bench.enter()
    assert bench.level(visit.uid) == "0"
    assert "Encore 1 pour valider quand même." in bench.said()
    bench.enter()  # Enter goes on with what is complete, and takes nothing else
    bench.key("2")
    assert bench.level(visit.uid) == "0"
    stay_on(bench, other.uid)
    stay_on(bench, visit.uid)
    bench.key("2")  # the cursor was elsewhere meanwhile: asked anew
    assert bench.level(visit.uid) == "0"
    bench.key("2")
    assert bench.level(visit.uid) == "2"
    bench.undo()
    assert bench.level(visit.uid) == "0"


def test_the_comment_goes_with_what_was_kept_back_and_then_taken(bench: Bench) -> None:
    visit = bench.visits()[0]
    incomplete(bench, visit)
    stay_on(bench, visit.uid)
    bench.key("c")
    bench.write("photo vue")
    bench.key("1")
    bench.key("1")
    assert bench.stored(visit.uid).data[review.VALIDATED]["comment"] == "photo vue"


def test_what_lacks_something_in_a_season_is_counted_and_one_key_takes_it_too(bench: Bench) -> None:
    places = [visit.parent for visit in bench.visits()]
    place = next(one for one in places if places.count(one) > 1)
    visits = [visit for visit in bench.visits() if visit.parent == place]
    incomplete(bench, visits[0])
    stay_on(bench, visits[1].uid)
    bench.key("t")
    question = bench.find(Question, "review.question")
    assert "seulement incomplètes" in question.words()
    bench.key("i")
    assert not question.isVisible()
    assert {bench.level(visit.uid) for visit in visits} == {"1"}


def test_what_came_since_the_visit_was_shown_is_not_validated_unseen(bench: Bench) -> None:
    visit = bench.visits()[0]
    line = bench.lines_of(visit)[0]
    stay_on(bench, visit.uid)
    write_elsewhere(bench.services.db, line.uid, count_max=999, count_min=999)
    bench.enter()
    assert bench.level(line.uid) == "0"
    assert "Changée depuis que vous l’avez lue" in bench.said()


def test_the_question_about_a_season_is_left_with_escape(bench: Bench) -> None:
    stay_on(bench, bench.visits()[0].uid)
    before = changes.newest(bench.services.db)
    bench.key("t")
    bench.press(Qt.Key.Key_Escape)
    assert not bench.find(Question, "review.question").isVisible()
    assert changes.newest(bench.services.db) == before


def test_the_groups_are_walked_with_g_and_one_that_is_done_gives_way_to_all(bench: Bench) -> None:
    asked = bench.visits()[0]
    reviewing.ask(bench.services.db, asked.uid, "", "Quelle mare ?")
    bench.go("review")
    every = len(shown(bench))
    for _press in range(7):
        bench.key("g")
        if {group for group, _day in shown(bench)} == {"question posée"}:
            break
    assert len(shown(bench)) == 1
    bench.key("k")
    assert len(shown(bench)) == every


def test_history_and_form_are_one_key_away(bench: Bench) -> None:
    visit = bench.visits()[0]
    stay_on(bench, visit.uid)
    bench.key("h")
    page = bench.window.page()
    assert isinstance(page, Blank)
    assert page.opened == [{"uid": visit.uid}]
    bench.press(Qt.Key.Key_Escape)
    bench.idle()
    assert current(bench) == visit.uid
    bench.key("f")
    place = bench.window.place()
    assert place is not None
    assert (place.code, place.params["visit"]) == ("sheet", visit.uid)


def test_a_volunteer_of_a_hub_reads_all_and_validates_nothing(bench: Bench) -> None:
    db = bench.services.db
    peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    visit = bench.visits()[0]
    stay_on(bench, visit.uid)
    assert bench.find(Banner, "review.only").isVisible()
    with bench.errors() as said:
        bench.enter()
    assert ["réservés à la coordination" in str(error) for error in said] == [True]
    assert bench.level(visit.uid) == "0"


def test_who_validated_and_what_was_said_stand_below_the_record(bench: Bench) -> None:
    db, visit = bench.services.db, bench.visits()[0]
    mine, db.author = db.author, ANNE
    reviewing.validate(db, [visit.uid], "2", comment="photos")
    db.author = mine
    stay_on(bench, visit.uid)
    said = bench.label("review.card.said")
    assert "Validée par PETIT Anne le" in said
    assert "Probable" in said
    assert "Commentaire : photos" in said


def test_without_a_visit_the_page_says_what_will_be_here(bench: Bench) -> None:
    db = bench.services.db
    db.connection.execute("DELETE FROM change")
    db.connection.execute("UPDATE record SET deleted = 1")
    bench.go("review")
    empty = bench.find(EmptyState, "review.empty")
    assert empty.isVisible()
    assert not bench.find(ActionButton, "review.next").isVisible()
    bench.enter()
    bench.key("1")
    bench.key("t")


def test_the_first_visit_is_under_the_cursor_once_the_checks_have_spoken(bench: Bench) -> None:
    bench.go("review", protocol=POP, year=2020)
    bench.idle()
    assert shown(bench)[0][0] == "à examiner"
    assert bench.find(RecordTable, "review.table").currentIndex().row() == 0


def test_a_doubtful_visit_is_not_said_to_be_validated(bench: Bench) -> None:
    visit = bench.visits()[0]
    stay_on(bench, visit.uid)
    bench.key("3")
    assert "fiches jugées : douteux." in bench.said()


def test_very_large_letters_keep_what_was_said_of_a_field_in_sight(bench: Bench, qapp: QApplication) -> None:
    try:
        theme.apply(qapp, "jour", 1.5)
        bench.window.resize(1366, 768)
        visit = bench.visits()[0]
        line = bench.lines_of(visit)[0]
        reviewing.ask(bench.services.db, line.uid, "count_max", "Tant que ça ?")
        bench.go("review", uid=visit.uid)
        table = bench.find(RecordTable, "review.card.fields")
        assert not table.isColumnHidden(REVIEW)
        assert table.viewport().width() >= sum(table.columnWidth(one) for one in range(table.model().columnCount()))
        on = visit.on_date or ""
        assert bench.label("review.card.title") == f"{on[8:]}/{on[5:7]}"
        chips = bench.find(ChipRow, "review.group")
        assert chips.height() >= chips.heightForWidth(chips.width())
    finally:
        theme.apply(qapp)

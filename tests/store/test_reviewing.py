"""A coordinator validates, asks and reopens; an observer answers; each is one action that can be taken back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core import review
from fieldapp.core.errors import FieldappError
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.review import ReviewState
from fieldapp.store import changes, integrity, peers, records, reviewing, steps
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.guard import ValidatedError
from fieldapp.store.reviewing import NotCoordinatorError
from tests.elsewhere import write_elsewhere
from tests.store.ponds import PONDS, make


@pytest.fixture
def site(db: Database) -> Record:
    group = make("group", name="Terrils")
    found = make("site", group, name="mare 4")
    records.save(db, [group, found], "mares")
    return found


@pytest.fixture
def visit(db: Database, site: Record) -> Record:
    """Return a visit with two lines."""
    found = make("visit", site, visited_on="2026-04-14", passage=1)
    records.save(db, [found, *(make("seen", found, cd_nom=cd, count=3) for cd in (259, 281))], "saisie")
    return found


def stored(db: Database, uid: str) -> Record:
    found = records.get(db, uid)
    assert found is not None
    return found


def levels(db: Database, *tops: Record) -> list[str]:
    return [review.level(stored(db, one.uid)) for top in tops for one in records.descendants(db, top.uid)]


def join_as(db: Database, role: str) -> None:
    peers.add(db, peers.HUB, project="p", name="asso", role=role)


# --------------------------------------------------------------------------------------------------- validation


def test_a_visit_is_validated_with_its_lines_as_one_action_that_can_be_undone(db: Database, visit: Record) -> None:
    done = reviewing.validate(db, [visit.uid], "2", comment="photos vues")
    assert (done.done, done.left) == (3, ())
    assert levels(db, visit) == ["2", "2", "2"]
    said = stored(db, visit.uid).data[review.VALIDATED]
    assert (said["by"], said["comment"]) == ("person-1", "photos vues")
    changes.undo(db)
    assert levels(db, visit) == ["0", "0", "0"]
    assert integrity.check(db).is_clean


def test_what_is_validated_so_already_is_left_alone(db: Database, visit: Record) -> None:
    reviewing.validate(db, [visit.uid], "1")
    again = reviewing.validate(db, [visit.uid], "1")
    assert (again.done, again.left, again.saved.action) == (0, (), None)
    assert reviewing.validate(db, [visit.uid], "3").done == 3
    assert levels(db, visit) == ["3", "3", "3"]


def test_a_record_named_twice_and_with_what_it_lies_below_is_validated_once(db: Database, visit: Record) -> None:
    line = records.children(db, [visit.uid])[0]
    assert reviewing.validate(db, [line.uid, visit.uid, visit.uid], "1").done == 3


def test_a_line_with_an_open_question_stays_behind_and_the_rest_goes_on(db: Database, visit: Record) -> None:
    line, other = records.children(db, [visit.uid])
    reviewing.ask(db, line.uid, "count", "Trois, ou treize ?")
    done = reviewing.validate(db, [visit.uid], "1")
    assert (done.done, [left.uid for left in done.left]) == (2, [line.uid])
    assert done.left[0].reasons == ("Une question est ouverte.",)
    assert [review.level(stored(db, one.uid)) for one in (visit, line, other)] == ["1", "0", "1"]


def test_below_a_visit_that_stays_behind_nothing_is_validated(db: Database, visit: Record) -> None:
    reviewing.ask(db, visit.uid, "", "Quelle mare ?")
    done = reviewing.validate(db, [visit.uid], "1")
    assert done.done == 0
    assert {left.uid for left in done.left} == {one.uid for one in records.descendants(db, visit.uid)}
    assert levels(db, visit) == ["0", "0", "0"]


def test_a_record_of_which_a_value_can_not_be_stays_behind_with_the_sentence(db: Database, visit: Record) -> None:
    wrong = make("seen", visit, cd_nom="crapaud")
    records.save(db, [wrong], "saisie")
    (left,) = reviewing.validate(db, [visit.uid], "1").left
    assert left.uid == wrong.uid
    assert left.reasons == ("Espèce : « crapaud » n’a pas la forme attendue.",)
    assert not left.is_incomplete
    assert wrong.uid not in {one.uid for one in reviewing.preview(db, [visit.uid], incomplete=True).ready}


def test_a_disputed_record_stays_behind(db: Database, visit: Record) -> None:
    made = next(step.uid for step in steps.steps(db, [visit.uid])[visit.uid] if not step.base)
    write_elsewhere(db, visit.uid, base=(made,), comments="a")
    records.save(db, [with_data(visit, PONDS.entity("visit"), {**visit.data, "comments": "b"})], "saisie")
    assert reviewing.preview(db, [visit.uid]).left[0].reasons == ("Un désaccord reste à trancher.",)


def test_a_preview_says_what_would_be_and_changes_nothing(db: Database, visit: Record) -> None:
    before = changes.newest(db)
    found = reviewing.preview(db, [visit.uid], "1")
    assert ({one.uid for one in found.ready}, found.left, found.same) == (
        {one.uid for one in records.descendants(db, visit.uid)},
        (),
        0,
    )
    assert changes.newest(db) == before


def test_a_level_that_there_is_not_is_refused(db: Database, visit: Record) -> None:
    with pytest.raises(FieldappError, match="choisissez de 0 à 6"):
        reviewing.validate(db, [visit.uid], "7")


def test_many_records_are_validated_in_one_transaction_and_one_action(db: Database, site: Record) -> None:
    visits = [make("visit", site, visited_on=f"2026-04-{day:02}", passage=1) for day in range(1, 31)]
    lines = [make("seen", visit, cd_nom=259, count=n) for visit in visits for n in range(40)]
    records.save(db, [*visits, *lines], "import", kind="import")
    done = reviewing.validate(db, [visit.uid for visit in visits], "1")
    assert done.done == 30 + 1200
    assert set(levels(db, *visits)) == {"1"}
    changes.undo(db)
    assert set(levels(db, *visits)) == {"0"}


def test_what_changed_since_it_was_looked_at_stays_behind(db: Database, visit: Record) -> None:
    line, other = records.children(db, [visit.uid])
    seen = reviewing.preview(db, [visit.uid]).seen
    write_elsewhere(db, line.uid, count=999)
    late = make("seen", visit, cd_nom=300, count=1)
    records.save(db, [late], "saisie")
    done = reviewing.validate(db, [visit.uid], "1", seen=seen)
    assert {left.uid for left in done.left} == {line.uid, late.uid}
    assert {left.reasons for left in done.left} == {("Changée depuis que vous l’avez lue : relisez-la.",)}
    assert [review.level(stored(db, one.uid)) for one in (visit, line, other, late)] == ["1", "0", "1", "0"]


def test_what_somebody_saves_while_a_season_is_judged_is_taken_and_not_validated(
    db: Database, visit: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = reviewing.preview
    line, other = records.children(db, [visit.uid])

    def judged(*given: Any, **named: Any) -> reviewing.Preview:
        found = judge(*given, **named)
        with open_database(db.path, [PONDS], Author("person-2", "laptop-1")) as second:
            records.save(second, [with_data(line, PONDS.entity("seen"), {**line.data, "count": 999})], "saisie")
        return found

    monkeypatch.setattr(reviewing, "preview", judged)
    done = reviewing.validate(db, [visit.uid], "1")
    assert [left.uid for left in done.left] == [line.uid]
    assert stored(db, line.uid).data["count"] == 999
    assert [review.level(stored(db, one.uid)) for one in (visit, line, other)] == ["1", "0", "1"]


def test_what_lacks_something_is_validated_on_purpose_and_what_is_wrong_or_asked_about_is_not(
    tmp_path: Path,
) -> None:
    banding = next(one for one in protocols.installed() if one.code == "banding")
    with open_database(tmp_path / "banding.db", [banding], Author("person-1", "laptop-1")) as db:
        place = make_record("banding", banding.entity("sites_group"), {"place_name": "Bac"}, None)
        nets = make_record("banding", banding.entity("site"), {"site_name": "PHENO"}, place.uid)
        session = make_record("banding", banding.entity("visit"), {"date": "2026-05-01"}, nets.uid)
        records.save(db, [place, nets, session], "saisie")
        done = reviewing.validate(db, [session.uid], "1")
        assert (done.done, {left.is_incomplete for left in done.left}) == (0, {True})
        found = reviewing.preview(db, [session.uid], "1", incomplete=True)
        assert [one.uid for one in found.ready] == [session.uid]
        reviewing.ask(db, session.uid, "", "?")
        assert not reviewing.preview(db, [session.uid], "1").left[0].is_incomplete
        assert reviewing.validate(db, [session.uid], "1", incomplete=True).done == 0
        reviewing.close(db, session.uid, "")
        assert reviewing.validate(db, [session.uid], "1", incomplete=True).done == 1
        assert review.level(stored(db, session.uid)) == "1"


# ----------------------------------------------------------------------------------------------------- reopened


def test_reopening_takes_a_reason_that_stays_in_the_history(db: Database, visit: Record) -> None:
    reviewing.validate(db, [visit.uid], "1")
    with pytest.raises(FieldappError, match="Dites pourquoi"):
        reviewing.reopen(db, [visit.uid], "  ")
    reviewing.reopen(db, [visit.uid], "erreur de mare")
    assert levels(db, visit) == ["0", "0", "0"]
    assert changes.history(db, visit.uid)[-1].action.label == "Rouvert : erreur de mare"
    records.save(db, [with_data(visit, PONDS.entity("visit"), {**visit.data, "passage": 2})], "saisie")
    changes.undo(db)
    changes.undo(db)
    assert levels(db, visit) == ["1", "1", "1"]


def test_level_zero_reopens(db: Database, visit: Record) -> None:
    reviewing.validate(db, [visit.uid], "1")
    assert reviewing.validate(db, [visit.uid], "0", why="à revoir").done == 3
    assert levels(db, visit) == ["0", "0", "0"]


def test_what_is_not_validated_is_reopened_without_a_word(db: Database, visit: Record) -> None:
    assert reviewing.reopen(db, [visit.uid], "").action is None


# ------------------------------------------------------------------------------------------- changed with a reason


def test_a_change_with_a_reason_keeps_the_level_and_goes_back_as_a_whole(db: Database, visit: Record) -> None:
    reviewing.validate(db, [visit.uid], "2", comment="photos vues")
    seen = stored(db, visit.uid)
    corrected = with_data(seen, PONDS.entity("visit"), {**seen.data, "passage": 2})
    with pytest.raises(ValidatedError):
        records.save(db, [corrected], "saisie")
    with pytest.raises(FieldappError, match="Dites pourquoi"):
        reviewing.changed_with_reason(db, [corrected], "")
    reviewing.changed_with_reason(db, [corrected], "passage mal noté")
    now = stored(db, visit.uid)
    said = now.data[review.VALIDATED]
    assert (now.data["passage"], review.level(now), said["comment"], said["why"]) == (
        2, "2", "photos vues", "passage mal noté",
    )  # fmt: skip
    changes.undo(db)
    assert stored(db, visit.uid) == seen
    changes.redo(db)
    assert stored(db, visit.uid) == now
    assert integrity.check(db).is_clean


def test_a_line_comes_and_goes_below_a_validated_visit_with_a_reason(db: Database, visit: Record) -> None:
    reviewing.validate(db, [visit.uid], "1")
    late = make("seen", visit, cd_nom=300, count=1)
    reviewing.changed_with_reason(db, [late], "ligne oubliée")
    assert levels(db, visit) == ["1"] * 4
    reviewing.changed_with_reason(db, [stored(db, late.uid).removed()], "doublon")
    assert stored(db, late.uid).deleted
    changes.undo(db)
    changes.undo(db)
    assert levels(db, visit) == ["1"] * 3


def test_what_was_not_validated_is_not_validated_by_a_change_with_a_reason(db: Database, visit: Record) -> None:
    reviewing.changed_with_reason(db, [with_data(visit, PONDS.entity("visit"), {"passage": 5})], "")
    assert levels(db, visit) == ["0", "0", "0"]


# ---------------------------------------------------------------------------------------------------- questions


def test_a_question_is_asked_answered_and_closed(db: Database, visit: Record) -> None:
    reviewing.ask(db, visit.uid, "passage", " Le premier ? ")
    assert [one.uid for one in reviewing.asked(db)] == [visit.uid]
    found = stored(db, visit.uid)
    assert review.questions(found.data)[0].text == "Le premier ?"
    assert review.state(found, is_complete=True) is ReviewState.TO_REVIEW
    db.author = Author("person-2", "laptop-1")
    reviewing.answer(db, visit.uid, "passage", "Oui, le premier")
    (question,) = review.questions(stored(db, visit.uid).data)
    assert (question.by, question.answer, question.answered_by) == ("person-1", "Oui, le premier", "person-2")
    reviewing.close(db, visit.uid, "passage")
    assert stored(db, visit.uid).data == visit.data
    assert reviewing.asked(db) == []
    changes.undo(db)
    assert review.questions(stored(db, visit.uid).data)[0].answer == "Oui, le premier"


def test_an_answer_names_the_question_that_was_read_and_leaves_another_one_open(db: Database, visit: Record) -> None:
    reviewing.ask(db, visit.uid, "passage", "Le premier ?")
    (read,) = review.questions(stored(db, visit.uid).data)
    reviewing.ask(db, visit.uid, "passage", "Et à quelle heure ?")
    reviewing.answer(db, visit.uid, "passage", "Oui, le premier", to=read.key)
    (found,) = review.questions(stored(db, visit.uid).data)
    assert (found.text, found.answer, found.is_answered) == ("Et à quelle heure ?", "Oui, le premier", False)
    reviewing.answer(db, visit.uid, "passage", "21 h")
    assert review.questions(stored(db, visit.uid).data)[0].is_answered


def test_a_validated_record_is_asked_about_marked_and_stays_validated(db: Database, visit: Record) -> None:
    reviewing.validate(db, [visit.uid], "1")
    reviewing.ask(db, visit.uid, "passage", "?")
    reviewing.answer(db, visit.uid, "passage", "oui")
    reviewing.mark_remarkable(db, visit.uid, "première")
    reviewing.close(db, visit.uid, "passage")
    assert levels(db, visit) == ["1", "1", "1"]
    for _step in range(4):
        changes.undo(db)
    assert review.questions(stored(db, visit.uid).data) == []
    assert levels(db, visit) == ["1", "1", "1"]


def test_a_question_about_a_record_is_not_written_over_by_one_about_many(db: Database, visit: Record) -> None:
    line, other = records.children(db, [visit.uid])
    reviewing.ask(db, line.uid, "", "Avec photo ?")
    done = reviewing.ask_all(db, [line.uid, other.uid], "Déterminé par qui ?")
    assert (done.done, [left.uid for left in done.left]) == (1, [line.uid])
    asked = [review.questions(stored(db, one.uid).data)[0].text for one in (line, other)]
    assert asked == ["Avec photo ?", "Déterminé par qui ?"]


def test_a_question_about_what_is_not_there_is_refused(db: Database, visit: Record) -> None:
    with pytest.raises(FieldappError, match="pas de champ « wing »"):
        reviewing.ask(db, visit.uid, "wing", "?")
    with pytest.raises(FieldappError, match="Écrivez la question"):
        reviewing.ask(db, visit.uid, "passage", "  ")
    with pytest.raises(FieldappError, match="trop long"):
        reviewing.ask(db, visit.uid, "passage", "x" * (reviewing.MAX_TEXT + 1))
    with pytest.raises(FieldappError, match="plus de question"):
        reviewing.answer(db, visit.uid, "passage", "oui")
    with pytest.raises(FieldappError, match="n’existe pas"):
        reviewing.ask(db, "nobody", "", "?")


def test_the_same_question_is_asked_about_several_records_at_once(db: Database, visit: Record) -> None:
    lines = records.children(db, [visit.uid])
    reviewing.ask_all(db, [line.uid for line in lines], "Déterminé par qui ?")
    assert {one.uid for one in reviewing.asked(db)} == {line.uid for line in lines}
    changes.undo(db)
    assert reviewing.asked(db) == []


def test_the_questions_are_found_by_their_index_however_many_records_there_are(db: Database, visit: Record) -> None:
    plan = db.rows("""EXPLAIN QUERY PLAN SELECT uid FROM record WHERE deleted = 0 AND instr(data, '"_question.') > 0""")
    assert "record_asked" in plan[0][3]


def test_a_remarkable_record_says_why_until_it_does_not(db: Database, visit: Record) -> None:
    reviewing.mark_remarkable(db, visit.uid, "Première pour la commune")
    assert stored(db, visit.uid).data[review.REMARKABLE] == "Première pour la commune"
    reviewing.mark_remarkable(db, visit.uid, "")
    assert stored(db, visit.uid).data == visit.data


# ------------------------------------------------------------------------------------------------------ who may

DEEDS: dict[str, Callable[[Database, str], object]] = {
    "validate": lambda db, uid: reviewing.validate(db, [uid], "1"),
    "reopen": lambda db, uid: reviewing.reopen(db, [uid], "x"),
    "ask": lambda db, uid: reviewing.ask(db, uid, "", "?"),
    "ask_all": lambda db, uid: reviewing.ask_all(db, [uid], "?"),
    "close": lambda db, uid: reviewing.close(db, uid, ""),
    "remark": lambda db, uid: reviewing.mark_remarkable(db, uid, "x"),
    "change": lambda db, uid: reviewing.changed_with_reason(db, [], "x"),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
@pytest.mark.parametrize("role", ["volunteer", "leader"])
def test_on_a_laptop_of_a_hub_only_a_coordinator_reviews(
    db: Database, visit: Record, deed: Callable[[Database, str], object], role: str
) -> None:
    reviewing.ask(db, visit.uid, "", "?")
    join_as(db, role)
    before = changes.newest(db)
    with pytest.raises(NotCoordinatorError, match="réservés à la coordination"):
        deed(db, visit.uid)
    assert changes.newest(db) == before


def test_a_volunteer_answers_and_a_coordinator_of_the_hub_does_all(db: Database, visit: Record) -> None:
    reviewing.ask(db, visit.uid, "", "?")
    join_as(db, "volunteer")
    reviewing.answer(db, visit.uid, "", "oui")
    join_as(db, "coordinator")
    for deed in DEEDS.values():
        deed(db, visit.uid)

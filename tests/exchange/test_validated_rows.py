"""A file does not alter what was validated: its row is refused with a sentence, and takes no other along."""

from fieldapp.core import review
from fieldapp.core.exchange import Importer
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record
from fieldapp.exchange.importing import import_file
from fieldapp.exchange.report import Outcome
from fieldapp.store import changes, records, reviewing
from fieldapp.store.connection import Database
from tests.exchange.conftest import Rows, WriteRows


def stored(db: Database, uid: str) -> Record:
    found = records.get(db, uid)
    assert found is not None
    return found


def test_a_row_that_would_change_a_validated_line_is_refused_and_the_others_go_in(
    db: Database, shf: Importer, rows: Rows, write_rows: WriteRows
) -> None:
    some = rows[:12]
    import_file(db, shf, write_rows(some))
    mine = some[0]["uuid_observation"]
    assert reviewing.validate(db, [mine], "1").left == ()
    other = {"nombre_min": "70", "nombre_max": "71", "type_denombrement": "Estimé"}
    changed = [row | other for row in some if row["presence_amphibien"] == "Oui"]
    report = import_file(db, shf, write_rows(changed), update=True)
    refused = [row for row in report.rows if row.outcome is Outcome.REFUSED]
    assert len(refused) == 1
    assert "a été validé par person le" in refused[0].sentence
    assert [row.outcome for row in report.rows[1:]] == [Outcome.UPDATED] * (len(changed) - 1)
    assert review.level(stored(db, mine)) == "1"
    assert str(stored(db, mine).data["count_max"]) == some[0]["nombre_max"]


def test_a_row_that_would_change_a_validated_visit_is_refused_with_all_of_its_lines(
    db: Database, shf: Importer, rows: Rows, write_rows: WriteRows
) -> None:
    visit = rows[0]["uuid_passage"]
    own = [row for row in rows[:12] if row["uuid_passage"] == visit]
    import_file(db, shf, write_rows(rows[:12]))
    assert reviewing.validate(db, [visit], "1").done == 1 + len(own)
    later = [row | {"heure_fin": "23:59"} for row in own]
    report = import_file(db, shf, write_rows(later), update=True)
    assert [row.outcome for row in report.rows] == [Outcome.REFUSED] * len(own)
    assert report.action is None


def test_a_new_line_is_refused_below_a_validated_visit_whatever_came_before_it_in_the_file(
    db: Database, shf: Importer, rows: Rows, write_rows: WriteRows
) -> None:
    visit = rows[0]["uuid_passage"]
    own = [row for row in rows if row["uuid_passage"] == visit]
    import_file(db, shf, write_rows(own))
    assert reviewing.validate(db, [visit], "1").left == ()
    before = changes.newest(db)
    fresh = [own[0] | {"uuid_observation": new_uid()} for _line in range(3)]
    for update in (False, True):
        report = import_file(db, shf, write_rows([*own, *fresh]), update=update)
        assert [row.outcome for row in report.rows] == [Outcome.IDENTICAL] * len(own) + [Outcome.REFUSED] * 3
    assert changes.newest(db) == before


def test_the_same_file_again_and_one_that_says_otherwise_without_update_leave_the_validated_alone(
    db: Database, shf: Importer, rows: Rows, write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(rows[:5]))
    reviewing.validate(db, [rows[0]["uuid_passage"]], "1")
    assert {row.outcome for row in import_file(db, shf, write_rows(rows[:5]), update=True).rows} == {Outcome.IDENTICAL}
    other = [rows[0] | {"nombre_max": "99"}, *rows[1:5]]
    assert import_file(db, shf, write_rows(other)).rows[0].outcome is Outcome.DIFFERENT


def test_an_update_keeps_what_was_said_of_a_record_in_its_review(
    db: Database, shf: Importer, rows: Rows, write_rows: WriteRows
) -> None:
    import_file(db, shf, write_rows(rows[:5]))
    uid = rows[0]["uuid_observation"]
    reviewing.ask(db, uid, "count_max", "Tant que ça ?")
    reviewing.mark_remarkable(db, uid, "record")
    report = import_file(db, shf, write_rows([rows[0] | {"nombre_max": "99"}]), update=True)
    assert report.rows[0].outcome is Outcome.UPDATED
    found = stored(db, uid)
    assert (found.data["count_max"], found.data[review.REMARKABLE]) == (99, "record")
    assert review.questions(found.data)[0].text == "Tant que ça ?"

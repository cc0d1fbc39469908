"""What was validated is not changed in passing: by no save, no file, no undo; only by who says why."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core import review
from fieldapp.core.errors import NothingToUndoError
from fieldapp.core.ids import new_uid
from fieldapp.core.merging import DELETED
from fieldapp.core.record import Record, make_record, with_data, with_review
from fieldapp.store import changes, disputes, integrity, outbox, peers, records, reviewing, steps, withdrawing
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.guard import ValidatedError
from fieldapp.store.reviewing import NotCoordinatorError
from tests.elsewhere import beginning, write_elsewhere
from tests.store.ponds import PONDS, make


@pytest.fixture
def visit(db: Database) -> Record:
    """Return a validated visit below a pond, with one line."""
    group = make("group", name="Terrils")
    site = make("site", group, name="mare 4")
    found = make("visit", site, visited_on="2026-04-14", passage=1)
    records.save(db, [group, site, found, make("seen", found, cd_nom=259, count=3)], "saisie")
    reviewing.validate(db, [found.uid], "1")
    return stored(db, found.uid)


@pytest.fixture
def line(db: Database, visit: Record) -> Record:
    return records.children(db, [visit.uid])[0]


def stored(db: Database, uid: str) -> Record:
    found = records.get(db, uid)
    assert found is not None
    return found


def edited(record: Record, **data: object) -> Record:
    return with_data(record, PONDS.entity(record.entity), {**record.data, **data})


def by_bruno(record: Record, level: str = "1") -> dict[str, Any]:
    """Return the values by which Bruno validates a record."""
    return dict(review.validated(record, level, by="Bruno", at=records.now()))


Step = Callable[[Record, Record], list[Record]]

INTRUSIONS: dict[str, Step] = {
    "a field of the visit": lambda visit, line: [edited(visit, passage=2)],
    "a field emptied": lambda visit, line: [edited(visit, passage=None)],
    "a field of the line": lambda visit, line: [edited(line, count=4)],
    "the visit deleted": lambda visit, line: [line.removed(), visit.removed()],
    "a line deleted": lambda visit, line: [line.removed()],
    "a line added": lambda visit, line: [make("seen", visit, cd_nom=281)],
    "a line moved away": lambda visit, line: [replace(line, parent=new_uid())],
    "the visit moved": lambda visit, line: [replace(visit, parent=None)],
    "what was said of it left out": lambda visit, line: [
        make_record(
            "ponds",
            PONDS.entity("visit"),
            {name: value for name, value in visit.data.items() if name != review.VALIDATED},
            visit.parent,
            visit.uid,
        )
    ],
    "a word added": lambda visit, line: [with_review(visit, PONDS.entity("visit"), {review.REMARKABLE: "belle"})],
    "all new to the form": lambda visit, line: [
        make_record("ponds", PONDS.entity("visit"), {"passage": 2}, visit.parent, visit.uid)
    ],
}


@pytest.mark.parametrize("step", INTRUSIONS.values(), ids=INTRUSIONS)
@pytest.mark.parametrize("kind", ["entry", "import"])
def test_no_save_alters_what_was_validated(
    db: Database, visit: Record, line: Record, step: Step, kind: records.Kind
) -> None:
    before = changes.newest(db)
    with pytest.raises(ValidatedError, match=r"a été validé par person-1 le .* rien n’y a été changé"):
        records.save(db, step(visit, line), "saisie", kind=kind)
    assert changes.newest(db) == before
    assert integrity.check(db).is_clean


def test_new_lines_of_a_bulk_save_do_not_come_below_it_either(db: Database, visit: Record) -> None:
    with pytest.raises(ValidatedError):
        records.save(db, [make("seen", visit, cd_nom=281)], "import", kind="import", all_new=True)


def test_the_name_of_the_coordinator_stands_in_the_sentence(db: Database, visit: Record) -> None:
    who = Record(new_uid(), "ponds", "group", None, {"name": "PETIT Anne"})
    records.save(db, [who], "annuaire")
    said = {**visit.data[review.VALIDATED], "by": who.uid, "at": "2026-11-21T12:00:00.000Z"}
    records.save(db, [with_review(visit, PONDS.entity("visit"), {review.VALIDATED: said})], "validation")
    with pytest.raises(ValidatedError, match=r"« Passage.* » a été validé par PETIT Anne le 21/11/2026"):
        records.save(db, [edited(stored(db, visit.uid), passage=2)], "saisie")


def test_a_save_that_changes_nothing_is_no_intrusion(db: Database, visit: Record, line: Record) -> None:
    assert records.save(db, [visit, edited(line)], "saisie").action is None


def test_a_warning_of_a_validated_record_may_be_confirmed(db: Database, line: Record) -> None:
    records.save(db, [edited(line, confirmed=["many"])], "confirmé")
    assert review.level(stored(db, line.uid)) == "1"


def test_what_lies_around_a_validated_visit_goes_on(db: Database, visit: Record) -> None:
    site = stored(db, visit.parent or "")
    records.save(db, [make("visit", site, visited_on="2026-05-14", passage=2), edited(site, name="mare 4b")], "saisie")
    assert review.level(stored(db, visit.uid)) == "1"


def test_a_line_that_was_left_behind_is_completed_below_a_validated_visit(db: Database, visit: Record) -> None:
    reviewing.reopen(db, [visit.uid], "ligne oubliée")
    late = make("seen", visit, cd_nom=281)
    records.save(db, [late], "saisie")
    reviewing.ask(db, late.uid, "count", "Combien ?")
    assert [left.uid for left in reviewing.validate(db, [visit.uid], "1").left] == [late.uid]
    records.save(db, [edited(stored(db, late.uid), count=2)], "complété")
    assert stored(db, late.uid).data["count"] == 2


def test_an_entry_from_before_the_validation_is_not_undone_and_does_not_stop_the_undo(db: Database) -> None:
    group = make("group", name="A")
    visit = make("visit", make("site", group), visited_on="2026-04-14")
    other = make("group", name="B")
    site = replace(make("site", group), uid=visit.parent or "")
    records.save(db, [other], "autre")
    records.save(db, [group, site, visit], "saisie")
    records.save(db, [edited(visit, passage=2)], "correction")
    write_elsewhere(db, visit.uid, **by_bruno(stored(db, visit.uid)))
    with pytest.raises(NothingToUndoError, match="a été validé par Bruno"):
        changes.undo(db)
    assert stored(db, visit.uid).data["passage"] == 2
    assert changes.to_undo(db) is not None  # the entry before is next


def test_an_import_is_not_taken_back_from_under_a_validation(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group)
    visit = make("visit", site, visited_on="2026-04-14")
    records.save(db, [group, site], "saisie")
    imported = records.save(db, [visit], "fichier", kind="import")
    reviewing.validate(db, [visit.uid], "1")
    with pytest.raises(NothingToUndoError):
        changes.undo_saved(db, imported)


def test_a_validation_is_undone_and_done_again_whole(db: Database, visit: Record, line: Record) -> None:
    assert changes.undo(db).label == "Validation de 2 fiches"
    assert [review.level(stored(db, uid)) for uid in (visit.uid, line.uid)] == ["0", "0"]
    changes.redo(db)
    assert [review.level(stored(db, uid)) for uid in (visit.uid, line.uid)] == ["1", "1"]
    assert integrity.check(db).is_clean


# ------------------------------------------------------------------------------------------------ from elsewhere


def test_what_others_wrote_without_knowing_is_taken_and_the_record_is_to_be_reviewed(
    db: Database, visit: Record
) -> None:
    made = next(step.uid for step in steps.steps(db, [visit.uid])[visit.uid] if not step.base)
    write_elsewhere(db, visit.uid, base=(made,), passage=3)
    found = stored(db, visit.uid)
    assert found.data["passage"] == 3
    assert review.is_stale(found)


def test_a_form_that_was_open_when_the_validation_came_is_saved_and_the_record_is_to_be_reviewed(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group)
    read = make("visit", site, visited_on="2026-04-14", passage=1)
    records.save(db, [group, site, read], "saisie")
    form = stored(db, read.uid)
    write_elsewhere(db, read.uid, **by_bruno(form))
    records.save(db, [edited(form, passage=2)], "saisie")
    found = stored(db, read.uid)
    assert (found.data["passage"], review.is_stale(found)) == (2, True)
    records.save(db, [edited(found, passage=1)], "saisie")
    assert review.level(stored(db, read.uid)) == "1"  # it says again what was looked at


def test_a_refused_change_is_given_up_for_the_validated_version(db: Database, visit: Record) -> None:
    hub = peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    with db.transaction() as connection:
        writer = records.Writer(db, connection, "passé outre", "entry", guarded=False)
        writer.write([edited(visit, passage=2)])
        writer.saved()
    outbox.collect(db, hub)
    outbox_of_others = "DELETE FROM outbox WHERE change <> (SELECT max(id) FROM change)"
    with db.transaction() as connection:
        connection.execute(outbox_of_others)
        connection.execute("UPDATE outbox SET reason = 'validated'")
    assert review.is_stale(stored(db, visit.uid))
    withdrawing.take_common(db, visit.uid)
    assert stored(db, visit.uid) == visit
    assert review.level(stored(db, visit.uid)) == "1"


def test_who_had_read_it_validated_is_refused_whatever_came_meanwhile(db: Database, visit: Record) -> None:
    form = stored(db, visit.uid)
    write_elsewhere(db, visit.uid, _remarkable="belle")
    with pytest.raises(ValidatedError):
        records.save(db, [edited(form, passage=9)], "saisie")
    write_elsewhere(db, visit.uid, _validated=None)
    records.save(db, [edited(form, passage=9)], "saisie")  # it was reopened meanwhile
    assert stored(db, visit.uid).data["passage"] == 9


def test_an_answer_of_ones_own_is_no_way_round_the_validation(db: Database, visit: Record) -> None:
    reviewing.ask(db, visit.uid, "passage", "?")
    peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    form = stored(db, visit.uid)
    reviewing.answer(db, visit.uid, "passage", "oui")
    with pytest.raises(ValidatedError):
        records.save(db, [edited(form, passage=9)], "saisie")


def test_what_lies_below_a_validated_line_does_not_come_or_go_either(tmp_path: Path) -> None:
    banding = next(one for one in protocols.installed() if one.code == "banding")
    with open_database(tmp_path / "banding.db", [banding], Author("person-1", "laptop-1")) as db:
        made: list[Record] = []
        for code in ("sites_group", "site", "visit", "observation"):
            entity = banding.entity(code)
            data = {entity.date_field: "2026-05-01"} if entity.date_field else {}
            made.append(make_record("banding", entity, data, made[-1].uid if made else None))
        line = made[-1]
        mark = make_record("banding", banding.entity("mark"), {}, line.uid)
        records.save(db, [*made, mark], "saisie")
        said = review.validated(line, "1", by="Anne", at=records.now())
        records.save(db, [with_review(stored(db, line.uid), banding.entity("observation"), said)], "validation")
        for wrong in (make_record("banding", banding.entity("mark"), {}, line.uid), stored(db, mark.uid).removed()):
            with pytest.raises(ValidatedError):
                records.save(db, [wrong], "saisie")


def test_a_validated_place_takes_new_visits(db: Database, visit: Record) -> None:
    site = stored(db, visit.parent or "")
    said = review.validated(site, "1", by="Anne", at=records.now())
    records.save(db, [with_review(site, PONDS.entity("site"), said)], "validation")
    records.save(db, [make("visit", site, visited_on="2026-05-14")], "saisie")
    assert len(records.children(db, [site.uid])) == 2


def test_who_is_no_coordinator_takes_no_validation_back(db: Database, visit: Record) -> None:
    peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    with pytest.raises(NothingToUndoError, match="réservés à la coordination"):
        changes.undo(db)
    assert review.level(stored(db, visit.uid)) == "1"
    assert changes.to_undo(db) is not None  # the entry before is next


def test_who_is_no_coordinator_chooses_between_no_validations(db: Database, visit: Record) -> None:
    write_elsewhere(db, visit.uid, base=beginning(db, visit.uid), **by_bruno(visit, "3"))
    peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    for choice in (by_bruno(visit, "4"), {review.VALIDATED: visit.data[review.VALIDATED]}):
        with pytest.raises(NotCoordinatorError):
            disputes.settle(db, visit.uid, choice)
    assert review.level(stored(db, visit.uid)) == "1"
    assert disputes.count(db) == 1


def test_a_coordinator_settles_on_a_validated_record_with_a_reason(db: Database, visit: Record) -> None:
    made = beginning(db, visit.uid)
    write_elsewhere(db, visit.uid, base=made, comments="a")
    records.save(db, [edited(stored(db, visit.uid), comments="b")], "saisie")
    write_elsewhere(db, visit.uid, base=made, comments="c")
    write_elsewhere(db, visit.uid, **by_bruno(stored(db, visit.uid), "2"))
    with pytest.raises(ValidatedError):
        disputes.settle(db, visit.uid, {"comments": "z"})
    disputes.settle(db, visit.uid, {"comments": "z"}, why="relu avec Bruno")
    found = stored(db, visit.uid)
    assert (found.data["comments"], review.level(found)) == ("z", "2")
    assert found.data[review.VALIDATED]["why"] == "relu avec Bruno"
    assert disputes.count(db) == 0
    changes.undo(db)
    assert disputes.count(db) == 1


def test_a_disputed_deletion_of_a_validated_visit_takes_all_with_it_for_a_reason(
    db: Database, visit: Record, line: Record
) -> None:
    write_elsewhere(db, visit.uid, base=beginning(db, visit.uid), _deleted=True)
    with pytest.raises(ValidatedError):
        disputes.settle(db, visit.uid, {DELETED: True})
    disputes.settle(db, visit.uid, {DELETED: True}, why="doublon")
    for uid in (visit.uid, line.uid):
        found = stored(db, uid)
        assert (found.deleted, review.level(found)) == (True, "0")
    changes.undo(db)
    assert [review.level(stored(db, uid)) for uid in (visit.uid, line.uid)] == ["1", "1"]


def test_who_is_no_coordinator_settles_no_dispute_of_a_validated_record_to_something_else(
    db: Database, visit: Record
) -> None:
    made = next(step.uid for step in steps.steps(db, [visit.uid])[visit.uid] if not step.base)
    write_elsewhere(db, visit.uid, base=(made,), comments="a")
    records.save(db, [edited(stored(db, visit.uid), comments="b")], "saisie")  # stale: open to all
    write_elsewhere(db, visit.uid, base=(made,), comments="c")
    reviewed = stored(db, visit.uid)
    dispute = disputes.of_record(db, visit.uid)[0]
    write_elsewhere(db, visit.uid, **by_bruno(reviewed))
    peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    other = next(one.value for one in dispute.versions if one.value != reviewed.data["comments"])
    with pytest.raises(ValidatedError):
        disputes.settle(db, visit.uid, {"comments": other})
    disputes.settle(db, visit.uid, {"comments": reviewed.data["comments"]})
    assert review.level(stored(db, visit.uid)) == "1"


def test_two_levels_given_without_seeing_each_other_are_settled_by_a_choice(db: Database, visit: Record) -> None:
    made = next(step.uid for step in steps.steps(db, [visit.uid])[visit.uid] if not step.base)
    other = by_bruno(visit, "3")
    write_elsewhere(db, visit.uid, base=(made,), **other)
    assert [one.field for one in disputes.of_record(db, visit.uid)] == [review.VALIDATED]
    disputes.settle(db, visit.uid, other)
    assert review.level(stored(db, visit.uid)) == "3"
    changes.undo(db)
    assert review.level(stored(db, visit.uid)) == "1"


def test_what_was_deleted_for_a_reason_comes_back_as_a_draft(db: Database, visit: Record, line: Record) -> None:
    reviewing.changed_with_reason(db, [line.removed(), visit.removed()], "doublon")
    peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    records.save(db, [stored(db, visit.uid).restored(), stored(db, line.uid).restored()], "rétabli")
    for uid in (visit.uid, line.uid):
        assert (stored(db, uid).deleted, review.level(stored(db, uid))) == (False, "0")


def test_what_was_deleted_as_validated_is_not_brought_back_in_passing(
    db: Database, visit: Record, line: Record
) -> None:
    for uid in (line.uid, visit.uid):
        write_elsewhere(db, uid, _deleted=True)
    assert stored(db, visit.uid).deleted
    with pytest.raises(ValidatedError):
        records.save(db, [stored(db, visit.uid).restored()], "rétabli")

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from fieldapp.core.errors import NothingToUndoError
from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, integrity, outbox, records
from fieldapp.store.connection import Author, Database, open_database
from tests.store.ponds import PONDS, make, reopen


def edited(record: Record, **data: object) -> Record:
    return with_data(record, PONDS.entity(record.entity), {**record.data, **data})


def value(db: Database, record: Record) -> object:
    found = records.get(db, record.uid)
    assert found is not None
    return None if found.deleted else found.data.get("name")


def test_each_change_says_who_where_when_and_from_what_to_what(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "créer")
    saved = records.save(db, [edited(group, name="B")], "renommer")
    first, second = changes.history(db, group.uid)
    assert (first.before, first.after) == (None, {"_parent": None, "name": "A"})
    assert (second.before, second.after) == ({"name": "A"}, {"name": "B"})
    assert second.protocol_version == "1.2"
    assert (second.action.who, second.action.device, second.action.label) == ("person-1", "laptop-1", "renommer")
    assert second.action.made_at == saved.made_at
    assert saved.made_at.endswith("Z")
    assert changes.last_saved_at(db) == saved.made_at
    assert outbox.waiting(db) == 2


def test_undo_and_redo_survive_a_restart(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "créer")
    records.save(db, [edited(group, name="B")], "renommer")
    db = reopen(db)
    assert changes.undo(db).label == "renommer"
    assert value(db, group) == "A"
    db = reopen(db)
    assert changes.undo(db).label == "créer"
    assert value(db, group) is None
    db = reopen(db)
    assert changes.redo(db).label == "créer"
    assert changes.redo(db).label == "renommer"
    assert value(db, group) == "B"
    assert integrity.check(db).problems == []
    db.close()


def test_a_field_that_was_absent_is_absent_again_after_undo(db: Database) -> None:
    visit = make("visit", None, visited_on="2026-03-01")
    records.save(db, [visit], "créer")
    records.save(db, [edited(visit, dry=False, passage=2, visited_on="2026-03-02")], "compléter")
    changes.undo(db)
    assert records.get(db, visit.uid) == visit


def test_a_deletion_comes_back_with_everything_below(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group, name="B")
    records.save(db, [group, site], "créer")
    records.delete(db, group.uid, "supprimer")
    changes.undo(db)
    assert records.descendants(db, group.uid) == [group, site]


def test_a_new_entry_ends_what_could_be_redone(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "créer")
    changes.undo(db)
    records.save(db, [make("group", name="B")], "créer une autre")
    assert changes.to_redo(db) is None
    with pytest.raises(NothingToUndoError, match="rien à rétablir"):
        changes.redo(db)


def test_an_import_is_never_taken_back_by_the_undo_key(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "fichier", kind="import")
    with pytest.raises(NothingToUndoError, match="rien à annuler"):
        changes.undo(db)
    imported = changes.history(db, group.uid)[0].action
    changes.undo_action(db, imported)
    assert value(db, group) is None


def test_undo_is_refused_when_the_record_has_changed_since(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "créer")
    records.save(db, [edited(group, name="B")], "renommer")
    records.save(db, [edited(group, name="C")], "fichier", kind="import")
    with pytest.raises(NothingToUndoError, match=r"« renommer » .* modifiés depuis"):
        changes.undo(db)
    assert value(db, group) == "C"


def test_undo_is_refused_when_records_were_put_below_since(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "créer")
    site = make("site", group, name="B")
    records.save(db, [site], "fichier", kind="import")
    with pytest.raises(NothingToUndoError, match="d’autres relevés en dépendent"):
        changes.undo(db)
    assert [value(db, record) for record in (group, site)] == ["A", "B"]


def test_redo_of_a_deletion_is_refused_when_records_were_put_below_since(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "créer")
    records.delete(db, group.uid, "supprimer")
    changes.undo(db)
    records.save(db, [make("site", group, name="B")], "fichier", kind="import")
    with pytest.raises(NothingToUndoError, match="d’autres relevés en dépendent"):
        changes.redo(db)
    assert value(db, group) == "A"


def test_nothing_is_brought_back_below_a_record_that_was_deleted_since(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "fichier", kind="import")
    site = make("site", group, name="B")
    records.save(db, [site], "créer", kind="import")
    records.delete(db, site.uid, "supprimer")
    changes.undo_action(db, changes.history(db, group.uid)[0].action)
    with pytest.raises(NothingToUndoError, match="d’autres relevés en dépendent"):
        changes.undo(db)
    assert [value(db, record) for record in (group, site)] == [None, None]


def test_an_undo_over_several_chunks_is_whole(db: Database) -> None:
    groups = [make("group", name=str(number)) for number in range(records.CHUNK + 50)]
    records.save(db, groups, "créer")
    changes.undo(db)
    assert records.count(db, "ponds", "group") == 0
    changes.redo(db)
    assert records.count(db, "ponds", "group") == len(groups)
    assert integrity.check(db).problems == []


def test_an_entry_that_cant_be_undone_is_passed_over_so_that_the_one_before_can(db: Database) -> None:
    first, second = make("group", name="A"), make("group", name="B")
    records.save(db, [first], "une")
    records.save(db, [second], "deux")
    records.save(db, [edited(second, name="C")], "fichier", kind="import")
    with pytest.raises(NothingToUndoError, match=r"« deux » .* Annuler encore une fois prendra la saisie d’avant"):
        changes.undo(db)
    db = reopen(db)
    assert changes.undo(db).label == "une"
    assert [value(db, record) for record in (first, second)] == [None, "C"]
    assert integrity.check(db).problems == []
    db.close()


def test_what_one_save_did_can_be_taken_back_after_other_saves(db: Database) -> None:
    first, second = make("group", name="A"), make("group", name="B")
    records.save(db, [first, second], "aires")
    saved = records.delete(db, first.uid, "supprimer")
    nothing = records.save(db, [edited(second, name="B")], "rien")
    records.save(db, [edited(second, name="C")], "renommer")
    changes.undo_saved(db, saved)
    assert [value(db, record) for record in (first, second)] == ["A", "C"]
    for done in (saved, nothing):
        with pytest.raises(NothingToUndoError, match="déjà annulée"):
            changes.undo_saved(db, done)


def test_an_action_that_touches_a_record_twice_is_undone_and_redone_whole(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "créer")
    fresh = make("group", name="1")
    records.save(db, [edited(group, name="B"), fresh, edited(group, name="C"), edited(fresh, name="2")], "deux fois")
    assert [value(db, record) for record in (group, fresh)] == ["C", "2"]
    changes.undo(db)
    assert [value(db, record) for record in (group, fresh)] == ["A", None]
    changes.redo(db)
    assert [value(db, record) for record in (group, fresh)] == ["C", "2"]
    assert integrity.check(db).problems == []


def test_imports_are_listed_newest_first_with_their_records_without_counting_them(db: Database) -> None:
    records.save(db, [make("group", name=str(number)) for number in range(7)], "un", kind="import")
    records.save(db, [make("group", name="saisie")], "saisie")
    records.save(db, [make("group", name="x")], "deux", kind="import")
    newest = changes.of_kind(db, "import")
    assert [(past.action.label, past.records, past.is_undone) for past in newest] == [
        ("deux", 1, False),
        ("un", 7, False),
    ]
    plan = db.rows("EXPLAIN QUERY PLAN SELECT id FROM action WHERE kind = 'import' ORDER BY id DESC LIMIT 200")
    assert "action_by_kind" in plan[0][3]
    changes.undo_action(db, newest[1].action)
    assert [past.is_undone for past in changes.of_kind(db, "import")] == [False, True]


def test_the_changes_of_an_action_are_found_without_walking_those_of_others(db: Database) -> None:
    saved = [
        records.save(db, [make("group", name=f"{label} {n}") for n in range(count)], label, kind="import")
        for label, count in (("un", 3), ("deux", records.CHUNK * 2 + 1), ("trois", 1))
    ]
    of_action = dict(db.rows("SELECT action, count(*) FROM change GROUP BY action"))
    assert [of_action[one.action] for one in saved] == [3, records.CHUNK * 2 + 1, 1]
    assert [past.records for past in changes.of_kind(db, "import")] == [1, records.CHUNK * 2 + 1, 3]
    first = db.rows(
        "SELECT action.id, first_change, min(change.id) FROM action JOIN change ON action = action.id GROUP BY 1"
    )
    assert all(told == found for _action, told, found in first)
    changes.undo_saved(db, saved[1])
    names = {record.data["name"].split()[0] for record in records.roots(db, "ponds", "group")}
    assert names == {"un", "trois"}
    statements: list[str] = []
    db.connection.set_trace_callback(statements.append)
    assert changes.last_saved_by(db, "ponds", "group") is None
    db.connection.set_trace_callback(None)
    plans = [row[3] for sql in statements for row in db.rows(f"EXPLAIN QUERY PLAN {sql}")]
    assert "SEARCH c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plans


class Saves(RuleBasedStateMachine):
    """Random saves, deletions, undos, redos and restarts, against a dictionary and two stacks."""

    uids = Bundle("uids")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.db = open_database(Path(self.folder.name) / "f.db", [PONDS], Author("p", "d"))
        self.model: dict[str, Record] = {}
        self.done: list[tuple[dict[str, Record], dict[str, Record]]] = []
        self.undone: list[tuple[dict[str, Record], dict[str, Record]]] = []

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()

    def save(self, fresh: list[Record]) -> None:
        before = dict(self.model)
        self.model.update({record.uid: record for record in fresh})
        if records.save(self.db, fresh, "saisie").action is not None:
            self.done.append((before, dict(self.model)))
            self.undone.clear()

    @rule(target=uids, name=st.text(max_size=4))
    def add_group(self, name: str) -> str:
        group = make("group", name=name)
        self.save([group])
        return group.uid

    @rule(target=uids, parent=uids, names=st.lists(st.text(max_size=4), min_size=1, max_size=3))
    def add_sites(self, parent: str, names: list[str]) -> str:
        above = self.model.get(parent)
        if above is None or above.deleted or above.entity != "group":
            return parent
        sites = [make("site", above, name=name) for name in names]
        self.save(sites)
        return sites[0].uid

    @rule(uid=uids, name=st.one_of(st.none(), st.text(max_size=4)))
    def edit(self, uid: str, name: str | None) -> None:
        record = self.model.get(uid)
        if record is not None and not record.deleted:
            self.save([edited(record, name=name)])

    @rule(uid=uids)
    def delete(self, uid: str) -> None:
        record = self.model.get(uid)
        if record is None or record.deleted:
            return
        before = dict(self.model)
        for other in before.values():
            if not other.deleted and uid in {other.uid, other.parent}:
                self.model[other.uid] = replace(other, deleted=True)
        records.delete(self.db, uid, "suppression")
        self.done.append((before, dict(self.model)))
        self.undone.clear()

    @rule()
    def undo(self) -> None:
        if not self.done:
            with pytest.raises(NothingToUndoError):
                changes.undo(self.db)
            return
        changes.undo(self.db)
        before, after = self.done.pop()
        self.undone.append((before, after))
        # What the entry made stays in the file, marked as deleted.
        self.model.update({uid: replace(record, deleted=True) for uid, record in after.items() if uid not in before})
        self.model.update(before)

    @rule()
    def redo(self) -> None:
        if not self.undone:
            with pytest.raises(NothingToUndoError):
                changes.redo(self.db)
            return
        changes.redo(self.db)
        before, after = self.undone.pop()
        self.done.append((before, after))
        self.model.update(after)

    @rule()
    def restart(self) -> None:
        self.db = reopen(self.db)

    @invariant()
    def records_are_those_of_the_model(self) -> None:
        stored = records.get_many(self.db, self.model)
        assert stored == self.model
        assert self.db.value("SELECT count(*) FROM record") == len(self.model)

    @invariant()
    def history_gives_the_records(self) -> None:
        assert integrity.check(self.db).problems == []


TestSaves = Saves.TestCase
TestSaves.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_what_was_touched_since_a_change_is_told_once_in_order_of_coming(db: Database) -> None:
    first, second = make("group", name="A"), make("group", name="B")
    records.save(db, [first], "créer")
    seen = changes.newest(db)
    assert changes.touched_after(db, seen) == []
    records.save(db, [second], "créer")
    records.save(db, [edited(first, name="C")], "renommer")
    records.save(db, [edited(second, name="D")], "renommer")
    assert changes.touched_after(db, seen) == [second.uid, first.uid]
    assert changes.touched_after(db, changes.newest(db)) == []

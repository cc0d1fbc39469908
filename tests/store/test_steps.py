from fieldapp.core.record import with_data
from fieldapp.store import changes, records, steps
from fieldapp.store.connection import Database
from tests.store.ponds import GROUP, make


def test_each_save_follows_the_one_before(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "aire")
    for name in "BC":
        records.save(db, [with_data(group, GROUP, {"name": name})], "renommer")
    first, second, third = steps.steps(db, [group.uid])[group.uid]
    assert (first.base, second.base, third.base) == ((), (first.uid,), (second.uid,))
    assert steps.heads(db, [group.uid]) == {group.uid: (third.uid,)}
    assert third.after == {"name": "C"}


def test_what_was_withdrawn_is_no_step_and_nothing_follows_it(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "aire")
    records.save(db, [with_data(group, GROUP, {"name": "B"})], "renommer")
    changes.undo(db)
    (made,) = steps.steps(db, [group.uid])[group.uid]
    records.save(db, [with_data(group, GROUP, {"name": "C"})], "renommer")
    assert steps.steps(db, [group.uid])[group.uid][1].base == (made.uid,)
    assert steps.merged(db, [group.uid])[group.uid].data == {"name": "C"}


def test_a_record_that_was_made_and_taken_back_has_no_steps_at_all(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "aire")
    changes.undo(db)
    assert steps.steps(db, [group.uid]) == {}
    assert steps.heads(db, [group.uid]) == {}
    assert steps.merged(db, [group.uid]) == {}


def test_living_is_what_has_a_record_below_that_is_not_deleted(db: Database) -> None:
    group, other = make("group", name="A"), make("group", name="B")
    site = make("site", group, name="M")
    records.save(db, [group, other, site, make("site", other, name="N").removed()], "aires")
    assert steps.parents_of_living(db, [group.uid, other.uid]) == {group.uid}
    assert steps.merged(db, [group.uid])[group.uid] == steps.merged(db, [group.uid], alone=True)[group.uid]


def test_values_are_the_same_when_they_are_written_alike() -> None:
    alike: list[tuple[object, object]] = [(None, None), ("a", "a"), (1, 1), ({"b": 1, "a": 2}, {"a": 2, "b": 1})]
    unlike: list[tuple[object, object]] = [(1, 1.0), (1, True), ([1], [1.0]), (0.0, -0.0), (None, ""), ("a", "b")]
    assert [steps.same(*pair) for pair in alike] == [True] * len(alike)
    assert [steps.same(*pair) for pair in unlike] == [False] * len(unlike)

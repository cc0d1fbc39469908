import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core import review
from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Field, Kind
from fieldapp.store import bulk, changes, incoming, peers, records, reviewing
from fieldapp.store.bulk import Correction, Way
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.incoming import Incoming
from fieldapp.store.opening import open_for_use
from tests.store.ponds import make


@pytest.fixture
def visits(db: Database) -> list[Record]:
    """Return three visits of one pond, the last one validated."""
    group = make("group", name="Terril")
    site = make("site", group, name="Mare 1")
    found = [
        make("visit", site, visited_on="2026-03-01", passage=1, comments="Eau troble"),
        make("visit", site, visited_on="2026-04-30", passage=2),
        make("visit", site, visited_on="2026-06-10", passage=3, comments="Eau troble, troble"),
    ]
    records.save(db, [group, site, *found], "saisie")
    reviewing.validate(db, [found[2].uid], "1")
    return found


def values(db: Database, found: Sequence[Record], name: str) -> list[Any]:
    now = records.get_many(db, [record.uid for record in found])
    return [now[record.uid].data.get(name) for record in found]


def uids(found: Sequence[Record]) -> list[str]:
    return [record.uid for record in found]


def test_a_preview_tells_each_change_and_makes_none(db: Database, visits: list[Record]) -> None:
    seen = bulk.preview(db, uids(visits), Correction("comments", Way.REPLACE, find="troble", instead="trouble"))
    assert [(line.old, line.new, line.is_validated) for line in seen.lines] == [
        ("Eau troble", "Eau trouble", False),
        ("Eau troble, troble", "Eau trouble, trouble", True),
    ]
    assert (seen.changed, seen.same, seen.validated, sum(seen.refused.values())) == (1, 1, 1, 0)
    assert values(db, visits, "comments") == ["Eau troble", None, "Eau troble, troble"]


def test_a_correction_is_one_action_that_undo_takes_back_whole(db: Database, visits: list[Record]) -> None:
    before = records.get_many(db, uids(visits))
    done = bulk.apply(db, uids(visits[:2]), Correction("visited_on", Way.SHIFT, by=1))
    assert done.changed == 2
    assert values(db, visits, "visited_on") == ["2026-03-02", "2026-05-01", "2026-06-10"]
    assert [record.on_date for record in records.get_many(db, uids(visits[:1])).values()] == ["2026-03-02"]
    changes.undo(db)
    assert records.get_many(db, uids(visits)) == before


def test_what_was_validated_stays_and_is_counted_unless_a_reason_is_given(db: Database, visits: list[Record]) -> None:
    correction = Correction("passage", value=9)
    done = bulk.apply(db, uids(visits), correction)
    assert values(db, visits, "passage") == [9, 9, 3]
    assert (done.changed, sum(done.left.values())) == (2, 1)
    again = bulk.apply(db, uids(visits), correction, why="numéros décalés")
    assert (again.changed, dict(again.left)) == (1, {})
    last = records.get(db, visits[2].uid)
    assert last is not None
    assert review.level(last) == "1"
    said = review.validation(last)
    assert said is not None
    assert said["why"] == "numéros décalés"
    changes.undo(db)
    assert values(db, visits, "passage") == [9, 9, 3]


def test_only_who_may_validate_corrects_what_was_validated(
    db: Database, visits: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "is_coordinator", lambda _db: False)
    with pytest.raises(reviewing.NotCoordinatorError):
        bulk.apply(db, uids(visits), Correction("passage", value=9), why="numéros décalés")
    assert values(db, visits, "passage") == [1, 2, 3]


def test_what_could_never_be_right_is_refused_and_told(db: Database, visits: list[Record]) -> None:
    correction = Correction("passage", value="deux")
    seen = bulk.preview(db, uids(visits), correction)
    assert sum(seen.refused.values()) == 3
    assert all("Passage" in sentence for sentence in seen.refused)
    assert bulk.apply(db, uids(visits), correction).changed == 0
    assert values(db, visits, "passage") == [1, 2, 3]


def test_a_field_that_a_record_has_not_is_refused(db: Database, visits: list[Record]) -> None:
    group = make("group", name="Autre")
    records.save(db, [group], "saisie")
    done = bulk.apply(db, [group.uid, *uids(visits[:1])], Correction("passage", value=5))
    assert (done.changed, list(done.left)) == (1, ["« Aire » n’a pas ce champ."])


def test_records_are_told_apart_by_their_kind(db: Database, visits: list[Record]) -> None:
    group = make("group", name="Autre")
    records.save(db, [group], "saisie")
    chosen = [visits[1].uid, group.uid, visits[0].uid, "nobody"]
    assert bulk.kinds_of(db, chosen) == {("ponds", "visit"): 2, ("ponds", "group"): 1}
    assert bulk.of_kind(db, chosen, "ponds", "visit") == [visits[1].uid, visits[0].uid]


def test_deleted_records_and_those_that_are_not_there_are_passed_over(db: Database, visits: list[Record]) -> None:
    records.delete(db, visits[0].uid, "suppression")
    done = bulk.apply(db, [visits[0].uid, "nobody", visits[1].uid], Correction("passage", value=5))
    assert (done.changed, dict(done.left)) == (1, {})


def test_what_others_wrote_meanwhile_into_other_fields_stays(db: Database, visits: list[Record]) -> None:
    ((base,),) = db.rows("SELECT uid FROM change WHERE record = ?", (visits[0].uid,))
    bulk.apply(db, uids(visits[:1]), Correction("passage", value=7))
    change = Incoming(
        "0190a000-0000-7000-8000-000000000077", visits[0].uid, "ponds", "visit", "1.2", (base,),
        '{"comments":"Eau troble"}', '{"comments":"Eau claire"}',
        ("0190a000-0000-7000-8000-000000000078", "correction", "other", "laptop-2", "2026-03-02T20:00:00.000Z"),
    )  # fmt: skip
    with db.transaction() as connection:
        took = incoming.take(db, connection, 1, [change])
    assert took.disputed == 0
    assert (values(db, visits[:1], "passage"), values(db, visits[:1], "comments")) == ([7], ["Eau claire"])


def test_cancelling_half_way_changes_nothing(db: Database, visits: list[Record]) -> None:
    many = [make("visit", visits[0], passage=1) for _n in range(600)]
    records.save(db, many, "saisie")

    def cancel(done: int, _of: int, _words: str) -> None:
        if done > records.CHUNK:
            raise CancelledError("")

    with pytest.raises(CancelledError):
        bulk.apply(db, uids(many), Correction("passage", value=2), progress=cancel)
    assert set(values(db, many, "passage")) == {1}


def test_a_record_chosen_twice_is_shifted_once(db: Database, visits: list[Record]) -> None:
    many = [make("visit", visits[0], passage=1) for _n in range(records.CHUNK)]
    records.save(db, many, "saisie")
    chosen = [*uids(many), many[0].uid]
    shift = Correction("passage", Way.SHIFT, by=1)
    assert bulk.preview(db, chosen, shift).changed == len(many)
    assert sum(bulk.kinds_of(db, chosen).values()) == len(many)
    assert len(bulk.of_kind(db, chosen, "ponds", "visit")) == len(many)
    assert bulk.apply(db, chosen, shift).changed == len(many)
    assert set(values(db, many, "passage")) == {2}


def test_others_save_while_a_correction_is_judged_and_what_they_changed_is_left(
    db: Database, visits: list[Record], path: Path
) -> None:
    said: list[str] = []

    def save_elsewhere(_done: int, _of: int, words: str) -> None:
        if not said:
            with open_database(path, list(db.protocols.values())) as other:
                changed = records.get(other, visits[0].uid)
                assert changed is not None
                records.save(other, [with_data(changed, entity, {**changed.data, "comments": "Eau claire"})], "saisie")
        said.append(words)

    entity = db.protocols["ponds"].entity("visit")
    done = bulk.apply(db, uids(visits[:2]), Correction("passage", value=9), progress=save_elsewhere)
    assert (done.changed, sum(done.left.values())) == (1, 1)
    assert (values(db, visits[:2], "passage"), values(db, visits[:1], "comments")) == ([1, 9], ["Eau claire"])
    assert list(dict.fromkeys(said)) == ["Essai de la correction", "Correction"]


def test_cancelling_while_it_is_written_changes_nothing(db: Database, visits: list[Record]) -> None:
    def cancel(_done: int, _of: int, words: str) -> None:
        if words == "Correction":
            raise CancelledError("")

    with pytest.raises(CancelledError):
        bulk.apply(db, uids(visits[:2]), Correction("passage", value=9), progress=cancel)
    assert values(db, visits, "passage") == [1, 2, 3]


def test_too_many_at_once_are_refused(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    with pytest.raises(FieldappError, match="trop"):
        bulk.apply(db, ["a", "b", "c"], Correction("passage", value=5))


def test_memory_does_not_grow_with_the_number_of_records(db: Database) -> None:
    group = make("group", name="Terril")
    many = [make("site", group, name=f"Mare {number}") for number in range(2_500)]
    records.save(db, [group, *many], "saisie")
    peaks = []
    for chosen in (uids(many[:500]), uids(many[500:])):
        tracemalloc.start()
        bulk.apply(db, chosen, Correction("name", Way.REPLACE, find="Mare", instead="Étang"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_a_bird_code_brings_its_number_along(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "birds.db", protocols.installed(), Author()) as db:
        entity = db.protocols["banding"].entity("observation")
        bird = make_record("banding", entity, {"species": "SYLATR", "cd_nom": 4257, "ring": "1234567"}, None)
        records.save(db, [bird], "saisie")
        bulk.apply(db, [bird.uid], Correction("species", value="ACRSCI"))
        after = records.get(db, bird.uid)
        assert after is not None
        # cd_nom of Acrocephalus scirpaceus and of Sylvia atricapilla in TAXREF: 4195 and 4257
        assert (after.data["species"], after.cd_nom) == ("ACRSCI", 4195)


@given(minutes=st.integers(-1500, 1500), hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_a_shifted_time_stays_within_its_day_or_is_refused(minutes: int, hour: int, minute: int) -> None:
    item = Field("at", Kind.TIME, "Heure")
    at = f"{hour:02}:{minute:02}"
    wanted = hour * 60 + minute + minutes
    if 0 <= wanted < 1440:
        assert (
            bulk.corrected(item, at, Correction("at", Way.SHIFT, by=minutes)) == f"{wanted // 60:02}:{wanted % 60:02}"
        )
    else:
        with pytest.raises(ValueError, match="minuit"):
            bulk.corrected(item, at, Correction("at", Way.SHIFT, by=minutes))


@pytest.mark.parametrize(
    ("kind", "old", "correction", "new"),
    [
        (Kind.TEXT, "a b a", Correction("x", Way.REPLACE, find="a", instead="c"), "c b c"),
        (Kind.TEXT, "a", Correction("x", Way.REPLACE, find="a"), None),
        (Kind.TEXT, None, Correction("x", Way.REPLACE, find="a", instead="b"), None),
        (Kind.TEXT, "a", Correction("x", Way.REPLACE), "a"),
        (Kind.DATE, "2024-02-28", Correction("x", Way.SHIFT, by=2), "2024-03-01"),
        (Kind.INTEGER, 3, Correction("x", Way.SHIFT, by=-1), 2),
        (Kind.NUMBER, 0.1, Correction("x", Way.SHIFT, by=0.2), 0.3),
        (Kind.TIME, None, Correction("x", Way.SHIFT, by=60), None),
        (Kind.CHOICE, "a", Correction("x", value=None), None),
        (Kind.CHOICES, ["a"], Correction("x", value=[]), None),
    ],
)
def test_the_new_value_follows_from_the_old_one(kind: Kind, old: Any, correction: Correction, new: Any) -> None:
    assert bulk.corrected(Field("x", kind, "X"), old, correction) == new

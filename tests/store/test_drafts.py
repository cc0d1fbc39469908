from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from tests.store.ponds import make, reopen


def test_a_draft_is_there_after_a_restart_as_it_was_typed(db: Database) -> None:
    drafts.put(db, "visit:1", {"count": "12-", "note": "œuf « 3 »"})
    drafts.put(db, "visit:1", {"count": "12-2", "note": "œuf « 3 »"})
    db = reopen(db)
    assert drafts.get(db, "visit:1") == {"count": "12-2", "note": "œuf « 3 »"}
    assert drafts.get(db, "visit:2") is None
    db.close()


def test_drafts_are_found_by_the_beginning_of_their_key(db: Database) -> None:
    for key in ("visit:1", "visit%2", "site:1"):
        drafts.put(db, key, {})
    assert drafts.keys(db, "visit") == ["visit:1", "visit%2"]
    assert drafts.keys(db, "visit%") == ["visit%2"]
    assert len(drafts.keys(db)) == 3


def test_a_draft_goes_exactly_when_its_record_is_kept(db: Database) -> None:
    drafts.put(db, "group", {"name": "A"})
    try:
        with db.transaction():
            records.save(db, [make("group", name="A")], "aire")
            drafts.drop(db, "group")
            raise RuntimeError
    except RuntimeError:
        pass
    assert drafts.get(db, "group") == {"name": "A"}
    with db.transaction():
        records.save(db, [make("group", name="A")], "aire")
        drafts.drop(db, "group")
    assert drafts.get(db, "group") is None


def test_saves_stay_durable_after_a_draft(db: Database) -> None:
    drafts.put(db, "group", {"name": "A"})
    assert db.value("PRAGMA synchronous") == 2


def test_a_draft_may_be_kept_within_a_transaction(db: Database) -> None:
    with db.transaction():
        drafts.put(db, "group", {"name": "A"})
    assert drafts.get(db, "group") == {"name": "A"}
    assert db.value("PRAGMA synchronous") == 2

from fieldapp import protocols
from fieldapp.core.record import Record
from fieldapp.exchange.known import KnownRecords
from fieldapp.store import records
from fieldapp.store.connection import Database

POP = protocols.by_code("pop_amphibiens")


def test_deleted_records_are_not_known(db: Database) -> None:
    here = Record("a", "directory", "person", None, {"name": "Un"})
    gone = Record("b", "directory", "person", None, {"name": "Deux"}, deleted=True)
    records.save(db, [here, gone], "test")
    known = KnownRecords(db, POP)
    assert known.get("a") == here
    assert known.get("b") is None
    assert list(known.roots("directory", "person")) == [here]
    assert list(known.children("a")) == []

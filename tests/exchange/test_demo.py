from fieldapp.exchange import demo
from fieldapp.store import records
from fieldapp.store.connection import Database


def test_the_demonstration_season_is_taken_in_whole_and_once(db: Database) -> None:
    assert demo.fill(db).refused == 0
    assert records.count(db, demo.PROTOCOL, "observation") == 389
    assert demo.fill(db).action is None

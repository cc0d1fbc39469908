"""Who joins as no coordinator takes back what they said of their own records; what they say stays, and goes on."""

from pathlib import Path

import pytest

from fieldapp.core import review
from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, integrity, outbox, peers, records, reviewing, unsaying
from fieldapp.store.connection import Database
from tests.elsewhere import write_elsewhere
from tests.store.ponds import PONDS, make


@pytest.fixture
def visit(db: Database) -> Record:
    """Return a visit with a line that was validated, asked about and corrected for a reason by who was alone."""
    group = make("group", name="Terrils")
    site = make("site", group, name="mare 4")
    found = make("visit", site, visited_on="2026-04-14", passage=1)
    records.save(db, [group, site, found, make("seen", found, cd_nom=259, count=3)], "saisie")
    reviewing.validate(db, [found.uid], "1")
    reviewing.ask(db, found.uid, "passage", "?")
    reviewing.answer(db, found.uid, "passage", "oui")
    validated = stored(db, found.uid)
    changed = with_data(validated, PONDS.entity("visit"), {**validated.data, "passage": 2})
    reviewing.changed_with_reason(db, [changed], "mal noté")
    reviewing.mark_remarkable(db, site.uid, "la plus grande")
    return stored(db, found.uid)


def stored(db: Database, uid: str) -> Record:
    found = records.get(db, uid)
    assert found is not None
    return found


def words(db: Database) -> list[str]:
    """Return the coordinator's words in what would leave."""
    steps = db.rows("SELECT before, after FROM change WHERE withdrawn = 0")
    values = [records.decode(text) for row in steps for text in row if text]
    return [name for one in values for name in one if review.is_word(name)]


def test_the_words_go_and_what_the_records_say_stays(db: Database, visit: Record) -> None:
    assert unsaying.unsay(db) == 3
    assert words(db) == []
    found = stored(db, visit.uid)
    assert (found.data["passage"], review.level(found), review.questions(found.data)) == (2, "0", [])
    assert found.data["answer.passage"]["text"] == "oui"
    assert changes.history(db, visit.uid)[-1].action.label == "Avis de relecture retirés : réservés à la coordination"
    assert integrity.check(db).is_clean
    peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    records.save(db, [with_data(found, PONDS.entity("visit"), {**found.data, "passage": 3})], "saisie")
    assert stored(db, visit.uid).data["passage"] == 3


def test_again_there_is_nothing_left_to_take_back(db: Database, visit: Record) -> None:
    unsaying.unsay(db)
    before = changes.newest(db)
    assert unsaying.unsay(db) == 0
    assert changes.newest(db) == before


def test_the_note_never_leaves_and_undo_passes_over_what_did_nothing_else(db: Database, visit: Record) -> None:
    unsaying.unsay(db)
    hub = peers.add(db, peers.HUB, project="p", name="asso", role="volunteer")
    outbox.collect(db, hub)
    note = "SELECT count(*) FROM outbox WHERE change = (SELECT max(id) FROM change)"
    assert db.value(note) == 0
    assert changes.undo(db).label == "Corrigé après validation : mal noté"
    assert stored(db, visit.uid).data["passage"] == 1
    assert changes.undo(db).label == "Réponse à la coordination"
    assert changes.undo(db).label == "saisie"
    assert integrity.check(db).is_clean


def test_what_was_undone_and_what_came_from_others_is_left(db: Database, visit: Record) -> None:
    changes.undo(db)
    write_elsewhere(db, visit.uid, _remarkable="belle")
    assert unsaying.unsay(db) == 2
    assert stored(db, visit.uid).data[review.REMARKABLE] == "belle"
    assert integrity.check(db).is_clean


def test_what_somebody_was_offered_is_left(db: Database, visit: Record, tmp_path: Path) -> None:
    hub = peers.add(db, peers.LAN, project="t", name="table")
    outbox.collect(db, hub)
    assert unsaying.unsay(db) == 0
    assert review.level(stored(db, visit.uid)) == "1"

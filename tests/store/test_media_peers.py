from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.record import make_record
from fieldapp.protocols.pitfall_barrier.schema import CODE, OBSERVATION, PHOTO, SITE, VISIT
from fieldapp.store import media, media_peers, peers, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from tests.store.photographs import photograph


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """Return an empty database of the program's own protocols."""
    with open_for_use(path, protocols.installed(), Author("person-1", "laptop-1")) as opened:
        yield opened


@pytest.fixture
def peer(db: Database) -> int:
    """Return the number of a hub that the database joined."""
    return peers.add(db, peers.HUB, project="p", name="Asso", account="a").id


def named(db: Database, sha256: str) -> str:
    """Save a catch with a record of this photo and return the uid of its visit."""
    site = make_record(CODE, SITE, {"site_name": "Mare", "commune": "Vimy"}, None)
    visit = make_record(CODE, VISIT, {"check_on": "2026-03-18", "state": "checked", "observers": ["a"]}, site.uid)
    values = {"bucket": "6", "cd_nom": 139, "count": 1, "direction": "in", "vitality": "alive"}
    caught = make_record(CODE, OBSERVATION, values, visit.uid)
    photo = make_record(CODE, PHOTO, {"sha256": sha256, "file_name": "IMG_1.JPG"}, caught.uid)
    records.save(db, [site, visit, caught, photo], "matin")
    return visit.uid


def test_a_visit_is_safe_when_the_peer_has_all_photos_that_its_live_records_name(
    db: Database, peer: int, tmp_path: Path
) -> None:
    kept = media.keep(db, photograph(tmp_path / "a.jpg"))
    visit = named(db, kept.sha256)
    assert media_peers.unsent_photos(db, peer) == {kept.sha256: CODE}
    assert not media_peers.visit_is_safe(db, peer, visit)
    media_peers.note_at_peer(db, peer, media_peers.THUMBNAIL, kept.sha256)
    assert not media_peers.visit_is_safe(db, peer, visit)
    media_peers.note_at_peer(db, peer, media_peers.PHOTO, kept.sha256)
    assert media_peers.visit_is_safe(db, peer, visit)
    assert media_peers.unsent_photos(db, peer) == {}
    media_peers.note_at_peer(db, peer, media_peers.PHOTO, kept.sha256, there=False)
    assert not media_peers.visit_is_safe(db, peer, visit)
    photo = db.value("SELECT uid FROM record WHERE entity = ?", (PHOTO.code,))
    records.delete(db, photo, "effacer")
    assert media_peers.visit_is_safe(db, peer, visit)
    assert media_peers.unsent_photos(db, peer) == {}


def test_a_visit_is_not_safe_while_one_of_its_photos_is_nowhere(db: Database, peer: int) -> None:
    visit = named(db, "cd" * 32)
    assert not media_peers.visit_is_safe(db, peer, visit)
    assert media_peers.unsent_photos(db, peer) == {}


def test_what_one_peer_has_says_nothing_of_another(db: Database, peer: int, tmp_path: Path) -> None:
    kept = media.keep(db, photograph(tmp_path / "a.jpg"))
    named(db, kept.sha256)
    other = peers.add(db, peers.LAN, project="p", name="Table", account="b").id
    media_peers.note_listed(db, peer, [(media_peers.PHOTO, kept.sha256)], 12)
    assert ([*media_peers.unsent_photos(db, peer)], [*media_peers.unsent_photos(db, other)]) == ([], [kept.sha256])
    assert (media_peers.listed_up_to(db, peer), media_peers.listed_up_to(db, other)) == (12, 0)


def test_photos_are_found_by_the_index_whatever_their_number(db: Database, peer: int) -> None:
    sql = media_peers._NAMED.format(protocol=CODE, entity=PHOTO.code) + media_peers._NOT_THERE
    plan = " ".join(str(row) for row in db.rows(f"EXPLAIN QUERY PLAN {sql}", (peer, media_peers.PHOTO)))
    assert "INDEX field:pitfall_barrier:photo:sha256" in plan

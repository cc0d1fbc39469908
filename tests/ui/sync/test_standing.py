"""How things stand, in the few words of the status line."""

from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.store import outbox, peers, records
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.ui.sync.looking import stand
from fieldapp.ui.sync.standing import Line, Standing, status_words
from tests.ui.sync.hub_desk import made_person


@pytest.mark.parametrize(
    ("standing", "line", "said"),
    [
        (Standing(), "", ("", "")),
        (Standing(review=2), "", ("conflict", "2 à relire")),
        (Standing(hub="LPO"), "online", ("done", "à jour")),
        (Standing(hub="LPO"), "offline", ("todo", "hors ligne")),
        (Standing(hub="LPO", visits=12), "online", ("not_sent", "12 à envoyer")),
        (Standing(hub="LPO", visits=12), "offline", ("not_sent", "12 à envoyer · hors ligne")),
        (Standing(hub="LPO", visits=outbox.COUNTED), "", ("not_sent", "10\u202f000+ à envoyer")),
        (Standing(hub="LPO", photos=3), "", ("not_sent", "3 à envoyer")),
        (Standing(hub="LPO", visits=12, review=3), "online", ("conflict", "3 à relire · 12 à envoyer")),
        (Standing(hub="LPO", refused=1), "online", ("review", "1 refusé")),
        (Standing(hub="LPO", visits=12), "running", ("doing", "synchronisation…")),
        (Standing(hub="LPO"), "asking", ("review", "question à répondre")),
        (Standing(hub="LPO"), "stopped", ("review", "synchronisation arrêtée")),
    ],
)
def test_each_state_has_its_shape_and_words(standing: Standing, line: Line, said: tuple[str, str]) -> None:
    assert status_words(standing, line) == said


def test_it_counts_what_waits_by_visit_and_what_was_refused(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "mine.db", protocols.installed(), Author("Alex B.", new_uid())) as db:
        assert stand(db) == Standing()
        peer = peers.add(db, peers.HUB, project=new_uid(), name="LPO", account=new_uid(), role="volunteer")
        assert not stand(db).is_waiting
        records.save(db, [made_person(db, "PETIT Anne"), made_person(db, "ROUX Claude")], "two")
        assert stand(db) == Standing("LPO", "volunteer", visits=2)
        outbox.collect(db, peer)
        numbers = [number for parcel in outbox.window(db, peers.get(db, peer.id), 10) for number in parcel.changes]
        with db.transaction() as connection:
            outbox.answered(db, connection, peer, numbers[:1], [(numbers[1], "not_yours")], [])
        assert stand(db) == Standing("LPO", "volunteer", refused=1)

"""Two databases at one table, with the real hub as a process of its own on the loopback interface."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, make_record
from fieldapp.hub import accounts
from fieldapp.store import leases, outbox, peers, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.store.peers import Peer
from fieldapp.sync import engine, hub_client, job, table, tokens, wire
from fieldapp.sync.errors import HubError, NotAdmittedError, WrongCodeError
from fieldapp.sync.hub_client import Credentials, HubClient
from fieldapp.sync.table import Shared, TableError, TableHub
from tests.protocols.banding.ringing import make, string
from tests.sync import hubs

HERE = "127.0.0.1"
LONG_S = 60.0


def opened(path: Path) -> Database:
    return open_for_use(path, protocols.installed(), Author("", new_uid()))


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "leader.db") as db:
        yield db


@pytest.fixture
def guest(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "guest.db") as db:
        yield db


@contextmanager
def sharing(db: Database) -> Iterator[Shared]:
    found = table.share(db, HERE, "PC de Marie", ("banding",))
    try:
        yield found
    finally:
        found.hub.stop()


@pytest.fixture
def shared(leader: Database) -> Iterator[Shared]:
    with sharing(leader) as found:
        yield found


def join(db: Database, shared: Shared) -> Peer:
    peer, _check = table.join(db, shared.hub.address, shared.code, "PC de Jean")
    return peer


def a_session(db: Database) -> Record:
    place = make("sites_group", {"place_name": "Bac à schlamms", "commune": "Dourges", "country": "FR"})
    site = make("site", {"site_name": "PHENO"}, place.uid)
    session = make("visit", {"date": "2026-09-12", "theme": "PHENO"}, site.uid)
    records.save(db, [place, site, session], "séance")
    return session


def a_bird(db: Database, session: Record, number: int) -> Record:
    ring = {"ring": f"868{number:04}", "ring_scheme": "FRP", "ring_key": f"FRP868{number:04}", "action": "B"}
    bird = make("observation", {"line": number, "species": "ACRSCI", **ring}, session.uid)
    records.save(db, [bird], f"capture {number}")
    return bird


def birds(db: Database, session: Record) -> dict[str, object]:
    return {record.uid: record.data for record in records.children(db, [session.uid])}


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG_S
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def listens(address: str) -> bool:
    parts = urlsplit(address)
    try:
        socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=5).close()
    except OSError:
        return False
    return True


# --------------------------------------------------------------------------------------------- at the table


def test_one_exchange_of_each_shows_both_what_the_other_has_typed(
    leader: Database, guest: Database, shared: Shared
) -> None:
    session = a_session(leader)
    a_bird(leader, session, 1)
    seat = join(guest, shared)
    table.sync(leader, shared.peer)
    table.sync(guest, seat)
    assert birds(guest, session) == birds(leader, session) != {}
    a_bird(guest, session, 2)
    table.sync(guest, seat)
    table.sync(leader, shared.peer)
    assert birds(leader, session) == birds(guest, session)
    assert len(birds(leader, session)) == 2


def test_an_exchange_that_brings_nothing_leaves_no_line_in_the_diary(leader: Database, shared: Shared) -> None:
    a_session(leader)
    table.sync(leader, shared.peer)
    written = len(peers.diary(leader))
    assert written == 1
    for _round in range(3):
        table.sync(leader, shared.peer)
    assert len(peers.diary(leader)) == written
    assert peers.get(leader, shared.peer.id).synced_at


def test_both_screens_show_the_same_six_figures(guest: Database, shared: Shared) -> None:
    peer, check = table.join(guest, shared.hub.address, shared.code, "PC de Jean")
    figures = {device.name: device.check for device in shared.hub.devices()}
    assert figures["PC de Jean"] == check
    assert len(check) == 6
    assert figures.keys() == {"PC de Jean", "PC de Marie"}
    assert (peer.kind, peer.scope, peer.role) == (peers.LAN, ("banding",), table.GUEST)


def test_a_code_is_for_one_laptop(guest: Database, leader: Database, shared: Shared) -> None:
    join(guest, shared)
    with pytest.raises(WrongCodeError):
        table.join(leader, shared.hub.address, shared.code, "PC de Paul")
    another = shared.hub.invite(table.GUEST, ("banding",))
    assert another != shared.code


def test_only_the_ringing_and_the_people_are_shared(leader: Database, guest: Database, shared: Shared) -> None:
    pond = protocols.by_code("pop_amphibiens").entity("sites_group")
    person = protocols.by_code("directory").entity("person")
    hidden = make_record("pop_amphibiens", pond, {"sites_group_name": "Terrils"}, None)
    known = make_record("directory", person, {"name": "Marie"}, None)
    records.save(leader, [hidden, known], "autres")
    table.sync(leader, shared.peer)
    table.sync(guest, join(guest, shared))
    assert records.get(guest, known.uid) is not None
    assert records.get(guest, hidden.uid) is None


def test_a_guest_deletes_a_wrong_line_of_the_other(leader: Database, guest: Database, shared: Shared) -> None:
    session = a_session(leader)
    bird = a_bird(leader, session, 1)
    table.sync(leader, shared.peer)
    seat = join(guest, shared)
    table.sync(guest, seat)
    records.delete(guest, bird.uid, "fausse ligne")
    assert table.sync(guest, seat).refused == 0
    table.sync(leader, shared.peer)
    assert birds(leader, session) == {}


# ------------------------------------------------------------------------------------------------- strings


def test_a_string_is_held_by_one_table_until_it_lets_it_go(leader: Database, guest: Database, shared: Shared) -> None:
    item = string("O", "8680001", "100")
    records.save(leader, [item], "série")
    seat = join(guest, shared)
    table.sync(leader, shared.peer, claims=[item.uid])
    table.sync(guest, seat, claims=[item.uid])
    assert leases.held(guest) == {item.uid: leader.author.device}
    assert leases.held_by_others(guest) == {item.uid}
    assert leases.held_by_others(leader) == set()
    table.sync(leader, shared.peer, releases=[item.uid])
    table.sync(guest, seat, claims=[item.uid])
    table.sync(leader, shared.peer)
    assert leases.held(leader) == {item.uid: guest.author.device}


def test_of_two_tables_that_claim_at_once_one_gets_the_string(
    leader: Database, guest: Database, shared: Shared, tmp_path: Path
) -> None:
    seat = join(guest, shared)
    claims = [f"string-{number}" for number in range(20)]
    with subprocess.Popen(
        [sys.executable, "-c", CLAIMING, str(guest.path), str(seat.id), guest.author.device, *claims],
        stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        for name in claims:
            table.sync(leader, shared.peer, claims=[name])
        assert other.wait(LONG_S) == 0
    table.sync(leader, shared.peer)
    table.sync(guest, seat)
    assert leases.held(leader) == leases.held(guest)
    assert leases.held(leader).keys() == set(claims)
    assert not leases.held_by_others(leader) & leases.held_by_others(guest)


CLAIMING = """
import sys
from pathlib import Path
from fieldapp import protocols
from fieldapp.store import peers
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.sync import table
path, peer, device, *claims = sys.argv[1:]
with open_for_use(Path(path), protocols.installed(), Author("", device)) as db:
    seat = peers.get(db, int(peer))
    print("ready", flush=True)
    for name in reversed(claims):
        table.sync(db, seat, claims=[name])
"""


# ------------------------------------------------------------------------------------------- one disappears


def test_when_the_hub_is_killed_both_go_on_and_find_each_other_again(leader: Database, guest: Database) -> None:
    session = a_session(leader)
    with sharing(leader) as shared:
        seat = join(guest, shared)
        table.sync(leader, shared.peer)
        table.sync(guest, seat)
        process = shared.hub._process
        assert process is not None
        process.kill()
        until(lambda: not shared.hub.is_running)
        for db, peer, number in ((leader, shared.peer, 1), (guest, seat, 2)):
            with pytest.raises(HubError) as failed:
                table.sync(db, peer)
            assert failed.value.again
            a_bird(db, session, number)
            assert outbox.waiting(db, peers.get(db, peer.id)) == 1
        former = shared.hub.address
        shared.hub.stop()
    with sharing(leader) as again:
        assert again.peer.id == shared.peer.id
        assert again.hub.address == former
        table.sync(leader, again.peer)
        table.sync(guest, seat)
        table.sync(leader, again.peer)
    assert birds(leader, session) == birds(guest, session)
    assert len(birds(leader, session)) == 2


def test_a_hub_that_its_program_left_behind_ends_by_itself(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LEAVING, str(tmp_path / "left.hub")], stdout=subprocess.PIPE, text=True
    ) as left:
        assert left.stdout is not None
        address = left.stdout.readline().strip()
        assert listens(address)
        os.kill(left.pid, signal.SIGKILL)
        left.wait(LONG_S)
    until(lambda: not listens(address))


LEAVING = """
import sys, time
from pathlib import Path
from fieldapp.sync.table import TableHub
hub = TableHub(Path(sys.argv[1]), "127.0.0.1")
hub.start()
print(hub.address, flush=True)
time.sleep(600)
"""


def test_where_its_port_is_taken_the_table_opens_on_another(tmp_path: Path) -> None:
    hub = TableHub(tmp_path / "x.hub", HERE)
    with socket.create_server((HERE, 0)) as taken:
        hub.start(taken.getsockname()[1])
        try:
            assert urlsplit(hub.address).port not in {None, 0, taken.getsockname()[1]}
        finally:
            hub.stop()
    assert not hub.is_running


def test_a_table_that_can_not_open_says_why(tmp_path: Path) -> None:
    hub = TableHub(tmp_path / "x.hub", "203.0.113.9")
    with pytest.raises(TableError, match=r"La table partagée ne démarre pas \(.*203\.0\.113\.9"):
        hub.start()
    assert not hub.is_running


def test_a_command_that_fails_says_so_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.hub").write_bytes(b"not a database at all, but long enough to look at" * 100)
    with pytest.raises(TableError, match="Rien n’est perdu"):
        TableHub(tmp_path / "x.hub", HERE).devices()


def test_the_hub_is_started_by_the_program_itself_where_it_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert table.program() == [sys.executable, "-m", "fieldapp"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert table.program() == [sys.executable]


def test_whoever_left_the_table_is_let_in_again_with_a_new_code_only(guest: Database, shared: Shared) -> None:
    seat = join(guest, shared)
    table.leave(guest, seat)
    assert tokens.get(seat.account) is None
    with pytest.raises(NotAdmittedError, match="rejoignez-la de nouveau"):
        table.sync(guest, seat)
    again, _check = table.join(guest, shared.hub.address, shared.hub.invite(table.GUEST, ("banding",)), "PC de Jean")
    table.sync(guest, again)
    assert [peer.id for peer in peers.all_of(guest, peers.LAN)] == [again.id]


# ------------------------------------------------------------------------------------------ the next morning


def test_the_next_morning_all_goes_to_the_hub_of_the_association_once(
    leader: Database, guest: Database, tmp_path: Path
) -> None:
    session = a_session(leader)
    with sharing(leader) as shared:
        seat = join(guest, shared)
        for number in range(1, 7):
            a_bird(leader if number % 2 else guest, session, number) if number > 1 else None
            table.sync(leader, shared.peer)
            table.sync(guest, seat)
        table.sync(leader, shared.peer)
        assert birds(leader, session) == birds(guest, session)
    with hubs.hub(tmp_path / "central") as central:
        first, second = (_central(db, central) for db in (leader, guest))
        assert first.sent == 8
        assert (second.sent, second.received, second.conflicts, second.refused) == (8, 0, 0, 0)
        with opened(tmp_path / "third.db") as third:
            _central(third, central)
            assert birds(third, session) == birds(leader, session)
            assert len(birds(third, session)) == 5


def _central(db: Database, central: hubs.Hub) -> job.Report:
    code = accounts.invite(central.storage, "volunteer").code
    token = wire.new_token()
    joined = hub_client.join(central.address, code, db.author.device, "Portable", token)
    peer = peers.add(db, peers.HUB, project=joined.project, name="Association", account=joined.account)
    with HubClient(central.address, Credentials(joined.project, joined.account, token)) as client:
        return engine.run(db, peer.id, client)

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.core import review
from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts
from fieldapp.hub.storage import Account
from fieldapp.store import peers, records, reviewing
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.sync import hub_client, joining, tokens, wire
from fieldapp.sync.errors import (
    DeviceHeldError,
    HubUnreachableError,
    NotAdmittedError,
    WrongAddressError,
    WrongCodeError,
)
from tests.store.ponds import PONDS, make
from tests.sync import hubs
from tests.sync.hubs import Hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with hubs.hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "base.db", [PONDS], Author("", new_uid())) as opened:
        yield opened


def code(hub: Hub, project: str = "Asso", role: str = "volunteer", scope: tuple[str, ...] = ()) -> str:
    return accounts.invite(hub.storage, role, project=project, scope=scope).code


def named(hub: Hub, uid: str) -> Account:
    return next(account for _project, account in accounts.devices(hub.storage) if account.uid == uid)


def test_a_laptop_joins_and_speaks_to_its_hub(hub: Hub, db: Database) -> None:
    peer = joining.join(db, hub.address, code(hub, scope=("ponds",)), "Asus de Paul")
    assert (peer.kind, peer.name, peer.address, peer.role, peer.scope) == (
        "hub", "Asso", hub.address, "volunteer", ("ponds",),
    )  # fmt: skip
    assert peers.hub(db) == peer
    with joining.open_client(peer) as client:
        assert client.sync(wire.Request(replica=peer.replica)).project == peer.project
    account = named(hub, peer.account)
    assert (account.name, account.device) == ("Asus de Paul", db.author.device)
    assert joining.check_figures(peer) == accounts.check_figures(account)


@pytest.mark.parametrize("role", ["volunteer", "leader", "coordinator"])
def test_who_reviewed_alone_is_told_that_the_words_are_taken_back_where_others_coordinate(
    hub: Hub, db: Database, role: str
) -> None:
    group = make("group", name="Terrils")
    records.save(db, [group], "saisie")
    reviewing.validate(db, [group.uid], "1")
    told: list[str] = []
    joining.join(db, hub.address, code(hub, role=role), tell=told.append)
    found = records.get(db, group.uid)
    assert found is not None
    if role == "coordinator":
        assert (told, review.level(found)) == ([], "1")
    else:
        assert "retiré de 1 fiche" in " ".join(told)
        assert review.level(found) == "0"


def test_a_laptop_without_a_name_is_called_as_its_system_calls_it(
    hub: Hub, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for system, name in (("  pc\n de  Léa ", "pc de Léa"), ("", "Portable"), ("x" * 200, "x" * 80)):
        monkeypatch.setattr(platform, "node", lambda system=system: system)
        assert named(hub, joining.join(db, hub.address, code(hub)).account).name == name


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_token(
    hub: Hub, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = code(hub)
    real = hub_client.join

    def cut(*given: object) -> wire.Joined:
        real(*given)  # type: ignore[arg-type]
        raise HubUnreachableError("coupé", code="cut")

    with monkeypatch.context() as patched:
        patched.setattr(hub_client, "join", cut)
        with pytest.raises(HubUnreachableError):
            joining.join(db, hub.address, once)
    assert peers.hub(db) is None
    peer = joining.join(db, hub.address, once)
    with joining.open_client(peer) as client:
        client.sync(wire.Request(replica=peer.replica))


def test_nothing_of_an_attempt_is_left_but_the_token_of_the_account(hub: Hub, db: Database) -> None:
    peer = joining.join(db, hub.address, code(hub))
    assert peer.account in (kept := tokens.tokens_file().read_text())
    assert "join-" not in kept
    with pytest.raises(WrongCodeError):
        joining.join(db, hub.address, "AAAA-AAAA")
    assert "join-" not in tokens.tokens_file().read_text()
    assert peers.hub(db) == peer


def test_joining_again_takes_the_place_of_the_former_account(hub: Hub, db: Database) -> None:
    first = joining.join(db, hub.address, code(hub))
    second = joining.join(db, hub.address, code(hub, role="coordinator"))
    assert second.account != first.account
    assert peers.all_of(db) == [second]
    assert tokens.get(first.account) is None
    assert named(hub, first.account).revoked_at
    assert not named(hub, second.account).revoked_at


def test_who_left_comes_back_and_the_hub_forgets_the_first_account(hub: Hub, db: Database) -> None:
    first = joining.join(db, hub.address, code(hub))
    joining.leave(db, first)
    assert named(hub, first.account).revoked_at
    assert joining.join(db, hub.address, code(hub)).account != first.account


def test_who_left_without_network_comes_back_as_the_same_laptop(
    hub: Hub, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = joining.join(db, hub.address, code(hub))

    def cut(_client: object) -> None:
        raise HubUnreachableError("coupé", code="connect")

    with monkeypatch.context() as patched:
        patched.setattr(hub_client.HubClient, "leave", cut)
        joining.leave(db, first)
    assert (tokens.get(first.account), named(hub, first.account).revoked_at) == (None, "")
    second = joining.join(db, hub.address, code(hub))
    assert named(hub, first.account).revoked_at
    assert not named(hub, second.account).revoked_at
    assert "left-" not in tokens.tokens_file().read_text()


def test_a_laptop_does_not_take_the_name_of_another(hub: Hub, db: Database, tmp_path: Path) -> None:
    first = joining.join(db, hub.address, code(hub))
    once = code(hub)
    with open_database(tmp_path / "copy.db", [PONDS], db.author) as copy:
        with pytest.raises(DeviceHeldError, match=r"déjà inscrit.*révoquer l’ancien accès"):
            joining.join(copy, hub.address, once)
        assert not named(hub, first.account).revoked_at
        assert peers.hub(copy) is None
        accounts.revoke(hub.storage, first.account)
        assert joining.join(copy, hub.address, once).role == "volunteer"


def test_a_database_of_one_association_does_not_join_another(hub: Hub, db: Database, tmp_path: Path) -> None:
    first = joining.join(db, hub.address, code(hub))
    with pytest.raises(joining.JoinedAlreadyError, match="« Asso »"):
        joining.join(db, hub.address, code(hub, project="Autre"))
    with pytest.raises(joining.JoinedAlreadyError, match="« Asso »"):
        joining.join(db, "https://autre.example.org", "AAAA-AAAA")
    assert peers.all_of(db) == [first]
    assert "join-" not in tokens.tokens_file().read_text()
    joining.leave(db, first)
    assert joining.join(db, hub.address, code(hub, project="Autre")).name == "Autre"


def test_a_hub_of_a_table_is_joined_beside_that_of_the_association(hub: Hub, db: Database) -> None:
    first = joining.join(db, hub.address, code(hub))
    second = joining.join(db, hub.address, code(hub, project="Table"), lan=True)
    assert (second.kind, peers.hub(db)) == ("lan", first)


def test_a_hub_that_was_left_is_not_spoken_to(hub: Hub, db: Database) -> None:
    peer = joining.join(db, hub.address, code(hub))
    joining.leave(db, peer)
    assert peers.hub(db) is None
    with pytest.raises(NotAdmittedError, match="nouveau code"):
        joining.open_client(peer)


def test_a_senseless_address_is_refused_before_anything_is_kept(db: Database) -> None:
    for address in ("http://hub.example.org", "pas une adresse"):
        with pytest.raises(WrongAddressError):
            joining.join(db, address, "AAAA-AAAA")
    assert not tokens.tokens_file().exists()

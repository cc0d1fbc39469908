import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts
from fieldapp.hub.commands import link
from fieldapp.sync import hub_client, wire
from fieldapp.sync.errors import (
    BadAnswerError,
    HubBusyError,
    HubUnreachableError,
    NotAdmittedError,
    OutdatedProgramError,
    PortalError,
    WrongAddressError,
    WrongCodeError,
)
from fieldapp.sync.hub_client import Credentials, HubClient, MediaInfo, MediaState, from_link, join, normalise_address
from tests.sync.hubs import LONG, Hub, hub, stranger

CREDENTIALS = Credentials("0192f0c1-0000-7000-8000-000000000001", "0192f0c1-0000-7000-8000-000000000002", "ab" * 32)
KEY = wire.answer_key(CREDENTIALS.token)
EMPTY = wire.Request(replica="0192f0c1-0000-7000-8000-000000000003", cursor=0)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Hub]:
    """Return a real hub."""
    with hub(tmp_path / "hub") as found:
        yield found


# -------------------------------------------------------------------------------------------- coming in


def test_a_laptop_joins_with_a_code_and_speaks_with_its_own_token(served: Hub) -> None:
    token = wire.new_token()
    code = accounts.invite(served.storage, "leader", scope=["banding"]).code
    joined = join(served.address, code.lower().replace("-", " "), new_uid(), "Portable d’Ana", token)
    assert (joined.role, joined.scope, len(joined.check)) == ("leader", ["banding"], 6)
    with HubClient(served.address, Credentials(joined.project, joined.account, token)) as client:
        answer = client.sync(EMPTY)
    assert (answer.project, answer.role, answer.changes, answer.more) == (joined.project, "leader", [], False)


def test_joining_again_with_the_same_token_gives_the_same_account(served: Hub) -> None:
    token, device = wire.new_token(), new_uid()
    code = accounts.invite(served.storage, "volunteer").code
    first = join(served.address, code, device, "Portable", token)
    assert join(served.address, code, device, "Portable", token) == first


def test_a_wrong_code_and_a_used_one_are_refused_in_one_sentence(served: Hub) -> None:
    code = accounts.invite(served.storage, "volunteer").code
    join(served.address, code, new_uid(), "Portable", wire.new_token())
    for tried in (code, "AAAAA-AAAAA", ""):
        with pytest.raises(WrongCodeError, match="demandez un nouveau code") as found:
            join(served.address, tried, new_uid(), "Portable", wire.new_token())
        assert not found.value.again


def test_too_many_wrong_codes_are_told_with_the_time_to_wait() -> None:
    with (
        stranger(lambda call: call.answer(429, b'{"error":"attempts"}', Retry_After="900")) as server,
        pytest.raises(HubBusyError, match="quart d’heure") as found,
    ):
        join(server.address, "CODE", new_uid(), "Portable", "ab" * 32)
    assert found.value.after_s == 900.0


def test_a_portal_can_let_nobody_in() -> None:
    joined = wire.pack(wire.Joined(project="p", project_name="P", account="a", role="coordinator"))
    with stranger(lambda call: call.answer(200, joined)) as server, pytest.raises(PortalError):
        join(server.address, "CODE", new_uid(), "Portable", "ab" * 32)


def test_a_laptop_that_was_shut_out_is_told_so(served: Hub) -> None:
    credentials = served.credentials()
    accounts.revoke(served.storage, credentials.account)
    with HubClient(served.address, credentials) as client, pytest.raises(NotAdmittedError) as found:
        client.sync(EMPTY)
    assert (found.value.code, found.value.again) == ("revoked", False)


def test_a_token_of_another_laptop_lets_nobody_in(served: Hub) -> None:
    mine, other = served.credentials(), served.credentials()
    for wrong in (
        Credentials(mine.project, mine.account, other.token),
        Credentials(mine.project, new_uid(), mine.token),
    ):
        with HubClient(served.address, wrong) as client, pytest.raises(NotAdmittedError) as found:
            client.sync(EMPTY)
        assert found.value.code == "unknown"


def test_a_token_is_shown_by_no_report() -> None:
    assert CREDENTIALS.token not in repr(CREDENTIALS)


# ---------------------------------------------------------------------------------------------- messages


def test_a_hub_that_was_restarted_is_spoken_to_again_at_once(tmp_path: Path) -> None:
    with hub(tmp_path / "hub") as first:
        client = first.client()
        port = urlsplit(first.address).port or 0
        client.sync(EMPTY)
    with client:
        with hub(tmp_path / "hub", port):
            assert client.sync(EMPTY).last == 0
        with pytest.raises(HubUnreachableError):
            client.sync(EMPTY)
        with hub(tmp_path / "hub", port):
            assert client.sync(EMPTY).last == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "packing"),
        (b"not a message", "packing"),
        (wire.pack(wire.Answer(project="p"))[:-3], "packing"),
        (wire.pack(wire.Request(replica="r")), "json"),
    ],
)
def test_a_proved_answer_that_makes_no_sense_is_not_taken(body: bytes, code: str) -> None:
    with (
        stranger(lambda call: call.signed(KEY, 200, body)) as server,
        HubClient(server.address, CREDENTIALS, LONG) as client,
        pytest.raises(BadAnswerError, match="n’a pas pu être lue") as found,
    ):
        client.sync(EMPTY)
    assert found.value.code in {code, "json"}


def test_a_hub_of_a_later_form_asks_for_a_newer_program() -> None:
    body = wire.pack(wire.Answer(project="p", format=wire.FORMAT + 1))
    with (
        stranger(lambda call: call.signed(KEY, 200, body)) as server,
        HubClient(server.address, CREDENTIALS, LONG) as client,
        pytest.raises(OutdatedProgramError, match="mettez fieldapp à jour") as found,
    ):
        client.sync(EMPTY)
    assert not found.value.again


def test_a_sync_with_nothing_to_do_costs_little_on_this_side() -> None:
    answer = wire.pack(wire.Answer(project="p"))
    with (
        stranger(lambda call: call.signed(KEY, 200, answer)) as server,
        HubClient(server.address, CREDENTIALS, LONG) as client,
    ):
        costs = []
        for _time in range(50):
            before = time.thread_time()
            client.sync(EMPTY)
            costs.append(time.thread_time() - before)
    # 0.3 ms of the processor where it was written.
    assert min(costs) < 0.0015


# ------------------------------------------------------------------------------------------------ photos


def test_a_photo_goes_up_piece_by_piece_and_comes_back(served: Hub) -> None:
    import hashlib

    data = b"\xff\xd8\xff" + bytes(hub_client.PIECE_BYTES)
    sha256 = hashlib.sha256(data).hexdigest()
    pieces = [data[: hub_client.PIECE_BYTES], data[hub_client.PIECE_BYTES :]]
    info = MediaInfo(
        size=len(data), mime="image/jpeg", width=4, height=3, taken_at=None, file_name="é.jpg", protocol="banding",
        pieces=2, digest=sha256,
    )  # fmt: skip
    with served.client() as client:
        assert client.media_state("photo", sha256) == MediaState(0, False, None)
        client.put_piece("photo", sha256, 0, pieces[0])
        assert client.media_state("photo", sha256).pieces == 1
        assert not client.finish_media("photo", sha256, info)
        client.put_piece("photo", sha256, 1, pieces[1])
        assert client.finish_media("photo", sha256, info)
        assert client.media_state("photo", sha256) == MediaState(2, True, info)
        assert [client.get_piece("photo", sha256, number) for number in (0, 1)] == pieces
        page = client.list_media(0)
        assert [(item.kind, item.sha256, item.info) for item in page.media] == [("photo", sha256, info)]
        assert client.list_media(page.after).media == []
        with pytest.raises(BadAnswerError) as found:
            client.get_piece("photo", sha256, 2)
        assert found.value.code == "not_found"


def test_pieces_that_are_not_what_was_announced_are_told_without_a_failure(served: Hub) -> None:
    info = MediaInfo(
        size=5, mime="image/jpeg", width=4, height=3, taken_at=None, file_name="", protocol="banding", pieces=1,
        digest="ab" * 32,
    )  # fmt: skip
    with served.client() as client:
        client.put_piece("photo", "ab" * 32, 0, b"other")
        assert not client.finish_media("photo", "ab" * 32, info)
        assert client.media_state("photo", "ab" * 32).pieces == 0


@pytest.mark.parametrize("body", [b"", b"[]", b'{"media":[{}],"more":false,"after":0}', b'{"media":5}', b"\xff"])
def test_a_strange_list_of_photos_is_not_taken(body: bytes) -> None:
    with (
        stranger(lambda call: call.signed(KEY, 200, body)) as server,
        HubClient(server.address, CREDENTIALS, LONG) as client,
        pytest.raises(BadAnswerError),
    ):
        client.list_media(0)


def test_what_is_said_of_a_photo_is_what_the_hub_reads() -> None:
    from fieldapp.hub.media import Told

    assert {item.name for item in msgspec.structs.fields(MediaInfo)} == {
        item.name for item in msgspec.structs.fields(Told)
    }


# --------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("text", "lan", "address"),
    [
        ("hub.example.org", False, "https://hub.example.org"),
        ("  HTTPS://Hub.Example.ORG/ ", False, "https://hub.example.org"),
        ("https://hub.example.org:443/", False, "https://hub.example.org"),
        ("https://hub.example.org:8443/fieldapp/", False, "https://hub.example.org:8443/fieldapp"),
        ("« hub.example.org »", False, "https://hub.example.org"),
        ("hub.example.org.", False, "https://hub.example.org"),
        ("https://hub.example.org/?code=1#x", False, "https://hub.example.org"),
        ("hôte.example.fr", False, "https://xn--hte-kna.example.fr"),
        ("localhost:8765", False, "http://localhost:8765"),
        ("http://127.0.0.1:8765", False, "http://127.0.0.1:8765"),
        ("[::1]:8765", False, "http://[::1]:8765"),
        ("192.168.1.4:8765", True, "http://192.168.1.4:8765"),
        ("http://10.0.0.7", True, "http://10.0.0.7"),
        ("172.20.10.2:8765", True, "http://172.20.10.2:8765"),
        ("169.254.3.4:8765", True, "http://169.254.3.4:8765"),
        ("http://[fe80::1]:8765", True, "http://[fe80::1]:8765"),
        ("http://portable-ana.local:8765/", True, "http://portable-ana.local:8765"),
        ("192.168.1.4:8765", False, "https://192.168.1.4:8765"),
        ("hub.example.org", True, "https://hub.example.org"),
    ],
)
def test_an_address_is_taken_as_people_write_it(text: str, lan: bool, address: str) -> None:
    assert normalise_address(text, lan=lan) == address
    assert normalise_address(address, lan=lan) == address


@pytest.mark.parametrize(
    ("text", "lan"),
    [
        ("http://hub.example.org", False),
        ("http://hub.example.org", True),
        ("http://192.168.1.4:8765", False),
        ("http://8.8.8.8", True),
        ("http://172.32.0.1", True),
        ("http://127.0.0.1.example.org", True),
        ("http://localhost.example.org", True),
        ("http://[2001:db8::1]", True),
        ("http://portable.local", False),
    ],
)
def test_plain_http_beyond_the_table_is_refused(text: str, lan: bool) -> None:
    with pytest.raises(WrongAddressError, match=r"pas protégée \(http\)"):
        normalise_address(text, lan=lan)


NO_ADDRESSES = (
    *("", " ", "//", ".", "https://", "http:///x", "https://[::1", "[1.2.3.4]", "a b", "hub..org", "hub_example\0"),
    *("ftp://hub.example.org", "file:///etc/passwd", "javascript:alert(1)", "https://ana:secret@hub.example.org"),
    *("hub.example.org:0", "hub:99999", "hub:port", "hub\r\nX: y", "x" * 70, "é" * 300, "🐸" * 90),
)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_said_and_nothing_else_is_raised(text: str) -> None:
    with pytest.raises(WrongAddressError, match="n’est pas une adresse de serveur"):
        normalise_address(text)


def test_the_qr_code_of_an_invitation_holds_address_and_code() -> None:
    url = "https://hub.example.org:8443/é?x=1&y=2"
    assert from_link(link("ABCDE-FGHIJ", url)) == (url, "ABCDE-FGHIJ")
    assert from_link(f" {link('ABCDE-FGHIJ', '')}\n") == ("", "ABCDE-FGHIJ")
    assert from_link("hub.example.org") == ("hub.example.org", "")
    assert from_link("fieldapp:join?" + "&".join("abcdefghijkl")) == ("", "")
    assert normalise_address(link("ABCDE-FGHIJ", "https://hub.example.org/")) == "https://hub.example.org"
    with pytest.raises(WrongAddressError):
        normalise_address(link("ABCDE-FGHIJ", ""))


def test_no_client_speaks_in_clear_to_an_address_beyond_the_table() -> None:
    with pytest.raises(WrongAddressError):
        HubClient("http://hub.example.org", CREDENTIALS)
    with pytest.raises(WrongAddressError):
        join("http://hub.example.org", "CODE", new_uid(), "Portable", "ab" * 32)

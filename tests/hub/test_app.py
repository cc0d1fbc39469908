"""The hub over HTTP: every call from the right side and from every wrong one."""

import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp import __version__
from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts, app, applying, knowing, limits, logs, sifting
from fieldapp.hub.app import Options
from fieldapp.hub.errors import StorageError
from fieldapp.hub.opening import open_storage
from fieldapp.hub.serving import Running, start
from fieldapp.hub.storage import Storage
from fieldapp.sync import wire
from fieldapp.sync.wire import Change, Join, Joined, Request
from tests.hub.calling import NONCE, Faulty, Laptop, Reply, call, edited, enrolled, made, raw, said

Serve = Callable[..., Running]

JOINING = {wire.NONCE_HEADER: NONCE, "Content-Type": wire.MEDIA_TYPE}


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    found = open_storage(str(tmp_path / "hub.db"))
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def either(storage_url: str) -> Iterator[Laptop]:
    """Return a laptop whose hub keeps its data in SQLite, then one whose hub keeps them in PostgreSQL."""
    found = open_storage(storage_url)
    found.migrate()
    with start(found, Options(port=0)) as running:
        yield enrolled(found, running.port)
    found.close()


@pytest.fixture
def serve(storage: Storage) -> Iterator[Serve]:
    """Return a function that serves the storage, or another, with these options."""
    with ExitStack() as stack:

        def served(of: Any = storage, **options: Any) -> Running:
            running: AbstractContextManager[Running] = start(of, Options(port=0, **options))
            return stack.enter_context(running)

        yield served


@pytest.fixture
def laptop(storage: Storage, serve: Serve) -> Laptop:
    return enrolled(storage, serve().port)


def packed(text: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(text)


# ---------------------------------------------------------------------------------------- the way through


def test_what_one_laptop_brings_the_other_gets_and_every_answer_is_signed(either: Laptop, storage_url: str) -> None:
    storage = open_storage(storage_url)
    other = enrolled(storage, either.port)
    storage.close()
    change = made(ring="TX 1234")
    assert either.sync(change).outcomes == [wire.Outcome(wire.ACCEPTED)]
    assert [found.uid for found in other.sync().changes] == [change.uid]
    assert either.sync(change).outcomes == [wire.Outcome(wire.KNOWN)]


def test_a_signature_holds_for_its_own_nonce_only(laptop: Laptop) -> None:
    reply = laptop.ask(Request(replica=laptop.replica, cursor=0))
    given, key = reply.headers[wire.SIGNATURE_HEADER], wire.answer_key(laptop.token)
    assert wire.is_signed(given, key, NONCE, 200, reply.body)
    assert not wire.is_signed(given, key, NONCE[::-1], 200, reply.body)
    assert not wire.is_signed(given, key, NONCE, 200, reply.body + b" ")


def test_a_message_of_several_megabytes_goes_through(laptop: Laptop) -> None:
    changes = [made(note=new_uid() * 300) for _place in range(300)]
    request = Request(
        replica=laptop.replica, actions=[wire.Action(new_uid(), "", "", laptop.device, "")], changes=changes
    )
    body = zstandard.ZstdCompressor(level=-50).compress(msgspec.json.encode(request))
    assert len(body) > app.EARLY_BYTES
    reply = laptop.call("POST", "/v1/sync", body)
    assert (reply.status, reply.is_signed) == (200, True)
    assert len(wire.unpack(reply.body, wire.Answer).outcomes) == 300


def test_two_hubs_on_one_database_serve_the_same_laptops(either: Laptop, storage_url: str) -> None:
    second = open_storage(storage_url)
    with start(second, Options(port=0)) as running:
        elsewhere = enrolled(second, running.port)
        change = made()
        either.sync(change)
        assert [found.uid for found in elsewhere.sync().changes] == [change.uid]
        either.port = running.port
        assert either.sync(change).outcomes == [wire.Outcome(wire.KNOWN)]
    second.close()


def test_it_is_noted_when_a_laptop_was_heard_of_but_not_with_every_call(storage: Storage, laptop: Laptop) -> None:
    def seen_at() -> str:
        account = storage.account(laptop.project, laptop.account)
        assert account
        return account.last_seen_at

    laptop.sync()
    first = seen_at()
    assert first >= applying.now()[:10]
    laptop.sync()
    assert seen_at() == first
    storage.seen(laptop.project, laptop.account, "2026-01-01T00:00:00.000Z")
    laptop.sync()
    assert seen_at() >= first


def test_an_account_may_read_while_nothing_can_be_written(storage: Storage, serve: Serve) -> None:
    def full(*_arguments: str) -> None:
        raise StorageError("full", again=False)

    laptop = enrolled(storage, serve(Faulty(storage, seen=full)).port)
    assert laptop.sync().last == 0


# ------------------------------------------------------------------------------------------- who may call


@pytest.mark.parametrize("nonce", [None, "", "short", "x" * 65, "with blank 123456", "é" * 16])
def test_without_a_fitting_nonce_nothing_is_answered(laptop: Laptop, nonce: str | None) -> None:
    headers = laptop.headers()
    del headers[wire.NONCE_HEADER]
    if nonce is not None:
        headers[wire.NONCE_HEADER] = nonce
    reply = call(laptop.port, "POST", "/v1/sync", wire.pack(Request(replica="r")), headers)
    assert (reply.status, reply.error) == (400, "nonce")


def strange_credentials(laptop: Laptop, other: Laptop) -> list[str]:
    mine = f"{laptop.project}.{laptop.account}"
    return [
        "",
        "Bearer",
        f"Basic {mine}.{laptop.token}",
        f"Bearer {mine}.{other.token}",
        f"Bearer {mine}.{laptop.token[:-1]}",
        f"Bearer {mine}.{laptop.token}.",
        f"Bearer {mine}",
        f"Bearer {laptop.project}.{other.account}.{laptop.token}",
        f"Bearer {new_uid()}.{laptop.account}.{laptop.token}",
        f"Bearer {laptop.project}.{new_uid()}.{laptop.token}",
        f"Bearer {'-' * 36}.{'-' * 36}.{laptop.token}",
        f"Bearer {mine}.{'é' * 64}",
    ]


def test_whoever_has_not_the_token_of_the_account_is_unknown_and_gets_no_signature(
    storage: Storage, laptop: Laptop
) -> None:
    other = enrolled(storage, laptop.port, project="ailleurs")
    for given_credentials in strange_credentials(laptop, other):
        for method, path in (("POST", "/v1/sync"), ("GET", "/v1/media"), ("GET", f"/v1/media/photo/{'a' * 64}")):
            reply = laptop.call(method, path, wire.pack(Request(replica="r")), Authorization=given_credentials)
            assert (reply.status, reply.error) == (401, "unknown"), given_credentials
            assert reply.headers[wire.SIGNATURE_HEADER] is None


def test_a_revoked_laptop_is_told_so_by_a_signed_answer_and_a_stranger_is_not(storage: Storage, laptop: Laptop) -> None:
    storage.revoke(laptop.project, laptop.account, applying.now())
    reply = laptop.ask(Request(replica=laptop.replica))
    assert (reply.status, reply.error, reply.is_signed) == (401, "revoked", True)
    laptop.token = wire.new_token()
    assert laptop.ask(Request(replica=laptop.replica)).error == "unknown"


def test_two_projects_do_not_see_each_other(storage: Storage, laptop: Laptop) -> None:
    other = enrolled(storage, laptop.port, project="ailleurs")
    change = made()
    laptop.sync(change)
    got = other.sync(confirm=[change.visit])
    assert (got.changes, got.last) == ([], 0)
    assert got.receipts[change.visit] == wire.visit_digest([])
    assert other.sync(edited(change, note="x")).outcomes == [wire.Outcome(wire.REFUSED, sifting.MISSING_BASE)]


@pytest.mark.parametrize(
    ("role", "values", "reason"),
    [
        ("volunteer", {"_validation": "ok"}, "coordinators_only"),
        ("leader", {"_validation": "ok"}, "coordinators_only"),
        ("coordinator", {"_validation": "ok"}, ""),
        ("volunteer", {"_deleted": True}, "not_yours"),
        ("leader", {"_deleted": True}, ""),
    ],
)
def test_roles_hold_on_the_hub_whatever_the_laptop_sends(
    storage: Storage, laptop: Laptop, role: str, values: dict[str, Any], reason: str
) -> None:
    change = made(note="a")
    laptop.sync(change)
    outcome = enrolled(storage, laptop.port, role).sync(edited(change, **values)).outcomes[0]
    assert outcome.reason == reason
    assert (outcome.kind == wire.REFUSED) == bool(reason)


def test_who_is_shown_one_protocol_gets_and_writes_no_other(storage: Storage, laptop: Laptop) -> None:
    scoped = enrolled(storage, laptop.port, "volunteer", scope=["pop_amphibiens"])
    hidden, shown = made("banding"), made("pop_amphibiens")
    laptop.sync(hidden, shown)
    assert [change.uid for change in scoped.sync().changes] == [shown.uid]
    assert scoped.sync(made("banding")).outcomes == [wire.Outcome(wire.REFUSED, "not_shared")]


def test_who_calls_too_often_waits_and_the_others_do_not(storage: Storage, serve: Serve) -> None:
    laptop = enrolled(storage, serve(calls_per_second=0.01, calls_at_once=3).port)
    other = enrolled(storage, laptop.port)
    for _time in range(3):
        laptop.sync()
    reply = laptop.ask(Request(replica=laptop.replica))
    assert (reply.status, reply.error, reply.is_signed) == (429, "rate", True)
    assert 1 <= int(reply.headers["Retry-After"]) <= 100
    other.sync()


# --------------------------------------------------------------------------------------- bodies of all kinds


@pytest.mark.parametrize("kind", ["", "application/json", "text/html", wire.MEDIA_TYPE + "x"])
def test_another_kind_of_body_is_refused_with_a_signed_answer(laptop: Laptop, kind: str) -> None:
    reply = laptop.call("POST", "/v1/sync", wire.pack(Request(replica="r")), Content_Type=kind)
    assert (reply.status, reply.error, reply.is_signed) == (415, "type", True)


def test_a_body_packed_once_more_is_refused(laptop: Laptop) -> None:
    reply = laptop.call("POST", "/v1/sync", wire.pack(Request(replica="r")), Content_Encoding="gzip")
    assert (reply.status, reply.error) == (415, "type")


def test_a_body_that_does_not_say_its_length_is_refused(laptop: Laptop) -> None:
    reply = laptop.call("POST", "/v1/sync", iter([b"abc"]), Transfer_Encoding="chunked")  # type: ignore[arg-type]
    assert (reply.status, reply.error, reply.is_signed) == (411, "size", True)


def test_a_body_that_is_too_long_is_refused_before_it_is_read(laptop: Laptop) -> None:
    with raw(laptop.port) as connection:
        connection.sendall(head(laptop, wire.MAX_PACKED_BYTES + 1, "Expect: 100-continue"))
        answer = said(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert wire.SIGNATURE_HEADER.lower().encode() in answer
    assert answer.endswith(b'{"error":"size"}')


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "9" * 30])
def test_a_length_that_is_none_is_refused_and_the_hub_goes_on(laptop: Laptop, length: str) -> None:
    with raw(laptop.port) as connection:
        connection.sendall(head(laptop, length, ""))
        status = int(said(connection).split()[1])
    assert status in {400, 411, 413}
    laptop.sync()


def head(laptop: Laptop, length: object, *more: str) -> bytes:
    lines = [f"{name}: {value}" for name, value in laptop.headers().items()]
    lines = ["POST /v1/sync HTTP/1.1", "Host: hub", f"Content-Length: {length}", *lines, *filter(None, more)]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("length", [200, app.EARLY_BYTES * 2])
def test_a_body_that_stops_coming_is_not_waited_for(storage: Storage, serve: Serve, length: int) -> None:
    laptop = enrolled(storage, serve(body_idle_s=0.2).port)
    with raw(laptop.port) as connection:
        connection.sendall(head(laptop, length) + b"abc")
        answer = said(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    laptop.sync()


def test_a_body_that_trickles_is_not_waited_for_for_ever(storage: Storage, serve: Serve) -> None:
    laptop = enrolled(storage, serve(body_grace_s=0.2).port)
    answer = b""
    with raw(laptop.port) as connection:
        connection.sendall(head(laptop, 1000))
        connection.settimeout(0.02)
        while not answer:
            try:
                answer = connection.recv(4096)
            except TimeoutError:
                connection.sendall(b"x")
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_body_that_is_cut_off_leaves_the_hub_as_it_was(storage: Storage, laptop: Laptop) -> None:
    body = wire.pack(
        Request(replica=laptop.replica, actions=[wire.Action(new_uid(), "", "", "", "")], changes=[made()], cursor=None)
    )
    for cut in (0, 1, len(body) // 2, len(body) - 1):
        with raw(laptop.port) as connection:
            connection.sendall(head(laptop, len(body)) + body[:cut])
    assert laptop.sync().last == 0


def test_a_body_that_never_ends_is_answered_and_cut_off(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.drain, "__defaults__", (0.3,))
    lines = head(laptop, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    answer, is_open = b"", True
    with raw(laptop.port) as connection:
        connection.sendall(lines)
        connection.settimeout(0.01)
        while is_open:
            try:
                connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
                part = connection.recv(4096)
                answer, is_open = answer + part, bool(part)
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                is_open = False
    assert answer.startswith(b"HTTP/1.1 411 ")


def test_who_is_refused_while_sending_still_reads_why(storage: Storage, laptop: Laptop) -> None:
    storage.revoke(laptop.project, laptop.account, applying.now())
    reply = laptop.call("POST", "/v1/sync", b"x" * 8_000_000)
    assert (reply.status, reply.error) == (401, "revoked")


def bomb() -> bytes:
    """Return a gigabyte of zeros as Zstandard packs it."""
    target = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(target, closefd=False) as writer:
        for _part in range(64):
            writer.write(b"\0" * 16 * 1024 * 1024)
    return target.getvalue()


def test_a_bomb_is_refused(laptop: Laptop) -> None:
    body = bomb()
    reply = laptop.call("POST", "/v1/sync", body)
    assert (reply.status, reply.error, reply.is_signed) == (400, "size", True)
    reply = call(laptop.port, "POST", "/v1/join", body[: app.MAX_JOIN_BYTES], JOINING)
    assert (reply.status, reply.error) == (400, "size")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "packing"),
        (b"{}", "packing"),
        (packed(b""), "packing"),
        (packed(b"[]"), "json"),
        (packed(b"{}"), "json"),
        (packed(b'{"format":1}'), "json"),
        (packed(b'{"format":2,"replica":"r"}'), "format"),
        (packed(b'{"format":1,"replica":"r","cursor":"x"}'), "json"),
        (packed(b'{"format":1,"replica":""}'), "request"),
        (packed(b'{"format":1,"replica":"a\\u0000"}'), "request"),
        (packed(b'{"format":1,"replica":"r","cursor":-1}'), "json"),
        (packed(b'{"format":1,"replica":"r","cursor":99999999999999999999999}'), "json"),
        (packed(b'{"format":1,"replica":"r","claims":["' + b"x" * 300 + b'"]}'), "request"),
        (packed(b'{"format":1,"replica":"r","actions":[["a\\u0000","","","",""]]}'), "request"),
        (packed(b'{"format":1,"replica":"r","changes":[["a","b","c","d","e",0,"f",[],null,{}]]}'), "changes"),
        (packed(b"[" * 100_000), "json"),
    ],
)
def test_what_is_no_request_is_refused_with_a_code(laptop: Laptop, body: bytes, code: str) -> None:
    reply = laptop.call("POST", "/v1/sync", body)
    assert (reply.status, reply.error, reply.is_signed) == (400, code, True)


REUSED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@REUSED
@given(body=st.binary(max_size=300) | st.binary(max_size=300).map(packed))
def test_garbage_is_refused_cleanly(laptop: Laptop, body: bytes) -> None:
    reply = laptop.call("POST", "/v1/sync", body)
    assert (reply.status, reply.is_signed) == (400, True)
    assert reply.error in {"packing", "size", "json", "format", "changes", "request"}


TEXT = st.text(max_size=12) | st.uuids().map(str)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
CHANGE = st.tuples(
    *([TEXT] * 5), st.integers(0, 1), TEXT, st.lists(TEXT, max_size=2), st.none() | VALUE, st.dictionaries(TEXT, VALUE)
)


@REUSED
@given(
    request=st.fixed_dictionaries(
        {"format": st.just(1), "replica": TEXT},
        optional={
            "mark": TEXT,
            "actions": st.lists(st.tuples(*([TEXT] * 5)), max_size=2),
            "changes": st.lists(CHANGE, max_size=3),
            "cursor": st.none() | st.integers(),
            "limit": st.integers(),
            "confirm": st.lists(TEXT, max_size=3),
            "claims": st.lists(TEXT, max_size=3),
            "releases": st.lists(TEXT, max_size=3),
        },
    )
)
def test_whatever_stands_in_a_request_is_answered_or_refused(either: Laptop, request: dict[str, Any]) -> None:
    reply = either.call("POST", "/v1/sync", packed(json.dumps(request).encode()))
    assert reply.status in {200, 400}, reply.body
    assert reply.is_signed


@pytest.mark.parametrize(
    "change",
    [
        made(note="a\0b"),
        msgspec.structs.replace(made(), after=msgspec.Raw(b'{"a\\u0000b":1}')),
        made(protocol="a\0b"),
        msgspec.structs.replace(made(), entity="\0"),
        msgspec.structs.replace(made(), version="1\0"),
        msgspec.structs.replace(made(), after=msgspec.Raw(b'{"mass":1e999,"count":123456789012345678901234567890}')),
        msgspec.structs.replace(made(), after=msgspec.Raw(b'{"note":"\\ud800"}')),
        msgspec.structs.replace(made(), after=msgspec.Raw(b'{"_parent":"\\u0000"}')),
        msgspec.structs.replace(made(), after=msgspec.Raw(b"[1]")),
        msgspec.structs.replace(made(), after=msgspec.Raw(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}")),
    ],
    ids=range(10),
)
def test_a_change_with_strange_signs_is_taken_or_put_aside_and_stops_nobody(either: Laptop, change: Change) -> None:
    sound = made(note="ok")
    reply = either.ask(
        Request(
            replica=either.replica,
            actions=[wire.Action(new_uid(), "", "", either.device, "")],
            changes=[change, sound],
            cursor=0,
        )
    )
    assert reply.status in {200, 400}, reply.body
    assert either.sync(sound).outcomes[0].kind in {wire.ACCEPTED, wire.KNOWN}


# ------------------------------------------------------------------------------------------------- coming in


def joining(storage: Storage, **changed: Any) -> Join:
    given_values = {
        "code": accounts.invite(storage, "volunteer").code,
        "token": wire.new_token(),
        "device": new_uid(),
        "name": "Portable de Lou",
    }
    return Join(**(given_values | changed))


def join(port: int, message: Join) -> Reply:
    return call(port, "POST", "/v1/join", wire.pack(message), JOINING, wire.answer_key(message.token))


def test_a_laptop_with_a_code_comes_in_and_can_sync(storage: Storage, laptop: Laptop) -> None:
    message = joining(storage)
    reply = join(laptop.port, message)
    assert (reply.status, reply.is_signed) == (200, True)
    joined = wire.unpack(reply.body, Joined)
    Laptop(laptop.port, joined.project, joined.account, message.device, message.token).sync()
    again = wire.unpack(join(laptop.port, message).body, Joined)
    assert again == joined


def test_a_wrong_code_is_refused_and_so_is_one_that_was_used(storage: Storage, laptop: Laptop) -> None:
    used = joining(storage)
    join(laptop.port, used)
    for message in (joining(storage, code="AAAAA-AAAAA"), joining(storage, code=used.code)):
        reply = join(laptop.port, message)
        assert (reply.status, reply.error, reply.is_signed) == (403, "code", True)


def test_after_ten_wrong_codes_not_even_the_right_one_lets_in(storage: Storage, laptop: Laptop) -> None:
    for _time in range(accounts.MAX_PER_ADDRESS):
        assert join(laptop.port, joining(storage, code="AAAAA-AAAAA")).status == 403
    reply = join(laptop.port, joining(storage))
    assert (reply.status, reply.error, reply.is_signed) == (429, "attempts", True)
    assert int(reply.headers["Retry-After"]) > 60


def test_who_tries_to_come_in_without_a_pause_is_told_to_wait(storage: Storage, laptop: Laptop) -> None:
    replies = [call(laptop.port, "POST", "/v1/join", b"x", JOINING) for _time in range(40)]
    assert {(reply.status, reply.error) for reply in replies} == {(400, "packing"), (429, "rate")}


@pytest.mark.parametrize("changed", [{"token": "x"}, {"device": "x"}, {"name": ""}, {"name": "a" * 100}])
def test_what_no_laptop_would_send_to_come_in_is_refused(
    storage: Storage, laptop: Laptop, changed: dict[str, str]
) -> None:
    reply = join(laptop.port, joining(storage, **changed))
    assert (reply.status, reply.error) == (400, "join")


def test_a_long_or_strange_message_to_come_in_is_refused(storage: Storage, laptop: Laptop) -> None:
    assert join(laptop.port, joining(storage, name="é" * 20_000)).error == "size"
    assert call(laptop.port, "POST", "/v1/join", b"x" * 20_000, JOINING).status == 413
    assert call(laptop.port, "POST", "/v1/join", b"x", JOINING | {"Content-Type": "text/plain"}).status == 415
    no_nonce = {"Content-Type": wire.MEDIA_TYPE}
    assert call(laptop.port, "POST", "/v1/join", wire.pack(joining(storage)), no_nonce).error == "nonce"


def test_only_behind_a_proxy_somebody_else_may_say_from_where_a_code_comes(storage: Storage, serve: Serve) -> None:
    def last_status(**options: Any) -> int:
        port = serve(**options).port
        message = joining(storage, code="AAAAA-AAAAA")
        replies = [
            call(port, "POST", "/v1/join", wire.pack(message), JOINING | {"X-Forwarded-For": f"198.51.100.{place}"})
            for place in range(accounts.MAX_PER_ADDRESS + 1)
        ]
        return replies[-1].status

    assert last_status(behind_proxy=True) == 403
    assert last_status() == 429


# ------------------------------------------------------------------------------------------ when it goes wrong


@pytest.mark.parametrize(
    ("failure", "status", "code", "after"),
    [
        (StorageError("it does not answer"), 503, "storage", "5"),
        (StorageError("it may not be written", again=False), 503, "storage", None),
        (StorageError("the disk", full=True), 507, "full", None),
    ],
)
def test_a_database_that_fails_is_told_with_a_code(
    storage: Storage, serve: Serve, failure: StorageError, status: int, code: str, after: str | None
) -> None:
    def fail(_project: str) -> None:
        raise failure

    laptop = enrolled(storage, serve(Faulty(storage, reading=fail)).port)
    reply = laptop.ask(Request(replica=laptop.replica, cursor=0))
    assert (reply.status, reply.error, reply.is_signed) == (status, code, True)
    assert reply.headers["Retry-After"] == after


def test_a_bug_is_told_with_the_number_of_its_report_and_without_what_it_is(storage: Storage, serve: Serve) -> None:
    def fail(_project: str) -> None:
        raise sqlite3.DataError("Lou Martin, 06 12 34 56 78")

    laptop = enrolled(storage, serve(Faulty(storage, reading=fail)).port)
    stream = io.StringIO()
    handler = logs.to_stream(stream)
    try:
        reply = laptop.ask(Request(replica=laptop.replica, cursor=0))
    finally:
        logs.stop(handler)
    assert (reply.status, reply.error, reply.is_signed) == (500, "bug", True)
    assert set(reply.json()) == {"error", "report"}
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    bug = next(line for line in lines if line["event"] == "bug")
    assert bug["report"] == reply.json()["report"]
    assert bug["error"] == "sqlite3.DataError"
    assert any("test_app.py" in place for place in bug["at_places"])
    assert "Martin" not in stream.getvalue()
    assert laptop.ask(Request(replica=laptop.replica, cursor=0)).status == 500


def test_when_too_many_wait_the_next_is_told_to_come_again(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "MAX_WAITING", 0)
    reply = laptop.ask(Request(replica=laptop.replica))
    assert (reply.status, reply.error, reply.headers["Retry-After"]) == (503, "storage", "1")
    monkeypatch.undo()
    laptop.sync()


# ----------------------------------------------------------------------------------------- around the calls


def test_health_says_the_version_while_the_database_answers(storage: Storage, serve: Serve) -> None:
    def fail() -> None:
        raise StorageError("away")

    reply = call(serve().port, "GET", "/health")
    assert (reply.status, reply.json()) == (200, {"status": "ok", "version": __version__})
    reply = call(serve(Faulty(storage, check=fail)).port, "GET", "/health")
    assert (reply.status, reply.error) == (503, "storage")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/sync", 405, "method"),
        ("DELETE", "/v1/media", 405, "method"),
        ("GET", "/v1/sync/", 404, "not_found"),
        ("GET", "/../../etc/passwd", 404, "not_found"),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
        ("GET", "/v1/media/photo/..%2f..%2fhub.db", 404, "not_found"),
        ("BREW", "/health", 400, None),
    ],
)
def test_what_there_is_not_is_refused_in_json(
    laptop: Laptop, method: str, path: str, status: int, code: str | None
) -> None:
    reply = call(laptop.port, method, path)
    assert reply.status == status
    assert code is None or reply.error == code


def test_every_answer_bears_the_headers_that_keep_browsers_careful(laptop: Laptop) -> None:
    replies = [
        call(laptop.port, "GET", "/health"),
        call(laptop.port, "GET", "/nothing"),
        call(laptop.port, "GET", "/"),
        laptop.ask(Request(replica="r")),
        laptop.call("POST", "/v1/sync", b"x"),
    ]
    assert [reply.status for reply in replies] == [200, 404, 200, 200, 400]
    for reply in replies:
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Server"] is None
        assert all(len(reply.headers.get_all(name) or []) == 1 for name, _value in reply.headers.items())


def test_the_page_of_coordinators_stands_at_the_root(laptop: Laptop) -> None:
    reply = call(laptop.port, "GET", "/")
    assert reply.headers["Content-Type"].startswith("text/html")


# ------------------------------------------------------------------------------------- what one alone may take


def test_who_leaves_is_in_no_more(storage: Storage, laptop: Laptop) -> None:
    reply = laptop.call("POST", "/v1/leave", b"")
    assert (reply.status, reply.is_signed) == (204, True)
    account = storage.account(laptop.project, laptop.account)
    assert account is not None
    assert account.revoked_at
    assert laptop.call("POST", "/v1/leave", b"").error == "revoked"


def test_a_laptop_does_not_join_as_another_one(storage: Storage, laptop: Laptop) -> None:
    code = accounts.invite(storage, "volunteer").code
    token = wire.new_token()
    headers = {"Content-Type": wire.MEDIA_TYPE, wire.NONCE_HEADER: NONCE}

    def joining(**proof: Any) -> Any:
        join = wire.Join(code=code, token=token, device=laptop.device, name="x", **proof)
        return call(laptop.port, "POST", "/v1/join", wire.pack(join), headers, wire.answer_key(token))

    reply = joining()
    assert (reply.status, reply.error, reply.is_signed) == (403, "device", True)
    assert joining(former=[wire.former_proof(wire.token_hash(laptop.token), code)]).status == 200


def test_bodies_that_were_only_promised_stop_nobody(storage: Storage, laptop: Laptop) -> None:
    honest = enrolled(storage, laptop.port)
    with ExitStack() as held:
        for _time in range(40):
            connection = held.enter_context(raw(laptop.port))
            connection.sendall(head(laptop, wire.MAX_PACKED_BYTES) + b"x")
        assert honest.call("POST", "/v1/sync", wire.pack(Request(replica="r", cursor=0))).status == 200


def test_a_proxy_that_names_nobody_does_not_make_everybody_local(storage: Storage, serve: Serve) -> None:
    laptop = enrolled(storage, serve(behind_proxy=True).port)
    assert call(laptop.port, "GET", "/metrics").status == 401
    assert call(laptop.port, "GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status == 401


def test_what_no_laptop_of_today_can_read_is_not_passed_on(storage: Storage, serve: Serve) -> None:
    running = serve(judge=lambda change, _after: "" if change.version == "1.0" else knowing.NEWER)
    sender, other = enrolled(storage, running.port), enrolled(storage, running.port)
    readable, newer = made(), msgspec.structs.replace(made(), version="999")
    assert [outcome.reason for outcome in sender.sync(readable, newer).outcomes] == ["", knowing.NEWER]
    assert [change.uid for change in other.sync().changes] == [readable.uid]

"""What a hub writes of itself, and whom it never writes of."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.hub import accounts, logs
from fieldapp.hub.opening import open_storage
from fieldapp.hub.serving import Options, start
from fieldapp.hub.storage import Storage
from fieldapp.sync import wire
from fieldapp.sync.wire import Join
from tests.hub.calling import NONCE, Laptop, call, enrolled, made


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    found = open_storage(str(tmp_path / "hub.db"))
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    found = io.StringIO()
    handler = logs.to_stream(found)
    yield found
    logs.stop(handler)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_call_is_one_line_with_what_helps_and_nothing_else(storage: Storage, stream: io.StringIO) -> None:
    with start(storage, Options(port=0)) as running:
        laptop = enrolled(storage, running.port)
        laptop.sync()
    (line,) = lines(stream)
    assert set(line) == {
        *("at", "level", "event", "method", "path", "status", "ms", "received", "sent", "project", "account"),
    }
    assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/sync", 200)
    assert (line["project"], line["account"]) == (laptop.project, laptop.account)
    assert isinstance(line["ms"], float)


def test_nobody_can_be_found_again_in_the_lines(storage: Storage, stream: io.StringIO) -> None:
    code = accounts.invite(storage, "volunteer").code
    join = Join(code=code, token=wire.new_token(), device="01a1ff09-e2a5-7c87-925a-2d1424a082fd", name="Lou Martin")
    headers = {wire.NONCE_HEADER: NONCE, "Content-Type": wire.MEDIA_TYPE, "X-Forwarded-For": "203.0.113.7"}
    with start(storage, Options(port=0, behind_proxy=True)) as running:
        call(running.port, "POST", "/v1/join", wire.pack(join), headers)
        laptop = enrolled(storage, running.port)
        laptop.sync(made(observer="Lou Martin"))
        laptop.call("GET", f"/v1/media/photo/{'f' * 64}?who=Martin")
        call(running.port, "GET", "/Martin")
        call(running.port, "MARTIN", "/health")
        as_nobody(running.port, laptop)
    text = stream.getvalue()
    assert len(lines(stream)) >= 5
    for secret in ("Lou", "artin", "MARTIN", code, join.token, laptop.token, "203.0.113.7", "127.0.0.1", NONCE):
        assert secret not in text, secret
    assert "f" * 64 not in text


def as_nobody(port: int, laptop: Laptop) -> None:
    call(port, "GET", "/v1/media", None, laptop.headers(Authorization=f"Bearer {laptop.token}"))


def failing(value: str) -> None:
    raise ValueError(value)


def test_of_an_error_its_kind_and_places_are_told_and_never_its_text(stream: io.StringIO) -> None:
    try:
        try:
            failing("Lou Martin")
        except ValueError as error:
            raise RuntimeError("Martin") from error
    except RuntimeError as error:
        report = logs.bug(error, "/v1/sync")
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["report"]) == ("bug", "error", report)
    assert line["error"] == "RuntimeError from ValueError"
    assert "test_logs.py" in str(line["at_places"])
    assert "artin" not in stream.getvalue()


def test_the_server_below_speaks_in_the_same_lines_without_what_it_fills_in(stream: io.StringIO) -> None:
    server = logging.getLogger("uvicorn.error")
    server.warning("Invalid request from %s", "203.0.113.7")
    server.info("not of interest")
    try:
        failing("Lou Martin")
    except ValueError as error:
        server.error("Closing failed", exc_info=error)
        server.error("Exception in ASGI application\n", exc_info=error)
    first, second = lines(stream)
    assert (first["event"], first["words"]) == ("server", "Invalid request from %s")
    assert (second["words"], second["error"]) == ("Closing failed", "ValueError")
    assert "artin" not in stream.getvalue()


def test_without_a_stream_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.event("request", {"path": "/health"}, logging.ERROR)
    assert capsys.readouterr() == ("", "")


def test_what_the_loop_says_is_a_line_like_the_others_without_addresses_and_not_a_flood(stream: io.StringIO) -> None:
    source = logging.getLogger("asyncio")
    for _time in range(10 * logs.MAX_LINES):
        source.error("socket.accept() out of system resource\nsocket: <socket raddr=('203.0.113.7', 5)>")
    found = lines(stream)
    assert len(found) == logs.MAX_LINES
    assert {line["words"] for line in found} == {"socket.accept() out of system resource"}
    logs.event("request", {"status": 200})
    assert lines(stream)[-1]["status"] == 200


def test_after_a_while_the_loop_is_heard_again() -> None:
    at = [0.0]
    few = logs.Few(clock=lambda: at[0])
    record = logging.LogRecord("asyncio", logging.ERROR, "", 0, "x", None, None)
    assert [few.filter(record) for _time in range(logs.MAX_LINES + 1)] == [True] * logs.MAX_LINES + [False]
    at[0] += logs.LINES_WINDOW_S + 1
    assert few.filter(record)

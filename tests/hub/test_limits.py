"""What may be asked: how often, how much, how slowly, and who is believed to ask."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import pytest
import zstandard
from starlette.types import Message, Receive

from fieldapp.hub import limits
from fieldapp.hub.limits import Buckets, NotServedError, Room
from fieldapp.sync import wire
from fieldapp.sync.wire import Request, WireError


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def feed(*parts: bytes, ends: bool = True) -> Receive:
    """Return a `receive` that brings these parts, then the end, or nothing more for ever."""
    waiting = [*parts]

    async def receive() -> Message:
        if waiting:
            part = waiting.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(waiting) or not ends}
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def refused(function: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(NotServedError) as caught:
        function()
    return caught.value.status, caught.value.code


def run(waiting: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(waiting)


# ---------------------------------------------------------------------------------------------- how often


def test_a_bucket_gives_its_burst_then_so_many_a_second() -> None:
    clock = Clock()
    calls = Buckets(per_second=2, burst=3, clock=clock)
    assert [calls.take("a") for _time in range(3)] == [0, 0, 0]
    assert calls.take("a") == pytest.approx(0.5)
    clock.at += 0.5
    assert calls.take("a") == 0
    assert calls.take("a") > 0


def test_a_bucket_never_holds_more_than_its_burst_and_each_caller_has_one() -> None:
    clock = Clock()
    calls = Buckets(per_second=100, burst=2, clock=clock)
    clock.at += 1_000_000
    assert [calls.take("a") > 0 for _time in range(3)] == [False, False, True]
    assert calls.take("b") == 0


def test_who_is_refused_is_told_whole_seconds_to_wait() -> None:
    calls = Buckets(per_second=0.4, burst=1, clock=Clock())
    calls.refuse_flood("a")
    with pytest.raises(NotServedError) as caught:
        calls.refuse_flood("a")
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (429, "rate", 3)


def test_only_so_many_callers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CALLERS", 2)
    calls = Buckets(per_second=0.001, burst=1, clock=Clock())
    for caller in "abc":
        assert calls.take(caller) == 0
    assert calls.take("c") > 0
    assert calls.take("a") == 0


def test_a_laptop_that_pushes_much_and_then_asks_every_second_is_never_refused() -> None:
    from fieldapp.hub.app import Options

    clock, options = Clock(), Options()
    calls = Buckets(options.calls_per_second, options.calls_at_once, clock=clock)
    for _batch in range(400):
        calls.refuse_flood("laptop")
    for _second in range(3600):
        clock.at += 1
        calls.refuse_flood("laptop")


# ---------------------------------------------------------------------------------------------- how much


def test_room_is_given_back_whatever_happens_in_it() -> None:
    room = Room(10)

    def failing() -> None:
        with room.held(8):
            assert refused(lambda: room.held(3).__enter__()) == (503, "storage")
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert room.free == 10


@pytest.mark.parametrize(
    ("told", "found"),
    [("0", 0), ("10", 10), ("11", (413, "size")), ("9" * 40, (413, "size")), ("", (411, "size"))]
    + [(text, (411, "size")) for text in ("-1", "+1", "1.0", " 1", "٣", "0x1", "1,1")],
)
def test_a_body_says_its_length_in_plain_figures(told: str, found: object) -> None:
    headers = {"content-length": told} if told else {}
    if isinstance(found, int):
        assert limits.told_length(headers, 10) == found
        assert limits.is_short(headers, 10)
    else:
        assert refused(lambda: limits.told_length(headers, 10)) == found
        assert not limits.is_short(headers, 10)


def test_a_body_is_what_its_parts_make() -> None:
    assert run(limits.read_body(feed(b"ab", b"", b"c"), 3)) == b"abc"
    assert run(limits.read_body(feed(b""), 0)) == b""


def test_a_body_of_another_length_is_refused_as_soon_as_it_is_known() -> None:
    assert refused(lambda: run(limits.read_body(feed(b"abcd", ends=False), 3))) == (413, "size")
    assert refused(lambda: run(limits.read_body(feed(b"ab"), 3))) == (400, "size")


def test_who_went_away_has_sent_no_body() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert refused(lambda: run(limits.read_body(gone, 3))) == (400, "size")


def test_a_body_that_stalls_or_lasts_too_long_is_not_waited_for() -> None:
    async def stalled(idle_s: float, grace_s: float) -> bytes:
        return await limits.read_body(limits.patient(feed(b"a", ends=False), idle_s, grace_s), 9)

    assert refused(lambda: run(stalled(0.02, 60))) == (408, "slow")
    assert refused(lambda: run(stalled(60, 0.02))) == (408, "slow")


def test_time_is_bought_by_what_comes_and_not_by_what_was_promised() -> None:
    async def told(parts: list[bytes], grace_s: float) -> bytes:
        receive = limits.patient(feed(*parts, ends=False), 60, grace_s)
        return await limits.read_body(receive, 10**9)

    async def has_time_after(length: int) -> bool:
        receive = limits.patient(feed(b"x" * length, ends=False), 60, 0.02)
        await receive()
        try:
            async with asyncio.timeout(0.3):
                await receive()
        except TimeoutError:
            return True
        except NotServedError:
            return False
        raise AssertionError

    assert refused(lambda: run(told([b"x"], 0.02))) == (408, "slow")
    assert not run(has_time_after(1))
    assert run(has_time_after(10 * limits.SLOWEST_BYTES_PER_S))


def test_room_is_taken_as_parts_come_and_one_owner_never_takes_it_all() -> None:
    room = Room(10, each=6)
    with room.growing("a") as take, room.growing("b") as other:
        take(6)
        assert room.free == 4
        assert refused(lambda: take(1)) == (503, "storage")
        other(4)
        assert refused(lambda: other(1)) == (503, "storage")
    assert room.free == 10
    with room.held(6, "a"):
        assert refused(lambda: room.held(1, "a").__enter__()) == (503, "storage")


def test_a_body_takes_room_for_what_came_only() -> None:
    room = Room(100)

    async def stalled() -> int:
        with room.growing("a") as take:
            reading = asyncio.ensure_future(limits.read_body(feed(b"x" * 30, ends=False), 90, take))
            while room.free == 100:
                await asyncio.sleep(0)
            reading.cancel()
            return room.free

    assert run(stalled()) == 70
    assert room.free == 100


def test_what_was_not_wanted_is_read_to_its_end_but_not_for_ever() -> None:
    async def rest(receive: Receive, most: int, seconds: float) -> Message:
        await limits.drain(receive, most, seconds)
        return await receive()

    parts = [b"x" * 100] * 5
    assert run(rest(feed(*parts, b"y", ends=False), 450, 60))["body"] == b"y"
    assert run(limits.drain(feed(*parts, ends=False), 10_000, 0.02)) is None
    assert run(limits.drain(feed(*parts), 10_000, 60)) is None


# ------------------------------------------------------------------------------------------ what is asked


def test_a_request_of_ours_is_not_strange() -> None:
    limits.refuse_strange(Request(replica="r", cursor=limits.MAX_CURSOR, mark="m", confirm=["v"], claims=["TX"]))


@pytest.mark.parametrize(
    "changed",
    [
        {"replica": ""},
        {"replica": "a" * 201},
        {"mark": "\0"},
        {"cursor": -1},
        {"cursor": limits.MAX_CURSOR + 1},
        {"claims": ["\0"]},
        {"releases": ["x" * 201]},
        {"confirm": ["\0"]},
        {"actions": [wire.Action("u", "a\0", "", "", "")]},
    ],
)
def test_what_no_database_takes_is_refused_before_it_gets_there(changed: dict[str, Any]) -> None:
    with pytest.raises(WireError) as caught:
        limits.refuse_strange(msgspec.structs.replace(Request(replica="r"), **changed))
    assert caught.value.code == "request"


def test_a_message_takes_the_room_that_it_says_or_else_all() -> None:
    told = zstandard.ZstdCompressor(write_content_size=True).compress(b"x" * 5000)
    silent = zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 5000)
    assert limits.unpacked_size(told) == 5000
    assert limits.unpacked_size(silent) == wire.MAX_BYTES
    with pytest.raises(WireError):
        limits.unpacked_size(b"garbage")


def test_a_message_that_says_less_than_it_holds_is_found_out() -> None:
    honest = zstandard.ZstdCompressor(write_content_size=True).compress(b"\0" * 10_000_000)
    lying = honest.replace((10_000_000).to_bytes(4, "little"), (100_000).to_bytes(4, "little"), 1)
    assert limits.unpacked_size(lying) == 100_000
    with pytest.raises(WireError, match=r"size|packing"):
        limits.refuse_blown_up(lying, limits.unpacked_size(lying))
    limits.refuse_blown_up(honest, limits.unpacked_size(honest))
    with pytest.raises(WireError, match="size"):
        limits.refuse_blown_up(honest, 1000)
    with pytest.raises(WireError, match="packing"):
        limits.refuse_blown_up(b"garbage", 10)


@pytest.mark.parametrize("found", ["a" * 16, "a" * 64, "!~" * 10])
def test_a_nonce_is_some_letters(found: str) -> None:
    assert limits.nonce({wire.NONCE_HEADER: found}) == found


@pytest.mark.parametrize("found", ["", "a" * 15, "a" * 65, "a" * 20 + "\n", "a b" * 10])
def test_anything_else_is_no_nonce(found: str) -> None:
    assert refused(lambda: limits.nonce({wire.NONCE_HEADER: found})) == (400, "nonce")


def test_numbers_and_kinds_of_bodies_are_taken_literally() -> None:
    assert limits.number("42", 404) == 42
    for text in ("", "-1", "1.0", "٣", "1" * 16, "a"):
        assert refused(lambda text=text: limits.number(text, 404)) == (404, "not_found")  # type: ignore[misc]
    assert refused(lambda: limits.number("x", 400)) == (400, "number")
    limits.refuse_other_type({"content-type": "Application/JSON; charset=utf-8"}, "application/json")
    for headers in ({}, {"content-type": "text/json"}, {"content-type": "application/json", "content-encoding": "br"}):
        assert refused(lambda headers=headers: limits.refuse_other_type(headers, "application/json")) == (415, "type")  # type: ignore[misc]


# ---------------------------------------------------------------------------------------------- who calls


def scope(client: str | None, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"client": (client, 1234) if client else None, "headers": list(headers), "scheme": "http"}


def test_only_behind_a_proxy_another_address_is_believed_and_there_only_the_last() -> None:
    told = (b"x-forwarded-for", b"198.51.100.9, 203.0.113.7")
    assert limits.caller_address(scope("192.0.2.1", told), behind_proxy=False) == "192.0.2.1"
    assert limits.caller_address(scope("192.0.2.1", told), behind_proxy=True) == "203.0.113.7"
    twice = scope("192.0.2.1", told, (b"x-forwarded-for", b"2001:db8::1"))
    assert limits.caller_address(twice, behind_proxy=True) == "2001:db8::1"
    assert limits.caller_address(scope("192.0.2.1"), behind_proxy=True) == "192.0.2.1"
    assert limits.caller_address(scope("127.0.0.1"), behind_proxy=True) == ""
    assert limits.caller_address(scope("192.0.2.1", (b"x-forwarded-for", b"<b>")), behind_proxy=True) == ""
    assert limits.caller_address(scope(None), behind_proxy=False) == ""


def test_what_stands_behind_sees_the_call_as_the_proxy_got_it() -> None:
    call = scope("127.0.0.1", (b"x-forwarded-proto", b"https"))
    limits.believe_proxy(call, "203.0.113.7")
    assert (call["client"], call["scheme"]) == (("203.0.113.7", 0), "https")
    call = scope("127.0.0.1", (b"x-forwarded-proto", b"gopher"))
    limits.believe_proxy(call, "")
    assert (call["client"], call["scheme"]) == (None, "http")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_known_by_all_its_names(host: str) -> None:
    assert limits.is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "192.168.1.2", "hub.example.org", "127.0.0.1.example.org"])
def test_no_other_machine_is_taken_for_this_one(host: str) -> None:
    assert not limits.is_loopback(host)

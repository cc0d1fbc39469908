"""How much may be asked: the length of a body, the time it may take, how often somebody may call, and who calls."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import re
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import zstandard
from starlette.types import Message, Receive, Scope

from fieldapp.sync import wire

IDLE_S = 20.0
"""Longest silence within a body. A telephone at the edge of the network pauses for some seconds (a choice of the
program)."""

SLOWEST_BYTES_PER_S = 2_000
"""Slowest body that is waited for, after a grace of `GRACE_S`: less than GPRS gives (a choice of the program)."""

GRACE_S = 30.0
"""How long a body may take whatever its length."""

DRAIN_S = 10.0
"""How long what was not wanted is still read after the answer: who is cut off while sending never reads the answer."""

MAX_CALLERS = 10_000
"""Most callers of whom a process remembers how often they called; the one heard of longest ago is forgotten."""


MAX_CURSOR = 2**53
"""Highest number of a change that anybody can mean (source: RFC 8259 section 6, numbers that all readers share)."""

_PART_BYTES = 128 * 1024
_NONCE = re.compile(r"[!-~]{16,64}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_TEXT = re.compile(r"[^\0\ud800-\udfff]{0,200}")


class NotServedError(Exception):
    """A call that is not served: the status, the code of the reason, and after how many seconds it may be tried again.

    `code` becomes the body {"error": code}; `retry_after` None means that trying again is of no use, or at any time.
    """

    def __init__(self, status: int, code: str, retry_after: int | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.retry_after = status, code, retry_after


# ---------------------------------------------------------------------------------------------- how often


@dataclass(slots=True)
class Buckets:
    """How often each caller may call: `burst` calls at once, then `per_second` of them.

    Each process counts for itself: it protects the process, nothing that is right or wrong hangs on it.
    """

    per_second: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, caller: str) -> float:
        """Count one call and return 0; when there were too many, after how many seconds the next one is served."""
        with self._lock:
            now = self.clock()
            left, since = self._left.pop(caller, (self.burst, now))
            left = min(self.burst, left + (now - since) * self.per_second)
            wait = 0.0 if left >= 1 else (1 - left) / self.per_second
            self._left[caller] = (left if wait else left - 1, now)
            if len(self._left) > MAX_CALLERS:
                self._left.popitem(last=False)
            return wait

    def refuse_flood(self, caller: str) -> None:
        """Count one call; NotServedError 429 when there were too many."""
        if wait := self.take(caller):
            raise NotServedError(429, "rate", math.ceil(wait))


# --------------------------------------------------------------------------------------------- how much


class Room:
    """The memory in bytes that messages may take in all at one time; who finds none tries again.

    Of one owner there may be only `each` bytes at a time: nobody takes the room of all the others.
    """

    def __init__(self, size: int, each: int | None = None) -> None:
        self.free = size
        self._each = size if each is None else each
        self._owned: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def held(self, size: int, owner: str = "") -> Iterator[None]:
        """Take so many bytes while the block lasts; NotServedError 503 when there are not so many."""
        with self.growing(owner) as take:
            take(size)
            yield

    @contextmanager
    def growing(self, owner: str = "") -> Iterator[Callable[[int], None]]:
        """Give a function that takes so many bytes more; all of them are given back when the block ends."""
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            with self._lock:
                if size > self.free or self._owned[owner] + size > self._each:
                    raise NotServedError(503, "storage", 5)
                self.free -= size
                self._owned[owner] += size
                taken += size

        try:
            yield take
        finally:
            with self._lock:
                self.free += taken
                self._owned[owner] -= taken
                if not self._owned[owner]:
                    del self._owned[owner]


def is_short(headers: Mapping[str, str], most: int) -> bool:
    """Return whether a body says that it is at most so long."""
    told = headers.get("content-length", "")
    return told.isascii() and told.isdecimal() and len(told) < 10 and int(told) <= most


def told_length(headers: Mapping[str, str], most: int) -> int:
    """Return the length that a body says it has; NotServedError 411 when it says none, 413 when it is above `most`."""
    told = headers.get("content-length", "")
    if not (told.isascii() and told.isdecimal()):
        raise NotServedError(411, "size")
    if len(told) > 15 or int(told) > most:
        raise NotServedError(413, "size")
    return int(told)


def patient(receive: Receive, idle_s: float, grace_s: float) -> Receive:
    """Return `receive` for a body that raises NotServedError 408 when it stalls or trickles.

    What has come buys time, not what was promised: a promise costs nothing.
    """
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + grace_s

    async def received() -> Message:
        nonlocal ends_at
        try:
            async with asyncio.timeout_at(min(ends_at, loop.time() + idle_s)):
                message = await receive()
        except TimeoutError as error:
            raise NotServedError(408, "slow") from error
        ends_at += len(message.get("body", b"")) / SLOWEST_BYTES_PER_S
        return message

    return received


async def read_body(receive: Receive, length: int, take: Callable[[int], object] = int) -> bytes:
    """Return a body of exactly this length, read piece by piece as it comes; `take` is told the length of each piece.

    Raises NotServedError 413 when it is longer, 400 when it is shorter or the other side went away, and what `take`
    raises.
    """
    found = bytearray()
    more = True
    while more:
        message = await receive()
        part = message.get("body", b"")
        take(len(part))
        found += part
        # A call that was cut off ends with "http.disconnect", which has neither.
        more = message.get("more_body", False)
        if len(found) > length:
            raise NotServedError(413, "size")
    if len(found) != length:
        raise NotServedError(400, "size")
    return bytes(found)


async def drain(receive: Receive, most: int, seconds: float = DRAIN_S) -> None:
    """Read on and forget what comes, to its end, but no more than so many bytes or seconds."""
    try:
        async with asyncio.timeout(seconds):
            while most > 0:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                most -= len(message.get("body", b""))
    except TimeoutError:
        return


def refuse_strange(said: wire.Request) -> None:
    """Raise WireError for numbers and names that no laptop means and no database takes."""
    names = [*said.claims, *said.releases]
    if not (said.replica and _TEXT.fullmatch(said.replica) and _TEXT.fullmatch(said.mark)):
        raise wire.WireError("request", "replica")
    if said.cursor is not None and not 0 <= said.cursor <= MAX_CURSOR:
        raise wire.WireError("request", "cursor")
    if not all(map(_TEXT.fullmatch, (*names, *said.confirm))):
        raise wire.WireError("request", "names")
    for action in said.actions:
        if not all(map(_TEXT.fullmatch, (action.uid, action.label, action.who, action.device, action.made_at))):
            raise wire.WireError("request", "action")


def unpacked_size(packed: bytes) -> int:
    """Return how much room a message takes; one that does not say so may take all that is allowed."""
    try:
        told = zstandard.frame_content_size(packed)
    except zstandard.ZstdError as error:
        raise wire.WireError("packing") from error
    return told if 0 <= told <= wire.MAX_BYTES else wire.MAX_BYTES


def refuse_blown_up(packed: bytes, most: int) -> None:
    """Raise WireError for a message that is longer than this once unpacked, keeping no more than a part of it."""
    found = 0
    try:
        with zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(
            packed, read_across_frames=False
        ) as reader:
            while part := reader.read(_PART_BYTES):
                found += len(part)
                if found > most:
                    raise wire.WireError("size", "unpacked")
    except zstandard.ZstdError as error:
        raise wire.WireError("packing") from error


def nonce(headers: Mapping[str, str]) -> str:
    """Return what the answer must be signed with; NotServedError 400 without it."""
    found = headers.get(wire.NONCE_HEADER, "")
    if not _NONCE.fullmatch(found):
        raise NotServedError(400, "nonce")
    return found


def number(text: str, status: int) -> int:
    """Return a number in an address; NotServedError of this status when it is none."""
    if not _NUMBER.fullmatch(text):
        raise NotServedError(status, "not_found" if status == 404 else "number")
    return int(text)


def refuse_other_type(headers: Mapping[str, str], wanted: str) -> None:
    """Raise NotServedError 415 for a body that is not said to be of this kind, or packed in a way of its own."""
    if headers.get("content-encoding", "identity") != "identity":
        raise NotServedError(415, "type")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
        raise NotServedError(415, "type")


# ----------------------------------------------------------------------------------------------- who calls


def caller_address(scope: Scope, *, behind_proxy: bool) -> str:
    """Return the address of who calls, "" when it is not known.

    Behind a proxy it is the last entry of X-Forwarded-For: that one the proxy wrote, those before it anybody may have.
    A proxy on this machine that writes none speaks for the whole world: what comes through it is not from this machine.
    """
    client = scope.get("client")
    address = str(client[0]) if client else ""
    if behind_proxy:
        told = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        if told:
            last = told[-1].decode("latin-1").rpartition(",")[2].strip().strip("[]")
            return last if _parsed(last) else ""
        return "" if is_loopback(address) else address
    return address


def believe_proxy(scope: Scope, address: str) -> None:
    """Let everything behind see the call as the proxy got it: from this address, over TLS or not."""
    scope["client"] = (address, 0) if address else None
    told = [value for name, value in scope["headers"] if name == b"x-forwarded-proto"]
    if told and told[-1] in {b"http", b"https"}:
        scope["scheme"] = told[-1].decode()


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself."""
    found = _parsed(host)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return host == "localhost" or (found is not None and found.is_loopback)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None

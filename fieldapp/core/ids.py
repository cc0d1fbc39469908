"""Identifiers made on the laptop: UUID version 7, so that they sort by the moment they were made."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from fieldapp.core.lazy import LazyPattern

_NAMESPACE_URL = bytes.fromhex("6ba7b8119dad11d180b400c04fd430c8")
"""The namespace of names that are addresses (source: RFC 9562, section 6.6)."""

_VARIANT = {figure: "89ab"[int(figure, 16) & 3] for figure in "0123456789abcdef"}
"""What the first figure of the random bits becomes with the variant of RFC 9562 in its two highest bits."""

_UID = LazyPattern(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")

_lock = threading.Lock()
_last = 0


def new_uid() -> str:
    """Return a new UUIDv7 as text; within one process each is greater than the one before.

    48 bits of Unix milliseconds, 12 bits of fraction of a millisecond used as a counter, 62 random bits
    (source: RFC 9562, section 5.7 and method 3 of section 6.2).
    """
    return new_uids(1)[0]


def new_uids(count: int) -> list[str]:
    """Return so many new UUIDv7 in rising order; together they cost a third of what they cost one by one."""
    global _last
    with _lock:
        first = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = first + count - 1
    noise = os.urandom(8 * count).hex()
    found = []
    for place in range(count):
        head = f"{(first + place) & 0xFFFFFFFFFFFFFFF:015x}"  # 48 bits of milliseconds, then 12 of the fraction
        tail = noise[16 * place : 16 * place + 16]  # a uuid.UUID only for its text takes as long as all the rest
        found.append(f"{head[:8]}-{head[8:12]}-7{head[12:]}-{_VARIANT[tail[0]]}{tail[1:4]}-{tail[4:]}")
    return found


def name_uid(kind: str, name: str) -> str:
    """Return the UUIDv5 that every laptop gives to the same thing known by name only (a person, a dataset).

    Two laptops that import the same file so create one person and not two.
    """
    # As uuid.uuid5, without the object: an import of a file asks for one per row.
    found = _sha1()(_NAMESPACE_URL + f"fieldapp:{kind}:{name}".encode(), usedforsecurity=False).hexdigest()
    return f"{found[:8]}-{found[8:12]}-5{found[13:16]}-{_VARIANT[found[16]]}{found[17:20]}-{found[20:32]}"


@cache
def _sha1() -> Callable[..., Any]:
    """Return the function, loaded when it is first asked for: a millisecond of a start, for what no start needs."""
    from hashlib import sha1

    return sha1


def is_uid(text: str) -> bool:
    """Return whether the text is a UUID in its usual written form (8-4-4-4-12)."""
    return _UID.fullmatch(text) is not None

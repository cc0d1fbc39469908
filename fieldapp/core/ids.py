"""Identifiers made on the laptop: UUID version 7, so that they sort by the moment they were made."""

from __future__ import annotations

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_uid() -> str:
    """Return a new UUIDv7 as text; within one process each is greater than the one before.

    48 bits of Unix milliseconds, 12 bits of fraction of a millisecond used as a counter, 62 random bits
    (source: RFC 9562, section 5.7 and method 3 of section 6.2).
    """
    global _last
    with _lock:
        ticks = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = ticks
    milliseconds, fraction = divmod(ticks, 4096)
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    number = (milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail
    digits = f"{number:032x}"  # a uuid.UUID only for its text takes as long as all the rest
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def name_uid(kind: str, name: str) -> str:
    """Return the UUIDv5 that every laptop gives to the same thing known by name only (a person, a dataset).

    Two laptops that import the same file so create one person and not two.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"fieldapp:{kind}:{name}"))


def is_uid(text: str) -> bool:
    """Return whether the text is a UUID in its usual written form (8-4-4-4-12)."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False

"""What a hub says of itself: one line of JSON per event on stderr, and nobody's name, code, token or address in it.

A request is told by its method, the template of its path, status, time and bytes, and by the uids of project and
account. What a library says is told in its own words only where these are known to hold nothing of anybody.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import msgspec

from fieldapp.core.ids import new_uid

logger = logging.getLogger("fieldapp.hub")
"""Where the hub's events go; silent until `to_stream` is called (within the desktop program it stays silent)."""
logger.addHandler(logging.NullHandler())
logger.propagate = False

_SERVERS = (logging.getLogger("uvicorn.error"), logging.getLogger("asyncio"))
"""What lies below the hub: the server, and the loop that accepts connections."""

MAX_LINES, LINES_WINDOW_S = 20, 60.0
"""Most lines in so many seconds that what lies below may write: a flood of connections is no flood of lines."""

_FIELDS = "fieldapp_fields"
"""Attribute of a log record that holds what stands in its line."""

_encode = msgspec.json.Encoder().encode

MAX_CAUSES = 5
"""Most causes of an error that are named."""

MAX_PLACES = 12
"""Most places of the program that the report of a bug names, the innermost ones."""


def event(kind: str, fields: Mapping[str, Any], level: int = logging.INFO) -> None:
    """Write one line; the fields must not say who somebody is."""
    if logger.isEnabledFor(level):
        logger.log(level, kind, extra={_FIELDS: fields})


def bug(error: BaseException, route: str) -> str:
    """Write down an error that was not foreseen, and return the id by which its line is found again."""
    report = new_uid()
    event("bug", {"report": report, "path": route, **told(error)}, logging.ERROR)
    return report


def told(error: BaseException) -> dict[str, Any]:
    """Return what may be told of an error: its kind and the places; its text may quote what somebody typed."""
    return {"error": _kind(error), "at_places": _places(error.__traceback__)}


def _kind(error: BaseException) -> str:
    causes: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < MAX_CAUSES:
        causes.append(f"{type(cause).__module__}.{type(cause).__qualname__}".removeprefix("builtins."))
        cause = cause.__cause__
    return " from ".join(causes)


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-MAX_PLACES:]
    return [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}" for frame in frames]


class Lines(logging.Formatter):
    """Writes a log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        head: dict[str, Any] = {"at": at, "level": record.levelname.lower()}
        fields = getattr(record, _FIELDS, None)
        if fields is None:
            # Of what lies below us: the constant part of its words, without what it fills in (an address, a path).
            # The loop fills in itself, in lines of their own.
            fields = {"words": str(record.msg).strip().partition("\n")[0]}
            if record.exc_info and record.exc_info[1]:
                fields |= told(record.exc_info[1])
            return _encode(head | {"event": "server"} | fields).decode()
        return _encode(head | {"event": record.msg} | dict(fields)).decode()


class Few(logging.Filter):
    """Lets through what the hub itself says, and only so many lines in a while of what lies below it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock, self._since, self._lines = clock, clock(), 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written."""
        if hasattr(record, _FIELDS):
            return True
        if self._clock() - self._since > LINES_WINDOW_S:
            self._since, self._lines = self._clock(), 0
        self._lines += 1
        return self._lines <= MAX_LINES


def _is_ours_already(record: logging.LogRecord) -> bool:
    """Return whether the server repeats an error that `bug` has written down."""
    return not str(record.msg).startswith("Exception in ASGI application")


def to_stream(stream: TextIO | None = None) -> logging.Handler:
    """Write from now on what happens, to stderr unless told otherwise; `stop` with what is returned ends it."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines())
    handler.addFilter(_is_ours_already)
    handler.addFilter(Few())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    for source in _SERVERS:
        source.addHandler(handler)
        source.setLevel(logging.WARNING)
        source.propagate = False
    return handler


def stop(handler: logging.Handler) -> None:
    """Write no more to what `to_stream` returned."""
    for source in (logger, *_SERVERS):
        source.removeHandler(handler)
    for source in _SERVERS:
        source.propagate = True

"""The draft of a morning: its key, and what a morning says as plain values and back. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.protocols.pitfall_barrier.board import Board
from fieldapp.protocols.pitfall_barrier.board_merge import Content
from fieldapp.protocols.pitfall_barrier.board_records import draft_of, from_draft
from fieldapp.store import drafts
from fieldapp.store.connection import Database

MORNING_DRAFT = "morning"
"""The board of a morning that was begun waits as a draft under "morning:barrier:ISO date"."""


def draft_key(site: str, on: str) -> str:
    """Return the key of the draft of a morning (ISO date) of a barrier; on no day: what all of its keys begin with."""
    return f"{MORNING_DRAFT}:{site}:{on}"


def mornings_begun(db: Database, site: str) -> list[str]:
    """Return the ISO dates of the mornings whose board waits as a draft, in order."""
    prefix = draft_key(site, "")
    return sorted(key.removeprefix(prefix) for key in drafts.keys(db, prefix))


def plain(content: Content) -> dict[str, Any]:
    """Return the content as plain values; `content_of` reads them."""
    return {"head": dict(content.head), "photos": dict(content.photos), "board": draft_of(content.board)}


def content_of(board: Board, kept: Mapping[str, Any]) -> Content:
    """Return what a draft says, on the buckets of `board`."""
    photos = {uid: list(values) for uid, values in kept["photos"].items()}
    return Content(from_draft(board, kept["board"]), dict(kept["head"]), photos)

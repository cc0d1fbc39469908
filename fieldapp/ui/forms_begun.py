"""The forms of aires and places that were begun and not saved: where they wait, and what marks their lines."""

from __future__ import annotations

from collections.abc import Sequence

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _
from fieldapp.store import drafts
from fieldapp.store.connection import Database

FORM_DRAFT = "record"
"""The drafts of these forms are kept under "record:protocol:entity:uid:parent", that of a new record without uid."""


def draft_key(parts: Sequence[str]) -> str:
    """Return the key of the draft of a form; `parts` are protocol, entity, uid and parent, "" where there is none."""
    return ":".join((FORM_DRAFT, *parts))


def forms_begun(db: Database, protocol: StudyProtocol) -> set[tuple[str, str]]:
    """Return (uid, parent) of the aires and places whose form waits as a draft; a new one has the uid ""."""
    keys = (key.split(":") for key in drafts.keys(db, f"{FORM_DRAFT}:{protocol.code}:"))
    return {(parts[3], parts[4]) for parts in keys if len(parts) == 5}


def to_finish() -> str:
    """Return what marks a line whose form waits as a draft."""
    return _("◐ fiche à finir")

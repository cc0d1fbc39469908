"""The lists that were begun: where their drafts wait, and whether there is any list at all. Light: the start asks."""

from __future__ import annotations

from typing import Any

from fieldapp.core.day_list import DayListForm
from fieldapp.core.schema import StudyProtocol
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database

LIST_DRAFT = "list"
"""The draft of a list is kept under "list:protocol:uid", whether the list is saved or not."""


def form_of(protocol: StudyProtocol) -> DayListForm:
    """Return the form of a protocol of lists; LookupError for another one."""
    if protocol.day_list is None:
        raise LookupError(protocol.code)
    return protocol.day_list


def draft_key(protocol: str, uid: str) -> str:
    """Return the key of the draft of a list."""
    return f"{LIST_DRAFT}:{protocol}:{uid}"


def lists_begun(db: Database, protocol: StudyProtocol) -> dict[str, dict[str, Any]]:
    """Return the drafts of lists by the uid of the list, the newest last."""
    prefix = draft_key(protocol.code, "")
    found = {key.removeprefix(prefix): drafts.get(db, key) or {} for key in drafts.keys(db, prefix)}
    return dict(sorted(found.items()))


def has_lists(db: Database, protocol: StudyProtocol) -> bool:
    """Return whether a list was ever saved or begun."""
    saved = records.years(db, protocol.code, form_of(protocol).sheet.visit)
    return bool(saved or drafts.keys(db, draft_key(protocol.code, "")))

"""What the list of all protocols does in the background, each on a connection of its own."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from fieldapp.store import reviewing, walking
from fieldapp.store.reviewing import Preview, Reviewed
from fieldapp.ui.background import Progress
from fieldapp.ui.data.asked import Asked
from fieldapp.ui.services import Services

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fieldapp.desk.columns import Columns
    from fieldapp.desk.filters import Key
    from fieldapp.desk.tables import Numbers


def found(services: Services, columns: Columns, asked: Asked, findings: Mapping[str, Numbers]) -> array[int]:
    """Return the row numbers that the filter leaves, in its order."""
    from fieldapp.desk import filters, index

    with services.open_own() as db, index.open_index(db.path) as kept:
        ids = filters.found(
            db, kept, columns, asked.wanted(db), order=cast("Key", asked.order), is_rising=asked.is_rising,
            findings=findings,
        )  # fmt: skip
    made = array("q")
    made.frombytes(ids.tobytes())
    return made


def judged(services: Services, ids: Sequence[int], progress: Progress) -> tuple[list[str], Preview]:
    """Return the records of these row numbers, and what validating them would do."""
    with services.open_own() as db:
        uids = list(walking.uids(db, ids).values())
        found = reviewing.preview(db, uids)
        progress.check()
        return uids, found


def validated(services: Services, uids: Sequence[str], level: str, found: Preview) -> Reviewed:
    """Give these records a level of validation, as they were when they were judged."""
    with services.open_own() as db:
        return reviewing.validate(db, uids, level, seen=found.seen)

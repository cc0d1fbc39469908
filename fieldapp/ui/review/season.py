"""All visits of one place in a season at once: what would be validated, what would stay behind, and the deed. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from fieldapp.core.record import Record
from fieldapp.core.text import _, ngettext
from fieldapp.store import records, reviewing
from fieldapp.store.connection import Database
from fieldapp.store.reviewing import Preview, Reviewed
from fieldapp.ui.review.work import Task
from fieldapp.ui.services import Services
from fieldapp.ui.wording import Words, number_words

MOST_NAMED = 3
"""Records that stay behind and are named with their reason; the others are counted."""


def of_place(tasks: Sequence[Task], like: Task) -> list[str]:
    """Return the visits of the same place as this one."""
    place = like.visit.item.record.parent, like.place
    return [task.uid for task in tasks if (task.visit.item.record.parent, task.place) == place]


def preview(services: Services, uids: Sequence[str], level: str) -> Preview:
    """Return what validating these visits would do, with a connection of its own."""
    with services.open_own() as db:
        return reviewing.preview(db, uids, level)


def validate(services: Services, uids: Sequence[str], level: str, found: Preview, incomplete: bool) -> Reviewed:
    """Validate these visits and what lies below them, as the preview found them, with a connection of its own.

    With `incomplete` also what only lacks something.
    """
    with services.open_own() as db:
        return reviewing.validate(db, uids, level, incomplete=incomplete, seen=found.seen)


def incomplete_words(count: int) -> str:
    """Return what is offered for the records that only lack something."""
    words = ngettext("Valider aussi {n} fiche incomplète", "Valider aussi {n} fiches incomplètes", count)
    return words.format(n=number_words(count))


def words(db: Database, title: str, found: Preview, words_of: Words) -> str:
    """Return in sentences what would be validated, and what stays behind with its reasons."""
    count = len(found.ready)
    said = [
        ngettext(
            "{title} : {n} fiche sera validée (certain – très probable).",
            "{title} : {n} fiches seront validées (certain – très probable).",
            count,
        ).format(title=title, n=number_words(count))
        if count
        else _("{title} : rien de plus à valider.").format(title=title)
    ]
    if found.left:
        n = len(found.left)
        named = [_left_words(records.get(db, one.uid), one.reasons, words_of) for one in found.left[:MOST_NAMED]]
        more = [f"+ {number_words(n - MOST_NAMED)}"] if n > MOST_NAMED else []
        said.append(
            ngettext("{n} reste en attente : {which}", "{n} restent en attente : {which}", n).format(
                n=number_words(n), which=" ; ".join([*named, *more])
            )
        )
    if lacking := sum(one.is_incomplete for one in found.left):
        said.append(
            ngettext("Dont {n} seulement incomplète.", "Dont {n} seulement incomplètes.", lacking).format(
                n=number_words(lacking)
            )
        )
    return " ".join(said)


def _left_words(record: Record | None, reasons: Sequence[str], words_of: Words) -> str:
    title = words_of.title(record) if record is not None else ""
    return f"{title} ({' '.join(reasons[:1]).rstrip('.')})"

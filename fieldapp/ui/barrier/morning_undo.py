"""What Ctrl+Z would take back of what is stored, seen from one morning: only what belongs to it."""

from __future__ import annotations

from collections.abc import Collection

from fieldapp.core.text import _
from fieldapp.store import changes
from fieldapp.store.connection import Database


def undo_elsewhere(db: Database, visits: Collection[str]) -> str:
    """Return which entry Ctrl+Z would take back, "" where it belongs wholly to one of these mornings, or is none.

    `visits` are the uids of the checks: of the morning that is shown, and of those that led to it. To a morning belong
    its check, the catches of it and their photos.
    """
    last = changes.to_undo(db)
    if last is None:
        return ""
    touched = next((one.records for one in changes.of_kind(db, "entry") if one.action.id == last.id), 0)
    for visit in visits:
        own = {uid for one in changes.family(db, visit) for uid in changes.family(db, one)}
        here = sum(one.action.id == last.id for one in changes.histories(db, sorted(own)))
        if here and here == touched:
            return ""
    words = _("Rien à annuler sur ce matin. La dernière saisie est « {what} » : ouvrez sa page, Ctrl+Z l’annule là.")
    return words.format(what=last.label)

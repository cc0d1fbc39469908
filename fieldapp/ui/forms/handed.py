"""What to say of a line that was deleted and had already left in a batch: its recipients have it still."""

from __future__ import annotations

from functools import partial

from fieldapp.core.text import _
from fieldapp.store import batches, records
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services


def tell_of(context: PageContext, uid: str) -> None:
    """Look, beside the work of the window, who was told of this record, and say so; of nobody nothing is said."""
    context.background.run(_told, context.services, uid, done=partial(_say, context))


def _told(services: Services, uid: str) -> list[str]:
    """Return the names of those who were told of a record, in the order of the newest delivery first."""
    with services.open_own() as db:
        whom = dict.fromkeys(str(one.data.get("recipient", "")) for one in batches.telling_of(db, uid))
        known = records.get_many(db, list(whom))
        return [str(known[one].data.get("name", "")) for one in whom if one in known]


def _say(context: PageContext, names: list[str]) -> None:
    if names:
        words = _(
            "La ligne supprimée est déjà partie chez {names} : une suite de l’envoi (S dans Envois) l’y retirera."
        )
        context.notify(
            words.format(names=", ".join(names)), "warning",
            action=_("Annuler"), key="Ctrl+Z", on=context.undo, live=False,
        )  # fmt: skip

"""A decision of the review is signed: who has not said their name yet is asked for it first."""

from __future__ import annotations

from functools import partial

from fieldapp.core.text import _
from fieldapp.ui.page import PageContext

NAME_KEY = "Ctrl+Shift+N"


def is_named(context: PageContext) -> bool:
    """Return whether somebody signs here; where nobody does, ask for the name, and nothing is done."""
    if context.services.db.author.who:
        return True
    context.notify(
        _("Dites d’abord qui vous êtes : votre nom signe cette décision."),
        "warning",
        action=_("Dire qui je suis"),
        key=NAME_KEY,
        on=partial(context.navigate, "settings"),
    )
    return False

"""The way back after something was saved or deleted: a notice whose button takes exactly that back."""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.core.text import _
from fieldapp.store import changes
from fieldapp.store.records import Saved
from fieldapp.ui.page import PageContext


def offer(context: PageContext, saved: Saved, words: str, again: Callable[[], object], kind: str = "undo") -> None:
    """Say what was done, and offer to take it back; `again` shows the page anew once it was.

    The button means what was saved here, whatever was done since; Ctrl+Z stays the key of the last thing done.
    `kind` is that of the notice.
    """
    services = context.services

    def take_back() -> None:
        services.on_saved(changes.undo_saved(services.db, saved).made_at)
        again()

    context.notify(words, kind, action=_("Annuler"), key="Ctrl+Z", on=take_back, live=False)

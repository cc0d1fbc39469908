"""What is said of a list that was thrown away, with the key that brings it back."""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.core.text import _
from fieldapp.ui.occasional.session import ListSession
from fieldapp.ui.page import PageContext


def say_gone(context: PageContext, session: ListSession, *, is_saved: bool, back: Callable[[], object]) -> None:
    """Say that the list of this session is gone; `is_saved`: undo brings it back, else its draft is put back.

    `back` shows what the draft brought back.
    """
    words = _("Liste effacée : {name}").format(name=session.site_name)
    if is_saved:
        context.notify(words, "undo", action=_("Annuler"), key="Ctrl+Z", on=context.undo, live=False)
        return

    def bring_back() -> None:
        session.bring_back()
        back()

    context.notify(words, "undo", action=_("Rétablir"), on=bring_back)

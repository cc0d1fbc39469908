"""What stands above each list: the choice among all protocols and each of them, and the door to the review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _
from fieldapp.store import peers
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.review.strip import REOPEN_KEY
from fieldapp.ui.widgets import ActionButton, ChipRow, Suggest, live_key
from fieldapp.ui.windows.listed import name_of

ALL = ""
"""Stands for all protocols where the code of one is expected."""


def chips(owner: QWidget, protocols: Sequence[StudyProtocol], shown: str, wants: Callable[[str], object]) -> ChipRow:
    """Return the chips, `shown` pressed; `wants(code)` is called for another one, by its figure as well."""
    row = ChipRow(_choices(protocols), multiple=False, required=True, framed=False, name="data.protocol")
    row.set_value([shown])
    row.changed.connect(lambda codes: wants(codes[0]))
    for code, _label, figure in _choices(protocols):
        live_key(owner, figure, partial(wants, code))
    return row


def keys(protocols: Sequence[StudyProtocol], wants: Callable[[str], object]) -> list[Action]:
    """Return the keys of the choice, for F1."""
    return [
        Action(figure, _("voir : {what}").format(what=label), partial(wants, code), "data")
        for code, label, figure in _choices(protocols)
    ]


def review_door(context: PageContext, line: Callable[[], str], *, name: str) -> ActionButton:
    """Return the button that leads to the review, on the visit of the line that is current; for who validates."""
    door = ActionButton(
        _("Validation"), "done", REOPEN_KEY, role="quiet", name=name,
        on=lambda: context.navigate("review", uid=line()),
    )  # fmt: skip
    if not peers.is_coordinator(context.services.db):
        door.hide()
    return door


def review_keys(context: PageContext, line: Callable[[], str]) -> list[Action]:
    """Return the key of the review, for F1."""
    if not peers.is_coordinator(context.services.db):
        return []
    go = partial(context.navigate, "review")
    return [Action(REOPEN_KEY, _("valider passage par passage"), lambda: go(uid=line()), "done")]


def on_enter(line: Suggest, go_on: Callable[[], object]) -> None:
    """Go on once Enter has taken a row; Tab has its own way to the next field."""
    line.chosen.connect(lambda _row: QTimer.singleShot(0, line, lambda: go_on() if line.hasFocus() else None))


def keep_room(widget: QWidget) -> None:
    """Keep the room of a widget that comes and goes: what is beside and below does not move with it."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def _choices(protocols: Sequence[StudyProtocol]) -> list[tuple[str, str, str]]:
    return [
        (ALL, _("Tous"), "0"),
        *((item.code, _(name_of(item)), str(number)) for number, item in enumerate(protocols, start=1)),
    ]

"""The keys of the page of a morning: what F1 and Ctrl+K show of them, and which of them the page itself answers to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _
from fieldapp.ui.barrier import board_head, board_words
from fieldapp.ui.barrier.board_body import CLOSED_KEY, CONFIRM_KEY, INDIVIDUAL_KEY, PHOTO_KEY
from fieldapp.ui.barrier.board_head import MorningHead
from fieldapp.ui.barrier.board_panel import EXPLAIN_KEY
from fieldapp.ui.page import Action
from fieldapp.ui.widgets import live_key

END_KEY = "Ctrl+Return"


@dataclass(frozen=True)
class Doing:
    """What the page does on its keys: `key` a key of the board, `tool` a tool of the line below it, `step` days on."""

    end: Callable[[], object]
    key: Callable[[str], object]
    tool: Callable[[str], object]
    step: Callable[[int], object]
    explain: Callable[[], object]
    confirm: Callable[[], object]


def own_actions(head: MorningHead, doing: Doing) -> list[Action]:
    """Return the actions that the page answers to wherever the cursor stands."""
    tool = doing.tool
    return [
        Action(END_KEY, _("terminer le relevé"), doing.end, "save"),
        Action(board_head.DAY_KEY, _("un autre matin, par sa date"), head.open_day, "calendar"),
        Action(board_head.WEATHER_KEY, _("météo de la nuit"), head.open_weather, "weather"),
        Action(board_head.REMARK_KEY, _("remarque"), head.open_remark, "edit"),
        Action(board_head.PEOPLE_KEY, _("observateurs"), head.open_people, "observers"),
        Action(CLOSED_KEY, _("seau fermé, ou rouvert"), partial(tool, "closed"), "locked"),
        Action(INDIVIDUAL_KEY, _("quel individu, le dernier noté"), partial(tool, "individual"), "individual"),
        Action(PHOTO_KEY, _("photos du dernier animal noté"), partial(tool, "photos"), "photo"),
        Action(EXPLAIN_KEY, _("expliquer les matins sans relevé, un par un"), doing.explain, "to_review"),
        Action(CONFIRM_KEY, _("confirmer l’avertissement affiché"), doing.confirm, "check"),
    ]


def all_actions(head: MorningHead, doing: Doing) -> list[Action]:
    """Return the keys of the board and of its page, in the order of F1."""
    return [
        *(Action(key, words) for key, words in board_words.letters()),
        Action(board_head.EMPTY_KEY, _("tout vide"), partial(doing.key, "v"), "nothing_seen"),
        Action(board_head.MISSED_KEY, _("non relevé, et pourquoi"), partial(doing.key, "n"), "inaccessible"),
        Action("H", _("le matin d’avant dans chaque seau"), partial(doing.key, "h"), "history"),
        Action(board_head.PREVIOUS_KEY, _("matin précédent"), partial(doing.step, -1), "previous"),
        Action(board_head.NEXT_KEY, _("matin suivant"), partial(doing.step, 1), "next"),
        *own_actions(head, doing),
    ]


def make_live(page: QWidget, whole: QWidget, head: MorningHead, doing: Doing) -> None:
    """Let the keys work: those of the morning while it is shown, the steps always.

    A key that is held does its action once; only the steps from morning to morning go on.
    """
    for action in own_actions(head, doing):
        if action.run is not None:
            live_key(whole, action.key, action.run).setAutoRepeat(False)
    for key, step in ((board_head.PREVIOUS_KEY, -1), (board_head.NEXT_KEY, 1)):
        live_key(page, key, partial(doing.step, step))

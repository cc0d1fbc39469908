"""A morning on which nobody looked: asking why, storing it, taking it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.board import Board
from fieldapp.protocols.pitfall_barrier.rules_visit import OTHER_REASON
from fieldapp.protocols.pitfall_barrier.schema import MISSED
from fieldapp.ui.barrier.board_body import MorningBody
from fieldapp.ui.barrier.board_head import MorningHead
from fieldapp.ui.barrier.board_session import MorningSession


@dataclass(frozen=True)
class MissedMorning:
    """Works the reasons of a page. `take` changes the board, `note` says something below it, `end` stores the morning.

    `to_board` gives the cursor back, `session` returns the morning that is shown.
    """

    body: MorningBody
    head: MorningHead
    session: Callable[[], MorningSession | None]
    take: Callable[[Callable[[Board], Board]], None]
    note: Callable[[str], None]
    to_board: Callable[[], None]
    end: Callable[[], None]

    @property
    def is_asked(self) -> bool:
        """Whether the reasons are shown."""
        return not self.body.reasons.isHidden()

    def ask(self, session: MorningSession) -> None:
        """Ask why nobody looked; where that is told already, take it back."""
        board = session.board
        refused = board.missed("nobody")
        if refused.note or board.reason:
            self.take(lambda board: refused if refused.note else board.missed(""))
            return
        self.body.reasons.ask(missed=board.state == MISSED)
        self.to_board()

    def key(self, name: str) -> None:
        """Do what a key means while the reasons are shown."""
        codes = self.body.reasons.codes
        if name in codes:
            self.choose(codes[name])
        elif name == "n":
            self.leave()

    def leave(self) -> None:
        """Leave the reasons; a morning "non relevé" of which nobody knows why is to be looked into again."""
        self.body.reasons.hide()
        session = self.session()
        if session is not None and session.board.state == MISSED:
            self.take(lambda board: board.missed(""))
        self.to_board()

    def choose(self, reason: str) -> None:
        """Store that nobody looked, and why; « autre raison » waits for its remark."""
        self.body.reasons.hide()
        self.take(lambda board: board.missed(reason))
        session = self.session()
        if reason == OTHER_REASON and session is not None and not session.head.get("comments"):
            self.head.open_remark()
            self.note(_("Écrivez la raison en remarque, puis Ctrl+Entrée."))
            return
        self.to_board()
        self.end()

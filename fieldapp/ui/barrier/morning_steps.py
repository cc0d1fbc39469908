"""What Ctrl+Z takes back on the page of a morning: the steps of the board and the values of the head, last first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fieldapp.protocols.pitfall_barrier.board import Board, Hand
from fieldapp.ui.barrier.board_session import MorningSession

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Value:
    """A change of the head: the field, what the whole head was before."""

    name: str
    head: Mapping[str, Any]


class Steps:
    """Keeps the order in which board and head were worked on; what is stored is the journal's to take back."""

    def __init__(self) -> None:
        self._done: list[_Value | None] = []
        self._hand: Hand | None = None

    def _meet(self, session: MorningSession) -> None:
        """Forget what was done on a hand that is not in use any more: the morning was laid over another."""
        if session.hand is not self._hand:
            self._hand = session.hand
            self.forget()

    def forget(self) -> None:
        """Let the steps go: they are stored, or another morning is shown."""
        self._done.clear()

    def take(self, session: MorningSession, change: Callable[[Board], Board]) -> None:
        """Change the board."""
        self.during(session, lambda: session.take(change(session.board)))

    def during(self, session: MorningSession, work: Callable[[], Result]) -> Result:
        """Do something that may change the board and return what it gives; what would be stored otherwise is a step."""
        self._meet(session)
        before = session.board.content
        result = work()
        if session.board.content != before:
            self._done.append(None)
        return result

    def put(self, session: MorningSession, name: str, value: Any) -> None:
        """Give a field of the head its value."""
        self._meet(session)
        before = dict(session.head)
        session.put(name, value)
        if session.head != before:
            self._done.append(_Value(name, before))

    def can_undo(self, session: MorningSession) -> bool:
        """Return whether there is a step that is not stored yet."""
        self._meet(session)
        return session.hand.can_undo or any(one is not None for one in self._done)

    def undo(self, session: MorningSession) -> bool:
        """Take the last step back, wherever it was made; return whether the head has another value now."""
        last = self._done.pop() if self._done else None
        if last is None:
            session.undo()
            return False
        session.head = dict(last.head)
        session.texts.pop(last.name, None)
        session.keep()
        return True

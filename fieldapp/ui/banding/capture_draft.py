"""The lines of a session that are being typed, kept in its draft from the first key on. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record
from fieldapp.store import drafts
from fieldapp.store.connection import Database
from fieldapp.ui.banding.capture_entry import Line

DRAFT = "captures"
"""The drafts of capture lines are kept under "captures:session"."""


class TypedLines:
    """The new line, the stored ones that are being corrected, and which of them has the cursor (`line`).

    `captures` are the stored lines by uid, `hour` is the round whose hour new lines get.
    """

    def __init__(self, db: Database, uid: str, captures: Iterable[Record]) -> None:
        self.db, self.uid = db, uid
        self.captures = {capture.uid: capture for capture in captures}
        self.hour = ""
        self.fresh = Line(new_uid())
        self.line = self.fresh
        self.waiting: dict[str, Line] = {}
        self._has_draft = False

    @property
    def is_editing(self) -> bool:
        """Whether the line is one that is stored already."""
        return self.line.uid in self.captures

    def _read_again(self) -> None:
        """Understand the line that has the cursor now; what it means is no part of the draft."""

    def _stand_on(self, line: Line) -> None:
        self.line = line
        self._read_again()

    def edit(self, uid: str) -> None:
        """Go to a stored line; a correction that was begun there goes on."""
        self.put_aside()
        waiting = self.waiting.pop(uid) if uid in self.waiting else Line(uid, dict(self.captures[uid].data))
        self._stand_on(waiting)
        self.keep()

    def to_fresh(self) -> None:
        """Go to the new line; a correction that was begun waits in the draft."""
        self.put_aside()
        self._stand_on(self.fresh)
        self.keep()

    def put_aside(self) -> None:
        """Keep what was changed of a stored line."""
        if self.line is not self.fresh and self.line.uid in self.captures and self.is_begun(self.line):
            self.waiting[self.line.uid] = self.line

    def clear(self) -> Line:
        """Empty the line, or take back the changes of a stored one; return what stood there."""
        line = self.line
        if line is self.fresh:
            self.fresh = Line(new_uid())
        self.line = self.fresh
        self.waiting.pop(line.uid, None)
        self._stand_on(self.fresh)
        self.keep()
        return line

    def take_up(self, line: Line) -> None:
        """Put back a line that was emptied."""
        if line.uid not in self.captures:
            self.fresh = line
        self._stand_on(line)
        self.keep()

    def is_begun(self, line: Line) -> bool:
        """Return whether a line holds something that is not stored."""
        stored = self.captures.get(line.uid)
        if stored is not None:
            return bool(line.texts) or line.values != stored.data
        return bool(line.values) or any(line.texts.values())

    def _let_go(self, line: Line) -> None:
        """Forget the draft of a line that is stored, and begin a new one."""
        self.waiting.pop(line.uid, None)
        if line is self.fresh:
            self.fresh = Line(new_uid())
        self.line = self.fresh

    @property
    def _draft_key(self) -> str:
        return f"{DRAFT}:{self.uid}"

    def keep(self) -> None:
        """Write the draft, or drop it when nothing waits any more."""
        self._write_draft()

    def _write_draft(self, without: Line | None = None) -> None:
        every = {line.uid: line for line in (*self.waiting.values(), self.fresh, self.line) if line is not without}
        lines = [line for line in every.values() if self.is_begun(line)]
        if lines:
            draft = {"lines": [asdict(line) for line in lines], "at": self.line.uid, "hour": self.hour}
            drafts.put(self.db, self._draft_key, draft)
            self._has_draft = True
        elif self._has_draft:
            drafts.drop(self.db, self._draft_key)
            self._has_draft = False

    def restore(self) -> bool:
        """Take up what was being typed; return whether there was anything."""
        found = drafts.get(self.db, self._draft_key)
        if not found:
            return False
        self._has_draft = True
        self.hour = found["hour"]
        lines = [Line(**item) for item in found["lines"]]
        self.waiting = {line.uid: line for line in lines if line.uid in self.captures}
        self.fresh = next((line for line in lines if line.uid not in self.captures), self.fresh)
        self._stand_on(self.waiting.pop(found["at"]) if found["at"] in self.waiting else self.fresh)
        self.keep()
        return bool(lines)

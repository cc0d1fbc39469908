"""The lines of a session that are being typed, kept in its draft from the first key on. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record
from fieldapp.core.text import _
from fieldapp.store import drafts
from fieldapp.store.connection import Database
from fieldapp.ui.banding import capture_correction as correction
from fieldapp.ui.banding.capture_entry import Line

DRAFT, UNREAD = "captures", "captures-unread"
"""The drafts of capture lines are kept under "captures:session", those that can't be read under "captures-unread:"."""


class TypedLines:
    """The new line, the stored ones that are being corrected, and which of them has the cursor (`line`).

    `captures` are the stored lines by uid, `hour` is the round whose hour new lines get. `aside` are new lines that
    made room for an emptied one that was taken up again: they come back one by one, the last first.
    """

    def __init__(self, db: Database, uid: str, captures: Iterable[Record]) -> None:
        self.db, self.uid = db, uid
        self.captures = {capture.uid: capture for capture in captures}
        self.hour = ""
        self.fresh = Line(new_uid())
        self.line = self.fresh
        self.waiting: dict[str, Line] = {}
        self.aside: list[Line] = []
        self._orphans: dict[str, dict[str, Any]] = {}  # uid -> correction of a line that undo took back
        self._has_draft = False
        self.has_unread_draft = False

    @property
    def is_editing(self) -> bool:
        """Whether the line is one that is stored already."""
        return self.line.uid in self.captures

    def _read_again(self) -> None:
        """Understand the line that has the cursor now; what it means is no part of the draft."""

    def _stand_on(self, line: Line) -> None:
        self.line = line
        self._read_again()

    def go_on(self, line: Line) -> None:
        """Go on with a correction whose line was stored otherwise meanwhile."""
        self._stand_on(line)
        self.keep()

    def edit(self, uid: str) -> None:
        """Go to a stored line; a correction that was begun there goes on."""
        self.put_aside()
        stored = self.captures[uid].data
        self._stand_on(self.waiting.pop(uid, Line(uid, dict(stored), base=dict(stored))))
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
        self._next_after(line)
        self._stand_on(self.fresh)
        self.keep()
        return line

    def take_up(self, line: Line) -> None:
        """Put back a line that was emptied; a bird that was begun meanwhile waits `aside`.

        ValueError with a sentence where its place is taken: the line is not stored any more, or corrected anew.
        """
        self.put_aside()
        if (line.base is None) == (line.uid in self.captures):
            raise ValueError(_("Cette ligne n’est plus dans la séance : rien n’est repris."))
        if line.uid in self.waiting:
            raise ValueError(_("Cette ligne est de nouveau en correction : rien n’est repris."))
        if line.base is None:
            if self.is_begun(self.fresh):
                self.aside.append(self.fresh)
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
        """Forget the draft of a line that is stored, and begin a new one.

        What undo took back before can't come back after a save: corrections of it are forgotten.
        """
        self._orphans.clear()
        self._next_after(line)

    def _next_after(self, line: Line) -> None:
        self.waiting.pop(line.uid, None)
        if line is self.fresh:
            self.fresh = self.aside.pop() if self.aside else Line(new_uid())
        self.line = self.fresh

    @property
    def _draft_key(self) -> str:
        return f"{DRAFT}:{self.uid}"

    def keep(self) -> None:
        """Write the draft, or drop it when nothing waits any more."""
        self._write_draft()

    def _write_draft(self, without: Line | None = None) -> None:
        every = {line.uid: line for line in (*self.waiting.values(), *self.aside, self.fresh, self.line)}
        items = [
            asdict(line) if line.base is None else correction.kept(line)
            for line in every.values()
            if line is not without and self.is_begun(line)
        ]
        if without is None:
            items += self._orphans.values()
        if items:
            draft = {"lines": items, "fresh": self.fresh.uid, "at": self.line.uid, "hour": self.hour}
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
        hour, fresh = self.hour, self.fresh
        try:
            self.hour = str(found["hour"])
            for item in found["lines"]:
                self._take(item, found["fresh"])
            self._stand_on(self.waiting.pop(found["at"], self.fresh))
        except (KeyError, TypeError, ValueError, AttributeError):  # another version of the program wrote it
            self.hour, self.fresh = hour, fresh
            self._put_away(found)
            return False
        self.keep()
        return bool(found["lines"])

    def _put_away(self, draft: dict[str, Any]) -> None:
        """Begin anew; what can't be read is kept under another key."""
        self.waiting.clear()
        self.aside.clear()
        self._orphans.clear()
        with self.db.transaction():
            drafts.put(self.db, f"{UNREAD}:{self.uid}", draft)
            drafts.drop(self.db, self._draft_key)
        self._has_draft, self.has_unread_draft = False, True
        self._stand_on(self.fresh)

    def _take(self, item: dict[str, Any], fresh: str) -> None:
        """Take up one line of the draft; the correction of a line that is not there now waits for its return."""
        uid = item["uid"]
        if "changes" not in item:
            line = Line(**item)
            if uid == fresh:
                self.fresh = line
            else:
                self.aside.append(line)
        elif uid in self.captures:
            self.waiting[uid] = correction.resumed(item, self.captures[uid].data)
        else:
            self._orphans[uid] = item

"""The small mark on a record about which people disagree; it leads to the versions side by side."""

from __future__ import annotations

from collections.abc import Iterable

from fieldapp.core.text import _
from fieldapp.store import disputes
from fieldapp.ui.page import PageContext
from fieldapp.ui.widgets import ActionButton


class ReviewMark(ActionButton):
    """A button that is there only while one of the records asked about has an open dispute."""

    def __init__(self, context: PageContext, key: str, *, name: str) -> None:
        super().__init__(_("À relire"), "conflict", key, name=name, on=self.follow)
        self._context = context
        self.uid = ""
        self.hide()

    def ask(self, uids: Iterable[str]) -> None:
        """Look whether people disagree about one of these records; the first of them is where the mark leads."""
        db = self._context.services.db
        open_ones = disputes.count(db) > 0
        self.uid = next((uid for uid in uids if open_ones and disputes.of_record(db, uid)), "")
        self.setVisible(bool(self.uid))

    def follow(self) -> None:
        """Open the versions of the record side by side."""
        if self.uid:
            self._context.navigate("disputes", uid=self.uid)

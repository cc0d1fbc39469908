"""What the checks say of one line, and "seen, it is right": a line of words below the list."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fieldapp.core import review
from fieldapp.core.record import Placed
from fieldapp.core.schema import Severity
from fieldapp.core.text import _
from fieldapp.desk import finding_words, findings, index
from fieldapp.desk.findings import Finding
from fieldapp.desk.lines import Doubt
from fieldapp.store import walking
from fieldapp.store.connection import Database
from fieldapp.store.records import Saved
from fieldapp.ui import theme
from fieldapp.ui.data.keeper import DeskKeeper
from fieldapp.ui.review.strip import SEEN_KEY
from fieldapp.ui.widgets import ActionButton, text_label

if TYPE_CHECKING:
    from collections.abc import Iterator


class DoubtLine(QWidget):
    """Shows what is to be looked at in a line; `seen` carries what the save of "it is right" did."""

    seen = Signal(object)

    def __init__(self, db: Database, keeper: DeskKeeper) -> None:
        super().__init__()
        self._db, self._keeper = db, keeper
        self._findings: list[Finding] = []
        self._words = text_label("", wrap=True, name="all.doubts")
        self._button = ActionButton(_("Vu, c’est bon"), "check", SEEN_KEY, name="all.seen", on=self.dismiss)
        row = theme.row(self._words, self._button)
        row.setStretch(0, 1)
        self.setLayout(row)
        self.hide()

    def ask(self, line: Placed | None) -> None:
        """Say what is to be looked at in this line, its visit and its place."""
        told = list(self._told(line)) if line is not None else []
        self._findings = [one for one, _sentence in told if one.code not in findings.OPEN_UNTIL_DONE]
        self._words.setText(" ".join(dict.fromkeys(sentence for _one, sentence in told)))
        self._button.setVisible(bool(self._findings))
        self.setVisible(bool(told))

    def dismiss(self) -> None:
        """Keep that somebody has looked at what is shown, and it is right."""
        if self._findings:
            saved: Saved = findings.dismiss(self._db, self._findings)
            self._findings = []
            self.hide()
            self.seen.emit(saved)

    def _told(self, line: Placed) -> Iterator[tuple[Finding, str]]:
        around = {one.uid: one for one in (line.record, *line.parents.values())}
        numbers = walking.numbers(self._db, around)
        protocol = self._db.protocols[line.record.protocol]
        for uid, record in around.items():
            for question in review.questions(record.data):
                code = findings.ANSWERED if question.is_answered else findings.QUESTION
                params = {"question": question.text, "answer": question.answer}
                told = Finding(code, uid, record.protocol, 0, Severity.WARNING, params, question.field)
                yield told, finding_words.sentence(told, protocol, record.entity)
        by_number = {number: uid for uid, number in numbers.items()}
        for doubt in self._doubts(list(numbers.values())):
            found = by_number.get(doubt.record)
            if found is not None:
                problem = doubt.problem
                told = Finding(problem.code, found, protocol.code, 0, Severity.WARNING, problem.params, problem.field)
                yield told, finding_words.sentence(told, protocol, around[found].entity)
        for code, records in self._keeper.findings.items():
            for uid, number in numbers.items():
                if number in records:
                    told = Finding(code, uid, protocol.code, 0, Severity.WARNING)
                    yield told, _("{what}.").format(what=finding_words.name(code))

    def _doubts(self, numbers: list[int]) -> list[Doubt]:
        try:
            with index.open_index(self._db.path) as kept:
                return kept.doubts_of(numbers)
        except sqlite3.Error:  # a file that is being made again says nothing
            return []

"""What stands at the head of a form while its record is validated, or the coordination asks something about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from fieldapp.core import review
from fieldapp.core.record import Record
from fieldapp.core.review import Question
from fieldapp.core.review_words import about_words, day_words
from fieldapp.core.text import _, ngettext
from fieldapp.store import guard, peers
from fieldapp.ui import theme
from fieldapp.ui.field_words import field_label
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import Banner
from fieldapp.ui.wording import Words

QUESTIONS_KEY, REOPEN_KEY = "Ctrl+Shift+A", "Ctrl+Shift+R"

SEEN_KEY = "B"
"""What the automatic checks found is right: the same key wherever that is said."""


class ReviewStrip(QWidget):
    """One banner for what was validated, one for the questions; nothing at all while there is neither."""

    def __init__(self, context: PageContext, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._services: Services = context.services
        self.setObjectName(name)
        self._validated = Banner("info", "", name=f"{name}.validated")
        self._asked = Banner("warning", "", name=f"{name}.asked")
        self.setLayout(theme.column(self._validated, self._asked, spacing=theme.S))
        self.is_closed = False
        self.hide()

    def show_records(self, found: Sequence[Record]) -> None:
        """Tell of these records, the one that the form is about first; `is_closed` says afterwards that it is."""
        said = review.validation(found[0]) if found else None
        self.is_closed = said is not None
        self._validated.setVisible(self.is_closed)
        if said is not None:
            self._tell_closed(found[0])
        questions = [(record, one) for record in found for one in review.questions(record.data) if not one.is_answered]
        self._asked.setVisible(bool(questions))
        if questions:
            self._tell_asked(found[0].uid, questions)
        self.setVisible(self.is_closed or bool(questions))

    def close_with(self, *widgets: QWidget | None) -> None:
        """Let these take nothing while the record is validated: what is typed could not be kept."""
        for widget in widgets:
            if widget is not None:
                widget.setEnabled(not self.is_closed)

    def _tell_closed(self, record: Record) -> None:
        said = review.validation(record) or {}
        who = guard.name_of(self._services.db, str(said.get("by", "")))
        words = _("Validée par {who} le {day}.").format(who=who, day=day_words(str(said.get("at", ""))))
        if peers.is_coordinator(self._services.db):
            self._validated.set(
                "info",
                f"{words} {_('Pour la corriger, rouvrez-la avec une raison.')}",
                action=_("Validation"),
                key=REOPEN_KEY,
                on=lambda: self._context.navigate("review", uid=record.uid),
            )
        else:
            self._validated.set("info", f"{words} {_('Pour la corriger, demandez à la coordination.')}")

    def _tell_asked(self, uid: str, questions: Sequence[tuple[Record, Question]]) -> None:
        record, first = questions[0]
        words = Words(self._services.db, self._services.taxa(record.protocol))
        about = about_words(first.field, lambda name: field_label(record, name, words))
        rest = len(questions) - 1
        more = " " + ngettext("(et {n} autre)", "(et {n} autres)", rest).format(n=rest) if rest else ""
        self._asked.set(
            "warning",
            _("La coordination demande ({field}) : « {text} »").format(field=about, text=first.text) + more,
            action=_("Répondre"),
            key=QUESTIONS_KEY,
            on=lambda: self._context.navigate("questions", uid=uid),
        )

"""The questions of the coordination: each with the value that it is about, the answer, and the way to the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp.core.review_words import about_words, day_words
from fieldapp.core.text import _, ngettext, together
from fieldapp.store import records, reviewing
from fieldapp.ui import theme
from fieldapp.ui.field_words import field_label, value_words
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.review import asked
from fieldapp.ui.review.asked import Asked
from fieldapp.ui.review.editor import Editor
from fieldapp.ui.review.signing import is_named
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable, Row
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, text_label
from fieldapp.ui.windows.history import page_of, visit_of
from fieldapp.ui.wording import Words


class QuestionsPage(PageWidget):
    """The questions on the left of their answer; Enter answers, F opens the form, all of it without a network."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._found: dict[tuple[str, str], Asked] = {}
        self._only = ""
        self._foot = self._build_foot()
        self._table = RecordTable(
            [
                Column(_("État"), badge=True),
                Column(_("Fiche"), strong=True),
                Column(_("Champ")),
                Column(_("Question"), stretch=True),
            ],
            name="questions.table",
        )
        self._table.opened.connect(lambda _key: self._answer())
        self._table.current_changed.connect(self._show)
        listed = Card(name="questions.listed")
        listed.body.setContentsMargins(theme.S, theme.XS, theme.S, theme.S)
        listed.add(self._table, 1)
        self._build_card()
        both = QWidget()
        both.setLayout(theme.column(listed, self._card))
        nothing = Card()
        self._empty = EmptyState(
            "done",
            _("Aucune question"),
            _("Quand la coordination demandera une précision sur une de vos fiches, sa question viendra ici."),
            name="questions.empty",
        )
        nothing.add(self._empty, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(both)
        self._stack.addWidget(nothing)
        page = theme.column(self._stack, self._foot)
        page.setStretch(0, 1)
        self.setLayout(page)

    def _build_card(self) -> None:
        self._card = Card(name="questions.card")
        self._place = text_label("", "section", wrap=True, name="questions.place")
        self._value = text_label("", "strong", wrap=True, name="questions.value")
        self._asked = text_label("", wrap=True, name="questions.asked")
        self._said = text_label("", "secondary", wrap=True, name="questions.said")
        self._editor = Editor(name="questions.editor")
        self._editor.opened.connect(lambda writing: self._foot.setVisible(not writing))
        for item in (self._place, self._value, self._asked, self._said, self._editor):
            self._card.add(item)

    def _build_foot(self) -> QWidget:
        self._reply = ActionButton(_("Répondre"), "edit", primary=True, name="questions.answer", on=self._answer)
        self._reply.show_key("Return")
        foot = QWidget()
        foot.setLayout(
            theme.row(
                ActionButton(_("Historique"), "history", "H", name="questions.history", on=self._open_history),
                1,
                ActionButton(_("Corriger la fiche"), "edit", "F", name="questions.sheet", on=self._open_sheet),
                self._reply,
            )
        )
        return foot

    # ---------------------------------------------------------------------------------------------- showing

    def open(self, uid: str = "", **_params: Any) -> None:
        """Show the questions that wait for the person; with `uid` only those about a record and what lies below it."""
        self._only = uid
        self._editor.give_up()
        found = asked.about(self._services, self._family(uid)) if uid else asked.waiting(self._services)
        self._found = {one.key: one for one in found}
        self._stack.setCurrentIndex(0 if found else 1)
        self._foot.setVisible(bool(found))
        self._table.show_rows([self._row(one) for one in found], list(self._found))
        left = sum(not one.question.is_answered for one in found)
        count = ngettext("{n} attend une réponse", "{n} attendent une réponse", left).format(n=left)
        self.set_title(_("Questions de la coordination"), count if left else "")
        self._show(self._table.current_key())
        self._table.setFocus()

    def _family(self, uid: str) -> list[str]:
        return [record.uid for record in records.descendants(self._services.db, uid)]

    def _row(self, one: Asked) -> Row:
        words = self._words(one)
        badge = f"answered|{_('répondu')}" if one.question.is_answered else f"review|{_('à répondre')}"
        above = next(iter(one.placed.parents.values()), None)
        title = "|".join(filter(None, (words.title(one.record), words.title(above) if above else "")))
        return badge, title, self._about(one), one.question.text

    def _show(self, key: object) -> None:
        one = self._found.get(key) if isinstance(key, tuple) else None
        if one is None:
            return
        words, question = self._words(one), one.question
        chain = reversed([one.record, *one.placed.parents.values()])
        self._place.setText(" › ".join(words.title(record) for record in chain))
        name = question.field
        value = value_words(one.record, name, one.record.data.get(name), words) if name else ""
        about = self._about(one)
        self._value.setText(together(f"{about} : {value}") if name else about[:1].upper() + about[1:])
        self._asked.setText(
            _("{who}, le {day} : « {text} »").format(
                who=words.who(question.by), day=day_words(question.at), text=question.text
            )
        )
        self._said.setVisible(bool(question.answer))
        said = _("Répondu par {who} le {day} : « {text} »")
        if question.to_another:
            said = _("Répondu à la question d’avant par {who} le {day} : « {text} »")
        self._said.setText(
            said.format(who=words.who(question.answered_by), day=day_words(question.answered_at), text=question.answer)
        )
        self._reply.set_text(_("Répondre autrement") if question.is_answered else _("Répondre"))

    def _about(self, one: Asked) -> str:
        return about_words(one.question.field, lambda name: field_label(one.record, name, self._words(one)))

    def _words(self, one: Asked) -> Words:
        return Words(self._services.db, self._services.taxa(one.record.protocol))

    # ------------------------------------------------------------------------------------------------ doing

    def _current(self) -> Asked | None:
        key = self._table.current_key()
        return self._found.get(key) if isinstance(key, tuple) else None

    def _next_waiting(self) -> tuple[str, str] | None:
        """Return the first question that nobody has answered yet."""
        return next((key for key, one in self._found.items() if not one.question.is_answered), None)

    def _answer(self) -> None:
        one = self._current()
        if one is None or not is_named(self._context):
            return

        def keep(text: str) -> None:
            question = one.question
            saved = reviewing.answer(self._services.db, one.record.uid, question.field, text, to=question.key)
            self._services.on_saved(saved.made_at)
            self.open(uid=self._only)
            self._table.select_key(self._next_waiting())
            self._context.notify(
                _("Réponse gardée : elle partira avec la prochaine synchronisation."),
                "done", action=_("Annuler"), key="Ctrl+Z", on=self._context.undo, live=False,
            )  # fmt: skip

        before = one.question.answer if one.question.is_answered else ""
        self._editor.ask(_("Votre réponse"), before, keep, self._table)

    def _open_sheet(self) -> None:
        one = self._current()
        if one is None:
            return
        db = self._services.db
        for record in (one.record, visit_of(db, one.record.uid)):
            if record is not None and (page := page_of(db, record)) is not None:
                self._context.navigate(page[0], **page[1])
                return
        self._context.notify(_("Cette fiche n’a pas de page à elle : répondez, la coordination corrigera."), "info")

    def _open_history(self) -> None:
        if (one := self._current()) is not None:
            self._context.navigate("history", uid=one.record.uid)

    def go_back(self) -> bool:
        """Give up the answer that is being written."""
        return self._editor.give_up()

    def undo_state(self) -> dict[str, Any]:
        """Return what `open` needs to show the same."""
        return {"uid": self._only}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Return", _("répondre à la question"), self._answer, "edit"),
            Action("F", _("corriger la fiche"), self._open_sheet, "edit"),
            Action("H", _("historique de la fiche"), self._open_history, "history"),
        ]

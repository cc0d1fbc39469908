"""The page on which a coordinator asks, or validates, several chosen lines at once; it comes from the data page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from fieldapp.core import review
from fieldapp.core.errors import FieldappError
from fieldapp.core.review_words import STATES, judged_words, level_words
from fieldapp.core.text import _, ngettext
from fieldapp.store import completeness, records, reviewing, worklist
from fieldapp.store.reviewing import Reviewed
from fieldapp.store.worklist import Item
from fieldapp.ui import errors, theme
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.review.editor import Editor
from fieldapp.ui.review.lines import BADGES
from fieldapp.ui.review.signing import is_named
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable, Row
from fieldapp.ui.way_back import offer
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, text_label
from fieldapp.ui.wording import Words

MOST_SHOWN = 500
"""Lines that are listed; all of them are asked about."""


class AskPage(PageWidget):
    """The chosen lines with where they are; Q asks about all of them, 1 to 6 give all of them a level."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._lines: list[str] = []
        self._incomplete = ""
        self._seen: dict[str, str] = {}
        self._foot = self._build_foot()
        self._table = RecordTable(
            [
                Column(_("Fiche"), strong=True),
                Column(_("Date")),
                Column(_("Lieu"), stretch=True),
                Column(_("État"), badge=True),
            ],
            name="review_ask.table",
        )
        self._table.opens_rows = False
        self._count = text_label("", "secondary", wrap=True, name="review_ask.count")
        self._empty = EmptyState(
            "data", _("Aucune ligne choisie"), _("Choisissez des lignes dans Données, puis posez la question."),
            name="review_ask.empty",
        )  # fmt: skip
        self._editor = Editor(name="review_ask.editor")
        self._editor.opened.connect(lambda writing: self._foot.setVisible(not writing))
        card = Card(name="review_ask.card")
        card.add(self._count)
        card.add(self._table, 1)
        card.add(self._empty, 1)
        card.add(self._editor)
        page = theme.column(card, self._foot)
        page.setStretch(0, 1)
        self.setLayout(page)

    def _build_foot(self) -> QWidget:
        levels = [
            ActionButton(level_words(choice.code), key=choice.code, name=f"review_ask.{choice.code}",
                         on=partial(self._validate, choice.code))
            for choice in review.LEVELS[1:5]
        ]  # fmt: skip
        foot = QWidget()
        ask = ActionButton(_("Poser la question"), "help", "Q", primary=True, name="review_ask.ask", on=self._ask)
        foot.setLayout(theme.row(*levels, 1, ask, spacing=theme.S))
        return foot

    def open(self, lines: Sequence[str] = (), **_params: Any) -> None:
        """Show the lines with these uids, the cursor where the question is written."""
        self._show_lines(lines)
        if self._lines and self._services.db.author.who:
            self._ask()

    def _show_lines(self, lines: Sequence[str]) -> None:
        db = self._services.db
        self._editor.give_up()
        found = records.get_many(db, lines)
        self._lines = [uid for uid in lines if uid in found and not found[uid].deleted]
        self._incomplete = ""
        tops = [found[uid] for uid in self._lines]
        below = completeness.below(db, tops)
        self._seen = reviewing.shown([*tops, *(item for lower in below.values() for item in lower)])
        shown = self._lines[:MOST_SHOWN]
        items = {item.record.uid: item for visit in worklist.visits_of(db, shown) for item in visit.items}
        placed = {one.uid: one for one in records.placed(db, [found[uid] for uid in shown])}
        rows = []
        for uid in shown:
            record = found[uid]
            words = Words(db, self._services.taxa(record.protocol))
            above = list(placed[uid].parents.values())
            day = next((words.title(one) for one in (record, *above) if one.on_date), "")
            place = next((words.title(one) for one in above if not one.on_date), "")
            rows.append((words.title(record), day, place, _badge(items.get(uid))))
        self._show(rows, shown)

    def _show(self, rows: Sequence[Row], shown: Sequence[str]) -> None:
        self._table.show_rows(rows, shown)
        n = len(self._lines)
        words = ngettext("{n} ligne choisie", "{n} lignes choisies", n).format(n=n)
        self._count.setText(words)
        self.set_title(_("Question"))
        for widget in (self._table, self._count, self._foot):
            widget.setVisible(bool(n))
        self._empty.setVisible(not n)
        if n:
            self._table.setFocus()

    def _ask(self) -> None:
        if not is_named(self._context):
            return
        label = ngettext("Question sur {n} ligne", "Question sur {n} lignes", len(self._lines))

        def keep(text: str) -> None:
            done = reviewing.ask_all(self._services.db, self._lines, text)
            self._services.on_saved(done.saved.made_at)
            self._show_lines(self._lines)
            words = ngettext("Question posée sur {n} fiche.", "Question posée sur {n} fiches.", done.done)
            self._tell(done, words.format(n=done.done))

        self._editor.ask(label.format(n=len(self._lines)), "", keep, self._table)

    def _validate(self, level: str) -> None:
        if not self._lines or self._editor.is_open() or not is_named(self._context):
            return
        takes_all = self._incomplete == level
        try:
            done = reviewing.validate(self._services.db, self._lines, level, incomplete=takes_all, seen=self._seen)
        except FieldappError as error:
            errors.show(error)
            return
        self._services.on_saved(done.saved.made_at)
        self._show_lines(self._lines)
        said = [judged_words(done.done, level)]
        lacking = sum(one.is_incomplete for one in done.left)
        if lacking:
            self._incomplete = level
            more = ngettext(
                "{n} est incomplète : encore {key} pour la valider quand même.",
                "{n} sont incomplètes : encore {key} pour les valider quand même.",
                lacking,
            )
            said.append(more.format(n=lacking, key=level))
        self._tell(done, " ".join(said))

    def _tell(self, done: Reviewed, words: str) -> None:
        """Say what was done and how many stay behind, each reason once; with the way back."""
        if done.left:
            reasons = " ".join(dict.fromkeys(reason for one in done.left for reason in one.reasons))
            left = ngettext("{n} reste en attente : {why}", "{n} restent en attente : {why}", len(done.left))
            words = f"{words} {left.format(n=len(done.left), why=reasons)}"
        kind = "warning" if done.left else "done"
        offer(self._context, done.saved, words, lambda: self._show_lines(self._lines), kind=kind)

    def go_back(self) -> bool:
        """Give up what is being written."""
        return self._editor.give_up()

    def undo_state(self) -> dict[str, Any]:
        """Return the lines."""
        return {"lines": tuple(self._lines)}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Q", _("poser une question sur ces lignes"), self._ask, "help"),
            Action("1", _("certain – très probable ; 2 probable, 3 douteux, 4 invalide")),
        ]


def _badge(item: Item | None) -> str:
    if item is None:
        return ""
    return f"{BADGES[item.state]}|{_(STATES[item.state])}"

"""What the start page says of the review: the questions that wait for an answer, the season that is to be validated."""

from __future__ import annotations

from fieldapp.core.text import _, ngettext, together
from fieldapp.store import worklist
from fieldapp.ui import theme
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.review import asked
from fieldapp.ui.review.asked import Asked
from fieldapp.ui.review.strip import REOPEN_KEY
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Card, Elided, IconLabel, is_large, text_label
from fieldapp.ui.wording import Words, number_words

KEY = "Q"


class QuestionsCard(Card):
    """One line with the oldest question, shown only while one waits for an answer."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(name="today.questions")
        self._context = context
        self._services: Services = context.services
        self._line = Elided("secondary", fills=True, name="today.questions.first")
        self._go = ActionButton("", "next", KEY, name="today.questions.go", on=self.follow)
        title = text_label(_("Questions de la coordination"), "section")
        row = theme.row(IconLabel("help", "accent"), title, self._line, self._go)
        row.setStretch(2, 1)
        self.add(row)
        self.hide()

    def show_waiting(self) -> bool:
        """Read the questions anew; return whether one waits."""
        found = [one for one in asked.waiting(self._services) if not one.question.is_answered]
        self.setVisible(bool(found))
        self._go.set_text(ngettext("Répondre", "Répondre aux {n}", len(found)).format(n=len(found)))
        self._line.set_words(self._words_of(found[0]) if found else "")
        return bool(found)

    def _words_of(self, one: Asked) -> str:
        words = Words(self._services.db, self._services.taxa(one.record.protocol))
        titles = [words.title(one.record), *(words.title(up) for up in one.placed.parents.values())][:2]
        return titles[0] if is_large() else together(f"{' · '.join(titles)} : « {one.question.text} »")

    def follow(self) -> None:
        """Open the page with all of them."""
        self._context.navigate("questions")

    def keys(self) -> list[Action]:
        """Return the key of the card while it is shown."""
        if self.isHidden():
            return []
        return [Action(KEY, _("répondre aux questions de la coordination"), self.follow, "help")]


class SeasonCard(Card):
    """One line with what is left to validate of the season before, shown in winter to who validates."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(name="today.validation")
        self._context = context
        self._services: Services = context.services
        self._year = 0
        self._line = Elided("secondary", fills=True, name="today.validation.left")
        self._go = ActionButton(_("Valider"), "next", REOPEN_KEY, name="today.validation.go", on=self.follow)
        row = theme.row(IconLabel("done", "accent"), text_label(_("À valider"), "section"), self._line, self._go)
        row.setStretch(2, 1)
        self.add(row)
        self.hide()

    def show_left(self, year: int) -> None:
        """Count anew what is left of a year."""
        self._year = year
        left = worklist.waiting_of_year(self._services.db, year)
        self.setVisible(bool(left))
        words = ngettext("Saison {year} : {n} passage à voir.", "Saison {year} : {n} passages à voir.", left)
        self._line.set_words(together(words.format(year=year, n=number_words(left))))

    def follow(self) -> None:
        """Open the review on that season."""
        self._context.navigate("review", year=self._year)

    def keys(self) -> list[Action]:
        """Return the key of the card while it is shown."""
        if self.isHidden():
            return []
        return [Action(REOPEN_KEY, _("valider la saison passée"), self.follow, "done")]

"""What the start page says of the lists of the day: those of today, one that was begun, and the way to a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy

from fieldapp.core.text import _, ngettext
from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.occasional.begun import form_of, lists_begun
from fieldapp.ui.occasional.overview import protocol_of
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Card, IconLabel, text_label

NEW_KEY, BEGUN_KEY = "N", "T"


@dataclass(frozen=True, slots=True)
class Standing:
    """The lists of a day and how many lines they have; `begun` is the uid of one that waits as a draft, "" for none."""

    lists: int = 0
    lines: int = 0
    last: str = ""
    begun: str = ""
    begun_at: str = ""


def standing(services: Services, today: date) -> Standing:
    """Return what there is of lists on this day."""
    db, protocol = services.db, protocol_of(services)
    form, on = form_of(protocol), today.isoformat()
    found = records.dated(db, protocol.code, form.sheet.visit, on, on)
    below = records.children(db, [visit.uid for visit in found])
    begun = lists_begun(db, protocol)
    uid = next(reversed(begun), "")
    stored = records.get(db, uid) if uid else None
    values = stored.data if stored is not None else begun.get(uid, {}).get("visit", {})
    last = str(found[-1].data.get(form.place, "")) if found else ""
    return Standing(len(found), len(below), last, uid, str(values.get(form.place, "")))


class ListsToday(Card):
    """One line: what was noted today, and the keys to go on."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(name="today.lists")
        self._context = context
        self._standing = Standing()
        self._words = text_label("", "secondary", wrap=True, name="today.lists.words")
        self._begun = ActionButton(
            _("Reprendre la liste commencée"), "draft", BEGUN_KEY, name="today.lists.begun", on=self._resume
        )
        self.go = ActionButton(_("Nouvelle liste"), "add", NEW_KEY, name="today.lists.go", on=self.start)
        title = text_label(_("Liste du jour"), "section")
        line = theme.row(IconLabel("day_list", "accent"), title, self._words, self._begun, self.go, spacing=theme.M)
        line.setStretch(2, 1)
        line.setAlignment(self._words, Qt.AlignmentFlag.AlignVCenter)
        self.add(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_standing(self, found: Standing, *, is_first: bool) -> None:
        """Show what was noted; where nothing comes before (`is_first`) a new list is the page's next step."""
        self._standing = found
        theme.set_role(self.go, "primary" if is_first else "")
        self.go.setEnabled(not self._context.services.past)
        self._words.setText(standing_words(found))
        self._begun.setVisible(bool(found.begun))

    def start(self) -> None:
        """Begin a list."""
        if self.go.isEnabled():
            self._context.navigate("list")

    def _resume(self) -> None:
        if self._standing.begun:
            self._context.navigate("list", uid=self._standing.begun)

    def keys(self) -> list[Action]:
        """Return the keys of what is shown."""
        found = [Action(NEW_KEY, _("nouvelle liste du jour"), self.start, "add")]
        if self._standing.begun:
            found.append(Action(BEGUN_KEY, _("reprendre la liste commencée"), self._resume, "draft"))
        return found


def standing_words(found: Standing) -> str:
    """Return what was noted today: "2 listes aujourd’hui, 14 lignes. La dernière : Mare aux joncs."."""
    if not found.lists:
        return _("Rien de noté en passant aujourd’hui.")
    lists = ngettext("{n} liste aujourd’hui", "{n} listes aujourd’hui", found.lists).format(n=found.lists)
    lines = ngettext("{n} ligne", "{n} lignes", found.lines).format(n=found.lines)
    last = _("La dernière : {place}.").format(place=found.last) if found.last else ""
    return " ".join(filter(None, (f"{lists}, {lines}.", last)))

"""What the start page says of the barriers: this morning done or not, and the mornings that nobody explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy

from fieldapp.core.record import Record
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier import campaign as calendar
from fieldapp.protocols.pitfall_barrier.campaign import Morning, MorningState
from fieldapp.protocols.pitfall_barrier.schema import SITE, VISIT
from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.barrier import season_read
from fieldapp.ui.barrier.ahead import BoardAhead
from fieldapp.ui.barrier.board_draft import mornings_begun
from fieldapp.ui.barrier.season_read import Barrier
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Card, text_label

SHOWN = 3
"""Barriers that have a line; an association has one or two."""

MORNING_KEY, EXPLAIN_KEY = "M", "X"


@dataclass(frozen=True, slots=True)
class Line:
    """One barrier on this day: its place in the campaign, what is known of the morning, what is not explained.

    `state` is None outside a campaign; `number` and `count` are then 0. `begun` says that its board waits as a draft.
    """

    uid: str
    name: str
    state: MorningState | None = None
    number: int = 0
    count: int = 0
    untold: int = 0
    begun: bool = False


def standing(services: Services, today: date, *, everything: bool = False) -> list[Line]:
    """Return the barriers with something to do: a campaign that holds this day, or mornings to explain of this year.

    With `everything` the others come too, where nothing else stands on the page.
    """
    found = [_line(services, barrier, today) for barrier in season_read.barriers(services.db)]
    wanted = [line for line in found if line.state is not None or line.untold]
    return (found if everything and not wanted else wanted)[:SHOWN]


def _line(services: Services, barrier: Barrier, today: date) -> Line:
    name, on = SITE.title(barrier.site.data), today.isoformat()
    begun = [one for one in barrier.campaigns if one.data["opened_on"] <= on]
    if not begun or (begun[-1].data["closed_on"] < on and int(begun[-1].data["closed_on"][:4]) < today.year):
        return Line(barrier.uid, name)
    mornings = _mornings(services, begun[-1], today)
    untold = len(calendar.to_explain(mornings))
    number = next((place for place, one in enumerate(mornings, start=1) if one.on == on), 0)
    if not number:
        return Line(barrier.uid, name, untold=untold)
    waits = on in mornings_begun(services.db, barrier.uid)
    return Line(barrier.uid, name, mornings[number - 1].state, number, len(mornings), untold, waits)


def _mornings(services: Services, campaign: Record, today: date) -> list[Morning]:
    """Return the mornings of a campaign; what was caught is not read."""
    opened, closed = campaign.data["opened_on"], campaign.data["closed_on"]
    found = records.below_on(services.db, campaign.parent or "", opened, min(closed, today.isoformat()))
    return calendar.mornings(campaign, [one for one in found if one.entity == VISIT.code], today)


class BarrierToday(Card):
    """A line for each barrier: what is known of this morning, and the way to its board."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(_("Barrière"), "barrier", name="today.barrier")
        self._context = context
        self._ahead = BoardAhead(context.prepare, self)
        self._lines: Sequence[Line] = ()
        self._words = [text_label("", "secondary", wrap=True, name=f"today.barrier.words.{n}") for n in range(SHOWN)]
        self._go = [
            ActionButton("", "next", name=f"today.barrier.go.{n}", on=partial(self._open, n)) for n in range(SHOWN)
        ]
        self._why = [
            ActionButton("", "to_review", role="quiet", name=f"today.barrier.explain.{n}", on=partial(self._explain, n))
            for n in range(SHOWN)
        ]
        for label, why, button in zip(self._words, self._why, self._go, strict=True):
            line = theme.row(label, why, button, spacing=theme.L)
            line.setStretch(0, 1)
            line.setAlignment(label, Qt.AlignmentFlag.AlignVCenter)
            self.add(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def go(self) -> ActionButton:
        """The button of the first barrier."""
        return self._go[0]

    def show_standing(self, found: Sequence[Line], *, is_first: bool) -> None:
        """Show these barriers; where nothing comes before (`is_first`) the first is the page's next step."""
        self._lines = found
        if any(line.state is not None for line in found):
            self._ahead.begin()
        theme.set_role(self.go, "primary" if is_first else "")
        explained = False
        for number, (label, why, button) in enumerate(zip(self._words, self._why, self._go, strict=True)):
            line = found[number] if number < len(found) else None
            for widget in (label, button):
                widget.setVisible(line is not None)
            why.setVisible(line is not None and bool(line.untold))
            button.set_key(MORNING_KEY if line is not None and not number else "")
            if line is None:
                why.set_key("")
                continue
            label.setText(line_words(line))
            button.set_text(_step_words(line))
            button.set_icon("draft" if line.begun else "bucket" if line.state else "barrier")
            why.set_text(_("{n} à expliquer").format(n=line.untold))
            why.set_key(EXPLAIN_KEY if line.untold and not explained else "")
            explained = explained or bool(line.untold)

    def start(self) -> None:
        """Go to the board of the first barrier, or to its page where no campaign holds this day."""
        self._open(0)

    def _open(self, number: int) -> None:
        line = self._lines[number] if number < len(self._lines) else None
        if line is None:
            return
        if line.state is None:
            self._context.navigate("barrier", site=line.uid)
        else:
            self._context.navigate("morning", site=line.uid)

    def _explain(self, number: int) -> None:
        if number < len(self._lines):
            self._context.navigate("barrier", site=self._lines[number].uid)

    def keys(self) -> list[Action]:
        """Return the keys of what is shown."""
        found = [
            Action(button.key, button.text().lower(), button.click, "barrier") for button in self._go if button.key
        ]
        words = _("les matins à expliquer de la barrière")
        return [*found, *(Action(why.key, words, why.click, "to_review") for why in self._why if why.key)]


def _step_words(line: Line) -> str:
    if line.state is None:
        return _("Voir la barrière")
    if line.begun:
        return _("Reprendre le relevé")
    return _("Relevé de ce matin") if line.state is MorningState.TODAY else _("Revoir ce matin")


def line_words(line: Line) -> str:
    """Return what is known of a barrier this morning: "Mare Jules Ferry, Vimy : matin 46 sur 135, à relever."."""
    if line.state is None:
        if line.untold:
            words = ngettext("{n} matin à expliquer", "{n} matins à expliquer", line.untold).format(n=line.untold)
        else:
            words = _("pas de campagne en cours")
        return _("{name} : {words}.").format(name=line.name, words=words)
    state = {
        MorningState.TODAY: _("commencé") if line.begun else _("à relever"),
        MorningState.CHECKED: _("relevé"),
        MorningState.EMPTY: _("relevé, vide"),
        MorningState.MISSED: _("non relevé"),
    }.get(line.state, "")
    if line.begun and line.state is not MorningState.TODAY:
        state = _("{state}, modifié, pas encore enregistré").format(state=state)
    return _("{name} : matin {number} sur {count}, {state}.").format(
        name=line.name, number=line.number, count=line.count, state=state
    )

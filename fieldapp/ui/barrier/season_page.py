"""The page "barrier": one barrier and one of its campaigns, morning by morning, with the relevé of today first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from fieldapp.core.record import Record
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier import campaign as calendar
from fieldapp.protocols.pitfall_barrier.campaign import MorningState
from fieldapp.protocols.pitfall_barrier.schema import CODE, SITE, VISIT
from fieldapp.store import records
from fieldapp.ui import rounds, theme, way_back
from fieldapp.ui.background import Latest
from fieldapp.ui.barrier import season_read, season_words
from fieldapp.ui.barrier.board_draft import mornings_begun
from fieldapp.ui.barrier.season_cards import CampaignStepper, ExplainCard, TotalsCard
from fieldapp.ui.barrier.season_doubts import Doubts
from fieldapp.ui.barrier.season_read import Barrier, Overview
from fieldapp.ui.barrier.season_strip import LOOKS, Cell, Legend, SeasonStrip
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, EmptyState, KeyHint, live_key, text_label
from fieldapp.ui.wording import Words

NEXT_BARRIER = "F6"

LARGE = 1.2
"""Above this factor of the text, the calendar and the mornings to explain no longer fit below each other."""


@dataclass(frozen=True, slots=True)
class Step:
    """The one next step of the page: what its button says and does, and a sentence beside it."""

    words: str
    icon: str
    run: Callable[[], object]
    aside: str = ""


class BarrierPage(PageWidget):
    """One campaign of one barrier. `open(site, campaign)`: without them the barrier that is running, its season."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._words = Words(self._services.db, self._services.taxa(CODE))
        self._barriers: list[Barrier] = []
        self._barrier: Barrier | None = None
        self._shown: Overview | None = None
        self._step: Step | None = None
        self._walks = False
        self._means = Latest(context.background)
        self._doubts = Doubts(context, self)
        self._doubts.found.connect(self._doubt)
        self._build()

    # ------------------------------------------------------------------------------------------ building

    def _build(self) -> None:
        self._build_choice()
        self._build_head()
        self._build_season()
        self._build_stack()
        self._feet = self._foot()
        box = theme.column(self._several, self._head, self._stack, theme.row(*self._feet, 1, spacing=theme.S))
        box.setStretch(2, 1)
        self.setLayout(box)
        stops = (self._go, self._strip, self._explain.first, self._explain.last, self._explain.remark)
        for before, after in pairwise((*stops, self._totals.table, *self._feet)):
            self.setTabOrder(before, after)
        live_key(self, "X", self._next_run)
        theme.on_change().changed.connect(self._arrange)
        self._arrange()

    def _build_choice(self) -> None:
        """Build the choice of the barrier, for those who have several."""
        self._choice = ChipRow([], multiple=False, required=True, framed=False, name="barrier.choice")
        self._choice.changed.connect(lambda codes: self.open(site=codes[0]))
        self._several = QWidget()
        line = theme.row(KeyHint(NEXT_BARRIER), self._choice, spacing=theme.S)
        line.setStretch(1, 1)
        self._several.setLayout(line)
        live_key(self._several, NEXT_BARRIER, self._next_barrier)

    def _build_head(self) -> None:
        """Build the one next step, what is said beside it, and the choice of the campaign."""
        self._go = ActionButton("", "next", primary=True, name="barrier.go", on=self._next_step)
        self._go.show_key("Return")
        self._aside = text_label("", "secondary", wrap=True, name="barrier.aside")
        self._stepper = CampaignStepper(name="barrier.campaign")
        self._stepper.changed.connect(self._to_campaign)
        self._waiting = ActionButton("", "to_review", name="barrier.waiting", on=self._next_run)
        self._waiting.show_key("X")
        head = theme.row(self._go, self._aside, self._waiting, self._stepper, spacing=theme.L)
        head.setStretch(1, 1)
        head.setAlignment(self._aside, Qt.AlignmentFlag.AlignVCenter)
        self._head = QWidget()
        self._head.setLayout(head)

    def _build_stack(self) -> None:
        """Build what takes turns: the season, or what is missing before there is one."""
        self._stack = QStackedWidget()
        self._no_barrier = self._first_barrier()
        self._no_campaign = EmptyState(
            "calendar",
            _("Pas encore de campagne"),
            _("Une campagne dit de quel à quel matin la barrière est ouverte : ses relevés viennent alors ici."),
            name="barrier.no_campaign",
        )
        for widget in (self._season, self._no_campaign, self._no_barrier):
            self._stack.addWidget(widget)

    def _build_season(self) -> None:
        """Build what is shown of a campaign: the calendar over what is to be explained, the totals beside."""
        self._strip_card = self._calendar()
        self._explain = ExplainCard()
        self._explain.wanted.connect(self._explained)
        self._explain.chosen.connect(self._strip.select)
        self._totals = TotalsCard(self._words.taxon_name)
        self._totals.table.opened.connect(self._enter)
        left = theme.column(self._strip_card, self._explain, spacing=theme.M)
        left.setStretch(0, 1)
        self._season = QWidget()
        self._middle = theme.row(left, self._totals, spacing=theme.M)
        self._season.setLayout(self._middle)

    def _arrange(self, *, explaining: bool = False) -> None:
        """Share the room out: in large letters the calendar and what is to be explained take turns."""
        is_large = theme.current().scale > LARGE
        has_runs = self._shown is not None and bool(self._shown.to_explain())
        self._explain.setVisible(has_runs and (explaining or not is_large))
        for card in (self._strip_card, self._totals):
            card.setVisible(not (is_large and explaining))
        self._waiting.setVisible(has_runs and is_large and not explaining)
        self._aside.setText("" if not self._waiting.isHidden() or self._step is None else self._step.aside)
        self._middle.setStretch(0, 5 if is_large else 7)
        self._middle.setStretch(1, 4)
        words = (_("Fiche"), _("Météo")) if is_large else (_("Barrière et campagnes"), _("Météo d’un fichier"))
        for button, text in zip(self._feet, words, strict=False):
            button.set_text(text)

    def _next_run(self) -> None:
        """Show what is to be explained; where it is shown already, take the next run of mornings."""
        if self._shown is None or not self._shown.to_explain():
            return
        if self._explain.isHidden():
            self._arrange(explaining=True)
            self._explain.first.setFocus()
        else:
            self._explain.next_run()

    def _calendar(self) -> Card:
        card = Card(name="barrier.calendar")
        self._strip = SeasonStrip(name="barrier.strip")
        self._strip.setAccessibleName(_("calendrier de la campagne"))
        self._strip.opened.connect(self._enter)
        self._strip.current_changed.connect(self._walked)
        self._strip.pointed.connect(lambda on: self._say_of(on or self._strip.current()))
        self._strip.taken.connect(self._take)
        self._legend = Legend()
        self._said = text_label("", wrap=True, name="barrier.said")
        card.add(self._strip, 1)
        card.add(self._legend)
        self._opens = KeyHint("Return")
        self._opens.setObjectName("barrier.opens")
        line = theme.row(self._opens, self._said, spacing=theme.S)
        line.setStretch(1, 1)
        card.add(line)
        return card

    def _first_barrier(self) -> EmptyState:
        return EmptyState(
            "barrier",
            _("Aucune barrière"),
            _("Une barrière, ses seaux et une campagne : deux minutes, puis un relevé chaque matin."),
            name="barrier.none",
        )

    def _foot(self) -> list[ActionButton]:
        to = self._to
        return [
            ActionButton(_("Barrière et campagnes"), "edit", "B", name="barrier.sheet", on=to("barrier_sheet")),
            ActionButton(_("Météo d’un fichier"), "weather", "M", name="barrier.weather", on=to("weather")),
            ActionButton(_("Individus"), "individual", "I", name="barrier.individuals", on=to("individuals")),
            ActionButton(_("Analyses"), "analyses", "A", name="barrier.analyses", on=self._analyses),
            ActionButton(_("Exporter"), "export_file", "E", name="barrier.export", on=self._exchanges),
        ]

    def _to(self, code: str) -> Callable[[], None]:
        return lambda: self._context.navigate(code, site=self._barrier.uid) if self._barrier else None

    # ------------------------------------------------------------------------------------------- showing

    def open(self, site: str = "", campaign: str = "", **_params: Any) -> None:
        """Show a campaign, the cursor in its calendar; where there is none, on the next step."""
        self._read(site, campaign)
        self._walk(False)
        (self._strip if self._shown is not None and not self._strip.isHidden() else self._go).setFocus()

    def _read(self, site: str = "", campaign: str = "") -> None:
        """Read the barriers, and the mornings of one campaign; the others are averaged in the background."""
        self._means.drop()
        today = rounds.today()
        before = self._barrier.uid if self._barrier else ""
        self._barriers = season_read.barriers(self._services.db)
        self._barrier = _chosen(self._barriers, site or before, today)
        self._show_choice()
        if self._barrier is None:
            self._show_none()
            return
        campaigns = self._barrier.campaigns
        wanted = campaign or (self._shown.campaign.uid if self._shown and before == self._barrier.uid else "")
        record = _campaign(campaigns, wanted, today)
        self._stepper.show_campaigns(list(reversed(campaigns)), record.uid if record else "")
        self._stepper.setVisible(bool(campaigns))
        self._shown = season_read.overview(self._services.db, record, today) if record is not None else None
        self.set_title(self._barrier.name, season_words.context_words(self._barrier, self._shown))
        self._show_step(self._next_of(self._barrier, today))
        if self._shown is None:
            self._stack.setCurrentWidget(self._no_campaign)
        else:
            self._stack.setCurrentWidget(self._season)
            self._show_season(self._barrier, self._shown)

    def _show_choice(self) -> None:
        self._several.setVisible(len(self._barriers) > 1)
        self._choice.set_choices([(one.uid, SITE.title(one.site.data)) for one in self._barriers])
        self._choice.set_value([self._barrier.uid] if self._barrier else [])
        for button in self._feet:
            button.setVisible(self._barrier is not None)

    def _show_none(self) -> None:
        """Say how to begin in a database without a barrier."""
        self._shown = None
        self.set_title(_("Barrière"))
        self._stepper.hide()
        self._stack.setCurrentWidget(self._no_barrier)
        words = _("Ou importez un fichier d’années passées dans Échanges.")
        self._show_step(Step(_("Créer la barrière"), "add", self._new_barrier, words))

    def _show_step(self, step: Step) -> None:
        self._step = step
        self._go.set_text(step.words)
        self._go.set_icon(step.icon)
        self._aside.setText(step.aside)
        self._waiting.hide()

    def _show_season(self, barrier: Barrier, shown: Overview) -> None:
        kept = self._same_day(shown)
        cells = [Cell(day.on, day.state, day.animals) for day in shown.days]
        self._strip.show_cells(cells, shown.today, kept)
        there = {cell.state for cell in cells}
        self._legend.show_states([state for state in LOOKS if state in there - {MorningState.FUTURE}])
        self._say_of(self._strip.current())
        runs = shown.to_explain()
        self._explain.show_runs(runs)
        self._waiting.set_text(_("{n} à expliquer").format(n=sum(run.days for run in runs)))
        self._arrange()
        self._totals.show_season(shown)
        self._ask_means(barrier, shown)

    def _same_day(self, shown: Overview) -> str:
        """Return the ISO date under the cursor, moved to the year of the campaign that is shown now."""
        before = self._strip.current()
        return next((day.on for day in shown.days if before and day.on[4:] == before[4:]), "")

    def _ask_means(self, barrier: Barrier, shown: Overview) -> None:
        opened = shown.campaign.data["opened_on"]
        until = shown.today if shown.number_today else shown.campaign.data["closed_on"]
        self._means.run(
            season_read.means, self._services.open_own, barrier.uid, opened, until, done=self._totals.show_means
        )

    def _say_of(self, on: str) -> None:
        day = self._shown.day(on) if self._shown else None
        self._said.setText(season_words.said_of(day, self._words.taxon_name) if day else "")
        if day is not None and day.morning.visit is not None and self._barrier is not None:
            self._doubts.ask(self._barrier.uid, on)
        else:
            self._doubts.drop()

    def _doubt(self, sentence: str) -> None:
        words = _("à vérifier : {what}").format(what=sentence)
        self._said.setText(f"{self._said.text()} · {words}")

    # ------------------------------------------------------------------------------------- the next step

    def _next_of(self, barrier: Barrier, today: date) -> Step:
        held = calendar.campaign_on(barrier.undated, today.isoformat())
        if held is not None:
            return self._this_morning(barrier, today)
        campaigns = barrier.campaigns
        coming = [one for one in campaigns if one.data["opened_on"] > today.isoformat()]
        if coming:
            words = _("La {campaign} commence {day}.").format(
                campaign=season_words.campaign_words(coming[0]), day=season_words.day_of(coming[0].data["opened_on"])
            )
            return Step(_("Voir les analyses"), "analyses", self._analyses, words)
        following = season_read.next_opening(campaigns, today)
        if following is None:
            words = _("Aucune campagne n’est ouverte ici.")
            return Step(_("Ouvrir une campagne"), "calendar", self._new_campaign, words)
        words = season_words.closed_words(campaigns[-1], self._shown.campaign if self._shown else None)
        if (following - today).days <= season_read.SEASONS_APART_DAYS:
            opening = _("Ouvrir la campagne {year}").format(year=following.year)
            return Step(opening, "calendar", self._new_campaign, words)
        return Step(_("Voir les analyses"), "analyses", self._analyses, words)

    def _this_morning(self, barrier: Barrier, today: date) -> Step:
        """Return the step of a day that a campaign holds: the relevé of this morning, or the one that waits."""
        on = today.isoformat()
        visits = [one for one in records.below_on(self._services.db, barrier.uid, on, on) if one.entity == VISIT.code]
        waiting = mornings_begun(self._services.db, barrier.uid)
        if on in waiting:
            return Step(_("Reprendre le relevé de ce matin"), "draft", lambda: self._morning(on), _("Il est commencé."))
        if not visits:
            return Step(_("Relevé de ce matin"), "bucket", lambda: self._morning(on), self._lacking_words())
        done = self._shown.day(on) if self._shown else None
        said = (
            _("Ce matin : {state}.").format(state=season_words.state_words(done)) if done else _("Ce matin est fait.")
        )
        if waiting:
            left = waiting[-1]
            words = _("Reprendre le relevé du {day}").format(day=season_words.day_of(left))
            return Step(words, "draft", lambda: self._morning(left), said)
        return Step(_("Revoir le relevé de ce matin"), "bucket", lambda: self._morning(on), said)

    def _lacking_words(self) -> str:
        count = self._shown.count(MorningState.UNTOLD) if self._shown else 0
        return _("{mornings} à expliquer.").format(mornings=season_words.mornings_words(count)) if count else ""

    def _walk(self, walks: bool) -> None:
        """Give Enter to the morning under the cursor once somebody walks in the calendar, else to the next step."""
        self._walks = walks and self._shown is not None
        self._go.show_key("" if self._walks else "Return")
        self._opens.setVisible(self._walks)

    def _walked(self, on: str) -> None:
        self._walk(True)
        self._say_of(on)

    def _enter(self, *_row: object) -> None:
        """Open the morning that was walked to; on arrival Enter is the next step, as its button says."""
        if self._walks and not self._go.hasFocus():
            self._open_current()
        else:
            self._next_step()

    def _next_step(self) -> None:
        if self._step is not None:
            self._step.run()

    # ------------------------------------------------------------------------------------------- actions

    def _morning(self, on: str) -> None:
        if self._barrier is not None:
            self._context.navigate("morning", site=self._barrier.uid, on=on)

    def _open_current(self) -> None:
        self._open_morning(self._strip.current())

    def _open_morning(self, on: str) -> None:
        day = self._shown.day(on) if self._shown else None
        if day is not None and day.state is MorningState.FUTURE:
            self._context.notify(_("{day} : ce matin n’est pas encore venu.").format(
                day=season_words.day_of(on).capitalize()), "info")  # fmt: skip
        elif day is not None:
            self._morning(on)

    def _take(self, first_on: str, last_on: str) -> None:
        """Offer the days selected in the calendar for explanation, where there is something to explain."""
        if self._shown is None:
            return
        days = [day for day in self._shown.days if first_on <= day.on <= last_on]
        untold = [day.on for day in days if day.state is MorningState.UNTOLD]
        if untold:
            self._explain.take(first_on if len(days) > 1 else untold[0], min(last_on, self._shown.today))

    def _explained(self, first_on: str, last_on: str, reason: str, remark: str) -> None:
        """Save one check "not looked into" for each of the days, as one action."""
        shown, barrier = self._shown, self._barrier
        if shown is None or barrier is None:
            return
        label = _("matins non relevés de {name}").format(name=barrier.name)
        made, saved = season_read.save_explained(self._services.db, shown, first_on, last_on, reason, remark, label)
        again = {"site": barrier.uid, "campaign": shown.campaign.uid}
        self.open(**again)
        if saved is None:
            words = _("De ces matins, aucun n’est à expliquer : ils ont leur relevé, ou sont hors de la campagne.")
            if self._explain.isVisible():
                self._explain.say(words)
            else:
                self._context.notify(words, "info")
            return
        self._services.on_saved(saved.made_at)
        why = VISIT.by_name["reason"].choice(reason)
        words = season_words.explained_words(made.told, made.kept, _(why.label).lower() if why else reason)
        way_back.offer(self._context, saved, words, lambda: self.open(**again))

    def _to_campaign(self, uid: str) -> None:
        """Show another campaign; the cursor stays where it is, in the calendar on the same day."""
        if self._barrier is None:
            return
        before = QApplication.focusWidget()
        self._read(self._barrier.uid, uid)
        self._walk(True)
        if before is None or not before.isVisible():
            self._strip.setFocus()

    def _next_barrier(self) -> None:
        uids = [one.uid for one in self._barriers]
        if self._barrier is not None:
            self.open(site=uids[(uids.index(self._barrier.uid) + 1) % len(uids)])

    def _new_barrier(self) -> None:
        self._context.navigate("barrier_sheet", new=True)

    def _new_campaign(self) -> None:
        if self._barrier is not None:
            self._context.navigate("barrier_sheet", site=self._barrier.uid, section="campaigns", new=True)

    def _analyses(self) -> None:
        self._context.navigate("analyses", protocol=CODE)

    def _exchanges(self) -> None:
        self._context.navigate("exchanges", protocol=CODE)

    # ---------------------------------------------------------------------------------------------- page

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter, wherever the focus is that has no use for it: the morning walked to, else the next step."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._enter()
            return
        super().keyPressEvent(event)

    def go_back(self) -> bool:
        """Go back from what is to be explained to the calendar, where they take turns."""
        if self._strip_card.isHidden():
            self._arrange()
            self._strip.setFocus()
            return True
        return False

    def leaving(self) -> None:
        """Give up the averages and the check; they are asked for anew when the page opens."""
        self._means.drop()
        self._doubts.drop()

    def undo_state(self) -> dict[str, Any]:
        """Return the barrier and the campaign shown."""
        found = {"site": self._barrier.uid} if self._barrier else {}
        return {**found, "campaign": self._shown.campaign.uid} if self._shown else found

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of what is shown."""
        found = [Action("" if self._walks else "Return", self._go.text().lower(), self._next_step, "next")]
        if self._walks:
            found.insert(0, Action("Return", _("ouvrir le matin du calendrier"), self._open_current, "bucket"))
        if self._barrier is None:
            return found
        if len(self._barriers) > 1:
            found.append(Action(NEXT_BARRIER, _("la barrière suivante"), self._next_barrier, "barrier"))
        if self._shown is not None:
            found += self._stepper.keys()
            found.append(Action("Shift+Right", _("dans le calendrier : prendre plusieurs matins")))
            if self._shown.to_explain():
                found.append(Action("X", _("les matins à expliquer, l’un après l’autre"), self._next_run, "to_review"))
            if self._explain.isVisible():
                found += self._explain.keys()
        return [*found, *(Action(one.key, one.text().lower(), one.click) for one in self._feet)]


def _chosen(barriers: Sequence[Barrier], wanted: str, today: date) -> Barrier | None:
    """Return the barrier that was asked for, else the one with a campaign that holds today, else the first."""
    asked = next((one for one in barriers if one.uid == wanted), None)
    held = (one for one in barriers if calendar.campaign_on(one.undated, today.isoformat()) is not None)
    return asked or next(held, barriers[0] if barriers else None)


def _campaign(campaigns: Sequence[Record], wanted: str, today: date) -> Record | None:
    """Return the campaign that was asked for, else the last that has begun, else the first to come."""
    asked = next((one for one in campaigns if one.uid == wanted), None)
    begun = [one for one in campaigns if one.data["opened_on"] <= today.isoformat()]
    return asked or (begun[-1] if begun else next(iter(campaigns), None))

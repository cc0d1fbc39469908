"""What stands around the calendar of a season: its totals, the mornings to explain, the choice of the campaign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QSizePolicy, QWidget

from fieldapp.core.parse import parse_date, show_date
from fieldapp.core.record import Record
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier.campaign import MorningState
from fieldapp.protocols.pitfall_barrier.rules_visit import OTHER_REASON
from fieldapp.protocols.pitfall_barrier.schema import CAMPAIGN, VISIT
from fieldapp.ui import theme
from fieldapp.ui.barrier.season_read import Means, Overview, Run
from fieldapp.ui.barrier.season_words import means_words, mornings_words, run_words, waiting_words
from fieldapp.ui.page import Action
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, DateEdit, FlowLayout, ParsedEdit, text_label
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.wording import number_words

RUNS_SHOWN = 3
"""Runs of mornings to explain that have a button at once; the key goes on to the others."""

OLDER_KEY, NEWER_KEY = "PgUp", "PgDown"


class CampaignStepper(QFrame):
    """Shows one campaign of those given, newest first; `changed` carries its uid.

    Page up and down step, as they do from morning to morning on the board: the arrows belong to the calendar.
    """

    changed = Signal(str)

    def __init__(self, *, name: str = "campaign", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "field")
        self._campaigns: list[Record] = []
        self._at = 0
        self._older = ActionButton("", "", OLDER_KEY, role="quiet", name=f"{name}.older", on=partial(self._step, 1))
        self._newer = ActionButton("", "", NEWER_KEY, role="quiet", name=f"{name}.newer", on=partial(self._step, -1))
        self._older.setAccessibleName(_("campagne d’avant"))
        self._newer.setAccessibleName(_("campagne d’après"))
        self._label = text_label("", "strong", name=f"{name}.year")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setLayout(theme.row(self._older, self._label, self._newer, spacing=theme.S))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for button in (self._older, self._newer):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_campaigns(self, campaigns: Sequence[Record], uid: str) -> None:
        """Offer these, newest first, and stand on the one with this uid."""
        self._campaigns = list(campaigns)
        self._at = next((place for place, one in enumerate(self._campaigns) if one.uid == uid), 0)
        self._show()

    def keys(self) -> list[Action]:
        """Return the keys of the choice, for F1."""
        return [
            Action(OLDER_KEY, _("campagne d’avant"), partial(self._step, 1), "previous"),
            Action(NEWER_KEY, _("campagne d’après"), partial(self._step, -1), "next"),
        ]

    def _step(self, by: int) -> None:
        if 0 <= self._at + by < len(self._campaigns):
            self._at += by
            self._show()
            self.changed.emit(self._campaigns[self._at].uid)

    def _show(self) -> None:
        here = self._campaigns[self._at] if self._campaigns else None
        words = CAMPAIGN.title(here.data) if here is not None else "–"
        self._label.setText(words)
        self._older.setEnabled(self._at + 1 < len(self._campaigns))
        self._newer.setEnabled(self._at > 0)
        self.setAccessibleName(_("campagne {year}").format(year=words))


class TotalsCard(Card):
    """The figures of a season, and its animals by species beside the average of the campaigns before."""

    def __init__(self, name_of: Callable[[int | None], str]) -> None:
        super().__init__(" ", name="season.totals")
        self._name_of = name_of
        self._shown: Overview | None = None
        self._figures: dict[str, tuple[QWidget, QWidget]] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.M)
        self._grid.setVerticalSpacing(theme.XS)
        self._numbers = [text_label("", "section", name=f"season.figure.{place}") for place in range(6)]
        self._labels = [text_label("", "small", name=f"season.label.{place}") for place in range(6)]
        for place, (number, label) in enumerate(zip(self._numbers, self._labels, strict=True)):
            self._grid.addLayout(theme.column(number, label, spacing=0), *divmod(place, 3))
            self._grid.setColumnStretch(place % 3, 1)
        self.table = RecordTable(
            [Column(_("Espèce"), stretch=True), Column(_("Entrées"), number=True), Column(_("Moyenne"), number=True)],
            name="season.species",
        )
        self.table.opens_rows = False
        ColumnFit(self.table, (2,))
        self._words = text_label("", "small", wrap=True, name="season.means")
        self.add(self._grid)
        self.add(self.table, 1)
        self.add(self._words)
        self.body.addStretch(0)  # takes the room of the table in a season without any animal

    def show_season(self, shown: Overview) -> None:
        """Show the figures of a campaign; the average is to come."""
        self._shown = shown
        year = CAMPAIGN.title(shown.campaign.data)
        self.set_title(_("Saison {year}").format(year=year))
        state = MorningState
        figures = (
            (shown.looked_into, _("relevés")),
            (shown.count(state.EMPTY), _("dont vides")),
            (shown.count(state.MISSED), _("non relevés")),
            (shown.animals, _animals_label(shown)),
            (shown.dead, _("dont morts")),
            (shown.count(state.UNTOLD), _("à expliquer")),
        )
        for number, label, (value, words) in zip(self._numbers, self._labels, figures, strict=True):
            number.setText(number_words(value))
            label.setText(words)
        self._fill(None)
        self._say(_("Moyenne des campagnes d’avant : en cours de calcul…"))

    def show_means(self, found: Means) -> None:
        """Show the average of the campaigns before beside the figures."""
        if self._shown is not None:
            self._fill(found)
            self._say(means_words(found, self._shown))

    def _say(self, means: str) -> None:
        waiting = waiting_words(self._shown) if self._shown is not None else ""
        self._words.setText(" ".join(filter(None, (waiting, means))))

    def _fill(self, found: Means | None) -> None:
        if self._shown is None:
            return
        counts = self._shown.entries
        usual = dict(found.entries) if found is not None else {}
        order = sorted({*counts, *usual}, key=lambda cd_nom: (-counts[cd_nom], -usual.get(cd_nom, 0.0), cd_nom))
        has_means = found is not None and bool(found.years)
        rows = [
            (
                self._name_of(cd_nom),
                number_words(counts[cd_nom]),
                _average(usual.get(cd_nom, 0.0)) if has_means else "…" if found is None else "–",
            )
            for cd_nom in order
        ]
        self.table.show_rows(rows, keys=order)
        self.table.setVisible(bool(rows))


def _animals_label(shown: Overview) -> str:
    """Return "animaux", with those on their way out where there are such: the table below counts entries."""
    out = shown.animals - shown.entries.total()
    return ngettext("animaux, {n} sortie", "animaux, {n} sorties", out).format(n=out) if out else _("animaux")


def _average(value: float) -> str:
    """Return an average as it is read beside whole numbers: with a decimal only where that says something."""
    return number_words(value, 0 if value >= 10 or value == 0 else 1)


class ExplainCard(Card):
    """The mornings of which nobody said anything: choose a run or type its ends, then one key says why.

    `wanted` carries the first and last ISO date, the code of the reason and a remark; `chosen` the ends of a run that
    was pressed.
    """

    wanted = Signal(str, str, str, str)
    chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(" ", "to_review", name="season.explain")
        self._runs: Sequence[Run] = ()
        self._at = self._from = 0
        self.context.setObjectName("season.more")
        self._buttons: list[ActionButton] = []
        self._flow = FlowLayout()
        self.first = DateEdit(parse_date, show_date, name="season.from")
        self.last = DateEdit(parse_date, show_date, name="season.until")
        self.remark = ParsedEdit(lambda text: " ".join(text.split()), str, name="season.remark")
        self.remark.setPlaceholderText(_("remarque, si besoin : confinement…"))
        self._said = text_label("", "error", wrap=True, name="season.explain.said")
        self._said.hide()
        begin, end = text_label(_("pas de relevé du"), "label"), text_label(_("au"), "label")
        ends = QWidget(self)
        ends.setLayout(theme.row(begin, self.first, end, self.last, spacing=theme.S))
        self.remark.setMinimumWidth(theme.text_px() * 18)
        line = FlowLayout()
        line.addWidget(ends)
        line.addWidget(self.remark)
        for edit in (self.first, self.last):
            edit.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        reasons = FlowLayout()
        self._reasons: list[ActionButton] = []
        for number, choice in enumerate(VISIT.by_name["reason"].choices, start=1):
            words = _(choice.short or choice.label)
            button = ActionButton(
                words, "", str(number), name=f"season.reason.{choice.code}", on=partial(self._explain, choice.code),
                parent=self,
            )  # fmt: skip
            self._reasons.append(button)
            reasons.addWidget(button)
        self.add(self._flow)
        self.add(line)
        self.add(reasons)
        self.add(self._said)
        self.body.addStretch(0)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show the runs to explain, the first chosen; the card is for runs that there are."""
        self._runs, self._at = runs, 0
        count = sum(run.days for run in runs)
        self.set_title(_("{mornings} à expliquer").format(mornings=mornings_words(count)), self._more_words())
        self._show_buttons()
        self._say("")
        self.remark.set_value(None)
        if runs:
            self._show_ends(runs[0].first_on, runs[0].last_on)

    def _show_buttons(self) -> None:
        """Show a button for each run of the handful in which the chosen one lies."""
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        self._from = self._at // RUNS_SHOWN * RUNS_SHOWN
        for place, run in enumerate(self._runs[self._from : self._from + RUNS_SHOWN]):
            name, take = f"season.run.{place}", partial(self.choose, self._from + place)
            button = ActionButton(run_words(run), name=name, on=take, parent=self)
            self._flow.addWidget(button)
            button.show()
            self._buttons.append(button)

    def _more_words(self) -> str:
        left = len(self._runs) - RUNS_SHOWN
        return ngettext("et {n} autre suite", "et {n} autres suites", left).format(n=left) if left > 0 else ""

    def choose(self, place: int) -> None:
        """Take the run at this place."""
        self._at = place
        if not self._from <= place < self._from + RUNS_SHOWN:
            self._show_buttons()
        run = self._runs[place]
        self._show_ends(run.first_on, run.last_on)
        self.chosen.emit(run.first_on, run.last_on)

    def next_run(self) -> None:
        """Take the run after the one that is chosen, after the last the first."""
        if self._runs:
            self.choose((self._at + 1) % len(self._runs))

    def take(self, first_on: str, last_on: str) -> None:
        """Take the days that were selected elsewhere."""
        self._show_ends(first_on, last_on)

    def keys(self) -> list[Action]:
        """Return the keys of the card."""
        found = []
        for button, choice in zip(self._reasons, VISIT.by_name["reason"].choices, strict=True):
            words = _("expliquer : {reason}").format(reason=_(choice.label).lower())
            found.append(Action(button.key, words, button.click, "inaccessible"))
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on with Enter: from line to line, then to the reasons; on a button it presses it."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        at = QApplication.focusWidget()
        if isinstance(at, ActionButton):
            at.click()
            return
        order = [self.first, self.last, self.remark, self._reasons[0]]
        for before, after in pairwise(order):
            if at is before:
                after.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _show_ends(self, first_on: str, last_on: str) -> None:
        self.first.set_value(first_on)
        self.last.set_value(last_on)
        self._say("")
        following = (self._at + 1) % len(self._runs) if len(self._runs) > 1 else -1
        for place, button in enumerate(self._buttons, start=self._from):
            run = self._runs[place]
            is_here = (run.first_on, run.last_on) == (first_on, last_on)
            button.set_icon("check" if is_here and len(self._runs) > 1 else "")
            button.show_key("X" if place == following else "")

    def _explain(self, reason: str) -> None:
        if not (self.first.commit() and self.last.commit()):
            self._say(_("Ces dates ne se lisent pas : écrivez-les comme 14/03/2026."))
            return
        first, last = self.first.value(), self.last.value()
        if not first or not last:
            self._say(_("Dites du quel au quel matin."))
        elif last < first:
            self._say(_("Le dernier matin vient avant le premier : échangez les deux dates."))
        elif reason == OTHER_REASON and not self.remark.text().strip():
            self._say(_("Écrivez la raison dans la remarque, puis 6 de nouveau."))
            self.remark.setFocus()
        else:
            self.remark.commit()
            self._say("")
            self.wanted.emit(first, last, reason, self.remark.value() or "")

    def say(self, words: str) -> None:
        """Say what keeps these days from being explained."""
        self._say(words)

    def _say(self, words: str) -> None:
        self._said.setText(words)
        self._said.setVisible(bool(words))

"""The end of a session: its end and duration, what it adds up to, and the rings of the day, each accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fieldapp.core import parse
from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding.crbpo_mending import LONGEST_SESSION_MIN
from fieldapp.protocols.banding.ring import Ring, show_ring
from fieldapp.protocols.banding.stock import RingState, Stock
from fieldapp.ui import theme
from fieldapp.ui.banding import day
from fieldapp.ui.banding.count_bars import CountBars
from fieldapp.ui.banding.explaining import ExplainBar, count_words, explain
from fieldapp.ui.banding.overview import span_words, strings_of_day
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import NOTICE, WARNING, Card, LabeledField, ParsedEdit, TimeEdit, text_label
from fieldapp.ui.windows.place_sheet import FormScroll

STRINGS_SHOWN = 5
"""Strings that are seen without scrolling: more are seldom opened on one day."""


class ClosingPanel(QWidget):
    """What stands on the screen when a session closes. `finished` is Enter in the last line."""

    changed = Signal()
    finished = Signal()

    def __init__(self, services: Services, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("closing")
        self._services, self._context = services, context
        self._opened_at = ""
        self._on = ""
        self._captures: Sequence[Record] = ()
        self._stocks: list[Stock] = []
        self._waiting: list[tuple[Stock, Ring]] = []
        self.end = TimeEdit(parse.parse_time, parse.show_time, example="00:00", name="closing.end")
        self.duration = ParsedEdit(read_duration, day.duration_words, example="00 h 00", name="closing.duration")
        self._end_field = LabeledField(_("Fermeture"), self.end, key="F6", on_key=self.set_now)
        self._duration_field = LabeledField(_("Durée"), self.duration, required=True)
        self._now: Callable[[], str] = lambda: ""
        self.end.changed.connect(self._ended)
        self.duration.changed.connect(self._lasted)
        self.end.returnPressed.connect(self._entered)
        self.duration.returnPressed.connect(self._entered)
        box = theme.row(self._left(), self._right(), spacing=theme.M)
        box.setStretch(0, 4)
        box.setStretch(1, 6)
        self.setLayout(box)

    # ------------------------------------------------------------------------------------------ building

    def _left(self) -> QWidget:
        whole = Card(_("La séance"), "clock", name="closing.card")
        inner = QWidget()
        card = theme.column(spacing=theme.S)
        times = theme.row(self._end_field, self._duration_field, spacing=theme.M)
        for number in range(2):  # each has half of the card: what is wrong with it can be read below it
            times.setStretch(number, 1)
        card.addLayout(times)
        self._count = text_label("", "display", name="closing.count")
        self._totals = text_label("", "strong", wrap=True, name="closing.totals")
        card.addWidget(self._count)
        card.addWidget(self._totals)
        self._casualties = text_label("", "", wrap=True, name="closing.casualties")
        self._bars = {"nets": CountBars(name="closing.nets"), "hours": CountBars(name="closing.hours")}
        card.addWidget(text_label(_("Morts, blessés"), "label"))
        card.addWidget(self._casualties)
        for code, label in (("nets", _("Captures par filet")), ("hours", _("Captures par heure"))):
            card.addWidget(text_label(label, "label"))
            card.addWidget(self._bars[code])
        card.addStretch(1)
        inner.setLayout(card)
        whole.add(FormScroll(inner), 1)
        return whole

    def _right(self) -> QWidget:
        card = Card(_("Les bagues du jour"), "ring", name="closing.rings")
        columns = [Column(_("Série"), chars=14), Column(_("Posées"), number=True)]
        columns += [Column(_("Autrement"), stretch=True), Column(_("À expl."), number=True)]
        columns += [Column(_("Reste"), number=True)]
        self.strings = RecordTable(columns, name="closing.strings")
        self.strings.opens_rows = False
        self._no_strings = text_label("", "secondary", wrap=True, name="closing.no_strings")
        self.skipped = RecordTable([Column(_("Bague sautée"), strong=True, stretch=True)], name="closing.skipped")
        self.skipped.opens_rows = False
        self._skipped_words = text_label("", "strong", wrap=True, name="closing.skipped_words")
        self._bar = ExplainBar(self._explain, name="closing.explain")
        card.add(self._no_strings)
        card.add(self.strings)
        card.add(self._skipped_words)
        card.add(self.skipped, 1)
        card.body.addStretch(0)
        card.add(self._bar)
        return card

    # ------------------------------------------------------------------------------------------- showing

    def load(self, session: Record, captures: Sequence[Record], now: Callable[[], str], end: str) -> None:
        """Show a session with its captures; `end` is the proposed end ("" for none), `now` the clock behind F6."""
        self._opened_at = str(session.data.get("opened_at", ""))
        self._on, self._captures, self._now = str(session.data.get("date", "")), captures, now
        lasts = session.data.get("duration_min")
        self.duration.set_value(lasts)
        self.end.set_value(day.time_after(self._opened_at, lasts) if lasts is not None and self._opened_at else None)
        if lasts is None and end:
            self.end.set_value(end)
            self._ended(end, quiet=True)
        self._say_duration()
        self._show_totals(day.totals(captures))
        self._read_again()

    def begin(self) -> None:
        """Put the cursor on the end, selected: what is typed takes its place."""
        self.end.setFocus()
        self.end.selectAll()

    def set_now(self) -> None:
        """Close the nets now."""
        self.end.set_value(self._now())
        self._ended(self.end.value())

    def unread(self) -> ParsedEdit | None:
        """Read both lines, and return the first that can't be read; it says why. None when both are."""
        return next((line for line in (self.end, self.duration) if not line.commit()), None)

    def values(self) -> Values:
        """Return what the panel says of the session: its duration, where it is known."""
        lasts = self.duration.value()
        return {"duration_min": lasts} if lasts is not None else {}

    def texts(self) -> Mapping[str, str]:
        """Return what stands in the lines, for a draft."""
        return {"end": self.end.text(), "duration": self.duration.text()}

    def set_texts(self, texts: Mapping[str, str]) -> None:
        """Show what a draft held."""
        for line, name in ((self.end, "end"), (self.duration, "duration")):
            line.setText(texts.get(name, line.text()))
            line.commit()

    def lasting(self, opened_at: str, end: str) -> Values:
        """Return the duration of a session that opened and ended at these times of day."""
        return {"duration_min": day.minutes_between(opened_at, end)}

    def count_words(self) -> str:
        """Return "38 bagués"."""
        return self._count.text()

    def total_words(self) -> str:
        """Return "6 contrôles · 14 espèces"."""
        return self._totals.text()

    def is_all_explained(self) -> bool:
        """Return whether no ring of the day waits to be explained."""
        return not self._waiting

    def to_skipped(self) -> None:
        """Put the cursor on the first ring that waits."""
        self.skipped.setFocus()

    def _entered(self) -> None:
        """Go on with Enter: to the rings that wait, where there are any, else the session closes.

        A line that can't be read keeps the cursor.
        """
        unread = self.unread()
        if unread is not None:
            unread.setFocus()
            unread.selectAll()
        elif self._waiting:
            self.to_skipped()
        else:
            self.finished.emit()

    def _ended(self, end: str | None, *, quiet: bool = False) -> None:
        if end and self._opened_at:
            self.duration.set_value(day.minutes_between(self._opened_at, end))
        self._say_duration()
        if not quiet:
            self.changed.emit()

    def _lasted(self, minutes: int | None) -> None:
        if minutes is not None and self._opened_at:
            self.end.set_value(day.time_after(self._opened_at, minutes))
        self._say_duration()
        self.changed.emit()

    def _say_duration(self) -> None:
        lasts = self.duration.value()
        if not self._opened_at:
            self._end_field.set_problem(_("L’heure d’ouverture manque : la durée ne peut pas en suivre."), NOTICE)
        else:
            self._end_field.set_problem(_("ouverture {hour}").format(hour=self._opened_at), NOTICE)
        if lasts is None:
            self._duration_field.set_problem(_("À remplir : l’effort ne se retrouve pas après coup."), WARNING)
        elif lasts > LONGEST_SESSION_MIN:
            self._duration_field.set_problem(_("Long : est-ce bien la durée, et non l’heure de fin ?"), WARNING)
        else:
            self._duration_field.clear_problem()

    def _show_totals(self, found: day.Totals) -> None:
        self._count.setText(ngettext("{n} bagué", "{n} bagués", found.ringed).format(n=found.ringed))
        parts = [ngettext("{n} contrôle", "{n} contrôles", found.controls).format(n=found.controls)]
        if found.foreign:
            parts.append(ngettext("{n} étranger", "{n} étrangers", found.foreign).format(n=found.foreign))
        parts.append(ngettext("{n} espèce", "{n} espèces", found.species).format(n=found.species))
        others = found.lines - found.ringed - found.controls
        if others:
            parts.append(ngettext("{n} autre ligne", "{n} autres lignes", others).format(n=others))
        self._totals.setText(" · ".join(parts))
        self._bars["nets"].show_counts([(name or "?", count) for name, count in found.by_net.items()])
        self._bars["hours"].show_counts([(f"{hour} h" if hour else "?", n) for hour, n in found.by_hour.items()])
        self._casualties.setText("\n".join(map(day.casualty_words, found.casualties)) or _("aucun"))

    def _show_strings(self) -> None:
        found = day.accounting(self._stocks, self._captures, self._on)
        rows = [_string_row(item) for item in found]
        self.strings.show_rows(rows, keys=[item.stock.uid for item in found])
        self.strings.setVisible(bool(found))
        self.strings.setFixedHeight((min(len(found), STRINGS_SHOWN) + 1) * (theme.target() + theme.XS) + theme.XS)
        self._no_strings.setVisible(not found)
        self._no_strings.setText(_("Aucune bague de vos séries n’a été posée dans cette séance."))
        self._waiting = [(item.stock, ring) for item in found for ring in item.skipped]
        keys = [ring.key for _held, ring in self._waiting]
        self.skipped.show_rows(
            [(f"{show_ring(ring.number)}|{held.size} {span_words(held)}",) for held, ring in self._waiting], keys=keys
        )
        count = len(self._waiting)
        words = ngettext(
            "{n} bague sautée : dites ce qu’elle est devenue.",
            "{n} bagues sautées : dites ce qu’elles sont devenues.",
            count,
        )
        self._skipped_words.setText(
            words.format(n=count) if count else (_("Toutes les bagues sont expliquées.") if found else "")
        )
        self.skipped.setVisible(bool(count))
        self._bar.setVisible(bool(count))

    # ------------------------------------------------------------------------------------------- explain

    def _explain(self, state: RingState) -> None:
        key = self.skipped.current_key()
        waiting = next(((held, ring) for held, ring in self._waiting if ring.key == key), None)
        if waiting is None:
            return
        again = self._read_again
        if explain(self._services, self._context, *waiting, state, self._on, again):
            self._show_strings()
            if self._waiting:
                self.skipped.setFocus()
            else:
                self.begin()
            self.changed.emit()

    def _read_again(self) -> None:
        self._stocks = strings_of_day(self._services, self._captures, self._on)
        self._show_strings()

    def keys(self) -> list[Action]:
        """Return the keys of the panel, for F1."""
        found = [Action("F6", _("filets fermés maintenant"), self.set_now, "clock")]
        return found + (self._bar.keys(self._explain) if self._waiting else [])


def read_duration(text: str) -> int:
    """Return the minutes that were typed as "5:30", "5h30", "5 h" or "330 min"; ValueError with a sentence if not."""
    typed = text.strip().lower()
    for ending in ("min", "mn"):
        if typed.endswith(ending) and "h" not in typed:
            return parse.parse_integer(typed.removesuffix(ending))
    try:
        return day.minutes_between("00:00", parse.parse_time(typed))
    except ValueError:
        raise ValueError(
            _("« {text} » n’est pas une durée : écrivez 5:30 ou 330 min.").format(text=text[:40])
        ) from None


def _string_row(item: day.StringDay) -> tuple[str, ...]:
    noted = [count_words(state, count) for state, count in item.noted.items() if count]
    counts = [str(count) if count else "–" for count in (item.used, len(item.skipped))]
    name = f"{item.stock.size} {span_words(item.stock)}"
    return (name, counts[0], ", ".join(noted) or "–", counts[1], str(item.stock.remaining))

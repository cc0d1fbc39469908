"""The rings of one string, each with its state: those that were skipped are explained by one key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from fieldapp.core.record import Record
from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.ring import Ring, from_key, show_ring
from fieldapp.protocols.banding.schema import VISIT
from fieldapp.protocols.banding.stock import RingState, Stock
from fieldapp.store import records
from fieldapp.ui import rounds, theme, way_back
from fieldapp.ui.banding.explaining import WORDS, ExplainBar, count_words, explain
from fieldapp.ui.banding.overview import known_of
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, live_key, text_label

BADGES: dict[RingState, str] = {
    RingState.FREE: "todo",
    RingState.USED: "done",
    RingState.LOST: "inaccessible",
    RingState.DESTROYED: "inaccessible",
    RingState.REPLACED: "neutral",
    RingState.LATER: "doing",
    RingState.RETURNED: "neutral",
    RingState.SKIPPED: "review",
}
"""The badge of each state of a ring."""

ALL, WAITING, NOT_USED = "all", "waiting", "not_used"
SHOWN = ((ALL, N_("toutes"), "1"), (WAITING, N_("à expliquer"), "2"), (NOT_USED, N_("non posées"), "3"))
"""Which rings are listed, with the key of each choice."""


class RingStringPanel(QWidget):
    """The rings of a string; P, D, T, R say what became of the ring under the cursor."""

    def __init__(self, services: Services, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("rings")
        self._services, self._context = services, context
        self._held: Stock | None = None
        self._chips = ChipRow([], multiple=False, required=True, framed=False, name="rings.shown")
        self._chips.changed.connect(lambda _codes: self._show())
        self._words = text_label("", "secondary", name="rings.words")
        columns = [Column(_("Bague"), strong=True, chars=12), Column(_("État"), badge=True, chars=18)]
        columns += [Column(_("Le"), chars=10), Column(_("Oiseau, raison"), stretch=True)]
        self.table = RecordTable(columns, name="rings.table")
        self.table.opened.connect(self._open_bird)
        self.table.current_changed.connect(lambda _key: self._follow())
        self.table.installEventFilter(self)
        card = Card(name="rings.card")
        card.add(self.table, 1)
        self._forget = ActionButton(_("Oublier"), "undo", role="quiet", name="rings.forget", on=self._take_away)
        self._forget.show_key("Del")
        self._return = ActionButton(
            _("Rendre le reste"), "not_sent", "Shift+R", role="quiet", name="rings.return", on=self._return_rest
        )
        self._bar = ExplainBar(self._explain, (self._forget, self._return), name="rings.explain")
        self._bird = ActionButton(_("Vie de l’oiseau"), "next", primary=True, name="rings.bird", on=self._to_bird)
        self._bird.show_key("Return")
        foot = theme.row(self._bar, self._bird)
        foot.setStretch(0, 1)
        box = theme.column(theme.row(self._chips, 1, self._words), card, foot)
        box.setStretch(1, 1)
        self.setLayout(box)
        for code, _label, key in SHOWN:
            live_key(self, key, lambda code=code: self._choose(code))  # type: ignore[misc]

    def show_string(self, held: Stock) -> None:
        """Show the rings of a string: those to be explained, where there are any."""
        self._held = held
        waiting = len(held.skipped())
        labels = {ALL: held.span.size, WAITING: waiting, NOT_USED: held.span.size - held.counts()[RingState.USED]}
        self._chips.set_choices([(code, f"{_(label)} · {labels[code]}", key) for code, label, key in SHOWN])
        self._chips.set_value([WAITING if waiting else ALL])
        self._show()
        following = held.next()
        if not waiting and following is not None:
            self.table.select_key(following.key)
        self.table.setFocus()

    def _choose(self, code: str) -> None:
        self._chips.set_value([code])
        self._show()
        self.table.setFocus()

    def _show(self) -> None:
        held = self._held
        if held is None:
            return
        which = next(iter(self._chips.value()), ALL)
        wanted = {ALL: set(RingState), WAITING: {RingState.SKIPPED}, NOT_USED: set(RingState) - {RingState.USED}}
        found = [(ring, state) for ring, state in held.states() if state in wanted[which]]
        days = self._days(held, [ring for ring, _state in found])
        self.table.show_rows(
            [self._row(held, ring, state, days) for ring, state in found], keys=[ring.key for ring, _state in found]
        )
        counts = held.counts()
        parts = [count_words(state, counts[state]) for state in RingState if counts[state]]
        self._words.setText(" · ".join(parts))
        self._return.setEnabled(held.remaining > 0)
        self._follow()

    def _days(self, held: Stock, rings: Sequence[Ring]) -> dict[str, str]:
        """Return the day of the capture of each ring that is on a bird; one statement."""
        captures = {ring.key: held.used[ring.key] for ring in rings if ring.key in held.used}
        parents = {capture.parent for capture in captures.values() if capture.parent}
        sessions = records.get_many(self._services.db, parents)
        return {
            key: str(session.data.get(VISIT.date_field or "", ""))
            for key, capture in captures.items()
            if (session := sessions.get(capture.parent or "")) is not None
        }

    def _row(self, held: Stock, ring: Ring, state: RingState, days: dict[str, str]) -> tuple[str, ...]:
        capture, noted = held.used.get(ring.key), held.fates.get(ring.key)
        on, said = days.get(ring.key, ""), ""
        if capture is not None:
            said = " ".join(str(capture.data.get(name, "")) for name in ("species", "sex", "age")).strip()
        if noted is not None and state not in {RingState.USED}:
            on = str(noted.data.get("on", "")) or on
            said = " · ".join(filter(None, (said, str(noted.data.get("comments", "")))))
        return show_ring(ring.number), f"{BADGES[state]}|{_(WORDS[state])}", rounds.short_date(on), said

    def _current(self) -> Ring | None:
        key = self.table.current_key()
        return from_key(key) if isinstance(key, str) and self.table.model().rowCount() else None

    def _follow(self) -> None:
        held, ring = self._held, self._current()
        state = held.state_of(ring) if held is not None and ring is not None else None
        self._bar.set_enabled(state is not None and state is not RingState.USED)
        self._forget.setEnabled(held is not None and ring is not None and ring.key in held.fates)
        self._bird.setEnabled(held is not None and ring is not None and ring.key in held.used)

    # -------------------------------------------------------------------------------------------- actions

    def _explain(self, state: RingState) -> None:
        held, ring = self._held, self._current()
        if held is None or ring is None or held.state_of(ring) is RingState.USED:
            return
        at = self.table.currentIndex().row()
        on = rounds.today().isoformat()
        if explain(self._services, self._context, held, ring, state, on, self._read_again):
            self._show()
            rows = self.table.model().rowCount()
            if rows:
                self.table.selectRow(min(at + (self._chips.value() != [WAITING]), rows - 1))
            self.table.setFocus()

    def _read_again(self) -> None:
        if self._held is None:
            return
        record = records.get(self._services.db, self._held.uid)
        if record is not None:
            self._held = stock.load(known_of(self._services), record)
            self._show()

    def _take_away(self) -> None:
        """Forget what was noted of the ring: it is as if nothing had been said."""
        held, ring = self._held, self._current()
        noted = held.fates.get(ring.key) if held is not None and ring is not None else None
        if noted is None or held is None or ring is None:
            return
        self._save([noted.removed()], _("{ring} : remise comme avant").format(ring=ring.number))

    def _return_rest(self) -> None:
        """Note that all rings which are left went back to the CRBPO, and finish the string."""
        held = self._held
        if held is None:
            return
        on = rounds.today().isoformat()
        rest = [ring for ring, state in held.states() if state in stock.STILL_THERE]
        made = [stock.fate(held, ring, RingState.RETURNED.value, on) for ring in rest]
        words = ngettext("{n} bague rendue, série finie", "{n} bagues rendues, série finie", len(rest))
        self._save([*made, stock.finished(held, on)], words.format(n=len(rest)))

    def _save(self, made: Sequence[Record], words: str) -> None:
        saved = records.save(self._services.db, made, words)
        self._services.on_saved(saved.made_at)
        self._read_again()
        way_back.offer(self._context, saved, f"{words}.", self._read_again)

    def _to_bird(self) -> None:
        self._open_bird(self.table.current_key())

    def _open_bird(self, key: object) -> None:
        if isinstance(key, str) and self._held is not None and key in self._held.used:
            self._context.navigate("ring", key=key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Forget what was noted with Delete."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            self._take_away()
            return True
        return False

    def keys(self) -> list[Action]:
        """Return the keys of the panel, for F1."""
        found: list[Any] = self._bar.keys(self._explain)
        found += [
            Action("Del", _("oublier ce qui a été noté de la bague"), self._take_away, "undo"),
            Action("Shift+R", _("rendre le reste au CRBPO et finir la série"), self._return_rest, "not_sent"),
            Action("Return", _("vie de l’oiseau"), self._to_bird, "next"),
        ]
        return found + [
            Action(key, _("bagues : {which}").format(which=_(label)), lambda code=code: self._choose(code))  # type: ignore[misc]
            for code, label, key in SHOWN
        ]

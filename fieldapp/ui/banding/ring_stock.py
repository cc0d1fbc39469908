"""The ring stock: the strings by size with what is left of each; opened, given to a person, finished by one key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStackedWidget, QStyleOptionViewItem, QWidget

from fieldapp.core.record import Record
from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.lists import ring_sizes
from fieldapp.protocols.banding.ring import Ring, show_ring
from fieldapp.protocols.banding.schema import CODE, RING_STRING
from fieldapp.protocols.banding.stock import RingState, Stock
from fieldapp.store import drafts, records
from fieldapp.ui import rounds, theme, way_back
from fieldapp.ui.banding.explaining import count_words
from fieldapp.ui.banding.overview import known_of, span_words
from fieldapp.ui.banding.ring_string import RingStringPanel
from fieldapp.ui.banding.stock_lines import bar_in, paint_bar
from fieldapp.ui.forms.links import PERSON, LinkEdit
from fieldapp.ui.forms_begun import draft_key
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, Index, RecordDelegate, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, EmptyState, FlowLayout, LabeledField, live_key, text_label

STATES: Mapping[str, tuple[str, str]] = {
    stock.RECEIVED: ("todo", N_("en réserve")),
    stock.OPEN: ("doing", N_("ouverte")),
    stock.FINISHED: ("done", N_("finie")),
}
"""How the state of a string is shown: the badge and its word."""

LOW = ("review", N_("bientôt finie"))
"""The badge of an open string that is nearly empty."""

IN_USE, ALL = "in_use", "all"
SHOWN = ((IN_USE, N_("ouvertes et en réserve"), "1"), (ALL, N_("avec les finies"), "2"))
"""Which strings are listed, with the key of each choice."""

_STATE, _LEFT = 2, 4
"""The columns of the state and of what is left."""

_BAR_SHARE = 0.2
"""The share of its cell that the bar of what is left takes: the figures stand beside it."""


def _is_finished(record: Record) -> bool:
    return record.data.get("state") == stock.FINISHED


def _place(record: Record) -> tuple[int, int, Ring]:
    """Return what sorts the strings: by size, the open ones first, then by number."""
    sizes, states = list(ring_sizes()), (stock.OPEN, stock.RECEIVED, stock.FINISHED)
    size, state = str(record.data.get("size", "")), record.data.get("state", stock.RECEIVED)
    return (
        sizes.index(size) if size in sizes else len(sizes),
        states.index(state) if state in states else len(states),
        stock.span_of(record.data).first,
    )


class RingStockPage(PageWidget):
    """All strings. `open(uid)` shows the rings of one."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._records: dict[str, Record] = {}  # all strings, in the order of the list
        self._stocks: dict[
            str, Stock
        ] = {}  # those of which the rings were read: finished ones only when they are shown
        self._rows: dict[str, tuple[str, ...]] = {}  # the row of each string, until it is read anew
        self._people: dict[str, Record] = {}
        self._with_finished = False
        self._seen: set[str] | None = None  # the strings when the page was last opened, None before
        self._uid = ""
        self._lay_out()

    def _lay_out(self) -> None:
        make = ActionButton
        self._open = make(_("Ouvrir"), "check", "O", name="stock.open", on=self._open_string)
        self._lease = make(_("Confier"), "observer", "C", name="stock.lease", on=self._one_lease)
        self._finish = make(_("Finir"), "done", "F", name="stock.finish", on=self._finish_string)
        self._one = StringCard(self._services, self._leased, (self._open, self._lease, self._finish))
        middle = theme.row(self._list_card(), self._one, spacing=theme.M)
        middle.setStretch(0, 2)
        middle.setStretch(1, 1)
        self._chips = ChipRow([], multiple=False, required=True, framed=False, name="stock.shown")
        self._chips.changed.connect(lambda codes: self._choose(codes[0]))
        for code, _label, key in SHOWN:
            live_key(self._chips, key, partial(self._choose, code))
        first = QWidget()
        whole = theme.column(theme.row(self._chips, 1), middle)
        whole.setStretch(1, 1)
        first.setLayout(whole)
        self.rings = RingStringPanel(self._services, self._context)
        self._sides = QStackedWidget()
        self._sides.addWidget(first)
        self._sides.addWidget(self.rings)
        box = theme.column(self._sides, self._foot())
        box.setStretch(0, 1)
        self.setLayout(box)
        stops = (self._chips, self._table, self._open, self._lease, self._finish, self._new, self._edit, self._list)
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def _list_card(self) -> Card:
        columns = [Column(_("Taille"), strong=True), Column(_("Série"), stretch=True)]
        columns += [Column(_("État"), badge=True, chars=10), Column(_("À expl."), number=True)]
        columns += [Column(_("Reste"), number=True, chars=11)]
        self._table = RecordTable(columns, name="stock.table")
        self._table.setItemDelegateForColumn(_LEFT, _LeftDelegate(columns, self._table))
        self._table.opened.connect(self._to_rings)
        self._table.current_changed.connect(lambda _key: self._show_one())
        self._empty = EmptyState(
            "stock",
            _("Aucune série de bagues"),
            _("N en note une : taille, premier et dernier numéro. Les bagues sont alors proposées une à une."),
            name="stock.empty",
        )
        self._lists = QStackedWidget()
        self._lists.addWidget(self._table)
        self._lists.addWidget(self._empty)
        card = Card(name="stock.card")
        card.add(self._lists, 1)
        return card

    def _foot(self) -> QWidget:
        make = ActionButton
        self._new = make(_("Nouvelle série"), "add", "N", name="stock.new", on=self._add)
        self._edit = make(_("Modifier"), "edit", "E", name="stock.edit", on=self._modify)
        self._list = make(_("Ses bagues"), "next", primary=True, name="stock.rings", on=self._to_current)
        self._list.show_key("Return")
        foot = QWidget()
        foot.setLayout(theme.row(self._new, self._edit, 1, self._list))
        self._strip = foot
        return foot

    # ------------------------------------------------------------------------------------------- showing

    def open(self, uid: str = "", **_params: Any) -> None:
        """Read the strings anew; with `uid` show the rings of that one."""
        self._uid = uid
        before = self._seen
        self._read()
        self._seen = set(self._records)
        if uid in self._records:
            self._table.select_key(uid)
            self._show_rings(self._stock(uid))
            return
        made = [key for key in self._records if before is not None and key not in before]
        if len(made) == 1:  # noted since the page was last shown
            self._table.select_key(made[0])
        self._show_list()

    def _show_list(self) -> None:
        self._sides.setCurrentIndex(0)
        self._strip.show()
        self._retitle()
        (self._table if self._table.isEnabled() and self._shown() else self._new).setFocus()

    def _read(self) -> None:
        """Read the strings anew: the rings of those that are shown, the years of finished ones wait until asked for."""
        found = [record for record in stock.records(known_of(self._services)) if stock.is_readable(record)]
        self._records = {record.uid: record for record in sorted(found, key=_place)}
        self._stocks, self._rows = {}, {}
        self._show()

    def _read_one(self, uid: str) -> None:
        """Read one string that changed; the others are as they were."""
        record = known_of(self._services).get(uid)
        self._stocks.pop(uid, None)
        self._rows.pop(uid, None)
        found = {**self._records, uid: record}
        self._records = {one.uid: one for one in sorted(filter(None, found.values()), key=_place)}
        self._show()

    def _stock(self, uid: str) -> Stock:
        """Return a string with its rings, read on its first showing."""
        if uid not in self._stocks:
            self._stocks[uid] = stock.load(known_of(self._services), self._records[uid])
        return self._stocks[uid]

    def _shown(self) -> list[Stock]:
        return [
            self._stock(uid) for uid, record in self._records.items() if self._with_finished or not _is_finished(record)
        ]

    def _show(self) -> None:
        shown = self._shown()
        self._people = records.get_many(self._services.db, {held.leased_to for held in shown if held.leased_to})
        self._table.show_rows([self._row(held) for held in shown], keys=[held.uid for held in shown])
        self._lists.setCurrentIndex(0 if shown else 1)
        counts = {ALL: len(self._records), IN_USE: sum(not _is_finished(one) for one in self._records.values())}
        self._chips.set_choices([(code, f"{_(label)} · {counts[code]}", key) for code, label, key in SHOWN])
        self._chips.set_value([ALL if self._with_finished else IN_USE])
        begun = drafts.get(self._services.db, draft_key((CODE, RING_STRING.code, "", ""))) is not None
        self._new.set_text(("◐ " if begun else "") + _("Nouvelle série"))
        self._show_one()

    def _row(self, held: Stock) -> tuple[str, ...]:
        if held.uid not in self._rows:
            self._rows[held.uid] = self._row_anew(held)
        return self._rows[held.uid]

    def _row_anew(self, held: Stock) -> tuple[str, ...]:
        state, word = LOW if held.is_open and held.is_nearly_empty else STATES.get(held.state, ("neutral", held.state))
        skipped, numbers = len(held.skipped()), span_words(held)
        return (
            held.size,
            " · ".join(filter(None, (numbers, self._person(held.leased_to)))),
            f"{state}|{_(word)}",
            str(skipped) if skipped else "–",
            f"{held.remaining} / {held.span.size}",
        )

    def _person(self, uid: str) -> str:
        record = self._people.get(uid)
        return str(record.data.get("name", "")) if record else ""

    def _retitle(self) -> None:
        left = sum(held.remaining for held in self._stocks.values() if held.is_open)
        opened = sum(held.is_open for held in self._stocks.values())
        words = (
            ngettext("{n} série ouverte", "{n} séries ouvertes", opened).format(n=opened),
            ngettext("{n} bague à poser", "{n} bagues à poser", left).format(n=left),
        )
        self.set_title(_("Stock de bagues"), " · ".join(words))

    def _current(self) -> Stock | None:
        key = self._table.current_key() if self._table.model().rowCount() else None
        return self._stocks.get(key) if isinstance(key, str) else None

    def _show_one(self) -> None:
        held = self._current()
        self._one.show_string(held)
        self._one.setVisible(held is not None)
        for button in (self._edit, self._lease, self._list):
            button.setEnabled(held is not None)
        self._open.setEnabled(held is not None and not held.is_open)
        self._open.set_text(_("Rouvrir") if held is not None and held.state == stock.FINISHED else _("Ouvrir"))
        self._finish.setEnabled(held is not None and held.state != stock.FINISHED)

    # -------------------------------------------------------------------------------------------- actions

    def _save(self, record: Record, label: str, words: str) -> None:
        """Save a string that changed, and say it with the way back."""
        saved = records.save(self._services.db, [record], label)
        self._services.on_saved(saved.made_at)

        def again() -> None:
            self._read_one(record.uid)
            self._table.select_key(record.uid)
            self._show_one()
            self._retitle()

        again()
        way_back.offer(self._context, saved, words, again)

    def _changed(self, make: Callable[[Stock], Record], words: str) -> None:
        held = self._current()
        if held is not None:
            name = f"{held.size} {held.span.first.number}–{held.span.last.number}".strip()
            said = words.format(name=name)
            self._save(make(held), said, f"{said}.")

    def _open_string(self) -> None:
        self._changed(lambda held: stock.opened(held, rounds.today().isoformat()), _("série {name} ouverte"))

    def _finish_string(self) -> None:
        self._changed(lambda held: stock.finished(held, rounds.today().isoformat()), _("série {name} finie"))

    def _one_lease(self) -> None:
        if self._current() is not None:
            self._one.ask_person()

    def _leased(self, person: str) -> None:
        words = _("série {name} confiée") if person else _("série {name} reprise")
        self._changed(lambda held: stock.leased(held, person), words)
        self._table.setFocus()

    def _add(self) -> None:
        self._context.navigate("place", protocol=CODE, entity=RING_STRING.code)

    def _modify(self) -> None:
        if held := self._current():
            self._context.navigate("place", protocol=CODE, entity=RING_STRING.code, uid=held.uid)

    def _choose(self, code: str) -> None:
        self._with_finished = code == ALL
        self._show()
        self._table.setFocus()

    def _to_current(self) -> None:
        if held := self._current():
            self._to_rings(held.uid)

    def _to_rings(self, key: object) -> None:
        if isinstance(key, str) and key in self._records:
            self._uid = key
            self._show_rings(self._stock(key))

    def _show_rings(self, held: Stock) -> None:
        self._strip.hide()
        self._sides.setCurrentIndex(1)
        self.rings.show_string(held)
        size = _("taille {letter}").format(letter=held.size) if held.size else ""
        numbers = f"{show_ring(held.span.first.number)} – {show_ring(held.span.last.number)}"
        self.set_title(_("Série {numbers}").format(numbers=numbers), size)

    # --------------------------------------------------------------------------------------------- shell

    def go_back(self) -> bool:
        """Leave the rings of a string first, then the line of the person."""
        if self._sides.currentIndex() == 1:
            uid, self._uid = self._uid, ""
            self._read_one(uid)
            self._show_list()
            self._table.select_key(uid)
            return True
        return self._one.leave_person()

    def undo_state(self) -> dict[str, Any]:
        """Return the string whose rings are shown."""
        return {"uid": self._uid if self._sides.currentIndex() == 1 else ""}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        if self._sides.currentIndex() == 1:
            return self.rings.keys()
        return [
            Action("Return", _("les bagues de la série"), self._to_current, "next"),
            Action("N", _("nouvelle série"), self._add, "add"),
            Action("E", _("modifier la série"), self._modify, "edit"),
            Action("O", _("ouvrir la série"), self._open_string, "check"),
            Action("C", _("confier la série à une personne"), self._one_lease, "observer"),
            Action("F", _("la série est finie"), self._finish_string, "done"),
            *(
                Action(key, _("séries : {which}").format(which=_(label)), partial(self._choose, code))
                for code, label, key in SHOWN
            ),
        ]


class StringCard(Card):
    """One string: the next ring in large figures, how many rings are in each state, who has it."""

    def __init__(self, services: Services, leased: Callable[[str], object], buttons: Sequence[ActionButton]) -> None:
        super().__init__(_("Série"), "ring", name="string.card")
        self._leased = leased
        self._words = text_label("", "secondary", name="string.next_words")
        self._next = text_label("", "display", name="string.next")
        self._counts = text_label("", "", wrap=True, name="string.counts")
        self._days = text_label("", "secondary", wrap=True, name="string.days")
        self._person = LinkEdit(services, PERSON, name="string.person")
        self._person.changed.connect(self._chosen)
        self._field = LabeledField(
            _("Confiée à"), self._person, hint=_("Entrée confie la série ; une ligne vide la reprend.")
        )
        self._field.hide()
        self._held: Stock | None = None
        for widget in (self._words, self._next, self._counts, self._days, self._field):
            self.add(widget)
        self.body.addStretch(1)
        bar = QWidget()
        flow = FlowLayout(bar, theme.S)
        for button in buttons:
            flow.addWidget(button)
        self.add(bar)

    def show_string(self, held: Stock | None) -> None:
        """Show a string, nothing for None."""
        self._held = held
        self._field.hide()
        if held is None:
            return
        self.set_title(_("Série {size}").format(size=held.size), held.span.first.number)
        following = held.next()
        self._words.setText(_("prochaine bague") if following else _("plus aucune bague"))
        self._next.setText(show_ring(following.number) if following else "–")
        counts = held.counts()
        parts = [count_words(state, counts[state]) for state in RingState if counts[state]]
        self._counts.setText("\n".join(parts))
        values = held.record.data
        self._person.set_value(held.leased_to or None)
        days = (
            (_("reçue le {day}"), "received_on"),
            (_("ouverte le {day}"), "opened_on"),
            (_("finie le {day}"), "finished_on"),
        )
        said = [words.format(day=rounds.short_date(str(values[name]))) for words, name in days if values.get(name)]
        if held.leased_to:
            said.insert(0, _("confiée à {person}").format(person=self._person.text()))
        self._days.setText("\n".join(said))

    def ask_person(self) -> None:
        """Put the cursor into the line of the person."""
        self._field.show()
        self._person.setFocus()

    def leave_person(self) -> bool:
        """Take the line of the person away; return whether it was there."""
        was_there = self._field.isVisible()
        self._field.hide()
        if was_there and self._held is not None:
            self._person.set_value(self._held.leased_to or None)
        return was_there

    def _chosen(self, person: str | None) -> None:
        if self._field.isVisible():
            self._field.hide()
            self._leased(person or "")


class _LeftDelegate(RecordDelegate):
    """Draws "59 / 100" with a bar of what is left before it; low strings in the colour of warnings."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell as usual, then the bar."""
        super().paint(painter, option, index)
        left, _bar, whole = str(index.data() or "").partition(" / ")
        if not left.isdigit() or not whole.isdigit() or not int(whole):
            return
        state = str(index.sibling(index.row(), _STATE).data() or "")
        rect = QRectF(option.rect)
        bar = bar_in(rect.adjusted(theme.S, 0, 0, 0), rect.width() * _BAR_SHARE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_bar(painter, bar, int(left) / int(whole), low=state.startswith(LOW[0]))
        painter.restore()

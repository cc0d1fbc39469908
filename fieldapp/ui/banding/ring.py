"""The page "ring": the whole life of one bird, all its captures under all its numbers, and a search for another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.schema import Severity
from fieldapp.core.text import _
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import life as lives
from fieldapp.protocols.banding.life import Event, Life, distance_km, elapsed_words, on_words, ring_words, species_name
from fieldapp.protocols.banding.life_checks import contradictions
from fieldapp.protocols.banding.ring import from_key, show_ring
from fieldapp.protocols.banding.schema import CODE, OBSERVATION
from fieldapp.ui import theme
from fieldapp.ui.banding import finding
from fieldapp.ui.banding.life_panel import state_words
from fieldapp.ui.banding.life_words import bird_words, distance_words, measure_words, since_words
from fieldapp.ui.banding.ring_curve import RingCurve
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.tables import Column, RecordTable, Row
from fieldapp.ui.widgets import ActionButton, Card, Elided, EmptyState, KeyHint, Suggest, Suggestion, text_label

SEARCH_KEY = "F3"

_SUGGESTED = 12

_TABLE_SHARE, _CURVE_SHARE = 3, 2

_LEAST_ROWS = 4
"""Lines of the table, its titles included, that stay on a low screen with large letters."""


_RING_COLUMN, _SPECIES_COLUMN, _DOUBT_COLUMN = 2, 4, 9
"""Columns that are shown only where the bird has several of them, or something to look at."""


def columns() -> tuple[Column, ...]:
    """Return the columns of the captures."""
    return (
        Column(_("Date")),
        Column(_("Action"), badge=True),
        Column(_("Bague")),
        Column(_("Lieu"), stretch=True),
        Column(_("Espèce")),
        Column(_("Sexe, âge")),
        Column(_("Aile"), number=True),
        Column(_("Masse"), number=True),
        Column(_("Depuis")),
        Column(_("À revoir")),
    )


def rows(life: Life) -> list[Row]:
    """Return the captures of a bird in words, oldest first."""
    found: list[Row] = []
    for number, event in enumerate(life.events):
        before = life.events[number - 1] if number else None
        found.append(
            (
                " ".join(filter(None, (on_words(event.on), event.hour))),
                f"{'info' if event.action != 'B' else 'neutral'}|{event.action}" if event.action else "",
                ring_words(event.ring),
                ", ".join(filter(None, (event.theme, event.place_name))),
                str(event.values.get("species", "")),
                bird_words(event.values),
                measure_words(event.values, "wing_mm"),
                measure_words(event.values, "mass_g"),
                _step_words(before, event),
                ", ".join(_doubts(life, event)),
            )
        )
    return found


def _step_words(before: Event | None, event: Event) -> str:
    """Return "9 mois · 12 km" from one capture to the next."""
    if before is None or not before.on or not event.on:
        return ""
    days = Life(before.ring, (), (before,)).days_since(event.on) or 0
    distance = distance_km(before.position, event.position)
    words = [elapsed_words(days) if days else _("même jour")]
    if distance is not None and distance >= 1:
        words.append(distance_words(distance))
    return " · ".join(words)


def _doubts(life: Life, event: Event) -> list[str]:
    """Return the fields of a capture that contradict the others."""
    entity = OBSERVATION.by_name
    names = dict.fromkeys(problem.field for problem, _words in doubts(life, event))
    return [_(entity[name].label).lower() for name in names if name in entity]


def doubts(life: Life, event: Event) -> list[tuple[Any, str]]:
    """Return the warnings that a capture gets from the others of its bird, each with its sentence."""
    others = Life(life.ring, life.rings, tuple(other for other in life.events if other.uid != event.uid))
    session = event.session.data if event.session else {}
    place = event.place.data if event.place else {}
    protocol = protocols.by_code(CODE)
    found = contradictions(others, event.values, session, place, event.position)
    return [
        (problem, checking.words(problem, protocol, OBSERVATION))
        for problem in found
        if problem.severity is Severity.WARNING
    ]


class RingPage(PageWidget):
    """One bird: its number in large figures, its captures (Enter opens one), the curve of its measures."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._life: Life | None = None
        self._db = context.services.db
        self._search = Suggest(
            self._suggest, placeholder=_("Numéro de bague"), minimum=finding.LEAST, name="ring.search"
        )
        self._search.chosen.connect(lambda item: self.show_ring(str(item.key)))
        self._search.returnPressed.connect(self._typed)
        self._said = text_label("", "error", name="ring.said")
        self._find = ActionButton(_("Autre bague"), "search", SEARCH_KEY, name="ring.find", on=self._ask)
        self._stack = QStackedWidget()
        self._bird = self._build_bird()
        self._nothing = EmptyState(
            "ring", _("Quel oiseau ?"), _("Tapez le numéro de sa bague, centre devant si elle est étrangère."),
            name="ring.empty",
        )  # fmt: skip
        self._unknown = EmptyState("ring", " ", " ", name="ring.unknown")
        for widget in (self._nothing, self._unknown, self._bird):
            self._stack.addWidget(widget)
        self._opens = QWidget()
        self._opens.setProperty("role", "plain")
        self._opens.setLayout(theme.row(KeyHint("Return"), text_label(_("ouvrir la capture"), "secondary")))
        top = theme.row(self._search, self._find, self._said, self._opens, spacing=theme.M)
        top.setStretch(2, 1)
        self.setLayout(theme.column(top, self._stack, spacing=theme.M))
        self._search.setFixedWidth(theme.text_px() * 18)

    def _build_bird(self) -> QWidget:
        self._number = Elided("display", name="ring.number")
        self._species = text_label("", "section", name="ring.species")
        self._since = Elided("secondary", fills=True, name="ring.since")
        self._others = text_label("", "secondary", wrap=True, name="ring.others")
        self._doubt = text_label("", "warning-text", wrap=True, name="ring.doubt")
        self._table = RecordTable(columns(), name="ring.table")
        self._table.opened.connect(lambda key: self._context.navigate("capture", uid=str(key)))
        self._table.current_changed.connect(self._explain)
        self._table.setMinimumHeight(_LEAST_ROWS * theme.target())
        self._curve = RingCurve(name="ring.curve")
        self._curve_card = Card(name="ring.curve_card")
        self._curve_card.add(self._curve, 1)
        card = Card(name="ring.card")
        head = theme.row(self._number, self._species, self._since, spacing=theme.M)
        head.setStretch(2, 1)
        card.add(head)
        card.add(self._others)
        card.add(self._table, 1)
        card.add(self._doubt)
        page = QWidget()
        page.setProperty("role", "plain")
        box = theme.column(card, self._curve_card, spacing=theme.M)
        box.setStretch(0, _TABLE_SHARE)
        box.setStretch(1, _CURVE_SHARE)
        page.setLayout(box)
        return page

    # ----------------------------------------------------------------------------------------------- showing

    def open(self, **params: Any) -> None:
        """Show the ring `key` ("FRP8680001"); without one the bird shown before, or the search."""
        key = params.get("key") or (self._life.ring.key if self._life else "")
        self._said.setText("")
        if key:
            self.show_ring(str(key))
        else:
            self.set_title(_("Vie d’un oiseau"))
            self._stack.setCurrentWidget(self._nothing)
            self._opens.hide()
            self._search.setFocus()

    def show_ring(self, key: str) -> None:
        """Show the life of the bird that bears this ring."""
        self._show(lives.of(KnownRecords(self._db, self._context.services.protocols[CODE]), from_key(key)))

    def _show(self, life: Life) -> None:
        self._life = life
        self._search.clear()
        self._said.setText("")
        self.set_title(_("Vie d’un oiseau"), species_name(life.species))
        if not life.is_known:
            self._unknown.title.setText(ring_words(life.ring))
            self._unknown.sentence.setText(state_words(life, {}))
            self._stack.setCurrentWidget(self._unknown)
            self._opens.hide()
            self._search.setFocus()
            return
        self._number.set_words(show_ring(life.ring.number))
        self._species.setText(species_name(life.species))
        last = life.last
        self._since.set_words(since_words(life, (last.on if last else None) or ""))
        others = _others(life)
        self._others.setText(others)
        self._others.setVisible(bool(others))
        self._stack.setCurrentWidget(self._bird)
        self._opens.show()
        self._table.setColumnHidden(_RING_COLUMN, not life.is_replaced)
        species = {event.values.get("species") for event in life.events}
        self._table.setColumnHidden(_SPECIES_COLUMN, len(species) == 1)
        lines = rows(life)
        self._table.setColumnHidden(_DOUBT_COLUMN, not any(line[_DOUBT_COLUMN] for line in lines))
        self._table.show_rows(lines, [event.uid for event in life.events])
        self._curve_card.setVisible(self._curve.show_life(life))
        self._explain(self._table.current_key())
        self._table.setFocus()

    def _explain(self, uid: object) -> None:
        """Say below the table what the current capture contradicts."""
        events = self._life.events if self._life else ()
        event = next((item for item in events if item.uid == uid), None)
        words = [sentence for _problem, sentence in doubts(self._life, event)] if self._life and event else []
        self._doubt.setText(" ".join(words))
        self._doubt.setVisible(bool(words))

    # --------------------------------------------------------------------------------------------- searching

    def _ask(self) -> None:
        self._search.setFocus()
        self._search.selectAll()

    def _suggest(self, text: str) -> list[Suggestion]:
        found = []
        for ring in finding.rings(self._db, text, _SUGGESTED):
            found.append(Suggestion(ring.key, ring_words(ring), icon="ring"))
        return found

    def _typed(self) -> None:
        """Show the ring that was typed whole, also one that nobody knows here."""
        if self._search.is_open():
            return
        text = self._search.text().strip()
        if not text:
            return
        try:
            life = lives.find(KnownRecords(self._db, self._context.services.protocols[CODE]), text)
        except ValueError as error:
            self._said.setText(str(error))
            return
        self._show(life)

    # ------------------------------------------------------------------------------------------------- shell

    def undo_state(self) -> dict[str, Any]:
        """Return the ring, so that Back shows the same bird."""
        return {"key": self._life.ring.key} if self._life else {}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return (
            Action(SEARCH_KEY, _("Chercher une autre bague"), self._ask, "search"),
            Action("Return", _("Ouvrir la capture"), None, "edit"),
        )


def _others(life: Life) -> str:
    """Return what to know besides the captures: other numbers, and that the bird is dead."""
    words = []
    rings = [ring_words(ring) for ring in life.rings if ring != life.ring]
    if rings:
        words.append(_("Autre bague de cet oiseau : {rings}").format(rings=", ".join(rings)))
    dead = next((event for event in life.events if event.is_dead), None)
    if dead is not None:
        words.append(_("Trouvé mort le {date}").format(date=on_words(dead.on)))
    distance = life.distance_km
    if distance is not None and distance >= 1:
        words.append(_("{distance} entre la première et la dernière capture").format(distance=distance_words(distance)))
    return " · ".join(words)

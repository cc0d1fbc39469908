"""What the page of the sessions shows, worked out from the records: no Qt, no SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.core.text import N_, _
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.lists import ring_sizes
from fieldapp.protocols.banding.ring import from_key
from fieldapp.protocols.banding.schema import (
    CODE,
    CONTROLLED,
    OBSERVATION,
    RING_FATE,
    RINGED,
    SITE,
    SITES_GROUP,
    VISIT,
    is_without_birds,
    place_title,
)
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.services import Services

OPEN, TO_CLOSE, TO_FINISH, CLOSED, WITHOUT_BIRDS = "open", "to_close", "to_finish", "closed", "without_birds"
TO_EXPLAIN = "to_explain"

STATES: Mapping[str, tuple[str, str]] = {
    OPEN: ("doing", N_("ouverte")),
    TO_CLOSE: ("review", N_("à clore")),
    TO_FINISH: ("draft", N_("à finir")),
    TO_EXPLAIN: ("review", N_("à expliquer")),
    CLOSED: ("done", N_("close")),
    WITHOUT_BIRDS: ("nothing_seen", N_("bredouille")),
}
"""How the state of a session is shown: the badge and its word."""


def known_of(services: Services) -> KnownRecords:
    """Return the open database as the functions of the protocol ask for it."""
    return KnownRecords(services.db, services.protocols[CODE])


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session of the list: where and when, how many birds, and how far it is. `on` is an ISO date, "" if unknown.

    `lines` counts all captures, also those that are neither ringed nor controlled.
    """

    uid: str
    on: str
    theme: str
    target: str
    place: str
    ringed: int
    controls: int
    lines: int
    state: str

    @property
    def is_going_on(self) -> bool:
        """Whether birds may still be entered without opening it again."""
        return self.state in {OPEN, TO_CLOSE}


def theme_words(values: Values) -> str:
    """Return "VOIE · Bruant des roseaux" of a session or a programme."""
    return " · ".join(filter(None, (str(values.get("theme", "")), str(values.get("target", "")))))


def missing(values: Values) -> list[str]:
    """Return the names of the fields that a session must have and has not, in the order of the form.

    Files of the CRBPO hold the metres and not which nets were open: a closed session with its metres needs no more.
    """
    lacks = [item.name for item in VISIT.fields if item.is_required(values) and values.get(item.name) is None]
    has_metres = values.get("closed") is True and "net_m" in values
    return [name for name in lacks if not (has_metres and name == "open_nets")]


def lacking_words(values: Values) -> str:
    """Return "◐ à finir, il manque : thème", "" where nothing is missing; how long it takes waits for the end."""
    lacking = [name for name in missing(values) if is_over(values) or name != "duration_min"]
    words = ", ".join(_(VISIT.by_name[name].label).lower() for name in lacking)
    return _("◐ à finir, il manque : {what}").format(what=words) if lacking else ""


def is_over(values: Values) -> bool:
    """Return whether a session has ended: it was closed, or its duration is known, be it typed or imported."""
    return bool(values.get("closed")) or "duration_min" in values or is_without_birds(values)


def state_of(values: Values, today: date) -> str:
    """Return how far a session is; one that is over and lacks what it must have is to be finished."""
    if not is_over(values):
        return OPEN if values.get("date", "") >= today.isoformat() else TO_CLOSE
    if missing(values):
        return TO_FINISH
    return WITHOUT_BIRDS if is_without_birds(values) else CLOSED


def where(site: Record | None, place: Record | None) -> str:
    """Return "Bac à schlamms, Dourges", with the name of the net set where that says more."""
    name = place_title(place.data) if place else ""
    own = str(site.data.get("site_name", "")) if site else ""
    return " · ".join(filter(None, (name, own if own and own not in name else "")))


def _told(site: Record | None, session: Values) -> Record | None:
    """Return the net set where its name says more than the theme of the session (an import names it by the theme)."""
    return None if site is not None and site.data.get("site_name") == session.get("theme") else site


def lines_of(db: Database, sessions: Sequence[Record], today: date) -> list[SessionLine]:
    """Return the sessions as lines of a list, in the order given; three statements, however many they are."""
    counts = records.child_tally(db, [session.uid for session in sessions], OBSERVATION.code, "action")
    found = []
    for placed in records.placed(db, sessions):
        tally, values = counts.get(placed.uid, {}), placed.record.data
        found.append(
            SessionLine(
                placed.uid,
                str(values.get("date", "")),
                str(values.get("theme", "")),
                str(values.get("target", "")),
                where(_told(placed.parents.get(SITE.code), values), placed.parents.get(SITES_GROUP.code)),
                tally.get(RINGED, 0),
                tally.get(CONTROLLED, 0),
                sum(tally.values()),
                state_of(values, today),
            )
        )
    return found


def with_skipped(lines: Sequence[SessionLine], stocks: Sequence[stock.Stock]) -> list[SessionLine]:
    """Return the lines, those of closed sessions that left skipped rings unexplained marked as such.

    A skipped ring belongs to the session of the nearest later ring of its string that was put on.
    """
    left = {uid for held in stocks for uid in _jumped_over(held)}
    return [replace(line, state=TO_EXPLAIN) if line.state == CLOSED and line.uid in left else line for line in lines]


def _jumped_over(held: stock.Stock) -> set[str]:
    """Return the uids of the sessions in which rings of the string were skipped that nobody has explained."""
    found: set[str] = set()
    waits = False
    for ring, state in held.states():
        if state is stock.RingState.SKIPPED:
            waits = True
        elif waits and (capture := held.used.get(ring.key)) is not None:
            found.add(capture.parent or "")
            waits = False
    return found


def sessions_of(db: Database, year: int, today: date) -> list[SessionLine]:
    """Return the sessions of a calendar year, the newest first."""
    found = records.dated(db, CODE, VISIT.code, f"{year:04}-01-01", f"{year:04}-12-31")
    return lines_of(db, found[::-1], today)


@dataclass(frozen=True, slots=True)
class SizeStock:
    """What is left of one ring size: rings in open strings and in those not opened yet, and whether that is little."""

    size: str
    open_left: int
    unopened: int
    spans: tuple[str, ...]
    is_low: bool


def stock_by_size(stocks: Sequence[stock.Stock]) -> list[SizeStock]:
    """Return what is left by ring size, the smallest size first; a size is low when every open string nearly is empty.

    Finished strings are left out.
    """
    order = list(ring_sizes())
    sizes = sorted({one.size for one in stocks}, key=lambda size: order.index(size) if size in order else len(order))
    found = []
    for size in sizes:
        here = [one for one in stocks if one.size == size and one.state != stock.FINISHED]
        opened = [one for one in here if one.is_open]
        if here:
            found.append(
                SizeStock(
                    size,
                    sum(one.remaining for one in opened),
                    sum(one.remaining for one in here if not one.is_open),
                    tuple(span_words(one) for one in opened),
                    all(one.is_nearly_empty for one in opened),
                )
            )
    return found


def strings_of_day(services: Services, captures: Sequence[Record], on: str) -> list[stock.Stock]:
    """Return the strings that a session of this day (ISO) may have to do with, in order of their first ring.

    They are those in use, and of the finished ones those of which a ring is in the captures or was noted that day:
    the rings of other years are not read.
    """
    known = known_of(services)
    every = [record for record in stock.records(known) if stock.is_readable(record)]
    finished = {record.uid for record in every if record.data.get("state") == stock.FINISHED}
    keys = {str(capture.data.get(name, "")) for capture in captures for name in ("ring_key", "replaced_ring_key")}
    rings = [from_key(key) for key in keys if key]
    later = [one.uid for one in every if one.uid in finished and str(one.data.get("finished_on", on)) >= on]
    below = records.children(services.db, later)
    noted = {record.parent for record in below if record.entity == RING_FATE.code and record.data.get("on") == on}
    found = [
        record
        for record in every
        if record.uid not in finished or record.uid in noted or any(map(stock.span_of(record.data).holds, rings))
    ]
    return stock.strings(known, finished=True, among=found)


def span_words(one: stock.Stock) -> str:
    """Return "8680001–100" for the string from 8680001 to 8680100: what differs in the last number."""
    first, last = one.span.first.number, one.span.last.number
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=True)) if a != b), len(first))
    return f"{first}–{last[min(same, len(last) - 3) :] if len(last) > 3 else last}"


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What a first session needs and whether it is there: a place, a net set below it, its nets, an open string."""

    place: str
    site: str
    has_nets: bool
    has_string: bool

    @property
    def are_done(self) -> bool:
        """Whether a session can begin; without rings too, for a day of readings."""
        return bool(self.site)


def first_steps(db: Database, stocks: Sequence[stock.Stock]) -> FirstSteps:
    """Return what is there already; `place` and `site` are uids of the newest, "" where there is none."""
    places = records.roots(db, CODE, SITES_GROUP.code)
    sites = [record for record in records.children(db, [item.uid for item in places]) if record.entity == SITE.code]
    nets = records.child_counts(db, [site.uid for site in sites], "net")
    return FirstSteps(
        places[-1].uid if places else "",
        sites[-1].uid if sites else "",
        bool(nets),
        any(one.is_open for one in stocks),
    )

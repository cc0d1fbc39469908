"""What a session adds up to: birds, nets, hours, casualties, and what became of the rings of each string."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldapp.core.record import Record
from fieldapp.core.text import _
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.life import DEAD
from fieldapp.protocols.banding.ring import PARIS, Ring, from_key
from fieldapp.protocols.banding.schema import CONTROLLED, DEAD_CONDITIONS, INJURED_CONDITIONS, RINGED
from fieldapp.protocols.banding.stock import RingState, Stock
from fieldapp.ui.banding.nets import net_key

DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Totals:
    """The birds of one session.

    `ringed` and `controls` count captures by their action, `foreign` the controls of rings of another scheme,
    `species` the species of all captures (subspecies together, undetermined birds left out). `by_net` and `by_hour`
    count all captures; those without net or hour are under "".
    """

    ringed: int
    controls: int
    foreign: int
    species: int
    lines: int
    by_net: Mapping[str, int]
    by_hour: Mapping[str, int]
    casualties: Sequence[Record]


def totals(captures: Sequence[Record]) -> Totals:
    """Return what these captures add up to."""
    actions = Counter(capture.data.get("action") for capture in captures)
    species = {
        lists.group_of(str(capture.data["species"]))
        for capture in captures
        if capture.data.get("species", lists.UNKNOWN_SPECIES) != lists.UNKNOWN_SPECIES
    }
    nets = Counter(str(capture.data.get("net", "")) for capture in captures)
    hours = Counter(str(capture.data.get("hour", ""))[:2] for capture in captures)
    return Totals(
        actions[RINGED],
        actions[CONTROLLED],
        sum(capture.data.get("action") == CONTROLLED and _is_foreign(capture) for capture in captures),
        len(species),
        len(captures),
        {net: nets[net] for net in sorted(nets, key=lambda net: (not net, net_key(net)))},
        {hour: hours[hour] for hour in sorted(hours, key=lambda hour: (not hour, hour))},
        [capture for capture in captures if is_casualty(capture)],
    )


def _is_foreign(capture: Record) -> bool:
    return str(capture.data.get("ring_scheme", PARIS)) != PARIS


def is_casualty(capture: Record) -> bool:
    """Return whether the bird was dead or hurt, by its condition or its health."""
    condition = capture.data.get("condition")
    return condition in DEAD_CONDITIONS | INJURED_CONDITIONS or capture.data.get("health") == DEAD


def casualty_words(capture: Record) -> str:
    """Return "8680041 SYLATR : mort"."""
    values = capture.data
    is_dead = values.get("condition") in DEAD_CONDITIONS or values.get("health") == DEAD
    state = _("mort") if is_dead else _("blessé")
    name = " ".join(filter(None, (str(values.get("ring", "")), str(values.get("species", "")))))
    return _("{bird} : {state}").format(bird=name, state=state)


@dataclass(frozen=True, slots=True)
class StringDay:
    """One string on one day: rings put on, rings of which something was noted that day, and those to be explained."""

    stock: Stock
    used: int
    noted: Mapping[RingState, int]
    skipped: Sequence[Ring]


NOTED = (RingState.LOST, RingState.DESTROYED, RingState.REPLACED, RingState.LATER, RingState.RETURNED)
"""What may have become of a ring on a day besides being put on, in the order of the table."""


def accounting(stocks: Sequence[Stock], captures: Sequence[Record], on: str) -> list[StringDay]:
    """Return the strings that this day (ISO) has to do with: rings were put on, noted, or wait to be explained.

    A ring taken off in the session, and replaced, counts as replaced that day.
    """
    put_on = [from_key(capture.data["ring_key"]) for capture in captures if _is_put_on(capture)]
    taken_off = [from_key(key) for capture in captures if len(key := capture.data.get("replaced_ring_key", "")) > 3]
    found = []
    for stock in stocks:
        noted = Counter(RingState(fate.data["fate"]) for fate in stock.fates.values() if fate.data.get("on") == on)
        off = [ring for ring in taken_off if stock.holds(ring) and ring.key not in stock.fates]
        noted[RingState.REPLACED] += len(off)
        day = StringDay(
            stock,
            sum(stock.holds(ring) for ring in put_on),
            {state: noted[state] for state in NOTED},
            stock.skipped(),
        )
        if day.used or any(day.noted.values()) or (day.skipped and stock.is_open):
            found.append(day)
    return found


def _is_put_on(capture: Record) -> bool:
    return capture.data.get("action") == RINGED and len(str(capture.data.get("ring_key", ""))) > len(PARIS)


def minutes_between(begin: str, end: str) -> int:
    """Return the minutes from one time of day ("06:15") to another; an earlier end is that of the next day."""
    return (_minutes(end) - _minutes(begin)) % DAY_MIN


def time_after(begin: str, minutes: int) -> str:
    """Return the time of day so many minutes later."""
    total = (_minutes(begin) + minutes) % DAY_MIN
    return f"{total // 60:02}:{total % 60:02}"


def _minutes(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def duration_words(minutes: int) -> str:
    """Return "5 h 30"."""
    hours, rest = divmod(minutes, 60)
    return _("{hours} h {minutes:02}").format(hours=hours, minutes=rest)

"""One morning of a barrier's file: what its lines say of it together, and whether they agree.

What concerns the morning stands on each of its lines; where two lines tell it otherwise nobody can say which is right,
and all lines of the morning are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldapp.core.exchange import RowNote, RowRefusedError
from fieldapp.core.record import Record
from fieldapp.core.schema import Context, Values
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier import csv_cells as cells_of
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier import rules_visit, schema
from fieldapp.protocols.pitfall_barrier.csv_catches import Place
from fieldapp.protocols.pitfall_barrier.csv_cells import in_words, short
from fieldapp.protocols.pitfall_barrier.csv_lines import Catch, rule_notes
from fieldapp.protocols.pitfall_barrier.csv_people import People
from fieldapp.protocols.pitfall_barrier.csv_places import Barrier

DAY_CELLS = (*layout.PLACE, *layout.MORNING, *layout.CONDITIONS)
"""The columns that concern the morning, in the order of the file."""

CATCHES, EMPTY, MISSED, UNCLEAR = "catches", "empty", "missed", "unclear"
"""What a line can tell of its morning."""

_STATES = {CATCHES: schema.CHECKED, EMPTY: schema.EMPTY, MISSED: schema.MISSED}


@dataclass(slots=True, eq=False)
class Day:
    """One morning at one barrier, as the lines of the file tell of it together.

    `fault` says why all its lines are refused, `faults` why those of a catch are; `accepted` are the catches of the
    others, one for each line in the order of the file, `asides` notes on some of them. `places` say where the lines go
    that tell of catches which are here already, catch by catch in the order of the file. `here` is the state that the
    database has of a morning without catches ("empty", "missed") to which the file brings some, else "".
    """

    on_date: str
    barrier: Barrier
    mornings: list[Morning] = field(default_factory=list)
    catches: list[tuple[Morning, Catch]] = field(default_factory=list)
    remarks: set[str] = field(default_factory=set)
    buckets: Sequence[Record] = ()
    here: str = ""
    fault: RowRefusedError | None = None
    faults: dict[Catch, RowRefusedError] = field(default_factory=dict)
    asides: dict[Catch, Sequence[RowNote]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    accepted: Sequence[Catch] = ()
    places: dict[Catch, Iterator[Place]] = field(default_factory=dict)
    notes: Sequence[RowNote] = ()
    renewed: Sequence[Record] = ()

    def is_accepted(self) -> bool:
        """Return whether a line of the morning is not refused, as far as its lines can tell."""
        if self.fault is not None:
            return False
        return bool(self.accepted) or any(one.fault is None and one.says != CATCHES for one in self.mornings)


@dataclass(slots=True, eq=False)
class Morning:
    """The cells that lines of one morning share, and the records that they tell of once they are read."""

    cells: Sequence[str]
    says: str
    day: Day | None = None
    data: dict[str, Any] = field(default_factory=dict)
    people: Sequence[Record] = ()
    above: Sequence[Record] = ()
    visit: Record | None = None
    notes: Sequence[RowNote] = ()
    fault: RowRefusedError | None = None
    remark: str = ""


def read_day(day: Day, people: People) -> None:
    """Read what the lines of a morning say of it; those that can't be read, or all where they differ, are refused."""
    day.fault = _torn(day)
    if day.fault is not None:
        return
    for morning in day.mornings:
        try:
            _read_morning(morning, day, people)
        except RowRefusedError as error:
            morning.fault = error
    day.fault = _contradiction(day, [morning for morning in day.mornings if morning.fault is None])


def _read_morning(morning: Morning, day: Day, people: People) -> None:
    row = dict(zip(DAY_CELLS, morning.cells, strict=True))
    notes: list[RowNote] = []
    reason, remark = None, row["remark"].strip()
    if morning.says == MISSED:
        reason, remark = layout.read_missed_remark(remark)
    elif morning.says == CATCHES:
        remark, morning.remark = layout.read_remark(remark)
        told = day.remarks - {""}
        if len(told) > 1:
            # Remarks that differ within a morning are those of its catches.
            remark, morning.remark = "", " ".join(filter(None, (remark, morning.remark)))
        else:
            remark = next(iter(told), "")
    data: dict[str, Any] = {"check_on": day.on_date, "state": _STATES[morning.says]}
    if reason:
        data["reason"] = reason
    for name in schema.WEATHER:
        value = cells_of.read_number(row, name, notes)
        if value is not None:
            data[name] = value
    if remark:
        data["comments"] = remark
    morning.people = people.named(row["observer"])
    if morning.people:
        data["observers"] = [person.uid for person in morning.people]
    if not _is_likely(data):
        context = Context(data)
        for rule in (rules_visit.temperatures_in_order, rules_visit.rain_is_likely):
            notes += rule_notes(rule, context, rules_visit.MESSAGES)
    morning.data, morning.notes = data, notes


def _is_likely(data: Values) -> bool:
    """Return whether the rules of the weather would find nothing; asking them takes longer than reading a morning."""
    least, most = data.get("night_min_c"), data.get("night_max_c")
    if least is not None and most is not None and least > most:
        return False
    return bool(data.get("rain_mm", 0) <= rules_visit.MUCH_RAIN_MM)


def _contradiction(day: Day, mornings: Sequence[Morning]) -> RowRefusedError | None:
    """Return why all lines of a morning are refused, None where they say the same of it."""
    if len(mornings) < 2:
        return None
    first = mornings[0]
    for other in mornings[1:]:
        if other.data == first.data:
            continue
        names = [name for name in {**first.data, **other.data} if first.data.get(name) != other.data.get(name)]
        column = layout.FIELDS["visit", names[0]]
        texts = [one.cells[DAY_CELLS.index(column)].strip() for one in (first, other)]
        said = [_("« {text} »").format(text=short(text)) if text else _("rien") for text in texts]
        sentence = _(
            "Le matin du {date} est dit de deux façons ({first} et {other}) : gardez ce qui est vrai, sur toutes ses "
            "lignes."
        )
        return RowRefusedError(column, sentence.format(date=in_words(day.on_date), first=said[0], other=said[1]))
    return None


def _torn(day: Day) -> RowRefusedError | None:
    """Return why all lines are refused of a morning that has catches and none, or a look and none."""
    tells = {morning.says for morning in day.mornings}
    if len(tells) < 2:
        return None
    if MISSED in tells:
        sentence = _("Le matin du {date} est « non » sur une ligne et « oui » sur une autre : gardez ce qui est vrai.")
    else:
        sentence = _(
            "Le matin du {date} a des prises et une ligne sans animal : supprimez la ligne sans animal, ou les prises."
        )
    return RowRefusedError("checked", sentence.format(date=in_words(day.on_date)))

"""What a recipient may be told of where something was: tellings made coarser, so that nothing leads back to a place.

A place is told as a commune, a cell of 10 km or a department, whichever is coarser: what the recipient was promised or
what the taxon's sensitivity asks for. All that is left of the place is then the area:

- The place's identity, name, altitude and precision, and the places above it, are those of the area. Of what lies
  around it nothing is told but what the area itself says: a commune and a cell together would be a place again.
- An observation that is made coarser leaves its visit. It is told in an event of its own, made of protocol, area, days
  and dataset, which all such observations share whatever visit they come from; it has no parent. Its identity and that
  of the observation are made from the real ones, the kind of area and the recipient by a key that never leaves the
  association. A time-ordered identifier would put it beside the exact rows of the same evening, one made without a key
  could be made again by whoever guesses the place, and one that is the same for a commune and for a cell would tell
  where the two overlap. Within an event the observations lie in the order of these identities.
- Hours, effort, method, habitat, comments, the names of datasets, measurements and the names of individuals go: a net's
  number, a water temperature or a ring of a string that was used at one place names that place.
- What is told more coarsely than the rest of the batch is told with its month, from the first day to the last, and
  without observers, determiner and day of validation: day and people lead to the exact rows of the same evening. Where
  the whole batch is asked for at that precision, no exact row stands beside it, and day and people stay: who saw it is
  owed to the observer.
- The exact rows of a visit must not tell either, neither by what they say nor by how that differs from the batch
  before. So nothing about them depends on whether something was taken away: every visit whose group may hold a hidden
  taxon is told without its free words, without saying whether its sheet is finished or all was told, not at all where
  it has no exact row, and that nothing of the group was there is told as coarsely as its most sensitive taxon.

A row of level 4 is left out, as is one whose area no map or position tells; `tally` counts both.
"""

from __future__ import annotations

import contextlib
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

import msgspec
import shapely

from fieldapp.core.ids import name_uid
from fieldapp.core.occurrence import ABSENT, SURVEYED, Dataset, Event, Occurrence, Place, Review, Telling
from fieldapp.core.telling import unclaimed
from fieldapp.core.text import _
from fieldapp.desk.geography import Geography, department_of
from fieldapp.desk.sensitivity import CELL, COMMUNE, DEPARTMENT, EXACT, NOTHING, Levels

Precision = Literal["exact", "commune", "cell"]

PRECISIONS: dict[str, int] = {"exact": EXACT, "commune": COMMUNE, "cell": CELL}
"""The level that each precision of a recipient amounts to (`protocols.directory`, PRECISIONS)."""

TOLD_EXACTLY, WITHHELD, UNPLACED = "exact", "withheld", "unplaced"
"""What `tally` counts besides "commune", "cell" and "department": rows told exactly, of level 4, and without area."""

_NAMES = {COMMUNE: "commune", CELL: "cell", DEPARTMENT: "department"}

_DEPARTMENT = re.compile(r"\d{2}|2[AB]|97\d")

_HELD_DAYS = 31
"""How long observations of one day are gathered: visits come in order of their date, which is not their first day."""

_NIGHT = timedelta(days=1)

replace = msgspec.structs.replace


def blurred(
    tellings: Iterable[Telling],
    geography: Geography,
    levels: Levels,
    *,
    precision: Precision,
    sees_sensitive: bool,
    tally: Counter[str],
    recipient: str = "",
) -> Iterator[Telling]:
    """Yield the tellings as a recipient may have them, with geography and sensitivity filled in.

    The tellings come in order of date. Exact ones keep that order; what is made coarser follows up to a month later,
    gathered by days and area. `tally` counts rows by how they were told (see above). `recipient` is the uid of who is
    told: no two of them know a blurred row by the same identity.
    """
    work = _Blurring(geography, levels, PRECISIONS[precision], sees_sensitive, tally, recipient)
    for telling in tellings:
        exact = work.take(telling)
        if exact is not None:
            yield exact
        yield from work.ready(telling.event.date_max)
    yield from work.ready("")


def left_out_words(tally: Mapping[str, int]) -> dict[str, int]:
    """Return how many rows were left out, by the reason in words; nothing for reasons that were not met."""
    reasons = {
        WITHHELD: _("Espèces sensibles dont rien ne peut être diffusé (niveau 4)"),
        UNPLACED: _("Lieu inconnu : aucune carte ne dit sa commune, sa maille ou son département"),
    }
    return {words: tally[code] for code, words in reasons.items() if tally.get(code)}


ASKED, SPECIES, GROUP, NO_COMMUNE, NO_CELL = "asked", "species", "group", "no_commune", "no_cell"
"""Why a row is told as an area: it was asked for, its species or one of the group that was not there is sensitive, no
commune or no cell of its place is known."""


def cause(one: Occurrence, precision: Precision, hidden: int, *, sees_sensitive: bool) -> str:
    """Return why an occurrence that is told as an area is told as that one; `hidden` is the level of its group."""
    asked, level = PRECISIONS[precision], 0 if sees_sensitive else one.sensitivity
    needed = _needed(one, one.event, asked, level, hidden)
    if _NAMES[needed] != one.where.blurred:
        return NO_COMMUNE if needed == COMMUNE else NO_CELL
    if needed == asked:
        return ASKED
    return SPECIES if needed == level else GROUP


def _needed(one: Occurrence, event: Event, asked: int, level: int, hidden: int) -> int:
    """Return how vaguely a row has to be told: as asked, as its species wants, as the group that was not there does."""
    needed = max(asked, level)
    return max(needed, min(hidden, DEPARTMENT)) if hidden and _is_of_all(one, event) else needed


@dataclass(slots=True)
class _Group:
    """The observations that share one blurred event."""

    event: Event
    occurrences: list[Occurrence] = field(default_factory=list)


@dataclass
class _Blurring:
    geography: Geography
    levels: Levels
    asked: int
    sees_sensitive: bool
    tally: Counter[str]
    recipient: str
    _areas: dict[tuple[int, str], Place | None] = field(default_factory=dict)
    _groups: dict[tuple[str, ...], _Group] = field(default_factory=dict)
    _told: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _scopes: dict[str, int] = field(default_factory=dict)
    _looked_on: str = ""

    def take(self, telling: Telling) -> Telling | None:
        """Return what is told exactly of a visit, None for nothing; the rest is put by."""
        event = self._located(telling.event)
        hidden = 0 if self.sees_sensitive else self._highest(event.scope)
        exact: list[tuple[Occurrence, Place | None, int]] = []
        for one in telling.occurrences:
            place = None if one.place is None else self.geography.around(one.place)
            where = place or event.place
            level = self.levels.level(one.cd_nom, 0, _known_department(where))
            needed = _needed(one, event, self.asked, 0 if self.sees_sensitive else level, hidden)
            if needed == EXACT:
                exact.append((one, place, level))
            else:
                self._put_by(one, event, where, level, needed)
        may_hide = hidden > EXACT or len(exact) < len(telling.occurrences)
        if self.asked != EXACT or (may_hide and not exact):
            return None
        self.tally[TOLD_EXACTLY] += len(exact)
        if may_hide:
            event = unclaimed(_wordless(event))
            exact = [(_unsaid(one), place, level) for one, place, level in exact]
        told = (replace(one, event=event, place=place, sensitivity=level) for one, place, level in exact)
        return Telling(event, tuple(told))

    def ready(self, on_date: str) -> Iterator[Telling]:
        """Yield the gathered events that nothing can be added to any more; all of them for ""."""
        if on_date == self._looked_on and on_date:
            return
        self._looked_on = on_date
        first = str(date.fromisoformat(on_date) - timedelta(days=_HELD_DAYS)) if on_date else ""
        for key in [key for key, group in self._groups.items() if not first or group.event.date_max < first]:
            group = self._groups.pop(key)
            told = sorted(group.occurrences, key=lambda one: one.uid)
            yield Telling(group.event, tuple(told))

    def _located(self, event: Event) -> Event:
        """Return the event, and those above it, with what lies around their places."""
        parent = None if event.parent is None else self._located(event.parent)
        return replace(event, place=self.geography.around(event.place), parent=parent)

    def _highest(self, scope: str) -> int:
        """Return the level of the most sensitive taxon that a visit of this group may hold."""
        if scope not in self._scopes:
            self._scopes[scope] = self.levels.highest_within(scope)
        return self._scopes[scope]

    def _put_by(self, one: Occurrence, event: Event, where: Place, level: int, needed: int) -> None:
        """Add an observation to the event of its area and days, or count it as left out."""
        area = None if needed == NOTHING else self._area(needed, where)
        if area is None:
            self.tally[WITHHELD if needed == NOTHING else UNPLACED] += 1
            return
        self.tally[area.blurred] += 1
        is_veiled = needed > self.asked
        if is_veiled:
            event = _of_month(event)
        people = [person.uid for person in event.observers]
        key = (event.protocol, area.uid, event.date_min, event.date_max, event.dataset.uid, *people)
        group = self._groups.get(key)
        if group is None:
            again = self._told[key]
            self._told[key] += 1
            uid = self.levels.pseudonym("event", self.recipient, str(again), *key)
            group = self._groups[key] = _Group(_event(event, uid, area))
        uid = self.levels.pseudonym("row", area.blurred, self.recipient, one.uid)
        group.occurrences.append(_occurrence(one, group.event, uid, level, is_veiled=is_veiled))

    def _area(self, needed: int, where: Place) -> Place | None:
        """Return the area that stands for a place: the finest that is allowed and known; None where none is."""
        for level, code in ((COMMUNE, where.commune_code), (CELL, where.cell), (DEPARTMENT, _known_department(where))):
            if level >= needed and code:
                if (level, code) not in self._areas:
                    self._areas[level, code] = self._made_area(level, code)
                found = self._areas[level, code]
                if found is not None:
                    return found
        return None

    def _made_area(self, level: int, code: str) -> Place | None:
        """Return the place of an area; None for a commune that no map has, and for a code that is none.

        A department that no map has is told by its code, without an outline.
        """
        if level == CELL:
            with contextlib.suppress(ValueError):
                outline = shapely.from_wkt(self.geography.cell_wkt(code))
                return self._place(level, code, code, outline, outline.centroid)
            return None
        area = self.geography.coded(_NAMES[level], code)
        if area is not None:
            outline = shapely.from_wkb(area.wkb)
            return self._place(level, code, area.name, outline, shapely.point_on_surface(outline))
        return self._place(level, code, code, None, None) if level == DEPARTMENT else None

    def _place(self, level: int, code: str, name: str, outline: Any, middle: Any) -> Place:
        is_commune = level == COMMUNE
        found = Place(
            uid=name_uid("area", f"{_NAMES[level]}:{code}"),
            name=name,
            nature=SURVEYED,
            commune=name if is_commune else "",
            commune_code=code if is_commune else "",
            department=department_of(code) if is_commune else code if level == DEPARTMENT else "",
            cell=code if level == CELL else "",
            blurred=_NAMES[level],
        )
        return found if outline is None else self.geography.laid(found, outline, middle)


def _known_department(place: Place) -> str:
    """Return the department of a place, "" for what was typed and is none: all rules count then."""
    code = place.department.strip().upper()
    return code if _DEPARTMENT.fullmatch(code) else ""


def _event(event: Event, uid: str, area: Place) -> Event:
    """Return the event of an area and its days: nothing of a visit but its protocol, days, people and dataset."""
    return Event(
        uid=uid,
        record="",
        protocol=event.protocol,
        kind=event.kind,
        place=area,
        date_min=event.date_min,
        date_max=event.date_max,
        observers=event.observers,
        dataset=Dataset(event.dataset.uid, "", event.dataset.uuid),
        scope=event.scope,
        scope_cd_nom=event.scope_cd_nom,
    )


def _of_month(event: Event) -> Event:
    """Return the event with the month that it lies in, or those that it does, and nobody who was there."""
    first, last = date.fromisoformat(event.date_min), date.fromisoformat(event.date_max)
    # A night from one month to the next would be the only one of both months: it is one of the month that it ends in.
    begun = last if last - first <= _NIGHT else first
    ended = last.replace(day=monthrange(last.year, last.month)[1])
    return replace(event, date_min=str(begun.replace(day=1)), date_max=str(ended), observers=())


def _occurrence(one: Occurrence, event: Event, uid: str, level: int, *, is_veiled: bool) -> Occurrence:
    """Return an observation without whatever leads to its place; `record` stays, which no file is told."""
    said = one.review
    return replace(
        one,
        uid=uid,
        event=event,
        determiner="" if is_veiled else one.determiner,
        hour_min="",
        place=None,
        comment="",
        organism="",
        cause_of_death="",
        measurements=(),
        review=Review(said.level, said.by, "" if is_veiled else said.on),
        sensitivity=level,
    )


def _is_of_all(one: Occurrence, event: Event) -> bool:
    """Return whether a row says that nothing of the whole group was there."""
    return one.status == ABSENT and one.cd_nom == event.scope_cd_nom


def _wordless(event: Event) -> Event:
    """Return the event without its free words, which may name what is hidden, nor whether its sheet is finished."""
    parent = None if event.parent is None else _wordless(event.parent)
    measured = tuple(one for one in event.measurements if one.unit or one.value_code)
    return replace(event, comment="", measurements=measured, parent=parent, is_finished=None)


def _unsaid(one: Occurrence) -> Occurrence:
    """Return an observation that is told exactly without the free words beside it."""
    said = one.review
    return replace(one, comment="", review=Review(said.level, said.by, said.on))

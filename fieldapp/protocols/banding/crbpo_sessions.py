"""The place, the net set and the session that each row of a CRBPO table speaks of, as records."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldapp.core.exchange import Known
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.text import _, fold
from fieldapp.protocols.banding import crbpo_cells, crbpo_groups, crbpo_matching, crbpo_mending, schema
from fieldapp.protocols.banding.crbpo_cells import Cell
from fieldapp.protocols.banding.crbpo_groups import (
    HOME,
    Group,
    by,
    count,
    most,
    place_and_theme,
    place_key,
)
from fieldapp.protocols.banding.crbpo_people import People

_NOON = "12:00"


@dataclass(slots=True, eq=False)
class Session:
    """A session of the file: its record with those that it hangs on, parents first, and its captures so far.

    `ringer` and `trainee` are whom a capture means that names nobody (uids); `is_here` says that the session stands in
    the database already. `hours` are the hours of captures that were read already, `above` the records that captures
    hang on and point to, by the uids of the people whom they name. `day` names the team's day (see
    `crbpo_groups.team_day`), and `here` are the uids of the day's sessions that stand in the database.
    """

    records: tuple[Record, ...]
    opened: str | None
    duration: int | None
    has_captures: bool
    ringer: str
    trainee: str
    is_here: bool
    day: str
    here: frozenset[str]
    rank: int = 0
    hours: dict[str, Cell[str | None]] = field(default_factory=dict)
    above: dict[tuple[str, ...], tuple[Record, ...]] = field(default_factory=dict)

    @property
    def record(self) -> Record:
        """The record of the session."""
        return self.records[-1]

    @property
    def uid(self) -> str:
        """The uid of the session's record."""
        return self.records[-1].uid


class Sessions:
    """Reads the groups of one file, settles what they say against each other, and makes their records."""

    def __init__(self, known: Known, people: People) -> None:
        self._known = known
        self._people = people
        self._here: dict[tuple[str, ...], Record] | None = None
        self._children: dict[str, Sequence[Record]] = {}
        self._places: dict[tuple[str, ...], Record] = {}
        self._sites: dict[tuple[str, str, str], Record] = {}
        self._days: dict[str, dict[str, list[tuple[Record, Record]]]] = {}

    @property
    def has_history(self) -> bool:
        """Whether the database holds any place, so that it may hold captures of the same rings."""
        return bool(self._places_here())

    def settle(self, groups: Sequence[Group]) -> None:
        """Give each group its session, its notes and proposals, or the fault that refuses its rows."""
        for group in groups:
            crbpo_groups.read(group)
        communes = frozenset(fold(group.values.get("commune", "")) for group in groups)
        for group in groups:
            crbpo_groups.refuse_two_communes(group, communes)
        good = [group for group in groups if group.fault is None]
        crbpo_groups.settle_themes(good)
        for place in by(good, lambda group: place_key(group.values)).values():
            self._settle_place(place)
        good = [group for group in good if group.fault is None]
        for morning in by(good, crbpo_groups.morning).values():
            crbpo_groups.settle_openings(morning)
        metres = {key: count(of_key, "net_m") for key, of_key in by(good, place_and_theme).items()}
        for session in by(good, crbpo_groups.sitting).values():
            crbpo_groups.settle_session(session, metres[place_and_theme(session[0])])
        told = _told_ids(good)
        for day in by(good, crbpo_groups.team_day).values():
            self._sessions_of(day, told)

    # --------------------------------------------------------------------------------------------- places

    def _settle_place(self, groups: Sequence[Group]) -> None:
        """Settle the spelling and the position of one place among its groups."""
        first = groups[0].values
        key = place_key(first)
        present = self._present(key)
        for name, column in (("commune", "LOCALITE"), ("place_name", "LIEUDIT")):
            spelling = present.data.get(name) if present else most(groups, name)
            for group in groups:
                if name in group.values and spelling and group.values[name] != spelling:
                    group.notes += crbpo_cells.other_form(column, group.values[name], spelling)
                    group.values[name] = spelling
        told = crbpo_groups.positions(groups)
        usual = max(told, key=lambda one: told[one]) if told else None
        for group in groups:
            crbpo_groups.settle_position(group, usual)
        position = (present.data.get("latitude"), present.data.get("longitude")) if present else (None, None)
        if None in position and (told := crbpo_groups.positions(groups)):
            position = max(told, key=lambda one: told[one])
        values = {name: first.get(name) for name in ("place_name", "commune", "department")}
        country = present.data.get("country") if present else first.get("country", HOME)  # the key has it already
        values |= {"country": country, "latitude": position[0], "longitude": position[1]}
        uid = present.uid if present else name_uid("ringing place", "|".join(key))
        self._places[key] = make_record(schema.CODE, schema.SITES_GROUP, values, None, uid)

    def _places_here(self) -> dict[tuple[str, ...], Record]:
        if self._here is None:
            places = self._known.roots(schema.CODE, schema.SITES_GROUP.code)
            self._here = {place_key(place.data): place for place in reversed(places)}
        return self._here

    def _present(self, key: tuple[str, ...]) -> Record | None:
        return self._places_here().get(key)

    def _below(self, parent: str, entity: str) -> list[Record]:
        if parent not in self._children:
            self._children[parent] = self._known.children(parent)
        return [record for record in self._children[parent] if record.entity == entity]

    # ------------------------------------------------------------------------------------ sites, sessions

    def _sessions_of(self, day: Sequence[Group], told: Mapping[str, int]) -> None:
        """Give the groups of one team's day their sessions: those that stand here, else new ones, by their hour."""
        sittings = [groups for _key, groups in sorted(by(day, crbpo_groups.sitting).items(), key=lambda one: one[0])]
        here = self._day_here(day[0])
        place = self._places[place_key(day[0].values)]
        found = crbpo_matching.pair(
            [_given(groups, place) for groups in sittings], [_stored(visit, place) for visit in here], _AS_SESSION
        )
        taken = {visit.uid for visit in here}
        for number, groups in enumerate(sittings):
            present = here[found[number]] if number in found else None
            uid = present.uid if present else _new_uid(groups, taken, told)
            taken.add(uid)
            made = self._session(groups, present, uid, frozenset(visit.uid for visit in here))
            for group in groups:
                group.session = made

    def _session(self, groups: Sequence[Group], present: Record | None, uid: str, here: frozenset[str]) -> Session:
        """Return the one session that these groups tell of."""
        values = groups[0].values
        place = self._places[place_key(values)]
        holder = self._people.named(values.get("holder", ""))
        scribe = self._people.named(most(groups, "scribe") or "")
        has_captures = any(group.catches for group in groups)
        is_own = (values.get("latitude"), values.get("longitude")) != _position(place.data)
        data = {
            "date": values["date"],
            "theme": values.get("theme"),
            "opened_at": values.get("opened_at"),
            "duration_min": most(groups, "duration_min"),
            "net_m": most(groups, "net_m"),
            "holder": holder.uid if holder else None,
            "scribe": scribe.uid if scribe else None,
            "comments": " | ".join(dict.fromkeys(_remarks(groups))),
            "no_birds": None if has_captures else True,
            "closed": True,
            "latitude": values.get("latitude") if is_own else None,
            "longitude": values.get("longitude") if is_own else None,
            "crbpo_session_id": most(groups, "crbpo_session_id"),
        }
        site = self._site(place, values, present)
        record = make_record(schema.CODE, schema.VISIT, data, site.uid, uid)
        people = {person.uid: person for person in (holder, scribe) if person}
        kept = present or (self._known.get(uid) if self.has_history else None)
        ringer = str(kept.data.get("ringer", "")) if kept else ""
        trainees: Sequence[str] = kept.data.get("trainees", ()) if kept else ()
        return Session(
            (*people.values(), place, site, record),
            data["opened_at"],
            data["duration_min"],
            has_captures,
            ringer or (holder.uid if holder else ""),
            trainees[0] if len(trainees) == 1 else "",
            kept is not None,
            crbpo_groups.team_day(groups[0]),
            here | {uid} if kept else here,
        )

    def _day_here(self, group: Group) -> list[Record]:
        """Return the sessions of the same team's day that stand here, typed by hand or read from a file, by hour."""
        values = group.values
        place = self._present(place_key(values))
        if place is None:
            return []
        if place.uid not in self._days:
            days = self._days[place.uid] = {}
            for site in self._below(place.uid, "site"):
                for visit in self._below(site.uid, "visit"):
                    days.setdefault(visit.on_date or "", []).append((site, visit))
        holder = self._people.named(values.get("holder", ""))
        station = values.get("id_prog", "")
        found = [
            visit
            for site, visit in self._days[place.uid].get(values["date"], ())
            if fold(str(visit.data.get("theme", ""))) == fold(values.get("theme", ""))
            and visit.data.get("holder") == (holder.uid if holder else None)
            and (not station or site.data.get("id_prog", station) == station)
        ]
        return sorted(found, key=lambda one: (str(one.data.get("opened_at", "")), one.uid))

    def _site(self, place: Record, values: Mapping[str, Any], session: Record | None) -> Record:
        """Return the net set: that of the session here, or the one with this station number, or of this theme."""
        id_prog, theme = values.get("id_prog", ""), values.get("theme", "")
        key = (place.uid, id_prog, session.parent or "" if session else "" if id_prog else theme)
        found = self._sites.get(key)
        if found is not None:
            return found
        present = None
        if self._present(place_key(place.data)):
            here = self._below(place.uid, "site")
            present = next((one for one in here if session and one.uid == session.parent), None)
            present = present or next((one for one in here if _is_same_site(one, id_prog, theme, here)), None)
        name = _("Station {number}").format(number=id_prog) if id_prog else theme or _("Filets")
        given = {"site_name": name, "theme": theme, **(present.data if present else {}), "id_prog": id_prog}
        uid = present.uid if present else name_uid("net set", "|".join((place.uid, id_prog, "" if id_prog else theme)))
        found = self._sites[key] = make_record(schema.CODE, schema.SITE, given, place.uid, uid)
        return found


def _remarks(groups: Iterable[Group]) -> Iterator[str]:
    """Yield the remarks of a session, those of a row without birds too: it has no capture that could keep them."""
    for group in groups:
        yield from filter(None, (group.values.get("comments"), *group.blank_memos))


def _is_same_site(site: Record, id_prog: str, theme: str, here: Sequence[Record]) -> bool:
    if id_prog:
        return bool(site.data.get("id_prog") == id_prog)
    without = [one for one in here if not one.data.get("id_prog")]
    return site in without and (site.data.get("theme") == theme or (len(without) == 1 and "theme" not in site.data))


def _told_ids(groups: Iterable[Group]) -> Mapping[str, int]:
    """Return how many sessions of the file each number of a session (cId_Session) stands with: one, if it names any."""
    told: dict[str, set[tuple[Any, ...]]] = {}
    for group in groups:
        if number := group.values.get("crbpo_session_id"):
            told.setdefault(number, set()).add(crbpo_groups.sitting(group))
    return {number: len(sittings) for number, sittings in told.items()}


def _new_uid(groups: Sequence[Group], taken: Collection[str], told: Mapping[str, int]) -> str:
    """Return the uid that every laptop gives to a session: its number at the CRBPO, else the day, and which of the day.

    Morning and evening have names of their own, whichever was read first.
    """
    number = most(groups, "crbpo_session_id")
    if number and told.get(number) == 1:
        return name_uid("banding session", f"cId_Session|{number}")
    day, opened = crbpo_groups.team_day(groups[0]), groups[0].values.get("opened_at", "")
    part = "" if not opened else "am" if opened < _NOON else "pm"
    names = (name_uid("banding session", f"{day}|{part}|{place}") for place in itertools.count(1))
    return next(uid for uid in names if uid not in taken)


# ---------------------------------------------------------------------------------- which session is which


@dataclass(frozen=True, slots=True)
class _Known:
    """What tells the sessions of one day apart: number at the CRBPO, opening, minutes open, position."""

    number: str
    opened: str
    duration: int
    position: tuple[Any, Any]


def _given(groups: Sequence[Group], place: Record) -> _Known:
    values = groups[0].values
    position = (values.get("latitude"), values.get("longitude"))
    return _Known(
        most(groups, "crbpo_session_id") or "",
        values.get("opened_at", ""),
        most(groups, "duration_min") or crbpo_mending.LONGEST_SESSION_MIN,
        _position(place.data) if None in position else position,
    )


def _stored(visit: Record, place: Record) -> _Known:
    own = _position(visit.data)
    return _Known(
        str(visit.data.get("crbpo_session_id", "")),
        str(visit.data.get("opened_at", "")),
        visit.data.get("duration_min") or crbpo_mending.LONGEST_SESSION_MIN,
        _position(place.data) if None in own else own,
    )


def _position(values: Mapping[str, Any]) -> tuple[Any, Any]:
    return values.get("latitude"), values.get("longitude")


def _may_be(one: _Known, other: _Known) -> bool:
    """Return whether the numbers do not contradict, and the nets were open at the same time of the day."""
    if one.number and other.number and one.number != other.number:
        return False
    if not one.opened or not other.opened:
        return True
    first, second = crbpo_mending.minutes(one.opened), crbpo_mending.minutes(other.opened)
    return first < second + other.duration and second < first + one.duration


_AS_SESSION: Sequence[Callable[[_Known, _Known], bool]] = (
    lambda one, other: bool(one.number) and one.number == other.number,
    lambda one, other: _may_be(one, other) and (one.opened, one.position) == (other.opened, other.position),
    lambda one, other: _may_be(one, other) and one.opened == other.opened,
    lambda one, other: _may_be(one, other) and one.position == other.position,
    _may_be,
)
"""What makes a session of a file the one that stands here, the surest first."""

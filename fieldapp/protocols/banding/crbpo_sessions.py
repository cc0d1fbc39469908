"""The place, the net set and the session that each row of a CRBPO table speaks of, as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldapp.core.exchange import Known
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.text import _, fold
from fieldapp.protocols.banding import crbpo_cells, crbpo_groups, schema
from fieldapp.protocols.banding.crbpo_cells import Cell
from fieldapp.protocols.banding.crbpo_groups import (
    HOME,
    Group,
    by,
    count,
    identity_words,
    most,
    place_and_theme,
    place_key,
)
from fieldapp.protocols.banding.crbpo_people import People


@dataclass(slots=True, eq=False)
class Session:
    """A session of the file: its record with those that it hangs on, parents first, and its captures so far.

    `ringer` and `trainee` are whom a capture means that names nobody (uids); `is_here` says that the session stands in
    the database already. `hours` are the hours of captures that were read already.
    """

    records: tuple[Record, ...]
    opened: str | None
    duration: int | None
    has_captures: bool
    ringer: str
    trainee: str
    is_here: bool
    rank: int = 0
    hours: dict[str, Cell[str | None]] = field(default_factory=dict)

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
        for session in by(good, crbpo_groups.identity).values():
            crbpo_groups.settle_session(session, metres[place_and_theme(session[0])])
        for session in by(good, crbpo_groups.identity).values():
            made = self._session(session)
            for group in session:
                group.session = made

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

    def _present(self, key: tuple[str, ...]) -> Record | None:
        if self._here is None:
            places = self._known.roots(schema.CODE, schema.SITES_GROUP.code)
            self._here = {place_key(place.data): place for place in reversed(places)}
        return self._here.get(key)

    def _below(self, parent: str, entity: str) -> list[Record]:
        if parent not in self._children:
            self._children[parent] = self._known.children(parent)
        return [record for record in self._children[parent] if record.entity == entity]

    # ------------------------------------------------------------------------------------ sites, sessions

    def _session(self, groups: Sequence[Group]) -> Session:
        """Return the one session that these groups tell of."""
        values = groups[0].values
        place = self._places[place_key(values)]
        holder = self._people.named(values.get("holder", ""))
        scribe = self._people.named(most(groups, "scribe") or "")
        is_own = (values.get("latitude"), values.get("longitude")) != (
            place.data.get("latitude"), place.data.get("longitude"),
        )  # fmt: skip
        has_captures = any(group.catches for group in groups)
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
        present = self._session_here(place, data)
        site = self._site(place, values, present)
        uid = present.uid if present else name_uid("banding session", "|".join((site.uid, *identity_words(groups[0]))))
        record = make_record(schema.CODE, schema.VISIT, data, site.uid, uid)
        people = {person.uid: person for person in (holder, scribe) if person}
        kept = present or (self._known.get(uid) if self._present(place_key(place.data)) else None)
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
        )

    def _session_here(self, place: Record, data: Mapping[str, Any]) -> Record | None:
        """Return the session that stands here already, typed by hand or under another name of its place."""
        if not self._present(place_key(place.data)):
            return None
        for site in self._below(place.uid, "site"):
            for visit in self._below(site.uid, "visit"):
                if _is_same_session(visit, place, data):
                    return visit
        return None

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


def _is_same_session(visit: Record, place: Record, data: Mapping[str, Any]) -> bool:
    def position(values: Mapping[str, Any]) -> list[Any]:
        own = [values.get(name) for name in ("latitude", "longitude")]
        return [place.data.get("latitude"), place.data.get("longitude")] if None in own else own

    same = all(visit.data.get(name) == data[name] for name in ("date", "theme", "holder"))
    return same and data["opened_at"] in {None, visit.data.get("opened_at")} and position(visit.data) == position(data)

"""What a session begins with: the net sets, the last used first, and what is carried over from the last session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldapp.core.record import Record
from fieldapp.core.schema import Context, Values
from fieldapp.core.text import _, fold, ngettext
from fieldapp.protocols.banding.schema import CODE, NET, OBSERVATION, SITE, SITES_GROUP, VISIT
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.banding.nets import NetSet, net_set
from fieldapp.ui.banding.overview import theme_words, where

PEOPLE = ("holder", "ringer", "trainees", "scribe")
"""The fields of a session that name people."""


_OF_AN_END = frozenset({"closed", "no_birds", "duration_min"})
"""The fields of a session that say that it is over."""


@dataclass(frozen=True, slots=True)
class Station:
    """One net set with its place, its nets, and its sessions, the newest first."""

    site: Record
    place: Record | None
    nets: NetSet
    sessions: Sequence[Record]

    @property
    def uid(self) -> str:
        """The uid of the net set."""
        return self.site.uid

    @property
    def name(self) -> str:
        """The place, and the set where that says more."""
        return where(self.site, self.place)

    @property
    def last(self) -> Record | None:
        """The newest session, None before the first."""
        return self.sessions[0] if self.sessions else None

    @property
    def usual_net_m(self) -> float | None:
        """The metres of net that are usual here: those noted for the set, else those of all its nets."""
        noted = self.site.data.get("usual_net_m")
        return noted if noted is not None else self.nets.metres(self.nets.numbers)


def stations(db: Database) -> list[Station]:
    """Return all net sets: those used last first, then those never used by name."""
    places = {place.uid: place for place in records.roots(db, CODE, SITES_GROUP.code)}
    sites = [record for record in records.children(db, places) if record.entity == SITE.code]
    below: dict[str, list[Record]] = {site.uid: [] for site in sites}
    for record in records.children(db, below):
        below[record.parent or ""].append(record)
    found = [_station(site, places.get(site.parent or ""), below[site.uid]) for site in sites]
    found.sort(key=lambda one: fold(one.name))
    found.sort(key=lambda one: (one.last.on_date or "") if one.last else "", reverse=True)
    return found


def _station(site: Record, place: Record | None, below: Sequence[Record]) -> Station:
    sessions = [record for record in below if record.entity == VISIT.code]
    sessions.sort(key=lambda record: (record.on_date or "", record.uid), reverse=True)
    return Station(site, place, net_set(record for record in below if record.entity == NET.code), sessions)


def carried(station: Station, everywhere: Sequence[Station], today: date, now: str, who: str) -> dict[str, Any]:
    """Return the values that a new session at this set begins with.

    What is kept comes from the last session here; people who are not known from here come from the last session
    anywhere, the licence holder else from whoever records (`who`, a uid, "" for nobody). Nets that are no longer in
    the set are not open; without any known all are. `now` is the time of day.
    """
    last = station.last
    found: dict[str, Any] = {"date": today.isoformat(), "opened_at": now}
    if last is not None:
        found |= {item.name: last.data[item.name] for item in VISIT.fields if item.keep and item.name in last.data}
    elif "theme" in station.site.data:
        found["theme"] = station.site.data["theme"]
    found |= {name: value for name, value in _people(everywhere).items() if last is None}
    if who and "holder" not in found:
        found["holder"] = who
    if station.nets.numbers:
        still = [net for net in found.get("open_nets", ()) if net in station.nets.lengths]
        found["open_nets"] = still or station.nets.numbers
        metres = station.nets.metres(found["open_nets"])
        if metres is not None:
            found["net_m"] = metres
    elif "net_m" not in found and station.usual_net_m is not None:
        found["net_m"] = station.usual_net_m
    return found


def around(db: Database, station: Station | None, uid: str, captures: Sequence[Record]) -> Context:
    """Return what the checks of the session `uid` may look at: the place, what is beside it at its set, its captures.

    Without a net set they know the day alone.
    """
    if station is None:
        return Context({}, today=rounds.today())
    parents = {SITE.code: station.site.data}
    if station.place is not None:
        parents[SITES_GROUP.code] = station.place.data
    siblings = [record.data for record in records.children(db, [station.uid]) if record.uid != uid]
    return Context({}, parents, siblings, [capture.data for capture in captures], rounds.today())


def reopened(values: Values) -> dict[str, Any]:
    """Return the values of a session that goes on: without what says that it is over."""
    return {name: value for name, value in values.items() if name not in _OF_AN_END}


def _people(everywhere: Sequence[Station]) -> Mapping[str, Any]:
    newest = next((station.last for station in everywhere if station.last is not None), None)
    return {name: newest.data[name] for name in PEOPLE if name in newest.data} if newest else {}


def twin(db: Database, session: Record) -> Record | None:
    """Return another session of the same day and theme at the same net set, None where there is none."""
    return next(
        (
            one
            for one in records.children(db, [session.parent or ""])
            if one.entity == VISIT.code
            and one.uid != session.uid
            and all(one.data.get(name) == session.data.get(name) for name in ("date", "theme"))
        ),
        None,
    )


def twin_words(db: Database, session: Record) -> str:
    """Return "PHENO, ouverte à 06:15, 12 captures" of a session."""
    count = sum(record.entity == OBSERVATION.code for record in records.children(db, [session.uid]))
    opened = str(session.data.get("opened_at", ""))
    parts = [theme_words(session.data) or _("une séance"), _("ouverte à {hour}").format(hour=opened) if opened else ""]
    return ", ".join(filter(None, (*parts, ngettext("{n} capture", "{n} captures", count).format(n=count))))

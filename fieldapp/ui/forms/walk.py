"""The way from place to place: the places of a round in their order, and those with something left to do."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.forms.session import SheetSession
from fieldapp.ui.services import Services

Named = tuple[str, tuple[float, float] | None]
"""The name of a place and where it lies (latitude, longitude)."""


def places(db: Database, session: SheetSession, order: Sequence[str]) -> dict[str, Named]:
    """Return the places of the round by uid: in the order given when the session's place is in it, else by name."""
    site, form = session.past.site, session.form.round
    title = session.protocol.entity(form.site).title
    if site.uid in order:
        known = records.get_many(db, order)
        found = [known[uid] for uid in order if uid in known and not known[uid].deleted]
    else:
        found = records.children(db, [site.parent]) if site.parent else [site]
        found = [place for place in found if place.entity == form.site]
        found.sort(key=lambda place: rounds.name_key(title(place.data)))
    return {place.uid: (rounds.shown(title(place.data)), rounds.position(place.data)) for place in found}


def still_open(services: Services, session: SheetSession, order: Sequence[str], passage: int | None) -> list[str]:
    """Return the places of the order with something left to do at this passage of the session's year, in order."""
    site = session.past.site
    if not site.parent:
        return list(order)
    passage = passage or session.form.round.passage_of(session.visit.data)
    known, day = services.taxa(session.protocol.code), rounds.season_day(session.year)
    found = rounds.round_of(services.db, session.protocol, site.parent, passage, day, known)
    done = {place.uid for place in found.places if not place.is_open} if found else set()
    return [uid for uid in order if uid not in done]


def next_open(order: Sequence[str], here: str, left: Collection[str]) -> str | None:
    """Return the next place with something left to do, from the first on again after the last; None: no other."""
    if here not in order:
        return None
    at = list(order).index(here)
    return next((uid for uid in (*order[at + 1 :], *order[:at]) if uid in left), None)

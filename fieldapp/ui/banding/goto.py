"""What Ctrl+K finds of banding: rings by their number or its beginning, ringing places, sessions by their day."""

from __future__ import annotations

from fieldapp.core.parse import parse_date
from fieldapp.core.record import Placed
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, SITE, SITES_GROUP, VISIT, place_title
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.banding import finding, overview
from fieldapp.ui.banding.words import show, species_name
from fieldapp.ui.sources import begins
from fieldapp.ui.widgets import Suggestion
from fieldapp.ui.wording import day_words


def rings(db: Database, text: str, limit: int) -> list[Suggestion]:
    """Return the rings of captures that are, or begin as, what was typed, each with its bird and the last day."""
    found = finding.rings(db, text, limit)
    captures = records.placed(db, records.by_field(db, CODE, OBSERVATION.code, "ring_key", [r.key for r in found]))
    newest: dict[str, Placed] = {}
    for line in sorted(captures, key=_day):
        newest[line.record.data["ring_key"]] = line
    return [Suggestion(ring.key, show(ring), _bird(newest[ring.key]), icon="ring", italic=False) for ring in found]


def _day(line: Placed) -> str:
    session = line.parents.get(VISIT.code)
    return (session.on_date or "") if session else ""


def _bird(line: Placed) -> str:
    name = species_name(str(line.record.data.get("species", "")))
    return " · ".join(filter(None, (name, day_words(_day(line)))))


def places(db: Database, text: str, limit: int) -> list[Suggestion]:
    """Return the ringing places with words that begin so."""
    titles = ((record.uid, place_title(record.data)) for record in records.roots(db, CODE, SITES_GROUP.code))
    found = [Suggestion(uid, title, icon="site", italic=False) for uid, title in titles if begins(title, text)]
    return found[:limit]


def sessions(db: Database, text: str, limit: int) -> list[Suggestion]:
    """Return the sessions of the day that was typed: "12/09", "12/09/2026", "12 septembre", "hier"."""
    try:
        day = parse_date(text, rounds.today())
    except ValueError:
        return []
    found = []
    for line in records.placed(db, records.dated(db, CODE, VISIT.code, day, day))[:limit]:
        where = overview.where(line.parents.get(SITE.code), line.parents.get(SITES_GROUP.code))
        title = " · ".join(filter(None, (overview.theme_words(line.record.data), where)))
        found.append(Suggestion(line.uid, title, day_words(day), icon="round", italic=False))
    return found

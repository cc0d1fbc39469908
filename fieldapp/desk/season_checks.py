"""Checks over one season of a protocol that is walked in rounds: visits out of every window, passages that are missing.

Asked of the protocol's own round (`core.forms.RoundForm`): which passages there are, and which one a day belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from fieldapp.core import clock
from fieldapp.core.forms import RoundForm
from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol
from fieldapp.desk.checks import Hit
from fieldapp.store import walking
from fieldapp.store.connection import Database
from fieldapp.store.walking import Numbered

OUTSIDE_WINDOW, MISSING_PASSAGE = "desk_outside_window", "desk_missing_passage"


def of_protocol(db: Database, protocol: StudyProtocol, year: int) -> list[Hit]:
    """Return what is to be looked at in a protocol's season; nothing where it is not walked in rounds."""
    if protocol.form is None:
        return []
    form = protocol.form.round
    ends = _last_days(form, year)
    places = [place for place, _count in walking.places(db, protocol.code, form.visit, f"{year:04}")]
    visits = walking.visits(db, protocol.code, form.visit, f"{year:04}", places)
    return [*outside_windows(form, ends, visits, year), *_missing(db, protocol, form, visits, ends, year)]


def outside_windows(form: RoundForm, ends: Mapping[int, date], visits: list[Numbered], year: int) -> Iterator[Hit]:
    """Yield the visits that lie in no passage's window: those in another's are warned of by the protocol itself."""
    for number, visit in visits:
        day = _day(visit)
        passage = form.passage_of(visit.data)
        if day is not None and passage in ends and form.due({}, (), day).passage is None:
            yield Hit(OUTSIDE_WINDOW, number, year, {"passage": passage, "until": ends[passage].isoformat()})


def _missing(
    db: Database, protocol: StudyProtocol, form: RoundForm, visits: list[Numbered], ends: Mapping[int, date], year: int
) -> Iterator[Hit]:
    """Yield the sites of the groups walked this year that have no visit of a passage whose window is over."""
    today = clock.today()
    over = [passage for passage in form.passages if ends.get(passage, date(year, 12, 31)) < today]
    walked: dict[str, set[int]] = {}
    for _number, visit in visits:
        walked.setdefault(visit.parent or "", set()).add(form.passage_of(visit.data))
    groups = {site.parent for _id, site in walking.by_uid(db, walked).values() if site.parent and not site.deleted}
    live = [uid for uid, (_id, group) in walking.by_uid(db, groups).items() if not group.deleted]
    for number, site in walking.below(db, live, form.site):
        missing = [passage for passage in over if passage not in walked.get(site.uid, ())]
        if missing:
            yield Hit(MISSING_PASSAGE, number, year, {"passages": missing})


def _last_days(form: RoundForm, year: int) -> dict[int, date]:
    """Return the last day of each passage's window, by asking of every day of the year whose it is."""
    found: dict[int, date] = {}
    day = date(year, 1, 1)
    while day.year == year:
        passage = form.due({}, (), day).passage
        if passage is not None:
            found[passage] = day
        day += timedelta(days=1)
    return found


def _day(visit: Record) -> date | None:
    try:
        return date.fromisoformat(visit.on_date or "")
    except ValueError:
        return None

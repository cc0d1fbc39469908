"""What a barrier’s sheet knows before it changes a bucket or a campaign: what was caught, which days have a check.

Buckets' catches are counted in the background; the checks of a campaign's days are few and are read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldapp.core.parse import show_date
from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier.campaign import holds
from fieldapp.protocols.pitfall_barrier.schema import OBSERVATION, VISIT
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.barrier.season_read import in_year, next_opening

FIRST_DAY, LAST_DAY = (2, 1), (6, 15)
"""Month and day of a usual campaign (source: those of Vimy, 2005 to 2020: 1 February to 15 June)."""

LEAST_DAYS = 30
"""A first campaign begins today where at least so many mornings of the spring are left, else next spring (a choice)."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Use:
    """What was caught in a bucket: lines, and the first and last ISO date."""

    catches: int
    first_on: str
    last_on: str


def bucket_use(open_own: Callable[[], Database], site: str) -> dict[str, Use]:
    """Return the catches of each bucket of a barrier by its number; for the background."""
    with closing(open_own()) as db:
        days = {one.uid: one.on_date or "" for one in records.children(db, [site]) if one.entity == VISIT.code}
        tallies = records.child_tally(db, days, OBSERVATION.code, "bucket")
    found: dict[str, Use] = {}
    for uid, tally in tallies.items():
        for number, count in tally.items():
            before = found.get(str(number), Use(0, days[uid], days[uid]))
            ends = min(before.first_on, days[uid]), max(before.last_on, days[uid])
            found[str(number)] = Use(before.catches + count, *ends)
    return found


def has_checks(db: Database, site: str) -> bool:
    """Return whether the barrier has a check at all."""
    return bool(records.child_counts(db, [site], VISIT.code))


def check_days(db: Database, site: str, first_on: str, last_on: str) -> list[str]:
    """Return the ISO dates between two others, both included, that have a check."""
    found = records.below_on(db, site, first_on, last_on)
    return sorted({one.on_date or "" for one in found if one.entity == VISIT.code})


def left_out(days: Sequence[str], campaign: Values | None, others: Sequence[Values]) -> list[str]:
    """Return which of these days no campaign would hold any more; `campaign` is the one that changes, None: deleted."""
    held = [*others, *([campaign] if campaign is not None else [])]
    return [day for day in days if not any(holds(one, day) for one in held)]


def left_out_words(days: Sequence[str]) -> str:
    """Return the sentence that says which checks would lie outside every campaign."""
    named = ", ".join(show_date(day) for day in days[:_SHOWN])
    if len(days) > _SHOWN:
        more = len(days) - _SHOWN
        named += " " + ngettext("et {n} autre", "et {n} autres", more).format(n=more)
    return ngettext(
        "{n} matin noté serait hors campagne : {days}. La campagne doit le garder.",
        "{n} matins notés seraient hors campagne : {days}. La campagne doit les garder.",
        len(days),
    ).format(n=len(days), days=named)


def proposed_campaign(campaigns: Sequence[Record], today: date, who: str) -> dict[str, Any]:
    """Return the values of the next campaign: the days of the last a year on, its leader; else from today on.

    `who` is the leader of a first campaign, "" for nobody.
    """
    opened = next_opening(campaigns, today)
    if opened is None:
        end = date(today.year, *LAST_DAY)
        is_late = (end - today).days < LEAST_DAYS
        first = date(today.year + 1, *FIRST_DAY) if is_late else today
        told = {"opened_on": first.isoformat(), "closed_on": date(first.year, *LAST_DAY).isoformat()}
        return {**told, **({"leader": who} if who else {})}
    last = campaigns[-1].data
    first, end = (date.fromisoformat(last[name]) for name in ("opened_on", "closed_on"))
    closed = in_year(end, end.year + opened.year - first.year)
    leader = last.get("leader")
    told = {"opened_on": opened.isoformat(), "closed_on": closed.isoformat()}
    return {**told, **({"leader": leader} if leader else {})}


def refused_bucket(stored: Record | None, values: Values, use: Mapping[str, Use] | None) -> tuple[str, str] | None:
    """Return which field keeps a bucket from being saved, and why: its catches must stay in it.

    `use` is None while it is still being counted.
    """
    if stored is None:
        return None
    changed = [name for name in ("bucket", "from_on", "until_on") if stored.data.get(name) != values.get(name)]
    if not changed:
        return None
    if use is None:
        return changed[0], _("Un instant : les prises de ce seau sont encore en lecture. Enregistrez de nouveau.")
    number = str(stored.data.get("bucket", ""))
    known = use.get(number)
    if known is None:
        return None
    if "bucket" in changed:
        words = _("Le seau {number} a des prises : il garde son numéro. Ajoutez plutôt un autre seau.")
        return "bucket", words.format(number=number)
    if values.get("from_on", "") > known.first_on:
        words = _("Ce seau a une prise le {day} : il était en place ce jour-là.")
        return "from_on", words.format(day=show_date(known.first_on))
    if values.get("until_on", "9999") < known.last_on:
        words = _("Ce seau a une prise le {day} : il était encore en place ce jour-là.")
        return "until_on", words.format(day=show_date(known.last_on))
    return None

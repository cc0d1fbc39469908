"""What Ctrl+K finds of barriers: the barriers, their mornings by the day, and individuals by their name."""

from __future__ import annotations

from fieldapp.core.parse import parse_date
from fieldapp.core.record import Record
from fieldapp.core.text import _, fold
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.schema import CODE, SITE, barrier_title
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.barrier import finding
from fieldapp.ui.sources import begins
from fieldapp.ui.widgets import Suggestion
from fieldapp.ui.wording import day_words

LEAST = 3
"""Letters of "matin" or "relevé" from which this morning is offered."""


def barriers(db: Database, text: str, limit: int) -> list[Suggestion]:
    """Return the barriers whose words begin as typed."""
    return [
        Suggestion(site.uid, barrier_title(site.data), icon="barrier", italic=False)
        for site in records.roots(db, CODE, SITE.code)
        if begins(barrier_title(site.data), text)
    ][:limit]


def mornings(db: Database, text: str, limit: int) -> list[Suggestion]:
    """Return the morning of the day that was typed ("18/03", "hier") at each barrier; for "matin", this one.

    The key is (uid of the barrier, ISO date).
    """
    sites = records.roots(db, CODE, SITE.code)
    wanted, today = fold(text.strip()), rounds.today()
    this = len(wanted) >= LEAST and any(fold(word).startswith(wanted) for word in (_("matin"), _("relevé")))
    if this:
        return [_morning(site, today.isoformat(), _("ce matin")) for site in sites][:limit]
    try:
        day = parse_date(text, today)
    except ValueError:
        return []
    return [_morning(site, day, day_words(day)) for site in sites][:limit]


def _morning(site: Record, on: str, when: str) -> Suggestion:
    return Suggestion((site.uid, on), barrier_title(site.data), when, icon="bucket", italic=False)


def individuals(db: Database, text: str, limit: int) -> list[Suggestion]:
    """Return the individuals whose name begins as typed, each with its species."""
    names = {taxon.cd_nom: lists.name_of(taxon, taxon.cd_nom) for taxon in db.protocols[CODE].taxa()}
    return [
        Suggestion(
            item.uid,
            str(item.data["individual_name"]),
            names.get(item.data.get("cd_nom", 0), ""),
            icon="individual",
            italic=False,
        )
        for item in finding.individuals(db, text, limit)
    ]

"""What the page of syncing lists: refusals, visits that differ, receipts, the diary, partners by file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fieldapp.core.record import Record
from fieldapp.core.text import _
from fieldapp.store import peers, receipts, records
from fieldapp.store.connection import Database
from fieldapp.store.peers import FILE, Peer
from fieldapp.ui.services import Services
from fieldapp.ui.sync import refusals
from fieldapp.ui.sync.words import figures_words, reason_words
from fieldapp.ui.wording import Words, instant_words

SHOWN = 200
"""Refusals and differing visits that are listed; with more of them something is wrong that a list does not mend."""


@dataclass(frozen=True, slots=True)
class Concern:
    """A record that the hub does not have as it is here: why, what to do, and whether the hub refused it."""

    record: str
    what: str
    why: str
    what_now: str
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One sync of the diary: when (local), with whom, what it did, what it ended with."""

    when: str
    whom: str
    figures: str
    note: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All that is listed. `identical` and `due` count visits by their receipts; `partners` are names and instants."""

    hub: Peer | None
    concerns: tuple[Concern, ...] = ()
    identical: int = 0
    due: int = 0
    entries: tuple[Entry, ...] = ()
    partners: tuple[tuple[str, str], ...] = ()


def run_listing(services: Services) -> Listing:
    """Read the listing with a connection of its own."""
    with services.open_own() as db:
        return listing(db)


def listing(db: Database) -> Listing:
    """Return what the page lists."""
    hub = peers.hub(db)
    names = {peer.id: peer.name for peer in peers.all_of(db)}
    entries = tuple(
        Entry(instant_words(at), names.get(peer, _("(quitté)")), figures_words(report), str(report.get("note") or ""))
        for peer, at, report in peers.diary(db)
    )
    partners = tuple((peer.name, peer.synced_at) for peer in peers.all_of(db, FILE))
    if hub is None:
        return Listing(None, entries=entries, partners=partners)
    known = receipts.counts(db, hub.id)
    return Listing(
        hub, tuple(_concerns(db, hub)), known.get("identical", 0), known.get("waiting", 0), entries, partners
    )


def _concerns(db: Database, hub: Peer) -> Iterable[Concern]:
    refused = refusals.unsettled(db, hub, SHOWN)
    differing = receipts.different(db, hub.id)[:SHOWN]
    found = records.get_many(db, [*(item.record for item in refused), *differing])
    words = Words(db, {})
    for item in refused:
        why, what_now = reason_words(item.reason)
        what = _title(words, found.get(item.record)) or item.label
        yield Concern(item.record, what, why, what_now, is_refused=True)
    for uid in differing:
        what = _title(words, found.get(uid)) or _("relevé inconnu")
        why = _("Le serveur a une autre version, bien que tout soit échangé.")
        yield Concern(uid, what, why, _("Synchronisez encore une fois ; si cela reste, prévenez la coordination."))


def _title(words: Words, record: Record | None) -> str:
    """Return what the record is, and where: "Passage · 14/04/2026 · Mare 04"."""
    if record is None:
        return ""
    return " · ".join(filter(None, (words.record(record), words.name(record.parent) if record.parent else "")))

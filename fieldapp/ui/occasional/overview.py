"""The lists of a season as lines: day, place, what was noted, who, and how far each is. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.core import checking
from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, ngettext
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.occasional.begun import form_of, lists_begun
from fieldapp.ui.services import Services
from fieldapp.ui.standing import links_of
from fieldapp.ui.wording import Words

NAMED = 4
"""Species that a line names; the others are counted."""


LACKING = "lacking"
"""The state of a list that is saved and lacks something."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """One list; `species` are names in the order of the list, each once; `state` is "draft", LACKING or "done"."""

    uid: str
    on: str
    place: str
    species: tuple[str, ...]
    lines: int
    people: str
    state: str

    @property
    def told(self) -> str:
        """The first species by name and how many more there are."""
        shown = ", ".join(self.species[:NAMED])
        left = len(self.species) - NAMED
        return shown if left <= 0 else _("{names} et {n} de plus").format(names=shown, n=left)


def protocol_of(services: Services) -> StudyProtocol:
    """Return the protocol of lists; LookupError where the program has none."""
    found = next((item for item in services.protocols.values() if item.day_list is not None), None)
    if found is None:
        raise LookupError("day_list")
    return found


def lists_of(services: Services, year: int) -> list[ListLine]:
    """Return the lists of a year, the newest first; those that wait as drafts and were never saved come before them."""
    db, protocol = services.db, protocol_of(services)
    sheet = form_of(protocol).sheet
    begun = lists_begun(db, protocol)
    visits = records.dated(db, protocol.code, sheet.visit, f"{year}-01-01", f"{year}-12-31")
    below: dict[str, list[Record]] = {}
    for line in records.children(db, [visit.uid for visit in visits]):
        below.setdefault(line.parent or "", []).append(line)
    words = Words(db, services.taxa(protocol.code))
    links = links_of(db, protocol, visits)
    found = []
    for visit in reversed(visits):
        lines = below.get(visit.uid, [])
        lacks = checking.lacking(protocol, visit, lines, {}, year=year, links=links)
        state = "draft" if visit.uid in begun else LACKING if next(lacks, None) is not None else "done"
        found.append(_line(protocol, visit, lines, words, state))
    return [*_unsaved(db, protocol, begun, words, year), *found]


def _line(protocol: StudyProtocol, visit: Record, lines: Sequence[Record], words: Words, state: str) -> ListLine:
    names = dict.fromkeys(words.taxon_name(line.cd_nom) for line in lines if line.cd_nom)
    people = visit.data.get("observers")
    return ListLine(
        visit.uid,
        visit.on_date or "",
        str(visit.data.get(form_of(protocol).place, "")),
        tuple(names),
        len(lines),
        ", ".join(words.name(uid) for uid in people) if isinstance(people, list) else "",
        state,
    )


def _unsaved(
    db: Database, protocol: StudyProtocol, begun: Mapping[str, dict[str, Any]], words: Words, year: int
) -> list[ListLine]:
    """Return the lists that were begun and never saved, the newest first."""
    stored = records.get_many(db, begun)
    entity = protocol.entity(form_of(protocol).sheet.visit)
    found = []
    for uid, draft in reversed([*begun.items()]):
        values = draft.get("visit") or {}
        on = str(values.get(entity.date_field or "", ""))
        is_here = uid in stored and not stored[uid].deleted
        if not is_here and on[:4] in {"", str(year)}:
            visit = Record(uid, protocol.code, entity.code, None, dict(values), on or None)
            found.append(_line(protocol, visit, (), words, "draft"))
    return found


def sum_words(found: Sequence[ListLine]) -> str:
    """Return "12 listes · 96 observations"."""
    lines = sum(line.lines for line in found)
    return " · ".join(
        (
            ngettext("{n} liste", "{n} listes", len(found)).format(n=len(found)),
            ngettext("{n} observation", "{n} observations", lines).format(n=lines),
        )
    )

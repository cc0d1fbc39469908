"""Catches by what a person types: the name of an individual, its beginning, or the state of a morning."""

from __future__ import annotations

from fieldapp.core.record import Placed, Record
from fieldapp.core.text import _, fold
from fieldapp.protocols.pitfall_barrier.schema import CODE, EMPTY, INDIVIDUAL, MISSED, OBSERVATION, VISIT
from fieldapp.store import records
from fieldapp.store.connection import Database

LEAST = 3
"""Letters below which the beginning of a name would mean too many individuals, and that of a state anything."""

MOST = 200
"""Individuals whose catches are shown for the beginning of a name: more than anyone reads."""


def individuals(db: Database, text: str, limit: int) -> list[Record]:
    """Return the individuals whose name begins as typed, in whatever capitals, in the order of their names.

    Read by the index on the name: it costs as much as what it returns.
    """
    wanted = text.strip()
    if not wanted:
        return []
    names: dict[str, None] = {}
    for written in dict.fromkeys((wanted, wanted.upper(), wanted.capitalize())):
        names |= dict.fromkeys(records.beginning(db, CODE, INDIVIDUAL.code, "individual_name", written, limit))
    kept = sorted(names, key=fold)[:limit]
    found = records.by_field(db, CODE, INDIVIDUAL.code, "individual_name", kept)
    return sorted(found, key=lambda item: fold(str(item.data["individual_name"])))[:limit]


def named(db: Database, text: str) -> list[Record]:
    """Return the individuals that the letters mean: those of exactly this name, else those whose number begins so.

    Letters without a figure ("tri") mean a species or a remark rather than the beginning of a name.
    """
    found = individuals(db, text, MOST)
    exact = [item for item in found if fold(str(item.data["individual_name"])) == fold(text.strip())]
    has_figure = any(char.isdigit() for char in text) and len(text.strip()) >= LEAST
    return exact or (found if has_figure and not text.strip().isdigit() else [])


def catches(db: Database, found: list[Record]) -> list[Placed]:
    """Return the catches of these individuals with the mornings above them, newest first."""
    uids = [item.uid for item in found]
    lines = records.placed(db, records.by_field(db, CODE, OBSERVATION.code, "individual", uids))
    return sorted(lines, key=_when, reverse=True)


def _when(line: Placed) -> tuple[str, str]:
    visit = line.parents.get(VISIT.code)
    return (visit.on_date or "" if visit else "", line.uid)


def state_of(text: str) -> str:
    """Return the state of the mornings that the letters mean ("vide", "non rel"), "" where they mean none."""
    wanted = fold(text.strip())
    if len(wanted) < LEAST:
        return ""
    said = {EMPTY: _("vide"), MISSED: _("non relevé")}
    return next((state for state, words in said.items() if fold(words).startswith(wanted)), "")

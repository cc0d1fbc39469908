"""Stored values in the words of the field: labels instead of codes, names instead of identifiers, French dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fieldapp.core.ids import is_uid
from fieldapp.core.record import Record
from fieldapp.core.schema import PROTOCOLS, Entity, Field, Kind, StudyProtocol, Taxon
from fieldapp.core.text import SOURCE_LANGUAGE, _, language
from fieldapp.store import records, taxa
from fieldapp.store.connection import Database

ABSENT = "–"
"""What stands for a field that was not filled in."""


def day_words(on_date: str | None) -> str:
    """Return "14/04/2026" for an ISO date, the text itself when it is none."""
    try:
        return f"{date.fromisoformat(on_date or ''):%d/%m/%Y}"
    except ValueError:
        return on_date or ""


def instant_words(made_at: str) -> str:
    """Return "14/04/2026 21:02" in local time for a stored UTC instant."""
    try:
        return f"{datetime.fromisoformat(made_at).astimezone():%d/%m/%Y %H:%M}"
    except ValueError:
        return made_at


def number_words(value: float, decimals: int = 0) -> str:
    """Return the number as the language of the interface writes it: "1 234,5" (narrow no-break space) or "1,234.5"."""
    written = f"{value:,.{decimals}f}"
    return written.replace(",", "\u202f").replace(".", ",") if language() == SOURCE_LANGUAGE else written


def size_words(size: int) -> str:
    """Return a file size: "812 ko", "3,4 Mo"."""
    if size < 1_000_000:
        return _("{n} ko").format(n=number_words(max(1, round(size / 1000))))
    return _("{n} Mo").format(n=number_words(size / 1_000_000, 1))


def latin_beside(taxon: Taxon | None) -> str:
    """Return the Latin name that stands beside the name of a taxon, "" where its name is the Latin one."""
    return taxon.lb_nom if taxon and taxon.nom_vern and taxon.nom_vern != taxon.lb_nom else ""


def latin_of(db: Database, found: Sequence[Taxon]) -> dict[int, str]:
    """Return what stands beside the name of each taxon in a list: its Latin name, of a synonym the valid one too."""
    valid = taxa.valid_names(db, found)
    told = {taxon.cd_nom: latin_beside(taxon) for taxon in found}
    return told | {cd_nom: f"{told[cd_nom]} = {taxon.lb_nom}".strip() for cd_nom, taxon in valid.items()}


class Words:
    """The words for values of one database; remembers the names that it has looked up."""

    def __init__(self, db: Database, known_taxa: Mapping[int, Taxon]) -> None:
        self._db = db
        self._taxa = dict(known_taxa)
        self._names: dict[str, str] = {}

    def value(self, item: Field | None, value: Any) -> str:
        """Return the words for a value of the field; a field that the protocol does not know shows it as it is."""
        if value is None or value == "" or value == []:
            return ABSENT
        if item is None:
            return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if isinstance(value, list):
            return ", ".join(self._one(item, entry) for entry in value)
        return self._one(item, value)

    def taxon(self, cd_nom: int) -> Taxon | None:
        """Return the taxon with this cd_nom, None when no list of the database holds it."""
        if cd_nom not in self._taxa:
            self._taxa.update(taxa.by_cd_nom(self._db, [cd_nom]))
        return self._taxa.get(cd_nom)

    def taxon_name(self, cd_nom: int | None) -> str:
        """Return the French name of a taxon, its Latin name where it has none, its cd_nom where it is unknown."""
        found = self.taxon(cd_nom) if cd_nom is not None else None
        if found is None:
            return ABSENT if cd_nom is None else str(cd_nom)
        return found.nom_vern or found.lb_nom

    def protocol(self, record: Record) -> StudyProtocol:
        """Return the protocol of a record."""
        return self._db.protocols[record.protocol]

    def entity(self, record: Record) -> Entity:
        """Return the entity of a record."""
        return self.protocol(record).entity(record.entity)

    def is_capture(self, record: Record) -> bool:
        """Return whether the record is a line of a session: a bird in the hand, not only a species."""
        session = self.protocol(record).session
        return session is not None and record.entity == session.line

    def is_catch(self, record: Record) -> bool:
        """Return whether the record is a catch of a barrier: animals in a bucket."""
        board = self.protocol(record).board
        return board is not None and record.entity == board.observation

    def title(self, record: Record) -> str:
        """Return the name of a record: a species, a ringed bird, animals in a bucket, a date, a place, a person."""
        entity = self.entity(record)
        if self.is_capture(record):
            from fieldapp.ui.banding.words import capture_words  # what shows no bird need not load their list

            return capture_words(record.data)
        if self.is_catch(record):
            from fieldapp.ui.barrier.words import catch_words

            individual = record.data.get("individual")
            return catch_words(record.data, self.taxon_name(record.cd_nom), self.name(individual) if individual else "")
        if entity.taxon_field:
            return self.taxon_name(record.cd_nom)
        return day_words(record.on_date) if entity.date_field else entity.title(record.data)

    def record(self, record: Record) -> str:
        """Return what the record is and its name: "Observation · Triton palmé", "Passage · 14/04/2026"."""
        return " · ".join(filter(None, (_(self.entity(record).label), self.title(record))))

    def name(self, uid: str) -> str:
        """Return the title of the record with this uid (a person, a dataset, a pond)."""
        if uid not in self._names:
            found = records.get(self._db, uid)
            self._names[uid] = self.title(found) if found else _("(inconnu)")
        return self._names[uid]

    def who(self, who: str) -> str:
        """Return the name of the person who saved; a change keeps the uid of the person, or a name typed before."""
        if not who:
            return ABSENT
        return self.name(who) if is_uid(who) else who

    def place(self, uid: str | None) -> str:
        """Return the title of a record that may be none."""
        return self.name(uid) if uid else ABSENT

    def _one(self, item: Field, value: Any) -> str:
        if item.choices:
            choice = item.choice(value)
            return _(choice.label) if choice else str(value)
        if item.target == PROTOCOLS:
            known = self._db.protocols.get(str(value))
            return _(known.label) if known else str(value)
        if item.kind in {Kind.LINK, Kind.LINKS}:
            return self.name(str(value))
        if item.kind is Kind.TAXON:
            return self.taxon_name(value)
        if item.kind is Kind.DATE:
            return day_words(str(value))
        if item.kind is Kind.BOOLEAN:
            return _("oui") if value else _("non")
        if item.kind is Kind.NUMBER:
            return f"{value:g}".replace(".", ",") if abs(value) >= 1000 else f"{value}".replace(".", ",")
        return str(value)

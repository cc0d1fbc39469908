"""What stands beside a file that leaves: what it holds, counted while it was written, for whom and on which terms."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from fieldapp import __version__
from fieldapp.core import clock, review
from fieldapp.core.exchange import LeftOut
from fieldapp.core.occurrence import ABSENT, Occurrence
from fieldapp.core.schema import StudyProtocol, Taxon
from fieldapp.core.text import N_, _
from fieldapp.store import taxa
from fieldapp.store.connection import Database

ENDING = ".manifest.json"
"""How the name of a manifest ends, after the whole name of its file."""

AREAS: Mapping[str, str] = {
    "commune": N_("la commune"),
    "cell": N_("la maille de 10 km"),
    "department": N_("le département"),
}
"""What stands for a place that is not told exactly, by its code in a manifest."""

_READ_BYTES = 1 << 20


@dataclass(slots=True)
class Figures:
    """What the rows of a file hold, counted row by row; `known` looks a cd_nom up.

    `blurred` counts by what stands for the place, then by taxon; `sensitive` those of them whose species asks for it.
    """

    known: Mapping[int, Taxon]
    rows: int = 0
    absences: int = 0
    first_on: str = ""
    last_on: str = ""
    taxa: set[int] = field(default_factory=set)
    groups: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    validated_by: Counter[str] = field(default_factory=Counter)
    protocols: Counter[str] = field(default_factory=Counter)
    blurred: dict[str, Counter[int]] = field(default_factory=dict)
    sensitive: Counter[int] = field(default_factory=Counter)

    def note(self, one: Occurrence) -> None:
        """Count an occurrence that has a row in the file."""
        self.rows += 1
        self.taxa.add(one.cd_nom)
        taxon = self.known.get(one.cd_nom)
        self.groups[(taxon.group if taxon else "") or _("non précisé")] += 1
        self.levels[one.review.level] += 1
        if one.review.by and one.review.level != review.WAITING:
            self.validated_by[one.review.by] += 1
        self.absences += one.status == ABSENT
        event = one.event
        self.protocols[event.protocol] += 1
        self.first_on = min(self.first_on, event.date_min) if self.first_on else event.date_min
        self.last_on = max(self.last_on, event.date_max)
        if kind := one.where.blurred:
            self.blurred.setdefault(kind, Counter())[one.cd_nom] += 1
            self.sensitive[one.cd_nom] += one.sensitivity > 0

    def name(self, cd_nom: int) -> str:
        """Return the Latin name of a taxon, its cd_nom where no list knows it."""
        taxon = self.known.get(cd_nom)
        return taxon.lb_nom if taxon else str(cd_nom)

    def common_name(self, cd_nom: int) -> str:
        """Return the French name of a taxon, the Latin one where it has none."""
        taxon = self.known.get(cd_nom)
        return taxon.nom_vern if taxon and taxon.nom_vern else self.name(cd_nom)

    def _by_name(self, people: Mapping[str, str]) -> Counter[str]:
        found: Counter[str] = Counter()
        for uid, count in self.validated_by.items():
            found[people.get(uid, uid)] += count
        return found

    def as_json(self, protocols: Mapping[str, StudyProtocol], people: Mapping[str, str]) -> dict[str, Any]:
        """Return the figures under the names that they have in a manifest; `people` are those who validated, by uid."""
        return {
            "rows": self.rows,
            "taxa": len(self.taxa),
            "taxon_groups": _sorted(self.groups),
            "absences": self.absences,
            "from": self.first_on,
            "to": self.last_on,
            "protocols": {code: protocols[code].version for code in sorted(self.protocols) if code in protocols},
            "levels": _sorted(self.levels),
            "validated_by": _sorted(self._by_name(people)),
            "blurred": {
                kind: {"rows": counts.total(), "taxa": {self.name(one): counts[one] for one in sorted(counts)}}
                for kind, counts in sorted(self.blurred.items())
            },
            "code_lists": {code: code_lists(protocols[code]) for code in sorted(self.protocols) if code in protocols},
        }


def of_program(db: Database) -> dict[str, Any]:
    """Return which program wrote the file on which day, and which TAXREF it knew ("" for none)."""
    reference = taxa.reference(db)
    return {
        "taxref": reference.version if reference else "",
        "program_version": __version__,
        "made_on": clock.today().isoformat(),
    }


def left_out(items: Iterable[LeftOut], others: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what has no row in the file by its reason, most frequent first; nothing is named, for it was withheld."""
    found = Counter(item.sentence for item in items)
    found.update(others)
    return [{"reason": reason, "count": count} for reason, count in found.most_common() if count]


def code_lists(protocol: StudyProtocol) -> str:
    """Return the SHA-256 of a protocol's lists of codes, the same as long as none of them changes."""
    lists = [
        [entity.code, item.name, [[choice.code, choice.label] for choice in item.choices]]
        for entity in protocol.entities
        for item in entity.fields
        if item.choices
    ]
    return hashlib.sha256(msgspec.json.encode(lists)).hexdigest()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal figures."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            found.update(piece)
    return found.hexdigest()


def write(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest as JSON that people can read."""
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="")


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return {key: counts[key] for key in sorted(counts)}

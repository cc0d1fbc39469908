"""How exactly the places of a taxon may be told: the association's own rules and the lists, the strictest of all.

A rule for one department and one for all of them both count, so does a rule for the species of an observed subspecies
or for its genus: the highest level wins, whatever said it. Where the department of a place is not known, all count.
A number that the reference has given up and the one that stands for it today are one taxon.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from fieldapp.core.schema import Taxon
from fieldapp.core.text import _
from fieldapp.store import records, sensitivities, taxa
from fieldapp.store.connection import Database
from fieldapp.store.sensitivities import EVERYWHERE, Rule

EXACT, COMMUNE, CELL, DEPARTMENT, NOTHING = range(5)
"""SENSIBILITE (source: SINP nomenclatures, INPN): exactly, commune, cell of 10 km, department, not at all."""

OWN = "directory"
"""The source of the association's own rules."""

_DEEPEST = 40  # taxa above each other; TAXREF has some 25 ranks


@dataclass
class Levels:
    """The rules of a database as they were when it was asked; of one thread, as its connection is."""

    rules: Mapping[int, tuple[Rule, ...]]
    key: bytes
    db: Database
    _chains: dict[int, tuple[Rule, ...]] = field(default_factory=dict)
    _taxa: dict[int, Taxon | None] = field(default_factory=dict)

    @classmethod
    def load(cls, db: Database) -> Levels:
        """Return the levels by the lists that are loaded and the rules of the directory."""
        by_taxon: dict[int, list[Rule]] = {}
        for rule in (*sensitivities.rules(db), *own_rules(db)):
            by_taxon.setdefault(rule.cd_nom, []).append(rule)
        for old, new in taxa.replacements(db, by_taxon):
            by_taxon.setdefault(new, []).extend(by_taxon[old])
        found = {cd_nom: tuple(rules) for cd_nom, rules in by_taxon.items()}
        return cls(found, sensitivities.key(db), db)

    def level(self, cd_nom: int, cd_ref: int, department: str) -> int:
        """Return the highest level (0 to 4) of a taxon in a department, "" where that is not known.

        `cd_ref` is that of the valid name, 0 where the caller does not know it: the reference is asked.
        """
        found = self._rules_of(cd_nom)
        if cd_ref and cd_ref != cd_nom:
            found += self._rules_of(cd_ref)
        return max(
            (rule.level for rule in found if not department or rule.department in (EVERYWHERE, department)),
            default=EXACT,
        )

    def highest_within(self, scope: str) -> int:
        """Return the highest level of a taxon of a group, by its Latin name ("Amphibia"; "" for no group: of any).

        A taxon of which nobody knows what it belongs to may belong to the group, where a record here may bear it: what
        no record bears hides nothing.
        """
        return max((level for level, names in self._groups if not scope or not names or scope in names), default=EXACT)

    def pseudonym(self, *parts: str) -> str:
        """Return a uid for these parts that is always the same here, and that nobody else can make or read."""
        made = hmac.digest(self.key, "\x1f".join(parts).encode(), "sha256")[:16]
        return str(UUID(bytes=made, version=5))

    @cached_property
    def _groups(self) -> list[tuple[int, tuple[str, ...]]]:
        """The level of each hidden taxon and the names of its groups, from kingdom to genus; () where not known."""
        highest = {cd: max(rule.level for rule in rules) for cd, rules in self.rules.items() if rules}
        hidden = {cd: level for cd, level in highest.items() if level}
        known = taxa.by_cd_nom(self.db, list(hidden))
        told = {cd: names for cd in hidden if (names := _groups_of(known.get(cd)))}
        found = [(hidden[cd], names) for cd, names in told.items()]
        rest = hidden.keys() - told.keys()
        return found + [(hidden[cd], names) for cd, names in self._met(rest)]

    def _met(self, wanted: Set[int]) -> set[tuple[int, tuple[str, ...]]]:
        """Return which of these taxa stand for what a record bears, each with the groups of that."""
        if not wanted:
            return set()
        borne = taxa.borne(self.db, apart_from=OWN)  # a rule bears its taxon too
        self._taxa.update(taxa.by_cd_nom(self.db, borne))
        return {(above, _groups_of(self._taxon(cd))) for cd in borne for above in self._above(cd) if above in wanted}

    def _rules_of(self, cd_nom: int) -> tuple[Rule, ...]:
        """Return the rules of a taxon, of its valid name, and of all above it."""
        if not self.rules:
            return ()
        if cd_nom not in self._chains:
            self._chains[cd_nom] = tuple(rule for at in self._above(cd_nom) for rule in self.rules.get(at, ()))
        return self._chains[cd_nom]

    def _above(self, cd_nom: int) -> Iterable[int]:
        """Return a taxon, its valid name, what stands for it today, and all above these."""
        found: dict[int, None] = {}
        waiting = [cd_nom]
        while waiting and len(found) < _DEEPEST:
            at = waiting.pop()
            if not at or at in found:
                continue
            found[at] = None
            taxon = self._taxon(at)
            waiting += [taxon.cd_ref, taxon.parent] if taxon else []
            waiting.append(taxa.replaced(self.db, at) or 0)
        return found

    def _taxon(self, cd_nom: int) -> Taxon | None:
        if cd_nom not in self._taxa:
            self._taxa[cd_nom] = taxa.by_cd_nom(self.db, [cd_nom]).get(cd_nom)
        return self._taxa[cd_nom]


def _groups_of(taxon: Taxon | None) -> tuple[str, ...]:
    """Return the names of the groups of a taxon, from kingdom to genus; () where they are not known."""
    return (*taxon.lineage, *taxon.lb_nom.split()[:1]) if taxon and taxon.lineage else ()


def rule_counts(db: Database) -> dict[str, int]:
    """Return how many rules there are by where they come from: the lists that are loaded, then the association's."""
    own = sum(1 for _rule in own_rules(db))
    return {**dict(sensitivities.lists(db)), **({_("règles de l’association"): own} if own else {})}


def own_rules(db: Database) -> Iterable[Rule]:
    """Yield the association's own rules; what came from elsewhere and is no rule is passed over."""
    if OWN not in db.protocols:
        return
    for record in records.roots(db, OWN, "sensitivity"):
        cd_nom, level = record.data.get("cd_nom"), record.data.get("level")
        department = str(record.data.get("department") or EVERYWHERE).strip().upper()
        if isinstance(cd_nom, int) and level in {"0", "1", "2", "3", "4"}:
            yield Rule(cd_nom, department, int(level), OWN)

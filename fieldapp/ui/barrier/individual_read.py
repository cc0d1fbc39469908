"""Individuals as the screens list them: when each was seen, how often, and the photo to know it by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldapp.core.record import Record
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.campaign import natural_key
from fieldapp.protocols.pitfall_barrier.schema import CODE, DEAD, FEMALE, INDIVIDUAL, MALE, OBSERVATION, PHOTO
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.barrier.photo_words import BELLY
from fieldapp.ui.barrier.words import SIGNS
from fieldapp.ui.services import Services


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo of an individual with the catch and the ISO date of the morning that it belongs to."""

    photo: Record
    observation: Record
    on: str

    @property
    def sha256(self) -> str:
        """The photo's file."""
        return str(self.photo.data.get("sha256", ""))

    @property
    def is_belly(self) -> bool:
        """Whether the belly is seen on it."""
        return self.photo.data.get("view") == BELLY


@dataclass(frozen=True, slots=True)
class Seen:
    """An individual with the mornings of its captures (ISO dates, oldest first), and its photos, the best first.

    `sexes` are the codes that its captures were noted with, those not known left out.
    """

    individual: Record
    mornings: tuple[str, ...] = ()
    shots: tuple[Shot, ...] = field(default=(), repr=False)
    is_dead: bool = False
    sexes: frozenset[str] = frozenset()

    @property
    def uid(self) -> str:
        """The uid of the individual."""
        return self.individual.uid

    @property
    def name(self) -> str:
        """What the individual is called."""
        return str(self.individual.data.get("individual_name", ""))

    @property
    def sign(self) -> str:
        """The sign of the sex, "" where it is not known."""
        return SIGNS.get(str(self.individual.data.get("sex")), "")

    @property
    def is_contradictory(self) -> bool:
        """Whether it was noted as a male and as a female, on its captures or of itself."""
        return {MALE, FEMALE} <= {*self.sexes, str(self.individual.data.get("sex"))}

    @property
    def last_on(self) -> str:
        """The ISO date of the last morning, "" for none."""
        return self.mornings[-1] if self.mornings else ""

    @property
    def first_on(self) -> str:
        """The ISO date of the first morning, "" for none."""
        return self.mornings[0] if self.mornings else ""

    @property
    def face(self) -> str:
        """The photo to know it by: the last belly, else the last photo; "" for none."""
        return self.shots[0].sha256 if self.shots else ""


def individuals_of(db: Database, site: str, cd_nom: int | None = None) -> list[Record]:
    """Return the individuals of a barrier, of one species where `cd_nom` is given, in the order of their names."""
    found = [
        item
        for item in records.undated(db, [site])
        if item.entity == INDIVIDUAL.code and (cd_nom is None or item.data.get("cd_nom") == cd_nom)
    ]
    return sorted(found, key=lambda item: natural_key(str(item.data.get("individual_name", ""))))


def seen(db: Database, individuals: Sequence[Record]) -> list[Seen]:
    """Return the individuals with their captures and photos, in their order: four statements for 500 of them."""
    caught = records.by_field(db, CODE, OBSERVATION.code, "individual", [item.uid for item in individuals])
    mornings = records.get_many(db, {item.parent for item in caught if item.parent})
    photos: dict[str, list[Record]] = {}
    for photo in records.children(db, [item.uid for item in caught]):
        if photo.entity == PHOTO.code:
            photos.setdefault(photo.parent or "", []).append(photo)
    lives: dict[str, list[tuple[str, Record]]] = {}
    for item in caught:
        morning = mornings.get(item.parent or "")
        if morning is not None and not morning.deleted:
            lives.setdefault(str(item.data["individual"]), []).append((morning.on_date or "", item))
    return [_seen(item, lives.get(item.uid, []), photos) for item in individuals]


def seen_in_background(services: Services, individuals: Sequence[Record]) -> list[Seen]:
    """Do what `seen` does on a connection of its own."""
    with services.open_own() as db, db.snapshot():
        return seen(db, individuals)


def _seen(individual: Record, life: Iterable[tuple[str, Record]], photos: Mapping[str, Sequence[Record]]) -> Seen:
    caught = sorted(life, key=lambda item: (item[0], item[1].uid))
    shots = [Shot(photo, item, on) for on, item in caught for photo in photos.get(item.uid, ())]
    shots.reverse()
    shots.sort(key=lambda shot: not shot.is_belly)  # bellies first, the newest first among each
    days = tuple(on for on, _item in caught)
    sexes = frozenset(str(item.data["sex"]) for _on, item in caught if item.data.get("sex") in {MALE, FEMALE})
    is_dead = any(item.data.get("vitality") == DEAD for _on, item in caught)
    return Seen(individual, days, tuple(shots), is_dead, sexes)


def sex_of(told: Seen) -> str:
    """Return what is known of the sex of an individual; "sexe contradictoire" where it was noted as both."""
    return _("sexe contradictoire") if told.is_contradictory else sex_words(told.individual.data)


def sex_words(values: Mapping[str, Any]) -> str:
    """Return "♂ mâle", "♀ femelle" or "sexe inconnu"."""
    choice = INDIVIDUAL.by_name["sex"].choice(values.get("sex")) if values.get("sex") else None
    return _(choice.short or choice.label) if choice else _("sexe inconnu")

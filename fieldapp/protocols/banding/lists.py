"""The code lists, birds, themes and schemes that come with the protocol, read from `reference/`.

They are data: what the CRBPO changes is changed in the CSV files. Sources stand in `docs/sources/banding.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fieldapp.core import reference
from fieldapp.core.schema import Choice, Taxon
from fieldapp.core.text import fold

REFERENCE = Path(__file__).parent / "reference"

UNKNOWN_SPECIES = "SPESPE"
"""The code of a bird that was not determined (source: CRBPO codes, seen in STOC_reporting)."""

PASSERINES = "passereau"
"""The category of the small birds that nets are set for."""

_CODE = re.compile(r"[A-Z]{6}(?:[A-Z]{3})?")


@dataclass(frozen=True, slots=True)
class Size:
    """A ring size that suits a species: its letter, and for whom when not for all ("M", "F", "VOL", "PUL")."""

    letter: str
    only: str = ""


@dataclass(frozen=True, slots=True)
class Bird:
    """One species of the list. Limits of wing (mm) and mass (g) are derived from AVONET, see `docs/sources`.

    `is_usual` marks the species that STOC sessions catch most, as far as the source has quantiles of their mass (23).
    `euring` is the code under IOC 15.1, `euring_wide` that of lists which keep the older, wider species ("": the same).
    """

    code: str
    aliases: tuple[str, ...]
    cd_nom: int
    lb_nom: str
    synonyms: tuple[str, ...]
    nom_vern: str
    group: str
    lineage: tuple[str, ...]
    euring: str
    euring_wide: str
    category: str
    habitat: str
    migration: str
    is_usual: bool
    sizes: tuple[Size, ...]
    wing_mm: tuple[float, float]
    mass_g: tuple[float, float]
    basis: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """A ringing scheme; `old_codes` are those that older rings were listed under."""

    code: str
    label: str
    country: str
    old_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RingSize:
    """A size of French rings by its letter, with its inner diameter in mm; `rank` orders them from the smallest."""

    letter: str
    diameter_mm: float
    metal: str
    rank: int


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of `reference/` by the names of its columns."""
    return reference.rows(REFERENCE / name)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("|")))


@lru_cache(maxsize=1)
def birds() -> Mapping[str, Bird]:
    """Return the birds of the list by their CRBPO code, in systematic order."""
    found = {}
    for row in rows("birds.csv"):
        only = [(part.partition(":")[2]) for part in _parts(row["ring_diameters_mm"])]
        sizes = tuple(Size(letter, whom) for letter, whom in zip(_parts(row["ring_letters"]), only, strict=True))
        found[row["crbpo_code"]] = Bird(
            code=row["crbpo_code"],
            aliases=_parts(row["aliases"]),
            cd_nom=int(row["cd_nom"]),
            lb_nom=row["scientific_name"],
            synonyms=_parts(row["synonyms"]),
            nom_vern=row["french_name"],
            group=row["group2_inpn"],
            lineage=reference.lineage(row),
            euring=row["euring_code"],
            euring_wide=row["euring_code_wide"],
            category=row["category"],
            habitat=row["stoc_habitat"],
            migration=row["stoc_migration"],
            is_usual=row["stoc_usual"] == "1",
            sizes=sizes,
            wing_mm=(float(row["wing_min_mm"]), float(row["wing_max_mm"])),
            mass_g=(float(row["mass_min_g"]), float(row["mass_max_g"])),
            basis=row["biometry_basis"],
        )
    return found


@lru_cache(maxsize=1)
def taxa() -> tuple[Taxon, ...]:
    """Return the birds of the list as taxa; the CRBPO codes are their aliases."""
    return tuple(
        Taxon(bird.cd_nom, bird.cd_nom, bird.lb_nom, nom_vern=bird.nom_vern, rank="ES",
              aliases=(bird.code, *bird.aliases, *bird.synonyms), group=bird.group, lineage=bird.lineage)
        for bird in birds().values()
    )  # fmt: skip


@lru_cache(maxsize=1)
def _by_any_code() -> Mapping[str, Bird]:
    found = {alias: bird for bird in birds().values() for alias in bird.aliases}
    return {**found, **birds()}


@lru_cache(maxsize=1)
def _by_cd_nom() -> Mapping[int, Bird]:
    return {bird.cd_nom: bird for bird in birds().values()}


def bird(code: str) -> Bird | None:
    """Return the species that a code means, an older code or one with a subspecies too; None when none does."""
    typed = code.strip().upper()
    return _by_any_code().get(typed) or (_by_any_code().get(typed[:6]) if len(typed) == 9 else None)


def bird_of(cd_nom: int | None) -> Bird | None:
    """Return the species of a cd_nom; None when the list has none."""
    return None if cd_nom is None else _by_cd_nom().get(cd_nom)


def is_code(text: str) -> bool:
    """Return whether the text is written as a species code: six letters, or nine with the subspecies."""
    return bool(_CODE.fullmatch(text.strip().upper()))


def group_of(code: str) -> str:
    """Return what two codes of one species share, so that subspecies and older lists don't differ: a EURING code.

    Species outside the list are told apart by the six letters of their code.
    """
    found = bird(code)
    return (found.euring_wide or found.euring) if found else code.strip().upper()[:6]


def suggest(text: str, usual: Sequence[str] = ()) -> list[Bird]:
    """Return the birds that the letters may mean, the likeliest first.

    An exact code, alias or whole name comes first, then beginnings of a code, of the French name, of the Latin name, of
    another word of a name. But for an exact one those in `usual` (the codes of the session, the latest first) come
    before all others, then the birds of every STOC session, then other passerines: three letters are to mean the common
    bird.
    """
    typed = fold(text)
    if not typed:
        return [found for code in usual if (found := birds().get(code))]
    place = {code: number for number, code in enumerate(usual)}
    rated = []
    for order, item in enumerate(birds().values()):
        how = _fit(typed, item)
        if how is not None:
            likely = 0 if item.is_usual else 1 if item.category == PASSERINES else 2
            rated.append((how > 0, place.get(item.code, len(place)), likely, how, order, item))
    return [item for *_order, item in sorted(rated, key=lambda one: one[:5])]


def _fit(typed: str, item: Bird) -> int | None:
    codes = (fold(item.code), *(fold(alias) for alias in item.aliases))
    names = (fold(item.nom_vern), fold(item.lb_nom), *(fold(name) for name in item.synonyms))
    if typed in codes or typed in names:
        return 0
    if codes[0].startswith(typed):
        return 1
    if names[0].startswith(typed):
        return 2
    if any(name.startswith(typed) for name in names[1:]):
        return 3
    wanted = typed.split()
    for name in names:
        words = name.replace("-", " ").replace("'", " ").split()
        if len(wanted) <= len(words) and all(any(word.startswith(part) for word in words) for part in wanted):
            return 4
    return 5 if any(code.startswith(typed) for code in codes[1:]) else None


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, Sequence[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in rows("codes.csv"):
        found.setdefault(row["list"], []).append(row)
    return found


def choices(kind: str) -> tuple[Choice, ...]:
    """Return the codes of a list; those that are not offered stand in older files."""
    return tuple(Choice(row["code"], row["label"], row["short"], row["offered"] == "1") for row in _codes()[kind])


@lru_cache(maxsize=1)
def themes() -> Mapping[str, str]:
    """Return the French label of each theme of the CRBPO by its code."""
    return {row["code"]: row["label"] for row in rows("themes.csv")}


@lru_cache(maxsize=1)
def schemes() -> Mapping[str, Scheme]:
    """Return the ringing schemes by their code."""
    return {
        row["code"]: Scheme(row["code"], row["label"], row["country"], _parts(row["old_codes"]))
        for row in rows("schemes.csv")
    }


def scheme_code(text: str) -> str:
    """Return the present code of a scheme, for old codes too; what is not known comes back in capitals."""
    typed = text.strip().upper()
    return next((item.code for item in schemes().values() if typed in item.old_codes), typed)


@lru_cache(maxsize=1)
def ring_sizes() -> Mapping[str, RingSize]:
    """Return the sizes of French rings by their letter, the smallest first."""
    found = [
        RingSize(row["letter"], float(row["diameter_mm"]), row["metal"], int(row["rank"]))
        for row in rows("ring_sizes.csv")
    ]
    return {item.letter: item for item in sorted(found, key=lambda item: item.rank)}


@lru_cache(maxsize=1)
def thresholds() -> Mapping[str, float]:
    """Return the thresholds of STOC by their name; a programme's own settings come before them."""
    return {row["name"]: float(row["value"]) for row in rows("stoc.csv")}

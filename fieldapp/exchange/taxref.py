"""TAXREF, the national reference of names, from the file that the INPN publishes into the store's taxa."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from pathlib import Path

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.schema import Taxon
from fieldapp.core.text import _
from fieldapp.exchange.taxref_file import READ, WITHDRAWN, Release, companion_rows, look_into, picked
from fieldapp.store import reference_names, taxa
from fieldapp.store.connection import Database
from fieldapp.store.records import now
from fieldapp.store.reference_names import Staged
from fieldapp.store.taxa import Reference, Withdrawn

Progress = Callable[[int, int, str], object]
"""Told how many names are done, of how many, and what is being done; what it raises ends the work."""

_STEP = 5_000
_LONGEST_NUMBER = 9
_LARGEST = 10**_LONGEST_NUMBER
_ARTICLES = frozenset({"le", "la", "les", "l'", "l’", "un", "une", "des"})
_LONGEST_NAME = 2_000
"""Signs of a name or of its author, at most: several times what any has (a choice of the program)."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file brought, and what it means for our records.

    `withdrawn` are the numbers given up that records bear, `unknown` those that no list knows, both with how many
    records bear each. Records stay as they were typed.
    """

    reference: Reference
    withdrawn: tuple[tuple[Withdrawn, int], ...]
    unknown: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the first reading found: about how many names there are, and the valid ones that are kept (None: all)."""

    total: int
    kept: frozenset[int] | None = None


def load(db: Database, path: Path, *, everywhere: bool = False, progress: Progress | None = None) -> Loaded:
    """Put the names of a TAXREF file in the place of those before, and say what that means for our records.

    Of the names those are taken that stand for a taxon present in metropolitan France (FR is filled for one of its
    names) or for one above such a taxon; with `everywhere` all. The names before stay until the new ones are whole, and
    whoever saves meanwhile need not wait. Raises FileRefusedError with a sentence, and whatever `progress` raises: then
    nothing has changed.
    """
    tell = progress or (lambda _done, _of, _words: None)
    release = look_into(path)
    plan = _planned(release, everywhere, tell)
    companion = None if release.companion is None else _withdrawn_of(path, release.companion())
    counted = _Counted()
    staged = _staged(db, release, _names(release, plan, counted, tell))
    with db.transaction():
        reference_names.swap(db, staged)
        known = taxa.reference(db)
        withdrawn = known.withdrawn if known is not None else 0
        if companion is not None:
            withdrawn = taxa.put_withdrawn(db, companion)
        about = Reference(
            release.version, path.name, staged.names, counted.synonyms, counted.rows - staged.names, withdrawn,
            everywhere, now(),
        )  # fmt: skip
        taxa.note_reference(db, about)
    reference_names.clear_spare(db)
    return standing(db, about)


def load_withdrawn(db: Database, path: Path) -> Loaded:
    """Take the numbers that TAXREF has given up from its companion table; FileRefusedError with a sentence."""
    found = _withdrawn_of(path, companion_rows(path))
    with db.transaction():
        count = taxa.put_withdrawn(db, found)
        known = taxa.reference(db) or Reference("", "", 0, 0, 0, 0, False, "")
        about = Reference(
            known.version, known.file_name, known.names, known.synonyms, known.left_out, count, known.everywhere,
            known.loaded_at,
        )  # fmt: skip
        if known.names:
            taxa.note_reference(db, about)
    return standing(db, about)


def is_companion(path: Path) -> bool:
    """Return whether a file is called as the companion table of numbers given up is."""
    return path.name.upper().startswith("CDNOM_DISPARUS")


def standing(db: Database, about: Reference) -> Loaded:
    """Return what the installed reference means for our records."""
    return Loaded(about, tuple(taxa.withdrawn_in_use(db)), taxa.unknown_in_use(db))


def _staged(db: Database, release: Release, names: Iterator[Taxon]) -> Staged:
    """Put the names where nobody reads them yet; FileRefusedError for none, or one number for two names."""
    try:
        staged = reference_names.stage(db, names)
    except sqlite3.IntegrityError as error:
        raise FileRefusedError(
            _("{path} donne deux fois le même cd_nom : reprenez le fichier d’origine. Rien n’a été changé.").format(
                path=release.path
            )
        ) from error
    if not staged.names:
        raise FileRefusedError(
            _("{path} ne contient aucun nom de France : prenez le fichier complet, rien n’a été changé.").format(
                path=release.path
            )
        )
    return staged


@dataclass(slots=True)
class _Counted:
    rows: int = 0
    synonyms: int = 0


def _planned(release: Release, everywhere: bool, tell: Progress) -> _Plan:
    """Read the file through before anything is touched: how many names it has, and which are to be kept."""
    tell(0, 0, _("Lecture de {path}").format(path=release.path.name))
    if everywhere:
        return _Plan(release.count_lines() - 1)
    pick = itemgetter(*picked(release.columns, ("CD_NOM", "CD_REF", "CD_SUP", "CD_TAXSUP", "FR")))
    parents: dict[int, int] = {}
    here: set[int] = set()
    total = 0
    for total, cells in enumerate(release.rows(), 1):
        nom, ref, sup, taxsup, fr = pick(cells)
        cd_nom = _number(release, nom, total)
        cd_ref = _number(release, ref, total) if ref and ref != nom else cd_nom
        parents[cd_nom] = _parent(cd_nom, cd_ref, sup, taxsup)
        if fr and not fr.isspace():
            here.add(cd_ref)
        if total % _STEP == 0:
            tell(0, 0, "")
    return _Plan(total, _with_parents(here, parents))


def _with_parents(found: set[int], parents: dict[int, int]) -> frozenset[int]:
    """Return these taxa with all above them: what lies below a genus could not be found without it."""
    kept: set[int] = set()
    for at in found:
        while at and at not in kept:
            kept.add(at)
            at = parents.get(at, 0)
    return frozenset(kept)


def _names(release: Release, plan: _Plan, counted: _Counted, tell: Progress) -> Iterator[Taxon]:
    """Yield the names that are kept, in the order of the file; `plan` says what was found before, if it was read."""
    pick = itemgetter(*picked(release.columns, READ))
    words = _("Noms de TAXREF")
    for counted.rows, cells in enumerate(release.rows(), 1):
        if counted.rows % _STEP == 0:
            tell(min(counted.rows, plan.total), plan.total, words)
        nom, ref, sup, taxsup, latin, author, french, rank, group, _fr, *lineage = pick(cells)
        cd_nom = _number(release, nom, counted.rows)
        cd_ref = _number(release, ref, counted.rows) if ref and ref != nom else cd_nom
        if max(len(latin), len(author), len(french)) > _LONGEST_NAME:
            raise FileRefusedError(_too_long(release, counted.rows))
        if plan.kept is not None and cd_ref not in plan.kept:
            continue
        counted.synonyms += cd_nom != cd_ref
        first, others = _french(french) if french else ("", ())
        yield Taxon(
            cd_nom, cd_ref, latin.strip(), author.strip(), first, rank.strip(), aliases=others,
            parent=_parent(cd_nom, cd_ref, sup, taxsup), group=group.strip(), lineage=_lineage(*lineage),
        )  # fmt: skip
    tell(plan.total, plan.total, _("Index de recherche des noms"))


def _parent(cd_nom: int, cd_ref: int, sup: str, taxsup: str) -> int:
    """Return the cd_nom of the taxon above; a synonym lies below its valid name."""
    if cd_nom != cd_ref:
        return cd_ref
    above = sup.strip() or taxsup.strip()
    return int(above) if above.isascii() and above.isdigit() and len(above) <= _LONGEST_NUMBER else 0


def _french(names: str) -> tuple[str, tuple[str, ...]]:
    """Return the first French name and the others; "Grenouille rousse (La)" is called "Grenouille rousse"."""
    found = dict.fromkeys(name for part in names.split(",") if (name := _without_article(part.strip())))
    first, *others = found or ("",)
    return first, tuple(others)


def _without_article(name: str) -> str:
    if name.endswith(")"):
        before, _bracket, article = name[:-1].rpartition("(")
        if article.lower() in _ARTICLES:
            return before.rstrip()
    return name


@lru_cache(maxsize=16_384)
def _lineage(*ranks: str) -> tuple[str, ...]:
    return tuple(rank.strip() for rank in ranks)


def _number(release: Release, text: str, row: int) -> int:
    try:
        if 0 < (number := int(text)) < _LARGEST:
            return number
    except ValueError:
        pass
    raise FileRefusedError(
        _(
            "{path}, ligne {line} : « {value} » n’est pas un cd_nom. Le fichier est abîmé : reprenez celui de "
            "l’INPN ; rien n’a été changé."
        ).format(path=release.path, line=row + 1, value=text[:40])
    )


def _too_long(release: Release, row: int) -> str:
    return _(
        "{path}, ligne {line} : un nom a plus de {most} signes. Le fichier est abîmé : reprenez celui de l’INPN ; "
        "rien n’a été changé."
    ).format(path=release.path, line=row + 1, most=_LONGEST_NAME)


def _withdrawn_of(path: Path, rows: list[list[str]]) -> list[Withdrawn]:
    """Return the numbers given up in the rows of the companion table; rows without a number are passed over."""
    header = [cell.strip().upper() for cell in rows[0]] if rows else []
    missing = [name for name in WITHDRAWN if name not in header]
    if missing:
        raise FileRefusedError(
            _(
                "{path} : la table des cd_nom retirés (CDNOM_DISPARUS) n’a pas les colonnes {missing}. "
                "Reprenez celle de l’archive TAXREF ; rien n’a été changé."
            ).format(path=path, missing=", ".join(missing))
        )
    places = picked(header, WITHDRAWN)
    found = []
    for cells in rows[1:]:
        nom, release, instead, reason = (cells[at].strip() if at < len(cells) else "" for at in places)
        if nom.isascii() and nom.isdigit() and len(nom) <= _LONGEST_NUMBER:
            good = instead.isascii() and instead.isdigit() and len(instead) <= _LONGEST_NUMBER
            found.append(Withdrawn(int(nom), int(instead) if good else 0, reason[:500], release[:50]))
    return found

"""(t) TAXREF of 700,000 names read from its file: how long it takes, whoever saves waits, and what lies below needs."""

from __future__ import annotations

import csv
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from fieldapp import protocols
from fieldapp.exchange import taxref
from fieldapp.exchange.taxref_file import HEADERS
from fieldapp.store import taxa
from fieldapp.store.opening import open_for_use
from tests.benchmarks import data
from tests.benchmarks.measure import Figure

NAMES = 700_000
LIMIT_S = 30
BELOW_MS = 1_000
WAIT_S = 2
CLASSES = 7
"""As many classes share the synthetic genera: each is as large as that of the insects of France."""

FIRST_CLASS = 1_000_000
"""The number of the first class; the others follow."""

PER_GENUS = 20


def release(folder: Path, names: int = NAMES, version: str = "18") -> Path:
    """Return a synthetic TAXREF file in the layout of a version; made when missing.

    Every fifth name is a synonym of the one before; the valid ones hang below a genus, the genera below a class.
    """
    path = folder / f"TAXREFv{version}-{names}.txt"
    if path.exists():
        return path
    building = path.with_suffix(".building")
    with building.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADERS[version], delimiter="\t", lineterminator="\r\n", restval="")
        writer.writeheader()
        for number in range(FIRST_CLASS, FIRST_CLASS + CLASSES):
            writer.writerow({"CD_NOM": number, "CD_REF": number, "LB_NOM": "Insecta", "RANG": "CL", "FR": "P"})
        for number, taxon in enumerate(data.names(names)):
            writer.writerow(_row(number, taxon.cd_nom, taxon.lb_nom, taxon.lb_auteur, taxon.nom_vern))
    building.rename(path)
    return path


def _row(number: int, cd_nom: int, latin: str, author: str, french: str) -> dict[str, object]:
    is_genus, is_synonym = number % PER_GENUS == 0, number % 5 == 1
    above = FIRST_CLASS + number // PER_GENUS % CLASSES if is_genus else cd_nom - number % PER_GENUS
    return {
        "REGNE": "Animalia", "PHYLUM": "Chordata", "CLASSE": "Amphibia", "ORDRE": "Urodela", "FAMILLE": "Salamandridae",
        "GROUP1_INPN": "Chordés", "GROUP2_INPN": "Amphibiens", "GROUP3_INPN": "Autres", "CD_NOM": cd_nom,
        "CD_SUP": above, "CD_REF": cd_nom - 1 if is_synonym else cd_nom,
        "RANG": "GN" if is_genus else "ES", "LB_NOM": latin, "LB_AUTEUR": author, "NOM_COMPLET": f"{latin} {author}",
        "NOM_COMPLET_HTML": f"<i>{latin}</i> {author}", "NOM_VALIDE": f"{latin} {author}", "NOM_VERN": french,
        "HABITAT": "3", "FR": "P" if number % 2 else "", "URL": f"https://inpn.mnhn.fr/espece/cd_nom/{cd_nom}",
    }  # fmt: skip


def _save_now_and_then(path: Path, ended: threading.Event, waits: list[float]) -> None:
    """Take the write lock as a save does, several times a second, and note how long each waited for it (seconds)."""
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    while not ended.wait(0.2):
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        waits.append(time.perf_counter() - start)
        connection.execute("ROLLBACK")
    connection.close()


def figures(folder: Path) -> Iterator[Figure]:
    """Read the file with all its names into a new database, then ask what lies below a class."""
    file = release(folder)
    path = folder / "taxref.db"
    path.unlink(missing_ok=True)
    with open_for_use(path, protocols.installed()) as db:
        waits: list[float] = []
        ended = threading.Event()
        saving = threading.Thread(target=_save_now_and_then, args=(path, ended, waits))
        saving.start()
        start = time.perf_counter()
        loaded = taxref.load(db, file, everywhere=True)
        seconds = time.perf_counter() - start
        ended.set()
        saving.join()
        start = time.perf_counter()
        found = taxa.below(db, FIRST_CLASS)
        below_ms = (time.perf_counter() - start) * 1000
        start = time.perf_counter()
        of_genus = taxa.below(db, next(data.names(1)).cd_nom)
        genus_ms = (time.perf_counter() - start) * 1000
    path.unlink()
    yield Figure(
        f"TAXREF of {loaded.reference.names:,} names read from its file", seconds, LIMIT_S, "s",
        f"{loaded.reference.synonyms:,} synonyms", "",
    )  # fmt: skip
    yield Figure(
        f"whoever saves meanwhile waits, longest of {len(waits)} times", max(waits), WAIT_S, "s",
        f"median {sorted(waits)[len(waits) // 2] * 1000:.0f} ms", "",
    )  # fmt: skip
    yield Figure(
        f"all {len(found):,} names below a class", below_ms, BELOW_MS, "ms",
        f"a genus of {len(of_genus)}: {genus_ms:.1f} ms", "",
    )  # fmt: skip

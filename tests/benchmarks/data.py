"""Large databases for the benchmarks, made once and kept under build/: nothing in them is random from run to run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from fieldapp import protocols
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Taxon
from fieldapp.protocols.directory.protocol import CODE as DIRECTORY
from fieldapp.protocols.directory.protocol import DATASET, PERSON
from fieldapp.protocols.pop_amphibiens import lists
from fieldapp.protocols.pop_amphibiens.schema import CODE, OBSERVATION, SITE, SITES_GROUP, VISIT
from fieldapp.store import records, taxa, views
from fieldapp.store.connection import Database, open_database

YEARS = range(1996, 2026)
SITES_PER_GROUP = 12
OBSERVATIONS_PER_VISIT = 4
PASSAGES = ((3, 10), (4, 15), (6, 10))


def database(folder: Path, observations: int) -> Path:
    """Return the path of a database with about this many POP observations over thirty seasons; made when missing."""
    path = folder / f"pop-{observations}.db"
    if not path.exists():
        building = path.with_suffix(".building")
        building.unlink(missing_ok=True)
        with open_database(building, protocols.installed()) as db:
            prepare(db)
            records.save(db, _records(observations), "benchmark", kind="import")
            db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        building.rename(path)
    return path


def prepare(db: Database) -> None:
    """Bring in the protocols' taxa and views, as the program does when it opens a database."""
    for protocol in protocols.installed():
        taxa.install(db, protocol.code, protocol.taxa())
    views.refresh(db)


def _records(observations: int) -> Iterator[Record]:
    chance = random.Random(2020)
    species = [taxon.cd_nom for taxon in lists.taxa() if taxon.regional_rank and taxon.status == "native"]
    person = make_record(DIRECTORY, PERSON, {"name": "Observateur Un"}, None)
    dataset = make_record(DIRECTORY, DATASET, {"name": "POPAmphibien", "id_dataset": 1}, None)
    yield from (person, dataset)
    per_site = len(YEARS) * len(PASSAGES) * OBSERVATIONS_PER_VISIT
    sites = max(1, round(observations / per_site))
    group = None
    for number in range(sites):
        if group is None or number % SITES_PER_GROUP == 0:
            group = make_record(
                CODE,
                SITES_GROUP,
                {
                    "sites_group_name": f"Aire {number // SITES_PER_GROUP + 1:03}",
                    "categories_paysageres": "CATEGORIE_PAYSAGERE_4",
                },
                None,
            )
            yield group
        yield from _site(chance, group, number, species, person.uid, dataset.uid)


def _site(
    chance: random.Random, group: Record, number: int, species: list[int], person: str, dataset: str
) -> Iterator[Record]:
    site = make_record(
        CODE,
        SITE,
        {
            "base_site_name": f"Mare {number + 1:04}",
            "milieu_aquatique": "MILIEU_AQUATIQUE_7",
            "longitude": round(2.4 + chance.random() * 0.7, 5),
            "latitude": round(50.3 + chance.random() * 0.3, 5),
        },
        group.uid,
    )
    yield site
    for year in YEARS:
        for passage, (month, day) in enumerate(PASSAGES, 1):
            on = date(year, month, day) + timedelta(days=chance.randrange(15))
            visit = make_record(
                CODE,
                VISIT,
                {
                    "visit_date_min": on.isoformat(),
                    "num_passage": passage,
                    "Heure_debut": "21:02",
                    "Heure_fin": "21:14",
                    "methode_de_prospection": ["4", "5"],
                    "observers": [person],
                    "expertise": "Chevronné",
                    "id_dataset": dataset,
                    "accessibility": "Oui",
                },
                site.uid,
            )
            yield visit
            for cd_nom in chance.sample(species, OBSERVATIONS_PER_VISIT):
                count = chance.randrange(1, 60)
                yield make_record(
                    CODE,
                    OBSERVATION,
                    {
                        "presence": "Oui",
                        "cd_nom": cd_nom,
                        "id_nomenclature_typ_denbr": "Co",
                        "count_min": count,
                        "count_max": count,
                        "id_nomenclature_stade": "2",
                        "id_nomenclature_sex": "1",
                    },
                    visit.uid,
                )


def names(amount: int) -> Iterator[Taxon]:
    """Yield taxa with made-up names whose syllables and lengths resemble those of TAXREF."""
    chance = random.Random(18)
    starts = [
        "Tri",
        "Bu",
        "Ra",
        "Pel",
        "Sal",
        "Hy",
        "Aly",
        "Pap",
        "Car",
        "Lo",
        "An",
        "Cory",
        "Mel",
        "Phy",
        "Sty",
        "Ceph",
    ]
    middles = ["to", "ra", "ni", "lo", "phy", "ma", "ce", "do", "bra", "chi", "tri", "li", "po", "sto", "ga"]
    ends = ["us", "a", "um", "is", "ella", "ensis", "oides", "ata", "inus", "alis"]
    french = [
        "Grenouille",
        "Crapaud",
        "Triton",
        "Charançon",
        "Carabe",
        "Noctuelle",
        "Mésange",
        "Laîche",
        "Orchis",
        "Bolet",
    ]
    kinds = ["commun", "doré", "élégant", "des marais", "à tête noire", "vulgaire", "des sables", "palmé", "géant"]

    def word(parts: int) -> str:
        return chance.choice(starts) + "".join(chance.choice(middles) for _ in range(parts)) + chance.choice(ends)

    for number in range(amount):
        cd_nom = 2_000_000 + number
        vernacular = f"{chance.choice(french)} {chance.choice(kinds)}" if chance.random() < 0.3 else ""
        yield Taxon(
            cd_nom, cd_nom, f"{word(chance.randrange(1, 3))} {word(chance.randrange(1, 4)).lower()}",
            f"Auteur, {chance.randrange(1758, 2020)}", vernacular, "ES",
        )  # fmt: skip

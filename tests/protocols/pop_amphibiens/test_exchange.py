"""What leaves the program reads back equal: the round trips of the SHF file, and the detection matrix."""

import csv
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core.errors import FileRefusedError
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Entity
from fieldapp.core.text import fold
from fieldapp.exchange import demo
from fieldapp.exchange.exporting import export_file, exporters
from fieldapp.exchange.importing import import_file, importers
from fieldapp.protocols.directory.protocol import DATASET, PERSON
from fieldapp.protocols.pop_amphibiens import lists, schema, shf
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use

SHF = importers(protocols.installed())["shf"][1]
EXPORTS = {code: exporter for code, (_protocol, exporter) in exporters(protocols.installed()).items()}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty database, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    open_for_use(path, protocols.installed()).close()
    return path


@contextmanager
def copy_of(empty: Path, folder: Path, name: str) -> Iterator[Database]:
    path = folder / name
    shutil.copy(empty, path)
    with open_for_use(path, protocols.installed()) as db:
        yield db


def exported(db: Database, code: str = "shf", **options: Any) -> bytes:
    path = db.path.with_suffix(f".{code}.csv")
    export_file(db, EXPORTS[code], path, **options)
    return path.read_bytes()


def test_the_sample_comes_back_byte_for_byte(empty: Path, tmp_path: Path, sample_pop: Path) -> None:
    with copy_of(empty, tmp_path, "one.db") as db:
        demo.fill(db)
        assert exported(db) == sample_pop.read_bytes()
        assert exported(db, year=2020) == sample_pop.read_bytes()


def test_an_export_of_a_year_without_visits_has_only_its_header(empty: Path, tmp_path: Path) -> None:
    with copy_of(empty, tmp_path, "one.db") as db:
        demo.fill(db)
        assert exported(db, year=2019).decode() == ";".join(shf.STANDARD) + "\r\n"


def test_a_file_of_the_module_itself_keeps_its_shorter_names(empty: Path, tmp_path: Path, sample_pop: Path) -> None:
    # GeoNature's view writes lb_nom, the sample the name with its author: each comes back as it was.
    text = sample_pop.read_bytes().decode()
    path = tmp_path / "short.csv"
    path.write_bytes(text.replace("Bufo bufo (Linnaeus, 1758)", "Bufo bufo").encode())
    with copy_of(empty, tmp_path, "one.db") as db:
        assert import_file(db, SHF, path).refused == 0
        assert exported(db) == path.read_bytes()


# ------------------------------------------------------------------------------------- generated trees

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
PERSON_NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0;"), min_size=1, max_size=12)
UIDS = st.uuids().map(str)
DATES = st.dates(date(2015, 1, 1), date(2024, 12, 31)).map(date.isoformat)
TIMES = st.times().map(lambda time: f"{time:%H:%M}")


def one_of_codes(entity: Entity, name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([choice.code for choice in entity.by_name[name].choices])


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return values in which each field may be missing."""
    return st.fixed_dictionaries({}, optional=fields)


GROUPS = some(
    sites_group_name=TEXTS,
    sites_group_description=TEXTS,
    comments=TEXTS,
    categories_paysageres=one_of_codes(schema.SITES_GROUP, "categories_paysageres"),
)
HEIGHTS = st.one_of(st.integers(-10, 5000), st.floats(allow_nan=False, allow_infinity=False))
SITES = some(
    base_site_name=TEXTS,
    milieu_aquatique=one_of_codes(schema.SITE, "milieu_aquatique"),
    longitude=st.floats(-4, 8),
    latitude=st.floats(42, 51),
    base_site_description=TEXTS,
    altitude_min=HEIGHTS,
    altitude_max=HEIGHTS,
    departement=TEXTS,
    code_dep=TEXTS,
    commune=TEXTS,
    sites_proteges=TEXTS,
)
VISITS = some(
    num_passage=st.integers(1, 10),
    Heure_debut=TIMES,
    Heure_fin=TIMES,
    methode_de_prospection=st.lists(one_of_codes(schema.VISIT, "methode_de_prospection"), unique=True),
    expertise=one_of_codes(schema.VISIT, "expertise"),
    accessibility=one_of_codes(schema.VISIT, "accessibility"),
    etat_site=one_of_codes(schema.VISIT, "etat_site"),
    date_changement_etat_site=DATES,
    comments=TEXTS,
    num_passage_calc=st.integers(1, 12),
    organismes_cite=TEXTS,
)
COUNTS = st.tuples(st.integers(1, 50), st.integers(0, 50))


@st.composite
def seen(draw: st.DrawFn) -> dict[str, Any]:
    values = draw(
        some(
            cd_nom=st.sampled_from([taxon.cd_nom for taxon in lists.taxa()]),
            id_nomenclature_stade=one_of_codes(schema.OBSERVATION, "id_nomenclature_stade"),
            id_nomenclature_sex=one_of_codes(schema.OBSERVATION, "id_nomenclature_sex"),
            comments=TEXTS,
            nom_cite=TEXTS,
            nom_vern_cite=TEXTS,
        )
    )
    least, more = draw(COUNTS)
    kind = draw(st.sampled_from([None, "Co", "Es"]))
    counts = {"count_min": least, "count_max": least if kind == "Co" else least + more}
    return {**values, **counts, "id_nomenclature_typ_denbr": kind, "presence": "Oui"}


ABSENCE = some(comments=TEXTS, count_min=st.just(0), count_max=st.just(0)).map(
    lambda values: {**values, "presence": "Non", "cd_nom": lists.ABSENCE_TAXON}
)


@st.composite
def databases(draw: st.DrawFn) -> list[Record]:
    """Return the records of a small database, as the field could leave it behind."""
    people = [
        make_record("directory", PERSON, {"name": name, "organisation": draw(TEXTS)}, None, draw(UIDS))
        for name in draw(st.lists(PERSON_NAMES.filter(str.strip), min_size=1, max_size=3, unique_by=fold))
    ]
    datasets = [
        make_record("directory", DATASET, {"name": name, **draw(some(id_dataset=st.integers(1, 99)))}, None, draw(UIDS))
        for name in draw(st.lists(TEXTS.filter(str.strip), max_size=2, unique_by=fold))
    ]
    found = [*people, *datasets]
    for values in draw(st.lists(GROUPS, min_size=1, max_size=2)):
        group = make_record(schema.CODE, schema.SITES_GROUP, values, None, draw(UIDS))
        found.append(group)
        sites = st.lists(
            SITES, min_size=1, max_size=2, unique_by=lambda site: shf.written_name(site.get("base_site_name", ""))
        )
        for site_values in draw(sites):
            site = make_record(schema.CODE, schema.SITE, site_values, group.uid, draw(UIDS))
            found.append(site)
            for visit_values in draw(st.lists(VISITS, min_size=1, max_size=3)):
                found += draw(visits(site.uid, visit_values, people, datasets))
    return found


@st.composite
def visits(
    draw: st.DrawFn, site: str, values: Mapping[str, Any], people: list[Record], datasets: list[Record]
) -> list[Record]:
    observers = draw(st.lists(st.sampled_from(people), unique_by=lambda person: person.uid)) if people else []
    links = {
        "visit_date_min": draw(st.sampled_from(["2020-03-01", "2020-04-01", "2021-03-01"]) | DATES),
        "observers": [person.uid for person in observers],
        "id_dataset": draw(st.sampled_from([None, *(dataset.uid for dataset in datasets)])),
    }
    visit = make_record(schema.CODE, schema.VISIT, {**values, **links}, site, draw(UIDS))
    if values.get("accessibility") == "Non":
        lines: list[dict[str, Any]] = []
    else:
        lines = draw(st.lists(seen(), min_size=1, max_size=3) | st.lists(ABSENCE, max_size=1))
    return [visit, *(make_record(schema.CODE, schema.OBSERVATION, line, visit.uid, draw(UIDS)) for line in lines)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(databases())
def test_export_import_export_gives_the_same_bytes(empty: Path, generated: list[Record]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with copy_of(empty, folder, "first.db") as db:
            records.save(db, generated, "generated", kind="import")
            before = exported(db)
            lines = export_file(db, EXPORTS["shf"], folder / "rows.csv").rows
        file = folder / "first.shf.csv"
        for number in ("second", "third"):
            with copy_of(empty, folder, f"{number}.db") as db:
                report = import_file(db, SHF, file)
                assert report.refused == 0, report.text()
                assert len(report.rows) == lines
                assert exported(db) == before
                again = import_file(db, SHF, file)
                assert again.action is None, again.text()
                assert all(row.outcome == "identical" for row in again.rows), again.text()
            file = folder / f"{number}.shf.csv"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(databases())
def test_a_database_finds_its_own_export_identical(empty: Path, generated: list[Record]) -> None:
    with tempfile.TemporaryDirectory() as name, copy_of(empty, Path(name), "one.db") as db:
        records.save(db, generated, "generated", kind="import")
        exported(db)
        report = import_file(db, SHF, db.path.with_suffix(".shf.csv"))
        assert all(row.outcome == "identical" for row in report.rows), report.text()
        assert report.action is None


# ------------------------------------------------------------------------------------------- matrix

Matrix = Callable[..., list[dict[str, str]]]


@pytest.fixture
def matrix(empty: Path, tmp_path: Path) -> Iterator[Matrix]:
    """Return a function that exports the matrix of the sample season as rows."""
    with copy_of(empty, tmp_path, "one.db") as db:
        demo.fill(db)

        def read(**options: Any) -> list[dict[str, str]]:
            text = exported(db, "pop-matrix", **options).decode()
            return list(csv.DictReader(text.splitlines(), delimiter=";"))

        yield read


def test_the_matrix_of_a_species_says_of_each_site_and_passage_seen_not_seen_or_not_reached(
    matrix: Matrix, rows: list[dict[str, str]]
) -> None:
    # Counted here from the rows of the file itself.
    visited = {(row["nom_site"], row["num_passage"]) for row in rows}
    found = {(row["nom_site"], row["num_passage"]) for row in rows if row["cd_nom"] == "197"}
    cells = {
        (row["nom_site"].replace(" ", "_"), passage): row[f"P{passage}"]
        for row in matrix(year=2020, taxon=197)
        for passage in "123"
    }
    assert len(cells) == 137 * 3
    assert {key for key, cell in cells.items() if cell == "1"} == found
    assert {key for key, cell in cells.items() if cell != "NA"} == visited


def test_the_matrix_without_a_taxon_holds_every_species_seen(matrix: Matrix) -> None:
    rows = matrix()
    assert len({row["cd_ref"] for row in rows}) == 11
    assert len(rows) == 11 * 137
    assert {row["annee"] for row in rows} == {"2020"}


def test_the_matrix_of_an_unknown_taxon_is_refused(matrix: Matrix) -> None:
    with pytest.raises(FileRefusedError, match="999"):
        matrix(taxon=999)

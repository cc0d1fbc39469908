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
from fieldapp.core.record import Record, make_record, with_data
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


def told(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return values in which each field is there."""
    return st.fixed_dictionaries(fields)


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
    etat_site=one_of_codes(schema.VISIT, "etat_site"),
    date_changement_etat_site=DATES,
    comments=TEXTS,
    num_passage_calc=st.integers(1, 12),
    organismes_cite=TEXTS,
)
ACCESS = told(accessibility=one_of_codes(schema.VISIT, "accessibility"))
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
    if "nom_cite" in values or "nom_vern_cite" in values:
        values["nom_cite_for"] = values.get("cd_nom")
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
    values = {**values, **draw(ACCESS)}
    observers = draw(st.lists(st.sampled_from(people), unique_by=lambda person: person.uid)) if people else []
    on_date = draw(st.sampled_from(["2020-03-01", "2020-04-01", "2021-03-01"]) | DATES)
    links: dict[str, Any] = {
        "visit_date_min": on_date,
        "observers": [person.uid for person in observers],
        "id_dataset": draw(st.sampled_from([None, *(dataset.uid for dataset in datasets)])),
    }
    cited_for = {
        "num_passage_calc_for": shf.rank_place(site, on_date),
        "organismes_cite_for": shf.people_key(links["observers"]),
    }
    links |= {name: text for name, text in cited_for.items() if name.removesuffix("_for") in values}
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


def test_the_matrix_without_a_taxon_holds_every_taxon_seen_the_green_frogs_as_one(
    matrix: Matrix, rows: list[dict[str, str]]
) -> None:
    seen = {row["cd_nom"] for row in rows if row["presence_amphibien"] == "Oui"}
    found = matrix()
    assert {row["cd_ref"] for row in found} == seen - {"444440", "444443"} | {"444436"}
    assert len(found) == 10 * 137
    assert {row["annee"] for row in found} == {"2020"}
    assert {row["nom_latin"] for row in found if row["cd_ref"] == "444436"} == {"Pelophylax"}


@pytest.mark.parametrize("asked", [444440, 444443, 444436])
def test_whichever_green_frog_is_asked_for_the_matrix_is_that_of_the_complex(
    matrix: Matrix, rows: list[dict[str, str]], asked: int
) -> None:
    expected = {(row["nom_site"], row["num_passage"]) for row in rows if row["cd_nom"] in {"444440", "444443"}}
    found = matrix(taxon=asked)
    assert {row["cd_ref"] for row in found} == {"444436"}
    assert {
        (row["nom_site"].replace(" ", "_"), passage) for row in found for passage in "123" if row[f"P{passage}"] == "1"
    } == expected


def test_an_export_says_how_many_sheets_are_not_finished(empty: Path, tmp_path: Path) -> None:
    with copy_of(empty, tmp_path, "one.db") as db:
        demo.fill(db)
        target = tmp_path / "out.csv"
        assert "rien vu" not in export_file(db, EXPORTS["shf-analyses"], target).text()
        (first, *_others) = records.dated(db, schema.CODE, "visit", "2020-01-01", "2020-12-31")
        for day, access in (("2020-07-01", "Oui"), ("2020-07-02", "Non"), ("2021-07-02", "Oui")):
            values = {"visit_date_min": day, "num_passage": 4, "accessibility": access}
            records.save(db, [make_record(schema.CODE, schema.VISIT, values, first.parent)], "visit")
        for code in ("shf", "shf-analyses", "pop-matrix"):
            report = export_file(db, EXPORTS[code], target, year=2020)
            assert report.drafts == 1
            assert report.text().endswith("1 passage sans observation ni « rien vu » : fiche à finir.")
        assert "2 passages sans observation" in export_file(db, EXPORTS["shf"], target).text()


def written(path: Path, row: Mapping[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(row), delimiter=";")
        writer.writeheader()
        writer.writerow(row)
    return path


def one_row(empty: Path, folder: Path, row: Mapping[str, str], change: Callable[[Database], None]) -> dict[str, str]:
    """Return the row as it leaves the program after it came in and was changed there."""
    file = written(folder / "in.csv", row)
    with copy_of(empty, folder, "changed.db") as db:
        assert import_file(db, SHF, file).refused == 0
        change(db)
        (found,) = csv.DictReader(exported(db).decode().splitlines(), delimiter=";")
        return found


def visit_of(db: Database) -> Record:
    (visit,) = records.dated(db, schema.CODE, "visit", "1900-01-01", "2100-01-01")
    return visit


def test_names_cited_for_one_species_do_not_outlive_its_correction(
    empty: Path, tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    row = next(row for row in rows if row["presence_amphibien"] == "Oui")
    row |= {"cd_nom": "281", "nom_latin": "Hyla arborea (L.)", "nom_francais": "Rainette"}

    def correct(db: Database) -> None:
        (line,) = records.children(db, [visit_of(db).uid])
        records.save(db, [with_data(line, schema.OBSERVATION, {**line.data, "cd_nom": 139})], "species")

    same = one_row(empty, tmp_path, row, lambda _db: None)
    assert (same["nom_latin"], same["nom_francais"]) == ("Hyla arborea (L.)", "Rainette")
    found = one_row(empty, tmp_path, row, correct)
    assert (found["cd_nom"], found["nom_latin"]) == ("139", "Triturus cristatus (Laurenti, 1768)")
    assert found["nom_francais"] == "Triton crêté"


def test_organisations_cited_for_some_people_do_not_outlive_a_change_of_observers(
    empty: Path, tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    row = next(dict(row) for row in rows if row["observers"] == "Observateur Deux ; Observateur Un")
    row["organismes_rattaches"] = "CPIE, GON"

    def turn(db: Database) -> None:
        visit = visit_of(db)
        turned = {**visit.data, "observers": visit.data["observers"][::-1]}
        records.save(db, [with_data(visit, schema.VISIT, turned)], "order")

    def change(db: Database) -> None:
        visit = visit_of(db)
        person = make_record("directory", PERSON, {"name": "Neuf", "organisation": "LPO"}, None)
        changed = {**visit.data, "observers": [person.uid]}
        records.save(db, [person, with_data(visit, schema.VISIT, changed)], "observers")

    assert one_row(empty, tmp_path, row, lambda _db: None)["organismes_rattaches"] == "CPIE, GON"
    assert one_row(empty, tmp_path, row, turn)["organismes_rattaches"] == "CPIE, GON"
    assert one_row(empty, tmp_path, row, change)["organismes_rattaches"] == "LPO"


def test_a_told_rank_does_not_follow_a_visit_into_another_year(
    empty: Path, tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    row = {**rows[0], "num_passage_calc": "3"}

    def to_day(day: str) -> Callable[[Database], None]:
        def move(db: Database) -> None:
            visit = visit_of(db)
            records.save(db, [with_data(visit, schema.VISIT, {**visit.data, "visit_date_min": day})], "date")

        return move

    assert one_row(empty, tmp_path, row, to_day("2020-06-30"))["num_passage_calc"] == "3"
    assert one_row(empty, tmp_path, row, to_day("2021-03-01"))["num_passage_calc"] == "1"


def test_two_spellings_in_one_cell_come_back_as_they_were(
    empty: Path, tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    row = {**rows[0], "observers": "dupont J ; DUPONT J", "organismes_rattaches": ""}

    def import_again(db: Database) -> None:
        again = import_file(db, SHF, tmp_path / "in.csv")
        assert [line.outcome for line in again.rows] == ["identical"]

    assert one_row(empty, tmp_path, row, import_again)["observers"] == "dupont J ; DUPONT J"


@pytest.mark.parametrize("column", ["presence_amphibien", "accessibilite", "date_passage"])
def test_a_row_that_leaves_out_what_decides_is_not_taken_in(
    empty: Path, tmp_path: Path, rows: list[dict[str, str]], column: str
) -> None:
    file = written(tmp_path / "in.csv", {**rows[0], column: ""})
    with copy_of(empty, tmp_path, "one.db") as db:
        report = import_file(db, SHF, file)
        assert [(line.outcome, line.column) for line in report.rows] == [("refused", column)]
        assert report.action is None


def test_the_matrix_of_an_unknown_taxon_is_refused(matrix: Matrix) -> None:
    with pytest.raises(FileRefusedError, match="999"):
        matrix(taxon=999)

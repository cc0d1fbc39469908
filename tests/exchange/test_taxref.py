"""Files of TAXREF as the INPN publishes them, in small: columns by name, a few rows whose figures are plain to see."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from fieldapp.core.errors import CancelledError, FileRefusedError
from fieldapp.core.record import make_record
from fieldapp.core.schema import Taxon
from fieldapp.exchange import taxref
from fieldapp.exchange.taxref_file import HEADERS
from fieldapp.store import integrity, records, reference_names, taxa
from fieldapp.store.connection import Database

Row = dict[str, object]

CLASSIFIED: Row = {"REGNE": "Animalia", "PHYLUM": "Chordata", "CLASSE": "Amphibia", "ORDRE": "Anura"}
FROGS: list[Row] = [
    {**CLASSIFIED, "CD_NOM": 186242, "CD_REF": 186242, "LB_NOM": "Ranidae", "RANG": "FM", "FAMILLE": "Ranidae"},
    {**CLASSIFIED, "CD_NOM": 191000, "CD_SUP": 186242, "CD_REF": 191000, "LB_NOM": "Rana", "RANG": "GN"},
    {
        **CLASSIFIED, "CD_NOM": 351, "CD_SUP": 191000, "CD_REF": 351, "LB_NOM": "Rana temporaria", "RANG": "ES",
        "LB_AUTEUR": "Linnaeus, 1758", "NOM_VERN": "Grenouille rousse (La), Grenouille fauve (La)", "FR": "P",
        "GROUP2_INPN": "Amphibiens", "FAMILLE": "Ranidae",
    },
    {
        **CLASSIFIED, "CD_NOM": 999351, "CD_SUP": 191000, "CD_REF": 351, "LB_NOM": "Rana muta", "RANG": "ES",
        "LB_AUTEUR": "Laurenti, 1768", "NOM_VERN": "Grenouille rousse (La)",
    },
    {
        **CLASSIFIED, "CD_NOM": 999352, "CD_SUP": 191000, "CD_REF": 999352, "LB_NOM": "Rana guyanensis", "RANG": "ES",
        "FR": "", "GF": "P",
    },
]  # fmt: skip
"""A family, its genus, a species of France with its synonym, and one that lives overseas only."""


def text_of(rows: Sequence[Row], columns: Sequence[str]) -> str:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, columns, delimiter="\t", lineterminator="\r\n", restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def release(folder: Path, rows: Sequence[Row] = FROGS, version: str = "18") -> Path:
    path = folder / f"TAXREFv{version}.txt"
    path.write_text(text_of(rows, HEADERS[version]), encoding="utf-8", newline="")
    return path


def withdrawn(folder: Path, *rows: tuple[int, str, str, str], name: str = "CDNOM_DISPARUS.csv") -> Path:
    lines = ["CD_NOM,PLUS_RECENTE_DIFFUSION,CD_NOM_REMPLACEMENT,CD_RAISON_SUPPRESSION,RAISON_SUPPRESSION"]
    lines += [f"{cd_nom},{last},{instead},1,{reason}" for cd_nom, last, instead, reason in rows]
    path = folder / name
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    return path


def zipped(folder: Path, *files: Path) -> Path:
    path = folder / "TAXREF_v18_2025.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, f"TAXREF_v18_2025/{file.name}")
    return path


def seen(db: Database, cd_nom: int, **more: object) -> str:
    """Store one observation of a taxon and return its uid."""
    protocol = db.protocols["pop_amphibiens"]
    made = make_record("pop_amphibiens", protocol.entity("observation"), {"cd_nom": cd_nom, **more}, None)
    records.save(db, [made], "saisie")
    return made.uid


@pytest.mark.parametrize("version", ["16", "17", "18"])
def test_every_known_layout_is_read_by_the_names_of_its_columns(db: Database, tmp_path: Path, version: str) -> None:
    loaded = taxref.load(db, release(tmp_path, version=version), everywhere=True)
    assert (loaded.reference.version, loaded.reference.names, loaded.reference.synonyms) == (version, 5, 1)
    assert taxa.by_cd_nom(db, [999352])[999352].lb_nom == "Rana guyanensis"


def test_the_columns_may_stand_in_any_order_and_beside_new_ones(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "TAXREFv19.txt"
    path.write_text(text_of(FROGS, [*reversed(HEADERS["18"]), "NEUVE"]), encoding="utf-8", newline="")
    assert taxref.load(db, path).reference.version == "19"
    assert taxa.by_cd_nom(db, [191000])[191000].parent == 186242


def test_a_name_comes_in_with_all_that_the_file_says_of_it(db: Database, tmp_path: Path) -> None:
    taxref.load(db, release(tmp_path, [{**row, "CD_NOM": 5_000_351, "CD_REF": 5_000_351} for row in FROGS[2:3]]))
    assert taxa.by_cd_nom(db, [5_000_351])[5_000_351] == Taxon(
        5_000_351, 5_000_351, "Rana temporaria", "Linnaeus, 1758", "Grenouille rousse", "ES",
        aliases=("Grenouille fauve",), parent=191000, group="Amphibiens",
        lineage=("Animalia", "Chordata", "Amphibia", "Anura", "Ranidae"),
    )  # fmt: skip


def test_only_what_lives_in_france_comes_in_with_its_synonyms_and_what_is_above_it(
    db: Database, tmp_path: Path
) -> None:
    loaded = taxref.load(db, release(tmp_path))
    assert (loaded.reference.names, loaded.reference.left_out) == (4, 1)
    found = taxa.by_cd_nom(db, [186242, 191000, 351, 999351, 999352])
    assert sorted(found) == [351, 186242, 191000, 999351]


def test_a_synonym_is_found_after_its_valid_name_and_leads_to_it(db: Database, tmp_path: Path) -> None:
    taxref.load(db, release(tmp_path))
    found = taxa.search(db, "grenouille rousse")
    assert [taxon.cd_nom for taxon in found] == [351, 999351]
    assert {cd: taxon.lb_nom for cd, taxon in taxa.valid_names(db, found).items()} == {999351: "Rana temporaria"}


def test_records_keep_the_number_and_the_name_that_were_typed(db: Database, tmp_path: Path) -> None:
    uid = seen(db, 999351, nom_cite="Grenouille muette")
    before = records.get(db, uid)
    taxref.load(db, release(tmp_path))
    assert records.get(db, uid) == before


def test_what_lies_below_a_taxon_holds_synonyms(db: Database, tmp_path: Path) -> None:
    taxref.load(db, release(tmp_path), everywhere=True)
    everything = {186242, 191000, 351, 999351, 999352}
    assert taxa.below(db, 186242) >= everything
    assert {351, 999351} <= taxa.below(db, 999351)
    assert not {191000, 999352} & taxa.below(db, 351)


def test_the_zip_of_the_inpn_is_read_with_its_table_of_withdrawn_numbers(db: Database, tmp_path: Path) -> None:
    uses = [seen(db, 777), seen(db, 777), seen(db, 778), seen(db, 351)]
    table = withdrawn(tmp_path, (777, "TAXREFv16", "351", "doublon"), (778, "TAXREFv17", "", "erreur"))
    loaded = taxref.load(db, zipped(tmp_path, release(tmp_path), table))
    assert len(uses) == 4
    assert [(item.cd_nom, item.replacement, times) for item, times in loaded.withdrawn] == [(777, 351, 2), (778, 0, 1)]
    assert (taxa.replaced(db, 777), taxa.replaced(db, 778), taxa.replaced(db, 351)) == (351, 0, None)
    assert loaded.unknown == {}


def test_records_of_numbers_that_nobody_knows_are_counted(db: Database, tmp_path: Path) -> None:
    seen(db, 123456789)
    assert taxref.load(db, release(tmp_path)).unknown == {123456789: 1}


def test_the_companion_table_alone_can_be_read_later(db: Database, tmp_path: Path) -> None:
    taxref.load(db, release(tmp_path))
    loaded = taxref.load_withdrawn(db, withdrawn(tmp_path, (777, "TAXREFv16", "778", ""), (778, "v17", "351", "")))
    assert (loaded.reference.names, loaded.reference.withdrawn, taxa.replaced(db, 777)) == (4, 2, 351)


def test_the_same_file_again_leaves_the_same_names(db: Database, tmp_path: Path) -> None:
    path = release(tmp_path)
    first = taxref.load(db, path)
    again = taxref.load(db, path)
    assert first.reference.names == again.reference.names == 4
    assert sum(db.value(f"SELECT count(*) FROM {table}") for table in reference_names.TABLES) == 4
    assert integrity.check(db).problems == []


def test_cancelling_leaves_the_names_of_before(db: Database, tmp_path: Path) -> None:
    taxref.load(db, release(tmp_path))
    other = tmp_path / "other"
    other.mkdir()

    def cancel(done: int, _of: int, _words: str) -> None:
        if done:
            raise CancelledError("")

    with pytest.raises(CancelledError):
        taxref.load(db, release(other, FROGS[:3], "17"), progress=cancel)
    about = taxa.reference(db)
    assert about is not None
    assert (about.version, about.names) == ("18", 4)
    assert [taxon.cd_nom for taxon in taxa.search(db, "muta")] == [999351]


def refused(db: Database, path: Path) -> str:
    with pytest.raises(FileRefusedError) as caught:
        taxref.load(db, path)
    assert taxa.reference(db) is None
    return str(caught.value)


def test_a_layout_that_lacks_columns_is_refused_with_their_names_and_the_known_versions(
    db: Database, tmp_path: Path
) -> None:
    path = tmp_path / "TAXREFv9.txt"
    path.write_text(
        text_of(FROGS, [name for name in HEADERS["16"] if name not in {"CD_SUP", "GROUP2_INPN"}]), encoding="utf-8"
    )
    said = refused(db, path)
    assert "CD_SUP, GROUP2_INPN" in said
    assert "16, 17, 18" in said


def test_a_file_that_a_spreadsheet_wrote_in_latin_1_is_refused(db: Database, tmp_path: Path) -> None:
    path = release(tmp_path, [{**FROGS[2], "LB_AUTEUR": "Duméril"}])
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    assert "UTF-8" in refused(db, path)


def test_a_file_that_was_cut_is_refused_with_its_line(db: Database, tmp_path: Path) -> None:
    path = release(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"Rana guyanensis")])
    assert "ligne 6" in refused(db, path)


def test_a_number_that_is_none_is_refused_with_its_line(db: Database, tmp_path: Path) -> None:
    assert "ligne 3" in refused(db, release(tmp_path, [FROGS[0], {**FROGS[1], "CD_NOM": "191 000"}]))


def test_a_number_that_comes_twice_is_refused(db: Database, tmp_path: Path) -> None:
    assert "deux fois" in refused(db, release(tmp_path, [FROGS[2], FROGS[2]]))


@pytest.mark.parametrize("column", ["LB_NOM", "LB_AUTEUR", "NOM_VERN"])
def test_a_name_that_is_longer_than_any_is_refused_with_its_line(db: Database, tmp_path: Path, column: str) -> None:
    assert "ligne 2" in refused(db, release(tmp_path, [{**FROGS[2], column: f"Rana {' ' * 2_000}("}]))


@pytest.mark.parametrize(
    ("names", "first", "others"),
    [
        ("Grenouille rousse (La), Grenouille fauve (la)", "Grenouille rousse", ("Grenouille fauve",)),
        ("Orvet (L'),  Orvet fragile (L’)", "Orvet", ("Orvet fragile",)),
        ("Grenouilles(Les), Des mares (Des), Une (Une)", "Grenouilles", ("Des mares", "Une")),
        ("Triton (de Blasius), (La), ,", "Triton (de Blasius)", ()),
        ("(La)", "", ()),
        ("Bras )", "Bras )", ()),
    ],
)
def test_a_french_name_is_told_without_its_article(
    db: Database, tmp_path: Path, names: str, first: str, others: tuple[str, ...]
) -> None:
    taxref.load(db, release(tmp_path, [{**FROGS[2], "CD_NOM": 5_000_351, "CD_REF": 5_000_351, "NOM_VERN": names}]))
    found = taxa.by_cd_nom(db, [5_000_351])[5_000_351]
    assert (found.nom_vern, found.aliases) == (first, others)


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"nom;date\ntriton;2026\n", b"PK\x03\x04 no zip at all"])
def test_what_is_no_taxref_is_refused(db: Database, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(data)
    assert str(path) in refused(db, path)


def test_a_zip_without_the_text_is_refused(db: Database, tmp_path: Path) -> None:
    assert "TAXREFv….txt" in refused(db, zipped(tmp_path, withdrawn(tmp_path)))


def test_a_zip_that_unpacks_to_more_than_any_release_is_refused(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path, release(tmp_path, FROGS * 1))
    monkeypatch.setattr("fieldapp.exchange.taxref_file.LARGEST_BYTES", 900)
    assert "plus gros" in refused(db, path)


def test_a_companion_table_of_another_kind_is_refused(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "CDNOM_DISPARUS.csv"
    path.write_text("nom;date\ntriton;2026\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="CD_NOM_REMPLACEMENT"):
        taxref.load_withdrawn(db, path)

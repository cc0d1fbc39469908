"""The commands of what is handed to others, through the words of the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from fieldapp import protocols
from fieldapp.cli import command_line
from fieldapp.core.errors import BatchError, FileRefusedError
from fieldapp.store import batches, records
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from tests.exchange.handing_on import ALYTES, DATASET, PALMATE, POND, edit, manifest_of, rows, season

Run = Callable[..., int]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Return a database with a small season of ponds."""
    path = tmp_path / "base.db"
    with open_for_use(path, protocols.installed(), Author("person", "laptop")) as db:
        season(db)
    return path


@pytest.fixture
def run(base: Path) -> Run:
    """Return what gives words to the command line, on that database."""
    return lambda *words: command_line.run([*map(str, words), "--database", str(base)])


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_file_of_ones_own_is_written_with_its_manifest(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", "csv", tmp_path / "a.csv") == 0
    assert len(rows(tmp_path / "a.csv")) == 5
    assert manifest_of(tmp_path / "a.csv")["rows"] == 5
    assert "5 lignes écrites" in capsys.readouterr().out
    run("register", "--json")
    assert told(capsys) == []


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--protocol", "pop-amphibiens"), 5),
        (("--protocol", "pop_amphibiens"), 5),
        (("--protocol", "banding"), 0),
        (("--year", "2026"), 5),
        (("--year", "2025"), 0),
        (("--place", "gour noir"), 3),
        (("--place", POND, "--place", "fontaine"), 5),
        (("--place", "Marais"), 5),
        (("--taxon", PALMATE), 2),
        (("--taxon", ALYTES, "--place", "fontaine"), 1),
    ],
)
def test_what_is_asked_for_is_what_is_written(run: Run, tmp_path: Path, words: tuple[object, ...], count: int) -> None:
    assert run("export", "csv", tmp_path / "a.csv", *words) == 0
    assert len(rows(tmp_path / "a.csv")) == count


def test_a_name_that_means_nothing_or_two_things_is_refused(run: Run, tmp_path: Path) -> None:
    for words, sentence in (
        (("--place", "Atlantide"), "Aucun lieu ne s’appelle « Atlantide »"),
        (("--place", "a"), "désigne plusieurs lieux"),
        (("--protocol", "nobody"), "Au choix : .*pop-amphibiens"),
        (("--area", "Vimy"), "Aucune zone chargée"),
        (("--dataset-uuid", "12"), "n’est pas un UUID"),
        (("--theme", "STOC"), "ne se limite pas à un thème"),
    ):
        with pytest.raises(FileRefusedError, match=sentence):
            run("export", "csv", tmp_path / "a.csv", *words)
    assert not (tmp_path / "a.csv").exists()


def test_a_file_is_limited_to_an_area_that_was_loaded(run: Run, base: Path, tmp_path: Path) -> None:
    around = shapely.Point(2.7513862, 50.3942178).buffer(0.01)
    with open_for_use(base, protocols.installed()) as db, db.transaction() as connection:
        connection.execute(
            "INSERT INTO layer (id, kind, name, file_name, sha256, loaded_at) "
            "VALUES (1, 'managed', 'Sites', '', '', '')"
        )
        connection.execute(
            "INSERT INTO area (layer, code, name, west, south, east, north, geometry) "
            "VALUES (1, 'Z1', 'Bois du Gour', ?, ?, ?, ?, ?)",
            (*around.bounds, shapely.to_wkb(around)),
        )
    assert run("export", "csv", tmp_path / "a.csv", "--area", "bois du gour") == 0
    assert len(rows(tmp_path / "a.csv")) == 3
    assert "Bois du Gour" in manifest_of(tmp_path / "a.csv")["filter"]


def test_a_recipient_is_added_listed_and_handed_something(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("recipient", "add", "DREAL", "--conditions", "Usage interne", "--precision", "cell")
    with pytest.raises(BatchError, match="est déjà un destinataire"):
        run("recipient", "add", "dreal")
    capsys.readouterr()
    run("recipient", "list", "--json")
    (found,) = told(capsys)
    assert (found["name"], found["conditions"], found["precision"]) == ("DREAL", "Usage interne", "cell")
    run("recipient", "list")
    assert capsys.readouterr().out == "DREAL · Maille de 10 km · Usage interne\n"
    with pytest.raises(BatchError, match="Il y a : DREAL"):
        run("export", "sinp", tmp_path / "a.csv", "--recipient", "INPN")
    assert run("export", "sinp", tmp_path / "a.csv", "--recipient", "dreal", "--purpose", "Atlas") == 0
    capsys.readouterr()
    run("register", "--json", "--csv", tmp_path / "registre.csv")
    (entry,) = told(capsys)
    assert (entry["recipient"], entry["purpose"], entry["rows"]) == ("DREAL", "Atlas", 5)
    assert [one["Objet"] for one in rows(tmp_path / "registre.csv")] == ["Atlas"]
    assert run("resend", entry["uid"], tmp_path / "b.csv") == 0
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()


def test_a_recipient_that_has_another_name_now_is_not_written_over(
    run: Run, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("recipient", "add", "DREAL", "--conditions", "Usage interne", "--precision", "cell")
    with open_for_use(base, protocols.installed()) as db:
        edit(db, batches.recipients(db)[0], name="Bureau d’études X")
    run("recipient", "add", "DREAL", "--conditions", "Autres", "--sees-sensitive")
    capsys.readouterr()
    run("recipient", "list", "--json")
    found = {one["name"]: (one["precision"], one.get("sees_sensitive")) for one in told(capsys)}
    assert found == {"Bureau d’études X": ("cell", None), "DREAL": ("cell", True)}


def test_a_recipient_that_was_deleted_comes_back_as_the_one_it_was(
    run: Run, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("recipient", "add", "DREAL", "--conditions", "Usage interne")
    with open_for_use(base, protocols.installed()) as db:
        (before,) = batches.recipients(db)
        records.delete(db, before.uid, "supprimer")
    run("recipient", "add", " DREAL ", "--conditions", "Autres")
    with open_for_use(base, protocols.installed()) as db:
        (found,) = batches.recipients(db)
    assert (found.uid, found.data["name"], found.data["conditions"]) == (before.uid, "DREAL", "Autres")
    capsys.readouterr()


@pytest.mark.parametrize("name", ["", "  ", "\t"])
def test_a_recipient_has_a_name(run: Run, name: str) -> None:
    with pytest.raises(FileRefusedError, match="Donnez un nom"):
        run("recipient", "add", name, "--conditions", "Usage interne")


def test_the_year_nought_is_not_all_years(run: Run, tmp_path: Path) -> None:
    assert run("export", "csv", tmp_path / "a.csv", "--year", "0000") == 0
    assert rows(tmp_path / "a.csv") == []


def test_a_layout_that_a_format_has_not_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="pas de variantes"):
        run("export", "csv", tmp_path / "a.csv", "--layout", "2017")
    assert not (tmp_path / "a.csv").exists()


def test_what_changed_since_the_last_batch_is_asked_for_by_one_word(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("recipient", "add", "DREAL", "--conditions", "Usage interne")
    run("export", "csv", tmp_path / "a.csv", "--recipient", "DREAL", "--year", "2026")
    assert run("export", "csv", tmp_path / "b.csv", "--recipient", "DREAL", "--since-last") == 0
    assert "0 nouvelle, 0 corrigée, 0 retirée" in capsys.readouterr().out
    assert rows(tmp_path / "b.csv") == []


def test_a_protocols_own_file_becomes_a_batch_with_a_recipient_only(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("recipient", "add", "SHF", "--conditions", "Programme POP", "--precision", "exact")
    assert run("export", "shf", tmp_path / "plain.csv") == 0
    assert not (tmp_path / "plain.csv.manifest.json").exists()
    assert run("export", "shf", tmp_path / "sent.csv", "--recipient", "SHF", "--year", "2026") == 0
    assert (tmp_path / "sent.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()
    assert manifest_of(tmp_path / "sent.csv")["rows"] == 5
    with pytest.raises(FileRefusedError, match="ne prend pas --place"):
        run("export", "shf", tmp_path / "no.csv", "--place", POND)
    capsys.readouterr()


def test_the_dataset_of_all_rows_may_be_given(run: Run, tmp_path: Path) -> None:
    other = DATASET.replace("a", "c")
    assert run("export", "sinp", tmp_path / "a.csv", "--dataset-uuid", other) == 0
    assert {row["unique_dataset_id"].lower() for row in rows(tmp_path / "a.csv")} == {other}

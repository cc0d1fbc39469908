from pathlib import Path

import pytest

from fieldapp.__main__ import main
from fieldapp.cli.commands import DONE, REFUSED
from tests.exchange.test_taxref import release, withdrawn


def test_the_command_reads_taxref_and_says_what_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "fieldapp.db"
    assert main(["import", "taxref", str(release(tmp_path)), "--database", str(database)]) == DONE
    assert "TAXREF 18 : 4 noms, dont 1 synonyme" in capsys.readouterr().out
    table = withdrawn(tmp_path, (777, "TAXREFv16", "351", "doublon"))
    assert main(["import", "taxref", str(table), "--database", str(database)]) == DONE
    assert "1 cd_nom retiré" in capsys.readouterr().out


def test_all_names_come_in_on_demand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(release(tmp_path))
    assert main(["import", "taxref", path, "--everywhere", "--database", str(tmp_path / "a.db")]) == DONE
    assert "5 noms" in capsys.readouterr().out


def test_what_is_no_taxref_leaves_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, database = tmp_path / "other.txt", tmp_path / "fieldapp.db"
    path.write_text("nom;date\n", encoding="utf-8")
    assert main(["import", "taxref", str(path), "--database", str(database)]) == REFUSED
    assert "n’est pas un fichier TAXREF" in capsys.readouterr().err
    assert not database.exists()

"""The register of what was handed to whom."""

from pathlib import Path

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.exchange import register
from fieldapp.store.connection import Database
from tests.exchange.handing_on import hand_on, recipient, rows, season


def test_deliveries_come_newest_first_with_their_figures(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    season(db)
    one, two = recipient(db, "DREAL"), recipient(db, "Parc", precision="cell")
    for number, (day, to) in enumerate((("2026-04-01", one), ("2026-05-01", two), ("2026-03-01", one))):
        monkeypatch.setenv("FIELDAPP_TODAY", day)
        hand_on(db, "csv", to, tmp_path / f"{number}.csv", purpose="Atlas")
    found = register.entries(db)
    assert [(entry.value("made_on"), entry.recipient) for entry in found] == [
        ("2026-05-01", "Parc"), ("2026-04-01", "DREAL"), ("2026-03-01", "DREAL"),
    ]  # fmt: skip
    told = found[0].as_json()
    assert (told["precision"], told["rows"], told["new"], told["resendable"]) == ("cell", 5, 5, True)
    assert told["file_name"] == "1.csv"
    assert found[0].record.uid in found[0].words()


def test_the_table_holds_every_delivery_and_no_formula(db: Database, tmp_path: Path) -> None:
    season(db)
    hand_on(db, "csv", recipient(db, "=1+1"), tmp_path / "a.csv", purpose="@atlas")
    assert register.write(db, tmp_path / "registre.csv") == 1
    (found,) = rows(tmp_path / "registre.csv")
    assert (found["Destinataire"], found["Objet"], found["Lignes"]) == ("'=1+1", "'@atlas", "5")
    with pytest.raises(FileRefusedError, match="base elle-même"):
        register.write(db, db.path)


def test_an_empty_register_has_only_its_titles(db: Database, tmp_path: Path) -> None:
    assert register.entries(db) == []
    assert register.write(db, tmp_path / "registre.csv") == 0
    assert rows(tmp_path / "registre.csv") == []

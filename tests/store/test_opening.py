"""A database that is opened for use knows the taxa and the views of today's protocols."""

from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.errors import NewerDatabaseError
from fieldapp.store import backup, connection, migrations, taxa
from fieldapp.store.opening import open_for_use


def test_a_new_database_finds_species_and_has_a_view_per_entity(path: Path) -> None:
    with open_for_use(path, protocols.installed()) as db:
        assert [taxon.nom_vern for taxon in taxa.search(db, "calam")] == ["Crapaud calamite"]
        views = {row[0] for row in db.rows("SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert {"pop_amphibiens_site", "pop_amphibiens_visit", "pop_amphibiens_observation"} <= views


def test_opening_again_writes_nothing(path: Path) -> None:
    open_for_use(path, protocols.installed()).close()
    before = path.read_bytes()
    open_for_use(path, protocols.installed()).close()
    assert path.read_bytes() == before


def test_an_older_database_is_copied_before_it_is_changed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_for_use(path, protocols.installed()).close()
    raw = connection.connect(path)
    raw.execute("PRAGMA user_version = 0")
    raw.close()
    applied: list[bool] = []
    monkeypatch.setattr(migrations, "apply", lambda _connection: applied.append(bool(backup.list_backups(path))))
    open_for_use(path, protocols.installed()).close()
    assert applied == [True]


def test_a_newer_database_is_left_as_it_is(path: Path) -> None:
    open_for_use(path, protocols.installed()).close()
    raw = connection.connect(path)
    raw.execute(f"PRAGMA user_version = {migrations.VERSION + 1}")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabaseError, match="plus récente"):
        open_for_use(path, protocols.installed())
    assert path.read_bytes() == before

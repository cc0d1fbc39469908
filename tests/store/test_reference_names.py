"""A newer file of names is put in beside those in use: who types or saves meanwhile notices nothing of it."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.schema import Taxon
from fieldapp.store import connection, integrity, records, reference_names, taxa, walking
from fieldapp.store.connection import Database, open_database
from tests.store.ponds import PONDS, make

OLD = (Taxon(1, 1, "Rana temporaria", "", "Grenouille rousse"), Taxon(2, 1, "Rana muta", parent=1))
NEW = (Taxon(1, 1, "Rana temporaria", "", "Grenouille rousse"), Taxon(3, 3, "Rana nova"), Taxon(4, 4, "Rana iberica"))


@pytest.fixture
def filled(db: Database) -> Database:
    taxa.install_many(db, taxa.REFERENCE, OLD)
    return db


@pytest.fixture(autouse=True)
def one_name_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each transaction hold one name, as it holds ten thousand of half a million."""
    monkeypatch.setattr(reference_names, "_CHUNK", 1)


def found(db: Database, text: str) -> list[int]:
    return [taxon.cd_nom for taxon in taxa.search(db, text)]


def rows(db: Database) -> list[int]:
    return [int(db.value(f"SELECT count(*) FROM {table}")) for table in reference_names.TABLES]


def test_who_types_and_saves_meanwhile_sees_the_names_of_before_and_need_not_wait(
    filled: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.0)
    seen: list[tuple[list[int], list[int], list[int], list[int], dict[int, Taxon]]] = []
    with open_database(path, [PONDS]) as other:

        def names() -> Iterator[Taxon]:
            for taxon in NEW:
                yield taxon
                records.save(other, [make("group", name=taxon.lb_nom)], "saisie")
                seen.append(
                    (
                        found(other, "rana"),
                        sorted(walking.cd_nom_of(other, "rana")),
                        sorted(taxa.below(other, 1)),
                        found(other, "3"),
                        taxa.by_cd_nom(other, [3, 4]),
                    )
                )

        staged = reference_names.stage(filled, names())
        seen.append((found(other, "rana"), [1, 2], [1, 2], found(other, "3"), {}))
        assert seen == [([1, 2], [1, 2], [1, 2], [], {})] * 4
        reference_names.swap(filled, staged)
        assert sorted(found(other, "rana")) == [1, 3, 4]
        assert sorted(walking.cd_nom_of(other, "rana")) == [1, 3, 4]
        reference_names.clear_spare(filled)
        assert sorted(found(other, "rana")) == [1, 3, 4]
        assert records.total(other) == 3
    assert rows(filled) == [0, 3]
    assert integrity.check(filled).problems == []


def test_a_search_that_has_begun_ends_on_the_names_it_began_with(filled: Database, path: Path) -> None:
    with open_database(path, [PONDS]) as other, other.snapshot():
        assert found(other, "rana") == [1, 2]
        taxa.install_many(filled, taxa.REFERENCE, NEW)
        assert found(other, "rana") == [1, 2]


KILLED = """
import os, sys
from pathlib import Path
from fieldapp.core.schema import Taxon
from fieldapp.store import reference_names
from fieldapp.store.connection import open_database
reference_names._CHUNK = 1
def names():
    yield Taxon(3, 3, "Rana nova")
    yield Taxon(4, 4, "Rana iberica")
    os._exit(1)
with open_database(Path(sys.argv[1])) as db:
    reference_names.stage(db, names())
"""


def test_after_a_kill_the_names_of_before_stand_and_the_next_import_clears_away_the_half_ones(
    filled: Database, path: Path
) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert rows(filled) == [2, 2]
    assert found(filled, "rana") == [1, 2]
    assert integrity.check(filled).problems == []
    reference_names.clear_spare(filled)  # it may be another program that is putting them in
    assert rows(filled) == [2, 2]
    taxa.install_many(filled, taxa.REFERENCE, NEW[:1])
    assert rows(filled) == [0, 1]
    assert (found(filled, "rana"), found(filled, "iberica")) == ([1], [])
    assert integrity.check(filled).problems == []


@pytest.mark.parametrize("error", [CancelledError(""), sqlite3.IntegrityError("")])
def test_what_ends_in_the_middle_leaves_nothing_of_it(filled: Database, error: Exception) -> None:
    def names() -> Iterator[Taxon]:
        yield NEW[1]
        raise error

    with pytest.raises(type(error)):
        reference_names.stage(filled, names())
    assert rows(filled) == [2, 0]
    assert found(filled, "rana") == [1, 2]


def test_of_two_imports_at_once_the_earlier_gives_up_and_takes_nothing_from_the_later(
    filled: Database, path: Path
) -> None:
    def names() -> Iterator[Taxon]:
        yield NEW[1]
        with open_database(path, [PONDS]) as other:
            staged.append(reference_names.stage(other, NEW))
        yield NEW[2]

    staged: list[reference_names.Staged] = []
    with pytest.raises(FieldappError, match="Un autre chargement"):
        reference_names.stage(filled, names())
    reference_names.swap(filled, staged[0])
    assert sorted(found(filled, "rana")) == [1, 3, 4]
    with pytest.raises(FieldappError, match="Un autre chargement"):
        reference_names.swap(filled, staged[0])


def test_the_index_is_one_sorted_piece_whatever_the_number_of_transactions(db: Database) -> None:
    names = [Taxon(number, number, f"Rana {number:04}") for number in range(1, 200)]
    taxa.install_many(db, taxa.REFERENCE, names)
    assert db.value("SELECT count(DISTINCT segid) FROM taxref_a_names_idx") == 1
    assert found(db, "rana 0199") == [199]
    assert integrity.check(db).problems == []


def test_the_setting_that_wipes_what_is_deleted_is_as_before(filled: Database) -> None:
    filled.connection.execute("PRAGMA secure_delete = ON").fetchall()
    taxa.install_many(filled, taxa.REFERENCE, NEW)
    assert filled.value("PRAGMA secure_delete") == 1

import sqlite3

import pytest

from fieldapp.core.schema import Taxon
from fieldapp.store import taxon_rows
from fieldapp.store.connection import Database

FULL = Taxon(
    139, 138, "Lissotriton helveticus", "(Razoumowsky, 1789)", "Triton palmé", "ES", 2, "triton", "native",
    ("Triton à filet",), 444, "Amphibiens", ("Animalia", "Chordata"),
)  # fmt: skip


@pytest.mark.parametrize("taxon", [FULL, Taxon(1, 1, "Rana")])
def test_a_taxon_comes_back_from_its_row_whole(db: Database, taxon: Taxon) -> None:
    row = taxon_rows.row(7, taxon)
    assert len(row) == taxon_rows.WIDTH
    db.connection.execute(f"INSERT INTO taxref_a VALUES ({', '.join('?' * len(row))})", row)
    ((*back,),) = db.rows(f"SELECT {taxon_rows.COLUMNS} FROM taxref_a")
    assert taxon_rows.taxon(back) == taxon


def test_a_taxon_is_searched_by_its_number_and_each_word_once_without_accents() -> None:
    words = str(taxon_rows.row(7, FULL)[-1]).split()
    assert words == ["139", "lissotriton", "helveticus", "triton", "palme", "a", "filet"]


def test_a_number_of_the_reference_comes_once(db: Database) -> None:
    marks = ", ".join("?" * taxon_rows.WIDTH)
    db.connection.execute(f"INSERT INTO taxref_a VALUES ({marks})", taxon_rows.row(1, FULL))
    with pytest.raises(sqlite3.IntegrityError):
        db.connection.execute(f"INSERT INTO taxref_a VALUES ({marks})", taxon_rows.row(2, FULL))

"""People whom a table names "NOM, Prénom"."""

from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding.crbpo_people import People, person_key
from fieldapp.store import records
from fieldapp.store.opening import open_for_use


@pytest.fixture
def known(tmp_path: Path) -> object:
    with open_for_use(tmp_path / "x.db", protocols.installed()) as db:
        here = Record(name_uid("typed", "1"), "directory", "person", None, {"name": "MARTIN Zoé"})
        records.save(db, [here], "x")
        yield KnownRecords(db, db.protocols["banding"])


def test_a_person_is_made_once_and_named_as_in_the_directory(known: KnownRecords) -> None:
    people = People(known)
    found = people.named("BAGUEUR, Un")
    assert found is not None
    assert found.data == {"name": "BAGUEUR Un"}
    assert people.named("Bagueur,  un") is found
    assert found.uid == name_uid("person", "bagueur un")  # as every other protocol calls that person


def test_somebody_who_is_here_is_found_with_or_without_the_comma(known: KnownRecords) -> None:
    assert [People(known).named(text).uid for text in ("MARTIN, Zoé", "MARTIN Zoe")] == [name_uid("typed", "1")] * 2  # type: ignore[union-attr]


def test_an_empty_cell_names_nobody(known: KnownRecords) -> None:
    assert People(known).named(" ") is None


def test_names_are_compared_without_commas_accents_and_capitals() -> None:
    assert person_key("MARTIN, Zoé") == person_key("Martin  Zoe")
    assert person_key("MARTIN, Zoé") != person_key("MARTIN, Léa")

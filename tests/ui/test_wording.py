"""Stored values come out in the words of the field."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.record import make_record
from fieldapp.core.schema import Field, Taxon
from fieldapp.store import records, taxa
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui.wording import Words, day_words, instant_words, latin_of, number_words, size_words


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "new.db", protocols.installed()) as opened:
        yield opened


@pytest.fixture
def words(db: Database) -> Words:
    return Words(db, {})


def field(entity: str, name: str) -> Field:
    return protocols.by_code("pop_amphibiens").entity(entity).by_name[name]


def test_codes_are_shown_by_their_labels(words: Words) -> None:
    assert words.value(field("observation", "id_nomenclature_typ_denbr"), "Es") == "Estimé"
    methods = words.value(field("visit", "methode_de_prospection"), ["1", "5"])
    assert methods == "Identification à vue, de jour, Identification par écoute"


def test_what_is_absent_is_a_dash(words: Words) -> None:
    nothing: tuple[object, ...] = (None, "", [])
    assert [words.value(field("visit", "comments"), value) for value in nothing] == ["–"] * 3


def test_a_taxon_is_called_by_its_french_name(words: Words) -> None:
    assert words.value(field("observation", "cd_nom"), 459628) == "Crapaud calamite"
    assert words.value(field("observation", "cd_nom"), 1) == "1"


def test_people_are_called_by_name_also_where_a_change_keeps_their_uid(db: Database, words: Words) -> None:
    person = make_record("directory", db.protocols["directory"].entity("person"), {"name": "PETIT Anne"}, None)
    records.save(db, [person], "personne")
    assert words.value(field("visit", "observers"), [person.uid]) == "PETIT Anne"
    assert [words.who(person.uid), words.who("Alex B."), words.who("")] == ["PETIT Anne", "Alex B.", "–"]


def test_numbers_dates_and_sizes_are_written_as_in_french(words: Words) -> None:
    assert number_words(1234567.25, 1) == "1\u202f234\u202f567,2"
    assert (day_words("2026-04-14"), day_words(None), day_words("?")) == ("14/04/2026", "", "?")
    assert (size_words(1), size_words(812_000), size_words(3_400_000)) == ("1 ko", "812 ko", "3,4 Mo")
    assert words.value(field("site", "longitude"), 2.6056) == "2,6056"
    assert instant_words("not an instant") == "not an instant"


def test_beside_a_synonym_stands_its_valid_name(db: Database) -> None:
    known = [Taxon(1, 1, "Bufo bufo", "", "Crapaud commun"), Taxon(2, 1, "Rana bufo"), Taxon(3, 3, "Rana sola")]
    taxa.install_many(db, taxa.REFERENCE, known)
    assert latin_of(db, known) == {1: "Bufo bufo", 2: "= Bufo bufo", 3: ""}

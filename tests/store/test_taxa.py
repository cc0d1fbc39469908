import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.schema import Taxon
from fieldapp.store import integrity, taxa
from fieldapp.store.connection import Database, open_database

PALMATE = Taxon(139, 139, "Lissotriton helveticus", "(Razoumowsky, 1789)", "Triton palmé", "ES", 1, aliases=("palmé",))
CRESTED = Taxon(137, 137, "Triturus cristatus", "(Laurenti, 1768)", "Triton crêté", "ES", 2, status="native")
FROGS = Taxon(444436, 444436, "Pelophylax", "", "Grenouilles vertes", "GN", None, "pelophylax", aliases=("Pélophylax",))
POND_LIST = (PALMATE, CRESTED, FROGS)

STONE_CURLEW = Taxon(3120, 3120, "Burhinus oedicnemus", "(Linnaeus, 1758)", "Œdicnème criard", "ES")
OTHER_PALMATE = Taxon(139, 139, "Lissotriton helveticus", "", "Triton palmé", "ES")
SNAKE = Taxon(78064, 78064, "Zamenis longissimus", "", "Couleuvre d’Esculape", "ES")
REFERENCE = (STONE_CURLEW, OTHER_PALMATE, SNAKE, Taxon(9, 8, "Triton vetus", "", "", "ES"))


@pytest.fixture
def filled(db: Database) -> Database:
    taxa.install(db, "ponds", POND_LIST)
    taxa.install_many(db, taxa.REFERENCE, REFERENCE)
    return db


def found(db: Database, text: str, preferred: str | None = "ponds") -> list[int]:
    return [taxon.cd_nom for taxon in taxa.search(db, text, preferred=preferred)]


@pytest.mark.parametrize(
    ("text", "cd_nom"),
    [
        ("palmé", 139),
        ("PALME", 139),
        ("helv", 139),
        ("helv liss", 139),
        ("tri pal", 139),
        ("pelophylax", 444436),
        ("pélo", 444436),
        ("444436", 444436),
        ("4444", 444436),
        ("œdic", 3120),
        ("oedic", 3120),
        ("d'esculape", 78064),
        ("d’escu", 78064),
        ("  triton   crêté ", 137),
        ("triton-crêté", 137),
    ],
)
def test_a_taxon_is_found_by_the_beginnings_of_its_words(filled: Database, text: str, cd_nom: int) -> None:
    assert found(filled, text)[0] == cd_nom


@pytest.mark.parametrize("text", ["", " ", "zzz", "lvet", "triton zzz", "🐸", "-", "\x00", "\ud800"])
def test_what_is_in_no_name_finds_nothing(filled: Database, text: str) -> None:
    assert found(filled, text) == []


def test_the_preferred_list_comes_first_in_its_own_order_then_the_rest(filled: Database) -> None:
    assert found(filled, "tri") == [139, 137, 9]


def test_each_cd_nom_comes_once_as_the_protocol_knows_it(filled: Database) -> None:
    assert taxa.search(filled, "helveticus") == [PALMATE]


def test_another_protocols_list_comes_before_the_reference(db: Database) -> None:
    taxa.install_many(db, taxa.REFERENCE, [Taxon(1, 1, "Triton alpha")])
    taxa.install(db, "other", [Taxon(2, 2, "Triton beta")])
    taxa.install(db, "ponds", [Taxon(3, 3, "Triton gamma")])
    assert found(db, "triton", "ponds") == [3, 2, 1]
    assert found(db, "triton", "other") == [2, 3, 1]
    assert found(db, "triton", "unknown") == [2, 3, 1]


def test_the_taxon_whose_number_was_typed_whole_comes_first(db: Database) -> None:
    taxa.install(db, "ponds", [Taxon(1390, 1390, "Prior"), Taxon(139, 139, "Posterior")])
    assert found(db, "139") == [139, 1390]


def test_of_the_reference_names_that_begin_as_typed_come_first(db: Database) -> None:
    longer = Taxon(1, 1, "Aglais urticae", "", "Petite rana", "ES")
    taxa.install_many(db, taxa.REFERENCE, [longer, Taxon(2, 2, "Rana temporaria", "", "", "ES")])
    assert found(db, "rana") == [2, 1]


def test_a_search_gives_no_more_than_asked(db: Database) -> None:
    taxa.install(db, "ponds", [Taxon(number, number, f"Rana {number}") for number in range(1, 50)])
    assert [taxon.cd_nom for taxon in taxa.search(db, "rana", limit=5, preferred="ponds")] == [1, 2, 3, 4, 5]


def test_a_taxon_comes_back_as_it_was_put_in(filled: Database) -> None:
    assert taxa.by_cd_nom(filled, [137, 139, 444436, 3120, 5]) == {
        139: PALMATE,
        137: CRESTED,
        444436: FROGS,
        3120: STONE_CURLEW,
    }


def test_a_list_is_written_only_when_it_changed(filled: Database) -> None:
    before = filled.value("PRAGMA data_version"), filled.connection.total_changes
    assert taxa.install(filled, "ponds", POND_LIST) is False
    assert (filled.value("PRAGMA data_version"), filled.connection.total_changes) == before


def test_a_changed_list_replaces_the_old_one_and_no_other(filled: Database) -> None:
    renamed = Taxon(139, 139, "Lissotriton novus", "", "Triton neuf", "ES", 1)
    assert taxa.install(filled, "ponds", [renamed, SNAKE]) is True
    assert found(filled, "neuf") == [139]
    assert found(filled, "crêté") == []
    assert found(filled, "criard") == [3120]
    assert taxa.by_cd_nom(filled, [139]) == {139: renamed}
    assert integrity.check(filled).problems == []


def test_an_empty_list_takes_the_old_one_away(filled: Database) -> None:
    taxa.install(filled, "ponds", [])
    assert found(filled, "crêté") == []
    taxa.install(filled, "ponds", POND_LIST)
    assert found(filled, "crêté") == [137]
    assert integrity.check(filled).problems == []


def test_of_the_reference_valid_names_with_a_french_one_are_proposed_first(db: Database) -> None:
    names = [
        Taxon(1, 2, "Rana alpha", "", "Grenouille"), Taxon(2, 2, "Rana beta"), Taxon(3, 3, "Rana gamma", "", "Rousse"),
    ]  # fmt: skip
    taxa.install_many(db, taxa.REFERENCE, names)
    rows = db.rows("SELECT cd_nom FROM taxref_a ORDER BY id")
    assert [row[0] for row in rows] == [3, 1, 2]
    taxa.install_many(db, taxa.REFERENCE, names[:1])
    assert found(db, "rana") == [1]
    assert integrity.check(db).problems == []


def test_without_the_reference_what_lies_below_is_told_by_latin_names_and_complexes(db: Database) -> None:
    edible = Taxon(444440, 444440, "Pelophylax kl. esculentus", "", "Grenouille commune", "ES", complex="pelophylax")
    hybrid = Taxon(7, 7, "Rana esculenta", "", "", "ES", complex="pelophylax")
    other = Taxon(8, 8, "Pelophylaxoides novus", "", "", "ES")
    taxa.install(db, "ponds", [*POND_LIST, edible, hybrid, other])
    assert taxa.below(db, 444436) == {444436, 444440, 7}
    assert taxa.below(db, 444440) == {444440}
    assert taxa.below(db, 123) == {123}


def test_below_a_taxon_of_the_reference_lies_all_that_hangs_there_round_or_not(db: Database) -> None:
    tree = [
        Taxon(1, 1, "Anura", rank="OR"), Taxon(2, 2, "Rana", rank="GN", parent=1),
        Taxon(3, 3, "Rana temporaria", rank="ES", parent=2), Taxon(4, 3, "Rana muta", rank="ES", parent=3),
        Taxon(5, 5, "Roundabout", parent=6), Taxon(6, 6, "Aboutround", parent=5), Taxon(9, 9, "Alone"),
    ]  # fmt: skip
    taxa.install_many(db, taxa.REFERENCE, tree)
    assert taxa.below(db, 1) == {1, 2, 3, 4}
    assert taxa.below(db, 4) == {3, 4}
    assert taxa.below(db, 5) == {5, 6}
    assert taxa.below(db, 0) == {0}


def test_a_number_given_up_leads_to_the_one_that_stands_for_it(db: Database) -> None:
    rows = [(1, 2), (2, 3), (4, 0), (5, 6), (6, 5)]
    assert taxa.put_withdrawn(db, [taxa.Withdrawn(old, new, "", "") for old, new in rows]) == 5
    assert [taxa.replaced(db, cd_nom) for cd_nom in (1, 2, 3, 4, 5)] == [3, 3, None, 0, 0]


@pytest.fixture(scope="module")
def any_text() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "f.db") as db:
        taxa.install(db, "ponds", POND_LIST)
        yield db


SYNTAX = "' \" * - ^ : ( ) { } + NEAR AND OR NOT NEAR(a words: % _ ;-- [ ] \\ , . @".split()  # noqa: SIM905
LETTERS = ["triton", "é", "\u0345", "ß", "İ", "ŉ", "ǅ", "🐸", "\x00", "\ud7ff", "\u2028", " ", "ａ", "𞤀", "½", "²"]
typed = st.one_of(st.text(max_size=40), st.lists(st.sampled_from([*SYNTAX, *LETTERS]), max_size=30).map("".join))


@settings(max_examples=300, deadline=None)
@given(text=typed)
def test_anything_may_be_typed(any_text: Database, text: str) -> None:
    for taxon in taxa.search(any_text, text, preferred="ponds"):
        assert taxon in POND_LIST


@settings(max_examples=200, deadline=None)
@given(text=typed.filter(lambda text: text.strip() != ""), name=typed)
def test_any_name_can_be_stored_and_is_found_by_itself(text: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "f.db") as db:
        taxa.install(db, "ponds", [Taxon(1, 1, text, nom_vern=name)])
        is_searchable = bool(taxa.match_query(text))
        assert found(db, text) == ([1] if is_searchable else [])


def test_ten_kilobytes_pasted_into_the_search_find_what_their_beginning_says(filled: Database) -> None:
    assert found(filled, "a" * 10_000) == []
    assert found(filled, "crêté " * 2_000) == [137]
    assert found(filled, '"*' * 5_000) == []

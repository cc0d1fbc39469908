"""What a form's data can do by itself: columns of letters, columns of text, and how well letters fit a name."""

from __future__ import annotations

import pytest

from fieldapp.core.forms import fit, letter_column, text_column
from fieldapp.core.schema import Choice, Taxon

STAGES = (Choice("1", "Indéterminé", "indéterminé"), Choice("2", "Adulte", "adulte"), Choice("9", "Œuf", "œuf, ponte"))
STAGE = letter_column("stage", "Stade", STAGES, {"a": "2", "o": "9", "i": "1"})
PALMATE = Taxon(444432, 444432, "Lissotriton helveticus", nom_vern="Triton palmé", aliases=("Triturus helveticus",))


@pytest.mark.parametrize(("typed", "code"), [("a", "2"), ("A", "2"), ("adulte", "2"), ("oeuf, ponte", "9"), ("", None)])
def test_a_letter_or_the_word_gives_the_code(typed: str, code: str | None) -> None:
    assert STAGE.read(typed) == {"stage": code}


def test_a_letter_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="a = adulte, o = œuf, ponte, i = indéterminé"):
        STAGE.read("z")


def test_what_is_shown_reads_back_equal() -> None:
    for choice in STAGES:
        assert STAGE.read(STAGE.show({"stage": choice.code})) == {"stage": choice.code}


def test_a_code_that_the_list_does_not_know_shows_as_nothing() -> None:
    assert STAGE.show({"stage": "77"}) == ""
    assert STAGE.show({}) == ""


def test_free_text_is_kept_without_blanks_around() -> None:
    column = text_column("comments", "Remarque")
    assert column.read("  sous la berge ") == {"comments": "sous la berge"}
    assert column.read("  ") == {"comments": None}
    assert column.show({"comments": "sous la berge"}) == "sous la berge"


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("tri", 0),
        ("TRITON PALME", 0),
        ("palm", 1),
        ("tri pal", 1),
        ("pal tri", 1),
        ("helv", 2),
        ("liss helv", 2),
        ("triturus", 3),
        ("4444", 0),
        ("444432", 0),
        ("4444321", None),
        ("riton", None),
        ("tri zzz", None),
    ],
)
def test_letters_fit_the_french_name_best_then_latin_then_aliases(typed: str, how: int | None) -> None:
    assert fit(typed, PALMATE) == how


@pytest.mark.parametrize("typed", ["rouge-g", "rougeg", "ROUGE-GORGE", "fam rouge-g"])
def test_a_hyphen_that_the_name_does_not_have_is_not_in_the_way(typed: str) -> None:
    assert fit(typed, Taxon(4001, 4001, "Erithacus rubecula", nom_vern="Rougegorge familier")) is not None


@pytest.mark.parametrize("typed", ["martin-p", "martinp", "pecheur", "martin pech"])
def test_a_hyphen_of_the_name_may_be_left_out(typed: str) -> None:
    assert fit(typed, Taxon(3571, 3571, "Alcedo atthis", nom_vern="Martin-pêcheur d’Europe")) is not None

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core import text


def test_an_unknown_language_is_french() -> None:
    text.set_language("xx")
    assert text.language() == "fr"
    assert text._("Mares") == "Mares"


def test_the_empty_text_has_no_translation() -> None:
    assert text._("") == ""


@pytest.mark.parametrize(("n", "form"), [(0, "mare"), (1, "mare"), (2, "mares"), (137, "mares")])
def test_nought_and_one_are_singular_in_french(n: int, form: str) -> None:
    assert text.ngettext("mare", "mares", n) == form


@pytest.mark.parametrize(
    ("written", "folded"),
    [("Pélodyte", "pelodyte"), ("ŒUF ", "oeuf"), ("Évin-Malmaison", "evin-malmaison"), ("l’étang", "l'etang")],
)
def test_folding_takes_away_accents_capitals_and_ligatures(written: str, folded: str) -> None:
    assert text.fold(written) == folded


def test_taking_accents_away_keeps_capitals() -> None:
    assert text.unaccent("Vallée d’Évin œuf Œuf") == "Vallee d'Evin oeuf OEuf"


@pytest.mark.parametrize(("written", "plain"), [("ǽ", "ae"), ("Ǽ", "AE"), ("ǣ", "ae"), ("œ\u0301", "oe")])
def test_a_ligature_with_an_accent_needs_one_pass(written: str, plain: str) -> None:
    assert text.unaccent(written) == plain
    assert text.fold(written) == plain.casefold()


@given(st.text(max_size=60))
def test_taking_accents_away_twice_changes_nothing(written: str) -> None:
    assert text.unaccent(text.unaccent(written)) == text.unaccent(written)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_for_capitals_and_accents(written: str) -> None:
    assert text.fold(written).casefold() == text.fold(written)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz -éèàçôûÉÈÀ", max_size=40))
def test_capitals_and_accents_never_keep_two_names_apart(written: str) -> None:
    assert text.fold(written.upper()) == text.fold(written) == text.fold(text.unaccent(written))

"""Each field of a EURING record from the values of one capture, checked against the code tables of the package."""

import re
from decimal import Decimal
from typing import Any

import pytest
from euring.data import load_code_map, load_scheme_map
from euring.types import is_text
from euring.utils import euring_identification_export_format
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.banding import euring_fields as fields
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.euring_fields import NoRecordError, codes, official
from fieldapp.protocols.banding.ring import Ring
from tests.protocols.banding.euring_sample import fields_of, one, texts_with_f

RING = Ring("FRP", "8680001")
NOTHING = fields.measures({})


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("SEX_MENTIONED", "sex"),
        ("SEX_CONCLUDED", "sex"),
        ("AGE_MENTIONED", "age"),
        ("AGE_CONCLUDED", "age"),
        ("MOULT", "moult"),
        ("BROOD_PATCH", "brood_patch"),
        ("SEXING", "sexing_method"),
        ("MANIPULATED", "manipulated"),
        ("CATCHING", "catching_method"),
        ("LURES", "catching_lures"),
    ],
)
def test_what_a_list_gives_is_a_code_of_euring(kind: str, table: str) -> None:
    known = load_code_map(table)
    assert {value for (name, _code), value in codes().items() if name == kind} <= set(known)


@pytest.mark.parametrize(("ours", "theirs"), [("SEXE", "SEX"), ("MARK", None), ("MU", "MOULT")])
def test_every_code_that_is_offered_has_a_place_in_euring(ours: str, theirs: str | None) -> None:
    offered = {choice.code for choice in lists.choices(ours)}
    names = {f"{theirs}_MENTIONED", f"{theirs}_CONCLUDED"} if ours == "SEXE" else {theirs or ours}
    for name in names:
        assert offered <= {code for kind, code in codes() if kind == name}


def test_every_age_that_is_offered_has_a_letter_in_euring() -> None:
    for choice in lists.choices("AGE"):
        mentioned, _concluded = fields.ages({"age": choice.code})
        assert (mentioned == "0") == (choice.code == "???"), choice.code


YEARS = re.compile(r"(After )?(first|[0-9]+)(?:st|nd|rd|th)?[- ]year", re.IGNORECASE)


def test_every_year_of_life_has_the_letter_of_the_official_table() -> None:
    """The table of the package is the standard's own: its words say which year each letter stands for."""
    table = {code: found for code, words in load_code_map("age").items() if (found := YEARS.match(words))}
    assert table.keys() == set("3456789A") | {chr(code) for code in range(ord("B"), ord("Z") + 1)}
    for letter, found in table.items():
        years = 1 if found[2].lower() == "first" else int(found[2])
        assert fields.age_letter(years, is_more=bool(found[1])) == (letter, True)
        assert fields.ages({"age": f"{'+' if found[1] else ''}{years}A"}) == (letter, letter)


def test_the_official_lists_are_those_of_the_package() -> None:
    assert official("SCHEME") == set(load_scheme_map())
    unused = {code for code, words in load_code_map("circumstances").items() if "is not used" in words}
    assert official("CIRCUMSTANCES") == set(load_code_map("circumstances")) - unused
    assert set(lists.schemes()) <= official("SCHEME")


@given(st.from_regex(re.compile(r"[A-Z]{0,3}[0-9]{1,6}[A-Z]?", re.ASCII), fullmatch=True))
def test_a_ring_is_padded_as_the_package_pads_it(number: str) -> None:
    assert Ring("FRP", number).padded() == euring_identification_export_format(number)


def test_a_foreign_ring_has_the_present_code_of_its_scheme() -> None:
    found = fields_of(one(action="C", ring_scheme="DFH", ring="90123456", ring_key="DFH90123456"))
    assert (found["ringing_scheme"], found["identification_number"]) == ("DEW", "..90123456")


def test_a_ring_that_was_read_in_part_keeps_its_hyphens() -> None:
    found = fields_of(one(action="C", ring="86--001", ring_key="FRP86--001"))
    assert found["identification_number"] == "...86--001"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"action": "B"}, "1"),
        ({"action": "C"}, "4"),
        ({"action": "R"}, "4"),
        ({"action": "C", "replaced_ring": "1"}, "5"),
        ({"action": "B", "replaced_ring_key": "FRP1"}, "5"),
    ],
)
def test_what_happened_to_the_metal_ring(values: dict[str, Any], code: str) -> None:
    assert fields.metal_ring(values, ()) == code


def test_a_second_metal_ring_is_told_of_in_the_field_of_the_ring() -> None:
    mark = {"kind": "metal", "event": "added"}
    assert fields.metal_ring({"action": "C"}, [mark]) == "7"
    assert fields.other_marks([mark]) == "ZZ"


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ([], "ZZ"),
        ([{"kind": "geolocator", "event": "added"}], "LB"),
        ([{"kind": "geolocator", "event": "removed"}], "LD"),
        ([{"kind": "colour_ring", "event": "present"}], "BC"),
        ([{"kind": "gps", "event": "?"}], "K-"),
        ([{"kind": "gps", "event": "added"}, {"kind": "colour_ring", "event": "added"}], "MM"),
    ],
)
def test_other_marks_as_a_letter_and_an_event(marks: list[dict[str, Any]], code: str) -> None:
    assert fields.other_marks(marks) == code
    assert fields_of(one(*marks))["other_marks_information"] == code


def test_a_mark_is_named_in_the_remarks() -> None:
    found = fields_of(one({"kind": "colour_ring", "event": "added", "code": "RW(AB)"}))
    assert "MARQUE=colour_ring added RW(AB)" in found["remarks"]


@pytest.mark.parametrize(
    ("species", "code"),
    [("SYLATR", "12770"), ("SPESPE", "00000"), ("", "00000"), ("MOTFLALLA", "10170"), ("sylatr ", "12770")],
)
def test_species_by_the_list(species: str, code: str) -> None:
    assert fields.species({"species": species}) == code


def test_a_species_without_a_code_is_refused() -> None:
    with pytest.raises(NoRecordError, match="code EURING"):
        fields.species({"species": "XXXYYY"})


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"action": "B"}, ("8", "20", "N", "M", "U")),
        ({"action": "C", "condition": "8", "circumstances": "20"}, ("8", "20", "N", "M", "U")),
        ({"action": "B", "health": "M"}, ("2", "08", "R", "M", "U")),
        ({"action": "B", "health": "B"}, ("4", "20", "R", "M", "U")),
        ({"action": "C", "condition": "2", "circumstances": "20"}, ("2", "20", "R", "M", "U")),
        ({"action": "R", "condition": "2", "circumstances": "61"}, ("2", "61", "U", "-", "-")),
        ({"action": "R"}, ("0", "99", "U", "-", "-")),
        ({"action": "C", "condition": "7", "circumstances": "28"}, ("7", "28", "N", "-", "-")),
        ({"action": "C", "condition": "7", "circumstances": "81"}, ("7", "81", "N", "-", "-")),
        ({"action": "C", "condition": "8", "circumstances": "27"}, ("8", "27", "N", "Z", "U")),
        ({"action": "C", "condition": "??", "circumstances": "04"}, ("8", "20", "N", "M", "U")),
    ],
)
def test_state_circumstances_and_catching(values: dict[str, Any], state: tuple[str, ...]) -> None:
    found = fields_of(one(**values))
    names = ("condition", "circumstances", "manipulated", "catching_method", "catching_lures")
    assert tuple(found[name] for name in names) == state


def test_the_theme_says_how_a_bird_was_caught() -> None:
    assert fields_of(one(session={"theme": "GIBIER"}))["catching_method"] == "Z"
    assert fields_of(one(session={"theme": "GIBIER"}, theme="PHENO"))["catching_method"] == "M"


def test_a_device_put_on_is_a_manipulation() -> None:
    assert fields.manipulated({"action": "B"}, [{"kind": "gps", "event": "added"}]) == "M"
    assert fields.manipulated({"action": "C"}, [{"kind": "gps", "event": "present"}]) == "N"
    assert fields.manipulated({"action": "B", "health": "M"}, [{"kind": "gps", "event": "added"}]) == "R"


@pytest.mark.parametrize(
    ("sex", "age", "codes_", "remark"),
    [
        ("M", "1A", ("M", "M", "3", "3"), ""),
        ("M?", "2A?", ("M", "U", "5", "2"), "SEXE=M? ; AGE=2A?"),
        ("?", "???", ("U", "U", "0", "0"), ""),
        ("I", "7A", ("U", "U", "D", "D"), "SEXE=I"),
        ("F", "5A", ("F", "F", "B", "B"), ""),
        ("F", "29A", ("F", "F", "Z", "Z"), ""),
        ("F", "30A", ("F", "F", "A", "A"), "AGE=30A"),
        ("F", "+4A", ("F", "F", "A", "A"), ""),
        ("F", "+7A", ("F", "F", "A", "A"), "AGE=+7A"),
        ("F", "6A?", ("F", "F", "C", "2"), "AGE=6A?"),
        ("F", "+1?", ("F", "F", "4", "2"), "AGE=+1?"),
        ("F", "ADU", ("F", "F", "0", "0"), "AGE=ADU"),
        (None, None, ("U", "U", "0", "0"), ""),
        ("F", "VOL", ("F", "F", "2", "2"), ""),
    ],
)
def test_sex_and_age_mentioned_and_concluded(
    sex: str | None, age: str | None, codes_: tuple[str, ...], remark: str
) -> None:
    found = fields_of(one(sex=sex, age=age))
    names = ("sex_mentioned", "sex_concluded", "age_mentioned", "age_concluded")
    assert tuple(found[name] for name in names) == codes_
    assert found["remarks"] == " ; ".join(filter(None, ["THEME=STOC", remark]))


@pytest.mark.parametrize(
    ("hour", "text"), [("06:30", "0630"), ("23:59", "2359"), ("24:00", "----"), ("6:30", "----"), (None, "----")]
)
def test_the_hour(hour: str | None, text: str) -> None:
    assert fields.time({"hour": hour}) == text


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (84, "0.5", "84"), (84.25, "0.5", "84.5"), (84.2, "0.5", "84"), (120, "0.5", "120"), (18.05, "0.1", "18.1"),
        (18.04, "0.1", "18"), (0.04, "0.1", ""), (0, "0.1", ""), (-3, "0.1", ""), (float("nan"), "0.1", ""),
        (float("inf"), "0.1", ""), (None, "0.1", ""), ("12 g", "0.1", ""), (True, "0.1", ""),
        (1e15, "0.5", "1000000000000000"),
    ],
)  # fmt: skip
def test_measures_are_rounded_half_up(value: object, step: str, text: str) -> None:
    assert fields.rounded(value, step) == text


@given(st.floats(0.06, 1e6), st.sampled_from(["0.5", "0.1"]))
def test_a_rounded_measure_is_the_nearest_multiple(value: float, step: str) -> None:
    text = fields.rounded(value, step)
    found, unit = Decimal(text or "0"), Decimal(step)
    assert found % unit == 0
    assert abs(found - Decimal(str(value))) <= unit / 2
    assert re.fullmatch(r"[1-9][0-9]*(\.[0-9])?|0\.[1-9]|", text)


def test_what_has_no_field_stands_in_the_remarks() -> None:
    found = fields_of(
        one(
            wing_mm=-3,
            tarsus_mm=20.5,
            fat="4",
            brood_patch="K",
            moult="Q",
            sexing_method="ZZ",
            cloacal_protuberance="2",
            species="MOTFLALLA",
            partner_ring="8680007",
            comments="vu deux fois",
        )
    )
    assert found["remarks"] == (
        "THEME=STOC ; ESPECE=MOTFLALLA ; LP=-3 ; LT=20.5 ; AD=4 ; PI=K ; PC=2 ; MU=Q ; CS=ZZ ; PTD=8680007 ; "
        "vu deux fois"
    )
    assert not found["wing_length"]
    assert not found["fat_score"]


def test_fat_and_tarsus_have_their_fields_once_their_method_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**codes(), ("DEFAULT", "fat_method"): "E", ("DEFAULT", "tarsus_method"): "M"}
    monkeypatch.setattr(fields, "codes", lambda: known)
    found = fields_of(one(fat="4", tarsus_mm=20.55))
    assert [found[name] for name in ("fat_score", "fat_score_method", "tarsus", "tarsus_method")] == [
        "4", "E", "20.6", "M",
    ]  # fmt: skip
    assert found["remarks"] == "THEME=STOC"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Hénin-Beaumont", "Hénin-Beaumont"),
        ("a|b", "a¦b"),
        ("une\n  deux\r\n\ntrois", "une ¶ deux ¶ trois"),
        ("un\tdeux\u00a0trois", "un deux trois"),
        ("un\x07deux\x7f", "un�deux�"),
        ("Fosse 9, FF", "Fosse 9, FF"),
    ],
)
def test_a_text_shows_what_was_replaced_in_it(text: str, written: str) -> None:
    assert fields.clean(text) == written


@given(st.text(max_size=60))
def test_any_text_is_a_text_of_euring(text: str) -> None:
    written = fields.clean(text)
    with texts_with_f():
        assert is_text(written)
    assert written.isprintable()
    assert "|" not in written


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P"], exclude_characters="|"), max_size=60))
def test_letters_figures_and_punctuation_stay_as_they_are(text: str) -> None:
    assert fields.clean(text) == text


def test_the_pattern_of_the_package_is_still_to_be_mended() -> None:
    """When this fails the package takes a capital F: `texts_with_f` is no longer needed."""
    assert not is_text("Fosse")
    with texts_with_f():
        assert is_text("Fosse")
        assert not is_text("a\x7f")


def test_the_remarks_name_the_ring_that_is_not_the_name_of_the_record() -> None:
    first = Ring("GBT", "A710715")
    assert fields.remarks({}, NOTHING, "", (), RING, RING) == ""
    assert fields.remarks({}, NOTHING, "", (), RING, first) == "BAGUE=FRP 8680001"
    assert fields.remarks({}, NOTHING, "", (), RING, Ring("FRP", "1")) == "BAGUE=8680001"

"""The lists that come with the protocol: whole, free of contradictions, and found by whatever a person types."""

import csv

import pytest
from euring.codes import lookup_ringing_scheme, lookup_species
from hypothesis import example, given
from hypothesis import strategies as st

from fieldapp.core import paths
from fieldapp.protocols.banding import lists

BIRDS = list(lists.birds().values())


# -------------------------------------------------------------------------------------------------------- birds


def test_each_bird_has_a_code_a_taxon_and_a_euring_code_of_its_own() -> None:
    assert len(BIRDS) == 135  # as many as the list of the domain has
    assert len({bird.cd_nom for bird in BIRDS}) == len({bird.euring for bird in BIRDS}) == 135
    codes = [code for bird in BIRDS for code in (bird.code, *bird.aliases)]
    assert len(codes) == len(set(codes))
    assert all(lists.is_code(code) for code in codes)


@pytest.mark.parametrize("bird", BIRDS, ids=lambda bird: bird.code)
def test_the_euring_codes_of_a_bird_are_in_the_table_of_euring(bird: lists.Bird) -> None:
    assert lookup_species(bird.euring)
    assert not bird.euring_wide or lookup_species(bird.euring_wide)


def test_limits_and_sizes_make_sense() -> None:
    for bird in BIRDS:
        assert 0 < bird.wing_mm[0] < bird.wing_mm[1], bird.code
        assert 0 < bird.mass_g[0] < bird.mass_g[1], bird.code
        assert {size.letter for size in bird.sizes} <= lists.ring_sizes().keys(), bird.code
        assert {size.only for size in bird.sizes} <= {"", "M", "F", "VOL", "PUL"}, bird.code


@pytest.mark.parametrize(
    ("code", "sizes"),
    [
        ("TROTRO", [("R", ""), ("O", "")]),
        ("ACCNIS", [("G", "M"), ("F", "F")]),
        ("PARMAJ", [("O", "VOL"), ("V", "PUL")]),
        ("TURMER", [("J", "")]),
        ("PSIKRA", [("FX", "")]),
        ("ACRSCI", []),
    ],
)
def test_sizes_of_the_ring_guide_are_read(code: str, sizes: list[tuple[str, str]]) -> None:
    assert [(size.letter, size.only) for size in lists.birds()[code].sizes] == sizes


def test_every_bird_of_the_sample_is_listed() -> None:
    with paths.resource("demo/banding_2020_crbpo.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["ESPECE"] for row in csv.DictReader(file, delimiter=";")}
    assert codes
    assert [code for code in sorted(codes) if lists.bird(code) is None] == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [("acrsci", "ACRSCI"), (" ACRSCI ", "ACRSCI"), ("EMBSCHSCH", "EMBSCH"), ("TACRUF", "TACLIS"), ("MOTFLALLA", None)],
)
def test_older_codes_and_subspecies_are_the_same_species(typed: str, code: str | None) -> None:
    found = lists.bird(typed)
    listed = lists.birds().get(typed[:6])
    assert found == (lists.birds()[code] if code else listed)


def test_a_bird_is_found_by_its_taxon() -> None:
    assert all(lists.bird_of(bird.cd_nom) == bird for bird in BIRDS)
    assert lists.bird_of(None) is None
    assert lists.bird_of(1) is None


def test_codes_of_one_species_share_their_group() -> None:
    assert lists.group_of("EMBSCHSCH") == lists.group_of("embsch")
    assert lists.group_of("TACRUF") == lists.group_of("TACLIS")
    assert lists.group_of("ACRSCI") != lists.group_of("ACRRIS")
    assert lists.group_of("XXXYYYZZZ") == lists.group_of("XXXYYY") == "XXXYYY"


def test_a_group_is_a_species() -> None:
    assert len({lists.group_of(bird.code) for bird in BIRDS}) == len(BIRDS)


def test_taxa_are_found_by_their_codes_too() -> None:
    by_number = {taxon.cd_nom: taxon for taxon in lists.taxa()}
    assert "ACRSCI" in by_number[4195].aliases
    assert by_number[4195].nom_vern == "Rousserolle effarvatte"


# ------------------------------------------------------------------------------------------------- suggestions


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("acrsci", "ACRSCI"),
        ("acrs", "ACRSCH"),
        ("rousserolle effarvatte", "ACRSCI"),
        ("effarv", "ACRSCI"),
        ("rou eff", "ACRSCI"),
        ("acrocephalus scir", "ACRSCI"),
        ("tacruf", "TACLIS"),
        ("mesange bl", "PARCAE"),
        ("ROITELET H", "REGREG"),
        ("hochequeue", None),
    ],
)
def test_letters_of_a_code_or_a_name_find_the_bird(typed: str, first: str | None) -> None:
    found = lists.suggest(typed)
    assert (found[0].code if found else None) == first


@given(st.sampled_from(BIRDS), st.sampled_from(["code", "nom_vern", "lb_nom"]))
@example(lists.birds()["SYLCUR"], "lb_nom")  # Curruca curruca: both words fit the usual C. communis too
def test_a_whole_code_or_name_finds_its_bird_first(bird: lists.Bird, name: str) -> None:
    assert lists.suggest(getattr(bird, name))[0] == bird


@given(st.text(max_size=12))
def test_whatever_is_typed_each_bird_is_suggested_once(text: str) -> None:
    codes = [bird.code for bird in lists.suggest(text)]
    assert len(codes) == len(set(codes))


def test_among_equals_those_of_the_session_come_first() -> None:
    assert lists.suggest("acr", ["ACRSCI"])[0].code == "ACRSCI"
    assert lists.suggest("acr", ["ACRRIS", "ACRSCI"])[0].code == "ACRRIS"
    assert lists.suggest("acrsch", ["ACRSCI"])[0].code == "ACRSCH"  # a whole code is what it says


def test_without_letters_the_birds_of_the_session_are_suggested() -> None:
    assert [bird.code for bird in lists.suggest("", ["SYLATR", "NOCODE", "ACRSCI"])] == ["SYLATR", "ACRSCI"]


# ------------------------------------------------------------------------------------------------- other lists


@pytest.mark.parametrize("scheme", [code for code in lists.schemes() if code != "FRS"])
def test_schemes_are_those_of_euring(scheme: str) -> None:
    assert lookup_ringing_scheme(scheme)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("DFH", "DEW"), ("DFR", "DER"), ("DDH", "DEH"), ("CSP", "CZP"), ("gbt", "GBT"), (" nla ", "NLA"), ("xyz", "XYZ")],
)
def test_old_codes_of_schemes_become_the_present_ones(typed: str, code: str) -> None:
    assert lists.scheme_code(typed) == code


def test_ring_sizes_rise() -> None:
    sizes = list(lists.ring_sizes().values())
    assert [size.letter for size in sizes] == ["R", "O", "V", "S", "L", "J", "G", "GY", "F", "FX", "E"]
    assert [size.diameter_mm for size in sizes] == [2.0, 2.3, 2.5, 3.0, 3.5, 4.2, 5.0, 6.0, 7.0, 7.0, 8.5]


@pytest.mark.parametrize(
    "kind",
    ["ACTION", "SEXE", "AGE", "AD", "PI", "PC", "MU", "CS", "ES", "COND", "CIRC", "FATE", "MARK", "STRING_STATE"],
)
def test_a_list_names_each_code_once(kind: str) -> None:
    codes = [choice.code for choice in lists.choices(kind)]
    assert codes
    assert len(codes) == len(set(codes))


def test_the_themes_of_the_sample_are_listed() -> None:
    with paths.resource("demo/banding_2020_crbpo.csv").open(encoding="utf-8", newline="") as file:
        used = {row["THEME SESSION"] for row in csv.DictReader(file, delimiter=";")}
    assert used <= lists.themes().keys()
    assert all(lists.themes().values())


def test_thresholds_are_positive_numbers() -> None:
    assert all(value > 0 for value in lists.thresholds().values())
    assert {"min_session_h", "min_captures", "max_days_off"} <= lists.thresholds().keys()


@pytest.mark.parametrize(
    ("typed", "code"),
    [("eff", "ACRSCI"), ("phrag", "ACRSCH"), ("rouge", "ERIRUB"), ("effr", "TYTALB"), ("tytalb", "TYTALB")],
)
def test_few_letters_mean_the_bird_that_every_session_catches(typed: str, code: str) -> None:
    assert lists.suggest(typed)[0].code == code

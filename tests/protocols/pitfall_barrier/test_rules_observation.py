"""The rules of one catch and of its photos, in the words that people read."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core import checking
from fieldapp.core.schema import Context, Severity, Taxon, Values
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.protocol import PROTOCOL

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
VISIT = {"check_on": "2026-03-18", "state": "checked", "closed_buckets": ["7"]}
CATCH = {
    "bucket": "3", "cd_nom": 259, "stage": "2", "sex": "3", "count": 2, "direction": "in", "vitality": "alive",
}  # fmt: skip
BUCKETS = [
    {"bucket": "3", "side": "outside"},
    {"bucket": "4", "side": "inside"},
    {"bucket": "5", "side": "outside", "from_on": "2027-02-01"},
    {"bucket": "7", "side": "outside"},
]
NEWT = {"individual_name": "TC-093", "cd_nom": 139, "sex": "2"}
BLOCKING, WARNING, NOTICE = Severity.BLOCKING, Severity.WARNING, Severity.NOTICE
SHA = "a" * 64


def said(changes: Values, entity: str = "observation", **about: Any) -> dict[str, tuple[Severity, str]]:
    usual: dict[str, Any] = {
        "parents": {"visit": VISIT},
        "taxa": TAXA,
        "links": {"n": NEWT},
        "today": date(2026, 11, 20),
        "known": {"buckets": BUCKETS},
    }
    one = PROTOCOL.entity(entity)
    told = {**(CATCH if entity == "observation" else {"sha256": SHA}), **changes}
    values = {name: value for name, value in told.items() if value is not None}
    found = checking.problems(PROTOCOL, one, Context(values, **{**usual, **about}))
    return {problem.code: (problem.severity, checking.words(problem, PROTOCOL, one)) for problem in found}


def test_a_usual_catch_has_nothing_to_say_with_and_without_what_is_known_of_the_barrier() -> None:
    assert said({}) == {}
    assert said({}, known={}, parents={}, links={}) == {}


@pytest.mark.parametrize("count", [0, 1000])
def test_a_count_of_0_or_1000_is_refused(count: int) -> None:
    assert [severity for severity, _words in said({"count": count}).values()] == [BLOCKING]


# --------------------------------------------------------------------------------- the morning, the bucket


def test_a_catch_on_a_morning_not_looked_into_or_empty_is_refused() -> None:
    assert said({}, parents={"visit": {**VISIT, "state": "missed"}}) == {
        "catch_on_missed": (
            BLOCKING,
            "Le matin du 18/03/2026 est « non relevé » : mettez « relevé », ou effacez la prise.",
        )
    }
    assert said({}, parents={"visit": {**VISIT, "state": "empty"}})["catch_on_empty"][0] is BLOCKING


def test_a_bucket_that_the_barrier_does_not_have_is_refused_where_it_has_any() -> None:
    assert said({"bucket": "14"}) == {
        "bucket_unknown": (
            BLOCKING,
            "Cette barrière n’a pas de seau 14 : vérifiez le numéro, ou ajoutez le seau.",
        )
    }
    assert said({"bucket": "14"}, known={"buckets": []}) == {}
    assert said({"bucket": "14"}, known={}) == {}


def test_a_bucket_that_was_not_in_place_or_was_closed_is_a_warning() -> None:
    assert said({"bucket": "5"}) == {
        "bucket_not_in_place": (
            WARNING,
            "Le seau 5 n’était pas en place le 18/03/2026 : vérifiez le numéro ou ses dates.",
        )
    }
    assert said({"bucket": "7"})["bucket_closed"][0] is WARNING


@pytest.mark.parametrize(
    ("bucket", "direction", "code"),
    [("3", "in", None), ("3", "out", "out_of_outer_bucket"), ("4", "out", None), ("4", "in", "in_of_inner_bucket")],
)
def test_an_animal_goes_the_way_of_the_side_on_which_it_fell(bucket: str, direction: str, code: str | None) -> None:
    found = said({"bucket": bucket, "direction": direction})
    assert {name: severity for name, (severity, _words) in found.items()} == ({code: WARNING} if code else {})


def test_a_catch_that_does_not_say_its_way_or_its_bucket_yet_is_not_spoken_of() -> None:
    for changes in ({"direction": None}, {"bucket": None}):
        found = said(changes)
        assert {code: severity for code, (severity, _words) in found.items()} == {"missing": Severity.INCOMPLETE}


# ------------------------------------------------------------------------------------- sexes, pairs, taxa


@given(st.integers(1, 999))
def test_pairs_are_even_numbers_of_both_sexes(count: int) -> None:
    found = said({"amplexus": True, "sex": "5", "count": count})
    assert {name: severity for name, (severity, _words) in found.items() if name != "many_animals"} == (
        {"odd_pair": BLOCKING} if count % 2 else {}
    )


@pytest.mark.parametrize(("count", "many"), [(1, False), (99, False), (100, True), (999, True)])
def test_a_hundred_animals_in_one_bucket_want_a_second_look(count: int, many: bool) -> None:
    words = f"{count} animaux d’un coup dans un seau : est-ce un chiffre de trop ? Vérifiez le nombre."
    assert said({"count": count}) == ({"many_animals": (WARNING, words)} if many else {})


@pytest.mark.parametrize("sex", ["1", "2", "3", None])
def test_a_pair_of_one_sex_is_refused(sex: str | None) -> None:
    found = said({"amplexus": True, "sex": sex})
    assert {code: severity for code, (severity, _words) in found.items()} == {"pair_of_one_sex": BLOCKING}


def test_one_animal_is_not_of_both_sexes() -> None:
    assert said({"sex": "5", "count": 1})["one_of_both_sexes"][0] is BLOCKING
    assert said({"sex": "5", "count": 2}) == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stage": "3", "sex": "2"}, {"sex_of_juvenile": NOTICE}),
        ({"stage": "6", "sex": "2"}, {"sex_of_larva": WARNING}),
        ({"stage": "3", "sex": "1"}, {}),
        ({"stage": "3", "sex": None}, {}),
        ({"stage": "5", "sex": "2"}, {}),
        ({"stage": "3", "sex": "5", "amplexus": True}, {"pair_of_young": WARNING}),
    ],
)
def test_the_sex_of_young_animals_is_spoken_of(changes: Values, expected: dict[str, Severity]) -> None:
    assert {code: severity for code, (severity, _words) in said(changes).items()} == expected


def test_amphibians_without_a_name_are_a_warning_and_invasive_ones_a_notice() -> None:
    assert said({"cd_nom": 914450})["undetermined"][0] is WARNING
    assert said({"cd_nom": 459618})["invasive"] == (
        NOTICE,
        "Grenouille taureau : espèce invasive. Prenez une photo, prévenez le coordinateur le jour même.",
    )


@pytest.mark.parametrize("cd_nom", sorted(TAXA.keys() - {914450, 459618, 79265}))
def test_of_all_other_taxa_nothing_is_said(cd_nom: int) -> None:
    assert said({"cd_nom": cd_nom}) == {}


def test_the_same_group_twice_in_a_bucket_is_a_warning_and_another_group_is_not() -> None:
    assert said({}, siblings=[{**CATCH, "count": 5}])["catch_twice"] == (
        WARNING,
        "Crapaud commun est déjà noté ainsi dans le seau 3 : additionnez les deux lignes.",
    )
    for change in ({"bucket": "4"}, {"sex": "2"}, {"vitality": "dead"}, {"comments": "mue"}, {"individual": "n"}):
        assert said({}, siblings=[{**CATCH, **change}]) == {}


# ---------------------------------------------------------------------------------------- the individual

CAUGHT = {"cd_nom": 139, "sex": "2", "count": 1, "individual": "n"}


def test_a_named_newt_caught_once_has_nothing_to_say() -> None:
    assert said(CAUGHT, siblings=[{**CATCH, "individual": "m"}]) == {}
    assert said({**CAUGHT, "individual": "unknown here"}) == {}


def test_a_named_individual_is_one_animal() -> None:
    assert said({**CAUGHT, "count": 2}) == {
        "several_individuals": (BLOCKING, "Un individu nommé, mais 2 animaux : faites-en une prise à part.")
    }


def test_an_individual_of_another_species_or_the_other_sex_is_a_warning() -> None:
    assert said({**CAUGHT, "cd_nom": 444430}) == {
        "individual_other_species": (
            WARNING,
            "TC-093 est connu comme Triton crêté : vérifiez l’espèce, ou l’individu.",
        )
    }
    assert said({**CAUGHT, "sex": "3"})["individual_other_sex"][0] is WARNING
    assert said({**CAUGHT, "sex": "1"}) == {}


@pytest.mark.parametrize("known_as", [1, 3])
def test_an_individual_under_an_older_name_of_its_species_is_the_same_species(known_as: int) -> None:
    taxa = {1: Taxon(1, 1, "Triturus cristatus"), 2: Taxon(2, 1, "Triton cristatus"), 3: Taxon(3, 3, "Rana")}
    links = {"n": {**NEWT, "cd_nom": known_as}}
    found = said({**CAUGHT, "cd_nom": 2}, taxa=taxa, links=links)
    assert ("individual_other_species" in found) is (known_as == 3)
    assert "individual_other_species" in said({**CAUGHT, "cd_nom": 4}, taxa=taxa, links=links)


def test_the_same_individual_twice_on_one_morning_is_a_warning() -> None:
    assert said(CAUGHT, siblings=[{**CATCH, "bucket": "4", "individual": "n"}])["individual_again"][0] is WARNING


def test_an_individual_that_comes_after_its_death_is_a_warning() -> None:
    assert said(CAUGHT, known={"died_on": "2026-03-17"}) == {
        "individual_dead": (WARNING, "Cet individu a été noté mort le 17/03/2026 : vérifiez lequel c’est.")
    }
    assert said(CAUGHT, known={"died_on": "2026-03-18"}) == {}


# ------------------------------------------------------------------------------------------------ photos


@pytest.mark.parametrize(
    ("taken", "asked"),
    [
        ("2026:03:18 07:12:33", False),
        ("2026-03-17 22:10:00", False),
        ("2026:03:16 23:59:59", True),
        ("2016:03:18 07:12:33", True),
        ("0000:00:00 00:00:00", False),
        ("hier", False),
    ],
)
def test_a_photo_of_another_day_than_its_night_and_morning_is_spoken_of(taken: str, asked: bool) -> None:
    found = said({"taken_at": taken}, "photo")
    assert {name: severity for name, (severity, _words) in found.items()} == (
        {"photo_other_day": NOTICE} if asked else {}
    )


def test_a_photo_without_a_readable_print_is_refused_and_one_twice_is_a_warning() -> None:
    assert said({"sha256": "a" * 63}, "photo")["photo_without_print"][0] is BLOCKING
    assert said({}, "photo", siblings=[{"sha256": SHA}])["photo_twice"][0] is WARNING
    assert said({}, "photo", siblings=[{"sha256": "b" * 64}]) == {}

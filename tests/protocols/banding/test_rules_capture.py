"""The rules of a capture, as a check of the whole record runs them, in the words that people read."""

from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.record import make_record
from fieldapp.core.schema import Context, Severity, Values, is_advice
from fieldapp.protocols.banding import biometry, rules_capture
from fieldapp.protocols.banding.biometry import LISTED, Range, Usual
from fieldapp.protocols.banding.life import Event, Life
from fieldapp.protocols.banding.ring import Ring, read_span
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, RING_FATE, RING_STRING
from fieldapp.protocols.banding.stock import Stock

SESSION = {
    "date": "2026-09-12", "theme": "PHENO", "opened_at": "06:10", "duration_min": 330, "open_nets": ["1", "2", "7"],
}  # fmt: skip
BIRD = {
    "action": "B", "ring": "8680042", "ring_scheme": "FRP", "ring_key": "FRP8680042", "species": "ACRSCI",
    "hour": "07:30", "net": "7", "sex": "?", "age": "1A",
}  # fmt: skip
CONTROL = {**BIRD, "action": "C", "condition": "8", "circumstances": "20"}


def said(values: Values, session: Values = SESSION, **known: Any) -> dict[str, str]:
    """Return the sentences of the warnings and notices by their code."""
    protocol = protocols.by_code(CODE)
    context = Context(values, parents={"visit": session}, known=known)
    found = checking.problems(protocol, OBSERVATION, context)
    assert all(problem.severity in {Severity.WARNING, Severity.NOTICE} for problem in found)
    return {problem.code: checking.words(problem, protocol, OBSERVATION) for problem in found}


def string(size: str = "O", fate: str = "", state: str = "open") -> Stock:
    values = {"scheme": "FRP", "size": size, "first": "8680001", "last": "8680100", "state": state}
    record = make_record(CODE, RING_STRING, values, None)
    fates = {}
    if fate:
        noted = {"ring": "8680042", "ring_key": "FRP8680042", "fate": fate}
        fates = {"FRP8680042": make_record(CODE, RING_FATE, noted, record.uid)}
    return Stock(record, read_span("8680001", "8680100"), {}, fates)


def life(*events: Event) -> Life:
    ring = Ring("FRP", "8680042")
    return Life(ring, (ring,), events)


def test_a_usual_capture_has_nothing_to_say() -> None:
    assert said(BIRD, usual=LISTED, stock=string(), stocks=[string()], life=life()) == {}
    assert said(CONTROL) == {}


def test_only_no_ring_and_no_species_block() -> None:
    protocol = protocols.by_code(CODE)
    found = checking.problems(protocol, OBSERVATION, Context({}))
    assert {problem.code for problem in found if problem.severity is Severity.BLOCKING} == {"no_ring", "no_species"}
    assert not any(problem.severity is Severity.INCOMPLETE for problem in found)
    blocking = {rule for rule in rules_capture.RULES if not is_advice(rule)}
    assert blocking == {rules_capture.ring_or_reason, rules_capture.some_species}


def test_a_bird_without_ring_asks_only_for_the_reason() -> None:
    bare = {"action": "SANS", "species": "ACRSCI", "hour": "07:30"}
    assert said(bare) == {"no_reason": "Sans bague : dites pourquoi dans le mémo."}
    assert said({**bare, "comments": "échappé"}) == {}


@pytest.mark.parametrize(
    ("ring", "code"),
    [
        ("868004", "ring_short"),
        ("8680042", None),
        ("SC126903", None),
        ("1234E56", "ring_with_e"),
        ("EA12345", None),
        ("86-0042", "ring_partial"),
    ],
)
def test_numbers_that_the_crbpo_would_drop_are_said(ring: str, code: str | None) -> None:
    found = said({**BIRD, "ring": ring, "ring_key": f"FRP{ring}"})
    assert [*found] == ([code] if code else [])


def test_a_new_ring_of_no_string_is_said_only_where_strings_are_kept() -> None:
    assert said({**BIRD, "ring_key": "FRP5550001"}, stocks=[string()]) == {
        "no_string": "Bague 5550001 d’aucune série d’ici : relisez le numéro, ou ajoutez la série au stock."
    }
    assert said(BIRD, stocks=[string()]) == {}
    assert said(BIRD, stocks=[], stock=None) == {}
    assert said(BIRD) == {}


def test_an_unknown_ring_of_paris_is_doubted_at_a_control() -> None:
    other = {**CONTROL, "ring_key": "FRP5550001"}
    assert [*said(other, stocks=[string()], life=life())] == ["ring_unknown_here"]
    known = life(Event("u", "2025-01-01", "", {"species": "ACRSCI", "ring_key": "FRP5550001"}))
    assert "ring_unknown_here" not in said(other, stocks=[string()], life=known)
    foreign = {**CONTROL, "ring_scheme": "NLA", "ring_key": "NLAAB1234"}
    assert [*said(foreign, stocks=[string()], life=life())] == ["foreign_ring"]


@pytest.mark.parametrize(
    ("fate", "word"),
    [("lost", "perdue"), ("destroyed", "détruite"), ("replaced", "remplacée"), ("returned", "rendue"), ("later", "")],
)
def test_a_ring_that_was_written_off_is_doubted(fate: str, word: str) -> None:
    found = said(BIRD, stock=string(fate=fate))
    assert found == (
        {"ring_written_off": f"Bague 8680042 notée {word} : relisez le numéro, ou corrigez le stock."} if word else {}
    )
    assert said(CONTROL, stock=string(fate=fate)) == {}


def test_a_ring_of_a_string_that_is_not_open_is_doubted() -> None:
    assert [*said(BIRD, stock=string(state="received"))] == ["string_not_open"]
    assert said(BIRD, stock=string(state="finished")) == {}


def test_a_string_that_runs_out_is_told_once_and_asks_for_nothing() -> None:
    stock = string()
    stock.record.data["last"] = "8680042"
    stock = Stock(stock.record, read_span("8680001", "8680042"))
    told = {}
    for number in range(1, 43):
        ring = f"86800{number:02}"
        values = {**BIRD, "ring": ring, "ring_key": f"FRP{ring}"}
        told[number] = set(said(values, stock=stock))
        stock.saved(make_record(CODE, OBSERVATION, values, "visit"))
    # One ring in ten of 42 is four: the 38th leaves so many.
    assert {number: codes for number, codes in told.items() if codes} == {
        38: {"string_nearly_empty"}, 42: {"string_last_ring"},
    }  # fmt: skip


def test_a_string_that_runs_out_is_a_notice() -> None:
    stock = Stock(string().record, read_span("8680042", "8680042"))
    context = Context(BIRD, parents={"visit": SESSION}, known={"stock": stock})
    (found,) = checking.problems(protocols.by_code(CODE), OBSERVATION, context)
    assert (found.code, found.severity) == ("string_last_ring", Severity.NOTICE)
    assert said(CONTROL, stock=stock) == {}


def test_an_unusual_size_is_said_for_new_rings_of_paris_only() -> None:
    thrush = {**BIRD, "species": "TURPHI"}
    assert said(thrush, usual=LISTED, stock=string("O"))["unusual_size"] == (
        "Bague O sur Grive musicienne, d’habitude L : vérifiez la bague et l’espèce."
    )
    assert said({**thrush, "ring_size": "O"}, usual=LISTED).keys() == {"unusual_size"}
    assert said(thrush, usual=LISTED, stock=string("L")) == {}
    assert "unusual_size" not in said({**thrush, "action": "C"}, usual=LISTED, stock=string("O"))
    foreign = {**thrush, "ring_scheme": "BLB", "ring_key": "BLB123A", "ring_size": "O"}
    assert [*said(foreign, usual=LISTED)] == ["foreign_ringed"]
    sparrowhawk = {**BIRD, "species": "ACCNIS", "sex": "F"}
    assert said(sparrowhawk, usual=LISTED, stock=string("F")) == {}
    assert "unusual_size" in said({**sparrowhawk, "sex": "M"}, usual=LISTED, stock=string("F"))


def test_a_foreign_ring_is_named_with_scheme_and_country() -> None:
    foreign = {**CONTROL, "ring_scheme": "NLA", "ring_key": "NLAAB1234"}
    assert said(foreign) == {
        "foreign_ring": "Bague étrangère, NLA Arnhem, Pays-Bas : lisez tout le numéro et photographiez la bague."
    }


def test_contradictions_with_the_life_are_part_of_the_check() -> None:
    known = life(Event("u", "2025-05-01", "", {"species": "ACRSCI", "sex": "F", "ring_key": "FRP8680042"}))
    assert "sex_differs" in said({**CONTROL, "sex": "M"}, life=known)


def test_unknown_birds_and_codes_are_told() -> None:
    assert [*said({**BIRD, "species": "SPESPE"})] == ["species_unknown"]
    assert [*said({**BIRD, "species": "ABCDEF"})] == ["species_unlisted"]


def test_measures_outside_the_range_are_said_with_its_source() -> None:
    group = ("ACRSCI", "1A", "?")
    from fieldapp.protocols.banding.lists import group_of

    own = Usual(wings={(group_of("ACRSCI"), *group[1:]): Range(62, 70.5, "own", 212)})
    assert said({**BIRD, "wing_mm": 71.0}, usual=own)["unusual_wing"] == (
        "Aile 71 mm, d’habitude 62 à 70,5 mm (fourchette de l’association, 212 oiseaux) : mesurez encore."
    )
    assert "fourchette de la liste" in said({**BIRD, "mass_g": 112.0}, usual=own)["unusual_mass"]
    assert said({**BIRD, "wing_mm": 62.0, "mass_g": 11.3}, usual=own) == {}
    assert said({**BIRD, "wing_mm": 710.0}) == {}  # nothing is known of what is usual
    assert said({**BIRD, "age": "PUL", "wing_mm": 3.0}, usual=biometry.LISTED) == {}


@pytest.mark.parametrize(
    ("net", "code"),
    [("7", None), ("3", "net_not_open"), ("999", "net_number"), ("-999", "net_number"), ("101", "net_number")],
)
def test_nets_that_are_not_open_are_said(net: str, code: str | None) -> None:
    found = said({**BIRD, "net": net})
    assert [*found] == ([code] if code else [])


def test_the_open_nets_are_named_and_a_session_without_them_says_nothing() -> None:
    assert said({**BIRD, "net": "3"})["net_not_open"] == ("Filet 3 : il n’est pas parmi les filets ouverts (1, 2, 7).")
    assert said({**BIRD, "net": "3"}, {**SESSION, "open_nets": []}) == {}
    many = [str(number) for number in range(1, 21)]
    assert "(1, 2, 3, 4, 5, 6, 7, 8…)" in said({**BIRD, "net": "33"}, {**SESSION, "open_nets": many})["net_not_open"]


@pytest.mark.parametrize(
    ("hour", "code"),
    [
        ("06:10", None),
        ("11:40", None),
        ("12:40", None),  # the last birds, an hour after the nets were closed at 11:40
        ("12:41", "after_closing"),
        ("06:00", "before_opening"),
        ("00:06", "hour_of_spreadsheet"),
        ("18:30", "after_closing"),
    ],
)
def test_hours_outside_the_session_are_said(hour: str, code: str | None) -> None:
    found = said({**BIRD, "hour": hour})
    assert [*found] == ([code] if code else [])


def test_the_hour_of_a_spreadsheet_comes_with_the_likely_one() -> None:
    assert said({**BIRD, "hour": "00:06"})["hour_of_spreadsheet"].startswith("00:06 : est-ce 06:00 ?")
    assert said({**BIRD, "hour": "00:06"}, {"theme": "STOC"}).keys() == {"hour_of_spreadsheet"}


def test_a_night_session_goes_on_after_midnight() -> None:
    night = {**SESSION, "opened_at": "22:00", "duration_min": 240}
    assert said({**BIRD, "hour": "00:06"}, night) == {}
    assert said({**BIRD, "hour": "01:59"}, night) == {}
    assert "before_opening" in said({**BIRD, "hour": "20:00"}, night)


def test_without_a_duration_an_hour_before_the_opening_is_still_said() -> None:
    session = {key: value for key, value in SESSION.items() if key != "duration_min"}
    assert [*said({**BIRD, "hour": "05:00"}, session)] == ["before_opening"]
    assert said({**BIRD, "hour": "12:00"}, session) == {}


def test_what_the_crbpo_asks_of_every_row_is_told() -> None:
    lacking = {key: value for key, value in CONTROL.items() if key not in {"hour", "condition"}}
    assert said(lacking, {}).keys() == {"no_hour", "no_theme", "no_condition"}
    assert said({**BIRD, "theme": "GIBIER"}, {}) == {}

"""Contradictions between a capture and the other captures of its bird, in the words that people read."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.record import Record
from fieldapp.core.schema import Severity, Values
from fieldapp.protocols.banding import life_checks
from fieldapp.protocols.banding.life import Event, Life, Point, position_of
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.schema import CODE, OBSERVATION
from tests.protocols.banding.birds import AVION, DOURGES

RING = Ring("FRP", "8680017")
NOW = {"action": "C", "ring_key": RING.key, "species": "ACRSCI"}


def record(entity: str, values: Values) -> Record:
    return Record(entity, CODE, entity, None, dict(values))


def before(on: str | None, *, place: Values = AVION, hour: str = "", **values: Any) -> Event:
    filled = {"action": "C", "ring_key": RING.key, "species": "ACRSCI", **values}
    return Event("u", on, hour, filled, record("visit", {"date": on}), None, record("sites_group", place))


def said(*events: Event, on: str | None = "2026-09-12", place: Values = AVION, **values: Any) -> dict[str, str]:
    """Return the sentences on today's capture by their code."""
    session = {"date": on} if on else {}
    protocol = protocols.by_code(CODE)
    point: Point | None = position_of({}, place)
    life = Life(RING, (RING,), events)
    found = life_checks.contradictions(life, {**NOW, **values}, session, place, point, today=date(2026, 9, 12))
    return {problem.code: checking.words(problem, protocol, OBSERVATION) for problem in found}


def severity(code: str, *events: Event, **values: Any) -> Severity:
    life = Life(RING, (RING,), events)
    found = life_checks.contradictions(life, {**NOW, **values}, {"date": "2026-09-12"}, AVION, None)
    return next(problem.severity for problem in found if problem.code == code)


def test_a_bird_never_seen_and_one_that_fits_contradict_nothing() -> None:
    assert said() == {}
    assert said(before("2025-05-19", action="B", sex="F", age="1A"), sex="F", age="2A") == {}


def test_another_species_is_said_with_both_names() -> None:
    assert said(before("2024-08-03", species="ACRRIS"), species="ACRSCI") == {
        "other_species": "Rousserolle verderolle le 03/08/2024, Rousserolle effarvatte aujourd’hui : "
        "relisez la bague, vérifiez l’espèce."
    }


@pytest.mark.parametrize(
    ("one", "other"), [("EMBSCH", "EMBSCHSCH"), ("TACLIS", "TACRUF"), ("ACRSCI", "SPESPE"), ("SPESPE", "ACRSCI")]
)
def test_subspecies_older_codes_and_undetermined_birds_are_no_other_species(one: str, other: str) -> None:
    assert "other_species" not in said(before("2024-08-03", species=one), species=other)


def test_another_sex_is_said_with_the_years_of_the_former_one() -> None:
    events = before("2025-05-19", sex="F"), before("2026-06-21", sex="F")
    assert said(*events, sex="M") == {
        "sex_differs": "Femelle en 2025 et 2026, mâle aujourd’hui : vérifiez le sexe et la bague."
    }
    assert said(*events, sex="M?")["sex_differs"].startswith("Femelle en 2025 et 2026, mâle probable aujourd’hui")
    assert severity("sex_differs", *events, sex="M") is Severity.WARNING


def test_a_sex_that_most_of_the_past_agrees_with_is_not_doubted() -> None:
    events = before("2023-05-19", sex="M"), before("2024-05-19", sex="F"), before("2025-05-19", sex="F")
    assert said(*events, sex="F") == {}
    assert said(*events, sex="M")["sex_differs"].startswith("Femelle en 2024 et 2025, mâle")
    assert said(*events[:2], sex="F")["sex_differs"].startswith("Mâle en 2023, femelle")
    assert said(*events, sex="?")["sex_known"].startswith("Femelle en 2024 et 2025")


def test_a_capture_of_another_day_is_dated_and_not_called_today() -> None:
    event = before("2025-05-19", sex="F", species="ACRRIS")
    found = said(event, on="2026-06-01", sex="M")
    assert found["sex_differs"].startswith("Femelle en 2025, mâle le 01/06/2026 :")
    assert "Rousserolle effarvatte le 01/06/2026" in found["other_species"]


@pytest.mark.parametrize("today", ["?", None, "F?"])
def test_a_sex_that_was_known_may_be_taken_over(today: str | None) -> None:
    values: dict[str, Any] = {"sex": today} if today else {}
    events = before("2025-05-19", sex="F"), before("2026-06-21", sex="F"), before("2026-07-01", sex="?")
    word = "femelle probable" if today == "F?" else "sexe inconnu"
    assert said(*events, **values) == {"sex_known": f"Femelle en 2025 et 2026, {word} aujourd’hui."}
    life = Life(RING, (RING,), events)
    problem = next(life_checks.contradictions(life, {**NOW, **values}, {}, {}, None))
    assert (problem.params["value"], problem.field, problem.severity) == ("F", "sex", Severity.NOTICE)


def test_three_years_and_no_year_are_said_in_words() -> None:
    events = [before(f"{year}-05-01", sex="M") for year in (2021, 2022, 2023)]
    assert said(*events, sex="F")["sex_differs"].startswith("Mâle en 2021, 2022 et 2023, femelle")
    assert said(before(None, sex="M"), sex="F")["sex_differs"].startswith("Mâle avant, femelle")


def test_sexes_that_differed_as_often_as_not_are_not_taken_over() -> None:
    assert said(before("2024-05-01", sex="F"), before("2025-05-01", sex="M"), sex="?") == {}


@pytest.mark.parametrize(
    ("then", "age", "on", "now", "code", "sentence"),
    [
        ("2025-08-01", "1A", "2026-05-01", "1A", "age_too_young", "1A en 2026, mais déjà capturé en 2025"),
        ("2025-08-01", "VOL", "2026-05-01", "1A", "age_too_young", "1A en 2026, mais déjà capturé en 2025"),
        ("2025-08-01", "", "2027-05-01", "2A", "age_too_young", "2A en 2027, mais déjà capturé en 2025"),
        ("2025-08-01", "+1A", "2026-05-01", "2A", "age_younger", "+1A en 2025, 2A en 2026 : plus jeune qu’avant"),
        ("2025-08-01", "+2A", "2025-09-01", "2A", "age_differs", "+2A le 01/08/2025, 2A la même année"),
        ("2025-08-01", "+1A", "2025-09-01", "1A", "age_differs", "+1A le 01/08/2025, 1A la même année"),
        ("2025-08-01", "1A", "2026-05-01", "+2A", "age_older", "1A en 2025, donc 2A en 2026, pas +2A"),
        ("2025-08-01", "1A", "2025-09-01", "+1A", "age_differs", "1A le 01/08/2025, +1A la même année"),
        ("2025-08-01", "2A", "2027-05-01", "3A", "age_younger", "2A en 2025, 3A en 2027 : plus jeune"),
        ("2025-08-01", "1A", "2023-05-01", "VOL", "age_too_young", "1A en 2025, mais déjà capturé en 2023"),
        ("2025-08-01", "1A", "2026-05-01", "+1A", "age_expected", "1A en 2025 : il est 2A cette année."),
        ("2025-08-01", "PUL", "2026-05-01", "VOL", "age_expected", "PUL en 2025 : il est 2A cette année."),
    ],
)
def test_ages_that_do_not_fit_are_said(then: str, age: str, on: str, now: str, code: str, sentence: str) -> None:
    found = said(before(then, age=age), on=on, age=now)
    assert [*found] == [code]
    assert found[code].startswith(sentence)


@pytest.mark.parametrize(
    ("then", "age", "on", "now"),
    [
        ("2025-08-01", "1A", "2026-05-01", "2A"),
        ("2025-08-01", "1A", "2027-05-01", "+1A"),
        ("2025-08-01", "+1A", "2026-05-01", "+2A"),
        ("2025-08-01", "+1A", "2026-05-01", "+1A"),
        ("2025-08-01", "2A", "2026-05-01", "+2A"),
        ("2025-08-01", "PUL", "2025-09-01", "1A"),
        ("2025-08-01", "1A", "2026-05-01", "1A?"),
        ("2025-08-01", "1A", "2025-09-01", "VOL"),
        ("2025-08-01", "???", "2026-05-01", "+1A"),
    ],
)
def test_ages_that_fit_are_not_mentioned(then: str, age: str, on: str, now: str) -> None:
    found = said(before(then, age=age), on=on, age=now)
    assert found.keys() <= {"age_expected"}
    assert "age_expected" not in found or now == "1A?"


@given(
    birth=st.integers(2015, 2020),
    years=st.lists(st.integers(2020, 2026), min_size=1, max_size=5),
    vague=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_a_bird_aged_rightly_all_its_life_is_never_doubted(birth: int, years: list[int], vague: list[bool]) -> None:
    def age(year: int, is_vague: bool) -> str:
        old = year - birth + 1
        return f"+{old - 1}A" if is_vague and old > 1 else f"{old}A"

    events = [
        before(f"{year}-05-{day:02}", age=age(year, vague[day])) for day, year in enumerate(sorted(years), start=1)
    ]
    found = said(*events, on="2026-09-12", age=age(2026, vague[0]))
    assert found.keys() <= {"age_expected"}


def test_a_chick_after_it_has_flown_is_doubted() -> None:
    found = said(before("2026-06-01", age="1A"), age="PUL")
    assert found == {"chick_after": "Poussin, mais déjà 1A le 01/06/2026 : vérifiez l’âge et la bague."}
    assert said(before("2026-06-01", age="PUL"), age="PUL") == {}


def test_a_dead_bird_is_not_caught_again() -> None:
    dead = before("2025-07-02", condition="2", action="R")
    assert said(dead) == {"dead_before": "Noté mort le 02/07/2025 : relisez la bague, ou corrigez l’ancienne capture."}
    assert said(before("2025-07-02", condition="8")) == {}
    assert said(before("2026-10-01"), condition="1") == {
        "seen_after_death": "Noté mort, mais capturé vivant le 01/10/2026 : relisez la bague."
    }


def test_a_bird_that_died_later_on_the_day_it_was_ringed_is_no_contradiction() -> None:
    ringed = before("2026-09-12", hour="07:30", action="B")
    died = before("2026-09-12", hour="09:00", condition="2")
    assert "dead_before" not in said(died, hour="07:30")
    assert "dead_before" in said(died, hour="10:00")
    assert [*said(ringed, hour="09:00", condition="2")] == ["same_day_at"]


def test_a_second_capture_on_the_day_is_told_with_its_hour() -> None:
    assert said(before("2026-09-12", hour="07:30")) == {"same_day_at": "Déjà capturé ce même jour à 07:30."}
    assert said(before("2026-09-12")) == {"same_day": "Déjà capturé ce même jour."}
    assert said(before("2026-09-12", hour="11:00"), hour="07:30") == {
        "same_day_later": "Capturé de nouveau ce même jour à 11:00."
    }
    morning = [before("2026-09-12", hour=hour) for hour in ("06:30", "07:30", "11:00")]
    assert said(*morning, hour="09:00") == {"same_day_at": "Déjà capturé ce même jour à 07:30."}
    assert severity("same_day", before("2026-09-12")) is Severity.NOTICE


def test_two_places_on_one_day_are_doubted_with_their_distance() -> None:
    # 11.8 km: see the flat-earth figure in test_life.
    assert said(before("2026-09-12", place=DOURGES)) == {
        "other_place_far": "Capturé le même jour à 12 km, Bac à schlamms, DOURGES : relisez la bague."
    }
    nowhere = {"place_name": "Étang", "commune": "LENS"}
    assert said(before("2026-09-12", place=nowhere)) == {
        "other_place": "Capturé le même jour ailleurs, Étang, LENS : relisez la bague."
    }
    beside = {**AVION, "place_name": "Marais nord", "latitude": 50.406}
    assert [*said(before("2026-09-12", place=beside))] == ["same_day"]


def test_a_ring_put_on_twice_is_said_with_the_first_time() -> None:
    ringed = before("2025-05-12", action="B", species="ACRRIS")
    found = said(ringed, action="B")
    assert found["ringed_twice"] == (
        "Bague déjà posée le 12/05/2025 (Rousserolle verderolle) : c’est un contrôle, ou le numéro est à relire."
    )
    assert "other_species" in found
    assert [*said(before("2025-05-12"), action="B")] == ["ring_read_before"]
    assert [*said(before(None), action="B")] == ["ring_read_before"]
    assert said(before("2026-10-12"), action="B") == {}  # a control after the ringing
    assert "ringed_twice" not in said(ringed, action="C", species="ACRRIS")


def test_a_new_ring_that_replaces_an_old_one_is_not_put_on_twice() -> None:
    old = before("2025-05-12", action="B", ring_key="FRP5631847")
    assert said(old, action="B", replaced_ring_key="FRP5631847") == {}


def test_without_a_date_only_what_needs_none_is_compared() -> None:
    event = before("2025-05-12", sex="M", age="1A", condition="2")
    assert [*said(event, on=None, sex="F", age="1A")] == ["sex_differs"]

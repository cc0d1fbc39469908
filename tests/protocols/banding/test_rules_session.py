"""The rules of a session, in the words that people read."""

from datetime import date
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.schema import Context, Problem, Severity, Values
from fieldapp.protocols.banding.schema import CODE, VISIT

SESSION = {
    "date": "2026-05-18", "theme": "STOC", "opened_at": "06:00", "duration_min": 360, "open_nets": ["1", "2", "3"],
    "net_m": 36.0, "holder": "h",
}  # fmt: skip
NETS = [{"net": str(number), "length_m": 12} for number in (1, 2, 3)]


def found(values: Values, **about: Any) -> list[Problem]:
    context = Context({**SESSION, **values}, **{"today": date(2026, 6, 1), **about})
    return checking.problems(protocols.by_code(CODE), VISIT, context)


def said(values: Values, **about: Any) -> dict[str, str]:
    return {problem.code: checking.words(problem, protocols.by_code(CODE), VISIT) for problem in found(values, **about)}


def test_a_usual_session_has_nothing_to_say() -> None:
    assert said({}, siblings=NETS, parents={"site": {"usual_net_m": 36}}, children=[{"species": "ACRSCI"}]) == {}


def test_a_session_without_a_date_is_refused_and_what_it_must_have_is_asked_for() -> None:
    problems = checking.problems(protocols.by_code(CODE), VISIT, Context({}))
    assert {problem.code for problem in problems if problem.severity is Severity.BLOCKING} == {"no_date"}
    asked = {problem.field for problem in problems if problem.code == "missing"}
    assert asked == {"date", "theme", "opened_at", "duration_min", "open_nets", "net_m", "holder"}


def test_a_date_in_the_future_is_said() -> None:
    assert [*said({"date": "2026-06-02"})] == ["session_in_future"]
    assert said({"date": "2026-06-01"}) == {}


def test_a_second_session_of_the_day_is_said_when_it_opens_at_the_same_hour() -> None:
    same = {"date": "2026-05-18", "opened_at": "06:00"}
    assert said({}, siblings=[same]) == {
        "session_twice": "Ce dispositif a déjà une séance le 18/05/2026 à la même heure : complétez-la plutôt."
    }
    assert said({}, siblings=[{**same, "opened_at": "18:00"}]) == {}


@pytest.mark.parametrize(
    ("minutes", "code"),
    [(29, "duration_short"), (30, None), (510, None), (511, "duration_long"), (0, "duration_short")],
)
def test_durations_that_are_hours_of_closing_or_slips_are_said(minutes: int, code: str | None) -> None:
    # Source of the limits: banding.md §1.4, "> 8 h 30" and "< 30 min".
    assert [*said({"duration_min": minutes})] == ([code] if code else [])


def test_an_hour_of_closing_typed_as_duration_is_shown_as_it_would_be() -> None:
    assert said({"duration_min": 12 * 60 + 5})["duration_long"] == (
        "12 h 05 de filet : est-ce l’heure de fin ? Il faut la durée."
    )


def test_open_nets_that_the_net_set_does_not_have_are_said() -> None:
    assert said({"open_nets": ["1", "2", "3", "8"]}, siblings=NETS)["nets_unknown"].startswith(
        "Filets inconnus de ce dispositif : 8."
    )


def test_a_stoc_station_opens_all_its_nets() -> None:
    closed = {"open_nets": ["1", "2"], "net_m": 24.0}
    assert said(closed, siblings=NETS) == {
        "nets_closed": "Filets habituels restés fermés : 3. Le STOC les veut tous, à chaque séance."
    }
    assert said({**closed, "theme": "PHENO"}, siblings=NETS) == {}


def test_metres_that_are_not_the_sum_of_the_open_nets_are_said() -> None:
    assert said({"net_m": 3.0}, siblings=NETS) == {
        "metres_not_sum": "3 m notés, mais les 3 filets ouverts font 36 m : corrigez l’un ou l’autre."
    }
    assert said({"net_m": 36.4}, siblings=NETS).keys() <= {"metres_odd"}


def test_metres_other_than_the_usual_ones_of_the_station_are_said() -> None:
    assert said({}, parents={"site": {"usual_net_m": 120}}) == {
        "metres_unusual": "36 m de filet, 120 m d’habitude : vérifiez les mètres et les filets ouverts."
    }


@pytest.mark.parametrize(
    ("theme", "metres", "nets", "is_odd"),
    [
        # Source: banding.md §1.4, "FS 3 for 36 / 612 / 34"; §1.1: ACROLA in units of 36 m, STOC nets of 12 m.
        ("PHENO", 3.0, 3, True),
        ("PHENO", 612.0, 50, True),
        ("PHENO", 612.0, 3, True),
        ("ACROLA", 34.0, 3, True),
        ("ACROLA", 36.0, 3, False),
        ("ACROLA", 48.0, 4, True),
        ("STOC", 34.0, 3, True),
        ("STOC-ROZO", 120.0, 10, False),
        ("PHENO", 240.0, 20, False),
        ("PHENO", 34.0, 3, False),
        ("PHENO", 36.0, 1, True),
        ("PHENO", 0.0, 0, True),
    ],
)
def test_metres_that_can_hardly_be_are_said(theme: str, metres: float, nets: int, is_odd: bool) -> None:
    opened = [str(number) for number in range(nets)]
    assert ("metres_odd" in said({"theme": theme, "net_m": metres, "open_nets": opened})) is is_odd


def test_a_theme_outside_the_list_is_told_and_nothing_more() -> None:
    problems = found({"theme": "PP Gorgebleue"})
    assert [(problem.code, problem.severity) for problem in problems] == [("theme_unlisted", Severity.NOTICE)]
    assert said({"theme": "voie"}) == {}


def test_captures_in_a_blank_session_are_said() -> None:
    assert said({"no_birds": True}) == {}
    assert said({"no_birds": True}, children=[{}, {}]) == {
        "birds_in_blank": "Séance bredouille, mais 2 captures : décochez « Bredouille » ou effacez-les."
    }


def test_a_closed_session_says_whether_birds_were_caught() -> None:
    assert [(one.code, one.severity) for one in found({"closed": True})] == [("birds_or_blank", Severity.INCOMPLETE)]
    assert found({"closed": True, "no_birds": True}) == []
    assert found({"closed": True}, children=[{}]) == []

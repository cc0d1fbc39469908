"""The rules of one morning, in the words that people read."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core import checking
from fieldapp.core.schema import Context, Severity, Values
from fieldapp.protocols.pitfall_barrier import campaign, lists
from fieldapp.protocols.pitfall_barrier.protocol import PROTOCOL
from fieldapp.protocols.pitfall_barrier.schema import VISIT

MORNING = {
    "check_on": "2026-03-18", "state": "checked", "observers": ["p"], "night_min_c": 4.5, "night_max_c": 9.0,
    "rain_mm": 3.2,
}  # fmt: skip
TOAD = {"bucket": "3", "cd_nom": 259, "count": 2, "direction": "in", "vitality": "alive"}
BUCKETS = [{"bucket": "1", "side": "outside"}, {"bucket": "2", "side": "outside"}]
SPRINGS = [
    {"opened_on": "2025-02-01", "closed_on": "2025-06-15"},
    {"opened_on": "2026-02-01", "closed_on": "2026-06-15"},
]
BLOCKING, WARNING, INCOMPLETE, NOTICE = Severity.BLOCKING, Severity.WARNING, Severity.INCOMPLETE, Severity.NOTICE


def said(changes: Values, **about: Any) -> dict[str, tuple[Severity, str]]:
    usual: dict[str, Any] = {"children": [TOAD], "today": date(2026, 11, 20)}
    context = Context({**MORNING, **changes}, **{**usual, **about})
    found = checking.problems(PROTOCOL, VISIT, context)
    return {problem.code: (problem.severity, checking.words(problem, PROTOCOL, VISIT)) for problem in found}


def test_a_usual_morning_has_nothing_to_say_with_and_without_what_is_known_of_the_barrier() -> None:
    assert said({}) == {}
    assert said({}, known={"campaigns": SPRINGS, "buckets": BUCKETS, "visits_of_day": []}) == {}
    assert said({}, siblings=[*SPRINGS, *BUCKETS, {"check_on": "2026-03-17", "state": "empty"}]) == {}


@pytest.mark.parametrize("day", ["2026-03-19", "2102-03-18"])
def test_a_morning_that_has_not_come_is_refused(day: str) -> None:
    severity, words = said({"check_on": day}, today=date(2026, 3, 18))["check_in_future"]
    assert severity is BLOCKING
    assert f"{day[8:]}/{day[5:7]}/{day[:4]} est dans l’avenir" in words
    assert said({}, today=date(2026, 3, 18)) == {}


# --------------------------------------------------------------------------------------------- campaign


@pytest.mark.parametrize("where", ["siblings", "known"])
def test_a_morning_outside_the_campaigns_is_refused_with_the_days_of_the_nearest(where: str) -> None:
    about: dict[str, Any] = {"siblings": SPRINGS} if where == "siblings" else {"known": {"campaigns": SPRINGS}}
    assert said({"check_on": "2026-06-16"}, **about) == {
        "out_of_campaign": (
            BLOCKING,
            "Le 16/06/2026 est hors campagne (du 1er février au 15 juin 2026) : "
            "vérifiez la date, ou prolongez la campagne.",
        )
    }
    assert "15 juin 2025" in said({"check_on": "2025-07-01"}, **about)["out_of_campaign"][1]
    assert said({"check_on": "2026-06-15"}, **about) == {}


def test_a_barrier_without_a_campaign_is_asked_for_one_and_nothing_is_lost() -> None:
    for none in ([], [{"opened_on": "2026-02-01"}]):
        assert said({}, known={"campaigns": none}) == {
            "no_campaign": (
                INCOMPLETE,
                "Cette barrière n’a pas de campagne : notez son premier et son dernier matin.",
            )
        }


def test_the_nearest_campaign_is_the_one_whose_end_or_beginning_is_the_fewest_days_away() -> None:
    long, short = (
        {"opened_on": one, "closed_on": other}
        for one, other in (("2024-01-01", "2024-09-30"), ("2025-01-01", "2025-01-10"))
    )
    for day, year in (("2024-10-05", "2024"), ("2024-12-30", "2025")):
        about = {"campaigns": [long, short]}
        assert f" {year})" in said({"check_on": day}, known=about)["out_of_campaign"][1]


@given(st.dates(date(2024, 1, 1), date(2026, 10, 1)))
def test_a_morning_is_refused_exactly_when_no_campaign_holds_it(day: date) -> None:
    inside = any(campaign.holds(spring, day.isoformat()) for spring in SPRINGS)
    assert ("out_of_campaign" in said({"check_on": day.isoformat()}, known={"campaigns": SPRINGS})) is not inside


@pytest.mark.parametrize("where", ["siblings", "known"])
def test_a_second_check_on_one_morning_is_refused(where: str) -> None:
    other = {"check_on": "2026-03-18", "state": "missed"}
    about: dict[str, Any] = {"siblings": [other]} if where == "siblings" else {"known": {"visits_of_day": [other]}}
    assert said({}, **about) == {
        "two_checks": (
            BLOCKING,
            "Le matin du 18/03/2026 est déjà noté : complétez-le plutôt que d’en faire un second.",
        )
    }


# ------------------------------------------------------------------------------------------------ state


def test_catches_on_a_morning_not_looked_into_or_found_empty_are_refused() -> None:
    missed = {"state": "missed", "reason": "frozen"}
    assert said(missed, children=[TOAD, TOAD]) == {
        "missed_with_catches": (
            BLOCKING,
            "« Non relevé », mais des prises sont notées (2) : effacez-les, ou mettez « relevé ».",
        )
    }
    assert said({"state": "empty"})["empty_with_catches"][0] is BLOCKING
    assert said(missed, children=[]) == {}
    assert said({"state": "empty"}, children=[]) == {}


def test_a_morning_with_animals_says_which_or_stays_a_draft() -> None:
    assert said({}, children=[]) == {
        "catches_or_empty": (
            INCOMPLETE,
            "Rien dans les seaux ? Mettez « relevé, vide », sinon notez les prises.",
        )
    }


def test_why_nobody_went_is_asked_for_but_never_demanded() -> None:
    missed = {"state": "missed"}
    assert said(missed, children=[])["why_missed"][0] is NOTICE
    assert said({**missed, "reason": "other"}, children=[])["which_reason"][0] is NOTICE
    assert said({**missed, "reason": "other", "comments": "grève"}, children=[]) == {}
    for reason in lists.choices("REASON"):
        found = said({**missed, "reason": reason.code}, children=[])
        assert not any(severity in {BLOCKING, INCOMPLETE, WARNING} for severity, _words in found.values())


# ---------------------------------------------------------------------------------------------- weather


def test_a_temperature_of_71_is_refused_in_words() -> None:
    assert said({"night_max_c": 71.0}) == {
        "too_large": (BLOCKING, "Maximum de la nuit : 71 est trop grand, au plus 45.")
    }


def test_a_minimum_above_the_maximum_is_a_warning() -> None:
    assert said({"night_min_c": 9.5}) == {
        "min_above_max": (WARNING, "Minimum 9,5 °C, maximum 9 °C : échangez les deux, ou vérifiez.")
    }
    assert said({"night_min_c": 9.0}) == {}
    assert set(said({"night_min_c": 71.0})) == {"too_large"}


@pytest.mark.parametrize(("rain", "asked"), [(100, False), (100.5, True), (840, True)])
def test_rain_of_more_than_a_hundred_millimetres_is_asked_about(rain: float, asked: bool) -> None:
    assert [*said({"rain_mm": rain})] == (["much_rain"] if asked else [])


# ---------------------------------------------------------------------------------------------- buckets


def test_closed_buckets_that_the_barrier_does_not_have_are_refused() -> None:
    assert said({"closed_buckets": ["2", "14", "x"]}, known={"buckets": BUCKETS}) == {
        "closed_unknown": (BLOCKING, "Seaux fermés inconnus de cette barrière : 14, x. Vérifiez les numéros.")
    }
    assert said({"closed_buckets": ["2"]}, siblings=BUCKETS) == {}
    assert said({"closed_buckets": ["14"]}) == {}


def test_a_look_into_buckets_that_were_all_closed_is_a_warning() -> None:
    assert said({"closed_buckets": ["1", "2"]}, known={"buckets": BUCKETS})["all_closed"][0] is WARNING
    later = [*BUCKETS, {"bucket": "3", "from_on": "2026-04-01"}]
    assert "all_closed" in said({"closed_buckets": ["1", "2"]}, known={"buckets": later})
    assert said({"closed_buckets": ["1", "2"]}, known={"buckets": [*BUCKETS, {"bucket": "3"}]}) == {}

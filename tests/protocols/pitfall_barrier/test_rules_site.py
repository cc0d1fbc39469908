"""The rules of barrier, buckets, campaigns and individuals, in the words that people read."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core import checking
from fieldapp.core.schema import Context, Severity, Values
from fieldapp.protocols.pitfall_barrier import rules_site
from fieldapp.protocols.pitfall_barrier.protocol import PROTOCOL

SITE = {"site_name": "Mare Jules Ferry", "commune": "Vimy", "longitude": 2.81, "latitude": 50.37, "length_m": 120}
SPRING = {"opened_on": "2026-02-01", "closed_on": "2026-06-15"}
TODAY = date(2026, 1, 20)
BLOCKING, WARNING = Severity.BLOCKING, Severity.WARNING


def said(entity: str, values: Values, **about: Any) -> dict[str, tuple[Severity, str]]:
    context = Context(values, **{"today": TODAY, **about})
    one = PROTOCOL.entity(entity)
    found = [problem for rule in PROTOCOL.rules[entity] for problem in rule(context)]
    return {problem.code: (problem.severity, checking.words(problem, PROTOCOL, one)) for problem in found}


# ---------------------------------------------------------------------------------------------- barrier


def test_a_usual_barrier_has_nothing_to_say() -> None:
    assert said("site", SITE, siblings=[{"site_name": "Mare Jules Ferry", "commune": "Lens"}]) == {}


def test_a_second_barrier_of_the_same_name_in_the_commune_is_a_warning() -> None:
    other = {"site_name": "mare jules ferry", "commune": "VIMY"}
    assert said("site", SITE, siblings=[other])["site_twice"][0] is WARNING


def test_swapped_longitude_and_latitude_block_and_a_place_abroad_is_a_warning() -> None:
    swapped = {**SITE, "longitude": 50.37, "latitude": 2.81}
    assert said("site", swapped) == {
        "position_swapped": (BLOCKING, "Longitude et latitude sont inversées : échangez les deux nombres.")
    }
    assert said("site", {**SITE, "longitude": 40.0})["position_abroad"][0] is WARNING


@pytest.mark.parametrize("name", ["longitude", "latitude"])
def test_half_a_position_is_not_judged(name: str) -> None:
    assert said("site", {"site_name": "Mare", "commune": "Vimy", name: 80.0}) == {}


# ---------------------------------------------------------------------------------------------- buckets


def test_a_number_is_borne_by_one_bucket_at_a_time() -> None:
    assert said("bucket", {"bucket": "3"}, siblings=[{"bucket": "3"}]) == {
        "bucket_twice": (BLOCKING, "Il y a déjà un seau 3 à ces dates : donnez-lui un autre numéro.")
    }
    gone = {"bucket": "3", "until_on": "2019-06-30"}
    assert said("bucket", {"bucket": "3", "from_on": "2019-07-01"}, siblings=[gone]) == {}
    assert "bucket_twice" in said("bucket", {"bucket": "3", "from_on": "2019-06-30"}, siblings=[gone])


@pytest.mark.parametrize(("own", "other"), [("3", "03"), ("3bis", "3 BIS"), ("A1", "a1")])
def test_a_number_that_only_looks_different_is_a_warning(own: str, other: str) -> None:
    assert said("bucket", {"bucket": own}, siblings=[{"bucket": other}])["bucket_alike"] == (
        WARNING,
        f"Le seau {own} ressemble au seau {other} : vérifiez que ce sont bien deux seaux.",
    )


def test_a_bucket_is_not_taken_away_before_it_was_set() -> None:
    reversed_days = {"bucket": "3", "from_on": "2026-03-02", "until_on": "2026-03-01"}
    assert said("bucket", reversed_days) == {
        "bucket_days_reversed": (
            BLOCKING,
            "En place du 02/03/2026 au 01/03/2026 : la fin est avant le début. Vérifiez les deux dates.",
        )
    }
    assert said("bucket", {**reversed_days, "until_on": "2026-03-02"}) == {}


def test_a_bucket_beyond_the_end_of_the_barrier_is_a_warning() -> None:
    assert said("bucket", {"bucket": "3", "position_m": 120.5}, parents={"site": SITE}) == {
        "bucket_beyond": (WARNING, "Seau à 120,5 m, barrière de 120 m : vérifiez l’un ou l’autre.")
    }
    assert said("bucket", {"bucket": "3", "position_m": 120}, parents={"site": SITE}) == {}


# -------------------------------------------------------------------------------------------- campaigns


def test_a_usual_campaign_has_nothing_to_say_though_it_ends_in_the_future() -> None:
    before = {"opened_on": "2025-02-01", "closed_on": "2026-01-31"}
    assert said("campaign", SPRING, known={"campaigns": [before]}) == {}


def test_a_campaign_does_not_close_before_it_opens() -> None:
    assert said("campaign", {**SPRING, "closed_on": "2026-01-31"}) == {
        "campaign_reversed": (
            BLOCKING,
            "Du 01/02/2026 au 31/01/2026 : le dernier matin est avant le premier. Vérifiez les dates.",
        )
    }
    assert said("campaign", {**SPRING, "closed_on": "2026-02-01"}) == {}


@pytest.mark.parametrize("end", ["opened_on", "closed_on"])
def test_a_campaign_with_one_end_only_is_not_judged_by_the_other(end: str) -> None:
    known = {"campaigns": [{"opened_on": "2020-01-01", "closed_on": "2030-01-01"}], "check_days": ["2026-03-01"]}
    assert said("campaign", {end: "2026-03-10"}, known=known) == {}


@pytest.mark.parametrize(("closed", "long"), [("2026-11-27", False), ("2026-11-28", True), ("2102-06-15", True)])
def test_a_campaign_of_more_than_three_hundred_days_has_a_wrong_year(closed: str, long: bool) -> None:
    assert ("campaign_long" in said("campaign", {**SPRING, "closed_on": closed})) is long


def test_a_campaign_that_opens_in_more_than_a_year_has_a_wrong_year() -> None:
    far = said("campaign", {"opened_on": "2102-02-01", "closed_on": "2102-06-15"})
    assert far == {
        "campaign_far": (WARNING, "La campagne s’ouvre le 01/02/2102, dans plus d’un an : vérifiez l’année.")
    }


@pytest.mark.parametrize("where", ["siblings", "known"])
def test_two_campaigns_over_one_day_are_a_warning(where: str) -> None:
    others = [{"bucket": "1"}, {"opened_on": "2026-06-15", "closed_on": "2026-10-31"}]
    about: dict[str, Any] = {"siblings": others} if where == "siblings" else {"known": {"campaigns": others[1:]}}
    assert said("campaign", SPRING, **about) == {
        "campaigns_overlap": (
            WARNING,
            "Une autre campagne va du 15/06/2026 au 31/10/2026 : un matin n’est que d’une campagne.",
        )
    }


def test_checks_that_new_days_leave_out_are_counted() -> None:
    days = ["2025-03-01", "2026-01-31", "2026-02-01", "2026-06-16", "2026-09-01"]
    autumn = {"opened_on": "2026-08-15", "closed_on": "2026-10-31"}
    assert said("campaign", SPRING, known={"check_days": days, "campaigns": [autumn]}) == {
        "checks_left_out": (
            WARNING,
            "Matins notés qui restent hors campagne : 2, le premier le 31/01/2026. Vérifiez les dates.",
        )
    }
    assert said("campaign", SPRING, known={"check_days": days[2:3]}) == {}


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_the_days_of_any_campaign_have_words_with_its_last_year(first: date, last: date) -> None:
    words = rules_site.campaign_words({"opened_on": first.isoformat(), "closed_on": last.isoformat()})
    assert words.startswith("du ")
    assert words.endswith(f" {last.year}")
    assert rules_site.campaign_words({"opened_on": first.isoformat()}) == ""


# ------------------------------------------------------------------------------------------ individuals


def test_a_name_is_borne_by_one_individual_of_the_barrier() -> None:
    others = [{"bucket": "1"}, {"individual_name": "tc-093"}]
    assert said("individual", {"individual_name": "TC-093"}, siblings=others) == {
        "individual_twice": (BLOCKING, "Un autre individu s’appelle déjà TC-093 : donnez-lui un autre nom.")
    }
    assert said("individual", {"individual_name": "TC-094"}, siblings=others) == {}


@pytest.mark.parametrize(("sex", "mixed"), [("2", False), ("3", False), ("1", False), ("5", True)])
def test_one_animal_is_never_of_both_sexes(sex: str, mixed: bool) -> None:
    assert ("individual_mixed" in said("individual", {"individual_name": "TC-1", "sex": sex})) is mixed

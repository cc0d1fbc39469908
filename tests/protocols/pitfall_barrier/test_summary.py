"""The summary against a computation of its own from the file: every taxon, sex and year; and its words."""

import json
import math
from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.summary import Summary, summary
from tests.protocols.pitfall_barrier.barrier_sample import (
    TODAY,
    barrier,
    campaign,
    catch,
    check,
    file_rows,
    missed,
    sample,
)

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
DATES = ("first_on", "p05_on", "p50_on", "p95_on", "last_on")

Key = tuple[int, int, str | None]


@pytest.fixture(scope="module")
def found() -> Summary:
    return summary(sample(), TAXA, today=TODAY)


def animals_of_the_file() -> dict[Key, list[str]]:
    """Return the date of every animal that came in, by year, cd_nom and sex (None: both)."""
    dates: dict[Key, list[str]] = defaultdict(list)
    for row in file_rows():
        if row["cd_nom"] and row["direction"] == "entrée":
            for sex in (row["sex"], None):
                key = int(row["check_on"][:4]), int(row["cd_nom"]), sex
                dates[key] += [row["check_on"]] * int(row["count"])
    return {key: sorted(found) for key, found in dates.items()}


def expected_dates(key: Key, animals: dict[Key, list[str]]) -> list[str | None]:
    """Return first, 5, 50, 95 % and last: of n animals in order, the one that makes the share full."""
    dates = animals[key]
    ranks = [1, *(math.ceil(share * len(dates) / 100) for share in (5, 50, 95)), len(dates)]
    told: list[str | None] = [dates[rank - 1] for rank in ranks]
    year, *kind = key
    if year != 2020:
        return told
    # In 2020 nobody looked from 18 March on. No late date has a meaning; the others where few come so late.
    others = [
        on[5:] for other, several in animals.items() if other[0] != 2020 and [*other[1:]] == kind for on in several
    ]
    late = sum(on >= "03-18" for on in others) / len(others)
    return [told[0], None, None, None, None] if late > 0.05 else [*told[:3], None, None]


def test_every_taxon_sex_and_year_agrees_with_the_file(found: Summary) -> None:
    animals = animals_of_the_file()
    told = {
        (season["year"], row["cd_nom"], row["sex"]): row
        for season in found.as_json()["seasons"]
        for row in season["taxa"]
    }
    assert told.keys() == animals.keys()
    assert len(told) == 3 * 111
    for key, row in told.items():
        assert row["total"] == len(animals[key])
        assert [row[name] for name in DATES] == expected_dates(key, animals), key


def test_the_figures_of_each_season_agree_with_the_file(found: Summary) -> None:
    for season in found.as_json()["seasons"]:
        rows = [row for row in file_rows() if row["check_on"].startswith(str(season["year"]))]
        looked = {row["check_on"] for row in rows if row["checked"] == "oui"}
        caught = [row for row in rows if row["cd_nom"]]
        assert season["checks"] == len(looked)
        assert season["empty_checks"] == len(looked - {row["check_on"] for row in caught})
        assert season["missed"] == len({row["check_on"] for row in rows if row["checked"] == "non"})
        assert season["animals"] == sum(int(row["count"]) for row in caught)
        assert season["dead"] == sum(int(row["count"]) for row in caught if row["state"] == "mort")
    assert sum(season["animals"] for season in found.as_json()["seasons"]) == 8900
    assert sum(season["missed"] for season in found.as_json()["seasons"]) == 154


def test_2020_has_no_95_per_cent_date_and_says_why_and_only_2020_loses_dates(found: Summary) -> None:
    for season in found.seasons:
        for row in season.taxa:
            told = [getattr(row.arrival, name) for name in DATES]
            if season.season.year == 2020:
                assert (row.arrival.p95_on, row.arrival.last_on) == (None, None)
                assert "du 18 mars au 15 juin (90 matins)" in row.arrival.reason
                assert row.arrival.missed == 92
            else:
                assert None not in told
                assert row.arrival.reason == ""


def test_the_json_has_its_keys_in_their_order_and_taxa_by_their_total(found: Summary) -> None:
    told = json.loads(json.dumps(found.as_json()))
    assert list(told) == ["site", "seasons"]
    assert told["site"] == "Mare Jules Ferry"
    for season in told["seasons"]:
        assert list(season) == ["year", "checks", "empty_checks", "missed", "animals", "dead", "taxa"]
        assert all(list(row) == ["cd_nom", "sex", "total", *DATES] for row in season["taxa"])
        whole = [(-row["total"], row["cd_nom"]) for row in season["taxa"] if row["sex"] is None]
        assert whole == sorted(whole)
        assert [row["sex"] for row in season["taxa"]] == [None, "M", "F"] * len(whole)


def words(*children: Any, **options: Any) -> list[str]:
    return summary(barrier(*children), TAXA, **{"today": TODAY, **options}).as_text().splitlines()


def test_a_season_in_words() -> None:
    told = words(
        campaign("2026-03-01", "2026-03-06"),
        check("2026-03-01", catch(4, "5", amplexus=True), catch(1, "M", cd_nom=351, vitality="dead")),
        check("2026-03-02"),
        check("2026-03-03", catch(1, "F"), catch(2, "F", direction="out")),
        missed("2026-03-05"),
    )
    assert told[0] == "Mare, Vimy"
    assert told[1] == "Par espèce : les entrées, vers la mare."
    assert told[5:] == [
        "2026, du 1er mars au 6 mars : 3 matins relevés, dont 1 vide ; 3 non relevés",
        "  8 animaux, dont 1 mort",
        "  Espèce             Sexe      Total  Premier    5 %   50 %   95 %  Dernier  Durée  Non rel.",
        "  Crapaud commun                   5    01/03  01/03  01/03  03/03    03/03    2 j         3",
        "                     mâles         2    01/03  01/03  01/03  01/03    01/03    0 j         3",
        "                     femelles      3    01/03  01/03  01/03  03/03    03/03    2 j         3",
        "  Grenouille rousse                1    01/03  01/03  01/03  01/03    01/03    0 j         3",
        "                     mâles         1    01/03  01/03  01/03  01/03    01/03    0 j         3",
    ]


def test_the_way_out_is_told_when_asked_for() -> None:
    children = [
        campaign("2026-03-01", "2026-03-02"),
        check("2026-03-01", catch(2, "F", direction="out")),
        check("2026-03-02", catch(1, "M")),
    ]
    out, both = (summary(barrier(*children), TAXA, today=TODAY, direction=way).as_json() for way in ("out", None))
    assert [(row["sex"], row["total"]) for row in out["seasons"][0]["taxa"]] == [(None, 2), ("F", 2)]
    assert [row["total"] for row in both["seasons"][0]["taxa"]] == [3, 1, 2]
    assert out["seasons"][0]["animals"] == both["seasons"][0]["animals"] == 3
    assert words(*children, direction="out")[1] == "Par espèce : les sorties de la mare."
    assert words(children[0], children[2], direction="out")[-1] == "  Aucune sortie."


def test_a_year_is_weighed_against_all_others_and_shown_alone(found: Summary) -> None:
    alone = summary(sample(), TAXA, 2020, today=TODAY)
    assert alone.as_json()["seasons"] == found.as_json()["seasons"][-1:]
    text = alone.as_text()
    assert text.count("Crapaud commun : dates manquantes. Personne n’a relevé du 18 mars au 15 juin") == 1
    # A sex says nothing that its taxon has said already.
    assert text.count("dates manquantes") == 6


def test_a_sex_that_lost_its_dates_alone_says_why() -> None:
    usual = [
        node
        for year in (2010, 2011, 2012, 2019)
        for node in (
            campaign(f"{year}-03-01", f"{year}-03-20"),
            check(f"{year}-03-01", catch(200, "M"), catch(10, "F")),
            *(check(f"{year}-03-{day:02}") for day in range(2, 11)),
            *([check(f"{year}-03-11", catch(1, "F"))] if year != 2019 else []),
            *([check(f"{year}-03-{day}") for day in range(12, 21)] if year != 2019 else []),
        )
    ]
    told = words(*usual, year=2019, settings={**lists.settings(), "max_missed_share": 0.1})
    assert told[-1].startswith(
        "  Crapaud commun, femelles : dates manquantes. Personne n’a relevé du 11 mars au 20 mars"
    )
    assert told[-1].endswith("d’ordinaire, 9 % des entrées viennent ces jours-là.")


def test_a_year_without_a_season_and_a_barrier_without_any_say_so() -> None:
    one = campaign("2026-03-01", "2026-03-02")
    assert words(one, year=1999)[1] == "Aucune saison en 1999. Il y a : 2026."
    assert words()[1] == "Aucune saison : cette barrière n’a ni campagne ouverte, ni relevé."
    assert summary(barrier(one), TAXA, 1999, today=TODAY).as_json()["seasons"] == []


def test_a_season_without_a_campaign_and_a_taxon_that_no_list_knows_are_told() -> None:
    told = words(check("2026-03-01", catch(1, cd_nom=999_999)), today=date(2026, 3, 1))
    assert "  Pas de campagne cette année-là : les jours vont du premier au dernier relevé." in told
    assert any(line.startswith("  999999 ") for line in told)


def test_two_campaigns_of_a_year_carry_their_days_and_a_lone_one_does_not() -> None:
    site = barrier(
        campaign("2025-03-01", "2025-03-02"),
        check("2025-03-01"),
        campaign("2026-03-01", "2026-03-02"),
        check("2026-03-01"),
        campaign("2026-09-01", "2026-09-02"),
        check("2026-09-01"),
    )
    lone, spring, autumn = summary(site, TAXA, today=TODAY).as_json()["seasons"]
    assert "first_on" not in lone
    assert (spring["first_on"], spring["last_on"]) == ("2026-03-01", "2026-03-02")
    assert list(autumn)[:4] == ["year", "first_on", "last_on", "checks"]
    # Asked for alone, the year still has two.
    assert summary(site, TAXA, 2026, today=TODAY).as_json()["seasons"] == [spring, autumn]
    assert words(campaign("2026-03-01", "2026-03-02"), campaign("2026-09-01", "2026-09-02"), year=1999)[1] == (
        "Aucune saison en 1999. Il y a : 2026."
    )

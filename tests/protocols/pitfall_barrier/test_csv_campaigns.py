from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from fieldapp.core.exchange import RowRefusedError
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier import schema
from fieldapp.protocols.pitfall_barrier.csv_campaigns import NEAR_DAYS, Campaigns, days_words, is_from_file
from fieldapp.protocols.pitfall_barrier.schema import CODE

SITE = "site"


def campaign(first: str, last: str, *, of_file: bool = False, uid: str | None = None) -> Record:
    values = {"opened_on": first, "closed_on": last, "file_days": f"{first}/{last}" if of_file else None}
    return make_record(CODE, schema.CAMPAIGN, values, SITE, uid)


def run(first: str, days: int) -> list[str]:
    return [(date.fromisoformat(first) + timedelta(days=step)).isoformat() for step in range(days)]


def settled(days: Sequence[str], *stored: Record, visits: Sequence[str] = ()) -> Campaigns:
    found = Campaigns(SITE, "Mare", stored, lambda: visits)
    found.settle(days)
    return found


def days_of(record: Record) -> tuple[str, str]:
    return record.data["opened_on"], record.data["closed_on"]


def test_a_new_campaign_reaches_from_the_first_to_the_last_morning_of_its_year() -> None:
    found = settled(["2024-03-09", "2024-02-27", "2023-02-01", "2024-03-20"])
    assert days_of(found.on("2024-03-09")) == ("2024-02-27", "2024-03-20")
    assert found.on("2024-02-27") is found.on("2024-03-20")
    assert days_of(found.on("2023-02-01")) == ("2023-02-01", "2023-02-01")
    assert all(is_from_file(record.data) for record in found.made)
    assert not found.notes


def test_a_campaign_of_a_file_grows_and_shrinks_with_the_mornings_known() -> None:
    base = campaign("2024-02-01", "2024-02-14", of_file=True)
    grown = settled(["2024-02-20"], base, visits=["2024-02-01", "2024-02-14"])
    assert days_of(grown.on("2024-02-20")) == ("2024-02-01", "2024-02-20")
    assert [record.uid for (record,) in grown.renewed.values()] == [base.uid]
    assert "du 01/02/2024 au 20/02/2024 (avant : du 01/02/2024 au 14/02/2024)" in grown.notes[0]
    shrunk = settled(["2024-02-02"], base, visits=["2024-02-03"])
    assert days_of(shrunk.on("2024-02-02")) == ("2024-02-02", "2024-02-03")
    same = settled(["2024-02-05"], base, visits=["2024-02-01", "2024-02-14"])
    assert same.on("2024-02-05") is base
    assert not same.renewed


def test_a_campaign_that_a_person_changed_stays() -> None:
    record = campaign("2024-02-01", "2024-02-14", of_file=True)
    changed = make_record(CODE, schema.CAMPAIGN, record.data | {"closed_on": "2024-02-20"}, SITE, record.uid)
    assert not is_from_file(changed.data)
    found = settled(["2024-02-20", "2024-02-21"], changed)
    assert found.on("2024-02-20") is changed
    with pytest.raises(RowRefusedError, match="du 01/02/2024 au 20/02/2024"):
        found.on("2024-02-21")


@pytest.mark.parametrize(("days", "taken"), [(7, False), (8, True)])
def test_another_season_of_a_year_needs_more_than_a_few_mornings(days: int, taken: bool) -> None:
    autumn = campaign("2024-09-01", "2024-11-30")
    mornings = run("2024-02-01", days)
    found = settled(mornings, autumn)
    if taken:
        assert days_of(found.on(mornings[0])) == (mornings[0], mornings[-1])
    else:
        with pytest.raises(RowRefusedError, match="du 01/09/2024"):
            found.on(mornings[0])


def test_a_morning_near_a_campaign_is_not_of_another_season() -> None:
    spring = campaign("2024-02-01", "2024-05-31")
    mornings = run("2024-06-01", 2 * NEAR_DAYS)
    found = settled(mornings, spring)
    with pytest.raises(RowRefusedError, match="31/05/2024"):
        found.on(mornings[NEAR_DAYS - 2])
    assert days_of(found.on(mornings[NEAR_DAYS - 1])) == (mornings[NEAR_DAYS - 1], mornings[-1])


def test_a_campaign_of_a_file_does_not_grow_over_one_of_a_person() -> None:
    base, typed = campaign("2024-02-01", "2024-02-20", of_file=True), campaign("2024-05-01", "2024-05-20")
    found = settled(["2024-02-05", *run("2024-09-01", 20)], base, typed, visits=["2024-02-01", "2024-02-20"])
    assert found.on("2024-02-05") is base
    with pytest.raises(RowRefusedError):
        found.on("2024-09-05")


def test_a_second_campaign_of_a_year_has_its_own_identity() -> None:
    first = settled(["2024-03-01"]).made[0]
    typed = make_record(CODE, schema.CAMPAIGN, first.data | {"closed_on": "2024-03-20"}, SITE, first.uid)
    assert settled(run("2024-09-01", 9), typed).made[0].uid != first.uid


def test_a_campaign_over_new_year_holds_both_years() -> None:
    known = campaign("2023-11-01", "2024-05-31")
    assert settled(["2024-01-15"], known).on("2024-01-15") is known
    with pytest.raises(RowRefusedError, match="01/11/2023"):
        settled(["2023-10-01"], known).on("2023-10-01")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([*run("2024-03-01", 9), "2024-12-04"], "aucune ligne les 269 jours d’avant le 04/12/2024"),
        (["2024-01-03", *run("2024-03-01", 9)], "aucune ligne les 57 jours d’après le 03/01/2024"),
        (run("2024-01-20", 301), "301 jours, du 20/01/2024 au 15/11/2024"),
        (run("2024-01-20", 300), None),
    ],
)
def test_a_doubtful_campaign_is_told(days: list[str], words: str | None) -> None:
    notes = settled(days).notes
    assert (words is None and not notes) or (words is not None and words in notes[0])


def test_a_missing_end_is_a_question_mark() -> None:
    assert days_words({"opened_on": "2024-02-01"}) == "du 01/02/2024 au ?"

"""The mornings of a campaign: each told once, and gaps and looks together are the whole campaign."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier import campaign, schema
from fieldapp.protocols.pitfall_barrier.campaign import Gap, MorningState

TODAY = date(2026, 3, 10)
SPRING = make_record(
    schema.CODE, schema.CAMPAIGN, {"opened_on": "2026-03-07", "closed_on": "2026-03-12"}, "site", "spring"
)


def season(opened: str, closed: str) -> Record:
    return make_record(schema.CODE, schema.CAMPAIGN, {"opened_on": opened, "closed_on": closed}, "site")


def bucket(number: str, **values: Any) -> Record:
    return make_record(schema.CODE, schema.BUCKET, {"bucket": number, **values}, "site")


def visit(day: str, state: str | None, uid: str | None = None) -> Record:
    return make_record(schema.CODE, schema.VISIT, {"check_on": day, "state": state}, "site", uid)


def numbers(found: list[Record]) -> list[str]:
    return [record.data["bucket"] for record in found]


# -------------------------------------------------------------------------------------------- campaigns


def test_campaigns_come_the_oldest_first_and_nothing_else_comes() -> None:
    newer, older = season("2026-02-01", "2026-05-31"), season("2025-02-01", "2025-05-31")
    assert campaign.campaigns([newer, bucket("1"), older, season("2024-02-01", "2024-05-31").removed()]) == [
        older,
        newer,
    ]


@pytest.mark.parametrize(
    ("day", "found"),
    [("2026-03-06", False), ("2026-03-07", True), ("2026-03-12", True), ("2026-03-13", False)],
)
def test_the_first_and_the_last_morning_belong_to_the_campaign(day: str, found: bool) -> None:
    assert campaign.campaign_on([bucket("1"), SPRING], day) == (SPRING if found else None)


def test_of_two_campaigns_over_one_day_the_one_opened_last_has_it() -> None:
    early, late = season("2026-02-01", "2026-05-31"), season("2026-05-01", "2026-10-31")
    assert campaign.campaign_on([late, early], "2026-05-02") == late
    assert campaign.campaign_on([late, early], "2026-04-30") == early


def test_a_campaign_without_its_two_ends_holds_no_day_and_has_no_mornings() -> None:
    open_ended = make_record(schema.CODE, schema.CAMPAIGN, {"opened_on": "2026-02-01"}, "site")
    assert campaign.campaign_on([open_ended], "2026-02-02") is None
    assert campaign.mornings(open_ended, [], TODAY) == []


# ---------------------------------------------------------------------------------------------- buckets


def test_buckets_come_in_the_order_in_which_people_count() -> None:
    undated = [bucket(number) for number in ("11", "10bis", "A", "10", "2", "1", "10 ter")]
    assert numbers(campaign.buckets([*undated, SPRING])) == ["1", "2", "10", "10 ter", "10bis", "11", "A"]


def test_buckets_with_a_position_come_along_the_barrier_and_the_others_after_them() -> None:
    undated = [bucket("1", position_m=30.0), bucket("2"), bucket("12", position_m=2.5), bucket("3", position_m=30)]
    assert numbers(campaign.buckets(undated)) == ["12", "1", "3", "2"]


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        ("2019-12-31", ["1", "2"]),
        ("2020-01-01", ["1", "2", "3"]),
        ("2022-06-30", ["1", "2", "3"]),
        ("2022-07-01", ["1", "3"]),
        (None, ["1", "2", "3"]),
    ],
)
def test_a_bucket_stands_from_its_first_to_its_last_day(day: str | None, standing: list[str]) -> None:
    undated = [bucket("1"), bucket("2", until_on="2022-06-30"), bucket("3", from_on="2020-01-01")]
    assert numbers(campaign.buckets(undated, day)) == standing


@given(st.lists(st.integers(0, 10**12), unique=True), st.sampled_from(["", "A", "n° "]))
def test_numbers_sort_by_their_value_whatever_stands_before_them(values: list[int], before: str) -> None:
    written = [f"{before}{value}" for value in values]
    assert sorted(written, key=campaign.natural_key) == [f"{before}{value}" for value in sorted(values)]


@given(st.lists(st.text(), min_size=2))
def test_any_texts_have_one_order_whatever_order_they_came_in(texts: list[str]) -> None:
    backwards = [*texts]
    backwards.reverse()
    assert sorted(texts, key=campaign.natural_key) == sorted(backwards, key=campaign.natural_key)


def test_a_number_of_five_thousand_figures_sorts_too() -> None:
    assert sorted(["9" * 5000, "1" + "0" * 5000, "7"], key=campaign.natural_key)[0] == "7"


# --------------------------------------------------------------------------------------------- mornings


def test_every_day_of_the_campaign_is_told_with_what_became_of_it() -> None:
    visits = [visit("2026-03-07", "checked"), visit("2026-03-08", "empty"), visit("2026-02-01", "checked")]
    visits += [visit("2026-03-11", "missed")]
    told = campaign.mornings(SPRING, visits, TODAY)
    assert [(one.on, one.state.value) for one in told] == [
        ("2026-03-07", "checked"),
        ("2026-03-08", "empty"),
        ("2026-03-09", "untold"),
        ("2026-03-10", "today"),
        ("2026-03-11", "missed"),
        ("2026-03-12", "future"),
    ]
    assert [one.visit for one in told] == [visits[0], visits[1], None, None, visits[3], None]


def test_only_days_before_today_of_which_nobody_spoke_are_to_be_explained() -> None:
    visits = [visit("2026-03-07", "missed"), visit("2026-03-08", "checked").removed()]
    told = campaign.mornings(SPRING, visits, TODAY)
    assert [one.on for one in campaign.to_explain(reversed(told))] == ["2026-03-08", "2026-03-09"]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_checks_on_one_morning_the_one_with_animals_speaks(order: int) -> None:
    both = [visit("2026-03-08", "missed", "a"), visit("2026-03-08", "checked", "b"), visit("2026-03-08", "empty", "c")]
    told = campaign.mornings(SPRING, both[::order], TODAY)
    assert told[1] == campaign.Morning("2026-03-08", MorningState.CHECKED, both[1])


def test_a_check_without_a_state_leaves_its_morning_untold_but_is_at_hand() -> None:
    draft = visit("2026-03-08", None)
    assert campaign.mornings(SPRING, [draft], TODAY)[1] == campaign.Morning("2026-03-08", MorningState.UNTOLD, draft)


@given(st.dates(date(2005, 1, 1), date(2030, 1, 1)), st.integers(0, 200), st.integers(-30, 230))
def test_a_campaign_has_each_of_its_days_once_and_today_parts_past_from_future(
    first: date, length: int, now: int
) -> None:
    whole = season(first.isoformat(), (first + timedelta(days=length)).isoformat())
    today = first + timedelta(days=now)
    told = campaign.mornings(whole, [], today)
    assert [one.on for one in told] == [(first + timedelta(days=step)).isoformat() for step in range(length + 1)]
    assert all(campaign.holds(whole.data, one.on) for one in told)
    expected = {-1: MorningState.UNTOLD, 0: MorningState.TODAY, 1: MorningState.FUTURE}
    for one in told:
        ahead = (date.fromisoformat(one.on) - today).days
        assert one.state is expected[(ahead > 0) - (ahead < 0)]


# ------------------------------------------------------------------------------------------------- gaps


def test_a_day_is_looked_into_with_or_without_animals_but_not_when_nobody_went() -> None:
    visits = [visit("2026-03-07", "checked"), visit("2026-03-08", "empty"), visit("2026-03-09", "missed")]
    assert campaign.looked_into([*visits, visit("2026-03-10", "empty").removed(), SPRING]) == {
        "2026-03-07",
        "2026-03-08",
    }


def test_gaps_are_runs_of_days_and_say_how_many_of_them_are_to_come() -> None:
    looks = ["2026-03-02", "2026-03-03", "2026-03-05"]
    assert campaign.gaps("2026-03-01", "2026-03-12", looks, TODAY) == [
        Gap("2026-03-01", "2026-03-01", 1),
        Gap("2026-03-04", "2026-03-04", 1),
        Gap("2026-03-06", "2026-03-12", 7, to_come=2),
    ]


def test_no_days_have_no_gaps() -> None:
    assert campaign.gaps("2026-03-02", "2026-03-01", [], TODAY) == []
    assert campaign.gaps("2026-03-02", "2026-03-02", {"2026-03-02"}, TODAY) == []


@given(
    st.dates(date(2005, 1, 1), date(2030, 1, 1)),
    st.integers(0, 180),
    st.sets(st.integers(-10, 190)),
    st.integers(-30, 210),
)
def test_gaps_and_days_looked_into_are_together_the_whole_campaign_and_nothing_twice(
    first: date, length: int, looks: set[int], now: int
) -> None:
    def day(step: int) -> str:
        return (first + timedelta(days=step)).isoformat()

    seen, today = {day(step) for step in looks}, first + timedelta(days=now)
    found = campaign.gaps(day(0), day(length), seen, today)
    missing = [one for gap in found for one in campaign.days_between(gap.first_on, gap.last_on)]
    whole = [day(step) for step in range(length + 1)]
    assert sorted([*missing, *(seen & set(whole))]) == whole
    assert sum(gap.days for gap in found) == len(missing)
    assert sum(gap.to_come for gap in found) == sum(one > today.isoformat() for one in missing)
    for left, right in pairwise(found):
        between = [*campaign.days_between(left.last_on, right.first_on)][1:-1]
        assert between
        assert set(between) <= seen

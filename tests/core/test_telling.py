from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core import telling
from fieldapp.core.occurrence import ABSENT, Event, Measurement, Occurrence, Place, Telling
from fieldapp.core.schema import Choice, Entity, Field, Kind

WEATHER = Entity(
    code="weather",
    label="Météo",
    label_plural="Météos",
    parent=None,
    title=str,
    fields=(
        Field("wind", Kind.CHOICE, "Vent", choices=(Choice("0", "aucun"), Choice("1", "faible"))),
        Field("ways", Kind.CHOICES, "Méthodes", choices=(Choice("a", "à vue"), Choice("b", "écoute"))),
        Field("nets", Kind.CHOICES, "Filets"),
        Field("cold", Kind.NUMBER, "Minimum", unit="°C"),
        Field("dry", Kind.BOOLEAN, "À sec"),
        Field("note", Kind.TEXT, "Note"),
    ),
)
measured = telling.measuring(WEATHER, ("wind", "ways", "nets", "cold", "dry", "note"))

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ()),
        ({"wind": "1"}, (Measurement("wind", "Vent", "faible", "", "1"),)),
        ({"wind": "fort"}, (Measurement("wind", "Vent", "fort", "", "fort"),)),
        ({"ways": ["b", "a"]}, (Measurement("ways", "Méthodes", "écoute ; à vue", "", "b ; a"),)),
        ({"nets": ["3", "4bis"]}, (Measurement("nets", "Filets", "3 ; 4bis"),)),
        ({"cold": -2.5}, (Measurement("cold", "Minimum", "-2.5", "°C"),)),
        ({"cold": 3.0}, (Measurement("cold", "Minimum", "3", "°C"),)),
        ({"dry": True}, (Measurement("dry", "À sec", "Oui"),)),
        ({"note": "brume"}, (Measurement("note", "Note", "brume"),)),
    ],
)
def test_a_filled_field_is_a_measurement_in_words_and_code(values: dict[str, Any], expected: Any) -> None:
    assert measured(values) == expected


def test_measurements_come_in_the_order_that_was_asked_for() -> None:
    assert [one.code for one in measured({"note": "x", "wind": "0"})] == ["wind", "note"]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["wind", "ways", "nets", "cold", "dry", "note"]), ANYTHING))
def test_whatever_was_stored_can_be_told(values: dict[str, Any]) -> None:
    assert len(measured(values)) == len(values)
    assert all(isinstance(one.value, str) for one in measured(values))


@settings(deadline=None)
@given(ANYTHING)
def test_a_value_of_another_kind_is_passed_over(value: Any) -> None:
    values = {"it": value, "longitude": value, "latitude": value}
    assert isinstance(telling.text(values, "it"), str)
    count = telling.whole(values, "it")
    assert count is None or (type(count) is int and count >= 0)
    longitude, latitude = telling.position(values)
    assert (longitude is None) == (latitude is None)
    assert longitude is None or -90 <= longitude <= 90


def test_a_yes_is_no_number() -> None:
    assert telling.whole({"it": True}, "it") is None
    assert telling.number({"it": True}, "it") is None


@pytest.mark.parametrize(("longitude", "latitude"), [(180.1, 0), (0, 90.1), (float("nan"), 0), (2.5, None)])
def test_a_place_that_is_not_on_earth_is_none(longitude: float, latitude: float | None) -> None:
    assert telling.position({"longitude": longitude, "latitude": latitude}) == (None, None)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [("21:02", "21:14", 12), ("23:50", "00:10", 20), ("06:00", "06:00", 0), ("", "06:00", None), ("6h", "7h", None)],
)
def test_the_time_between_two_hours_may_pass_midnight(first: str, last: str, expected: int | None) -> None:
    assert telling.minutes_between(first, last) == expected


@pytest.mark.parametrize("hour", ["24:00", "12:60", "1:30", "12:5", "12", "ab:cd", "١٢:٣٠", "-1:30", "12:30:00"])
def test_what_is_no_hour_has_no_minutes(hour: str) -> None:
    assert telling.minutes(hour) is None


def test_seasons_and_absences_have_one_identity_everywhere() -> None:
    assert telling.season_uid("a", "2020") == telling.season_uid("a", "2020") != telling.season_uid("a", "2021")
    assert telling.absence_uid("v") == telling.absence_uid("v")
    assert telling.absence_uid("v") not in {"v", telling.season_uid("v", "")}


@pytest.mark.parametrize("value", [2**31, 10**30, 10**400])
def test_a_number_that_no_recipient_could_hold_is_none(value: int) -> None:
    assert telling.whole({"it": value}, "it") is None
    assert telling.whole({"it": 2**31 - 1}, "it") == 2**31 - 1
    assert telling.number({"it": value * 10**9}, "it") is None


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [(0, 0, (None, None)), (None, 0, (None, None)), (0, 5, (None, 5)), (5, 0, (5, 0)), (2, 3, (2, 3))],
)
def test_what_was_seen_was_not_counted_where_its_number_is_nought(
    least: int | None, most: int | None, expected: tuple[int | None, int | None]
) -> None:
    assert telling.counts_seen(least, most) == expected


SEASON = Event(
    uid="season", record="", protocol="p", kind="season", place=Place(uid="aire"), date_min="2024-01-01",
    date_max="2024-12-31", is_scope_complete=True, reports_absence=True,
)  # fmt: skip
VISIT = Event(
    uid="visit", record="visit", protocol="p", kind="visit", place=Place(uid="pond"), date_min="2024-03-09",
    date_max="2024-03-09", parent=SEASON, is_scope_complete=True, reports_absence=True, comment="à sec",
)  # fmt: skip
BOTH = Telling(
    VISIT,
    (
        Occurrence(uid="1", record="1", event=VISIT, cd_nom=351, nom_cite="Rana temporaria"),
        Occurrence(uid="2", record="2", event=VISIT, cd_nom=197, nom_cite="Alytes obstetricans", status=ABSENT),
    ),
)


def claims(event: Event) -> list[tuple[bool, bool]]:
    above = claims(event.parent) if event.parent else []
    return [(event.is_scope_complete, event.reports_absence), *above]


def test_what_claims_nothing_says_all_else_as_before() -> None:
    modest = telling.unclaimed(VISIT)
    assert claims(VISIT) == [(True, True)] * 2
    assert claims(modest) == [(False, False)] * 2
    assert (modest.uid, modest.comment, modest.place) == (VISIT.uid, VISIT.comment, VISIT.place)
    assert telling.unclaimed(modest) is modest


def test_a_visit_that_loses_an_occurrence_claims_nothing_and_neither_does_its_season() -> None:
    found = telling.in_part(BOTH, BOTH.occurrences[:1])
    assert claims(found.event) == [(False, False)] * 2
    assert [(one.uid, one.event) for one in found.occurrences] == [("1", found.event)]


def test_a_visit_that_loses_nothing_keeps_its_own_claim_in_a_season_of_which_others_may_lack() -> None:
    found = telling.in_part(BOTH, BOTH.occurrences)
    assert claims(found.event) == [(True, True), (False, False)]
    assert all(one.event is found.event for one in found.occurrences)
    assert telling.in_part(found, found.occurrences) == found


@pytest.mark.parametrize(
    ("value", "expected"), [("21:02", "21:02"), ("=1+1", ""), ("24:00", ""), ("9:00", ""), (2102, ""), (None, "")]
)
def test_an_hour_is_one_or_none(value: Any, expected: str) -> None:
    assert telling.hour({"at": value}, "at") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2.5, "2.5"), (1e-05, "0.00001"), (-0.0, "0"), (-1e-12, "0"), (180.0, "180"), (2.81234567891, "2.8123457")],
)
def test_degrees_are_never_a_power_of_ten(value: float, expected: str) -> None:
    assert telling.degrees(value) == expected

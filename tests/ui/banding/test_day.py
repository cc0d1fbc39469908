"""What a session adds up to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.record import make_record
from fieldapp.protocols.banding.schema import CODE, OBSERVATION
from fieldapp.ui.banding.closing import read_duration
from fieldapp.ui.banding.day import DAY_MIN, duration_words, minutes_between, time_after, totals

times = st.integers(0, DAY_MIN - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


@given(times, times)
def test_the_end_is_the_opening_and_the_duration(begin: str, end: str) -> None:
    assert time_after(begin, minutes_between(begin, end)) == end


def test_a_night_runs_over_midnight() -> None:
    assert minutes_between("22:30", "01:15") == 165


@pytest.mark.parametrize(
    ("typed", "minutes"), [("5:30", 330), ("5h30", 330), ("5 h", 300), ("330 min", 330), ("0:45", 45)]
)
def test_durations_are_typed_as_hours_or_minutes(typed: str, minutes: int) -> None:
    assert read_duration(typed) == minutes


def test_what_is_no_duration_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="n’est pas une durée"):
        read_duration("toute la matinée")


@given(st.integers(0, DAY_MIN - 1))
def test_a_shown_duration_is_read_back_equal(minutes: int) -> None:
    assert read_duration(duration_words(minutes)) == minutes


def test_subspecies_count_as_one_species_and_unknown_birds_as_none() -> None:
    birds = [
        {"species": "EMBSCH", "action": "B"},
        {"species": "EMBSCHSCH", "action": "B"},
        {"species": "SPESPE", "action": "SANS"},
        {"species": "ACRSCI", "action": "R", "health": "M"},
    ]
    found = totals([make_record(CODE, OBSERVATION, values, None) for values in birds])
    assert (found.ringed, found.controls, found.species, found.lines) == (2, 0, 2, 4)
    assert [capture.data["species"] for capture in found.casualties] == ["ACRSCI"]
    assert found.by_net == {"": 4}

"""What is proposed for each accident, and that what is right is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.banding import crbpo_mending as mending
from fieldapp.protocols.banding.crbpo_mending import Proposal

OPENED, SIX_HOURS = "06:00", 360


def test_a_proposal_says_the_same_whether_it_was_put_right_or_not() -> None:
    proposal = Proposal("HEURE", "« 00:06 » est hors de la séance", "06:00")
    assert proposal.refused() == "« 00:06 » est hors de la séance. À corriger, sans doute en : « 06:00 »."
    assert proposal.mended() == "« 00:06 » est hors de la séance. Corrigé : « 06:00 »."
    assert "une case vide" in Proposal("NF", "« 999 »", "").mended()
    assert "mémo" in Proposal("MA", "« lourd »", "", is_moved=True).refused()


@pytest.mark.parametrize("text", ["Étang", "bague étrangère", "Ça et là", "Œuf d’oie", "18 °C – 20 °C"])
def test_text_read_in_a_wrong_encoding_is_told_from_good_text(text: str) -> None:
    assert mending.repaired_text(text) is None
    assert mending.repaired_text(text.encode().decode("latin-1")) == text


def test_a_text_that_only_looks_damaged_stays() -> None:
    assert mending.repaired_text("SÃO PAULO") is None
    assert mending.repaired_text("Ã© et é") is None  # not all of it can be put right


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("AVION / MERICOURT", ["AVION", "MERICOURT"]),
        ("Avion+Méricourt", ["AVION", "MÉRICOURT"]),
        ("AVION, MERICOURT", ["AVION", "MERICOURT"]),
        ("AVION - MERICOURT", ["AVION", "MERICOURT"]),
        ("AVION ET MERICOURT", ["AVION", "MERICOURT"]),
        ("LOOS-EN-GOHELLE", []),
        ("SAINT PIERRE ET MIQUELON", []),
        ("PALAIS, LE", []),
        ("AVION", []),
        ("", []),
    ],
)
def test_two_communes_in_one_cell_are_seen(text: str, parts: list[str]) -> None:
    assert mending.several_communes(text, {"avion", "mericourt"}) == parts


@pytest.mark.parametrize(("text", "number"), [("11,3 g", 11.3), ("11.3g", 11.3), ("65 mm", 65.0), ("lourd", None)])
def test_a_unit_behind_a_number_is_known(text: str, number: float | None) -> None:
    assert mending.number_with_unit(text) == number


@pytest.mark.parametrize(
    ("hour", "better"),
    [("00:06", "06:00"), ("18:30", "06:30"), ("00:11", "11:00"), ("06:00", None), ("12:30", None), ("04:30", None)],
)
def test_an_hour_outside_the_session_is_put_into_it(hour: str, better: str | None) -> None:
    assert mending.better_hour(hour, OPENED, SIX_HOURS) == better


def test_a_session_may_last_over_midnight() -> None:
    assert mending.better_hour("01:00", "22:00", SIX_HOURS) is None
    assert mending.is_within("03:30", "22:00", SIX_HOURS)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(30, 510))
def test_what_is_proposed_lies_in_the_session(hour: int, opened: int, duration: int) -> None:
    text, start = mending.as_time(hour), mending.as_time(opened)
    better = mending.better_hour(text, start, duration)
    assert better is None or mending.is_within(better, start, duration)
    assert not (mending.is_within(text, start, duration) and mending.is_before(text, start, duration))


@pytest.mark.parametrize(("hour", "before"), [("05:30", True), ("00:30", True), ("06:00", False), ("15:00", False)])
def test_a_capture_before_the_nets_are_open_is_told_from_one_after(hour: str, before: bool) -> None:
    assert mending.is_before(hour, OPENED, SIX_HOURS) is before


@pytest.mark.parametrize(
    ("opened", "hours", "better"),
    [("00:06", ["07:00"], "06:00"), ("00:30", ["01:00"], None), ("06:00", ["07:00"], None), ("00:06", [], None)],
)
def test_an_opening_long_before_the_first_bird_is_put_right(opened: str, hours: list[str], better: str | None) -> None:
    assert mending.better_opening(opened, hours) == better


@pytest.mark.parametrize(
    ("duration", "hours", "better"),
    [
        (12 * 60, ["06:30", "11:30"], 360),  # an end time
        (12 * 60, ["06:30", "16:00"], None),  # birds came until four o'clock: it lasted so long
        (6, ["06:30"], 360),  # 00:06
        (360, ["06:30"], None),
        (510, [], None),
        (20, ["06:10"], None),
    ],
)
def test_an_end_time_typed_as_duration_is_put_right(duration: int, hours: list[str], better: int | None) -> None:
    assert mending.better_duration(duration, OPENED, hours) == better


@pytest.mark.parametrize(
    ("metres", "told", "better"),
    [
        (3, {36: 10, 3: 1}, 36),
        (612, {36: 10, 612: 1}, 36),
        (34, {36: 10, 120: 4, 34: 1}, 36),
        (24, {36: 10, 24: 2}, None),  # two nets less is no slip
        (34, {34: 10}, None),  # nothing else is usual
        (34, {34: 10, 36: 1}, None),  # it is the usual one, whatever nets those are
        (612, {36: 100, 600: 1, 612: 1}, 36),  # what stands once in a hundred is not usual
    ],
)
def test_metres_that_are_a_slip_become_the_nearest_usual_ones(
    metres: float, told: dict[float, int], better: float | None
) -> None:
    assert mending.better_metres(metres, told) == better


@pytest.mark.parametrize(("value", "better"), [(113, 11.3), (1.13, 11.3), (11.3, None), (40, None), (0, None)])
def test_a_decimal_mark_goes_where_the_species_has_it(value: float, better: float | None) -> None:
    assert mending.better_decimal(value, 8, 24) == better


def test_a_position_is_swapped_back_or_that_of_the_place() -> None:
    assert mending.better_position(2.827, 50.404, None) == (50.404, 2.827)
    assert mending.better_position(5.404, 28.27, (50.4, 2.8)) == (50.4, 2.8)
    assert mending.better_position(5.404, 28.27, None) is None

"""Counts fall into few classes of one hue, and a morning without a look is none of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from fieldapp.ui import theme
from fieldapp.ui.plots_heat import HeatMap, HeatRow, classes, ramp, spoken


@given(st.integers(1, 5000))
def test_classes_are_few_begin_at_one_and_grow(highest: int) -> None:
    found = classes(highest)
    assert found[0] == 1
    assert len(found) <= 5
    assert found == sorted(set(found))
    assert found[-1] <= highest


def test_the_classes_of_small_and_large_counts() -> None:
    assert classes(0) == [1]
    assert classes(4) == [1, 2]
    assert classes(45) == [1, 2, 5, 10, 20]
    assert classes(300) == [1, 20, 50, 100, 200]


def luminance(colour: str) -> float:
    """Return the relative luminance (source: WCAG 2.2)."""
    found = QColor(colour)
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (found.redF(), found.greenF(), found.blueF())
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


@pytest.mark.parametrize("name", list(theme.THEMES))
def test_the_ramp_goes_one_way_in_lightness_so_that_it_is_read_without_seeing_colours(name: str) -> None:
    shades = [luminance(shade) for shade in ramp(theme.THEMES[name], 6)]
    assert shades == sorted(shades, reverse=name == "jour")
    ratios = [(max(first, second) + 0.05) / (min(first, second) + 0.05) for first, second in pairwise(shades)]
    assert min(ratios) > 1.1


def test_the_red_night_keeps_to_red() -> None:
    for shade in ramp(theme.THEMES["nuit-rouge"], 6):
        colour = QColor(shade)
        assert colour.red() > 1.5 * max(colour.green(), colour.blue())


def test_a_map_is_told_year_by_year_with_what_nobody_looked_into() -> None:
    rows = (HeatRow(2019, ((32, 4), (33, None), (34, 0))), HeatRow(2020, ((32, 1),)))
    assert spoken(HeatMap("Carte", "entrées", rows)) == (
        "2019 : 4 animaux, 1 matin non relevé ; 2020 : 1 animal, 0 matin non relevé"
    )

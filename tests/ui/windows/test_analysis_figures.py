"""Figures of a season, from a summary made by hand."""

from fieldapp.protocols.pop_amphibiens.analysis import GroupSummary, Occupancy, Summary
from fieldapp.ui.windows.analysis_figures import (
    CURVES,
    SeasonFigures,
    areas_figure,
    percent,
    species_figure,
    table_rows,
    years_figure,
)


def group(name: str, sites: int, occupied: int) -> GroupSummary:
    return GroupSummary(name, name, sites, sites, 30, 2, {1: sites}, occupied, 40, 25, frozenset({1, 2}))


def season(year: int, *occupied: int) -> SeasonFigures:
    groups = (group("Bassins_VNF", 15, 5), group("Terrils", 0, 0))
    listed = tuple(Occupancy(cd, count, 15) for cd, count in enumerate(occupied, 1))
    return SeasonFigures(Summary(year, groups), listed, {})


def test_each_area_has_its_row_and_the_last_one_has_the_totals() -> None:
    assert table_rows(season(2020).summary) == [
        ("Bassins VNF", "15", "30", "5", "40", "25", "2", "33,3 %"),
        ("Terrils", "0", "30", "0", "40", "25", "2", "–"),
        ("Toutes les aires", "15", "60", "5", "80", "50", "2", "33,3 %"),
    ]


def test_bars_say_how_many_of_how_many() -> None:
    (bar,) = species_figure(season(2020, 3)).bars
    assert (bar.label, bar.value, bar.text) == ("1", 20.0, "3 / 15")
    first, _second = areas_figure(season(2020)).bars
    assert (first.label, first.value, first.behind, first.text) == ("Bassins VNF", 5, 15, "5 / 15")


def test_a_species_that_was_not_seen_in_a_season_stands_at_zero() -> None:
    figure = years_figure([season(2018, 3, 6), season(2020, 3)])
    by_label = {curve.label: curve.points for curve in figure.curves}
    assert by_label["2"] == ((2018, 40.0), (2020, 0.0))


def test_there_are_as_many_curves_as_there_are_colours() -> None:
    figure = years_figure([season(2020, 9, 8, 7, 6, 5, 4)])
    assert [curve.label for curve in figure.curves] == ["toutes espèces", "1", "2", "3", "4"]
    assert len(figure.curves) == CURVES + 1


def test_a_share_without_ponds_is_a_dash() -> None:
    assert (percent(None), percent(0), percent(51 / 137)) == ("–", "0,0 %", "37,2 %")

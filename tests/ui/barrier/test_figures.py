"""The figures of two campaigns in a year, of a check outside its campaign, and of the weather nobody went out in."""

from fieldapp.core.record import Node
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.phenology import Selection
from fieldapp.protocols.pitfall_barrier.season import place_of, seasons
from fieldapp.ui.barrier import figures, figures_weather
from fieldapp.ui.barrier.figures import Choice, Loaded
from fieldapp.ui.plots import DailyBars, DayCurves, YearTrend
from tests.protocols.pitfall_barrier.barrier_sample import (
    TODAY,
    barrier,
    bucket,
    campaign,
    catch,
    check,
    missed,
    spring,
)

TOADS = Choice(Selection(259), 2022)


def loaded(*children: Node) -> Loaded:
    return Loaded(seasons(barrier(*children), TODAY), ((259, 1),), {259: "Crapaud commun"})


def test_the_trend_is_of_the_time_of_year_in_front_and_says_what_it_leaves_out() -> None:
    both = [
        node
        for year in (2020, 2021, 2022)
        for node in (
            *spring(year, {f"03-{10 + year - 2020}": 5}),
            *spring(year, {"10-10": 2}, first="09-01", last="10-31"),
        )
    ]
    sheet = figures_weather.trend_sheet(loaded(*both), TOADS, lists.settings())
    assert isinstance(sheet.figure, YearTrend)
    first = place_of("2020-03-10", 2020)
    assert [(point.year, point.place) for point in sheet.figure.points] == [
        (2020, first), (2021, first + 1), (2022, first + 2),
    ]  # fmt: skip
    assert sheet.notes[-1] == "3 saisons à une autre époque de l’année ne sont pas comparées."


def test_a_curve_stops_between_the_campaign_and_a_check_outside_it() -> None:
    usual = [node for year in (2019, 2020, 2021) for node in spring(year, {"03-10": 5, "10-10": 5}, last="10-31")]
    site = loaded(*usual, *spring(2022, {"03-10": 5}, last="03-31"), check("2022-10-10", catch(5)))
    sheet = figures.curves_sheet(site, TOADS, lists.settings())
    assert isinstance(sheet.figure, DayCurves)
    (curve,) = [one for one in sheet.figure.curves if one.label == "2022"]
    assert curve.points[-3:] == (
        (place_of("2022-03-31", 2022), 50),
        (place_of("2022-10-09", 2022), None),
        (place_of("2022-10-10", 2022), 100),
    )


def test_the_night_before_a_morning_nobody_looked_into_shows_its_weather_and_its_mark() -> None:
    wet = missed("2022-02-02")
    wet.record.data.update({"night_min_c": 8.0, "night_max_c": 11.0, "rain_mm": 5.0})
    site = loaded(campaign("2022-02-01", "2022-02-03"), check("2022-02-01", catch(4), night_min_c=1.0), wet)
    sheet = figures_weather.daily_sheet(site, TOADS, lists.settings())
    assert isinstance(sheet.figure, DailyBars)
    told = [(day.count, day.night_min_c, day.night_max_c, day.rain_mm, day.marked) for day in sheet.figure.days]
    assert told == [(4, 1.0, None, None, False), (None, 8.0, 11.0, 5.0, True), (None, None, None, None, False)]
    assert sheet.rows[1] == ("2022-02-02", "", "8", "11", "5")
    assert sheet.notes == (
        "2022 : 2 matins non relevés ; 1 nuit favorable (minimum d’au moins 5 °C et pluie d’au moins 0,1 mm) sur 2 de "
        "météo connue (50 %), 0 % des animaux",
    )


def test_the_catch_per_bucket_and_night_of_all_seasons_is_added_up() -> None:
    site = loaded(
        bucket("1"),
        campaign("2021-02-01", "2021-02-01"), check("2021-02-01", catch(3)),
        campaign("2022-02-01", "2022-02-03"), *(check(f"2022-02-0{day}", catch(1)) for day in (1, 2, 3)),
    )  # fmt: skip
    sheet = figures_weather.effort_sheet(site, TOADS, lists.settings())
    assert [row[7] for row in sheet.rows] == ["1,000", "3,000", "1,500"]


def test_a_season_that_does_not_compare_is_marked_in_the_table_of_effort_and_told_below() -> None:
    hole = [f"03-{day:02}" for day in range(5, 25)]
    site = loaded(*spring(2021, {"03-10": 5}), *spring(2022, {"03-01": 5}, without=hole))
    sheet = figures_weather.effort_sheet(site, TOADS, lists.settings())
    assert [(row[0], row[5]) for row in sheet.rows] == [("2022 *", "20"), ("2021", "0"), ("Toutes", "20")]
    assert sheet.notes == ("* 2022 : 20 matins non relevés, ses chiffres ne se comparent pas à ceux des autres.",)


def test_a_season_with_a_hole_has_no_curve_and_that_is_said() -> None:
    usual = [node for year in (2019, 2020, 2021) for node in spring(year, {"03-01": 5, "03-10": 5})]
    hole = [f"03-{day:02}" for day in range(5, 25)]
    sheet = figures.curves_sheet(loaded(*usual, *spring(2022, {"03-01": 5}, without=hole)), TOADS, lists.settings())
    assert isinstance(sheet.figure, DayCurves)
    assert [one.label for one in sheet.figure.curves] == ["2019", "2020", "2021"]
    assert sheet.notes[-1] == "Pas de courbe pour 2022 : trop de matins non relevés."
    _titles, rows = sheet.table()
    assert {row[4] for row in rows if row[0] == "2022"} == {""}
    assert {row[4] for row in rows if row[0] == "2021"} == {"0,0", "50,0", "100,0"}

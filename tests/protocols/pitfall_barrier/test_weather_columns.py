"""Which column is what: by name, by what stands in it, and as the person said the last time."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.pitfall_barrier import weather_columns, weather_table
from fieldapp.protocols.pitfall_barrier.weather_columns import Mapping
from fieldapp.protocols.pitfall_barrier.weather_table import Table

VALUES = {"date": "2026-03-17", "min": "3,4", "max": "9,1", "rain": "0,2"}


def guessed(text: str) -> Mapping:
    table = weather_table.read(text)
    return weather_columns.guess(table.header, table.rows)


def columns(found: Mapping) -> tuple[int | None, ...]:
    return found.date, found.night_min_c, found.night_max_c, found.rain_mm


@pytest.mark.parametrize(
    "names",
    [
        ("date", "tmin", "tmax", "pluie"),
        ("Date", "T min (°C)", "T max (°C)", "Précipitations (mm)"),
        ("Jour", "Température minimale", "Température maximale", "Cumul de pluie"),
        ("check_on", "night_min_c", "night_max_c", "rain_mm"),
        ("time", "temperature_2m_min (°C)", "temperature_2m_max (°C)", "precipitation_sum (mm)"),
        ("AAAAMMJJ", "TN", "TX", "RR"),
        ("Day", "Minimum", "Maximum", "Rainfall"),
        ("matin", "Mini nuit", "Maxi nuit", "Pluie 24h"),
        ("DATE", "TMIN", "TMAX", "PRCP"),
    ],
)
@given(data=st.data())
def test_names_are_known_in_any_order_among_columns_that_mean_nothing_here(
    names: tuple[str, ...], data: st.DataObject
) -> None:
    kinds = dict(zip(names, VALUES.values(), strict=True))
    others = {"QTN": "1", "HTN": "0512", "Humidité min (%)": "60", "Tmin sol": "-1", "Vent max": "12", "Alti": "47"}
    order = data.draw(st.permutations([*kinds, *others]))
    found = guessed(";".join(order) + "\n" + ";".join({**kinds, **others}[name] for name in order))
    assert [order[place] for place in columns(found) if place is not None] == [*names]


def test_a_daily_file_of_meteo_france_is_known_and_its_rain_is_moved_to_the_next_morning() -> None:
    # Header of the files "RR-T-Vent" of meteo.data.gouv.fr.
    header = "NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJ;RR;QRR;TN;QTN;HTN;QHTN;TX;QTX;HTX;QHTX;TM;QTM;TNTXM;QTNTXM"
    header += ";TAMPLI;QTAMPLI;TNSOL;QTNSOL;TN50;QTN50;DG;QDG;FFM;QFFM;DXY;QDXY"
    row = "62193002;LENS;50.43;2.81;47;20260317;1.2;1;3.4;1;0512;9;9.1;1;1405;9;6;1;6.2;1;5.7;1;1;1;2;1;0;1;3;1;240;1"
    found = guessed(f"{header}\n{row}\n")
    assert columns(found) == (5, 8, 12, 6)
    assert found.rain_shift_days == 1
    assert found.station is None
    assert len(found.doubts) == 2
    assert "6 h à 6 h" in found.doubts[0]
    assert "après-midi" in found.doubts[1]


def test_other_files_keep_their_rain_where_it_is() -> None:
    assert guessed("date;rr\n2026-03-17;1\n").rain_shift_days == 0


def test_several_stations_are_a_doubt_and_one_is_none() -> None:
    found = guessed("NOM_USUEL;AAAAMMJJ;TN\nLENS;20260317;1\nARRAS;20260317;2\n")
    assert found.station == 0
    assert "stations" in found.doubts[0]
    both = guessed("NUM_POSTE;NOM_USUEL;AAAAMMJJ;TN\n62193002;LENS;20260317;1\n62041001;ARRAS;20260317;2\n")
    assert both.station == 1
    table = weather_table.read("NOM_USUEL;AAAAMMJJ;TN\nLENS;20260317;1\nARRAS;20260317;2\nLENS;20260318;2\n")
    assert weather_columns.stations(table.rows, 0) == ("LENS", "ARRAS")
    assert weather_columns.stations(table.rows, None) == ()


def test_a_file_by_the_hour_is_told_apart_from_one_by_the_day() -> None:
    hours = "".join(f"2026-03-17 {hour:02}:00;{hour}\n" for hour in range(24))
    assert any("plusieurs lignes par jour" in doubt for doubt in guessed(f"date;tmin\n{hours}").doubts)
    assert guessed("date;tmin\n2026-03-17;1\n").doubts == ()


def test_without_names_the_columns_are_told_by_their_numbers_and_it_is_said() -> None:
    rows = "".join(f"{day}/03/2026;{rain};{day / 2};{day + 3}\n" for day, rain in zip(range(10, 20), [0, 3] * 5))  # noqa: B905
    found = guessed(rows)
    assert columns(found) == (0, 2, 3, 1)
    assert "devinées" in found.doubts[0]


def test_rain_is_told_from_mild_nights_and_an_empty_cell_or_an_even_night_is_no_hindrance() -> None:
    nights = [(5.5, 9), (6, 6), ("", 8), (4, ""), (7.5, 12), (3, 11), (2, 8), (6, 10)]
    rows = "".join(f"{day}/03/2026;{a};{b};{day % 3}\n" for day, (a, b) in enumerate(nights, start=13))
    assert columns(guessed(rows)) == (0, 1, 2, 3)


def test_numbers_that_cannot_be_told_are_left_to_the_person() -> None:
    found = guessed("17/03/2026;a\n18/03/2026;b\n")
    assert columns(found) == (0, None, None, None)
    assert not found.is_enough


# ---------------------------------------------------------------------------------------------- day, month


def test_a_number_above_twelve_says_what_stands_first() -> None:
    assert guessed("date;tmin\n04/13/2026;1\n04/02/2026;1\n").day_first is False
    assert guessed("date;tmin\n13/04/2026;1\n02/04/2026;1\n").day_first is True


@given(st.dates(date(2005, 1, 1), date(2026, 1, 1)), st.integers(3, 12), st.booleans())
def test_days_that_follow_each_other_say_what_stands_first(first: date, length: int, day_first: bool) -> None:
    days = [first + timedelta(days=step) for step in range(length)]
    form = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    found = guessed("date;tmin\n" + "".join(f"{day.strftime(form)};1\n" for day in days))
    low = all(day.day <= 12 for day in days)
    swapped = [date(day.year, day.day, day.month) for day in days] if low else []
    is_open = low and sum((b - a).days == 1 for a, b in pairwise(swapped)) == length - 1
    assert found.day_first == (day_first or is_open)
    assert found.doubts == () or is_open


def test_one_day_that_could_be_either_is_a_doubt_and_the_day_comes_first() -> None:
    found = guessed("date;tmin\n04/03/2026;1\n")
    assert found.day_first is True
    assert "04/03/2026" in found.doubts[0]


# ---------------------------------------------------------------------------------------------- remembered


def test_a_mapping_kept_by_names_fits_the_next_file_in_another_order() -> None:
    kept = weather_columns.remember(
        Mapping(0, 1, None, 2, day_first=False, rain_shift_days=1, station=3, only_station="LENS"),
        ("date", "tn", "rr", "poste"),
    )
    assert weather_columns.recall(kept, ("poste", "rr", "tn", "date")) == Mapping(
        3, 2, None, 1, day_first=False, rain_shift_days=1, station=0, only_station="LENS"
    )


@pytest.mark.parametrize("header", [("date", "rr"), ("jour", "tn", "rr")])
def test_a_mapping_is_not_recalled_for_a_file_that_lacks_one_of_its_columns(header: tuple[str, ...]) -> None:
    kept = weather_columns.remember(Mapping(0, 1, None, 2), ("date", "tn", "rr"))
    assert weather_columns.recall(kept, header) is None
    assert weather_columns.recall({}, header) is None


def test_a_shift_that_makes_no_sense_is_forgotten() -> None:
    kept = {"date": "d", "rain_mm": "r", "rain_shift_days": 9}
    assert weather_columns.recall(kept, ("d", "r")) == Mapping(0, rain_mm=1)


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=4), min_size=1, max_size=6))
def test_whatever_stands_in_a_table_a_guess_stays_within_its_columns(cells: list[list[str]]) -> None:
    width = len(cells[0])
    rows = tuple(weather_table.Row(line, tuple(row)) for line, row in enumerate(cells[1:], start=2))
    table = Table(tuple(cells[0]), rows)
    found = weather_columns.guess(table.header, table.rows)
    assert all(place is None or 0 <= place < width for place in (*columns(found), found.station))

"""The weather of each morning: decimal commas read, nonsense told by its line and not taken, rain on its morning."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.pitfall_barrier import weather_days, weather_table
from fieldapp.protocols.pitfall_barrier.weather_columns import Mapping
from fieldapp.protocols.pitfall_barrier.weather_days import DayWeather, LineNote, Reading

TODAY = date(2026, 11, 20)
ALL = Mapping(0, 1, 2, 3)


def days_of(rows: str, mapping: Mapping = ALL) -> Reading:
    return weather_days.read_days(weather_table.read(f"date;tn;tx;rr\n{rows}"), mapping, TODAY)


def said(rows: str, mapping: Mapping = ALL) -> list[tuple[int, str, str]]:
    return [(note.line, note.column, note.sentence) for note in days_of(rows, mapping).notes]


@pytest.mark.parametrize("cells", ["-1,5;9;0,2", "-1.5;9.0;0.2", "-1,5 °C;9 C;0,2 mm", "\N{MINUS SIGN}1,5; 9 ;,2"])
def test_commas_points_and_units_are_all_the_same_number(cells: str) -> None:
    assert days_of(f"18/03/2026;{cells}\n").days == (DayWeather("2026-03-18", -1.5, 9.0, 0.2, 2),)


@pytest.mark.parametrize("nothing", ["", "mq", "-", "NA", "nan", "-9999", "-99.9"])
def test_a_value_that_was_not_measured_is_passed_over_without_a_word(nothing: str) -> None:
    assert days_of(f"2026-03-18;{nothing};9;{nothing}\n") == Reading(
        (DayWeather("2026-03-18", None, 9.0, None, 2),), ()
    )


def test_a_night_may_be_as_warm_as_it_was_cold() -> None:
    assert days_of("2026-03-18;4;4;0\n") == Reading((DayWeather("2026-03-18", 4.0, 4.0, 0.0, 2),), ())


def test_a_column_that_no_row_has_says_nothing() -> None:
    assert days_of("2026-03-18;4;9;0\n", Mapping(0, 1, 8, 9)).days == (DayWeather("2026-03-18", 4.0, None, None, 2),)
    assert said("hier;4;9;0\n", Mapping(4, 1)) == [(2, "", "Pas de date sur cette ligne.")]


def test_traces_of_rain_are_none() -> None:
    assert days_of("2026-03-18;;;traces\n").days[0].rain_mm == 0


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ("2026-03-18;71;;1", (2, "tn", "Minimum de la nuit : 71 °C n’est pas possible, non repris.")),
        ("2026-03-18;;-41;1", (2, "tx", "Maximum de la nuit : -41 °C n’est pas possible, non repris.")),
        ("2026-03-18;1;;-0,1", (2, "rr", "Pluie : -0,1 mm n’est pas possible, non repris.")),
        ("2026-03-18;1;;901", (2, "rr", "Pluie : 901 mm n’est pas possible, non repris.")),
        ("2026-03-18;doux;;1", (2, "tn", "« doux » n’est pas un nombre : non repris.")),
        ("31/02/2026;1;;1", (2, "date", "« 31/02/2026 » n’est pas une date lisible.")),
        ("18/03/2102;1;;1", (2, "date", "Le 18/03/2102 est dans l’avenir : ligne non reprise.")),
        (
            "2026-03-18;9;1;1",
            (2, "tn", "Minimum 9 °C au-dessus du maximum 1 °C : aucun des deux n’est repris."),
        ),
    ],
)
def test_what_cannot_be_right_is_told_by_its_line_and_not_taken(row: str, note: tuple[int, str, str]) -> None:
    reading = days_of(f"{row}\n2026-03-19;2;3;4\n")
    assert [(one.line, one.column, one.sentence) for one in reading.notes] == [note]
    assert reading.days[-1] == DayWeather("2026-03-19", 2.0, 3.0, 4.0, 3)
    taken = {value for day in reading.days[:-1] for value in (day.night_min_c, day.night_max_c, day.rain_mm)}
    assert taken <= {None, 1.0}


def test_a_day_told_twice_alike_is_one_and_told_otherwise_is_not_taken_where_it_differs() -> None:
    assert days_of("2026-03-18;1;2;3\n18/03/2026;1;2;3\n") == Reading((DayWeather("2026-03-18", 1.0, 2.0, 3.0, 2),), ())
    reading = days_of("2026-03-18;1;2;3\n18/03/2026;1;4;3\n2026-03-18;1;5;3\n")
    assert reading.days == (DayWeather("2026-03-18", 1.0, None, 3.0, 2),)
    assert reading.notes == (
        LineNote(3, "tx", "Les lignes 2 et 3 disent autre chose du 18/03/2026 : aucune n’est reprise."),
    )


def test_a_row_that_is_too_short_says_nothing_of_what_it_lacks() -> None:
    assert days_of("2026-03-17;1;2;3\n2026-03-18;1\n").days[1] == DayWeather("2026-03-18", 1.0, None, None, 3)


@pytest.mark.parametrize(("shift", "rain"), [(0, [5.0, 0.0, None]), (1, [None, 5.0, 0.0])])
def test_rain_counted_from_six_to_six_belongs_to_the_next_morning(shift: int, rain: list[float | None]) -> None:
    # RR of the 17th fell until 6 h of the 18th (source: Météo-France), in the night before that morning.
    mapping = Mapping(0, 1, None, 3, rain_shift_days=shift)
    found = days_of("2026-03-17;3;;5\n2026-03-18;4;;0\n2026-03-19;5;;\n", mapping).days
    assert [day.rain_mm for day in found if day.on >= "2026-03-17"] == rain
    assert [day.night_min_c for day in found] == [3.0, 4.0, 5.0]


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(-40, 45), st.integers(0, 900)), max_size=40), st.integers(0, 2)
)
def test_whatever_a_file_tells_of_days_each_day_comes_once_and_in_order(
    told: list[tuple[int, int, int]], shift: int
) -> None:
    first = date(2026, 2, 1)
    rows = [(first + timedelta(days=step), least, rain) for step, least, rain in told]
    text = "".join(f"{day:%d/%m/%Y};{least};;{rain}\n" for day, least, rain in rows)
    reading = days_of(f"2025-02-01;;;\n{text}", Mapping(0, 1, None, 3, rain_shift_days=shift))
    assert [day.on for day in reading.days] == sorted({day.on for day in reading.days})
    for day in reading.days:
        on = date.fromisoformat(day.on)
        least = {value for other, value, _rain in rows if other == on}
        rain = {value for other, _least, value in rows if other + timedelta(days=shift) == on}
        assert day.night_min_c == (least.pop() if len(least) == 1 else None)
        assert day.rain_mm == (rain.pop() if len(rain) == 1 else None)


def test_of_several_stations_only_the_chosen_one_counts_and_none_is_chosen_for_the_person() -> None:
    table = weather_table.read("poste;date;tn\nLENS;2026-03-18;1\nARRAS;2026-03-18;2\n")
    mapping = Mapping(1, 2, station=0)
    unchosen = weather_days.read_days(table, mapping, TODAY)
    assert unchosen.days == ()
    assert "station" in unchosen.notes[0].sentence
    chosen = weather_days.read_days(table, Mapping(1, 2, station=0, only_station="ARRAS"), TODAY)
    assert chosen == Reading((DayWeather("2026-03-18", 2.0, None, None, 3),), ())


def test_without_a_date_or_a_value_the_person_is_asked_for_it() -> None:
    for mapping in (Mapping(0), Mapping(night_min_c=1)):
        assert days_of("2026-03-18;1;2;3\n", mapping).days == ()
        assert "Dites quelle colonne" in said("2026-03-18;1;2;3\n", mapping)[0][2]


def test_the_month_comes_first_where_the_mapping_says_so() -> None:
    assert days_of("04/03/2026;1;2;3\n", Mapping(0, 1, day_first=False)).days[0].on == "2026-04-03"


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_stands_in_the_cells_it_is_a_day_or_a_sentence_or_nothing(day: str, value: str) -> None:
    table = weather_table.Table(("date", "tn"), (weather_table.Row(2, (day, value)),))
    reading = weather_days.read_days(table, Mapping(0, 1), TODAY)
    assert len(reading.days) + len(reading.notes) <= 1
    assert all(note.sentence.endswith(".") for note in reading.notes)


def test_of_a_minimum_above_the_maximum_neither_is_taken_and_the_rain_is() -> None:
    assert days_of("2026-03-18;9;1;2\n").days == (DayWeather("2026-03-18", None, None, 2.0, 2),)

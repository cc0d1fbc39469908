import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fieldapp.core import dates, parse
from fieldapp.core.parse import Count

TODAY = date(2026, 11, 20)
# What a tired person may hit: figures and marks mostly, now and then anything.
TYPED = st.text(alphabet="0123456789-–/.,:;hH+~ <>aàenvir°'\"NSEWO()@#=&\n\u00a0²٣", max_size=30) | st.text(
    max_size=150
)


def value_or_sentence(read: Callable[[str], object], text: str) -> object | None:
    """Return what was read, None when it was refused in a sentence; any other failure is let through."""
    try:
        return read(text)
    except ValueError as refused:
        sentence = str(refused)
    assert re.fullmatch(r"(?s)[«L].{15,}[.»]", sentence), sentence
    return None


# ------------------------------------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    "text",
    [
        "14/04/2026",
        "14/4",
        "14.04.26",
        "140426",
        "14042026",
        "1404",
        "14-4",
        "14 4",
        "2026-04-14",
        "20260414",
        " 14 / 4 ",
        "14 avril",
        "14 avr.",
        "mardi 14 avril",
        "Mardi 14 avril 2026",
        "mar. 14 avril 26",
        "14/4/26",
    ],
)
def test_the_fourteenth_of_april_may_be_typed_in_many_ways(text: str) -> None:
    assert parse.parse_date(text, TODAY) == "2026-04-14"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hier", "2026-11-19"),
        ("aujourd'hui", "2026-11-20"),
        ("Aujourd’hui", "2026-11-20"),
        ("demain", "2026-11-21"),
        ("avant-hier", "2026-11-18"),
        ("1er mai", "2026-05-01"),
    ],
)
def test_words_for_days_are_read(text: str, day: str) -> None:
    assert parse.parse_date(text, TODAY) == day


@pytest.mark.parametrize(("text", "day"), [("20/11", "2026-11-20"), ("21/11", "2025-11-21"), ("29/2", "2024-02-29")])
def test_a_day_without_a_year_is_the_latest_that_is_not_in_the_future(text: str, day: str) -> None:
    assert parse.parse_date(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31/2", "Le 31/2 n’existe pas : vérifiez le jour et le mois."),
        ("29/02/2026", "Le 29/2 n’existe pas : vérifiez le jour et le mois."),
        ("22/11/2026", "Le 22/11/2026 est dans l’avenir : vérifiez le jour et l’année."),
        ("14/04/99", "Le 14/04/2099 est dans l’avenir : vérifiez le jour et l’année."),
        ("31/12/1899", "Le 31/12/1899 est trop ancien : écrivez l’année avec quatre chiffres."),
        ("mercredi 14 avril", "Le 14/04/2026 est un mardi : vérifiez le jour."),
        ("bientôt", "« bientôt » n’est pas une date : écrivez 14/04/2026, 14/4 ou 14 avril."),
        ("", "«  » n’est pas une date : écrivez 14/04/2026, 14/4 ou 14 avril."),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_the_way_out(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        parse.parse_date(text, TODAY)


@given(TYPED)
@example("٣/٤")
@example("0" * 5000)
def test_any_text_is_a_date_in_range_or_a_sentence(text: str) -> None:
    day = value_or_sentence(lambda typed: parse.parse_date(typed, TODAY), text)
    assert day is None or "1900-01-01" <= str(day) <= "2026-11-21"


@given(st.dates(date(1900, 1, 1), TODAY + timedelta(days=1)))
def test_a_date_that_is_shown_reads_back_equal(day: date) -> None:
    stored = day.isoformat()
    assert parse.show_date(stored) == f"{stored[8:]}/{stored[5:7]}/{stored[:4]}"
    assert parse.parse_date(parse.show_date(stored), TODAY) == stored
    assert parse.parse_date(dates.in_words(day, with_year=True), TODAY) == stored


@given(st.dates(TODAY - timedelta(days=364), TODAY))
def test_a_day_of_the_last_year_needs_no_year(day: date) -> None:
    assert parse.parse_date(f"{day.day}/{day.month}", TODAY) == day.isoformat()
    assert parse.parse_date(dates.in_words(day), TODAY) == day.isoformat()


# ------------------------------------------------------------------------------------------------ times


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("21:02", "21:02"),
        ("21h02", "21:02"),
        ("21 H 02", "21:02"),
        ("2102", "21:02"),
        ("21.02", "21:02"),
        ("21h", "21:00"),
        ("21", "21:00"),
        ("905", "09:05"),
        ("9h05", "09:05"),
        ("0:00", "00:00"),
        ("2359", "23:59"),
    ],
)
def test_a_time_may_be_typed_in_many_ways(text: str, time: str) -> None:
    assert parse.parse_time(text) == time


@pytest.mark.parametrize("text", ["9:5", "24:00", "12:60", "21:02:30", "-1", "99999", "", "midi"])
def test_a_time_that_is_none_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="n’est pas une heure : écrivez 21:02, 21h02 ou 2102"):
        parse.parse_time(text)


@given(TYPED)
def test_any_text_is_a_time_of_the_day_or_a_sentence(text: str) -> None:
    time = value_or_sentence(parse.parse_time, text)
    assert time is None or re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", str(time))


@given(st.times())
def test_a_time_that_is_shown_reads_back_equal(time: object) -> None:
    stored = str(time)[:5]
    assert parse.parse_time(parse.show_time(stored)) == stored


# ----------------------------------------------------------------------------------------------- counts


@pytest.mark.parametrize(
    ("text", "count"),
    [("12", Count(12, 12)), ("0", Count(0, 0)), ("007", Count(7, 7))]
    + [(text, Count(12, 22, True)) for text in ("12-22", "12–22", "12 - 22", "12 à 22", "~12-22")]
    + [(text, Count(12, 12, True)) for text in ("~12", "~ 12", "env 12", "env. 12", "environ 12", "12 env.")],
)
def test_a_count_says_whether_it_was_counted_or_estimated(text: str, count: Count) -> None:
    assert parse.parse_count(text) == count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3+", "« 3+ » n’a pas de fin : écrivez une fourchette (3-10) ou une estimation (~5)."),
        ("12 et plus", "n’a pas de fin"),
        (">3", "n’a pas de fin"),
        ("12-", "n’a pas de fin"),
        ("-1", "jamais négatif"),
        ("22-12", "le plus petit nombre d’abord, 12-22."),
        ("12 22", "n’est pas un nombre : écrivez 12 (compté), 12-22 ou ~12 (estimé)."),
        ("1,5", "n’est pas un nombre"),
        ("1000001", "trop grand : au plus 1000000."),
        ("9" * 90, "trop grand"),
        ("douze", "n’est pas un nombre"),
    ],
)
def test_a_count_that_means_nothing_certain_is_refused_with_the_way_to_write_it(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse.parse_count(text)


@given(TYPED)
@example("9" * 20000)
def test_any_text_is_a_count_in_order_or_a_sentence(text: str) -> None:
    count = value_or_sentence(parse.parse_count, text)
    if isinstance(count, Count):
        assert 0 <= count.minimum <= count.maximum <= 1_000_000
        assert count.estimated or count.minimum == count.maximum


@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000), st.booleans())
def test_a_count_that_is_shown_reads_back_equal(one: int, other: int, estimated: bool) -> None:
    count = Count(min(one, other), max(one, other), estimated or one != other)
    assert parse.parse_count(parse.show_count(count)) == count


def test_a_count_is_shown_as_people_write_it() -> None:
    shown = [parse.show_count(count) for count in (Count(12, 12), Count(12, 22, True), Count(12, 12, True))]
    assert shown == ["12", "12–22", "~12"]


# ---------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("66,5", 66.5),
        ("66.5", 66.5),
        ("-3,25", -3.25),
        ("−3", -3.0),
        (",5", 0.5),
        ("1 234,5", 1234.5),
        ("1\u202f234", 1234.0),
    ],
)
def test_a_number_takes_comma_and_point(text: str, number: float) -> None:
    assert parse.parse_number(text) == number


@pytest.mark.parametrize("text", ["", "1,2,3", "1.234,5", "nan", "inf", "1e5", "12 g", "1 2", "9" * 400])
def test_what_is_not_one_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"n’est pas un nombre : écrivez 66,5 ou 66\.5"):
        parse.parse_number(text)


@given(TYPED)
def test_any_text_is_a_finite_number_or_a_sentence(text: str) -> None:
    number = value_or_sentence(parse.parse_number, text)
    assert number is None or (isinstance(number, float) and abs(number) < 1e16)


@given(st.integers(-(10**14), 10**14))
def test_a_number_that_is_shown_reads_back_equal(ten_thousandths: int) -> None:
    number = ten_thousandths / 10_000
    assert parse.parse_number(parse.show_number(number)) == number


def test_a_number_is_shown_with_a_comma_in_french() -> None:
    assert parse.show_number(66.5) == "66,5"
    assert parse.show_number(66.0) == "66"
    assert parse.show_number(100.0) == "100"
    assert parse.show_number(66.5, 2) == "66,50"


def test_a_number_is_shown_with_a_point_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "language", lambda: "en")
    assert parse.show_number(66.5) == "66.5"


@given(TYPED)
def test_any_text_is_a_whole_number_or_a_sentence(text: str) -> None:
    number = value_or_sentence(parse.parse_integer, text)
    assert number is None or isinstance(number, int)


@given(st.integers(-(10**14), 10**14))
def test_a_whole_number_reads_back_equal(number: int) -> None:
    assert parse.parse_integer(str(number)) == number

"""Weather joined to the checks: what a hand typed stays, and the same file twice changes nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core import checking
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Context
from fieldapp.protocols.pitfall_barrier import schema, weather
from fieldapp.protocols.pitfall_barrier.protocol import PROTOCOL
from fieldapp.protocols.pitfall_barrier.weather import DayWeather, What

FILE = "Q_62_latest.csv"


def visit(day: str, **values: Any) -> Record:
    return make_record(schema.CODE, schema.VISIT, {"check_on": day, "state": "empty", **values}, "site")


def night(day: str, least: float | None = 3.0, most: float | None = 9.0, rain: float | None = 0.2) -> DayWeather:
    return DayWeather(day, least, most, rain, 2)


def test_a_check_without_weather_is_filled_and_knows_where_it_came_from() -> None:
    check = visit("2026-03-18", comments="brume")
    [changed] = weather.apply(weather.plan([night("2026-03-18")], [check]), FILE)
    assert changed.uid == check.uid
    assert changed.data == {
        **check.data,
        "night_min_c": 3.0,
        "night_max_c": 9.0,
        "rain_mm": 0.2,
        "weather_fields": ["night_min_c", "night_max_c", "rain_mm"],
        "night_min_file": FILE,
        "night_max_file": FILE,
        "rain_file": FILE,
    }


def test_what_was_typed_is_never_overwritten_not_even_when_files_may_be_replaced() -> None:
    check = visit("2026-03-18", night_min_c=5.0, rain_mm=0.0)
    found = weather.plan([night("2026-03-18")], [check])
    assert [(item.field, item.stored, item.given) for item in found.of(What.TYPED)] == [
        ("night_min_c", 5.0, 3.0),
        ("rain_mm", 0.0, 0.2),
    ]
    [changed] = weather.apply(found, FILE, replace_files=True)
    assert changed.data["night_min_c"] == 5.0
    assert changed.data["rain_mm"] == 0.0
    assert changed.data["weather_fields"] == ["night_max_c"]


def test_a_later_file_replaces_an_earlier_one_only_when_the_person_says_so() -> None:
    check = visit("2026-03-18", night_min_c=5.0, weather_fields=["night_min_c"], night_min_file="premier.csv")
    found = weather.plan([night("2026-03-18", most=None, rain=None)], [check])
    assert [item.what for item in found.items] == [What.OTHER_FILE]
    assert weather.apply(found, FILE) == []
    [changed] = weather.apply(found, FILE, replace_files=True)
    assert changed.data["night_min_c"] == 3.0
    assert changed.data["night_min_file"] == FILE


def test_every_value_keeps_the_name_of_its_own_file() -> None:
    check = visit("2026-03-18")
    [cold] = weather.apply(weather.plan([night("2026-03-18", most=None, rain=None)], [check]), "tmin.csv")
    [wet] = weather.apply(weather.plan([night("2026-03-18", least=None, most=None)], [cold]), "pluie.csv")
    assert wet.data["weather_fields"] == ["night_min_c", "rain_mm"]
    assert (wet.data["night_min_file"], wet.data["rain_file"]) == ("tmin.csv", "pluie.csv")
    assert "night_max_file" not in wet.data


def test_days_without_a_check_and_checks_without_weather_are_named() -> None:
    found = weather.plan(
        [night("2026-03-19"), night("2026-03-18"), night("2026-03-16")],
        [visit("2026-03-17"), visit("2026-03-18"), visit("2026-03-19").removed()],
    )
    assert found.no_check == ("2026-03-16", "2026-03-19")
    assert found.no_weather == ("2026-03-17",)


def test_a_morning_nobody_looked_into_gets_its_weather_too() -> None:
    missed = make_record(schema.CODE, schema.VISIT, {"check_on": "2026-03-18", "state": "missed"}, "site")
    [changed] = weather.apply(weather.plan([night("2026-03-18", least=-6.0)], [missed]), FILE)
    assert changed.data["night_min_c"] == -6.0
    assert changed.data["state"] == "missed"


values = st.none() | st.sampled_from([-2.0, 0.0, 3.5])


@given(
    st.lists(st.tuples(st.integers(1, 28), values, values, values), unique_by=lambda one: one[0]),
    st.lists(st.tuples(st.integers(1, 28), values, values, values, st.sets(st.sampled_from(schema.WEATHER)))),
    st.booleans(),
)
def test_whatever_meets_no_typed_value_changes_and_the_same_file_again_changes_nothing(
    told: list[Any], checks: list[Any], replace_files: bool
) -> None:
    days = [night(f"2026-03-{day:02}", *of_day) for day, *of_day in told]
    visits = []
    for day, *of_day, sourced in checks:
        stored = {name: value for name, value in zip(schema.WEATHER, of_day, strict=True) if value is not None}
        from_file = [name for name in schema.WEATHER if name in sourced and name in stored]
        visits.append(visit(f"2026-03-{day:02}", **stored, weather_fields=from_file))
    by_uid = {one.uid: one for one in visits}
    changed = weather.apply(weather.plan(days, visits), FILE, replace_files=replace_files)
    for after in changed:
        before = by_uid[after.uid].data
        typed = {name for name in schema.WEATHER if name in before and name not in before.get("weather_fields", ())}
        assert {name: after.data[name] for name in typed} == {name: before[name] for name in typed}
        assert not typed & set(after.data["weather_fields"])
        assert {"wrong_type", "unknown_choice"}.isdisjoint(
            problem.code for problem in checking.problems(PROTOCOL, schema.VISIT, Context(after.data))
        )
        by_uid[after.uid] = after
    again = weather.plan(days, by_uid.values())
    assert weather.apply(again, FILE, replace_files=replace_files) == []
    assert not again.of(What.FILL)


def test_a_file_as_it_comes_fills_the_checks_of_its_days() -> None:
    text = "Date;Pluie (mm);T° min\r\n17/03/2026;0,4;2,5\r\n18/03/2026;3;71\r\n"
    table = weather.read(weather.decode(text.encode("cp1252")))
    reading = weather.read_days(table, weather.guess(table.header, table.rows))
    checks = [visit("2026-03-17"), visit("2026-03-18", rain_mm=2.0)]
    [changed] = weather.apply(weather.plan(reading.days, checks), FILE)
    assert changed.on_date == "2026-03-17"
    assert (changed.data["night_min_c"], changed.data["rain_mm"]) == (2.5, 0.4)
    assert [note.line for note in reading.notes] == [3]

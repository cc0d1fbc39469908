"""Where the weather of a check came from."""

from fieldapp.protocols.pitfall_barrier.weather_source import from_file, typed_by_hand

READ = {
    "night_min_c": 5.0,
    "rain_mm": 1.0,
    "weather_fields": ["night_min_c", "rain_mm"],
    "night_min_file": "tmin.csv",
    "rain_file": "pluie.csv",
}


def test_only_values_that_are_there_came_from_a_file() -> None:
    assert from_file(READ) == {"night_min_c", "rain_mm"}
    assert from_file({name: value for name, value in READ.items() if name != "rain_mm"}) == {"night_min_c"}
    assert from_file({"rain_mm": 1.0}) == frozenset()


def test_a_value_typed_over_that_of_a_file_is_the_hands_from_then_on() -> None:
    typed = typed_by_hand({**READ, "night_min_c": 6.0}, "night_min_c")
    assert typed == {"night_min_c": 6.0, "rain_mm": 1.0, "weather_fields": ["rain_mm"], "rain_file": "pluie.csv"}
    assert typed_by_hand(typed, "rain_mm") == {"night_min_c": 6.0, "rain_mm": 1.0}


def test_a_value_that_no_file_gave_is_typed_without_a_trace() -> None:
    assert typed_by_hand({**READ, "night_max_c": 9.0}, "night_max_c") == {**READ, "night_max_c": 9.0}

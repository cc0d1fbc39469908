import pytest

from fieldapp.protocols.pitfall_barrier.csv_days import CATCHES, DAY_CELLS, EMPTY, MISSED, Day, Morning, read_day
from fieldapp.protocols.pitfall_barrier.csv_people import People
from fieldapp.protocols.pitfall_barrier.csv_places import Barrier
from tests.protocols.pitfall_barrier.here import Here

CELLS = {"pond": "Mare", "commune": "Vimy", "check_on": "2024-03-02", "checked": "oui", "night_min_c": "3.3"}


def day(*lines: tuple[str, dict[str, str]]) -> Day:
    """Return a morning told by lines, each with what it tells and its cells, as it is read."""
    found = Day("2024-03-02", Barrier(Here(), "Mare", "Vimy"))
    for says, cells in lines:
        found.mornings.append(Morning([(CELLS | cells).get(name, "") for name in DAY_CELLS], says, found))
        found.remarks.add(cells.get("remark", ""))
    read_day(found, People(Here()))
    return found


def test_one_remark_beside_empty_cells_is_of_the_morning() -> None:
    found = day((CATCHES, {"remark": "barrière réparée"}), (CATCHES, {}))
    assert found.fault is None
    assert [(one.data["comments"], one.remark) for one in found.mornings] == [("barrière réparée", "")] * 2


def test_two_remarks_are_of_their_catches() -> None:
    found = day((CATCHES, {"remark": "a"}), (CATCHES, {"remark": "b"}))
    assert [("comments" in one.data, one.remark) for one in found.mornings] == [(False, "a"), (False, "b")]


@pytest.mark.parametrize(
    ("column", "text"),
    [("observer", "Deux"), ("night_min_c", "3.4"), ("night_max_c", "8"), ("rain_mm", "1.5")],
)
def test_lines_that_tell_a_morning_otherwise_refuse_it_whole(column: str, text: str) -> None:
    found = day((CATCHES, {}), (CATCHES, {column: text}))
    assert found.fault is not None
    assert (found.fault.column, found.is_accepted()) == (column, False)
    assert f"« {text} »" in found.fault.sentence


def test_the_same_value_written_otherwise_is_the_same() -> None:
    assert day((CATCHES, {}), (CATCHES, {"night_min_c": "3,3"}), (CATCHES, {"night_min_c": "3.30"})).fault is None


def test_a_line_that_can_not_be_read_is_refused_alone() -> None:
    found = day((EMPTY, {}), (EMPTY, {"rain_mm": "beaucoup"}))
    assert found.fault is None
    assert [one.fault is None for one in found.mornings] == [True, False]
    assert found.is_accepted()


def test_a_morning_that_is_and_is_not_is_refused() -> None:
    fault = day((EMPTY, {}), (MISSED, {"checked": "non"})).fault
    assert fault is not None
    assert "« non » sur une ligne" in fault.sentence


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"night_min_c": "9", "night_max_c": "8"}, "Minimum 9 °C, maximum 8 °C"),
        ({"rain_mm": "101"}, "101 mm de pluie"),
        ({"rain_mm": "100", "night_max_c": "3.3"}, None),
    ],
)
def test_unlikely_weather_is_told(cells: dict[str, str], sentence: str | None) -> None:
    notes = [note.sentence for note in day((EMPTY, cells)).mornings[0].notes]
    assert (sentence is None and not notes) or (sentence is not None and notes[0].startswith(sentence))

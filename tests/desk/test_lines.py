"""What is kept of a line: where, when, what, how many, and how far it is reviewed."""

import struct

import pytest

from fieldapp import protocols
from fieldapp.core import review
from fieldapp.core.record import Record
from fieldapp.core.review import ReviewState
from fieldapp.desk import columns, index
from fieldapp.desk.lines import LINE, NOWHERE, STATES, Flag, day_number, day_of, layout, position_of
from fieldapp.store.connection import Database
from tests.desk.seasons import TOAD, altered, area, fresh, nothing, number, person, pond, said, seen, visit


def lines(db: Database) -> columns.Columns:
    with index.followed(db) as kept:
        return columns.load(db, kept)


def flags(db: Database, line: Record) -> Flag:
    found = lines(db)
    return Flag(int(found.flags[found.line.tolist().index(number(db, line))]))


def state(db: Database, line: Record) -> ReviewState:
    found = lines(db)
    return STATES[int(found.state[found.line.tolist().index(number(db, line))])]


def test_a_line_takes_as_many_bytes_as_its_columns() -> None:
    assert LINE.size == columns.ROW.itemsize == struct.calcsize("<10i3BH")


def test_the_levels_follow_from_the_entities_alone() -> None:
    found = {one.code: layout(one) for one in protocols.installed()}
    assert found.pop("directory") is None
    told = {code: (where.visit.code, where.line.code) for code, where in found.items() if where}
    assert set(told) == set(found)
    assert {told[code] for code in ("banding", "pitfall_barrier", "pop_amphibiens")} == {("visit", "observation")}


def test_a_line_says_where_and_when_and_how_many(db: Database) -> None:
    who = person(db, "UN Observateur")
    site = pond(db, group := area(db, "Terrils"), "Mare 1", 2.8123456, 50.4)
    line = seen(db, at := visit(db, site, "2021-04-20", who=(who,)), TOAD, 12, count_max=22)
    found = lines(db)
    assert found.line.tolist() == [number(db, line)]
    assert (found.visit[0], found.site[0], found.root[0]) == (number(db, at), number(db, site), number(db, group))
    assert (found.longitude[0], found.latitude[0]) == (28_123_456, 504_000_000)
    assert (found.cd_nom[0], found.day[0]) == (TOAD, 20_210_420)
    assert (found.count_min[0], found.count_max[0]) == (12, 22)
    assert found.people.tolist() == [[number(db, at), number(db, who)]]


def test_a_visit_without_lines_is_bare_and_one_that_saw_nothing_an_absence(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    bare = visit(db, site, "2021-04-20")
    assert flags(db, bare) == Flag.BARE
    absent = nothing(db, bare)
    assert flags(db, absent) == Flag.ABSENCE


def test_a_line_goes_from_draft_to_validated(db: Database) -> None:
    line = seen(db, at := visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20"), TOAD)
    assert state(db, line) is ReviewState.COMPLETE
    altered(db, at, Heure_fin=None)
    assert state(db, line) is ReviewState.DRAFT
    altered(db, at, Heure_fin="21:44")
    content = {"level": "1", "of": review.content_digest(line)}
    said(db, line, _validated=content)
    assert state(db, line) is ReviewState.VALIDATED


def test_a_line_that_was_validated_as_it_is_no_more_is_to_be_reviewed(db: Database) -> None:
    line = seen(db, visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20"), TOAD)
    said(db, line, _validated={"level": "1", "of": "0" * 32})  # as a change of another laptop leaves it
    assert state(db, line) is ReviewState.TO_REVIEW
    assert flags(db, line) & Flag.STALE


def test_a_question_to_the_visit_is_said_of_its_lines(db: Database) -> None:
    line = seen(db, at := visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20"), TOAD)
    said(db, at, **{"_question.Heure_debut": {"text": "De jour ?", "by": "c", "at": "2021-05-01T00:00:00.000Z"}})
    assert flags(db, line) == Flag.QUESTION
    (asked,) = review.questions(fresh(db, at).data)
    answer = {"text": "Non", "by": "o", "at": "2021-05-02T00:00:00.000Z", "to": asked.key}
    said(db, at, **{"answer.Heure_debut": answer})
    assert flags(db, line) == Flag.ANSWERED


def test_a_warning_that_was_confirmed_is_none_any_more(db: Database) -> None:
    line = seen(db, at := visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-12-20"), TOAD)
    assert flags(db, line) & Flag.WARNING
    (doubt,) = _doubts(db, at)
    altered(db, at, confirmed=[doubt])
    assert not flags(db, line) & Flag.WARNING


def _doubts(db: Database, at: Record) -> list[str]:
    with index.followed(db) as kept:
        return [doubt.problem.code for doubt in kept.doubts_of([number(db, at)])]


@pytest.mark.parametrize(("day", "shown"), [("2021-04-20", 20_210_420), (None, 0), ("", 0), ("avril", 0)])
def test_days_are_numbers_that_sort_as_they_do(day: str | None, shown: int) -> None:
    assert day_number(day) == shown
    assert day_of(shown) == (day if shown else "")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"longitude": 2.8, "latitude": 50}, (28_000_000, 500_000_000)),
        ({"longitude": -1e-7, "latitude": -90}, (-1, -900_000_000)),
        ({"longitude": 2.8}, (NOWHERE, NOWHERE)),
        ({"longitude": "2,8", "latitude": 50}, (NOWHERE, NOWHERE)),
        ({"longitude": 1e9, "latitude": 50}, (NOWHERE, NOWHERE)),
    ],
)
def test_what_is_no_position_lies_nowhere(values: dict[str, object], found: tuple[int, int]) -> None:
    assert position_of([Record("a", "p", "site", None, values)]) == found

"""What was found right is kept with its figures: other figures are another matter."""

import pytest

from fieldapp.core.record import Record, with_data
from fieldapp.desk import checks, dismissal, season_checks
from fieldapp.protocols.pop_amphibiens.schema import CODE, OBSERVATION

LINE = Record("u", CODE, OBSERVATION.code, "visit", {"cd_nom": 259, "count_min": 3, "count_max": 5}, None, 259)


def line(**values: object) -> Record:
    return with_data(LINE, OBSERVATION, {**LINE.data, **values})


@pytest.mark.parametrize(
    ("code", "other", "is_other"),
    [
        (checks.HIGH_COUNT, line(comments="vus de près"), False),
        (checks.HIGH_COUNT, line(count_max=6), True),
        (checks.HIGH_COUNT, line(cd_nom=444432), True),
        (checks.FIRST_COMMUNE, line(count_max=6), False),
        (checks.FIRST_COMMUNE, line(cd_nom=444432), True),
        (checks.SITE_MOVED, line(longitude=2.8), True),
    ],
)
def test_only_the_figures_that_were_judged_matter(code: str, other: Record, is_other: bool) -> None:
    assert (dismissal.mark(code, LINE, 2021, {}) != dismissal.mark(code, other, 2021, {})) is is_other


def test_the_figures_of_other_records_do_not_matter() -> None:
    marks = {dismissal.mark(checks.HIGH_COUNT, LINE, 0, params) for params in ({}, {"limit": 5}, {"limit": 7})}
    assert len(marks) == 1


def test_a_missing_passage_is_one_of_its_year() -> None:
    asked = [(2020, [2]), (2021, [2]), (2021, [2, 3])]
    marks = {dismissal.mark(season_checks.MISSING_PASSAGE, LINE, year, {"passages": one}) for year, one in asked}
    assert len(marks) == 3


def test_a_mark_says_its_code_and_that_of_a_protocol_is_nothing_else() -> None:
    assert dismissal.code_of(dismissal.mark(checks.HIGH_COUNT, LINE, 0, {})) == checks.HIGH_COUNT
    assert dismissal.mark("out_of_season", LINE, 0, {}) == "out_of_season"
    assert dismissal.code_of("out_of_season") == "out_of_season"

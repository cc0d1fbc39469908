"""Every kind of file that can be handed to somebody."""

import pytest

from fieldapp import protocols
from fieldapp.cli import batch_line
from fieldapp.core.errors import BatchError
from fieldapp.exchange.exporting import exporters
from fieldapp.exchange.formats import COMMON, formats, year_of
from fieldapp.exchange.selecting import Selection

INSTALLED = {one.code: one for one in protocols.installed()}


def test_all_kinds_are_there_once() -> None:
    own = exporters(INSTALLED.values())
    assert set(formats(INSTALLED)) == {one.code for one in COMMON} | set(own)
    assert len(formats(INSTALLED)) == len(COMMON) + len(own)


def test_the_command_line_knows_the_common_kinds() -> None:
    assert tuple(one.code for one in COMMON) == batch_line.COMMON_KINDS


@pytest.mark.parametrize("code", ["shf", "crbpo", "euring", "barrier", "monitoring"])
def test_a_format_with_places_of_its_own_always_tells_them_exactly(code: str) -> None:
    assert formats(INSTALLED)[code].tells_exact


@pytest.mark.parametrize("code", ["sinp", "csv", "xlsx", "gpkg", "dwca"])
def test_a_common_format_tells_places_as_they_are_given_to_it(code: str) -> None:
    assert not formats(INSTALLED)[code].tells_exact


def test_a_year_is_a_year_and_nothing_else() -> None:
    def period(first: str, last: str, lines: frozenset[str] = frozenset()) -> Selection:
        return Selection(first_on=first, last_on=last, lines=lines)

    assert year_of(period("2026-01-01", "2026-12-31")) == 2026
    assert year_of(Selection(protocols=frozenset({"banding"}))) is None
    for selection in (
        period("2026-01-01", "2027-12-31"),
        period("2026-01-01", ""),
        period("2026-01-01", "2026-12-30"),
        period("2026-01-01", "2026-12-31", lines=frozenset({"x"})),
        Selection(finished_only=True),
    ):
        with pytest.raises(BatchError, match="une année entière"):
            year_of(selection)

"""What is usual: limits of the list, own ranges once enough birds are measured, ring sizes by use."""

import csv
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.banding import biometry, lists
from fieldapp.protocols.banding.biometry import LISTED, Range
from tests.protocols.banding.birds import ringers

REED_WARBLER = {"species": "ACRSCI", "age": "+1A", "sex": "?"}


class Tallied:
    """What `own` asks of the database: counts of the captures given by hand."""

    def __init__(self, captures: Sequence[Mapping[str, Any]]) -> None:
        self._captures = captures

    def tally(self, _protocol: str, _entity: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
        counts = Counter(tuple(capture.get(name) for name in names) for capture in self._captures)
        return [(*key, count) for key, count in counts.items()]


def own(captures: Sequence[Mapping[str, Any]]) -> biometry.Usual:
    return biometry.own(Tallied(captures))  # type: ignore[arg-type]


def reference(code: str) -> dict[str, str]:
    """Return the row of the reference file, read without the program."""
    with (lists.REFERENCE / "birds.csv").open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file, delimiter=";") if row["crbpo_code"] == code)


def test_the_list_gives_its_limits_for_birds_that_fly() -> None:
    row = reference("ACRSCI")
    assert LISTED.wing(REED_WARBLER) == Range(float(row["wing_min_mm"]), float(row["wing_max_mm"]), "list")
    assert LISTED.mass(REED_WARBLER) == Range(float(row["mass_min_g"]), float(row["mass_max_g"]), "list")
    assert LISTED.wing({"species": "ACRSCI"}) == LISTED.wing(REED_WARBLER)


def test_a_chick_and_an_unknown_species_have_no_limits() -> None:
    assert LISTED.wing({**REED_WARBLER, "age": "PUL"}) is None
    assert LISTED.mass({**REED_WARBLER, "age": "PUL"}) is None
    assert LISTED.wing({"species": "SPESPE"}) is None
    assert LISTED.wing({}) is None


def test_fifty_birds_of_species_age_and_sex_make_an_own_range_and_forty_nine_do_not() -> None:
    threshold = 50  # source: the issue, "once it has 50 birds"
    birds = [{**REED_WARBLER, "wing_mm": 60 + n / 10} for n in range(threshold)]
    found = own(birds).wing(REED_WARBLER)
    assert found is not None
    assert (found.source, found.birds) == ("own", threshold)
    assert own(birds[:-1]).wing(REED_WARBLER) == LISTED.wing(REED_WARBLER)
    other = {**REED_WARBLER, "sex": "F"}
    assert own(birds).wing(other) == LISTED.wing(other)
    assert own(birds).mass(REED_WARBLER) == LISTED.mass(REED_WARBLER)


def test_subspecies_and_older_codes_are_measured_together() -> None:
    codes = ["EMBSCH", "EMBSCHSCH"]
    birds = [{"species": codes[n % 2], "age": "1A", "sex": "M", "mass_g": 18.0 + n % 5} for n in range(60)]
    found = own(birds).mass({"species": "EMBSCH", "age": "1A", "sex": "M"})
    assert found is not None
    assert found.birds == 60


def test_a_bird_without_sex_counts_among_those_of_unknown_sex_and_chicks_count_nowhere() -> None:
    birds = [{"species": "ACRSCI", "age": "1A", "wing_mm": 66.0} for _n in range(50)]
    found = own(birds).wing({"species": "ACRSCI", "age": "1A", "sex": "?"})
    assert found == Range(66.0, 66.0, "own", 50)
    chicks = [{"species": "ACRSCI", "age": "PUL", "wing_mm": 20.0} for _n in range(90)]
    assert own(chicks).wings == {}


@given(st.lists(st.integers(1, 4000).map(lambda tenths: tenths / 10), min_size=2, max_size=300))
def test_percentiles_are_those_of_the_standard_library(values: list[float]) -> None:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    counts = Counter(values)
    for share, cut in ((0.01, cuts[0]), (0.25, cuts[24]), (0.5, cuts[49]), (0.99, cuts[98])):
        assert biometry.percentile(counts, share) == pytest.approx(cut)


def test_the_percentile_of_one_value_is_that_value() -> None:
    assert biometry.percentile({11.5: 1}, 0.01) == biometry.percentile({11.5: 3}, 0.99) == 11.5


def test_a_range_holds_its_ends() -> None:
    found = Range(60.0, 70.0, "list")
    assert [found.holds(value) for value in (59.9, 60.0, 65.0, 70.0, 70.1)] == [False, True, True, True, False]


def test_listed_ring_sizes_follow_age_and_sex() -> None:
    # Source: banding.md §1.5: ACCNIS M 5 mm / F 7 mm, PARMAJ VOL 2.3 / PUL 2.5, TROTRO 2 or 2.3.
    assert LISTED.sizes("ACCNIS") == ("G", "F")
    assert LISTED.sizes("ACCNIS", {"sex": "M"}) == LISTED.sizes("ACCNIS", {"sex": "M?"}) == ("G",)
    assert LISTED.sizes("ACCNIS", {"sex": "F"}) == ("F",)
    assert LISTED.sizes("PARMAJ") == LISTED.sizes("PARMAJ", {"age": "1A"}) == ("O",)
    assert LISTED.sizes("PARMAJ", {"age": "PUL"}) == ("V",)
    assert LISTED.sizes("TROTRO", {"age": "PUL", "sex": "F"}) == ("R", "O")
    assert LISTED.sizes("SPESPE") == LISTED.sizes("") == ()


def test_sizes_that_were_put_on_come_first_the_most_used_leading() -> None:
    birds = [{"species": "TURMER", "ring_size": size} for size in ("J", "G", "G")]
    assert own(birds).sizes("TURMER") == ("G", "J")
    assert own([{"species": "ACRSCI", "ring_size": "O"}]).sizes("ACRSCI") == ("O",)
    assert own([{"species": "ACRSCI"}]).sizes("ACRSCI") == ()


def test_own_sizes_of_males_are_not_offered_for_females_nor_those_of_chicks_for_adults() -> None:
    usual = own(
        [{"species": "ACCNIS", "sex": "M", "ring_size": "J"}, {"species": "PARMAJ", "age": "PUL", "ring_size": "S"}]
    )
    assert usual.sizes("ACCNIS", {"sex": "F"}) == ("F",)
    assert usual.sizes("ACCNIS", {"sex": "M"}) == ("J", "G")
    assert usual.sizes("PARMAJ", {"age": "+1A"}) == ("O",)
    assert usual.sizes("PARMAJ", {"age": "PUL"}) == ("S", "V")


def test_what_is_usual_is_learnt_from_the_database(tmp_path: Path) -> None:
    with ringers(tmp_path / "x.db") as team:
        wings = [64.0 + n % 7 for n in range(50)]
        for number, wing in enumerate(wings):
            team.capture(f"86800{number:02}", "2025-05-01", age="+1A", sex="?", wing_mm=wing, ring_size="O")
        usual = biometry.own(team.known)
    cuts = statistics.quantiles(wings, n=100, method="inclusive")
    found = usual.wing(REED_WARBLER)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((cuts[0], cuts[98]))
    assert found.birds == 50
    assert usual.sizes("ACRSCI") == ("O",)

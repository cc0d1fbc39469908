"""Animals told apart: all captures of one and of no other, and a name that nobody bears yet."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Taxon
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.pitfall_barrier import individuals, lists, schema
from fieldapp.protocols.pitfall_barrier.individuals import Capture, Spans
from fieldapp.protocols.pitfall_barrier.protocol import PROTOCOL
from fieldapp.store import records
from fieldapp.store.opening import open_for_use

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
CRESTED = 139


def record(entity: str, parent: str | None, uid: str | None = None, **values: Any) -> Record:
    return make_record(schema.CODE, PROTOCOL.entity(entity), values, parent, uid)


def capture(day: str, vitality: str = "alive") -> Capture:
    visit = record("visit", "site", check_on=day, state="checked")
    return Capture(record("observation", visit.uid, cd_nom=CRESTED, count=1, vitality=vitality), visit)


def test_a_life_is_the_captures_of_this_animal_in_the_order_of_the_mornings_and_the_buckets(tmp_path: Path) -> None:
    site = record("site", None, site_name="Mare Jules Ferry", commune="Vimy")
    newt, other = (record("individual", site.uid, individual_name=name, cd_nom=CRESTED) for name in ("TC-1", "TC-2"))
    days = ["2021-03-04", "2019-03-02", "2019-04-01"]
    visits = {day: record("visit", site.uid, check_on=day, state="checked") for day in days}
    caught = [("2021-03-04", "3", newt), ("2019-03-02", "10", newt), ("2019-03-02", "2", newt)]
    caught += [("2019-04-01", "1", other)]
    catches = [
        record("observation", visits[day].uid, bucket=bucket, cd_nom=CRESTED, count=1, individual=animal.uid)
        for day, bucket, animal in caught
    ]
    db = open_for_use(tmp_path / "barrier.db", protocols.installed())
    records.save(db, [site, newt, other, *visits.values(), *catches], "essai")
    life = individuals.life_of(KnownRecords(db, PROTOCOL), newt)
    assert [(one.on, one.observation.data["bucket"]) for one in life] == [
        ("2019-03-02", "2"),
        ("2019-03-02", "10"),
        ("2021-03-04", "3"),
    ]
    assert individuals.spans(life) == Spans((2019, 2021), (733,), "2019-03-02", "2021-03-04")
    db.close()


def test_an_animal_never_caught_has_no_years_and_no_days() -> None:
    assert individuals.spans([]) == Spans((), (), None, None)


@given(st.lists(st.integers(0, 6000), min_size=1), st.randoms())
def test_days_between_captures_add_up_to_the_whole_life(steps: list[int], random: Any) -> None:
    days = [(date(2005, 2, 1) + timedelta(days=step)).isoformat() for step in steps]
    random.shuffle(days)
    found = individuals.spans([capture(day) for day in days])
    assert found.first_on == min(days)
    assert found.last_on == max(days)
    assert sum(found.days_between) == max(steps) - min(steps)
    assert all(step > 0 for step in found.days_between)
    assert set(found.years) == {int(day[:4]) for day in days}


def test_an_animal_died_on_the_first_morning_it_was_noted_dead() -> None:
    alive, dead = capture("2020-03-01"), capture("2021-03-01", "dead")
    assert individuals.died_on([capture("2022-03-01", "dead"), alive, dead]) == "2021-03-01"
    assert individuals.died_on([alive]) is None


@pytest.mark.parametrize(
    ("names", "prefix", "expected"),
    [
        (["TC-093", "TC-002"], "TC", "TC-094"),
        (["TC-093", "TC-002"], "", "TC-094"),
        (["TC-093", "TP-120"], "TC", "TC-094"),
        (["TC-093", "TC-092", "TP-120"], "", "TC-094"),
        (["TC-999"], "TC", "TC-1000"),
        (["tc 7"], "TC", "tc 8"),
        (["TC-01", "TC-100", "Léo"], "TC", "TC-101"),
        (["A12"], "A", "A13"),
        (["12", "13"], "", "14"),
        ([], "TC", "TC-001"),
        (["Léo"], "TC", "TC-001"),
        ([], "", "001"),
    ],
)
def test_the_next_name_is_one_more_than_the_highest_of_its_series(names: list[str], prefix: str, expected: str) -> None:
    assert individuals.next_name(names, prefix) == expected


@given(
    st.lists(st.from_regex(r"[A-Z]{0,3}[ -]?[0-9]{1,4}", fullmatch=True) | st.text(max_size=6)),
    st.sampled_from(["", "TC", "A"]),
)
def test_the_next_name_is_never_borne_yet_and_the_one_after_it_is_another(names: list[str], prefix: str) -> None:
    first = individuals.next_name(names, prefix)
    assert first not in names
    assert individuals.next_name([*names, first], prefix) not in {*names, first}


def test_letters_of_a_taxon_are_the_initials_of_its_french_name_else_of_its_latin_one() -> None:
    assert individuals.prefix_of(TAXA[CRESTED]) == "TC"
    assert individuals.prefix_of(TAXA[444436]) == "GV"
    assert individuals.prefix_of(Taxon(1, 1, "Élaphe scalaris")) == "ES"

"""The life of a bird: found by its ring, followed through replaced rings, told in words and as data."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.record import Record
from fieldapp.protocols.banding import life
from fieldapp.protocols.banding.ring import Ring, read_ring
from tests.protocols.banding.birds import AVION, DOURGES, Ringers, ringers


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Ringers]:
    with ringers(tmp_path / "x.db") as found:
        yield found


def test_a_ring_never_seen_has_a_life_without_events(team: Ringers) -> None:
    found = life.of(team.known, read_ring("8680001"))
    assert (found.is_known, found.events, found.species, found.first, found.last) == (False, (), "", None, None)
    assert found.rings == (Ring("FRP", "8680001"),)
    assert (found.days_since("2026-09-12"), found.distance_km) == (None, None)


@pytest.mark.parametrize("key", ["", "F", "FR"])
def test_a_capture_whose_stored_ring_is_damaged_can_still_be_told(key: str) -> None:
    event = life.Event("1", "2026-06-21", "", {"ring_key": key, "species": "ACRSCI"})
    ring = Ring("FRP", "8680001")
    assert "ACRSCI" in life.as_text(life.Life(ring, (ring,), (event,)))
    assert event.ring.number == ""


def test_captures_come_oldest_first_whatever_the_order_of_entry(team: Ringers) -> None:
    team.capture("8680017", "2026-06-21", hour="09:00")
    team.capture("8680017", "2024-08-03", action="B", place=DOURGES)
    team.capture("8680017", "2026-06-21", hour="06:30")
    team.capture("8680018", "2025-05-19")
    found = life.of(team.known, read_ring("868 0017"))
    assert [(event.on, event.hour) for event in found.events] == [
        ("2024-08-03", ""), ("2026-06-21", "06:30"), ("2026-06-21", "09:00"),
    ]  # fmt: skip
    first, last = found.first, found.last
    assert first is not None
    assert last is not None
    assert (first.place_name, last.place_name) == ("Bac à schlamms, DOURGES", "Marais de la Couture, AVION")
    assert (first.action, found.species) == ("B", "ACRSCI")
    # 3 August 2024 to 12 September 2026, counted on a calendar: 28 + 30 + … = 770 days.
    assert found.days_since("2026-09-12") == (date(2026, 9, 12) - date(2024, 8, 3)).days == 770


def test_captures_without_a_date_come_first_and_the_first_dated_one_counts(team: Ringers) -> None:
    team.capture("8680017", "2024-08-03", action="B")
    team.capture("8680017", None)
    found = life.of(team.known, read_ring("8680017"))
    assert [event.on for event in found.events] == [None, "2024-08-03"]
    assert found.first is not None
    assert found.first.on == "2024-08-03"
    assert life.as_text(found).splitlines()[1].startswith("sans date")


def test_the_theme_and_the_position_of_a_capture_come_before_those_of_session_and_place(team: Ringers) -> None:
    team.capture("8680017", "2024-08-03", theme="VOIE")
    team.capture("8680017", "2024-08-04")
    found = life.of(team.known, read_ring("8680017"))
    assert [event.theme for event in found.events] == ["VOIE", "STOC"]
    assert [event.position for event in found.events] == [(50.404, 2.827)] * 2
    assert life.position_of({"latitude": 1, "longitude": 2}, AVION) == (1.0, 2.0)
    assert life.position_of({"latitude": 1}, {}) is None


def test_replaced_rings_are_one_bird_from_either_end(team: Ringers) -> None:
    team.capture("5631847", "2022-05-01", action="B")
    team.capture("7000001", "2023-05-01", replaced_ring="5631847", replaced_ring_key="FRP5631847")
    team.capture("8680001", "2024-05-01", replaced_ring="7000001", replaced_ring_key="FRP7000001")
    rings = (Ring("FRP", "5631847"), Ring("FRP", "7000001"), Ring("FRP", "8680001"))
    for ring in rings:
        found = life.of(team.known, ring)
        assert found.rings == rings
        assert [event.on for event in found.events] == ["2022-05-01", "2023-05-01", "2024-05-01"]
        assert found.is_replaced


def test_a_ring_about_to_replace_another_has_the_life_of_both(team: Ringers) -> None:
    team.capture("5631847", "2022-05-01", action="B")
    found = life.of(team.known, read_ring("8680001"), replaced=read_ring("5631847"))
    assert [ring.number for ring in found.rings] == ["5631847", "8680001"]
    assert found.is_known


def test_rings_that_replace_each_other_in_a_circle_end(team: Ringers) -> None:
    team.capture("1111111", "2022-05-01", replaced_ring_key="FRP2222222")
    team.capture("2222222", "2023-05-01", replaced_ring_key="FRP1111111")
    assert len(life.of(team.known, read_ring("1111111")).events) == 2


def test_the_capture_that_is_edited_is_no_history_of_itself(team: Ringers) -> None:
    edited: Record = team.capture("8680017", "2024-08-03", replaced_ring_key="FRP5555555")
    team.capture("8680017", "2025-08-03")
    found = life.of(team.known, read_ring("8680017"), without=edited.uid)
    assert [event.on for event in found.events] == ["2025-08-03"]
    assert not found.is_replaced


def test_a_bird_is_dead_by_condition_else_by_recovery_or_health() -> None:
    def is_dead(**values: object) -> bool:
        return life.Event("u", "2024-05-01", "", values).is_dead

    assert [is_dead(condition=str(code)) for code in range(10)] == [code in {1, 2, 3} for code in range(10)]
    assert is_dead(action="R")
    assert is_dead(health="M")
    assert not is_dead(action="R", condition="7")
    assert not is_dead(action="C")


def test_a_ring_is_found_with_and_without_its_scheme(team: Ringers) -> None:
    team.capture("8680017", "2024-08-03", action="B")
    team.capture("AB1234", "2024-08-04", ring_scheme="NLA")
    team.capture("12345", "2024-08-05", ring_scheme="DEW")
    for text in ("8680017", "868 0017", "FRP 8680017", "FRP....8680017", "frp8680017"):
        assert life.find(team.known, text).events[0].on == "2024-08-03", text
    for text in ("NLA AB1234", "nla ab.1234", "AB1234"):
        assert life.find(team.known, text).ring == Ring("NLA", "AB1234"), text
    assert life.find(team.known, "DFH 12345").ring == Ring("DEW", "12345")  # an old code of the same scheme
    assert not life.find(team.known, "BLB AB1234").is_known
    team.capture("AB1234", "2025-05-20", ring_scheme="BLB")
    with pytest.raises(ValueError, match=r"plusieurs centres \(BLB, NLA\) : écrivez le centre devant, BLB AB1234"):
        life.find(team.known, "AB1234")
    assert life.find(team.known, "NLA AB1234").ring == Ring("NLA", "AB1234")
    with pytest.raises(ValueError, match="tableur"):
        life.find(team.known, "1,23E+07")
    with pytest.raises(ValueError, match="pas un numéro"):
        life.find(team.known, "NLA")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "aujourd’hui"),
        (1, "1 jour"),
        (-12, "12 jours"),
        (59, "59 jours"),
        (92, "3 mois"),
        (365, "1 an"),
        (366, "1 an"),
        (770, "2 ans 1 mois"),
        (1095, "3 ans"),
        (3653, "10 ans"),
    ],
)
def test_elapsed_time_is_told_in_the_largest_units(days: int, words: str) -> None:
    assert life.elapsed_words(days) == words


@given(st.dates(date(1950, 1, 1), date(2060, 12, 31)), st.integers(1, 60))
def test_whole_years_of_the_calendar_are_whole_years_in_words(start: date, years: int) -> None:
    start = start.replace(day=min(start.day, 28))
    days = (start.replace(year=start.year + years) - start).days
    assert life.elapsed_words(days) == f"{years} an{'s' if years > 1 else ''}"
    assert life.elapsed_words(days - 7) != life.elapsed_words(days)


def test_distances_are_those_of_a_published_pair() -> None:
    # Paris (48.8566, 2.3522) to London (51.5074, -0.1278): 343.6 km on a sphere of the mean radius.
    assert life.distance_km((48.8566, 2.3522), (51.5074, -0.1278)) == pytest.approx(343.6, abs=0.5)
    assert life.distance_km(None, (1, 1)) is None


def test_the_life_as_json_has_dates_places_and_the_way_between_first_and_last(team: Ringers) -> None:
    team.capture("8680017", "2024-08-03", action="B", place=DOURGES, hour="07:30", sex="?", age="1A", wing_mm=66.0)
    team.capture("8680017", "2025-05-19", sex="F", age="2A", mass_g=12.6, fat="2", net="7")
    told = json.loads(json.dumps(life.as_json(life.of(team.known, read_ring("8680017")))))
    assert {name: told[name] for name in ("ring", "scheme", "rings", "species", "first", "last", "days")} == {
        "ring": "8680017",
        "scheme": "FRP",
        "rings": [{"scheme": "FRP", "ring": "8680017"}],
        "species": "ACRSCI",
        "first": "2024-08-03",
        "last": "2025-05-19",
        "days": 289,
    }
    # Flat-earth check: 3.78 km north-south, 11.2 km east-west at 50.4° N.
    assert told["distance_km"] == pytest.approx((3.78**2 + 11.2**2) ** 0.5, abs=0.2)
    assert told["events"][0] == {
        "on": "2024-08-03", "hour": "07:30", "action": "B", "scheme": "FRP", "ring": "8680017",
        "place": "Bac à schlamms", "commune": "DOURGES", "theme": "STOC", "species": "ACRSCI", "sex": "?", "age": "1A",
        "wing_mm": 66.0, "tarsus_mm": None, "mass_g": None, "fat": None, "brood_patch": None,
        "cloacal_protuberance": None, "moult": None, "net": None, "condition": None, "circumstances": None,
        "comments": None,
    }  # fmt: skip
    assert (told["events"][1]["mass_g"], told["events"][1]["net"]) == (12.6, "7")


def test_the_life_as_text_is_a_table_with_time_and_distance(team: Ringers) -> None:
    team.capture("8680017", "2024-08-03", action="B", place=DOURGES, hour="07:30", age="1A", wing_mm=66.0)
    team.capture("8680017", "2025-05-19", sex="F", age="2A", mass_g=12.6)
    lines = life.as_text(life.of(team.known, read_ring("8680017"))).splitlines()
    assert lines[0] == "868 0017 · Rousserolle effarvatte"
    assert re.split(" {2,}", lines[1]) == [
        "03/08/2024 07:30", "B", "ACRSCI 1A", "66 mm", "STOC, Bac à schlamms, DOURGES",
    ]  # fmt: skip
    assert lines[1].index("STOC") == lines[2].index("STOC")
    assert lines[2].endswith("12,6 g  STOC, Marais de la Couture, AVION")
    assert lines[3] == "2 captures · 9 mois · 11,8 km"
    assert len(lines) == 4


def test_a_life_of_several_rings_names_them_and_foreign_ones_with_their_scheme(team: Ringers) -> None:
    team.capture("8680001", "2024-05-01", replaced_ring_key="NLAAB1234")
    text = life.as_text(life.of(team.known, read_ring("8680001")))
    assert "Bagues de cet oiseau : NLA AB 1234, 868 0001" in text
    assert life.as_text(life.of(team.known, read_ring("9999999"))).splitlines() == ["999 9999", "0 capture"]


@given(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1, max_size=8))
def test_days_since_count_from_the_oldest_capture(days: list[date]) -> None:
    events = tuple(life.Event(str(n), day.isoformat(), "", {}) for n, day in enumerate(sorted(days)))
    found = life.Life(Ring("FRP", "8680001"), (Ring("FRP", "8680001"),), events)
    later = min(days) + timedelta(days=41)
    assert found.days_since(later.isoformat()) == 41

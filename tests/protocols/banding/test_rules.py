"""All rules together: which codes are the strongest, what places are asked, and that most only warn."""

import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.record import Record
from fieldapp.core.schema import Context, Values, is_advice
from fieldapp.protocols.banding import rules
from fieldapp.protocols.banding.biometry import LISTED
from fieldapp.protocols.banding.life import Event, Life, as_json, as_text
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, SITES_GROUP, VISIT
from tests.protocols.test_contract import values_of

PLACE = {"place_name": "Bac", "commune": "DOURGES", "department": "62", "longitude": 2.985, "latitude": 50.438}


def codes(values: Values, *others: Values) -> list[str]:
    found = checking.problems(protocols.by_code(CODE), SITES_GROUP, Context({**PLACE, **values}, siblings=others))
    return [problem.code for problem in found]


def test_the_strongest_alerts_have_words() -> None:
    assert rules.MESSAGES.keys() >= rules.STRONG
    assert {
        "ringed_twice", "ring_read_before", "other_species", "no_string", "string_not_open", "string_nearly_empty",
        "string_last_ring", "dead_before",
    } <= rules.STRONG  # fmt: skip


def test_a_size_that_is_not_usual_is_a_warning_and_no_more() -> None:
    assert "unusual_size" in rules.MESSAGES.keys() - rules.STRONG


def test_five_rules_may_keep_a_record_from_being_finished_all_others_only_warn() -> None:
    asking = {rule.__name__ for group in rules.RULES.values() for rule in group if not is_advice(rule)}
    assert asking == {"ring_or_reason", "some_species", "some_date", "birds_or_none", "numbers_can_be_read"}


def test_a_usual_place_has_nothing_to_say() -> None:
    assert codes({}) == []


def test_positions_outside_france_and_swapped_ones_are_said() -> None:
    assert codes({"longitude": 50.438, "latitude": 2.985}) == ["place_swapped"]
    assert codes({"longitude": 2.985, "latitude": 5.0438}) == ["place_abroad"]
    assert codes({"longitude": 2.985, "latitude": 5.0438, "country": "France"}) == ["place_abroad"]
    assert codes({"longitude": 4.35, "latitude": 60.0, "country": "NO"}) == []
    assert codes({"longitude": 55.45, "latitude": -20.88, "department": "974", "commune": "SAINT-DENIS"}) == []


@pytest.mark.parametrize(
    ("commune", "is_one"),
    [
        ("DOURGES", True),
        ("HÉNIN-BEAUMONT", True),
        ("LOOS-EN-GOHELLE", True),
        ("Saint-Denis d’Oléron", True),
        ("DOURGES / HÉNIN-BEAUMONT", False),
        ("DOURGES/HÉNIN-BEAUMONT", False),
        ("DOURGES, OIGNIES", False),
        ("DOURGES - OIGNIES", False),
        ("SAINT PIERRE ET MIQUELON", True),
    ],
)
def test_two_communes_in_one_cell_are_said(commune: str, is_one: bool) -> None:
    assert codes({"commune": commune}) == ([] if is_one else ["two_communes"])


def test_two_communes_joined_by_a_word_are_said_where_both_are_known() -> None:
    others = ({"commune": "DOURGES"}, {"commune": "OIGNIES"})
    assert codes({"commune": "Dourges et Oignies"}) == []
    assert codes({"commune": "Dourges et Oignies"}, *others) == ["two_communes"]


captures = values_of(OBSERVATION, [977])
days = st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat)


@st.composite
def events(draw: st.DrawFn) -> Event:
    on = draw(days)
    session = Record("v", CODE, "visit", None, {"date": on, **draw(values_of(VISIT, [977]))}, on)
    place = Record("p", CODE, "sites_group", None, draw(values_of(SITES_GROUP, [977])))
    values = draw(captures)
    return Event(draw(st.text(max_size=2)), on, str(values.get("hour", "")), values, session, None, place)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    values=captures,
    past=st.lists(events(), max_size=4),
    session=values_of(VISIT, [977]),
    place=values_of(SITES_GROUP, []),
)
def test_whatever_the_life_of_a_bird_holds_it_can_be_checked_and_told(
    values: Values, past: list[Event], session: Values, place: Values
) -> None:
    ring = Ring("FRP", "8680001")
    life = Life(ring, (ring,), tuple(sorted(past, key=lambda event: event.on or "")))
    context = Context(
        values, parents={"visit": session, "sites_group": place}, known={"life": life, "usual": LISTED, "stocks": []}
    )
    protocol = protocols.by_code(CODE)
    for problem in checking.problems(protocol, OBSERVATION, context):
        assert "None" not in checking.words(problem, protocol, OBSERVATION)
    json.dumps(as_json(life))
    assert len(as_text(life).splitlines()) >= len(past) + 2

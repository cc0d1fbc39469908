"""The running counts of a session are those of its lines, whatever came and went."""

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.record import Record
from fieldapp.protocols.banding.desk_lines import Lines, Totals, ring_in
from fieldapp.protocols.banding.ring import Ring
from tests.protocols.banding.ringing import make

captures = st.builds(
    lambda uid, action, scheme, number, species, line: Record(
        f"uid-{uid}",
        "banding",
        "observation",
        "visit-1",
        {"action": action, "line": line}
        | ({"ring_scheme": scheme, "ring_key": f"{scheme}{number}"} if number else {})
        | ({"species": species} if species else {}),
    ),
    st.integers(0, 5),
    st.sampled_from(["B", "C", "R", "SANS"]),
    st.sampled_from(["FRP", "NLA"]),
    st.sampled_from(["8680001", "8680011", "RK7701", "A12", "1", "86-01-", ""]),
    st.sampled_from(["ACRSCI", "EMBSCH", "EMBSCHSCH", "XXXYYY", "SPESPE", ""]),
    st.integers(1, 9),
)


@given(st.lists(captures | st.integers(0, 5), max_size=30))
def test_counts_are_those_of_the_lines_that_are_there(steps: list[Record | int]) -> None:
    lines, left = Lines(), dict[str, Record]()
    for step in steps:
        if isinstance(step, int):
            lines.drop(f"uid-{step}")
            left.pop(f"uid-{step}", None)
        else:
            lines.add(step)
            left[step.uid] = step
    data = [record.data for record in left.values()]
    named = {values.get("species", "SPESPE")[:6] for values in data} - {"SPESPE"}
    assert lines.totals() == Totals(
        ringed=sum(values["action"] == "B" for values in data),
        controls=sum(values["action"] == "C" for values in data),
        foreign=sum(values["action"] == "C" and values.get("ring_scheme") == "NLA" for values in data),
        species=len(named),
        lines=len(data),
    )
    for digits in ("1", "01", "001", "0001", "11", "2"):
        wanted = {values["ring_key"] for values in data if values.get("ring_key", "")[3:].endswith(digits)}
        assert {ring.key for ring in lines.ending(digits)} == wanted
    assert lines.next_number == max([values["line"] for values in data], default=0) + 1
    for uid in left:
        others = lines.others(uid)
        assert len(others) == len(left) - 1
        assert sorted(map(repr, others)) == sorted(repr(record.data) for record in left.values() if record.uid != uid)


def test_the_number_of_the_last_line_is_given_again_and_no_other() -> None:
    lines = Lines()
    records = [make("observation", {"line": number}) for number in (1, 2, 3)]
    for record in records:
        lines.add(record)
    lines.drop(records[0].uid)
    assert lines.next_number == 4
    lines.drop(records[2].uid)
    assert lines.next_number == 3


def test_other_lines_are_read_by_place_too() -> None:
    lines = Lines()
    records = [make("observation", {"line": number}) for number in (1, 2, 3)]
    for record in records:
        lines.add(record)
    others = lines.others(records[1].uid)
    assert [others[0], others[-1]] == [{"line": 1}, {"line": 3}]
    assert others[:1] == [{"line": 1}]


def test_a_ring_is_read_from_its_key() -> None:
    assert ring_in({"ring_key": "FRP8680001"}) == Ring("FRP", "8680001")
    assert ring_in({"ring_key": "FRP"}) is None
    assert ring_in({}, "replaced_ring_key") is None

"""The captures of a season in the order of the field."""

from dataclasses import replace

from fieldapp.core.exchange import Season
from fieldapp.core.record import Node, Record, make_record
from fieldapp.protocols.banding.exported import caught, lines, sessions
from fieldapp.protocols.banding.schema import CODE, OBSERVATION
from tests.protocols.banding.euring_sample import one
from tests.protocols.banding.season import trees_of


def season(*made: list[Record]) -> Season:
    return Season(2020, trees_of([record for records in made for record in records]), {})


def test_a_capture_comes_with_its_session_its_place_and_its_marks() -> None:
    made = one({"kind": "gps", "event": "added"})
    (item,) = caught(season(made))
    assert (item.record, item.session) == (made[3], made[2])
    assert (item.place["commune"], item.site["site_name"]) == ("AVION", "filets")
    assert item.marks == ({"kind": "gps", "event": "added"},)


def test_sessions_come_by_date_then_hour_then_place() -> None:
    evening = one(session={"opened_at": "18:00"})
    other = one(place={"commune": "WINGLES"})
    later = one(session={"date": "2020-05-19", "opened_at": "05:00"})
    first = one()
    found = sessions(season(later, evening, other, first))
    assert [node.record.uid for node, _site, _place in found] == [
        records[2].uid for records in (first, other, evening, later)
    ]


def test_lines_come_by_number_and_those_without_one_last() -> None:
    visit = Record("v", CODE, "visit", None, {})
    node = Node(visit)
    for number in (3, None, 1, 2):
        node.children.append(Node(make_record(CODE, OBSERVATION, {"line": number}, "v")))
    assert [child.record.data.get("line") for child in lines(node)] == [1, 2, 3, None]


def test_a_theme_may_be_that_of_the_session_or_of_the_capture() -> None:
    of_session, of_capture, neither = one(session={"theme": "VOIE"}), one(theme="VOIE"), one()
    found = caught(season(of_session, of_capture, neither), "voie ")
    assert {item.record.uid for item in found} == {of_session[3].uid, of_capture[3].uid}
    assert len(caught(season(of_session, of_capture, neither))) == 3
    assert len(caught(season(of_session, neither), " ")) == 2


def test_a_capture_of_another_theme_than_its_session_is_of_its_own() -> None:
    apart = one(theme="PP", session={"theme": "GIBIER"})
    assert caught(season(apart), "GIBIER") == []
    assert len(caught(season(apart), "pp")) == 1


def test_a_session_whose_net_set_is_gone_is_written_all_the_same() -> None:
    made = one()
    (item,) = caught(season([replace(made[2], parent=None), made[3]]))
    assert (item.site, item.place) == ({}, {})

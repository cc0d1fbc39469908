"""Which visits are told, in what order, and with which of the coordinator's words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core import review
from fieldapp.core.errors import FieldappError
from fieldapp.core.exchange import LeftOut
from fieldapp.core.occurrence import Telling
from fieldapp.core.record import Record, with_review
from fieldapp.exchange.selecting import Selection, places_named, taxa_below, tellings
from fieldapp.store import records, visits
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use

POP, BARRIER, DIRECTORY = "pop_amphibiens", "pitfall_barrier", "directory"
VISIT, LINE = protocols.by_code(POP).entity("visit"), protocols.by_code(POP).entity("observation")


def visit(uid: str, on: str, pond: str = "s1", **values: Any) -> Record:
    return Record(uid, POP, "visit", pond, {"visit_date_min": on, "accessibility": "Oui", **values}, on)


def seen(uid: str, parent: str, cd_nom: int = 351, **values: Any) -> Record:
    told = {"presence": "Oui", "cd_nom": cd_nom, "id_nomenclature_typ_denbr": "Co", "count_min": 1, "count_max": 1}
    return Record(uid, POP, "observation", parent, told | values, None, cd_nom)


PLACES = (
    Record("g1", POP, "sites_group", None, {"sites_group_name": "Terrils d’Évin"}),
    Record("g2", POP, "sites_group", None, {"sites_group_name": "Bassins"}),
    Record("s1", POP, "site", "g1", {"base_site_name": "Mare d’Evin", "longitude": 2.0, "latitude": 50.0}),
    Record("s2", POP, "site", "g2", {"base_site_name": "Mare des bassins", "longitude": 3.0, "latitude": 50.0}),
    Record("b1", BARRIER, "site", None, {"site_name": "Mare de l’école", "commune": "Évin"}),
)
SEASON = (
    visit("v3", "2020-04-03", "s2"),
    visit("v1", "2020-03-01"),
    visit("v2", "2020-04-03"),
    seen("o1", "v1"),
    seen("o2", "v2", 259),
    seen("o2b", "v2"),
    seen("o3", "v3"),
    Record("w1", BARRIER, "visit", "b1", {"check_on": "2020-03-15", "state": "empty"}, "2020-03-15"),
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "base.db", protocols.installed()) as opened:
        records.save(opened, [*PLACES, *SEASON], "test")
        yield opened


def told(db: Database, **selection: Any) -> list[str]:
    """Return the visits that are told, in their order."""
    return [telling.event.record for telling in tellings(db, Selection(**selection))]


def lines(found: Sequence[Telling]) -> list[str]:
    return [one.record for telling in found for one in telling.occurrences]


def test_visits_of_all_protocols_come_in_order_of_date_then_uid(db: Database) -> None:
    assert told(db) == ["v1", "w1", "v2", "v3"]


def test_pieces_are_only_how_they_are_read(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "PIECE", 1)
    assert told(db) == ["v1", "w1", "v2", "v3"]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({"protocols": frozenset({BARRIER})}, ["w1"]),
        ({"first_on": "2020-03-15"}, ["w1", "v2", "v3"]),
        ({"last_on": "2020-03-15"}, ["v1", "w1"]),
        ({"first_on": "2020-03-02", "last_on": "2020-03-31"}, ["w1"]),
        ({"places": frozenset({"g1"})}, ["v1", "v2"]),
        ({"places": frozenset({"s2", "b1"})}, ["w1", "v3"]),
        ({"places": frozenset({"v2"})}, ["v2"]),
        ({"taxa": frozenset({259})}, ["v2"]),
        ({"taxa": frozenset({914450})}, ["w1"]),
        ({"lines": frozenset({"o3", "w1"})}, ["w1", "v3"]),
        ({"within": "POLYGON((1 49, 2.5 49, 2.5 51, 1 51, 1 49))"}, ["v1", "v2"]),
        ({"within": "MULTIPOLYGON(((2.9 49, 3.1 49, 3.1 51, 2.9 51, 2.9 49)))"}, ["v3"]),
        ({"levels": frozenset({"1"})}, []),
        ({"levels": frozenset({"0"})}, ["v1", "w1", "v2", "v3"]),
        ({"places": frozenset({"g1"}), "taxa": frozenset({351}), "first_on": "2020-04-01"}, ["v2"]),
    ],
)
def test_a_selection_holds_what_it_says(db: Database, selection: dict[str, Any], expected: list[str]) -> None:
    assert told(db, **selection) == expected


def test_a_selection_of_taxa_or_lines_leaves_the_other_rows_of_a_visit_out(db: Database) -> None:
    assert lines(list(tellings(db, Selection(taxa=frozenset({259}))))) == ["o2"]
    assert lines(list(tellings(db, Selection(lines=frozenset({"o2b"}))))) == ["o2b"]


def claims(db: Database, **selection: Any) -> dict[str, tuple[bool, bool]]:
    """Return by visit whether it and the season above it claim that all that was looked for is told."""
    found = {}
    for telling in tellings(db, Selection(protocols=frozenset({POP}), **selection)):
        event, season = telling.event, telling.event.parent
        assert season is not None
        assert all(one.event == event for one in telling.occurrences)
        assert (event.reports_absence, season.reports_absence) == (event.is_scope_complete, season.is_scope_complete)
        found[event.record] = (event.is_scope_complete, season.is_scope_complete)
    return found


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({}, {"v1": (True, True), "v2": (True, True), "v3": (True, True)}),
        ({"first_on": "2020-01-01", "last_on": "2020-12-31"}, dict.fromkeys(("v1", "v2", "v3"), (True, True))),
        ({"places": frozenset({"g1"})}, {"v1": (True, True), "v2": (True, True)}),
        # The visit keeps its two rows, or its only one; others of the season may not be told.
        ({"last_on": "2020-03-15"}, {"v1": (True, False)}),
        ({"first_on": "2020-03-15"}, {"v2": (True, False), "v3": (True, False)}),
        ({"places": frozenset({"s1"})}, {"v1": (True, False), "v2": (True, False)}),
        ({"lines": frozenset({"o3"})}, {"v3": (True, False)}),
        ({"levels": frozenset({"0"})}, {"v1": (True, False), "v2": (True, False), "v3": (True, False)}),
        ({"finished_only": True}, {"v1": (True, False), "v2": (True, False), "v3": (True, False)}),
        # One of the two species of v2 is not told: nobody may take it for missing.
        ({"taxa": frozenset({259})}, {"v2": (False, False)}),
        ({"taxa": frozenset({351})}, {"v1": (True, False), "v2": (False, False), "v3": (True, False)}),
    ],
)
def test_nothing_that_is_left_out_can_be_taken_for_an_absence(
    db: Database, selection: dict[str, Any], expected: dict[str, tuple[bool, bool]]
) -> None:
    assert claims(db, **selection) == expected


def test_an_hour_that_is_none_is_not_told(db: Database) -> None:
    records.save(db, [visit("v9", "2020-05-01", Heure_debut="=1+1", Heure_fin="22:10"), seen("o9", "v9")], "test")
    (event,) = [telling.event for telling in tellings(db, Selection(first_on="2020-05-01"))]
    assert (event.hour_min, event.hour_max) == ("", "22:10")


@pytest.mark.parametrize("values", [{"presence": "Oui"}, {"presence": None, "cd_nom": 259}])
def test_a_visit_with_a_line_that_nobody_finished_cannot_be_taken_for_whole(
    db: Database, values: dict[str, Any]
) -> None:
    records.save(db, [Record("o9", POP, "observation", "v1", values, None, values.get("cd_nom"))], "test")
    assert claims(db) == {"v1": (False, False), "v2": (True, True), "v3": (True, True)}


@pytest.mark.parametrize("within", ["POINT(2 50)", "une mare", "POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))"])
def test_what_is_no_area_is_refused(db: Database, within: str) -> None:
    with pytest.raises(FieldappError, match="surface"):
        told(db, within=within)


def test_what_lies_below_something_deleted_is_not_told(db: Database) -> None:
    group = records.get(db, "g1")
    assert group is not None
    records.save(db, [group.removed()], "test")
    assert told(db) == ["w1", "v3"]


def test_a_visit_or_line_that_was_deleted_is_not_told(db: Database) -> None:
    records.delete(db, "v3", "test")
    records.delete(db, "o2", "test")
    assert lines(list(tellings(db, Selection(protocols=frozenset({POP}))))) == ["o1", "o2b"]


def test_a_visit_whose_day_is_none_is_not_told(db: Database) -> None:
    strange = [visit("x1", "2020-02-30"), visit("x2", "printemps"), seen("y1", "x1"), seen("y2", "x2")]
    records.save(db, strange, "test")
    assert told(db) == ["v1", "w1", "v2", "v3"]


def test_drafts_are_left_out_when_only_finished_visits_are_wanted(db: Database) -> None:
    records.save(db, [visit("empty", "2020-05-01")], "test")
    assert "empty" in told(db)
    assert "empty" not in told(db, finished_only=True)


def test_the_whole_is_of_one_moment(db: Database) -> None:
    found = tellings(db, Selection())
    first = next(found)
    with open_for_use(db.path, protocols.installed()) as other:
        records.save(other, [visit("v9", "2020-12-31"), seen("o9", "v9")], "test")
    assert [first.event.record, *(telling.event.record for telling in found)] == ["v1", "w1", "v2", "v3"]
    assert "v9" in told(db)


# ------------------------------------------------------------------------------------------- datasets and people


def test_a_visit_without_a_dataset_is_of_that_of_its_protocol(db: Database) -> None:
    records.save(
        db,
        [
            Record("d1", DIRECTORY, "dataset", None, {"name": "Autre", "unique_dataset_id": "u1"}),
            Record("d2", DIRECTORY, "dataset", None, {"name": "Mares", "unique_dataset_id": "u2", "protocols": [POP]}),
            visit("v4", "2020-06-01", id_dataset="d1"),
            seen("o4", "v4"),
        ],
        "test",
    )
    found = {telling.event.record: telling.event.dataset.name for telling in tellings(db, Selection())}
    assert found == {"v1": "Mares", "v2": "Mares", "v3": "Mares", "v4": "Autre", "w1": ""}


def test_the_leader_of_a_campaign_is_told_with_its_season(db: Database) -> None:
    days = {"opened_on": "2020-02-01", "closed_on": "2020-05-31", "leader": "p1"}
    leader = Record("p1", DIRECTORY, "person", None, {"name": "DUPONT Anne"})
    records.save(db, [leader, Record("c1", BARRIER, "campaign", "b1", days)], "test")
    (morning,) = tellings(db, Selection(protocols=frozenset({BARRIER})))
    assert morning.event.parent is not None
    assert [person.name for person in morning.event.parent.observers] == ["DUPONT Anne"]


def test_people_are_told_by_name(db: Database) -> None:
    anne = Record("p1", DIRECTORY, "person", None, {"name": "DUPONT Anne"})
    records.save(db, [anne, visit("v4", "2020-06-01", observers=["p1", "gone"]), seen("o4", "v4")], "test")
    *_rest, last = tellings(db, Selection())
    assert [person.name for person in last.event.observers] == ["DUPONT Anne"]


# ---------------------------------------------------------------------------------------------------------- review


def validate(db: Database, uid: str, level: str, by: str = "DURAND Ève", **more: str) -> None:
    record = records.get(db, uid)
    assert record is not None
    said = review.validated(record, level, by=by, at="2021-01-15T10:00:00.000Z", **more)
    records.save(db, [with_review(record, VISIT if record.entity == "visit" else LINE, said)], "test")


def reviews(db: Database) -> dict[str, tuple[str, str, str, str]]:
    return {
        one.record: (one.review.level, one.review.by, one.review.on, one.review.comment)
        for telling in tellings(db, Selection(protocols=frozenset({POP})))
        for one in telling.occurrences
    }


WAITING = ("0", "", "", "")


def test_a_validated_line_says_by_whom_and_when(db: Database) -> None:
    validate(db, "o2", "3", comment="plutôt Bufo spinosus")
    found = reviews(db)
    assert found["o2"] == ("3", "DURAND Ève", "2021-01-15", "plutôt Bufo spinosus")
    assert found["o2b"] == WAITING


def test_a_person_who_validated_is_told_by_name(db: Database) -> None:
    uid = "0a8ad0c7-1d1c-4c2a-9a3b-7e2a4f1f2a11"
    validate(db, "o2", "1", by=uid)
    assert reviews(db)["o2"][1] == ""
    records.save(db, [Record(uid, DIRECTORY, "person", None, {"name": "DURAND Ève"})], "test")
    assert reviews(db)["o2"][1] == "DURAND Ève"


def test_a_line_without_a_word_of_its_own_has_that_of_its_visit(db: Database) -> None:
    validate(db, "v2", "2")
    validate(db, "o2", "4")
    found = reviews(db)
    assert (found["o2"][0], found["o2b"][0], found["o1"]) == ("4", "2", WAITING)


def test_a_line_that_was_changed_since_waits_again_whatever_its_visit_says(db: Database) -> None:
    validate(db, "v2", "1")
    line = records.get(db, "o2")
    assert line is not None
    as_it_was = replace(line, data={**line.data, "count_max": 9})
    said = review.validated(as_it_was, "1", by="DURAND Ève", at="2021-01-15T10:00:00.000Z")
    records.save(db, [with_review(line, LINE, said)], "test")
    found = reviews(db)
    assert (found["o2"], found["o2b"][0]) == (WAITING, "1")


def test_levels_choose_among_the_lines_of_a_visit(db: Database) -> None:
    validate(db, "o2", "4")
    validate(db, "o3", "1")
    assert lines(list(tellings(db, Selection(levels=frozenset({"1", "2"}))))) == ["o3"]


def test_what_is_remarkable_is_told_with_its_reason(db: Database) -> None:
    line = records.get(db, "o1")
    assert line is not None
    validate(db, "v1", "1")
    records.save(db, [with_review(line, LINE, {review.REMARKABLE: "première ponte"})], "test")
    first = next(tellings(db, Selection(protocols=frozenset({POP}))))
    assert (first.occurrences[0].review.remark, first.occurrences[0].review.level) == ("première ponte", "1")


# ------------------------------------------------------------------------------------------------- places and taxa


@pytest.mark.parametrize(
    ("text", "expected"),
    [("evin", ["g1", "b1", "s1"]), ("ÉCOLE", ["b1"]), ("bassins", ["g2", "s2"]), ("  ", []), ("Lens", [])],
)
def test_places_are_found_by_a_part_of_their_name_the_highest_first(
    db: Database, text: str, expected: list[str]
) -> None:
    assert sorted(record.uid for record in places_named(db, text)) == sorted(expected)
    depths = [record.parent is not None for record in places_named(db, text)]
    assert depths == sorted(depths)


def test_a_genus_counts_with_its_species(db: Database) -> None:
    assert taxa_below(db, 197040) >= {197040, 351, 310, 299}
    assert taxa_below(db, 351) == {351}


# ------------------------------------------------------------------------------------------- what is not told


def untold(db: Database, **selection: Any) -> dict[str, str]:
    """Return the records that nothing is told of, with a word or two of the reason."""
    found: list[LeftOut] = []
    for _telling in tellings(db, Selection(**selection), found.append):
        pass
    return {one.uid: one.sentence for one in found}


def test_where_all_is_told_nothing_is_left_behind(db: Database) -> None:
    assert untold(db) == {}


@pytest.mark.parametrize(
    ("records_of", "uid", "words"),
    [
        ((visit("x", "2020-05-01", accessibility="Non"), seen("y", "x")), "y", "personne n’y a regardé"),
        ((visit("x", "2020-05-01"), seen("y", "x"), seen("z", "x", 259, presence="Non"), seen("z2", "x", 259)), "z",
         "dit non vu"),
        ((visit("x", "2020-05-01"), Record("y", POP, "observation", "x", {"presence": "Oui"})), "y", "sans espèce"),
        ((visit("x", "2020-05-01"), seen("y", "x", presence=None)), "y", "inachevée"),
        ((visit("x", "2020-02-30"), seen("y", "x")), "y", "sans date"),
        ((visit("x", "0001-01-01"), seen("y", "x")), "y", "sans date"),
        ((visit("x", "2024-W01-1"), seen("y", "x")), "y", "sans date"),
        ((visit("x", "2024-02-30"),), "x", "sans date"),
        ((Record("x", POP, "visit", "s1", {"accessibility": "Oui"}), seen("y", "x")), "y", "sans date"),
        ((Record("x", BARRIER, "visit", "b1", {"check_on": "2020-05-01", "state": "missed"}, "2020-05-01"),
          Record("y", BARRIER, "observation", "x", {"cd_nom": 259, "count": 1}, None, 259)), "y", "personne"),
    ],
)  # fmt: skip
def test_what_is_not_told_is_said_with_its_reason(
    db: Database, records_of: Sequence[Record], uid: str, words: str
) -> None:
    records.save(db, records_of, "test")
    found = untold(db)
    assert list(found) == [uid]
    assert words in found[uid]


def test_lines_below_a_place_that_was_deleted_are_said(db: Database) -> None:
    group = records.get(db, "g1")
    assert group is not None
    records.save(db, [group.removed()], "test")
    found = untold(db)
    assert sorted(found) == ["o1", "o2", "o2b"]
    assert all("supprimé" in sentence for sentence in found.values())
    assert untold(db, places=frozenset({"g2"})) == {}


def test_only_what_was_asked_for_is_said_to_be_missing(db: Database) -> None:
    shut = (visit("x", "2020-05-01", accessibility="Non"), seen("y", "x"), seen("z", "x", 259))
    records.save(db, [*shut, Record("n", POP, "visit", "s1", {}), seen("m", "n")], "test")
    assert sorted(untold(db)) == ["m", "y", "z"]
    assert sorted(untold(db, first_on="2020-01-01")) == ["y", "z"]
    assert sorted(untold(db, taxa=frozenset({259}))) == ["z"]
    assert sorted(untold(db, lines=frozenset({"y", "o1"}))) == ["y"]
    assert sorted(untold(db, places=frozenset({"s2"}))) == []
    assert sorted(untold(db, levels=frozenset({"1"}))) == []
    assert sorted(untold(db, protocols=frozenset({BARRIER}))) == []


def test_values_of_another_kind_stop_no_export(db: Database) -> None:
    strange = [
        Record("d1", DIRECTORY, "dataset", None, {"name": "A", "protocols": 5}),
        Record("d2", DIRECTORY, "dataset", None, {"name": "B", "protocols": f"not {POP}"}),
        Record("c", BARRIER, "campaign", "b1", {"opened_on": 2024, "closed_on": "2024-05-31"}),
        visit("x", "2020-05-01", id_dataset=["d1"]),
        seen("y", "x"),
    ]
    records.save(db, strange, "test")
    assert {telling.event.dataset.uid for telling in tellings(db, Selection())} == {""}
    assert told(db)[-1] == "x"


def test_a_visit_whose_dataset_was_deleted_is_of_that_of_its_protocol(db: Database) -> None:
    gone = Record("d1", DIRECTORY, "dataset", None, {"name": "A", "unique_dataset_id": "u1"})
    usual = Record("d2", DIRECTORY, "dataset", None, {"name": "B", "unique_dataset_id": "u2", "protocols": [POP]})
    anne = Record("p", DIRECTORY, "person", None, {"name": "DUPONT Anne"})
    saved = visit("x", "2020-05-01", id_dataset="d1", observers=["p"])
    records.save(db, [gone, usual, anne, saved, seen("y", "x")], "test")
    records.save(db, [gone.removed(), anne.removed()], "test")
    (telling,) = tellings(db, Selection(places=frozenset({"x"})))
    assert telling.event.dataset.uid == "d2"
    assert [person.name for person in telling.event.observers] == ["DUPONT Anne"]


def test_an_outline_that_crosses_itself_stops_no_selection(db: Database) -> None:
    listed = {"visit_date_min": "2020-05-01", "geometry": "SRID=4326;POLYGON ((2 50, 3 51, 3 50, 2 51, 2 50))\n"}
    records.save(
        db,
        [
            Record("l", "occasional", "visit", None, listed, "2020-05-01"),
            Record("m", "occasional", "observation", "l", {"cd_nom": 351}, None, 351),
        ],
        "test",
    )
    around = "POLYGON ((2.4 50.4, 2.6 50.4, 2.6 50.6, 2.4 50.6, 2.4 50.4))"
    assert told(db, within=around) == ["l"]

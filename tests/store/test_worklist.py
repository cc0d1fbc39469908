"""The visits of a year with how far each record has come; the whole is as far as its slowest record."""

from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.review import ReviewState
from fieldapp.store import records, reviewing, worklist
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from tests.elsewhere import beginning, write_elsewhere
from tests.store.ponds import PONDS, make


@pytest.fixture
def visit(db: Database) -> Record:
    group = make("group", name="Terrils")
    site = make("site", group, name="mare 4")
    found = make("visit", site, visited_on="2026-04-14", passage=1)
    other = make("visit", site, visited_on="2025-04-14", passage=1)
    records.save(db, [group, site, found, other, *(make("seen", found, cd_nom=cd) for cd in (259, 281))], "saisie")
    return found


def only(db: Database) -> worklist.Visit:
    (found,) = worklist.of_year(db, PONDS, 2026)
    return found


def test_a_year_holds_its_visits_with_their_lines_and_what_is_above(db: Database, visit: Record) -> None:
    found = only(db)
    assert found.uid == visit.uid
    assert [item.record.cd_nom for item in found.lines] == [259, 281]
    assert {entity: one.data["name"] for entity, one in found.above.items()} == {"site": "mare 4", "group": "Terrils"}
    assert worklist.years(db, PONDS) == [2026, 2025]
    assert [protocol.code for protocol in worklist.reviewed_protocols(db)] == ["ponds"]


def test_the_state_of_a_visit_is_the_worst_of_its_records(db: Database, visit: Record) -> None:
    assert only(db).state is ReviewState.COMPLETE
    line = only(db).lines[0].record
    wrong = with_data(line, PONDS.entity("seen"), {"cd_nom": 259, "count": "trois"})
    records.save(db, [wrong], "saisie")
    assert only(db).state is ReviewState.DRAFT
    assert only(db).lines[0].missing == ("Nombre : « trois » n’a pas la forme attendue.",)
    reviewing.ask(db, visit.uid, "", "Quelle mare ?")
    found = only(db)
    assert found.state is ReviewState.TO_REVIEW
    assert [(record.uid, question.text) for record, question in found.questions] == [(visit.uid, "Quelle mare ?")]


def test_it_is_validated_when_every_record_is_and_stale_when_one_was_changed(db: Database, visit: Record) -> None:
    reviewing.validate(db, [visit.uid], "1")
    assert (only(db).state, only(db).is_stale) == (ReviewState.VALIDATED, False)
    line = only(db).lines[1].record
    write_elsewhere(db, line.uid, base=beginning(db, line.uid), count=9)
    found = only(db)
    assert (found.state, found.is_stale, found.lines[1].is_stale) == (ReviewState.TO_REVIEW, True, True)


def test_the_visits_of_lines_are_told_once_and_a_deleted_one_not(db: Database, visit: Record) -> None:
    lines = records.children(db, [visit.uid])
    assert [one.uid for one in worklist.visits_of(db, [line.uid for line in lines])] == [visit.uid]
    records.delete(db, visit.uid, "supprimé")
    assert worklist.visits_of(db, [visit.uid]) == []


def test_who_reads_a_year_hears_how_far_it_is_and_may_stop(db: Database, visit: Record) -> None:
    told: list[tuple[int, int]] = []
    assert len(list(worklist.of_year(db, PONDS, 2026, lambda done, total: told.append((done, total))))) == 1
    assert told == [(0, 1)]


def test_what_nobody_has_validated_of_a_year_is_counted(db: Database, visit: Record) -> None:
    assert [worklist.waiting_of_year(db, year) for year in (2024, 2025, 2026)] == [0, 1, 1]
    reviewing.validate(db, [visit.uid], "1")
    assert [worklist.waiting_of_year(db, year) for year in (2025, 2026)] == [1, 0]


def test_lists_of_the_day_are_reviewed_though_nothing_lies_above_them(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "lists.db", protocols.installed()) as base:
        form = base.protocols["occasional"].day_list
        assert form is not None
        entity = base.protocols["occasional"].entity(form.sheet.visit)
        day = {entity.date_field or "": "2026-05-02", form.place: "Étang du Moulin"}
        records.save(base, [make_record("occasional", entity, day, None)], "liste")
        assert [one.code for one in worklist.reviewed_protocols(base)] == ["occasional"]
        assert worklist.waiting_of_year(base, 2026) == 1

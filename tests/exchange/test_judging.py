"""What is to be done with single records of a file, judged without the flow of an import around them."""

from dataclasses import replace

import pytest

from fieldapp.core.exchange import Importer, ParsedRow
from fieldapp.core.record import Record
from fieldapp.exchange.judging import Judge, RowDecidedError, Verdict
from fieldapp.exchange.known import KnownRecords
from fieldapp.exchange.report import Outcome
from fieldapp.protocols.pop_amphibiens import schema
from fieldapp.store import records
from fieldapp.store.connection import Database

GROUP = Record("0190a000-0000-7000-8000-000000000001", schema.CODE, "sites_group", None, {"sites_group_name": "A"})
SITE = Record("0190a000-0000-7000-8000-000000000002", schema.CODE, "site", GROUP.uid, {"base_site_name": "B"})


def judge_of(db: Database, importer: Importer, *given: Record, updates: bool = False) -> Judge:
    """Return a judge that has looked the records up."""
    judge = Judge(db, importer, KnownRecords(db, db.protocols[schema.CODE]), updates=updates)
    judge.look_up([ParsedRow(given)])
    return judge


def test_a_record_is_new_the_same_other_or_deleted_beside_what_is_stored(db: Database, shf: Importer) -> None:
    assert judge_of(db, shf, GROUP).judge(GROUP, ()).verdict is Verdict.NEW
    records.save(db, [GROUP], "aire")
    assert judge_of(db, shf, GROUP).judge(GROUP, ()).verdict is Verdict.SAME
    renamed = replace(GROUP, data={"sites_group_name": "Z"})
    other = judge_of(db, shf, renamed).judge(renamed, ())
    assert (other.verdict, other.columns, other.stored) == (Verdict.OTHER, ("aire_etude",), GROUP)
    records.delete(db, GROUP.uid, "supprimer")
    assert judge_of(db, shf, GROUP).judge(GROUP, ()).verdict is Verdict.DELETED


def test_an_identity_of_another_kind_is_refused(db: Database, shf: Importer) -> None:
    records.save(db, [GROUP], "aire")
    wrong = replace(SITE, uid=GROUP.uid)
    judged = judge_of(db, shf, wrong).judge(wrong, ())
    assert judged.verdict is Verdict.REFUSED
    assert judged.problem is not None
    with pytest.raises(RowDecidedError, match="d’une autre sorte") as decided:
        judge_of(db, shf, wrong).refuse_problem(3, judged)
    assert (decided.value.report.line, decided.value.report.outcome) == (3, Outcome.REFUSED)


def test_a_shared_record_told_in_two_ways_refuses_the_second_row(db: Database, shf: Importer) -> None:
    judge = judge_of(db, shf, GROUP)
    judge.judged(2, GROUP, (), None).line = 2
    again = judge.judged(3, replace(GROUP, data={**GROUP.data}), (), None)
    assert again.record is GROUP
    with pytest.raises(RowDecidedError, match=r"Les lignes 2 et 4 .* se contredisent") as decided:
        judge.judged(4, replace(GROUP, data={"sites_group_name": "Z"}), (), None)
    assert decided.value.report.column == "aire_etude"


def test_an_update_takes_what_the_file_says_and_keeps_what_it_leaves_empty(db: Database, shf: Importer) -> None:
    stored = replace(GROUP, data={"sites_group_name": "A", "sites_group_description": "ici"})
    given = replace(GROUP, data={"sites_group_name": "Z"})
    merged = judge_of(db, shf, updates=True).merged(stored, given)
    assert merged.data == {"sites_group_name": "Z", "sites_group_description": "ici"}


def test_a_record_is_met_once_the_file_or_the_database_has_told_of_it(db: Database, shf: Importer) -> None:
    records.save(db, [GROUP], "aire")
    judge = judge_of(db, shf, GROUP, SITE)
    assert judge.is_met(GROUP.uid)
    assert not judge.is_met(SITE.uid)
    judge.own[SITE.uid] = (2, SITE)
    assert judge.is_met(SITE.uid)


def test_a_row_told_twice_is_no_harm_and_told_otherwise_is_refused(db: Database, shf: Importer) -> None:
    judge = judge_of(db, shf, SITE)
    judge.own[SITE.uid] = (2, SITE)
    with pytest.raises(RowDecidedError, match="Même ligne que la ligne 2") as same:
        judge.refuse_told_before(3, replace(SITE))
    assert same.value.report.outcome is Outcome.IDENTICAL
    with pytest.raises(RowDecidedError, match="disent autre chose") as other:
        judge.refuse_told_before(3, replace(SITE, data={"base_site_name": "C"}))
    assert other.value.report.outcome is Outcome.REFUSED

import sqlite3
from collections.abc import Callable

import pytest

from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, integrity, records, taxa
from fieldapp.store.connection import Database
from tests.store.ponds import GROUP, make, reopen
from tests.store.test_taxa import POND_LIST


@pytest.fixture
def used(db: Database) -> tuple[Database, Record]:
    """Return a database with some history, and the visit in it."""
    taxa.install(db, "ponds", POND_LIST)
    group = make("group", name="A")
    site = make("site", group, name="B")
    visit = make("visit", site, visited_on="2026-03-01", passage=1)
    records.save(db, [group, site, visit, make("seen", visit, cd_nom=139)], "passage")
    records.save(db, [with_data(group, GROUP, {"name": "Z"})], "renommer")
    changes.undo(db)
    return db, visit


def broken(db: Database, sql: str, *parameters: object) -> list[str]:
    """Return the findings after somebody else wrote into the file."""
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("PRAGMA ignore_check_constraints = ON")
    other.execute(sql, parameters)
    other.close()
    return integrity.check(db).problems


def test_a_database_in_order_has_no_findings_and_counts(used: tuple[Database, Record]) -> None:
    db, _visit = used
    report = integrity.check(db)
    assert (report.records, report.changes, report.problems) == (4, 6, [])
    assert report.is_clean


def test_a_new_database_has_no_findings(db: Database) -> None:
    assert integrity.check(db) == integrity.Report(0, 0, [])


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "UPDATE record SET data = json_set(data, '$.passage', 3) WHERE uid = ?",
            ("ne donne pas ses valeurs", "passage"),
        ),
        ("UPDATE record SET data = json_set(data, '$.extra', 1) WHERE uid = ?", ("ne donne pas ses valeurs", "extra")),
        ("UPDATE record SET deleted = 1 WHERE uid = ?", ("ne donne pas ses valeurs", "_deleted")),
        ("UPDATE record SET parent = NULL WHERE uid = ?", ("ne donne pas ses valeurs", "_parent")),
        ("UPDATE record SET on_date = '2020-01-01' WHERE uid = ?", ("la colonne on_date", "visited_on")),
        ("UPDATE record SET cd_nom = 5 WHERE uid = ?", ("la colonne cd_nom",)),
        ("DELETE FROM change WHERE record = ?", ("aucune modification ne dit d’où il vient",)),
        ("UPDATE change SET before = '{}' WHERE record = ?", ("n’est pas à sa place",)),
        ("UPDATE change SET after = json_set(after, '$.passage', 9) WHERE record = ?", ("ne donne pas ses valeurs",)),
        ("UPDATE change SET action = 999 WHERE record = ?", ("sans action",)),
        ("UPDATE record SET parent = 'nobody' WHERE uid = ?", ("le relevé au-dessus de lui n’existe pas",)),
    ],
)
def test_what_does_not_hold_together_is_named_with_its_record(
    used: tuple[Database, Record], sql: str, words: tuple[str, ...]
) -> None:
    db, visit = used
    found = broken(db, sql, visit.uid)
    naming = [sentence for sentence in found if visit.uid in sentence]
    assert any(all(word in sentence for word in words) for sentence in naming), found


def test_a_change_that_starts_from_other_values_is_named(used: tuple[Database, Record]) -> None:
    db, visit = used
    group = records.roots(db, "ponds", "group")[0]
    found = broken(
        db, """UPDATE change SET before = '{"name":"Q"}' WHERE record = ? AND before = '{"name":"A"}'""", group.uid
    )
    assert [("part d’autres valeurs (name)" in sentence, group.uid in sentence) for sentence in found] == [(True, True)]
    assert visit.uid not in "".join(found)


def test_a_change_of_no_record_is_named(used: tuple[Database, Record]) -> None:
    db, visit = used
    seen = records.children(db, [visit.uid])[0]
    found = broken(db, "DELETE FROM record WHERE uid = ?", seen.uid)
    assert len(found) == 1
    assert seen.uid in found[0]
    assert "d’un relevé qui n’existe pas" in found[0]


def test_a_live_record_below_a_deleted_one_is_named(used: tuple[Database, Record]) -> None:
    db, visit = used
    records.save(db, [visit.removed()], "supprimer la seule fiche")
    found = integrity.check(db).problems
    assert len(found) == 1
    assert "le relevé au-dessus de lui est supprimé" in found[0]


def test_a_search_index_that_does_not_follow_its_list_is_said(used: tuple[Database, Record]) -> None:
    db, _visit = used
    assert broken(db, "UPDATE taxon SET words = 'autre chose' WHERE cd_nom = 139") == [
        "L’index de recherche des taxons ne correspond pas à la liste des taxons."
    ]


def test_records_of_a_protocol_that_is_not_installed_are_checked_without_it(used: tuple[Database, Record]) -> None:
    db, visit = used
    broken(db, "UPDATE record SET on_date = '2020-01-01' WHERE uid = ?", visit.uid)
    assert integrity.check(db).problems != []
    db = reopen(db, protocols=())
    assert integrity.check(db).problems == []
    db.close()


def test_the_list_of_findings_ends(used: tuple[Database, Record], monkeypatch: pytest.MonkeyPatch) -> None:
    db, _visit = used
    monkeypatch.setattr(integrity, "MAX_PROBLEMS", 2)
    found = broken(db, "UPDATE record SET data = '{\"x\":1}'")
    assert len(found) == 3
    assert found[-1] == "Et d’autres encore : la liste s’arrête ici."


def test_a_check_leaves_the_database_usable(used: tuple[Database, Record]) -> None:
    db, _visit = used
    integrity.check(db)
    save: Callable[..., records.Saved] = records.save
    assert save(db, [make("group", name="après")], "aire").created == 1

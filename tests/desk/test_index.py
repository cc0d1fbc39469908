"""The file beside the database: it follows every change, and what it says is what a file made anew would say."""

import os
import random
import sqlite3
from typing import Any

import pytest

from fieldapp.core.errors import CancelledError
from fieldapp.core.record import Record, make_record
from fieldapp.desk import columns, index
from fieldapp.desk.columns import ROW, Columns
from fieldapp.desk.index import Index
from fieldapp.protocols.directory import protocol as directory
from fieldapp.store import changes, records, taxa
from fieldapp.store.connection import Database
from tests.desk.seasons import PALMATE, TOAD, altered, area, fresh, number, person, pond, save, seen, visit


def told(db: Database, lines: Columns) -> tuple[Any, ...]:
    """Return all that columns hold, in an order of its own."""
    rows = sorted(zip(*(getattr(lines, name).tolist() for name in ROW.names or ()), strict=True))
    people = sorted(map(tuple, lines.people.tolist()))
    doubts = {code: sorted(found.tolist()) for code, found in lines.doubts.items() if len(found)}
    return rows, people, doubts


def anew(db: Database) -> tuple[Any, ...]:
    """Return what columns hold that were read from a file made anew."""
    index.forget(db.path)
    with index.followed(db) as kept:
        return told(db, columns.load(db, kept))


def season(db: Database) -> tuple[list[Record], list[Record], list[Record]]:
    who = person(db, "UN Observateur")
    group = area(db, "Terrils")
    sites = [pond(db, group, f"Mare {n}", 2.8 + n / 1000) for n in range(3)]
    visits = [visit(db, site, f"20{year}-04-2{n}", n + 1, (who,)) for year in (20, 21) for n, site in enumerate(sites)]
    lines = [seen(db, at, cd_nom) for at in visits for cd_nom in (TOAD, PALMATE)]
    return sites, visits, lines


def test_every_line_and_every_bare_visit_is_kept_once(db: Database) -> None:
    sites, visits, lines = season(db)
    bare = visit(db, sites[0], "2021-06-12", 3)
    with index.followed(db) as kept:
        assert kept.is_whole()
        found = columns.load(db, kept)
    assert sorted(found.line.tolist()) == sorted(number(db, one) for one in (*lines, bare))
    assert set(found.visit.tolist()) == {number(db, one) for one in (*visits, bare)}


def test_nothing_is_read_twice_while_nothing_changes(db: Database) -> None:
    season(db)
    with index.followed(db) as kept:
        stamp = kept.stamp()
        assert not kept.follow(db)
        assert kept.stamp() == stamp


@pytest.mark.parametrize("seed", range(6))
def test_what_follows_the_changes_says_what_is_read_anew(db: Database, seed: int) -> None:
    sites, visits, lines = season(db)
    chance = random.Random(seed)
    with index.followed(db) as kept:
        following = columns.load(db, kept)
    for _turn in range(4):
        for _step in range(3):
            _change_something(db, chance, sites, visits, lines)
        with index.followed(db) as kept:
            following = columns.refreshed(db, kept, following)
        assert told(db, following) == anew(db)
        with index.open_index(db.path) as kept:
            following = columns.load(db, kept)


def _change_something(
    db: Database, chance: random.Random, sites: list[Record], visits: list[Record], lines: list[Record]
) -> None:
    """Do one of the things that people do to records, and to what lies above them."""
    live = [one for one in visits if not fresh(db, one).deleted and not fresh(db, sites_of(db, one)).deleted]
    what = chance.choice(
        ["count", "date", "delete line", "delete visit", "move line", "move site", "new", "undo", "site"]
    )
    below = [one for one in lines if not fresh(db, one).deleted and fresh(db, one).parent in {at.uid for at in live}]
    at = chance.choice(live)
    if what == "count" and below:
        altered(db, chance.choice(below), count_min=7, count_max=9)
    elif what == "date":
        altered(db, at, visit_date_min=f"20{chance.choice([19, 20, 21])}-05-{chance.randrange(10, 28)}")
    elif what == "delete line" and below:
        records.delete(db, chance.choice(below).uid, "ligne")
    elif what == "delete visit" and len(live) > 2:
        records.delete(db, at.uid, "passage")
    elif what == "move line" and below:
        record = fresh(db, chance.choice(below))
        save(db, Record(record.uid, record.protocol, record.entity, at.uid, record.data, None, record.cd_nom))
    elif what == "move site":
        altered(db, chance.choice(sites), longitude=2.8 + chance.random() / 10)
    elif what == "new":
        visits.append(visit(db, sites_of(db, at), "2021-04-20", 2))
        lines.append(seen(db, visits[-1], TOAD, 5))
    elif what == "undo" and changes.to_undo(db) is not None:
        changes.undo(db)
    elif what == "site" and len(live) > 4:
        records.delete(db, sites_of(db, at).uid, "mare")


def sites_of(db: Database, at: Record) -> Record:
    found = records.get(db, fresh(db, at).parent or "")
    assert found is not None
    return found


def test_a_warning_of_two_visits_ends_when_one_of_them_goes(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    first, second = (visit(db, site, "2021-04-20", number) for number in (2, 3))
    with index.followed(db) as kept:
        doubted = {doubt.record for doubt in kept.doubts_of([number(db, first), number(db, second)])}
    assert doubted == {number(db, first), number(db, second)}
    records.delete(db, second.uid, "en double")
    with index.followed(db) as kept:
        assert kept.doubts_of([number(db, first)]) == []


def found(kept: Index, text: str) -> list[int]:
    records = kept.search(text)
    assert records is not None
    return [int(one) for one in records]


def test_the_words_that_people_wrote_find_their_records(db: Database) -> None:
    site = pond(db, area(db, "Terrils du 11/19"), "Mare à l’Œillet")
    line = seen(db, visit(db, site, "2021-04-20"), TOAD, comments="sous une bâche bleue")
    with index.followed(db) as kept:
        assert found(kept, "bache") == [number(db, line)]
        assert found(kept, "oeil") == [number(db, site)]
        assert found(kept, "bleue mare") == []
        assert kept.search("  ?!") is None
    altered(db, line, comments="sous une tôle")
    with index.followed(db) as kept:
        assert found(kept, "bache") == []
        assert found(kept, "tole") == [number(db, line)]


def test_a_reading_that_was_stopped_goes_on_where_it_was(db: Database) -> None:
    season(db)

    def stop_at_the_second_season(done: int, _total: int) -> None:
        if done:
            raise CancelledError

    with index.open_index(db.path) as kept:
        with pytest.raises(CancelledError):
            kept.follow(db, stop_at_the_second_season)
        assert not kept.is_whole()
        assert set(columns.load(db, kept).year.tolist()) == {2021}  # the newest season comes first
        kept.follow(db)
        assert kept.is_whole()
        assert set(columns.load(db, kept).year.tolist()) == {2020, 2021}


def test_a_damaged_file_is_made_anew_without_a_word(db: Database) -> None:
    season(db)
    with index.followed(db) as kept:
        before = told(db, columns.load(db, kept))
    path = index.path_of(db.path)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    path.write_bytes(b"no database" * 1000)
    with index.followed(db) as kept:
        assert told(db, columns.load(db, kept)) == before


def test_a_file_of_other_changes_is_made_anew(db: Database) -> None:
    season(db)
    with index.followed(db):
        pass
    path = index.path_of(db.path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = 'of another database' WHERE name = 'mark'")
    connection.execute("DELETE FROM visit")
    connection.commit()
    connection.close()
    with index.followed(db) as kept:
        assert len(columns.load(db, kept)) == 12


def test_files_of_databases_that_are_gone_do_not_pile_up(db: Database) -> None:
    with index.followed(db) as kept:
        own = kept.path
    old, young = own.with_name("desk-old.db"), own.with_name("desk-young.db")
    for path in (own, old, young):
        path.touch()
    for path in (own, old):
        os.utime(path, (0, 0))
    with index.open_index(db.path):
        assert own.exists()
        assert young.exists()
        assert not old.exists()


def test_the_database_itself_is_never_written(db: Database) -> None:
    season(db)
    before = db.value("PRAGMA data_version"), changes.newest(db), db.connection.total_changes
    with index.followed(db):
        pass
    assert (db.value("PRAGMA data_version"), changes.newest(db), db.connection.total_changes) == before


def test_a_person_that_arrives_after_the_visit_is_found_as_its_observer(db: Database) -> None:
    who = make_record(directory.CODE, directory.PERSON, {"name": "TARD Venu"}, None)
    at = visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20", 2, (who,))
    with index.followed(db) as kept:
        before = columns.load(db, kept)
    assert len(before.people) == 0
    save(db, who)
    with index.followed(db) as kept:
        after = columns.refreshed(db, kept, before)
    assert after.people.tolist() == [[number(db, at), number(db, who)]]
    assert told(db, after) == anew(db)


def test_a_person_who_is_renamed_is_found_by_the_new_name_without_reading_the_visits_again(db: Database) -> None:
    who = person(db, "ANCIEN Nom")
    visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20", 2, (who,), id_dataset=None)
    with index.followed(db) as kept:
        stamp = kept.stamp()
    altered(db, who, name="NOUVEAU Nom")
    with index.followed(db) as kept:
        assert kept.stamp() == stamp
        assert found(kept, "nouveau") == [number(db, who)]
        assert found(kept, "ancien") == []


def test_an_edit_of_the_dataset_ends_the_warning_of_its_visits(db: Database) -> None:
    dataset = save(db, make_record(directory.CODE, directory.DATASET, {"name": "POP"}, None))
    site = pond(db, area(db, "Terrils"), "Mare 1")
    at = visit(db, site, "2021-04-20", methode_de_prospection=["2"], id_dataset=dataset.uid)
    with index.followed(db) as kept:
        before = columns.load(db, kept)
    assert before.doubts["no_derogation"].tolist() == [number(db, at)]
    altered(db, dataset, derogation_reference="2021-12")
    with index.followed(db) as kept:
        after = columns.refreshed(db, kept, before)
    assert after.doubts["no_derogation"].tolist() == []
    assert told(db, after) == anew(db)


def test_another_reference_of_taxa_has_everything_read_anew(db: Database) -> None:
    season(db)
    with index.followed(db) as kept:
        made = kept.made()
    taxa.note_reference(db, taxa.Reference("18", "TAXREFv18.txt", 1, 0, 0, 0, False, "2026-01-01T00:00:00.000Z"))
    with index.followed(db) as kept:
        assert kept.made() != made
        assert len(columns.load(db, kept)) == 12

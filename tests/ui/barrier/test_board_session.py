"""A morning that is changed elsewhere while it is typed or waits as a draft: nothing is lost, what differs is asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Severity
from fieldapp.protocols.pitfall_barrier.board import press
from fieldapp.protocols.pitfall_barrier.schema import BUCKET, CODE, INDIVIDUAL, OBSERVATION, PHOTO, VISIT
from fieldapp.store import changes, drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui.barrier.board_session import MorningSession, open_morning
from tests.ui.barrier import barrier_window
from tests.ui.barrier.barrier_window import LOU, TODAY, barrier, campaign, catch, check, people, rows_read, visits

db = barrier_window.db

ON, YESTERDAY = "2019-03-18", "2019-03-17"
TOAD, CRESTED, FROG = 259, 139, 351
SPECIES = {"c": TOAD, "k": CRESTED, "r": FROG}
NEWT = "0190a000-0000-7000-8000-00000000abcd"


@pytest.fixture
def site(db: Database) -> str:
    """Return a barrier that was looked into the day before."""
    people(db)
    uid = barrier(db)
    campaign(db, uid, "2019-02-01", "2019-06-15")
    check(db, uid, YESTERDAY, observers=[LOU])
    return uid


def opened(db: Database, site: str, on: str = ON, today: date = TODAY) -> MorningSession:
    return open_morning(db, db.protocols[CODE], site, on, today)


def typed(session: MorningSession, script: str) -> MorningSession:
    """Press keys of the board parted by blanks."""
    for key in script.split():
        board = press(session.board, key, SPECIES)
        assert board is not None, key
        session.take(board)
    return session


def told(db: Database, site: str, on: str = ON) -> list[tuple[str, int, int]]:
    """Return what is stored of a morning: bucket, taxon, number."""
    found = records.children(db, [visits(db, site)[on].uid])
    return sorted(
        (one.data["bucket"], one.cd_nom or 0, one.data["count"]) for one in found if one.entity == "observation"
    )


def values(db: Database, site: str, on: str = ON) -> dict[str, Any]:
    return visits(db, site)[on].data


def weather(db: Database, visit: str, **changed: Any) -> None:
    record = records.get(db, visit)
    assert record is not None
    records.save(db, [with_data(record, VISIT, {**record.data, **changed})], "météo")


def newt(db: Database, site: str) -> str:
    made = make_record(CODE, INDIVIDUAL, {"individual_name": "TC-001", "cd_nom": CRESTED}, site, NEWT)
    records.save(db, [made], "individu")
    return made.uid


# ------------------------------------------------------------------------------------ what waited as a draft


def test_a_draft_keeps_what_was_imported_meanwhile(db: Database, site: str) -> None:
    typed(opened(db, site), "c m")
    imported = check(db, site, ON, "checked", night_min_c=4.0, comments="importé")
    catch(db, imported, cd_nom=FROG, count=7, bucket="5", sex="3")
    again = opened(db, site)
    assert (again.head["night_min_c"], again.board.animals, again.clashes) == (4.0, 8, frozenset())
    assert "réunies" in again.told
    assert again.save() == []
    assert told(db, site) == [("1", TOAD, 1), ("5", FROG, 7)]
    assert (values(db, site)["night_min_c"], values(db, site)["comments"]) == (4.0, "importé")
    assert visits(db, site)[ON].uid == imported


def test_a_draft_keeps_the_weather_that_a_file_filled_meanwhile(db: Database, site: str) -> None:
    visit = check(db, site, ON, "checked")
    catch(db, visit, count=2, sex="3")
    typed(opened(db, site), "1 +")
    weather(db, visit, night_min_c=5.0, weather_fields=["night_min_c"], weather_file="m.csv")
    assert opened(db, site).save() == []
    assert told(db, site) == [("1", TOAD, 3)]
    assert (values(db, site)["night_min_c"], values(db, site)["weather_fields"]) == (5.0, ["night_min_c"])


def test_an_empty_morning_in_a_draft_against_imported_animals_is_asked_and_blocks(db: Database, site: str) -> None:
    typed(opened(db, site), "v")
    catch(db, check(db, site, ON, "checked"), count=9)
    session = opened(db, site)
    assert session.clashes == {"state"}
    assert [one.problem.severity for one in session.save()] == [Severity.BLOCKING]
    assert told(db, site) == [("1", TOAD, 9)]
    session.choose(mine=False)
    assert (session.waits(), session.board.animals) == (False, 9)
    assert drafts.keys(db, "morning:") == []


def test_the_question_waits_with_the_draft_and_the_own_side_may_hold(db: Database, site: str) -> None:
    typed(opened(db, site), "c m m")
    catch(db, check(db, site, ON, "checked"), count=5, sex="3")
    session = opened(db, site)
    assert len(session.clashes) == 2
    session.put("rain_mm", 2.0)
    again = opened(db, site)
    assert (again.clashes, again.head["rain_mm"], again.board.animals) == (session.clashes, 2.0, 2)
    again.choose(mine=True)
    assert again.save() == []
    assert told(db, site) == [("1", TOAD, 2)]


def test_a_draft_of_a_morning_that_was_undone_keeps_only_its_own_changes(db: Database, site: str) -> None:
    first = typed(opened(db, site), "c m")
    assert first.save() == []
    typed(first, "3 r f")
    changes.undo(db)
    session = opened(db, site)
    assert [(bucket, group.cd_nom) for bucket, group in session.board.groups] == [("3", FROG)]
    assert session.save() == []
    assert told(db, site) == [("3", FROG, 1)]


def test_a_draft_that_nothing_came_between_is_there_as_it_was_typed(db: Database, site: str) -> None:
    session = typed(opened(db, site), "c m 4 r f")
    session.put("comments", "gel")
    session.typed("rain_mm", "1,")
    again = opened(db, site)
    assert again.content.is_like(session.content)
    assert (again.texts, again.told, again.waits()) == ({"rain_mm": "1,"}, "", True)
    assert again.board.tile is not None
    assert (again.board.tile.bucket, again.board.species) == ("4", FROG)


# ------------------------------------------------------------------------------------ while the board is open


def test_what_was_stored_while_the_board_is_open_survives_both_saves(db: Database, site: str) -> None:
    visit = check(db, site, ON, "checked")
    catch(db, visit, count=2, sex="3")
    session = opened(db, site)
    catch(db, visit, cd_nom=FROG, count=7, bucket="5", sex="3")
    weather(db, visit, rain_mm=3.0, night_min_c=5.0)
    assert typed(session, "1 +").save() == []
    after = [("1", TOAD, 3), ("5", FROG, 7)]
    assert (told(db, site), values(db, site)["rain_mm"]) == (after, 3.0)
    assert [group.cd_nom for _bucket, group in session.board.groups] == [TOAD, FROG]
    assert typed(session, "1 +").save() == []
    assert told(db, site) == [("1", TOAD, 4), ("5", FROG, 7)]


def test_two_boards_of_one_morning_make_one_check(db: Database, site: str) -> None:
    one, other = opened(db, site), opened(db, site)
    assert typed(other, "3 r f").save() == []
    assert typed(one, "c m").save() == []
    days = [record for record in records.children(db, [site]) if record.on_date == ON]
    assert len(days) == 1
    assert told(db, site) == [("1", TOAD, 1), ("3", FROG, 1)]


def test_one_catch_changed_on_two_boards_is_asked_before_it_is_saved(db: Database, site: str) -> None:
    visit = check(db, site, ON, "checked")
    catch(db, visit, count=2, sex="3")
    session = opened(db, site)
    assert typed(opened(db, site), "1 + + +").save() == []
    assert [one.problem.code for one in typed(session, "1 +").save()] == ["changed_meanwhile"]
    assert told(db, site) == [("1", TOAD, 5)]
    session.choose(mine=False)
    assert (session.board.animals, session.waits()) == (5, False)


def test_a_second_check_of_the_day_that_came_meanwhile_stops_the_save(db: Database, site: str) -> None:
    visit = check(db, site, ON)
    session = opened(db, site)
    twin = check(db, site, ON, "checked")
    catch(db, twin, count=4)
    session.put("comments", "gel")
    assert [one.problem.code for one in session.save()] == ["two_checks"]
    assert session.visit.uid == visit
    assert values_of(db, visit) == {"check_on": ON, "state": "empty", "observers": [LOU]}


def values_of(db: Database, uid: str) -> dict[str, Any]:
    record = records.get(db, uid)
    assert record is not None
    return record.data


def test_a_barrier_removed_meanwhile_stops_the_save_and_the_draft_stays(db: Database, site: str) -> None:
    session = typed(opened(db, site), "c m")
    records.delete(db, site, "barrière")
    assert [one.problem.code for one in session.save()] == ["gone_meanwhile"]
    assert drafts.keys(db, "morning:") == [session.draft_key]


def test_the_hand_stays_in_its_bucket_over_a_save(db: Database, site: str) -> None:
    session = typed(opened(db, site), "c m 3 r f")
    assert session.save() == []
    assert session.board.tile is not None
    assert (session.board.tile.bucket, session.board.species) == ("3", FROG)
    assert typed(session, "+").save() == []
    assert told(db, site) == [("1", TOAD, 1), ("3", FROG, 2)]


def test_a_bucket_taken_away_meanwhile_blocks_only_with_animals_in_it(db: Database, site: str) -> None:
    session = typed(opened(db, site), "c m 4 r f")
    fourth = next(one for one in records.undated(db, [site], (BUCKET.code,)) if one.data["bucket"] == "4")
    records.save(db, [fourth.removed()], "seau")
    assert [(one.bucket, one.problem.code) for one in session.save()] == [("4", "bucket_unknown")]
    assert session.board.animals == 2


# ----------------------------------------------------------------------------------------- photos, individuals


def photo_uids(db: Database, catch_uid: str) -> list[str]:
    return [one.uid for one in records.children(db, [catch_uid]) if one.entity == PHOTO.code]


def test_photos_set_again_without_their_uid_after_a_save_stay_the_same_records(db: Database, site: str) -> None:
    session = typed(opened(db, site), "k m")
    uid = session.board.groups[0][1].uid
    shown = [{"sha256": "a" * 64, "file_name": "v.jpg"}]
    session.set_photos(uid, shown)
    assert session.save() == []
    before = photo_uids(db, uid)
    assert len(before) == 1
    session.set_photos(uid, shown)
    assert not session.waits()
    session.set_photos(uid, [{**shown[0], "view": "belly"}])
    assert session.save() == []
    assert photo_uids(db, uid) == before
    assert values_of(db, before[0])["view"] == "belly"


def test_a_photo_that_is_still_to_come_is_in_the_draft_of_a_stored_morning(db: Database, site: str) -> None:
    session = typed(opened(db, site), "k m")
    uid = session.board.groups[0][1].uid
    session.set_photos(uid, [{"path": "/photos/v.jpg", "file_name": "v.jpg"}])
    assert session.save() == []
    assert (session.is_stored, session.waits(), photo_uids(db, uid)) == (True, False, [])
    again = opened(db, site)
    assert [one["path"] for one in again.photos[uid]] == ["/photos/v.jpg"]
    again.set_photos(uid, [])
    assert drafts.keys(db, "morning:") == []


def test_an_individual_removed_meanwhile_is_taken_off_the_draft_and_said(db: Database, site: str) -> None:
    session = typed(opened(db, site), "k m")
    session.take(session.board.name(session.board.groups[0][1].uid, newt(db, site)))
    records.delete(db, NEWT, "individu")
    again = opened(db, site)
    assert again.board.groups[0][1].individual is None
    assert "Seau 1" in again.told
    assert again.save() == []
    [made] = [one for one in records.children(db, [visits(db, site)[ON].uid]) if one.entity == OBSERVATION.code]
    assert "individual" not in made.data


def test_an_individual_removed_while_the_board_is_open_blocks_the_save(db: Database, site: str) -> None:
    session = typed(opened(db, site), "k m")
    session.take(session.board.name(session.board.groups[0][1].uid, newt(db, site)))
    assert session.around.individual(NEWT) == "TC-001"
    records.delete(db, NEWT, "individu")
    [found] = session.save()
    assert (found.bucket, found.problem.field, found.problem.severity) == ("1", "individual", Severity.BLOCKING)
    session.take(session.board.name(found.group, None))
    assert session.save() == []


def test_a_stored_name_that_leads_nowhere_is_said_and_does_not_hold_up_the_rest(db: Database, site: str) -> None:
    catch(db, check(db, site, ON, "checked"), cd_nom=CRESTED, sex="3", individual=newt(db, site))
    records.delete(db, NEWT, "individu")
    session = opened(db, site)
    assert [one.problem.severity for one in session.findings() if one.problem.field == "individual"] == [
        Severity.INCOMPLETE
    ]
    session.put("comments", "gel")
    assert session.save() == []


def test_only_the_individuals_that_the_morning_names_are_read(
    db: Database, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = newt(db, site)
    herd: list[Record] = [
        make_record(CODE, INDIVIDUAL, {"individual_name": f"TC-{n:03}", "cd_nom": CRESTED}, site) for n in range(2, 402)
    ]
    records.save(db, herd, "individus")
    catch(db, check(db, site, ON, "checked"), cd_nom=CRESTED, individual=named)
    read = rows_read(monkeypatch)
    session = opened(db, site)
    assert sum(read) < 100
    assert session.around.individual(named) == "TC-001"


# ------------------------------------------------------------------------------------------------- who looked


def test_the_observers_are_proposed_again_when_a_missed_morning_was_looked_into_after_all(
    db: Database, site: str
) -> None:
    session = opened(db, site)
    session.take(session.board.missed("weather"))
    assert session.save() == []
    assert "observers" not in values(db, site)
    session.take(session.board.missed(""))
    assert session.head["observers"] == [LOU]
    session.take(session.board.empty())
    assert session.save() == []
    assert (values(db, site)["state"], values(db, site)["observers"]) == ("empty", [LOU])


def test_a_missed_morning_that_is_missed_after_all_waits_for_nothing(db: Database, site: str) -> None:
    check(db, site, ON, "missed", reason="weather")
    session = opened(db, site)
    session.take(session.board.missed(""))
    assert session.waits()
    session.take(session.board.missed("weather"))
    assert not session.waits()
    session.take(session.board.missed(""))
    assert session.undo()
    assert not session.waits()

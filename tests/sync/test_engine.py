from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fieldapp.core.errors import CancelledError, DatabaseError
from fieldapp.core.ids import name_uid, new_uid
from fieldapp.core.merging import DELETED
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.hub import applying, rights
from fieldapp.store import changes, disputes, integrity, outbox, peers, receipts, records
from fieldapp.store.connection import open_database
from fieldapp.store.peers import LAN
from fieldapp.sync import engine, job, receiving, sending, wire
from fieldapp.sync.errors import BadAnswerError, HubUnreachableError
from fieldapp.sync.job import ALL_AGAIN, MASS_CHANGE, MASS_DELETION, ConsentError, NewerProtocolError, OtherHubError
from fieldapp.sync.wire import Action, Answer, Change, Request
from tests.faults.sync_laptops import AFTERWARDS, MEANWHILE, NEVER, Hub, KilledError, Laptop, Line
from tests.faults.sync_ledger import disputes_of, state_of
from tests.store.ponds import PONDS, make

MakeLaptop = Callable[..., Laptop]
NEWER = replace(PONDS, version="1.10")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    found = Hub.at(str(tmp_path / "hub.db"))
    yield found
    found.close()


@pytest.fixture
def laptop(tmp_path: Path, hub: Hub) -> Iterator[MakeLaptop]:
    """Return a function that makes a laptop which joined the hub."""
    with ExitStack() as stack:

        def add(name: str, role: str = "coordinator", **options: Any) -> Laptop:
            found = stack.enter_context(Laptop(tmp_path / f"{name}.db"))
            found.join(hub, role, **options)
            return found

        yield add


@pytest.fixture
def anna(laptop: MakeLaptop) -> Laptop:
    return laptop("anna")


@pytest.fixture
def bert(laptop: MakeLaptop) -> Laptop:
    return laptop("bert")


def a_tree() -> tuple[Record, Record, Record, Record]:
    group = make("group", name="Aire")
    site = make("site", group, name="Mare")
    visit = make("visit", site, visited_on="2026-04-01", passage=1)
    return group, site, visit, make("seen", visit, cd_nom=259, count=3)


def shared(anna: Laptop, bert: Laptop) -> tuple[Record, Record, Record, Record]:
    """Give both laptops the same tree."""
    tree = a_tree()
    anna.save(*tree)
    anna.sync()
    bert.sync()
    return tree


def agree(*laptops: Laptop) -> None:
    """Sync until all know all, and see that they have the same, in good order."""
    for laptop in (*laptops, *laptops):
        laptop.sync()
    first = laptops[0]
    for laptop in laptops:
        assert state_of(laptop.db) == state_of(first.db)
        assert disputes_of(laptop.db) == disputes_of(first.db)
        assert laptop.change_uids() == first.change_uids()
        assert integrity.check(laptop.db).problems == []
        assert receipts.counts(laptop.db, laptop.peer.id).keys() <= {"identical"}


def move(laptop: Laptop, uid: str, parent: str) -> None:
    laptop.save(replace(laptop.get(uid), parent=parent), label="déplacement")


def in_small_pieces(monkeypatch: pytest.MonkeyPatch, size: int, page: int) -> None:
    """Let batches and pages hold little."""
    monkeypatch.setattr(engine, "Job", partial(job.Job, size=size))
    monkeypatch.setattr(sending, "GOOD_S", 0.0)
    monkeypatch.setattr(job, "GOOD_S", 0.0)
    monkeypatch.setattr(applying, "PAGE", page)


# ---------------------------------------------------------------------------------------- there and back


def test_what_one_laptop_saved_another_has_with_receipts(anna: Laptop, bert: Laptop) -> None:
    anna.save(*a_tree())
    sent = anna.sync()
    assert (sent.sent, sent.received, sent.receipts, sent.waiting) == (4, 0, 3, 0)
    received = bert.sync()
    assert (received.sent, received.received, received.receipts, received.people) == (0, 4, 3, 1)
    agree(anna, bert)


def test_a_sync_with_nothing_to_do_asks_once_and_changes_nothing(anna: Laptop, bert: Laptop) -> None:
    shared(anna, bert)
    before = state_of(anna.db)
    anna.line.requests.clear()
    report = anna.sync()
    assert len(anna.line.requests) == 1
    assert (report.sent, report.received, report.receipts) == (0, 0, 0)
    assert state_of(anna.db) == before


def test_edits_of_different_fields_both_survive(anna: Laptop, bert: Laptop) -> None:
    _group, _site, visit, _seen = shared(anna, bert)
    anna.edit(visit.uid, comments="vase")
    bert.edit(visit.uid, passage=2)
    agree(anna, bert)
    assert anna.get(visit.uid).data == {**visit.data, "comments": "vase", "passage": 2}
    assert disputes.count(anna.db) == 0


def test_edits_of_the_same_field_are_both_kept_until_somebody_settles_it_for_all(anna: Laptop, bert: Laptop) -> None:
    _group, site, _visit, _seen = shared(anna, bert)
    anna.edit(site.uid, name="chez Anna")
    bert.edit(site.uid, name="chez Bert")
    agree(anna, bert)
    (dispute,) = disputes.opened(bert.db)
    assert [(item.value, item.who) for item in dispute.versions] == [
        ("chez Anna", "person-anna"),
        ("chez Bert", "person-bert"),
    ]
    disputes.settle(bert.db, site.uid, {"name": "chez Bert"})
    agree(bert, anna)
    assert anna.get(site.uid).data == {"name": "chez Bert"}
    assert disputes.count(anna.db) == 0


def test_the_same_thing_made_on_two_laptops_is_one(anna: Laptop, bert: Laptop) -> None:
    uid = name_uid("group", "Aire")
    for laptop in (anna, bert):
        laptop.save(make_record("ponds", PONDS.entity("group"), {"name": "Aire"}, None, uid))
    agree(anna, bert)
    assert records.count(anna.db, "ponds", "group") == 1
    assert disputes.count(anna.db) == 0


def test_a_change_from_a_table_reaches_the_association_through_whoever_comes_home(
    anna: Laptop, bert: Laptop, tmp_path: Path
) -> None:
    table = Hub.at(str(tmp_path / "table.db"))
    at_table = [laptop.join(table, kind=LAN) for laptop in (anna, bert)]
    tree = a_tree()
    anna.save(*tree)
    anna.sync(at_table[0])
    bert.sync(at_table[1])
    bert.edit(tree[2].uid, passage=3)
    assert bert.sync().sent == 5
    anna.sync()
    assert anna.get(tree[2].uid).data["passage"] == 3
    agree(anna, bert)
    table.close()


# ------------------------------------------------------------------------------------------ deletions and moves


def test_a_deletion_of_a_visit_deletes_it_everywhere_and_leaves_no_dispute_behind(anna: Laptop, bert: Laptop) -> None:
    _group, _site, visit, seen = shared(anna, bert)
    records.delete(bert.db, visit.uid, "suppression")
    agree(bert, anna)
    assert anna.get(visit.uid).deleted
    assert anna.get(seen.uid).deleted
    assert not disputes.opened(anna.db)
    assert not disputes.settled(anna.db)


def test_a_capture_typed_below_a_visit_that_a_colleague_deleted_keeps_the_visit_and_asks(
    anna: Laptop, bert: Laptop
) -> None:
    _group, _site, visit, _seen = shared(anna, bert)
    records.delete(bert.db, visit.uid, "suppression")
    anna.save(make("seen", visit, cd_nom=2))
    agree(bert, anna)
    assert not anna.get(visit.uid).deleted
    assert [dispute.field for dispute in disputes.opened(anna.db)] == [DELETED]


def test_a_form_that_was_open_while_its_visit_was_deleted_elsewhere_loses_nothing(anna: Laptop, bert: Laptop) -> None:
    _group, _site, visit, _seen = shared(anna, bert)
    records.delete(bert.db, visit.uid, "suppression")
    bert.sync()
    anna.sync()
    assert anna.get(visit.uid).deleted
    anna.save(make("seen", visit, cd_nom=2))
    assert not anna.get(visit.uid).deleted
    agree(anna, bert)


def test_a_doubted_deletion_counts_once_the_last_capture_has_gone_elsewhere(anna: Laptop, bert: Laptop) -> None:
    _group, site, visit, _seen = shared(anna, bert)
    other, late = make("visit", site, visited_on="2026-05-01"), make("seen", visit, cd_nom=2)
    records.delete(bert.db, visit.uid, "suppression")
    anna.save(other, late)
    agree(bert, anna)
    move(anna, late.uid, other.uid)
    assert anna.get(visit.uid).deleted
    agree(anna, bert)


def test_keeping_a_record_that_somebody_deleted_settles_it_and_leaves_the_history_in_order(
    anna: Laptop, bert: Laptop
) -> None:
    _group, _site, visit, _seen = shared(anna, bert)
    records.delete(bert.db, visit.uid, "suppression")
    anna.save(make("seen", visit, cd_nom=2))
    agree(bert, anna)
    disputes.settle(anna.db, visit.uid, {DELETED: False})
    agree(anna, bert)
    assert disputes.count(bert.db) == 0
    assert not bert.get(visit.uid).deleted


def test_a_capture_moved_between_two_visits_that_the_hub_does_not_know_arrives_at_once(
    anna: Laptop, bert: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_pieces(monkeypatch, 1, 1)
    monkeypatch.setattr(sending, "WINDOW", 3)
    group, site, first, seen = a_tree()
    second = make("visit", site, visited_on="2026-05-01")
    anna.save(group, site, second)
    anna.save(first)
    anna.save(seen)
    move(anna, seen.uid, second.uid)
    assert anna.sync().refused == 0
    agree(anna, bert)
    assert bert.get(seen.uid).parent == second.uid


def test_a_visit_in_which_a_capture_lay_for_a_while_leaves_though_it_is_undone(anna: Laptop, bert: Laptop) -> None:
    group, site, first, seen = a_tree()
    second = make("visit", site, visited_on="2026-05-01")
    anna.save(group, site, first, seen)
    made = records.save(anna.db, [second], "saisie")
    move(anna, seen.uid, second.uid)
    move(anna, seen.uid, first.uid)
    changes.undo_saved(anna.db, made)
    assert anna.sync().refused == 0
    agree(anna, bert)
    assert bert.get(seen.uid).parent == first.uid
    assert bert.get(second.uid).deleted


def test_a_visit_that_was_undone_leaves_when_a_form_still_open_puts_a_capture_into_it(
    anna: Laptop, bert: Laptop
) -> None:
    group, site, visit, seen = a_tree()
    anna.save(group)
    made = records.save(anna.db, [site, visit], "saisie")
    changes.undo_saved(anna.db, made)
    anna.save(seen)
    assert anna.sync().refused == 0
    agree(anna, bert)
    assert not any(bert.get(record.uid).deleted for record in (site, visit, seen))


# --------------------------------------------------------------------------------------------- cut lines


@pytest.mark.parametrize("cut", [NEVER, MEANWHILE, AFTERWARDS])
@pytest.mark.parametrize("message", [0, 1])
@pytest.mark.parametrize("kills", [False, True])
def test_a_cut_anywhere_loses_and_doubles_nothing(
    anna: Laptop, bert: Laptop, cut: str, message: int, kills: bool
) -> None:
    shared(anna, bert)
    bert.save(*a_tree())
    bert.sync()
    anna.save(*a_tree())
    anna.line.kills = kills
    anna.line.cuts.extend(["", cut] if message else [cut])
    if kills:
        with pytest.raises(KilledError):
            anna.sync()
        anna.reopen()
    else:
        anna.sync()
    anna.line.kills = False
    agree(anna, bert)
    assert records.count(bert.db, "ponds", "visit") == 3


def test_an_answer_that_got_lost_does_not_look_like_a_hub_that_lost_something(anna: Laptop) -> None:
    anna.save(*a_tree())
    anna.line.cuts.append(AFTERWARDS)
    assert anna.sync().sent == 4
    for _again in range(3):
        assert anna.sync().sent == 0
    anna.save(make("group"))
    assert anna.sync().sent == 1


def test_the_cursor_stays_behind_when_the_program_dies_before_the_rows_are_kept(
    anna: Laptop, bert: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared(anna, bert)
    anna.save(make("group"))
    anna.sync()
    cursor = bert.peer.cursor

    def die(*_arguments: object) -> None:
        raise KilledError

    with monkeypatch.context() as dying:
        dying.setattr(receiving, "_compare", die)
        with pytest.raises(KilledError):
            bert.sync()
    bert.reopen()
    assert bert.peer.cursor == cursor
    assert records.count(bert.db, "ponds", "group") == 1
    agree(anna, bert)
    assert records.count(bert.db, "ponds", "group") == 2


def test_after_cuts_less_is_sent_at_a_time(anna: Laptop) -> None:
    for _tree in range(4):
        anna.save(*a_tree())
    sizes: list[int] = []

    sync = anna.line.sync

    def narrow(request: Request, *more: Any) -> Answer:
        sizes.append(len(request.changes))
        anna.line.cuts.extend([NEVER] if sizes[-1] > 4 else [])
        return sync(request, *more)

    anna.line.sync = narrow  # type: ignore[assignment, method-assign]
    assert anna.sync().sent == 16
    assert sizes[: job.TRIES] == [16] * job.TRIES
    assert sum(size for size in sizes if size <= 4) == 16


def test_the_waits_between_tries_grow_and_a_hub_that_stays_away_is_told(anna: Laptop) -> None:
    waits: list[float] = []
    anna.line.cuts.extend([NEVER] * 4)
    with pytest.raises(HubUnreachableError):
        engine.run(anna.db, anna.peer.id, anna.line, wait=waits.append)
    assert waits == [1.0, 2.0, 4.0]
    assert peers.diary(anna.db)[0][2]["note"] == "cut"


def test_whoever_cancels_is_heard_before_the_next_message(anna: Laptop) -> None:
    anna.save(*a_tree())
    with pytest.raises(CancelledError):
        anna.sync(cancelled=lambda: len(anna.line.requests) >= 1)
    assert len(anna.line.requests) == 1
    assert outbox.waiting(anna.db, anna.peer) == 0


# ----------------------------------------------------------------------------------------- whole visits


def test_a_visit_is_never_parted_between_messages(anna: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    in_small_pieces(monkeypatch, 3, 100)
    monkeypatch.setattr(sending, "WINDOW", 4)
    group, site, *_rest = a_tree()
    anna.save(group, site)
    visits = [make("visit", site, visited_on=f"2026-04-0{day}") for day in range(1, 5)]
    anna.save(*visits)
    for cd_nom in range(5):
        anna.save(*(make("seen", visit, cd_nom=cd_nom) for visit in visits))
    anna.sync()
    carried = [{change.visit for change in request.changes} for request in anna.line.requests]
    for visit in visits:
        messages = [request for request, found in zip(anna.line.requests, carried, strict=True) if visit.uid in found]
        assert len(messages) == 1
        assert sum(change.visit == visit.uid for change in messages[0].changes) == 6


def test_pages_and_batches_of_any_size_bring_the_same(
    anna: Laptop, bert: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_pieces(monkeypatch, 1, 2)
    monkeypatch.setattr(receiving, "CONFIRMED", 1)
    for _tree in range(3):
        anna.save(*a_tree())
    report = anna.sync()
    assert (report.sent, report.receipts) == (12, 9)
    assert bert.sync().receipts == 9
    agree(anna, bert)


# -------------------------------------------------------------------------------------- typed meanwhile


def test_what_is_typed_during_a_sync_is_sent_with_it(anna: Laptop, bert: Laptop) -> None:
    _group, site, _visit, _seen = shared(anna, bert)
    late = make("visit", site, visited_on="2026-06-01")

    def types(_request: Request) -> None:
        anna.line.heard = id
        anna.save(late)

    anna.line.heard = types
    assert anna.sync().sent == 1
    agree(anna, bert)
    assert bert.get(late.uid) == late


def test_a_pull_never_goes_over_what_was_typed_and_is_not_sent(anna: Laptop, bert: Laptop) -> None:
    _group, site, _visit, _seen = shared(anna, bert)
    bert.edit(site.uid, name="chez Bert")
    bert.sync()
    seen: list[dict[str, Any]] = []

    def types(_request: Request) -> None:
        anna.line.heard = lambda _again: seen.append(anna.get(site.uid).data)
        anna.edit(site.uid, name="chez Anna")

    anna.line.heard = types
    anna.sync()
    # As the hub hears of it, it still stands as it was typed.
    assert seen[0] == {"name": "chez Anna"}
    agree(anna, bert)
    (dispute,) = disputes.opened(anna.db)
    assert {item.value for item in dispute.versions} == {"chez Anna", "chez Bert"}


# ---------------------------------------------------------------------------------------------- refusals


def test_a_refused_change_stays_with_its_reason_and_the_rest_goes_on(
    anna: Laptop, bert: Laptop, laptop: MakeLaptop
) -> None:
    _group, _site, visit, seen = shared(anna, bert)
    volunteer = laptop("carla", "volunteer")
    volunteer.sync()
    records.delete(volunteer.db, seen.uid, "suppression")
    mine = make("seen", visit, cd_nom=7)
    volunteer.save(mine)
    report = volunteer.sync()
    assert (report.sent, report.refused, report.waiting) == (1, 1, 1)
    (refused,) = outbox.refused(volunteer.db, volunteer.peer)
    assert (refused.record, refused.reason) == (seen.uid, rights.NOT_YOURS)
    anna.sync()
    assert not anna.get(seen.uid).deleted
    assert anna.get(mine.uid) == mine
    # It is offered again each time, and no more than once.
    volunteer.line.requests.clear()
    assert volunteer.sync().refused == 1
    assert sum(len(request.changes) for request in volunteer.line.requests) == 1


def test_what_was_refused_is_taken_when_the_role_allows_it(laptop: MakeLaptop, anna: Laptop, bert: Laptop) -> None:
    *_above, seen = shared(anna, bert)
    volunteer = laptop("carla", "volunteer")
    volunteer.sync()
    records.delete(volunteer.db, seen.uid, "suppression")
    assert volunteer.sync().refused == 1
    volunteer.line.account = replace(volunteer.line.account, role="coordinator")
    report = volunteer.sync()
    assert (report.sent, report.refused, report.waiting) == (1, 0, 0)
    agree(anna, bert, volunteer)


def test_what_is_not_shared_with_a_laptop_is_never_offered(laptop: MakeLaptop) -> None:
    limited = laptop("carla", scope=("banding",))
    limited.save(*a_tree())
    report = limited.sync()
    assert (report.sent, report.refused) == (0, 0)


# ----------------------------------------------------------------------------------------- undo and redo


def test_what_is_undone_before_it_was_offered_never_travels(anna: Laptop, bert: Laptop) -> None:
    _group, site, *_rest = shared(anna, bert)
    anna.edit(site.uid, name="par erreur")
    anna.save(make("group", name="par erreur"))
    changes.undo(anna.db)
    changes.undo(anna.db)
    assert outbox.waiting(anna.db, anna.peer) == 0
    assert anna.sync().sent == 0
    agree(anna, bert)


def test_what_is_undone_after_it_was_sent_travels_as_a_change_of_its_own(anna: Laptop, bert: Laptop) -> None:
    _group, site, *_rest = shared(anna, bert)
    anna.edit(site.uid, name="par erreur")
    anna.sync()
    bert.sync()
    changes.undo(anna.db)
    assert anna.sync().sent == 1
    agree(anna, bert)
    assert bert.get(site.uid).data == site.data


@pytest.mark.parametrize("is_sent_between", [False, True])
def test_a_redo_travels_whether_the_undo_did_or_not(anna: Laptop, bert: Laptop, is_sent_between: bool) -> None:
    shared(anna, bert)
    again = make("group", name="oui")
    anna.save(again)
    if is_sent_between:
        anna.sync()
    changes.undo(anna.db)
    if is_sent_between:
        anna.sync()
    changes.redo(anna.db)
    agree(anna, bert)
    assert bert.get(again.uid) == again


def test_a_choice_between_two_values_can_be_undone_before_it_is_sent(anna: Laptop, bert: Laptop) -> None:
    _group, site, *_rest = shared(anna, bert)
    anna.edit(site.uid, name="A")
    bert.edit(site.uid, name="B")
    agree(anna, bert)
    disputes.settle(bert.db, site.uid, {"name": "B"})
    assert disputes.count(bert.db) == 0
    changes.undo(bert.db)
    assert disputes.count(bert.db) == 1
    agree(anna, bert)
    assert disputes.count(anna.db) == 1


def test_an_undo_on_an_older_copy_of_what_was_sent_since_reaches_everybody(
    anna: Laptop, bert: Laptop, tmp_path: Path
) -> None:
    _group, site, *_rest = shared(anna, bert)
    anna.edit(site.uid, name="par erreur")
    anna.back_up(tmp_path / "copy")
    anna.sync()
    bert.sync()
    anna.restore(tmp_path / "copy")
    changes.undo(anna.db)
    agree(anna, bert)
    assert bert.get(site.uid).data == site.data


# ------------------------------------------------------------------------------------------- older copies


def test_a_laptop_restored_from_an_older_copy_gets_its_own_changes_back(
    anna: Laptop, bert: Laptop, tmp_path: Path
) -> None:
    shared(anna, bert)
    anna.back_up(tmp_path / "copy")
    lost = make("group", name="après la copie")
    anna.save(lost)
    anna.sync()
    replica = anna.peer.replica
    anna.restore(tmp_path / "copy")
    assert anna.sync().received == 1
    assert anna.get(lost.uid) == lost
    assert anna.peer.replica != replica
    agree(anna, bert)


def test_an_older_copy_that_has_something_new_to_send_gets_the_rest_back_too(
    anna: Laptop, bert: Laptop, tmp_path: Path
) -> None:
    _group, site, *_rest = shared(anna, bert)
    anna.back_up(tmp_path / "copy")
    anna.edit(site.uid, name="avant")
    anna.sync()
    anna.restore(tmp_path / "copy")
    anna.edit(site.uid, name="après")
    agree(anna, bert)
    (dispute,) = disputes.opened(anna.db)
    assert [item.value for item in dispute.versions] == ["avant", "après"]


def test_a_copy_of_the_database_on_another_laptop_is_another_replica(
    anna: Laptop, bert: Laptop, tmp_path: Path
) -> None:
    shared(anna, bert)
    anna.back_up(tmp_path / "carla.db")
    with Laptop(tmp_path / "carla.db") as carla:
        carla.lines = {anna.peer.id: anna.line}
        theirs, ours = make("group"), make("group")
        carla.save(theirs)
        anna.save(ours)
        carla.sync()
        anna.sync()
        assert carla.peer.replica != anna.peer.replica
        agree(anna, bert, carla)
        assert carla.get(ours.uid) == ours


# ------------------------------------------------------------------------------------------------- guards


def test_another_hub_at_the_address_is_refused_before_anything_is_exchanged(anna: Laptop, hub: Hub) -> None:
    other = Hub(hub.storage, "une autre association")
    anna.save(*a_tree())
    account = other.account(anna.name)
    anna.line.account = account
    with pytest.raises(OtherHubError, match="autre association"):
        anna.sync()
    assert outbox.waiting(anna.db, anna.peer) == 4


def emptied(laptop: Laptop, path: Path) -> Hub:
    """Give the laptop a hub of the same name and project that has nothing."""
    found = Hub.at(str(path))
    laptop.line.alter = lambda answer: msgspec.structs.replace(answer, project=laptop.peer.project)
    laptop.line.hub = found
    laptop.line.account = found.account(laptop.name)
    return found


@pytest.mark.parametrize("has_news", [False, True])
def test_an_emptied_hub_stops_everything_until_somebody_agrees_to_send_all_again(
    anna: Laptop, bert: Laptop, tmp_path: Path, has_news: bool
) -> None:
    shared(anna, bert)
    bert.save(make("group", name="de Bert"))
    agree(bert, anna)
    state = state_of(anna.db)
    hub = emptied(anna, tmp_path / "new.db")
    if has_news:
        anna.save(make("group", name="nouveau"))
        state = state_of(anna.db)
    with pytest.raises(ConsentError, match="vidé ou remis à une sauvegarde") as stopped:
        anna.sync()
    assert stopped.value.consent == ALL_AGAIN
    assert state_of(anna.db) == state
    report = anna.sync(consents=frozenset({ALL_AGAIN}))
    assert report.sent >= len(anna.change_uids()) - has_news
    with hub.storage.reading(hub.project) as reading:
        assert reading.counts()["changes"] == len(anna.change_uids())
    assert anna.sync().waiting == 0
    hub.close()


def test_a_hub_that_was_put_back_to_a_copy_and_grew_since_is_recognised(
    anna: Laptop, bert: Laptop, tmp_path: Path
) -> None:
    shared(anna, bert)
    other = Hub.at(str(tmp_path / "new.db"))
    for laptop in (anna, bert):
        laptop.line.alter = lambda answer: msgspec.structs.replace(answer, project=anna.peer.project)
    bert.line.hub, bert.line.account = other, other.account("bert")
    bert.save(*(make("group") for _group in range(20)))
    bert.sync(consents=frozenset({ALL_AGAIN}))
    anna.line.hub, anna.line.account = other, other.account("anna")
    with pytest.raises(ConsentError) as stopped:
        anna.sync()
    assert stopped.value.consent == ALL_AGAIN
    agreed = frozenset({ALL_AGAIN})
    anna.sync(consents=agreed)
    agree(anna, bert)
    other.close()


def test_what_was_offered_cannot_be_withdrawn_after_all_is_to_be_sent_again(
    anna: Laptop, bert: Laptop, tmp_path: Path
) -> None:
    _group, site, *_rest = shared(anna, bert)
    anna.edit(site.uid, name="connu de tous")
    agree(anna, bert)
    anna.line.cuts.extend([NEVER] * 8)
    with pytest.raises(HubUnreachableError):
        anna.sync(consents=frozenset({ALL_AGAIN}))
    changes.undo(anna.db)
    anna.line.cuts.clear()
    agree(anna, bert)
    assert bert.get(site.uid).data == site.data


def test_many_deletions_are_not_sent_unasked(anna: Laptop, bert: Laptop) -> None:
    groups = [make("group", name=str(number)) for number in range(job.FEW + 1)]
    anna.save(*groups)
    agree(anna, bert)
    anna.save(*(group.removed() for group in groups))
    with pytest.raises(ConsentError, match="va supprimer 51 relevés") as stopped:
        anna.sync()
    assert stopped.value.consent == MASS_DELETION
    bert.sync()
    assert records.count(bert.db, "ponds", "group") == 51
    assert anna.sync(consents=frozenset({MASS_DELETION})).sent == 51
    with pytest.raises(ConsentError, match="demande de supprimer 51 relevés") as stopped:
        bert.sync()
    assert stopped.value.consent == MASS_DELETION
    assert records.count(bert.db, "ponds", "group") == 51
    bert.sync(consents=frozenset({MASS_DELETION}))
    assert records.count(bert.db, "ponds", "group") == 0


def renamed(laptop: Laptop, groups: list[Record], name: str) -> None:
    entity = PONDS.entity("group")
    laptop.save(*(with_data(laptop.get(group.uid), entity, {"name": name + group.uid}) for group in groups))


def test_a_change_of_more_than_a_quarter_of_the_records_is_not_taken_unasked(anna: Laptop, bert: Laptop) -> None:
    groups = [make("group", name=str(number)) for number in range(job.FEW + 1)]
    anna.save(*groups)
    agree(anna, bert)
    renamed(anna, groups, "b")
    anna.sync()
    with pytest.raises(ConsentError, match="plus du quart") as stopped:
        bert.sync()
    assert stopped.value.consent == MASS_CHANGE
    assert bert.sync(consents=frozenset({MASS_CHANGE})).received == 51


def test_a_new_laptop_takes_a_long_history_without_being_asked_even_in_two_goes(
    anna: Laptop, bert: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = [make("group", name=str(number)) for number in range(job.FEW + 10)]
    anna.save(*groups)
    for name in "abc":
        renamed(anna, groups, name)
    anna.save(*(group.removed() for group in groups[1:]))
    anna.sync(consents=frozenset({MASS_DELETION}))
    monkeypatch.setattr(applying, "PAGE", 20)
    bert.line.cuts.extend(["", "", *[NEVER] * job.TRIES])
    with pytest.raises(HubUnreachableError):
        bert.sync()
    assert bert.peer.cursor == 40
    bert.sync()
    agree(anna, bert)


# ------------------------------------------------------------------------------------------ newer programs


def test_what_a_newer_program_wrote_waits_and_all_else_goes_on(anna: Laptop, bert: Laptop) -> None:
    _group, site, *_rest = shared(anna, bert)
    anna.save(make("group", name="avant"))
    anna.reopen([NEWER])
    anna.edit(site.uid, name="d’un programme plus récent")
    anna.sync()
    anna.reopen([PONDS])
    anna.save(make("group", name="après"))
    anna.sync()
    bert.edit(site.uid, name="d’ici")
    for _again in range(2):
        with pytest.raises(NewerProtocolError, match=r"ponds 1\.10.*Mettez fieldapp à jour"):
            bert.sync()
    assert {record.data["name"] for record in records.roots(bert.db, "ponds", "group")} == {"Aire", "avant", "après"}
    assert outbox.waiting(bert.db, bert.peer) == 0
    assert receipts.different(bert.db, bert.peer.id) == []
    anna.reopen([NEWER])
    anna.sync()
    assert disputes.count(anna.db) == 1
    bert.reopen([NEWER])
    agree(anna, bert)


def test_a_protocol_that_no_program_has_is_told_of_once_and_stops_nobody(anna: Laptop, bert: Laptop, hub: Hub) -> None:
    group, *_rest = shared(anna, bert)
    sneak(hub, crooked("group", protocol="zzz"))
    anna.edit(group.uid, name="ailleurs")
    with pytest.raises(NewerProtocolError, match="zzz"):
        bert.sync()
    assert bert.sync().received == 0
    with pytest.raises(NewerProtocolError, match="zzz"):
        anna.sync()
    agree(anna, bert)


def test_what_a_program_without_the_protocol_passed_over_comes_with_the_update(anna: Laptop, bert: Laptop) -> None:
    shared(anna, bert)
    anna.save(make("group", name="B"))
    anna.sync()
    bert.reopen([])
    with pytest.raises(NewerProtocolError):
        bert.sync()
    bert.sync()
    bert.reopen([PONDS])
    agree(anna, bert)


# ---------------------------------------------------------------------------------------- crooked changes


def crooked(entity: str, *base: str, record: str = "", protocol: str = "ponds", **after: Any) -> Change:
    """Return a change that no program of ours would write."""
    uid = record or new_uid()
    before = msgspec.Raw(b"{}") if base else wire.NOTHING
    return Change(
        *(new_uid(), uid, protocol, entity, "1.2", 0, uid, base, before), msgspec.Raw(msgspec.json.encode(after))
    )


def sneak(hub: Hub, *found: Change) -> list[str]:
    """Send changes to the hub past every laptop; return what became of each."""
    action = Action(new_uid(), "?", "", "nobody", "2026-04-01T08:00:00.000Z")
    request = Request(replica=new_uid(), actions=[action], changes=list(found))
    answer = applying.answer(hub.storage, hub.account("nobody"), request)
    return [outcome.kind for outcome in answer.outcomes]


def test_a_change_that_makes_no_sense_is_passed_over_and_stops_nobody(anna: Laptop, bert: Laptop, hub: Hub) -> None:
    group, *_rest, seen = shared(anna, bert)
    wrong_day = crooked("visit", visited_on=[1])
    below_itself = crooked("site", name="x")
    wrong_place = crooked("seen", _parent=group.uid)
    ring = crooked("group", _parent=below_itself.record)
    follower = crooked("visit", wrong_day.uid, record=wrong_day.record, comments="x")
    assert sneak(hub, wrong_day, below_itself, wrong_place, ring, follower) == 5 * ["accepted"]
    anna.edit(seen.uid, count=9)
    report = bert.sync()
    assert report.received == 1  # The site, which may stand for itself.
    assert report.note.startswith("Le serveur a apporté 3 modifications qui n’ont pas de sens")
    anna.sync()
    # What comes after it in another run, too; nothing is told twice.
    assert sneak(hub, crooked("visit", follower.uid, record=wrong_day.record, comments="y")) == ["accepted"]
    report = bert.sync()
    assert (report.received, report.note) == (1, "")
    assert bert.get(seen.uid).data["count"] == 9
    with hub.storage.reading(hub.project) as reading:
        assert bert.peer.cursor == reading.last()
    agree(anna, bert)


def test_what_was_left_out_is_asked_for_from_the_beginning(anna: Laptop, bert: Laptop, hub: Hub) -> None:
    shared(anna, bert)
    anna.save(left_out := make("group", name="B"))
    anna.sync()
    skip_what_waits(bert, hub)
    anna.edit(left_out.uid, name="C")
    anna.sync()
    assert bert.sync().received == 2
    assert bert.get(left_out.uid).data == {"name": "C"}
    agree(anna, bert)


def skip_what_waits(laptop: Laptop, hub: Hub) -> None:
    """Let a laptop believe that it has all that the hub has."""
    with hub.storage.reading(hub.project) as reading, laptop.db.transaction() as connection:
        peers.move_on(connection, laptop.peer, reading.last(), reading.uid_at(reading.last()))


def test_a_visit_that_stays_different_is_made_good_by_asking_for_all_once(anna: Laptop, bert: Laptop, hub: Hub) -> None:
    *_rest, visit, _seen = shared(anna, bert)
    anna.save(left_out := make("seen", visit, cd_nom=1))
    anna.sync()
    skip_what_waits(bert, hub)
    bert.edit(visit.uid, passage=2)
    assert bert.sync().different == 1
    report = bert.sync()
    assert (report.different, report.received) == (0, 1)
    assert bert.get(left_out.uid).data == {"cd_nom": 1}
    agree(anna, bert)


# ------------------------------------------------------------------------------------- two copies at once


def test_a_copy_that_speaks_in_between_on_the_same_laptop_is_found_out(
    anna: Laptop, bert: Laptop, tmp_path: Path
) -> None:
    _group, site, visit, _seen = shared(anna, bert)
    with closing(sqlite3.connect(tmp_path / "copie.db")) as copy:
        anna.db.connection.backup(copy)
    with Laptop(tmp_path / "copie.db") as other:
        other.db.close()
        other.db = open_database(other.path, [PONDS], anna.db.author)
        other.lines = {anna.peer.id: Line(anna.line.hub, anna.line.account)}

        def meanwhile(_request: Request) -> None:
            other.line.heard = id
            anna.edit(visit.uid, comments="de la première")
            anna.sync()

        other.edit(site.uid, name="de la seconde")
        other.line.heard = meanwhile
        other.sync()
        anna.edit(visit.uid, passage=9)
        agree(anna, bert, other)


def test_an_answer_that_was_lost_raises_no_alarm_about_own_changes(anna: Laptop, bert: Laptop) -> None:
    _group, _site, visit, _seen = shared(anna, bert)
    birds = [make("seen", visit, cd_nom=number) for number in range(101)]
    anna.save(*birds)
    agree(anna, bert)
    for bird in birds:
        anna.edit(bird.uid, count=1)
    anna.line.cuts.extend([AFTERWARDS])
    assert anna.sync().sent == 101
    # What others did in the same time is still asked about.
    for bird in birds:
        bert.edit(bird.uid, count=2)
    bert.sync(consents=frozenset({MASS_CHANGE}))
    anna.edit(visit.uid, comments="x")
    anna.line.cuts.extend([AFTERWARDS])
    with pytest.raises(ConsentError, match="101 modifications"):
        anna.sync()


# -------------------------------------------------------------------------------------------- bad lines


def test_a_page_that_does_not_pass_is_asked_for_in_smaller_ones(
    anna: Laptop, bert: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_rest, visit, _seen = shared(anna, bert)
    monkeypatch.setattr(engine, "Job", partial(job.Job, page=64))
    anna.save(*(make("seen", visit, cd_nom=number) for number in range(50)))
    anna.sync()

    def cut_what_is_long(answer: Answer) -> Answer:
        if len(answer.changes) > 10:
            raise HubUnreachableError("cut", code="cut")
        return answer

    bert.line.requests.clear()
    bert.line.alter = cut_what_is_long
    assert bert.sync().received == 50
    limits = [request.limit for request in bert.line.requests if request.cursor is not None]
    assert limits[:3] == [64, 16, 4]
    # More again when it goes well.
    assert 8 in limits[3:]


def test_a_hub_that_gives_no_receipts_is_not_asked_for_ever(anna: Laptop) -> None:
    anna.save(*a_tree())
    anna.line.alter = lambda answer: msgspec.structs.replace(answer, receipts={})
    report = anna.sync()
    assert (report.sent, report.receipts, report.unconfirmed) == (4, 0, 3)
    assert len(anna.line.requests) < 5


def test_what_went_wrong_first_is_told(anna: Laptop, bert: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    shared(anna, bert)
    anna.save(*(make("group", name=str(number)) for number in range(4)))
    anna.sync()
    in_small_pieces(monkeypatch, 10, 2)

    def full(*_arguments: object) -> None:
        raise DatabaseError("plus de place")

    bert.line.cuts.extend(["", *4 * [NEVER]])
    monkeypatch.setattr(receiving, "_take_page", full)
    with pytest.raises(HubUnreachableError):
        bert.sync()


# -------------------------------------------------------------------------------------------------- receipts


def test_a_hub_that_holds_something_else_than_what_was_sent_is_found_out(anna: Laptop, hub: Hub) -> None:
    _group, _site, visit, seen = a_tree()
    anna.save(_group, _site, visit, seen)
    with hub.storage.working(hub.project) as work:
        real = type(work).put_records
    anna.sync()
    with hub.storage.working(hub.project) as work:
        row = work.records([seen.uid])[seen.uid]
        real(work, [row._replace(data='{"cd_nom":259,"count":4}')])
    anna.edit(visit.uid, passage=2)
    report = anna.sync()
    assert report.different == 1
    assert receipts.different(anna.db, anna.peer.id) == [visit.uid]


def test_a_visit_with_something_refused_is_not_called_different(laptop: MakeLaptop, anna: Laptop, bert: Laptop) -> None:
    _group, _site, visit, seen = shared(anna, bert)
    volunteer = laptop("carla", "volunteer")
    volunteer.sync()
    records.delete(volunteer.db, seen.uid, "suppression")
    volunteer.edit(visit.uid, passage=5)
    assert volunteer.sync().different == 0
    assert receipts.counts(volunteer.db, volunteer.peer.id)["waiting"] == 1


def test_an_answer_to_something_else_is_not_believed(anna: Laptop) -> None:
    anna.save(*a_tree())
    anna.line.alter = lambda answer: msgspec.structs.replace(answer, outcomes=answer.outcomes[1:])
    with pytest.raises(BadAnswerError):
        anna.sync()
    assert outbox.waiting(anna.db, anna.peer) == 4


def test_ring_strings_are_held_and_let_go_with_a_sync(anna: Laptop, bert: Laptop) -> None:
    anna.sync(claims=["A 1–100"])
    bert.sync(claims=["A 1–100"])
    held = "SELECT name, device FROM lease"
    assert bert.db.rows(held) == [("A 1–100", "anna")]
    anna.sync(releases=["A 1–100"])
    bert.sync(claims=["A 1–100"])
    assert bert.db.rows(held) == [("A 1–100", "bert")]


def test_progress_counts_what_was_sent_and_what_came(anna: Laptop, bert: Laptop) -> None:
    told: list[tuple[int, int]] = []
    anna.save(*a_tree())
    anna.sync(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)
    assert bert.sync(progress=lambda done, total: told.append((done, total))).received == 4
    assert told[-1] == (4, 4)


def test_each_sync_leaves_its_figures_in_the_diary(anna: Laptop) -> None:
    anna.save(*a_tree())
    anna.sync()
    (peer, _at, figures), *_older = peers.diary(anna.db)
    assert (peer, figures["sent"], figures["receipts"]) == (anna.peer.id, 4, 3)

"""The promises of `fieldapp.hub.storage`, as tests that every engine has to pass."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.core.ids import new_uid, new_uids
from fieldapp.core.merging import Rival, Step
from fieldapp.hub import sql_storage, sql_work
from fieldapp.hub.errors import DeviceHeldError, StorageError
from fieldapp.hub.opening import open_storage
from fieldapp.hub.storage import (
    BROWSER,
    COORDINATOR,
    LEADER,
    MAX_LEASES,
    VOLUNTEER,
    Account,
    BatchLine,
    Invite,
    Known,
    Project,
    Refusal,
    Storage,
    StoredChange,
    StoredRecord,
    content_digest,
)
from fieldapp.sync import wire
from fieldapp.sync.wire import Action, Ahead

NOW, LATER, EARLIER = "2026-05-01T06:00:00.000Z", "2026-05-02T06:00:00.000Z", "2026-04-30T06:00:00.000Z"
INFO = {"size": 3, "mime": "image/jpeg", "file_name": "grenouille à l’étang.jpg"}


def make_change(record: str = "", **given: Any) -> StoredChange:
    """Return a change that makes a record, or what is given of it."""
    uid = record or new_uid()
    action = Action("a" * 36, "Séance\tdu « matin »", "", "d1", NOW)
    made = StoredChange(
        *(0, new_uid(), uid, "banding", "capture", "1.0", uid, (), None, '{"ring":"É\\\\ \\"1"}'),
        *(action, "acc", "r1", False, False),
    )
    return made._replace(**given)


def make_record(uid: str = "", **given: Any) -> StoredRecord:
    """Return a record that is its own visit, or what is given of it."""
    found = uid or new_uid()
    made = StoredRecord(found, "banding", "capture", None, found, False, '{"ring":"A1"}', "d1")
    return made._replace(**given)


def make_account(project: str, **given: Any) -> Account:
    made = Account(project, new_uid(), new_uid(), "Portable de Léa", VOLUNTEER, (), "hash", "key", NOW)
    return replace(made, **given)


def make_invite(project: str, code: str = "code", **given: Any) -> Invite:
    return replace(Invite(project, code, LEADER, ("banding", "pop"), NOW, LATER), **given)


def add(storage: Storage, project: str, *changes: StoredChange) -> None:
    with storage.working(project) as work:
        work.add_changes(changes)


def add_and_fail(storage: Storage, project: str) -> None:
    with storage.working(project) as work:
        work.add_changes([make_change()])
        raise KeyError(work.last())


def digest_of(change: StoredChange) -> str:
    """Return the digest of a change that makes a record."""
    return content_digest(change.record, change.protocol, change.entity, change.base, None, change.after.encode())


def digest(records: list[StoredRecord]) -> str:
    """Return the digest of a visit by its definition."""
    living = sorted((item for item in records if not item.deleted), key=lambda item: item.uid)
    return wire.visit_digest(
        wire.content_line(item.uid, item.protocol, item.entity, item.parent, item.data.encode()) for item in living
    )


def everything(storage: Storage, project: str, visits: list[str]) -> dict[str, Any]:
    """Return all that can be seen of a project."""
    with storage.reading(project) as reading:
        seen: dict[str, Any] = {
            "last": reading.last(),
            "uid_at": reading.uid_at(1),
            "taken": reading.taken("r1"),
            "ahead": reading.ahead(0, "", ()),
            "changes": reading.changes_after(0, "", (), 1000),
            "digests": reading.visit_digests(visits, ()),
            "leases": reading.leases(NOW),
            "disputes": reading.disputes(),
            "refusals": reading.refusals(100),
            "batches": reading.batches(""),
            "counts": reading.counts(),
        }
    seen["accounts"] = storage.accounts(project)
    seen["media"] = storage.media_after(project, 0, 100)
    seen["pieces"] = [
        storage.piece(project, "f" * 64, "photo", 0),
        *(storage.media_pieces(project, account.uid, "e" * 64, "photo") for account in seen["accounts"]),
    ]
    seen["info"] = storage.media_info(project, "f" * 64, "photo")
    return seen


def fill(storage: Storage, project: str, uid: str, account: str) -> None:
    """Write something of every kind into a project, under names that another project uses too."""
    with storage.working(project) as work:
        work.add_changes([make_change(uid, uid=uid, after=f'{{"of":"{project}"}}')])
        work.add_records([make_record(uid, data=f'{{"of":"{project}"}}')])
        work.put_records([make_record(new_uid(), parent=uid, visit=uid)])
        work.put_disputes({uid: {"ring": (Rival(uid, project), Rival("", None))}})
        work.refuse([Refusal(uid, account, "not_yours", project, NOW)])
        work.lease(account, "d1", ["AB"], LATER, NOW)
        work.log(BatchLine(account, NOW, 1, 0, 1, 0, 0))
    storage.add_invite(make_invite(project, f"code of {project}"))
    storage.join(f"code of {project}", make_account(project, uid=account), NOW)
    for sha in ("f" * 64, "e" * 64):
        storage.add_piece(project, account, sha, "photo", 0, project.encode(), NOW)
    storage.finish_media(project, account, "f" * 64, "photo", INFO)


def refused(url: str, match: str, *, again: bool = False) -> str:
    """Return the sentence with which opening is refused."""
    with pytest.raises(StorageError, match=match) as raised:
        open_storage(url)
    assert raised.value.again is again
    return str(raised.value)


WRITER = """
import sys
from fieldapp.hub.opening import open_storage
from tests.hub.storage_contract import make_change
storage = open_storage(sys.argv[1])
for _round in range(int(sys.argv[3])):
    with storage.working(sys.argv[2]) as work:
        work.add_changes([make_change(replica=sys.argv[4]) for _change in range(3)])
        print("held", flush=True)
        if sys.argv[5] == "wait":
            sys.stdin.readline()
storage.close()
"""


def writer(url: str, project: str, rounds: int, replica: str, wait: str = "") -> subprocess.Popen[str]:
    """Start a process that writes into a project."""
    command = [sys.executable, "-c", WRITER, url, project, str(rounds), replica, wait]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class StorageContract:
    """What every storage promises; the fixtures `storage`, `storage_url` and `project` give the engine."""

    # ------------------------------------------------------------------------------------------- changes

    def test_changes_come_back_as_they_were_given(self, storage: Storage, project: Project) -> None:
        first = make_change()
        edit = make_change(
            first.record, base=(first.uid, new_uid()), before='{"b":1,"a":null}', is_edit=True, is_deletion=True
        )
        add(storage, project.uid, first, edit)
        with storage.reading(project.uid) as reading:
            found = reading.changes_after(0, "other", (), 10)
        assert found == [first._replace(number=1), edit._replace(number=2)]
        assert isinstance(found[1].is_edit, bool)

    def test_numbers_have_no_gap_and_follow_the_order_given(self, storage: Storage, project: Project) -> None:
        changes = [make_change() for _number in range(5)]
        add(storage, project.uid, *changes[:2])
        with pytest.raises(KeyError):
            add_and_fail(storage, project.uid)
        add(storage, project.uid, *changes[2:])
        with storage.reading(project.uid) as reading:
            assert [item.uid for item in reading.changes_after(0, "", (), 10)] == [item.uid for item in changes]
            assert [reading.uid_at(number) for number in (0, 1, 5, 6)] == ["", changes[0].uid, changes[4].uid, ""]
            assert (reading.last(), reading.taken("r1"), reading.taken("r2")) == (5, 5, 0)

    def test_the_numbers_go_on_within_one_transaction(self, storage: Storage, project: Project) -> None:
        with storage.working(project.uid) as work:
            work.add_changes([make_change()])
            work.add_changes([])
            work.add_changes([make_change(replica="r2"), make_change()])
            assert [item.number for item in work.changes_after(0, "", (), 10)] == [1, 2, 3]
        with storage.reading(project.uid) as reading:
            assert (reading.taken("r1"), reading.taken("r2"), reading.last()) == (2, 1, 3)

    @pytest.mark.parametrize("scope", [(), ("pop",), ("banding", "directory")])
    def test_what_is_ahead_is_counted_as_the_pages_bring_it(
        self, storage: Storage, project: Project, scope: tuple[str, ...]
    ) -> None:
        protocols, kinds = ("banding", "pop", "directory"), ((False, False), (True, False), (True, True))
        changes = [
            make_change(
                replica=f"r{place % 4}",
                protocol=protocols[place % 3],
                is_edit=kinds[place % 5 % 3][0],
                is_deletion=kinds[place % 5 % 3][1],
            )
            for place in range(2500)
        ]
        add(storage, project.uid, *changes[:1700])
        add(storage, project.uid, *changes[1700:])
        with storage.reading(project.uid) as reading:
            for cursor in (0, 1, 998, 999, 1000, 1999, 2499, 2500, 9999):
                page = reading.changes_after(cursor, "r1", scope, 5000)
                expected = [
                    place
                    for place, item in enumerate(changes, 1)
                    if place > cursor and item.replica != "r1" and (not scope or item.protocol in scope)
                ]
                assert [item.number for item in page] == expected
                edits, deletes = sum(item.is_edit for item in page), sum(item.is_deletion for item in page)
                assert reading.ahead(cursor, "r1", scope) == Ahead(len(page), edits, deletes)
            first = reading.changes_after(0, "r1", scope, 7)
            assert first == reading.changes_after(0, "r1", scope, 5000)[:7]
            lengths = [len(item.after) + len(item.before or "") for item in first]
            assert reading.lengths_after(0, "r1", scope, 7) == lengths

    def test_a_known_change_is_found_among_strange_ones(self, storage: Storage, project: Project) -> None:
        change = make_change()
        add(storage, project.uid, change)
        with storage.working(project.uid) as work:
            found = work.known([new_uid(), change.uid, change.uid.upper(), 'a","b', "\\", ""])
            assert work.known([]) == {}
        assert found == {change.uid: Known(change.record, change.protocol, digest_of(change))}

    def test_steps_are_all_changes_of_a_record(self, storage: Storage, project: Project) -> None:
        first, other = make_change(after='{"a":1,"b":null}'), make_change()
        edit = make_change(first.record, base=(first.uid,), before='{"a":1}', after='{"a":2}')
        add(storage, project.uid, first, other, edit)
        nobody = new_uid()
        with storage.working(project.uid) as work:
            found = work.steps([first.record, nobody])
            assert work.steps([]) == {}
        steps = [Step(first.uid, (), {"a": 1, "b": None}), Step(edit.uid, (first.uid,), {"a": 2})]
        assert sorted(found.pop(first.record), key=lambda step: step.uid) == sorted(steps, key=lambda step: step.uid)
        assert found == {nobody: []}

    def test_an_action_is_kept_once_as_it_came_first(self, storage: Storage, project: Project) -> None:
        change = make_change()
        add(storage, project.uid, change)
        add(storage, project.uid, make_change(action=Action(change.action.uid, "autre", "x", "y", LATER)))
        with storage.reading(project.uid) as reading:
            assert {item.action for item in reading.changes_after(0, "", (), 9)} == {change.action}

    # ------------------------------------------------------------------------------------------- records

    def test_records_come_back_as_they_were_put(self, storage: Storage, project: Project) -> None:
        site, visit = make_record(), make_record(deleted=True, data='{"note":"é \\\\ \\"x\\" {},NULL"}')
        visit = visit._replace(parent=site.uid)
        with storage.working(project.uid) as work:
            work.add_records([site, visit])
            work.put_records([site._replace(data='{"b":1}', owner="thief"), make_record(site.uid, entity="étang")])
        with storage.working(project.uid) as work:
            found = work.records([site.uid, visit.uid, new_uid()])
        assert found == {site.uid: site._replace(entity="étang"), visit.uid: visit}
        assert found[visit.uid].deleted is True

    def test_many_records_are_put_at_once(self, storage: Storage, project: Project) -> None:
        records = [make_record(uid) for uid in new_uids(3000)]
        with storage.working(project.uid) as work:
            work.add_records(records[:1500])
            work.put_records([record._replace(data='{"n":"é"}') for record in records])
            assert {record.data for record in work.records([item.uid for item in records]).values()} == {'{"n":"é"}'}
            assert work.counts()["records"] == 3000

    def test_only_parents_of_living_records_are_named(self, storage: Storage, project: Project) -> None:
        living, dead, empty = new_uid(), new_uid(), new_uid()
        with storage.working(project.uid) as work:
            work.add_records([make_record(parent=living), make_record(parent=living, deleted=True)])
            work.add_records([make_record(parent=dead, deleted=True)])
            assert work.parents_of_living([living, dead, empty]) == {living}
            assert work.parents_of_living([]) == set()

    def test_all_that_lies_below_moves_to_the_visit_of_what_it_lies_below(
        self, storage: Storage, project: Project
    ) -> None:
        old, new, capture, detail, gone, visit, inside, beside = new_uids(8)
        places = {
            capture: (new, new),  # moved just now, by its own row
            detail: (capture, old),
            gone: (detail, old),
            visit: (capture, visit),  # a visit of its own stays one, with what lies below it
            inside: (visit, visit),
            beside: (old, old),
        }
        with storage.working(project.uid) as work:
            work.add_records(
                [make_record(uid, parent=parent, visit=at) for uid, (parent, at) in places.items() if uid != gone]
            )
            work.add_records([make_record(gone, parent=detail, visit=old, deleted=True)])
            work.visit_below(capture)
            found = {uid: record.visit for uid, record in work.records(list(places)).items()}
        assert found == {capture: new, detail: new, gone: new, visit: visit, inside: visit, beside: old}

    def test_a_ring_of_parents_ends(self, storage: Storage, project: Project) -> None:
        one, two, visit = new_uids(3)
        with storage.working(project.uid) as work:
            work.add_records([make_record(one, parent=two, visit=visit), make_record(two, parent=one, visit="x")])
            work.visit_below(one)
            assert {record.visit for record in work.records([one, two]).values()} == {visit}

    # ------------------------------------------------------------------------------------------ receipts

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_the_digest_of_a_visit_is_that_of_its_definition(self, storage: Storage, data: st.DataObject) -> None:
        project = storage.add_project(new_uid()).uid
        # All that the wire can carry, but the sign that no name may have.
        text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
        uids = data.draw(st.lists(st.uuids(), unique=True, max_size=12).map(lambda found: [str(uid) for uid in found]))
        names = [data.draw(st.sampled_from([uid, uid.upper()])) for uid in uids]
        visits = [str(UUID(int=number)) for number in range(3)]
        protocols = ("banding", "pop\tété", "")
        records = [
            StoredRecord(
                uid,
                data.draw(st.sampled_from(protocols)),
                data.draw(text),
                data.draw(st.none() | text.filter(bool)),
                data.draw(st.sampled_from(visits)),
                data.draw(st.booleans()),
                wire.canonical(data.draw(st.dictionaries(text, text | st.integers() | st.none(), max_size=3))).decode(),
                "d1",
            )
            for uid in names
        ]
        with storage.working(project) as work:
            work.add_records(records)
            found = work.visit_digests(visits, ())
            scoped = work.visit_digests(visits, protocols[:2])
        for visit in visits:
            held = [record for record in records if record.visit == visit]
            assert found[visit] == digest(held)
            assert scoped[visit] == digest([record for record in held if record.protocol in protocols[:2]])

    def test_a_receipt_is_read_from_what_is_stored(self, storage: Storage, project: Project) -> None:
        record = make_record()
        with storage.working(project.uid) as work:
            work.add_records([record])
            before = work.visit_digests([record.uid, "nothing"], ())
            work.put_records([record._replace(data='{"ring":"A2"}')])
            after = work.visit_digests([record.uid], ())
            work.put_records([record._replace(deleted=True)])
            assert work.visit_digests([record.uid], ()) == {record.uid: wire.visit_digest(())}
        assert before == {record.uid: digest([record]), "nothing": wire.visit_digest(())}
        assert after == {record.uid: digest([record._replace(data='{"ring":"A2"}')])}

    # ------------------------------------------------------------------- disputes, refusals, leases, diary

    def test_disputes_are_replaced_record_by_record(self, storage: Storage, project: Project) -> None:
        one, two = sorted((new_uid(), new_uid()))
        rivals = (Rival("c1", {"é": [1, None]}), Rival("", "x"))
        with storage.working(project.uid) as work:
            work.put_disputes({one: {"b": rivals, "a": rivals}, two: {"_deleted": rivals}})
            assert work.disputed([one, two, new_uid()], "_deleted") == {two}
            work.put_disputes({one: {"a": rivals[::-1]}})
        with storage.reading(project.uid) as reading:
            assert reading.disputes() == [(one, "a", rivals[::-1]), (two, "_deleted", rivals)]
        with storage.working(project.uid) as work:
            work.put_disputes({one: {}, two: {}, new_uid(): {}})
            work.put_disputes({})
            assert work.disputes() == []
            assert work.disputed([], "a") == set()

    def test_a_refusal_is_kept_until_its_change_is_taken(self, storage: Storage, project: Project) -> None:
        first, second = Refusal("c1", "a1", "x", "{}", NOW), Refusal("c2", "a1", "y", "{}", LATER)
        with storage.working(project.uid) as work:
            work.refuse([first._replace(reason="old"), second, first, first._replace(account="a2")])
            assert work.refusals(10) == [second, first, first._replace(account="a2")]
            assert work.refusals(1) == [second]
            work.taken_after_all("a1", ["c1", "c9"])
            work.taken_after_all("a1", [])
            assert work.refusals(10) == [second, first._replace(account="a2")]

    def test_a_name_is_leased_to_one_account_until_it_runs_out(self, storage: Storage, project: Project) -> None:
        with storage.working(project.uid) as work:
            work.lease("a1", "d1", ["AB", "CD", "AB"], LATER, NOW)
            work.lease("a2", "d2", ["AB", "EF"], LATER, NOW)
            assert work.leases(NOW) == {"AB": "d1", "CD": "d1", "EF": "d2"}
            work.lease("a1", "d1", ["AB"], "2026-05-09T00:00:00.000Z", NOW)
            work.lease("a2", "d2", ["CD"], "2026-05-09T00:00:00.000Z", LATER)
            assert work.leases(LATER) == {"AB": "d1", "CD": "d2"}
            work.release("a2", ["AB", "CD", "XY"])
            work.release("a2", [])
            work.lease("a2", "d2", [], LATER, NOW)
            assert work.leases(LATER) == {"AB": "d1"}

    def test_what_has_run_out_is_forgotten_with_the_next_claim(self, storage: Storage, project: Project) -> None:
        with storage.working(project.uid) as work:
            work.lease("a1", "d1", ["AB", "CD"], NOW, EARLIER)
            work.lease("a2", "d2", ["EF"], LATER, NOW)
            assert work.leases("") == {"EF": "d2"}

    def test_an_account_holds_no_more_names_than_it_may(self, storage: Storage, project: Project) -> None:
        names = [f"N{number:03}" for number in range(MAX_LEASES + 50)]
        with storage.working(project.uid) as work:
            work.lease("a1", "d1", names[:150], LATER, NOW)
            work.lease("a1", "d1", names, "2026-05-09T00:00:00.000Z", NOW)
            assert list(work.leases(LATER)) == names[:MAX_LEASES]
            work.release("a1", names[:10])
            work.lease("a1", "d1", names[-50:], LATER, NOW)
            work.lease("a2", "d2", names[:10], LATER, NOW)
            held = work.leases(NOW)
        assert list(held.values()).count("d1") == MAX_LEASES
        assert [name for name in held if held[name] == "d2"] == names[:10]

    def test_the_names_of_an_account_that_was_revoked_are_free(self, storage: Storage, project: Project) -> None:
        storage.add_invite(make_invite(project.uid))
        made = storage.join("code", make_account("", device="d1"), NOW)
        assert made is not None
        with storage.working(project.uid) as work:
            work.lease(made.uid, "d1", ["AB"], LATER, NOW)
            work.lease("a2", "d2", ["AB"], LATER, NOW)
            assert work.leases(NOW) == {"AB": "d1"}
        storage.revoke(project.uid, made.uid, NOW)
        with storage.working(project.uid) as work:
            assert work.leases(NOW) == {}
            work.lease("a2", "d2", ["AB"], LATER, NOW)
            assert work.leases(NOW) == {"AB": "d2"}

    def test_a_copy_belongs_to_the_account_that_first_brought_changes_as_it(
        self, storage: Storage, project: Project
    ) -> None:
        add(storage, project.uid, make_change(replica="r1", account="a1"), make_change(replica="r1", account="a2"))
        add(storage, project.uid, make_change(replica="r1", account="a3"), make_change(replica="r2", account="a3"))
        with storage.reading(project.uid) as reading:
            assert [reading.holder(replica) for replica in ("r1", "r2", "r3")] == ["a1", "a3", ""]
            assert reading.taken("r1") == 3

    def test_the_devices_that_joined_are_told_from_others(self, storage: Storage, project: Project) -> None:
        storage.add_invite(make_invite(project.uid))
        made = storage.join("code", make_account("", device="d1"), NOW)
        assert made is not None
        with storage.working(project.uid) as work:
            assert work.joined(["d1", "d2", made.uid]) == {"d1"}
            assert work.joined([]) == set()

    def test_actions_come_back_by_their_uid(self, storage: Storage, project: Project) -> None:
        change = make_change()
        add(storage, project.uid, change)
        with storage.working(project.uid) as work:
            assert work.actions([change.action.uid, new_uid()]) == {change.action.uid: change.action}
            assert work.actions([]) == {}

    def test_two_changes_of_one_uid_are_told_apart_by_all_that_they_say(self) -> None:
        told = content_digest("r", "p", "e", ("a", "b"), b"{}", b'{"x":1}')
        others = {
            content_digest("s", "p", "e", ("a", "b"), b"{}", b'{"x":1}'),
            content_digest("r", "q", "e", ("a", "b"), b"{}", b'{"x":1}'),
            content_digest("r", "p", "f", ("a", "b"), b"{}", b'{"x":1}'),
            content_digest("r", "p", "e", ("a",), b"{}", b'{"x":1}'),
            content_digest("r", "p", "e", ("a", "b"), None, b'{"x":1}'),
            content_digest("r", "p", "e", ("a", "b"), b"{}", b'{"x":2}'),
        }
        assert len(others | {told}) == 7
        assert content_digest("r", "p", "e", ("b", "a"), b"{}", b'{"x":1}') == told

    def test_the_diary_is_read_from_an_instant_on(self, storage: Storage, project: Project) -> None:
        lines = [BatchLine("a1", at, 10, 1, 2, 3, 4) for at in (EARLIER, NOW, NOW)]
        for line in lines:
            with storage.working(project.uid) as work:
                work.log(line)
        with storage.reading(project.uid) as reading:
            assert reading.batches("") == lines
            assert reading.batches(NOW) == lines[1:]

    # -------------------------------------------------------------------------------- projects, accounts

    def test_a_project_is_made_once(self, storage: Storage) -> None:
        names = ["Épi", "eau", "Zoo"]
        made = [storage.add_project(name) for name in names]
        assert [storage.add_project(name) for name in names] == made
        assert [item.name for item in storage.projects()] == ["eau", "Épi", "Zoo"]

    def test_a_project_that_is_not_there_can_be_looked_at_and_not_written(self, storage: Storage) -> None:
        with storage.reading("nobody") as reading:
            assert (reading.last(), reading.changes_after(0, "", (), 5)) == (0, [])
        with pytest.raises(StorageError, match="ne connaît pas ce projet") as raised, storage.working("nobody"):
            pass
        assert not raised.value.again

    def test_a_code_is_exchanged_for_one_account(self, storage: Storage, project: Project) -> None:
        storage.add_invite(make_invite(project.uid))
        asked = make_account("", role=COORDINATOR, scope=("all",), token_hash="mine")
        made = storage.join("code", asked, NOW)
        assert made == replace(asked, project=project.uid, role=LEADER, scope=("banding", "pop"))
        assert storage.account(project.uid, asked.uid) == made
        other = make_account("", token_hash="other")
        assert storage.join("code", other, NOW) is None
        assert storage.join("code", replace(other, token_hash="mine"), LATER) == made
        assert storage.accounts(project.uid) == [made]

    def test_a_code_that_is_unknown_or_old_or_revoked_opens_nothing(self, storage: Storage, project: Project) -> None:
        storage.add_invite(make_invite(project.uid))
        account = make_account("")
        assert storage.join("kode", account, NOW) is None
        assert storage.join("code", account, LATER) is None
        assert storage.accounts(project.uid) == []
        assert storage.join("code", account, NOW) is not None
        assert storage.revoke(project.uid, account.uid, NOW)
        assert storage.join("code", account, NOW) is None

    def test_of_two_who_come_at_once_with_one_code_one_is_let_in(self, storage: Storage, project: Project) -> None:
        for turn in range(5):
            storage.add_invite(make_invite(project.uid, f"code {turn}"))
            gate = threading.Barrier(2)

            def come(name: str, code: str = f"code {turn}", gate: threading.Barrier = gate) -> Account | None:
                gate.wait()
                return storage.join(code, make_account("", token_hash=name), NOW)

            with ThreadPoolExecutor(2) as threads:
                found = list(threads.map(come, ("one", "two")))
            assert sum(account is not None for account in found) == 1
        assert len(storage.accounts(project.uid)) == 5

    def test_the_account_heard_of_last_comes_first(self, storage: Storage, project: Project) -> None:
        for name in ("one", "two", "three"):
            storage.add_invite(make_invite(project.uid, name))
            storage.join(name, make_account("", uid=name), NOW)
        storage.seen(project.uid, "two", LATER)
        storage.seen(project.uid, "three", NOW)
        storage.seen(project.uid, "two", EARLIER)
        found = [(account.uid, account.last_seen_at) for account in storage.accounts(project.uid)]
        assert found == [("two", LATER), ("three", NOW), ("one", "")]

    def test_an_account_is_revoked_once(self, storage: Storage, project: Project) -> None:
        storage.add_invite(make_invite(project.uid))
        storage.join("code", make_account("", uid="a1"), NOW)
        assert storage.revoke(project.uid, "a1", NOW)
        assert not storage.revoke(project.uid, "a1", LATER)
        assert not storage.revoke(project.uid, "nobody", NOW)
        found = storage.account(project.uid, "a1")
        assert found is not None
        assert found.revoked_at == NOW
        assert storage.account(project.uid, "nobody") is None

    def test_wrong_codes_are_counted_by_address_and_in_all(self, storage: Storage) -> None:
        for address, at in (("x", "2026-03-01T00:00:00.000Z"), ("x", NOW), ("y", NOW), ("x", LATER)):
            storage.failed(address, at)
        assert storage.failures("x", NOW) == (2, 3)
        assert storage.failures("z", LATER) == (0, 1)
        assert storage.failures("x", "") == (2, 3)  # that of March is forgotten

    # -------------------------------------------------------------------------------------------- photos

    def test_a_file_is_kept_in_pieces_until_it_is_whole(self, storage: Storage, project: Project) -> None:
        sha = "f" * 64
        assert storage.media_pieces(project.uid, "a1", sha, "photo") == (0, False)
        for number, data in ((0, b"\0a"), (2, b"c"), (0, b"\0\xff")):
            storage.add_piece(project.uid, "a1", sha, "photo", number, data, NOW)
        assert storage.media_pieces(project.uid, "a1", sha, "photo") == (1, False)
        storage.add_piece(project.uid, "a1", sha, "photo", 1, b"", NOW)
        assert storage.media_pieces(project.uid, "a1", sha, "photo") == (3, False)
        assert storage.part(project.uid, "a1", sha, "photo", 0) == b"\0\xff"
        assert storage.piece(project.uid, sha, "photo", 0) is None
        assert storage.media_info(project.uid, sha, "photo") is None
        assert storage.media_account(project.uid, sha, "photo") == ""
        storage.finish_media(project.uid, "a1", sha, "photo", INFO)
        assert storage.media_pieces(project.uid, "a2", sha, "photo") == (3, True)
        assert storage.media_info(project.uid, sha, "photo") == INFO
        assert storage.media_account(project.uid, sha, "photo") == "a1"
        found = [storage.piece(project.uid, sha, "photo", number) for number in range(4)]
        assert found == [b"\0\xff", b"", b"c", None]
        assert storage.media_pieces(project.uid, "a1", sha, "thumbnail") == (0, False)

    def test_nobody_meddles_with_the_pieces_of_another(self, storage: Storage, project: Project) -> None:
        sha = "f" * 64
        storage.add_piece(project.uid, "a1", sha, "photo", 0, b"mine", NOW)
        storage.add_piece(project.uid, "a2", sha, "photo", 0, b"junk", NOW)
        assert storage.part(project.uid, "a1", sha, "photo", 0) == b"mine"
        storage.drop_media(project.uid, "a2", sha, "photo")
        assert storage.part(project.uid, "a2", sha, "photo", 0) is None
        storage.add_piece(project.uid, "a2", sha, "photo", 0, b"junk", NOW)
        storage.finish_media(project.uid, "a1", sha, "photo", INFO)
        assert storage.piece(project.uid, sha, "photo", 0) == b"mine"
        assert [storage.part(project.uid, account, sha, "photo", 0) for account in ("a1", "a2")] == [None, None]

    def test_unfinished_files_are_forgotten_after_a_while_and_when_they_are_too_much(
        self, storage: Storage, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sql_storage, "MAX_PART_BYTES", 10)
        storage.add_piece(project.uid, "a1", "old", "photo", 0, b"x", "2026-03-01T00:00:00.000Z")
        storage.add_piece(project.uid, "a2", "other", "photo", 0, b"x" * 9, EARLIER)
        for sha in ("first", "second"):
            storage.add_piece(project.uid, "a1", sha, "photo", 0, b"x" * 5, NOW)
        there = [storage.part(project.uid, "a1", sha, "photo", 0) for sha in ("old", "first", "second")]
        assert there == [None, b"xxxxx", b"xxxxx"]
        storage.add_piece(project.uid, "a1", "third", "photo", 0, b"x" * 4, LATER)
        storage.add_piece(project.uid, "a1", "third", "photo", 0, b"x" * 5, LATER)
        there = [storage.part(project.uid, "a1", sha, "photo", 0) for sha in ("first", "second", "third")]
        assert there == [None, b"xxxxx", b"xxxxx"]
        storage.add_piece(project.uid, "a1", "third", "photo", 1, b"x" * 11, LATER)
        assert storage.media_pieces(project.uid, "a1", "third", "photo") == (2, False)
        assert storage.part(project.uid, "a1", "second", "photo", 0) is None
        assert storage.part(project.uid, "a2", "other", "photo", 0) == b"x" * 9

    def test_a_whole_file_is_neither_replaced_nor_dropped(self, storage: Storage, project: Project) -> None:
        for sha in ("whole", "part"):
            storage.add_piece(project.uid, "a1", sha, "photo", 0, b"good", NOW)
        storage.finish_media(project.uid, "a1", "whole", "photo", INFO)
        storage.finish_media(project.uid, "a2", "whole", "photo", {})
        for sha in ("whole", "part"):
            storage.drop_media(project.uid, "a1", sha, "photo")
        storage.forget_thumbnail(project.uid, "whole")
        storage.add_piece(project.uid, "a1", "whole", "photo", 0, b"bad", NOW)
        assert storage.piece(project.uid, "whole", "photo", 0) == b"good"
        assert storage.part(project.uid, "a1", "part", "photo", 0) is None
        assert storage.media_after(project.uid, 0, 9) == [(1, "whole", "photo", INFO)]

    def test_a_thumbnail_can_be_forgotten_for_another(self, storage: Storage, project: Project) -> None:
        for account, data in (("a2", b"fake"), ("a1", b"true")):
            storage.forget_thumbnail(project.uid, "s")
            assert storage.media_info(project.uid, "s", "thumbnail") is None
            storage.add_piece(project.uid, account, "s", "thumbnail", 0, data, NOW)
            storage.finish_media(project.uid, account, "s", "thumbnail", INFO)
        assert storage.piece(project.uid, "s", "thumbnail", 0) == b"true"
        assert storage.media_after(project.uid, 0, 9) == [(2, "s", "thumbnail", INFO)]

    def test_only_the_newest_refusals_of_an_account_are_kept(
        self, storage: Storage, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sql_work, "MAX_REFUSALS", 2)
        with storage.working(project.uid) as work:
            work.refuse([Refusal(f"u{n}", "a1", "not_yours", "x", f"2026-05-0{n}T00:00:00.000Z") for n in range(1, 6)])
            work.refuse([Refusal("u1", "a2", "malformed", "x", NOW)])
        with storage.reading(project.uid) as reading:
            assert [(item.account, item.uid) for item in reading.refusals(9)] == [
                ("a1", "u5"), ("a1", "u4"), ("a2", "u1"),
            ]  # fmt: skip
            assert reading.refusal_reasons() == {"malformed": 1, "not_yours": 2}

    def test_a_device_that_is_in_comes_in_anew_only_with_its_former_token(
        self, storage: Storage, project: Project
    ) -> None:
        for code in ("one", "two", "three"):
            storage.add_invite(make_invite(project.uid, code))
        first = storage.join("one", make_account("", device="d1", token_hash="first"), NOW)
        assert first is not None
        stranger = make_account("", device="d1", token_hash="second")
        for former in (lambda _given: False, "fir".__eq__):
            with pytest.raises(DeviceHeldError):
                storage.join("two", stranger, NOW, former)
        assert storage.accounts(project.uid) == [first]
        assert storage.join("two", stranger, NOW, "first".__eq__) is not None
        known = storage.account(project.uid, first.uid)
        assert known is not None
        assert known.revoked_at == NOW
        storage.revoke(project.uid, stranger.uid, NOW)
        assert storage.join("three", make_account("", device="d1"), NOW) is not None

    def test_the_door_of_an_account_is_kept(self, storage: Storage, project: Project) -> None:
        storage.add_invite(make_invite(project.uid))
        made = storage.join("code", make_account("", access=BROWSER), NOW)
        assert made is not None
        assert storage.account(project.uid, made.uid) == made

    def test_whole_files_are_listed_in_the_order_of_their_end(self, storage: Storage, project: Project) -> None:
        for sha, kind in (("b", "photo"), ("a", "photo"), ("b", "thumbnail")):
            storage.finish_media(project.uid, "a1", sha, kind, {})
        expected: list[tuple[int, str, str, dict[str, object]]] = [
            (1, "b", "photo", {}),
            (2, "a", "photo", {}),
            (3, "b", "thumbnail", {}),
        ]
        assert storage.media_after(project.uid, 0, 9) == expected
        assert storage.media_after(project.uid, 1, 1) == expected[1:2]

    # ------------------------------------------------------------------------------- what keeps it apart

    def test_two_projects_never_see_each_other(self, storage: Storage, project: Project) -> None:
        other = storage.add_project("SHF").uid
        uid, account = new_uid(), new_uid()
        empty = everything(storage, other, [uid])
        fill(storage, project.uid, uid, account)
        mine = everything(storage, project.uid, [uid])
        assert everything(storage, other, [uid]) == empty
        assert mine.keys() == {name for name, value in mine.items() if value != empty[name]}
        with storage.working(other) as work:
            assert (work.known([uid]), work.actions([uid]), work.joined(["d1"])) == ({}, {}, set())
            assert work.holder("r1") == ""
            assert (work.records([uid]), work.steps([uid])) == ({}, {uid: []})
            assert (work.parents_of_living([uid]), work.disputed([uid], "ring")) == (set(), set())
        assert storage.account(other, account) is None

    def test_what_one_project_writes_leaves_the_other_alone(self, storage: Storage, project: Project) -> None:
        other = storage.add_project("SHF").uid
        uid, account = new_uid(), new_uid()
        fill(storage, project.uid, uid, account)
        mine = everything(storage, project.uid, [uid])
        fill(storage, other, uid, account)
        with storage.working(other) as work:
            work.put_records([make_record(uid, visit="moved")])
            work.visit_below(uid)
            work.put_disputes({uid: {}})
            work.taken_after_all(account, [uid])
            work.lease("a9", "d9", ["AB"], LATER, LATER)
            work.release(account, ["AB"])
            work.release("a9", ["AB"])
        storage.seen(other, account, LATER)
        storage.revoke(other, account, LATER)
        storage.drop_media(other, account, "e" * 64, "photo")
        assert everything(storage, project.uid, [uid]) == mine
        assert storage.media_pieces(project.uid, account, "e" * 64, "photo") == (1, False)

    # ------------------------------------------------------------------------------------ many at a time

    def test_writers_at_once_get_numbers_without_a_gap_and_readers_see_none(
        self, storage: Storage, project: Project
    ) -> None:
        done = threading.Event()

        def write(replica: str) -> None:
            for _round in range(15):
                add(storage, project.uid, *(make_change(replica=replica) for _change in range(3)))

        def read() -> list[int]:
            seen: list[int] = []
            while not done.is_set() or not seen or seen[-1] < last():
                with storage.reading(project.uid) as reading:
                    page = reading.changes_after(seen[-1] if seen else 0, "", (), 7)
                    assert reading.last() >= (page[-1].number if page else 0)
                seen.extend(item.number for item in page)
            return seen

        def last() -> int:
            with storage.reading(project.uid) as reading:
                return reading.last()

        with ThreadPoolExecutor(6) as threads:
            readers = [threads.submit(read) for _reader in range(2)]
            for finished in [threads.submit(write, name) for name in ("r1", "r2", "r3")]:
                finished.result()
            done.set()
            assert [reader.result() for reader in readers] == [list(range(1, 136))] * 2
        with storage.reading(project.uid) as reading:
            assert [reading.taken(name) for name in ("r1", "r2", "r3")] == [45, 45, 45]

    def test_processes_at_once_get_numbers_without_a_gap(
        self, storage: Storage, storage_url: str, project: Project
    ) -> None:
        writers = [writer(storage_url, project.uid, 20, name) for name in ("r1", "r2")]
        for process in writers:
            process.communicate(timeout=60)
            assert process.returncode == 0
        with storage.reading(project.uid) as reading:
            assert [item.number for item in reading.changes_after(0, "", (), 500)] == list(range(1, 121))
            assert (reading.taken("r1"), reading.taken("r2")) == (60, 60)

    def test_a_hub_killed_in_the_middle_leaves_nothing_half(
        self, storage: Storage, storage_url: str, project: Project
    ) -> None:
        add(storage, project.uid, make_change())
        process = writer(storage_url, project.uid, 1, "r2", "wait")
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with storage.reading(project.uid) as reading:
            assert reading.last() == 1
        process.kill()
        process.communicate()
        add(storage, project.uid, make_change())
        with storage.reading(project.uid) as reading:
            assert [item.number for item in reading.changes_after(0, "", (), 9)] == [1, 2]
            assert reading.taken("r2") == 0

    def test_a_reader_sees_one_moment(self, storage: Storage, project: Project) -> None:
        add(storage, project.uid, make_change())
        with storage.reading(project.uid) as reading:
            assert reading.last() == 1
            add(storage, project.uid, make_change())
            assert (reading.last(), len(reading.changes_after(0, "", (), 9))) == (1, 1)
            assert reading.counts()["changes"] == 1
            assert reading.ahead(0, "", ()).changes == 1

    def test_two_projects_are_written_by_two_threads(self, storage: Storage) -> None:
        projects = [storage.add_project(name).uid for name in ("one", "two")]

        def write(project: str) -> None:
            for _round in range(20):
                add(storage, project, make_change())

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(write, projects))
        for project in projects:
            with storage.reading(project) as reading:
                assert [item.number for item in reading.changes_after(0, "", (), 50)] == list(range(1, 21))

    def test_several_hubs_may_bring_the_tables_up_to_date_at_once(self, storage_url: str) -> None:
        gate = threading.Barrier(4)

        def start(_number: int) -> list[Project]:
            found = open_storage(storage_url)
            gate.wait()
            try:
                found.migrate()
                return [found.add_project("LPO")]
            finally:
                found.close()

        with ThreadPoolExecutor(4) as threads:
            made = [project for found in threads.map(start, range(4)) for project in found]
        assert len(set(made)) == 1

    def test_bringing_up_to_date_again_changes_nothing(self, storage: Storage, project: Project) -> None:
        add(storage, project.uid, make_change())
        storage.migrate()
        storage.check()
        with storage.reading(project.uid) as reading:
            assert reading.last() == 1

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import msgspec
import pytest

from fieldapp.core import review
from fieldapp.core.ids import new_uid
from fieldapp.core.merging import Rival
from fieldapp.core.record import Record
from fieldapp.hub import applying, knowing, rights, sifting
from fieldapp.hub.applying import answer
from fieldapp.hub.errors import StorageError
from fieldapp.hub.storage import COORDINATOR, LEADER, VOLUNTEER, Account, Invite, Project, Storage, StoredRecord
from fieldapp.sync import wire
from fieldapp.sync.wire import ACCEPTED, DISPUTED, KNOWN, MERGED, REFUSED, Action, Answer, Change, Outcome, Request

VISIT, POND = "visit", "site"


def packed(values: Mapping[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(values))


@dataclass
class Laptop:
    """One account at one hub; what it makes and what it is told."""

    storage: Storage
    project: str
    role: str = COORDINATOR
    scope: tuple[str, ...] = ()
    device: str = field(default_factory=new_uid)
    uid: str = ""

    @property
    def account(self) -> Account:
        return Account(self.project, self.uid or self.device, self.device, "x", self.role, self.scope, "h", "k", "")

    @property
    def replica(self) -> str:
        return self.account.uid

    def said(self, *changes: Change, **given: Any) -> Answer:
        """Return the answer to these changes."""
        action = Action(new_uid(), "Saisie", self.device, self.device, "2026-05-01T06:00:00.000Z")
        request = Request(replica=self.replica, actions=[action], changes=list(changes), **given)
        return answer(self.storage, self.account, request)

    def told(self, *changes: Change) -> list[str]:
        """Return what became of each change: its kind, or the reason for which it was refused."""
        return [outcome.reason or outcome.kind for outcome in self.said(*changes).outcomes]

    def pulled(self, cursor: int = 0, mark: str = "", **given: Any) -> Answer:
        return self.said(cursor=cursor, mark=mark, **given)


def made(uid: str = "", *, visit: str = "", entity: str = "capture", protocol: str = "banding", **after: Any) -> Change:
    """Return a change that makes a record."""
    record = uid or new_uid()
    return Change(new_uid(), record, protocol, entity, "1.0", 0, visit or record, (), wire.NOTHING, packed(after))


def edit(of: Change, *base: Change, visit: str = "", **after: Any) -> Change:
    """Return a change of the record that another one made; its author knew these, or only that one."""
    known = tuple(sorted(change.uid for change in base or (of,)))
    return Change(
        new_uid(), of.record, of.protocol, of.entity, "1.0", 0, visit or of.visit, known, packed({}), packed(after)
    )


def below(parent: Change, **after: Any) -> Change:
    """Return a change that makes a record below another, in its visit."""
    return made(visit=parent.visit, _parent=parent.record, **after)


def stored(storage: Storage, project: str, change: Change) -> StoredRecord:
    with storage.working(project) as work:
        return work.records([change.record])[change.record]


def disputed(storage: Storage, project: str) -> dict[tuple[str, str], tuple[Rival, ...]]:
    with storage.reading(project) as reading:
        return {(record, name): rivals for record, name, rivals in reading.disputes()}


@pytest.fixture
def storage(shared_storage: Storage) -> Storage:
    return shared_storage


@pytest.fixture
def project(storage: Storage) -> Project:
    return storage.add_project(new_uid())


@pytest.fixture
def leader(storage: Storage, project: Project) -> Laptop:
    return Laptop(storage, project.uid, LEADER)


@pytest.fixture
def volunteer(storage: Storage, project: Project) -> Laptop:
    return Laptop(storage, project.uid, VOLUNTEER)


# -------------------------------------------------------------------------------------- taken, once


def test_what_is_sent_is_stored_and_brought_to_others(leader: Laptop, volunteer: Laptop) -> None:
    visit = made(entity=VISIT, date="2026-05-01")
    bird = below(visit, ring="A1", sex=None)
    assert leader.told(visit, bird) == [ACCEPTED, ACCEPTED]
    found = volunteer.pulled()
    assert [(change.uid, change.after) for change in found.changes] == [
        (visit.uid, visit.after),
        (bird.uid, bird.after),
    ]
    assert (found.cursor, found.mark, found.last, found.more) == (2, bird.uid, 2, False)
    assert [action.label for action in found.actions] == ["Saisie"]
    assert leader.pulled().changes == []
    assert leader.pulled().taken == 2
    record = stored(leader.storage, leader.project, bird)
    assert (record.data, record.parent, record.visit, record.owner) == (
        '{"ring":"A1"}',
        visit.record,
        visit.record,
        leader.device,
    )


def test_the_same_again_is_known_in_whatever_message(leader: Laptop) -> None:
    changes = [made(), made(), made()]
    leader.said(*changes[:2])
    before = stored(leader.storage, leader.project, changes[0])
    assert leader.told(changes[1], changes[2], changes[0], changes[2]) == [KNOWN, ACCEPTED, KNOWN, KNOWN]
    assert leader.pulled().last == 3
    assert stored(leader.storage, leader.project, changes[0]) == before


def test_a_thousand_edits_are_taken_at_once(leader: Laptop) -> None:
    changes = [made(n=place) for place in range(1000)]
    assert set(leader.told(*changes)) == {ACCEPTED}
    assert set(leader.told(*[edit(change, n=-1) for change in changes])) == {ACCEPTED}
    assert stored(leader.storage, leader.project, changes[999]).data == '{"n":-1}'


def test_pages_bring_everything_once_and_in_order(leader: Laptop, volunteer: Laptop) -> None:
    changes = [made(n=place) for place in range(25)]
    leader.said(*changes)
    found: list[str] = []
    page = volunteer.pulled(limit=10)
    while True:
        found += [change.uid for change in page.changes]
        assert page.ahead.changes == 25 - (len(found) - len(page.changes))
        if not page.more:
            break
        page = volunteer.pulled(page.cursor, page.mark, limit=10)
    assert found == [change.uid for change in changes]


def test_a_mark_that_the_hub_does_not_know_is_told(leader: Laptop, volunteer: Laptop) -> None:
    leader.said(made())
    assert volunteer.pulled(1, "another").forked
    assert volunteer.pulled(2, "").forked
    assert volunteer.pulled(2**70, "").forked
    assert not volunteer.pulled(1, volunteer.pulled().mark).forked


# --------------------------------------------------------------------------------------- quarantine


def test_a_bad_change_is_kept_with_its_reason_and_the_rest_goes_on(leader: Laptop) -> None:
    good, orphan = made(), made(_parent=new_uid())
    unknown = edit(good, made(), x=1)
    child, after = below(orphan), edit(orphan, x=1)
    assert leader.told(good, orphan, child, after, unknown, made()) == [
        ACCEPTED,
        sifting.MISSING_PARENT,
        sifting.MISSING_PARENT,
        sifting.AFTER_REFUSED,
        sifting.MISSING_BASE,
        ACCEPTED,
    ]
    with leader.storage.reading(leader.project) as reading:
        kept = {refusal.uid: refusal for refusal in reading.refusals(10)}
        assert reading.batches("")[0][2:] == (6, 0, 0, 4, 0)
    assert kept.keys() == {orphan.uid, child.uid, after.uid, unknown.uid}
    assert msgspec.json.decode(kept[orphan.uid].body, type=Change) == orphan


def test_another_change_of_a_record_of_which_one_was_refused_is_innocent(leader: Laptop) -> None:
    bird = made(sex="M")
    assert leader.told(bird) == [ACCEPTED]
    bad = edit(bird, _validated=True)
    assert leader.told(bad, edit(bird, sex="F"), edit(bird, bad, sex="M")) == [
        rights.COORDINATORS_ONLY,
        ACCEPTED,
        sifting.AFTER_REFUSED,
    ]


def test_a_record_stays_of_the_entity_that_it_was_made_as(leader: Laptop) -> None:
    bird, nest = made(entity="capture"), made(entity="nest")
    other, same = msgspec.structs.replace(edit(bird, x=1), entity="nest"), edit(bird, x=2)
    assert leader.told(bird, other, same) == [ACCEPTED, knowing.MALFORMED, ACCEPTED]
    assert leader.told(nest, msgspec.structs.replace(edit(bird, x=3), entity="nest")) == [ACCEPTED, knowing.MALFORMED]


def test_no_record_ever_lies_below_itself(leader: Laptop) -> None:
    top = made()
    middle = below(top)
    low = below(middle)
    assert leader.told(top, middle, low, edit(top, _parent=low.record)) == [*3 * [ACCEPTED], knowing.MALFORMED]
    assert leader.told(edit(top, _parent=middle.record)) == [knowing.MALFORMED]
    one, two = made(), made()
    assert leader.told(one, two, edit(one, _parent=two.record), edit(two, _parent=one.record)) == [
        *3 * [ACCEPTED],
        knowing.MALFORMED,
    ]
    # Nor below what it may come to lie below when a dispute is settled.
    here, there = made(), made()
    away, back = edit(there, _parent=here.record), edit(there, _parent=top.record)
    assert leader.told(here, there) == 2 * [ACCEPTED]
    assert leader.told(away, back, edit(here, _parent=there.record)) == [*2 * [DISPUTED], knowing.MALFORMED]


def test_a_page_ends_before_it_is_too_long_and_holds_one_change_at_least(
    leader: Laptop, volunteer: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "PAGE_LENGTH", 1_000)
    birds = [made(remark="é" * length) for length in (300, 300, 5_000, 10)]
    assert leader.told(*birds) == 4 * [ACCEPTED]
    pages, cursor, mark = [], 0, ""
    more = True
    while more:
        page = volunteer.pulled(cursor, mark)
        pages.append([change.uid for change in page.changes])
        assert page.ahead.changes == 4 - sum(map(len, pages[:-1]))
        cursor, mark, more = page.cursor, page.mark, page.more
    assert pages == [[birds[0].uid, birds[1].uid], [birds[2].uid], [birds[3].uid]]
    assert cursor == page.last == 4


def test_what_was_refused_is_taken_when_it_comes_right(leader: Laptop) -> None:
    parent = made()
    child = below(parent)
    assert leader.told(child, parent) == [sifting.MISSING_PARENT, ACCEPTED]
    assert leader.told(child) == [ACCEPTED]
    with leader.storage.reading(leader.project) as reading:
        assert reading.counts()["refusals"] == 0


@pytest.mark.parametrize(
    "broken",
    [
        {"uid": "x"},
        {"uid": "a\0b"},
        {"uid": f"{new_uid()} {new_uid()}"},
        {"uid": f"{new_uid()} {new_uid()}", "record": ""},
        {"uid": new_uid() + "\n"},
        {"record": "../x"},
        {"record": "\0"},
        {"visit": ""},
        {"protocol": ""},
        {"protocol": "a\0b"},
        {"entity": "e" * 101},
        {"base": ("x",), "before": packed({})},
        {"before": packed({})},
        {"base": (new_uid(),), "before": msgspec.Raw(b"\xff")},
        {"base": (new_uid(),)},
        {"after": msgspec.Raw(b"[]")},
        {"after": msgspec.Raw(b'{"a":')},
        {"after": msgspec.Raw(b'{"a":1e999}')},
        {"after": msgspec.Raw(b'{"a":"\xff"}')},
        {"after": msgspec.Raw(b'{"a":"\\ud800"}')},
        {"after": msgspec.Raw(b'{"a\\u0000":1}')},
        {"after": msgspec.Raw(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}")},
        {"after": packed({"a": "x" * wire.MAX_VALUE_BYTES})},
        {"after": packed({"_parent": 5})},
        {"after": packed({"_parent": "x"})},
        {"after": packed({"_deleted": "yes"})},
    ],
)
def test_a_change_that_makes_no_sense_is_refused_alone(leader: Laptop, broken: dict[str, Any]) -> None:
    bad = msgspec.structs.replace(made(), **broken)
    assert leader.told(bad, made()) == [knowing.MALFORMED, ACCEPTED]
    assert leader.told(bad) == [knowing.MALFORMED]
    with leader.storage.reading(leader.project) as reading:
        assert reading.counts()["refusals"] == 1


def test_strange_values_are_taken_as_they_are(leader: Laptop, volunteer: Laptop) -> None:
    strange = made(nul="a\0b", big=10**30, tabs="\t\n\\", accents="é\u2028🐸", empty="", lists=[{"a": None}])
    assert leader.told(strange) == [ACCEPTED]
    assert volunteer.pulled().changes[0].after == strange.after


def test_a_label_that_can_not_be_kept_refuses_its_changes(leader: Laptop) -> None:
    actions = [Action(new_uid(), label, "", "d", "") for label in ("a\0b", "bon")]
    changes = [msgspec.structs.replace(made(), action=place) for place in (0, 1)]
    said = answer(leader.storage, leader.account, Request(replica="r", actions=actions, changes=changes))
    assert said.outcomes == [Outcome(REFUSED, knowing.MALFORMED), Outcome(ACCEPTED)]


def test_a_copy_without_a_sound_name_is_not_answered(leader: Laptop) -> None:
    for replica in ("a\0", "x" * 101):
        with pytest.raises(wire.WireError):
            answer(leader.storage, leader.account, Request(replica=replica))


def test_one_record_has_one_protocol(leader: Laptop) -> None:
    first = made()
    other = msgspec.structs.replace(edit(first, x=1), protocol="pop")
    assert leader.told(first, other) == [ACCEPTED, rights.NOT_SHARED]
    assert leader.told(other) == [rights.NOT_SHARED]


# ------------------------------------------------------------------------------------------- rights


def test_a_volunteer_deletes_only_what_their_laptop_made(leader: Laptop, volunteer: Laptop) -> None:
    theirs, own = made(), made()
    leader.said(theirs)
    volunteer.said(own)
    assert volunteer.told(edit(theirs, _deleted=True), edit(own, _deleted=True)) == [rights.NOT_YOURS, ACCEPTED]
    assert not stored(leader.storage, leader.project, theirs).deleted
    assert leader.told(edit(theirs, _deleted=True)) == [ACCEPTED]


def test_only_a_coordinator_writes_what_is_reserved(leader: Laptop) -> None:
    bird = made()
    assert leader.told(bird, edit(bird, _validated="yes")) == [ACCEPTED, rights.COORDINATORS_ONLY]
    coordinator = Laptop(leader.storage, leader.project, COORDINATOR)
    assert coordinator.told(edit(bird, _validated="yes")) == [ACCEPTED]


def test_an_account_sees_and_writes_the_protocols_that_are_shared_with_it(leader: Laptop) -> None:
    narrow = Laptop(leader.storage, leader.project, LEADER, ("pop",))
    bird, pond, person = made(), made(protocol="pop"), made(protocol=rights.SHARED_BY_ALL)
    assert narrow.told(made(), made(protocol="pop")) == [rights.NOT_SHARED, ACCEPTED]
    leader.said(bird, pond, person, below(bird))
    found = narrow.pulled(confirm=[bird.record, pond.record, person.record])
    assert [change.uid for change in found.changes] == [pond.uid, person.uid]
    assert found.ahead.changes == 2
    assert found.cursor == found.last == 5
    assert found.receipts[bird.record] == wire.visit_digest(())
    assert found.receipts[pond.record] != wire.visit_digest(())


# ------------------------------------------------------------------------------------------ merging


def test_edits_of_different_fields_are_merged(leader: Laptop, volunteer: Laptop) -> None:
    bird = made(ring="A1")
    leader.said(bird)
    assert leader.told(edit(bird, sex="M")) == [ACCEPTED]
    assert volunteer.told(edit(bird, age="4")) == [MERGED]
    assert stored(leader.storage, leader.project, bird).data == '{"age":"4","ring":"A1","sex":"M"}'
    assert disputed(leader.storage, leader.project) == {}


def test_edits_of_one_field_are_disputed_until_somebody_who_saw_both_settles(leader: Laptop, volunteer: Laptop) -> None:
    bird = made(ring="A1")
    leader.said(bird)
    mine, theirs = edit(bird, ring="A2"), edit(bird, ring="A3")
    assert leader.told(mine) == [ACCEPTED]
    assert volunteer.told(theirs) == [DISPUTED]
    assert disputed(leader.storage, leader.project) == {
        (bird.record, "ring"): (Rival(mine.uid, "A2"), Rival(theirs.uid, "A3"))
    }
    assert leader.told(edit(bird, mine, theirs, ring="A3")) == [ACCEPTED]
    assert disputed(leader.storage, leader.project) == {}
    assert stored(leader.storage, leader.project, bird).data == '{"ring":"A3"}'


def test_the_order_in_which_changes_come_makes_no_difference(storage: Storage) -> None:
    bird = made(ring="A1", sex="M")
    changes = [edit(bird, ring="A2"), edit(bird, ring="A3", sex=None), edit(bird, _deleted=True)]
    seen = []
    for order in permutations(changes):
        laptop = Laptop(storage, storage.add_project(new_uid()).uid)
        laptop.said(bird)
        for change in order:
            laptop.said(change)
        record = stored(storage, laptop.project, bird)._replace(owner="")
        seen.append((record, disputed(storage, laptop.project)))
    assert all(found == seen[0] for found in seen)
    assert (seen[0][0].deleted, len(seen[0][1])) == (False, 2)


def test_a_record_made_and_changed_in_one_message_is_put_together(leader: Laptop) -> None:
    bird = made(ring="A1")
    second = edit(bird, ring="A2")
    assert leader.told(bird, second, edit(bird, second, note="x")) == [ACCEPTED] * 3
    assert stored(leader.storage, leader.project, bird).data == '{"note":"x","ring":"A2"}'


# -------------------------------------------------------------- what lies below a deleted record


def test_a_child_that_comes_after_the_deletion_disputes_it(leader: Laptop, volunteer: Laptop) -> None:
    pond, visit = made(entity=POND), made()
    visit = made(_parent=pond.record, entity=VISIT)
    leader.said(pond, visit)
    leader.said(edit(visit, _deleted=True), edit(pond, _deleted=True))
    assert stored(leader.storage, leader.project, pond).deleted
    child = below(visit)
    volunteer.said(child)
    # The visit lives again, and so does the pond in which it was.
    assert disputed(leader.storage, leader.project).keys() == {(visit.record, "_deleted"), (pond.record, "_deleted")}
    assert not stored(leader.storage, leader.project, pond).deleted
    leader.said(edit(child, _deleted=True))
    assert disputed(leader.storage, leader.project) == {}
    assert stored(leader.storage, leader.project, pond).deleted


def test_a_deletion_that_comes_after_the_child_is_disputed(leader: Laptop, volunteer: Laptop) -> None:
    visit = made(entity=VISIT)
    leader.said(visit)
    child = below(visit)
    volunteer.said(child)
    deletion = edit(visit, _deleted=True)
    assert leader.told(deletion) == [DISPUTED]
    assert not stored(leader.storage, leader.project, visit).deleted
    assert disputed(leader.storage, leader.project) == {
        (visit.record, "_deleted"): (Rival("", False), Rival(deletion.uid, True))
    }


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_whole_visit_deleted_in_one_message_is_undisputed(leader: Laptop, order: tuple[int, ...]) -> None:
    visit = made(entity=VISIT)
    child = below(visit)
    tree = [visit, child, below(child)]
    leader.said(*tree)
    assert leader.told(*[edit(tree[place], _deleted=True) for place in order]) == [ACCEPTED] * 3
    assert all(stored(leader.storage, leader.project, change).deleted for change in tree)
    assert disputed(leader.storage, leader.project) == {}


def test_a_living_record_deep_below_keeps_all_above_it_alive(leader: Laptop, volunteer: Laptop) -> None:
    visit = made(entity=VISIT)
    child = below(visit)
    leader.said(visit, child)
    volunteer.said(below(child))
    assert leader.told(edit(child, _deleted=True), edit(visit, _deleted=True)) == [DISPUTED, DISPUTED]
    assert not stored(leader.storage, leader.project, visit).deleted


def test_two_moves_that_make_a_ring_end(leader: Laptop) -> None:
    other = Laptop(leader.storage, leader.project, LEADER)
    one, two = made(), made()
    leader.said(one, two)
    leader.said(edit(one, _parent=two.record, _deleted=True))
    other.said(edit(two, _parent=one.record, _deleted=True), edit(one, note="x"))
    assert stored(leader.storage, leader.project, one).data == '{"note":"x"}'


# ----------------------------------------------------------------------------- visits and receipts


def receipts(laptop: Laptop, *visits: Change) -> list[str]:
    found = laptop.pulled(confirm=[visit.record for visit in visits]).receipts
    return [found[visit.record] for visit in visits]


def digest(laptop: Laptop, *changes: Change) -> str:
    records = sorted((stored(laptop.storage, laptop.project, change) for change in changes), key=lambda item: item.uid)
    return wire.visit_digest(
        wire.content_line(item.uid, item.protocol, item.entity, item.parent, item.data.encode()) for item in records
    )


@pytest.mark.parametrize("late", [False, True])
def test_what_is_put_below_a_record_that_moved_lies_in_its_new_visit(
    leader: Laptop, volunteer: Laptop, *, late: bool
) -> None:
    morning, evening = made(entity=VISIT), made(entity=VISIT)
    bird = below(morning)
    leader.said(morning, evening, bird)
    move = edit(bird, visit=evening.record, _parent=evening.record)
    detail = below(bird)  # by somebody who does not know of the move
    for laptop, change in [(leader, move), (volunteer, detail)][:: 1 if late else -1]:
        assert laptop.told(change) == [ACCEPTED]
    assert {stored(leader.storage, leader.project, change).visit for change in (bird, detail)} == {evening.record}
    assert receipts(leader, morning, evening) == [digest(leader, morning), digest(leader, evening, bird, detail)]


def test_a_move_of_a_move_takes_everything_along(leader: Laptop) -> None:
    one, two, three = (made(entity=VISIT) for _visit in range(3))
    box = below(one)
    bag = below(two)
    bird = below(bag)
    leader.said(one, two, three, box, bag, bird)
    moves = [
        edit(bag, visit=one.record, _parent=box.record),
        edit(box, visit=three.record, _parent=three.record),
    ]
    assert leader.told(*moves) == [ACCEPTED, ACCEPTED]
    assert {stored(leader.storage, leader.project, change).visit for change in (box, bag, bird)} == {three.record}


def test_a_disputed_move_leaves_the_record_in_the_visit_that_shows(leader: Laptop) -> None:
    other = Laptop(leader.storage, leader.project, LEADER)
    one, two, three = (made(entity=VISIT) for _visit in range(3))
    bird = below(one)
    leader.said(one, two, three, bird)
    first = edit(bird, visit=two.record, _parent=two.record)
    second = edit(bird, visit=three.record, _parent=three.record)
    leader.said(second)
    other.said(first)
    assert (
        stored(leader.storage, leader.project, bird).parent,
        stored(leader.storage, leader.project, bird).visit,
    ) == (
        two.record,
        two.record,
    )
    # Who withdraws the earlier one without having seen the later: the parent of the later shows again.
    other.said(edit(bird, first, visit=one.record, _parent=one.record))
    assert stored(leader.storage, leader.project, bird).visit == three.record


# ------------------------------------------------------------------------------------------- leases


def test_names_are_leased_and_let_go(leader: Laptop, volunteer: Laptop) -> None:
    assert leader.said(claims=["AB", "", "a\0b", "x" * 101]).leases == {"AB": leader.device}
    assert volunteer.said(claims=["AB", "CD"]).leases == {"AB": leader.device, "CD": volunteer.device}
    assert volunteer.said(releases=["AB"]).leases == {"AB": leader.device, "CD": volunteer.device}
    assert leader.said(releases=["AB"], claims=["EF"]).leases == {"CD": volunteer.device, "EF": leader.device}


def test_a_project_that_is_gone_is_told(leader: Laptop) -> None:
    with pytest.raises(StorageError):
        replace(leader, project="gone").said(made())


# ------------------------------------------------------------------------- what nobody can read, or says twice


def sent(laptop: Laptop, *parts: tuple[Action, Change]) -> list[str]:
    """Return what became of changes that come with their own actions."""
    changes = [msgspec.structs.replace(change, action=place) for place, (_action, change) in enumerate(parts)]
    request = Request(replica=laptop.replica, actions=[action for action, _change in parts], changes=changes)
    said = answer(laptop.storage, laptop.account, request)
    return [outcome.reason or outcome.kind for outcome in said.outcomes]


def action_of(device: str, uid: str = "", label: str = "Saisie") -> Action:
    return Action(uid or new_uid(), label, device, device, "2026-05-01T06:00:00.000Z")


def test_a_base_is_a_change_of_the_same_record(leader: Laptop) -> None:
    bird, other, pond = made(), made(), made(protocol="pop")
    assert leader.told(other, pond) == [ACCEPTED, ACCEPTED]
    for stranger in (other, pond):
        assert leader.told(edit(made(bird.record), stranger, x=1)) == [sifting.MISSING_BASE]
    assert leader.told(bird, edit(bird, bird, other, x=1), edit(other, bird)) == [
        ACCEPTED,
        sifting.MISSING_BASE,
        sifting.MISSING_BASE,
    ]
    assert leader.told(edit(bird, x=1)) == [ACCEPTED]


@pytest.mark.parametrize("values", [{"f" * 101: 1}, {"é" * 6000: None}])
def test_a_field_without_a_sound_name_is_refused(leader: Laptop, values: dict[str, Any]) -> None:
    bird = made()
    assert leader.told(bird, made(**values), edit(bird, **values)) == [ACCEPTED] + [knowing.MALFORMED] * 2
    assert leader.told(msgspec.structs.replace(edit(bird, x=1), before=packed(values))) == [knowing.MALFORMED]
    assert leader.told(msgspec.structs.replace(made(), after=packed({"f" * 100: 1}))) == [ACCEPTED]


def test_what_the_judge_can_not_read_waits_until_it_can(leader: Laptop) -> None:
    good, strange = made(), made(odd=1)
    request = Request(replica="r", actions=[action_of(leader.device)], changes=[good, strange])

    def judge(_change: Change, after: Mapping[str, Any]) -> str:
        return "newer" if "odd" in after else ""

    first = answer(leader.storage, leader.account, request, judge)
    assert first.outcomes == [Outcome(ACCEPTED), Outcome(REFUSED, "newer")]
    with leader.storage.reading(leader.project) as reading:
        assert [refusal.reason for refusal in reading.refusals(9)] == ["newer"]
    assert answer(leader.storage, leader.account, request).outcomes == [Outcome(KNOWN), Outcome(ACCEPTED)]


def test_a_uid_that_comes_with_other_contents_is_not_said_to_be_known(leader: Laptop, volunteer: Laptop) -> None:
    bird, other = made(ring="A1"), made()
    fixed = edit(bird, ring="A2")
    leader.said(bird, fixed)
    replace_in = msgspec.structs.replace
    forged = [
        replace_in(bird, after=packed({"ring": "B1"})),
        replace_in(bird, record=other.record),
        replace_in(bird, protocol="pop"),
        replace_in(bird, entity="other"),
        replace_in(fixed, before=packed({"ring": "A1"})),
        replace_in(fixed, base=(bird.uid, other.uid)),
        replace_in(fixed, base=(), before=wire.NOTHING),
    ]
    for change in forged:
        assert volunteer.told(change) == [sifting.OTHER_CONTENT]
    assert volunteer.told(bird, replace_in(fixed, version="1.1", visit=other.record)) == [KNOWN, KNOWN]
    assert stored(leader.storage, leader.project, bird).data == '{"ring":"A2"}'


def test_a_uid_that_comes_twice_in_one_message_is_one_change(leader: Laptop) -> None:
    bird = made(ring="A1")
    forged = msgspec.structs.replace(bird, after=packed({"ring": "B1"}))
    assert leader.told(bird, forged, bird) == [ACCEPTED, sifting.OTHER_CONTENT, KNOWN]


def test_who_is_not_shown_a_change_is_not_told_of_it(leader: Laptop) -> None:
    narrow = Laptop(leader.storage, leader.project, LEADER, ("pop",))
    bird, pond = made(ring="A1"), made(protocol="pop")
    leader.said(bird, pond)
    twin = made(protocol="pop")
    assert narrow.told(msgspec.structs.replace(twin, uid=bird.uid)) == [rights.NOT_SHARED]
    assert narrow.told(msgspec.structs.replace(edit(pond, x=1), base=(bird.uid,))) == [sifting.MISSING_BASE]
    here, nowhere = made(protocol="pop", _parent=bird.record), made(protocol="pop", _parent=new_uid())
    assert narrow.told(here, nowhere) == [sifting.MISSING_PARENT, sifting.MISSING_PARENT]


def test_an_action_says_one_thing_only(leader: Laptop, volunteer: Laptop) -> None:
    action = action_of(leader.device)
    first, second, third = made(), made(), made()
    assert sent(leader, (action, first)) == [ACCEPTED]
    for other in (
        action_of(volunteer.device, action.uid),
        action_of(leader.device, action.uid, "Autre"),
        msgspec.structs.replace(action, who=""),
        msgspec.structs.replace(action, made_at=""),
    ):
        assert sent(volunteer, (other, second), (action_of(volunteer.device), made())) == [knowing.MALFORMED, ACCEPTED]
    # Who carries the rest of what another laptop did says the same of it.
    assert sent(volunteer, (action, second)) == [ACCEPTED]
    again = action_of(leader.device)
    twice = sent(leader, (again, third), (msgspec.structs.replace(again, label="Autre"), made()))
    assert sorted(twice) == [ACCEPTED, knowing.MALFORMED]


# --------------------------------------------------------------------------------- whose copy, whose record


def test_a_copy_of_a_database_speaks_for_one_account(leader: Laptop, volunteer: Laptop) -> None:
    leader.said(made())
    asked_for: list[dict[str, Any]] = [
        {"changes": [made()], "actions": [action_of(volunteer.device)]},
        {"claims": ["AB"]},
        {"cursor": 0},
    ]
    for asked in asked_for:
        with pytest.raises(wire.WireError, match="replica"):
            answer(volunteer.storage, volunteer.account, Request(replica=leader.replica, **asked))
    assert leader.pulled().last == 1
    assert leader.pulled().leases == {}


def test_a_volunteer_neither_brings_back_nor_moves_the_record_of_another(leader: Laptop, volunteer: Laptop) -> None:
    one, two, gone = made(entity=VISIT), made(entity=VISIT), made()
    bird = below(one, ring="A1")
    deletion = edit(gone, _deleted=True)
    leader.said(one, two, bird, gone, deletion)
    revived = [edit(gone, deletion, _deleted=value) for value in (False, None)]
    moves = [edit(bird, visit=two.record, _parent=two.record), edit(bird, _parent=None)]
    again = made(bird.record, visit=two.record, _parent=two.record)
    for change in (*revived, *moves, again):
        assert volunteer.told(change) == [rights.NOT_YOURS]
    assert volunteer.told(edit(bird, ring=None)) == [ACCEPTED]
    assert stored(leader.storage, leader.project, gone).deleted
    assert stored(leader.storage, leader.project, bird).parent == one.record
    assert leader.told(edit(gone, deletion, _deleted=False), moves[0]) == [ACCEPTED, MERGED]


def test_two_who_read_the_same_file_make_the_same_records(leader: Laptop, volunteer: Laptop) -> None:
    site = made(entity=POND, _parent=None)
    visit = below(site)
    leader.said(site, visit)
    twins = [made(site.record, entity=POND, _parent=None), made(visit.record, visit=site.record, _parent=site.record)]
    assert set(volunteer.told(*twins)) == {MERGED}


def test_who_carries_a_record_does_not_come_to_own_it(leader: Laptop, storage: Storage) -> None:
    carried, deleted_by = joined(storage, leader.project, VOLUNTEER), joined(storage, leader.project, VOLUNTEER)
    bird = made(ring="A1")
    assert sent(
        deleted_by, (action_of(carried.device), bird), (action_of(deleted_by.device), edit(bird, _deleted=True))
    ) == [ACCEPTED, rights.NOT_YOURS]
    assert deleted_by.told(edit(bird, _deleted=True)) == [rights.NOT_YOURS]
    assert carried.told(edit(bird, _deleted=True)) == [ACCEPTED]


def test_what_a_leader_carries_belongs_to_the_laptop_that_made_it(leader: Laptop, storage: Storage) -> None:
    volunteer, later = joined(storage, leader.project, VOLUNTEER), Laptop(storage, leader.project, VOLUNTEER)
    birds = [made(), made()]
    assert sent(leader, (action_of(volunteer.device), birds[0]), (action_of(later.device), birds[1])) == [ACCEPTED] * 2
    for laptop, own, other in ((volunteer, birds[0], birds[1]), (later, birds[1], birds[0])):
        assert laptop.told(edit(other, _deleted=True)) == [rights.NOT_YOURS]
        assert laptop.told(edit(own, _deleted=True)) == [ACCEPTED]


def test_what_a_volunteer_makes_is_theirs_on_another_laptop_too(leader: Laptop, volunteer: Laptop) -> None:
    moved_to = new_uid()
    bird = made()
    assert sent(volunteer, (action_of(moved_to), bird)) == [ACCEPTED]
    assert sent(volunteer, (action_of(moved_to), edit(bird, _deleted=True))) == [ACCEPTED]


def test_a_record_lies_below_one_of_its_own_protocol_or_of_the_directory(leader: Laptop) -> None:
    bird, person = made(), made(protocol=rights.SHARED_BY_ALL)
    pond = made(protocol="pop", _parent=bird.record)
    assert leader.told(bird, person, pond, made(_parent=person.record), below(bird)) == [
        ACCEPTED,
        ACCEPTED,
        sifting.MISSING_PARENT,
        ACCEPTED,
        ACCEPTED,
    ]


def test_a_record_below_nothing_is_in_no_visit_of_another(leader: Laptop, volunteer: Laptop) -> None:
    visit = made(entity=VISIT)
    bird = below(visit)
    leader.said(visit, bird)
    before = receipts(leader, visit)
    stray = made(visit=visit.record)
    assert volunteer.told(stray) == [ACCEPTED]
    assert stored(leader.storage, leader.project, stray).visit == stray.record
    assert receipts(leader, visit) == before
    assert leader.told(edit(bird, visit=visit.record, _parent=None)) == [ACCEPTED]
    assert stored(leader.storage, leader.project, bird).visit == bird.record
    assert receipts(leader, visit) == [digest(leader, visit)]


def test_a_record_that_is_made_a_second_time_counts_as_edited(leader: Laptop, volunteer: Laptop) -> None:
    bird, own = made(ring="A1"), made()
    leader.said(bird)
    volunteer.said(made(bird.record, ring="B1"), own, made(own.record))
    found = Laptop(leader.storage, leader.project).pulled().ahead
    assert (found.changes, found.edits) == (4, 2)


def test_who_is_shown_some_protocols_learns_what_names_all_others_hold(leader: Laptop) -> None:
    narrow = Laptop(leader.storage, leader.project, LEADER, ("pop",))
    leader.said(claims=["AB"])
    assert narrow.said(claims=["AB", "CD"]).leases == {"AB": leader.device, "CD": narrow.device}
    assert leader.pulled().leases == {"AB": leader.device, "CD": narrow.device}


def joined(storage: Storage, project: str, role: str) -> Laptop:
    """Return a laptop whose account the hub knows."""
    code, uid, at = new_uid(), new_uid(), applying.now()
    storage.add_invite(Invite(project, code, role, (), at, "9999"))
    account = storage.join(code, Account("", uid, new_uid(), "x", "", (), uid, "k", at), at)
    assert account is not None
    return Laptop(storage, project, role, (), account.device, account.uid)


# --------------------------------------------------------------------------------------------------- validated


def validated(storage: Storage, project: str, of: Change, *known: Change) -> Change:
    """Return the change by which a coordinator validates a record as the hub has it."""
    there = stored(storage, project, of)
    data = msgspec.json.decode(there.data)
    record = Record(there.uid, there.protocol, there.entity, there.parent, data)
    said: dict[str, Any] = review.validated(record, "1", by="coordination", at="2026-06-01T06:00:00.000Z")
    return edit(of, *known, **said)


@pytest.fixture
def bird(leader: Laptop) -> Change:
    made_one = made(sex="M", wing=66.5)
    assert leader.told(made_one) == [ACCEPTED]
    return made_one


@pytest.fixture
def word(leader: Laptop, bird: Change) -> Change:
    """Validate the bird and return the change that did."""
    coordinator = Laptop(leader.storage, leader.project)
    said = validated(leader.storage, leader.project, bird)
    assert coordinator.told(said) == [ACCEPTED]
    return said


@pytest.mark.parametrize("after", [{"sex": "F"}, {"sex": None}, {"_deleted": True}, {"note": "x", "answer.sex": "y"}])
def test_what_was_validated_is_altered_by_coordinators_alone(
    leader: Laptop, volunteer: Laptop, bird: Change, word: Change, after: dict[str, Any]
) -> None:
    assert leader.told(edit(bird, word, **after)) == [sifting.VALIDATED]
    assert volunteer.told(edit(bird, word, sex="F")) == [sifting.VALIDATED]
    assert stored(leader.storage, leader.project, bird).data.startswith('{"_validated"')
    assert Laptop(leader.storage, leader.project).told(edit(bird, word, **after)) == [ACCEPTED]


def test_a_validated_record_is_answered_about_and_its_warnings_confirmed_by_anybody(
    volunteer: Laptop, bird: Change, word: Change
) -> None:
    said: dict[str, Any] = {"answer.sex": {"text": "oui"}, "confirmed": ["x"]}
    assert volunteer.told(edit(bird, word, **said)) == [ACCEPTED]


def test_who_did_not_know_that_it_was_validated_is_heard_and_it_is_validated_no_more(
    volunteer: Laptop, bird: Change, word: Change
) -> None:
    first = edit(bird, bird, sex="F")
    assert volunteer.told(first, edit(bird, first, wing=67.0)) == [MERGED, MERGED]
    there = stored(volunteer.storage, volunteer.project, bird)
    data = msgspec.json.decode(there.data)
    assert (data["sex"], data["wing"]) == ("F", 67.0)
    assert review.is_stale(Record(there.uid, there.protocol, there.entity, there.parent, data))


def test_what_is_validated_no_more_may_be_altered_by_who_knows_it(
    volunteer: Laptop, bird: Change, word: Change
) -> None:
    unknowing = edit(bird, bird, sex="F")
    assert volunteer.told(unknowing) == [MERGED]
    assert volunteer.told(edit(bird, word, unknowing, sex="M?")) == [ACCEPTED]
    reopened = edit(bird, word, _validated=None)
    other = Laptop(volunteer.storage, volunteer.project)
    assert other.told(reopened) == [MERGED]


def test_a_validation_that_the_same_message_left_behind_does_not_hold(
    volunteer: Laptop, bird: Change, word: Change
) -> None:
    unknowing = edit(bird, bird, sex="F")
    knowing_both = edit(bird, word, unknowing, wing=68.0)
    assert volunteer.told(edit(bird, word, wing=70.0), unknowing, knowing_both)[0] == sifting.VALIDATED
    assert msgspec.json.decode(stored(volunteer.storage, volunteer.project, bird).data)["wing"] == 68.0


def test_who_knew_it_validated_does_not_get_through_beside_another_word(
    volunteer: Laptop, bird: Change, word: Change
) -> None:
    said: dict[str, Any] = {"answer.sex": {"text": "x"}}
    answered, intruding = edit(bird, word, **said), edit(bird, word, sex="F")
    assert volunteer.told(answered, intruding) == [ACCEPTED, sifting.VALIDATED]
    assert volunteer.told(edit(bird, word, wing=1.0)) == [sifting.VALIDATED]
    data = msgspec.json.decode(stored(volunteer.storage, volunteer.project, bird).data)
    assert (data["sex"], data["wing"]) == ("M", 66.5)


def test_a_validated_record_that_was_deleted_is_brought_back_by_coordinators_alone(
    leader: Laptop, bird: Change, word: Change
) -> None:
    coordinator = Laptop(leader.storage, leader.project)
    gone = edit(bird, word, _deleted=True)
    assert coordinator.told(gone) == [ACCEPTED]
    back = edit(bird, gone, _deleted=False)
    assert leader.told(back) == [sifting.VALIDATED]
    assert stored(leader.storage, leader.project, bird).deleted
    assert coordinator.told(back) == [ACCEPTED]


def test_right_below_what_is_validated_nothing_comes_or_goes_but_by_coordinators(leader: Laptop) -> None:
    coordinator = Laptop(leader.storage, leader.project)
    place, visit, other = made(entity="site"), made(entity="session"), made(entity="session")
    line, elsewhere = below(visit, ring="X"), below(other, ring="Y")
    assert leader.told(place, visit, other, line, elsewhere) == [ACCEPTED] * 5
    said = [validated(leader.storage, leader.project, of) for of in (place, visit)]
    assert coordinator.told(*said) == [ACCEPTED, ACCEPTED]
    steps = [
        below(visit, ring="Z"),
        edit(line, _deleted=True),
        edit(line, _parent=other.record),
        edit(elsewhere, _parent=visit.record),
    ]
    assert [leader.told(step) for step in steps] == [[sifting.VALIDATED]] * 4
    assert leader.told(edit(line, ring="W")) == [ACCEPTED]
    assert leader.told(made(entity="session", _parent=place.record)) == [ACCEPTED]
    assert [coordinator.told(step) for step in steps[:1]] == [[ACCEPTED]]


def test_the_digest_on_the_hub_is_that_of_the_laptop_whatever_the_values(leader: Laptop) -> None:
    values: dict[str, Any] = {
        "wing": 66.0,
        "mass": 10,
        "who": ["é", "ß"],
        "empty": "",
        "none": None,
        "confirmed": ["a"],
        "deep": {"a": 1.50},
    }
    of = made(**values)
    assert leader.told(of) == [ACCEPTED]
    data = {name: value for name, value in values.items() if value not in ("", None)}
    record = Record(of.record, of.protocol, of.entity, None, data)
    coordinator = Laptop(leader.storage, leader.project)
    word: dict[str, Any] = review.validated(record, "2", by="c", at="2026-06-01T06:00:00.000Z")
    said = edit(of, **word)
    assert coordinator.told(said) == [ACCEPTED]
    assert leader.told(edit(of, said, wing=66.5)) == [sifting.VALIDATED]

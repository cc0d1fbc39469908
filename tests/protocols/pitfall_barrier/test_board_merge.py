"""Two sides of one morning laid over each other: what one side changed comes in, what both changed is asked."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.pitfall_barrier.board import Board, Tile
from fieldapp.protocols.pitfall_barrier.board_group import Group
from fieldapp.protocols.pitfall_barrier.board_merge import Content, merged, parts, yielded

TOAD, FROG = 259, 351
HEAD = {"check_on": "2019-03-18", "observers": ["lou"]}


def group(uid: str, count: int = 1, cd_nom: int = TOAD, **values: Any) -> Group:
    return Group(uid, cd_nom, "2", "3", count, **values)


def content(head: dict[str, Any] | None = None, *, said: str = "", reason: str = "", closed: str = "",
            photos: dict[str, Any] | None = None, **groups: list[Group]) -> Content:  # fmt: skip
    """Return a morning of three buckets; groups by "b1", "b2", "b3"."""
    tiles = tuple(Tile(n, groups=tuple(groups.get(f"b{n}", ())), closed=n in closed) for n in "123")
    return Content(Board(tiles, said=said, reason=reason), HEAD if head is None else head, photos or {})


def lies(found: Content) -> dict[str, tuple[str, int]]:
    return {one.uid: (bucket, one.count) for bucket, one in found.board.groups}


NOTHING = content()


def test_what_only_the_other_side_changed_comes_in() -> None:
    theirs = content({**HEAD, "rain_mm": 3.0, "comments": "importé"}, b2=[group("frog", 7, FROG)])
    found = merged(NOTHING, content(b1=[group("toad")]), theirs, was_stored=False)
    assert not found.clashes
    assert lies(found.content) == {"frog": ("2", 7), "toad": ("1", 1)}
    assert found.content.head == {**HEAD, "rain_mm": 3.0, "comments": "importé"}


def test_a_catch_that_one_side_deleted_goes_where_the_other_left_it_alone() -> None:
    base = content(b1=[group("a"), group("b", cd_nom=FROG)], b2=[group("c")])
    mine = content(b1=[group("b", cd_nom=FROG)], b2=[group("c")])
    theirs = content(b1=[group("a"), group("b", cd_nom=FROG)])
    found = merged(base, mine, theirs, was_stored=True)
    assert not found.clashes
    assert lies(found.content) == {"b": ("1", 1)}


def test_two_numbers_for_one_catch_are_a_clash_and_either_may_hold() -> None:
    base, mine, theirs = (content(b1=[group("a", count)]) for count in (1, 2, 5))
    found = merged(base, mine, theirs, was_stored=True)
    assert parts(found.clashes) == [("catch", "a")]
    assert lies(found.content) == {"a": ("1", 2)}
    assert lies(yielded(found.content, theirs, found.clashes)) == {"a": ("1", 5)}


def test_a_catch_changed_here_and_deleted_there_is_a_clash() -> None:
    base, mine = content(b1=[group("a")]), content(b1=[group("a", 4)])
    found = merged(base, mine, NOTHING, was_stored=True)
    assert found.clashes == {"catch:a"}
    assert lies(found.content) == {"a": ("1", 4)}
    assert lies(yielded(found.content, NOTHING, found.clashes)) == {}


def test_the_same_animals_noted_twice_are_taken_once() -> None:
    found = merged(NOTHING, content(b1=[group("mine", 2)]), content(b1=[group("theirs", 2)]), was_stored=False)
    assert not found.clashes
    assert lies(found.content) == {"theirs": ("1", 2)}


def test_like_animals_in_another_number_are_asked_and_never_added_up() -> None:
    theirs = content(b1=[group("theirs", 3)])
    found = merged(NOTHING, content(b1=[group("mine", 2)]), theirs, was_stored=False)
    assert found.clashes == {"catch:mine", "catch:theirs"}
    assert lies(found.content) == {"mine": ("1", 2)}
    assert lies(yielded(found.content, theirs, found.clashes)) == {"theirs": ("1", 3)}


@pytest.mark.parametrize(("said", "reason"), [("empty", ""), ("missed", "weather")])
def test_an_empty_or_missed_morning_against_animals_is_a_clash_of_the_morning(said: str, reason: str) -> None:
    mine, theirs = content(said=said, reason=reason), content(b1=[group("a", 9)])
    found = merged(NOTHING, mine, theirs, was_stored=False)
    assert found.clashes == {"state"}
    assert (found.content.board.state, lies(found.content)) == (said, {})
    other = yielded(found.content, theirs, found.clashes)
    assert (other.board.state, lies(other)) == ("checked", {"a": ("1", 9)})
    back = merged(NOTHING, theirs, mine, was_stored=False)
    assert (back.clashes, lies(back.content)) == (frozenset({"state"}), {"a": ("1", 9)})
    assert yielded(back.content, mine, back.clashes).board.state == said


def test_an_emptied_morning_to_which_the_other_side_added_is_a_clash() -> None:
    base = content(b1=[group("a")])
    found = merged(base, content(said="empty"), content(b1=[group("a"), group("b", cd_nom=FROG)]), was_stored=True)
    assert found.clashes == {"state"}
    assert found.content.board.state == "empty"


def test_a_field_both_sides_changed_is_a_clash_unless_they_agree() -> None:
    base = content({**HEAD, "rain_mm": 1.0})
    mine, theirs = content({**HEAD, "rain_mm": 2.0}), content({**HEAD, "rain_mm": 4.0})
    found = merged(base, mine, theirs, was_stored=True)
    assert (found.clashes, found.content.head["rain_mm"]) == (frozenset({"head:rain_mm"}), 2.0)
    assert yielded(found.content, theirs, found.clashes).head["rain_mm"] == 4.0
    assert not merged(base, mine, mine, was_stored=True).clashes


def test_a_proposal_is_nobodys_word() -> None:
    """What was proposed and changed here clashes with what somebody stored, be it as was proposed."""
    other = content({**HEAD, "observers": ["zoé"]})
    assert merged(NOTHING, other, NOTHING, was_stored=False).clashes == {"head:observers"}
    assert not merged(NOTHING, other, NOTHING, was_stored=True).clashes
    assert merged(NOTHING, NOTHING, other, was_stored=False).content.head["observers"] == ["zoé"]


def test_the_weather_of_a_file_stays_the_files_and_a_typed_one_the_persons() -> None:
    file = {"weather_fields": ["night_min_c", "rain_mm"], "weather_file": "m.csv"}
    theirs = content({**HEAD, "night_min_c": 5.0, "rain_mm": 3.0, **file})
    found = merged(NOTHING, content(b1=[group("a")]), theirs, was_stored=True)
    assert found.content.head == theirs.head
    typed = merged(NOTHING, content({**HEAD, "rain_mm": 3.0}), theirs, was_stored=True)
    assert not typed.clashes
    assert typed.content.head["weather_fields"] == ["night_min_c"]
    clash = merged(NOTHING, content({**HEAD, "rain_mm": 9.0}), theirs, was_stored=True)
    assert clash.content.head["weather_fields"] == ["night_min_c"]
    assert yielded(clash.content, theirs, clash.clashes).head == theirs.head


def test_buckets_closed_on_either_side_are_closed_and_a_dispute_is_asked() -> None:
    found = merged(content(closed="1"), content(closed="12"), content(closed="13"), was_stored=True)
    assert (found.content.board.closed, found.clashes) == (["1", "2", "3"], frozenset())
    dispute = merged(content(closed="1"), NOTHING, content(closed="1"), was_stored=False)
    assert (dispute.content.board.closed, dispute.clashes) == ([], frozenset({"closed:1"}))
    assert yielded(dispute.content, content(closed="1"), dispute.clashes).board.closed == ["1"]


def test_photos_of_both_sides_are_kept() -> None:
    photos = {name: {"sha256": name} for name in "abc"}
    base, mine, theirs = (
        content(b1=[group("x", photos=len(names))], photos={"x": [photos[one] for one in names]})
        for names in ("a", "ab", "ac")
    )
    found = merged(base, mine, theirs, was_stored=True)
    assert not found.clashes
    assert [one["sha256"] for one in found.content.photos["x"]] == ["a", "c", "b"]
    assert found.content.board.groups[0][1].photos == 3


def test_photos_that_are_still_to_come_are_told_apart_by_their_path() -> None:
    coming = {"x": [{"path": "/a.jpg"}, {"path": "/b.jpg"}]}
    theirs = content(b1=[group("x", 2)], photos={"x": [{"sha256": "c"}]})
    found = merged(content(b1=[group("x")]), content(b1=[group("x")], photos=coming), theirs, was_stored=True)
    assert not found.clashes
    assert len(found.content.photos["x"]) == 3
    assert lies(found.content) == {"x": ("1", 2)}


def test_the_hand_stays_where_it_was_while_the_buckets_changed() -> None:
    mine = replace(content(b1=[group("a")]), board=replace(content(b1=[group("a")]).board, at=1, species=FROG))
    theirs = Content(Board(tuple(Tile(n) for n in ("0", "1", "2", "3"))), HEAD, {})
    found = merged(NOTHING, mine, theirs, was_stored=True).content.board
    assert [tile.bucket for tile in found.tiles] == ["0", "1", "2", "3"]
    assert found.tile is not None
    assert (found.tile.bucket, found.species) == ("2", FROG)


counts = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9), max_size=4)


def of(counted: dict[str, int]) -> Content:
    """Return a morning whose groups have fixed kinds, so that only the uid tells them apart."""
    kinds = dict(zip("abcd", (TOAD, FROG, 139, 444432), strict=True))
    return content(b1=[group(uid, count, kinds[uid]) for uid, count in sorted(counted.items())])


@given(counts, counts, counts)
def test_a_merge_takes_each_catch_as_the_side_that_changed_it_has_it(
    base: dict[str, int], mine: dict[str, int], theirs: dict[str, int]
) -> None:
    found = merged(of(base), of(mine), of(theirs), was_stored=True)
    expected = {}
    clashes = set()
    for uid in "abcd":
        old, own, other = base.get(uid), mine.get(uid), theirs.get(uid)
        expected[uid] = own if own != old else other
        if len({old, own, other}) == 3:
            clashes.add(f"catch:{uid}")
    assert {uid: count for uid, (_bucket, count) in lies(found.content).items()} == {
        uid: count for uid, count in expected.items() if count is not None
    }
    assert found.clashes - {"state"} == clashes


@given(counts, counts)
def test_a_side_that_changed_nothing_takes_the_other_as_it_is(base: dict[str, int], other: dict[str, int]) -> None:
    assert merged(of(base), of(base), of(other), was_stored=True).content.is_like(of(other))
    mine = merged(of(base), of(other), of(base), was_stored=True)
    assert not mine.clashes
    assert lies(mine.content) == lies(of(other))

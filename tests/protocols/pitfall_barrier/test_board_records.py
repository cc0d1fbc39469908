"""A morning from its records onto the board and back."""

from __future__ import annotations

import json
from typing import Any

from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier.board import Board, press
from fieldapp.protocols.pitfall_barrier.board_records import (
    board_of,
    draft_of,
    from_draft,
    observations_of,
    visit_values,
)
from fieldapp.protocols.pitfall_barrier.schema import BUCKET, CODE, OBSERVATION, VISIT

SPECIES = {"c": 259, "k": 139}


def buckets(count: int = 4) -> list[Record]:
    sides = {"4": "inside"}
    return [
        make_record(CODE, BUCKET, {"bucket": str(n), "side": sides.get(str(n), "outside")}, "site")
        for n in range(1, count + 1)
    ]


def caught(bucket: str, count: int = 1, **values: Any) -> Record:
    data = {"bucket": bucket, "cd_nom": 259, "stage": "2", "sex": "3", "count": count, "direction": "in"}
    return make_record(CODE, OBSERVATION, {**data, "vitality": "alive", **values}, "visit")


def check(**values: Any) -> Record:
    return make_record(CODE, VISIT, {"check_on": "2026-03-18", "state": "checked", **values}, "site", "visit")


def typed(board: Board, keys: str) -> Board:
    for key in keys.split():
        board = press(board, key, SPECIES) or board
    return board


def test_a_stored_morning_is_on_the_board_and_comes_back_the_same() -> None:
    stored = [caught("1", 2), caught("3", individual="tc", comments="ventre"), caught("3", vitality="dead")]
    board = board_of(buckets(), check(closed_buckets=["2"]), stored, {stored[1].uid: 1})
    assert [len(tile.groups) for tile in board.tiles] == [1, 0, 2, 0]
    assert board.closed == ["2"]
    assert board.tiles[3].side == "inside"
    assert board.tiles[2].groups[0].photos == 1
    assert observations_of(board, "visit", {record.uid: record for record in stored}) == stored


def test_changes_keep_the_uid_and_what_goes_is_not_there() -> None:
    stored = [caught("1", 2), caught("3")]
    board = typed(board_of(buckets(), check(), stored), "+ 3 -")
    found = observations_of(board, "visit", {record.uid: record for record in stored})
    assert [(record.uid, record.data["count"]) for record in found] == [(stored[0].uid, 3)]


def test_buckets_closed_yesterday_are_proposed_only_on_a_new_morning() -> None:
    assert board_of(buckets(), closed=["2"]).closed == ["2"]
    assert board_of(buckets(), check(), closed=["2"]).closed == []


def test_animals_of_a_bucket_that_is_not_in_place_are_seen() -> None:
    board = board_of(buckets(2), check(), [caught("7", direction="out")])
    assert [(tile.bucket, tile.known, tile.side) for tile in board.tiles] == [
        ("1", True, "outside"),
        ("2", True, "outside"),
        ("7", False, "inside"),
    ]


def test_buckets_on_the_side_of_the_pond_come_last() -> None:
    sides = [("1", "inside"), ("2", "outside"), ("3", "inside"), ("4", "outside")]
    found = [make_record(CODE, BUCKET, {"bucket": number, "side": side}, "site") for number, side in sides]
    assert [tile.bucket for tile in board_of(found).tiles] == ["2", "4", "1", "3"]


def test_the_check_says_what_the_board_says() -> None:
    head = {"check_on": "2026-03-18", "observers": ["a"], "night_min_c": 6.2, "state": "checked", "reason": "frozen"}
    empty = board_of(buckets(), closed=["2"]).empty()
    assert visit_values(empty, head) == {
        "check_on": "2026-03-18",
        "observers": ["a"],
        "night_min_c": 6.2,
        "state": "empty",
        "closed_buckets": ["2"],
    }
    missed = board_of(buckets(), closed=["2"]).missed("frozen")
    assert visit_values(missed, head) == {
        "check_on": "2026-03-18",
        "night_min_c": 6.2,
        "state": "missed",
        "reason": "frozen",
    }


def test_a_missed_and_an_empty_morning_are_read_back() -> None:
    missed = board_of(buckets(), check(state="missed", reason="weather"))
    assert (missed.state, missed.reason) == ("missed", "weather")
    assert board_of(buckets(), check(state="empty")).state == "empty"


def test_the_draft_goes_through_json_and_back() -> None:
    stored = [caught("3", individual="tc", comments="ventre")]
    board = typed(board_of(buckets(), check(), stored), "c 2 m 3 k x d 2").shut()
    kept = json.loads(json.dumps(draft_of(board)))
    back = from_draft(board_of(buckets()), kept)
    assert back.content == board.content
    assert (back.at, back.species) == (board.at, board.species)


def test_the_draft_of_a_bucket_that_is_gone_is_seen() -> None:
    kept = draft_of(typed(board_of(buckets(4)), "4 c m"))
    back = from_draft(board_of(buckets(2)), kept)
    assert [(tile.bucket, tile.known, len(tile.groups)) for tile in back.tiles] == [
        ("1", True, 0),
        ("2", True, 0),
        ("4", False, 1),
    ]

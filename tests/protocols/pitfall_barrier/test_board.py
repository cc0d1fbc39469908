"""The board without a screen: every key, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.pitfall_barrier.board import Board, Hand, Tile, press, tiles
from fieldapp.protocols.pitfall_barrier.board_group import Group

SPECIES = {"c": 259, "p": 444432, "k": 139, "r": 351}
TOAD, PALMATE, CRESTED, FROG = SPECIES.values()


def fresh(count: int = 12, *, inside: Sequence[str] = ()) -> Board:
    numbers = [str(number) for number in range(1, count + 1)]
    return Board(tiles([(number, "inside" if number in inside else "outside") for number in numbers]))


def typed(board: Board, keys: str) -> Board:
    """Return the board after these keys, parted by blanks."""
    for key in keys.split():
        after = press(board, key, SPECIES)
        assert after is not None, key
        board = after
    return board


def lying(board: Board) -> list[tuple[str, int, str | None, int]]:
    return [(bucket, group.cd_nom, group.sex, group.count) for bucket, group in board.groups]


def test_the_morning_of_the_sketch_takes_fifteen_keys() -> None:
    keys = "c m m 3 p f 6 k m 7 r m 9 c x"
    board = typed(fresh(), keys)
    assert len(keys.split()) == 15
    assert lying(board) == [
        ("1", TOAD, "3", 2),
        ("3", PALMATE, "2", 1),
        ("6", CRESTED, "3", 1),
        ("7", FROG, "3", 1),
        ("9", TOAD, "5", 2),
    ]
    pair = board.groups[-1][1]
    assert pair.pair
    assert pair.shown == 1
    assert board.animals == 7
    assert board.dead_animals == 0
    assert board.state == "checked"


def test_the_species_stays_in_the_hand_from_bucket_to_bucket() -> None:
    assert lying(typed(fresh(), "c m 2 f right m")) == [("1", TOAD, "3", 1), ("2", TOAD, "2", 1), ("3", TOAD, "3", 1)]


def test_digits_after_a_species_are_the_number_and_else_lead_to_a_bucket() -> None:
    board = typed(fresh(), "c 4 m 3 f")
    assert lying(board) == [("1", TOAD, "3", 4), ("3", TOAD, "2", 1)]
    assert lying(typed(fresh(), "c 1 2 m")) == [("1", TOAD, "3", 12)]


def test_the_number_is_forgotten_on_the_way_to_another_bucket() -> None:
    assert lying(typed(fresh(), "c 4 right m")) == [("2", TOAD, "3", 1)]


def test_a_number_counts_pairs_for_x() -> None:
    board = typed(fresh(), "c 3 x")
    assert lying(board) == [("1", TOAD, "5", 6)]
    assert board.groups[0][1].shown == 3


@pytest.mark.parametrize(
    ("keys", "bucket"),
    [
        ("1 2", "12"),
        ("1 0", "10"),
        ("1 1", "11"),
        ("0", "10"),
        ("2 left 1", "1"),
        ("1 5", "1"),
        ("1 5 5", "5"),
        ("1 5 1 2", "12"),
        ("1 2 3", "3"),
        ("1 c m 2", "2"),
        ("end", "12"),
        ("left", "12"),
        ("end right", "1"),
        ("7 home", "1"),
    ],
)
def test_the_way_to_a_bucket(keys: str, bucket: str) -> None:
    tile = typed(fresh(), keys).tile
    assert tile is not None
    assert tile.bucket == bucket


def test_a_digit_that_leads_nowhere_says_so_and_stays() -> None:
    board = typed(fresh(6), "2 9")
    assert board.at == 1
    assert "seau 9" in board.note


@pytest.mark.parametrize(("keys", "stays", "number"), [("1 4", "1", "14"), ("3 3", "3", "33"), ("2 0", "2", "20")])
def test_a_second_digit_that_makes_no_bucket_stays_and_says_which_there_are(keys: str, stays: str, number: str) -> None:
    board = typed(fresh(), keys)
    assert board.tile is not None
    assert board.tile.bucket == stays
    assert board.note == f"Il n’y a pas de seau {number} (seaux 1 à 12)."
    assert lying(typed(board, "c m")) == [(stays, TOAD, "3", 1)]


def test_where_no_number_has_two_digits_each_digit_is_a_bucket() -> None:
    board = typed(fresh(9), "1 4")
    assert (board.at, board.note) == (3, "")


def test_a_barrier_of_letters_has_no_bucket_by_digits() -> None:
    board = typed(Board(tiles([("A", "outside"), ("B", "outside")])), "right 4")
    assert (board.at, board.note) == (1, "Il n’y a pas de seau 4.")


def test_beside_twelve_buckets_the_same_digit_still_goes_to_the_next_of_that_number() -> None:
    board = Board(tiles([(number, "outside") for number in ("1", "3", "3bis", "12")]))
    assert [typed(board, "3 " * times).at for times in (1, 2, 3)] == [1, 2, 1]


def test_the_same_digit_again_goes_to_the_next_bucket_of_that_number() -> None:
    board = Board(tiles([("2", "outside"), ("3", "outside"), ("3bis", "outside"), ("4", "outside")]))
    walked = [typed(board, "3 " * times).at for times in (1, 2, 3)]
    assert walked == [1, 2, 1]


def test_a_letter_without_a_species_asks_for_it() -> None:
    board = typed(fresh(), "m")
    assert not board.groups
    assert "espèce" in board.note


def test_juveniles_and_animals_of_unknown_sex_are_groups_of_their_own() -> None:
    board = typed(fresh(), "p i j j")
    assert [(group.stage, group.sex, group.count) for _bucket, group in board.groups] == [("2", "1", 1), ("3", "1", 2)]


def test_dead_is_said_of_the_animals_of_the_last_key() -> None:
    board = typed(fresh(), "c m m d")
    assert [(group.vitality, group.count) for _bucket, group in board.groups] == [("alive", 1), ("dead", 1)]
    assert board.dead_animals == 1
    assert lying(typed(board, "d")) == [("1", TOAD, "3", 2)]


def test_dead_after_a_number_is_said_of_all_of_it() -> None:
    assert [group.vitality for _bucket, group in typed(fresh(), "c 4 m d").groups] == ["dead"]


def test_dead_and_out_before_the_letter_are_said_of_those_to_come() -> None:
    group = typed(fresh(), "c d s 2 f").groups[0][1]
    assert (group.vitality, group.direction, group.count) == ("dead", "out", 2)
    after = typed(fresh(), "c d m f").groups
    assert [one.vitality for _bucket, one in after] == ["dead", "alive"]


def test_the_side_of_the_bucket_gives_the_way_and_s_turns_it() -> None:
    assert typed(fresh(inside=["1"]), "c m").groups[0][1].direction == "out"
    assert typed(fresh(inside=["1"]), "c m s").groups[0][1].direction == "in"
    assert typed(fresh(), "c m s").groups[0][1].direction == "out"


def test_plus_and_minus_change_the_last_group_by_animals_or_pairs() -> None:
    assert lying(typed(fresh(), "c m f + +")) == [("1", TOAD, "3", 1), ("1", TOAD, "2", 3)]
    assert lying(typed(fresh(), "c x + -")) == [("1", TOAD, "5", 2)]
    assert lying(typed(fresh(), "c m -")) == []
    assert lying(typed(fresh(), "c m f back")) == [("1", TOAD, "3", 1)]


def test_backspace_first_takes_back_a_digit() -> None:
    assert lying(typed(fresh(), "c 1 2 back m")) == [("1", TOAD, "3", 1)]


def test_minus_in_an_empty_bucket_says_what_to_do() -> None:
    assert "lettre" in typed(fresh(), "-").note


def test_all_empty_and_back() -> None:
    assert typed(fresh(), "v").state == "empty"
    assert typed(fresh(), "v v").state == ""


def test_an_animal_takes_all_empty_back() -> None:
    board = typed(fresh(), "v c m")
    assert (board.state, board.said) == ("checked", "")


def test_all_empty_waits_while_animals_are_noted() -> None:
    board = typed(fresh(), "c m v")
    assert board.state == "checked"
    assert "Tout vide" in board.note


def test_a_missed_morning_has_its_reason_and_no_animals() -> None:
    board = fresh().missed("frozen")
    assert (board.state, board.reason) == ("missed", "frozen")
    assert (board.missed("").state, board.missed("").reason) == ("", "")
    assert "Non relevé" in typed(fresh(), "c m").missed("frozen").note


def test_a_closed_bucket_takes_no_animal() -> None:
    board = typed(fresh(), "5").shut()
    assert board.closed == ["5"]
    refused = typed(board, "c m")
    assert not refused.groups
    assert "fermé" in refused.note
    assert typed(board.shut(), "c m").groups


def test_a_bucket_with_animals_can_not_be_closed() -> None:
    board = typed(fresh(), "c m").shut()
    assert not board.closed
    assert "Seau 1" in board.note


def test_more_than_a_bucket_holds_is_refused() -> None:
    board = typed(fresh(), "c 9 9 9 m")
    assert board.animals == 999
    assert "999" in typed(board, "m").note
    assert typed(board, "m").animals == 999
    assert "999" in typed(board, "+").note
    assert "999" in typed(fresh(), "c 9 9 9 9").note
    assert lying(typed(board, "m right m")) == [("1", TOAD, "3", 999), ("2", TOAD, "3", 1)]


def test_a_number_of_four_digits_stores_nothing_and_says_so() -> None:
    board = typed(fresh(), "c 1 0 0 0")
    assert board.note == "1000 : 999 au plus dans un seau. Retour arrière enlève un chiffre."
    assert lying(typed(board, "back m")) == [("1", TOAD, "3", 100)]
    refused = typed(board, "m")
    assert not refused.groups
    assert refused.note.startswith("Rien de noté : 999 au plus dans un seau.")
    assert lying(typed(refused, "2 5 m")) == [("1", TOAD, "3", 25)]


def test_pairs_are_counted_as_animals_against_the_most_of_a_bucket() -> None:
    board = typed(fresh(), "c 5 0 0 x")
    assert not board.groups
    assert "999" in board.note
    assert board.number == ""


def test_a_number_that_is_too_large_for_what_lies_there_does_not_wait_for_the_next_key() -> None:
    board = typed(fresh(), "c 6 0 0 m c 6 0 0 m")
    assert board.animals == 600
    assert "999" in board.note
    assert typed(board, "m").animals == 601


def test_nothing_joins_an_individual_or_a_group_with_photos() -> None:
    named = Group("u1", CRESTED, "2", "3", 1, individual="tc-014")
    board = Board((Tile("1", groups=(named,)), Tile("2")))
    after = typed(board, "k m").groups
    assert [(group.uid == "u1", group.count, group.individual) for _bucket, group in after] == [
        (True, 1, "tc-014"),
        (False, 1, None),
    ]
    assert [group.count for _bucket, group in typed(board, "+").groups] == [1, 1]
    photographed = replace(named, individual=None, photos=2)
    assert len(typed(Board((Tile("1", groups=(photographed,)),)), "k m").groups) == 2


def test_one_of_several_animals_is_named() -> None:
    board = typed(fresh(), "k 3 f")
    uid = board.groups[0][1].uid
    named = board.name(uid, "tc-001")
    assert [(group.uid == uid, group.count, group.individual) for _bucket, group in named.groups] == [
        (True, 1, "tc-001"),
        (False, 2, None),
    ]
    assert [group.individual for _bucket, group in named.name(uid, None).groups] == [None, None]


def test_one_of_a_pair_is_not_named() -> None:
    board = typed(fresh(), "k x")
    refused = board.name(board.groups[0][1].uid, "tc-001")
    assert refused.groups == board.groups
    assert "couple" in refused.note


def test_a_key_that_means_nothing_is_nobodys() -> None:
    assert press(fresh(), "?", SPECIES) is None
    assert press(fresh(), "u", SPECIES) is None


def test_a_barrier_without_buckets_takes_no_key_amiss() -> None:
    for key in ("c", "m", "1", "left", "end", "+", "d", "back"):
        board = press(typed(Board(()), "c"), key, SPECIES)
        assert board is not None
        assert not board.groups


def test_steps_are_taken_back_one_by_one_and_moves_are_none() -> None:
    hand = Hand(fresh())
    for key in ["c", "m", "3", "f", "f"]:
        after = press(hand.board, key, SPECIES)
        assert after is not None
        hand.take(after)
    assert hand.undo()
    assert lying(hand.board) == [("1", TOAD, "3", 1), ("3", TOAD, "2", 1)]
    assert hand.undo()
    assert hand.undo()
    assert not hand.can_undo
    assert not hand.undo()
    assert lying(hand.board) == []
    assert hand.board.species == TOAD


def test_what_is_stored_is_not_taken_back_step_by_step() -> None:
    hand = Hand(fresh())
    hand.take(typed(hand.board, "c m"))
    hand.forget()
    assert not hand.can_undo


KEYS = ["c", "p", "k", *"mfxijds+-0123456789v", "back", "left", "right", "home", "end"]


@given(st.lists(st.sampled_from(KEYS), max_size=60))
def test_whatever_is_typed_the_board_holds_only_what_can_be_stored(keys: list[str]) -> None:
    hand = Hand(fresh(inside=["11", "12"]))
    boards = [hand.board.content]
    for key in keys:
        after = press(hand.board, key, SPECIES)
        assert after is not None
        if hand.take(after):
            boards.append(hand.board.content)
    board = hand.board
    for tile in board.tiles:
        kinds = [(g.cd_nom, g.stage, g.sex, g.pair, g.direction, g.vitality) for g in tile.groups]
        assert len(kinds) == len(set(kinds))
        assert all(1 <= group.count <= 999 and (not group.pair or group.count % 2 == 0) for group in tile.groups)
    assert not (board.groups and board.said)
    uids = [group.uid for _bucket, group in board.groups]
    assert len(uids) == len(set(uids))
    for before in reversed(boards[:-1]):
        assert hand.undo()
        assert hand.board.content == before

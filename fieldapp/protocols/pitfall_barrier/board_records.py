"""The board of a morning from its records, back into records, and as plain values for the draft."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from fieldapp.core.record import Record, make_record, with_data
from fieldapp.protocols.pitfall_barrier.board import UNTOLD, Board, Tile
from fieldapp.protocols.pitfall_barrier.board_group import Group, group_of
from fieldapp.protocols.pitfall_barrier.schema import (
    CHECKED,
    CODE,
    INSIDE,
    MISSED,
    OBSERVATION,
    OUTSIDE,
    OUTWARD,
    is_looked_into,
)


def board_of(
    buckets: Sequence[Record],
    visit: Record | None = None,
    observations: Iterable[Record] = (),
    photos: Mapping[str, int] | None = None,
    closed: Collection[str] = (),
) -> Board:
    """Return the board of a morning.

    `buckets` are those in place that day, along the barrier; `photos` how many pictures an observation has, by uid;
    `closed` the buckets that are proposed as closed on a morning that is not stored yet. Animals of a bucket that is
    not in place come in a tile of their own at the end: nothing that is stored is hidden. Buckets on the outside come
    first, then those on the side of the pond: they stand in a line of their own.
    """
    shut = visit.data.get("closed_buckets", ()) if visit is not None else closed
    groups: dict[str, list[Group]] = {}
    for observation in observations:
        if observation.entity == OBSERVATION.code:
            group = group_of(observation, (photos or {}).get(observation.uid, 0))
            groups.setdefault(str(observation.data.get("bucket", "")), []).append(group)
    found = sorted((_tile(bucket, groups, shut) for bucket in buckets), key=lambda tile: tile.side == INSIDE)
    names = {tile.bucket for tile in found}
    found += [_stray(name, groups[name]) for name in groups if name not in names]
    said = visit.data.get("state", UNTOLD) if visit is not None else UNTOLD
    reason = visit.data.get("reason", "") if visit is not None and said == MISSED else ""
    return Board(tuple(found), said=UNTOLD if said == CHECKED else said, reason=reason)


def visit_values(board: Board, head: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the check: those of the head with what the board says; what no longer fits is left out."""
    values = {name: value for name, value in head.items() if name not in ("state", "reason", "closed_buckets")}
    values["state"] = board.state or None
    if board.state == MISSED:
        values["reason"] = board.reason or None
        values.pop("observers", None)
    elif is_looked_into(values):
        values["closed_buckets"] = board.closed
    return {name: value for name, value in values.items() if value is not None and value != "" and value != []}


def observations_of(board: Board, visit: str, stored: Mapping[str, Record]) -> list[Record]:
    """Return the observations of the board below this visit, each under the uid it had, in the order of the tiles."""
    found = []
    for bucket, group in board.groups:
        known = stored.get(group.uid)
        data = group.values(bucket)
        if known is None:
            found.append(make_record(CODE, OBSERVATION, data, visit, group.uid))
        else:
            found.append(with_data(known.restored(), OBSERVATION, data))
    return found


def draft_of(board: Board) -> dict[str, Any]:
    """Return the board as plain values; `from_draft` reads them."""
    return {
        "at": board.tile.bucket if board.tile else "",
        "species": board.species,
        "said": board.said,
        "reason": board.reason,
        "closed": board.closed,
        "groups": [{"bucket": bucket, **asdict(group)} for bucket, group in board.groups],
    }


def from_draft(board: Board, kept: Mapping[str, Any]) -> Board:
    """Return the board with what a draft says in the place of what it held.

    A bucket of the draft that is not there any more gets a tile at the end, so that its animals are seen.
    """
    groups: dict[str, list[Group]] = {}
    for item in kept["groups"]:
        values = dict(item)
        groups.setdefault(values.pop("bucket"), []).append(Group(**values))
    hand = Board(board.tiles, species=kept["species"], said=kept["said"], reason=kept["reason"])
    return on_tiles(board.tiles, groups, kept["closed"], hand, kept["at"])


def on_tiles(
    tiles: Iterable[Tile], groups: Mapping[str, Sequence[Group]], closed: Collection[str], hand: Board, at: str = ""
) -> Board:
    """Return a board of these buckets with groups by bucket, and what is said and held on the board `hand`.

    Animals of a bucket that is not among the tiles get one of their own at the end. The hand is at the bucket `at`,
    else where it was.
    """
    left = dict(groups)
    found = [replace(tile, groups=tuple(left.pop(tile.bucket, ())), closed=tile.bucket in closed) for tile in tiles]
    found += [_stray(name, some) for name, some in left.items()]
    where = at or (hand.tile.bucket if hand.tile else "")
    place = next((place for place, tile in enumerate(found) if tile.bucket == where), 0)
    return Board(tuple(found), place, hand.species, said=hand.said, reason=hand.reason)


def _tile(bucket: Record, groups: Mapping[str, Sequence[Group]], closed: Collection[str]) -> Tile:
    number = str(bucket.data.get("bucket", ""))
    found = tuple(groups.get(number, ()))
    return Tile(number, bucket.data.get("side", OUTSIDE), found, closed=number in closed)


def _stray(number: str, groups: Sequence[Group]) -> Tile:
    """Return a tile for a bucket that is not in place, on the side that its animals speak of."""
    side = INSIDE if all(group.direction == OUTWARD for group in groups) else OUTSIDE
    return Tile(number, side, tuple(groups), known=False)

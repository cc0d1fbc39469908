"""A morning that was changed in two places: what one side changed is laid over what the other side made of it.

The three-way merge of text files, for the parts of a morning: each part that one side alone changed is taken from it;
a part that both changed, and not in the same way, is a clash: a person says which of the two holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fieldapp.core.checking import CONFIRMED
from fieldapp.protocols.pitfall_barrier.board import UNTOLD, Board, Tile
from fieldapp.protocols.pitfall_barrier.board_group import Group
from fieldapp.protocols.pitfall_barrier.board_records import on_tiles
from fieldapp.protocols.pitfall_barrier.schema import CHECKED, WEATHER

STATE, CLOSED, HEAD, CATCH = "state", "closed", "head", "catch"
"""What a clash is about. It is kept as one text: "state", "closed:4", "head:rain_mm", "catch:<uid>"."""

_OF_BOARD = ("state", "reason", "closed_buckets")
_OF_FILE = ("weather_fields", "weather_file")

Photos = Mapping[str, Sequence[Mapping[str, Any]]]
_Catch = tuple[str, Group, tuple[Mapping[str, Any], ...]]


@dataclass(frozen=True, slots=True)
class Content:
    """What a morning says: its board, the values of its head, and the values of the photos by the uid of their group.

    In the head `state`, `reason` and `closed_buckets` do not count: the board says them.
    """

    board: Board
    head: Mapping[str, Any]
    photos: Photos

    def is_like(self, other: Content) -> bool:
        """Return whether both would be stored as the same, with the same buckets at the barrier."""
        return (
            self.board.content == other.board.content
            and _told(self.head) == _told(other.head)
            and _alive(self) == _alive(other)
        )


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of both sides; in a clash it holds the own side's part. Without `clashes` nobody needs to choose."""

    content: Content
    clashes: frozenset[str] = frozenset()


def merged(base: Content, mine: Content, theirs: Content, *, was_stored: bool) -> Merged:
    """Return what is stored now (`theirs`) with what `mine` changed since `base`.

    `was_stored`: the base was a stored morning; else it holds only what was proposed, and all that is stored now is
    somebody's word. Animals of one kind that both sides put into one bucket may be the same animals: equal ones are
    taken once, others are a clash. The cursor and the species in hand are those of `mine`.
    """
    head, clashes = _heads(base.head, mine.head, theirs.head, was_stored)
    catches, more = _catches(_all(base), _all(mine), _all(theirs))
    clashes |= more
    closed = set()
    for bucket in {*base.board.closed, *mine.board.closed, *theirs.board.closed}:
        old, own, other = (bucket in one.board.closed for one in (base, mine, theirs))
        kept, clash = _one(old, own, other, changed=other != old or (other and not was_stored))
        closed |= {bucket} if kept else set()
        clashes |= {f"{CLOSED}:{bucket}"} if clash else set()
    (state, reason), clash = _one(_said(base), _said(mine), _said(theirs))
    contradicts = state not in (CHECKED, UNTOLD) and bool(catches)
    if clash or contradicts:
        clashes.add(STATE)
        state, reason = _said(mine)
        if state not in (CHECKED, UNTOLD):
            catches = {}
    said = UNTOLD if state == CHECKED else state
    board = _board(mine.board, theirs.board, catches, closed)
    board = replace(board, said=said, reason=reason if said else "")
    photos = {uid: list(found) for uid, (_bucket, _group, found) in catches.items() if found}
    return Merged(Content(board, head, photos), frozenset(clashes))


def yielded(content: Content, theirs: Content, clashes: Collection[str]) -> Content:
    """Return the content with the other side's part in each of the clashes."""
    head = dict(content.head)
    for name in _of(clashes, HEAD):
        _copy(head, theirs.head, name)
    if STATE in clashes:
        board = _board(content.board, theirs.board, _all(theirs), theirs.board.closed)
        return Content(replace(board, said=theirs.board.said, reason=theirs.board.reason), head, theirs.photos)
    catches, others = _all(content), _all(theirs)
    for uid in _of(clashes, CATCH):
        catches.pop(uid, None)
        if uid in others:
            catches[uid] = others[uid]
    disputed = set(_of(clashes, CLOSED))
    closed = (set(content.board.closed) - disputed) | (set(theirs.board.closed) & disputed)
    board = _board(content.board, theirs.board, catches, closed)
    board = replace(board, said=content.board.said, reason=content.board.reason)
    photos = {uid: list(found) for uid, (_bucket, _group, found) in catches.items() if found}
    return Content(board, head, photos)


def parts(clashes: Collection[str]) -> list[tuple[str, str]]:
    """Return the clashes as (what, which), in order: ("catch", uid), ("head", name of the field), ("state", "")."""
    found = (one.partition(":") for one in clashes)
    return sorted((what, which) for what, _colon, which in found)


def _of(clashes: Collection[str], what: str) -> list[str]:
    return [which for kind, which in parts(clashes) if kind == what]


def _one(base: Any, mine: Any, theirs: Any, *, changed: bool | None = None) -> tuple[Any, bool]:
    """Return the value that holds, and whether both sides changed it differently: the own one holds then.

    `changed` says of the other side that it changed the value, where that is not told by the base.
    """
    if mine in (theirs, base):
        return theirs, False
    return mine, theirs != base if changed is None else changed


def _said(content: Content) -> tuple[str, str]:
    return content.board.state, content.board.reason if content.board.state == content.board.said else ""


# -------------------------------------------------------------------------------------------------------- the head


def _told(head: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in head.items() if name not in _OF_BOARD}


def _heads(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], was_stored: bool
) -> tuple[dict[str, Any], set[str]]:
    found = {name: value for name, value in theirs.items() if name in _OF_BOARD}
    clashes = set()
    from_file: list[str] = []
    for name in dict.fromkeys([*theirs, *mine]):
        if name in (*_OF_BOARD, *_OF_FILE):
            continue
        old, own, other = base.get(name), mine.get(name), theirs.get(name)
        if name == CONFIRMED:
            value: Any = sorted({*(other or ()), *(own or ())} - ({*(old or ())} - {*(own or ())}))
        else:
            value, clash = _one(old, own, other, changed=other != old or (other is not None and not was_stored))
            clashes |= {f"{HEAD}:{name}"} if clash else set()
        if value is not None and value != []:
            found[name] = value
        if name in WEATHER and _is_from_file(name, value, mine, theirs):
            from_file.append(name)
    if from_file:
        found |= {"weather_fields": from_file, "weather_file": theirs.get("weather_file") or mine.get("weather_file")}
    return found, clashes


def _is_from_file(name: str, value: Any, *sides: Mapping[str, Any]) -> bool:
    """Return whether a value of the weather is a file's: no side that has it typed it."""
    told = [name in side.get("weather_fields", ()) for side in sides if side.get(name) == value]
    return value is not None and bool(told) and all(told)


def _copy(head: dict[str, Any], other: Mapping[str, Any], name: str) -> None:
    head.pop(name, None)
    if name in other:
        head[name] = other[name]
    if name in WEATHER:
        left = [one for one in head.pop("weather_fields", ()) if one != name]
        left += [name] if name in other.get("weather_fields", ()) else []
        file = other.get("weather_file") or head.pop("weather_file", None)
        head.pop("weather_file", None)
        if left:
            head |= {"weather_fields": left, "weather_file": file}


# ----------------------------------------------------------------------------------------------------- the catches


def _all(content: Content) -> dict[str, _Catch]:
    """Return the groups by their uid, with their bucket and photos; the number of photos is not part of the group."""
    return {
        group.uid: (bucket, replace(group, photos=0, rest=dict(group.rest)), tuple(content.photos.get(group.uid, ())))
        for bucket, group in content.board.groups
    }


def _alive(content: Content) -> dict[str, Any]:
    return {uid: found for uid, (_bucket, _group, found) in _all(content).items()}


def _catches(
    base: Mapping[str, _Catch], mine: Mapping[str, _Catch], theirs: Mapping[str, _Catch]
) -> tuple[dict[str, _Catch], set[str]]:
    found: dict[str, _Catch] = {}
    clashes = set()
    for uid in dict.fromkeys([*theirs, *mine]):
        kept, clash = _catch(base.get(uid), mine.get(uid), theirs.get(uid))
        if kept is not None:
            found[uid] = kept
        if clash:
            clashes.add(uid)
    added = [uid for uid in theirs if uid not in base and uid not in mine]
    for uid in mine:
        if uid in base or uid in theirs:
            continue
        twin = next((one for one in added if _are_alike(mine[uid], theirs[one])), None)
        if twin is None:
            continue
        added.remove(twin)
        if _same(mine[uid], theirs[twin]):
            del found[uid]
        else:
            del found[twin]
            clashes |= {uid, twin}
    return found, {f"{CATCH}:{uid}" for uid in clashes}


def _catch(base: _Catch | None, mine: _Catch | None, theirs: _Catch | None) -> tuple[_Catch | None, bool]:
    kept, clash = _one(base, mine, theirs)
    if not clash or base is None or mine is None or theirs is None:
        return kept, clash
    (bucket, group), is_clash = _one(base[:2], mine[:2], theirs[:2])
    photos, differ = _photos(base[2], mine[2], theirs[2])
    return (bucket, group, photos), is_clash or differ


def _photos(*sides: Sequence[Mapping[str, Any]]) -> tuple[tuple[Mapping[str, Any], ...], bool]:
    base, mine, theirs = ({_file(one): one for one in side} for side in sides)
    told = [_one(base.get(sha), mine.get(sha), theirs.get(sha)) for sha in dict.fromkeys([*theirs, *mine])]
    return tuple(one for one, _clash in told if one is not None), any(clash for _one, clash in told)


def _file(photo: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return what tells the photos of a catch apart: the file, or the path of one that is still to be kept."""
    return photo.get("sha256"), None if "sha256" in photo else photo.get("path")


def _are_alike(one: _Catch, other: _Catch) -> bool:
    return one[0] == other[0] and one[1].is_like(other[1])


def _same(mine: _Catch, theirs: _Catch) -> bool:
    """Return whether both say the same of the animals, but for the uid."""
    return replace(mine[1], uid=theirs[1].uid) == theirs[1] and mine[2] == theirs[2]


# ------------------------------------------------------------------------------------------------------- the board


def _board(mine: Board, theirs: Board, catches: Mapping[str, _Catch], closed: Collection[str]) -> Board:
    """Return the buckets as they stand now with these catches; the hand is that of `mine`."""
    groups: dict[str, list[Group]] = {}
    for bucket, group, photos in catches.values():
        groups.setdefault(bucket, []).append(replace(group, photos=len(photos)))
    empty: tuple[Tile, ...] = tuple(replace(tile, groups=()) for tile in theirs.tiles if tile.known)
    return on_tiles(empty, groups, closed, mine)

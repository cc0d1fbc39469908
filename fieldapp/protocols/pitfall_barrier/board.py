"""The morning at the barrier without a screen: its buckets, the species in hand, and what every key does.

A `Board` never changes: each key gives the next one, so that taking back is keeping the ones before (`Hand`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from fieldapp.core.ids import new_uid
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier.board_group import KINDS, Group, turned
from fieldapp.protocols.pitfall_barrier.schema import (
    ALIVE,
    CHECKED,
    DEAD,
    EMPTY,
    MISSED,
    MOST_IN_A_BUCKET,
    OUTSIDE,
    OUTWARD,
    direction_of,
)

UNTOLD = ""
"""The state of a morning of which nothing is said yet."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A bucket with what lay in it. `closed`: it takes nothing this morning. `known`: it stands at the barrier."""

    bucket: str
    side: str = OUTSIDE
    groups: tuple[Group, ...] = ()
    closed: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Board:
    """All buckets of a morning, where the hand is, and what it holds.

    `species` is the cd_nom in hand; `number` what was typed after its letter; `fresh`: the letter was the last key.
    `last` is the uid of the group that was changed last in this bucket, with how many animals came by the last key.
    `said` is the state that the person gave the morning ("empty", "missed" with its `reason`), `note` the sentence
    that the last key asks for, `way` the digits that led to this bucket.
    """

    tiles: tuple[Tile, ...]
    at: int = 0
    species: int | None = None
    number: str = ""
    fresh: bool = False
    dead: bool = False
    out: bool = False
    last: tuple[str, int] | None = None
    said: str = UNTOLD
    reason: str = ""
    way: str = ""
    note: str = ""

    # ------------------------------------------------------------------------------------------- what it says

    @property
    def tile(self) -> Tile | None:
        """The bucket where the hand is, None where the barrier has none."""
        return self.tiles[self.at] if self.tiles else None

    @property
    def groups(self) -> list[tuple[str, Group]]:
        """All groups with the number of their bucket, along the barrier."""
        return [(tile.bucket, group) for tile in self.tiles for group in tile.groups]

    @property
    def state(self) -> str:
        """The state of the morning: checked with animals, empty or missed as was said, "" while nothing is."""
        return CHECKED if any(tile.groups for tile in self.tiles) else self.said

    @property
    def animals(self) -> int:
        """How many animals there are, pairs counted as two."""
        return sum(group.count for _bucket, group in self.groups)

    @property
    def dead_animals(self) -> int:
        """How many of them are dead."""
        return sum(group.count for _bucket, group in self.groups if group.is_dead)

    @property
    def closed(self) -> list[str]:
        """The numbers of the buckets that are closed."""
        return [tile.bucket for tile in self.tiles if tile.closed]

    @property
    def current(self) -> Group | None:
        """The group of this bucket that +, − and the letters about it mean: the last changed, else the last."""
        tile = self.tile
        if tile is None or not tile.groups:
            return None
        uid = self.last[0] if self.last else ""
        return next((group for group in tile.groups if group.uid == uid), tile.groups[-1])

    @property
    def content(self) -> tuple[object, ...]:
        """What would be stored; where the hand is and what it holds does not count."""
        return (*((tile.bucket, tile.groups, tile.closed) for tile in self.tiles), self.said, self.reason)

    # ------------------------------------------------------------------------------------------------- moving

    def go(self, at: int, way: str = "") -> Board:
        """Go to the bucket at this place; from the last on to the first and back."""
        if not self.tiles:
            return self
        return replace(self._rested(), at=at % len(self.tiles), way=way, last=None)

    def digit(self, digit: str) -> Board:
        """Take a digit: the number of animals right after a species, else the way to a bucket.

        "1" then "2" leads to bucket 12; "0" alone to bucket 10; a digit again to the next bucket that is named so ("3",
        then "3bis"). A second digit that makes no bucket leads nowhere: the number was mistyped, and what is caught
        next would lie in a bucket that nobody meant. Once a number has as many digits as any here, the next digit
        begins another.
        """
        if (self.fresh or self.number) and (self.number or digit != "0"):
            return self._numbered(self.number + digit)
        begun = self.way if len(self.way) < max((len(_leading(tile.bucket)) for tile in self.tiles), default=0) else ""
        way = begun + digit if begun or digit != "0" else "10"
        found = self._called(way)
        if not found and digit == begun and len(self._called(begun)) > 1:
            way, found = begun, self._called(begun)
        if not found:
            return replace(self, way="", note=self._no_bucket(way))
        again = self.at in found and self.way == way
        return self.go(found[(found.index(self.at) + 1) % len(found)] if again else found[0], way)

    # ---------------------------------------------------------------------------------------------- animals

    def choose(self, cd_nom: int) -> Board:
        """Take a species into the hand; it stays there from bucket to bucket."""
        return replace(self._rested(), species=cd_nom, fresh=True)

    def add(self, letter: str) -> Board:
        """Put animals of the species in hand into the bucket: as many as the number says, else one (a pair for x)."""
        tile, kind = self.tile, KINDS[letter]
        if tile is None:
            return self
        if self.species is None:
            return self._noted(_("D’abord l’espèce : sa lettre, puis M ou F."))
        if tile.closed:
            return self._noted(_("Seau {bucket} fermé : F8 l’ouvre.").format(bucket=tile.bucket))
        count = int(self.number or 1) * kind.step
        if count > MOST_IN_A_BUCKET:
            words = _("Rien de noté : {n} au plus dans un seau. Tapez le nombre de nouveau, puis la lettre.")
            return replace(self, number="", fresh=True, note=words.format(n=MOST_IN_A_BUCKET))
        direction = OUTWARD if self.out else direction_of(tile.side)
        vitality = DEAD if self.dead else ALIVE
        group = Group(new_uid(), self.species, kind.stage, kind.sex, count, kind.pair, direction, vitality)
        return self._joined(group)

    def change(self, steps: int) -> Board:
        """Put one more animal (pair) of the group changed last into the bucket, or take one away."""
        group = self.current
        if group is None:
            return self._noted(_("Rien dans ce seau : la lettre d’une espèce, puis M ou F."))
        if steps > 0 and not group.is_plain:
            return self._joined(group.apart(group.step * steps))
        count = group.count + group.step * steps
        if count > MOST_IN_A_BUCKET:
            return self._noted(_("{n} au plus dans un seau.").format(n=MOST_IN_A_BUCKET))
        if count <= 0:
            return replace(self._rested()._with(group.uid, None), last=None)
        return replace(self._rested()._with(group.uid, replace(group, count=count)), last=(group.uid, group.step))

    def back(self) -> Board:
        """Take back a digit of the number, else an animal of the group changed last."""
        if self.number:
            return self._numbered(self.number[:-1]) if self.number[:-1] else replace(self, number="", note="")
        return self.change(-1)

    def mark(self, letter: str) -> Board:
        """Say of the animals that came by the last key that they are dead (d) or on their way out (s), or no longer so.

        Right after the letter of a species it is said of those to come.
        """
        if self.fresh:
            return replace(self, dead=self.dead != (letter == "d"), out=self.out != (letter == "s"), note="")
        group = self.current
        if group is None:
            return self._noted(_("D’abord un animal, puis D s’il est mort ou S s’il sort."))
        changes: dict[str, Any] = {"direction": turned(group)}
        if letter == "d":
            changes = {"vitality": ALIVE if group.is_dead else DEAD}
        amount = self.last[1] if self.last else group.count
        if amount >= group.count:
            return self._changed(group, replace(group, **changes), group.count)
        rest = self._rested()._with(group.uid, replace(group, count=group.count - amount))
        return rest._joined(group.apart(amount, **changes))

    def name(self, uid: str, individual: str | None, sex: str | None = None) -> Board:
        """Say which individual a group is; of several animals one is taken apart for it."""
        group = next((group for _bucket, group in self.groups if group.uid == uid), None)
        if group is None:
            return self
        if group.pair and individual:
            return self._noted(_("Un couple : notez le mâle et la femelle séparément pour en nommer un."))
        named = replace(group, count=1, individual=individual, sex=group.sex if sex is None else sex)
        if group.count == 1:
            return replace(self._rested()._with(uid, named), last=(uid, 1))
        board = self._rested()._with(uid, named, group.apart(group.count - 1))
        return replace(board, last=(uid, 1))

    # --------------------------------------------------------------------------------------------- the morning

    def empty(self) -> Board:
        """Say that somebody looked and nothing was there, or take that back."""
        if why := self._holds(_("Tout vide")):
            return self._noted(why)
        return replace(self._rested(), said=UNTOLD if self.said == EMPTY else EMPTY, reason="")

    def missed(self, reason: str) -> Board:
        """Say that nobody looked, and why; an empty reason takes that back."""
        if why := self._holds(_("Non relevé")):
            return self._noted(why)
        return replace(self._rested(), said=MISSED if reason else UNTOLD, reason=reason)

    def shut(self) -> Board:
        """Close the bucket for this morning, or open it again."""
        tile = self.tile
        if tile is None:
            return self
        if tile.groups:
            words = _("Seau {bucket} : des animaux y sont notés, il était ouvert.")
            return self._noted(words.format(bucket=tile.bucket))
        return self._put(replace(tile, closed=not tile.closed))

    def rest(self) -> Board:
        """Forget the number and what was said of the animals to come."""
        return self._rested()

    # -------------------------------------------------------------------------------------------------- inside

    def _holds(self, what: str) -> str:
        count = sum(len(tile.groups) for tile in self.tiles)
        if not count:
            return ""
        return ngettext(
            "« {what} » attend : un groupe est noté. Enlevez-le d’abord (−).",
            "« {what} » attend : {n} groupes sont notés. Enlevez-les d’abord (−).",
            count,
        ).format(what=what, n=count)

    def _numbered(self, number: str) -> Board:
        """Return the board with a number of animals to come; one that is too large is kept to be mended, and said."""
        note = ""
        if int(number) > MOST_IN_A_BUCKET:
            number = number[: len(str(MOST_IN_A_BUCKET)) + 1]
            words = _("{number} : {n} au plus dans un seau. Retour arrière enlève un chiffre.")
            note = words.format(number=number, n=MOST_IN_A_BUCKET)
        return replace(self, number=number, fresh=True, note=note, way="")

    def _called(self, number: str) -> list[int]:
        """Return the places of the buckets whose number begins with these digits and no other: 3 and 3bis for "3"."""
        return [place for place, tile in enumerate(self.tiles) if _leading(tile.bucket) == number]

    def _no_bucket(self, number: str) -> str:
        """Return that there is no bucket of this number, and between which numbers those of the barrier lie."""
        words = _("Il n’y a pas de seau {number}").format(number=number)
        known = sorted(int(digits) for tile in self.tiles if (digits := _leading(tile.bucket)))
        if known:
            words += " " + _("(seaux {first} à {last})").format(first=known[0], last=known[-1])
        return words + "."

    def _noted(self, note: str) -> Board:
        return replace(self, note=note)

    def _rested(self) -> Board:
        return replace(self, number="", fresh=False, dead=False, out=False, way="", note="")

    def _put(self, tile: Tile) -> Board:
        return replace(self._rested(), tiles=(*self.tiles[: self.at], tile, *self.tiles[self.at + 1 :]))

    def _joined(self, group: Group) -> Board:
        """Return the board with the group in this bucket, one with the animals of its kind that are there."""
        tile = self.tile
        assert tile is not None
        other = next((one for one in tile.groups if one.is_plain and one.is_like(group)), None)
        total = group.count + (other.count if other else 0)
        if total > MOST_IN_A_BUCKET:
            words = _("{n} au plus dans un seau : rien n’est ajouté.").format(n=MOST_IN_A_BUCKET)
            return replace(self, number="", fresh=False, note=words)
        if other is None:
            board = self._put(replace(tile, groups=(*tile.groups, group)))
            return replace(board, last=(group.uid, group.count), said=UNTOLD, reason="")
        board = self._rested()._with(other.uid, replace(other, count=total))
        return replace(board, last=(other.uid, group.count))

    def _changed(self, group: Group, changed: Group, amount: int) -> Board:
        """Return the board with a whole group changed; it joins one of its new kind where nothing speaks against it."""
        if changed.is_plain:
            without = self._rested()._with(group.uid, None)
            tile = without.tile
            if tile is not None and any(one.is_plain and one.is_like(changed) for one in tile.groups):
                return without._joined(changed)
        return replace(self._rested()._with(group.uid, changed), last=(group.uid, amount))

    def _with(self, uid: str, *groups: Group | None) -> Board:
        """Return the board with these groups in the place of one; None: without it."""
        kept = [group for group in groups if group is not None]

        def fresh(tile: Tile) -> Tile:
            found = [new for group in tile.groups for new in (kept if group.uid == uid else [group])]
            return replace(tile, groups=tuple(found))

        tiles = (fresh(tile) if any(one.uid == uid for one in tile.groups) else tile for tile in self.tiles)
        return replace(self, tiles=tuple(tiles))


_KEYS: Mapping[str, Callable[[Board], Board]] = MappingProxyType(
    {
        "+": lambda board: board.change(1),
        "-": lambda board: board.change(-1),
        "back": Board.back,
        "v": Board.empty,
        "left": lambda board: board.go(board.at - 1),
        "right": lambda board: board.go(board.at + 1),
        "home": lambda board: board.go(0),
        "end": lambda board: board.go(len(board.tiles) - 1),
    }
)


def press(board: Board, key: str, species: Mapping[str, int]) -> Board | None:
    """Return the board after a key: a digit, a letter of the board or of a species, a sign, the name of an arrow.

    `species` are the letters of the taxa. None: the key means nothing here.
    """
    if len(key) == 1 and key in "0123456789":
        return board.digit(key)
    if key in _KEYS:
        return _KEYS[key](board)
    if key in KINDS:
        return board.add(key)
    if key in ("d", "s"):
        return board.mark(key)
    return board.choose(species[key]) if key in species else None


class Hand:
    """The board as it is worked on: each step that changed what would be stored can be taken back."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._before: list[Board] = []

    def take(self, board: Board) -> bool:
        """Go on with this board; return whether what would be stored is another."""
        changed = board.content != self.board.content
        if changed:
            self._before.append(self.board)
        self.board = board
        return changed

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._before)

    def undo(self) -> bool:
        """Take the last step back; the species stays in the hand. Return whether there was one."""
        if not self._before:
            return False
        self.board = replace(self._before.pop().rest(), species=self.board.species)
        return True

    def forget(self) -> None:
        """Let the steps go: what they made is stored."""
        self._before.clear()


def tiles(buckets: Sequence[tuple[str, str]], closed: Collection[str] = ()) -> tuple[Tile, ...]:
    """Return the empty tiles of these buckets (number, side), in their order."""
    return tuple(Tile(number, side, closed=number in closed) for number, side in buckets)


def _leading(bucket: str) -> str:
    """Return the digits that a bucket's number begins with: "3" of "3bis"."""
    digits = bucket[: len(bucket) - len(bucket.lstrip("0123456789"))]
    return digits.lstrip("0") or digits

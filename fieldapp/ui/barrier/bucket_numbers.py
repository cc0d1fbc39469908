"""Many buckets at once from one line: "12 seaux extérieurs", "12", "1-6, 8", "3bis intérieur"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.campaign import natural_key
from fieldapp.protocols.pitfall_barrier.schema import INSIDE, OUTSIDE
from fieldapp.ui.banding.nets import read_nets, show_nets

MOST = 200
"""Buckets that one line may make; more is a slip of the hand (a choice of the program)."""

_SIDE = re.compile(r"\b(?P<side>ext[^\W\d_]*|int[^\W\d_]*|dehors|dedans|outside|inside)\b\.?", re.IGNORECASE)
_COUNT = re.compile(r"(?P<count>[0-9]{1,4})(?: (?:seaux|seau|buckets?))?", re.IGNORECASE)
_WORD = re.compile(r"\b(?:seaux|seau|buckets?|côté|cote)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The numbers of buckets to be made, in order, and their side ("" where the line does not say)."""

    numbers: Sequence[str]
    side: str = ""


def read_buckets(text: str, there: Collection[str] = ()) -> Wanted:
    """Return the buckets that a line asks for; a lone number is how many, the free numbers from 1 on.

    Numbers with a dash or a comma ("1-6, 8") or with letters ("3bis") are the numbers themselves; those that are
    `there` already are left out. Raises ValueError with a sentence when the line can't be read.
    """
    side, rest = _side_of(" ".join(text.split()))
    if found := _COUNT.fullmatch(rest):
        count = int(found["count"])
        if not 1 <= count <= MOST:
            raise ValueError(_("« {text} » : entre 1 et {most} seaux.").format(text=text.strip()[:40], most=MOST))
        return Wanted(_free(count, there), side)
    rest = " ".join(_WORD.sub(" ", rest).split())
    if not rest:
        raise ValueError(_("Dites combien de seaux, comme 12, ou leurs numéros, comme 1-6."))
    fresh = [number for number in read_nets(rest) if number not in there]
    return Wanted(sorted(fresh, key=natural_key), side)


def _side_of(typed: str) -> tuple[str, str]:
    found = _SIDE.search(typed)
    if found is None:
        return "", typed
    side = INSIDE if found["side"].lower().startswith(("int", "ded", "ins")) else OUTSIDE
    return side, " ".join(f"{typed[: found.start()]} {typed[found.end() :]}".split())


def _free(count: int, there: Collection[str]) -> list[str]:
    """Return so many numbers, the smallest above those there: 1 to 12 in a barrier without buckets."""
    taken = [int(number) for number in there if number.isascii() and number.isdigit()]
    first = max(taken, default=0) + 1
    return [str(number) for number in range(first, first + count)]


def show_buckets(numbers: Sequence[str]) -> str:
    """Return the numbers with three or more in a row as a range: "1-12, 3bis"."""
    return show_nets(numbers)

"""The nets of a set: typed as numbers and ranges, shown as short as possible, and their metres."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fieldapp.core.lazy import LazyPattern
from fieldapp.core.record import Record
from fieldapp.core.text import _

_RANGE = LazyPattern(r"(?<!\w)([0-9]{1,4}) ?(?:-|–|\.\.|à) ?([0-9]{1,4})(?!\w)")

LONGEST_RANGE = 200
"""Nets that one range may hold: above it the two ends are a slip of the hand (a choice of the program)."""

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class NetSet:
    """The nets of a set by their number, in the order of the numbers, with their lengths in metres."""

    lengths: Mapping[str, float | None]

    @property
    def numbers(self) -> list[str]:
        """The numbers of all nets."""
        return list(self.lengths)

    def metres(self, open_nets: Iterable[str]) -> float | None:
        """Return the length of these nets together; None when there is none, or the length of one is not known."""
        found = [self.lengths.get(number) for number in open_nets]
        known = [length for length in found if length is not None]
        return sum(known) if found and len(known) == len(found) else None


def net_set(nets: Iterable[Record]) -> NetSet:
    """Return the set of these records of the entity net; one without a length has none here."""
    found = {str(net.data.get("net", "")): net.data.get("length_m") for net in nets}
    order = sorted((number for number in found if number), key=net_key)
    return NetSet({number: found[number] for number in order})


def net_key(number: str) -> tuple[int, int, str]:
    """Return what nets are sorted by: 2 before 10, numbers before names."""
    return (0, int(number), "") if number.isdigit() else (1, 0, number)


def read_nets(text: str) -> list[str]:
    """Return the nets that were typed as "1-12, 15 A": each once, in the order of their numbers.

    Raises ValueError with a sentence for a range that runs backwards or is far too long.
    """
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        first, last = int(match[1]), int(match[2])
        if last < first or last - first >= LONGEST_RANGE:
            raise ValueError(_("« {text} » : écrivez le plus petit numéro d’abord, comme 1-12.").format(text=match[0]))
        found.extend(str(number) for number in range(first, last + 1))
        return " "

    rest = _RANGE.sub(take, text)
    for part in re.split(r"[\s,;+]+", rest):
        if part and not any(char.isalnum() for char in part):
            words = _("« {text} » : écrivez les numéros des filets, comme 1-12 ou 1, 2, 5.")
            raise ValueError(words.format(text=text[:_SHOWN]))
        if part:
            found.append(str(int(part)) if part.isascii() and part.isdigit() else part)
    return sorted(dict.fromkeys(found), key=net_key)


def show_nets(nets: Sequence[str]) -> str:
    """Return the nets with three or more in a row as a range: "1-12, 15"."""
    shown: list[str] = []
    run: list[int] = []

    def close() -> None:
        if len(run) > 2:
            shown.append(f"{run[0]}-{run[-1]}")
        else:
            shown.extend(map(str, run))
        run.clear()

    for net in sorted(nets, key=net_key):
        if net.isascii() and net.isdigit():
            if run and int(net) != run[-1] + 1:
                close()
            run.append(int(net))
        else:
            close()
            shown.append(net)
    close()
    return ", ".join(shown)

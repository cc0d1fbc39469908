"""Ring numbers: text as engraved, compared by scheme, letters and digits; never a number, never padded inside.

Sources: EURING Exchange Code 2020 v202 (padding to ten characters, hyphen for what can't be read), CRBPO extracts
(padding to eleven), Python package euring 26.4 (the order of padding).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fieldapp.core.lazy import LazyPattern
from fieldapp.core.text import _

PARIS = "FRP"
"""The scheme of rings engraved MUSEUM PARIS or CRBPO (source: EURING schemes)."""

_SCHEME_WIDTH = 3

LONGEST = 10
"""Characters that an identification number may have (source: EURING 2020, field 3)."""

EURING_WIDTH, CRBPO_WIDTH = 10, 11

LONGEST_STRING = 10_000
"""Rings that one string may hold: above it, first and last number are of two strings (a choice of the program)."""

_ENGRAVED = LazyPattern(r"[A-Z0-9-]+")
_SCIENTIFIC = LazyPattern(r"[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]+")
_DECIMAL = LazyPattern(r"[0-9-][.,·]+[0-9-]")
_TAIL = LazyPattern(r"^(.*?)([0-9]+)$")


@dataclass(frozen=True, slots=True, order=True)
class Ring:
    """A ring: the scheme's three letters, and the number as engraved without blanks and dots, in capitals."""

    scheme: str
    number: str

    def __post_init__(self) -> None:
        """Refuse a scheme that is not three characters: keys of two rings could be the same."""
        if len(self.scheme) != _SCHEME_WIDTH:
            raise ValueError(
                _("« {scheme} » n’est pas le code d’un centre : trois lettres, comme {paris}.").format(
                    scheme=self.scheme, paris=PARIS
                )
            )

    @property
    def key(self) -> str:
        """What rings are compared by, and what the store indexes: "FRP8680001"."""
        return f"{self.scheme}{self.number}"

    @property
    def is_foreign(self) -> bool:
        """Whether another scheme than Paris made the ring."""
        return self.scheme != PARIS

    @property
    def is_partial(self) -> bool:
        """Whether some characters could not be read (written as hyphens)."""
        return "-" in self.number

    def padded(self, width: int = EURING_WIDTH) -> str:
        """Return the number with dots before its last run of digits: "SC126903" -> "SC..126903"."""
        found = re.search(r"[0-9-]+[^0-9-]*$", self.number)
        split = found.start() if found else len(self.number)
        return self.number[:split] + "." * (width - len(self.number)) + self.number[split:]

    def follower(self, step: int = 1) -> Ring | None:
        """Return the ring `step` places further on the same string; None where the digits end."""
        tail = _TAIL.match(self.number)
        if tail is None:
            return None
        digits = f"{int(tail[2]) + step:0{len(tail[2])}}"
        if len(digits) != len(tail[2]) or digits.startswith("-"):
            return None
        return Ring(self.scheme, tail[1] + digits)


def read_ring(text: str, scheme: str = PARIS) -> Ring:
    """Return the ring that was typed or stands in a file; blanks, dots and small letters don't matter.

    Raises ValueError with a sentence: scientific notation or a decimal point of a spreadsheet, too long, no digit at
    all. Dots fill up before the number and between its letters and digits, never between digits.
    """
    typed = re.sub(r"\s", "", text.upper())
    number = re.sub(r"[.·]", "", typed)
    is_scientific = _SCIENTIFIC.fullmatch(typed) and re.search("[.,+]|E-", typed)
    if is_scientific or _DECIMAL.search(typed):
        raise ValueError(
            _("« {text} » est un nombre abîmé par un tableur : reprenez le numéro gravé sur la bague.").format(
                text=text.strip()
            )
        )
    if not _ENGRAVED.fullmatch(number) or not any(char.isdigit() for char in number):
        raise ValueError(
            _("« {text} » n’est pas un numéro de bague : des lettres et des chiffres, comme SC126903.").format(
                text=text.strip()[:40]
            )
        )
    if len(number) > LONGEST:
        raise ValueError(
            _("« {text} » est trop long pour une bague : au plus {limit} caractères.").format(
                text=text.strip()[:40], limit=LONGEST
            )
        )
    return Ring(scheme, number)


def from_key(key: str) -> Ring:
    """Return the ring of a stored key; hyphens stand for what a damaged one lacks of the scheme, it is still shown."""
    return Ring(key[:_SCHEME_WIDTH].ljust(_SCHEME_WIDTH, "-"), key[_SCHEME_WIDTH:])


def show_ring(number: str) -> str:
    """Return the number in groups that the eye and the voice can follow: "868 0042", "SC 126903"."""
    found = _TAIL.match(number)
    if found is None:
        return number
    letters, digits = found[1], found[2]
    if letters:
        return f"{letters} {digits}" if len(digits) > 3 else number
    return f"{digits[:-4]} {digits[-4:]}" if len(digits) > 4 else digits


@lru_cache(maxsize=4096)
def _letters_of(number: str) -> str:
    """Return what stands before the last digits; a string is asked for it at each of its rings."""
    found = _TAIL.match(number)
    return found[1] if found else number


@dataclass(frozen=True, slots=True)
class Span:
    """The rings of one string, from the first to the last number, both included."""

    first: Ring
    last: Ring

    @property
    def size(self) -> int:
        """How many rings the string holds."""
        _prefix, _width, least, most = self._split()
        return most - least + 1

    def holds(self, ring: Ring) -> bool:
        """Return whether the ring belongs to this string."""
        return (
            ring.scheme == self.first.scheme
            and len(ring.number) == len(self.first.number)
            and self.first.number <= ring.number <= self.last.number
            and ring.number.startswith(self.letters)
            and ring.number.removeprefix(self.letters).isdecimal()
        )

    @property
    def letters(self) -> str:
        """The letters before the digits, "" when there are none."""
        return _letters_of(self.first.number)

    def rings(self) -> Iterator[Ring]:
        """Yield the rings in order."""
        letters, width, least, most = self._split()
        for number in range(least, most + 1):
            yield Ring(self.first.scheme, f"{letters}{number:0{width}}")

    def place(self, ring: Ring) -> int:
        """Return the place of a ring of the string, 0 for the first."""
        return int(ring.number[len(self.letters) :]) - self._split()[2]

    def _split(self) -> tuple[str, int, int, int]:
        first, last = _TAIL.match(self.first.number), _TAIL.match(self.last.number)
        assert first is not None  # read_span made sure
        assert last is not None
        return first[1], len(first[2]), int(first[2]), int(last[2])


def read_span(first: str, last: str, scheme: str = PARIS) -> Span:
    """Return the string from `first` to `last`, the last also as its final digits only ("8680001", "100").

    Raises ValueError with a sentence: other letters, another length, the last before the first, far too many.
    """
    begin = read_ring(first, scheme)
    tail = re.sub(r"[\s.·]", "", last.upper())
    if tail.isdigit() and len(tail) < len(begin.number):
        tail = begin.number[: len(begin.number) - len(tail)] + tail
    end = read_ring(tail, scheme)
    one, other = _TAIL.match(begin.number), _TAIL.match(end.number)
    if one is None or other is None or begin.is_partial or end.is_partial:
        raise ValueError(_("Le premier et le dernier numéro d’une série finissent par des chiffres."))
    if one[1] != other[1] or len(one[2]) != len(other[2]):
        raise ValueError(
            _(
                "{first} et {last} ne sont pas de la même série : les lettres et la longueur doivent être égales."
            ).format(first=begin.number, last=end.number)
        )
    if int(other[2]) < int(one[2]):
        raise ValueError(
            _("La série finit avant de commencer : {first}, puis {last}.").format(first=begin.number, last=end.number)
        )
    if int(other[2]) - int(one[2]) >= LONGEST_STRING:
        raise ValueError(
            _("De {first} à {last}, il y aurait plus de {limit} bagues : vérifiez les deux numéros.").format(
                first=begin.number, last=end.number, limit=LONGEST_STRING
            )
        )
    return Span(begin, end)

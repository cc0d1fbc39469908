"""The accidents of the CRBPO's tables that have an evident remedy: what is wrong, and what would be put instead.

Source of the accidents: STOC_reporting fun_stoc_preparation_data_latin1.r (2023-12-01) and the cleaning of the data of
the theme ACROLA. Nothing is mended here: each function only proposes. Whoever reads the file applies a proposal with
the person's consent, or refuses the row with the same sentence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from fieldapp.core import parse
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.positions import in_france
from fieldapp.core.text import _, fold

DAY_MIN = 24 * 60
LONGEST_SESSION_MIN, SHORTEST_SESSION_MIN = 8 * 60 + 30, 30
"""Durations beyond which an end time was typed instead (source: cleaning of ACROLA)."""

LAST_ROUND_MIN = 60
"""How long after the nets are closed birds may still be in the hand (a choice of the program)."""

SHORTEST_NET_M = 6
"""No net is shorter (a choice of the program; the usual nets are 6, 9, 12 and 18 m long)."""

MANY_TIMES = 4
"""Metres above so many times the largest usual ones are a slip (a choice of the program; 612 for 36 or 120)."""

UNKNOWN_NETS = frozenset({"999", "-999"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is wrong in a cell (`why`, without a full stop), and the text that would be right; "" for an empty cell.

    `is_moved` says that what stands there would go into the memo, so that nothing is lost.
    """

    column: str
    why: str
    becomes: str
    is_moved: bool = False

    def refused(self) -> str:
        """Return the sentence of a row that is refused until somebody corrects it or consents."""
        if self.is_moved:
            return _("{why} : corrigez, ou laissez mettre ce texte dans le mémo.").format(why=self.why)
        return _("{why}. À corriger, sans doute en : {becomes}.").format(why=self.why, becomes=self._shown())

    def mended(self) -> str:
        """Return the sentence of a row in which it was put right."""
        if self.is_moved:
            return _("{why} : mis dans le mémo.").format(why=self.why)
        return _("{why}. Corrigé : {becomes}.").format(why=self.why, becomes=self._shown())

    def _shown(self) -> str:
        return f"« {self.becomes} »" if self.becomes else _("une case vide")


# ------------------------------------------------------------------------------------------------- text

_MOJIBAKE = LazyPattern(
    "[ÂÃâÅ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)


def repaired_text(text: str) -> str | None:
    """Return text in UTF-8 that was once read as Latin-1 ("chÃ©neau") as it was meant; None when it is fine."""
    if not _MOJIBAKE.search(text):
        return None
    try:
        found = b"".join(_as_bytes(char) for char in text).decode("utf-8")
    except UnicodeError:
        return None
    return found if found != text else None


def _as_bytes(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")


_BETWEEN_PLACES = LazyPattern(r"\s*(?:[/+&;|]|,(?!\s*(?:LE|LA|LES|L['’]|AUX?)\b)|\s-\s|\s(?:ET|OU)\s)\s*")
_IN_ONE_WORD = LazyPattern(r"[/+&;|,]|\s-\s")


def several_communes(text: str, known: Collection[str]) -> list[str]:
    """Return the communes of a cell that names several, [] for one; "et" parts them only when each is `known`.

    `known` are the communes of the other cells, folded: "SAINT PIERRE ET MIQUELON" is one.
    """
    parts = [part for part in _split(text) if part]
    if len(parts) < 2:
        return []
    if _IN_ONE_WORD.search(text) or all(fold(part) in known for part in parts):
        return parts
    return []


def _split(text: str) -> list[str]:
    found, rest = [], text.upper()
    while (place := _BETWEEN_PLACES.search(rest)) is not None:
        found.append(rest[: place.start()].strip())
        rest = rest[place.end() :]
    return [*found, rest.strip()]


_NUMBER_AND_UNIT = LazyPattern(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*(?:g|gr|grammes?|mm|m|°)?\.?\s*")


def number_with_unit(text: str) -> float | None:
    """Return the number of "11,3 g"; None when the text is more than a number and a unit."""
    found = _NUMBER_AND_UNIT.fullmatch(text.lower())
    return parse.parse_number(found[1]) if found else None


# ------------------------------------------------------------------------------------------------ times


def minutes(time: str) -> int:
    """Return the minutes since midnight of "06:30"."""
    return int(time[:2]) * 60 + int(time[3:5])


def as_time(of_day: int) -> str:
    """Return "06:30" for minutes since midnight."""
    return f"{of_day // 60 % 24:02}:{of_day % 60:02}"


def is_within(hour: str, opened: str, duration: int | None) -> bool:
    """Return whether a capture at this hour fits a session of so many minutes (None: unknown, at most the longest)."""
    length = LONGEST_SESSION_MIN if duration is None else duration
    return (minutes(hour) - minutes(opened)) % DAY_MIN <= length + LAST_ROUND_MIN


def is_before(hour: str, opened: str, duration: int | None) -> bool:
    """Return whether the capture lies before the nets were open rather than after they were closed."""
    if is_within(hour, opened, duration):
        return False
    after = (minutes(hour) - minutes(opened)) % DAY_MIN - (duration or 0)
    return (minutes(opened) - minutes(hour)) % DAY_MIN < after


def better_hour(hour: str, opened: str, duration: int | None) -> str | None:
    """Return the hour in the session that was meant: 06:00 for 00:06, 06:30 for 18:30; None when there is none.

    An hour within the session stays: it is right.
    """
    if is_within(hour, opened, duration):
        return None
    found = minutes(hour)
    candidates = [(found + DAY_MIN // 2) % DAY_MIN]
    if found < 24:
        candidates.insert(0, found * 60)
    return next((as_time(one) for one in candidates if is_within(as_time(one), opened, duration)), None)


def better_opening(opened: str, hours: Collection[str]) -> str | None:
    """Return 06:00 for nets opened at 00:06 when the first bird came after that and long after 00:06."""
    found, first = minutes(opened), min(map(minutes, hours), default=-1)
    if 0 < found < 24 and found * 60 <= first and first - found > LONGEST_SESSION_MIN // 2:
        return as_time(found * 60)
    return None


def better_duration(duration: int, opened: str | None, hours: Collection[str]) -> int | None:
    """Return the minutes that were meant: an end time less the opening, or 6 hours for 00:06; None for a fair duration.

    It is an end time when it is too long for a session and no bird came after it.
    """
    if duration < SHORTEST_SESSION_MIN:
        return duration * 60 if 0 < duration <= LONGEST_SESSION_MIN // 60 else None
    if duration <= LONGEST_SESSION_MIN or opened is None:
        return None
    found = duration - minutes(opened)
    last = max(map(minutes, hours), default=0)
    if SHORTEST_SESSION_MIN <= found <= DAY_MIN // 2 and last <= duration + LAST_ROUND_MIN:
        return found
    return None


# ---------------------------------------------------------------------------------------------- numbers


def usual_metres(metres: float, told: Mapping[float, int]) -> list[float]:
    """Return the other lengths that are usual, the shortest first: sums of nets told by a tenth as many rows at least.

    `told` counts the rows that tell each length, for the same place and theme.
    """
    fair = {length: count for length, count in told.items() if length != metres and is_sum_of_nets(length)}
    most = max(fair.values(), default=0)
    return sorted(length for length, count in fair.items() if count * 10 >= most)


def better_metres(metres: float, told: Mapping[float, int]) -> float | None:
    """Return the usual metres nearest to a slip (3, 612 or 34 for 36); None when they are fair or nothing is usual.

    A slip is shorter than any net, no sum of nets (every usual length is a multiple of three), or far above all that is
    usual.
    """
    usual = usual_metres(metres, told)
    if not usual or told.get(metres, 0) > max(told[length] for length in usual):
        return None
    if is_sum_of_nets(metres) and metres <= MANY_TIMES * usual[-1]:
        return None
    return min(usual, key=lambda length: (abs(length - metres), length))


def is_sum_of_nets(metres: float) -> bool:
    """Return whether nets can be so long together."""
    return metres >= SHORTEST_NET_M and metres % 3 == 0


def better_decimal(value: float, low: float, high: float) -> float | None:
    """Return the value with its decimal mark one place further, when only that lies between the limits."""
    if low <= value <= high or value <= 0:
        return None
    candidates: Iterable[float] = (round(value / 10, 6), round(value * 10, 6))
    return next((one for one in candidates if low <= one <= high), None)


def better_position(latitude: float, longitude: float, usual: tuple[float, float] | None) -> tuple[float, float] | None:
    """Return the latitude and longitude in France that were meant: swapped back, or those usual at the place."""
    if in_france(latitude, longitude):
        return longitude, latitude
    return usual

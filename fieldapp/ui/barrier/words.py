"""A catch and a morning in words, for lists, titles and the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fieldapp.core import dates
from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier.schema import (
    ADULT,
    DEAD,
    EMPTY,
    FEMALE,
    MALE,
    MISSED,
    OBSERVATION,
    OUTWARD,
    VISIT,
    is_pair,
)

SIGNS = {FEMALE: "♀", MALE: "♂"}
"""What stands for a sex beside a number, as on the paper form."""


def kind_words(values: Values) -> str:
    """Return sex and stage of a catch in a few letters: "♂", "couple", "♀ juvénile"; "" where neither is known."""
    if is_pair(values):
        return ngettext("couple", "couples", _pairs(values))
    stage = values.get("stage")
    known = OBSERVATION.by_name["stage"].choice(stage) if stage and stage != ADULT else None
    young = _(known.short or known.label) if known else ""
    return " ".join(filter(None, (SIGNS.get(str(values.get("sex")), ""), young)))


def count_words(values: Values) -> str:
    """Return how many animals a catch is: "2 ♂", "1 couple", "3 juvénile"; the bare number where no more is known."""
    count = _pairs(values) if is_pair(values) else values.get("count")
    return " ".join(filter(None, (str(count or ""), kind_words(values))))


def _pairs(values: Values) -> int:
    return int(values.get("count") or 0) // 2


def catch_words(values: Values, species: str, individual: str = "") -> str:
    """Return a catch: "2 ♂ Crapaud commun, seau 3"; what is out of the usual is said: on the way out, dead, who."""
    told = [" ".join(filter(None, (count_words(values), species, individual)))]
    if bucket := values.get("bucket"):
        told.append(_("seau {number}").format(number=bucket))
    if values.get("direction") == OUTWARD:
        told.append(_("en sortie"))
    if values.get("vitality") == DEAD:
        told.append(_("mort"))
    return ", ".join(told)


def state_badge(visit: Values) -> str:
    """Return the badge of a morning without a catch, as tables draw it: its state and, when it was missed, why."""
    state = visit.get("state")
    if state == EMPTY:
        return f"nothing_seen|{_('vide')}"
    if state == MISSED:
        return f"inaccessible|{_('non relevé')}"
    return f"draft|{_('à finir')}"


def reason_words(visit: Values) -> str:
    """Return why a morning was missed, "" where nobody said."""
    found = VISIT.by_name["reason"].choice(visit.get("reason")) if visit.get("reason") else None
    return _(found.label) if found else ""


def days_words(days: Sequence[str], shown: int = 4) -> str:
    """Return ISO dates as "2 et 9 mars", "28 février, 2, 9 mars et 3 autres": the month once for its days."""
    told = days if len(days) <= shown else days[: shown - 1]
    parts = []
    for place, on in enumerate(told):
        day = date.fromisoformat(on)
        last_of_month = place + 1 == len(told) or told[place + 1][:7] != on[:7]
        number = dates.day_number(day.day)
        parts.append(f"{number} {dates.month_name(day.month)}" if last_of_month else number)
    more = len(days) - len(told)
    if more:
        parts.append(ngettext("{n} autre", "{n} autres", more).format(n=more))
    if len(parts) == 1:
        return parts[0]
    return _("{first} et {last}").format(first=", ".join(parts[:-1]), last=parts[-1])

"""A capture line that is being typed, and what comes of storing it. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fieldapp.core.record import Record
from fieldapp.core.schema import Problem
from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.banding.ring import from_key
from fieldapp.store.records import Saved
from fieldapp.ui.banding.words import show
from fieldapp.ui.forms.waiting import Finding

NEEDS_NO_WORD = ""
"""The fate of a ring that was passed over and of which nobody wants to say why: the stock shows it as skipped."""


@dataclass(slots=True)
class Line:
    """A line that is being typed: the values read so far, and by column the text that is not read yet.

    `is_offered` says that the ring is the program's offer: it follows the species until somebody types a number.
    `fates` holds by ring key what became of the rings that were passed over, as far as it was said. `base` is what was
    stored when the correction of a stored line began, None for a new line.
    """

    uid: str
    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    at: str = ""
    is_offered: bool = False
    fates: dict[str, str] = field(default_factory=dict)
    base: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of saving a line: the record and the store's answer, or what stands against it (`said`).

    `to_confirm`: nothing but warnings stands against it, saving once more confirms them.
    """

    record: Record | None = None
    saved: Saved | None = None
    said: tuple[Finding, ...] = ()
    to_confirm: bool = False


LATER = N_("à poser plus tard")

_FATES: dict[str, Callable[[int], str]] = {
    "lost": lambda count: ngettext("perdue", "perdues", count),
    "destroyed": lambda count: ngettext("détruite", "détruites", count),
    "later": lambda _count: _(LATER),
}


def fate_word(fate: str, count: int) -> str:
    """Return "perdue", "détruites", "à poser plus tard": what became of so many rings."""
    return _FATES[fate](count)


def fate_words(line: Line) -> str:
    """Return "868 0043, 868 0044 : perdues (noté avec la ligne)", "" where nothing was said of rings passed over."""
    said: dict[str, list[str]] = {}
    for key, fate in line.fates.items():
        if fate != NEEDS_NO_WORD:
            said.setdefault(fate, []).append(show(from_key(key)))
    return " · ".join(
        _("{rings} : {fate} (noté avec la ligne)").format(rings=", ".join(rings), fate=fate_word(fate, len(rings)))
        for fate, rings in said.items()
    )


def takes_over(problem: Problem) -> bool:
    """Return whether the problem says what was noted of the bird before, so that one key can take it over."""
    return problem.field in ("sex", "age") and bool(problem.params.get("value"))

"""How a protocol is entered, as data: its round from place to place, and its sheet.

The screens in `fieldapp.ui.forms` are general; everything that belongs to one protocol is said here by its `form.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from fieldapp.core.schema import Taxon, Values


class PlaceState(StrEnum):
    """What a round's list says of one place at one passage; the three kinds of "nothing" stay apart."""

    TODO = "todo"
    DRAFT = "draft"
    OCCUPIED = "occupied"
    NOTHING_SEEN = "nothing_seen"
    DRY = "dry"
    INACCESSIBLE = "inaccessible"


@dataclass(frozen=True, slots=True)
class QuickKey:
    """One key that fills in a whole sheet ("rien vu"): the visit's values before -> those after, and its observations.

    The sheet replaces its observation lines by `observations` only when it had none; otherwise it says why it won't.
    """

    code: str
    key: str
    label: str
    icon: str
    apply: Callable[[Values], tuple[Values, Sequence[Values]]]
    is_on: Callable[[Values, Sequence[Values]], bool]


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A field of the visit in the sheet's head; `key` is its function key (for a time: "now")."""

    name: str
    key: str = ""
    width: int = 1


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of the observation lines; one column may stand for several fields ("12-22" -> minimum, maximum, type).

    `read(text)` returns the values typed (None for a field to be cleared) and raises ValueError with a French sentence;
    `show(values)` returns the text of stored values.
    """

    code: str
    label: str
    read: Callable[[str], Mapping[str, object]]
    show: Callable[[Values], str]
    width: int = 1
    is_number: bool = False
    choices_of: str = ""


@dataclass(frozen=True, slots=True)
class SheetForm:
    """The sheet of one visit: head, quick keys, observation lines.

    `first` is the column where a new line starts (the taxon); Enter on the column `last_required` ends the line.
    `new_visit(site values, visits of the site this year, date)` returns what a new visit starts with.
    """

    visit: str
    observation: str
    header: tuple[HeaderField, ...]
    details: tuple[HeaderField, ...]
    quick: tuple[QuickKey, ...]
    columns: tuple[GridColumn, ...]
    taxon_field: str
    last_required: str
    new_observation: Values
    new_visit: Callable[[Values, Sequence[Values], date], Values]
    suggest: Callable[[str, Mapping[int, Taxon], Mapping[int, int]], Sequence[Taxon]]


@dataclass(frozen=True, slots=True)
class Due:
    """Whether a sites_group is to be followed this year, and what comes next.

    `passage` is the passage whose window holds the day (None outside all windows), `until` its last day.
    """

    is_due: bool
    passage: int | None
    until: date | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class RoundForm:
    """A round over the sites of a sites_group, passage by passage."""

    group: str
    site: str
    visit: str
    passages: tuple[int, ...]
    state: Callable[[Values, Sequence[Values]], PlaceState]
    passage_of: Callable[[Values], int]
    due: Callable[[Values, Sequence[int], date], Due]


@dataclass(frozen=True, slots=True)
class Form:
    """What the rail and the pages need of a protocol."""

    label: str
    icon: str
    round: RoundForm
    sheet: SheetForm
    words: Mapping[str, str] = field(default_factory=dict)

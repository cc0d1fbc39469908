"""How a protocol is entered, as data: its round from place to place, and its sheet.

The screens in `fieldapp.ui.forms` are general; everything that belongs to one protocol is said here by its `form.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from fieldapp.core.schema import Choice, Taxon, Values
from fieldapp.core.text import _, fold


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
    """One key that fills in a whole sheet ("rien vu") and, pressed again, empties it.

    `apply(visit values)` returns the visit's values after it and its observations; the sheet uses it only where no
    sighting is noted, otherwise it says why it won't. `remove(visit values)` returns the values without what `apply`
    put there. `is_on(visit values, observations)` tells whether it is on. `stamps` are time fields that it fills with
    the present time when they are empty and the visit is today's. `sentence` is what the sheet then shows.
    """

    code: str
    key: str
    label: str
    icon: str
    apply: Callable[[Values], tuple[Values, Sequence[Values]]]
    remove: Callable[[Values], Values]
    is_on: Callable[[Values, Sequence[Values]], bool]
    sentence: str = ""
    stamps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A field of the visit in the sheet's head; `key` is its function key (a time field then takes the present time).

    `choices` (value, words) offers the values of a number in words; `width` is its share of the room that is left.
    """

    name: str
    key: str = ""
    width: int = 0
    choices: tuple[tuple[int | str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of the observation lines; one column may stand for several fields ("12-22" -> minimum, maximum, type).

    `read(text)` returns the values typed (None for a field to be cleared) and raises ValueError with a French sentence;
    `show(values)` returns the text of stored values. A column with `letters` (letter -> words) is filled by one letter.
    `width` is in characters of text; the column of the remark takes what is left. `hint` says what may be typed into a
    column of numbers, "" for the usual.
    """

    code: str
    label: str
    read: Callable[[str], Mapping[str, object]]
    show: Callable[[Values], str]
    width: int = 10
    is_number: bool = False
    letters: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""


@dataclass(frozen=True, slots=True)
class LinkedQuestion:
    """A field of a linked record that the sheet asks for once, inline, when `when(visit values)` holds and it is empty.

    `link` is the visit's field that names the record (a dataset), `field` the record's field (its derogation). `code`
    is the problem that an answer solves, `short` its name in the list of what is missing.
    """

    link: str
    field: str
    when: Callable[[Values], bool]
    words: str
    short: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """What is known when a new visit starts: the values of its place, all earlier visits there, year and passage.

    `on` is the day, None when the visit belongs to another year and its date is still to be typed; `passage` is None
    when nobody asked for one.
    """

    site: Values
    visits: Sequence[Values]
    year: int
    on: date | None = None
    passage: int | None = None


@dataclass(frozen=True, slots=True)
class SheetForm:
    """The sheet of one visit: head, details, quick keys, observation lines.

    A line starts with its taxon (`taxon_field`); Enter on the column `last_required` ends it. `new_observation` is what
    a line starts with. `new_visit(Start)` returns what a new visit starts with. `is_sighting(observation)` tells a
    species seen from the row that says "nothing". `suggest(letters, taxa by cd_nom, cd_nom seen here with the last
    year)` returns the curated taxa that fit, the likeliest first; without letters those that were seen here.
    `visit_words(visit values)` names the visit ("passage 2") in titles and in undo. `passage_field` takes the passage
    that a round asks for. `second` is the second line of the head; `details` are shown where something is missing, else
    on demand. `lasting` are the fields that carry over from the last visit that the same person saved on this computer,
    on whatever evening; the others marked `keep` carry over within one day. `short` names in a few words what is
    missing, by the code of the problem.
    """

    visit: str
    observation: str
    header: tuple[HeaderField, ...]
    second: tuple[HeaderField, ...]
    details: tuple[HeaderField, ...]
    quick: tuple[QuickKey, ...]
    columns: tuple[GridColumn, ...]
    taxon_field: str
    last_required: str
    new_observation: Values
    new_visit: Callable[[Start], Values]
    is_sighting: Callable[[Values], bool]
    suggest: Callable[[str, Mapping[int, Taxon], Mapping[int, int]], Sequence[Taxon]]
    visit_words: Callable[[Values], str]
    passage_field: str = ""
    questions: tuple[LinkedQuestion, ...] = ()
    lasting: tuple[str, ...] = ()
    short: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """Whether a sites_group is to be followed this year, and what comes next.

    `passage` is the passage whose window holds the day (None outside all windows), `until` its last day. `next_passage`
    is the one whose window begins next, on `next_from` (None where the protocol has no windows).
    """

    is_due: bool
    passage: int | None
    until: date | None
    last_year: int | None
    next_passage: int | None = None
    next_from: date | None = None


@dataclass(frozen=True, slots=True)
class RoundForm:
    """A round over the sites of a sites_group, passage by passage.

    `local_groups` are the headings under which an aire chooses its optional fields: (label, names of fields).
    """

    group: str
    site: str
    visit: str
    passages: tuple[int, ...]
    state: Callable[[Values, Sequence[Values]], PlaceState]
    passage_of: Callable[[Values], int]
    due: Callable[[Values, Sequence[int], date], Due]
    local_groups: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What the rail and the pages need of a protocol.

    `words` are its own words for what every sheet has: "next" (button to the next place), "done" (end of the round).
    """

    label: str
    icon: str
    round: RoundForm
    sheet: SheetForm
    words: Mapping[str, str] = field(default_factory=dict)


def letter_column(
    code: str, label: str, choices: Sequence[Choice], letters: Mapping[str, str], *, width: int = 10
) -> GridColumn:
    """Return a column for one code of a list, filled by one letter; `letters` maps each letter to its code.

    The words of a code (or its beginning) are read as well; an empty cell clears the field.
    """
    words = {choice.code: choice.short or choice.label for choice in choices}

    def read(text: str) -> Mapping[str, object]:
        typed = fold(text)
        if not typed:
            return {code: None}
        if typed in letters:
            return {code: letters[typed]}
        for value, word in words.items():
            if fold(_(word)) == typed:
                return {code: value}
        offered = ", ".join(f"{letter} = {_(words[value])}" for letter, value in letters.items())
        raise ValueError(_("« {text} » n’est pas proposé : {offered}.").format(text=text, offered=offered))

    def show(values: Values) -> str:
        return _(words.get(values.get(code, ""), ""))

    return GridColumn(
        code, label, read, show, width, letters={letter: words[value] for letter, value in letters.items()}
    )


def text_column(code: str, label: str) -> GridColumn:
    """Return a column of free text; an empty cell clears the field."""
    return GridColumn(
        code, label, lambda text: {code: text.strip() or None}, lambda values: str(values.get(code, "")), 0
    )


def fit(text: str, taxon: Taxon) -> int | None:
    """Return how well the letters fit a name of the taxon, 0 best, None not at all.

    Each word typed must begin a word of the French name (0 when it begins the name, else 1), of the Latin name (2) or
    of an alias (3), or the digits must begin the cd_nom (0). Hyphens don't count, on either side.
    """
    typed = fold(text)
    if typed.isdigit():
        return 0 if str(taxon.cd_nom).startswith(typed) else None
    wanted = typed.split()
    if fold(taxon.nom_vern).replace("-", "").startswith(typed.replace("-", "")):
        return 0
    for rank, name in ((1, taxon.nom_vern), (2, taxon.lb_nom), *((3, alias) for alias in taxon.aliases)):
        folded = fold(name).replace("(", " ")
        words = [*folded.replace("-", " ").split(), *folded.replace("-", "").split()]
        if all(_begins(letters, words) for letters in wanted):
            return rank
    return None


def _begins(typed: str, words: Sequence[str]) -> bool:
    """Return whether a typed word begins one of the words, or each of its parts between hyphens does."""
    whole = typed.replace("-", "")
    if any(word.startswith(whole) for word in words):
        return True
    return all(any(word.startswith(part) for word in words) for part in typed.split("-"))

"""How a list of the day is typed: its head, and a line of letters and a number for everything that was seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fieldapp.core import parse
from fieldapp.core.day_list import DayListForm
from fieldapp.core.forms import GridColumn, HeaderField, SheetForm, Start, fit, letter_column, text_column
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.schema import Taxon, Values
from fieldapp.core.text import N_, _, fold, ngettext
from fieldapp.protocols.occasional import lists
from fieldapp.protocols.occasional.lists import letters
from fieldapp.protocols.occasional.schema import (
    ABSENT,
    BEHAVIOUR,
    BIO_STATUS,
    CONDITION,
    COUNTED,
    COUNTING,
    DEAD,
    ESTIMATED,
    INDIVIDUAL,
    OBJECT,
    OBSERVATION,
    PRESENT,
    SEX,
    STAGE,
    STATUS,
    TECHNIQUE,
    present,
)

UNCOUNTED = "x"
"""What is typed for something present that nobody counted; so is nothing at all."""

SEEN = "×"
"""What is shown for something present that nobody counted."""

NOTHING = "0"
"""What is typed for something that was looked for and not seen."""

_OBJECTS: Mapping[str, str] = {
    "i": "IND", "ind": "IND", "individu": "IND", "individus": "IND",
    "cpl": "CPL", "couple": "CPL", "couples": "CPL",
    "col": "COL", "colonie": "COL", "colonies": "COL",
    "nid": "NID", "nids": "NID",
    "pon": "PON", "ponte": "PON", "pontes": "PON",
    "ham": "HAM", "hampe": "HAM", "hampes": "HAM",
    "tige": "TIGE", "tiges": "TIGE",
    "touf": "TOUF", "touffe": "TOUF", "touffes": "TOUF",
    "m2": "SURF", "m²": "SURF", "surf": "SURF",
}  # fmt: skip
"""What may be typed behind a number -> the code of OBJ_DENBR."""

_UNITS: Mapping[str, Callable[[int], str]] = {
    "CPL": lambda count: ngettext("couple", "couples", count),
    "COL": lambda count: ngettext("colonie", "colonies", count),
    "NID": lambda count: ngettext("nid", "nids", count),
    "PON": lambda count: ngettext("ponte", "pontes", count),
    "HAM": lambda count: ngettext("hampe", "hampes", count),
    "TIGE": lambda count: ngettext("tige", "tiges", count),
    "TOUF": lambda count: ngettext("touffe", "touffes", count),
    "SURF": lambda _count: "m²",
}
"""What stands behind a number of other objects than animals or plants one by one."""

_WITH_OBJECT = LazyPattern(r"(?P<count>.*?[0-9]) *(?P<object>[a-z][a-z]*2?|m²)", re.IGNORECASE | re.DOTALL)
_COUNT_FIELDS = ("count_min", "count_max", COUNTING, OBJECT, STATUS)


def read_count(text: str) -> Mapping[str, object]:
    """Return what a number means: `12`, `12-22`, `~12`, `x` or nothing (present, not counted), `0` (not observed).

    Behind it may stand what was counted: `3 tiges`, `2 nids`, `5 m2`. ValueError with a sentence.
    """
    empty: dict[str, object] = dict.fromkeys(_COUNT_FIELDS)
    typed = fold(text)
    if typed in {"", UNCOUNTED, SEEN, "+"}:
        return {**empty, STATUS: PRESENT}
    if typed == NOTHING:
        return {**empty, STATUS: ABSENT, "count_min": 0, "count_max": 0}
    found = _WITH_OBJECT.fullmatch(text.strip())
    counted = INDIVIDUAL
    if found is not None:
        counted = _object_of(fold(found["object"]))
        if not counted:
            offered = _("nids, couples, pontes, colonies, tiges, touffes, hampes, m2")
            raise ValueError(
                _("« {text} » : après le nombre, {offered}, ou rien.").format(text=text.strip(), offered=offered)
            )
    count = parse.parse_count(found["count"] if found else text)
    return {
        STATUS: PRESENT,
        "count_min": count.minimum,
        "count_max": count.maximum,
        COUNTING: ESTIMATED if count.estimated else COUNTED,
        OBJECT: counted,
    }


def show_count(values: Values) -> str:
    """Return a number as it is typed, "×" for a species that nobody counted, "" for a line without a species."""
    if not present(values):
        return NOTHING
    if "count_min" not in values:
        return SEEN if "cd_nom" in values else ""
    least = int(values["count_min"])
    estimated = values.get(COUNTING) == ESTIMATED
    most = int(values.get("count_max", least))
    shown = parse.show_count(parse.Count(least, most, estimated))
    unit = _UNITS.get(str(values.get(OBJECT)))
    return f"{shown} {unit(most)}" if unit is not None else shown


def _object_of(word: str) -> str:
    """Return the code of what is counted, "" for an unknown word: the French ones, and those of the language in use."""
    shown = {fold(unit(count)): code for code, unit in _UNITS.items() for count in (1, 2)}
    return _OBJECTS.get(word) or shown.get(word, "")


COUNT = GridColumn(
    "count",
    N_("Nombre"),
    read_count,
    show_count,
    9,
    is_number=True,
    hint=N_("12 compté · 12-22 ou ~12 estimé · x sans nombre · 3 tiges, 2 nids, 5 m2 · 0 non observé"),
)


def _mixed(
    code: str, label: str, own: Mapping[str, str], other: str, more: Mapping[str, str], *, width: int
) -> GridColumn:
    """Return a column of letters for one field, some of whose letters say a code of another field instead.

    `own` and `more` map letters to codes of the field and of the other one.
    """
    items = {**{letter: (code, value) for letter, value in own.items()}}
    items |= {letter: (other, value) for letter, value in more.items()}
    words = {item: _short(*item) for item in [*items.values(), *_rest(code), *_rest(other)]}

    def read(text: str) -> Mapping[str, object]:
        typed = fold(text)
        found = items.get(typed) or next(
            (item for item, word in words.items() if word and fold(_(word)) == typed), None
        )
        if typed and found is None:
            offered = ", ".join(f"{letter} = {_(words[item])}" for letter, item in items.items())
            raise ValueError(_("« {text} » n’est pas proposé : {offered}.").format(text=text, offered=offered))
        cleared: dict[str, object] = {code: None, other: None}
        return cleared if found is None else {**cleared, found[0]: found[1]}

    def show(values: Values) -> str:
        said = (_short(name, str(values[name])) for name in (code, other) if name in values)
        return ", ".join(_(word) for word in said if word)

    return GridColumn(code, label, read, show, width, letters={letter: words[item] for letter, item in items.items()})


def _rest(name: str) -> list[tuple[str, str]]:
    return [(name, choice.code) for choice in OBSERVATION.by_name[name].choices]


def _short(name: str, code: str) -> str:
    choice = OBSERVATION.by_name[name].choice(code)
    return (choice.short or choice.label) if choice else ""


COLUMNS = (
    COUNT,
    letter_column(STAGE, N_("Stade"), OBSERVATION.by_name[STAGE].choices, letters("STADE_VIE"), width=8),
    letter_column(SEX, N_("Sexe"), OBSERVATION.by_name[SEX].choices, letters("SEXE"), width=7),
    _mixed(TECHNIQUE, N_("Contact"), letters("METH_OBS"), CONDITION, {"m": DEAD}, width=8),
    _mixed(
        BEHAVIOUR,
        N_("Activité"),
        letters("OCC_COMPORTEMENT"),
        BIO_STATUS,
        {"r": "3", "i": "4", "g": "13"},
        width=9,
    ),
    text_column("comments", N_("Remarque")),
)


def suggest(text: str, taxa: Mapping[int, Taxon], seen_here: Mapping[int, int]) -> Sequence[Taxon]:
    """Return the known taxa that fit the letters, those seen here before first; without letters only those."""
    rated = []
    for taxon in taxa.values():
        how = fit(text, taxon) if text.strip() else (0 if taxon.cd_nom in seen_here else None)
        if how is not None:
            rated.append((taxon.cd_nom not in seen_here, how, taxon.nom_vern or taxon.lb_nom, taxon.cd_nom))
    return [taxa[cd_nom] for *_rank, cd_nom in sorted(rated)]


def _new_visit(start: Start) -> Values:
    found: dict[str, Any] = {} if start.on is None else {"visit_date_min": start.on.isoformat()}
    return found


SHEET = SheetForm(
    visit="visit",
    observation="observation",
    header=(
        HeaderField("visit_date_min", "Ctrl+Up"),
        HeaderField("hour_min", "F5"),
        HeaderField("hour_max", "F6"),
        HeaderField("observers", "F3", width=1),
    ),
    second=(),
    details=(
        HeaderField("comments"),
        HeaderField("precision_m"),
        HeaderField("geometry"),
        HeaderField("weather"),
        HeaderField("id_dataset"),
    ),
    quick=(),
    columns=COLUMNS,
    taxon_field="cd_nom",
    last_required=COUNT.code,
    new_observation={STATUS: PRESENT},
    new_visit=_new_visit,
    is_sighting=lambda _values: True,
    suggest=suggest,
    visit_words=lambda _visit: _("liste du jour"),
    lasting=("id_dataset",),
    short={"nowhere": N_("position"), "no_species": N_("espèces")},
)

FORM = DayListForm(
    label=N_("Listes"),
    icon="day_list",
    sheet=SHEET,
    place="place_name",
    longitude="longitude",
    latitude="latitude",
    geometry="geometry",
    usual=lists.usual,
)

"""The layout of a barrier's file: its columns, and how codes, numbers and remarks are written in it.

One line per catch, per check that found nothing, or per morning without a check. What concerns the morning stands on
each of its lines. Source of columns and words: the file of the barrier of Vimy, 2005 to 2020.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fieldapp.core.schema import Values
from fieldapp.core.text import fold
from fieldapp.protocols.pitfall_barrier import lists, schema

PLACE = ("pond", "commune")
MORNING = ("check_on", "checked")
CATCH = (
    "bucket", "side", "cd_nom", "french_name", "stage", "sex", "count", "direction", "state", "individual",
)  # fmt: skip
CONDITIONS = ("night_min_c", "night_max_c", "rain_mm", "observer", "remark")
COLUMNS = (*PLACE, *MORNING, *CATCH, *CONDITIONS)

SEPARATOR = ";"
BETWEEN_PEOPLE = " ; "
BEFORE_CATCH_REMARK = "// "
"""What stands in `remark` before the part that concerns the catch of this line alone."""

YES, NO = "oui", "non"
PAIR = "couple"
"""The sex of a line that tells of pairs in amplexus; its count is that of the animals."""

NOT_CHECKED = "non relevé"
"""How the remark of a morning without a check begins; the reason follows after a colon."""

FIELDS: Mapping[tuple[str, str], str] = {
    ("site", "site_name"): "pond",
    ("site", "commune"): "commune",
    ("bucket", "bucket"): "bucket",
    ("bucket", "side"): "side",
    ("individual", "individual_name"): "individual",
    ("individual", "cd_nom"): "cd_nom",
    ("visit", "check_on"): "check_on",
    ("visit", "state"): "checked",
    ("visit", "reason"): "remark",
    ("visit", "observers"): "observer",
    ("visit", "night_min_c"): "night_min_c",
    ("visit", "night_max_c"): "night_max_c",
    ("visit", "rain_mm"): "rain_mm",
    ("visit", "comments"): "remark",
    ("observation", "bucket"): "bucket",
    ("observation", "cd_nom"): "cd_nom",
    ("observation", "stage"): "stage",
    ("observation", "sex"): "sex",
    ("observation", "amplexus"): "sex",
    ("observation", "count"): "count",
    ("observation", "direction"): "direction",
    ("observation", "vitality"): "state",
    ("observation", "individual"): "individual",
    ("observation", "comments"): "remark",
}
"""Which column a field stands in. The name, the taxon and the sex of an individual are not corrected by its catches."""

_WRITTEN: Mapping[str, Mapping[str, str]] = {
    "checked": {"yes": YES, "no": NO},
    "side": {schema.OUTSIDE: "extérieur", schema.INSIDE: "intérieur"},
    "stage": {choice.code: choice.label for choice in lists.choices("STADE_VIE")},
    "sex": {schema.MALE: "M", schema.FEMALE: "F", "1": "?", "0": "inconnu", schema.BOTH_SEXES: "mixte"},
    "direction": {schema.INWARD: "entrée", schema.OUTWARD: "sortie"},
    "state": {schema.ALIVE: "vivant", schema.DEAD: "mort"},
}
_ALSO_READ: Mapping[str, Mapping[str, str]] = {
    "checked": {"o": "yes", "n": "no"},
    "side": {"ext": schema.OUTSIDE, "int": schema.INSIDE},
    "stage": {"subadulte": "5", "immature": "5", "jeune": schema.JUVENILE},
    "sex": {"male": schema.MALE, "femelle": schema.FEMALE, "♂": schema.MALE, "♀": schema.FEMALE, "indetermine": "1"},
    "direction": {"entrant": schema.INWARD, "sortant": schema.OUTWARD},
    "state": {"vivante": schema.ALIVE, "vif": schema.ALIVE, "morte": schema.DEAD},
}

CODES: Mapping[str, Mapping[str, str]] = {
    column: {fold(word): code for code, word in words.items()} | dict(_ALSO_READ[column])
    for column, words in _WRITTEN.items()
}
"""The code that a word means in a column, without accents and capitals."""


def words(column: str) -> Sequence[str]:
    """Return the words that may stand in a column, as they are written."""
    return tuple(_WRITTEN[column].values())


def written(column: str, code: str | None) -> str:
    """Return the word of a code, "" for none; a code that is not of the list stands as it is."""
    return "" if code is None else _WRITTEN[column].get(code, code)


def written_sex(catch: Values) -> str:
    """Return "M", "F", "?" and so on, "couple" for animals that came as pairs."""
    return PAIR if schema.is_pair(catch) else written("sex", catch.get("sex"))


def written_number(value: float | None) -> str:
    """Return "3.3", "8.0", "3.25": at least one decimal, and as many as were typed; "" for None."""
    if value is None:
        return ""
    shown = f"{value:.1f}"
    return shown if float(shown) == value else f"{value!r}"


def written_rain(value: float | None) -> str:
    """Return the number with at least one decimal, but "0" for a zero that was told without any; "" for None."""
    return "0" if value == 0 and isinstance(value, int) else written_number(value)


# ---------------------------------------------------------------------------------------------- remarks

_REASONS = {fold(choice.label): choice.code for choice in lists.choices("REASON")}
_REASON_LABELS = {choice.code: choice.label for choice in lists.choices("REASON")}
_NOT_CHECKED = re.compile(r"non[ -]?relev[ée]e?s?\s*(?:[:,]\s*(?P<rest>.*))?", re.IGNORECASE | re.DOTALL)


def read_missed_remark(text: str) -> tuple[str | None, str]:
    """Return reason and remark of a morning without a check: "non relevé : Intempéries : neige" is (weather, "neige").

    What is no reason of the list is the remark; without a reason the first is None.
    """
    text = text.strip()
    found = _NOT_CHECKED.fullmatch(text)
    rest = (found["rest"] or "").strip() if found else text
    if (code := _REASONS.get(fold(rest))) is not None:
        return code, ""
    label, colon, after = rest.partition(" : ")
    if colon and (code := _REASONS.get(fold(label))) is not None:
        return code, after.strip()
    return None, rest


def written_missed_remark(reason: str | None, remark: str) -> str:
    """Return "non relevé", with reason and remark where there are any, so that reading it again gives the same."""
    return _joined(*read_missed_remark(_joined(reason, remark)))


def _joined(reason: str | None, remark: str) -> str:
    label = None if reason is None else _REASON_LABELS.get(reason, reason)
    return " : ".join(filter(None, (NOT_CHECKED, label, remark.strip())))


def read_remark(text: str) -> tuple[str, str]:
    """Return what a remark says of the morning, and what it says of the catch of its line alone."""
    head, mark, tail = text.partition(BEFORE_CATCH_REMARK)
    return head.strip(), tail.strip() if mark else ""


def written_remark(of_morning: str, of_catch: str) -> str:
    """Return the remark of a line: "barrière réparée // femelle blessée"."""
    tail = f"{BEFORE_CATCH_REMARK}{of_catch.strip()}" if of_catch.strip() else ""
    return " ".join(filter(None, (of_morning.strip(), tail)))


# ----------------------------------------------------------------------------------------------- people


def read_people(text: str) -> list[str]:
    """Return the names of a cell: parted by ";", or by "," where it has no ";"."""
    names = (" ".join(name.split()) for name in text.split(";" if ";" in text else ","))
    return list(dict.fromkeys(filter(None, names)))


def written_people(names: Sequence[str]) -> str:
    """Return the names as one cell; a single one that holds a comma is ended by " ;", lest it be read as two."""
    plain = [" ".join(name.replace(";", ",").split()) for name in names]
    alone = len(plain) == 1 and "," in plain[0]
    return f"{plain[0]} ;" if alone else BETWEEN_PEOPLE.join(plain)

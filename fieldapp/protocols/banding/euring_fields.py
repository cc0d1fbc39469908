"""The fields of a EURING record that come from one capture, each as its text.

Sources: EURING Exchange Code 2020 v202 (fields and lengths), code tables of the package euring 26.4, CRBPO → EURING in
`reference/euring_codes.csv`. What the CRBPO's codes mean is partly inferred: that file is data and can be put right.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from fieldapp.core.schema import Values
from fieldapp.core.text import N_
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.ages import read_age
from fieldapp.protocols.banding.ring import LONGEST, PARIS, Ring, from_key, read_ring
from fieldapp.protocols.banding.schema import (
    DEAD_CONDITIONS,
    INJURED_CONDITIONS,
    RECOVERED,
    RELEASED_BY_RINGER,
    RINGED,
    TAKEN_ON_PURPOSE,
    WITHOUT_RING,
)

FIELDS = (
    "Ringing Scheme", "Primary Identification Method", "Identification Number (ring)",
    "Verification of the Metal Ring", "Metal Ring Information", "Other Marks Information", "Species Mentioned",
    "Species Concluded", "Manipulated", "Moved Before Encounter", "Catching Method", "Catching Lures", "Sex Mentioned",
    "Sex Concluded", "Age Mentioned", "Age Concluded", "Status", "Brood Size", "Pullus Age", "Accuracy of Pullus Age",
    "Date", "Accuracy of Date", "Time", "Place Code", "Geographical Co-ordinates", "Accuracy of Co-ordinates",
    "Condition", "Circumstances", "Circumstances Presumed", "EURING Code Identifier", "Derived Data - Distance",
    "Derived Data - Direction", "Derived Data - Elapsed Time", "Wing Length", "Third Primary", "State of Wing Point",
    "Mass", "Moult", "Plumage Code", "Hind Claw", "Bill Length", "Bill Method", "Total Head Length", "Tarsus",
    "Tarsus Method", "Tail Length", "Tail Difference", "Fat Score", "Fat Score Method", "Pectoral Muscle Score",
    "Brood Patch", "Primary Score", "Primary Moult", "Old Greater Coverts", "Alula", "Carpal Covert", "Sexing Method",
    "Place Name", "Remarks", "Reference", "Latitude", "Longitude", "Current Place Code", "More Other Marks",
)  # fmt: skip
"""The 64 fields of EURING 2020 in order; the first 60 are those of EURING 2000+."""

UNKNOWN_SPECIES = "00000"
RINGING_CASUALTY = "08"
PULLUS, FULL_GROWN = "1", "2"
NO_OTHER_MARK, SEVERAL_MARKS = "ZZ", "MM"

NOT_IN_HAND = frozenset({"28", *map(str, range(80, 90))})
"""Circumstances of rings and marks that were read from afar (source: EURING, catching method "-")."""

_YOUNG, _OLDER, _OLDEST = "3579", "468A", 29
"""Ages of one known year and "older than that" up to the fourth year, and the last year that has a letter."""

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class NoRecordError(ValueError):
    """A capture that EURING has no record for; the text is a sentence for people, not yet translated."""


@lru_cache(maxsize=1)
def codes() -> Mapping[tuple[str, str], str]:
    """Return the EURING code of a code of ours, by list and code; "" stands for none."""
    return {(row["list"], row["code"]): row["euring"] for row in lists.rows("euring_codes.csv")}


@lru_cache(maxsize=8)
def official(name: str) -> frozenset[str]:
    """Return the codes that EURING lists as "SCHEME", "CIRCUMSTANCES" or "PLACE"."""
    return frozenset(row["code"] for row in lists.rows("euring_lists.csv") if row["list"] == name)


def coded(name: str, value: object, default: str = "") -> str:
    """Return the EURING code for a value of one of our lists, `default` where there is none."""
    return codes().get((name, str(value)), default) if value is not None else default


# ------------------------------------------------------------------------------------------- ring and species


def ring_of(values: Values) -> Ring:
    """Return the ring of a capture; raises NoRecordError without one, or with one that EURING can't hold."""
    if values.get("action") == WITHOUT_RING or not (values.get("ring") or values.get("ring_key")):
        raise NoRecordError(N_("oiseau sans bague : EURING n’a de ligne que pour un oiseau marqué."))
    return checked_ring(_ring(values))


def _ring(values: Values) -> Ring:
    if key := values.get("ring_key"):
        return from_key(str(key))
    try:
        return read_ring(str(values["ring"]), str(values.get("ring_scheme") or PARIS))
    except ValueError as error:
        raise NoRecordError(
            N_("numéro de bague illisible : reprenez le numéro gravé, avec un tiret pour un signe qui manque.")
        ) from error


def checked_ring(ring: Ring) -> Ring:
    """Return the ring under the present code of its scheme; raises NoRecordError when EURING knows no such thing."""
    present = Ring(lists.scheme_code(ring.scheme), ring.number)
    if present.scheme not in official("SCHEME"):
        raise NoRecordError(N_("centre de baguage inconnu d’EURING : corrigez le centre de la bague."))
    if len(ring.number) > LONGEST or not re.fullmatch(r"[A-Z0-9-]*[0-9][A-Z0-9-]*", ring.number):
        raise NoRecordError(
            N_("numéro de bague illisible : reprenez le numéro gravé, avec un tiret pour un signe qui manque.")
        )
    return present


def metal_ring(values: Values, marks: Sequence[Values]) -> str:
    """Return field 5: 1 added (where on the leg is not known), 4 already there, 5 changed, 7 a second one added."""
    if values.get("replaced_ring") or values.get("replaced_ring_key"):
        return "5"
    if any(mark.get("kind") == "metal" and mark.get("event") == "added" for mark in marks):
        return "7"
    return "1" if values.get("action") == RINGED else "4"


def other_marks(marks: Sequence[Values]) -> str:
    """Return field 6: the mark and what became of it, MM for several, ZZ for none."""
    found = [
        coded("MARK", mark.get("kind")) + coded("MARK_EVENT", mark.get("event"), "-")
        for mark in marks
        if coded("MARK", mark.get("kind"))
    ]
    if not found:
        return NO_OTHER_MARK
    return found[0] if len(found) == 1 else SEVERAL_MARKS


def species(values: Values) -> str:
    """Return fields 7 and 8: the strict species; raises NoRecordError where our list has no EURING code for it."""
    code = str(values.get("species", "")).strip().upper()
    if not code or code == lists.UNKNOWN_SPECIES:
        return UNKNOWN_SPECIES
    found = lists.bird(code) or lists.bird_of(values.get("cd_nom"))
    if found is None:
        raise NoRecordError(N_("espèce sans code EURING ici : complétez la liste des oiseaux, ou corrigez le code."))
    return found.euring


# --------------------------------------------------------------------------------------- state and catching


def condition(values: Values) -> str:
    """Return field 27: as noted, else by the health, else 8; for a recovery 0."""
    return _state(values)[0]


def circumstances(values: Values) -> str:
    """Return field 28: as noted, else 20; 08 for a bird that died in the hand or the net, 99 for a recovery."""
    return _state(values)[1]


def _state(values: Values) -> tuple[str, str]:
    noted = (str(values.get(name, "")) for name in ("action", "condition", "circumstances", "health"))
    return _state_of(*noted)


@lru_cache(maxsize=256)
def _state_of(action: str, condition: str, circumstances: str, health: str) -> tuple[str, str]:
    if not (len(condition) == 1 and condition.isdecimal() and condition.isascii()):
        by_health = {"M": "2", "B": "4"}.get(health, RELEASED_BY_RINGER)
        condition = "0" if action == RECOVERED else by_health
    circumstances = circumstances.zfill(2) if circumstances else ""
    if circumstances not in official("CIRCUMSTANCES"):
        casualty = RINGING_CASUALTY if condition in DEAD_CONDITIONS else TAKEN_ON_PURPOSE
        circumstances = "99" if action == RECOVERED else casualty
    return condition, circumstances


def manipulated(values: Values, marks: Sequence[Values]) -> str:
    """Return field 9: R for a bird dead or hurt at its capture, M with a device put on, else N; U for a recovery."""
    if values.get("action") == RECOVERED:
        return "U"
    taken = circumstances(values) in {TAKEN_ON_PURPOSE, RINGING_CASUALTY}
    if taken and condition(values) in DEAD_CONDITIONS | INJURED_CONDITIONS:
        return "R"
    put_on = (coded("MANIPULATED", mark.get("kind")) for mark in marks if mark.get("event") == "added")
    return next(filter(None, put_on), "N")


def catching(values: Values, theme: str, *, is_pullus: bool) -> tuple[str, str]:
    """Return fields 11 and 12: how it was caught and lured, by the theme; hyphens where nothing was caught."""
    how = circumstances(values)
    if is_pullus or how in NOT_IN_HAND:
        return "-", "-"
    if how in {TAKEN_ON_PURPOSE, RINGING_CASUALTY}:
        method = coded("CATCHING", theme) or coded("CATCHING", "")
        return method, coded("LURES", theme) or coded("LURES", "")
    return ("Z", "U") if condition(values) == RELEASED_BY_RINGER else ("-", "-")


def ages(values: Values) -> tuple[str, str]:
    """Return fields 15 and 16; 0 where no age was noted or its code is not known here."""
    return _ages_of(str(values.get("age") or ""))[:2]


@lru_cache(maxsize=256)
def _ages_of(code: str) -> tuple[str, str, str]:
    """Return what `_two` does, for a year of life by the rule of the standard instead of a list."""
    age = read_age(code)
    if age is None:
        return _two("AGE", code, "0")
    mentioned, is_all = age_letter(age.years, is_more=age.is_more)
    if not age.is_certain:
        return mentioned, FULL_GROWN, code
    return mentioned, mentioned, "" if is_all else code


def age_letter(years: int, *, is_more: bool) -> tuple[str, bool]:
    """Return EURING's code for a year of life and whether it says all of it.

    3, 5, 7, 9 are the first to the fourth year, 4, 6, 8, A older than those, B to Z the fifth to the 29th year. For
    more than five years and above the 29th there is A only: older than the fourth (source: EURING 2020, field 16).
    """
    if years <= len(_YOUNG):
        return (_OLDER if is_more else _YOUNG)[years - 1], True
    if is_more or years > _OLDEST:
        return _OLDER[-1], False
    return chr(ord("B") + years - len(_YOUNG) - 1), True


def sexes(values: Values) -> tuple[str, str]:
    """Return fields 13 and 14; a probable sex is mentioned and not concluded."""
    return _two("SEX", str(values.get("sex") or ""), "U")[:2]


@lru_cache(maxsize=256)
def _two(kind: str, code: str, unknown: str) -> tuple[str, str, str]:
    """Return what was mentioned, what is concluded, and the code itself where these two do not say all of it."""
    mentioned = coded(f"{kind}_MENTIONED", code, unknown)
    concluded = coded(f"{kind}_CONCLUDED", code, unknown)
    is_said = mentioned == concluded and (f"{kind}_MENTIONED", code) in codes()
    return mentioned, concluded, "" if is_said else code


def time(values: Values) -> str:
    """Return field 23."""
    found = _TIME.fullmatch(str(values.get("hour", "")))
    return found[1] + found[2] if found else "----"


# ------------------------------------------------------------------------------------------------- measures


def rounded(value: object, step: str) -> str:
    """Return a measure rounded half up to a multiple of `step`, without zeros at its end; "" for none, or not above 0.

    >>> rounded(84.25, "0.5")
    '84.5'
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float | Decimal)
        or not math.isfinite(value)
        or value <= 0
    ):
        return ""
    unit = Decimal(step)
    found = (Decimal(str(value)) / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
    text = f"{found:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) if found else ""


def measures(values: Values) -> dict[str, str]:
    """Return fields 34 to 57 by their name, in order; what has no method that EURING asks for is ""."""
    found = dict.fromkeys(FIELDS[33:57], "")
    found["Wing Length"] = rounded(values.get("wing_mm"), "0.5")
    found["Mass"] = rounded(values.get("mass_g"), "0.1")
    found["Moult"] = coded("MOULT", values.get("moult"))
    found["Brood Patch"] = coded("BROOD_PATCH", values.get("brood_patch"))
    found["Sexing Method"] = coded("SEXING", values.get("sexing_method"))
    if method := codes()["DEFAULT", "tarsus_method"]:
        found["Tarsus"] = rounded(values.get("tarsus_mm"), "0.1")
        found["Tarsus Method"] = method if found["Tarsus"] else ""
    if (method := codes()["DEFAULT", "fat_method"]) and re.fullmatch("[0-9]", str(values.get("fat", ""))):
        found["Fat Score"], found["Fat Score Method"] = str(values["fat"]), method
    return found


# ------------------------------------------------------------------------------------------------- texts


def clean(text: str) -> str:
    r"""Return a text as a field may hold it: "|" becomes "¦", an end of line " ¶ ", another control character "�".

    Every other character stays as it is (source: EURING 2020, type Text).
    """
    if text.isprintable() and "|" not in text:
        return text
    lined = re.sub(r"\s*[\n\r\v\f\x85\u2028\u2029]+\s*", " ¶ ", text.strip())
    spaced = re.sub(r"\s", " ", lined).replace("|", "¦")
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in spaced)


def remarks(
    values: Values, measured: Mapping[str, str], theme: str, marks: Sequence[Values], ring: Ring, first: Ring
) -> str:
    """Return field 59: under the CRBPO's names what has no field of its own or was only probable, then the memo.

    `measured` is what `measures` gave: what is missing there is said here.
    """
    kept = {
        "THEME": theme,
        "BAGUE": _present_ring(ring, first),
        "ESPECE": values.get("species", "") if len(str(values.get("species", ""))) > 6 else "",
        "SEXE": _two("SEX", str(values.get("sex") or ""), "U")[2],
        "AGE": _ages_of(str(values.get("age") or ""))[2],
        "LP": "" if measured["Wing Length"] else values.get("wing_mm"),
        "MA": "" if measured["Mass"] else values.get("mass_g"),
        "LT": "" if measured["Tarsus"] else values.get("tarsus_mm"),
        "AD": "" if measured["Fat Score"] else values.get("fat"),
        "PI": "" if measured["Brood Patch"] else values.get("brood_patch"),
        "PC": values.get("cloacal_protuberance"),
        "MU": "" if measured["Moult"] else values.get("moult"),
        "CS": "" if measured["Sexing Method"] else values.get("sexing_method"),
        "PTD": values.get("partner_ring"),
    }
    words = [f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
             for name, value in kept.items() if value is not None and value != ""]  # fmt: skip
    words += [f"MARQUE={said}" for mark in marks if (said := _mark_words(mark))]
    return clean(" ; ".join([*words, *filter(None, [str(values.get("comments", ""))])]))


def _present_ring(ring: Ring, first: Ring) -> str:
    """Return the ring of the capture where it is not the one that names the record."""
    if ring == first:
        return ""
    return ring.number if ring.scheme == first.scheme else f"{ring.scheme} {ring.number}"


def _mark_words(mark: Values) -> str:
    return " ".join(str(mark[name]) for name in ("kind", "event", "code", "device_model", "device") if mark.get(name))

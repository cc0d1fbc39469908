"""The cells of the capture line: what is typed in each, read into values, and values shown as on paper."""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.core import parse
from fieldapp.core.forms import GridColumn
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.schema import Values
from fieldapp.core.text import N_, _, fold
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.ring import show_ring
from fieldapp.protocols.banding.schema import OBSERVATION

NONE_WORDS = frozenset({"-", "–", "—"})
"""What stands on paper where nothing was measured: it is read as an empty cell."""


def _number_column(code: str, label: str, width: int) -> GridColumn:
    def read(text: str) -> Mapping[str, object]:
        if not text.strip() or text.strip() in NONE_WORDS:
            return {code: None}
        return {code: parse.parse_number(text)}

    def show(values: Values) -> str:
        return parse.show_number(values[code]) if code in values else ""

    return GridColumn(code, label, read, show, width, is_number=True)


def _text_column(code: str, label: str, width: int) -> GridColumn:
    def read(text: str) -> Mapping[str, object]:
        typed = text.strip()
        return {code: None if typed in NONE_WORDS else typed or None}

    return GridColumn(code, label, read, lambda values: str(values.get(code, "")), width)


def _code_column(code: str, label: str, width: int, letters: Mapping[str, str]) -> GridColumn:
    """Return a column for a code of an open list: one letter of `letters`, or the code itself, is read.

    What is no code of the list is read as typed, in capitals: the list is not known to be whole, a check warns.
    """
    offered = {choice.code: choice for choice in OBSERVATION.by_name[code].choices}

    def read(text: str) -> Mapping[str, object]:
        typed = text.strip()
        if not typed or typed in NONE_WORDS:
            return {code: None}
        if fold(typed) in letters:
            return {code: letters[fold(typed)]}
        return {code: typed.upper()}

    words = {letter: offered[value].short or offered[value].label for letter, value in letters.items()}
    return GridColumn(code, label, read, lambda values: str(values.get(code, "")), width, letters=words)


def _read_species(text: str) -> Mapping[str, object]:
    typed = text.strip()
    if not typed:
        return {"species": None, "cd_nom": None}
    found = lists.bird(typed)
    if found is not None:
        return {"species": typed.upper(), "cd_nom": found.cd_nom}
    birds = lists.suggest(typed)
    if birds:  # before the form of a code: "mesang" is the beginning of a name
        return {"species": birds[0].code, "cd_nom": birds[0].cd_nom}
    if lists.is_code(typed):
        return {"species": typed.upper(), "cd_nom": None}
    raise ValueError(
        _("« {text} » : aucune espèce. Tapez son code (6 lettres) ou le début de son nom.").format(text=typed[:40])
    )


_NET = LazyPattern(r"[0-9A-Za-z][0-9A-Za-z/-]{0,5}")


def _read_net(text: str) -> Mapping[str, object]:
    """Read the number of a net, letters too: a mass that slipped into the wrong cell is none."""
    typed = text.strip()
    if not typed or typed in NONE_WORDS:
        return {"net": None}
    if not _NET.fullmatch(typed):
        raise ValueError(_("« {text} » n’est pas un numéro de filet : écrivez 7, 12 ou A3.").format(text=typed[:40]))
    return {"net": typed}


def _read_hour(text: str) -> Mapping[str, object]:
    return {"hour": parse.parse_time(text) if text.strip() else None}


RING = GridColumn(
    "ring",
    N_("Bague"),
    lambda text: {"ring": text.strip() or None},
    lambda values: show_ring(str(values.get("ring", ""))),
    11,
)
"""The ring alone is read by the desk: what three digits mean depends on the open strings."""

SPECIES = GridColumn("species", N_("Espèce"), _read_species, lambda values: str(values.get("species", "")), 9)

COLUMNS: Mapping[str, GridColumn] = {
    column.code: column
    for column in (
        RING,
        SPECIES,
        _code_column("sex", N_("Sexe"), 4, {"m": "M", "f": "F", "?": "?", "i": "?"}),
        _code_column(
            "age",
            N_("Âge"),
            5,
            {"1": "1A", "+": "+1A", "2": "2A", "3": "+2A", "v": "VOL", "p": "PUL", "?": "???"},
        ),
        _number_column("wing_mm", N_("Aile"), 6),
        _code_column("fat", N_("Adip."), 5, {str(score): str(score) for score in range(9)}),
        _number_column("mass_g", N_("Masse"), 7),
        _code_column("brood_patch", N_("PI"), 4, {str(score): str(score) for score in range(6)} | {"p": "P"}),
        _code_column("cloacal_protuberance", N_("PC"), 4, {str(score): str(score) for score in range(4)}),
        GridColumn("net", N_("Filet"), _read_net, lambda values: str(values.get("net", "")), 5),
        _number_column("tarsus_mm", N_("Tarse"), 6),
        _code_column("moult", N_("Mue"), 5, {letter: letter.upper() for letter in "jpmbxu"}),
        _code_column("sexing_method", N_("CS"), 4, {}),
        GridColumn("hour", N_("Heure"), _read_hour, lambda values: str(values.get("hour", "")), 6),
        _text_column("comments", N_("Mémo"), 20),
    )
}
"""Every cell that a capture line may have, by its code."""

USUAL = ("ring", "species", "sex", "age", "wing_mm", "fat", "mass_g", "brood_patch", "net")
"""The order of the capture line where the programme says nothing else."""


def columns_of(programme: Values | None) -> tuple[GridColumn, ...]:
    """Return the cells of a programme's capture line in its order; ring and species are always there, and first.

    `programme` holds the values of a programme's record, None where there is none.
    """
    chosen = [code for code in (programme or {}).get("columns", ()) if code in COLUMNS]
    order = dict.fromkeys(["ring", "species", *(chosen or USUAL)])
    return tuple(COLUMNS[code] for code in order)

"""The cells of the CRBPO's table, read one by one: a value with what is to be said of it, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from fieldapp.core import clock, dates, parse
from fieldapp.core.exchange import RowNote, RowRefusedError
from fieldapp.core.text import _, fold
from fieldapp.protocols.banding import crbpo, crbpo_mending, lists, schema
from fieldapp.protocols.banding.crbpo_mending import Proposal
from fieldapp.protocols.banding.ring import PARIS, Ring, read_ring

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell(Generic[T]):
    """What a cell says: its value as it would be with all proposals applied, notes, and the proposals.

    `moved` is text that belongs into the memo instead. `fault` refuses the row whatever anybody consents to.
    """

    value: T
    notes: tuple[RowNote, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    moved: str = ""
    fault: RowRefusedError | None = None


def refused(column: str, sentence: str) -> Cell[None]:
    """Return the cell that refuses its row."""
    return Cell(None, fault=RowRefusedError(column, sentence))


class Memo(dict[K, T]):
    """Cells that were read already: most cells of a file repeat."""

    def __init__(self, read: Callable[[K], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cells: K) -> T:
        found = self[cells] = self._read(cells)
        return found


# ------------------------------------------------------------------------------------------------- text


def read_text(column: str, text: str) -> Cell[str]:
    """Return the text of a cell; text that was read in a wrong encoding is put right as a proposal."""
    plain = text.strip()
    repaired = crbpo_mending.repaired_text(plain)
    if repaired is not None:
        return Cell(repaired, proposals=(_wrong_encoding(column, plain, repaired),))
    if "\N{REPLACEMENT CHARACTER}" in plain:
        sentence = _("« {text} » a perdu une lettre (�) : récrivez-la.").format(text=short(plain))
        return Cell(plain, (RowNote(column, sentence),))
    return Cell(plain)


def _wrong_encoding(column: str, text: str, becomes: str) -> Proposal:
    why = _("« {text} » a été lu dans un mauvais encodage").format(text=short(text))
    return Proposal(column, why, becomes)


def short(text: str) -> str:
    """Return the text as a sentence can hold it: one line, at most 60 characters."""
    shown = " ".join(text.split())
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def other_form(column: str, text: str, written: str) -> tuple[RowNote, ...]:
    """Return the note that a cell was understood and will be written in another form; none when it will not."""
    if text == written:
        return ()
    sentence = _("« {text} » a été lu {written}, et sera écrit ainsi.")
    return (RowNote(column, sentence.format(text=short(text), written=written)),)


# ----------------------------------------------------------------------------------- actions and codes

_ACTIONS = {
    "b": schema.RINGED, "baguage": schema.RINGED, "bague": schema.RINGED,
    "c": schema.CONTROLLED, "controle": schema.CONTROLLED,
    "r": schema.RECOVERED, "reprise": schema.RECOVERED,
    "sans": schema.WITHOUT_RING, "sans bague": schema.WITHOUT_RING,
    "bredouille": crbpo.NO_BIRDS,
}  # fmt: skip


def read_action(text: str) -> Cell[str] | Cell[None]:
    """Return B, C, R, SANS or BREDOUILLE; the words are understood too, with their accents lost or not."""
    repaired = crbpo_mending.repaired_text(text)
    found = _ACTIONS.get(fold(repaired or text))
    if found is not None and repaired is not None:
        return Cell(found, proposals=(_wrong_encoding("ACTION", text, found),))
    if found is not None:
        return Cell(found, other_form("ACTION", text, found))
    if not text.strip():
        return refused("ACTION", _("L’action manque (B, C, R, SANS ou BREDOUILLE) : le CRBPO écarterait cette ligne."))
    return refused(
        "ACTION",
        _("« {text} » n’est pas une action (B, C, R, SANS ou BREDOUILLE) : le CRBPO écarterait cette ligne.").format(
            text=short(text)
        ),
    )


def read_code(column: str, field: str, text: str) -> Cell[str]:
    """Return a code as it stands, in capitals; one that is not in our list is kept and noted."""
    typed = text.strip()
    code = typed.upper()
    notes = other_form(column, typed, code)
    if code and code not in _codes(field):
        sentence = _("« {text} » n’est pas un code de la liste ; gardé tel quel.").format(text=short(typed))
        notes = (*notes, RowNote(column, sentence))
    return Cell(code, notes)


_known_codes: dict[str, frozenset[str]] = {}


def _codes(field: str) -> frozenset[str]:
    if field not in _known_codes:
        choices = schema.OBSERVATION.by_name[field].choices
        _known_codes[field] = frozenset(choice.code for choice in choices)
    return _known_codes[field]


_SCHEME = re.compile(r"[A-Z]{3}")
_SAID_FOR_PARIS = frozenset({"fr", "f", "france", "paris", "museum paris", "crbpo", "mnhn"})
"""What stands for the scheme in files of many hands; the engraving of the rings, or a country."""


def read_scheme(text: str) -> Cell[str]:
    """Return the scheme's present code; an empty cell means Paris, and says so."""
    typed = text.strip()
    if not typed:
        return Cell(PARIS, (RowNote("CENTRE", _("Centre vide : lu {scheme}.").format(scheme=PARIS)),))
    if fold(typed) in _SAID_FOR_PARIS:
        why = _("« {text} » n’est pas le code d’un centre (trois lettres)").format(text=short(typed))
        return Cell(PARIS, proposals=(Proposal("CENTRE", why, PARIS),))
    code = lists.scheme_code(typed)
    if not _SCHEME.fullmatch(code):
        sentence = _("« {text} » n’est pas le code d’un centre : trois lettres, comme {scheme}.")
        words = sentence.format(text=short(typed), scheme=PARIS)
        return Cell(code, fault=RowRefusedError("CENTRE", words))
    notes = other_form("CENTRE", typed, code)
    if code not in lists.schemes():
        notes = (*notes, RowNote("CENTRE", _("« {text} » n’est pas un centre connu ; gardé.").format(text=short(code))))
    return Cell(code, notes)


@dataclass(frozen=True, slots=True)
class Species:
    """A species as a file names it: its code, and the bird where the list has it."""

    code: str
    bird: lists.Bird | None


def read_species(text: str) -> Cell[Species] | Cell[None]:
    """Return the species of a code; the name of a bird of the list gives its code as a proposal."""
    typed = text.strip()
    code = typed.upper()
    if not typed:
        return refused("ESPECE", _("L’espèce manque : écrivez son code, SPESPE si l’oiseau n’est pas déterminé."))
    if lists.is_code(code):
        bird = lists.bird(code)
        notes = other_form("ESPECE", typed, code)
        if code == lists.UNKNOWN_SPECIES:
            notes = (*notes, RowNote("ESPECE", _("SPESPE : le CRBPO écarterait cette ligne de ses indicateurs.")))
        elif bird is None:
            sentence = _("« {code} » n’est pas dans la liste des espèces ; gardé tel quel.").format(code=code)
            notes = (*notes, RowNote("ESPECE", sentence))
        return Cell(Species(code, bird), notes)
    named = next((bird for bird in lists.birds().values() if fold(typed) in _names(bird)), None)
    if named is None:
        sentence = _("« {text} » n’est pas un code d’espèce : six lettres, comme ACRSCI.").format(text=short(typed))
        return refused("ESPECE", sentence)
    why = _("« {text} » est un nom, pas un code").format(text=short(typed))
    return Cell(Species(named.code, named), proposals=(Proposal("ESPECE", why, named.code),))


def _names(bird: lists.Bird) -> frozenset[str]:
    return frozenset(fold(name) for name in (bird.nom_vern, bird.lb_nom, *bird.synonyms))


_PLAIN_RING = re.compile(r"[A-Z]{0,3}[0-9]{3,10}")
_EXPONENT = re.compile("[0-9].*E")
SHORTEST_DIGITS = 7
"""Digits that a ring of Paris has at least for the CRBPO, unless there are letters (source: STOC_reporting)."""


_DAMAGED_RING = re.compile(r"([0-9]{3,10})[.,]0+")


def plain_ring(text: str) -> str:
    """Return what all writings of one ring number share; "" where there is none ("SANS", dots, zeros)."""
    if text.isdigit() and len(text) > 3:
        return text
    damaged = _DAMAGED_RING.fullmatch(text.strip())
    plain = damaged[1] if damaged else re.sub(r"[\s.·]", "", text.upper())
    return "" if not plain.strip("0") or plain == "SANS" else plain


def read_ring_cell(scheme: str, text: str) -> Cell[Ring] | Cell[None]:
    """Return the ring of a cell; dots that only fill up are the CRBPO's own form, other changes are noted."""
    if _PLAIN_RING.fullmatch(text) and len(text) <= 10:
        ring = Ring(scheme, text)
        return Cell(ring, _doubts(ring))
    if damaged := _DAMAGED_RING.fullmatch(text.strip()):
        why = _("« {text} » est un nombre abîmé par un tableur").format(text=text.strip())
        ring = Ring(scheme, damaged[1])
        return Cell(ring, _doubts(ring), (Proposal("BAGUE", why, ring.number),))
    if not text.strip(" ."):
        return refused("BAGUE", _("Le numéro de bague manque : écrivez-le, ou ACTION SANS pour un oiseau sans bague."))
    try:
        ring = read_ring(text, scheme)
    except ValueError as error:
        return refused("BAGUE", str(error))
    notes = () if text.replace(".", "") == ring.number else other_form("BAGUE", text, ring.number)
    return Cell(ring, (*notes, *_doubts(ring)))


def looks_like_exponent(ring: Ring) -> bool:
    """Return whether an E stands behind a figure: the CRBPO takes such a ring for a number that a spreadsheet damaged.

    Letters of a series stand before all figures. Source: STOC_reporting 2023-12-01, which looks at characters 5 to 11.
    """
    return bool(_EXPONENT.search(ring.number))


def _doubts(ring: Ring) -> tuple[RowNote, ...]:
    """Note a ring of Paris that the CRBPO takes for one that a spreadsheet damaged (source: STOC_reporting)."""
    if ring.is_foreign:
        return ()
    if ring.number.isdigit() and len(ring.number) < SHORTEST_DIGITS:
        sentence = _("Bague de moins de sept chiffres : le CRBPO écarterait cette ligne.")
    elif looks_like_exponent(ring):
        sentence = _("Un E dans le numéro de la bague : le CRBPO le prendrait pour un nombre et écarterait la ligne.")
    else:
        return ()
    return (RowNote("BAGUE", sentence),)


# -------------------------------------------------------------------------------------- dates and times

_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?: 00:00(?::00)?)?")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?(?:\.0+)?)?")


def read_date(text: str) -> Cell[str] | Cell[None]:
    """Return the ISO date of "18/05/2020" or "2020-05-18"; a missing or impossible one refuses the row."""
    typed = text.strip()
    if not typed:
        return refused("DATE", _("La date manque : écrivez-la (18/05/2020)."))
    if found := _DATE.fullmatch(typed):
        day, month, year = map(int, found.groups())
    elif found := _ISO_DATE.fullmatch(typed):
        year, month, day = map(int, found.groups())
    else:
        return refused("DATE", _("« {text} » n’est pas une date : écrivez 18/05/2020.").format(text=short(typed)))
    try:
        value = date(year, month, day)
    except ValueError:
        sentence = _("Le {text} n’existe pas : vérifiez le jour et le mois.").format(text=short(typed))
        return refused("DATE", sentence)
    if year < parse.FIRST_YEAR:
        sentence = _("« {text} » est trop ancien : écrivez l’année avec quatre chiffres.").format(text=short(typed))
        return refused("DATE", sentence)
    notes: tuple[RowNote, ...] = ()
    if value > clock.today() + timedelta(days=1):
        notes = (RowNote("DATE", _("Le {date} est dans l’avenir.").format(date=dates.in_numbers(value))),)
    return Cell(value.isoformat(), notes)


_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_PART_OF_DAY = re.compile(r"0[.,][0-9]{2,}")


def read_time(column: str, text: str) -> Cell[str | None]:
    """Return the time of "06:30", "6h30" or "06:30:00" as "06:30"; the part of a day that a spreadsheet left is mended.

    An empty cell is None. What is no time refuses the row.
    """
    if _TIME.fullmatch(text):
        return Cell(text)
    typed = text.strip()
    if not typed:
        return Cell(None)
    if _PART_OF_DAY.fullmatch(typed):
        found = crbpo_mending.as_time(round(float(typed.replace(",", ".")) * crbpo_mending.DAY_MIN))
        why = _("« {text} » est une heure abîmée par un tableur").format(text=short(typed))
        return Cell(found, proposals=(Proposal(column, why, found),))
    try:
        found = parse.parse_time(re.sub(r"(:[0-9]{2}):[0-9]{2}$", r"\1", typed))
    except ValueError as error:
        return Cell(None, fault=RowRefusedError(column, str(error)))
    return Cell(found, other_form(column, typed, found))


def read_hour(text: str, opened: str | None, duration: int | None) -> Cell[str | None]:
    """Return the hour of a capture; one outside the session is put right where that is evident, as a proposal.

    `opened` is when the nets were opened, `duration` the session's minutes; None: not known.
    """
    cell = read_time("HEURE", text)
    hour = cell.value
    if hour is None or opened is None or crbpo_mending.is_within(hour, opened, duration):
        return cell
    better = crbpo_mending.better_hour(hour, opened, duration)
    if better is None and crbpo_mending.is_before(hour, opened, duration):
        why = _("« {hour} » est avant l’ouverture des filets ({opened})").format(hour=hour, opened=opened)
        proposal = Proposal("HEURE", why, "", is_moved=True)
        return Cell(None, cell.notes, (*cell.proposals, proposal), _("HEURE : {hour}").format(hour=hour))
    why = _("« {hour} » est hors de la séance (filets ouverts à {opened}, durée {duration})").format(
        hour=hour, opened=opened, duration=crbpo.written_duration(duration) or "?"
    )
    if better is None:
        return Cell(hour, (*cell.notes, RowNote("HEURE", _("{why} : gardé.").format(why=why))), cell.proposals)
    return Cell(better, cell.notes, (*cell.proposals, Proposal("HEURE", why, better)))


# ---------------------------------------------------------------------------------------------- numbers

_PLAIN_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?")


def read_number(column: str, text: str) -> Cell[float | None]:
    """Return the number of a cell with a decimal point or comma, None for an empty one.

    A unit behind it is taken away, and other text is moved into the memo, both as proposals.
    """
    if _PLAIN_NUMBER.fullmatch(text):
        return Cell(float(text.replace(",", ".")))
    typed = text.strip()
    if not typed:
        return Cell(None)
    try:
        return Cell(parse.parse_number(typed))
    except ValueError:
        pass
    found = crbpo_mending.number_with_unit(typed)
    why = _("« {text} » n’est pas un nombre").format(text=short(typed))
    if found is not None:
        return Cell(found, proposals=(Proposal(column, why, crbpo.written_number(found)),))
    moved = _("{column} : {text}").format(column=column, text=typed)
    return Cell(None, proposals=(Proposal(column, why, "", is_moved=True),), moved=moved)


def read_positive(column: str, text: str) -> Cell[float | None]:
    """Return the number of a cell; zero and less is no measure, and is moved into the memo as a proposal."""
    cell = read_number(column, text)
    if cell.value is None or cell.value > 0:
        return cell
    why = _("« {text} » n’est pas une mesure").format(text=short(text.strip()))
    moved = _("{column} : {text}").format(column=column, text=text.strip())
    return Cell(None, cell.notes, (Proposal(column, why, "", is_moved=True),), moved)


def read_measure(column: str, text: str, bird: lists.Bird | None) -> Cell[float | None]:
    """Return a wing or mass; one that lies beyond the species' limits but for its decimal mark is mended.

    `bird` is None where there are no limits: a species outside the list, a chick in the nest.
    """
    cell = read_positive(column, text)
    if cell.value is None or bird is None or cell.proposals:
        return cell
    low, high = bird.wing_mm if column == "LP" else bird.mass_g
    if low <= cell.value <= high:
        return cell
    limits = {"low": parse.show_number(low), "high": parse.show_number(high), "bird": bird.nom_vern}
    better = crbpo_mending.better_decimal(cell.value, low, high)
    if better is not None:
        why = _("« {text} » est hors des limites de l’espèce ({bird}, {low} à {high})").format(text=text, **limits)
        return Cell(better, proposals=(Proposal(column, why, crbpo.written_number(better)),))
    sentence = _(
        "{text} est hors des limites de l’espèce ({bird}, {low} à {high}, d’après AVONET) : gardé, mais le CRBPO "
        "n’en tiendrait sans doute pas compte."
    ).format(text=text, **limits)
    return Cell(cell.value, (RowNote(column, sentence),))


_NO_NET = re.compile(r"0+|-[0-9]+(?:[.,][0-9]+)?")
HIGHEST_NET = 100
"""A net of a higher number is reported (source: CRBPO; 999 and -999 are written for "unknown")."""


def read_net(text: str) -> Cell[str]:
    """Return the number of the net; 999 stands for an unknown one and is taken away as a proposal."""
    typed = text.strip()
    if typed in crbpo_mending.UNKNOWN_NETS:
        return Cell("", proposals=(Proposal("NF", _("« {text} » n’est pas un filet").format(text=typed), ""),))
    if _NO_NET.fullmatch(typed):
        why = _("« {text} » n’est pas un filet").format(text=short(typed))
        moved = _("{column} : {text}").format(column="NF", text=typed)
        return Cell("", proposals=(Proposal("NF", why, "", is_moved=True),), moved=moved)
    if typed.isdigit() and int(typed) > HIGHEST_NET:
        sentence = _("Filet {text} : plus de {limit}, le CRBPO le signalerait.").format(text=typed, limit=HIGHEST_NET)
        return Cell(typed, (RowNote("NF", sentence),))
    return Cell(typed)

"""What a typed ring means at the ringing table: final digits, a whole number, or a scheme and a number.

The last digits are enough for a ring of an open string and for a bird that came back the same day; of a whole number
the strings and the bird's life say whether it is put on or read. Sources: practice of scribes (domain notes on ring
sequence); what is offered first when several strings fit is a choice of the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fieldapp.core.exchange import Known
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.schema import Values
from fieldapp.core.text import N_, _
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.desk_lines import MOST_DIGITS
from fieldapp.protocols.banding.holding import ALONE, Holding, table_words
from fieldapp.protocols.banding.life import Life, ring_words, species_name
from fieldapp.protocols.banding.ring import LONGEST, PARIS, Ring, read_ring
from fieldapp.protocols.banding.schema import CODE, CONTROLLED, OBSERVATION, RINGED
from fieldapp.protocols.banding.stock import RingState, Stock

MOST_NAMED = 6
"""So many rings are named in a sentence that asks which one is meant."""

_WITH_SCHEME = LazyPattern(r"([A-Z]{3})[\s.:-]+(.*[0-9].*)")
_NOT_PARIS = LazyPattern(r"[A-Z][0-9]+|[0-9]+[A-Z]+|[A-Z]{3,}[0-9]+")


@dataclass(frozen=True, slots=True)
class Way:
    """One answer to the question what happened to a ring that nothing is known of: its action, and the words."""

    action: str
    words: str


RINGED_ELSEWHERE = Way(CONTROLLED, N_("Contrôle : l’oiseau la portait déjà"))
FROM_OUR_STOCK = Way(RINGED, N_("Baguage : elle vient d’être posée, sa série n’est pas notée"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a typed ring means: the ring, what happens to it, its string where it is ours, and the bird's life.

    `action` is "" where a person has to say: `ask` then holds the ways, the likeliest first, and `question` the
    sentence. `jump` are the free rings between the one expected and this one, `is_backward` says that this one comes
    before. `schemes` are proposed where the number does not look like one of Paris, the likeliest first.
    """

    ring: Ring
    action: str
    stock: Stock | None
    life: Life
    jump: tuple[Ring, ...] = ()
    is_backward: bool = False
    ask: tuple[Way, ...] = ()
    question: str = ""
    schemes: tuple[str, ...] = ()

    @property
    def values(self) -> Values:
        """What the reading puts into the capture (None: cleared); no action while nobody has answered the question."""
        return {
            "action": self.action or None,
            "ring_scheme": self.ring.scheme,
            "ring": self.ring.number,
            "ring_key": self.ring.key,
            "ring_size": (self.stock.size or None) if self.stock else None,
        }


def with_scheme(text: str) -> Ring | None:
    """Return the ring of "GBT A710715" or "DFH 1234567" (old codes become the present ones); None without a scheme.

    Written together ("GBTA710715") only a scheme of the list is one. Raises ValueError as `ring.read_ring`.
    """
    typed = text.strip().upper()
    found = _WITH_SCHEME.fullmatch(typed)
    if found is not None:
        return read_ring(found[2], lists.scheme_code(found[1]))
    scheme = lists.scheme_code(typed[:3])
    if scheme in lists.schemes() and len(typed) > len(PARIS) and any(char.isdigit() for char in typed):
        return read_ring(typed[3:], scheme)
    return None


def last_digits(text: str) -> str:
    """Return the digits when so few were typed that they are the last ones of a number, else ""."""
    typed = re.sub(r"[\s.·]", "", text)
    return typed if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else ""


def proposed_schemes(known: Known, number: str) -> tuple[tuple[str, ...], bool]:
    """Return the foreign schemes that a number may be of, and whether the first is sure: that very ring is known.

    Schemes whose known rings begin with the same letters and are as long come first, the others in order of the list
    (neighbours first).
    """
    foreign = [code for code in lists.schemes() if code != PARIS]
    exact = known.by_field(CODE, OBSERVATION.code, "ring_key", [f"{code}{number}" for code in foreign])
    if exact:
        return tuple(dict.fromkeys(str(item.record.data["ring_scheme"]) for item in exact)), True
    stem = re.match(r"[A-Z]*", number)
    letters = stem[0] if stem else ""
    width = len(number) - len(letters)
    like = [
        code
        for code in foreign
        if letters
        and any(
            len(str(capture.data["ring_key"])) == len(code) + len(number)
            for capture in known.between(
                CODE, OBSERVATION.code, "ring_key", f"{code}{letters}{'0' * width}", f"{code}{letters}{'9' * width}"
            )
        )
    ]
    return tuple(dict.fromkeys([*like, *foreign])), False


def looks_foreign(number: str) -> bool:
    """Return whether a number has a shape that no French ring seen has: one letter or three, or letters at the end.

    French shapes seen: seven or eight digits, two letters with four or six digits (source: Bird_Ringing 2024-02-12).
    """
    return bool(_NOT_PARIS.fullmatch(number)) and len(number) <= LONGEST


# ------------------------------------------------------------------------------------------------ the next ring


def offered(
    stocks: Iterable[Stock], sizes: Sequence[str], person: str, latest: Mapping[str, str]
) -> tuple[Stock, Ring] | None:
    """Return the open string that the hand goes to for these sizes (the likeliest first), with its next ring.

    Among strings of one size that of the `person` comes first, then those of nobody, then any; then the one used last
    (`latest`: uid of the string by size), then one that is begun, then the lowest number.
    """
    found = [
        (sizes.index(stock.size), lease_rank(stock, person), latest.get(stock.size) != stock.uid,
         stock.last_used is None, stock.span.first, stock, ring)
        for stock in stocks
        if stock.is_open and stock.size in sizes and (ring := stock.next()) is not None
    ]  # fmt: skip
    if not found:
        return None
    best = min(found, key=lambda one: one[:5])
    return best[5], best[6]


def lease_rank(stock: Stock, person: str) -> int:
    """Return 0 for a string of this person, 1 for one of nobody in particular, 2 for one of somebody else."""
    if not stock.leased_to:
        return 1
    return 0 if stock.leased_to == person else 2


def check_species(values: Values) -> str:
    """Return the species code for which a ring is to be offered.

    Raises ValueError with a sentence when it is unknown, or when the size depends on a sex that is not known.
    """
    code = str(values.get("species", ""))
    if not code or code == lists.UNKNOWN_SPECIES:
        raise ValueError(_("Tapez d’abord l’espèce, ou le numéro de la bague : la série dépend de l’espèce."))
    bird = lists.bird(code)
    by_sex = {size.only: size.letter for size in bird.sizes if size.only in {"M", "F"}} if bird else {}
    if by_sex and str(values.get("sex", ""))[:1] not in by_sex:
        raise ValueError(
            _("{species} : la taille dépend du sexe ({sizes}). Tapez le sexe, ou le numéro de la bague.").format(
                species=species_name(code), sizes=", ".join(f"{sex} {letter}" for sex, letter in by_sex.items())
            )
        )
    return code


def no_size(code: str) -> str:
    """Return the sentence for a species whose ring size nobody knows."""
    return _("{species} : aucune taille de bague habituelle. Tapez le numéro de la bague.").format(
        species=species_name(code)
    )


def no_string(sizes: Sequence[str], stocks: Iterable[Stock], holding: Holding = ALONE) -> str:
    """Return the sentence for sizes of which no open string has a ring left here; it names one that could be opened.

    Where there is none to be opened, it names the one that another table holds.
    """
    letters = _(" ou ").join(sizes)
    left = [stock for stock in stocks if stock.size in sizes and stock.next()]
    elsewhere = next((stock for stock in left if stock.is_open and holding.is_elsewhere(stock)), None)
    waiting = next((stock for stock in left if not stock.is_open and not holding.is_elsewhere(stock)), None)
    if waiting is None and elsewhere is not None:
        return _("La série {first}–{last} est tenue par {table} : ouvrez-en une autre de taille {sizes}.").format(
            first=elsewhere.span.first.number,
            last=elsewhere.span.last.number,
            table=table_words(holding.others[elsewhere.uid]),
            sizes=letters,
        )
    if waiting is None:
        return _("Aucune série ouverte de taille {sizes} n’a de bague : tapez le numéro, ou notez une série.").format(
            sizes=letters
        )
    return _("Aucune série ouverte de taille {sizes} n’a de bague : ouvrez la série {first}–{last}.").format(
        sizes=letters, first=waiting.span.first.number, last=waiting.span.last.number
    )


# ------------------------------------------------------------------------------------------------ final digits


def ending_free(stocks: Sequence[Stock], current: Stock | None, sizes: Sequence[str], digits: str) -> Ring | None:
    """Return the ring to be put on whose number ends with the digits, None where there is none.

    An expected ring comes before all others, that of the current string before those of others; strings of a size
    usual for the bird (`sizes`) before the rest. Raises ValueError that names the rings when several fit equally.
    """
    ranked = sorted(
        (stock for stock in stocks if stock.is_open),
        key=lambda stock: _string_rank(stock, current, sizes),
    )
    expected = [
        (_string_rank(stock, current, sizes), ring)
        for stock in ranked
        if (ring := stock.next()) is not None and ring.number.endswith(digits)
    ]
    free = [
        (_string_rank(stock, current, sizes), ring)
        for stock in ranked
        for ring in stock.ending(digits)
        if stock.is_free(ring)
    ]
    for found in (expected, free):
        if found:
            return only_one([ring for rank, ring in found if rank == found[0][0]], digits)
    return None


def _string_rank(stock: Stock, current: Stock | None, sizes: Sequence[str]) -> tuple[int, bool]:
    return (sizes.index(stock.size) if stock.size in sizes else len(sizes)), stock is not current


def only_one(rings: Sequence[Ring], digits: str) -> Ring:
    """Return the only ring; ValueError that names them when several end with the digits."""
    different = sorted(set(rings))
    if len(different) == 1:
        return different[0]
    named = ", ".join(ring_words(ring) for ring in different[:MOST_NAMED])
    raise ValueError(
        _("Plusieurs bagues finissent par {digits} : {rings}{more}. Tapez plus de chiffres.").format(
            digits=digits, rings=named, more="…" if len(different) > MOST_NAMED else ""
        )
    )


def jump(stock: Stock, ring: Ring) -> tuple[tuple[Ring, ...], bool]:
    """Return the free rings between the one expected of the string and this one, and whether this one comes before.

    Nothing is between when the ring is the expected one, or was kept for later.
    """
    expected = stock.next()
    if expected is None or expected == ring or stock.state_of(ring) is RingState.LATER:
        return (), False
    if stock.span.place(ring) > stock.span.place(expected):
        return stock.between(expected, ring), False
    following = ring.follower()
    return (stock.between(following, expected) if following else ()), True

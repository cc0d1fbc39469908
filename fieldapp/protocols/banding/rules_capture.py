"""The rules of one capture: its ring, its bird, its hour and its net. Pure functions; nearly all of them only warn.

Codes of the CRBPO's own cleaning are marked "CRBPO" (source: STOC_reporting 2023-12-01). What a rule must know besides
the record comes in `Context.known`: "life" (life.Life without this capture), "usual" (biometry.Usual), "stock" (the
string that holds the ring, None where none does), "stocks" (all strings), "holding" (holding.Holding), "is_new_ring"
(the line did not bear this ring before), "in_hand" (the uids of the strings that rings of this table came from),
"is_final" (the line is to be stored now). What is not there is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fieldapp.core import parse
from fieldapp.core.schema import Context, Problem, Rule, Severity, Values, advice
from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.banding import life_checks, lists
from fieldapp.protocols.banding.crbpo_cells import HIGHEST_NET, SHORTEST_DIGITS, looks_like_exponent
from fieldapp.protocols.banding.crbpo_mending import LAST_ROUND_MIN
from fieldapp.protocols.banding.holding import ALONE, Holding, table_words
from fieldapp.protocols.banding.life import position_of, species_name
from fieldapp.protocols.banding.ring import PARIS, Ring, from_key
from fieldapp.protocols.banding.schema import CONTROLLED, RECOVERED, RINGED, WITHOUT_RING

if TYPE_CHECKING:
    from fieldapp.protocols.banding.biometry import Range
    from fieldapp.protocols.banding.stock import Stock

WRITTEN_OFF: Mapping[str, str] = {
    "lost": N_("perdue"),
    "destroyed": N_("détruite"),
    "replaced": N_("remplacée"),
    "returned": N_("rendue"),
}
"""What became of a ring that can't be put on any more."""

_DAY = 24 * 60


def ring_or_reason(context: Context) -> Iterator[Problem]:
    """Refuse a capture without a ring that does not say it has none."""
    values = context.values
    if not values.get("ring_key") and values.get("action") != WITHOUT_RING:
        yield Problem("ring", "no_ring", Severity.BLOCKING)


def some_species(context: Context) -> Iterator[Problem]:
    """Refuse a capture without a species."""
    if not context.values.get("species"):
        yield Problem("species", "no_species", Severity.BLOCKING)


def _ring(values: Values) -> Ring | None:
    key = str(values.get("ring_key", ""))
    return from_key(key) if key else None


def _stock(context: Context, ring: Ring) -> tuple[Stock | None, bool]:
    """Return the string of the ring, and whether that is known at all: not where nobody keeps strings."""
    stocks = context.known.get("stocks", ())
    stock = context.known.get("stock") or next((item for item in stocks if item.holds(ring)), None)
    return stock, stock is not None or bool(stocks)


@advice
def ring_is_whole(context: Context) -> Iterator[Problem]:
    """Warn of a number that the CRBPO would drop (too short, spreadsheet's E), tell of one not wholly read."""
    ring = _ring(context.values)
    if ring is None:
        return
    if ring.is_partial:
        yield Problem("ring", "ring_partial", Severity.NOTICE, {"ring": ring.number})
    elif ring.scheme == PARIS and ring.number.isdigit() and len(ring.number) < SHORTEST_DIGITS:
        yield Problem("ring", "ring_short", Severity.WARNING, {"ring": ring.number, "fewest": SHORTEST_DIGITS})
    elif ring.scheme == PARIS and looks_like_exponent(ring):
        yield Problem("ring", "ring_with_e", Severity.WARNING, {"ring": ring.number})


@advice
def ring_is_of_a_string(context: Context) -> Iterator[Problem]:
    """Warn of a new ring that no string holds, and of an unknown ring of Paris that is controlled here."""
    ring, action = _ring(context.values), context.values.get("action")
    if ring is None or ring.is_foreign or ring.is_partial:
        return
    stock, is_known = _stock(context, ring)
    if not is_known or stock is not None:
        return
    life = context.known.get("life")
    if action == RINGED:
        yield Problem("ring", "no_string", Severity.WARNING, {"ring": ring.number})
    elif action == CONTROLLED and life is not None and not life.is_known:
        yield Problem("ring", "ring_unknown_here", Severity.WARNING, {"ring": ring.number})


@advice
def ring_is_free(context: Context) -> Iterator[Problem]:
    """Warn of a new ring that was noted lost, destroyed, replaced or returned, or whose string is not yet open."""
    ring = _ring(context.values)
    if ring is None or context.values.get("action") != RINGED:
        return
    stock, _is_known = _stock(context, ring)
    if stock is None:
        return
    fate = stock.fates.get(ring.key)
    word = WRITTEN_OFF.get(str(fate.data.get("fate", ""))) if fate else None
    if word:
        yield Problem("ring", "ring_written_off", Severity.WARNING, {"ring": ring.number, "fate": _(word)})
    if stock.state == "received":
        yield Problem("ring", "string_not_open", Severity.WARNING, {"ring": ring.number})


@advice
def string_is_in_hand(context: Context) -> Iterator[Problem]:
    """Warn of a new ring whose string another table holds; of the first of one that it may hold, for it can't be asked.

    Or has not answered yet, when the line is to be stored.
    """
    ring, known = _ring(context.values), context.known
    if ring is None or context.values.get("action") != RINGED or not known.get("is_new_ring", True):
        return
    holding: Holding = known.get("holding", ALONE)
    stock, _is_known = _stock(context, ring)
    if stock is None:
        return
    if holding.is_elsewhere(stock):
        table = table_words(holding.others[stock.uid])
        yield Problem("ring", "string_elsewhere", Severity.WARNING, {"ring": ring.number, "table": table})
    elif (
        holding.is_unsure(stock.uid)
        and stock.uid not in known.get("in_hand", ())
        and (holding.is_cut or known.get("is_final"))
    ):
        yield Problem("ring", "string_unsure", Severity.WARNING, {"ring": ring.number})


@advice
def string_runs_out(context: Context) -> Iterator[Problem]:
    """Tell at the ring with which its string becomes nearly empty, and at its last one; at no other.

    Nothing is to be confirmed: the bird is right, the next string is to be fetched.
    """
    ring = _ring(context.values)
    if ring is None or context.values.get("action") != RINGED:
        return
    stock, _is_known = _stock(context, ring)
    left = stock.running_out(ring) if stock is not None else None
    if left == 0:
        yield Problem("ring", "string_last_ring", Severity.NOTICE, {"ring": ring.number})
    elif left is not None:
        yield Problem("ring", "string_nearly_empty", Severity.NOTICE, {"left": left})


@advice
def size_is_usual(context: Context) -> Iterator[Problem]:
    """Warn of a new ring of Paris whose size is not among those usual for the species; foreign sizes are others."""
    values, usual = context.values, context.known.get("usual")
    ring, species = _ring(values), str(values.get("species", ""))
    if ring is None or ring.is_foreign or usual is None or values.get("action") != RINGED:
        return
    stock, _is_known = _stock(context, ring)
    size = stock.size if stock is not None else str(values.get("ring_size", ""))
    sizes = usual.sizes(species, values)
    if size and sizes and size not in sizes:
        about = {"size": size, "species": species_name(species), "usual": _(" ou ").join(sizes)}
        yield Problem("ring", "unusual_size", Severity.WARNING, about)


@advice
def ring_is_ours(context: Context) -> Iterator[Problem]:
    """Tell of a foreign ring, and warn where it is said to have been put on here."""
    ring = _ring(context.values)
    if ring is None or not ring.is_foreign:
        return
    scheme = lists.schemes().get(ring.scheme)
    about = {"scheme": f"{ring.scheme} {scheme.label}, {scheme.country}" if scheme else ring.scheme or "?"}
    if context.values.get("action") == RINGED:
        yield Problem("ring_scheme", "foreign_ringed", Severity.WARNING, about)
    else:
        yield Problem("ring_scheme", "foreign_ring", Severity.NOTICE, about)


@advice
def fits_its_life(context: Context) -> Iterator[Problem]:
    """Warn of what contradicts the other captures of this bird: species, sex, age, death, two places on one day."""
    life = context.known.get("life")
    if life is not None:
        session, place = context.parents.get("visit", {}), context.parents.get("sites_group", {})
        position = position_of(session, place)
        yield from life_checks.contradictions(life, context.values, session, place, position, today=context.today)


@advice
def species_is_listed(context: Context) -> Iterator[Problem]:
    """Tell of a bird that was not determined, and of a code that the list does not know."""
    species = str(context.values.get("species", ""))
    if species == lists.UNKNOWN_SPECIES:
        yield Problem("species", "species_unknown", Severity.NOTICE)
    elif species and lists.bird(species) is None:
        yield Problem("species", "species_unlisted", Severity.NOTICE, {"species": species})


@advice
def measures_are_usual(context: Context) -> Iterator[Problem]:
    """Warn of a wing or a mass outside what is usual for the bird, and say where that range comes from."""
    values, usual = context.values, context.known.get("usual")
    if usual is None:
        return
    asked = (("wing_mm", "unusual_wing", usual.wing), ("mass_g", "unusual_mass", usual.mass))
    for name, code, range_of in asked:
        value = values.get(name)
        found: Range | None = None if value is None else range_of(values)
        if value is not None and found is not None and not found.holds(value):
            about = {"value": _number(value), "low": _number(found.low), "high": _number(found.high)}
            yield Problem(name, code, Severity.WARNING, {**about, "source": source_words(found)})


def _number(value: float) -> str:
    return parse.show_number(round(float(value), 1))


def source_words(found: Range) -> str:
    """Return "fourchette de l’association, 212 oiseaux" or "fourchette de la liste"."""
    if found.source == "list":
        return _("fourchette de la liste")
    return ngettext(
        "fourchette de l’association, {count} oiseau", "fourchette de l’association, {count} oiseaux", found.birds
    ).format(count=found.birds)


@advice
def net_is_open(context: Context) -> Iterator[Problem]:
    """Warn of a net that is not among those open in the session, and of a number that stands for "unknown"."""
    net = str(context.values.get("net", "")).strip()
    if not net:
        return
    opened = context.parents.get("visit", {}).get("open_nets", ())
    if re.fullmatch(r"-?[0-9]{1,9}", net) and not 0 <= int(net) <= HIGHEST_NET:
        yield Problem("net", "net_number", Severity.WARNING, {"net": net})
    elif opened and net not in opened:
        yield Problem("net", "net_not_open", Severity.WARNING, {"net": net, "nets": _few(opened)})


def _few(nets: list[str]) -> str:
    shown = ", ".join(nets[:8])
    return f"{shown}…" if len(nets) > 8 or len(shown) > 40 else shown


@advice
def hour_fits_session(context: Context) -> Iterator[Problem]:
    """Warn of an hour before the opening or after the closing, and of 00:06, which is 06:00 from a spreadsheet."""
    hour, session = context.values.get("hour"), context.parents.get("visit", {})
    opened, lasts = session.get("opened_at"), session.get("duration_min")
    if not hour:
        return
    since = (_minutes(hour) - _minutes(opened)) % _DAY if opened else None
    longest = _DAY // 2 if lasts is None else max(lasts, 0) + LAST_ROUND_MIN
    if since is not None and since <= longest:
        return
    if hour.startswith("00:") and 0 < int(hour[3:]) < 24:
        yield Problem("hour", "hour_of_spreadsheet", Severity.WARNING, {"hour": hour, "likely": f"{hour[3:]}:00"})
    elif opened and hour < opened:
        yield Problem("hour", "before_opening", Severity.WARNING, {"hour": hour, "opened": opened})
    elif opened and lasts is not None:
        closed = (_minutes(opened) + max(lasts, 0)) % _DAY
        about = {"hour": hour, "closed": f"{closed // 60:02}:{closed % 60:02}"}
        yield Problem("hour", "after_closing", Severity.WARNING, about)


def _minutes(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:])


@advice
def row_is_whole(context: Context) -> Iterator[Problem]:
    """Tell what the CRBPO asks of every row and this one lacks: hour, theme, condition of a controlled bird, reason."""
    values, session = context.values, context.parents.get("visit", {})
    if not values.get("hour"):
        yield Problem("hour", "no_hour", Severity.NOTICE)
    if not values.get("theme") and not session.get("theme"):
        yield Problem("theme", "no_theme", Severity.NOTICE)
    if values.get("action") in {CONTROLLED, RECOVERED} and not values.get("condition"):
        yield Problem("condition", "no_condition", Severity.WARNING)
    if values.get("action") == WITHOUT_RING and not values.get("comments"):
        yield Problem("comments", "no_reason", Severity.NOTICE)


RULES: tuple[Rule, ...] = (
    ring_or_reason,
    some_species,
    ring_is_whole,
    ring_is_of_a_string,
    ring_is_free,
    string_is_in_hand,
    string_runs_out,
    size_is_usual,
    ring_is_ours,
    fits_its_life,
    species_is_listed,
    measures_are_usual,
    net_is_open,
    hour_fits_session,
    row_is_whole,
)

MESSAGES: Mapping[str, str] = {
    "no_ring": N_("Bague : à lire, ou « sans bague » avec la raison."),
    "no_species": N_("Espèce : à taper ; SPESPE si l’oiseau n’est pas déterminé."),
    "ring_partial": N_("Bague {ring} : lue en partie. Un autre œil, ou une photo ?"),
    "ring_short": N_("Bague {ring} : moins de {fewest} chiffres, le CRBPO refuse la ligne. Relisez le numéro."),
    "ring_with_e": N_("Bague {ring} : ce E vient souvent d’un tableur. Reprenez le numéro gravé."),
    "no_string": N_("Bague {ring} d’aucune série d’ici : relisez le numéro, ou ajoutez la série au stock."),
    "ring_unknown_here": N_("Bague {ring} inconnue et d’aucune série d’ici : relisez le numéro et le centre."),
    "ring_written_off": N_("Bague {ring} notée {fate} : relisez le numéro, ou corrigez le stock."),
    "string_not_open": N_("Bague {ring} d’une série qui n’est pas ouverte : relisez le numéro, ou ouvrez la série."),
    "string_elsewhere": N_("Bague {ring} d’une série tenue par {table} : relisez le numéro, ou laissez-lui la série."),
    "string_unsure": N_(
        "Bague {ring} : l’autre table n’a pas répondu, elle prend peut-être la même série. Demandez-lui."
    ),
    "string_nearly_empty": N_("Série presque finie, il en reste {left} après cette bague : préparez la suivante."),
    "string_last_ring": N_("{ring} est la dernière bague de sa série : ouvrez la suivante avant le prochain oiseau."),
    "unusual_size": N_("Bague {size} sur {species}, d’habitude {usual} : vérifiez la bague et l’espèce."),
    "foreign_ringed": N_("Bague étrangère ({scheme}) notée posée ici : c’est un contrôle, ou le centre est faux."),
    "foreign_ring": N_("Bague étrangère, {scheme} : lisez tout le numéro et photographiez la bague."),
    "species_unknown": N_("Oiseau non déterminé : le CRBPO ne gardera pas cette ligne pour ses indices."),
    "species_unlisted": N_("« {species} » n’est pas dans la liste des espèces : vérifiez le code ; il est gardé."),
    "unusual_wing": N_("Aile {value} mm, d’habitude {low} à {high} mm ({source}) : mesurez encore."),
    "unusual_mass": N_("Masse {value} g, d’habitude {low} à {high} g ({source}) : pesez encore."),
    "net_number": N_("Filet {net} : au-dessus de 100, le CRBPO le signale. Filet inconnu ? Laissez vide."),
    "net_not_open": N_("Filet {net} : il n’est pas parmi les filets ouverts ({nets})."),
    "hour_of_spreadsheet": N_("{hour} : est-ce {likely} ? Les tableurs changent les heures ainsi."),
    "before_opening": N_("{hour} est avant l’ouverture des filets ({opened}) : vérifiez l’heure."),
    "after_closing": N_("{hour} est bien après la fermeture des filets ({closed}) : vérifiez l’heure ou la durée."),
    "no_hour": N_("Sans heure, le CRBPO ne garde pas cette ligne pour ses indices."),
    "no_theme": N_("Aucun thème, ni ici ni dans la séance : choisissez-le."),
    "no_condition": N_("Condition et circonstances manquent : 8 et 20 pour un oiseau sain."),
    "no_reason": N_("Sans bague : dites pourquoi dans le mémo."),
    **life_checks.MESSAGES,
}
"""The French sentence of every code, with what to do."""

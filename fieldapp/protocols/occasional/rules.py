"""The rules of a list of the day and of its lines that no single field can state. Pure functions.

Little can be wrong for certain in what may be anything anywhere: most of what is said is a warning to confirm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from fieldapp.core import dates
from fieldapp.core.positions import distance_km, in_france
from fieldapp.core.schema import Context, Problem, Rule, Severity, Taxon, Values, advice
from fieldapp.core.shapes import read_shape
from fieldapp.core.text import N_
from fieldapp.protocols.occasional.lists import fits_taxon
from fieldapp.protocols.occasional.schema import (
    ABSENT,
    COUNTED,
    COUNTING,
    NOMENCLATURES,
    OBJECT,
    SEX,
    STAGE,
    STATUS,
)

FIRST_YEAR = 1900
"""A date before it is asked about (a choice of the program: older ones come from books, and are typed with care)."""

FARTHEST_KM = 5.0
"""A line farther than this from the place of its list is asked about: it belongs to another list (a choice)."""

MANY = 10_000
"""Individuals above which a number is asked about (a choice of the program: flocks have that many, seldom more)."""


def _point(values: Values) -> tuple[float, float] | None:
    longitude, latitude = values.get("longitude"), values.get("latitude")
    return None if longitude is None or latitude is None else (float(longitude), float(latitude))


# --------------------------------------------------------------------------------------------------- the list


def date_is_past(context: Context) -> Iterator[Problem]:
    """Refuse a date in the future."""
    stored = context.values.get("visit_date_min")
    if stored and stored > context.today.isoformat():
        about = {"date": dates.in_numbers(date.fromisoformat(stored))}
        yield Problem("visit_date_min", "list_in_the_future", Severity.BLOCKING, about)


@advice
def date_is_likely(context: Context) -> Iterator[Problem]:
    """Warn of a date long ago (source of the limit: `FIRST_YEAR`)."""
    stored = context.values.get("visit_date_min")
    if stored and int(stored[:4]) < FIRST_YEAR:
        yield Problem("visit_date_min", "list_long_ago", Severity.WARNING, {"year": stored[:4]})


@advice
def hours_in_order(context: Context) -> Iterator[Problem]:
    """Warn of an end before its beginning."""
    first, last = context.values.get("hour_min"), context.values.get("hour_max")
    if first and last and last < first:
        yield Problem("hour_max", "list_ends_before", Severity.WARNING, {"start": first, "end": last})


def somewhere(context: Context) -> Iterator[Problem]:
    """Ask for a position or an outline: without one nobody can be told where it was."""
    if _point(context.values) is None and not context.values.get("geometry"):
        yield Problem("longitude", "nowhere", Severity.INCOMPLETE)


def outline_is_readable(context: Context) -> Iterator[Problem]:
    """Refuse an outline that is none; warn of one outside metropolitan France."""
    text = context.values.get("geometry")
    if not text:
        return
    try:
        shape = read_shape(text)
    except ValueError:
        yield Problem("geometry", "bad_outline", Severity.BLOCKING)
        return
    if not in_france(*shape.middle):
        yield Problem("geometry", "place_abroad", Severity.WARNING)


def has_lines(context: Context) -> Iterator[Problem]:
    """Ask for a first species: a list without a line says nothing."""
    if not context.children:
        yield Problem("", "no_species", Severity.INCOMPLETE)


def place_is_in_france(context: Context) -> Iterator[Problem]:
    """Refuse longitude and latitude that are clearly swapped; warn of a point outside metropolitan France."""
    point = _point(context.values)
    if point is None or in_france(*point):
        return
    if in_france(point[1], point[0]):
        yield Problem("longitude", "place_swapped", Severity.BLOCKING)
    else:
        yield Problem("latitude", "place_abroad", Severity.WARNING)


# --------------------------------------------------------------------------------------------------- a line


def counts_in_order(context: Context) -> Iterator[Problem]:
    """Refuse a maximum below the minimum; warn of a range that was counted."""
    least, most = context.values.get("count_min"), context.values.get("count_max")
    if least is None or most is None or least == most:
        return
    about = {"least": least, "most": most}
    if most < least:
        yield Problem("count_max", "most_below_least", Severity.BLOCKING, about)
    elif context.values.get(COUNTING) == COUNTED:
        yield Problem(COUNTING, "range_counted", Severity.WARNING, about)


def count_fits_status(context: Context) -> Iterator[Problem]:
    """Refuse animals that were seen zero times, and a number of animals that were not seen."""
    status, most = context.values.get(STATUS), context.values.get("count_max", context.values.get("count_min"))
    if most is None:
        return
    if status == ABSENT and most > 0:
        yield Problem("count_max", "absent_with_count", Severity.BLOCKING)
    elif status != ABSENT and most == 0:
        yield Problem("count_min", "present_without_any", Severity.BLOCKING)


@advice
def count_is_likely(context: Context) -> Iterator[Problem]:
    """Warn of a number that is seldom met (source of the limit: `MANY`); an area has its own measure."""
    most = max(context.values.get("count_min", 0), context.values.get("count_max", 0))
    if most > MANY and context.values.get(OBJECT) != "SURF":
        yield Problem("count_max", "very_many_seen", Severity.WARNING, {"count": most})


@advice
def codes_fit_taxon(context: Context) -> Iterator[Problem]:
    """Warn of a code that is not said of such a taxon (source: lists.fits_taxon): a plant has no tadpoles."""
    taxon = _taxon(context)
    if taxon is None:
        return
    for name, kind in NOMENCLATURES.items():
        code = context.values.get(name)
        if code is not None and not fits_taxon(kind, code, taxon):
            yield Problem(name, "code_of_others", Severity.WARNING, {"name": _name(taxon)})


@advice
def line_is_not_twice(context: Context) -> Iterator[Problem]:
    """Warn when another line of the list has the same taxon, stage, sex, object and place."""
    taxon, cd_nom = _taxon(context), context.values.get("cd_nom")
    if cd_nom is None:
        return
    own = _kind_of(context.values)
    if any(_kind_of(other) == own for other in context.siblings if "visit_date_min" not in other):
        yield Problem("cd_nom", "noted_twice", Severity.WARNING, {"name": _name(taxon) or cd_nom})


def _kind_of(values: Values) -> tuple[object, ...]:
    return tuple(values.get(name) for name in ("cd_nom", STATUS, STAGE, SEX, OBJECT, "longitude", "latitude"))


@advice
def line_is_near(context: Context) -> Iterator[Problem]:
    """Warn of a line far from the place of its list (source of the distance: `FARTHEST_KM`)."""
    own, there = _point(context.values), _point(context.parents.get("visit", {}))
    if own is None or there is None or not in_france(*own):
        return
    distance = distance_km(own, there)
    if distance > FARTHEST_KM:
        yield Problem("latitude", "far_from_list", Severity.WARNING, {"distance": round(distance)})


def _taxon(context: Context) -> Taxon | None:
    cd_nom = context.values.get("cd_nom")
    return context.taxa.get(cd_nom) if isinstance(cd_nom, int) else None


def _name(taxon: Taxon | None) -> str:
    return (taxon.nom_vern or taxon.lb_nom) if taxon else ""


RULES: Mapping[str, tuple[Rule, ...]] = {
    "visit": (
        date_is_past,
        date_is_likely,
        hours_in_order,
        somewhere,
        place_is_in_france,
        outline_is_readable,
        has_lines,
    ),
    "observation": (
        counts_in_order,
        count_fits_status,
        count_is_likely,
        codes_fit_taxon,
        line_is_not_twice,
        place_is_in_france,
        line_is_near,
    ),
}

MESSAGES: Mapping[str, str] = {
    "list_in_the_future": N_("Le {date} est dans l’avenir : vérifiez la date, ou l’horloge de l’ordinateur."),
    "list_long_ago": N_("La liste est de {year} : vérifiez l’année."),
    "list_ends_before": N_("Début {start}, fin {end} : la fin est avant le début. Vérifiez les deux heures."),
    "nowhere": N_("La position manque : tapez-la, collez le lien d’une carte, ou choisissez un lieu connu."),
    "bad_outline": N_("Ce contour n’est pas lisible : attendu POLYGON ((…)) ou LINESTRING (…), en degrés."),
    "no_species": N_("Aucune espèce n’est notée : tapez la première pour finir la liste."),
    "place_swapped": N_("Longitude et latitude sont inversées : échangez les deux nombres."),
    "place_abroad": N_("Ce lieu n’est pas en France métropolitaine : vérifiez la position."),
    "most_below_least": N_("De {least} à {most} : le plus petit nombre d’abord."),
    "range_counted": N_("Compté, mais de {least} à {most} : mettez « estimé », ou un seul nombre."),
    "absent_with_count": N_("« Non observé », mais un nombre est noté : effacez l’un des deux."),
    "present_without_any": N_("Vu, mais 0 individu : notez le nombre vu, « x » si personne n’a compté."),
    "very_many_seen": N_("{count} : vérifiez le nombre."),
    "code_of_others": N_("{name} : cela ne se dit pas d’un tel taxon. Vérifiez l’espèce ou ce qui en est dit."),
    "noted_twice": N_("{name} est déjà noté avec ce stade et ce sexe : regroupez les deux lignes."),
    "far_from_list": N_("À {distance} km du lieu de la liste : vérifiez la position, ou faites une autre liste."),
}
"""The French sentence of every code, with what to do."""

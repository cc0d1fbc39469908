"""The rules of POP Amphibiens that no single field can state: those of aires and ponds, and all of them together.

Severity follows one line: what can never be right blocks, what is asked for and missing leaves the record a draft,
what is unlikely is a warning to confirm, the rest is said and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fieldapp.core.positions import distance_km, in_france
from fieldapp.core.schema import Context, Problem, Rule, Severity, Values, advice
from fieldapp.core.text import N_, fold
from fieldapp.protocols.pop_amphibiens import rules_observation, rules_visit

FEWEST_SITES = 3
"""Ponds that an aire has at least (source: gon.fr, p=11976)."""

FARTHEST_KM = 5.0
"""A pond farther than this from the nearest pond of its aire is asked about. One outing of 3 to 4 hours covers an aire
(source: CPIE60, reserve-arjuzanx.fr); the distance itself is a choice of the program."""


@advice
def enough_sites(context: Context) -> Iterator[Problem]:
    """Say when an aire has fewer ponds than the regional relay wants."""
    count = sum("base_site_name" in child for child in context.children)
    if count < FEWEST_SITES:
        yield Problem("", "few_sites", Severity.NOTICE, {"count": count, "fewest": FEWEST_SITES})


@advice
def group_name_is_its_own(context: Context) -> Iterator[Problem]:
    """Warn of a second aire with the same name: in the SHF file the two would be one."""
    yield from _same_name(context, "sites_group_name", "group_name_twice")


@advice
def site_name_is_its_own(context: Context) -> Iterator[Problem]:
    """Warn of a second pond with the same name in the aire: in the SHF file the two would be one."""
    yield from _same_name(context, "base_site_name", "site_name_twice")


def _same_name(context: Context, field: str, code: str) -> Iterator[Problem]:
    name = _as_exported(context.values.get(field, ""))
    if name and any(_as_exported(other.get(field, "")) == name for other in context.siblings):
        yield Problem(field, code, Severity.WARNING)


def _as_exported(name: str) -> str:
    """Return the name as the SHF file compares it: without accents, blanks as underscores."""
    return fold(name).replace(" ", "_")


def _point(values: Values) -> tuple[float, float] | None:
    longitude, latitude = values.get("longitude"), values.get("latitude")
    return None if longitude is None or latitude is None else (float(longitude), float(latitude))


def position_is_in_france(context: Context) -> Iterator[Problem]:
    """Refuse longitude and latitude that are clearly swapped; warn of a point outside metropolitan France."""
    point = _point(context.values)
    if point is None or in_france(*point):
        return
    if in_france(point[1], point[0]):
        yield Problem("longitude", "position_swapped", Severity.BLOCKING)
    else:
        yield Problem("latitude", "position_abroad", Severity.WARNING)


@advice
def position_is_near(context: Context) -> Iterator[Problem]:
    """Warn of a pond far from all others of its aire (source of the distance: `FARTHEST_KM`)."""
    point = _point(context.values)
    others = [other for sibling in context.siblings if (other := _point(sibling)) is not None]
    if point is None or not others or not in_france(*point):
        return
    nearest = min(distance_km(point, other) for other in others)
    if nearest > FARTHEST_KM:
        yield Problem("latitude", "far_from_others", Severity.WARNING, {"distance": round(nearest)})


RULES: Mapping[str, tuple[Rule, ...]] = {
    "sites_group": (group_name_is_its_own, enough_sites),
    "site": (site_name_is_its_own, position_is_in_france, position_is_near),
    "visit": rules_visit.RULES,
    "observation": rules_observation.RULES,
}

MESSAGES: Mapping[str, str] = {
    "few_sites": N_("{count} mares dans l’aire : le protocole en demande au moins {fewest}."),
    "group_name_twice": N_("Une autre aire porte déjà ce nom : changez l’un des deux."),
    "site_name_twice": N_("Une autre mare de l’aire porte déjà ce nom : changez l’un des deux."),
    "position_swapped": N_("Longitude et latitude sont inversées : échangez les deux nombres."),
    "position_abroad": N_("Cette position n’est pas en France métropolitaine : vérifiez les deux nombres."),
    "far_from_others": N_("À {distance} km de la mare la plus proche de l’aire : vérifiez la position."),
    **rules_visit.MESSAGES,
    **rules_observation.MESSAGES,
}
"""The French sentence of every code, with what to do."""

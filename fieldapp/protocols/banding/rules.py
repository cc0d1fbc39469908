"""What is checked in banding, all of it together: codes here, words in MESSAGES.

Severity follows one line: only no ring and no reason, no species, and no date block or leave a record undone; what is
unlikely is a warning to confirm, the rest is said and nothing more. A ringer in the field has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fieldapp.core.positions import in_france
from fieldapp.core.schema import Context, Problem, Rule, Severity, advice
from fieldapp.core.text import N_, fold
from fieldapp.protocols.banding import rules_capture, rules_session, rules_string, territory
from fieldapp.protocols.banding.crbpo_mending import several_communes

STRONG: frozenset[str] = frozenset(
    {
        "ringed_twice",
        "ring_read_before",
        "other_species",
        "no_string",
        "string_not_open",
        "string_elsewhere",
        "ring_written_off",
        "string_nearly_empty",
        "string_last_ring",
        "dead_before",
    }
)
"""The codes that get the strongest alert: one slip of this kind costs the whole history of a ring at the CRBPO.

A duplicate, a ring of a wrong string, a string that runs out, a ring on another species, a bird noted dead. A size that
is not usual is a warning and no more: the last word is the ringer's.
"""


@advice
def position_is_in_france(context: Context) -> Iterator[Problem]:
    """Warn of a place in France whose position is not, and of longitude and latitude that are swapped.

    Overseas departments have no bounds here.
    """
    longitude, latitude = context.values.get("longitude"), context.values.get("latitude")
    if longitude is None or latitude is None or not territory.is_metropolitan(context.values):
        return
    if in_france(latitude, longitude):
        yield Problem("longitude", "place_swapped", Severity.WARNING)
    elif not in_france(longitude, latitude):
        yield Problem("latitude", "place_abroad", Severity.WARNING)


@advice
def commune_is_one(context: Context) -> Iterator[Problem]:
    """Warn of two communes in one cell, a known fault of files of the CRBPO (source: crbpo_data_acrola_fix).

    What counts as two is what the reading of a file refuses, with the communes of the other places known.
    """
    commune = str(context.values.get("commune", ""))
    known = {fold(str(other.get("commune", ""))) for other in context.siblings}
    if several_communes(commune, known):
        yield Problem("commune", "two_communes", Severity.WARNING, {"commune": commune[:60]})


RULES: Mapping[str, tuple[Rule, ...]] = {
    "sites_group": (position_is_in_france, commune_is_one),
    "visit": rules_session.RULES,
    "observation": rules_capture.RULES,
    "ring_string": rules_string.RULES,
    "ring_fate": rules_string.FATE_RULES,
}

MESSAGES: Mapping[str, str] = {
    "place_swapped": N_("Longitude et latitude sont inversées : échangez les deux nombres."),
    "place_abroad": N_("Cette position n’est pas en France métropolitaine : vérifiez les deux nombres ou le pays."),
    "two_communes": N_("« {commune} » : une seule commune par lieu, celle des filets."),
    **rules_session.MESSAGES,
    **rules_capture.MESSAGES,
    **rules_string.MESSAGES,
}
"""The French sentence of every code."""

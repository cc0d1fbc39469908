"""What is checked on sessions, captures and ring strings: codes here, words in MESSAGES."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fieldapp.core.schema import Context, Problem, Rule, Severity
from fieldapp.core.text import N_
from fieldapp.protocols.banding.schema import WITHOUT_RING


def ring_or_reason(context: Context) -> Iterator[Problem]:
    """Refuse a capture without a ring that does not say it has none."""
    values = context.values
    if not values.get("ring_key") and values.get("action") != WITHOUT_RING:
        yield Problem("ring", "no_ring", Severity.BLOCKING)


def some_species(context: Context) -> Iterator[Problem]:
    """Refuse a capture without a species."""
    if not context.values.get("species"):
        yield Problem("species", "no_species", Severity.BLOCKING)


RULES: Mapping[str, tuple[Rule, ...]] = {"observation": (ring_or_reason, some_species)}

MESSAGES: Mapping[str, str] = {
    "no_ring": N_("Bague : à lire, ou « sans bague » avec la raison."),
    "no_species": N_("Espèce : à taper ; SPESPE si l’oiseau n’est pas déterminé."),
}

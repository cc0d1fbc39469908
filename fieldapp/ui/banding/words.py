"""The ring and the species of a capture in words, for lists and titles."""

from __future__ import annotations

from fieldapp.core.schema import Values
from fieldapp.core.text import _
from fieldapp.protocols.banding.lists import bird
from fieldapp.protocols.banding.ring import PARIS, Ring, show_ring
from fieldapp.protocols.banding.schema import WITHOUT_RING


def show(ring: Ring) -> str:
    """Return "868 0042"; a ring of another scheme than Paris with its scheme: "GBT A 710715"."""
    number = show_ring(ring.number)
    return number if ring.scheme == PARIS else f"{ring.scheme} {number}"


def ring_words(values: Values) -> str:
    """Return the ring of a capture, "sans bague" where the bird bears none, "" where it is not noted."""
    number = str(values.get("ring", ""))
    if not number:
        return _("sans bague") if values.get("action") == WITHOUT_RING else ""
    scheme = str(values.get("ring_scheme") or PARIS)
    try:
        return show(Ring(scheme, number))
    except ValueError:  # a scheme that no rule let through: shown as it stands
        return f"{scheme} {number}"


def species_words(values: Values) -> str:
    """Return "Rousserolle effarvatte|ACRSCI"; the code alone where the list does not know it."""
    code = str(values.get("species", ""))
    known = bird(code)
    return f"{known.nom_vern}|{code}" if known else code


def capture_words(values: Values) -> str:
    """Return the bird of a capture: "868 0042 Rousserolle effarvatte"."""
    return " ".join(filter(None, (ring_words(values), species_name(str(values.get("species", ""))))))


def code_words(code: str) -> str:
    """Return "ACRSCI, Rousserolle effarvatte"; the code alone where the list does not know it."""
    known = bird(code)
    return f"{code}, {known.nom_vern}" if known else code


def species_name(code: str) -> str:
    """Return the French name of a code; the code itself where the list does not know it."""
    known = bird(code)
    return known.nom_vern if known else code

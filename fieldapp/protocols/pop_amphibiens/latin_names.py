"""Latin names compared: does a name that a file cites belong to the taxon that it is cited for?"""

from __future__ import annotations

from fieldapp.core.schema import Taxon
from fieldapp.core.text import fold

_NO_EPITHETS = frozenset({"sp", "spp", "kl", "cf", "x", "aff"})
"""Words between or after the genus that name no species (source: open nomenclature, "sp.", "cf.", "aff.";
"kl." for the klepton of the green frogs, "x" for hybrids)."""


def names_taxon(latin: str, taxon: Taxon) -> bool:
    """Return whether a Latin name is that of the taxon or one of its aliases, or says nothing.

    Genus and species are compared, without accents and capitals; either may be shortened ("Bufo b.").
    """
    told = _binomial(latin)
    if not told:
        return True
    for name in (taxon.lb_nom, *taxon.aliases):
        known = _binomial(name)
        if len(known) == len(told) and all(map(str.startswith, known, told)):
            return True
    return False


def _binomial(name: str) -> list[str]:
    """Return the genus and, when there is one, the species of a Latin name, folded; not its author."""
    words = (name if any(map(str.islower, name)) else name.lower()).split()
    after = [word for word in words[1:] if word.strip(".").casefold() not in _NO_EPITHETS][:1]
    return [fold(word).rstrip(".,") for word in (*words[:1], *(word for word in after if word[0].islower()))]

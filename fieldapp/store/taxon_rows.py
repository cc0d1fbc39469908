"""A taxon as a row of its table, and the words under which it is searched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from fieldapp.core.schema import Taxon
from fieldapp.core.text import fold
from fieldapp.store.rows import encode

COLUMNS = (
    "id, cd_nom, cd_ref, lb_nom, lb_auteur, nom_vern, rank, regional_rank, complex, status, aliases, parent, "
    "group_inpn, lineage"
)
"""What `taxon` reads, in its order; `words` comes after them."""

WIDTH = 15
"""The values of a row, `words` among them."""

# After fold(), letters of Latin alphabets and digits. Nothing else gets into the index or into a query, so that both
# sides cut words at the same places and no typed character is ever read as query syntax.
WORD = re.compile("[0-9a-zà-öø-ɏ]+")


def row(number: int, t: Taxon) -> tuple[Any, ...]:
    """Return the row of a taxon under this id, its searched words last."""
    words = " ".join(dict.fromkeys([str(t.cd_nom), *_words(" ".join((t.lb_nom, t.nom_vern, *t.aliases)))]))
    aliases = encode(t.aliases).decode() if t.aliases else "[]"
    return (
        number, t.cd_nom, t.cd_ref, t.lb_nom, t.lb_auteur, t.nom_vern, t.rank, t.regional_rank, t.complex,
        t.status, aliases, t.parent, t.group, encode(t.lineage).decode() if t.lineage else "[]", words,
    )  # fmt: skip


def taxon(found: Sequence[Any]) -> Taxon:
    """Return the taxon of a row of COLUMNS."""
    decode = msgspec.json.decode
    return Taxon(*(*found[1:10], tuple(decode(found[10])), found[11], found[12], tuple(decode(found[13]))))


def _words(names: str) -> list[str]:
    """Return the words of names as they are searched; French ones come again and again, Latin ones need no folding."""
    return WORD.findall(names.casefold() if names.isascii() else " ".join(map(fold, names.split())))

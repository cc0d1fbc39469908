"""What a whole CRBPO table says of each ring that no single row shows: ringed twice, two species, two sexes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fieldapp.core.exchange import RowNote
from fieldapp.core.record import Placed
from fieldapp.core.text import _
from fieldapp.protocols.banding import crbpo, lists, schema

SEX_AGREEMENT = 0.8
"""Share of the captures with a sex that must agree (source: STOC_reporting fun_stoc_preparation_data_latin1.r)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one row says of its ring; `row` is the same for rows that are copies of each other.

    `is_here` says that it is no row of the file but a capture that stands in the database.
    """

    row: object
    action: str
    species: str
    sex: str
    date: str
    is_here: bool = False

    def marked(self, text: str) -> str:
        """Return a text about it that says whether it is a capture of the database."""
        return _("{text} déjà ici").format(text=text) if self.is_here else text


def stored(capture: Placed) -> Told:
    """Return what a capture of the database says of its ring."""
    session, values = capture.parents.get("visit"), capture.record.data
    on = session.on_date if session else None
    told = [str(values.get(name, "")) for name in ("action", "species", "sex")]
    return Told(capture.uid, told[0], told[1], told[2], crbpo.written_date(on) if on else "?", is_here=True)


def ring_notes(ring: str, told: Iterable[Told]) -> tuple[RowNote, ...]:
    """Return what is to be said on each row of a ring, in the terms of the CRBPO's own checks; the rows stay."""
    rows = list({item.row: item for item in told}.values())
    notes = []
    first = [item for item in rows if item.action == schema.RINGED]
    if len(first) > 1:
        sentence = _("Bague {ring} posée {n} fois ({dates}) : le CRBPO écarterait toutes les lignes de cette bague.")
        dates = ", ".join(item.marked(item.date) for item in first)
        notes.append(RowNote("BAGUE", sentence.format(ring=ring, n=len(first), dates=dates)))
    codes: dict[str, str] = {}
    for item in sorted(rows, key=lambda one: one.is_here):
        if item.species != lists.UNKNOWN_SPECIES:
            codes.setdefault(item.species, item.marked(item.species))
    if len({lists.group_of(code) for code in codes}) > 1:
        sentence = _(
            "Bague {ring} sur plusieurs espèces ({codes}) : le CRBPO écarterait toutes les lignes de cette bague."
        )
        notes.append(RowNote("ESPECE", sentence.format(ring=ring, codes=", ".join(codes.values()))))
    sexes = Counter(item.sex.rstrip("?") for item in rows if item.sex.rstrip("?"))
    if len(sexes) > 1:
        sex, count = sexes.most_common(1)[0]
        words = ", ".join(sorted(sexes))
        kept = sex if count >= SEX_AGREEMENT * sexes.total() else schema.UNKNOWN_SEX
        sentence = _("Bague {ring} : sexes contradictoires ({words}), le CRBPO retiendrait « {sex} ».")
        notes.append(RowNote("SEXE", sentence.format(ring=ring, words=words, sex=kept)))
    return tuple(notes)

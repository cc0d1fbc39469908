"""The files of a barrier: which kinds are read, which are written."""

from __future__ import annotations

from collections.abc import Sequence

from fieldapp.core.exchange import Exporter, Importer
from fieldapp.core.schema import Values
from fieldapp.core.text import N_
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier import csv_writing, schema
from fieldapp.protocols.pitfall_barrier.csv_reading import BarrierParser
from fieldapp.protocols.pitfall_barrier.weather_source import typed_by_hand

_LABEL = N_("Fichier de barrière (une ligne par prise, par relevé vide, par matin non relevé)")


def replaced(entity: str, ours: Values, values: Values) -> Values:
    """Return the values of a record after those of the file replaced ours, with what follows from them.

    Weather that the file says otherwise no longer comes from a weather file; animals that have one sex are no pair;
    a morning that somebody looked into has no reason why nobody did.
    """
    if entity == "visit":
        if values.get("state") != schema.MISSED:
            values = {name: value for name, value in values.items() if name != "reason"}
        for name in schema.WEATHER:
            if values.get(name) != ours.get(name):
                values = typed_by_hand(values, name)
    elif entity == "observation" and schema.is_pair(values) and values.get("sex") != schema.BOTH_SEXES:
        values = {name: value for name, value in values.items() if name != "amplexus"}
    return values


IMPORTS: Sequence[Importer] = (
    Importer(
        code="barrier",
        label=_LABEL,
        columns=layout.COLUMNS,
        separator=layout.SEPARATOR,
        parser=BarrierParser,
        fields=layout.FIELDS,
        separators=(",", "\t"),
        fallbacks=("cp1252",),
        replaced=replaced,
    ),
)

EXPORTS: Sequence[Exporter] = (
    Exporter(
        code="barrier",
        label=_LABEL,
        separator=layout.SEPARATOR,
        dated_entity="visit",
        table=csv_writing.barrier,
        filename="barriere.csv",
    ),
)

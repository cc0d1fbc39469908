"""The file of lists of the day: a table of one line per species, as people keep it in a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from fieldapp.core.exchange import Importer
from fieldapp.core.text import N_
from fieldapp.protocols.occasional.csv_reading import COLUMNS, FIELDS, ListParser

IMPORTS: Sequence[Importer] = (
    Importer(
        code="list",
        label=N_("Tableau d’observations (une ligne par espèce)"),
        columns=COLUMNS,
        separator=";",
        parser=ListParser,
        fields=FIELDS,
        required=("date", "espèce"),
        aliases={
            "espece": "espèce", "species": "espèce", "taxon": "espèce", "cd_nom": "espèce",
            "lieu-dit": "lieu", "lieudit": "lieu", "place": "lieu", "site": "lieu",
            "lat": "latitude", "y": "latitude", "lon": "longitude", "long": "longitude", "x": "longitude",
            "effectif": "nombre", "count": "nombre", "nb": "nombre",
            "observateurs": "observateur", "observer": "observateur", "observers": "observateur",
            "commentaire": "remarque", "remarques": "remarque", "comment": "remarque",
        },
        separators=(",", "\t"),
        fallbacks=("cp1252",),
    ),
)  # fmt: skip

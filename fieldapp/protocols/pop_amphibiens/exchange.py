"""The files of POP Amphibiens: what is read and what is written, under which code."""

from __future__ import annotations

from fieldapp.core.exchange import Exporter, Importer
from fieldapp.core.text import N_
from fieldapp.protocols.pop_amphibiens import shf, shf_writing
from fieldapp.protocols.pop_amphibiens.shf_reading import ShfParser

IMPORTS = (
    Importer(
        code="shf",
        label=N_("Fichier SHF « standard » (une ligne par observation)"),
        columns=shf.STANDARD,
        separator=shf.SEPARATOR,
        parser=ShfParser,
        fields=shf.FIELDS,
    ),
)

EXPORTS = (
    Exporter(
        code="shf",
        label=N_("Fichier SHF « standard » (une ligne par observation)"),
        separator=shf.SEPARATOR,
        dated_entity="visit",
        table=shf_writing.standard,
        filename="pop_amphibiens_standard.csv",
    ),
    Exporter(
        code="shf-analyses",
        label=N_("Fichier SHF « analyses » (une ligne par passage)"),
        separator=shf.SEPARATOR,
        dated_entity="visit",
        table=shf_writing.analyses,
        filename="pop_amphibiens_analyses.csv",
    ),
)

"""The files of banding: what is read and what is written, under which code."""

from __future__ import annotations

from functools import partial

from fieldapp.core.exchange import Exporter, Importer
from fieldapp.core.text import N_, ngettext
from fieldapp.protocols.banding import crbpo, crbpo_writing, euring, year_table
from fieldapp.protocols.banding.crbpo_reading import CrbpoParser


def sessions_to_finish(count: int) -> str:
    """Return in words how many sessions tell of nothing yet."""
    words = ngettext(
        "{n} séance sans capture ni « bredouille » : à finir.",
        "{n} séances sans capture ni « bredouille » : à finir.",
        count,
    )
    return words.format(n=count)


IMPORTS: tuple[Importer, ...] = (
    Importer(
        code="crbpo",
        label=N_("Fichier CRBPO, extrait ou masque de saisie (une ligne par capture)"),
        columns=crbpo.columns(),
        separator=crbpo.SEPARATOR,
        parser=CrbpoParser,
        fields=crbpo.fields(),
        required=crbpo.REQUIRED,
        aliases=crbpo.ALIASES,
        separators=(",", "\t"),
        fallbacks=("cp1252", "iso-8859-15"),
        sheets=crbpo.SHEETS,
        mender=partial(CrbpoParser, mends=True),
    ),
)

EXPORTS: tuple[Exporter, ...] = (
    Exporter(
        code="crbpo",
        label=N_("Fichier CRBPO (une ligne par capture)"),
        separator=crbpo.SEPARATOR,
        dated_entity="visit",
        drafts=year_table.drafts,
        draft_words=sessions_to_finish,
        table=crbpo_writing.crbpo_table,
        filename="baguage_crbpo.csv",
        options=frozenset({"theme", "layout"}),
        layouts=crbpo.labels,
    ),
    Exporter(
        code="banding-year",
        label=N_("Tableau de l’année du baguage (une ligne par thème et lieu)"),
        separator=";",
        dated_entity="visit",
        drafts=year_table.drafts,
        draft_words=sessions_to_finish,
        table=year_table.table,
        filename="baguage_tableau.csv",
    ),
    Exporter(
        code="euring",
        label=N_("Fichier EURING 2020 (une ligne par capture)"),
        separator=euring.SEPARATOR,
        dated_entity="visit",
        drafts=year_table.drafts,
        draft_words=sessions_to_finish,
        table=euring.euring_2020,
        filename="baguage_euring_2020.txt",
        options=frozenset({"theme"}),
        has_header=False,
        has_quotes=False,
    ),
    Exporter(
        code="euring2000plus",
        label=N_("Fichier EURING 2000+ (une ligne par capture)"),
        separator=euring.SEPARATOR,
        dated_entity="visit",
        drafts=year_table.drafts,
        draft_words=sessions_to_finish,
        table=euring.euring_2000_plus,
        filename="baguage_euring_2000plus.txt",
        options=frozenset({"theme"}),
        has_header=False,
        has_quotes=False,
    ),
)

"""The files of POP Amphibiens: what is read and what is written, under which code."""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import Exporter, ExportSource, Importer, Season, Table
from fieldapp.core.text import N_, _
from fieldapp.protocols.pop_amphibiens import analysis, shf, shf_writing
from fieldapp.protocols.pop_amphibiens.shf_reading import ShfParser

MATRIX = ("annee", "cd_ref", "nom_latin", "aire_etude", "nom_site")
"""The first columns of the matrix; then comes one column per passage: P1, P2, P3…"""


def matrix(source: ExportSource) -> Table:
    """Return the detection histories: one row per year, taxon and site that has a visit in that year.

    A cell is 1 (seen), 0 (reached and not seen) or NA (nothing can be said: not reached, a sheet that is not finished,
    an undetermined record that could be it). The green frogs are one taxon, under the genus Pelophylax. Without
    `source.taxon` all taxa that were seen in the year. Names stand as they are here, not as the SHF writes them.
    """
    wanted = None
    if source.taxon is not None:
        if source.taxon not in source.taxa:
            sentence = _("Le taxon {cd_nom} n’est pas connu ici : vérifiez son cd_nom.")
            raise FileRefusedError(sentence.format(cd_nom=source.taxon))
        wanted = analysis.counted_as(source.taxon, source.taxa)
    rows = [row for season in source.seasons for row in _matrix_rows(season, source, wanted)]
    width = max((len(cells) for _head, cells in rows), default=analysis.PASSAGES)
    columns = (*MATRIX, *(f"P{number}" for number in range(1, width + 1)))
    return Table(columns, ((*head, *cells, *["NA"] * (width - len(cells))) for head, cells in rows))


def _matrix_rows(
    season: Season, source: ExportSource, wanted: int | None
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    seen = analysis.detected(season.trees, source.taxa, season.year)
    for cd_ref in seen if wanted is None else [wanted]:
        name = source.taxa[cd_ref].lb_nom if cd_ref in source.taxa else ""
        for row in analysis.detection_matrix(season.trees, source.taxa, cd_ref, season.year):
            head = (str(season.year), str(cd_ref), name, row.sites_group, row.site)
            yield head, tuple("NA" if cell is None else str(cell) for cell in row.occasions)


def drafts(season: Season) -> int:
    """Return how many visits of a season tell of nothing yet: they are no absence, in no file."""
    return analysis.drafts(season.trees, season.year)


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
        drafts=drafts,
        table=shf_writing.standard,
        filename="pop_amphibiens_standard.csv",
    ),
    Exporter(
        code="shf-analyses",
        label=N_("Fichier SHF « analyses » (une ligne par passage)"),
        separator=shf.SEPARATOR,
        dated_entity="visit",
        drafts=drafts,
        table=shf_writing.analyses,
        filename="pop_amphibiens_analyses.csv",
    ),
    Exporter(
        code="pop-matrix",
        label=N_("Matrice de détection (une ligne par espèce, mare et année)"),
        separator=shf.SEPARATOR,
        dated_entity="visit",
        drafts=drafts,
        table=matrix,
        filename="pop_amphibiens_matrice.csv",
        options=frozenset({"taxon"}),
    ),
)

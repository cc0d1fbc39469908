"""The analyses of POP Amphibiens: the figures of a season per aire and per species, as a table, a figure and files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from fieldapp.core.text import N_, _, fold, ngettext
from fieldapp.protocols.pop_amphibiens.schema import CODE, VISIT
from fieldapp.store import records
from fieldapp.ui import files, theme
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.plots import Bars, Curves, Plot
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import (
    ActionButton,
    Card,
    ChipRow,
    EmptyState,
    KeyHint,
    Suggest,
    Suggestion,
    live_key,
    text_label,
)
from fieldapp.ui.windows.analysis_figures import (
    HEADER,
    SeasonFigures,
    all_seasons,
    areas_figure,
    matrix_text,
    percent,
    season_figures,
    species_figure,
    table_rows,
    years_figure,
)
from fieldapp.ui.windows.analysis_part import AnalysisPart
from fieldapp.ui.windows.definitions import Definitions
from fieldapp.ui.wording import latin_beside

TABLE, SPECIES, AREAS, YEARS = "table", "species", "areas", "years"
VIEWS = (
    (TABLE, N_("Tableau"), "B"),
    (SPECIES, N_("Espèces"), "E"),
    (AREAS, N_("Aires"), "A"),
    (YEARS, N_("Saisons"), "S"),
)
DEFINITIONS = (
    (
        N_("Mares (visitées)"),
        N_(
            "au moins un passage de la saison l’a atteinte et dit ce qu’il a vu. Une mare trouvée seulement "
            "inaccessible, ou dont la fiche n’est pas finie, manque, elle n’est pas vide."
        ),
    ),
    (N_("Passages (pass.)"), N_("toutes les visites datées de la saison, inaccessibles comprises.")),
    (N_("Mares occupées"), N_("au moins une observation de la saison dit « présence : oui ».")),
    (N_("Données"), N_("toutes les lignes d’observation, celles qui disent « rien vu » comprises.")),
    (N_("Positives (pos.)"), N_("les lignes dont la présence est « oui ».")),
    (
        N_("Espèces (esp.)"),
        N_("taxons distincts (cd_ref) des lignes positives ; un genre ou un amphibien indéterminé compte pour un."),
    ),
    (
        N_("Occupation naïve"),
        N_(
            "mares occupées sur mares visitées, sans correction de la détection : une valeur basse de l’occupation "
            "vraie."
        ),
    ),
    (
        N_("Matrice"),
        N_(
            "par mare et par passage : 1 espèce vue, 0 mare atteinte et espèce non vue, NA rien à dire : pas atteinte, "
            "fiche pas finie, ou un genre, un amphibien indéterminé qui pourrait être l’espèce. Les grenouilles vertes "
            "y sont une seule espèce."
        ),
    ),
)
SOURCES = N_(
    "Sources : POPAmphibien 2.2.0, export_csv.sql (présence, diversité) ; MacKenzie et al. 2002 (matrice, "
    "occupation) ; Astruc et al. 2021 (grenouilles vertes)."
)


class PondAnalyses(AnalysisPart):
    """A season at a time: the arrow keys go from one to the next, E, A and S choose the figure."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, name="analyses")
        self._years: list[int] = []
        self._figures: SeasonFigures | None = None
        self._seasons: list[SeasonFigures] = []
        self._view = SPECIES
        self._picked = ""
        self._definitions: Definitions | None = None
        self._species = Suggest(self._suggest, placeholder=_("espèce"), minimum=0, name="analyses.species")
        self._species.chosen.connect(lambda row: self._choose(row.key))
        self._chosen: int | None = None
        self._failed = EmptyState(
            "warning", _("Calcul annulé"), _("Changez de saison pour reprendre."), name="analyses.failed"
        )
        self._body = self._build_body()
        self._empty = self._build_empty()
        self._foot = self._build_foot()
        self._head = self._build_head()
        self._parts = (self._body, self._foot, self._head)
        self.setLayout(theme.column(self._head, self._working, self._body, self._empty, self._foot))
        theme.on_change().changed.connect(self._arrange)
        self.show_parts(False)

    def _build_head(self) -> QWidget:
        self._season = SeasonStepper(name="analyses.season")
        self._season.changed.connect(lambda _year: self._ask())
        self._views = ChipRow([], multiple=False, required=True, framed=False, name="analyses.view")
        self._views.changed.connect(lambda codes: self._see(codes[0]) if codes else None)
        for code, _label, key in VIEWS:
            live_key(self, key, lambda code=code: self._see(code))  # type: ignore[misc]
        explain = ActionButton(_("Définitions"), "help", "D", name="analyses.definitions", on=self._explain)
        head = QWidget()
        box = theme.row(self._season, self._views, explain)
        box.setStretch(1, 1)
        box.setAlignment(self._views, Qt.AlignmentFlag.AlignVCenter)
        head.setLayout(box)
        return head

    def _build_body(self) -> QWidget:
        first, *others = HEADER
        columns = [Column(_(first), stretch=True), *(Column(_(title), number=True) for title in others)]
        self._table = RecordTable(columns, has_totals=True, name="analyses.table")
        self._table_card = Card(name="analyses.table_card")
        self._table_card.body.setContentsMargins(theme.S, theme.XS, theme.S, theme.S)
        self._table_card.add(self._table, 1)
        self._plot = Plot(name="analyses.plot")
        self._plot_card = Card(" ", name="analyses.plot_card")
        self._plot_card.add(self._plot, 1)
        self._plot_card.add(self._failed, 1)
        self._failed.hide()
        body = QWidget()
        self._sides = theme.row(self._table_card, self._plot_card)
        self._sides.setStretch(0, 14)
        self._sides.setStretch(1, 8)
        body.setLayout(self._sides)
        return body

    def _build_empty(self) -> EmptyState:
        return EmptyState(
            "analyses",
            _("Rien à analyser pour l’instant"),
            _("Les mares visitées et occupées de chaque saison, par aire et par espèce, seront comptées ici."),
            ActionButton(
                _("Importer un fichier SHF"),
                "import_file",
                name="analyses.import",
                on=lambda: self._context.navigate("exchanges"),
            ),
            name="analyses.empty",
        )

    def _build_foot(self) -> QWidget:
        live_key(self, "F3", self._species.setFocus)
        self._matrix = ActionButton(_("Matrice CSV"), "export_file", "M", name="analyses.matrix", on=self.export_matrix)
        self._csv = ActionButton(_("Tableau CSV"), "export_file", "C", name="analyses.csv", on=self.export_table)
        self._picture = ActionButton(
            _("Graphique"), "export_file", "P", name="analyses.picture", on=self.export_picture
        )
        self._species.setMinimumWidth(theme.text_px() * 9)
        label = text_label(_("Espèce"), "label")
        label.setBuddy(self._species)
        foot = QWidget()
        foot.setLayout(
            theme.row(label, KeyHint("F3"), self._species, self._matrix, 1, self._csv, self._picture, spacing=theme.S)
        )
        return foot

    # ------------------------------------------------------------------------------------------- showing

    def open(self, year: int | None = None, **_params: Any) -> None:
        """Show a season, the newest when none is asked for."""
        self._years = records.years(self._context.services.db, CODE, VISIT.code)
        self._season.set_years(self._years)
        if year is not None:
            self._season.set_year(year)
        self._seasons = []
        self._arrange()
        self.show_parts(bool(self._years))
        if self._years:
            self._ask()
            self._table.setFocus()
        else:
            self.set_title(_("Analyses"), _("POP Amphibiens"))

    def _arrange(self) -> None:
        """Put table and figure side by side where there is room, else one at a time, the table first."""
        self._is_wide = theme.current().scale <= 1.0
        views = [view for view in VIEWS if self._is_shown(view[0])]
        first = SPECIES if self._is_wide else TABLE
        self._view = self._picked if self._picked in {code for code, _label, _key in views} else first
        self._views.set_choices([(code, _(label), key) for code, label, key in views])
        self._views.set_value([self._view])
        self._table_card.setVisible(self._is_wide or self._view == TABLE)
        self._plot_card.setVisible(self._is_wide or self._view != TABLE)

    def _is_shown(self, code: str) -> bool:
        if code == TABLE:
            return not self._is_wide
        return code != YEARS or len(self._years) > 1

    def _see(self, code: str) -> None:
        """Choose the figure (or, where there is no room for both, the table)."""
        if not self._is_shown(code):
            return
        self._picked = code
        self._arrange()
        if code == YEARS and not self._seasons:
            self._ask_seasons()
        else:
            self._draw()

    def _ask(self) -> None:
        year = self._season.year()
        if year is not None:
            words = _("Calcul de la saison {year}").format(year=year)
            self.run(words, season_figures, self._show, self._context.services, year)

    def _ask_seasons(self) -> None:
        self.run(_("Calcul des saisons"), all_seasons, self._show_seasons, self._context.services, self._years)

    def failed(self) -> None:
        """Say that the work was given up."""
        self._plot.hide()
        self._failed.show()

    def _show(self, found: SeasonFigures) -> None:
        self._figures = found
        summary = found.summary
        self._table.show_rows(table_rows(summary))
        ponds = ngettext("{n} mare visitée", "{n} mares visitées", summary.total("sites"))
        occupied = ngettext("{n} occupée", "{n} occupées", summary.total("occupied_sites"))
        species = ngettext("{n} espèce", "{n} espèces", len(summary.species))
        words = (
            ponds.format(n=summary.total("sites")),
            f"{occupied.format(n=summary.total('occupied_sites'))} ({percent(summary.occupancy)})",
            species.format(n=len(summary.species)),
        )
        self.set_title(_("Analyses"), " · ".join(words))
        seen = [item.cd_ref for item in found.occupancy]
        if self._chosen not in seen:
            self._choose(seen[0] if seen else None)
        self._matrix.setEnabled(bool(seen))
        if self._view == YEARS and not self._seasons:
            self._ask_seasons()
        else:
            self._draw()

    def _show_seasons(self, found: list[SeasonFigures]) -> None:
        self._seasons = found
        self._draw()

    def _draw(self) -> None:
        if self._figures is None:
            return
        figure: Bars | Curves
        if self._view == YEARS and self._seasons:
            figure = years_figure(self._seasons)
        elif self._view == AREAS:
            figure = areas_figure(self._figures)
        else:
            figure = species_figure(self._figures)
        self._failed.hide()
        self._plot.show()
        self._plot_card.set_title(figure.title)
        self._plot.show_figure(figure)

    def _explain(self) -> None:
        if self._definitions is None:
            self._definitions = Definitions(self.window(), DEFINITIONS, SOURCES)
        self._definitions.open()

    # -------------------------------------------------------------------------------------------- species

    def _suggest(self, text: str) -> list[Suggestion]:
        if self._figures is None:
            return []
        found = []
        for item in self._figures.occupancy:
            taxon = self._figures.taxa.get(item.cd_ref)
            name, latin = self._figures.name(item.cd_ref), latin_beside(taxon)
            if fold(text) in fold(name) or fold(text) in fold(latin):
                found.append(Suggestion(item.cd_ref, name, latin, hint=f"{item.occupied_sites} / {item.sites}"))
        return found

    def _choose(self, cd_ref: int | None) -> None:
        self._chosen = cd_ref
        self._species.setText(self._figures.name(cd_ref) if self._figures and cd_ref is not None else "")

    # -------------------------------------------------------------------------------------------- exports

    def export_matrix(self) -> None:
        """Ask for a file and write the matrix of the chosen species into it."""
        if self._figures is None or self._chosen is None:
            return
        year, cd_ref, name = self._figures.summary.year, self._chosen, self._figures.name(self._chosen)
        suggested = f"matrice_{files.safe_name(name)}_{year}.csv"
        files.ask_save(
            self, _("Matrice site × passage"), suggested, files.CSV, lambda path: self._write_matrix(path, year, cd_ref)
        )

    def _write_matrix(self, path: Path, year: int, cd_ref: int) -> None:
        def write(services: Services) -> Path:
            files.write_text(path, matrix_text(services, year, cd_ref))
            return path

        self._context.background.run(write, self._context.services, done=self.written)

    def export_table(self) -> None:
        """Ask for a file and write the table of the season into it."""
        if self._figures is not None:
            name = f"pop_amphibiens_{self._figures.summary.year}.csv"
            rows = table_rows(self._figures.summary)
            self.ask_table(_("Tableau de la saison"), name, [_(title) for title in HEADER], rows)

    def export_picture(self) -> None:
        """Ask for a file and draw the figure into it, as PNG or SVG by its ending."""
        self.ask_picture(self._plot)

    # ---------------------------------------------------------------------------------------------- page

    def undo_state(self) -> dict[str, Any]:
        """Return the season shown."""
        return {"year": self._season.year()}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        views = [
            Action(key, _("voir : {view}").format(view=_(label).lower()), lambda code=code: self._see(code))  # type: ignore[misc]
            for code, label, key in VIEWS
            if self._is_shown(code)
        ]
        return [
            *self._season.keys(),
            *views,
            Action("D", _("ce que comptent les chiffres, et d’où cela vient"), self._explain, "help"),
            Action("F3", _("choisir l’espèce de la matrice"), self._species.setFocus, "search"),
            Action("M", _("matrice site × passage de l’espèce, en CSV"), self.export_matrix, "export_file"),
            Action("C", _("tableau de la saison, en CSV"), self.export_table, "export_file"),
            Action("P", _("graphique, en PNG ou SVG"), self.export_picture, "export_file"),
        ]

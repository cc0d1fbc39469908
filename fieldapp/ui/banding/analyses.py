"""The analyses of banding: one view at a time, of a theme and a place, with its definition and thresholds below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from fieldapp.core.text import N_, _, fold
from fieldapp.protocols.banding import analysis, stoc_indices, year_table
from fieldapp.protocols.banding.schema import CODE, VISIT
from fieldapp.store import records
from fieldapp.ui import files, theme
from fieldapp.ui.banding import figures, stoc_figures
from fieldapp.ui.banding.figures import Choice, Loaded
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.widgets import (
    ActionButton,
    ChipRow,
    EmptyState,
    KeyHint,
    Suggest,
    Suggestion,
    live_key,
    text_label,
)
from fieldapp.ui.windows.analysis_part import AnalysisPart
from fieldapp.ui.windows.analysis_sheet import Sheet
from fieldapp.ui.windows.definitions import Definitions
from fieldapp.ui.windows.sheet_view import SheetView

YEAR, SPECIES, SESSIONS, CAPTURES, EFFORT, AGES, NETS, HOURS = (
    "year", "species", "sessions", "captures", "effort", "ages", "nets", "hours",
)  # fmt: skip

VIEWS = (
    (YEAR, N_("Bilan"), "B"),
    (SPECIES, N_("Espèces"), "E"),
    (SESSIONS, N_("Séances"), "S"),
    (CAPTURES, N_("Captures"), "N"),
    ("abundance", N_("Abondance"), "A"),
    ("productivity", N_("Productivité"), "J"),
    (EFFORT, N_("Effort"), "M"),
    ("returns", N_("Retour"), "R"),
    (AGES, N_("Âges"), "G"),
    (NETS, N_("Filets"), "F"),
    (HOURS, N_("Heures"), "H"),
)
"""The views in their order, each with its key."""

TEXT = N_("Fichiers texte (*.txt)")

SOURCES = N_(
    "Sources : code du CRBPO pour le rapport des stations (STOC_reporting, version du 01/12/2023) pour les séances "
    "principales, les âges, l’abondance, la productivité et le retour ; usage commun pour 100 m·h. Les seuils du "
    "programme, s’il en a, passent avant ceux du CRBPO."
)
MORE = (
    (
        N_("Lignes des indices STOC"),
        N_(
            "lignes B et C d’un oiseau bagué et déterminé, en bon état, relâché par le bagueur (condition et "
            "circonstances vides, ou 8 et 20)."
        ),
    ),
    (
        N_("Total et somme"),
        N_("le total est compté sur toutes les lignes de l’année, puis comparé à la somme des lignes du tableau."),
    ),
)


def sheet_of(loaded: Loaded, view: str, choice: Choice, year: int) -> Sheet:
    """Return the sheet of a view; plain data, made off the main thread."""
    if view == YEAR:
        return figures.year_sheet(loaded, year)
    if view == SESSIONS:
        return stoc_figures.sessions_sheet(loaded, choice, year)
    if view in stoc_figures.SHEETS:
        return stoc_figures.SHEETS[view](loaded, choice)
    sessions = analysis.narrowed(loaded.sessions, choice.theme, choice.site)
    made: Mapping[str, Callable[[], Sheet]] = {
        SPECIES: lambda: figures.species_sheet(sessions, choice),
        CAPTURES: lambda: figures.captures_sheet(sessions, choice),
        EFFORT: lambda: figures.effort_sheet(analysis.narrowed(loaded.sessions, None, choice.site), choice),
        AGES: lambda: figures.ages_sheet(sessions, choice, stoc_indices.past_of(loaded.sessions)),
        NETS: lambda: figures.nets_sheet(sessions, choice, year),
        HOURS: lambda: figures.hours_sheet(sessions, choice, year),
    }
    return made[view]()


class BandingAnalyses(AnalysisPart):
    """A letter chooses the view, F3 the theme and place, the arrow keys the year."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, name="banding.analyses")
        self._years: list[int] = []
        self._loaded: Loaded | None = None
        self._choices: list[Choice] = []
        self._choice = Choice(None, "", "")
        self._view = YEAR
        self._goes_to_table = True
        self._definitions: Definitions | None = None
        self._head = self._build_head()
        self._body = SheetView(name="banding.analyses")
        self._foot = self._build_foot()
        self._empty = self._build_empty()
        self._parts = (self._head, self._body, self._foot)
        self.setLayout(theme.column(self._head, self._working, self._body, self._empty, self._foot))
        self.show_parts(False)

    def _build_head(self) -> QWidget:
        self._season = SeasonStepper(name="banding.analyses.season")
        self._season.changed.connect(lambda _year: self._ask())
        self._place = Suggest(self._suggest, placeholder=_("thème ou lieu"), minimum=0, name="banding.analyses.place")
        self._place.chosen.connect(lambda row: self._choose(row.key))
        self._place.editingFinished.connect(lambda: self._place.setText(self._choice.words))
        label = text_label(_("Thème et lieu"), "label")
        label.setBuddy(self._place)
        live_key(self, "F3", self._pick)
        explain = ActionButton(_("Définitions"), "help", "D", name="banding.analyses.definitions", on=self._explain)
        first = theme.row(self._season, label, KeyHint("F3"), self._place, explain, spacing=theme.S)
        first.setStretch(3, 1)
        self._views = ChipRow(
            [(code, _(words), key) for code, words, key in VIEWS],
            multiple=False,
            required=True,
            framed=False,
            name="banding.analyses.view",
        )
        self._views.changed.connect(lambda codes: self._see(codes[0]) if codes else None)
        for code, _words, key in VIEWS:
            live_key(self, key, lambda code=code: self._see(code, by_key=True))  # type: ignore[misc]
        head = QWidget()
        head.setLayout(theme.column(first, self._views, spacing=theme.S))
        return head

    def _build_foot(self) -> QWidget:
        self._report = ActionButton(
            _("Rapport de l’année"), "export_file", "T", name="banding.analyses.report", on=self.export_report
        )
        self._csv = ActionButton(
            _("Tableau CSV"), "export_file", "C", name="banding.analyses.csv", on=self.export_table
        )
        self._picture = ActionButton(
            _("Graphique"), "export_file", "P", name="banding.analyses.picture", on=self.export_picture
        )
        foot = QWidget()
        foot.setLayout(theme.row(self._body.more, 1, self._report, self._csv, self._picture, spacing=theme.S))
        return foot

    def _build_empty(self) -> EmptyState:
        return EmptyState(
            "ring",
            _("Rien à analyser pour l’instant"),
            _("Les bagues, les contrôles et les indices de chaque année, par thème et par lieu, seront comptés ici."),
            ActionButton(
                _("Importer un fichier du CRBPO"),
                "import_file",
                name="banding.analyses.import",
                on=lambda: self._context.navigate("exchanges"),
            ),
            name="banding.analyses.empty",
        )

    # ------------------------------------------------------------------------------------------- showing

    def open(self, year: int | None = None, view: str = "", **_params: Any) -> None:
        """Read the sessions anew and show a view of a year: the newest when none is asked for."""
        self._years = records.years(self._context.services.db, CODE, VISIT.code)
        self._season.set_years(self._years)
        if year is not None:
            self._season.set_year(year)
        if view in {code for code, _words, _key in VIEWS}:
            self._view = view
        self._views.set_value([self._view])
        self._loaded = None
        self.show_parts(bool(self._years))
        if self._years:
            self._goes_to_table = True
            self._views.setFocus()
            self._load()
        else:
            self.set_title(_("Analyses"), _("Baguage"))

    def _see(self, code: str, *, by_key: bool = False) -> None:
        """Choose the view; by its key the cursor goes to the table, else it stays where it walks from chip to chip."""
        self._view = code
        self._goes_to_table = by_key
        self._views.set_value([code])
        self._views.setFocus()
        self._ask()

    def _load(self) -> None:
        self.run(_("Lecture des captures"), figures.load, self._keep, self._context.services, self._years)

    def _keep(self, found: Loaded) -> None:
        self._loaded = found
        self._choices = figures.choices(found)
        wanted = (self._choice.theme, self._choice.site)
        self._choice = next((item for item in self._choices if (item.theme, item.site) == wanted), self._choices[0])
        self._place.setText(self._choice.words)
        self._ask()

    def _ask(self) -> None:
        """Make the sheet of what is chosen; after a cancelled reading, read again."""
        year = self._season.year()
        if year is None:
            return
        if self._loaded is None:
            self._load()
            return
        self.set_title(_("Analyses"), f"{year} · {figures.title_words(self._loaded, year)}")
        self.run(_("Calcul"), sheet_of, self._show, self._loaded, self._view, self._choice, year)

    def failed(self) -> None:
        """Say that the work was given up."""
        self._body.show_failure()
        self._picture.setEnabled(False)
        self._csv.setEnabled(False)

    def _show(self, sheet: Sheet) -> None:
        self._body.show_sheet(sheet)
        self._picture.setEnabled(sheet.is_drawn())
        self._csv.setEnabled(sheet.has_table())
        table = self._body.table
        if table is not None and self._goes_to_table and self._views.isAncestorOf(QApplication.focusWidget() or self):
            table.setFocus()

    def _pick(self) -> None:
        self._place.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._place.selectAll()

    def _suggest(self, text: str) -> list[Suggestion]:
        if fold(text) == fold(self._choice.words):
            text = ""
        return [Suggestion(item, item.words) for item in self._choices if fold(text) in fold(item.words)]

    def _choose(self, choice: Choice) -> None:
        self._choice = choice
        self._place.setText(choice.words)
        self._ask()

    def _explain(self) -> None:
        if self._definitions is None:
            columns = [(year_table.TITLES[name], words) for name, words in year_table.DEFINITIONS.items()]
            self._definitions = Definitions(self.window(), (*columns, *MORE), SOURCES, name="banding.definitions")
        self._definitions.open()

    # -------------------------------------------------------------------------------------------- exports

    def export_table(self) -> None:
        """Ask for a file and write the table of the view into it, also that behind a figure."""
        sheet = self._body.sheet
        if sheet is not None and sheet.has_table():
            self.ask_table(_("Tableau"), f"{files.safe_name(fold(sheet.title))}.csv", *sheet.table())

    def export_picture(self) -> None:
        """Ask for a file and draw the figure into it, as PNG or SVG by its ending."""
        sheet = self._body.sheet
        if sheet is not None and sheet.is_drawn():
            self.ask_picture(self._body.plot)

    def export_report(self) -> None:
        """Ask for a file and write the report of the year into it: table, definitions, parts against totals."""
        year = self._season.year()
        if self._loaded is not None and year is not None:
            name = f"baguage_{year}.txt"
            files.ask_save(self, _("Rapport de l’année"), name, TEXT, lambda path: self._write_report(path, year))

    def _write_report(self, path: Path, year: int) -> None:
        if self._loaded is not None:
            files.write_text(path, f"{year_table.of(self._loaded.sessions, year).as_text()}\n")
            self.written(path)

    # ---------------------------------------------------------------------------------------------- page

    def leaving(self) -> None:
        """Give up the work that goes on, and the sessions in memory."""
        super().leaving()
        self._loaded = None

    def undo_state(self) -> dict[str, Any]:
        """Return the year and the view shown."""
        return {"year": self._season.year(), "view": self._view}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        views = [
            Action(key, _("voir : {view}").format(view=_(words).lower()), lambda code=code: self._see(code))  # type: ignore[misc]
            for code, words, key in VIEWS
        ]
        return [
            *self._season.keys(),
            *views,
            Action("F3", _("choisir le thème et le lieu"), self._pick, "search"),
            Action("D", _("ce que comptent les chiffres, et d’où cela vient"), self._explain, "help"),
            Action("L", _("lire ce qui est plus bas"), self._body.read_on, "next"),
            Action("T", _("rapport de l’année, en texte"), self.export_report, "export_file"),
            Action("C", _("tableau de la vue, en CSV"), self.export_table, "export_file"),
            Action("P", _("graphique, en PNG ou SVG"), self.export_picture, "export_file"),
        ]

"""The analyses of banding: one view at a time, of a theme and a place, with its definition and thresholds below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from fieldapp.core.errors import CancelledError
from fieldapp.core.text import N_, _, fold
from fieldapp.protocols.banding import analysis, stoc_indices, year_table
from fieldapp.protocols.banding.schema import CODE, VISIT
from fieldapp.store import records
from fieldapp.ui import errors, files, theme
from fieldapp.ui.banding import figures, stoc_figures
from fieldapp.ui.banding.figures import Choice, Loaded, Sheet
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.plots import Bars, Plot
from fieldapp.ui.season import SeasonStepper
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
from fieldapp.ui.windows.definitions import Definitions
from fieldapp.ui.working import Working

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

ROWS, LINES = 6, 13
"""The least height of a table in rows, with its titles, and of a figure in lines of text: below it, one scrolls."""

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


class Figure(Plot):
    """A plot that asks for its least height only, and takes whatever room is left."""

    def sizeHint(self) -> QSize:
        """Return the least size."""
        return self.minimumSize()


class BandingAnalyses(PageWidget):
    """A letter chooses the view, F3 the theme and place, the arrow keys the year."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._years: list[int] = []
        self._loaded: Loaded | None = None
        self._choices: list[Choice] = []
        self._choice = Choice(None, "", "")
        self._view = YEAR
        self._sheet: Sheet | None = None
        self._asked = 0
        self._goes_to_table = True
        self._definitions: Definitions | None = None
        self._working = Working(name="banding.analyses.working")
        self._head = self._build_head()
        self._body = self._build_body()
        self._foot = self._build_foot()
        self._empty = self._build_empty()
        self.setLayout(theme.column(self._head, self._working, self._body, self._empty, self._foot))
        self._show_parts(False)

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

    def _build_body(self) -> QWidget:
        self._card = Card(" ", name="banding.analyses.card")
        self._table: RecordTable | None = None
        self._plot = Figure(name="banding.analyses.plot")
        self._nothing = EmptyState("analyses", _("Pas de valeur"), " ", name="banding.analyses.nothing")
        self._failed = EmptyState(
            "warning", _("Calcul annulé"), _("Une touche de vue le reprend."), name="banding.analyses.failed"
        )
        self._words = text_label("", "secondary", wrap=True, name="banding.analyses.words")
        self._notes = text_label("", "small", wrap=True, name="banding.analyses.notes")
        for part in (self._plot, self._nothing, self._failed):
            self._card.add(part, 1)
            part.hide()
        self._card.add(self._words)
        self._card.add(self._notes)
        self._scroll = QScrollArea()  # moves only where large letters leave no other way
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._card)
        return self._scroll

    def _build_foot(self) -> QWidget:
        self._more = ActionButton(_("Lire la suite"), "", "L", name="banding.analyses.more", on=self._read_on)
        self._more.hide()
        self._scroll.verticalScrollBar().rangeChanged.connect(lambda _low, high: self._more.setVisible(high > 0))
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
        foot.setLayout(theme.row(self._more, 1, self._report, self._csv, self._picture, spacing=theme.S))
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
        self._show_parts(bool(self._years))
        if self._years:
            self._goes_to_table = True
            self._views.setFocus()
            self._load()
        else:
            self.set_title(_("Analyses"), _("Baguage"))

    def _show_parts(self, has_data: bool) -> None:
        for part in (self._head, self._body, self._foot):
            part.setVisible(has_data)
        self._empty.setVisible(not has_data)

    def _see(self, code: str, *, by_key: bool = False) -> None:
        """Choose the view; by its key the cursor goes to the table, else it stays where it walks from chip to chip."""
        self._view = code
        self._goes_to_table = by_key
        self._views.set_value([code])
        self._views.setFocus()
        self._ask()

    def _read_on(self) -> None:
        """Show what stands below, and from there the top again."""
        bar = self._scroll.verticalScrollBar()
        bar.setValue(0 if bar.value() == bar.maximum() else bar.maximum())

    def _load(self) -> None:
        self._run(_("Lecture des captures"), figures.load, self._keep, self._context.services, self._years)

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
        self._run(_("Calcul"), sheet_of, self._show, self._loaded, self._view, self._choice, year)

    def _run(self, words: str, function: Callable[..., Any], done: Callable[[Any], None], *given: object) -> None:
        self._asked += 1
        number = self._asked
        self._working.cancel()

        def finished(found: Any) -> None:
            if number == self._asked:
                self._working.stop()
                done(found)

        job = self._context.background.run(
            function,
            *given,
            done=finished,
            failed=lambda error: self._fail(error) if number == self._asked else None,
            progress=self._working.tell,
        )
        self._working.start(words, job)

    def _fail(self, error: BaseException) -> None:
        self._working.stop()
        self._sheet = None
        self._draw()
        self._failed.show()
        if not isinstance(error, CancelledError):
            errors.show(error)

    def _show(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._draw()

    def _draw(self) -> None:
        sheet = self._sheet
        self._failed.hide()
        if self._table is not None:
            self._table.setParent(None)  # found by its name no longer
            self._table.deleteLater()
            self._table = None
        self._plot.hide()
        self._nothing.hide()
        self._card.set_title(sheet.title if sheet else " ")
        self._words.setText(sheet.words if sheet else "")
        self._notes.setText("\n".join(sheet.notes) if sheet else "")
        self._notes.setVisible(bool(sheet and sheet.notes))
        self._picture.setEnabled(bool(sheet and _has_bars(sheet)))
        self._csv.setEnabled(bool(sheet and sheet.rows))
        if sheet is None:
            return
        if sheet.is_table and sheet.rows:
            self._show_table(sheet)
        elif _has_bars(sheet) and sheet.figure is not None:
            self._plot.setMinimumHeight(LINES * theme.text_px())
            self._plot.show()
            self._plot.show_figure(sheet.figure)
        else:
            self._nothing.sentence.setText(sheet.notes[0] if sheet.notes else sheet.empty)
            self._nothing.show()

    def _show_table(self, sheet: Sheet) -> None:
        has_room = theme.current().scale <= 1.0  # else every column is as wide as its words, and the table moves
        columns = [
            Column(title, number=number in sheet.numbers, stretch=has_room and number == sheet.wide)
            for number, title in enumerate(sheet.header)
        ]
        self._table = RecordTable(columns, has_totals=sheet.has_totals, name="banding.analyses.table")
        self._table.opens_rows = False
        self._table.setMinimumHeight(ROWS * (theme.target() + theme.XS))
        self._card.body.insertWidget(1, self._table, 1)
        self._table.show_rows(sheet.rows)
        if self._goes_to_table and self._views.isAncestorOf(QApplication.focusWidget() or self):
            self._table.setFocus()

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
        if self._sheet is not None and self._sheet.rows:
            name = f"{files.safe_name(fold(self._sheet.title))}.csv"
            files.ask_save(self, _("Tableau"), name, files.CSV, self._write_table)

    def _write_table(self, path: Path) -> None:
        if self._sheet is None:
            return
        header, rows = self._sheet.table()
        files.write_table(path, header, [[cell.replace("\u202f", "") for cell in row] for row in rows])
        self._written(path)

    def export_picture(self) -> None:
        """Ask for a file and draw the figure into it, as PNG or SVG by its ending."""
        if self._sheet is not None and _has_bars(self._sheet):
            name = f"{files.safe_name(fold(self._sheet.title))}.png"
            files.ask_save(self, _("Graphique (PNG ou SVG)"), name, files.PICTURES, self._write_picture)

    def _write_picture(self, path: Path) -> None:
        self._plot.save(path)
        self._written(path)

    def export_report(self) -> None:
        """Ask for a file and write the report of the year into it: table, definitions, parts against totals."""
        year = self._season.year()
        if self._loaded is not None and year is not None:
            name = f"baguage_{year}.txt"
            files.ask_save(self, _("Rapport de l’année"), name, TEXT, lambda path: self._write_report(path, year))

    def _write_report(self, path: Path, year: int) -> None:
        if self._loaded is not None:
            files.write_text(path, f"{year_table.of(self._loaded.sessions, year).as_text()}\n")
            self._written(path)

    def _written(self, path: Path) -> None:
        self._context.notify(
            _("Écrit : {path}").format(path=path), action=_("Ouvrir le dossier"), on=lambda: files.open_folder(path)
        )

    # ---------------------------------------------------------------------------------------------- page

    def go_back(self) -> bool:
        """Cancel the work that goes on."""
        return self._working.cancel()

    def leaving(self) -> None:
        """Give up the work that goes on, and the sessions in memory."""
        self._asked += 1
        self._working.cancel()
        self._working.stop()
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
            Action("L", _("lire ce qui est plus bas"), self._read_on, "next"),
            Action("T", _("rapport de l’année, en texte"), self.export_report, "export_file"),
            Action("C", _("tableau de la vue, en CSV"), self.export_table, "export_file"),
            Action("P", _("graphique, en PNG ou SVG"), self.export_picture, "export_file"),
        ]


def _has_bars(sheet: Sheet) -> bool:
    """Return whether there is something to draw."""
    if sheet.figure is None:
        return False
    return bool(sheet.figure.bars if isinstance(sheet.figure, Bars) else sheet.figure.curves)

"""The analyses of a barrier: a view at a time, of a species, a sex and a direction, with one season in front."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from fieldapp.core.text import N_, _, fold
from fieldapp.protocols.pitfall_barrier.phenology import Direction, Selection
from fieldapp.protocols.pitfall_barrier.schema import CODE, SITE, barrier_title
from fieldapp.store import records
from fieldapp.ui import files, theme
from fieldapp.ui.barrier import figures, figures_weather
from fieldapp.ui.barrier.figures import ALL_TAXA, Choice, Loaded, Settings
from fieldapp.ui.barrier.thresholds import Thresholds, thresholds_of, with_thresholds
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.widgets import ActionButton, ChipRow, EmptyState, KeyHint, Suggest, Suggestion, live_key, text_label
from fieldapp.ui.widgets.flow import FlowLayout
from fieldapp.ui.windows.analysis_part import AnalysisPart
from fieldapp.ui.windows.analysis_sheet import Sheet
from fieldapp.ui.windows.definitions import Definitions
from fieldapp.ui.windows.sheet_view import SheetView
from fieldapp.ui.wording import number_words

NAME = "barrier.analyses"

CURVES, DAILY, HEAT, TREND, DATES, EFFORT = "curves", "daily", "heat", "trend", "dates", "effort"
VIEWS = (
    (CURVES, N_("Cumul"), "U"),
    (DAILY, N_("Jours"), "J"),
    (HEAT, N_("Carte"), "K"),
    (TREND, N_("Tendance"), "T"),
    (DATES, N_("Dates"), "B"),
    (EFFORT, N_("Effort"), "E"),
)
"""The views in their order, each with its key."""

SHEETS: Mapping[str, Callable[[Loaded, Choice, Settings], Sheet]] = {
    CURVES: figures.curves_sheet,
    DAILY: figures_weather.daily_sheet,
    HEAT: figures.heat_sheet,
    TREND: figures_weather.trend_sheet,
    DATES: figures.dates_sheet,
    EFFORT: figures_weather.effort_sheet,
}

SEXES: tuple[tuple[str, str], ...] = (("", N_("Tous")), ("M", "♂"), ("F", "♀"))
DIRECTIONS: tuple[tuple[str, str], ...] = (("in", N_("Entrées")), ("out", N_("Sorties")), ("", N_("Les deux")))

DEFINITIONS = (
    (N_("Matin"), N_("la date du relevé ; les animaux sont venus la nuit d’avant.")),
    (
        N_("Date des p %"),
        N_(
            "le premier matin relevé où le cumul atteint p % du total de la saison. Jamais une date entre deux "
            "relevés : rien n’est interpolé."
        ),
    ),
    (
        N_("Non relevés"),
        N_("les matins de la campagne, jusqu’à aujourd’hui, où personne n’a regardé, qu’on ait dit pourquoi ou non."),
    ),
    (
        N_("Saison sans date"),
        N_(
            "une suite de matins non relevés plus longue que le seuil, pendant laquelle les autres saisons complètes, "
            "ouvertes ces jours-là, ont pris plus que la part admise, ou pendant laquelle trop peu étaient ouvertes : "
            "les dates n’auraient pas de sens. Un relevé hors campagne allonge la saison jusqu’à lui."
        ),
    ),
    (
        N_("Tendance"),
        N_(
            "la droite des dates des 50 % : seulement les saisons de la même époque de l’année que celle qui est "
            "devant, jamais printemps et automne ensemble."
        ),
    ),
    (
        N_("Couples"),
        N_("un couple en amplexus compte un mâle et une femelle ; les animaux morts sont venus, ils comptent."),
    ),
    (
        N_("Par seau et nuit"),
        N_("prises divisées par les seaux ouverts et en place, additionnés sur les matins relevés."),
    ),
    (
        N_("Nuit favorable"),
        N_(
            "minimum et pluie atteignent les seuils (touche R), matin relevé ou non ; une nuit sans météo n’est ni "
            "favorable ni froide. Les prises ne sont que celles des matins relevés."
        ),
    ),
)
SOURCES = N_(
    "Les captures d’une barrière sont un indice, pas un recensement : 39 à 63 % des crapauds communs qui arrivent "
    "(Arntzen, Oldham et Latham 1995). Intervalles : Wilson 1927 ; Draper et Smith 1998."
)


class BarrierAnalyses(AnalysisPart):
    """A letter chooses the view, F3 the species, S the sex, I the direction, the arrow keys the season."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, name=NAME)
        self._site = ""
        self._sites: list[tuple[str, str]] = []
        self._loaded: Loaded | None = None
        self._cd_nom: int | None = None
        self._view = CURVES
        self._goes_to_table = False
        self._definitions: Definitions | None = None
        self._panel: Thresholds | None = None
        self._thresholds = thresholds_of(context.services.settings)
        self._head = self._build_head()
        self._body = SheetView(name=NAME)
        self._foot = self._build_foot()
        self._empty = self._build_empty()
        self._parts = (self._head, self._body, self._foot)
        self.setLayout(theme.column(self._head, self._working, self._body, self._empty, self._foot))
        theme.on_change().changed.connect(self._redress)
        self.show_parts(False)

    # ------------------------------------------------------------------------------------------ building

    def _build_head(self) -> QWidget:
        choices = self._build_choices()
        self._views = ChipRow(
            [(code, _(words), key) for code, words, key in VIEWS],
            multiple=False,
            required=True,
            framed=False,
            name=f"{NAME}.view",
        )
        self._views.changed.connect(lambda codes: self._see(codes[0]) if codes else None)
        for code, _words, key in VIEWS:
            live_key(self, key, partial(self._see, code, by_key=True))
        head = QWidget()
        head.setLayout(theme.column(choices, self._views, spacing=theme.S))
        return head

    def _build_choices(self) -> QWidget:
        self._season = SeasonStepper(name=f"{NAME}.season")
        self._season.changed.connect(lambda _year: self._draw())
        self._species = Suggest(self._suggest, placeholder=_("espèce"), minimum=0, name=f"{NAME}.species")
        self._species.chosen.connect(lambda row: self._choose(row.key))
        self._species.editingFinished.connect(self._name_species)
        self._species.setMinimumWidth(theme.text_px() * 12)
        self._barrier = Suggest(self._suggest_site, placeholder=_("barrière"), minimum=0, name=f"{NAME}.barrier")
        self._barrier.chosen.connect(lambda row: self._choose_site(row.key))
        self._barrier.editingFinished.connect(self._name_site)
        self._sex = _chips(SEXES, f"{NAME}.sex")
        self._direction = _chips(DIRECTIONS, f"{NAME}.direction")
        for chips in (self._sex, self._direction):
            chips.changed.connect(lambda _codes: self._draw())
        self._barrier_group = _group(_("Barrière"), "F4", self._barrier)
        groups = QWidget()
        flow = FlowLayout(groups, spacing=theme.M)
        flow.addWidget(self._season)
        flow.addWidget(self._barrier_group)
        flow.addWidget(_group(_("Espèce"), "F3", self._species))
        flow.addWidget(_group(_("Sexe"), "S", self._sex))
        flow.addWidget(_group(_("Sens"), "I", self._direction))
        for key, action in (
            ("F3", partial(_pick, self._species)),
            ("F4", self._pick_site),
            ("S", partial(_step, self._sex, SEXES)),
            ("I", partial(_step, self._direction, DIRECTIONS)),
        ):
            live_key(self, key, action)
        return groups

    def _build_foot(self) -> QWidget:
        explain = ActionButton(_("Définitions"), "help", "D", name=f"{NAME}.definitions", on=self._explain)
        limits = ActionButton(_("Seuils"), "settings", "R", name=f"{NAME}.thresholds", on=self._open_thresholds)
        self._csv = ActionButton(_("Tableau CSV"), "export_file", "C", name=f"{NAME}.csv", on=self.export_table)
        self._picture = ActionButton(_("Graphique"), "export_file", "P", name=f"{NAME}.picture", on=self.export_picture)
        foot = QWidget()
        foot.setLayout(theme.row(explain, limits, self._body.more, 1, self._csv, self._picture, spacing=theme.S))
        return foot

    def _build_empty(self) -> EmptyState:
        return EmptyState(
            "barrier",
            _("Rien à analyser pour l’instant"),
            _("Les courbes, les dates d’arrivée et les nuits de chaque saison à la barrière seront montrées ici."),
            ActionButton(
                _("Importer un fichier de barrière"),
                "import_file",
                name=f"{NAME}.import",
                on=lambda: self._context.navigate("exchanges"),
            ),
            name=f"{NAME}.empty",
        )

    # ------------------------------------------------------------------------------------------- showing

    def open(self, year: int | None = None, view: str = "", site: str = "", **params: Any) -> None:
        """Read the seasons of a barrier anew and show a view, with this year in front: the newest when none is asked.

        `cd_nom`, `sex` and `direction` choose the animals ("" for all), as `undo_state` gives them.
        """
        db = self._context.services.db
        found = records.roots(db, CODE, SITE.code)
        self._sites = sorted((barrier_title(record.data), record.uid) for record in found)
        known = [uid for _name, uid in self._sites]
        wanted = site or self._site
        self._site = wanted if wanted in known else next(iter(known), "")
        self._take(params)
        if view in SHEETS:
            self._view = view
        self._views.set_value([self._view])
        self._thresholds = thresholds_of(self._context.services.settings)
        self._barrier_group.setVisible(len(self._sites) > 1)
        self._loaded = None
        self.show_parts(bool(self._site))
        if self._site:
            self._views.setFocus()
            self._load(year)
        else:
            self.set_title(_("Analyses"), _("Barrière"))

    def _take(self, params: Mapping[str, Any]) -> None:
        if "cd_nom" in params:
            self._cd_nom = params["cd_nom"]
        for name, chips, codes in (("sex", self._sex, SEXES), ("direction", self._direction, DIRECTIONS)):
            if params.get(name) in {code for code, _label in codes}:
                chips.set_value([params[name]])

    def _load(self, year: int | None) -> None:
        self._name_site()
        keep = partial(self._keep, year)
        self.run(_("Lecture des saisons"), figures.load, keep, self._context.services, self._site)

    def _keep(self, year: int | None, found: Loaded) -> None:
        self._loaded = found
        self._season.set_years(found.years())
        if year is not None:
            self._season.set_year(year)
        known = [cd_nom for cd_nom, _count in found.taxa]
        if self._cd_nom not in known:
            self._cd_nom = next(iter(known), None)
        self._name_species()
        has_seasons = bool(found.seasons)
        self.show_parts(has_seasons)
        self._draw()

    def choice(self) -> Choice | None:
        """Return what is chosen, None while there is no season."""
        year = self._season.year()
        if year is None:
            return None
        sex: dict[str, Literal["M", "F"]] = {"M": "M", "F": "F"}
        direction: dict[str, Direction] = {"in": "in", "out": "out"}
        return Choice(Selection(self._cd_nom, sex.get(_code(self._sex)), direction.get(_code(self._direction))), year)

    def _draw(self) -> None:
        """Make and show the sheet of what is chosen; after a cancelled reading, read again."""
        if self._loaded is None:
            self._load(self._season.year())
            return
        choice = self.choice()
        if choice is None:
            self.set_title(_("Analyses"), _("Barrière"))
            return
        sheet = SHEETS[self._view](self._loaded, choice, self._thresholds)
        self._body.show_sheet(sheet)
        self._picture.setEnabled(not sheet.is_table and sheet.is_drawn())
        self._csv.setEnabled(sheet.has_table())
        name = next((name for name, uid in self._sites if uid == self._site), "")
        self.set_title(_("Analyses"), f"{name} · {choice.year}")
        table = self._body.table
        if table is not None and self._goes_to_table and self._views.isAncestorOf(QApplication.focusWidget() or self):
            table.setFocus()

    def failed(self) -> None:
        """Say that the reading was given up."""
        self._body.show_failure()
        self._picture.setEnabled(False)
        self._csv.setEnabled(False)

    def _redress(self) -> None:
        self._species.setMinimumWidth(theme.text_px() * 12)
        if self._loaded is not None and self.isVisible():
            self._draw()  # the columns of a table are as wide as the letters need

    def _see(self, code: str, *, by_key: bool = False) -> None:
        """Choose the view; by its key the cursor goes to the table, else it stays where it walks from chip to chip."""
        self._view = code
        self._goes_to_table = by_key
        self._views.set_value([code])
        self._views.setFocus()
        self._draw()

    # -------------------------------------------------------------------------------------------- choices

    def _suggest(self, text: str) -> list[Suggestion]:
        if self._loaded is None:
            return []
        if fold(text) == fold(self._loaded.name(self._cd_nom)):
            text = ""
        found = [
            Suggestion(cd_nom, self._loaded.name(cd_nom), hint=number_words(count))
            for cd_nom, count in self._loaded.taxa
        ]
        found.append(Suggestion(None, _(ALL_TAXA), hint=number_words(sum(count for _cd, count in self._loaded.taxa))))
        return [item for item in found if fold(text) in fold(item.title)]

    def _choose(self, cd_nom: int | None) -> None:
        self._cd_nom = cd_nom
        self._name_species()
        self._goes_to_table = False
        self._views.setFocus()
        self._draw()

    def _name_species(self) -> None:
        if self._loaded is not None:
            self._species.setText(self._loaded.name(self._cd_nom))

    def _suggest_site(self, text: str) -> list[Suggestion]:
        shown = [name for name, uid in self._sites if uid == self._site]
        if fold(text) in map(fold, shown):
            text = ""
        return [Suggestion(uid, name) for name, uid in self._sites if fold(text) in fold(name)]

    def _choose_site(self, uid: str) -> None:
        self._site = uid
        self._loaded = None
        self._views.setFocus()
        self._load(self._season.year())

    def _name_site(self) -> None:
        self._barrier.setText(next((name for name, uid in self._sites if uid == self._site), ""))

    def _pick_site(self) -> None:
        if len(self._sites) > 1:
            _pick(self._barrier)

    def _explain(self) -> None:
        if self._definitions is None:
            self._definitions = Definitions(self.window(), DEFINITIONS, SOURCES, name="barrier.definitions")
        self._definitions.open()

    def _open_thresholds(self) -> None:
        if self._panel is None:
            self._panel = Thresholds(self.window())
            self._panel.changed.connect(self._change_thresholds)
        self._panel.open(self._thresholds)

    def _change_thresholds(self, values: Mapping[str, float]) -> None:
        self._thresholds = values
        services = self._context.services
        services.change_settings(with_thresholds(services.settings, values))
        self._draw()

    # -------------------------------------------------------------------------------------------- exports

    def export_table(self) -> None:
        """Ask for a file and write the table of the view into it, also that behind a figure."""
        sheet = self._body.sheet
        if sheet is not None and sheet.has_table():
            self.ask_table(_("Tableau"), f"{files.safe_name(fold(sheet.title))}.csv", *sheet.table())

    def export_picture(self) -> None:
        """Ask for a file and draw the figure into it, as PNG or SVG by its ending."""
        sheet = self._body.sheet
        if sheet is not None and not sheet.is_table and sheet.is_drawn():
            self.ask_picture(self._body.plot)

    # ---------------------------------------------------------------------------------------------- page

    def leaving(self) -> None:
        """Give up the work that goes on, and the seasons in memory."""
        super().leaving()
        self._loaded = None

    def undo_state(self) -> dict[str, Any]:
        """Return what is shown."""
        return {
            "year": self._season.year(), "view": self._view, "site": self._site, "cd_nom": self._cd_nom,
            "sex": _code(self._sex), "direction": _code(self._direction),
        }  # fmt: skip

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        views = [
            Action(key, _("voir : {view}").format(view=_(words).lower()), partial(self._see, code))
            for code, words, key in VIEWS
        ]
        site = [Action("F4", _("choisir la barrière"), self._pick_site, "barrier")] if len(self._sites) > 1 else []
        return [
            *self._season.keys(),
            *views,
            *site,
            Action("F3", _("choisir l’espèce"), partial(_pick, self._species), "search"),
            Action("S", _("sexe suivant : tous, mâles, femelles"), partial(_step, self._sex, SEXES), "individual"),
            Action(
                "I", _("sens suivant : entrées, sorties, les deux"), partial(_step, self._direction, DIRECTIONS), "next"
            ),
            Action("R", _("changer les seuils"), self._open_thresholds, "settings"),
            Action("D", _("ce que comptent les chiffres, et d’où cela vient"), self._explain, "help"),
            Action("L", _("lire ce qui est plus bas"), self._body.read_on, "next"),
            Action("C", _("tableau de la vue, en CSV"), self.export_table, "export_file"),
            Action("P", _("graphique, en PNG ou SVG"), self.export_picture, "export_file"),
        ]


def _chips(codes: Sequence[tuple[str, str]], name: str) -> ChipRow:
    row = ChipRow([(code, _(label)) for code, label in codes], multiple=False, required=True, framed=False, name=name)
    row.set_value([codes[0][0]])
    return row


def _group(words: str, key: str, control: QWidget) -> QWidget:
    """Return a label with its key and its control, side by side."""
    label = text_label(words, "label")
    label.setBuddy(control)
    group = QWidget()
    group.setMinimumHeight(theme.target())
    box = theme.row(label, KeyHint(key), control, spacing=theme.S)
    box.setAlignment(control, Qt.AlignmentFlag.AlignVCenter)
    group.setLayout(box)
    if isinstance(control, ChipRow):
        control.setAccessibleName(words)
    return group


def _code(chips: ChipRow) -> str:
    return next(iter(chips.value()), "")


def _step(chips: ChipRow, offered: Sequence[tuple[str, str]]) -> None:
    """Choose the next chip, after the last the first."""
    codes = [code for code, _label in offered]
    chips.toggle(codes[(codes.index(_code(chips)) + 1) % len(codes)])


def _pick(line: Suggest) -> None:
    line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line.selectAll()

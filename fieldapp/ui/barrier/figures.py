"""The analyses of a barrier as they are shown: its seasons read once, and one sheet per view and choice of animals.

Plain data without a window. A morning that nobody looked into has no figure anywhere, and is told as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from fieldapp.core import clock, parse
from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.pitfall_barrier import lists, phenology, season, shares
from fieldapp.protocols.pitfall_barrier.campaign import days_between
from fieldapp.protocols.pitfall_barrier.phenology import ANIMALS, Arrival, Selection
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.protocols.pitfall_barrier.season import Season, place_of
from fieldapp.protocols.pitfall_barrier.shares import Basis, Whole
from fieldapp.store import records, taxa
from fieldapp.ui.background import Progress
from fieldapp.ui.plots_days import short_words
from fieldapp.ui.plots_heat import HeatMap, HeatRow
from fieldapp.ui.plots_seasons import DayCurve, DayCurves
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Row
from fieldapp.ui.windows.analysis_sheet import Sheet, Table
from fieldapp.ui.wording import number_words

Settings = Mapping[str, float]

ALL_TAXA = N_("Toutes les espèces")

SEXES: Mapping[str | None, str] = {"M": N_("mâles"), "F": N_("femelles")}

NOT_LOOKED = ""
"""What stands in a file for a morning without a look; 0 stands for one that somebody found empty."""

WHY = "pourquoi_sans_date"
"""The column of a file that says why a season has no date."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The seasons of a barrier, the oldest first; its taxa with their animals, the most numerous first; their names."""

    seasons: tuple[Season, ...]
    taxa: tuple[tuple[int, int], ...]
    names: Mapping[int, str]

    def years(self) -> list[int]:
        """Return the years, the newest first."""
        return sorted({one.year for one in self.seasons}, reverse=True)

    def name(self, cd_nom: int | None) -> str:
        """Return the French name of a taxon, or that of all of them."""
        return _(ALL_TAXA) if cd_nom is None else self.names.get(cd_nom, str(cd_nom))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which animals the figures are about, and the year in front."""

    selection: Selection
    year: int

    def animals(self) -> str:
        """Return "entrées", "sorties, femelles"."""
        sex = SEXES.get(self.selection.sex)
        return ", ".join(filter(None, (_(ANIMALS[self.selection.direction]), _(sex) if sex else "")))


def load(services: Services, uid: str, progress: Progress) -> Loaded:
    """Return the seasons of the barrier with this uid, read with a connection of its own."""
    with services.open_own() as db:
        progress.check()
        tree = records.tree(db, uid)
        progress.check()
        found = season.seasons(tree, clock.today()) if tree is not None else ()
        counted = taxa_of(found)
        known = {cd_nom: taxon for cd_nom, taxon in services.taxa(CODE).items() if cd_nom in counted}
        known |= taxa.by_cd_nom(db, counted.keys() - known.keys())
    names = {cd_nom: lists.name_of(taxon, cd_nom) for cd_nom, taxon in known.items()}
    return Loaded(found, tuple(counted.most_common()), names)


def taxa_of(seasons: Iterable[Season]) -> Counter[int]:
    """Return the animals of each taxon in all seasons, in both directions."""
    found: Counter[int] = Counter()
    for one in seasons:
        for cd_nom, rows in one.rows.items():
            found[cd_nom] += sum(row.males + row.females + row.unsexed for row in rows)
    return found


# ------------------------------------------------------------------------------------------------- words


def title(loaded: Loaded, choice: Choice, words: str) -> str:
    """Return "Crapaud commun : entrées jour par jour, 2019"."""
    return _("{species} ({animals}) : {words}").format(
        species=loaded.name(choice.selection.cd_nom), animals=choice.animals(), words=words
    )


def missed_words(count: int) -> str:
    """Return "4 matins non relevés"."""
    return ngettext("{n} matin non relevé", "{n} matins non relevés", count).format(n=number_words(count))


def reasons(found: Iterable[Arrival]) -> tuple[str, ...]:
    """Return why seasons have no date, one sentence each."""
    return tuple(f"{one.year} : {one.reason}" for one in found if one.reason)


def arrival_words(one: Arrival) -> str:
    """Return the dates of a season in a line: "2019 : 5 % le 20 févr., 50 % le 9 mars…, 4 matins non relevés"."""
    told = [
        _("{share} % le {day}").format(share=share, day=short_words(on))
        for share, on in ((5, one.p05_on), (50, one.p50_on), (95, one.p95_on))
        if on
    ]
    return f"{one.year} : " + ", ".join([number_of(one.total), *told, missed_words(one.missed)])


def number_of(animals: int) -> str:
    """Return "45 animaux"."""
    return ngettext("{n} animal", "{n} animaux", animals).format(n=number_words(animals))


# ------------------------------------------------------------------------------------------------ curves


def curves_sheet(loaded: Loaded, choice: Choice, settings: Settings) -> Sheet:
    """Return the cumulative curves of the seasons that have shares, that of the chosen year in front.

    A season that still runs is dashed: it is measured by the others (see `shares`).
    """
    found = phenology.arrivals(loaded.seasons, choice.selection, settings)
    bases = shares.bases(loaded.seasons, choice.selection, settings)
    curves = []
    for one, basis in zip(loaded.seasons, bases, strict=True):
        if basis.total:
            points = _points(one, list(accumulate(phenology.counts(one, choice.selection))), basis.total)
            curves.append(DayCurve(str(one.year), points, doubtful=basis.whole is Whole.USUAL))
    lacking = _lacking(loaded, bases)
    front = str(choice.year)
    others = len({curve.label for curve in curves} - {front})
    behind = ngettext("{n} autre saison", "{n} autres saisons", others).format(n=others) if others else ""
    doubtful = ", ".join(curve.label for curve in curves if curve.doubtful)
    figure = DayCurves(
        title(loaded, choice, _("courbes cumulées")),
        _("part du total"),
        tuple(curves),
        front,
        behind,
        _("{years} : saison en cours").format(years=doubtful) if doubtful else "",
    )
    own = [one for one in found if one.year == choice.year]
    return Sheet(
        figure.title,
        (),
        (),
        _(
            "Part des animaux de la saison déjà comptés, matin par matin. Une courbe s’interrompt où personne n’a "
            "relevé ; rien n’est interpolé."
        )
        if curves
        else "",
        (*map(arrival_words, own), *reasons(own), *lacking, *_still_running(loaded, bases)) if curves else (),
        figure,
        empty=" ".join(lacking) or _nothing(choice),
        written=partial(_curve_table, loaded, choice, bases) if any(one.total for one in found) else None,
    )


def _lacking(loaded: Loaded, bases: Sequence[Basis]) -> list[str]:
    """Return why seasons with animals have no curve, one sentence for those of the same reason."""
    told = []
    for whole, words in (
        (Whole.HIDDEN, N_("Pas de courbe pour {years} : trop de matins non relevés.")),
        (
            Whole.FEW,
            N_("Pas encore de courbe pour {years}, saison en cours : il faut d’abord d’autres saisons complètes."),
        ),
    ):
        years = [one.year for one, basis in zip(loaded.seasons, bases, strict=True) if basis.whole is whole]
        if years:
            told.append(_(words).format(years=", ".join(map(str, dict.fromkeys(years)))))
    return told


def _curve_table(loaded: Loaded, choice: Choice, bases: Sequence[Basis]) -> Table:
    """Return every morning looked into, with its animals, the running total and its share where it has one."""
    rows = []
    for one, basis in zip(loaded.seasons, bases, strict=True):
        counts = phenology.counts(one, choice.selection)
        total = basis.total
        rows += [
            (str(one.year), on, str(count), str(sofar), parse.show_number(100 * sofar / total, 1) if total else "")
            for on, count, sofar in zip(one.days, counts, accumulate(counts), strict=True)
        ]
    return ("saison", "matin", choice.animals(), "cumul", "part_pourcent"), tuple(rows)


def _points(one: Season, running: Sequence[int], total: float) -> tuple[tuple[int, float | None], ...]:
    """Return the shares by place, with a break wherever mornings without a look lie between two checks."""
    found = list[tuple[int, float | None]]()
    gaps = {place_of(on, one.year) for gap in one.gaps for on in days_between(gap.first_on, gap.last_on)}
    for place, sofar in zip(one.places, running, strict=True):
        if found and found[-1][0] + 1 < place and any(at in gaps for at in range(found[-1][0] + 1, place)):
            found.append((place - 1, None))
        found.append((place, 100 * sofar / total))
    return tuple(found)


def _still_running(loaded: Loaded, bases: Sequence[Basis]) -> list[str]:
    """Return what the seasons that still run are measured by."""
    words = N_("{year} : la saison n’est pas finie ; ses parts sont celles du total médian des autres ({animals}).")
    return [
        _(words).format(year=one.year, animals=number_of(round(basis.total)))
        for one, basis in zip(loaded.seasons, bases, strict=True)
        if basis.whole is Whole.USUAL
    ]


def incomplete_words(one: Season) -> str:
    """Return why the figures of an incomplete season do not compare: it runs, or nobody looked for long."""
    if not one.is_over:
        words = _("{year} : la saison n’est pas finie, ses chiffres ne se comparent pas à ceux des autres.")
        return words.format(year=one.year)
    words = _("{year} : {missed}, ses chiffres ne se comparent pas à ceux des autres.")
    return words.format(year=one.year, missed=missed_words(len(one.missed)))


def _nothing(choice: Choice) -> str:
    return _("Aucune des saisons n’a de tels animaux ({animals}) : choisissez une autre espèce avec F3.").format(
        animals=choice.animals()
    )


# -------------------------------------------------------------------------------------------------- heat


def heat_sheet(loaded: Loaded, choice: Choice, _settings: Settings) -> Sheet:
    """Return the map of days against years."""
    rows = []
    for one in loaded.seasons:
        days = known_days(one, choice.selection)
        rows.append(HeatRow(one.year, tuple((place_of(on, one.year), count) for on, count in days)))
    if not any(count for row in rows for _place, count in row.days):
        rows = []
    figure = HeatMap(
        title(loaded, choice, _("jour par jour, toutes les saisons")), choice.animals(), tuple(rows), choice.year
    )
    missed = sum(len(one.missed) for one in loaded.seasons)
    return Sheet(
        figure.title,
        (),
        (),
        _(
            "Un matin par case, une saison par ligne. Case sans couleur : relevé, aucun de ces animaux ; hachurée : "
            "personne n’a relevé, on ne sait pas."
        ),
        (_("Toutes saisons : {missed}.").format(missed=missed_words(missed)),) if rows else (),
        figure,
        empty=_nothing(choice),
        written=partial(_heat_table, loaded, choice) if rows else None,
    )


def _heat_table(loaded: Loaded, choice: Choice) -> Table:
    """Return every morning with its animals, none and a mark where nobody looked."""
    rows = [
        (str(one.year), on, NOT_LOOKED if count is None else str(count), "1" if count is None else "")
        for one in loaded.seasons
        for on, count in known_days(one, choice.selection)
    ]
    return ("saison", "matin", choice.animals(), "non_releve"), tuple(rows)


def known_days(one: Season, selection: Selection) -> list[tuple[str, int | None]]:
    """Return the days of a season so far with their animals, None where nobody looked; days to come are left out."""
    missed = set(one.missed)
    return [(on, count) for on, count in phenology.daily(one, selection) if count is not None or on in missed]


# ------------------------------------------------------------------------------------------------- dates


def dates_sheet(loaded: Loaded, choice: Choice, settings: Settings) -> Sheet:
    """Return the table of the dates of every season, the newest first."""
    found = sorted(phenology.arrivals(loaded.seasons, choice.selection, settings), key=lambda one: -one.year)
    header = (
        _("Saison"), _("Total"), _("Première"), "5 %", "50 %", "95 %", _("Dernière"), _("Durée (j)"), _("Non relevés"),
        _("Pourquoi sans date"),
    )  # fmt: skip
    return Sheet(
        title(loaded, choice, _("dates de chaque saison")),
        header,
        tuple(_date_row(one) for one in found),
        _(
            "p % : le premier matin relevé où le cumul atteint p % du total de la saison. Durée : du matin des 5 % à "
            "celui des 95 %. Non relevés : matins de la campagne où personne n’a regardé."
        ),
        reasons(found),
        is_table=True,
        numbers=frozenset(range(1, 9)),
        wide=9,
        current=next((row for row, one in enumerate(found) if one.year == choice.year), 0),
        written=(
            ("saison", "total", "premiere", "p05", "p50", "p95", "derniere", "duree_jours", "non_releves", WHY),
            tuple(_date_cells(one) for one in found),
        ),
        empty=_nothing(choice),
    )  # fmt: skip


def _date_row(one: Arrival) -> Row:
    shown = (short_words(on) if on else "–" for on in (one.first_on, one.p05_on, one.p50_on, one.p95_on, one.last_on))
    duration = "–" if one.duration_days is None else number_words(one.duration_days)
    return (str(one.year), number_words(one.total), *shown, duration, number_words(one.missed), one.reason)


def _date_cells(one: Arrival) -> Row:
    days = (on or "" for on in (one.first_on, one.p05_on, one.p50_on, one.p95_on, one.last_on))
    duration = "" if one.duration_days is None else str(one.duration_days)
    return (str(one.year), str(one.total), *days, duration, str(one.missed), one.reason)

"""The pages of the program. A page is imported on its first showing, so that a start pays for one page only."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import N_
from fieldapp.ui.page import Page, PageContext, PageWidget


def _page(module: str, name: str) -> Callable[[PageContext], PageWidget]:
    """Return what builds a page from a class that is imported only then."""

    def build(context: PageContext) -> PageWidget:
        made: PageWidget = getattr(importlib.import_module(f"fieldapp.ui.{module}"), name)(context)
        return made

    return build


TODAY = Page("today", N_("Aujourd’hui"), "today", _page("windows.today", "TodayPage"))
ROUND = Page("round", N_("Tournée"), "round", _page("windows.round", "RoundPage"), rail=False, below="places")
PLACE = Page("place", N_("Fiche"), "edit", _page("windows.places", "PlacePage"), rail=False, below="places")
SHEET = Page("sheet", N_("Passage"), "pond", _page("forms.sheet", "SheetPage"), rail=False, below="places")
DATA = Page("data", N_("Données"), "data", _page("windows.data", "DataPage"))
HISTORY = Page(
    "history", N_("Historique"), "history", _page("windows.history", "HistoryPage"), rail=False, below="data"
)
ANALYSES = Page("analyses", N_("Analyses"), "analyses", _page("windows.analyses", "AnalysesPage"))
EXCHANGES = Page("exchanges", N_("Échanges"), "exchanges", _page("windows.exchanges", "ExchangesPage"))
SETTINGS = Page("settings", N_("Réglages"), "settings", _page("windows.settings", "SettingsPage"))
BACKUPS = Page(
    "backups", N_("Sauvegardes"), "backup", _page("windows.backups", "BackupsPage"), rail=False, below="settings"
)
DIRECTORY = Page(
    "directory",
    N_("Annuaire"),
    "observers",
    _page("windows.directory", "DirectoryPage"),
    rail=False,
    below="settings",
    by_name=True,
)


def pages(protocols: Mapping[str, StudyProtocol]) -> list[Page]:
    """Return the pages in the order of the rail; a protocol's form names its own entry."""
    places = [
        Page("places", protocol.form.label, protocol.form.icon, _page("windows.areas", "AreasPage"))
        for protocol in protocols.values()
        if protocol.form is not None
    ]
    return [TODAY, *places, ROUND, PLACE, SHEET, DATA, HISTORY, ANALYSES, EXCHANGES, SETTINGS, BACKUPS, DIRECTORY]

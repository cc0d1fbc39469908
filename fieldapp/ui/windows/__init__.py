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


TODAY = Page("today", N_("Aujourd’hui"), "today", _page("windows.today", "TodayPage"), renews=True)
ROUND = Page(
    "round", N_("Tournée"), "round", _page("windows.round", "RoundPage"), rail=False, below="places", renews=True
)
PLACE = Page("place", N_("Fiche"), "edit", _page("windows.places", "PlacePage"), rail=False, below="places", holds=True)
SHEET = Page("sheet", N_("Passage"), "pond", _page("forms.sheet", "SheetPage"), rail=False, below="places", holds=True)
DATA = Page("data", N_("Données"), "data", _page("windows.data", "DataPage"), renews=True)
HISTORY = Page(
    "history", N_("Historique"), "history", _page("windows.history", "HistoryPage"), rail=False, below="data"
)
DISPUTES = Page(
    "disputes",
    N_("À relire"),
    "conflict",
    _page("sync.disputes_page", "DisputesPage"),
    rail=False,
    below="sync",
    by_name=True,
    renews=True,
)
ANALYSES = Page("analyses", N_("Analyses"), "analyses", _page("windows.analyses", "AnalysesPage"))
EXCHANGES = Page("exchanges", N_("Échanges"), "exchanges", _page("windows.exchanges", "ExchangesPage"))
SETTINGS = Page("settings", N_("Réglages"), "settings", _page("windows.settings", "SettingsPage"))
SYNC = Page("sync", N_("Synchro"), "sync", _page("sync.sync_page", "SyncPage"))
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


def _session_pages(label: str, icon: str) -> list[Page]:
    """Return the entry of the sessions in the rail, and the pages that are reached from it."""

    def below(code: str, words: str, name: str, module: str, *, by_name: bool = False, holds: bool = False) -> Page:
        build = _page(f"banding.{module}", name)
        return Page(code, words, icon, build, rail=False, below="banding", by_name=by_name, holds=holds)

    return [
        Page("banding", label, icon, _page("banding.sessions", "SessionsPage"), renews=True),
        below("session", N_("Séance"), "SessionPage", "session_sheet", holds=True),
        below("captures", N_("Captures"), "CapturePage", "capture"),
        below("capture", N_("Capture"), "CaptureSheetPage", "capture_sheet", holds=True),
        below("ring_stock", N_("Stock de bagues"), "RingStockPage", "ring_stock", by_name=True),
        below("ringing_places", N_("Lieux de baguage"), "RingingPlacesPage", "places", by_name=True),
        below("ring", N_("Vie d’un oiseau"), "RingPage", "ring"),
    ]


def _board_pages(label: str, icon: str) -> list[Page]:
    """Return the entry of the barriers in the rail, and the pages that are reached from it."""

    def below(
        code: str, words: str, icon: str, name: str, module: str, *, by_name: bool = False, holds: bool = False
    ) -> Page:
        build = _page(f"barrier.{module}", name)
        return Page(code, words, icon, build, rail=False, below="barrier", by_name=by_name, holds=holds)

    return [
        Page("barrier", label, icon, _page("barrier.season_page", "BarrierPage"), renews=True),
        below("morning", N_("Relevé du matin"), "bucket", "MorningPage", "morning"),
        below("barrier_sheet", N_("Barrière et campagnes"), "edit", "BarrierSheetPage", "barrier_sheet", holds=True),
        below("weather", N_("Météo d’un fichier"), "weather", "WeatherPage", "weather_page"),
        below("individuals", N_("Individus"), "individual", "IndividualsPage", "individuals", by_name=True),
        below("individual", N_("Individu"), "individual", "IndividualPage", "individual"),
    ]


def pages(protocols: Mapping[str, StudyProtocol]) -> list[Page]:
    """Return the pages in the order of the rail; a protocol's form names its own entry."""
    places = [
        Page("places", protocol.form.label, protocol.form.icon, _page("windows.areas", "AreasPage"), renews=True)
        for protocol in protocols.values()
        if protocol.form is not None
    ]
    sessions = [
        page
        for protocol in protocols.values()
        if protocol.session is not None
        for page in _session_pages(protocol.session.label, protocol.session.icon)
    ]
    boards = [
        page
        for protocol in protocols.values()
        if protocol.board is not None
        for page in _board_pages(protocol.board.label, protocol.board.icon)
    ]
    return [
        TODAY,
        *places,
        *sessions,
        *boards,
        ROUND,
        PLACE,
        SHEET,
        DATA,
        HISTORY,
        DISPUTES,
        ANALYSES,
        EXCHANGES,
        SETTINGS,
        SYNC,
        BACKUPS,
        DIRECTORY,
    ]

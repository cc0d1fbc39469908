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
PAST = Page(
    "past", N_("Base à une date"), "history", _page("past.page", "PastPage"), rail=False, below="data", by_name=True
)
BULK = Page("bulk", N_("Correction en lot"), "edit", _page("bulk.page", "BulkPage"), rail=False, below="data")
TAXREF = Page(
    "taxref",
    N_("Référentiel TAXREF"),
    "search",
    _page("taxref.page", "TaxrefPage"),
    rail=False,
    below="settings",
    by_name=True,
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
REVIEW = Page(
    "review", N_("Validation"), "done", _page("review.page", "ReviewPage"), rail=False, below="data", by_name=True
)
REVIEW_ASK = Page("review_ask", N_("Question"), "help", _page("review.ask_page", "AskPage"), rail=False, below="data")
QUESTIONS = Page(
    "questions",
    N_("Questions de la coordination"),
    "help",
    _page("review.questions_page", "QuestionsPage"),
    rail=False,
    below="today",
    by_name=True,
    renews=True,
)
ANALYSES = Page("analyses", N_("Analyses"), "analyses", _page("windows.analyses", "AnalysesPage"))
BATCHES = Page(
    "batches",
    N_("Envois"),
    "export_file",
    _page("batches.register_page", "BatchesPage"),
    rail=False,
    below="exchanges",
    by_name=True,
    renews=True,
)
BATCH_NEW = Page(
    "batch_new",
    N_("Nouvel envoi"),
    "export_file",
    _page("batches.new_page", "NewBatchPage"),
    rail=False,
    below="exchanges",
    by_name=True,
)
RECIPIENTS = Page(
    "recipients",
    N_("Destinataires"),
    "observers",
    _page("batches.recipients_page", "RecipientsPage"),
    rail=False,
    below="exchanges",
    by_name=True,
    renews=True,
)
EXCHANGES = Page("exchanges", N_("Échanges"), "exchanges", _page("windows.exchanges", "ExchangesPage"))
SETTINGS = Page("settings", N_("Réglages"), "settings", _page("windows.settings", "SettingsPage"))
SYNC = Page("sync", N_("Synchro"), "sync", _page("sync.sync_page", "SyncPage"))
BACKUPS = Page(
    "backups", N_("Sauvegardes"), "backup", _page("windows.backups", "BackupsPage"), rail=False, below="settings"
)
MAPS = Page(
    "maps",
    N_("Cartes et espèces sensibles"),
    "area",
    _page("maps.page", "MapsPage"),
    rail=False,
    below="settings",
    by_name=True,
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


def _list_pages(label: str, icon: str) -> list[Page]:
    """Return the entry of the lists of the day in the rail, and the list that is opened from it."""
    return [
        Page("lists", label, icon, _page("occasional.lists_page", "ListsPage"), renews=True),
        Page(
            "list", N_("Liste"), icon, _page("occasional.list_sheet", "ListPage"), rail=False, below="lists", holds=True
        ),
        Page(
            "list_line",
            N_("Précisions"),
            "edit",
            _page("occasional.line_page", "LinePage"),
            rail=False,
            below="lists",
            holds=True,
        ),
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
    lists = [
        page
        for protocol in protocols.values()
        if protocol.day_list is not None
        for page in _list_pages(protocol.day_list.label, protocol.day_list.icon)
    ]
    return [
        TODAY,
        *places,
        *sessions,
        *boards,
        *lists,
        ROUND,
        PLACE,
        SHEET,
        DATA,
        HISTORY,
        PAST,
        BULK,
        TAXREF,
        DISPUTES,
        REVIEW,
        REVIEW_ASK,
        QUESTIONS,
        ANALYSES,
        EXCHANGES,
        BATCHES,
        BATCH_NEW,
        RECIPIENTS,
        SETTINGS,
        SYNC,
        BACKUPS,
        DIRECTORY,
        MAPS,
    ]

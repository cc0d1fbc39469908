"""Ctrl+K leads to a ring, a ringing place, a session or a species."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core.settings import Settings
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import rounds, sources
from fieldapp.ui.banding import goto
from fieldapp.ui.page import Source
from fieldapp.ui.services import Services
from tests.ui.banding.small_season import Season
from tests.ui.windows.support import area


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(rounds, "today", lambda: date(2026, 11, 20))
    with open_for_use(tmp_path / "season.db", protocols.installed()) as opened:
        yield opened


class Went:
    """The sections of a window, and where their rows led."""

    def __init__(self, db: Database) -> None:
        self.to: list[tuple[str, dict[str, Any]]] = []
        services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
        found = sources.for_window(services, lambda code, **params: self.to.append((code, params)))
        self.sections: dict[str, Source] = {source.section: source for source in found}

    def rows(self, section: str, text: str) -> list[tuple[str, str]]:
        return [(row.title, row.subtitle) for row in self.sections[section].search(text)]

    def go(self, section: str, text: str) -> tuple[str, dict[str, Any]]:
        source = self.sections[section]
        source.go(source.search(text)[0])
        return self.to[-1]


def test_a_ring_is_offered_with_its_bird_and_the_last_day_and_leads_to_its_page(db: Database) -> None:
    Season(db)
    went = Went(db)
    assert went.rows("Bagues", "8680017") == [("868 0017", "Rousserolle effarvatte · 12/09/2026")]
    assert went.go("Bagues", "8680017") == ("ring", {"key": "FRP8680017"})
    assert went.go("Bagues", "A7107") == ("ring", {"key": "GBTA710715"})


def test_the_beginning_of_a_number_offers_what_begins_so_and_too_short_a_one_nothing(db: Database) -> None:
    Season(db)
    went = Went(db)
    assert [title for title, _bird in went.rows("Bagues", "86801")] == ["868 0117", "868 0118"]
    assert went.rows("Bagues", "868") == []
    assert went.rows("Bagues", "0017") == []  # the end of a number is for the open strings of a session


def test_a_ringing_place_leads_to_the_places(db: Database) -> None:
    season = Season(db)
    went = Went(db)
    assert went.rows("Lieux de baguage", "schl dourg") == [("Bac à schlamms, Dourges", "")]
    assert went.go("Lieux de baguage", "schl")[1]["uid"] == season.dourges.uid
    assert went.rows("Lieux de baguage", "") == []


@pytest.mark.parametrize("typed", ["12/09", "12/9/2026", "12 septembre", "2026-09-12"])
def test_a_session_is_found_by_its_day(db: Database, typed: str) -> None:
    season = Season(db)
    went = Went(db)
    assert [subtitle for _title, subtitle in went.rows("Séances de baguage", typed)] == ["12/09/2026"]
    assert went.go("Séances de baguage", typed) == ("captures", {"uid": season.s26.uid})


def test_a_species_leads_to_the_data_of_the_protocol_that_knows_it(db: Database) -> None:
    Season(db)
    area(db, "Terrils")
    went = Went(db)
    assert went.go("Espèces", "calam")[1]["protocol"] == "pop_amphibiens"
    assert went.go("Espèces", "effarvatte")[1]["protocol"] == "banding"
    assert went.go("Espèces", "ACRSCI")[1] == went.to[-2][1]


def test_letters_that_are_nothing_of_this_find_nothing(db: Database) -> None:
    Season(db)
    assert goto.rings(db, "mare 04", 6) == goto.places(db, "mare 04", 6) == goto.sessions(db, "mare 04", 6) == []

"""Ctrl+K leads to a barrier, to this morning or another, and to an individual."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core.settings import Settings
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import rounds, sources
from fieldapp.ui.page import Source
from fieldapp.ui.services import Services
from tests.ui.barrier.few_mornings import TODAY, Mornings


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(rounds, "today", lambda: TODAY)
    with open_for_use(tmp_path / "barrier.db", protocols.installed()) as opened:
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


def test_a_barrier_is_found_by_its_pond_or_its_commune(db: Database) -> None:
    here, went = Mornings(db), Went(db)
    assert went.rows("Barrières", "ferry") == went.rows("Barrières", "vimy") == [("Mare Jules Ferry, Vimy", "")]
    assert went.rows("Barrières", "dourges") == []
    assert went.go("Barrières", "jules") == ("barrier", {"site": here.site.uid})


@pytest.mark.parametrize(
    ("text", "on", "when"),
    [("matin", "2026-03-20", "ce matin"), ("rel", "2026-03-20", "ce matin"), ("16/03", "2026-03-16", "16/03/2026"),
     ("hier", "2026-03-19", "19/03/2026")],
)  # fmt: skip
def test_a_morning_is_found_by_its_day(db: Database, text: str, on: str, when: str) -> None:
    here, went = Mornings(db), Went(db)
    assert went.rows("Relevés du matin", text) == [("Mare Jules Ferry, Vimy", when)]
    assert went.go("Relevés du matin", text) == ("morning", {"site": here.site.uid, "on": on})


@pytest.mark.parametrize("text", ["TC-0", "tc-013", "tc"])
def test_an_individual_is_found_by_the_beginning_of_its_name_in_any_capitals(db: Database, text: str) -> None:
    here, went = Mornings(db), Went(db)
    assert went.rows("Individus", text) == [("TC-013", "Triton crêté")]
    assert went.go("Individus", text) == ("individual", {"uid": here.newt.uid})
    assert went.rows("Individus", "mathi") == [("Mathilde", "Triton crêté")]


def test_before_anything_is_typed_nothing_of_barriers_is_listed(db: Database) -> None:
    Mornings(db)
    went = Went(db)
    assert [went.rows(section, " ") for section in ("Barrières", "Relevés du matin", "Individus")] == [[], [], []]

"""A table of observations is taken in on the page of the files, though the protocol writes none of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from fieldapp.core import paths
from fieldapp.exchange import demo
from fieldapp.protocols.occasional.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from tests.ui.occasional.conftest import Hand

GO = Callable[..., Hand]


def test_a_table_is_known_by_its_columns_and_taken_in(qtbot: QtBot, db: Database, go: GO, tmp_path: Path) -> None:
    file = tmp_path / "carnet.csv"
    file.write_bytes(paths.resource(demo.LISTS.resource).read_bytes())
    hand = go("exchanges", path=str(file), protocol=CODE)
    hand.keys("i")
    qtbot.waitUntil(lambda: not hand.window.background.busy(), timeout=30_000)
    assert records.count(db, CODE, "observation") == 40
    assert "40 lignes créées" in hand.window.notices.banner.text()

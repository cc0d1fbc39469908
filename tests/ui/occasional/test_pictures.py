"""The list of the pictures is one that could have been entered, and all pages of lists can be shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from fieldapp.core import checking
from fieldapp.exchange import demo
from fieldapp.protocols.occasional.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.occasional import pictures
from tests.ui.occasional.conftest import Hand

GO = Callable[..., Hand]


def test_the_list_of_the_pictures_lacks_nothing_and_is_found_again(db: Database) -> None:
    demo.take(db, demo.LISTS)
    uid = pictures.begin_list(db, "2022-04-14")
    assert pictures.list_of(db, "2022-04-14") == uid
    assert pictures.list_of(db, "2022-04-15") == ""
    visit = records.get(db, uid)
    assert visit is not None
    lines = records.children(db, [uid])
    assert len(lines) == len(pictures.SEEN)
    assert list(checking.lacking(db.protocols[CODE], visit, lines, {}, year=2022, links={})) == []


def test_every_page_of_the_lists_can_be_shown(db: Database, go: GO) -> None:
    demo.take(db, demo.LISTS)
    hand = go("lists")
    for code, params in pictures.pages(db):
        hand.window.navigate(code, **params)
        QApplication.processEvents()
        assert not hand.window.grab().isNull(), code

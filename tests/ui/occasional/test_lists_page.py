"""The lists of a season, the start page, "aller à", the history and the page of all lines know of lists."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from fieldapp.exchange import demo
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.occasional import goto, listed
from fieldapp.ui.tables import RecordTable
from fieldapp.ui.windows import history
from fieldapp.ui.windows.listed import Filter, in_use
from fieldapp.ui.windows.listed import listed as listed_of
from tests.ui.occasional.conftest import ALEX, Hand, lists

GO = Callable[..., Hand]


def rows(hand: Hand, name: str) -> list[tuple[str, ...]]:
    model = hand.widget(name).model()
    return [
        tuple(str(model.index(row, column).data() or "") for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def test_an_empty_page_says_what_will_be_here_and_n_begins_a_list(go: GO) -> None:
    hand = go("lists")
    assert "N ouvre une liste" in hand.widget("lists.empty").sentence.text()
    hand.keys("n")
    place = hand.window.place()
    assert place is not None
    assert place.code == "list"


def test_a_list_is_a_line_with_its_species_and_enter_opens_it(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "mer", "Enter", "3", "Enter", "vul", "Enter", "Enter", "Ctrl+Enter", "xyz", "Enter")
    hand.window.navigate("lists")
    told = rows(hand, "lists.table")
    assert [row[1:5] for row in told] == [
        ("xyz", "–", "–", "BERNARD Alex"),
        ("Mare aux joncs", "Merle noir, Vulcain", "2", "BERNARD Alex"),
    ]
    assert [row[5] for row in told] == ["draft|à compléter", "done|"]
    hand.keys("Down", "Enter")
    assert hand.widget("list.place").text() == "Mare aux joncs"


def test_a_list_is_erased_on_the_page_and_brought_back_by_the_notice(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "mer", "Enter", "3", "Enter")
    hand.window.navigate("lists")
    hand.widget("lists.delete").click()
    assert lists(db) == []
    hand.widget("notice.action").click()
    assert [row[1] for row in rows(hand, "lists.table")] == ["Mare aux joncs"]
    hand.keys("h")
    place = hand.window.place()
    assert place is not None
    assert (place.code, place.params) == ("history", {"uid": lists(db)[0].uid})


def test_a_begun_list_is_erased_and_brought_back_with_what_was_typed(db: Database, go: GO) -> None:
    go().keys("Jar")
    hand = go("lists", killed=True)
    hand.widget("lists.delete").click()
    assert rows(hand, "lists.table") == []
    hand.widget("notice.action").click()
    assert [row[5] for row in rows(hand, "lists.table")] == ["draft|"]


def test_a_list_that_was_begun_and_never_saved_waits_on_the_page(db: Database, go: GO) -> None:
    go().keys("Jar")
    assert lists(db) == []
    hand = go("lists", killed=True)
    assert [row[5] for row in rows(hand, "lists.table")] == ["draft|"]
    hand.keys("Enter")
    assert hand.widget("list.place").text() == "Jar"


def test_the_start_page_has_a_line_for_lists_once_there_is_one(db: Database, go: GO) -> None:
    hand = go("today")
    assert hand.window.findChild(QWidget, "today.lists") is None
    hand.window.navigate("list")
    hand.keys("jonc", "Enter", "mer", "Enter", "3", "Enter")
    hand.window.navigate("today")
    assert hand.label("today.lists.words") == "1 liste aujourd’hui, 1 ligne. La dernière : Mare aux joncs."
    hand.keys("n")
    assert hand.widget("list.place").text() == ""


def test_the_demonstration_is_a_season_of_eight_lists(db: Database, go: GO) -> None:
    demo.take(db, demo.LISTS)
    hand = go("lists", year=2020)
    assert hand.label("lists.words") == "8 listes · 40 observations"
    assert {row[5] for row in rows(hand, "lists.table")} == {"done|"}
    table = hand.widget("lists.table")
    assert isinstance(table, RecordTable)


def test_go_to_finds_lists_by_place_and_by_day(db: Database, go: GO) -> None:
    go().keys("jonc", "Enter", "mer", "Enter", "3", "Enter")
    protocol = db.protocols["occasional"]
    [visit] = lists(db)
    for text in ("jon", "mare aux", "14/04", "14 avril 2026"):
        assert [row.key for row in goto.lists(db, protocol, text, 6)] == [visit.uid], text
    assert goto.lists(db, protocol, "terril", 6) == []


def test_the_history_of_a_line_leads_to_its_list(db: Database, go: GO) -> None:
    go().keys("jonc", "Enter", "mer", "Enter", "3", "Enter")
    [visit] = lists(db)
    [line] = records.children(db, [visit.uid])
    for record in (visit, line):
        assert history.page_of(db, record) == ("list", {"uid": visit.uid})


def test_all_lines_stand_in_the_data_with_place_species_and_number(db: Database, go: GO) -> None:
    demo.take(db, demo.LISTS)
    hand = go("lists")
    protocol = db.protocols["occasional"]
    assert protocol in in_use(db)
    table = listed_of(hand.services, protocol)
    assert isinstance(table, listed.DayListTable)
    found = table.ids(db, Filter(year=2020, text="herniaire"))
    [row] = table.fetch(found)
    assert row[:4] == ("13/06/2020", "Terril 74, Avion", "Herniaire glabre|Herniaria glabra", "20 touffes")
    assert len(table.ids(db, Filter(year=2020))) == 40
    assert table.lacking(db, 2020, lambda _done, _total: None) == {}
    assert table.fetch(array("q", [10**9])) == [()]


def test_what_a_list_lacks_is_to_be_finished(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("Jardin", "Enter")
    table = listed_of(hand.services, db.protocols["occasional"])
    [visit] = lists(db)
    lacking = table.lacking(db, 2026, lambda _done, _total: None)
    assert set(lacking) == {visit.uid}
    assert len(lacking[visit.uid]) == 2
    assert visit.data["observers"] == [ALEX]

"""What a line may say beside its columns: typed on a form of its own, kept at every key, saved on leaving."""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.store import drafts
from fieldapp.store.connection import Database
from tests.ui.occasional.conftest import VULCAIN, Hand, lines, lists

GO = Callable[..., Hand]
A_LINE = ("jonc", "Enter", "vul", "Enter", "2", "Enter")


def test_the_precisions_of_the_line_just_typed_are_one_key_away_and_saved_by_one(db: Database, go: GO) -> None:
    hand = go()
    hand.keys(*A_LINE, "F9")
    assert hand.window.page().page_title == "Vulcain"  # type: ignore[union-attr]
    hand.widget("line.digital_proof").setFocus()
    hand.keys("photo 12", "Ctrl+Enter")
    place = hand.window.place()
    assert place is not None
    assert place.code == "list"
    [visit] = lists(db)
    [line] = lines(db, visit)
    assert (line["cd_nom"], line["digital_proof"], line["count_min"]) == (VULCAIN, "photo 12", 2)
    assert drafts.keys(db) == []


def test_an_own_position_may_be_given_and_what_is_none_waits_in_the_draft(db: Database, go: GO) -> None:
    hand = go()
    hand.keys(*A_LINE, "F9")
    hand.widget("line.position").setFocus()
    hand.keys("50.452 2.782", "Ctrl+Enter")
    [visit] = lists(db)
    assert lines(db, visit)[0]["latitude"] == 50.452
    hand.keys("F9")
    hand.widget("line.position").setFocus()
    hand.widget("line.position").selectAll()
    hand.keys("pres du pont", "Ctrl+Enter")
    assert "pas encore enregistré" in hand.label("line.state")
    uid = hand.window.page().undo_state()["uid"]  # type: ignore[union-attr]
    again = go("list_line", killed=True, uid=uid)
    assert again.widget("line.position").text() == "pres du pont"


def test_leaving_without_a_change_saves_nothing(db: Database, go: GO) -> None:
    hand = go()
    hand.keys(*A_LINE)
    before = db.value("SELECT count(*) FROM action")
    hand.keys("F9", "Esc")
    assert db.value("SELECT count(*) FROM action") == before
    assert hand.widget("list.place").text() == "Mare aux joncs"

"""The ring stock: every string with what is left, every ring with its state, one key for each thing that happens."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QApplication

from fieldapp.protocols.banding.schema import CODE, RING_FATE, RING_STRING
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import theme
from fieldapp.ui.shell import MainWindow
from tests.ui.banding.nets_window import (
    ALEX,
    Open,
    bird,
    captures,
    db,
    net_set,
    open_window,
    people,
    session,
    statements,
    stored,
    string,
)
from tests.ui.windows.support import focus, page, place, press, rows, thing, type_in, words

__all__ = ["db", "open_window"]

CTRL = Qt.KeyboardModifier.ControlModifier


def notice(window: object) -> str:
    return str(window.notices.banner.text())  # type: ignore[attr-defined]


def words_of_chips(window: MainWindow) -> str:
    return " | ".join(chip.text() for chip in thing(window, "stock.shown").findChildren(QAbstractButton))


def fates(db: Database, uid: str) -> dict[str, str]:
    return {r.data["ring"]: r.data["fate"] for r in records.children(db, [uid]) if r.entity == RING_FATE.code}


def put_on(db: Database, *rings: str) -> None:
    site = net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    captures(db, session(db, site, "2026-09-05", closed=True), [bird(ring) for ring in rings])


def test_an_empty_stock_says_how_to_begin(open_window: Open) -> None:
    window = open_window("ring_stock")
    assert focus(window).objectName() == "stock.new"
    assert thing(window, "stock.empty").isVisible()


def test_strings_are_listed_by_size_with_what_is_left(open_window: Open, db: Database) -> None:
    people(db)
    string(db, "SC126901", "950", size="S", state="received")
    string(db, "8680001", "100")
    string(db, "RK7701", "RK7710", size="R", leased_to=ALEX)
    string(db, "8670001", "100", state="finished")
    put_on(db, "8680001", "8680002", "8680005", *(f"RK77{n:02}" for n in range(1, 9)))
    window = open_window("ring_stock")
    assert rows(window, "stock.table") == [
        ["R", "RK7701–710 · BOIS Alex", "review|bientôt finie", "–", "2 / 10"],
        ["O", "8680001–100", "doing|ouverte", "2", "97 / 100"],
        ["S", "SC126901–950", "todo|en réserve", "–", "50 / 50"],
    ]
    assert page(window).page_context == "2 séries ouvertes · 99 bagues à poser"
    press(window, Qt.Key.Key_2)
    assert [row[2] for row in rows(window, "stock.table")].count("done|finie") == 1


def test_a_string_is_noted_by_its_first_number_and_the_end_of_its_last(open_window: Open, db: Database) -> None:
    window = open_window("ring_stock")
    press(window, Qt.Key.Key_N)
    assert page(window).page_title == "Nouvelle série de bagues"
    type_in(window, "O")
    press(window, Qt.Key.Key_Return)
    type_in(window, "8680001")
    press(window, Qt.Key.Key_Return)
    type_in(window, "100")
    press(window, Qt.Key.Key_Return)  # the state, which is proposed
    press(window, Qt.Key.Key_Return)
    type_in(window, "5/9")
    press(window, Qt.Key.Key_Return, CTRL)
    (made,) = records.roots(db, CODE, RING_STRING.code)
    assert made.data == {
        "scheme": "FRP",
        "size": "O",
        "first": "8680001",
        "last": "8680100",
        "first_key": "FRP8680001",
        "state": "open",  # the first of its size
        "opened_on": "2026-09-12",
        "received_on": "2026-09-05",
    }
    assert place(window).code == "ring_stock"
    assert rows(window, "stock.table") == [["O", "8680001–100", "doing|ouverte", "–", "100 / 100"]]


def test_a_further_string_of_a_size_waits_and_gets_the_cursor(open_window: Open, db: Database) -> None:
    string(db, "8680001", "100")
    window = open_window("ring_stock")
    press(window, Qt.Key.Key_N)
    for typed in ("O", "8680101", "200"):
        type_in(window, typed)
        press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return, CTRL)
    (made,) = [record for record in records.roots(db, CODE, RING_STRING.code) if record.data["first"] == "8680101"]
    assert (made.data["state"], "opened_on" in made.data) == ("received", False)
    assert thing(window, "stock.table").current_key() == made.uid
    assert words(window, "string.next") == "868 0101"


def test_a_state_that_was_chosen_stays_whatever_the_size(open_window: Open, db: Database) -> None:
    string(db, "8680001", "100")
    window = open_window("place", protocol=CODE, entity="ring_string")
    type_in(window, "S")
    press(window, Qt.Key.Key_Return)
    for name, typed in (("state", "rec"), ("size", "T"), ("first", "SC126901"), ("last", "950")):
        line = thing(window, f"place.ring_string.{name}")
        line.setFocus()
        line.selectAll()
        type_in(window, typed)
        press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return, CTRL)
    (made,) = [record for record in records.roots(db, CODE, RING_STRING.code) if record.data["first"] == "SC126901"]
    assert made.data["state"] == "received"


def test_no_ring_is_in_two_strings(open_window: Open, db: Database) -> None:
    string(db, "8680001", "100")
    window = open_window("place", protocol=CODE, entity="ring_string")
    for name, typed in (("size", "O"), ("first", "8680090"), ("last", "8680120")):
        thing(window, f"place.ring_string.{name}").setFocus()
        type_in(window, typed)
        press(window, Qt.Key.Key_Tab)
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "place"
    assert thing(window, "place.ring_string.last").accessibleDescription() == (
        "Ces bagues sont déjà dans la série O 8680001–8680100 : vérifiez les deux numéros."
    )
    assert len(records.roots(db, CODE, RING_STRING.code)) == 1


def test_a_string_that_is_there_is_refused_when_its_form_is_taken_up_again(open_window: Open, db: Database) -> None:
    string(db, "8680001", "100")
    window = open_window("place", protocol=CODE, entity="ring_string")
    for name, typed in (("size", "O"), ("first", "8680001"), ("last", "8680100")):
        thing(window, f"place.ring_string.{name}").setFocus()
        type_in(window, typed)
        press(window, Qt.Key.Key_Tab)
    window.navigate("ring_stock")
    window.navigate("place", protocol=CODE, entity="ring_string")
    assert words(window, "place.ring_string.last") == "8680100"
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "place"
    assert thing(window, "place.ring_string.last").accessibleDescription().startswith("Ces bagues sont déjà dans")
    assert len(records.roots(db, CODE, RING_STRING.code)) == 1


def test_a_string_may_be_given_numbers_that_overlap_its_own(open_window: Open, db: Database) -> None:
    uid = string(db, "8680001", "100")
    window = open_window("place", protocol=CODE, entity="ring_string", uid=uid)
    first = thing(window, "place.ring_string.first")
    first.setFocus()
    first.selectAll()
    type_in(window, "8680011")
    press(window, Qt.Key.Key_Return, CTRL)
    assert (stored(db, uid)["first"], stored(db, uid)["first_key"]) == ("8680011", "FRP8680011")


def test_numbers_of_two_series_are_refused_in_words(open_window: Open, db: Database) -> None:
    window = open_window("place", protocol=CODE, entity="ring_string")
    for name, typed in (("size", "R"), ("first", "RK7701"), ("last", "RL7750")):
        thing(window, f"place.ring_string.{name}").setFocus()
        type_in(window, typed)
        press(window, Qt.Key.Key_Tab)
    press(window, Qt.Key.Key_Return, CTRL)
    assert (
        thing(window, "place.ring_string.last")
        .accessibleDescription()
        .startswith("RK7701 et RL7750 ne sont pas de la même série")
    )
    assert records.roots(db, CODE, RING_STRING.code) == []


def test_a_string_opens_and_finishes_by_one_key_and_undo_takes_it_back(open_window: Open, db: Database) -> None:
    uid = string(db, "8680001", "100", state="received")
    window = open_window("ring_stock")
    press(window, Qt.Key.Key_O)
    assert (stored(db, uid)["state"], stored(db, uid)["opened_on"]) == ("open", "2026-09-12")
    assert notice(window) == "série O 8680001–8680100 ouverte."
    press(window, Qt.Key.Key_F)
    assert (stored(db, uid)["state"], stored(db, uid)["finished_on"]) == ("finished", "2026-09-12")
    assert rows(window, "stock.table") == []
    press(window, Qt.Key.Key_Z, CTRL)
    assert stored(db, uid)["state"] == "open"
    assert rows(window, "stock.table") == [["O", "8680001–100", "doing|ouverte", "–", "100 / 100"]]


def test_a_string_is_given_to_a_person_and_taken_back(open_window: Open, db: Database) -> None:
    people(db)
    uid = string(db, "8680001", "100")
    window = open_window("ring_stock")
    press(window, Qt.Key.Key_C)
    type_in(window, "boi")
    press(window, Qt.Key.Key_Return)
    assert stored(db, uid)["leased_to"] == ALEX
    assert words(window, "string.days") == "confiée à BOIS Alex"
    press(window, Qt.Key.Key_C)
    thing(window, "string.person").clear()
    press(window, Qt.Key.Key_Tab)
    assert "leased_to" not in stored(db, uid)


def test_the_card_says_which_ring_the_hand_takes_next(open_window: Open, db: Database) -> None:
    string(db, "8680001", "100")
    put_on(db, "8680001", "8680002", "8680005")
    window = open_window("ring_stock")
    assert words(window, "string.next") == "868 0006"
    assert words(window, "string.counts") == "95 libres\n3 posées\n2 à expliquer"


def test_skipped_rings_are_listed_first_and_explained_one_key_each(open_window: Open, db: Database) -> None:
    uid = string(db, "8680001", "20")
    put_on(db, "8680001", "8680006")
    window = open_window("ring_stock")
    press(window, Qt.Key.Key_Return)
    assert page(window).page_title == "Série 868 0001 – 868 0020"
    assert [row[0] for row in rows(window, "rings.table")] == ["868 0002", "868 0003", "868 0004", "868 0005"]
    for key in (Qt.Key.Key_P, Qt.Key.Key_D, Qt.Key.Key_T, Qt.Key.Key_R):
        press(window, key)
    assert fates(db, uid) == {"8680002": "lost", "8680003": "destroyed", "8680004": "later", "8680005": "returned"}
    assert rows(window, "rings.table") == []
    press(window, Qt.Key.Key_1)
    assert [row[1].partition("|")[2] for row in rows(window, "rings.table")[:7]] == [
        "posée", "perdue", "détruite", "plus tard", "rendue", "posée", "libre",
    ]  # fmt: skip
    assert rows(window, "rings.table")[0] == ["868 0001", "done|posée", "05/09/2026", "ACRSCI ? 1A"]
    press(window, Qt.Key.Key_Escape)  # the notice that offers to take the last ring back
    press(window, Qt.Key.Key_Escape)
    assert rows(window, "stock.table") == [["O", "8680001–020", "doing|ouverte", "–", "15 / 20"]]


def test_a_ring_on_a_bird_can_not_be_lost(open_window: Open, db: Database) -> None:
    uid = string(db, "8680001", "20")
    put_on(db, "8680001")
    window = open_window("ring_stock", uid=uid)
    press(window, Qt.Key.Key_1)
    press(window, Qt.Key.Key_Home)
    assert not thing(window, "rings.explain.lost").isEnabled()
    press(window, Qt.Key.Key_P)
    assert fates(db, uid) == {}


def test_what_was_noted_of_a_ring_is_forgotten_by_delete_and_comes_back(open_window: Open, db: Database) -> None:
    uid = string(db, "8680001", "20")
    put_on(db, "8680001", "8680003")
    window = open_window("ring_stock", uid=uid)
    press(window, Qt.Key.Key_P)
    assert fates(db, uid) == {"8680002": "lost"}
    press(window, Qt.Key.Key_3)
    press(window, Qt.Key.Key_Home)
    press(window, Qt.Key.Key_Delete)
    assert fates(db, uid) == {}
    press(window, Qt.Key.Key_Z, CTRL)
    assert fates(db, uid) == {"8680002": "lost"}


def test_the_rest_of_a_string_goes_back_in_one_key(open_window: Open, db: Database) -> None:
    uid = string(db, "8680001", "20")
    put_on(db, "8680001", "8680002")
    window = open_window("ring_stock", uid=uid)
    press(window, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert list(fates(db, uid).values()) == ["returned"] * 18
    assert stored(db, uid)["state"] == "finished"
    assert notice(window) == "18 bagues rendues, série finie."


def test_enter_on_a_ring_shows_the_life_of_its_bird(open_window: Open, db: Database) -> None:
    uid = string(db, "8680001", "20")
    put_on(db, "8680001")
    window = open_window("ring_stock", uid=uid)
    press(window, Qt.Key.Key_Home)
    press(window, Qt.Key.Key_Return)
    assert (place(window).code, place(window).params) == ("ring", {"key": "FRP8680001"})


def test_finished_strings_are_read_only_when_they_are_shown(
    open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    string(db, "8680001", "100")
    for number in range(20):
        string(db, f"8{number:02}0001", f"8{number:02}0100", state="finished")
    window = open_window("banding")
    asked = statements(monkeypatch)
    window.navigate("ring_stock")
    few = len(asked)
    assert "avec les finies · 21" in words_of_chips(window)
    press(window, Qt.Key.Key_2)
    assert len(rows(window, "stock.table")) == 21
    assert len(asked) - few >= 20 > few


def test_an_action_reads_its_own_string_again_and_no_other(
    open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(db)
    for number in range(20):
        string(db, f"8{number:02}0001", f"8{number:02}0100", leased_to=ALEX)
    window = open_window("ring_stock")
    asked = statements(monkeypatch)
    press(window, Qt.Key.Key_F)
    assert notice(window) == "série O 8000001–8000100 finie."
    assert len(rows(window, "stock.table")) == 19
    assert len(asked) < 20
    press(window, Qt.Key.Key_Z, CTRL)
    assert len(rows(window, "stock.table")) == 20


def test_people_who_have_strings_are_read_in_one_statement(
    open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(db)

    uids = [string(db, f"8{number:02}0001", f"8{number:02}0100", leased_to=ALEX) for number in range(12)]
    window = open_window("banding")

    def cost() -> int:
        with monkeypatch.context() as patched:
            asked = statements(patched)
            window.navigate("ring_stock")
        window.navigate("banding")
        return len(asked)

    window.navigate("ring_stock")
    many = cost()
    for uid in uids[1:]:
        record = records.get(db, uid)
        assert record is not None
        kept = {name: value for name, value in record.data.items() if name != "leased_to"}
        records.save(db, [replace(record, data=kept)], "reprise")
    assert cost() == many


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_rings_to_be_explained_are_shown_whatever_the_size_of_the_letters(
    open_window: Open, db: Database, qapp: QApplication, scale: float
) -> None:
    string(db, "8680001", "100")
    put_on(db, "8680001", "8680004")
    theme.apply(qapp, scale=scale)
    window = open_window("ring_stock")
    window.resize(1366, 768)
    QApplication.processEvents()
    table = thing(window, "stock.table")
    header = table.horizontalHeader()
    assert not any(header.isSectionHidden(column) for column in range(header.count()))
    words = QFontMetrics(theme.font()).horizontalAdvance("8680001–100")
    assert header.sectionSize(1) > words
    assert header.length() <= table.viewport().width()
    theme.apply(qapp)

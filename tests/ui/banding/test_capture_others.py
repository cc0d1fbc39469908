"""Lines of the other table come in while a line is typed: cursor, words and rings stay where they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record
from fieldapp.protocols.banding.holding import Holding
from fieldapp.store import leases, peers, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui.banding.capture_others import holding_of, strings_in_use, take_holding
from tests.elsewhere import write_elsewhere
from tests.ui.banding.ringing_day import HOLDER, SESSION, Hand, make, string

THEIRS = "868 0041"


@pytest.fixture
def other(hand: Hand) -> Iterator[Database]:
    """Return a second connection, through which things come as a sync brings them."""
    with open_for_use(hand.db.path, protocols.installed(), Author("", new_uid())) as db:
        yield db


def bird(ring: str = "8680041", line: int = 7, uid: str | None = None, **values: object) -> Record:
    given = {
        "line": line, "action": "B", "ring_scheme": "FRP", "ring": ring, "ring_key": f"FRP{ring}", "hour": "07:00",
        "species": "SYLATR", "sex": "M", "age": "1A", **values,
    }  # fmt: skip
    return make("observation", given, SESSION, uid)


def come(hand: Hand, other: Database, *found: Record) -> None:
    records.save(other, list(found), "autre table")
    hand.page.others.look()
    QApplication.processEvents()


def test_a_line_of_the_other_table_stands_in_the_list_and_the_cursor_stays(hand: Hand, other: Database) -> None:
    hand.keys("Enter", "acr")
    before = hand.at(), hand.cell("species")
    come(hand, other, bird())
    assert [row[1] for row in hand.rows()] == [THEIRS]
    assert (hand.at(), hand.cell("species")) == before


def test_the_ring_that_is_offered_is_another_when_the_other_table_has_put_it_on(hand: Hand, other: Database) -> None:
    hand.keys("Enter", "acrsci", "Enter")
    assert hand.cell("ring").endswith("0041")
    at = hand.at()
    come(hand, other, bird("8680041"))
    assert hand.cell("ring").endswith("0042")
    assert hand.at() == at


def test_a_number_that_was_typed_stays_and_says_that_it_is_on_a_bird(hand: Hand, other: Database) -> None:
    hand.keys("8680041", "Enter")
    come(hand, other, bird("8680041"))
    assert hand.cell("ring").replace(" ", "") == "8680041"
    assert "Bague déjà posée" in hand.said()


def test_a_correction_that_was_begun_keeps_its_words_and_takes_the_rest(hand: Hand, other: Database) -> None:
    come(hand, other, theirs := bird(mass_g=18.0))
    hand.keys("Down", "Enter")
    hand.page.line.focus("wing_mm")
    hand.keys("74,5", "Enter")
    come(hand, other, bird(uid=theirs.uid, mass_g=19.5))
    assert (hand.cell("wing_mm"), hand.cell("mass_g")) == ("74,5", "19,5")
    hand.keys("Ctrl+Enter", "Ctrl+Enter")
    stored = records.get(hand.db, theirs.uid)
    assert stored is not None
    assert (stored.data["wing_mm"], stored.data["mass_g"]) == (74.5, 19.5)


def test_a_line_that_the_other_table_took_back_goes_and_says_so_where_it_is_open(hand: Hand, other: Database) -> None:
    come(hand, other, theirs := bird())
    hand.keys("Down", "Enter")
    records.delete(other, theirs.uid, "fausse ligne")
    hand.page.others.look()
    assert hand.rows() == []
    assert not hand.page._session or not hand.page._session.is_editing


def test_what_is_stored_here_comes_in_only_once(hand: Hand) -> None:
    hand.keys("8680041", "Enter", "sylatr", "Enter", "Ctrl+Enter", "Ctrl+Enter")
    rows = hand.rows()
    assert len(rows) == 1
    hand.page.others.look()
    assert hand.rows() == rows


def test_a_session_that_is_closed_at_the_other_table_is_closed_here(hand: Hand, other: Database) -> None:
    stored = records.get(other, SESSION)
    assert stored is not None
    come(hand, other, make("visit", {**stored.data, "closed": True}, stored.parent, SESSION))
    assert hand.page.closed.isVisible()
    assert not hand.page.line.isEnabled()


def test_the_string_of_the_ring_in_the_line_is_wanted_and_one_of_another_table_is_not(
    hand: Hand, other: Database
) -> None:
    session = hand.page._session
    assert session is not None
    assert strings_in_use(session) == frozenset()
    hand.keys("Enter", "acrsci", "Enter")
    [mine] = session.desk.stocks
    assert strings_in_use(session) == {mine.uid}
    come(hand, other, string("O", "8690001", "100"))
    assert take_holding(session, Holding({mine.uid: "PC de Marie"}, is_shared=True))
    assert session.line.values["ring"] == "8690001"
    assert mine.uid not in strings_in_use(session)


def test_who_holds_a_string_is_named_after_the_person_who_saved_there(hand: Hand, other: Database) -> None:
    author, nobody = Author(HOLDER, new_uid()), new_uid()
    with open_for_use(hand.db.path, protocols.installed(), author) as theirs:
        records.save(theirs, [bird()], "capture")
    peer = peers.add(hand.db, peers.LAN, project="p", name="Table")
    with hand.db.transaction() as connection:
        leases.replace(connection, peer.id, {"s1": author.device, "s2": hand.db.author.device, "s3": nobody})
    found = holding_of(hand.db, is_shared=True)
    assert found.others == {"s1": "PC de BAGUEUR Un", "s3": ""}
    assert found.own == {"s2"}


def test_control_t_opens_the_table_over_the_line_and_escape_goes_back_to_it(hand: Hand) -> None:
    hand.keys("Enter", "acr")
    before = hand.at(), hand.cell("species")
    hand.keys("Ctrl+T")
    assert hand.at() != before[0]
    hand.keys("Esc")
    assert (hand.at(), hand.cell("species")) == before


def test_a_correction_saved_before_the_colleague_s_came_in_leaves_what_he_wrote(hand: Hand, other: Database) -> None:
    come(hand, other, theirs := bird(mass_g=18.0))
    hand.keys("Down", "Enter")
    hand.page.line.focus("wing_mm")
    hand.keys("74,5", "Enter")
    write_elsewhere(other, theirs.uid, mass_g=19.5)
    hand.keys("Ctrl+Enter", "Ctrl+Enter")
    stored = records.get(hand.db, theirs.uid)
    assert stored is not None
    assert (stored.data["wing_mm"], stored.data["mass_g"]) == (74.5, 19.5)

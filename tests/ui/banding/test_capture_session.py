"""The session behind the capture page, without a screen: flat cost, rounds, what it learns, what waits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core.record import Record
from fieldapp.protocols.banding.biometry import LISTED
from fieldapp.protocols.banding.schema import CODE
from fieldapp.protocols.banding.stock import RingState
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui.banding.capture_entry import Line, fate_words
from fieldapp.ui.banding.capture_rounds import first_round, rounded, stepped
from fieldapp.ui.banding.capture_session import CaptureSession, open_session
from fieldapp.ui.banding.capture_table import CaptureModel
from tests.ui.banding.ringing_day import SESSION, fill, make, past, string


def opened(db: Database) -> CaptureSession:
    return open_session(db, protocols.by_code(CODE), SESSION, LISTED)


def lines(count: int) -> list[Record]:
    """Return so many stored lines of the session, of a string of their own."""
    return [
        make(
            "observation",
            {
                "line": number, "action": "B", "ring_scheme": "FRP", "ring": f"{8600000 + number}", "ring_size": "O",
                "ring_key": f"FRP{8600000 + number}", "species": "ACRSCI", "sex": "?", "age": "1A", "hour": "07:00",
            },
            SESSION,
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def put(session: CaptureSession, **texts: str) -> None:
    """Type and read cells, the ring's first."""
    for code, text in texts.items():
        session.typed(code, text)
        session.read(code)


@pytest.fixture
def db(ringing_db: Database) -> Database:
    fill(ringing_db, string("O", "8680041", "8680060"), others=past("2025-09-01", "8670001", ring_size="O"))
    return ringing_db


def statements_of_one_bird(path: Path, count: int) -> int:
    """Return how many statements the next bird takes in a session that has so many lines."""
    with open_for_use(path, protocols.installed()) as db:
        fill(db, string("O", "8600001", "8600600"), others=lines(count))
        session = opened(db)
        heard: list[str] = []
        db.connection.set_trace_callback(heard.append)
        put(session, species="acrsci", sex="m", age="1", wing_mm="66")
        assert session.save().record is not None
        db.connection.set_trace_callback(None)
        return len(heard)


def test_the_500th_bird_takes_as_many_statements_as_the_10th(tmp_path: Path) -> None:
    assert statements_of_one_bird(tmp_path / "ten.db", 9) == statements_of_one_bird(tmp_path / "many.db", 499)


def test_a_line_is_added_to_the_table_without_building_it_anew(db: Database) -> None:
    stored = lines(500)
    model = CaptureModel(opened(db).columns)
    model.show(stored[:-1])
    told: list[str] = []
    model.modelReset.connect(lambda: told.append("reset"))
    model.rowsInserted.connect(lambda _parent, first, last: told.append(f"inserted {first} {last}"))
    model.dataChanged.connect(lambda first, last, _roles: told.append(f"changed {first.row()} {last.row()}"))
    model.put(stored[-1])
    model.put(stored[-1])
    model.put(stored[0])
    assert told == ["inserted 0 0", "changed 0 0", "changed 499 499"]
    assert (model.rowCount(), model.words(model.line(0))[0], model.row_of(stored[0].uid)) == (500, "500", 499)
    model.take_out(stored[250].uid)
    assert (model.rowCount(), model.row_of(stored[0].uid), model.row_of(stored[499].uid)) == (499, 498, 0)


def test_a_save_that_fails_leaves_the_line_and_its_draft_as_they_were(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(db)
    put(session, ring="041", species="acrsci", sex="m", age="1")
    uid = session.line.uid

    def fail(*_given: object, **_options: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(records, "save", fail)
        with pytest.raises(OSError, match="disk full"):
            session.save()
    assert session.line.uid == uid
    again = opened(db)
    assert (again.line.uid, again.line.values["ring"], again.line.values["sex"]) == (uid, "8680041", "M")
    assert session.save().record is not None
    assert drafts.keys(db) == []


def test_a_ring_that_found_its_bird_meanwhile_is_not_noted_as_lost(db: Database) -> None:
    session = opened(db)
    put(session, ring="8680043", species="acrsci", sex="m", age="1")
    session.explain(session.waits_for_fates(), "lost")
    other = make(
        "observation",
        {"line": 1, "action": "B", "ring_scheme": "FRP", "ring": "8680041", "ring_key": "FRP8680041",
         "species": "ACRSCI"},
        SESSION,
    )  # fmt: skip
    records.save(db, [other], "other laptop")
    session.desk.saved(other)
    assert session.save().record is not None
    stock = session.desk.stocks[0]
    assert [stock.state_of(stock.at(place)) for place in (0, 1, 2)] == [
        RingState.USED, RingState.LOST, RingState.USED,
    ]  # fmt: skip


def test_what_became_of_rings_is_said_in_words() -> None:
    line = Line("uid", fates={"FRP8680041": "lost", "FRP8680042": "lost", "FRP8680043": "", "FRP8680044": "later"})
    said = "868 0041, 868 0042 : perdues (noté avec la ligne) · 868 0044 : à poser plus tard (noté avec la ligne)"
    assert fate_words(line) == said


def test_answering_whether_a_ring_was_put_on_or_read_is_asked_once(db: Database) -> None:
    session = opened(db)
    put(session, ring="7654321")
    assert session.waits_for_action()
    session.answer_action("B")
    assert not session.waits_for_action()
    assert session.line.values["action"] == "B"


def test_the_ring_follows_a_sex_on_which_the_size_depends(ringing_db: Database) -> None:
    fill(ringing_db, string("G", "GA12001", "GA12050"), string("F", "FX12001", "FX12050"))
    session = opened(ringing_db)
    put(session, species="accnis")
    assert "ring" not in session.line.values
    assert "la taille dépend du sexe" in session.no_offer
    put(session, sex="m")
    assert session.line.values["ring"] == "GA12001"
    put(session, sex="f")
    assert session.line.values["ring"] == "FX12001"


@given(st.integers(0, 23), st.integers(0, 59), st.integers(-60, 60))
def test_a_round_is_a_half_hour_of_the_day(hour: int, minute: int, steps: int) -> None:
    at = rounded(f"{hour:02}:{minute:02}")
    assert at == f"{hour:02}:{'30' if minute >= 30 else '00'}"
    further = stepped(at, steps)
    minutes = int(further[:2]) * 60 + int(further[3:])
    assert 0 <= minutes < 24 * 60
    assert minutes % 30 == 0
    expected = hour * 60 + minute // 30 * 30 + steps * 30
    assert minutes == (expected if 0 <= expected < 24 * 60 else hour * 60 + minute // 30 * 30)


@pytest.mark.parametrize(("opened_at", "first"), [("06:00", "06:00"), ("06:10", "06:30"), ("06:31", "07:00"), ("", "")])
def test_the_first_round_comes_once_the_nets_are_open(opened_at: str, first: str) -> None:
    assert first_round(opened_at) == first

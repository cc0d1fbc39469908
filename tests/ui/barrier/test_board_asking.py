"""Photos of a morning whose copies end late: the program closes, the morning is stored, another one is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier.schema import PHOTO
from fieldapp.store import drafts, media, records
from fieldapp.store.connection import Database
from fieldapp.store.media import Media
from fieldapp.ui import background, errors
from tests.store.photographs import photograph
from tests.ui.barrier import barrier_window, typist
from tests.ui.barrier.typist import ON, Sit, Typist, seated

db, open_window, sit = barrier_window.db, barrier_window.open_window, typist.sit


class Gate:
    """Holds the copying of photos until it is opened; the first `free` files pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, free: int = 0) -> None:
        self._open, self._whole, self._free = threading.Event(), media.keep, free
        self.waits = threading.Event()
        monkeypatch.setattr(media, "keep", self._keep)

    def _keep(self, db: Database, path: Path) -> Media:
        self._free -= 1
        if self._free < 0:
            self.waits.set()
            assert self._open.wait(10)
        return self._whole(db, path)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def shown_errors(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    found: list[BaseException] = []
    monkeypatch.setattr(errors, "show", found.append)
    return found


def add(person: Typist, *paths: Path) -> None:
    """Note a newt in the bucket, and add photos to it by F10."""
    person.keys("k m F10")
    person.page.asking.extra.strip.add_files(paths)


def photos(person: Typist, on: str = ON) -> list[Record]:
    found = records.children(person.db, [one.uid for one in person.catches(on)])
    return [one for one in found if one.entity == PHOTO.code]


def files(person: Typist, on: str = ON) -> list[str]:
    return sorted(str(one.data["file_name"]) for one in photos(person, on))


def draft_files(person: Typist) -> list[tuple[str, bool]]:
    """Return the photos of the one draft: the name, and whether the file is kept."""
    (key,) = drafts.keys(person.db, "morning:")
    kept = drafts.get(person.db, key)
    assert kept is not None
    return [(item["file_name"], "sha256" in item) for found in kept["photos"].values() for item in found]


def notice(person: Typist) -> str:
    return person.window.notices.banner.text()


def test_a_photo_is_in_the_draft_before_its_file_is_copied(
    db: Database, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, gate = seated(db, sit), Gate(monkeypatch)
    add(person, photograph(tmp_path / "a.jpg"))
    assert draft_files(person) == [("a.jpg", False)]
    gate.open()
    person.idle()
    assert draft_files(person) == [("a.jpg", True)]


def test_closing_while_photos_are_copied_loses_none_and_the_next_opening_goes_on(
    db: Database, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown_errors: list[BaseException]
) -> None:
    person, gate = seated(db, sit), Gate(monkeypatch, free=1)
    add(person, *(photograph(tmp_path / f"{seed}.jpg", seed) for seed in (1, 2, 3)))
    assert gate.waits.wait(10)
    threading.Timer(0.2, gate.open).start()
    person.window.close()
    assert sorted(draft_files(person)) == [("1.jpg", True), ("2.jpg", True), ("3.jpg", False)]
    assert shown_errors == []
    person = sit()
    person.idle()
    assert sorted(draft_files(person)) == [("1.jpg", True), ("2.jpg", True), ("3.jpg", True)]
    person.page.body.board.setFocus()
    person.keys("Ctrl+Enter")
    assert files(person) == ["1.jpg", "2.jpg", "3.jpg"]


def test_a_copy_that_never_began_waits_in_the_draft_without_a_word(
    db: Database, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown_errors: list[BaseException]
) -> None:
    monkeypatch.setattr(background, "THREADS", 1)
    person, gate = seated(db, sit), Gate(monkeypatch)
    first, second = (photograph(tmp_path / f"{seed}.jpg", seed) for seed in (1, 2))
    add(person, first)
    assert gate.waits.wait(10)
    person.page.asking.extra.strip.add_files([second])
    threading.Timer(0.2, gate.open).start()
    person.window.close()
    assert sorted(draft_files(person)) == [("1.jpg", True), ("2.jpg", False)]
    assert shown_errors == []


def test_a_file_that_is_gone_when_the_copy_goes_on_is_said(
    db: Database, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "THREADS", 1)
    person, gate = seated(db, sit), Gate(monkeypatch)
    first, second = (photograph(tmp_path / f"{seed}.jpg", seed) for seed in (1, 2))
    add(person, first)
    assert gate.waits.wait(10)
    person.page.asking.extra.strip.add_files([second])
    threading.Timer(0.2, gate.open).start()
    person.window.close()
    second.unlink()
    person = sit()
    person.idle()
    assert draft_files(person) == [("1.jpg", True)]
    assert "2.jpg" in notice(person)


def later(person: Typist, tmp_path: Path, gate: Gate, keys: str) -> None:
    """Add a photo, press keys while it is copied, and let the copy end."""
    add(person, photograph(tmp_path / "a.jpg"))
    person.keys(keys)
    gate.open()
    person.idle()
    QApplication.processEvents()


@pytest.mark.parametrize("keys", ["Esc Ctrl+Enter", "Esc Ctrl+Enter PgUp"])
def test_a_photo_that_comes_after_its_morning_was_stored_is_stored_with_it_and_said(
    db: Database, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    person, gate = seated(db, sit), Gate(monkeypatch)
    later(person, tmp_path, gate, keys)
    assert files(person) == ["a.jpg"]
    assert drafts.keys(db, "morning:") == []
    assert notice(person) == "1 photo ajoutée au relevé du 18/03/2019, enregistrée."
    assert len(person.catches()) == 1


def test_the_morning_that_is_shown_knows_the_photo_that_came_late(
    db: Database, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, gate = seated(db, sit), Gate(monkeypatch)
    later(person, tmp_path, gate, "Esc Ctrl+Enter")
    (before,) = photos(person)
    person.keys("F10")
    assert [item["file_name"] for item in person.page.asking.extra.strip.values()] == ["a.jpg"]
    person.keys("Esc + Ctrl+Enter")
    assert [one.uid for one in photos(person)] == [before.uid]


def test_a_photo_that_comes_into_a_begun_morning_waits_with_the_rest(
    db: Database, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, gate = seated(db, sit), Gate(monkeypatch)
    later(person, tmp_path, gate, "Esc PgUp")
    assert draft_files(person) == [("a.jpg", True)]
    assert person.visit() is None
    person.keys("PgDown Ctrl+Enter")
    assert files(person) == ["a.jpg"]


def test_the_same_file_twice_is_one_photo_and_that_is_said(
    db: Database, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = seated(db, sit)
    file = photograph(tmp_path / "a.jpg")
    add(person, file)
    person.idle()
    gate = Gate(monkeypatch)
    person.page.asking.extra.strip.add_files([file])
    person.keys("Esc 3 k f F10")
    gate.open()
    person.idle()
    assert draft_files(person) == [("a.jpg", True)]
    assert notice(person) == "« a.jpg » est déjà sur cette prise."


@pytest.mark.parametrize("leave", [lambda _person: None, lambda person: person.keys("PgUp")])
def test_a_photo_whose_animal_was_taken_off_the_board_is_said_to_be_on_none(
    db: Database,
    sit: Sit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    leave: Callable[[Typist], None],
) -> None:
    person, gate = seated(db, sit), Gate(monkeypatch)
    add(person, photograph(tmp_path / "a.jpg"))
    person.keys("Esc -")
    leave(person)
    gate.open()
    person.idle()
    assert notice(person) == "La photo a.jpg n’est sur aucun animal : il n’est plus au tableau."

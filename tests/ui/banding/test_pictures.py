"""The morning of the pictures is one that could have been entered, and its scenes lead to pages that exist."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.schema import Context
from fieldapp.exchange import demo
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import windows
from fieldapp.ui.banding import pictures

DAY = "2022-04-14"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "season.db", protocols.installed()) as opened:
        yield opened


def test_the_morning_holds_a_session_with_birds_and_one_without(db: Database) -> None:
    demo.fill(db)
    morning = pictures.begin_morning(db, DAY)
    below = records.children(db, [morning.begun.uid])
    assert [record.data["line"] for record in below] == list(range(1, len(below) + 1))
    assert records.children(db, [morning.fresh.uid]) == []
    assert "holder" in morning.begun.data
    study = protocols.by_code("banding")
    found = [p for record in below for p in checking.problems(study, study.entity(record.entity), Context(record.data))]
    assert not checking.blocks(found)


def test_the_sessions_of_the_day_come_before_others_and_no_session_is_no_morning(db: Database) -> None:
    assert pictures.morning_of(db, DAY) is None
    demo.take(db, demo.BIRDS)
    other = pictures.morning_of(db, DAY)
    assert other is not None
    begun = pictures.begin_morning(db, DAY)
    assert other.begun.uid != begun.begun.uid
    assert pictures.morning_of(db, DAY) == begun


def test_every_scene_and_every_page_to_try_exists(db: Database) -> None:
    demo.fill(db)
    morning = pictures.begin_morning(db, DAY)
    known = {page.code for page in windows.pages(db.protocols)}
    scenes = list(pictures.scenes(morning, every=True))
    assert {code for _name, code, _params, _typed in scenes} - {""} <= known
    assert len({name for name, *_rest in scenes}) == len(scenes)
    assert {code for code, _params in pictures.pages(db)} <= known
    assert {page.code for page in windows.pages(db.protocols) if page.below == "banding"} <= {
        code for code, _params in pictures.pages(db)
    }

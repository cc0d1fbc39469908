"""The spring of the pictures is one that could have been entered, and its scenes lead to pages that exist."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.schema import Context
from fieldapp.exchange import demo
from fieldapp.protocols.pitfall_barrier import weather
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store import media, records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import windows
from fieldapp.ui.barrier import pictures

DAY = "2022-04-14"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "season.db", protocols.installed()) as opened:
        yield opened


def test_the_spring_goes_until_yesterday_with_two_mornings_that_nobody_explained(db: Database) -> None:
    demo.take(db, demo.BARRIER)
    spring = pictures.begin_spring(db, DAY)
    assert spring is not None
    days = [visit.on_date for visit in records.below_on(db, spring.site, "2022-01-01", "2022-12-31")]
    assert (days[0], days[-1]) == ("2022-02-01", "2022-04-13")
    assert {"2022-04-11", "2022-04-03"}.isdisjoint(days)
    assert len(days) == 28 + 31 + 13 - 2
    assert pictures.spring_of(db, DAY) == spring


def test_its_pictured_morning_has_a_pair_a_closed_bucket_and_the_newt_and_nothing_that_blocks(db: Database) -> None:
    demo.take(db, demo.BARRIER)
    spring = pictures.begin_spring(db, DAY)
    assert spring is not None
    [visit] = records.below_on(db, spring.site, spring.full, spring.full)
    lines = records.children(db, [visit.uid])
    assert visit.data["closed_buckets"] == [pictures.CLOSED]
    assert pictures.CLOSED not in {line.data["bucket"] for line in lines}
    assert [line.data["count"] for line in lines if line.data.get("amplexus")] == [2]
    assert spring.newt in {line.data.get("individual") for line in lines}
    study = protocols.by_code(CODE)
    above = {"visit": visit.data}
    found = [
        problem
        for line in lines
        for problem in checking.problems(study, study.entity(line.entity), Context(line.data, above))
    ]
    assert not checking.blocks(found)


def test_each_capture_of_the_newt_has_a_photo_with_the_time_of_its_morning(db: Database) -> None:
    demo.take(db, demo.BARRIER)
    spring = pictures.begin_spring(db, DAY)
    assert spring is not None
    caught = records.by_field(db, CODE, "observation", "individual", [spring.newt])
    photos = records.children(db, [line.uid for line in caught])
    assert {photo.parent for photo in photos} == {line.uid for line in caught}
    assert len({photo.data["sha256"] for photo in photos}) == len(photos)
    for line in records.placed(db, photos):
        assert line.record.data["taken_at"].startswith(line.parents["visit"].on_date)
        path = media.path_of(db, line.record.data["sha256"])
        assert path is not None
        with Image.open(path) as image:
            assert image.size == (900, 1200)
    assert pictures.photograph(db, spring.newt) == []  # a second time there is none to take


def test_the_weather_file_tells_of_mornings_that_were_left_to_it(db: Database, tmp_path: Path) -> None:
    demo.take(db, demo.BARRIER)
    spring = pictures.begin_spring(db, DAY)
    assert spring is not None
    pictures.write_weather(db, tmp_path / "meteo.csv", DAY)
    table = weather.read(weather.decode((tmp_path / "meteo.csv").read_bytes()))
    reading = weather.read_days(table, weather.guess(table.header, table.rows))
    assert not reading.notes
    visits = records.below_on(db, spring.site, "2022-02-01", DAY)
    changed = weather.apply(weather.plan(reading.days, visits), "meteo.csv")
    assert {visit.data["check_on"] for visit in changed} == {
        visit.data["check_on"]
        for visit in visits
        if "night_min_c" not in visit.data and visit.data["state"] != "missed"
    }
    forgotten = [ago for ago in pictures.FORGOTTEN if ago <= pictures.WITHOUT_WEATHER]
    assert len(changed) == pictures.WITHOUT_WEATHER - len(forgotten)


def test_without_a_barrier_there_is_no_spring(db: Database) -> None:
    assert pictures.begin_spring(db, DAY) is None
    assert pictures.spring_of(db, DAY) is None


def test_every_scene_and_every_page_to_try_exists(db: Database) -> None:
    demo.take(db, demo.BARRIER)
    spring = pictures.begin_spring(db, DAY)
    assert spring is not None
    known = {page.code for page in windows.pages(db.protocols)}
    scenes = list(pictures.scenes(spring, every=True))
    assert {code for _name, code, _params, _typed in scenes} - {""} <= known
    assert len({name for name, *_rest in scenes}) == len(scenes)
    tried = {code for code, _params in pictures.pages(db)}
    assert tried <= known
    assert {page.code for page in windows.pages(db.protocols) if page.below == "barrier"} <= tried

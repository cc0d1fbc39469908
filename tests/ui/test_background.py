"""Work off the main thread is delivered, all of it, in order, on the main thread."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.ui import background as background_module
from fieldapp.ui.background import Background, Latest, Progress


@pytest.fixture
def background(qapp: object) -> Iterator[Background]:
    found = Background()
    yield found
    found.close()


@pytest.fixture
def one_at_a_time(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Background]:
    monkeypatch.setattr(background_module, "THREADS", 1)
    found = Background()
    yield found
    found.close()


def test_a_position_may_be_reckoned_in_job_after_job(qtbot: QtBot, background: Background) -> None:
    def work() -> float:
        from pyproj import Transformer

        made = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
        return float(made.transform(3.0, 46.5)[0])

    delivered: list[float] = []
    for _number in range(60):
        background.run(work, done=delivered.append)
    qtbot.waitUntil(lambda: background.busy() == 0)
    assert delivered == [pytest.approx(700_000)] * 60  # the origin of Lambert-93 (source: EPSG:2154)


def test_three_hundred_jobs_of_three_hundred_are_delivered_in_the_order_they_ended(
    qtbot: QtBot, background: Background
) -> None:
    ended: list[int] = []
    lock = threading.Lock()
    delivered: list[int] = []
    threads = set()

    def work(number: int) -> int:
        with lock:
            ended.append(number)
            return number

    def done(number: int) -> None:
        threads.add(threading.current_thread())
        delivered.append(number)

    for number in range(300):
        background.run(work, number, done=done)
    qtbot.waitUntil(lambda: len(delivered) == 300)
    assert sorted(delivered) == list(range(300))
    assert threads == {threading.main_thread()}
    assert background.busy() == 0


def test_one_thread_at_a_time_delivers_in_order(qtbot: QtBot, one_at_a_time: Background) -> None:
    background = one_at_a_time
    delivered: list[int] = []
    for number in range(300):
        background.run(lambda number=number: number, done=delivered.append)
    qtbot.waitUntil(lambda: len(delivered) == 300)
    assert delivered == list(range(300))


def test_a_failure_comes_to_failed_with_its_error(qtbot: QtBot, background: Background) -> None:
    seen: list[BaseException] = []

    def work() -> None:
        raise FieldappError("Le disque est plein.")

    background.run(work, failed=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert str(seen[0]) == "Le disque est plein."


def test_a_failure_that_nobody_takes_goes_to_the_door(qtbot: QtBot) -> None:
    seen: list[BaseException] = []
    background = Background(seen.append)
    background.run(lambda: 1 // 0)
    qtbot.waitUntil(lambda: bool(seen))
    assert isinstance(seen[0], ZeroDivisionError)
    background.close()


def test_progress_is_told_with_its_count_and_the_last_one_always(qtbot: QtBot, background: Background) -> None:
    told: list[tuple[int, int, str]] = []
    done: list[str] = []

    def work(rows: int, progress: Progress) -> str:
        for number in range(1, rows + 1):
            progress.report(number, rows, "lignes lues")
        return "fini"

    background.run(work, 10_000, done=done.append, progress=lambda *how_far: told.append(how_far))
    qtbot.waitUntil(lambda: done == ["fini"])
    assert told[-1] == (10_000, 10_000, "lignes lues")
    assert len(told) <= 110


def test_a_cancelled_job_ends_with_cancelled_and_is_no_error(qtbot: QtBot) -> None:
    unhandled: list[BaseException] = []
    background = Background(unhandled.append)
    started, go_on = threading.Event(), threading.Event()
    seen: list[BaseException] = []

    def work(progress: Progress) -> None:
        started.set()
        go_on.wait(5)
        progress.report(1, 2)

    job = background.run(work, failed=seen.append)
    started.wait(5)
    job.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: bool(seen))
    assert isinstance(seen[0], CancelledError)
    quiet = background.run(work)
    quiet.cancel()
    qtbot.waitUntil(lambda: background.busy() == 0)
    assert unhandled == []
    background.close()


def test_closing_waits_for_what_runs_and_delivers_it(qapp: object) -> None:
    background = Background()
    seen: list[object] = []
    started = threading.Event()

    def work() -> int:
        started.set()
        return 7

    background.run(work, done=seen.append)
    started.wait(5)
    background.close()
    assert seen == [7]


def held(background: Background, latest: Latest, answer: object, **on: Any) -> threading.Event:
    """Ask something that is answered once the event is set; an error is raised instead."""
    go_on, started = threading.Event(), threading.Event()

    def work() -> object:
        started.set()
        go_on.wait(5)
        if isinstance(answer, Exception):
            raise answer
        return answer

    latest.run(work, **on)
    assert started.wait(5)
    return go_on


def test_only_the_answer_to_the_last_question_comes(qtbot: QtBot, background: Background) -> None:
    latest, seen = Latest(background), list[object]()
    first = held(background, latest, "premier", done=seen.append)
    second = held(background, latest, "second", done=seen.append)
    second.set()
    qtbot.waitUntil(lambda: seen == ["second"])
    first.set()
    qtbot.waitUntil(lambda: background.busy() == 0)
    assert seen == ["second"]


def test_the_failure_of_an_older_question_is_dropped_and_that_of_the_last_one_is_told(qtbot: QtBot) -> None:
    unhandled: list[BaseException] = []
    background = Background(unhandled.append)
    latest, done, failed = Latest(background), list[object](), list[BaseException]()
    first = held(background, latest, FieldappError("vieux"), done=done.append, failed=failed.append)
    second = held(background, latest, FieldappError("disque plein"), done=done.append, failed=failed.append)
    first.set()
    second.set()
    qtbot.waitUntil(lambda: background.busy() == 0)
    assert [str(error) for error in failed] == ["disque plein"]
    held(background, latest, FieldappError("illisible"), done=done.append).set()
    qtbot.waitUntil(lambda: background.busy() == 0)
    assert [str(error) for error in unhandled] == ["illisible"]
    assert done == []
    background.close()


def test_after_the_page_was_left_neither_answer_nor_failure_nor_progress_comes(qtbot: QtBot) -> None:
    seen: list[object] = []
    background = Background(seen.append)
    latest = Latest(background)
    answer = held(background, latest, "trop tard", done=seen.append)
    latest.drop()
    answer.set()
    failure = held(background, latest, FieldappError("trop tard"), done=seen.append)
    latest.drop()
    failure.set()
    go_on, started = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        started.set()
        go_on.wait(5)
        progress._tell(1, 2, "lignes lues")

    latest.run(work, done=seen.append, progress=lambda *how_far: seen.append(how_far))
    assert started.wait(5)
    latest.drop()
    go_on.set()
    qtbot.waitUntil(lambda: background.busy() == 0)
    assert seen == []
    background.close()


def test_a_question_that_has_not_begun_costs_nothing_once_another_is_asked(
    qtbot: QtBot, one_at_a_time: Background
) -> None:
    background = one_at_a_time
    latest, begun, seen = Latest(background), list[int](), list[object]()
    go_on = threading.Event()
    background.run(go_on.wait, 5)

    def work(number: int) -> int:
        begun.append(number)
        return number

    for number in range(5):
        latest.run(work, number, done=seen.append)
    go_on.set()
    qtbot.waitUntil(lambda: background.busy() == 0)
    assert begun == seen == [4]


def test_what_is_asked_after_the_end_is_not_begun(qapp: object) -> None:
    begun: list[int] = []
    found = Background()
    found.close()
    job = found.run(begun.append, 1)
    assert (begun, found.busy(), job.progress.cancelled()) == ([], 0, True)

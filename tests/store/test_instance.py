import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fieldapp.core.errors import AlreadyOpenError
from fieldapp.store import instance

HOLD = """
import sys, time
from pathlib import Path
from fieldapp.store import instance
lock = instance.hold(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_program_is_told_which_file_is_open_and_what_to_do(path: Path) -> None:
    with (
        instance.hold(path),
        pytest.raises(AlreadyOpenError, match=r"déjà ouverte .* Continuez dans cette fenêtre") as told,
    ):
        instance.hold(path)
    assert str(path) in str(told.value)


def test_the_lock_is_the_same_for_all_ways_of_writing_the_path(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    link = tmp_path / "link"
    link.symlink_to(path.parent, target_is_directory=True)
    with instance.hold(path), pytest.raises(AlreadyOpenError):
        instance.hold(link / ".." / path.parent.name / path.name)


def test_after_release_another_may_hold_it(path: Path) -> None:
    lock = instance.hold(path)
    lock.release()
    lock.release()
    with instance.hold(path):
        pass
    instance.hold(path).release()


def test_two_databases_do_not_hold_each_other(path: Path) -> None:
    with instance.hold(path), instance.hold(path.with_name("other.db")):
        pass


def test_a_program_that_was_killed_leaves_no_lock(path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "held"
    with pytest.raises(AlreadyOpenError):
        instance.hold(path)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    instance.hold(path).release()

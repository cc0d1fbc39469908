"""What every test shares: Qt without a display, folders of its own, French, and no window left behind."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# Before anything imports Qt.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest

from fieldapp.core import paths, text


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--forbid-skips", action="store_true", help="fail when a test was skipped or expected to fail")


def pytest_collection_finish() -> None:
    """Keep the collector of garbage off the thousands of tests: they live to the end anyway."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when a test did not run for real; the tests' own failures keep their exit code."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not session.config.getoption("--forbid-skips") or reporter is None or hasattr(session.config, "workerinput"):
        return
    unseen = {kind: len(reporter.stats.get(kind, [])) for kind in ("skipped", "xfailed", "xpassed")}
    found = ", ".join(f"{count} {kind}" for kind, count in unseen.items() if count)
    if found and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"\n--forbid-skips: {found}: every test runs here.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder below which this test's data, settings and backups lie; nothing of the person's is touched."""
    home = tmp_path / "home"
    monkeypatch.setenv(paths.HOME_VARIABLE, str(home))
    return home


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """Start every test in French, whatever the machine speaks and the test before chose."""
    text.set_language(text.SOURCE_LANGUAGE)
    yield
    text.set_language(text.SOURCE_LANGUAGE)


@pytest.fixture
def sample_pop() -> Path:
    """Return the season 2020 of POP Amphibiens as an SHF `standard` file (synthetic, with the published totals)."""
    return paths.resource("demo/pop_2020_standard.csv")


@pytest.fixture(autouse=True)
def no_window_left_open() -> Iterator[None]:
    """Fail a test that leaves a window on the screen: the next test would inherit its focus, timers and settings.

    What asked to be deleted later is deleted now: a closed window on a closed database must not see the next test.
    """
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return
    core = sys.modules["PySide6.QtCore"]
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
    left = [widget for widget in widgets.QApplication.topLevelWidgets() if widget.isVisible()]
    names = [f"{type(widget).__name__} {widget.objectName()!r}" for widget in left]
    for widget in left:
        widget.close()
        widget.deleteLater()
    assert not names, f"left open: {', '.join(names)}"

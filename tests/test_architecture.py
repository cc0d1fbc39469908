"""The house's rules as tests: to break one, change its sentence here in the same commit and defend it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "fieldapp"
TESTS = ROOT / "tests"

QT = ("PySide6", "pyqtgraph", "shiboken6")

DESK_LIBRARIES = {"numpy", "pyogrio", "pyproj", "shapely", "xlsxwriter"}
FIELD_PAGES = ("today", "places", "banding", "barrier", "lists", "list", "settings", "sync", "questions", "exchanges")
"""Pages that show neither a map nor a figure: who records pays for no library of the desk."""

# The worker reports what its job raised; the last resort keeps the program open.
BROAD = {"Exception", "BaseException"}
BROAD_EXCEPT_ALLOWED = {"ui/background.py", "ui/errors.py"}

# Modules of plain data or of a few lines, seen through the tests of what uses them: path -> why it has no test file.
WITHOUT_TEST_FILE: dict[str, str] = {
    "cli/batch_line.py": "words only: every command is tested through the command line in test_batch_commands.py",
    "core/errors.py": "classes without a body",
    "core/exchange.py": "dataclasses without a body",
    "cli/command_line.py": "words only: every command is tested as a process in test_main.py",
    "cli/review_line.py": "words only: every command is tested through the command line in test_review_commands.py",
    "cli/sync_line.py": "words only: every command is tested through the command line in test_sync_commands.py",
    "exchange/batch_again.py": "sending again is tested whole, in tests/exchange/test_batch.py",
    "exchange/batch_changes.py": "what changed since is tested whole, in tests/exchange/test_batch.py",
    "exchange/batch_places.py": "how exactly is tested whole, in tests/exchange/test_batch.py and test_blurring.py",
    "exchange/batch_told.py": "what is told and counted is tested whole, in tests/exchange/test_batch.py",
    "exchange/written.py": "a dataclass without a body",
    "hub/errors.py": "classes without a body",
    "hub/sql_storage.py": "every method is tested on both engines by tests/hub/test_storage.py",
    "hub/sql_work.py": "every method is tested on both engines by tests/hub/test_storage.py",
    "store/rows.py": "every reader of records goes through it, in tests/store/test_records.py",
    "sync/errors.py": "classes without a body",
    "sync/job.py": "one sync is tested whole, in tests/sync/test_engine.py",
    "sync/receiving.py": "one sync is tested whole, in tests/sync/test_engine.py",
    "sync/sending.py": "one sync is tested whole, in tests/sync/test_engine.py",
    "protocols/pop_amphibiens/shf_cells.py": "every cell is tested through the rows of test_shf_reading.py",
    "window.py": "tested as a process in test_main.py",
}

# What speaks SQL to the hub's database, as the store does to the laptop's.
HUB_SQL = ("hub/tables.py", "hub/sql_", "hub/sqlite_storage.py", "hub/postgresql_")

# The desk's own file beside the database, which may be thrown away at any time.
DESK_SQL = (
    "desk/index.py",
    "desk/words.py",
)

# Rooms whose modules are tested through what a person does in the window, not one by one.
TESTED_THROUGH_THE_WINDOW = ("ui/",)

# PySide takes the widget that these return for a child of the one asked, wherever it really stands; when the one asked
# is deleted, Python loses all below the other: layouts raise while Qt asks for their size, which ends the program.
TAKE_FOR_A_CHILD = {"nextInFocusChain", "previousInFocusChain", "focusProxy", "buddy"}

SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|PRAGMA\s+\w+"
    r"|(CREATE|DROP|ALTER)\s+(UNIQUE\s+|VIRTUAL\s+|TEMP\s+)?(TABLE|VIEW|INDEX|TRIGGER)\s|WITH\s+\w+.*\sAS\s*\()",
    re.IGNORECASE | re.DOTALL,
)


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string that is not a docstring; of an f-string its constant parts, joined."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(p.value) if isinstance(p, ast.Constant) else "x" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def broad_excepts(tree: ast.Module) -> Iterator[int]:
    """Yield the line of every handler that catches everything and keeps it; one that ends in `raise` hides nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            broad = any(kind is None or (isinstance(kind, ast.Name) and kind.id in BROAD) for kind in caught)
            if broad and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None):
                yield node.lineno


def test_no_widget_is_asked_for_one_that_pyside_takes_for_its_child() -> None:
    found = [
        f"{place(path)}:{node.lineno}: {node.func.attr}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TAKE_FOR_A_CHILD
    ]
    assert found == []


def test_the_import_contracts_are_kept(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_everything_outside_ui_imports_where_qt_cannot_be_imported() -> None:
    modules = [module_name(path) for path in sources() if not place(path).startswith("ui/")]
    code = f"""
import importlib, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {QT!r}:
            raise ImportError(f"{{name}} is Qt")
sys.meta_path.insert(0, Blocker())
for name in sys.argv[1:]:
    importlib.import_module(name)
try:
    import PySide6
except ImportError:
    print("blocked", len(sys.argv) - 1)
"""
    done = run_python(code, *modules)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["blocked", str(len(modules))]


def test_the_command_line_starts_without_the_slow_libraries() -> None:
    slow = {"sqlite_utils", *DESK_LIBRARIES, *QT}
    done = run_python("import sys, fieldapp.__main__; print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    assert slow & {name.partition(".")[0] for name in done.stdout.split()} == set()


def test_the_window_opens_and_the_field_is_recorded_without_the_libraries_of_the_desk(tmp_path: Path) -> None:
    """A start on a database that is there already: only a new one is made with sqlite_utils, which looks for numpy."""
    code = f"""
import sys
from pathlib import Path
from fieldapp import protocols
from fieldapp.exchange import demo
from fieldapp.store.opening import open_for_use
path = Path({str(tmp_path / "fieldapp.db")!r})
if sys.argv[1] == "make":
    with open_for_use(path, protocols.installed()) as db:
        demo.take(db, demo.PONDS)
    raise SystemExit
from fieldapp.ui.main import Program, make_application
application = make_application()
program = Program(application, path, path.parent)
assert program.open_own()
for code in sys.argv[2:]:
    program.window.navigate(code)
    application.processEvents()
    while program.window.background.busy():
        application.processEvents()
    print(code, *{DESK_LIBRARIES!r} & {{name.partition(".")[0] for name in sys.modules}})
program.close()
"""
    assert run_python(code, "make").returncode == 0
    done = run_python(code, "open", *FIELD_PAGES)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == list(FIELD_PAGES)


def test_sql_stands_in_the_store_and_the_hubs_storage_only() -> None:
    found = [
        f"{place(path)}:{line}: {string[:60]!r}"
        for path in sources()
        if not place(path).startswith(("store/", *HUB_SQL, *DESK_SQL))
        for line, string in strings(ast.parse(path.read_text(encoding="utf-8")))
        if SQL.search(string)
    ]
    assert found == []


@pytest.mark.parametrize(
    "string",
    [
        "SELECT uid FROM record",
        "select *\n from change where x = ?",
        "INSERT OR IGNORE INTO taxon VALUES (?)",
        "update record set data = ?",
        "PRAGMA integrity_check",
        "CREATE UNIQUE INDEX i ON record (uid)",
        "WITH latest AS (SELECT 1)",
    ],
)
def test_the_search_for_sql_knows_sql_when_it_sees_it(string: str) -> None:
    assert SQL.search(string)


def test_everything_is_caught_in_two_places_only() -> None:
    found = {place(path) for path in sources() if [*broad_excepts(ast.parse(path.read_text(encoding="utf-8")))]}
    assert found <= BROAD_EXCEPT_ALLOWED


def test_each_module_has_its_mirror_among_the_tests() -> None:
    expected = {
        place(path): TESTS / path.relative_to(PACKAGE).with_name(f"test_{path.stem.strip('_')}.py")
        for path in sources()
        if path.name != "__init__.py"
        and place(path) not in WITHOUT_TEST_FILE
        and not place(path).startswith(TESTED_THROUGH_THE_WINDOW)
    }
    missing = [f"{module} -> {test.relative_to(ROOT)}" for module, test in expected.items() if not test.exists()]
    assert missing == []


def test_the_exemptions_name_modules_that_exist_and_still_have_no_test_file() -> None:
    for module in WITHOUT_TEST_FILE:
        path = PACKAGE / module
        assert path.exists(), module
        assert not (TESTS / module).with_name(f"test_{path.stem}.py").exists(), module

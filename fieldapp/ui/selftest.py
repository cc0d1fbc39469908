"""The program checks itself, frozen or not: a new database, one save, files of every kind, every window."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QThread
from PySide6.QtWidgets import QApplication

from fieldapp import protocols
from fieldapp.core import paths, settings
from fieldapp.core.record import make_record
from fieldapp.core.text import LANGUAGES
from fieldapp.exchange import demo
from fieldapp.exchange.exporting import export_file
from fieldapp.store import backup, integrity, media, records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import selftest_files, windows
from fieldapp.ui.diagnostics import versions
from fieldapp.ui.main import Program, make_application
from fieldapp.ui.selftest_files import SelfTestError
from fieldapp.ui.shell import MainWindow

LONGEST_WORK_MS = 120_000
"""How long what a page does in the background may take."""


class _Listener:
    """Takes what the door of failures would show in the window."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def show_failure(self, sentence: str) -> None:
        """Keep a foreseen failure."""
        self.heard.append(sentence)

    def show_bug(self, text: str) -> None:
        """Keep the report of a bug."""
        self.heard.append(text)


def run() -> int:
    """Print the versions and one line per step; return 0. What fails is raised: the traceback and exit code 1."""
    with tempfile.TemporaryDirectory(prefix="fieldapp-self-test-") as folder:
        os.environ[paths.HOME_VARIABLE] = folder
        try:
            for step in _steps(Path(folder)):
                print(step, flush=True)
        finally:
            sys.excepthook = sys.__excepthook__
    print("self-test: ok")
    return 0


def _steps(folder: Path) -> Iterator[str]:
    application = make_application()
    for name, version in versions().items():
        yield f"{name} {version}"
    database = folder / "self-test.db"
    with open_for_use(database, protocols.installed()) as db:
        yield f"new database: {database.stat().st_size} bytes"
        yield _save(db)
        for report in demo.fill(db):
            yield f"import: {report.created} records"
        yield _export(db, folder)
        yield _export_birds(db, folder)
        yield _export_barrier(db, folder)
        yield _keep_photo(db)
        yield from selftest_files.steps(db, folder)
        _fill_desk(db)
        problems = integrity.check(db).problems
        if problems:
            raise SelfTestError(problems)
        yield "check: clean"
    yield f"backup: {backup.make(database).stat().st_size} bytes"
    for language in LANGUAGES:
        yield from _windows(application, database, folder, language)


def _save(db: Database) -> str:
    protocol = protocols.by_code("directory")
    person = make_record(protocol.code, protocol.entity("person"), {"name": "Essai"}, None)
    records.save(db, [person], "self-test")
    if records.get(db, person.uid) != person:
        raise SelfTestError(person)
    return "save: read back equal"


def _export(db: Database, folder: Path) -> str:
    exporter = next(item for item in db.protocols[demo.PROTOCOL].exports if item.code == demo.IMPORTER)
    target = folder / "export.csv"
    report = export_file(db, exporter, target)
    if target.read_bytes() != paths.resource(demo.SAMPLE).read_bytes():
        raise SelfTestError(target)
    return f"export: {report.rows} rows, equal to what was imported"


def _export_birds(db: Database, folder: Path) -> str:
    birds = demo.BIRDS
    exporter = next(item for item in db.protocols[birds.protocol].exports if item.code == birds.importer)
    report = export_file(db, exporter, folder / "birds.csv")
    if report.rows != records.count(db, birds.protocol, "observation"):
        raise SelfTestError(report)
    return f"export: {report.rows} captures"


def _export_barrier(db: Database, folder: Path) -> str:
    barrier = demo.BARRIER
    exporter = next(item for item in db.protocols[barrier.protocol].exports if item.code == barrier.importer)
    target = folder / "barrier.csv"
    report = export_file(db, exporter, target)
    if not target.read_bytes().startswith(paths.resource(barrier.resource).read_bytes().splitlines()[0]):
        raise SelfTestError(target)
    if report.rows != len(paths.resource(barrier.resource).read_bytes().splitlines()) - 1:
        raise SelfTestError(report)
    return f"export: {report.rows} catches and mornings"


def _keep_photo(db: Database) -> str:
    """Draw a photo and keep it: the codecs of pictures are part of what is shipped."""
    from fieldapp.ui.barrier import pictures

    [newt] = records.by_field(db, demo.BARRIER.protocol, "individual", "individual_name", [pictures.NEWT])
    made = pictures.photograph(db, newt.uid)
    small = [media.thumbnail_of(db, photo.data["sha256"], 96) for photo in made]
    if not small or not all(small):
        raise SelfTestError(made)
    return f"photos: {len(made)} kept, with their small copies"


def _fill_desk(db: Database) -> None:
    """Give the pages of the coordinator what they show: questions, what colleagues wrote, deliveries, a reference."""
    from fieldapp.ui.batches import pictures as batches
    from fieldapp.ui.bulk import pictures as bulk
    from fieldapp.ui.review import pictures as review
    from fieldapp.ui.sync import dispute_pictures

    bulk.prepare(db)
    review.say(db, demo.PROTOCOL)
    dispute_pictures.disagree(db)
    batches.fill(db)


def _windows(application: QApplication, database: Path, folder: Path, language: str) -> Iterator[str]:
    settings.save(replace(settings.load(), language=language))
    program = Program(application, database, folder)
    if not program.open_own() or program.window is None or program.services is None:
        raise SelfTestError(language)
    listener = _Listener()
    program.door.presenter = listener
    shown: set[str] = set()
    try:
        for code, params in everything(program):
            program.window.navigate(code, **params)
            _finish(application, program.window)
            if program.window.grab().isNull() or listener.heard:
                raise SelfTestError(code, listener.heard)
            shown.add(code)
            yield f"window {language} {code}"
        missed = {page.code for page in windows.pages(program.services.protocols)} - shown
        if missed:
            raise SelfTestError(missed)
    finally:
        program.close()
        application.processEvents()


def _finish(application: QApplication, window: MainWindow) -> None:
    """Let the page be drawn, and what it does in the background come to its end."""
    longest = QDeadlineTimer(LONGEST_WORK_MS)
    application.processEvents()
    while window.background.busy():
        if longest.hasExpired():
            raise SelfTestError(window.place())
        QThread.msleep(5)
        application.processEvents()


def everything(program: Program) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every page of the program with parameters that fill it from the open database."""
    assert program.services is not None
    db = program.services.db
    for protocol in program.services.protocols.values():
        if protocol.form is None:
            continue
        group = records.roots(db, protocol.code, protocol.form.round.group)[0]
        site = next(r for r in records.children(db, [group.uid]) if r.entity == protocol.form.round.site)
        yield "today", {}
        yield "places", {"protocol": protocol.code}
        yield "round", {"protocol": protocol.code, "group": group.uid}
        yield "place", {"protocol": protocol.code, "entity": site.entity, "uid": site.uid}
        yield "sheet", {"protocol": protocol.code, "site": site.uid, "passage": 1}
        yield "history", {"uid": site.uid}
    for protocol in program.services.protocols.values():
        if protocol.session is not None:
            from fieldapp.ui.banding import pictures  # of banding, as all that its pages need

            yield from pictures.pages(db)
        if protocol.board is not None:
            from fieldapp.ui.barrier import pictures as barrier

            yield from barrier.pages(db)
        if protocol.day_list is not None:
            from fieldapp.ui.occasional import pictures as lists

            yield from lists.pages(db)
    yield from _desk(db)
    for code in ("data", "analyses", "exchanges", "settings", "sync", "backups", "directory"):
        yield code, {}


def _desk(db: Database) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every page of the coordinator."""
    from fieldapp.ui.batches import pictures as batches
    from fieldapp.ui.bulk import pictures as bulk
    from fieldapp.ui.review import pictures as review

    lines = bulk.lines(db)
    recipient = batches.fill(db)
    yield "data", {"protocol": ""}
    yield "review", {"protocol": demo.PROTOCOL, "year": review.YEAR}
    yield "review", {"uid": lines[0]}
    yield "review_ask", {"lines": lines}
    yield "questions", {}
    yield "disputes", {}
    yield "bulk", {"lines": lines, "field": "comments"}
    yield "past", {"at": records.now()}
    yield "batches", {}
    yield "batch_new", {"recipient": recipient}
    yield "recipients", {}
    yield "place", {"protocol": "directory", "entity": "recipient", "uid": recipient}
    yield "maps", {"section": "maps"}
    yield "maps", {"section": "species"}
    yield "taxref", {}

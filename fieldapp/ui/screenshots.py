"""Pictures of every window, for looking at them and for the guide: `python -m fieldapp.ui.screenshots FOLDER`.

They show the demonstration seasons on a day two years later, with a session of banding, a round and a spring at the
barrier that have begun.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from fieldapp import protocols
from fieldapp.core import clock, paths, settings
from fieldapp.core.ids import name_uid
from fieldapp.core.record import make_record
from fieldapp.exchange import demo
from fieldapp.protocols.pop_amphibiens.schema import CODE, OBSERVATION, VISIT
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui.banding import pictures
from fieldapp.ui.barrier import pictures as barrier
from fieldapp.ui.batches import pictures as batches
from fieldapp.ui.bulk import pictures as bulk
from fieldapp.ui.main import Program, make_application
from fieldapp.ui.maps import pictures as maps
from fieldapp.ui.occasional import pictures as lists
from fieldapp.ui.review import pictures as review_pictures
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.sync import dispute_pictures
from fieldapp.ui.sync import pictures as sync

EVENING = "2022-04-14"
SIZE = QSize(1366, 768)
LONGEST_TURNS = 1000
"""Turns of 10 ms after which a picture is taken of whatever there is."""

ROUND = "Terrils du 11/19"
"""The aire whose round has begun in the pictures."""


def take(folder: Path, database: Path | None = None, *, every: bool = False) -> list[Path]:
    """Write pictures of the main pages into the folder and return their paths.

    `every` writes all pages in the three themes, with normal and with large text. Without a database the
    demonstration season is used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fieldapp-pictures-") as home:
        told = {paths.HOME_VARIABLE: str(Path(home) / "fieldapp"), clock.TODAY_VARIABLE: EVENING}
        told |= dict.fromkeys(("HOME", "USERPROFILE"), home)  # what is shown of paths begins with "~", on any computer
        before = {name: os.environ.get(name) for name in told}
        os.environ.update(told)
        try:
            return list(_pictures(make_application(), folder, database or _season(Path(home)), every=every))
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def _season(home: Path) -> Path:
    """Return a database with the demonstration season and a round that began on the evening of the pictures."""
    path = home / "fieldapp" / "data" / "fieldapp.db"
    with open_for_use(path, protocols.installed()) as db:
        demo.fill(db)
        begin_round(db)
        pictures.begin_morning(db, EVENING)
        barrier.begin_spring(db, EVENING)
        lists.begin_list(db, EVENING)
        barrier.write_weather(db, home / barrier.WEATHER_FILE, EVENING)
        dispute_pictures.disagree(db)
        bulk.prepare(db)
        review_pictures.say(db, CODE)
    return path


def begin_round(db: Database) -> None:
    """Save three visits of the second passage in the aire of the pictures: occupied, nothing seen, inaccessible."""
    group = next(r for r in records.roots(db, CODE, "sites_group") if r.data["sites_group_name"] == ROUND)
    sites = sorted(
        (r for r in records.children(db, [group.uid]) if r.entity == "site"), key=lambda r: r.data["base_site_name"]
    )
    visit = {
        "visit_date_min": EVENING,
        "num_passage": 2,
        "observers": [records.roots(db, "directory", "person")[0].uid],
        "id_dataset": records.roots(db, "directory", "dataset")[0].uid,
        "expertise": "Chevronné",
    }
    walked: dict[str, object] = {
        "accessibility": "Oui",
        "Heure_debut": "21:02",
        "Heure_fin": "21:14",
        "methode_de_prospection": ["4", "5"],
    }
    seen: dict[str, object] = {"presence": "Oui", "id_nomenclature_stade": "2", "id_nomenclature_sex": "1"}
    counted = {**seen, "id_nomenclature_typ_denbr": "Co"}
    estimated = {**seen, "id_nomenclature_typ_denbr": "Es"}
    lines: Sequence[tuple[dict[str, object], Sequence[dict[str, object]]]] = (
        (walked, [{**estimated, "cd_nom": 459628, "count_min": 12, "count_max": 22},
                  {**counted, "cd_nom": 444432, "count_min": 3, "count_max": 3}]),
        (walked, [{"presence": "Non", "cd_nom": 914450, "count_min": 0, "count_max": 0}]),
        ({"accessibility": "Non"}, []),
    )  # fmt: skip
    for site, (how, found) in zip(sites, lines, strict=False):
        made = make_record(CODE, VISIT, {**visit, **how}, site.uid)
        below = [make_record(CODE, OBSERVATION, values, made.uid) for values in found]
        records.save(db, [made, *below], f"Passage 2, {site.data['base_site_name']}")


def _pictures(application: QApplication, folder: Path, database: Path, *, every: bool) -> Iterator[Path]:
    who = "Observateur Un"
    chosen = replace(settings.load(), who=name_uid("person", who), who_name=who)
    looks = [(theme, scale) for theme in settings.THEMES for scale in (1.0, 1.5)] if every else [("jour", 1.0)]
    for theme, scale in looks:
        settings.save(replace(chosen, theme=theme, text_scale=scale))
        program = Program(application, database, folder)
        if not program.open_own() or program.window is None:
            return
        try:
            program.window.resize(SIZE)
            _drop_drafts(program)
            for name, widget in _scenes(program, every=every):
                target = folder / f"{name}-{theme}{'-grand' if scale > 1 else ''}.png"
                settle(application)
                widget.grab().save(str(target))
                yield target
        finally:
            program.close()
            settle(application)


def _drop_drafts(program: Program) -> None:
    """Forget what the pictures before this look left begun, so that each look shows the same."""
    if program.services is not None:
        for key in drafts.keys(program.services.db):
            drafts.drop(program.services.db, key)


def settle(application: QApplication) -> None:
    """Let everything that waits happen: layouts, deliveries of background work, deletions."""
    for _turn in range(40):
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        application.processEvents()
        QTest.qWait(10)


def finish(window: MainWindow) -> None:
    """Wait until nothing is under way in the background: a figure is pictured when it is drawn."""
    for _turn in range(LONGEST_TURNS):
        if not window.background.busy():
            return
        QTest.qWait(10)


def _scenes(program: Program, *, every: bool) -> Iterator[tuple[str, QWidget]]:
    """Yield a name and the widget to picture, after having brought the window there."""
    window, services = program.window, program.services
    assert window is not None
    assert services is not None
    db = services.db
    group = next(r for r in records.roots(db, CODE, "sites_group") if r.data["sites_group_name"] == ROUND)
    sites = sorted(
        (r for r in records.children(db, [group.uid]) if r.entity == "site"), key=lambda r: r.data["base_site_name"]
    )
    here = {"protocol": CODE, "passage": 2}
    scenes: list[tuple[str, str, dict[str, object], str]] = [
        ("aujourdhui", "today", {}, ""),
        ("aires", "places", {"protocol": CODE}, ""),
        ("tournee", "round", {"protocol": CODE, "group": group.uid}, ""),
        ("mare", "sheet", {**here, "site": sites[0].uid}, ""),
        ("donnees", "data", {}, ""),
        ("donnees-tous", "data", {"protocol": "", "year": 2020}, ""),
        ("analyses", "analyses", {}, ""),
        ("echanges", "exchanges", {}, ""),
        ("reglages", "settings", {}, ""),
        ("synchronisation-seul", "sync", {}, ""),
    ]
    if morning := pictures.morning_of(db, EVENING):
        scenes += pictures.scenes(morning, every=every)
    if spring := barrier.spring_of(db, EVENING):
        scenes += barrier.scenes(spring, every=every)
    if begun := lists.list_of(db, EVENING):
        scenes += lists.scenes(begun, every=every)
    scenes += [*dispute_pictures.scenes(every=every), *review_pictures.scenes(db, CODE, every=every)]
    if every:
        scenes += [
            ("mare-saisie", "sheet", {**here, "site": sites[3].uid}, "tri"),
            ("mare-rien-vu", "sheet", {**here, "site": sites[1].uid}, ""),
            ("mare-inaccessible", "sheet", {**here, "site": sites[2].uid}, ""),
            ("fiche-mare", "place", {"protocol": CODE, "entity": "site", "uid": sites[0].uid}, ""),
            ("fiche-aire", "place", {"protocol": CODE, "entity": "sites_group", "uid": group.uid}, ""),
            ("historique", "history", {"uid": sites[0].uid}, ""),
            ("sauvegardes", "backups", {}, ""),
        ]
    for name, code, params, typed in scenes:
        if code:
            window.navigate(code, **params)
        settle(QApplication.instance())  # type: ignore[arg-type]
        finish(window)
        if typed:
            _type(typed)
        yield name, window
        if code == "sheet":
            window.escape()
    for name in chain(*(room.scenes(window, services, every=every) for room in (sync, maps))):
        yield name, window
    for name in chain(*(room.scenes(window, services, every=every) for room in (batches, bulk))):
        settle(QApplication.instance())  # type: ignore[arg-type]
        finish(window)
        yield name, window
    if every:
        window.navigate("today")
        window.open_goto()
        _type("mar")
        yield "aller-a", window
        _press(Qt.Key.Key_Escape)
        window.open_keys()
        yield "touches", window
        _press(Qt.Key.Key_Escape)


def _type(text: str) -> None:
    """Press the keys of these letters where the cursor is; pictures.ENTER is Enter."""
    for letter in text:
        if letter == pictures.ENTER:
            _press(Qt.Key.Key_Return)
        elif (target := QApplication.focusWidget()) is not None:
            QTest.keyClicks(target, letter)


def _press(key: Qt.Key) -> None:
    """Press a key where the cursor is: an overlay holds the keyboard, the window hears nothing of it."""
    if (target := QApplication.focusWidget()) is not None:
        QTest.keyClick(target, key)


def main() -> int:
    """Write all pictures into the folder named on the command line and print their paths."""
    for path in take(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots"), every=True):
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""A program of its own: types visits through the real sheet, without end, and tells what the screen called saved."""

from __future__ import annotations

import json
import random
from datetime import date
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from fieldapp import protocols
from fieldapp.core.ids import name_uid, new_uid
from fieldapp.core.record import make_record
from fieldapp.core.settings import Settings
from fieldapp.protocols.pop_amphibiens.schema import CODE, SITE, SITES_GROUP
from fieldapp.store import records, taxa
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.ui import rounds, theme, windows
from fieldapp.ui.forms.sheet import SheetPage
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow

PONDS = 4
SPECIES = ("cal", "palm", "alpes", "ponct", "gren", "rousse", "alyte", "xyz")
COUNTS = ("1", "12", "3-8", "~20", "3+")
KEYS = {
    "Enter": Qt.Key.Key_Return, "Tab": Qt.Key.Key_Tab, "Up": Qt.Key.Key_Up, "Del": Qt.Key.Key_Delete,
    **{f"F{n}": Qt.Key(Qt.Key.Key_F1 + n - 1) for n in range(1, 13)},
}  # fmt: skip


def press(*script: str) -> None:
    """Press keys where the cursor is."""
    for item in script:
        name = item.removeprefix("Ctrl+")
        modifier = Qt.KeyboardModifier.ControlModifier if name != item else Qt.KeyboardModifier.NoModifier
        target = QApplication.focusWidget()
        if target is None:
            continue
        if name in KEYS:
            QTest.keyClick(target, KEYS[name], modifier)
        else:
            QTest.keyClicks(target, item)
        QApplication.processEvents()


def new_round(db: Database) -> list[str]:
    """Make an aire with its ponds and return the uids of the ponds."""
    who = name_uid("person", "BERNARD Alex")
    entity = protocols.by_code("directory").entity("person")
    person = make_record("directory", entity, {"name": "BERNARD Alex"}, None, who)
    group = make_record(CODE, SITES_GROUP, {"sites_group_name": new_uid(), "id_inventor": who}, None)
    places = [{"base_site_name": f"Mare {n}", "longitude": 2.7 + n / 1000, "latitude": 50.4} for n in range(PONDS)]
    ponds = [make_record(CODE, SITE, place, group.uid) for place in places]
    records.save(db, [person, group, *ponds], "aire")
    return [pond.uid for pond in ponds]


def type_a_visit(choose: random.Random) -> None:
    """Type what a person might type at one pond, slips included."""
    if choose.random() < 0.2:
        press(choose.choice(("F8", "F9", "F10")))
    else:
        press("F5")
        for _number in range(choose.randint(1, 3)):
            press(choose.choice(SPECIES), "Enter", choose.choice(COUNTS), "Enter")
        if choose.random() < 0.3:
            press("Up", "Del")
        press("F11", "berges nues", "Enter", "F6")
    press("Ctrl+Enter")


def type_on(path: Path, seed: int, told: Connection) -> None:
    """Type into the database until killed; `seed` makes the choices.

    Tells "ready", then one JSON object per save.
    """
    choose = random.Random(seed)
    rounds.today = lambda: date(2026, 4, 14)
    app = QApplication(["typing_hand"])
    theme.apply(app)
    db = open_database(path, protocols.installed(), Author("Alex", "laptop"))
    for protocol in db.protocols.values():
        taxa.install(db, protocol.code, protocol.taxa())

    def saved(_made_at: str) -> None:
        window.status.saved()
        page = window.page()
        said = window.status.findChild(QLabel, "status.saved")
        if not isinstance(page, SheetPage) or not isinstance(said, QLabel) or not said.text().startswith("Enregistré"):
            return
        visit = str(page.undo_state()["visit"])
        lines = {record.uid: record.data for record in records.children(db, [visit])}
        head = records.get(db, visit)
        told.send_bytes(json.dumps({"visit": visit, "data": head.data if head else None, "lines": lines}).encode())

    services = Services(db, db.protocols, Settings(), saved, lambda _settings: None)
    window = MainWindow(windows.pages(db.protocols), services=services)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    told.send_bytes(b"ready")
    for _round in count():
        ponds = new_round(db)
        window.navigate("sheet", protocol=CODE, site=ponds[0], passage=2, order=ponds)
        QApplication.processEvents()
        for _pond in ponds:
            type_a_visit(choose)

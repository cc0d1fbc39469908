"""A sheet is data: another protocol has one without any other file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.core.forms import Due, Form, HeaderField, PlaceState, RoundForm, SheetForm, text_column
from fieldapp.core.record import make_record
from fieldapp.core.schema import Entity, Field, Kind, StudyProtocol, Taxon
from fieldapp.core.settings import Settings
from fieldapp.store import records, taxa
from fieldapp.store.connection import open_database
from fieldapp.ui import theme, windows
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow

KINGFISHER = Taxon(3571, 3571, "Alcedo atthis", nom_vern="Martin-pêcheur d’Europe")


def _title(values: object) -> str:
    return str(dict(values).get("name", ""))  # type: ignore[call-overload]


RIVER = Entity("river", "Rivière", "Rivières", None, (Field("name", Kind.TEXT, "Nom"),), _title)
BRIDGE = Entity("bridge", "Pont", "Ponts", "river", (Field("name", Kind.TEXT, "Nom"),), _title)
STOP = Entity(
    "stop", "Arrêt", "Arrêts", "bridge",
    (Field("on_day", Kind.DATE, "Jour", required=True), Field("minutes", Kind.INTEGER, "Minutes")), _title, "on_day",
)  # fmt: skip
BIRD = Entity(
    "bird", "Oiseau", "Oiseaux", "stop",
    (Field("taxon", Kind.TAXON, "Oiseau", required=True), Field("note", Kind.TEXT, "Note")), _title, None, "taxon",
)  # fmt: skip
FORM = Form(
    "Ponts", "site",
    RoundForm(
        "river", "bridge", "stop", (1,), lambda _visit, _lines: PlaceState.OCCUPIED, lambda _visit: 1,
        lambda _group, _years, _today: Due(True, 1, None, None),
    ),
    SheetForm(
        "stop", "bird", (HeaderField("on_day"), HeaderField("minutes", "F3")), (), (), (),
        (text_column("note", "Note"),),
        "taxon", "note", {}, lambda start: {"on_day": str(start.on)}, lambda _line: True,
        lambda _text, known, _seen: tuple(known.values()), lambda _visit: "arrêt",
    ),
)  # fmt: skip
BRIDGES = StudyProtocol("bridges", "1", "Ponts", (RIVER, BRIDGE, STOP, BIRD), {}, {}, lambda: (KINGFISHER,), FORM)


def test_another_protocol_is_entered_on_the_same_sheet(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    theme.apply(qapp)
    with open_database(tmp_path / "bridges.db", [BRIDGES]) as db:
        taxa.install(db, BRIDGES.code, BRIDGES.taxa())
        river = make_record("bridges", RIVER, {"name": "Lawe"}, None)
        bridge = make_record("bridges", BRIDGE, {"name": "Pont neuf"}, river.uid)
        records.save(db, [river, bridge], "lieux")
        services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
        window = MainWindow(windows.pages(db.protocols), services=services)
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.navigate("sheet", protocol="bridges", site=bridge.uid)
        for typed in ("mar\r", "en vol\r"):
            target = QApplication.focusWidget()
            assert target is not None
            QTest.keyClicks(target, typed)
        [visit] = records.children(db, [bridge.uid])
        assert visit.data == {"on_day": date.today().isoformat()}
        assert [line.data for line in records.children(db, [visit.uid])] == [{"taxon": 3571, "note": "en vol"}]
        window.close()

"""Recipients are listed, added and edited with the sheets of the directory."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from fieldapp.core.record import make_record
from fieldapp.protocols.directory.protocol import DELIVERY
from fieldapp.store import batches, records
from fieldapp.ui.tables import RecordTable
from tests.exchange.handing_on import recipient
from tests.ui.windows.desk import Desk


def chosen(desk: Desk) -> str:
    table = desk.find(RecordTable, "recipients.table")
    return desk.cells("recipients.table")[table.currentIndex().row()][0]


def title(desk: Desk) -> str:
    page = desk.window.page()
    return page.page_title if page is not None else ""


def test_a_recipient_is_added_by_keys(desk: Desk) -> None:
    desk.go("recipients")
    assert desk.find(QWidget, "recipients.empty").isVisible()
    desk.press(Qt.Key.Key_N)
    desk.type("place.recipient.name", "DREAL")
    conditions = desk.find(QPlainTextEdit, "place.recipient.conditions")
    conditions.setFocus()
    desk.qtbot.keyClicks(conditions, "Usage interne")
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.idle()
    (found,) = batches.recipients(desk.services.db)
    assert (found.data["name"], found.data["conditions"], found.data["precision"]) == (
        "DREAL", "Usage interne", "cell",
    )  # fmt: skip
    assert desk.cells("recipients.table") == [("DREAL", "", "Maille de 10 km", "selon la règle", "Usage interne")]


def test_a_recipient_is_edited_by_keys(desk: Desk) -> None:
    recipient(desk.services.db)
    desk.go("recipients")
    desk.press(Qt.Key.Key_E)
    desk.type("place.recipient.contact", "Service eau")
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.idle()
    assert [row[1] for row in desk.cells("recipients.table")] == ["Service eau"]


def test_a_recipient_without_conditions_is_seen_in_the_list(desk: Desk) -> None:
    recipient(desk.services.db, "Sans", conditions="")
    recipient(desk.services.db, "Avec", sees_sensitive=True)
    desk.go("recipients")
    assert [(row[0], row[3], row[4]) for row in desk.cells("recipients.table")] == [
        ("Avec", "exactes", "Usage interne, pas de rediffusion"),
        ("Sans", "selon la règle", "aucune : rien ne part"),
    ]
    told = desk.label("recipients.words").replace("\xa0", " ")
    assert told.endswith("Espèces sensibles : exactes · Usage interne, pas de rediffusion")
    desk.press(Qt.Key.Key_Down)
    assert desk.label("recipients.words").replace("\xa0", " ").endswith("selon la règle · aucune : rien ne part")


def test_the_one_that_was_just_added_is_chosen(desk: Desk) -> None:
    recipient(desk.services.db, "Avec")
    desk.go("recipients")
    desk.press(Qt.Key.Key_N)
    desk.type("place.recipient.name", "Zoe")
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.idle()
    assert chosen(desk) == "Zoe"
    desk.press(Qt.Key.Key_E)
    assert title(desk) == "Zoe"


def test_a_recipient_who_got_nothing_is_deleted_and_comes_back_by_undo(desk: Desk) -> None:
    recipient(desk.services.db, "Avec")
    recipient(desk.services.db, "Erreur")
    desk.go("recipients")
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_E)
    desk.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    desk.idle()
    assert [row[0] for row in desk.cells("recipients.table")] == ["Avec"]
    desk.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.idle()
    assert len(batches.recipients(desk.services.db)) == 2


def test_a_recipient_of_the_register_is_not_deleted(desk: Desk) -> None:
    db = desk.services.db
    whom = recipient(db, "Avec")
    values = {"recipient": whom, "made_on": "2026-01-01", "format": "csv", "file_name": "a.csv", "digest": "0"}
    records.save(db, [make_record("directory", DELIVERY, values, None)], "envoi")
    desk.go("recipients")
    desk.press(Qt.Key.Key_E)
    desk.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    desk.idle()
    assert [one.uid for one in batches.recipients(db)] == [whom]
    assert title(desk) == "Avec"

"""Recipients are listed, added and edited with the sheets of the directory."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from fieldapp.store import batches
from tests.exchange.handing_on import recipient
from tests.ui.windows.desk import Desk


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
        "DREAL", "Usage interne", "exact",
    )  # fmt: skip
    assert desk.cells("recipients.table") == [("DREAL", "", "Position exacte", "selon la règle", "Usage interne")]


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

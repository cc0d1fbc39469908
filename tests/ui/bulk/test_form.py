"""What is typed into the form is the correction that is made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.settings import Settings
from fieldapp.store.bulk import Correction, Way
from fieldapp.store.opening import open_for_use
from fieldapp.ui import theme
from fieldapp.ui.bulk.form import BulkForm
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ChipRow


@pytest.fixture
def services(qapp: QApplication, tmp_path: Path) -> Iterator[Services]:
    theme.apply(qapp)
    with open_for_use(tmp_path / "base.db", protocols.installed()) as db:
        yield Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)


def form_of(qtbot: QtBot, services: Services, entity: str, field: str) -> BulkForm:
    protocol = services.protocols["pop_amphibiens"]
    form = BulkForm(services, protocol, protocol.entity(entity))
    qtbot.addWidget(form)
    form.show()
    form.set_field(field)
    return form


def line(form: BulkForm, name: str) -> QLineEdit:
    found = form.findChild(QLineEdit, name)
    assert found is not None
    return found


def test_without_a_field_there_is_no_correction(qtbot: QtBot, services: Services) -> None:
    assert form_of(qtbot, services, "visit", "").correction() is None


def test_an_empty_value_empties_the_field(qtbot: QtBot, services: Services) -> None:
    assert form_of(qtbot, services, "observation", "comments").correction() == Correction("comments")


def test_a_number_that_can_not_be_read_is_no_correction(qtbot: QtBot, services: Services) -> None:
    form = form_of(qtbot, services, "observation", "count_min")
    qtbot.keyClicks(line(form, "bulk.value.count_min"), "douze")
    assert form.correction() is None


def test_a_text_is_replaced_within_texts_only(qtbot: QtBot, services: Services) -> None:
    form = form_of(qtbot, services, "observation", "comments")
    ways = form.findChild(ChipRow, "bulk.way")
    assert ways is not None
    ways.toggle(Way.REPLACE)
    qtbot.keyClicks(line(form, "bulk.find"), "troble")
    qtbot.keyClicks(line(form, "bulk.instead"), "trouble")
    assert form.correction() == Correction("comments", Way.REPLACE, find="troble", instead="trouble")
    form.set_field("cd_nom")
    assert not ways.isVisible()


def test_a_date_is_shifted_by_days(qtbot: QtBot, services: Services) -> None:
    form = form_of(qtbot, services, "visit", "visit_date_min")
    ways = form.findChild(ChipRow, "bulk.way")
    assert ways is not None
    ways.toggle(Way.SHIFT)
    qtbot.keyClicks(line(form, "bulk.by"), "-1")
    assert form.correction() == Correction("visit_date_min", Way.SHIFT, by=-1.0)
    assert form.findChild(QWidget, "bulk.find") is not None

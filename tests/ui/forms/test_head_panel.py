"""The head as a whole: details, local fields."""

from __future__ import annotations

import pytest

from fieldapp.store.connection import Database
from tests.ui.forms import evening
from tests.ui.forms.conftest import OPEN


@pytest.mark.parametrize("switched_on", [(), ("vent", "hygiene")])
def test_optional_fields_are_asked_only_where_the_aire_switched_them_on(
    db: Database, open_sheet: OPEN, switched_on: tuple[str, ...]
) -> None:
    evening.fill(db, local_fields=switched_on)
    hand = open_sheet(2)
    if not switched_on:
        hand.keys("F4")
    shown = {name for name in ("vent", "hygiene", "pluviosite") if hand.widget(f"sheet.{name}").isVisible()}
    assert shown == set(switched_on)

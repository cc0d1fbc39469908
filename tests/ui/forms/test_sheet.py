"""The visit sheet by keyboard."""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.store.connection import Database
from tests.ui.forms import evening
from tests.ui.forms.conftest import Hand, lines, visits


def test_a_usual_pond_takes_at_most_25_key_presses(
    db: Database, open_sheet: Callable[..., Hand], at: Callable[[str], None]
) -> None:
    evening.fill(db)
    hand = open_sheet(1)
    script = ["Ctrl+Enter", "F5", "cal", "Enter", "12-22", "Enter", "pal", "Enter", "3", "Enter"]
    hand.keys(*script)
    at("22:02")
    hand.keys("F6", "Ctrl+Enter")
    assert len(hand.pressed) <= 25
    assert len(hand.pressed) == 20
    [visit] = visits(db, 2)
    assert visit.data == {
        **evening.head("2026-04-14"), "num_passage": 2, "Heure_debut": "21:50", "Heure_fin": "22:02",
    }  # fmt: skip
    base = {"presence": "Oui", "id_nomenclature_stade": "1", "id_nomenclature_sex": "1"}
    assert lines(db, visit) == [
        {
            **base, "cd_nom": evening.CALAMITE, "count_min": 12, "count_max": 22, "id_nomenclature_typ_denbr": "Es",
        },
        {**base, "cd_nom": evening.PALME, "count_min": 3, "count_max": 3, "id_nomenclature_typ_denbr": "Co"},
    ]  # fmt: skip
    assert hand.page.page_title == "Mare 03"

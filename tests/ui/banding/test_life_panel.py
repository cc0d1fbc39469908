"""The panel beside the capture line: states, notes with their way out, and what gives way on a low screen."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.record import Record
from fieldapp.core.schema import Context, Problem
from fieldapp.protocols.banding.biometry import LISTED
from fieldapp.protocols.banding.life import Event, Life
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.schema import CODE, OBSERVATION
from fieldapp.ui import theme
from fieldapp.ui.banding.life_panel import LifePanel
from fieldapp.ui.banding.life_rows import LifeCurve, LifeRows
from fieldapp.ui.banding.life_words import Where
from fieldapp.ui.widgets import Banner, Elided
from tests.protocols.banding.birds import DOURGES

RING = Ring("FRP", "8680017")
ON = "2026-09-12"
NOW = {
    "action": "C", "ring": RING.number, "ring_scheme": "FRP", "ring_key": RING.key, "species": "ACRSCI",
    "hour": "07:30", "condition": "8", "age": "+1A", "sex": "F",
}  # fmt: skip
HERE = Where("Bac à schlamms, DOURGES", (50.438, 2.985))


def event(on: str, **values: Any) -> Event:
    filled = {"action": "C", "ring_key": RING.key, "species": "ACRSCI", **values}
    session = Record("v", CODE, "visit", None, {"date": on, "theme": "STOC"})
    return Event(on, on, "", filled, session, None, Record("p", CODE, "sites_group", None, dict(DOURGES)))


PAST = (
    event("2024-08-03", action="B", age="1A", mass_g=11.2, wing_mm=66.0),
    event("2025-05-19", sex="F", age="2A", mass_g=12.6, wing_mm=66.5),
    event("2026-06-21", sex="F", age="+1A", mass_g=12.1, wing_mm=66.5),
)


class Shown:
    """The panel in a window of its own, and what it says."""

    def __init__(self, qtbot: QtBot, height: int = 560) -> None:
        self.host = QWidget()
        self.panel = LifePanel()
        box = QVBoxLayout(self.host)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.panel)
        qtbot.addWidget(self.host)
        self.host.resize(450, height)
        self.host.show()
        QApplication.processEvents()

    def show(self, life: Life, values: dict[str, Any] | None = None) -> None:
        given = {**NOW, **(values or {})}
        self.panel.show_life(life, given, problems(life, given), ON, where=HERE)
        QApplication.processEvents()

    def visible(self, name: str, kind: type[QWidget] = QWidget) -> bool:
        found = self.panel.findChild(kind, name)
        assert found is not None, name
        return found.isVisible()

    def label(self, name: str) -> str:
        found = self.panel.findChild(QLabel, name)
        assert found is not None
        return found.words() if isinstance(found, Elided) else found.text()

    def notes(self) -> list[tuple[str, str]]:
        banners = [self.panel.findChild(Banner, f"life.note{number}") for number in range(4)]
        return [(banner.kind, banner.text()) for banner in banners if banner is not None and banner.isVisible()]

    def rows(self) -> LifeRows:
        found = self.panel.findChild(LifeRows, "life.rows")
        assert found is not None
        return found


def problems(life: Life, values: dict[str, Any]) -> list[Problem]:
    parents: dict[str, dict[str, Any]] = {"visit": {"date": ON, "theme": "STOC"}, "sites_group": DOURGES}
    context = Context(values, parents=parents, known={"life": life, "usual": LISTED})
    return checking.problems(protocols.by_code(CODE), OBSERVATION, context)


def life(*events: Event, ring: Ring = RING, rings: tuple[Ring, ...] = ()) -> Life:
    return Life(ring, rings or (ring,), events)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    theme.apply(qapp)


def test_before_a_ring_is_typed_the_panel_says_what_will_be_here(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    assert shown.visible("life.empty")
    assert not shown.visible("life.number")
    shown.show(life(*PAST))
    assert not shown.visible("life.empty")
    shown.panel.clear()
    assert shown.visible("life.empty")


def test_a_known_bird_is_shown_with_number_name_time_and_captures(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.panel.set_caption("L’oiseau de la ligne 44")
    shown.show(life(*PAST), {"wing_mm": 66.5, "mass_g": 11.3})
    assert shown.label("life.caption") == "L’oiseau de la ligne 44"
    assert shown.label("life.number") == "868 0017"
    assert shown.label("life.species") == "Rousserolle effarvatte"
    assert shown.label("life.since") == "2 ans 1 mois · 3 captures"
    assert shown.rows().rows() == [
        ("03/08/2024", "bagué ici", "1A", "66,0", "11,2"),
        ("19/05/2025", "STOC, ici", "F 2A", "66,5", "12,6"),
        ("21/06/2026", "STOC, ici", "F +1A", "66,5", "12,1"),
    ]
    assert shown.visible("life.curve")
    usual = shown.panel.findChild(Banner, "life.usual")
    assert usual is not None
    assert (usual.isVisible(), usual.kind) == (True, "done")
    assert usual.text() == "Aile et masse dans la fourchette de la liste."
    assert shown.notes() == []
    assert not shown.visible("life.state")


def test_a_sex_that_was_known_is_offered_with_its_key(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.show(life(*PAST), {"sex": "?"})
    assert [kind for kind, _words in shown.notes()] == ["info"]
    assert shown.notes()[0][1].startswith("Femelle en 2025 et 2026, sexe inconnu")
    button = shown.panel.findChild(QPushButton, "life.note0.action")
    assert button is not None
    assert (button.text(), button.isVisible()) == ("reprendre", True)
    with qtbot.waitSignal(shown.panel.taken) as taken:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (taken.args[0].field, taken.args[0].params["value"]) == ("sex", "F")
    shown.show(life(*PAST), {"sex": "F"})
    assert shown.notes() == []


def test_the_strongest_alerts_come_first_and_look_so(qtbot: QtBot) -> None:
    shown = Shown(qtbot, 900)
    shown.show(life(*PAST), {"species": "ACRRIS", "sex": "M", "action": "B"})
    kinds = [kind for kind, _words in shown.notes()]
    assert kinds == sorted(kinds, key=["error", "warning", "info"].index)
    assert kinds[:2] == ["error", "error"]
    assert any("Bague déjà posée le 03/08/2024" in words for _kind, words in shown.notes())


def test_what_has_no_room_is_counted(qtbot: QtBot) -> None:
    shown = Shown(qtbot, 400)
    values = {"species": "ACRRIS", "sex": "M", "action": "B", "age": "1A", "wing_mm": 96.5}
    shown.show(life(*PAST), values)
    listed = problems(life(*PAST), {**NOW, **values})
    left_out = len(listed) - len(shown.notes())
    assert left_out > 1
    assert len(shown.notes()) >= 1
    assert shown.label("life.more") == f"et {left_out} autres remarques"
    assert not shown.visible("life.curve")
    assert shown.panel.height() == 400
    shown.host.resize(450, 1100)
    QApplication.processEvents()
    assert len(shown.notes()) == 4
    assert shown.visible("life.curve")


def test_nothing_of_the_panel_is_cut_on_a_low_screen_with_large_letters(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, scale=1.5)
    shown = Shown(qtbot, 460)
    shown.panel.set_caption("L’oiseau de la ligne 44")
    shown.show(life(*PAST), {"species": "ACRRIS", "sex": "M", "action": "B"})
    QApplication.processEvents()
    assert len(shown.notes()) >= 1
    banner = shown.panel.findChild(Banner, "life.note0")
    assert banner is not None
    box = banner.layout()
    assert box is not None
    assert banner.height() >= box.heightForWidth(banner.width())
    assert banner.geometry().bottom() <= shown.panel.height()
    theme.apply(qapp)


@pytest.mark.parametrize(
    ("ring", "action", "words"),
    [
        (RING, "B", "Bague neuve."),
        (RING, "C", "Bague jamais vue ici."),
        (Ring("NLA", "AB1234"), "C", "Bague étrangère, NLA Arnhem, Pays-Bas : pas d’histoire ici."),
    ],
)
def test_a_ring_without_a_life_says_so(qtbot: QtBot, ring: Ring, action: str, words: str) -> None:
    shown = Shown(qtbot)
    values = {"action": action, "ring_scheme": ring.scheme, "ring_key": ring.key}
    shown.show(life(ring=ring), values)
    assert shown.label("life.state").startswith(words)
    assert not shown.visible("life.rows")
    assert not shown.visible("life.curve")
    assert shown.notes() == []


def test_other_numbers_of_the_bird_are_named(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.show(life(*PAST, rings=(Ring("FRP", "5631847"), RING)))
    assert shown.label("life.others") == "Autre bague de cet oiseau : 563 1847"
    shown.show(life(*PAST))
    assert not shown.visible("life.others")


def test_the_next_bird_uses_the_same_widgets(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.show(life(*PAST), {"sex": "?"})
    before = shown.panel.findChildren(QWidget)
    shown.show(life(PAST[0], ring=Ring("FRP", "8680042")))
    assert shown.panel.findChildren(QWidget) == before
    assert shown.label("life.number") == "868 0042"
    assert len(shown.rows().rows()) == 1


def test_the_curve_has_the_capture_that_is_typed(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.show(life(*PAST[:2]), {"mass_g": 13.0})
    curve = shown.panel.findChild(LifeCurve, "life.curve")
    assert curve is not None
    assert curve.labels() == ["Masse 11,2–13,0 g"]

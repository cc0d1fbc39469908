"""A hundred birds of the sample, typed as a person types them: keys counted, no mouse, no dialog, totals agree.

The day is 4 October 2020 at the Bac à schlamms: 91 birds newly ringed, 7 controls, 2 foreign rings; two rings of the
string were never put on. What the association did before that day is in the database; the strings of the day are
declared beforehand. The programme of autumn migration leaves the brood patch out, as its leader does: no bird of these
sessions has one noted.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from fieldapp.core import paths
from fieldapp.core.record import Record
from fieldapp.protocols.banding import lists
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from tests.ui.banding.ringing_day import SITE, Hand, Open, fill, make, string

DAY, COUNT = "2020-10-04", 100
SIZES = {"868": "O", "SC12": "S", "VB12": "V", "RK": "R", "JC12": "J", "FX12": "F", "LA12": "L", "EA12": "E"}
"""The size of each series of the sample, by what its numbers begin with."""

SEX_KEYS = {"M": "m", "F": "f", "?": "?"}
AGE_KEYS = {"1A": "1", "+1A": "+", "2A": "2", "+2A": "3", "VOL": "v", "PUL": "p"}
MOST_KEYS = 20


def iso(date: str) -> str:
    return "-".join(reversed(date.split("/")))


@pytest.fixture(scope="module")
def sample() -> list[dict[str, str]]:
    with paths.resource("demo/banding_2020_crbpo.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture(scope="module")
def birds(sample: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the first hundred lines of the day."""
    day = [row for row in sample if iso(row["DATE"]) == DAY and row["LOCALITE"] == "DOURGES"]
    return day[:COUNT]


def size_of(ring: str) -> str:
    return next(size for begin, size in SIZES.items() if ring.startswith(begin))


def number(text: str) -> float | None:
    return float(text) if text else None


def capture(row: dict[str, str], session: str) -> Record:
    """Return a line of the sample as it was entered when it happened, by a reader of our own."""
    bird = lists.bird(row["ESPECE"])
    values: dict[str, Any] = {
        "action": row["ACTION"], "ring_scheme": row["CENTRE"], "ring": row["BAGUE"],
        "ring_key": row["CENTRE"] + row["BAGUE"], "species": row["ESPECE"], "sex": row["SEXE"], "age": row["AGE"],
        "wing_mm": number(row["LP"]), "mass_g": number(row["MA"]), "fat": row["AD"], "hour": row["HEURE"],
        "net": row["NF"], "cd_nom": bird.cd_nom if bird else None,
    }  # fmt: skip
    if row["CENTRE"] == "FRP" and row["ACTION"] == "B":
        values["ring_size"] = size_of(row["BAGUE"])
    return make("observation", values, session)


def the_year_before_the_day(sample: list[dict[str, str]]) -> list[Record]:
    """Return all sessions before the day with their lines, and a ringing in 2019 of each control that has none.

    The numbers of those controls lie among those of the strings: there they are taken, as on the real day.
    """
    sessions: dict[tuple[str, str], Record] = {}
    found: list[Record] = []
    put_on = {row["BAGUE"]: iso(row["DATE"]) for row in sample if row["ACTION"] == "B"}
    for row in sample:
        # The sample's dates are made up: a few birds are "controlled" months before they are ringed.
        if iso(row["DATE"]) >= DAY or put_on.get(row["BAGUE"], "") > iso(row["DATE"]):
            continue
        key = row["DATE"], row["THEME SESSION"]
        if key not in sessions:
            visit = {"date": iso(row["DATE"]), "theme": row["THEME SESSION"], "opened_at": "06:00", "net_m": 240.0}
            sessions[key] = make("visit", visit, SITE)
            found.append(sessions[key])
        found.append(capture(row, sessions[key].uid))
    known = {record.data.get("ring_key") for record in found}
    earlier = make("visit", {"date": "2019-10-04", "theme": "PHENO", "opened_at": "06:00", "net_m": 240.0}, SITE)
    found.append(earlier)
    for row in sample:
        is_elder = row["ACTION"] == "C" and row["CENTRE"] == "FRP" and row["BAGUE"] not in put_on
        if is_elder and row["CENTRE"] + row["BAGUE"] not in known:
            known.add(row["CENTRE"] + row["BAGUE"])
            found.append(capture({**row, "ACTION": "B", "AGE": "1A", "LP": "", "MA": ""}, earlier.uid))
    return found


def strings_of(birds: list[dict[str, str]]) -> list[Record]:
    """Return one open string for each series that the day put rings of on, from its first to its last."""
    spans: dict[str, list[str]] = {}
    for row in birds:
        if row["ACTION"] == "B":
            begin = re.match(r"[A-Z]{2}|868", row["BAGUE"])
            assert begin is not None
            spans.setdefault(begin[0], []).append(row["BAGUE"])
    return [string(size_of(rings[0]), min(rings), max(rings)) for rings in spans.values()]


class Mouse(QObject):
    """Counts what a mouse does anywhere in the program."""

    def __init__(self) -> None:
        super().__init__()
        self.presses = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.presses += event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)
        return False


@pytest.fixture
def mouse(qapp: QApplication) -> Iterator[Mouse]:
    watcher = Mouse()
    qapp.installEventFilter(watcher)
    yield watcher
    qapp.removeEventFilter(watcher)


class Scribe:
    """Types birds as they are called out, looking at the screen where a person would."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand

    def type(self, row: dict[str, str]) -> int:
        """Type one bird and return how many keys it took."""
        before, lines = self.hand.pressed, len(self.hand.rows())
        self._round(row["HEURE"])
        if row["ACTION"] == "B":
            self._next_ring(row)
        else:
            self._read_ring(row)
        self.hand.keys(SEX_KEYS[row["SEXE"]], AGE_KEYS[row["AGE"]])
        self.hand.keys(row["LP"].replace(".", ","), "Enter", row["AD"], row["MA"].replace(".", ","), "Enter")
        self.hand.keys(row["NF"], "Enter")
        if len(self.hand.rows()) == lines:  # a warning stands there: measured again, it is so
            self.hand.keys("Enter")
        if len(self.hand.rows()) == lines:  # one of the strongest alerts
            self.hand.keys("Ctrl+Enter")
        assert len(self.hand.rows()) == lines + 1, (row, self.hand.said())
        return self.hand.pressed - before

    def _round(self, hour: str) -> None:
        while (shown := self.hand.page.head.round.text().split()[-1]) != hour:
            self.hand.keys("Ctrl+Down" if shown < hour else "Ctrl+Up")

    def _next_ring(self, row: dict[str, str]) -> None:
        self.hand.keys("Enter")
        self._species(row["ESPECE"])
        if self.hand.cell("ring").replace(" ", "") != row["BAGUE"]:  # nothing or another ring was offered
            self.hand.keys("Shift+Backtab", "Shift+Backtab", row["BAGUE"][-3:], "Enter")
            if self.hand.question():  # a ring of the string was never put on: it fell into the grass
                self.hand.keys("Alt+P")
            self.hand.keys("Enter")
        assert self.hand.cell("ring").replace(" ", "") == row["BAGUE"], (row, self.hand.said())

    def _read_ring(self, row: dict[str, str]) -> None:
        scheme = "" if row["CENTRE"] == "FRP" else f"{row['CENTRE']} "
        self.hand.keys(f"{scheme}{row['BAGUE']}", "Enter")
        if self.hand.page.line.cells["species"].placeholderText() == row["ESPECE"]:
            self.hand.keys("Enter")
        else:
            self._species(row["ESPECE"])

    def _species(self, code: str) -> None:
        """Type letters of the code, two at least, until the first row of the list is the bird."""
        cell = self.hand.page.line.cells["species"]
        for at, letter in enumerate(code.lower(), start=1):
            self.hand.keys(letter)
            current = cell.current()
            if at >= 2 and current is not None and current.key == code:
                break
        self.hand.keys("Enter")
        assert self.hand.cell("species") == code


@pytest.fixture
def hand(ringing_db: Database, open_captures: Open, sample: list[dict[str, str]], birds: list[dict[str, str]]) -> Hand:
    columns = ["sex", "age", "wing_mm", "fat", "mass_g", "net"]
    programme = make("programme", {"theme": "PHENO", "columns": columns})
    others = [programme, *the_year_before_the_day(sample)]
    fill(ringing_db, *strings_of(birds), others=others, date=DAY, opened_at="06:00")
    return open_captures()


def test_a_hundred_birds_take_a_median_of_twenty_keys_and_all_agree_with_the_file(
    hand: Hand, birds: list[dict[str, str]], mouse: Mouse
) -> None:
    assert Counter((row["ACTION"], row["CENTRE"] != "FRP") for row in birds) == {
        ("B", False): 91, ("C", False): 7, ("C", True): 2,
    }  # fmt: skip
    scribe = Scribe(hand)
    presses = []
    for row in birds:
        presses.append(scribe.type(row))
        assert hand.dialogs() == []
    assert median(presses) <= MOST_KEYS, sorted(presses)
    assert mouse.presses == 0

    lines = hand.lines()
    assert [line.data["line"] for line in lines] == list(range(1, COUNT + 1))
    for line, row in zip(lines, birds, strict=True):
        assert as_in_the_file(line.data) == {name: row[name] for name in COMPARED}, row
    head = hand.page.head
    assert (head.ringed.text, head.controls.text, head.foreign.text) == ("91 bagués", "9 contrôles", "2 étrangers")
    assert head.species.text == f"{len({row['ESPECE'] for row in birds})} espèces"
    assert drafts.keys(hand.db) == []
    assert len(hand.saved) == COUNT
    assert records.count(hand.db, "banding", "ring_fate") == 2  # the two numbers that the file has no bird for


COMPARED = (
    "ACTION", "CENTRE", "BAGUE", "ESPECE", "SEXE", "AGE", "LP", "MA", "AD", "NF", "HEURE", "PI", "COND REPR",
    "CIRC REPR",
)  # fmt: skip


def as_in_the_file(values: dict[str, Any]) -> dict[str, str]:
    """Return the columns of the file from what was stored; a figure as the file writes it (mass with one decimal)."""
    wing = f"{values['wing_mm']:g}"
    mass = f"{values['mass_g']:.1f}"
    texts = {
        "ACTION": "action", "CENTRE": "ring_scheme", "BAGUE": "ring", "ESPECE": "species", "SEXE": "sex", "AGE": "age",
        "AD": "fat", "NF": "net", "HEURE": "hour", "PI": "brood_patch", "COND REPR": "condition",
        "CIRC REPR": "circumstances",
    }  # fmt: skip
    return {**{name: str(values.get(field, "")) for name, field in texts.items()}, "LP": wing, "MA": mass}

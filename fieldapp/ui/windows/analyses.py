"""The page "analyses": the figures of one protocol at a time; each brings a part of its own, F6 goes to the next."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget

from fieldapp.core.text import N_, _
from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.widgets import ChipRow, KeyHint, live_key, text_label

NEXT = "F6"


@dataclass(frozen=True, slots=True)
class Part:
    """The analyses of one protocol: what its chip says, the entity whose dates are its seasons, and where it is."""

    protocol: str
    label: str
    dated: str
    module: str
    name: str


PARTS = (
    Part("pop_amphibiens", N_("Mares"), "visit", "windows.pond_analyses", "PondAnalyses"),
    Part("banding", N_("Baguage"), "visit", "banding.analyses", "BandingAnalyses"),
    Part("pitfall_barrier", N_("Barrière"), "visit", "barrier.analyses", "BarrierAnalyses"),
)


class AnalysesPage(PageWidget):
    """Shows the part of one protocol below the choice of protocols; a part is built when it is first shown."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._offered = [part for part in PARTS if part.protocol in context.services.protocols]
        self._parts: dict[str, PageWidget] = {}
        self._shown = ""
        self._choice = ChipRow(
            [(part.protocol, _(part.label)) for part in self._offered],
            multiple=False,
            required=True,
            framed=False,
            name="analyses.protocol",
        )
        self._choice.changed.connect(lambda codes: self._see(codes[0]) if codes else None)
        live_key(self, NEXT, self.see_next)
        head = QWidget()
        label = text_label(_("Suivi"), "label")
        label.setBuddy(self._choice)
        box = theme.row(label, KeyHint(NEXT), self._choice, spacing=theme.S)
        box.setStretch(2, 1)
        head.setLayout(box)
        if len(self._offered) < 2:  # never setVisible(True) here: without a parent yet, it would open as a window
            head.hide()
        self._box = theme.column(head)
        self.setLayout(self._box)

    def open(self, protocol: str = "", **params: Any) -> None:
        """Show a protocol's figures: the one asked for, else the one shown before, else the first that has a visit."""
        wanted = protocol or self._shown or self._first_with_records()
        self._see(wanted, **params)

    def see_next(self) -> None:
        """Show the figures of the next protocol."""
        codes = [part.protocol for part in self._offered]
        self._see(codes[(codes.index(self._shown) + 1) % len(codes)])

    def _first_with_records(self) -> str:
        db = self._context.services.db
        with_records = (part for part in self._offered if records.years(db, part.protocol, part.dated))
        return next(with_records, self._offered[0]).protocol

    def _see(self, code: str, **params: Any) -> None:
        if self._shown != code and self._shown:
            before = self._parts[self._shown]
            before.leaving()
            before.hide()
        self._shown = code
        self._choice.set_value([code])
        part = self._part(code)
        part.show()
        part.open(**params)

    def _part(self, code: str) -> PageWidget:
        if code not in self._parts:
            place = next(part for part in self._offered if part.protocol == code)
            made: PageWidget = getattr(importlib.import_module(f"fieldapp.ui.{place.module}"), place.name)(
                self._context
            )
            made.title_changed.connect(lambda: self._named(code))
            self._box.addWidget(made, 1)
            self._parts[code] = made
        return self._parts[code]

    def _named(self, code: str) -> None:
        if code == self._shown:
            self.set_title(self._parts[code].page_title, self._parts[code].page_context)

    # ---------------------------------------------------------------------------------------------- page

    def go_back(self) -> bool:
        """Take one step back within the part shown."""
        return bool(self._shown) and self._parts[self._shown].go_back()

    def leaving(self) -> None:
        """Let the part shown keep or give up what it is doing."""
        if self._shown:
            self._parts[self._shown].leaving()

    def undo_state(self) -> dict[str, Any]:
        """Return the protocol shown, and what its part shows."""
        if not self._shown:
            return {}
        return {"protocol": self._shown, **self._parts[self._shown].undo_state()}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the part shown, and the one that goes to the next protocol."""
        if not self._shown:
            return ()
        found = list(self._parts[self._shown].actions_of_page())
        if len(self._offered) > 1:
            found.append(Action(NEXT, _("analyses de l’autre suivi"), self.see_next, "analyses"))
        return found

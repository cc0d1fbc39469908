"""The keys that say what became of a ring that was skipped; used where a session closes and in the ring stock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.ring import Ring, show_ring
from fieldapp.protocols.banding.stock import RingState, Stock
from fieldapp.store import records
from fieldapp.ui import theme, way_back
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, FlowLayout

FATES: tuple[tuple[RingState, str, str], ...] = (
    (RingState.LOST, N_("Perdue"), "P"),
    (RingState.DESTROYED, N_("Détruite"), "D"),
    (RingState.LATER, N_("Plus tard"), "T"),
    (RingState.RETURNED, N_("Rendue"), "R"),
)
"""What may have become of a ring, with its word and its one key."""

WORDS: dict[RingState, str] = {
    RingState.FREE: N_("libre"),
    RingState.USED: N_("posée"),
    RingState.LOST: N_("perdue"),
    RingState.DESTROYED: N_("détruite"),
    RingState.REPLACED: N_("remplacée"),
    RingState.LATER: N_("plus tard"),
    RingState.RETURNED: N_("rendue"),
    RingState.SKIPPED: N_("sautée, à expliquer"),
}
"""The word of each state of a ring."""


def count_words(state: RingState, count: int) -> str:
    """Return "3 perdues" for rings of which something was noted."""
    words = {
        RingState.LOST: ngettext("{n} perdue", "{n} perdues", count),
        RingState.DESTROYED: ngettext("{n} détruite", "{n} détruites", count),
        RingState.REPLACED: ngettext("{n} remplacée", "{n} remplacées", count),
        RingState.LATER: ngettext("{n} plus tard", "{n} plus tard", count),
        RingState.RETURNED: ngettext("{n} rendue", "{n} rendues", count),
        RingState.USED: ngettext("{n} posée", "{n} posées", count),
        RingState.FREE: ngettext("{n} libre", "{n} libres", count),
        RingState.SKIPPED: ngettext("{n} à expliquer", "{n} à expliquer", count),
    }
    return words[state].format(n=count)


class ExplainBar(QWidget):
    """A button for each fate, and `more` behind; `explain(state)` is called with the fate chosen."""

    def __init__(
        self,
        explain: Callable[[RingState], object],
        more: Sequence[QWidget] = (),
        *,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.buttons: list[ActionButton] = []
        flow = FlowLayout(self, theme.S)
        for state, label, key in FATES:
            button = ActionButton(_(label), "", key, name=f"{name}.{state.value}", on=partial(explain, state))
            self.buttons.append(button)
            flow.addWidget(button)
        for widget in more:
            flow.addWidget(widget)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_enabled(self, on: bool) -> None:
        """Let the keys do something, or not."""
        for button in self.buttons:
            button.setEnabled(on)

    def keys(self, explain: Callable[[RingState], object]) -> list[Action]:
        """Return the keys, for F1."""
        return [
            Action(key, _("bague : {fate}").format(fate=_(label).lower()), partial(explain, state))
            for state, label, key in FATES
        ]


def explain(
    services: Services,
    context: PageContext,
    held: Stock,
    ring: Ring,
    state: RingState,
    on: str,
    again: Callable[[], object],
) -> bool:
    """Note what became of a ring, say it with the way back, and return whether it could be noted.

    `on` is an ISO date; `again` shows the page anew after the way back.
    """
    try:
        record = stock.fate(held, ring, state.value, on)
    except ValueError as error:
        context.notify(str(error), "warning")
        return False
    word = _(WORDS[state])
    label = _("bague {ring} : {fate}").format(ring=ring.number, fate=word)
    saved = records.save(services.db, [record], label)
    services.on_saved(saved.made_at)
    held.noted(record)
    way_back.offer(context, saved, _("{ring} : {fate}.").format(ring=show_ring(ring.number), fate=word), again)
    return True

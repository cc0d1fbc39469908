"""The question before two individuals become one: what will happen, what speaks against it, which name stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QSizePolicy

from fieldapp.core.record import Record
from fieldapp.core.text import _, ngettext, together
from fieldapp.protocols.pitfall_barrier.individuals import Capture
from fieldapp.protocols.pitfall_barrier.merging import doubts
from fieldapp.ui import theme
from fieldapp.ui.widgets import ActionButton, IconLabel, text_label

KEEP_KEYS = ("1", "2")


class MergeQuestion(QFrame):
    """Stands on the page until one of the two names is chosen, or Esc takes it away."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("individual.merge")
        self.setProperty("role", "banner")
        self.setProperty("kind", "warning")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._words = text_label("", wrap=True, name="individual.merge.words")
        self._on: Callable[[bool], object] = lambda _first: None
        self._first = ActionButton("", "check", KEEP_KEYS[0], name="individual.merge.first", on=lambda: self._on(True))
        self._second = ActionButton(
            "", "check", KEEP_KEYS[1], name="individual.merge.second", on=lambda: self._on(False)
        )
        self._no = ActionButton(_("Non, deux animaux"), role="quiet", name="individual.merge.no", on=self.hide)
        self._no.show_key("Esc")
        answers = theme.row(self._first, self._second, self._no, 1, spacing=theme.S)
        head = theme.row(IconLabel("warning", "warning"), self._words, spacing=theme.S)
        head.setStretch(1, 1)
        box = theme.column(head, answers, spacing=theme.S)
        box.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        self.setLayout(box)
        self.hide()

    def ask(
        self,
        one: Record,
        other: Record,
        first: Sequence[Capture],
        second: Sequence[Capture],
        on: Callable[[bool], object],
    ) -> None:
        """Ask; `on(True)` keeps the name of `one`, `on(False)` that of `other`. The captures are those of each."""
        names = [str(item.data.get("individual_name", "")) for item in (one, other)]
        count = len(first) + len(second)
        words = [
            ngettext(
                "{one} et {other} seront un seul animal, avec {n} capture. Quel nom reste ?",
                "{one} et {other} seront un seul animal, avec {n} captures. Quel nom reste ?",
                count,
            ).format(one=names[0], other=names[1], n=count),
            *doubts(one, other, first, second),
        ]
        self._words.setText(together(" ".join(words)))
        self._first.set_text(_("Garder {name}").format(name=names[0]))
        self._second.set_text(_("Garder {name}").format(name=names[1]))
        self._on = on
        self.show()
        self._first.setFocus()

"""The rest of a code whose cell one key filled already: who knows "+1A" types it in full although "+" is enough."""

from __future__ import annotations

from fieldapp.protocols.banding.schema import OBSERVATION
from fieldapp.ui.banding.capture_cells import Cell


class CodeTail:
    """Waits after a cell was filled by one key; no time runs, any letter that is not of the code ends it.

    `cell` is the one that was filled. A digit that the next cell can hold goes there (`holder`) until the letter after
    it shows that it was of the code: "+" then "1", "A".
    """

    def __init__(self) -> None:
        self.cell: Cell | None = None
        self.holder: Cell | None = None
        self.before = ""
        """What stood in `holder` before the digit."""
        self._spelled = ""
        self._digit = ""

    def forget(self) -> None:
        """Wait for nothing more."""
        self.cell = self.holder = None

    def begin(self, cell: Cell, key: str) -> None:
        """Wait for what may come after this key, which filled the cell."""
        self.cell, self.holder, self._spelled = cell, None, key.upper()

    def takes(self, at: Cell, typed: str) -> str | None:
        """Return the code that is whole with this letter, typed in the cell `at`.

        "": the letter is of the code, which is not whole yet, and of no use where it was typed. None: it is for `at`.
        """
        if self.cell is None:
            return None
        spelled = self._spelled + typed.upper()
        codes = _codes(self.cell)
        is_measure = self.holder is not None and typed.isdigit()  # two figures are a wing of 17, no age of 17
        if is_measure or not any(code.startswith(spelled) for code in codes) or not self._goes_on(at):
            self.forget()
            return None
        if self.holder is None and at.accepts(typed):
            self._spelled = spelled
            if typed.isdigit():
                self.holder, self.before, self._digit = at, at.text(), typed
            else:
                self.forget()
            return None
        self._spelled = spelled
        return spelled if spelled in codes else ""

    def _goes_on(self, at: Cell) -> bool:
        """Return whether the digit stands alone in its cell, and the cursor is there or one key further."""
        holder = self.holder
        if holder is None:
            return True
        return holder.text() == self._digit and (at is holder or (bool(holder.column.letters) and not at.text()))


def _codes(cell: Cell) -> list[str]:
    field = OBSERVATION.by_name.get(cell.column.code)
    return [choice.code for choice in field.choices] if field is not None else []

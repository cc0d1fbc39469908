"""What the capture line asks inline: put on or read, why rings were passed over, the old ring, why no ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fieldapp.core.text import _
from fieldapp.protocols.banding.desk_reading import FROM_OUR_STOCK, Reading
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.schema import CONTROLLED
from fieldapp.ui.banding.capture_ask import Answer, KeyQuestion, TextQuestion
from fieldapp.ui.banding.capture_entry import NEEDS_NO_WORD, fate_word
from fieldapp.ui.banding.capture_session import CaptureSession
from fieldapp.ui.banding.words import show

OFFERED_SCHEMES = 4
"""Schemes that are offered by a digit; any other is typed before the number."""

FATE_KEYS = {"P": "lost", "D": "destroyed", "T": "later"}
"""The keys that say what became of a ring that was passed over."""

_IGNORE, _ONE_BY_ONE, _SCHEME = "ignore", "one", "scheme:"


class Questions:
    """The two places where a question stands, and what comes of the answers.

    `on_answered(code)`: the line goes on after the cell `code`, "" where it was.
    """

    def __init__(self, keys: KeyQuestion, words: TextQuestion, on_answered: Callable[[str], object]) -> None:
        self._keys, self._words, self._answered = keys, words, on_answered

    def is_open(self) -> bool:
        """Return whether a question waits."""
        return not self._keys.isHidden() or not self._words.isHidden()

    def take_cursor(self) -> bool:
        """Give the cursor to the question that waits; False when none does."""
        if not self._keys.isHidden():
            self._keys.setFocus()
        elif not self._words.isHidden():
            self._words.line.setFocus()
        return self.is_open()

    def forget(self) -> None:
        """Take the questions away."""
        self._keys.hide()
        self._words.hide()

    def cancel(self, session: CaptureSession) -> None:
        """Go back from a question: a ring that it was about stands in its cell as it was typed."""
        if not self._keys.isHidden():
            session.unread_ring()
            session.line.at = "ring"
        self.forget()

    # ------------------------------------------------------------------------------------------------- the ring

    def about_ring(self, session: CaptureSession) -> bool:
        """Ask what only a person knows of the ring that was read; False when there is nothing to ask.

        While a few words are asked for the ring's turn comes later: one question stands at a time.
        """
        if not self._words.isHidden():
            return False
        reading = session.reading
        if reading is not None and session.waits_for_action():
            self._ask_action(session, reading)
            return True
        rings = session.waits_for_fates()
        if rings:
            self._ask_fate(session, rings)
        return bool(rings)

    def _ask_action(self, session: CaptureSession, reading: Reading) -> None:
        schemes = reading.schemes[:OFFERED_SCHEMES]
        answers = [Answer(str(number), code, f"{_SCHEME}{code}") for number, code in enumerate(schemes, start=1)]
        answers += [
            Answer(way.action, _(way.words), way.action) for way in reading.ask if not schemes or way is FROM_OUR_STOCK
        ]

        def answered(code: str) -> None:
            if code.startswith(_SCHEME):
                session.typed("ring", f"{code.removeprefix(_SCHEME)} {reading.ring.number}")
                session.read("ring")
            else:
                session.answer_action(code)
            self._answered("ring")

        self._keys.ask(reading.question, answers, answered)

    def _ask_fate(self, session: CaptureSession, rings: Sequence[Ring], *, one_by_one: bool = False) -> None:
        asked = rings[:1] if one_by_one else rings
        answers = [Answer(key, fate_word(fate, len(asked)), fate) for key, fate in FATE_KEYS.items()]
        if len(asked) > 1:
            answers.append(Answer("U", _("une par une"), _ONE_BY_ONE))
        answers.append(Answer("Return", _("sans réponse : elles restent à expliquer"), _IGNORE))

        def answered(code: str) -> None:
            if code == _ONE_BY_ONE:
                self._ask_fate(session, rings, one_by_one=True)
                return
            session.explain(asked, code if code != _IGNORE else NEEDS_NO_WORD)
            rest = rings[1:] if one_by_one else ()
            if rest:
                self._ask_fate(session, rest, one_by_one=True)
            else:
                self._answered("ring")

        self._keys.ask(_jump_words(asked), answers, answered)

    # ------------------------------------------------------------------------------------------------- in words

    def replaced(self, session: CaptureSession) -> None:
        """Ask for the number of the ring that came off; that of the line where the bird bore it already."""
        self.cancel(session)
        values = session.line.values
        bears = str(values.get("ring", "")) if values.get("action") == CONTROLLED else ""
        text = str(values.get("replaced_ring", "")) or bears

        def answered(text: str) -> str:
            try:
                session.replaced(text)
            except ValueError as why:
                return str(why)
            session.line.at = "ring" if not values.get("species") else session.line.at
            self._words.hide()
            self._answered("ring" if session.line.at == "ring" else "")
            return ""

        self._words.ask(_("Bague enlevée, que la nouvelle remplace :"), text, answered)

    def without_ring(self, session: CaptureSession) -> None:
        """Ask why the bird is let go without a ring."""
        self.cancel(session)

        def answered(text: str) -> str:
            try:
                session.without_ring(text)
            except ValueError as why:
                return str(why)
            self._words.hide()
            self._answered("ring" if session.line.at in ("", "ring") else "")
            return ""

        self._words.ask(_("Sans bague, pourquoi ?"), str(session.line.values.get("comments", "")), answered)


def _jump_words(rings: Sequence[Ring]) -> str:
    count = len(rings)
    if count == 1:
        return _("La bague {ring} est sautée : qu’est-elle devenue ?").format(ring=show(rings[0]))
    return _("{n} bagues sont sautées, {first} à {last} : que sont-elles devenues ?").format(
        n=count, first=show(rings[0]), last=show(rings[-1])
    )

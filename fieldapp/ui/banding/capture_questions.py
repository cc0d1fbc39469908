"""What the capture line asks inline: put on or read, why rings were passed over, the old ring, why no ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_uppercase

from fieldapp.core.text import _
from fieldapp.protocols.banding.desk_reading import FROM_OUR_STOCK, Reading
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.schema import CONTROLLED
from fieldapp.ui.banding.capture_ask import Answer, KeyQuestion, TextQuestion
from fieldapp.ui.banding.capture_entry import fate_word
from fieldapp.ui.banding.capture_session import CaptureSession
from fieldapp.ui.banding.words import show

OFFERED_SCHEMES = 4
"""Schemes that are offered by a key; any other is typed before the number."""

FATE_KEYS = {"P": "lost", "D": "destroyed", "T": "later"}
"""The letters that say, with Alt, what became of a ring that was passed over."""

_ONE_BY_ONE, _SCHEME = "one", "scheme:"


class Questions:
    """The two places where a question stands, and what comes of the answers.

    `on_answered(code)`: the line goes on after the cell `code`, "" where it was, None where the cursor never left it.
    """

    def __init__(self, keys: KeyQuestion, words: TextQuestion, on_answered: Callable[[str | None], object]) -> None:
        self._keys, self._words, self._answered = keys, words, on_answered
        self._asked: tuple[str, ...] = ()
        """Of which line, ring and rings passed over the question is that stands."""

    def is_open(self) -> bool:
        """Return whether a question waits."""
        return not self._keys.isHidden() or not self._words.isHidden()

    def take_cursor(self) -> bool:
        """Give the cursor to the question that is answered in words; False when none is."""
        if not self._words.isHidden():
            self._words.line.setFocus()
        return not self._words.isHidden()

    def forget(self) -> None:
        """Take the questions away; one about a ring comes back with its line."""
        self._words.hide()
        self._put_away()

    def _put_away(self) -> None:
        self._keys.hide()
        self._asked = ()

    def cancel(self, session: CaptureSession) -> None:
        """Go back from a question: a ring that it was about stands in its cell as it was typed."""
        if not self._keys.isHidden():
            session.unread_ring()
            session.line.at = "ring"
        self.forget()

    # ------------------------------------------------------------------------------------------------- the ring

    def about_ring(self, session: CaptureSession) -> None:
        """Ask what only a person knows of the ring that was read, as long as there is anything to ask.

        While a few words are asked for the ring's turn comes later: one question stands at a time.
        """
        reading = session.reading
        asks_action, rings = session.waits_for_action(), session.waits_for_fates()
        if not self._words.isHidden() or reading is None or session.is_closed or not (asks_action or rings):
            self._put_away()
            return
        asked = session.line.uid, reading.ring.key, *(() if asks_action else (ring.key for ring in rings))
        if asked == self._asked:
            return
        self._asked = asked
        if asks_action:
            self._ask_action(session, reading)
        else:
            self._ask_fate(session, rings)

    def keys_words(self) -> str:
        """Return "Alt B posée · Alt C lue": the keys that answer the question that stands."""
        return self._keys.keys_words()

    def _ask_action(self, session: CaptureSession, reading: Reading) -> None:
        schemes = reading.schemes[:OFFERED_SCHEMES]
        ways = [way for way in reading.ask if not schemes or way is FROM_OUR_STOCK]
        letters = _letters(schemes, {way.action for way in ways})
        answers = [Answer(f"Alt+{letters[code]}", code, f"{_SCHEME}{code}") for code in schemes]
        answers += [Answer(f"Alt+{way.action}", _(way.words), way.action) for way in ways]

        def answered(code: str) -> None:
            if code.startswith(_SCHEME):
                at = session.line.at
                session.typed("ring", f"{code.removeprefix(_SCHEME)} {reading.ring.number}")
                session.read("ring")
                session.line.at = at
            else:
                session.answer_action(code)
            self._answered(None)

        self._keys.ask(reading.question, answers, answered)

    def _ask_fate(self, session: CaptureSession, rings: Sequence[Ring], *, one_by_one: bool = False) -> None:
        asked = rings[:1] if one_by_one else rings
        answers = [Answer(f"Alt+{key}", fate_word(fate, len(asked)), fate) for key, fate in FATE_KEYS.items()]
        if len(asked) > 1:
            answers.append(Answer("Alt+U", _("une par une"), _ONE_BY_ONE))

        def answered(code: str) -> None:
            if code == _ONE_BY_ONE:
                self._ask_fate(session, rings, one_by_one=True)
                return
            session.explain(asked, code)
            rest = rings[1:] if one_by_one else ()
            if rest:
                self._asked = session.line.uid, str(session.line.values["ring_key"]), *(ring.key for ring in rest)
                self._ask_fate(session, rest, one_by_one=True)
            self._answered(None)

        self._keys.ask(
            _jump_words(asked),
            answers,
            answered,
            aside=_("Vous pouvez continuer : sans réponse, à expliquer au stock."),
        )

    # ------------------------------------------------------------------------------------------------- in words

    def replaced(self, session: CaptureSession) -> None:
        """Ask for the number of the ring that came off; that of the line where the bird bore it already."""
        self.forget()
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
        self.forget()

        def answered(text: str) -> str:
            try:
                session.without_ring(text)
            except ValueError as why:
                return str(why)
            self._words.hide()
            self._answered("ring" if session.line.at in ("", "ring") else "")
            return ""

        self._words.ask(_("Sans bague, pourquoi ?"), str(session.line.values.get("comments", "")), answered)


def _letters(schemes: Sequence[str], taken: set[str]) -> dict[str, str]:
    """Return a letter for each scheme: the first of its own that none before it has, else any."""
    found: dict[str, str] = {}
    for code in schemes:
        free = [one for one in f"{code}{ascii_uppercase}" if one.isalpha() and one not in {*taken, *found.values()}]
        found[code] = free[0]
    return found


def _jump_words(rings: Sequence[Ring]) -> str:
    count = len(rings)
    if count == 1:
        return _("La bague {ring} est sautée : qu’est-elle devenue ?").format(ring=show(rings[0]))
    return _("{n} bagues sont sautées, {first} à {last} : que sont-elles devenues ?").format(
        n=count, first=show(rings[0]), last=show(rings[-1])
    )

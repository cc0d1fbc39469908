"""What is said above the board when the morning was changed elsewhere: both sides in words, and the choice of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from fieldapp.core import parse
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier.board import Board
from fieldapp.protocols.pitfall_barrier.board_merge import CATCH, CLOSED, STATE, Content, parts
from fieldapp.protocols.pitfall_barrier.schema import EMPTY, MISSED, VISIT
from fieldapp.ui import theme
from fieldapp.ui.barrier.board_session import MorningSession
from fieldapp.ui.barrier.board_words import kind_of
from fieldapp.ui.forms.links import PERSON, Directory
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, follow_width, text_label

MINE_KEY, THEIRS_KEY = "F2", "F4"
SHOWN = 4
"""Differences that are told one by one: more than anyone weighs at the pond (a choice of the program)."""

PersonName = Callable[[str], str]


class MeanwhileBar(QFrame):
    """Says what became of the morning meanwhile. `chosen` carries whether what was typed here holds."""

    chosen = Signal(bool)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people = Directory(services, PERSON)
        self.setObjectName("morning.meanwhile")
        self.setProperty("role", "banner")
        follow_width(self)
        self._words = text_label("", wrap=True, name="morning.meanwhile.words")
        self._mine = self._button(_("Garder ma saisie"), MINE_KEY, "morning.meanwhile.mine", is_mine=True)
        self._theirs = self._button(
            _("Garder ce qui est enregistré"), THEIRS_KEY, "morning.meanwhile.theirs", is_mine=False
        )
        self._choice = QWidget()
        self._choice.setLayout(theme.row(self._mine, self._theirs, 1, spacing=theme.S))
        box = theme.column(self._words, self._choice, spacing=theme.S)
        box.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        self.setLayout(box)
        self.hide()

    def _button(self, words: str, key: str, name: str, *, is_mine: bool) -> ActionButton:
        button = ActionButton(words, key=key, name=name, on=lambda: self.chosen.emit(is_mine))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def show_session(self, session: MorningSession) -> None:
        """Say what is to be chosen, else what was put together; nothing where nothing came from elsewhere."""
        words = clash_words(session, self._people.name) if session.clashes else session.told
        theme.set_role(self, "warning" if session.clashes else "info", "kind")
        self._words.setText(words)
        self.setAccessibleName(words)
        self._choice.setVisible(bool(session.clashes))
        self.setVisible(bool(words))


def clash_words(session: MorningSession, person_name: PersonName) -> str:
    """Return what both sides say, part by part, and what is to be done."""
    mine, theirs = session.content, session.start
    told = list(dict.fromkeys(_part(session, what, which, mine, theirs, person_name) for what, which in _told(session)))
    more = len(told) - SHOWN
    if more > 0:
        told = [*told[:SHOWN], ngettext("et {n} autre différence.", "et {n} autres différences.", more).format(n=more)]
    first = _("Ce matin a été enregistré autrement entre-temps. Rien n’est perdu : choisissez.")
    return "\n".join([first, *told])


def _told(session: MorningSession) -> list[tuple[str, str]]:
    """Return the parts to be told: where the whole morning is in question, its single catches are not."""
    found = parts(session.clashes)
    return [one for one in found if one[0] != CATCH] if (STATE, "") in found else found


def _part(
    session: MorningSession, what: str, which: str, mine: Content, theirs: Content, person_name: PersonName
) -> str:
    if what == STATE:
        return _both(_("Le matin"), _state(mine.board), _state(theirs.board))
    if what == CLOSED:
        bucket = _("Seau {bucket}").format(bucket=which)
        return _both(bucket, *(_("fermé") if which in one.board.closed else _("ouvert") for one in (mine, theirs)))
    if what == CATCH:
        bucket = next(bucket for one in (mine, theirs) for bucket, group in one.board.groups if group.uid == which)
        lies = [_in_bucket(session, one, bucket) for one in (mine, theirs)]
        return _both(_("Seau {bucket}").format(bucket=bucket), *lies)
    field = VISIT.by_name[which]
    said = [_value(one.head.get(which), field.unit, person_name) for one in (mine, theirs)]
    return _both(_(field.label), *said)


def _both(what: str, mine: str, theirs: str) -> str:
    return _("{what} : ici {mine} ; enregistré {theirs}.").format(what=what, mine=mine, theirs=theirs)


def _state(board: Board) -> str:
    if board.state == EMPTY:
        return _("« tout vide »")
    if board.state == MISSED:
        reason = VISIT.by_name["reason"].choice(board.reason) if board.reason else None
        return (
            _("« non relevé » ({reason})").format(reason=_(reason.short or reason.label))
            if reason
            else _("« non relevé »")
        )
    count = board.animals
    return ngettext("{n} animal", "{n} animaux", count).format(n=count) if count else _("rien de noté")


def _in_bucket(session: MorningSession, content: Content, bucket: str) -> str:
    """Return what lies in a bucket, with the animal's name and its photos where these may be the difference."""
    found = []
    for number, group in content.board.groups:
        if number == bucket:
            photos = ngettext("{n} photo", "{n} photos", group.photos).format(n=group.photos) if group.photos else ""
            named = session.around.individual(group.individual)
            told = (str(group.shown), kind_of(group), session.name_of(group.cd_nom), named, photos)
            found.append(" ".join(filter(None, told)))
    return ", ".join(found) or _("vide")


def _value(value: Any, unit: str, person_name: PersonName) -> str:
    if value is None:
        return _("rien")
    if isinstance(value, list):
        return ", ".join(person_name(uid) or "?" for uid in value)
    if isinstance(value, (int, float)):
        return f"{parse.show_number(value)} {unit}".strip()
    return f"« {value} »"

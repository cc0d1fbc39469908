"""Individuals and photos of the animals on the board: when they are asked for, and what comes of the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QFrame

from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.board import Board
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.ui import rounds
from fieldapp.ui.barrier.board_extra import Extra
from fieldapp.ui.barrier.board_read import BarrierGoneError
from fieldapp.ui.barrier.board_session import MorningSession, open_morning
from fieldapp.ui.barrier.photo_intake import Arrival, again_words
from fieldapp.ui.barrier.photo_words import is_coming
from fieldapp.ui.page import PageContext
from fieldapp.ui.wording import day_words


@dataclass(frozen=True)
class Desk:
    """What the page lends: its morning, how it takes another board, says a note, shows itself, goes to the board."""

    session: Callable[[], MorningSession | None]
    take: Callable[[Callable[[Board], Board]], None]
    note: Callable[[str], None]
    show: Callable[[], None]
    to_board: Callable[[], None]


class Asking:
    """Asks of the group changed last in the current bucket."""

    def __init__(self, context: PageContext, box: QFrame, desk: Desk) -> None:
        self._context, self._desk = context, desk
        self._owners: dict[str, tuple[str, str]] = {}
        self.extra = Extra(context, box)
        self.extra.named.connect(self._named)
        self.extra.pictured.connect(self._pictured)
        self.extra.strip.late.connect(self._arrive)
        self.extra.left.connect(desk.to_board)

    def individual(self) -> None:
        """Ask which individual the animal is, where its species is told apart by photos."""
        session = self._desk.session()
        group = session.board.current if session is not None else None
        if session is None or group is None or group.pair:
            self._desk.note(_("D’abord un animal seul dans ce seau, puis F9 pour dire lequel."))
        elif group.cd_nom not in lists.by_photo():
            words = _("{name} : on ne reconnaît pas les individus un par un.")
            self._desk.note(words.format(name=session.name_of(group.cd_nom)))
        else:
            self.extra.ask_individual(session, group)
            self._desk.show()

    def photos(self) -> None:
        """Show the photos of the animals and take more in."""
        session = self._desk.session()
        tile, group = (session.board.tile, session.board.current) if session is not None else (None, None)
        if session is None or tile is None or group is None:
            self._desk.note(_("D’abord un animal dans ce seau, puis F10 pour ses photos."))
            return
        self._owners[group.uid] = _place(session)
        self.extra.ask_photos(session, tile.bucket, group)
        self._desk.show()

    def _named(self, group: str, individual: str) -> None:
        session = self._desk.session()
        if session is not None:
            session.know_individuals()
            self._desk.take(lambda board: board.name(group, individual or None))
            self._desk.to_board()

    def _pictured(self, group: str, values: list[dict[str, Any]]) -> None:
        if (session := self._session_of(group)) is not None:
            session.set_photos(group, values)
            self._desk.show()

    def go_on(self, session: MorningSession) -> None:
        """Go on with the copies that a closed program cut off in this morning."""
        for group, values in session.photos.items():
            self._owners[group] = _place(session)
            self.extra.strip.intake.go_on(group, values)

    def _arrive(self, group: str, arrival: Arrival) -> None:
        """Take what was kept after the strip was closed; with a morning that was stored meanwhile it is stored too."""
        session = self._session_of(group)
        if session is None:
            self._say_lost(arrival)
            return
        found, again = arrival.into(session.photos.get(group, []))
        was_whole = _is_whole(session)
        session.set_photos(group, found)
        is_new = any("uid" not in item and not is_coming(item) for item in found)
        if was_whole and is_new and not session.save():
            self._context.services.on_saved(session.saved_at)
            words = ngettext("{n} photo ajoutée au relevé du {day}, enregistrée.",
                             "{n} photos ajoutées au relevé du {day}, enregistrées.", len(arrival.values))  # fmt: skip
            self._context.notify(words.format(n=len(arrival.values), day=day_words(session.on)), "done")
        if arrival.refused or again:
            self._context.notify(" ".join((*arrival.refused, *again_words(again))), "warning")
        if session is self._desk.session():
            self._desk.show()

    def _say_lost(self, arrival: Arrival) -> None:
        """Say which photos have no animal any more: their files are kept, but nothing names them."""
        names = [str(item["file_name"]) for item in arrival.values]
        if names:
            words = ngettext("La photo {names} n’est sur aucun animal : il n’est plus au tableau.",
                             "Les photos {names} ne sont sur aucun animal : il n’est plus au tableau.",
                             len(names))  # fmt: skip
            self._context.notify(words.format(names=", ".join(names)), "warning")

    def _session_of(self, group: str) -> MorningSession | None:
        """Return the morning that holds a group: the one that is shown, or another that was left meanwhile.

        None where the group is on no board any more, or its barrier is gone.
        """
        session = self._desk.session()
        place = self._owners.get(group, _place(session) if session is not None else None)
        if place is None:
            return None
        if session is None or place != _place(session):
            services = self._context.services
            try:
                session = open_morning(services.db, services.protocols[CODE], *place, rounds.today())
            except BarrierGoneError:
                return None
        return session if any(one.uid == group for _bucket, one in session.board.groups) else None


def _is_whole(session: MorningSession) -> bool:
    """Return whether a morning is stored as it stands, but for photos that are still being copied."""
    before = {group: values for group, values in session.photos.items() if any(map(is_coming, values))}
    for group, values in before.items():
        session.set_photos(group, [item for item in values if not is_coming(item)])
    found = session.is_stored and not session.waits()
    for group, values in before.items():
        session.set_photos(group, values)
    return found


def _place(session: MorningSession) -> tuple[str, str]:
    return session.around.site.uid, session.on

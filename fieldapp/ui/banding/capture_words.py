"""What is said once a capture line was taken out. No Qt."""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.core.record import Record
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding.desk import Desk
from fieldapp.protocols.banding.desk_lines import ring_in
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.schema import RINGED
from fieldapp.ui.banding.words import show


def removed_words(desk: Desk, capture: Record) -> str:
    """Return what is said of a line that was taken out of a session: its ring, and the rings noted before it.

    What became of rings that were passed over is a note of its own: it stays when the line goes, and is said here.
    """
    line = capture.data.get("line", "")
    ring = ring_in(capture.data) if capture.data.get("action") == RINGED else None
    stock = desk.stock_of(ring) if ring is not None else None
    if ring is None or stock is None or not stock.is_free(ring):
        return _("Ligne {n} supprimée.").format(n=line)
    noted = list(_noted_before(desk, ring))[::-1]
    if not noted:
        return _("Ligne {n} supprimée : sa bague est de nouveau libre.").format(n=line)
    rings = show(noted[0]) if len(noted) == 1 else f"{show(noted[0])}–{show(noted[-1])}"
    words = ngettext(
        "Ligne {n} supprimée : sa bague est de nouveau libre. Reste notée au stock : {rings}.",
        "Ligne {n} supprimée : sa bague est de nouveau libre. Restent notées au stock : {rings}.",
        len(noted),
    )
    return words.format(n=line, rings=rings)


def _noted_before(desk: Desk, ring: Ring) -> Iterator[Ring]:
    """Yield the rings just below this one that were noted on the day of the session, the nearest first."""
    stock = desk.stock_of(ring)
    on = desk.session.record.data.get("date")
    place = stock.span.place(ring) - 1 if stock is not None else -1
    while stock is not None and place >= 0:
        before = stock.at(place)
        fate = stock.fates.get(before.key)
        if fate is None or fate.data.get("on") != on:
            return
        yield before
        place -= 1

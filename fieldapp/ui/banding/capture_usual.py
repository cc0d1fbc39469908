"""What a session learns while it goes on: the ring sizes that its species get, and which species came last. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import biometry, lists
from fieldapp.protocols.banding.ages import PULLUS
from fieldapp.protocols.banding.biometry import Usual
from fieldapp.protocols.banding.schema import RINGED, UNKNOWN_SEX
from fieldapp.ui.services import Services


def run_learn(services: Services, protocol: StudyProtocol) -> Usual:
    """Return what is usual for the association: in the background, for it walks all captures."""
    with services.open_own() as db:
        return biometry.own(KnownRecords(db, protocol))


class Learnt:
    """What is usual here, `usual`, growing with each line. No call walks over the lines but the making."""

    def __init__(self, usual: Usual, captures: Iterable[Record]) -> None:
        """Begin with what is known of the association; the lines of the session weigh once more."""
        self._worn = {group: Counter(counts) for group, counts in usual.worn.items()}
        self.usual = Usual(usual.wings, usual.masses, self._worn)
        self._species: dict[str, None] = {}  # the codes of the session, the latest last
        for capture in captures:
            self.add(capture)

    @property
    def species(self) -> list[str]:
        """The codes of the session's species, the latest first."""
        return list(reversed(self._species))

    def add(self, capture: Record) -> None:
        """Take note of a line that was stored."""
        self._count(capture, 1)
        code = str(capture.data.get("species", ""))
        if code:
            self._species.pop(code, None)
            self._species[code] = None

    def drop(self, capture: Record) -> None:
        """Forget the size of a line that was taken back or changed."""
        self._count(capture, -1)

    def _count(self, capture: Record, step: int) -> None:
        values = capture.data
        if values.get("action") == RINGED and values.get("ring_size") and values.get("species"):
            sex = str(values.get("sex") or UNKNOWN_SEX)[:1]
            key = values.get("age") == PULLUS, sex, str(values["ring_size"])
            self._worn.setdefault(lists.group_of(str(values["species"])), Counter())[key] += step

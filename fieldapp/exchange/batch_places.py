"""How exactly a batch may tell its places: maps and sensitive species as they are loaded, and what they leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from fieldapp.core.occurrence import Occurrence, Telling
from fieldapp.core.text import N_, _
from fieldapp.exchange.blurring import UNPLACED, WITHHELD, Precision, blurred, cause
from fieldapp.store.connection import Database

LEFT_OUT: Mapping[str, str] = {
    WITHHELD: N_("espèce dont aucune position n’est diffusée (sensibilité 4)"),
    UNPLACED: N_("lieu sans position ni commune connue, qui ne peut être dit moins précisément"),
}
"""Why an occurrence may not be told at all, by the code of its tally."""


class Places:
    """Fills in what lies around each place, and makes it as vague as it has to be.

    `asked` counts the occurrences that came in by their taxon, `left_out` those that may not be told at all, by the
    reason.
    """

    def __init__(self, db: Database, precision: Precision, *, sees_sensitive: bool, recipient: str = "") -> None:
        self._db = db
        self._recipient = recipient
        self._precision = precision
        self._sees_sensitive = sees_sensitive
        self._tally: Counter[str] = Counter()
        self._scopes: dict[str, int] = {}
        self.asked: Counter[int] = Counter()

    def stream(self, tellings: Iterable[Telling]) -> Iterator[Telling]:
        """Yield the tellings as the recipient may have them."""
        from fieldapp.desk.geography import Geography
        from fieldapp.desk.sensitivity import Levels

        return blurred(
            self._counted(tellings),
            Geography.load(self._db),
            Levels.load(self._db),
            precision=self._precision,
            sees_sensitive=self._sees_sensitive,
            tally=self._tally,
            recipient=self._recipient,
        )

    def cause(self, one: Occurrence) -> str:
        """Return why an occurrence that is told as an area is told so (the codes of `exchange.blurring`)."""
        scope = one.event.scope
        if scope not in self._scopes:
            from fieldapp.desk.sensitivity import Levels

            self._scopes[scope] = 0 if self._sees_sensitive else Levels.load(self._db).highest_within(scope)
        return cause(one, self._precision, self._scopes[scope], sees_sensitive=self._sees_sensitive)

    def _counted(self, tellings: Iterable[Telling]) -> Iterator[Telling]:
        for telling in tellings:
            for one in telling.occurrences:
                self.asked[one.cd_nom] += 1
            yield telling

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many occurrences may not be told at all, by the reason in words."""
        return {_(words): self._tally[code] for code, words in LEFT_OUT.items() if self._tally[code]}

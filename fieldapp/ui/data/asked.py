"""What a person asked the list of all protocols for, as it stands in the fields of the filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from fieldapp.desk.lines import Flag
from fieldapp.store.connection import Database

if TYPE_CHECKING:
    from fieldapp.desk.filters import Wanted


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter: a season (None: all) or days, and what else narrows the lines; each with the words it is shown by.

    `place` and `observer` are uids, `zone` a polygon (WKT), `states` and `levels` codes. `doubt` is the code of a kind
    of finding, or the name of a flag. `order` and `is_rising` say how the lines are put in order.
    """

    year: int | None = None
    first_on: str = ""
    last_on: str = ""
    place: str = ""
    cd_nom: int | None = None
    text: str = ""
    observer: str = ""
    zone: str = ""
    zone_name: str = ""
    states: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    doubt: str = ""
    order: str = "date"
    is_rising: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether something else than the season is chosen."""
        return self.cleared() != replace(self, year=None)

    def cleared(self) -> Asked:
        """Return the same order without any filter."""
        return Asked(order=self.order, is_rising=self.is_rising)

    def wanted(self, db: Database) -> Wanted:
        """Return the filter as the desk takes it: a taxon with its children and synonyms."""
        from fieldapp.desk.filters import NOTHING, Wanted
        from fieldapp.exchange.selecting import taxa_below

        year = f"{self.year:04}" if self.year else ""
        is_flag = self.doubt in Flag.__members__
        return Wanted(
            first_on=self.first_on or (f"{year}-01-01" if year else ""),
            last_on=self.last_on or (f"{year}-12-31" if year else ""),
            places=frozenset({self.place} if self.place else ()),
            within=self.zone,
            taxa=taxa_below(db, self.cd_nom) if self.cd_nom is not None else frozenset(),
            observers=frozenset({self.observer} if self.observer else ()),
            states=frozenset(self.states),
            levels=frozenset(self.levels),
            flags=Flag[self.doubt] if is_flag else NOTHING,
            warnings=frozenset({self.doubt} if self.doubt and not is_flag else ()),
            text=self.text,
        )


def from_params(params: Mapping[str, Any], before: Asked) -> Asked:
    """Return the filter that a page was opened with; without any the one shown before.

    `root` is another name of `place`: what the lists of one protocol call it.
    """
    named = {item.name for item in fields(Asked)}
    given = {name: value for name, value in params.items() if name in named}
    if params.get("root"):
        given["place"] = params["root"]
    given = {name: tuple(value) if name in {"states", "levels"} else value for name, value in given.items()}
    return replace(before.cleared(), **given) if given else before


def as_params(asked: Asked) -> dict[str, Any]:
    """Return the parameters with which the page shows the same again."""
    return asdict(asked)

"""How a protocol of lists is entered, as data: one place and one day, and whatever was seen there, line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fieldapp.core.forms import SheetForm


@dataclass(frozen=True, slots=True)
class DayListForm:
    """What the rail and the pages that serve every protocol need of one with lists of the day.

    A list is a record without a parent; `sheet` names its entity (`visit`), that of its lines (`observation`), its head
    and its columns, as for any sheet. `place`, `longitude` and `latitude` are the fields that say where it was, and
    `geometry` the one with the outline of a place that is no point. `usual` returns the cd_nom that are proposed before
    others as long as nobody has noted any.
    """

    label: str
    icon: str
    sheet: SheetForm
    place: str
    longitude: str
    latitude: str
    geometry: str
    usual: Callable[[], Sequence[int]] = tuple

"""How a protocol of long sessions is entered, as data: places, sessions, and the lines that are typed one by one."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.core.forms import GridColumn


@dataclass(frozen=True, slots=True)
class SessionForm:
    """What the rail and the pages that serve every protocol need of one with sessions.

    `group`, `site`, `session` and `line` are the codes of the four entities from the place to the line. `columns` are
    those of a line, in the order of typing. `taxon_code` is the line's field with the code by which a taxon is typed.
    """

    label: str
    icon: str
    group: str
    site: str
    session: str
    line: str
    columns: tuple[GridColumn, ...]
    taxon_code: str

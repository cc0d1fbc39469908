"""Opening the sheet of a visit: which visit it is, what it starts with, and what its draft holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol, Taxon
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.forms.past import Past
from fieldapp.ui.forms.session import SheetSession


def open_session(
    db: Database,
    protocol: StudyProtocol,
    known: Mapping[int, Taxon],
    site: str,
    *,
    visit: str | None = None,
    passage: int | None = None,
    year: int | None = None,
    today: date | None = None,
    newcomer: Record | None = None,
) -> SheetSession:
    """Return the sheet of a visit, else of the passage at the place in the year, else of today's visit, else new.

    Without `year` it is that of the visit named, else this year. `newcomer` is who records where the database does not
    know them.
    """
    today = today or rounds.today()
    past = Past.read(db, protocol, site, today, year or today.year, newcomer)
    stored = past.visit(visit, passage, today, year or today.year)
    asked = year or int(((stored.on_date or "") if stored else "")[:4] or today.year)
    start = stored or past.fresh(protocol, passage, today, asked)
    session = SheetSession(db, protocol, known, past, start, today, asked)
    session.is_stored = stored is not None
    session.passage_chosen = stored is not None or passage is not None
    if stored is not None:
        session.blank = past.fresh(protocol, passage, today, asked).data
    past.look_before(db, protocol, start, asked)
    session.restore()
    past.know_links(db, protocol, session.visit_entity, session.visit.data)
    if stored is not None:
        below = records.children(db, [stored.uid])
        session.lines = [record for record in below if record.entity == session.sheet.observation]
    session.know([*past.seen, *(line.cd_nom for line in session.lines)])
    return session

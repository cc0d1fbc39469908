"""What Ctrl+K finds of the lists of the day: by the words of their place, or by their day."""

from __future__ import annotations

from fieldapp.core.parse import parse_date
from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.occasional.around import Around
from fieldapp.ui.occasional.begun import form_of
from fieldapp.ui.sources import begins
from fieldapp.ui.widgets import Suggestion
from fieldapp.ui.wording import day_words


def lists(db: Database, protocol: StudyProtocol, text: str, limit: int) -> list[Suggestion]:
    """Return the lists of the last seasons whose place has words that begin so, or of the day typed, newest first."""
    form, today = form_of(protocol), rounds.today()
    try:
        day = parse_date(text, today)
    except ValueError:
        found = reversed(Around.read(db, protocol, today).lists)
        named = [one for one in found if begins(_place(one, form.place), text)]
    else:
        named = records.dated(db, protocol.code, form.sheet.visit, day, day)
    return [_suggestion(one, form.place, form.icon) for one in named[:limit]]


def _place(visit: Record, name: str) -> str:
    return str(visit.data.get(name, ""))


def _suggestion(visit: Record, name: str, icon: str) -> Suggestion:
    day = day_words(visit.on_date)
    return Suggestion(visit.uid, _place(visit, name) or day, day, icon=icon, italic=False)

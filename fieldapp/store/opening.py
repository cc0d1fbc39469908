"""Opening a database for use: schema up to date, a copy made before it changes, all that today's protocols ask for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fieldapp.core.schema import StudyProtocol
from fieldapp.store import backup, indexes, taxa, views
from fieldapp.store.connection import Author, Database, open_database


def open_for_use(path: Path, protocols: Sequence[StudyProtocol], author: Author | None = None) -> Database:
    """Open the database as the window and the command line both need it; raises what `open_database` raises."""
    db = open_database(path, protocols, author, before_migration=backup.make)
    try:
        for protocol in protocols:
            taxa.install(db, protocol.code, protocol.taxa())
        views.refresh(db)
        indexes.refresh(db)
    except BaseException:
        db.close()
        raise
    return db

"""Opening a hub's database, whichever it is, with a sentence when that can't be done."""

from __future__ import annotations

from pathlib import Path

from fieldapp.core.text import _
from fieldapp.hub.errors import StorageError
from fieldapp.hub.storage import Storage

_POSTGRESQL = ("postgresql://", "postgres://")


def open_storage(url_or_path: str) -> Storage:
    """Return the storage at an address of PostgreSQL, or in a SQLite file, made when it is not there.

    It is looked at, not altered: `migrate` makes the tables or brings them up to date.

    Raises:
        StorageError: there is none, it does not let us in, it is too old, or it is not a hub's that this program knows.
    """
    if url_or_path.startswith(_POSTGRESQL):
        return _open_postgresql(url_or_path)
    return _open_sqlite(Path(url_or_path))


def _open_sqlite(path: Path) -> Storage:
    from fieldapp.hub.sqlite_storage import SqliteStorage

    if not path.parent.is_dir():
        raise StorageError(
            _("Le dossier {folder} n’existe pas. Créez-le, ou indiquez un autre fichier pour le serveur.").format(
                folder=path.parent
            ),
            again=False,
        )
    if path.is_dir():
        raise StorageError(
            _("{path} est un dossier. Indiquez un fichier, par exemple {example}.").format(
                path=path, example=path / "fieldapp-hub.db"
            ),
            again=False,
        )
    storage = SqliteStorage(path)
    try:
        storage.look()
    except StorageError:
        storage.close()
        raise
    return storage


def _open_postgresql(url: str) -> Storage:
    try:
        from fieldapp.hub import postgresql_opening
    except ImportError as error:
        raise StorageError(
            _(
                "PostgreSQL demande deux modules qui ne sont pas installés (psycopg et psycopg_pool). Installez "
                "« fieldapp[hub] », ou indiquez un fichier SQLite."
            ),
            again=False,
        ) from error
    return postgresql_opening.open_postgresql(url)

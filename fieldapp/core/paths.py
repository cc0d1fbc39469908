"""Where things lie on this computer: data, settings, backups, and the files that come with the program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOME_VARIABLE = "FIELDAPP_HOME"
"""Environment variable that moves data, settings and backups below one folder (tests, a USB stick)."""


def _home(kind: str) -> Path:
    if forced := os.environ.get(HOME_VARIABLE):
        return Path(forced) / kind
    import platformdirs

    folders = {"config": platformdirs.user_config_dir, "cache": platformdirs.user_cache_dir}
    return Path(folders.get(kind, platformdirs.user_data_dir)("fieldapp", appauthor=False))


def data_folder() -> Path:
    """Return the folder of the database and its backups; made by whoever writes into it."""
    return _home("data")


def config_folder() -> Path:
    """Return the folder of the settings of this computer."""
    return _home("config")


def cache_folder() -> Path:
    """Return the folder of what can be made again from the databases; it may be deleted at any time."""
    return _home("cache")


def default_database() -> Path:
    """Return the path of the database that the program opens when nothing else was asked."""
    return data_folder() / "fieldapp.db"


def hub_database() -> Path:
    """Return the path of the database of a hub that was not told another; apart from the person's own records."""
    return data_folder() / "hub.db"


def backup_folder(database: Path) -> Path:
    """Return the folder that holds the rotating backups of this database, beside it."""
    return database.parent / f"{database.stem}-sauvegardes"


def media_folder(database: Path) -> Path:
    """Return the folder that holds the photos of this database, beside it."""
    return database.parent / f"{database.stem}-photos"


def thumbnail_folder(database: Path) -> Path:
    """Return the folder of the small copies of the photos; it may be deleted at any time, they are made again."""
    return database.parent / f"{database.stem}-vignettes"


def resource(name: str) -> Path:
    """Return the path of a file or folder that comes with the program (`resources/` of the source tree).

    In a frozen program and in an installed wheel the folder lies inside the package.
    """
    package = Path(__file__).resolve().parent.parent
    for root in (
        Path(getattr(sys, "_MEIPASS", package)) / "resources",
        package / "resources",
        package.parent / "resources",
    ):
        if root.is_dir():
            return root / name
    raise FileNotFoundError("resources")

"""The diagnostic bundle: what a developer needs to help, without a name, a place or a record."""

from __future__ import annotations

import json
import platform
import sqlite3
import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from PySide6 import __version__ as qt_version
from PySide6.QtWidgets import QApplication

from fieldapp import __version__
from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import _
from fieldapp.store import backup, integrity, upkeep
from fieldapp.ui.errors import redact
from fieldapp.ui.services import Services

PRIVATE_SETTINGS = ("who", "who_name", "device", "others")


def write_bundle(target: Path, services: Services, names: Iterable[str]) -> Path:
    """Write a zip with versions, settings, counts per entity and the findings of the check; nothing personal."""
    pages = {
        "versions.json": _as_json(versions()),
        "reglages.json": _as_json(
            {name: value for name, value in asdict(services.settings).items() if name not in PRIVATE_SETTINGS}
        ),
        "base.json": _as_json(_database(services)),
    }
    people = list(names)
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in pages.items():
                bundle.writestr(name, redact(text, people))
    except OSError as error:
        raise FileRefusedError(
            _("Le diagnostic n’a pas pu être écrit dans {path} : choisissez un autre dossier.").format(path=target)
        ) from error
    return target


def versions() -> dict[str, str]:
    """Return the versions of the program and of what it stands on, and the screens it is shown on."""
    screens = [
        f"{screen.size().width()}×{screen.size().height()} @ {screen.devicePixelRatio():g}"
        for screen in QApplication.screens()
    ]
    return {
        "fieldapp": __version__,
        "Python": platform.python_version(),
        "Qt": qt_version,
        "SQLite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "screens": ", ".join(screens),
    }


def _database(services: Services) -> dict[str, object]:
    found = integrity.check(services.db)
    return {
        "bytes": services.path.stat().st_size,
        "records": upkeep.counts(services.db),
        "changes": found.changes,
        "problems": found.problems,
        "backups": len(backup.list_backups(services.path)),
    }


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)

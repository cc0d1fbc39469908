"""The way to the window: what must be there before Qt is asked for one."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from pathlib import Path

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _


def open_window(database: Path | None, demo: bool) -> int:
    """Open the window on a database (None: the person's own) and return the exit code when it is closed."""
    refuse_missing_qt()
    _refuse_missing_display()
    # No garbage is collected until the window stands: it would walk all that was just loaded, again and again.
    gc.disable()
    from fieldapp.ui.main import run

    return run(database, demo=demo)


def refuse_missing_qt() -> None:
    """Raise a sentence when PySide6 is not installed."""
    if importlib.util.find_spec("PySide6") is None:
        raise FieldappError(
            _(
                'La fenêtre a besoin de PySide6, qui n’est pas installé : pip install "fieldapp[desktop]". '
                "Les commandes (fieldapp --help) marchent sans."
            )
        )


def _refuse_missing_display() -> None:
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in wanted):
        raise FieldappError(
            _(
                "Il n’y a pas d’écran ici (DISPLAY et WAYLAND_DISPLAY sont vides). Utilisez les commandes "
                "(fieldapp --help), ou fieldapp --demo --no-display DOSSIER."
            )
        )

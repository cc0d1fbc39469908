"""What must be there before a command of the desk begins: the command line can be installed without it."""

from __future__ import annotations

import importlib.util

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _

NEEDED = ("numpy", "pyogrio", "pyproj", "shapely", "xlsxwriter")
"""The libraries of the extra `desk`."""


def refuse_missing_desk() -> None:
    """Raise FieldappError with the command that installs them where a library of the desk is not installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sentence = _('Cette commande a besoin de {missing}, qui n’est pas installé : pip install "fieldapp[desk]".')
        raise FieldappError(sentence.format(missing=", ".join(missing)))

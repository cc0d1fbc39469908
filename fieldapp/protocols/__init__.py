"""The protocols: one folder each, with a PROTOCOL in its module `protocol`; they do not know each other."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from fieldapp.core.schema import StudyProtocol


@lru_cache(maxsize=1)
def installed() -> tuple[StudyProtocol, ...]:
    """Return every protocol that comes with the program, in alphabetical order of its folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)
    return tuple(importlib.import_module(f"{__name__}.{name}.protocol").PROTOCOL for name in names)


def by_code(code: str) -> StudyProtocol:
    """Return the protocol with this code; KeyError when the program has none."""
    return {protocol.code: protocol for protocol in installed()}[code]

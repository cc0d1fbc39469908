"""The files of a barrier: which kinds are read, which are written."""

from __future__ import annotations

from collections.abc import Sequence

from fieldapp.core.exchange import Exporter, Importer

IMPORTS: Sequence[Importer] = ()
EXPORTS: Sequence[Exporter] = ()

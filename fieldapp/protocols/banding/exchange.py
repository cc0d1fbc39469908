"""The files of banding: what is read and what is written, under which code."""

from __future__ import annotations

from fieldapp.core.exchange import Exporter, Importer

IMPORTS: tuple[Importer, ...] = ()

EXPORTS: tuple[Exporter, ...] = ()

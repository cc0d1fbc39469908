"""The work behind the page "maps": looking into files and loading them, each with a connection of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fieldapp.exchange import layers, sensitivity_list
from fieldapp.exchange.layers import Inspected, Loaded, Wanted
from fieldapp.ui.background import Progress
from fieldapp.ui.services import Services


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file holds, and code and name of its first areas by the columns that were guessed or chosen."""

    found: Inspected
    wanted: Wanted
    sample: list[tuple[str, str]]


def run_look(path: Path, part: str = "") -> Looked:
    """Look into a file: one part of it, by default the first."""
    found = layers.inspect(path, part)
    wanted = Wanted(path, layers.likely_kind(found), path.stem, found.part, found.code, found.name)
    return Looked(found, wanted, layers.sample(wanted))


def run_sample(wanted: Wanted) -> list[tuple[str, str]]:
    """Read code and name of the first areas by these columns."""
    return layers.sample(wanted)


def run_load(services: Services, wanted: Wanted, progress: Progress) -> Loaded:
    """Load a map; cancelling leaves the maps as they were."""
    with services.open_own() as db:
        return layers.load(db, wanted, progress.report)


def run_list(services: Services, path: Path) -> sensitivity_list.Loaded:
    """Load a list of sensitive taxa."""
    with services.open_own() as db:
        return sensitivity_list.load(db, path)

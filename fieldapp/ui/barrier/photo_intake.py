"""The copying of photos: their files are kept in the background, and a photo that is on its way is never forgotten.

A photo whose file is not kept yet is a value of its catch already, with the `path` it comes from and no `sha256`: the
draft of the morning holds it, so that a copy which a closed program cut off goes on when the morning is opened again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import _
from fieldapp.store import media
from fieldapp.store.media import Media
from fieldapp.ui import errors
from fieldapp.ui.background import Background, Progress
from fieldapp.ui.barrier.photo_words import FROM, is_coming, values_of
from fieldapp.ui.services import Services


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of some files: the photos that are kept, a sentence for each refused file, and what is left over."""

    taken: tuple[Media, ...] = ()
    refused: tuple[str, ...] = ()
    left: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came for a catch: the values of its new photos, sentences about the others, the paths that are settled.

    `left` are the paths that were not looked at: the program is closing.
    """

    values: tuple[Mapping[str, Any], ...] = ()
    refused: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def into(self, before: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the photos of the catch with what came, and the names of those that it had already."""
        settled = Counter(self.settled)
        found: list[dict[str, Any]] = []
        for item in before:
            if is_coming(item) and settled[str(item[FROM])]:
                settled[str(item[FROM])] -= 1
            else:
                found.append(dict(item))
        found += [coming(Path(path)) for path in self.left if all(path != item.get(FROM) for item in found)]
        there = {item.get("sha256") for item in found}
        again = []
        for item in self.values:
            if item["sha256"] in there:
                again.append(str(item["file_name"]))
            else:
                there.add(item["sha256"])
                found.append(dict(item))
        return found, again


def coming(path: Path) -> dict[str, Any]:
    """Return the values of a photo whose file is still to be kept."""
    return {FROM: str(path), "file_name": path.name}


def again_words(names: Sequence[str]) -> list[str]:
    """Return a sentence for each file that the catch has already."""
    return [_("« {name} » est déjà sur cette prise.").format(name=name) for name in names]


def kept(services: Services, paths: Sequence[Path], progress: Progress | None = None) -> Kept:
    """Keep the files on a connection of its own; stops before the next one when it is cancelled, and says what is left.

    Raises DatabaseError when the database can't be opened.
    """
    taken: list[Media] = []
    refused: list[str] = []
    with services.open_own() as db:
        for place, path in enumerate(paths):
            if progress is not None and progress.cancelled():
                return Kept(tuple(taken), tuple(refused), tuple(paths[place:]))
            try:
                taken.append(media.keep(db, path))
            except FieldappError as error:
                refused.append(str(error))
    return Kept(tuple(taken), tuple(refused))


class Intake(QObject):
    """Keeps the files of catches; `came` carries the key of the catch and its Arrival, whatever is shown meanwhile."""

    came = Signal(str, object)

    def __init__(self, services: Services, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._services, self._background = services, background
        self._under_way: Counter[tuple[str, str]] = Counter()

    def count(self, key: str) -> int:
        """Return how many files of a catch are being copied."""
        return sum(number for (owner, _path), number in self._under_way.items() if owner == key)

    def copy(self, key: str, paths: Sequence[Path]) -> None:
        """Keep these files for a catch, in the background."""
        self._under_way.update((key, str(path)) for path in paths)
        self._background.run(
            kept,
            self._services,
            list(paths),
            done=partial(self._come, key, paths),
            failed=partial(self._fail, key, paths),
        )

    def go_on(self, key: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Keep what is still on its way among the photos of a catch, where nothing keeps it already."""
        wanted = [Path(item[FROM]) for item in values if is_coming(item)]
        paths = [path for path in wanted if not self._under_way[(key, str(path))]]
        if paths:
            self.copy(key, paths)

    def _come(self, key: str, paths: Sequence[Path], found: Kept) -> None:
        self._under_way -= Counter((key, str(path)) for path in paths)
        left = Counter(str(path) for path in found.left)
        settled = Counter(str(path) for path in paths) - left
        values = tuple(values_of(item, self._services.author.who) for item in found.taken)
        self.came.emit(key, Arrival(values, found.refused, tuple(settled.elements()), tuple(left.elements())))

    def _fail(self, key: str, paths: Sequence[Path], error: BaseException) -> None:
        """Leave what was never begun for the next time; anything else is an error, and nothing is under way."""
        if isinstance(error, CancelledError):
            self._come(key, paths, Kept(left=tuple(paths)))
            return
        self._come(key, paths, Kept())
        errors.show(error)

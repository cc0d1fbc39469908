"""Sends a delivery again: the bytes that left, from where they are frozen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fieldapp.core.errors import BatchError
from fieldapp.core.text import _
from fieldapp.exchange import manifest
from fieldapp.exchange.writing import written_together
from fieldapp.store import batches, disk
from fieldapp.store.connection import Database


def resend(db: Database, delivery: str, path: Path) -> list[Path]:
    """Write the files of a delivery again as they left, byte for byte; those beside it after the new name.

    BatchError for one that was made on another computer, or whose bytes are no longer those that left.
    """
    batch = batches.get(db, delivery)
    if batch is None:
        raise BatchError(_("Cet envoi a été fait sur un autre ordinateur : son fichier est là-bas. Renvoyez-le de là."))
    former = Path(str(batch.manifest["files"][0]["name"]))
    with written_together(path, disk.files_of(db.path)) as parts:
        rest = batches.content(db, batch)
        for one in batch.manifest["files"]:
            place = parts.folder / _renamed(str(one["name"]), former, path)
            _take(rest, int(one["size"]), place)
            if manifest.sha256(place) != one["sha256"]:
                raise BatchError(
                    _(
                        "Le fichier gardé n’est plus celui qui est parti : vérifiez la base (fieldapp check) avant de "
                        "le renvoyer."
                    )
                )
        parts.publish()
    return sorted(parts.placed)


def _take(pieces: Iterator[bytes], size: int, path: Path) -> None:
    """Write the next file of the pieces: a piece is of one file only."""
    with path.open("wb") as file:
        while size > 0:
            piece = next(pieces, b"")
            if not piece:
                break
            size -= file.write(piece)


def _renamed(name: str, former: Path, path: Path) -> str:
    """Return what a file beside the former one is called beside the new one."""
    if name.startswith(former.name):
        return path.name + name.removeprefix(former.name)
    return path.stem + name.removeprefix(former.stem)

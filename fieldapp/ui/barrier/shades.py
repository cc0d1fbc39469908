"""Photos as the screen shows them: small copies made in the background, and red in the red-night theme.

A photo is white, green and blue light: in the red night it is shown in shades of red, dimmed to the letters beside it,
until somebody asks for its true colours.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage, QImageReader, QPixmap

from fieldapp.core import paths
from fieldapp.core.errors import CancelledError
from fieldapp.core.text import _
from fieldapp.store import media
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Background
from fieldapp.ui.services import Services

KEPT = 400
"""Small pictures that stay in memory: about 40 MB of those that lists show."""

_SHADES = 256


def read(database: Path, sha256: str, side: int) -> QImage:
    """Return a photo at least `side` pixels wide or high, in its own colours; null when it is missing or damaged.

    For any thread. Raises DatabaseError when the small copy can't be written.
    """
    small = media.small_copy(database, sha256, side)
    return QImage() if small is None else QImageReader(str(small)).read()


def missing_words(database: Path, sha256: str) -> str:
    """Return why `read` gave nothing: the file is not there, or it can't be read any more."""
    if media.find(paths.media_folder(database), sha256) is None:
        return _("Le fichier de cette photo manque : ajoutez de nouveau la photo d’origine.")
    return _("Le fichier de cette photo est abîmé : ajoutez de nouveau la photo d’origine.")


def dressed(image: QImage, *, true_colours: bool = False) -> QPixmap:
    """Return the picture as the theme in use shows it."""
    if image.isNull() or true_colours or theme.current().name != "nuit-rouge":
        return QPixmap.fromImage(image)
    red = image.convertToFormat(QImage.Format.Format_Grayscale8)
    red.reinterpretAsFormat(QImage.Format.Format_Indexed8)
    red.setColorTable(_shades())
    return QPixmap.fromImage(red)


def _shades() -> list[int]:
    """Return the shades from the ground of the theme up to its letters."""
    dark, light = theme.colour("background"), theme.colour("secondary")
    parts = [(low, high - low) for low, high in zip(dark.getRgb()[:3], light.getRgb()[:3], strict=True)]  # type: ignore[index]
    found = []
    for shade in range(_SHADES):
        red, green, blue = (round(low + span * shade / (_SHADES - 1)) for low, span in parts)
        found.append(0xFF000000 | red << 16 | green << 8 | blue)
    return found


class Thumbnails(QObject):
    """Small pictures by their SHA-256, read and made in the background; `ready` says which one has come."""

    ready = Signal(str)

    def __init__(self, services: Services, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._background = services, background
        self._images: OrderedDict[tuple[str, int], QImage] = OrderedDict()
        self._asked: set[tuple[str, int]] = set()
        self._told = False
        self._pixmaps: dict[tuple[str, int], QPixmap] = {}
        theme.on_change().changed.connect(self._undress)

    def get(self, sha256: str, side: int) -> QPixmap | None:
        """Return the picture, null when its file is missing; None while it is on its way."""
        key = (sha256, side)
        if key in self._pixmaps:
            self._images.move_to_end(key)
            return self._pixmaps[key]
        if key in self._images:
            self._pixmaps[key] = dressed(self._images[key])
            return self._pixmaps[key]
        if key not in self._asked:
            self._asked.add(key)
            self._background.run(
                read,
                self._services.path,
                sha256,
                side,
                done=lambda image: self._come(key, image),
                failed=lambda error: self._fail(key, error),
            )
        return None

    def forget(self, sha256: str) -> None:
        """Read a photo again when it is next asked for: its file has come (back)."""
        for key in [key for key in self._images if key[0] == sha256]:
            del self._images[key]
            self._pixmaps.pop(key, None)

    @Slot()
    def _undress(self) -> None:
        """Forget the pictures as the theme before showed them; Qt itself ends this connection with the object."""
        self._pixmaps.clear()

    def _fail(self, key: tuple[str, int], error: BaseException) -> None:
        """Say once that small pictures can't be made (a full disk): each of a hundred would say it again."""
        self._come(key, QImage())
        if not self._told and not isinstance(error, CancelledError):
            self._told = True
            errors.show(error)

    def _come(self, key: tuple[str, int], image: QImage) -> None:
        self._asked.discard(key)
        self._images[key] = image
        while len(self._images) > KEPT:
            old, _image = self._images.popitem(last=False)
            self._pixmaps.pop(old, None)
        self.ready.emit(key[0])

"""Files that the person chooses: the only dialogs of the program, and the small files that a page writes itself."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QDir, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from fieldapp.core.text import N_, _
from fieldapp.exchange.writing import written_whole

CSV = N_("Fichiers CSV (*.csv)")
PICTURES = N_("Images (*.png *.svg)")
PHOTOS = N_("Photos (*.jpg *.jpeg *.png *.webp *.tif *.tiff *.heic *.JPG *.JPEG *.PNG *.WEBP *.TIF *.TIFF *.HEIC)")
"""Kinds of photos; HEIC too, so that whoever picks one is told what to do with it."""


class _Memory:
    """The folder that was chosen last, for as long as the program runs."""

    folder = ""


def start_folder() -> Path:
    """Return the folder that was chosen last, else the person's documents, else their own folder: one that is there."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    named = [Path(folder) for folder in (_Memory.folder, documents) if folder]
    return next((folder for folder in named if folder.is_dir()), Path(QDir.homePath()))


def home_words(path: Path) -> str:
    """Return a path as it is shown: "~" stands for the person's own folder; `Path.expanduser` reads it again."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):  # elsewhere, or a person without a folder
        return str(path)


def ask_save(parent: QWidget, title: str, name: str, kinds: str, on_path: Callable[[Path], object]) -> QFileDialog:
    """Ask where to write a file; `on_path` gets the answer, nothing happens when the person gives up."""
    dialog = _dialog(parent, title, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
    dialog.selectFile(name)
    return _open(dialog, on_path)


def ask_open(parent: QWidget, title: str, kinds: str, on_path: Callable[[Path], object]) -> QFileDialog:
    """Ask which file to read; `on_path` gets the answer, nothing happens when the person gives up."""
    dialog = _dialog(parent, title, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open(dialog, on_path)


def ask_open_several(parent: QWidget, title: str, kinds: str, on_paths: Callable[[list[Path]], object]) -> QFileDialog:
    """Ask which files to read, one or several; `on_paths` gets the answer, nothing happens when the person gives up."""
    dialog = _dialog(parent, title, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda names: on_paths([Path(name) for name in names]))
    return _open(dialog, lambda _first: None)


def open_folder(path: Path) -> None:
    """Show the folder of a file in the file manager of the system."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path if path.is_dir() else path.parent)))


def safe_name(text: str) -> str:
    """Return the text as part of a file name: letters, figures, dashes and underscores only."""
    kept = "".join(char if char.isalnum() or char in "-_" else "_" for char in text)
    return kept.strip("_")[:80] or "fieldapp"


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a small table as CSV (";", UTF-8 with its mark, so that spreadsheets read the accents), whole or not."""
    with written_whole(path) as file:
        file.write("\ufeff")
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_text(path: Path, text: str) -> None:
    """Write a small UTF-8 text file, whole or not at all; raises FileRefusedError with a sentence."""
    with written_whole(path) as file:
        file.write(text)


def _dialog(parent: QWidget, title: str, kinds: str) -> QFileDialog:
    dialog = QFileDialog(parent, title, str(start_folder()), _(kinds))
    dialog.setObjectName("file")
    if QGuiApplication.platformName() in {"offscreen", "minimal"}:
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    return dialog


def _open(dialog: QFileDialog, on_path: Callable[[Path], object]) -> QFileDialog:
    def chosen(text: str) -> None:
        path = Path(text)
        _Memory.folder = str(path.parent)
        on_path(path)

    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog

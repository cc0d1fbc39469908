"""The settings of this computer: one small JSON file that is never a reason not to start."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fieldapp.core import paths
from fieldapp.core.errors import FileRefusedError
from fieldapp.core.ids import new_uid
from fieldapp.core.text import LANGUAGES, SOURCE_LANGUAGE, _

THEMES = ("jour", "sombre", "nuit-rouge")
SMALLEST_TEXT, LARGEST_TEXT = 1.0, 2.0
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose on this computer.

    `who` is the uid of the person who saves ("" = not said yet), `who_name` that name for the time before a database
    is open. `device` names this laptop in every change; it is made once. `others` holds what a newer program wrote.
    """

    language: str = SOURCE_LANGUAGE
    theme: str = THEMES[0]
    text_scale: float = 1.0
    who: str = ""
    who_name: str = ""
    device: str = ""
    others: Mapping[str, Any] = field(default_factory=dict)


def settings_file() -> Path:
    """Return the path of the file; it need not exist."""
    return paths.config_folder() / "settings.json"


def load() -> Settings:
    """Return the settings, with a default for whatever is missing or makes no sense.

    A file that can't be understood is put aside beside its place. The device is made and kept at the first call; where
    nothing can be written it lasts as long as the program.
    """
    found = _understood(_read())
    if not found.device:
        found = replace(found, device=new_uid())
        with contextlib.suppress(FileRefusedError):
            save(found)
    return found


def save(settings: Settings) -> None:
    """Write the settings; a crash half way leaves the old ones. Raises FileRefusedError with a sentence."""
    path = settings_file()
    values = {**settings.others, **asdict(replace(settings, others={}))}
    del values["others"]
    fresh = path.with_name(f"{path.name}.{os.getpid()}.partiel")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(values, file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise FileRefusedError(
            _(
                "Les réglages n’ont pas pu être gardés dans {path} : vérifiez vos droits sur ce dossier et la place "
                "libre. Ils valent jusqu’à la fermeture du programme."
            ).format(path=path)
        ) from error


def _read() -> dict[str, Any]:
    path = settings_file()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise TypeError
    except OSError:
        return {}
    except (ValueError, TypeError, RecursionError):
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S")
        with contextlib.suppress(OSError):
            path.replace(path.with_name(f"{path.stem}-illisible-{stamp}{path.suffix}"))
        return {}
    return found


def _understood(found: dict[str, Any]) -> Settings:
    names = {item.name for item in fields(Settings)} - {"others"}
    others = {name: value for name, value in found.items() if name not in names and name != "others"}
    return Settings(
        language=_one_of(found.get("language"), tuple(LANGUAGES), SOURCE_LANGUAGE),
        theme=_one_of(found.get("theme"), THEMES, THEMES[0]),
        text_scale=_scale(found.get("text_scale")),
        others=others,
        **{name: _text(found.get(name)) for name in ("who", "who_name", "device")},
    )


def _one_of(value: object, allowed: tuple[str, ...], default: str) -> str:
    return value if isinstance(value, str) and value in allowed else default


def _scale(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not SMALLEST_TEXT <= value <= LARGEST_TEXT:
        return SMALLEST_TEXT
    return float(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 200 else ""

"""The program: opens the window, or does what the command line says. Qt is imported only for the window.

What opening the window does not need is imported only for the commands: a start waits for every import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from fieldapp.core import settings
from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _, set_language

LANGUAGE_VARIABLE = "FIELDAPP_LANG"
"""Environment variable that chooses the language of the texts ("fr", "en") over the settings."""

DONE, REFUSED, INTERRUPTED = 0, 1, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 done, 1 refused with a sentence on stderr, 2 wrong usage."""
    set_language(os.environ.get(LANGUAGE_VARIABLE) or settings.load().language)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
        return code
    except FieldappError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # Whoever read has seen enough; Python must not complain about it at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print(_("Arrêté. Rien de ce qui était en cours n’a été gardé."), file=sys.stderr)
        return INTERRUPTED


def _run(argv: Sequence[str]) -> int:
    opening = _window_asked_for(argv)
    if opening is not None:
        from fieldapp.window import open_window

        return open_window(*opening)
    from fieldapp.cli import command_line

    return command_line.run(argv)


def _window_asked_for(argv: Sequence[str]) -> tuple[Path | None, bool] | None:
    """Return (database, demo) when nothing but the window is asked for, in words that need no parser."""
    match list(argv):
        case []:
            return None, False
        case ["--demo"]:
            return None, True
        case ["--database", path] if not path.startswith("-"):
            return Path(path), False
    return None


if __name__ == "__main__":
    raise SystemExit(main())

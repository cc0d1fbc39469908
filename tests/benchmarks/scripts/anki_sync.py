"""Syncs notes between two of Anki's collections over its own sync server; run by a Python in which `anki` is installed.

Prints as JSON the seconds of each way. Both collections and the server have one note and the same notetypes before.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anki.collection import AddNoteRequest, Collection  # type: ignore[import-not-found, unused-ignore]

FRONT, BACK = "x" * 120, "y" * 120
"""With these a note is about as long as a capture."""

PATIENCE_S = 30.0


def main() -> None:
    """Send so many notes from one collection to the server, and from there to the other."""
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as name, _server(Path(name)) as address:
        one, two = (Collection(str(Path(name) / f"{who}.anki2")) for who in ("one", "two"))
        login = one.sync_login("somebody", "secret", address)
        _add(one, 1)
        _whole(one, login, upload=True)
        _whole(two, login, upload=False)
        _add(one, count)
        seconds = {"up": _seconds(one, login), "down": _seconds(two, login)}
        if two.note_count() != count + 1:
            raise AssertionError(two.note_count())
        print(json.dumps(seconds))


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"SYNC_USER1": "somebody:secret", "SYNC_BASE": str(folder / "server"), "SYNC_HOST": "127.0.0.1"}
    settings |= {"SYNC_PORT": str(port), "RUST_LOG": "error", "MAX_SYNC_PAYLOAD_MEGS": "1000"}
    server = subprocess.Popen([sys.executable, "-m", "anki.syncserver"], env={**os.environ, **settings})
    try:
        _wait(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()


def _wait(address: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _add(collection: Collection, count: int) -> None:
    kind = collection.models.by_name("Basic")
    requests = []
    for number in range(count):
        note = collection.new_note(kind)
        note.fields = [f"{number} of {count} {FRONT}", BACK]
        requests.append(AddNoteRequest(note=note, deck_id=1))
    collection.add_notes(requests)


def _whole(collection: Collection, login: Any, *, upload: bool) -> None:
    """Make server and collection the same at the beginning: Anki's full sync."""
    collection.sync_collection(login, False)
    collection.close_for_full_sync()
    collection.full_upload_or_download(auth=login, server_usn=None, upload=upload)
    collection.reopen(after_full_sync=True)


def _seconds(collection: Collection, login: Any) -> float:
    """Return how long a normal sync takes."""
    start = time.perf_counter()
    said = collection.sync_collection(login, False)
    seconds = time.perf_counter() - start
    if said.required != said.NO_CHANGES:
        raise AssertionError(said)
    return seconds


if __name__ == "__main__":
    main()

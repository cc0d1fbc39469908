"""A laptop on its own: opens the database named, calls on its hub with the token given, and says "ready".

Each line on its input is a press on "Synchroniser"; the answer is a line of JSON: the seconds that it took, and the
report.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from fieldapp import protocols
from fieldapp.store import peers
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.sync import engine
from fieldapp.sync.hub_client import Credentials, HubClient


def main() -> None:
    """Sync as often as there are lines on the input."""
    path, device, token = sys.argv[1:]
    with open_for_use(Path(path), protocols.installed(), Author("somebody", device)) as db:
        peer = peers.all_of(db, peers.HUB)[0]
        with HubClient(peer.address, Credentials(peer.project, peer.account, token)) as client:
            client.list_media(0)
            print("ready", flush=True)
            for _press in sys.stdin:
                start = time.perf_counter()
                report = engine.run(db, peer.id, client)
                seconds = time.perf_counter() - start
                print(json.dumps({"seconds": seconds, **report.as_json()}), flush=True)


if __name__ == "__main__":
    main()

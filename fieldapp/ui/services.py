"""What the program hands to every page: the open database, the settings, the protocols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.core.schema import StudyProtocol, Taxon
from fieldapp.core.settings import Settings
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.instance import Lock

if TYPE_CHECKING:
    from fieldapp.ui.sync.runner import SyncRunner


@dataclass
class Services:
    """The main thread's database and what belongs to it. `PageContext.services` is one of these.

    `on_saved(made_at)` is to be called by a page after each save (the status bar says it); `change_settings` stores
    and applies new settings. `training` is true on the throw-away database of the training mode; `switch_training` goes
    there or back. `lock` is what holds the database for this program (a restore needs it), None when nothing does.
    `sync` exchanges the database with its hub; it is set once the window stands.
    """

    db: Database
    protocols: Mapping[str, StudyProtocol]
    settings: Settings
    on_saved: Callable[[str], None]
    change_settings: Callable[[Settings], None]
    training: bool = False
    switch_training: Callable[[bool], None] = lambda _training: None
    lock: Lock | None = None
    sync: SyncRunner | None = None
    _taxa: dict[str, Mapping[int, Taxon]] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The path of the open database."""
        return self.db.path

    @property
    def author(self) -> Author:
        """Who saves, on which laptop."""
        return self.db.author

    def open_own(self) -> Database:
        """Open the same database once more, for a background job; the job closes it."""
        return open_database(self.path, tuple(self.protocols.values()), self.author)

    def taxa(self, protocol: str) -> Mapping[int, Taxon]:
        """Return the curated taxa of a protocol by cd_nom (others are in the store: `store.taxa.by_cd_nom`)."""
        if protocol not in self._taxa:
            self._taxa[protocol] = {taxon.cd_nom: taxon for taxon in self.protocols[protocol].taxa()}
        return self._taxa[protocol]

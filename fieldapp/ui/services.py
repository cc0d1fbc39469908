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
    from fieldapp.store.past import Past
    from fieldapp.ui.sync.runner import SyncRunner


@dataclass
class Services:
    """The main thread's database and what belongs to it. `PageContext.services` is one of these.

    `on_saved(made_at)` is to be called by a page after each save (the status bar says it); `change_settings` stores
    and applies new settings. `training` is true on a throw-away database: that of the training mode, or, where `past`
    says of which moment, a copy of one's own as it was; `switch_training` and `show_past` go there or back. `lock` is
    what holds the database for this program (a restore needs it), None when nothing does. `sync` exchanges the database
    with its hub; it is set once the window stands.
    """

    db: Database
    protocols: Mapping[str, StudyProtocol]
    settings: Settings
    on_saved: Callable[[str], None]
    change_settings: Callable[[Settings], None]
    training: bool = False
    switch_training: Callable[[bool], None] = lambda _training: None
    past: str = ""
    show_past: Callable[[Past | None], None] = lambda _past: None
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
        db = open_database(self.path, tuple(self.protocols.values()), self.author)
        db.refusal = self.db.refusal
        return db

    def taxa(self, protocol: str) -> Mapping[int, Taxon]:
        """Return the curated taxa of a protocol by cd_nom (others are in the store: `store.taxa.by_cd_nom`)."""
        if protocol not in self._taxa:
            self._taxa[protocol] = {taxon.cd_nom: taxon for taxon in self.protocols[protocol].taxa()}
        return self._taxa[protocol]

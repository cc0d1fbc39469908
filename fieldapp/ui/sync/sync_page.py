"""The page "sync": joining a hub, one button that exchanges everything, what came of it, and the same by a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp import __version__
from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _
from fieldapp.store import peers, withdrawing
from fieldapp.store.connection import Database
from fieldapp.store.peers import Peer
from fieldapp.store.records import Saved
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Latest
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.sync import table_runner, work
from fieldapp.ui.sync.cards import (
    AGAIN_KEY,
    COMMON_KEY,
    COPY_KEY,
    GIVE_KEY,
    HISTORY_KEY,
    READ_KEY,
    REVIEW_KEY,
    ConcernsCard,
    DiaryCard,
    FilesCard,
    ReviewCard,
    report_text,
)
from fieldapp.ui.sync.files import FileExchange
from fieldapp.ui.sync.hub_card import SYNC_KEY, HubCard
from fieldapp.ui.sync.join_card import JOIN_KEY, JoinCard
from fieldapp.ui.sync.listing import Listing, run_listing
from fieldapp.ui.sync.runner import SyncRunner
from fieldapp.ui.sync.table_card import TABLE_KEY, TableCard
from fieldapp.ui.working import Working


class SyncPage(PageWidget):
    """Two faces: the way in for who is alone, the exchange for who has joined."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services = context.services
        if context.services.sync is None:
            context.services.sync = SyncRunner(context.services, context.background, parent=self)
        self._runner: SyncRunner = context.services.sync
        self._listing = Listing(None)
        self._latest = Latest(context.background)
        self._working = Working(name="sync.working")
        self._files = FileExchange(self, context, self._working, self._runner.hush, self._refresh)
        self._join = JoinCard(self.join)
        self._hub = HubCard(self._runner, self.ask_leave, self.go_back)
        self._review = ReviewCard(self.review)
        self._concerns = ConcernsCard(self.take_common, self.send_again, self.see_history)
        self._diary = DiaryCard(self.copy_report)
        self._alone_files = FilesCard(self._files.give, self._files.read, alone=True)
        self._joined_files = FilesCard(self._files.give, self._files.read)
        table = table_runner.of(context)
        self._alone_table = TableCard(self, table, name="sync.alone_table")
        self._joined_table = TableCard(self, table, name="sync.table", is_short=True)
        self._faces = QStackedWidget()
        self._alone, self._joined = self._face_alone(), self._face_joined()
        self._faces.addWidget(self._alone)
        self._faces.addWidget(self._joined)
        self.setLayout(theme.column(self._working, self._files.banner, self._faces))
        theme.on_change().changed.connect(self._arrange)
        self._runner.changed.connect(self._show_state)
        self._runner.ended.connect(self._refresh)

    def _face_alone(self) -> QWidget:
        face = QWidget()
        without = theme.column(self._alone_files, self._alone_table)
        without.setStretch(0, 1)
        cards = theme.row(self._join)
        cards.addLayout(without, 1)
        cards.setStretch(0, 1)
        face.setLayout(theme.column(cards, 1))
        return face

    def _face_joined(self) -> QWidget:
        face = QWidget()
        left = theme.column(self._review, self._joined_files, self._joined_table, 1)
        right = theme.column(self._concerns, self._diary)
        right.setStretch(0, 1)
        right.setStretch(1, 1)
        below = theme.row()
        below.addLayout(left, 1)
        below.addLayout(right, 2)
        box = theme.column(self._hub)
        box.addLayout(below, 1)
        face.setLayout(box)
        return face

    # ---- showing

    def open(self, **_params: Any) -> None:
        """Show how things stand, and read the lists anew."""
        training = self._services.training
        apart = _("base d’un autre jour, rien n’est échangé") if self._services.past else ""
        apart = apart or (_("en entraînement, rien n’est échangé") if training else "")
        self.set_title(_("Synchronisation"), apart)
        self._alone.setEnabled(not training)
        hub = peers.hub(self._services.db)
        self._show_face(hub)
        self._show_state()
        self._runner.look()
        self._refresh()
        self._rest()

    def _show_face(self, hub: Peer | None) -> None:
        self._faces.setCurrentWidget(self._alone if hub is None else self._joined)
        if hub is not None and not self._runner.standing.hub:
            self._runner.know(hub.name, hub.role)

    def _is_joined(self) -> bool:
        return self._faces.currentWidget() is self._joined

    def _rest(self) -> None:
        """Put the cursor where the next step is."""
        if self._is_joined():
            (self._hub.cancel if self._runner.is_running() else self._hub.start).setFocus()
        else:
            self._join.address.setFocus()

    def _show_state(self) -> None:
        if self._runner.is_running():
            self._files.banner.hide()  # one thing is said at a time: the newest
        had_cursor = self._hub.start.hasFocus() or self._hub.cancel.hasFocus()
        self._hub.show_state()
        self._review.show_count(self._runner.standing.review)
        told = self._runner.told
        if told is not None and told.consent and not self._runner.is_running():
            agree = partial(self._runner.sync, frozenset({told.consent}))
            self._hub.question.ask(told.sentence, _("C’est voulu : continuer"), _("Ne rien faire"), agree)
        self._arrange()
        if had_cursor:
            self._rest()

    def _refresh(self) -> None:
        self._latest.run(run_listing, self._services, done=self._show_listing)

    def _show_listing(self, found: Listing) -> None:
        self._listing = found
        self._concerns.show_concerns(found.concerns)
        self._hub.show_receipts(found.identical, found.due)
        self._arrange()
        self._diary.show_entries(found.entries)

    def _arrange(self) -> None:
        """With large letters what is said, asked or to be settled needs the room of what is quieter."""
        is_large = theme.current().scale > 1.0
        self._review.show_count(self._runner.standing.review)
        for card in (self._alone_files, self._joined_files):
            card.show_partners(self._listing.partners)
        self._diary.setVisible(not (is_large and self._listing.concerns))
        is_asked = not self._hub.question.isHidden()
        self._joined_table.setVisible(not (is_large and is_asked))
        is_full = is_large and (self._working.is_busy() or not self._files.banner.isHidden())
        self._alone_files.make_room(is_wanted=is_full)
        self._join.make_room(is_wanted=is_full)

    # ---- joining and leaving

    def join(self) -> None:
        """Ask the hub to let this computer in."""
        if self._working.is_busy() or self._services.training or self._join.lacking():
            return
        address, code, name = self._join.values()
        job = self._context.background.run(
            work.run_join, self._services, address, code, name, done=self._joined_now, failed=self._not_joined
        )
        self._join.set_busy(True)
        self._working.start(_("Appel du serveur…"), job)
        self._arrange()

    def _joined_now(self, joined: tuple[Peer, list[str]]) -> None:
        peer, said = joined
        self._working.stop()
        self._join.set_busy(False)
        self._join.code.clear()
        self._welcome(peer, said)
        self._runner.joined(peer.name, peer.role)
        self._show_face(peer)
        self._show_state()
        if self.isVisible():
            self._rest()

    def _welcome(self, peer: Peer, said: Sequence[str]) -> None:
        """Say that it is done; and that what is entered will have no author, as long as nobody said who enters it."""
        words = _("Bienvenue : cet ordinateur fait partie de {name}.").format(name=peer.name)
        if not self._services.settings.who:
            words += " " + _("Dites dans Réglages qui saisit : les autres verront ce nom.")
        self._context.notify(" ".join([words, *said]))

    def _not_joined(self, error: BaseException) -> None:
        self._working.stop()
        self._join.set_busy(False)
        self._arrange()
        if isinstance(error, FieldappError):
            self._join.show_problem(error)
        else:
            self._context.background.fail(error)

    def ask_leave(self) -> None:
        """Say what leaving does, and wait for the word."""
        hub = self._listing.hub
        if hub is None or self._runner.is_running():
            return
        sentence = _(
            "Cet ordinateur n’enverra plus rien à {name} et n’en recevra plus rien. Tous les relevés restent ici. "
            "Pour revenir, il faudra un nouveau code."
        ).format(name=hub.name)
        self._files.banner.hide()
        self._runner.hush()
        self._hub.question.ask(sentence, _("Quitter ce serveur"), _("Rester"), partial(self._leave, hub))
        self._arrange()

    def _leave(self, hub: Peer) -> None:
        self._context.background.run(work.run_leave, self._services, hub, done=lambda _nothing: self._left(hub))

    def _left(self, hub: Peer) -> None:
        self._runner.left()
        self._show_face(None)
        self._context.notify(_("Vous avez quitté {name}. Vos relevés sont tous ici.").format(name=hub.name))
        self._refresh()
        self._rest()

    # ---- what is to be seen to

    def review(self) -> None:
        """Open the page on which one of two versions is chosen."""
        if self._review.can_review():
            self._context.navigate("disputes")

    def see_history(self) -> None:
        """Open the history of the chosen record."""
        chosen = self._concerns.chosen()
        if chosen is not None:
            self._context.navigate("history", uid=chosen.record)

    def take_common(self) -> None:
        """Give up what was refused of the chosen record, so that it is again as the others have it."""
        self._see_to(withdrawing.take_common, _("Repris comme chez les autres : {what}"), "undo")

    def send_again(self) -> None:
        """Offer the chosen record once more as it is here, without what was refused of it."""
        self._see_to(withdrawing.send_again, _("Renvoyé comme il est ici : {what}"), "done")

    def _see_to(self, deed: Callable[[Database, str], Saved], words: str, icon: str) -> None:
        chosen = self._concerns.chosen()
        if chosen is None or not chosen.is_refused:
            return
        with errors.guard():
            saved = deed(self._services.db, chosen.record)
            self._services.on_saved(saved.made_at)
            self._context.notify(words.format(what=chosen.what), icon)
            self._runner.saved()
        self._refresh()

    def copy_report(self) -> None:
        """Put the diary on the clipboard."""
        if self._listing.entries:
            head = _("fieldapp {version} · synchronisations").format(version=__version__)
            errors.copy_report(errors.redact(report_text(self._listing.entries, head)))
            self._context.notify(_("Rapport copié : collez-le dans un message."))

    # ---- page

    def go_back(self) -> bool:
        """Stop what runs, leave the question: in this order, one at a time."""
        if self._working.cancel():
            return True
        if self._hub.question.isVisible():
            self._hub.question.drop()
            self._runner.refuse()
            self._arrange()
            self._rest()
            return True
        if self._is_joined() and self._runner.cancel():
            self._hub.stopping()
            return True
        return False

    def open_table(self) -> None:
        """Show the shared table."""
        (self._joined_table if self._is_joined() else self._alone_table).open_panel()

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        table = Action(TABLE_KEY, _("la table partagée : l’ouvrir, en rejoindre une"), self.open_table, "observers")
        files = [
            Action(GIVE_KEY, _("remettre un fichier, sur une clé USB par exemple"), self._files.give, "export_file"),
            Action(READ_KEY, _("lire le fichier d’un collègue"), self._files.read, "import_file"),
        ]
        if not self._is_joined():
            return [
                Action("F2", _("l’adresse du serveur"), self._join.address.setFocus),
                Action("F3", _("le code d’invitation"), self._join.code.setFocus),
                Action("F4", _("le nom de cet ordinateur"), self._join.name.setFocus),
                Action(JOIN_KEY, _("rejoindre le serveur"), self.join, "sync"),
                *files,
                table,
            ]
        return [
            Action(SYNC_KEY, _("synchroniser maintenant"), self._runner.sync, "sync"),
            Action(REVIEW_KEY, _("ce qui est à relire : deux versions d’un champ"), self.review, "conflict"),
            *files,
            table,
            Action(COMMON_KEY, _("reprendre la version commune de la fiche refusée"), self.take_common, "undo"),
            Action(AGAIN_KEY, _("renvoyer la fiche refusée, une fois corrigée"), self.send_again, "sync"),
            Action(HISTORY_KEY, _("l’historique de la fiche choisie"), self.see_history, "history"),
            Action(COPY_KEY, _("copier le rapport des synchronisations"), self.copy_report, "copy_report"),
            Action("", _("quitter ce serveur"), self.ask_leave, "close"),
        ]

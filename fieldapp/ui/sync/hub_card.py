"""The card of the hub that was joined: what waits, the one button that syncs, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.core.text import _, ngettext
from fieldapp.ui import theme
from fieldapp.ui.sync.question import Question
from fieldapp.ui.sync.runner import SyncRunner
from fieldapp.ui.sync.words import ago_words, role_words, waiting_words
from fieldapp.ui.widgets import ActionButton, Banner, Card, Elided, IconLabel, ProgressLine, text_label
from fieldapp.ui.wording import instant_words, number_words

SYNC_KEY = "F5"


class HubCard(Card):
    """One sentence on what waits, one button, one sentence on what the last sync did."""

    def __init__(self, runner: SyncRunner, on_leave: Callable[[], object], on_no: Callable[[], object]) -> None:
        super().__init__("", "", name="sync.hub_card")
        self._runner = runner
        self._hub = text_label("", "section", name="sync.hub")
        self._role = Elided("secondary", fills=True, name="sync.role")
        self.leave = ActionButton(_("Quitter ce serveur…"), role="quiet", name="sync.leave", on=on_leave)
        self._waiting = text_label("", "strong", wrap=True, name="sync.waiting")
        self._last = text_label("", "secondary", wrap=True, name="sync.last")
        self._receipts = text_label("", "secondary", wrap=True, name="sync.receipts")
        self.start = ActionButton(_("Synchroniser"), "sync", SYNC_KEY, primary=True, name="sync.start", on=runner.sync)
        self.cancel = ActionButton(_("Arrêter"), "close", name="sync.cancel", on=runner.cancel)
        self.cancel.show_key("Esc")
        self.cancel.hide()
        self._step = text_label("", "secondary", name="sync.step")
        self._line = ProgressLine(name="sync.line")
        self._figures = text_label("", "secondary", name="sync.figures")
        self.banner = Banner("done", "", name="sync.told")
        self.problems = text_label("", "warning", wrap=True, name="sync.problems")
        self.question = Question(name="sync.question", on_no=on_no)
        self._lay_out()
        runner.progressed.connect(self._progress)

    def _lay_out(self) -> None:
        head = theme.row(IconLabel("sync", "accent", parent=self), self._hub, self._role, self.leave)
        head.setStretch(2, 1)
        self.add(head)
        said = theme.column(self._waiting, self._last, self._receipts, spacing=theme.XS)
        middle = theme.row(said, self.start, self.cancel)
        middle.setStretch(0, 1)
        self.add(middle)
        progress = theme.row(self._step, self._line, self._figures)
        progress.setStretch(1, 1)
        self.add(progress)
        for part in (self.banner, self.problems, self.question):
            self.add(part)
            part.hide()

    def show_state(self) -> None:
        """Show how things stand now."""
        runner, standing = self._runner, self._runner.standing
        self._hub.setText(standing.hub)
        self._role.set_words(role_words(standing.role))
        self._waiting.setText(waiting_words(standing))
        is_silent = runner.line == "offline" and runner.told is None
        self._last.setText(_last_words(standing.last_at, offline=is_silent))
        running = runner.is_running()
        for button, shown in ((self.start, not running), (self.cancel, running)):
            button.setVisible(shown)
        self.cancel.setEnabled(True)
        self.leave.setEnabled(not running)
        for part in (self._step, self._line, self._figures):
            part.setVisible(running)
        if running and not self._step.text():
            self._step.setText(_("Appel du serveur…"))
        elif not running:
            self._step.setText("")
            self._figures.setText("")
            self._line.set(0, 0)
        self._tell()

    def show_receipts(self, identical: int, due: int) -> None:
        """Say of how many visits the hub was seen to hold just what is here, and of how many this is still to come."""
        same = ngettext("{n} passage ou fiche reçu, identique", "{n} passages ou fiches reçus, identiques", identical)
        parts = [same.format(n=number_words(identical))] if identical else []
        if due:
            parts.append(ngettext("{n} reçu attendu", "{n} reçus attendus", due).format(n=number_words(due)))
        self._receipts.setText(_("Sur le serveur : {what}.").format(what=", ".join(parts)) if parts else "")
        self._make_room()

    def _make_room(self) -> None:
        """With large letters the receipts give way to what is said or asked."""
        is_full = theme.current().scale > 1.0 and (self._runner.told is not None or self._runner.is_running())
        self._receipts.setVisible(bool(self._receipts.text()) and not is_full)

    def _tell(self) -> None:
        told = self._runner.told
        is_told = told is not None and not told.consent and not self._runner.is_running()
        if told is not None:
            self.banner.set(told.kind, told.sentence)
            self.problems.setText("\n".join(told.problems[:3]))
        self._make_room()
        self.banner.setVisible(is_told)
        self.problems.setVisible(is_told and told is not None and bool(told.problems))

    def _progress(self, done: int, total: int, step: str) -> None:
        self._step.setText(step)
        self._line.set(done, total)
        share = _("{n} %").format(n=number_words(100 * done // total)) if total else ""
        self._figures.setText(share)

    def stopping(self) -> None:
        """Show that the sync was asked to stop."""
        self.cancel.setEnabled(False)
        self._step.setText(_("Arrêt…"))


def _last_words(at: str, *, offline: bool) -> str:
    """Return when all was last exchanged, and that there is no line just now where that is so."""
    said = (
        _("Dernière synchronisation complète : {ago} ({when}).").format(ago=ago_words(at), when=instant_words(at))
        if at
        else _("Pas encore de synchronisation complète.")
    )
    if offline:
        return said + " " + _("Hors ligne : le programme réessaie de lui-même.")
    return said

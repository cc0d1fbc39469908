"""The validation of the lines that are chosen: tried first, asked about where they are several, then done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from fieldapp.core.errors import CancelledError
from fieldapp.core.text import _, ngettext
from fieldapp.store.reviewing import Preview, Reviewed
from fieldapp.ui import errors
from fieldapp.ui.background import Job
from fieldapp.ui.data import work
from fieldapp.ui.page import PageContext
from fieldapp.ui.review import season
from fieldapp.ui.review.signing import is_named
from fieldapp.ui.services import Services
from fieldapp.ui.sync.question import Question
from fieldapp.ui.way_back import offer
from fieldapp.ui.wording import Words, number_words
from fieldapp.ui.working import Working

SURE = "1"
"""The level that V gives: "certain – très probable" (source: SINP, STATUT_VALID)."""


class Validating:
    """`question` and `working` stand on the page of the list; `done` is called once something was validated."""

    def __init__(self, context: PageContext, done: Callable[[], object], back: Callable[[], object]) -> None:
        self._context = context
        self._services: Services = context.services
        self._done, self._back = done, back
        self._job: Job | None = None
        self.question = Question(name="all.question", on_no=self.give_up)
        self.working = Working(name="all.validating")

    def start(self, ids: Sequence[int]) -> None:
        """Try the validation of the lines with these row numbers, then ask, or do it at once where it is one."""
        if not ids or self.working.is_busy() or not is_named(self._context):
            return
        self.question.drop()
        self._run(_("Vérification avant de valider"), work.judged, ids, done=partial(self._judged, len(ids)))

    def give_up(self) -> bool:
        """Drop the question, or stop the work; return whether there was one."""
        if self.question.isVisible():
            self.question.drop()
            self._back()
            return True
        return self.working.cancel()

    def _judged(self, count: int, told: tuple[Sequence[str], Preview]) -> None:
        self.working.stop()
        uids, found = told
        do = partial(self._run, _("Validation"), work.validated, uids, SURE, found, done=self._validated)
        if count == 1 and found.ready:
            do()
            return
        title = ngettext("{n} ligne choisie", "{n} lignes choisies", count).format(n=number_words(count))
        sentence = season.words(self._services.db, title, found, Words(self._services.db, {}))
        if not found.ready:
            self._context.notify(sentence, "info")
            return
        self.question.ask(sentence, _("Tout valider"), _("Ne rien changer"), do)

    def _validated(self, done: Reviewed) -> None:
        self.working.stop()
        if done.saved.action is None:
            self._context.notify(_("Rien n’a été validé : ces lignes ont changé entre-temps."), "warning")
            return
        self._services.on_saved(done.saved.made_at)
        words = ngettext("{n} fiche validée.", "{n} fiches validées.", done.done).format(n=number_words(done.done))
        if done.left:
            more = ngettext("{n} reste à voir : {why}", "{n} restent à voir, la première : {why}", len(done.left))
            words += " " + more.format(n=number_words(len(done.left)), why=" ".join(done.left[0].reasons))
        offer(self._context, done.saved, words, self._done, kind="warning" if done.left else "done")
        self._done()
        self._back()

    def _run(self, words: str, job: Callable[..., object], *given: object, done: Callable[..., object]) -> None:
        self._job = self._context.background.run(job, self._services, *given, done=done, failed=self._failed)
        self.working.start(words, self._job)

    def _failed(self, error: BaseException) -> None:
        self.working.stop()
        if not isinstance(error, CancelledError):
            errors.show(error)

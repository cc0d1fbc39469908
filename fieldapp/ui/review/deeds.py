"""What the keys of the review do with one record: each is saved at once, said, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.core import review
from fieldapp.core.errors import FieldappError
from fieldapp.core.record import Record
from fieldapp.core.review_words import about_words, judged_words
from fieldapp.core.text import _, ngettext
from fieldapp.store import records, reviewing
from fieldapp.store.records import Saved
from fieldapp.store.reviewing import Reviewed
from fieldapp.ui import errors
from fieldapp.ui.field_words import field_label
from fieldapp.ui.page import PageContext
from fieldapp.ui.review.card import VisitCard, place_words
from fieldapp.ui.review.signing import is_named
from fieldapp.ui.review.work import Doubt
from fieldapp.ui.services import Services
from fieldapp.ui.windows.history import page_of, visit_of
from fieldapp.ui.wording import Words

Target = tuple[str, str]
"""A record and its field, "" for the record as a whole."""


@dataclass(frozen=True, slots=True)
class _KeptBack:
    """What was not validated because something is missing: in which visit, which record, the level and the comment."""

    visit: str
    uid: str
    level: str
    comment: str


_NOTHING_KEPT = _KeptBack("", "", "", "")


class Deeds:
    """The deeds of one page on the record under the cursor; `done` is told of which record something was said."""

    def __init__(self, context: PageContext, card: VisitCard, done: Callable[[str], object]) -> None:
        self._context = context
        self._services: Services = context.services
        self._card, self._done = card, done
        self._comment = ""
        self._kept_back = _NOTHING_KEPT
        self._seen: set[tuple[str, str]] = set()

    # ------------------------------------------------------------------------------------------------ levels

    def validate(self, uid: str, level: str, *, by_level: bool) -> Reviewed | None:
        """Validate a record and what lies below it, as it is shown; None where that was refused, and said.

        What only lacks something is taken as well where the key of the level is pressed once more (`by_level`).
        """
        if not is_named(self._context):
            return None
        task = self._card.task
        seen = reviewing.shown(item.record for item in task.visit.items) if task is not None else None
        kept, self._kept_back = self._kept_back, _NOTHING_KEPT
        takes_all = by_level and (kept.uid, kept.level) == (uid, level)
        comment = self._comment or (kept.comment if takes_all else "")
        try:
            done = reviewing.validate(self._services.db, [uid], level, comment=comment, incomplete=takes_all, seen=seen)
        except FieldappError as error:
            errors.show(error)
            return None
        self._comment = ""
        more = []
        if any(one.is_incomplete for one in done.left):
            self._kept_back = _KeptBack(task.uid if task is not None else uid, uid, level, comment)
            more = [_("Encore {key} pour valider quand même.").format(key=level)]
        self.tell(done, level, more)
        return done

    def look_at(self, visit: str) -> None:
        """The cursor stands on a visit: what was kept back in another one is not taken by the next key."""
        if self._kept_back.visit != visit:
            self._kept_back = _NOTHING_KEPT

    def tell(self, done: Reviewed, level: str, more: Sequence[str] = ()) -> None:
        """Say how many records were validated, what stays behind, and `more`."""
        said = [judged_words(done.done, level)] if done.done else []
        if done.left:
            reasons = " ".join(dict.fromkeys(reason for one in done.left for reason in one.reasons))
            left = ngettext("{n} reste en attente : {why}", "{n} restent en attente : {why}", len(done.left))
            said += [left.format(n=len(done.left), why=reasons), *more]
        self._told(done.saved, " ".join(said) or _("Déjà validé ainsi."), "warning" if done.left else "done")

    def comment_next(self) -> None:
        """Let the person write the comment that goes with the next validation."""

        def keep(text: str) -> None:
            self._comment = text
            if text:
                self._context.notify(_("Commentaire gardé pour la prochaine validation."), "info")

        label = _("Commentaire de la prochaine validation")
        self._card.write(label, self._comment, keep, self._card.window().focusWidget())

    def reopen(self, target: Target) -> None:
        """Take a validation back, for a reason that is asked for."""
        record = self._record(target)
        if record is None or review.VALIDATED not in record.data:
            self._context.notify(_("Cette fiche n’est pas validée : elle se corrige librement."), "info")
            return
        self._write(
            _("Pourquoi rouvrir « {title} » ?").format(title=self._title(record)),
            "",
            target,
            lambda text: reviewing.reopen(self._services.db, [target[0]], text),
            _("Rouverte : elle peut être corrigée."),
        )

    # --------------------------------------------------------------------------------------------- questions

    def ask(self, target: Target) -> None:
        """Ask about the field under the cursor, or about the record as a whole."""
        record = self._record(target)
        if record is None or not is_named(self._context):
            return
        asked = next((one.text for one in review.questions(record.data) if one.field == target[1]), "")
        label = _("Question sur {title}, {field}").format(
            title=self._title_placed(record),
            field=about_words(target[1], lambda name: field_label(record, name, self._words(record))),
        )
        self._write(
            label,
            asked,
            target,
            lambda text: reviewing.ask(self._services.db, *target, text),
            _("Question posée : elle partira avec la prochaine synchronisation."),
        )

    def close(self, target: Target) -> None:
        """End the question under the cursor; from the list, the only one of the visit."""
        record = self._record(target)
        found = [one for one in self._questions() if one[0] == target[0] and one[1] == target[1]]
        found = found or (self._questions() if not target[1] and len(self._questions()) == 1 else [])
        if record is None or not found:
            self._context.notify(_("Aucune question ici : allez sur la ligne qui en porte une (D)."), "info")
            return
        with errors.guard():
            saved = reviewing.close(self._services.db, *found[0])
            self._told(saved, _("Question close."))
            self._done(target[0])

    def _questions(self) -> list[Target]:
        task = self._card.task
        return [(record.uid, one.field) for record, one in task.visit.questions] if task is not None else []

    # ------------------------------------------------------------------------------------------------ others

    def remark(self, target: Target) -> None:
        """Note why the record is remarkable; an empty line takes that back."""
        record = self._record(target)
        if record is not None:
            self._write(
                _("Pourquoi « {title} » est-elle remarquable ? (vide : elle ne l’est plus)").format(
                    title=self._title(record)
                ),
                str(record.data.get(review.REMARKABLE, "")),
                target,
                lambda text: reviewing.mark_remarkable(self._services.db, target[0], text),
                _("Noté."),
            )

    def dismiss(self, target: Target) -> None:
        """Note that what the automatic checks found is right: in the visit from the list, else in the record."""
        task = self._card.task
        if task is None:
            return
        is_visit = target[0] == task.uid
        seen = [doubt for doubt in task.doubts if is_visit or doubt.record == target[0]]
        if not seen:
            self._context.notify(_("Aucun contrôle automatique à confirmer ici."), "info")
            return
        from fieldapp.desk import findings  # loaded by now: it has found them

        with errors.guard():
            saved = findings.dismiss(self._services.db, [doubt.finding for doubt in seen])
            self._seen |= {(doubt.record, doubt.finding.code) for doubt in seen}
            self._told(saved, ngettext("{n} contrôle vu.", "{n} contrôles vus.", len(seen)).format(n=len(seen)))
            self._done(target[0])

    def left_of(self, doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
        """Return the findings that nobody has seen on this page."""
        return tuple(doubt for doubt in doubts if (doubt.record, doubt.finding.code) not in self._seen)

    def forget_seen(self) -> None:
        """The findings are read anew: what was seen is not among them, unless it was taken back."""
        self._seen.clear()

    def page_of(self, uid: str) -> tuple[str, dict[str, Any]] | None:
        """Return the page on which a record, or the visit that it lies in, is corrected."""
        db = self._services.db
        for record in (records.get(db, uid), visit_of(db, uid)):
            if record is not None and (page := page_of(db, record)) is not None:
                return page
        return None

    # ----------------------------------------------------------------------------------------------- helpers

    def _write(self, label: str, text: str, target: Target, deed: Callable[[str], Saved], told: str) -> None:
        def keep(written: str) -> None:
            saved = deed(written)
            self._told(saved, told)
            self._done(target[0])

        self._card.write(label, text, keep, self._card.window().focusWidget())

    def _told(self, saved: Saved, words: str, kind: str = "done") -> None:
        if saved.action is None:
            self._context.notify(words, kind if kind != "done" else "info")
            return
        self._services.on_saved(saved.made_at)
        self._context.notify(words, kind, action=_("Annuler"), key="Ctrl+Z", on=self._context.undo, live=False)

    def _record(self, target: Target) -> Record | None:
        return records.get(self._services.db, target[0]) if target[0] else None

    def _title(self, record: Record) -> str:
        return self._words(record).title(record)

    def _title_placed(self, record: Record) -> str:
        """Return what a record is called with where it was: a day, or a species, is there at many places."""
        task, words = self._card.task, self._words(record)
        places = place_words(task, words)[:1] if task is not None else []
        return " · ".join([words.title(record), *places])

    def _words(self, record: Record) -> Words:
        return Words(self._services.db, self._services.taxa(record.protocol))

"""What a coordinator does with records: validate, ask, reopen; and what the observer answers. Each can be undone.

Whoever joined no hub is the coordinator of their own laptop; on a laptop that did, the role of its account counts (the
hub asks again).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldapp.core import review
from fieldapp.core.errors import FieldappError
from fieldapp.core.record import ANSWER, MAX_VALUE_BYTES, Record, with_review
from fieldapp.core.review import QUESTION, REMARKABLE, VALIDATED, WAITING, Question
from fieldapp.core.text import _, ngettext
from fieldapp.store import completeness, guard, peers, records
from fieldapp.store.connection import Database
from fieldapp.store.records import Saved

MAX_TEXT = 10_000
"""Longest question, answer, comment or reason, in signs; a record holds many of them in MAX_VALUE_BYTES."""

assert MAX_TEXT < MAX_VALUE_BYTES


class NotCoordinatorError(FieldappError):
    """Only a coordinator may do this; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Left:
    """A record that was not validated, and why, in sentences.

    `is_incomplete` says that nothing but what is missing, in it or above it, keeps it back: it can be taken on purpose.
    """

    uid: str
    reasons: tuple[str, ...]
    is_incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a validation would do: the records that it takes, those that stay behind; `seen` is what all of them say."""

    ready: tuple[Record, ...] = ()
    left: tuple[Left, ...] = ()
    same: int = 0
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a validation did: how many records it took, and those that stayed behind; `saved` is for undo."""

    saved: Saved
    done: int
    left: tuple[Left, ...] = field(default=())


def refuse_others(db: Database) -> None:
    """Raise NotCoordinatorError for who is no coordinator."""
    if not peers.is_coordinator(db):
        raise NotCoordinatorError(
            _(
                "Valider, rouvrir et poser une question sont réservés à la coordination : rien n’a été changé. "
                "Écrivez-lui, ou répondez à sa question s’il y en a une."
            )
        )


# --------------------------------------------------------------------------------------------------- validation


def preview(
    db: Database,
    uids: Iterable[str],
    level: str = "",
    *,
    comment: str = "",
    incomplete: bool = False,
    seen: Mapping[str, str] | None = None,
) -> Preview:
    """Return what `validate` would do with these records and all that lies below them; changes nothing.

    A record that is disputed, has an open question, or lacks something (but with `incomplete`) stays behind; so does
    all that lies below a visit, or a line of one, which stays behind. `seen` is what the records said when the person
    looked at them, as `shown` tells it: one that says something else by now, or was not there, stays behind. `same`
    counts those that have this level, and say the same, already.
    """
    found = [record for record in records.get_many(db, uids).values() if not record.deleted]
    tops = _without_nested(db, found)
    children = completeness.below(db, tops)
    problems = completeness.problems(db, tops, children)
    everything = [*tops, *(item for lower in children.values() for item in lower)]
    disputed = _disputed(db, [record.uid for record in everything])
    ready: list[Record] = []
    left: list[Left] = []
    same = 0
    waiting: list[tuple[Record, Left | None]] = [(record, None) for record in reversed(tops)]
    while waiting:
        record, held = waiting.pop()
        found_here = problems.get(record.uid, ())
        lacks = [one.words for one in found_here if not one.is_wrong and not incomplete]
        others = [one.words for one in found_here if one.is_wrong]
        others += _why_not(record, is_disputed=record.uid in disputed, seen=seen)
        kept = _left(record, lacks, others, held)
        if kept is not None:
            left.append(kept)
        elif _is_same(record, level, comment):
            same += 1
        else:
            ready.append(record)
        holds = kept if kept is not None and guard.is_closing(db, record) else held
        waiting += [(item, holds) for item in reversed(children.get(record.uid, ()))]
    return Preview(tuple(ready), tuple(left), same, shown(everything))


def shown(found: Iterable[Record]) -> dict[str, str]:
    """Return what these records say, by uid: what was looked at, for `validate`."""
    return {record.uid: review.content_digest(record) for record in found}


def validate(
    db: Database,
    uids: Iterable[str],
    level: str,
    *,
    comment: str = "",
    why: str = "",
    incomplete: bool = False,
    seen: Mapping[str, str] | None = None,
) -> Reviewed:
    """Give these records, and all that lies below them, a level of validation (STATUT_VALID), as one action.

    What stays behind is told with its reasons (see `preview`). WAITING takes the validation back, for a reason. Raises
    NotCoordinatorError, FieldappError.
    """
    uids = list(uids)
    refuse_others(db)
    _refuse_long(comment, why)
    if level not in {choice.code for choice in review.LEVELS}:
        raise FieldappError(
            _("« {level} » n’est pas un niveau de validation : choisissez de 0 à 6.").format(level=level)
        )
    if level == WAITING:
        saved = reopen(db, uids, why)
        return Reviewed(saved, saved.changed)
    with db.snapshot():
        found = preview(db, uids, level, comment=comment, incomplete=incomplete, seen=seen)
    said = {"by": db.author.who, "at": records.now(), "comment": comment, "why": why}
    # Judging a season takes seconds: nobody's save waits for that, only for the writing.
    with db.transaction():
        ready, late = _unchanged(db, found.ready)
        changed = [_said_of(db, record, review.validated(record, level, **said)) for record in ready]
        words = ngettext("Validation de {n} fiche", "Validation de {n} fiches", len(changed)).format(n=len(changed))
        return Reviewed(records.save(db, changed, words), len(changed), (*found.left, *late))


def reopen(db: Database, uids: Iterable[str], why: str) -> Saved:
    """Take back the validation of these records and of all that lies below them; the reason stands in their history."""
    refuse_others(db)
    _refuse_long(why)
    tops = list(records.get_many(db, uids).values())
    children = completeness.below(db, tops)
    everything = {record.uid: record for record in (*tops, *(one for lower in children.values() for one in lower))}
    changed = [_said_of(db, record, {VALIDATED: None}) for record in everything.values() if VALIDATED in record.data]
    if changed:
        refuse_without_reason(why)
    words = _("Rouvert : {why}").format(why=why.strip())
    return records.save(db, changed, words, pardoned=[record.uid for record in changed])


def changed_with_reason(db: Database, changed: Sequence[Record], why: str) -> Saved:
    """Save records of which some are validated, or come to lie below a validated visit, and validate those anew.

    They keep their level; the reason is kept with it. Nothing is validated that was not, and what is deleted is not any
    more: who brings it back brings back a draft. Raises NotCoordinatorError, and FieldappError without a reason.
    """
    refuse_others(db)
    _refuse_long(why)
    stored = records.get_many(db, [record.uid for record in changed])
    above = {record.parent for record in (*changed, *stored.values()) if record.parent}
    visits = {visit.uid: visit for visit in guard.validated_closing(db, above)}
    at = records.now()
    written: list[Record] = []
    gone: list[str] = []
    for record in changed:
        before = stored.get(record.uid)
        said = review.validation(before) if before is not None else None
        visit = visits.get(record.parent or "") or (visits.get(before.parent or "") if before is not None else None)
        moves = before is None or before.deleted != record.deleted or before.parent != record.parent
        if said is None and visit is not None and moves:
            said = review.validation(visit)
        if said is None:
            written.append(record)
            continue
        refuse_without_reason(why)
        if record.deleted:
            gone.append(record.uid)
            written.append(unsaid(db, record))
        else:
            written.append(_said_of(db, record, _anew(db, record, said, at, why)))
    return records.save(db, written, reason_words(why), pardoned=gone)


def said_anew(db: Database, before: Record, record: Record, why: str) -> dict[str, Any]:
    """Return by what a record that was validated is so again as it is to be, for a reason; {} where it was not.

    What is deleted is validated no more.
    """
    said = review.validation(before)
    if said is None:
        return {}
    return {VALIDATED: None} if record.deleted else _anew(db, record, said, records.now(), why)


def unsaid(db: Database, record: Record) -> Record:
    """Return a record without its validation."""
    return _said_of(db, record, {VALIDATED: None})


def _anew(db: Database, record: Record, said: Mapping[str, Any], at: str, why: str) -> dict[str, dict[str, str]]:
    level, comment = str(said["level"]), str(said.get("comment", ""))
    return review.validated(record, level, by=db.author.who, at=at, comment=comment, why=why.strip())


def reason_words(why: str) -> str:
    """Return what an action is called that changes what was validated; its reason stays in the history with it."""
    return _("Corrigé après validation : {why}").format(why=why.strip())


# ---------------------------------------------------------------------------------------------------- questions


def ask(db: Database, uid: str, name: str, text: str) -> Saved:
    """Ask the observer about a field of a record ("": about the whole of it), in the place of what was asked before."""
    refuse_others(db)
    record = _known(db, uid)
    entity = db.protocols[record.protocol].entity(record.entity)
    if name and name not in entity.by_name:
        raise FieldappError(_("Cette fiche n’a pas de champ « {name} ».").format(name=name))
    said = _spoken(db, text, _("Écrivez la question avant de l’envoyer."))
    return _say(db, record, {QUESTION + name: said}, _("Question posée"))


def ask_all(db: Database, uids: Iterable[str], text: str) -> Reviewed:
    """Ask the same question about the whole of each of these records, as one action.

    A record of which something is asked as a whole already is left out, and told.
    """
    refuse_others(db)
    said = _spoken(db, text, _("Écrivez la question avant de l’envoyer."))
    found = [record for record in records.get_many(db, uids).values() if not record.deleted]
    asked_before = {one.uid for one in found if any(not asked.field for asked in review.questions(one.data))}
    changed = [_said_of(db, record, {QUESTION: said}) for record in found if record.uid not in asked_before]
    words = ngettext("Question posée sur {n} fiche", "Question posée sur {n} fiches", len(changed))
    saved = records.save(db, changed, words.format(n=len(changed)), pardoned=[record.uid for record in changed])
    left = tuple(Left(one.uid, (_("Une question est ouverte."),)) for one in found if one.uid in asked_before)
    return Reviewed(saved, len(changed), left)


def answer(db: Database, uid: str, name: str, text: str, *, to: str = "") -> Saved:
    """Answer the question that is open about a field ("": about the whole record); anybody may.

    `to` is the key of the question that the person read, "" for the one that is open now: where another one has taken
    its place meanwhile, that one stays open.
    """
    record, question = _asked(db, uid, name)
    said = {**_spoken(db, text, _("Écrivez la réponse avant de l’envoyer.")), "to": to or question.key}
    return _say(db, record, {ANSWER + name: said}, _("Réponse à la coordination"))


def close(db: Database, uid: str, name: str) -> Saved:
    """End the question about a field, and take its answer away with it; both stay in the history."""
    refuse_others(db)
    record, _question = _asked(db, uid, name)
    return _say(db, record, {QUESTION + name: None, ANSWER + name: None}, _("Question close"))


def mark_remarkable(db: Database, uid: str, comment: str) -> Saved:
    """Note why a record is remarkable; "" makes it one like the others again."""
    refuse_others(db)
    _refuse_long(comment)
    record = _known(db, uid)
    label = _("Donnée remarquable") if comment.strip() else _("Plus remarquable")
    return _say(db, record, {REMARKABLE: comment.strip() or None}, label)


def asked(db: Database) -> list[Record]:
    """Return the live records about which a question is open, the one asked last, last; told apart without decoding."""
    # Word for word as the index has it: SQLite uses it only then.
    rows = db.rows(
        f"""SELECT {records.COLUMNS} FROM record WHERE deleted = 0 AND instr(data, '"_question.') > 0"""  # noqa: S608
    )
    found = [record for record in map(records.from_row, rows) if review.questions(record.data)]
    return sorted(found, key=lambda record: max(one.at for one in review.questions(record.data)))


def makers(db: Database, uids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return who made each of these records, and on which device."""
    rows = db.rows(
        "SELECT c.record, a.who, a.device FROM change AS c CROSS JOIN action AS a ON a.id = c.action "
        "WHERE c.record IN (SELECT value FROM json_each(?)) AND c.before IS NULL ORDER BY c.id DESC",
        (records.encode(list(uids)).decode(),),
    )
    return {record: (who, device) for record, who, device in rows}


# ------------------------------------------------------------------------------------------------------ helpers


def _known(db: Database, uid: str) -> Record:
    record = records.get(db, uid)
    if record is None or record.deleted:
        raise FieldappError(_("Cette fiche n’existe pas, ou plus : {uid}.").format(uid=uid))
    return record


def _asked(db: Database, uid: str, name: str) -> tuple[Record, Question]:
    record = _known(db, uid)
    found = next((one for one in review.questions(record.data) if one.field == name), None)
    if found is None:
        raise FieldappError(_("Il n’y a plus de question ici : la coordination l’a close entre-temps."))
    return record, found


def _say(db: Database, record: Record, said: Mapping[str, Any], label: str) -> Saved:
    """Save what is said of a record, validated or not: what it says itself stays."""
    return records.save(db, [_said_of(db, record, said)], label, pardoned=[record.uid])


def _said_of(db: Database, record: Record, said: Mapping[str, Any]) -> Record:
    return with_review(record, db.protocols[record.protocol].entity(record.entity), said)


def _spoken(db: Database, text: str, missing: str) -> dict[str, str]:
    _refuse_long(text)
    if not text.strip():
        raise FieldappError(missing)
    return {"text": text.strip(), "by": db.author.who, "at": records.now()}


def _refuse_long(*texts: str) -> None:
    if any(len(text) > MAX_TEXT for text in texts):
        raise FieldappError(_("Ce texte est trop long : {n} signes au plus.").format(n=MAX_TEXT))


def refuse_without_reason(why: str) -> None:
    """Raise FieldappError where what was validated would change without one."""
    if not why.strip():
        raise FieldappError(
            _("Dites pourquoi : une fiche validée ne change qu’avec une raison, qui reste dans son historique.")
        )


def _without_nested(db: Database, found: Sequence[Record]) -> list[Record]:
    """Return those of these records that lie below none of the others."""
    uids = {record.uid for record in found}
    return [
        placed.record
        for placed in records.placed(db, found)
        if uids.isdisjoint(above.uid for above in placed.parents.values())
    ]


def _why_not(record: Record, *, is_disputed: bool, seen: Mapping[str, str] | None) -> tuple[str, ...]:
    """Return why a record can't be validated, whatever it lacks, in sentences."""
    open_ones = [_("Une question est ouverte.")] if review.questions(record.data) else []
    disputed = [_("Un désaccord reste à trancher.")] if is_disputed else []
    is_other = seen is not None and seen.get(record.uid) != review.content_digest(record)
    return (*open_ones, *disputed, *([_changed_words()] if is_other else []))


def _left(record: Record, lacks: Sequence[str], others: Sequence[str], held: Left | None) -> Left | None:
    """Return why a record stays behind, None where nothing keeps it; `held` is what above it does."""
    if not lacks and not others and held is None:
        return None
    reasons = (*lacks, *others) or (_("Ce qui est au-dessus n’est pas validé."),)
    return Left(record.uid, reasons, not others and (held is None or held.is_incomplete))


def _unchanged(db: Database, ready: Sequence[Record]) -> tuple[list[Record], list[Left]]:
    """Part records into those that are as they were judged, and those that somebody changed since, with what they hold.

    The records come with what lies above first.
    """
    present = records.get_many(db, [record.uid for record in ready])
    disputed = _disputed(db, list(present))
    same: list[Record] = []
    left: dict[str, Left] = {}
    for record in ready:
        if present.get(record.uid) != record or record.uid in disputed:
            left[record.uid] = Left(record.uid, (_changed_words(),))
        elif record.parent in left and guard.is_closing(db, present[record.parent]):
            left[record.uid] = Left(record.uid, (_("Ce qui est au-dessus n’est pas validé."),))
        else:
            same.append(record)
    return same, list(left.values())


def _changed_words() -> str:
    return _("Changée depuis que vous l’avez lue : relisez-la.")


def _is_same(record: Record, level: str, comment: str) -> bool:
    said = review.validation(record)
    return said is not None and said["level"] == level and str(said.get("comment", "")) == comment


def _disputed(db: Database, uids: Collection[str]) -> set[str]:
    rows = db.rows(
        "SELECT DISTINCT record FROM dispute WHERE settled_at IS NULL AND record IN (SELECT value FROM json_each(?))",
        (records.encode(list(uids)).decode(),),
    )
    return {row[0] for row in rows}

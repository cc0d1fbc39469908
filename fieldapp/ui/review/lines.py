"""A visit, field by field, as rows of a table: what each record says, and what was said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldapp.core import review
from fieldapp.core.record import Record
from fieldapp.core.review import Question, ReviewState
from fieldapp.core.review_words import STATES, about_words, day_words, level_words
from fieldapp.core.schema import Entity
from fieldapp.core.text import _
from fieldapp.store.worklist import Item
from fieldapp.ui.field_words import field_label, is_repeated, species_field, value_words
from fieldapp.ui.review.work import Task
from fieldapp.ui.tables import Column, Row
from fieldapp.ui.wording import Words

BADGES = {
    ReviewState.DRAFT: "draft",
    ReviewState.COMPLETE: "todo",
    ReviewState.VALIDATED: "done",
    ReviewState.TO_REVIEW: "review",
}
"""The badge of each state."""

Key = tuple[str, str]
"""A record and its field, "" for the record as a whole."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a visit, the key of each, and what is to be said below the table where the cursor stands on it."""

    rows: Sequence[Row]
    keys: Sequence[Key]
    said: Sequence[str]


def columns() -> list[Column]:
    """Return the columns of the table."""
    return [
        Column(_("Fiche"), strong=True),
        Column(_("Valeur"), stretch=True),
        Column(_("Revue"), badge=True),
    ]


def lines_of(task: Task, words: Words) -> Lines:
    """Return the rows of a visit: each record, then its fields in the order of its form."""
    rows: list[Row] = []
    keys: list[Key] = []
    said: list[str] = []
    for item in task.visit.items:
        record = item.record
        asked = {question.field: question for question in item.questions}
        label = _(words.entity(record).label)
        is_named = record.uid != task.uid and words.title(record)
        rows.append((words.title(record) if is_named else label, label if is_named else "", _badge(item)))
        keys.append((record.uid, ""))
        said.append("\n".join(_about_record(task, item, words)))
        for name in _shown(record, words, asked):
            question = asked.get(name)
            value = value_words(record, name, record.data.get(name), words)
            rows.append((f"|{field_label(record, name, words)}", value, _question_badge(question)))
            keys.append((record.uid, name))
            said.append("" if question is None else question_words(record, question, words))
    return Lines(rows, keys, said)


def question_words(record: Record, question: Question, words: Words) -> str:
    """Return a question and its answer, each with who said it and when."""
    about = about_words(question.field, lambda name: field_label(record, name, words))
    asked = _("{field} : « {text} » ({who}, {day})").format(
        field=about[:1].upper() + about[1:],
        text=question.text,
        who=words.who(question.by),
        day=day_words(question.at),
    )
    if not question.answer:
        return asked
    words_of = _("Réponse : « {text} » ({who}, {day})")
    if question.to_another:
        words_of = _("Réponse à la question d’avant : « {text} » ({who}, {day})")
    answered = words_of.format(
        text=question.answer, who=words.who(question.answered_by), day=day_words(question.answered_at)
    )
    return f"{asked}\n{answered}"


def _shown(record: Record, words: Words, asked: object) -> list[str]:
    """Return the fields of a record that are filled or asked about, without those that only repeat others."""
    entity: Entity = words.entity(record)
    of_session = bool(species_field(record, words))
    return [
        item.name
        for item in entity.fields
        if (item.name in record.data or (isinstance(asked, dict) and item.name in asked))
        and item.name != entity.taxon_field
        and not is_repeated(item, entity, of_session=of_session)
    ]


def _badge(item: Item) -> str:
    state = BADGES[item.state]
    if item.state is ReviewState.VALIDATED:
        return f"{state}|{level_words(item.level)}"
    return f"{state}|{_(STATES[item.state])}"


def _question_badge(question: Question | None) -> str:
    if question is None:
        return ""
    return f"answered|{_('répondu')}" if question.is_answered else f"review|{_('question')}"


def _about_record(task: Task, item: Item, words: Words) -> list[str]:
    """Return what is to be said about a record as a whole."""
    record = item.record
    said = review.validation(record)
    told = list(item.missing)
    if said is not None:
        told.append(
            _("Validée par {who} le {day} : {level}.").format(
                who=words.who(str(said.get("by", ""))), day=day_words(str(said.get("at", ""))),
                level=level_words(item.level),
            )
        )  # fmt: skip
        told += [_("Commentaire : {text}").format(text=said["comment"])] if said.get("comment") else []
    elif item.is_stale:
        told.append(_("Changée depuis sa validation : regardez l’historique (H)."))
    if mark := record.data.get(review.REMARKABLE):
        told.append(_("Remarquable : {text}").format(text=mark))
    told += [question_words(record, one, words) for one in item.questions if not one.field]
    is_visit = record.uid == task.uid
    inner = {one.record.uid for one in task.visit.lines}
    for doubt in task.doubts:
        if doubt.record == record.uid:
            told.append(doubt.sentence)
        elif is_visit and doubt.record not in inner:  # it is about the place, and told with its first visit
            above = next((one for one in task.visit.above.values() if one.uid == doubt.record), None)
            title = words.title(above) if above is not None else ""
            told.append(_("{place}, toute la saison : {what}").format(place=title, what=doubt.sentence))
    return told

"""What was said of a record in its review, in words, for whoever tells of it: the history, a disagreement, a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fieldapp.core.dates import in_numbers
from fieldapp.core.record import ANSWER
from fieldapp.core.review import LEVELS, QUESTION, REMARKABLE, VALIDATED, ReviewState
from fieldapp.core.text import N_, _, ngettext

STATES: Mapping[ReviewState, str] = {
    ReviewState.DRAFT: N_("en saisie"),
    ReviewState.COMPLETE: N_("complète"),
    ReviewState.VALIDATED: N_("validée"),
    ReviewState.TO_REVIEW: N_("à revoir"),
}


def level_words(level: str) -> str:
    """Return what a level of validation is called; the code itself for one that is none."""
    return next((_(choice.label) for choice in LEVELS if choice.code == level), level)


def judged_words(count: int, level: str) -> str:
    """Return that so many records were given a level; only the two good ones are called a validation."""
    if level in {"1", "2"}:
        words = ngettext("{n} fiche validée : {level}.", "{n} fiches validées : {level}.", count)
    else:
        words = ngettext("{n} fiche jugée : {level}.", "{n} fiches jugées : {level}.", count)
    return words.format(n=count, level=level_words(level).lower())


def field_words(name: str, label_of: Callable[[str], str]) -> str:
    """Return what a value of the review is about; `label_of` gives the label of one of the record's own fields."""
    if name in {VALIDATED, REMARKABLE}:
        return _("Validation") if name == VALIDATED else _("Donnée remarquable")
    for begin, words in ((QUESTION, _("Question : {field}")), (ANSWER, _("Réponse : {field}"))):
        if name.startswith(begin):
            return words.format(field=about_words(name[len(begin) :], label_of))
    return name


def about_words(field: str, label_of: Callable[[str], str]) -> str:
    """Return what a question is about: the label of a field, or the whole record."""
    return label_of(field) if field else _("toute la fiche")


def value_words(value: Any, who: Callable[[str], str]) -> str:
    """Return a value of the review with who said it and when; `who` gives the name of a person."""
    if not isinstance(value, Mapping):
        return str(value)
    said = [level_words(str(value["level"])) if "level" in value else str(value.get("text", ""))]
    said += [str(value["comment"])] if value.get("comment") else []
    said += [_("raison : {why}").format(why=value["why"])] if value.get("why") else []
    told = ", ".join(filter(None, (who(str(value.get("by", ""))), day_words(str(value.get("at", ""))))))
    return f"{' · '.join(said)} ({told})"


def day_words(at: str) -> str:
    """Return the local day of an instant (UTC), "14/04/2026"; the text itself where it is none."""
    try:
        return in_numbers(datetime.fromisoformat(at).astimezone().date())
    except ValueError:
        return at

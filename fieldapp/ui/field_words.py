"""One field of a record and its value in words, whoever tells of it: the history, two versions side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.core import review_words
from fieldapp.core.checking import CONFIRMED, MESSAGES
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record, is_about
from fieldapp.core.schema import Entity, Field, Kind
from fieldapp.core.text import _
from fieldapp.ui.wording import ABSENT, Words


def species_field(record: Record, words: Words) -> str:
    """Return the field with the code of the species, "" where the records of the protocol name it otherwise."""
    session = words.protocol(record).session
    return session.taxon_code if session is not None else ""


def is_repeated(item: Field, entity: Entity, *, of_session: bool) -> bool:
    """Return whether a hidden field says nothing to a person beside the others: a key of an index, a taxon's number."""
    return item.hidden and (item.name in entity.indexed or (of_session and item.kind in {Kind.TAXON, Kind.INTEGER}))


def value_words(record: Record, name: str, value: Any, words: Words) -> str:
    """Return a value of this field of the record, in words; ABSENT for None."""
    if is_about(name):
        return ABSENT if value is None else review_words.value_words(value, words.who)
    item = words.entity(record).by_name.get(name)
    return code_words(value) if name == species_field(record, words) else words.value(item, value)


def code_words(code: Any) -> str:
    """Return the code of a bird with its French name; ABSENT for none."""
    from fieldapp.ui.banding.words import code_words as words_of  # what shows no bird need not load their list

    return words_of(str(code)) if code else ABSENT


def field_label(record: Record, name: str, words: Words) -> str:
    """Return what a field is called, with its unit: "Masse (g)"; the bare name of one that the protocol has not."""
    if name in (PARENT, DELETED, CONFIRMED):
        return {PARENT: _("Rattachée à"), DELETED: _("La fiche"), CONFIRMED: _("Avertissements confirmés")}[name]
    if is_about(name):
        return review_words.field_words(name, lambda field: field_label(record, field, words))
    item = words.entity(record).by_name.get(name)
    if item is None:
        return name
    return f"{_(item.label)} ({_(item.unit)})" if item.unit else _(item.label)


def warning_words(record: Record, codes: Any, words: Words) -> str:
    """Return the sentences of the warnings with these codes, their figures left open; ABSENT for none."""
    messages: Mapping[str, str] = {**MESSAGES, **words.protocol(record).messages}
    told = [
        _desk_words(code) if str(code).startswith("desk_") else _(messages.get(code, code)).format_map(_Open())
        for code in codes or ()
    ]
    return " ".join(told) or ABSENT


def _desk_words(code: str) -> str:
    """Return what a check of the desk is called that somebody has seen and found right."""
    from fieldapp.desk import finding_words  # brings numpy: few records have such a code

    return f"{finding_words.name(code)}."


class _Open(dict[str, Any]):
    """Whatever a sentence asks for is "…"."""

    def __missing__(self, _name: str) -> _Ellipsis:
        return _Ellipsis()


class _Ellipsis:
    def __format__(self, _how: str) -> str:
        return "…"

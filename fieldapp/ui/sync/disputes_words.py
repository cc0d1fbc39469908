"""What people disagree about, in words: who wrote what, where and when, and the rest of the record to judge by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fieldapp.core.checking import CONFIRMED
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record
from fieldapp.core.schema import Kind
from fieldapp.core.text import _, ngettext
from fieldapp.store import changes, disputes, records
from fieldapp.store.connection import Database
from fieldapp.store.disputes import Dispute, Version
from fieldapp.ui.field_words import field_label, species_field, value_words, warning_words
from fieldapp.ui.wording import ABSENT, Words, instant_words

MERGEABLE = frozenset({Kind.TEXT, Kind.LONG_TEXT})
"""The kinds of field whose versions may become one text."""

KEY = "_key"
"""How the names of hidden fields end that only repeat others, to compare by them: `ring_key` repeats `ring`."""

CUT = 90
"""Letters after which a value of the rest of the record is cut."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in the list: name, places from the nearest up, protocol and number of fields disputed."""

    uid: str
    title: str
    place: str
    fields: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote a version, on which laptop, and when (the last of several), in words."""

    name: str
    device: str
    when: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One version of a field in words; `takes` are the fields with their values that choosing it writes."""

    words: str
    takes: Mapping[str, Any]
    is_present: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A field with its versions, one per person; None where the person did not touch it.

    `present` is what the record holds, in words, where that is none of the versions. `kind` is None for what is no
    field of the protocol. `takes` of a text merged of several is just the field.
    """

    field: str
    label: str
    kind: Kind | None
    cells: tuple[Cell | None, ...]
    present: str = ""

    @property
    def is_mergeable(self) -> bool:
        """Whether several versions may become one text."""
        return self.kind in MERGEABLE

    def merged(self) -> str:
        """Return all versions as one text, to begin with."""
        texts = [str(cell.takes[self.field]) for cell in self.cells if cell and cell.takes.get(self.field)]
        return " / ".join(dict.fromkeys(texts))


@dataclass(frozen=True, slots=True)
class Case:
    """All that people disagree about in one record, and what else is known of it."""

    record: Record
    title: str
    place: str
    people: tuple[Person, ...]
    lines: tuple[Line, ...]
    around: tuple[str, ...]


def by_record(found: Sequence[Dispute]) -> dict[str, list[Dispute]]:
    """Return the disputes by the uid of their record, in the order given."""
    grouped: dict[str, list[Dispute]] = {}
    for dispute in found:
        grouped.setdefault(dispute.record.uid, []).append(dispute)
    return grouped


def entries(db: Database, found: Sequence[Dispute], words: Words) -> list[Entry]:
    """Return one entry per record, in the order given."""
    listed = []
    for uid, group in by_record(found).items():
        record = group[0].record
        count = len(_bundles(group, words))
        fields = ngettext("{n} champ", "{n} champs", count).format(n=count)
        told = f"{_(words.protocol(record).label)} · {fields}"
        listed.append(Entry(uid, words.record(record), where(db, record, words), told))
    return listed


def where(db: Database, record: Record, words: Words) -> str:
    """Return what lies above a record, the nearest first: "mare 04 · Terrils du 11/19"."""
    return " · ".join(words.title(above) for above in records.placed(db, [record])[0].parents.values())


def case(db: Database, found: Sequence[Dispute], words: Words) -> Case:
    """Return the versions of one record side by side; all disputes are of this record."""
    record = found[0].record
    told = [replace(dispute, versions=_spoken_for(db, dispute)) for dispute in found]
    authors = _authors(told)
    people = tuple(_person(key, told, words) for key in authors)
    by_name = {dispute.field: dispute for dispute in told}
    lines = [_line(db, record, names, by_name, authors, words) for names in _bundles(told, words)]
    return Case(
        record,
        words.record(record),
        " · ".join(filter(None, (where(db, record, words), _(words.protocol(record).label)))),
        people,
        tuple(lines),
        tuple(_around(db, record, set(by_name), words)),
    )


# ---------------------------------------------------------------------------------------------------- who wrote


_Author = tuple[str, str, int]
"""Person, device, and a number where the same two stand for several versions of one field."""


def _spoken_for(db: Database, dispute: Dispute) -> tuple[Version, ...]:
    """Return the versions; one that a record below speaks for has the author of that record."""
    return tuple(version if version.change else _below(db, dispute, version) for version in dispute.versions)


def _below(db: Database, dispute: Dispute, version: Version) -> Version:
    living = [child.uid for child in records.children(db, [dispute.record.uid])]
    made = [change.action for change in changes.histories(db, living) if change.before is None] if living else []
    if not made:
        return version
    return replace(version, who=made[-1].who, device=made[-1].device, made_at=made[-1].made_at)


def _keys(dispute: Dispute) -> list[_Author]:
    """Return the author of each version."""
    found: list[_Author] = []
    for version in dispute.versions:
        same = sum(key[:2] == (version.who, version.device) for key in found)
        found.append((version.who, version.device, same))
    return found


def _authors(found: Sequence[Dispute]) -> list[_Author]:
    """Return who wrote any of the versions, the earliest first."""
    first: dict[_Author, str] = {}
    for dispute in found:
        for key, version in zip(_keys(dispute), dispute.versions, strict=True):
            first[key] = min(first.get(key, version.made_at), version.made_at)
    return sorted(first, key=lambda key: (first[key], key))


def _person(author: _Author, found: Sequence[Dispute], words: Words) -> Person:
    times = [
        version.made_at
        for dispute in found
        for key, version in zip(_keys(dispute), dispute.versions, strict=True)
        if key == author
    ]
    return Person(words.who(author[0]) if author[0] else _("auteur inconnu"), author[1], _short(max(times)))


def _short(made_at: str) -> str:
    """Return "14/04 21:02" for an instant of this year, with the year for an older one."""
    told, year = instant_words(made_at), f"/{datetime.now().astimezone():%Y}"
    return told.replace(year, "", 1)


# ------------------------------------------------------------------------------------------------- field by field


def _bundles(found: Sequence[Dispute], words: Words) -> list[tuple[str, ...]]:
    """Return the fields that are chosen together, the one that is shown first, in the order of the form.

    A hidden field goes with the one that it repeats, or was written together with; alone it is shown as any other.
    """
    record = found[0].record
    entity = words.entity(record)
    by_name = {dispute.field: dispute for dispute in found}
    order = {DELETED: -2, PARENT: -1, **{item.name: place for place, item in enumerate(entity.fields)}}
    names = sorted(by_name, key=lambda name: (order.get(name, len(order)), name))
    hidden = {name for name in names if name in entity.by_name and entity.by_name[name].hidden}
    leads: dict[str, list[str]] = {name: [name] for name in names if name not in hidden}
    for name in names:
        if name not in hidden:
            continue
        lead = _repeated(record, name, leads, words) or _beside(by_name[name], [by_name[one] for one in leads])
        leads.setdefault(lead or name, []).append(name)
    return [tuple(one) for one in _with_schemes(leads)]


def _repeated(record: Record, name: str, leads: Mapping[str, object], words: Words) -> str:
    """Return the field that a hidden one repeats, "" where that is not disputed."""
    if name == words.entity(record).taxon_field:
        wanted = [species_field(record, words)]
    else:
        stem = name.removesuffix(KEY)
        wanted = [stem, f"{stem}_scheme"] if name.endswith(KEY) else []
    return next((one for one in wanted if one in leads), "")


def _beside(dispute: Dispute, others: Sequence[Dispute]) -> str:
    """Return the field of which a version was written by the same change, "" for none."""
    mine = {version.change for version in dispute.versions}
    return next((one.field for one in others if mine & {version.change for version in one.versions}), "")


def _with_schemes(leads: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the bundles with a ring and its scheme in one: a key made of both can't be chosen by halves."""
    found: dict[str, list[str]] = {name: list(names) for name, names in leads.items()}
    for name in list(found):
        stem = name.removesuffix("_scheme")
        if stem != name and stem in found:
            found[stem] += found.pop(name)
    return list(found.values())


def _line(
    db: Database,
    record: Record,
    names: Sequence[str],
    by_name: Mapping[str, Dispute],
    authors: Sequence[_Author],
    words: Words,
) -> Line:
    lead = names[0]
    written = {name: dict(zip(_keys(by_name[name]), by_name[name].versions, strict=True)) for name in names}
    cells: list[Cell | None] = []
    for author in authors:
        takes = {name: versions[author].value for name, versions in written.items() if author in versions}
        if lead not in takes:
            cells.append(None)
            continue
        told = version_words(db, record, lead, takes[lead], words)
        cells.append(Cell(told, takes, takes[lead] == _present(record, lead)))
    item = words.entity(record).by_name.get(lead)
    is_code = lead == species_field(record, words)
    known = any(cell is not None and cell.is_present for cell in cells)
    present = "" if known else version_words(db, record, lead, _present(record, lead), words)
    kind = item.kind if item is not None and not item.choices and not is_code and len(names) == 1 else None
    return Line(lead, field_label(record, lead, words), kind, tuple(cells), present)


def _present(record: Record, name: str) -> Any:
    return {PARENT: record.parent, DELETED: record.deleted}.get(name, record.data.get(name))


def version_words(db: Database, record: Record, name: str, value: Any, words: Words) -> str:
    """Return a version of a field in words: a deletion is "supprimée", nothing is "vide"."""
    if name == DELETED:
        return _deletion_words(db, record) if value else _keeping_words(db, record)
    if name == PARENT:
        parent = records.get(db, value) if value else None
        return " · ".join(filter(None, (words.place(value), _above(db, parent, words)))) if parent else _("nulle part")
    told = warning_words(record, value, words) if name == CONFIRMED else value_words(record, name, value, words)
    return _("vide") if told == ABSENT else told


def _above(db: Database, record: Record, words: Words) -> str:
    return words.place(record.parent) if record.parent else ""


def _deletion_words(db: Database, record: Record) -> str:
    below = max(0, len(records.descendants(db, record.uid)) - 1)
    if not below:
        return _("supprimée")
    return ngettext("supprimée, avec {n} fiche en dessous", "supprimée, avec {n} fiches en dessous", below).format(
        n=below
    )


def _keeping_words(db: Database, record: Record) -> str:
    gone = len(disputes.gone_with(db, record.uid))
    if not gone:
        return _("gardée")
    return ngettext(
        "gardée, et {n} fiche en dessous rétablie", "gardée, et {n} fiches en dessous rétablies", gone
    ).format(n=gone)


# ---------------------------------------------------------------------------------------------- the rest of it


def _around(db: Database, record: Record, disputed: set[str], words: Words) -> list[str]:
    """Return lines that say what else is known: who was there above, then what nobody disagrees about."""
    lines = [_people_words(parent, words) for parent in records.placed(db, [record])[0].parents.values()]
    rest = [
        f"{_(item.label)} : {_cut(value_words(record, item.name, record.data[item.name], words))}"
        for item in words.entity(record).fields
        if item.name in record.data and item.name not in disputed and not item.hidden
    ]
    return [line for line in (" · ".join(filter(None, lines)), " · ".join(rest)) if line]


def _people_words(record: Record, words: Words) -> str:
    """Return who was there: "Observateurs : …", "" where the record names nobody."""
    return " · ".join(
        f"{_(item.label)} : {words.value(item, record.data[item.name])}"
        for item in words.entity(record).fields
        if item.kind in {Kind.LINK, Kind.LINKS} and item.target == "person" and item.name in record.data
    )


def _cut(text: str) -> str:
    return text if len(text) <= CUT else f"{text[: CUT - 1].rstrip()}…"

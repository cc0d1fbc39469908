"""What a protocol is: plain data and functions. No base class, no registration, no hooks.

Names follow GeoNature's Monitoring module: sites_group -> site -> visit -> observation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fieldapp.core import clock

if TYPE_CHECKING:
    from fieldapp.core.board_form import BoardForm
    from fieldapp.core.day_list import DayListForm
    from fieldapp.core.exchange import Exporter, Importer
    from fieldapp.core.forms import Form
    from fieldapp.core.occurrence import Standard
    from fieldapp.core.session_form import SessionForm

PROTOCOLS = "protocols"
"""The `target` of a field of CHOICES whose list is the protocols installed that have something to hand on."""

Values = Mapping[str, Any]
"""The fields of one record by name; a field that was not filled in is absent (never None, never "")."""


class Kind(StrEnum):
    """The types of a field, and how its value is stored in the record's JSON."""

    TEXT = "text"  # str, one line
    LONG_TEXT = "long_text"  # str, several lines
    INTEGER = "integer"  # int
    NUMBER = "number"  # float
    BOOLEAN = "boolean"  # bool
    DATE = "date"  # "2026-04-14"
    TIME = "time"  # "21:02", local time of the field
    CHOICE = "choice"  # str, the code
    CHOICES = "choices"  # list[str], codes in the order of the list
    TAXON = "taxon"  # int, TAXREF cd_nom
    LINK = "link"  # str, uid of a record of the entity `target`
    LINKS = "links"  # list[str], uids


class Severity(StrEnum):
    """What a problem means for the record."""

    BLOCKING = "blocking"  # can never be right: the value is not stored, it waits in the draft
    INCOMPLETE = "incomplete"  # stored, the record stays a draft until it is filled in
    WARNING = "warning"  # stored; the person confirms it, and the confirmation is kept
    NOTICE = "notice"  # worth knowing, nothing to do


@dataclass(frozen=True, slots=True)
class Choice:
    """One code of a list with its French label (translated where it is shown).

    A code that is not `offered` is known and kept (older files hold it), but no form proposes it.
    """

    code: str
    label: str
    short: str = ""
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of a check: codes and figures only, the words are in `StudyProtocol.messages`."""

    field: str
    code: str
    severity: Severity
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # `field` is the name above


Condition = bool | Callable[[Values], bool]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity, as data.

    `required` and `relevant` may be functions of the other values of the record. `keep` carries the value over to the
    next record. `optional` marks a local field that the protocol does not ask for: it exists on a form only where the
    sites_group lists its name in `local_fields`. `hidden` fields are stored and exchanged but never asked. The list of
    an `is_open` field is not known to be whole: a code that is not in it is kept, and warned of.
    """

    name: str
    kind: Kind
    label: str
    unit: str = ""
    required: Condition = False
    relevant: Condition = True
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    is_open: bool = False
    default: Any = None
    keep: bool = False
    optional: bool = False
    hidden: bool = False
    target: str = ""
    source: str = ""

    def is_required(self, values: Values) -> bool:
        """Return whether the field must be filled in, given the other values."""
        return self.required if isinstance(self.required, bool) else self.required(values)

    def is_relevant(self, values: Values) -> bool:
        """Return whether the field makes sense at all, given the other values."""
        return self.relevant if isinstance(self.relevant, bool) else self.relevant(values)

    def choice(self, code: object) -> Choice | None:
        """Return the choice with this code, None when the list does not know it."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True)
class Entity:
    """One level of the tree of records: its fields, its parent's level, and what the store indexes.

    `date_field` and `taxon_field` name the fields that the store also keeps in the columns `on_date` and `cd_nom`.
    `indexed` names the fields by whose value the store finds records at once (`records.by_field`).
    """

    code: str
    label: str
    label_plural: str
    parent: str | None
    fields: tuple[Field, ...]
    title: Callable[[Values], str]
    date_field: str | None = None
    taxon_field: str | None = None
    indexed: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by name."""
        return {item.name: item for item in self.fields}


@dataclass(frozen=True, slots=True)
class Taxon:
    """One name of the TAXREF reference, or of a protocol's curated list.

    `parent` is the cd_nom of the taxon above (of a synonym: of its valid name), 0 where it is not known; `group`
    TAXREF's GROUP2_INPN ("Amphibiens");
    `lineage` kingdom, phylum, class, order and family, as far as they are known ("" for one that is not).
    """

    cd_nom: int
    cd_ref: int
    lb_nom: str
    lb_auteur: str = ""
    nom_vern: str = ""
    rank: str = ""
    regional_rank: int | None = None
    complex: str = ""
    status: str = ""
    aliases: tuple[str, ...] = ()
    parent: int = 0
    group: str = ""
    lineage: tuple[str, ...] = ()

    @property
    def nom_complet(self) -> str:
        """The Latin name with its author, as TAXREF's NOM_COMPLET."""
        return f"{self.lb_nom} {self.lb_auteur}".strip()


_NO_FIELDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may look at: the record, its parents by entity, its siblings, its children, and the day of today.

    `siblings` are the other records below the same parent. `history` holds what the protocol's form asked the store
    for about the place (for POP: the cd_nom seen at the site, each with the last year). `known` holds what else whoever
    checks has looked up, by the name that the protocol's rules give to it (for banding: the life of the ring, the usual
    biometry); a rule whose knowledge is missing says nothing.
    """

    values: Values
    parents: Mapping[str, Values] = field(default_factory=dict)
    siblings: Sequence[Values] = ()
    children: Sequence[Values] = ()
    today: date = field(default_factory=clock.today)
    taxa: Mapping[int, Taxon] = field(default_factory=dict)
    links: Mapping[str, Values] = field(default_factory=dict)
    history: Mapping[int, int] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)

    @property
    def local_fields(self) -> frozenset[str]:
        """The names of the optional fields that this sites_group has switched on."""
        group = self.parents.get("sites_group")
        return frozenset(group.get("local_fields", ())) if group else _NO_FIELDS


Rule = Callable[[Context], Iterable[Problem]]


def advice(rule: Rule) -> Rule:
    """Mark a rule that only warns or tells: whoever asks what blocks or is missing need not run it."""
    vars(rule)["is_advice"] = True
    return rule


def is_advice(rule: Rule) -> bool:
    """Return whether the rule is marked as one that never blocks and never leaves a record incomplete."""
    return "is_advice" in getattr(rule, "__dict__", ())


def blocks_alone(rule: Rule) -> Rule:
    """Mark a rule that blocks, if ever, for the record's own sake: what lies below the record makes no difference."""
    vars(rule)["blocks_alone"] = True
    return rule


def may_block_for_children(rule: Rule) -> bool:
    """Return whether the rule might refuse a record for what lies below it."""
    return not is_advice(rule) and "blocks_alone" not in getattr(rule, "__dict__", ())


@dataclass(frozen=True)
class StudyProtocol:
    """A monitoring protocol as plain data: what is recorded, what is checked, how it is entered and exchanged.

    `messages` gives the French words of every problem code of `rules` (with str.format placeholders from `params`).
    `taxa` are those that come with it. `form` says how places are walked and visited, `session` how a long session is
    typed line by line, `board` how a barrier is looked into every morning, `day_list` how a list of one place and one
    day is written; a protocol has one of them, or none.
    `standard` makes what tells its records in the terms that all recipients share; None: it has nothing to hand on.
    `command` is its name on the command line, "" for its code. A version is what a stored change says it was written
    under.
    """

    code: str
    version: str
    label: str
    entities: tuple[Entity, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    messages: Mapping[str, str]
    taxa: Callable[[], Sequence[Taxon]]
    form: Form | None = None
    session: SessionForm | None = None
    board: BoardForm | None = None
    day_list: DayListForm | None = None
    command: str = ""
    standard: Callable[[], Standard] | None = None
    analyses: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    imports: Sequence[Importer] = ()
    exports: Sequence[Exporter] = ()

    def entity(self, code: str) -> Entity:
        """Return the entity with this code; KeyError when the protocol has none."""
        return self._by_code[code]

    @cached_property
    def _by_code(self) -> Mapping[str, Entity]:
        return {entity.code: entity for entity in self.entities}

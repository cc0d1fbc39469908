"""Occasional observations, put together. Rules and files are loaded when they are first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fieldapp.core.lazy import LazyMapping, LazySequence
from fieldapp.core.schema import Rule, StudyProtocol
from fieldapp.core.text import N_
from fieldapp.protocols.occasional import form, lists
from fieldapp.protocols.occasional.schema import CODE, ENTITIES, VERSION

if TYPE_CHECKING:
    from fieldapp.core.exchange import Importer
    from fieldapp.core.occurrence import Standard


def _rules() -> Mapping[str, tuple[Rule, ...]]:
    from fieldapp.protocols.occasional import rules

    return rules.RULES


def _messages() -> Mapping[str, str]:
    from fieldapp.protocols.occasional import rules

    return rules.MESSAGES


def _imports() -> Sequence[Importer]:
    from fieldapp.protocols.occasional import exchange

    return exchange.IMPORTS


def _standard() -> Standard:
    from fieldapp.protocols.occasional import standard

    return standard.STANDARD


PROTOCOL = StudyProtocol(
    code=CODE,
    version=VERSION,
    label=N_("Observations occasionnelles"),
    entities=ENTITIES,
    rules=LazyMapping(_rules),
    messages=LazyMapping(_messages),
    taxa=lists.taxa,
    day_list=form.FORM,
    standard=_standard,
    imports=LazySequence(_imports),
)

"""Banding, put together. Rules, analyses and files are loaded when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.core.lazy import LazyMapping, LazySequence
from fieldapp.core.schema import Rule, StudyProtocol
from fieldapp.core.text import N_
from fieldapp.protocols.banding import form, lists
from fieldapp.protocols.banding.schema import CODE, ENTITIES, VERSION

if TYPE_CHECKING:
    from fieldapp.core.exchange import Exporter, Importer
    from fieldapp.core.occurrence import Standard


def _rules() -> Mapping[str, tuple[Rule, ...]]:
    from fieldapp.protocols.banding import rules

    return rules.RULES


def _messages() -> Mapping[str, str]:
    from fieldapp.protocols.banding import rules

    return rules.MESSAGES


def _analyses() -> Mapping[str, Callable[..., Any]]:
    from fieldapp.protocols.banding import year_table

    return {"summary": year_table.summary}


def _imports() -> Sequence[Importer]:
    from fieldapp.protocols.banding import exchange

    return exchange.IMPORTS


def _exports() -> Sequence[Exporter]:
    from fieldapp.protocols.banding import exchange

    return exchange.EXPORTS


def _standard() -> Standard:
    from fieldapp.protocols.banding import standard

    return standard.STANDARD


PROTOCOL = StudyProtocol(
    code=CODE,
    version=VERSION,
    label=N_("Baguage"),
    entities=ENTITIES,
    rules=LazyMapping(_rules),
    messages=LazyMapping(_messages),
    taxa=lists.taxa,
    session=form.SESSION,
    imports=LazySequence(_imports),
    exports=LazySequence(_exports),
    standard=_standard,
    analyses=LazyMapping(_analyses),
)

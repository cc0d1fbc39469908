"""The pitfall barrier, put together. Rules, analyses and files are loaded when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.core.lazy import LazyMapping, LazySequence
from fieldapp.core.schema import Rule, StudyProtocol
from fieldapp.core.text import N_
from fieldapp.protocols.pitfall_barrier import form, lists
from fieldapp.protocols.pitfall_barrier.schema import CODE, ENTITIES, VERSION

if TYPE_CHECKING:
    from fieldapp.core.exchange import Exporter, Importer
    from fieldapp.core.occurrence import Standard


def _rules() -> Mapping[str, tuple[Rule, ...]]:
    from fieldapp.protocols.pitfall_barrier import rules

    return rules.RULES


def _messages() -> Mapping[str, str]:
    from fieldapp.protocols.pitfall_barrier import rules

    return rules.MESSAGES


def _analyses() -> Mapping[str, Callable[..., Any]]:
    from fieldapp.protocols.pitfall_barrier import summary

    return {"site_summary": summary.summary}


def _imports() -> Sequence[Importer]:
    from fieldapp.protocols.pitfall_barrier import exchange

    return exchange.IMPORTS


def _exports() -> Sequence[Exporter]:
    from fieldapp.protocols.pitfall_barrier import exchange

    return exchange.EXPORTS


def _standard() -> Standard:
    from fieldapp.protocols.pitfall_barrier import standard

    return standard.STANDARD


PROTOCOL = StudyProtocol(
    code=CODE,
    version=VERSION,
    label=N_("Barrière-piège"),
    entities=ENTITIES,
    rules=LazyMapping(_rules),
    messages=LazyMapping(_messages),
    taxa=lists.taxa,
    board=form.BOARD,
    command="barrier",
    imports=LazySequence(_imports),
    exports=LazySequence(_exports),
    standard=_standard,
    analyses=LazyMapping(_analyses),
)

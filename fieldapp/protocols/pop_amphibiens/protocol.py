"""POP Amphibiens, put together. Rules, analyses and files are loaded when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.core.lazy import LazyMapping, LazySequence
from fieldapp.core.schema import Rule, StudyProtocol
from fieldapp.core.text import N_
from fieldapp.protocols.pop_amphibiens import form, lists
from fieldapp.protocols.pop_amphibiens.schema import CODE, ENTITIES, VERSION

if TYPE_CHECKING:
    from fieldapp.core.exchange import Exporter, Importer
    from fieldapp.core.occurrence import Standard


def _rules() -> Mapping[str, tuple[Rule, ...]]:
    from fieldapp.protocols.pop_amphibiens import rules

    return rules.RULES


def _messages() -> Mapping[str, str]:
    from fieldapp.protocols.pop_amphibiens import rules

    return rules.MESSAGES


def _analyses() -> Mapping[str, Callable[..., Any]]:
    from fieldapp.protocols.pop_amphibiens import analysis

    return {"summary": analysis.summary, "matrix": analysis.detection_matrix}


def _imports() -> Sequence[Importer]:
    from fieldapp.protocols.pop_amphibiens import exchange

    return exchange.IMPORTS


def _exports() -> Sequence[Exporter]:
    from fieldapp.protocols.pop_amphibiens import exchange

    return exchange.EXPORTS


def _standard() -> Standard:
    from fieldapp.protocols.pop_amphibiens import standard

    return standard.STANDARD


PROTOCOL = StudyProtocol(
    code=CODE,
    version=VERSION,
    label=N_("POP Amphibiens"),
    entities=ENTITIES,
    rules=LazyMapping(_rules),
    messages=LazyMapping(_messages),
    taxa=lists.taxa,
    form=form.FORM,
    imports=LazySequence(_imports),
    exports=LazySequence(_exports),
    standard=_standard,
    analyses=LazyMapping(_analyses),
)

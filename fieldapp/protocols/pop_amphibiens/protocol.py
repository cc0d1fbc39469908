"""POP Amphibiens, put together."""

from __future__ import annotations

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import N_
from fieldapp.protocols.pop_amphibiens import analysis, exchange, lists, rules
from fieldapp.protocols.pop_amphibiens.schema import CODE, ENTITIES, VERSION

PROTOCOL = StudyProtocol(
    code=CODE,
    version=VERSION,
    label=N_("POP Amphibiens"),
    entities=ENTITIES,
    rules=rules.RULES,
    messages=rules.MESSAGES,
    taxa=lists.taxa,
    imports=exchange.IMPORTS,
    exports=exchange.EXPORTS,
    analyses={"summary": analysis.summary, "matrix": analysis.detection_matrix},
)

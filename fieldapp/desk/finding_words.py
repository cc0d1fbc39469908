"""The words of the findings, all in one place: a name to choose by, and a sentence with the figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fieldapp.core import checking, dates
from fieldapp.core.parse import show_number
from fieldapp.core.schema import Problem, Severity, StudyProtocol
from fieldapp.core.text import N_, _, ngettext
from fieldapp.desk import checks, dismissal, findings, season_checks
from fieldapp.desk.findings import Finding

NAMES: Mapping[str, str] = {
    checks.HIGH_COUNT: N_("Effectif exceptionnel"),
    checks.FIRST_COMMUNE: N_("Première mention dans la commune"),
    checks.FIRST_DEPARTMENT: N_("Première mention dans le département"),
    checks.SITE_MOVED: N_("Site déplacé"),
    checks.OUTSIDE_AREA: N_("Site hors de son aire"),
    season_checks.OUTSIDE_WINDOW: N_("Passage hors période"),
    season_checks.MISSING_PASSAGE: N_("Passage manquant"),
    findings.STALE: N_("Modifiée depuis sa validation"),
    findings.QUESTION: N_("Question posée"),
    findings.ANSWERED: N_("Question répondue"),
}
"""What the desk's own checks are called, in the order of choosing."""

SENTENCES: Mapping[str, str] = {
    checks.HIGH_COUNT: N_("{count} : plus que 99 relevés sur 100 de cette espèce dans ce suivi (jusqu’à {limit})."),
    checks.FIRST_COMMUNE: N_("Jamais notée avant dans la commune {area}, suivie depuis {since}."),
    checks.FIRST_DEPARTMENT: N_("Jamais notée avant dans le département {area}, suivi depuis {since}."),
    checks.SITE_MOVED: N_("Le site est à {metres} m de sa place des premiers relevés (déplacé le {on})."),
    checks.OUTSIDE_AREA: N_("Le site est à {km} km des autres de son aire."),
    season_checks.OUTSIDE_WINDOW: N_("Le passage {passage} se termine d’habitude le {until}."),
    season_checks.MISSING_PASSAGE: N_("Passage {passages} : pas de fiche, et la période est passée."),
    findings.STALE: N_("Modifiée depuis qu’elle a été validée : à valider de nouveau."),
    findings.QUESTION: N_("En attente de réponse : « {question} »"),
    findings.ANSWERED: N_("« {question} » Réponse : « {answer} »"),
}


def name(code: str, protocol: StudyProtocol | None = None) -> str:
    """Return what a kind of finding is called; a protocol's warning by its sentence, its figures left open.

    `code` may be what a record keeps once a finding was found right.
    """
    code = dismissal.code_of(code)
    if code in NAMES:
        return _(NAMES[code])
    template = (protocol.messages.get(code) if protocol else None) or checking.MESSAGES.get(code) or code
    return _(template).format_map(_Open())


def sentence(finding: Finding, protocol: StudyProtocol, entity: str) -> str:
    """Return what a finding says of its record, which is of this entity."""
    if finding.code in SENTENCES:
        return _(SENTENCES[finding.code]).format_map({key: _shown(key, value) for key, value in finding.params.items()})
    problem = Problem(finding.field, finding.code, Severity.WARNING, finding.params)
    said = checking.words(problem, protocol, protocol.entity(entity))
    others = len(finding.others)
    if not others:
        return said
    more = ngettext("De même pour {count} autre fiche.", "De même pour {count} autres fiches.", others)
    return f"{said} {more.format(count=others)}"


def _shown(key: str, value: Any) -> str:
    if key in {"on", "until"}:
        return dates.in_numbers(date.fromisoformat(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return show_number(value) if isinstance(value, float) else str(value)


class _Open(dict[str, Any]):
    """Whatever a sentence asks for is "…", in whatever form it asks for it."""

    def __missing__(self, _name: str) -> _Ellipsis:
        return _Ellipsis()


class _Ellipsis:
    def __format__(self, _how: str) -> str:
        return "…"

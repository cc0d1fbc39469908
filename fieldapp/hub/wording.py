"""The words of the hub for people: roles, reasons, how long ago; in the language of each reader at once.

The program speaks one language at a time, a hub answers people of several. So the words are asked of an object.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache

from fieldapp.core import dates, paths
from fieldapp.core.text import LANGUAGES, N_, SOURCE_LANGUAGE, together
from fieldapp.hub.storage import COORDINATOR, LEADER, VOLUNTEER

ROLE_WORDS: Mapping[str, str] = {
    VOLUNTEER: N_("bénévole"),
    LEADER: N_("responsable de session"),
    COORDINATOR: N_("coordination"),
}

REASON_WORDS: Mapping[str, str] = {
    "malformed": N_("Changement illisible : le programme du portable est à mettre à jour."),
    "missing_base": N_("Changement dont un changement antérieur n’est pas encore arrivé."),
    "missing_parent": N_("Fiche dont la fiche au-dessus (mare, passage…) n’est pas encore arrivée."),
    "after_refused": N_("Suite d’un changement mis de côté : entrera avec lui."),
    "not_yours": N_("Suppression d’une fiche faite sur un autre portable, ou déplacement : réservés aux responsables."),
    "not_shared": N_("Suivi qui n’est pas partagé avec ce portable."),
    "coordinators_only": N_("Validation : réservée à la coordination."),
    "validated": N_("Correction d’une fiche validée : réservée à la coordination."),
    "newer": N_("Écrit par un programme plus récent que celui du serveur : entrera quand le serveur sera à jour."),
    "other_content": N_("Autre contenu sous l’identifiant d’un changement déjà là : voyez de quel portable il vient."),
}
"""Why a change was put into quarantine, by the codes of `hub.applying`, `hub.rights` and `hub.knowing`."""

OTHER_REASON = N_("Autre raison ({code}).")

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_WEEK_OF_DAYS, _MONTH_OF_DAYS, _YEAR_OF_DAYS = 14, 61, 730
"""From how many days on they are said in weeks, in months, in years."""


class Words:
    """The texts of the program in one language, whatever the program itself speaks."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else SOURCE_LANGUAGE
        self._found = gettext.NullTranslations()
        if self.language != SOURCE_LANGUAGE:
            folder = paths.resource("translations")
            self._found = gettext.translation("fieldapp", folder, [self.language], fallback=True)

    def _(self, message: str) -> str:
        """Return a French source text in this language, with the blanks of French before its signs."""
        return together(self._found.gettext(message)) if message else ""

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return the form that fits `n`, with the number in the place of {n}; French counts 0 and 1 as singular."""
        if self.language == SOURCE_LANGUAGE:
            found = singular if abs(n) < 2 else plural
        else:
            found = self._found.ngettext(singular, plural, n)
        return together(found).format(n=self.number(n))

    def number(self, count: int) -> str:
        """Return a number with its thousands apart, as this language writes it."""
        apart = "," if self.language == "en" else "\N{NARROW NO-BREAK SPACE}"
        return f"{count:,}".replace(",", apart)

    def role(self, role: str) -> str:
        """Return what a role is called; the code itself for one that is unknown."""
        return self._(ROLE_WORDS[role]) if role in ROLE_WORDS else role

    def reason(self, code: str) -> str:
        """Return why a change was put into quarantine, as a sentence."""
        if code in REASON_WORDS:
            return self._(REASON_WORDS[code])
        return self._(OTHER_REASON).format(code=code)

    def day(self, day: date) -> str:
        """Return "14 avril"."""
        return f"{self._('1er') if day.day == 1 else day.day} {self._(dates.MONTHS[day.month - 1])}"

    def moment(self, at: str) -> str:
        """Return an instant (UTC) as "14/04/2026 21:02" by the clock of the hub; "" for none."""
        return f"{parsed(at).astimezone():%d/%m/%Y %H:%M}" if at else ""

    def ago(self, at: str, now: datetime) -> str:
        """Return how long ago an instant (UTC) was, "il y a 3 jours"; "jamais" for none."""
        if not at:
            return self._("jamais")
        seconds = (now - parsed(at)).total_seconds()
        if seconds < _MINUTE:
            return self._("à l’instant")
        if seconds < _HOUR:
            return self.ngettext("il y a {n} minute", "il y a {n} minutes", int(seconds // _MINUTE))
        if seconds < _DAY:
            return self.ngettext("il y a {n} heure", "il y a {n} heures", int(seconds // _HOUR))
        return self._days_ago(int(seconds // _DAY))

    def _days_ago(self, days: int) -> str:
        if days < _WEEK_OF_DAYS:
            return self.ngettext("il y a {n} jour", "il y a {n} jours", days)
        if days < _MONTH_OF_DAYS:
            return self.ngettext("il y a {n} semaine", "il y a {n} semaines", days // 7)
        if days < _YEAR_OF_DAYS:
            return self.ngettext("il y a {n} mois", "il y a {n} mois", days // 30)
        return self.ngettext("il y a {n} an", "il y a {n} ans", days // 365)


@cache
def words(language: str) -> Words:
    """Return the texts in a language, read once."""
    return Words(language)


def parsed(at: str) -> datetime:
    """Return an instant as the hub writes them (UTC, ISO 8601)."""
    return datetime.fromisoformat(at).astimezone(UTC)


def preferred(accept_language: str) -> str:
    """Return the first language of ours in an HTTP Accept-Language; French when there is none.

    Preferences are those of RFC 9110, section 12.5.4; of two that weigh the same, the one named first.
    """
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:500].split(","):
        tag, _semicolon, weight = part.partition(";q=")
        code = tag.strip().partition("-")[0].lower()
        if code in LANGUAGES:
            wanted.append((_weight(weight), code))
    wanted = [item for item in wanted if item[0] > 0]
    return max(wanted, key=lambda item: item[0])[1] if wanted else SOURCE_LANGUAGE


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0

"""The words of the page of syncing: roles, why a change was refused and what to do, how long ago, how much waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from fieldapp.core.text import N_, _, ngettext
from fieldapp.store.outbox import COUNTED
from fieldapp.ui.sync.standing import Standing
from fieldapp.ui.wording import instant_words, number_words

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "volunteer": N_("bénévole : vous saisissez, corrigez, et supprimez ce que vous avez saisi"),
        "leader": N_("responsable de session : vous pouvez aussi supprimer ce que d’autres ont saisi"),
        "coordinator": N_("coordination : vous pouvez aussi valider"),
    }
)
"""What the roles of a hub are called, and what they allow."""

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "not_yours": (
            N_("Supprimer ou déplacer ce que d’autres ont saisi est réservé aux responsables."),
            N_("Reprenez la version commune, ou demandez à la coordination de le faire."),
        ),
        "not_shared": (
            N_("Ce suivi n’est pas partagé avec cet ordinateur."),
            N_("Demandez à la coordination un accès à ce suivi, puis synchronisez."),
        ),
        "coordinators_only": (
            N_("La validation est réservée à la coordination."),
            N_("Reprenez la version commune, ou demandez à la coordination de valider."),
        ),
        "validated": (
            N_("La coordination a validé cette fiche, ou celle au-dessus : elle seule peut y changer quelque chose."),
            N_("Reprenez la version commune, ou demandez à la coordination de corriger la fiche ou de la rouvrir."),
        ),
        "missing_base": (
            N_("Il manque au serveur ce que cette saisie modifie."),
            N_("Synchronisez l’ordinateur où la fiche a été créée, puis celui-ci."),
        ),
        "missing_parent": (
            N_("Il manque au serveur la mare, la séance ou le passage au-dessus."),
            N_("Synchronisez l’ordinateur où la fiche du dessus a été créée, puis celui-ci."),
        ),
        "after_refused": (
            N_("Elle suit une saisie refusée."),
            N_("Réglez d’abord celle-là : celle-ci la suivra."),
        ),
        "malformed": (
            N_("Le serveur ne comprend pas cette saisie."),
            N_("Mettez fieldapp à jour, puis synchronisez."),
        ),
        "newer": (
            N_("Le serveur est plus ancien que ce programme."),
            N_("Demandez à la coordination de mettre le serveur à jour, puis synchronisez."),
        ),
        "other_content": (
            N_("Le serveur a déjà autre chose sous la même identité."),
            N_("Prévenez la coordination avec « Copier le rapport » ; votre saisie reste ici."),
        ),
    }
)
"""Why the hub did not take a change, by the codes of its refusals, and what to do about it."""

_OTHER = (N_("Le serveur l’a refusée ({code})."), N_("Mettez fieldapp à jour, ou prévenez la coordination."))

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def role_words(role: str) -> str:
    """Return what somebody with this role may do; the code itself for a role of a later hub."""
    return _(ROLES[role]) if role in ROLES else role


def reason_words(code: str) -> tuple[str, str]:
    """Return why a change was refused, and what to do now."""
    why, what_now = REASONS.get(code, _OTHER)
    return _(why).format(code=code), _(what_now)


def ago_words(at: str, now: datetime | None = None) -> str:
    """Return how long ago an instant (UTC) was: "à l’instant", "il y a 3 h"; its date when it is long ago."""
    if not at:
        return _("jamais")
    seconds = ((now or datetime.now(UTC)) - datetime.fromisoformat(at)).total_seconds()
    if seconds < _MINUTE:
        return _("à l’instant")
    if seconds < _HOUR:
        return _("il y a {n} min").format(n=int(seconds // _MINUTE))
    if seconds < _DAY:
        return _("il y a {n} h").format(n=int(seconds // _HOUR))
    if seconds < 14 * _DAY:
        days = int(seconds // _DAY)
        return ngettext("il y a {n} jour", "il y a {n} jours", days).format(n=days)
    return _("le {date}").format(date=instant_words(at)[:10])


def waiting_words(standing: Standing) -> str:
    """Return what is still to be sent, as a sentence; that nothing is, where that is so."""
    if standing.visits >= COUNTED:
        parts = [_("plus de {n} saisies").format(n=number_words(COUNTED))]
    elif standing.visits:
        parts = [ngettext("{n} passage ou fiche", "{n} passages ou fiches", standing.visits)]
        parts = [parts[0].format(n=number_words(standing.visits))]
    else:
        parts = []
    if standing.photos:
        parts.append(ngettext("{n} photo", "{n} photos", standing.photos).format(n=number_words(standing.photos)))
    if not parts:
        return _("Tout ce qui a été saisi ici est envoyé.")
    return _("À envoyer : {what}.").format(what=_(" et ").join(parts))


def figures_words(report: Mapping[str, Any]) -> str:
    """Return the report of a sync for a line of the diary: what went, what came, what is to be seen to."""
    counts: dict[str, Callable[[int], str]] = {
        "sent": lambda n: ngettext("{n} saisie envoyée", "{n} saisies envoyées", n),
        "received": lambda n: ngettext("{n} reçue", "{n} reçues", n),
        "conflicts": lambda n: ngettext("{n} à relire", "{n} à relire", n),
        "refused": lambda n: ngettext("{n} refusée", "{n} refusées", n),
    }
    found = {name: int(report.get(name) or 0) for name in counts}
    if not found["sent"]:
        counts["received"] = lambda n: ngettext("{n} saisie reçue", "{n} saisies reçues", n)
    said = [counts[name](n).format(n=number_words(n)) for name, n in found.items() if n]
    return ", ".join(said) or (_("rien n’a pu être échangé") if report.get("note") else _("rien de nouveau"))

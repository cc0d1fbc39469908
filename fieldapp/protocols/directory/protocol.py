"""People, datasets, recipients and what they got: records like all others, so they have a history and sync."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fieldapp.core.ids import is_uid
from fieldapp.core.schema import (
    PROTOCOLS,
    Choice,
    Context,
    Entity,
    Field,
    Kind,
    Problem,
    Severity,
    StudyProtocol,
    Taxon,
    Values,
)
from fieldapp.core.text import N_

CODE = "directory"

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def _name(values: Values) -> str:
    return str(values.get("name", ""))


PERSON = Entity(
    code="person",
    label=N_("Personne"),
    label_plural=N_("Personnes"),
    parent=None,
    title=_name,
    fields=(
        # Written "NOM Prénom", as the SHF file joins them (source: POPAmphibien export_csv.sql, nom_role prenom_role).
        Field("name", Kind.TEXT, N_("Nom Prénom"), required=True, maximum=None),
        Field("organisation", Kind.TEXT, N_("Organisme")),
        Field("email", Kind.TEXT, N_("Adresse électronique")),
    ),
)

DATASET = Entity(
    code="dataset",
    label=N_("Jeu de données"),
    label_plural=N_("Jeux de données"),
    parent=None,
    title=_name,
    fields=(
        Field("name", Kind.TEXT, N_("Nom"), required=True),
        # The number that the GeoNature server gave to it; unknown until the dataset was declared there.
        Field("id_dataset", Kind.INTEGER, N_("Numéro GeoNature"), minimum=1),
        Field("unique_dataset_id", Kind.TEXT, N_("Identifiant SINP (UUID)")),
        Field("derogation_reference", Kind.TEXT, N_("Dérogation préfectorale : référence")),
        Field("derogation_from_on", Kind.DATE, N_("Dérogation : valable du")),
        Field("derogation_to_on", Kind.DATE, N_("Dérogation : jusqu’au")),
        # The protocols whose visits belong to it where the visit names no dataset itself; codes, known here or not.
        Field("protocols", Kind.CHOICES, N_("Suivis concernés"), is_open=True, target=PROTOCOLS),
        Field("acquisition_framework_id", Kind.TEXT, N_("Cadre d’acquisition (UUID)")),
        Field("licence", Kind.TEXT, N_("Licence")),
    ),
)

PRECISIONS = (
    Choice("exact", N_("Position exacte"), N_("exacte")),
    Choice("commune", N_("Commune")),
    Choice("cell", N_("Maille de 10 km"), N_("maille")),
)
"""How exactly a recipient is told where something was."""

RECIPIENT = Entity(
    code="recipient",
    label=N_("Destinataire"),
    label_plural=N_("Destinataires"),
    parent=None,
    title=_name,
    fields=(
        Field("name", Kind.TEXT, N_("Nom"), required=True),
        Field("contact", Kind.TEXT, N_("Personne à contacter")),
        Field("email", Kind.TEXT, N_("Adresse électronique")),
        Field("conditions", Kind.LONG_TEXT, N_("Conditions d’utilisation"), required=True),
        # Who fills in a sheet in haste shall not have agreed to exact places.
        Field("precision", Kind.CHOICE, N_("Précision"), required=True, choices=PRECISIONS, default="cell"),
        Field("sees_sensitive", Kind.BOOLEAN, N_("Reçoit la position exacte des espèces sensibles")),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)

DELIVERY = Entity(
    code="delivery",
    label=N_("Envoi"),
    label_plural=N_("Envois"),
    parent=None,
    title=lambda values: " ".join(filter(None, (str(values.get("made_on", "")), str(values.get("file_name", ""))))),
    fields=(
        Field("recipient", Kind.LINK, N_("Destinataire"), required=True, target="recipient"),
        Field("made_on", Kind.DATE, N_("Fait le"), required=True),
        Field("purpose", Kind.TEXT, N_("Objet")),
        Field("conditions", Kind.LONG_TEXT, N_("Conditions d’utilisation")),
        Field("format", Kind.TEXT, N_("Format"), required=True),
        Field("filter", Kind.LONG_TEXT, N_("Demande")),
        Field("precision", Kind.CHOICE, N_("Précision"), choices=PRECISIONS),
        Field("file_name", Kind.TEXT, N_("Fichier"), required=True),
        # SHA-256 of the file; a field of that name would be a photo's.
        Field("digest", Kind.TEXT, N_("Empreinte SHA-256"), required=True),
        Field("rows", Kind.INTEGER, N_("Lignes"), minimum=0),
        Field("records", Kind.INTEGER, N_("Données"), minimum=0),
        Field("taxa", Kind.INTEGER, N_("Taxons"), minimum=0),
        Field("new", Kind.INTEGER, N_("Nouvelles"), minimum=0),
        Field("corrected", Kind.INTEGER, N_("Corrigées"), minimum=0),
        Field("withdrawn", Kind.INTEGER, N_("Retirées"), minimum=0),
        # The uid of the delivery that this one goes on from, where only what changed since then was asked for.
        Field("previous", Kind.LINK, N_("Suite de l’envoi"), target="delivery"),
        Field("program_version", Kind.TEXT, N_("Version du programme")),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)

SENSITIVITY = Entity(
    code="sensitivity",
    label=N_("Espèce sensible"),
    label_plural=N_("Espèces sensibles"),
    parent=None,
    taxon_field="cd_nom",
    title=lambda values: str(values.get("cd_nom", "")),
    fields=(
        Field("cd_nom", Kind.TAXON, N_("Espèce"), required=True),
        Field("department", Kind.TEXT, N_("Département (vide : partout)")),
        Field(
            "level",
            Kind.CHOICE,
            N_("Niveau de sensibilité"),
            required=True,
            choices=(
                Choice("0", N_("0 : position exacte")),
                Choice("1", N_("1 : commune")),
                Choice("2", N_("2 : maille de 10 km")),
                Choice("3", N_("3 : département")),
                Choice("4", N_("4 : aucune diffusion")),
            ),
            source="SINP nomenclatures, SENSIBILITE (INPN)",
        ),
        Field("comments", Kind.LONG_TEXT, N_("Raison")),
    ),
)


KEY = Entity(
    code="key",
    label=N_("Clé des identifiants floutés"),
    label_plural=N_("Clés des identifiants floutés"),
    parent=None,
    title=lambda _values: "",
    fields=(Field("value", Kind.TEXT, N_("Clé"), hidden=True),),
)
"""The one record of it is made by the program, and shown on no page (`store.sensitivities`)."""


def derogation_dates_in_order(context: Context) -> Iterator[Problem]:
    """Warn when a derogation ends before it begins."""
    first, last = context.values.get("derogation_from_on"), context.values.get("derogation_to_on")
    if first and last and last < first:
        yield Problem("derogation_to_on", "derogation_ends_before", Severity.WARNING)


def identifiers_are_uuids(context: Context) -> Iterator[Problem]:
    """Refuse an identifier of the SINP that is none: every file that bears it would be refused."""
    for name in ("unique_dataset_id", "acquisition_framework_id"):
        value = context.values.get(name)
        if value and not is_uid(value):
            yield Problem(name, "not_a_uuid", Severity.BLOCKING)


def address_may_be_written_to(context: Context) -> Iterator[Problem]:
    """Warn of an address that no message could reach."""
    value = context.values.get("email")
    if value and not _ADDRESS.fullmatch(value):
        yield Problem("email", "not_an_address", Severity.WARNING)


def _no_taxa() -> Sequence[Taxon]:
    return ()


PROTOCOL = StudyProtocol(
    code=CODE,
    version="1",
    label=N_("Annuaire"),
    entities=(PERSON, DATASET, RECIPIENT, DELIVERY, SENSITIVITY, KEY),
    rules={
        "dataset": (derogation_dates_in_order, identifiers_are_uuids),
        "person": (address_may_be_written_to,),
        "recipient": (address_may_be_written_to,),
    },
    messages={
        "derogation_ends_before": N_("La dérogation finit avant de commencer : vérifiez les deux dates."),
        "not_a_uuid": N_("Ce n’est pas un UUID (8-4-4-4-12 signes) : copiez-le en entier, ou laissez vide."),
        "not_an_address": N_("Cette adresse électronique est incomplète : vérifiez-la."),
    },
    taxa=_no_taxa,
)

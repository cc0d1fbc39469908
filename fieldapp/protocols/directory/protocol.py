"""People and datasets: records like all others, so they have a history, sync and are exported the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fieldapp.core.schema import Context, Entity, Field, Kind, Problem, Severity, StudyProtocol, Taxon, Values
from fieldapp.core.text import N_

CODE = "directory"


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
    ),
)


def derogation_dates_in_order(context: Context) -> Iterator[Problem]:
    """Warn when a derogation ends before it begins."""
    first, last = context.values.get("derogation_from_on"), context.values.get("derogation_to_on")
    if first and last and last < first:
        yield Problem("derogation_to_on", "derogation_ends_before", Severity.WARNING)


def _no_taxa() -> Sequence[Taxon]:
    return ()


PROTOCOL = StudyProtocol(
    code=CODE,
    version="1",
    label=N_("Annuaire"),
    entities=(PERSON, DATASET),
    rules={"dataset": (derogation_dates_in_order,)},
    messages={"derogation_ends_before": N_("La dérogation finit avant de commencer : vérifiez les deux dates.")},
    taxa=_no_taxa,
)

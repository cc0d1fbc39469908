"""The fields of a list of the day and of what was seen, with the names of GeoNature's Occtax where it has one.

Source: PnX-SI/GeoNature, Occtax (t_releves_occtax, t_occurrences_occtax, cor_counting_occtax); the date, the observers
and the dataset have the names that they have in the Monitoring module, as everywhere in the program.
"""

from __future__ import annotations

from fieldapp.core.schema import Entity, Field, Kind, Values
from fieldapp.core.text import N_
from fieldapp.protocols.occasional.lists import choices

CODE = "occasional"
VERSION = "1"

PRESENT, ABSENT = "Pr", "No"
"""Codes of STATUT_OBS."""
COUNTED, ESTIMATED = "Co", "Es"
"""Codes of TYP_DENBR."""
INDIVIDUAL = "IND"
"""Code of OBJ_DENBR for animals or plants one by one."""
DEAD = "3"
"""Code of ETA_BIO, "Trouvé mort"."""

STATUS, OBJECT, COUNTING = (
    "id_nomenclature_observation_status",
    "id_nomenclature_obj_count",
    "id_nomenclature_type_count",
)
STAGE, SEX, TECHNIQUE, BEHAVIOUR = (
    "id_nomenclature_life_stage",
    "id_nomenclature_sex",
    "id_nomenclature_obs_technique",
    "id_nomenclature_behaviour",
)
BIO_STATUS, CONDITION = "id_nomenclature_bio_status", "id_nomenclature_bio_condition"

NOMENCLATURES = {
    STATUS: "STATUT_OBS",
    COUNTING: "TYP_DENBR",
    OBJECT: "OBJ_DENBR",
    STAGE: "STADE_VIE",
    SEX: "SEXE",
    TECHNIQUE: "METH_OBS",
    BEHAVIOUR: "OCC_COMPORTEMENT",
    BIO_STATUS: "STATUT_BIO",
    CONDITION: "ETA_BIO",
    "id_nomenclature_naturalness": "NATURALITE",
    "id_nomenclature_determination_method": "METH_DETERMIN",
    "id_nomenclature_exist_proof": "PREUVE_EXIST",
}
"""The nomenclature type of each field that holds one of its codes."""


def present(values: Values) -> bool:
    """Return whether something was seen; a line that says nothing of it is of something seen."""
    return bool(values.get(STATUS, PRESENT) != ABSENT)


def _coded(name: str, label: str) -> Field:
    return Field(name, Kind.CHOICE, label, relevant=present, choices=choices(NOMENCLATURES[name]))


def _title(values: Values) -> str:
    return " ".join(filter(None, (str(values.get("visit_date_min", "")), str(values.get("place_name", "")))))


VISIT = Entity(
    code="visit",
    label=N_("Liste"),
    label_plural=N_("Listes"),
    parent=None,
    date_field="visit_date_min",
    title=_title,
    fields=(
        Field("visit_date_min", Kind.DATE, N_("Date"), required=True),
        Field("hour_min", Kind.TIME, N_("Début")),
        Field("hour_max", Kind.TIME, N_("Fin")),
        Field("place_name", Kind.TEXT, N_("Lieu")),
        Field("longitude", Kind.NUMBER, N_("Longitude"), unit="°", minimum=-180, maximum=180),
        Field("latitude", Kind.NUMBER, N_("Latitude"), unit="°", minimum=-90, maximum=90),
        # Local: the outline of a place that is no point, as WKT in degrees (see core.shapes).
        Field("geometry", Kind.LONG_TEXT, N_("Contour")),
        Field("precision_m", Kind.INTEGER, N_("Précision"), unit="m", minimum=0, maximum=100_000),
        Field("observers", Kind.LINKS, N_("Observateurs"), required=True, keep=True, target="person"),
        Field("id_dataset", Kind.LINK, N_("Jeu de données"), target="dataset"),
        Field("weather", Kind.TEXT, N_("Météo")),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)

OBSERVATION = Entity(
    code="observation",
    label=N_("Observation"),
    label_plural=N_("Observations"),
    parent="visit",
    taxon_field="cd_nom",
    title=lambda values: str(values.get("cd_nom", "")),
    fields=(
        Field("cd_nom", Kind.TAXON, N_("Espèce"), required=True),
        Field(STATUS, Kind.CHOICE, N_("Présence"), choices=choices("STATUT_OBS"), default=PRESENT),
        # A number that nobody counted stays absent: it is not 1.
        Field("count_min", Kind.INTEGER, N_("Nombre minimum"), minimum=0, maximum=1_000_000),
        Field("count_max", Kind.INTEGER, N_("Nombre maximum"), minimum=0, maximum=1_000_000),
        _coded(COUNTING, N_("Dénombrement")),
        _coded(OBJECT, N_("Objet compté")),
        _coded(STAGE, N_("Stade")),
        _coded(SEX, N_("Sexe")),
        _coded(TECHNIQUE, N_("Contact")),
        _coded(BEHAVIOUR, N_("Comportement")),
        _coded(BIO_STATUS, N_("Statut biologique")),
        _coded(CONDITION, N_("État biologique")),
        # Where it was, where that is not the place of the list.
        Field("longitude", Kind.NUMBER, N_("Longitude"), unit="°", minimum=-180, maximum=180),
        Field("latitude", Kind.NUMBER, N_("Latitude"), unit="°", minimum=-90, maximum=90),
        Field(
            "id_nomenclature_determination_method",
            Kind.CHOICE,
            N_("Détermination"),
            choices=choices("METH_DETERMIN"),
            is_open=True,
        ),
        Field("determiner", Kind.LINK, N_("Déterminateur"), target="person"),
        _coded("id_nomenclature_exist_proof", N_("Preuve")),
        Field("digital_proof", Kind.TEXT, N_("Preuve : adresse ou fichier")),
        _coded("id_nomenclature_naturalness", N_("Naturalité")),
        Field("comments", Kind.LONG_TEXT, N_("Remarque")),
        # The name of the file that it came from, kept where it differs from the reference, and the cd_nom that it was
        # cited for: once the species is corrected, it is of another one.
        Field("nom_cite", Kind.TEXT, N_("Nom cité"), hidden=True),
        Field("nom_cite_for", Kind.INTEGER, N_("cd_nom du nom cité"), hidden=True),
    ),
)

ENTITIES = (VISIT, OBSERVATION)

"""The fields of POP Amphibiens, with exactly GeoNature's names, codes, conditions and defaults.

Source, unless a field says otherwise: PnX-SI/protocoles_suivi, POPAmphibien 2.2.0 (module, sites_group, site, visit,
observation and nomenclature JSON). Fields marked `optional` are local: those that version 1 (2016-2024) asked for and
version 2 dropped, and the hygiene box. They are off until an aire switches them on.
"""

from __future__ import annotations

from fieldapp.core.schema import Choice, Entity, Field, Kind, Values
from fieldapp.core.text import N_
from fieldapp.protocols.pop_amphibiens.lists import choices

CODE = "pop_amphibiens"
VERSION = "2.2.0"

YES, NO = "Oui", "Non"
YES_NO = (Choice(YES, N_("Oui")), Choice(NO, N_("Non")))

EXISTING_SITE = "Site existant"
SITE_DESTROYED = "Site détruit (travaux, pollution de l'eau, etc.)"
SITE_STATES = (
    Choice(EXISTING_SITE, N_("Site existant"), N_("existant")),
    Choice("Site nouvellement créé (travaux, etc.)", N_("Site nouvellement créé (travaux, etc.)"), N_("nouveau")),
    Choice(
        "Site restauré (travaux, assainissement de l'eau, etc.)",
        N_("Site restauré (travaux, assainissement de l'eau, etc.)"),
        N_("restauré"),
    ),
    Choice(
        SITE_DESTROYED,
        N_("Site détruit (travaux, pollution de l'eau, etc.)"),
        N_("détruit"),
    ),
)
EXPERTISE = (
    Choice("Débutant", N_("Débutant")),
    Choice("Assez expérimenté", N_("Assez expérimenté")),
    Choice("Chevronné", N_("Chevronné")),
)

BY_DAY, NET, TRAP, BY_NIGHT, LISTENING = "1", "2", "3", "4", "5"
"""Codes of METHODE_PROSPECTION."""
CAPTURE_METHODS = frozenset({NET, TRAP})
"""Methods that need a prefectoral derogation (source: the labels of METHODE_PROSPECTION)."""

COUNTED, ESTIMATED = "Co", "Es"
"""Codes of TYP_DENBR."""
UNKNOWN_CODE = "1"
"""Default of stage and sex in the module (STADE_VIE and SEXE code 1, "Indéterminé")."""

V1 = "POPAmphibien v1 (2016-2024), protocoles_suivi before commit ada30fa"


def accessible(values: Values) -> bool:
    """Return whether the site could be reached at this visit, for a form: the module's default is yes.

    What is counted asks `says_accessible`.
    """
    return bool(values.get("accessibility", YES) == YES)


def says_accessible(values: Values) -> bool:
    """Return whether the visit says itself that the site was reached: an empty field says nothing."""
    return bool(values.get("accessibility") == YES)


def asks_site_state(values: Values) -> bool:
    """Return whether the state of the site is asked: at an accessible first passage only."""
    return accessible(values) and values.get("num_passage", 1) == 1


def site_changed(values: Values) -> bool:
    """Return whether works on the site were noted, so that their date makes sense."""
    return asks_site_state(values) and values.get("etat_site", EXISTING_SITE) != EXISTING_SITE


def present(values: Values) -> bool:
    """Return whether something was seen, for a form: the module's default is yes.

    What is counted asks `says_present`.
    """
    return bool(values.get("presence", YES) == YES)


def says_present(values: Values) -> bool:
    """Return whether the observation says itself that something was seen: an empty field says nothing."""
    return bool(values.get("presence") == YES)


def says_absent(values: Values) -> bool:
    """Return whether the observation says itself that nothing was seen."""
    return bool(values.get("presence") == NO)


def _counted_something(values: Values) -> bool:
    count = values.get("count_min")
    return present(values) and isinstance(count, int) and count > 0


SITES_GROUP = Entity(
    code="sites_group",
    label=N_("Aire"),
    label_plural=N_("Aires"),
    parent=None,
    title=lambda values: str(values.get("sites_group_name", "")),
    fields=(
        Field("sites_group_name", Kind.TEXT, N_("Nom de l’aire"), required=True),
        Field(
            "categories_paysageres",
            Kind.CHOICE,
            N_("Habitat principal"),
            required=True,
            choices=choices("CATEGORIE_PAYSAGERE"),
        ),
        Field("id_inventor", Kind.LINK, N_("Observateur principal"), required=True, target="person"),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
        Field("sites_group_code", Kind.TEXT, N_("Code de l’aire"), hidden=True),
        Field("sites_group_description", Kind.LONG_TEXT, N_("Description de l’aire"), hidden=True),
        # Local: the cycle (source: activity report 2020 and gon.fr, an aire is followed every second year).
        Field(
            "years_between",
            Kind.INTEGER,
            N_("Suivie tous les"),
            unit=N_("ans"),
            minimum=1,
            maximum=10,
            default=2,
            source="CPIE Chaîne des Terrils, activity report 2020; gon.fr",
        ),
        # Local: names of the optional fields that this aire's sheets ask for.
        Field("local_fields", Kind.CHOICES, N_("Champs locaux demandés")),
    ),
)

SITE = Entity(
    code="site",
    label=N_("Mare"),
    label_plural=N_("Mares"),
    parent="sites_group",
    title=lambda values: str(values.get("base_site_name", "")),
    fields=(
        Field("base_site_name", Kind.TEXT, N_("Nom de site"), required=True),
        Field(
            "milieu_aquatique",
            Kind.CHOICE,
            N_("Milieu aquatique"),
            required=True,
            choices=choices("MILIEU_AQUATIQUE"),
        ),
        Field("longitude", Kind.NUMBER, N_("Longitude"), unit="°", required=True, minimum=-180, maximum=180),
        Field("latitude", Kind.NUMBER, N_("Latitude"), unit="°", required=True, minimum=-90, maximum=90),
        Field("base_site_description", Kind.LONG_TEXT, N_("Commentaire")),
        Field("first_use_date", Kind.DATE, N_("Suivie depuis le")),
        Field("base_site_code", Kind.TEXT, N_("Code de la mare"), hidden=True),
        # Columns of the SHF file that a GeoNature server computes from the point; kept as read from a file.
        Field("altitude_min", Kind.NUMBER, N_("Altitude minimale"), unit="m", hidden=True),
        Field("altitude_max", Kind.NUMBER, N_("Altitude maximale"), unit="m", hidden=True),
        Field("departement", Kind.TEXT, N_("Département")),
        Field("code_dep", Kind.TEXT, N_("Code du département")),
        Field("commune", Kind.TEXT, N_("Commune")),
        Field("sites_proteges", Kind.TEXT, N_("Sites protégés"), hidden=True),
        Field(
            "variation_eau", Kind.CHOICE, N_("Variation du niveau d’eau"), choices=choices("VARIATION_EAU"),
            optional=True, source=V1,
        ),
        Field("courant", Kind.CHOICE, N_("Courant"), choices=choices("COURANT_EAU"), optional=True, source=V1),
    ),
)  # fmt: skip

VISIT = Entity(
    code="visit",
    label=N_("Passage"),
    label_plural=N_("Passages"),
    parent="site",
    date_field="visit_date_min",
    title=lambda values: str(values.get("visit_date_min", "")),
    fields=(
        Field("visit_date_min", Kind.DATE, N_("Date"), required=True),
        Field("num_passage", Kind.INTEGER, N_("Passage"), required=True, minimum=1, maximum=10, default=1),
        Field("Heure_debut", Kind.TIME, N_("Début"), required=accessible, relevant=accessible),
        Field("Heure_fin", Kind.TIME, N_("Fin"), required=accessible, relevant=accessible),
        Field(
            "methode_de_prospection",
            Kind.CHOICES,
            N_("Méthodes"),
            required=accessible,
            relevant=accessible,
            choices=choices("METHODE_PROSPECTION"),
            default=[BY_DAY],
            keep=True,
        ),
        Field("observers", Kind.LINKS, N_("Observateurs"), required=True, keep=True, target="person"),
        Field("expertise", Kind.CHOICE, N_("Expertise"), required=True, choices=EXPERTISE, keep=True),
        Field("id_dataset", Kind.LINK, N_("Jeu de données"), required=True, keep=True, target="dataset"),
        Field("accessibility", Kind.CHOICE, N_("Accessibilité"), required=True, choices=YES_NO, default=YES),
        Field(
            "etat_site",
            Kind.CHOICE,
            N_("État du site"),
            required=asks_site_state,
            relevant=asks_site_state,
            choices=SITE_STATES,
        ),
        Field("date_changement_etat_site", Kind.DATE, N_("Date des travaux"), relevant=site_changed),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
        # Local: the site was reached and held no water. Version 2 has no water level; for the SHF it is an absence,
        # told apart by this box and by the words in `comments`.
        Field("dry", Kind.BOOLEAN, N_("À sec"), hidden=True, relevant=accessible),
        # The rank that an SHF file gave to the visit, kept only where the visits it carried don't explain it.
        # It holds for the site and year that it was told of (see shf.rank_place), not for those of a corrected visit.
        Field("num_passage_calc", Kind.INTEGER, N_("Rang du passage dans l’année"), hidden=True, minimum=1),
        Field("num_passage_calc_for", Kind.TEXT, N_("Mare et année du rang"), hidden=True),
        # The organisations that an SHF file gave to the visit, kept where those of its observers don’t explain them.
        # They hold for the observers that they were told of (see shf.people_key).
        Field("organismes_cite", Kind.TEXT, N_("Organismes cités"), hidden=True),
        Field("organismes_cite_for", Kind.TEXT, N_("Observateurs des organismes cités"), hidden=True),
        Field("vent", Kind.CHOICE, N_("Vent"), choices=choices("VENT"), optional=True, source=V1),
        Field("pluviosite", Kind.CHOICE, N_("Pluie"), choices=choices("PLUVIOSITE"), optional=True, source=V1),
        Field(
            "couverture_nuageuse", Kind.CHOICE, N_("Nuages"), choices=choices("COUVERTURE_NUAGEUSE"),
            optional=True, source=V1,
        ),
        Field(
            "turbidite", Kind.CHOICE, N_("Turbidité"), choices=choices("TURBIDITE"), relevant=asks_site_state,
            optional=True, source=V1,
        ),
        Field(
            "vegetation_aquatique_principale", Kind.CHOICE, N_("Végétation aquatique"),
            choices=choices("VEGETATION_AQUATIQUE"), relevant=asks_site_state, optional=True, source=V1,
        ),
        Field(
            "rives", Kind.CHOICE, N_("Rives"), choices=choices("RIVES"), relevant=asks_site_state,
            optional=True, source=V1,
        ),
        Field(
            "habitat_terrestre_environnant", Kind.CHOICE, N_("Habitat terrestre autour"),
            choices=choices("HABITAT_TERRESTRE_MAJORITAIRE"), relevant=asks_site_state, optional=True, source=V1,
        ),
        Field(
            "activite_humaine", Kind.CHOICE, N_("Activité humaine"), choices=choices("ACTIVITE_HUMAINE"),
            relevant=asks_site_state, optional=True, source=V1,
        ),
        Field(
            "hygiene", Kind.BOOLEAN, N_("Matériel désinfecté (protocole d’hygiène)"), optional=True,
            source="Miaud 2014, protocole d’hygiène, Agence de l’eau RMC / EPHE",
        ),
    ),
)  # fmt: skip

OBSERVATION = Entity(
    code="observation",
    label=N_("Observation"),
    label_plural=N_("Observations"),
    parent="visit",
    taxon_field="cd_nom",
    title=lambda values: str(values.get("cd_nom", "")),
    fields=(
        Field("presence", Kind.CHOICE, N_("Amphibiens observés"), required=True, choices=YES_NO, default=YES),
        Field("cd_nom", Kind.TAXON, N_("Espèce"), required=True),
        Field(
            "id_nomenclature_typ_denbr",
            Kind.CHOICE,
            N_("Dénombrement"),
            required=present,
            relevant=present,
            choices=choices("TYP_DENBR", ("Co", "Es")),
        ),
        Field("count_min", Kind.INTEGER, N_("Nombre minimum"), required=present, minimum=0, maximum=1_000_000),
        Field(
            "count_max", Kind.INTEGER, N_("Nombre maximum"), required=_counted_something, minimum=0, maximum=1_000_000
        ),
        Field(
            "id_nomenclature_stade",
            Kind.CHOICE,
            N_("Stade"),
            relevant=present,
            choices=choices("STADE_VIE", ("1", "2", "3", "5", "8", "9")),
            default=UNKNOWN_CODE,
        ),
        Field(
            "id_nomenclature_sex",
            Kind.CHOICE,
            N_("Sexe"),
            relevant=present,
            choices=choices("SEXE", ("1", "2", "3", "5")),
            default=UNKNOWN_CODE,
        ),
        Field("comments", Kind.LONG_TEXT, N_("Remarque")),
        # Local: the names of the file that it came from, kept where they differ from the reference list, and the cd_nom
        # that they were cited for: once the species is corrected, they are of another one.
        Field("nom_cite", Kind.TEXT, N_("Nom cité"), hidden=True),
        Field("nom_vern_cite", Kind.TEXT, N_("Nom français cité"), hidden=True),
        Field("nom_cite_for", Kind.INTEGER, N_("cd_nom des noms cités"), hidden=True),
    ),
)

ASSIGNMENT = Entity(
    code="assignment",
    label=N_("Affectation"),
    label_plural=N_("Affectations"),
    parent="site",
    title=lambda values: str(values.get("num_passage", "")),
    fields=(
        # Local: who is to walk which pond at which passage of which year.
        Field("year", Kind.INTEGER, N_("Année"), required=True, minimum=1900, maximum=2200),
        Field("num_passage", Kind.INTEGER, N_("Passage"), required=True, minimum=1, maximum=10),
        Field("observers", Kind.LINKS, N_("Observateurs"), required=True, target="person"),
    ),
)

ENTITIES = (SITES_GROUP, SITE, VISIT, OBSERVATION, ASSIGNMENT)

LOCAL_FIELDS = tuple(field.name for entity in ENTITIES for field in entity.fields if field.optional)
"""Names that an aire may switch on in `local_fields`."""

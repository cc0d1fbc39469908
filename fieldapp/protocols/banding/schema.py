"""The fields of bird banding: place, net set, session, capture, marks; ring strings and what became of single rings.

The French labels are those of the field; each field names its column in the files of the CRBPO (BAGUE, LP…) in `CRBPO`.
Sources: CRBPO extracts and masks seen in STOC_reporting (2023-12-01) and Bird_Ringing (2024-02-12), EURING Exchange
Code 2020 v202. Nothing here refuses a capture but what can never be right: no ring and no reason, no species, no date
(that of the session). Everything else is kept and warned of, so no field has a minimum or a maximum.
"""

from __future__ import annotations

from fieldapp.core.schema import Choice, Entity, Field, Kind, Values
from fieldapp.core.text import N_
from fieldapp.protocols.banding.lists import choices, ring_sizes, schemes

CODE = "banding"
VERSION = "1"

RINGED, CONTROLLED, RECOVERED, WITHOUT_RING = "B", "C", "R", "SANS"
"""Codes of ACTION (source: CRBPO extracts; the wording of R and SANS is inferred)."""

UNKNOWN_SEX, UNAGED = "?", "VOL"

RELEASED_BY_RINGER, TAKEN_ON_PURPOSE = "8", "20"
"""EURING condition and circumstances of a healthy bird in a ringer's hand."""

DEAD_CONDITIONS = frozenset({"1", "2", "3"})
"""EURING conditions of a dead bird."""

INJURED_CONDITIONS = frozenset({"4", "5"})

MAIN_SESSIONS = (
    Choice("1", N_("1re séance principale"), N_("1re")),
    Choice("2", N_("2e séance principale"), N_("2e")),
    Choice("3", N_("3e séance principale"), N_("3e")),
    Choice("none", N_("pas une séance principale"), N_("non")),
)

SCHEMES = tuple(Choice(item.code, f"{item.label}, {item.country}", item.code) for item in schemes().values())
SIZES = tuple(
    Choice(item.letter, f"{item.letter} {item.diameter_mm:g} mm".replace(".", ","), item.letter)
    for item in ring_sizes().values()
)

OTHER_MEASURES = ("BP", "EB", "TQ", "FI", "FG", "FD", "TL", "RE", "RR")
"""Optional measures of CRBPO extracts whose meaning was not read: kept as written."""


def place_title(values: Values) -> str:
    """Return "Bac à schlamms, Dourges"."""
    return ", ".join(filter(None, (str(values.get("place_name", "")), str(values.get("commune", "")))))


def session_title(values: Values) -> str:
    """Return "PHENO 2026-09-12"."""
    return " ".join(filter(None, (str(values.get("theme", "")), str(values.get("date", "")))))


def capture_title(values: Values) -> str:
    """Return "8680042 ACRSCI"."""
    return " ".join(filter(None, (str(values.get("ring", "")), str(values.get("species", "")))))


def string_title(values: Values) -> str:
    """Return "O 8680001–8680100"."""
    return f"{values.get('size', '')} {values.get('first', '')}–{values.get('last', '')}".strip()


def is_without_birds(values: Values) -> bool:
    """Return whether the session says of itself that no bird was caught (BREDOUILLE)."""
    return values.get("no_birds") is True


def has_ring(values: Values) -> bool:
    """Return whether the bird of a capture bears, or was given, a ring."""
    return values.get("action") != WITHOUT_RING


SITES_GROUP = Entity(
    code="sites_group",
    label=N_("Lieu de baguage"),
    label_plural=N_("Lieux de baguage"),
    parent=None,
    title=place_title,
    fields=(
        Field("place_name", Kind.TEXT, N_("Lieu-dit"), required=True, source="CRBPO LIEUDIT"),
        Field("commune", Kind.TEXT, N_("Commune"), required=True, source="CRBPO LOCALITE"),
        Field("department", Kind.TEXT, N_("Département"), required=True, source="CRBPO DEPT"),
        Field("country", Kind.TEXT, N_("Pays"), default="FR", source="CRBPO PAYS"),
        Field("longitude", Kind.NUMBER, N_("Longitude"), unit="°", required=True, minimum=-180, maximum=180),
        Field("latitude", Kind.NUMBER, N_("Latitude"), unit="°", required=True, minimum=-90, maximum=90),
        Field("euring_place_code", Kind.TEXT, N_("Code EURING du lieu")),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)

SITE = Entity(
    code="site",
    label=N_("Dispositif de filets"),
    label_plural=N_("Dispositifs de filets"),
    parent="sites_group",
    title=lambda values: str(values.get("site_name", "")),
    fields=(
        Field("site_name", Kind.TEXT, N_("Nom du dispositif"), required=True),
        Field("id_prog", Kind.TEXT, N_("Station n°"), source="CRBPO ID_PROG"),
        Field("theme", Kind.TEXT, N_("Thème habituel"), source="CRBPO THEME SESSION"),
        Field("usual_net_m", Kind.NUMBER, N_("Filet habituel"), unit="m"),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)

NET = Entity(
    code="net",
    label=N_("Filet"),
    label_plural=N_("Filets"),
    parent="site",
    title=lambda values: str(values.get("net", "")),
    fields=(
        Field("net", Kind.TEXT, N_("Numéro"), required=True, source="CRBPO NF"),
        Field("length_m", Kind.NUMBER, N_("Longueur"), unit="m", required=True, default=12, source="STOC: 12 m"),
        Field("mesh_mm", Kind.NUMBER, N_("Maille"), unit="mm", default=16, source="STOC: 16 mm"),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)

VISIT = Entity(
    code="visit",
    label=N_("Séance"),
    label_plural=N_("Séances"),
    parent="site",
    date_field="date",
    title=session_title,
    fields=(
        Field("date", Kind.DATE, N_("Date"), required=True, source="CRBPO DATE"),
        Field("theme", Kind.TEXT, N_("Thème"), required=True, keep=True, source="CRBPO THEME SESSION"),
        Field("target", Kind.TEXT, N_("Cible"), keep=True),
        Field("opened_at", Kind.TIME, N_("Ouverture des filets"), required=True, source="CRBPO HS"),
        Field("duration_min", Kind.INTEGER, N_("Durée"), unit=N_("min"), required=True, source="CRBPO DS"),
        Field("open_nets", Kind.CHOICES, N_("Filets ouverts"), required=True, keep=True),
        Field("net_m", Kind.NUMBER, N_("Mètres de filet"), unit="m", required=True, keep=True, source="CRBPO FS"),
        Field("holder", Kind.LINK, N_("Bagueur responsable"), required=True, keep=True, target="person",
              source="CRBPO BAGUEUR"),
        Field("ringer", Kind.LINK, N_("Opérateur"), keep=True, target="person", source="CRBPO BG"),
        Field("trainees", Kind.LINKS, N_("Stagiaires"), keep=True, target="person", source="CRBPO SG"),
        Field("scribe", Kind.LINK, N_("Scribe"), keep=True, target="person"),
        Field("weather", Kind.TEXT, N_("Météo")),
        Field("temperature_c", Kind.NUMBER, N_("Température"), unit="°C"),
        Field("comments", Kind.LONG_TEXT, N_("Mémo de la séance"), source="CRBPO MEMO SESSION"),
        Field("main_session", Kind.CHOICE, N_("Séance principale"), choices=MAIN_SESSIONS),
        Field("no_birds", Kind.BOOLEAN, N_("Bredouille"), source="CRBPO ACTION BREDOUILLE"),
        Field("closed", Kind.BOOLEAN, N_("Close"), hidden=True),
        # Where the session's own position is not that of its place, as extracts of the CRBPO have it.
        Field("longitude", Kind.NUMBER, N_("Longitude"), unit="°", hidden=True),
        Field("latitude", Kind.NUMBER, N_("Latitude"), unit="°", hidden=True),
        Field("crbpo_session_id", Kind.TEXT, N_("Numéro CRBPO de la séance"), hidden=True, source="CRBPO cId_Session"),
    ),
)  # fmt: skip

OBSERVATION = Entity(
    code="observation",
    label=N_("Capture"),
    label_plural=N_("Captures"),
    parent="visit",
    taxon_field="cd_nom",
    indexed=("ring_key", "replaced_ring_key"),
    title=capture_title,
    fields=(
        Field("line", Kind.INTEGER, N_("Ligne"), hidden=True),
        Field("action", Kind.CHOICE, N_("Action"), choices=choices("ACTION"), is_open=True, default=RINGED,
              source="CRBPO ACTION"),
        Field("ring_scheme", Kind.CHOICE, N_("Centre"), choices=SCHEMES, is_open=True, relevant=has_ring,
              source="CRBPO CENTRE"),
        Field("ring", Kind.TEXT, N_("Bague"), source="CRBPO BAGUE"),
        Field("ring_key", Kind.TEXT, N_("Bague, pour comparer"), hidden=True),
        # The size of the string it came from, where the string is one of ours: what is usual for a species is learnt.
        Field("ring_size", Kind.CHOICE, N_("Taille"), choices=SIZES, is_open=True, hidden=True),
        # The CRBPO code as written, subspecies and older codes too; cd_nom follows from it where the list knows it.
        Field("species", Kind.TEXT, N_("Espèce"), source="CRBPO ESPECE"),
        Field("cd_nom", Kind.TAXON, N_("Taxon"), hidden=True),
        Field("sex", Kind.CHOICE, N_("Sexe"), choices=choices("SEXE"), is_open=True, source="CRBPO SEXE"),
        Field("age", Kind.CHOICE, N_("Âge"), choices=choices("AGE"), is_open=True, source="CRBPO AGE"),
        Field("hour", Kind.TIME, N_("Heure"), source="CRBPO HEURE"),
        Field("net", Kind.TEXT, N_("Filet"), source="CRBPO NF"),
        Field("wing_mm", Kind.NUMBER, N_("Aile"), unit="mm", source="CRBPO LP, aile pliée"),
        Field("tarsus_mm", Kind.NUMBER, N_("Tarse"), unit="mm", source="CRBPO LT"),
        Field("mass_g", Kind.NUMBER, N_("Masse"), unit="g", source="CRBPO MA"),
        Field("fat", Kind.CHOICE, N_("Adiposité"), choices=choices("AD"), is_open=True, source="CRBPO AD"),
        Field("brood_patch", Kind.CHOICE, N_("Plaque incubatrice"), choices=choices("PI"), is_open=True,
              source="CRBPO PI"),
        Field("cloacal_protuberance", Kind.CHOICE, N_("Protubérance cloacale"), choices=choices("PC"), is_open=True,
              source="CRBPO PC"),
        Field("moult", Kind.CHOICE, N_("Mue"), choices=choices("MU"), is_open=True, source="CRBPO MU"),
        Field("health", Kind.CHOICE, N_("État de santé"), choices=choices("ES"), is_open=True, source="CRBPO ES"),
        Field("sexing_method", Kind.CHOICE, N_("Critère de sexage"), choices=choices("CS"), is_open=True,
              source="CRBPO CS"),
        Field("condition", Kind.CHOICE, N_("Condition"), choices=choices("COND"), is_open=True,
              source="CRBPO COND REPR, EURING 27"),
        Field("circumstances", Kind.CHOICE, N_("Circonstances"), choices=choices("CIRC"), is_open=True,
              source="CRBPO CIRC REPR, EURING 28"),
        # Only where it is not that of the session.
        Field("theme", Kind.TEXT, N_("Thème"), source="CRBPO THEME"),
        Field("ringer", Kind.LINK, N_("Opérateur"), target="person", source="CRBPO BG"),
        Field("trainee", Kind.LINK, N_("Stagiaire"), target="person", source="CRBPO SG"),
        Field("partner_ring", Kind.TEXT, N_("Bague du partenaire"), source="CRBPO PTD"),
        # The old ring that came off when this one was put on: both numbers are one individual.
        Field("replaced_ring", Kind.TEXT, N_("Bague remplacée")),
        Field("replaced_ring_scheme", Kind.CHOICE, N_("Centre de la bague remplacée"), choices=SCHEMES, is_open=True),
        Field("replaced_ring_key", Kind.TEXT, N_("Bague remplacée, pour comparer"), hidden=True),
        Field("comments", Kind.LONG_TEXT, N_("Mémo"), source="CRBPO MEMO"),
        *(Field(name, Kind.TEXT, name, hidden=True, source=f"CRBPO {name}") for name in OTHER_MEASURES),
        Field("crbpo_id", Kind.TEXT, N_("Numéro CRBPO de la donnée"), hidden=True, source="CRBPO cId_Data"),
    ),
)  # fmt: skip

MARK = Entity(
    code="mark",
    label=N_("Autre marque"),
    label_plural=N_("Autres marques"),
    parent="observation",
    title=lambda values: " ".join(filter(None, (str(values.get("kind", "")), str(values.get("code", ""))))),
    indexed=("device_key",),
    fields=(
        Field("kind", Kind.CHOICE, N_("Marque"), required=True, choices=choices("MARK")),
        Field("event", Kind.CHOICE, N_("Que s’est-il passé"), required=True, choices=choices("MARK_EVENT"),
              default="added", source="EURING 2020, field 6"),
        # European notation: left before right, tibia|tarsus, code in parentheses (source: BTO page on LPO Anjou).
        Field("code", Kind.TEXT, N_("Code ou combinaison")),
        Field("device_model", Kind.TEXT, N_("Modèle")),
        Field("device", Kind.TEXT, N_("Numéro de l’appareil")),
        Field("device_key", Kind.TEXT, N_("Appareil, pour comparer"), hidden=True),
        Field("attachment", Kind.TEXT, N_("Fixation")),
        Field("data_file", Kind.TEXT, N_("Fichier de données")),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)  # fmt: skip

RING_STRING = Entity(
    code="ring_string",
    label=N_("Série de bagues"),
    label_plural=N_("Séries de bagues"),
    parent=None,
    title=string_title,
    indexed=("first_key",),
    fields=(
        Field("scheme", Kind.CHOICE, N_("Centre"), required=True, choices=SCHEMES, is_open=True, default="FRP"),
        Field("size", Kind.CHOICE, N_("Taille"), required=True, choices=SIZES, is_open=True),
        Field("first", Kind.TEXT, N_("Première bague"), required=True),
        Field("last", Kind.TEXT, N_("Dernière bague"), required=True),
        Field("first_key", Kind.TEXT, N_("Première bague, pour comparer"), hidden=True),
        Field("state", Kind.CHOICE, N_("État"), required=True, choices=choices("STRING_STATE"), default="received"),
        Field("received_on", Kind.DATE, N_("Reçue le")),
        Field("leased_to", Kind.LINK, N_("Confiée à"), target="person"),
        Field("opened_on", Kind.DATE, N_("Ouverte le")),
        Field("finished_on", Kind.DATE, N_("Finie le")),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)

RING_FATE = Entity(
    code="ring_fate",
    label=N_("Bague non posée"),
    label_plural=N_("Bagues non posées"),
    parent="ring_string",
    date_field=None,
    title=lambda values: str(values.get("ring", "")),
    indexed=("ring_key",),
    fields=(
        Field("ring", Kind.TEXT, N_("Bague"), required=True),
        Field("ring_key", Kind.TEXT, N_("Bague, pour comparer"), hidden=True),
        Field("fate", Kind.CHOICE, N_("Devenir"), required=True, choices=choices("FATE")),
        Field("on", Kind.DATE, N_("Le")),
        Field("comments", Kind.LONG_TEXT, N_("Raison")),
    ),
)

PROGRAMME = Entity(
    code="programme",
    label=N_("Programme"),
    label_plural=N_("Programmes"),
    parent=None,
    title=lambda values: " · ".join(filter(None, (str(values.get("theme", "")), str(values.get("target", ""))))),
    fields=(
        Field("theme", Kind.TEXT, N_("Thème"), required=True),
        Field("target", Kind.TEXT, N_("Cible")),
        Field("label", Kind.TEXT, N_("Nom du programme")),
        # The columns of the capture line in their order; empty: those of the protocol.
        Field("columns", Kind.CHOICES, N_("Ordre de la ligne de capture")),
        # Thresholds of its own, before those of reference/stoc.csv.
        Field("min_session_h", Kind.NUMBER, N_("Séance valable dès"), unit="h"),
        Field("min_captures", Kind.INTEGER, N_("Séance valable dès"), unit=N_("captures")),
        Field("max_days_off", Kind.INTEGER, N_("Écart à la date de référence, moins de"), unit=N_("jours")),
        Field("reference_days", Kind.CHOICES, N_("Dates de référence (jours de l’année)")),
        Field("min_adults_abundance", Kind.INTEGER, N_("Abondance dès"), unit=N_("adultes")),
        Field("min_birds_productivity", Kind.INTEGER, N_("Productivité dès"), unit=N_("oiseaux")),
        Field("min_birds_return", Kind.INTEGER, N_("Retour dès"), unit=N_("oiseaux")),
    ),
)

ENTITIES = (SITES_GROUP, SITE, NET, VISIT, OBSERVATION, MARK, RING_STRING, RING_FATE, PROGRAMME)

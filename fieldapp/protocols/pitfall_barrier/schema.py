"""The fields of a pitfall barrier: barrier, buckets, campaigns, morning checks, catches, individuals, photos.

A morning is told by its check: looked into with animals, looked into and empty, or not looked into. A day without a
check is a gap too; nothing stands for it. Stages and sexes are the codes of the SINP (STADE_VIE, SEXE), the other
codes the program's own. There is no GeoNature sub-module for barriers; names follow its Monitoring module (site,
visit, observation, individual) where it has the thing.
"""

from __future__ import annotations

from fieldapp.core.schema import Choice, Entity, Field, Kind, Values
from fieldapp.core.text import N_, fold
from fieldapp.protocols.pitfall_barrier.lists import choices, keys, name_of, taxa

CODE = "pitfall_barrier"
VERSION = "1"

CHECKED, EMPTY, MISSED = "checked", "empty", "missed"
"""The states of a morning: animals found, looked into and nothing there, nobody looked."""

FEMALE, MALE, BOTH_SEXES = "2", "3", "5"
"""Codes of SEXE (source: SINP)."""

ADULT, JUVENILE, SUB_ADULT, LARVA = "2", "3", "5", "6"
"""Codes of STADE_VIE (source: SINP)."""

INWARD, OUTWARD = "in", "out"
"""Towards the pond, away from it."""

OUTSIDE, INSIDE = "outside", "inside"
"""On which side of the barrier a bucket stands: outside it takes animals on their way in."""

ALIVE, DEAD = "alive", "dead"

WEATHER = ("night_min_c", "night_max_c", "rain_mm")
"""The fields of a check that a weather file may fill."""

LEAST_C, MOST_C = -40, 45
"""The lowest and the highest temperature of a night that can be (source: at the fields)."""

WEATHER_FILES = dict(zip(WEATHER, ("night_min_file", "night_max_file", "rain_file"), strict=True))
"""The field that keeps from which file each of them came."""

MOST_IN_A_BUCKET = 999
"""Above this a count is a slip of the hand."""


BOARD_TAXA = tuple(Choice(str(item.cd_nom), name_of(item, item.cd_nom)) for item in taxa() if item.cd_nom in keys())
"""The taxa that may have a key on the bucket board; their codes are their cd_nom."""


def is_looked_into(values: Values) -> bool:
    """Return whether somebody looked into the buckets on this morning."""
    return values.get("state") in (CHECKED, EMPTY)


def is_missed(values: Values) -> bool:
    """Return whether the check says that nobody looked."""
    return values.get("state") == MISSED


def is_pair(values: Values) -> bool:
    """Return whether the animals of a catch came as pairs in amplexus: `count` is then twice the number of pairs."""
    return values.get("amplexus") is True


def direction_of(side: str | None) -> str:
    """Return which way an animal went that fell into a bucket on this side."""
    return OUTWARD if side == INSIDE else INWARD


def barrier_title(values: Values) -> str:
    """Return "Mare Jules Ferry, Vimy"."""
    return ", ".join(filter(None, (str(values.get("site_name", "")), str(values.get("commune", "")))))


def place_key(values: Values) -> tuple[str, str]:
    """Return what tells the barriers apart in a file: pond and commune, but for accents and capitals."""
    return fold(str(values.get("site_name", ""))), fold(str(values.get("commune", "")))


def campaign_title(values: Values) -> str:
    """Return the year of a campaign: "2026"."""
    return str(values.get("opened_on", ""))[:4]


SITE = Entity(
    code="site",
    label=N_("Barrière"),
    label_plural=N_("Barrières"),
    parent=None,
    title=barrier_title,
    fields=(
        Field("site_name", Kind.TEXT, N_("Nom de la mare"), required=True),
        Field("commune", Kind.TEXT, N_("Commune"), required=True),
        Field("length_m", Kind.NUMBER, N_("Longueur de la barrière"), unit="m", minimum=0, maximum=100_000),
        Field("longitude", Kind.NUMBER, N_("Longitude"), unit="°", minimum=-180, maximum=180),
        Field("latitude", Kind.NUMBER, N_("Latitude"), unit="°", minimum=-90, maximum=90),
        # The taxa that have a key on the bucket board, in its order; none: those caught here, then the usual ones.
        Field("board_taxa", Kind.CHOICES, N_("Espèces du tableau"), choices=BOARD_TAXA),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)

BUCKET = Entity(
    code="bucket",
    label=N_("Seau"),
    label_plural=N_("Seaux"),
    parent="site",
    title=lambda values: str(values.get("bucket", "")),
    fields=(
        # What is written on the bucket: "1", "12", "3bis".
        Field("bucket", Kind.TEXT, N_("Numéro"), required=True),
        Field("side", Kind.CHOICE, N_("Côté"), required=True, choices=choices("SIDE"), default=OUTSIDE, keep=True),
        Field("position_m", Kind.NUMBER, N_("Position le long de la barrière"), unit="m", minimum=0, maximum=100_000),
        # A bucket that was added or taken away between two campaigns; absent: always there.
        Field("from_on", Kind.DATE, N_("En place depuis le")),
        Field("until_on", Kind.DATE, N_("Jusqu’au")),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
    ),
)

CAMPAIGN = Entity(
    code="campaign",
    label=N_("Campagne"),
    label_plural=N_("Campagnes"),
    parent="site",
    title=campaign_title,
    fields=(
        Field("opened_on", Kind.DATE, N_("Premier matin"), required=True),
        Field("closed_on", Kind.DATE, N_("Dernier matin"), required=True),
        Field("leader", Kind.LINK, N_("Responsable"), keep=True, target="person"),
        Field("comments", Kind.LONG_TEXT, N_("Commentaire")),
        # The days as a file told them ("2024-02-01/2024-05-31"); a person who changes the dates makes them their own.
        Field("file_days", Kind.TEXT, N_("Jours venus d’un fichier"), hidden=True),
    ),
)

VISIT = Entity(
    code="visit",
    label=N_("Relevé du matin"),
    label_plural=N_("Relevés du matin"),
    parent="site",
    date_field="check_on",
    title=lambda values: str(values.get("check_on", "")),
    fields=(
        # The morning; the animals came in the night before it.
        Field("check_on", Kind.DATE, N_("Matin du"), required=True),
        Field("state", Kind.CHOICE, N_("État"), required=True, choices=choices("STATE")),
        Field("reason", Kind.CHOICE, N_("Pourquoi non relevé"), relevant=is_missed, choices=choices("REASON")),
        Field("observers", Kind.LINKS, N_("Observateurs"), required=is_looked_into, keep=True, target="person"),
        Field("night_min_c", Kind.NUMBER, N_("Minimum de la nuit"), unit="°C", minimum=LEAST_C, maximum=MOST_C,
              source="records de France : −41 °C à Mouthe, 46 °C à Vérargues (Météo-France)"),
        Field("night_max_c", Kind.NUMBER, N_("Maximum de la nuit"), unit="°C", minimum=LEAST_C, maximum=MOST_C,
              source="comme le minimum"),
        Field("rain_mm", Kind.NUMBER, N_("Pluie"), unit="mm", minimum=0, maximum=900,
              source="record de France en un jour : 840 mm à Lamalou-les-Bains (Météo-France)"),
        Field("closed_buckets", Kind.CHOICES, N_("Seaux fermés"), relevant=is_looked_into),
        Field("comments", Kind.LONG_TEXT, N_("Remarque")),
        # What came from a file: which of the three weather fields, and each from which file. What a hand typed is not
        # among them.
        Field("weather_fields", Kind.CHOICES, N_("Météo venue d’un fichier"), hidden=True,
              choices=tuple(map(Choice, WEATHER, (N_("Minimum de la nuit"), N_("Maximum de la nuit"), N_("Pluie"))))),
        Field("night_min_file", Kind.TEXT, N_("Fichier du minimum"), hidden=True),
        Field("night_max_file", Kind.TEXT, N_("Fichier du maximum"), hidden=True),
        Field("rain_file", Kind.TEXT, N_("Fichier de la pluie"), hidden=True),
    ),
)  # fmt: skip

OBSERVATION = Entity(
    code="observation",
    label=N_("Prise"),
    label_plural=N_("Prises"),
    parent="visit",
    taxon_field="cd_nom",
    indexed=("individual",),
    title=lambda values: str(values.get("bucket", "")),
    fields=(
        Field("bucket", Kind.TEXT, N_("Seau"), required=True),
        Field("cd_nom", Kind.TAXON, N_("Espèce"), required=True),
        Field("stage", Kind.CHOICE, N_("Stade"), choices=choices("STADE_VIE"), default=ADULT, keep=True),
        Field("sex", Kind.CHOICE, N_("Sexe"), choices=choices("SEXE")),
        # Animals; of pairs in amplexus both are counted.
        Field("count", Kind.INTEGER, N_("Nombre"), required=True, minimum=1, maximum=MOST_IN_A_BUCKET),
        Field("amplexus", Kind.BOOLEAN, N_("En couple (amplexus)")),
        Field("direction", Kind.CHOICE, N_("Sens"), required=True, choices=choices("DIRECTION"), default=INWARD),
        Field("vitality", Kind.CHOICE, N_("Vivant ou mort"), required=True, choices=choices("VITALITY"), default=ALIVE),
        Field("individual", Kind.LINK, N_("Individu"), target="individual"),
        Field("comments", Kind.LONG_TEXT, N_("Remarque")),
    ),
)

PHOTO = Entity(
    code="photo",
    label=N_("Photo"),
    label_plural=N_("Photos"),
    parent="observation",
    title=lambda values: str(values.get("file_name", "")),
    indexed=("sha256",),
    fields=(
        # The file itself is kept under its SHA-256 beside the database and never altered.
        Field("sha256", Kind.TEXT, N_("Empreinte SHA-256"), required=True, hidden=True),
        Field("file_name", Kind.TEXT, N_("Nom du fichier")),
        Field("taken_at", Kind.TEXT, N_("Prise de vue"), source="EXIF DateTimeOriginal, heure de l’appareil"),
        Field("view", Kind.CHOICE, N_("Vue"), choices=choices("VIEW")),
        Field("author", Kind.LINK, N_("Auteur"), target="person"),
        Field("comments", Kind.LONG_TEXT, N_("Remarque")),
    ),
)

INDIVIDUAL = Entity(
    code="individual",
    label=N_("Individu"),
    label_plural=N_("Individus"),
    parent="site",
    title=lambda values: str(values.get("individual_name", "")),
    indexed=("individual_name",),
    fields=(
        Field("individual_name", Kind.TEXT, N_("Nom"), required=True, source="GeoNature, t_individuals"),
        Field("cd_nom", Kind.TAXON, N_("Espèce"), required=True, source="GeoNature, t_individuals"),
        Field("sex", Kind.CHOICE, N_("Sexe"), choices=choices("SEXE"), source="GeoNature, t_individuals"),
        Field("comments", Kind.LONG_TEXT, N_("Signes distinctifs"), source="GeoNature, t_individuals"),
    ),
)

ENTITIES = (SITE, BUCKET, CAMPAIGN, INDIVIDUAL, VISIT, OBSERVATION, PHOTO)

"""The labels of the SINP's nomenclatures, for files that give the words beside the codes.

Source: Nomenclature-api-module 1.6.5 (PnX-SI), nomenclatures_inpn_data.sql. A code whose label is not known here has
none: a recipient still has the code. The labels are the national ones, in French in every language; those of TYP_GRP,
which are the codes themselves, are its definitions.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.core.review import LEVELS

LISTS: Mapping[str, Mapping[str, str]] = {
    "STATUT_OBS": {"Pr": "Présent", "No": "Non observé", "NSP": "Ne Sait Pas"},
    "NAT_OBJ_GEO": {"In": "Inventoriel", "St": "Stationnel", "NSP": "Ne Sait Pas"},
    "OBJ_DENBR": {
        "IND": "Individu", "CPL": "Couple", "COL": "Colonie", "NID": "Nid", "PON": "Ponte", "HAM": "Hampe florale",
        "TIGE": "Tige", "TOUF": "Touffe", "SURF": "Surface", "NSP": "Ne Sait Pas",
    },
    "TYP_DENBR": {"Co": "Compté", "Es": "Estimé", "Ca": "Calculé", "NSP": "Ne sait pas"},
    "ETA_BIO": {"0": "NSP", "1": "Non renseigné", "2": "Observé vivant", "3": "Trouvé mort"},
    "NATURALITE": {
        "0": "Inconnu", "1": "Sauvage", "2": "Cultivé/élevé", "3": "Planté", "4": "Féral", "5": "Subspontané",
    },
    "SEXE": {
        "0": "Inconnu", "1": "Indéterminé", "2": "Femelle", "3": "Mâle", "4": "Hermaphrodite", "5": "Mixte",
        "6": "Non renseigné",
    },
    "STADE_VIE": {
        "0": "Inconnu", "1": "Indéterminé", "2": "Adulte", "3": "Juvénile", "4": "Immature", "5": "Sub-adulte",
        "6": "Larve", "7": "Chenille", "8": "Têtard", "9": "Œuf", "10": "Mue", "11": "Exuvie", "12": "Chrysalide",
        "13": "Nymphe", "14": "Pupe", "15": "Imago", "16": "Sub-imago", "17": "Alevin", "18": "Germination",
        "19": "Fané", "20": "Graine", "21": "Thalle, protothalle", "22": "Tubercule", "23": "Bulbe", "24": "Rhizome",
        "25": "Emergent", "26": "Post-Larve", "27": "Fruit",
    },
    "STATUT_BIO": {
        "0": "Inconnu", "1": "Non renseigné", "2": "Non Déterminé", "3": "Reproduction", "4": "Hibernation",
        "5": "Estivation", "9": "Pas de reproduction", "13": "Végétatif",
    },
    "METH_OBS": {
        "0": "Vu", "1": "Entendu", "2": "Coquilles d’œuf", "3": "Ultrasons", "4": "Empreintes", "5": "Exuvie",
        "6": "Fèces/Guano/Epreintes", "7": "Mues", "8": "Nid/Gîte", "9": "Pelote de réjection",
        "10": "Restes dans pelote de réjection", "11": "Poils/plumes/phanères", "12": "Restes de repas", "13": "Spore",
        "14": "Pollen", "15": "Oosphère", "16": "Ovule", "17": "Fleur", "18": "Feuille", "19": "ADN environnemental",
        "20": "Autre", "21": "Inconnu", "22": "Mine", "23": "Galerie/terrier", "24": "Oothèque", "25": "Vu et entendu",
        "26": "Olfactif", "27": "Empreintes et fèces",
    },
    "METH_DETERMIN": {
        "1": "Non renseigné", "2": "Autre méthode de détermination", "3": "Analyse d’ADN environnemental",
        "4": "Analyse ADN de l’individu ou de ses restes", "5": "Analyse biophysique ou biochimique",
        "6": "Déduction de l’espèce par n° d’identification",
        "7": "Détermination informatique par un outil de reconnaissance automatique", "8": "Examen biométrique",
        "9": "Examen auditif direct", "10": "Examen auditif avec transformation électronique",
        "11": "Examen des organes reproducteurs ou critères spécifiques en laboratoire",
        "12": "Examen des organes reproducteurs ou critères spécifiques sur le terrain",
        "13": "Examen des restes de l’individu sous loupe ou microscope",
        "14": "Examen visuel des restes de l’individu",
        "15": "Examen des restes de l’individu sur photo ou vidéo",
        "16": "Examen des traces ou indices de présence sur photo ou vidéo",
        "17": "Examen direct des traces ou indices de présence", "18": "Examen visuel à distance",
        "19": "Examen visuel en collection", "20": "Examen visuel sous loupe ou microscope",
        "21": "Examen visuel de l’individu en main",
        "22": "Examen visuel sur photo ou vidéo",
    },
    "OCC_COMPORTEMENT": {
        "0": "Inconnu", "1": "Non renseigné", "2": "Echouage", "3": "Dortoir", "4": "Migration",
        "5": "Construction de toile", "6": "Halte migratoire", "7": "Swarming", "8": "Chasse/alimentation",
        "9": "Hivernage", "10": "Passage en vol", "11": "Erratique", "12": "Sédentaire", "13": "Estivage",
        "14": "Nourrissage des jeunes", "15": "Posé", "16": "Déplacement", "17": "Repos", "18": "Chant",
        "19": "Accouplement", "20": "Cœur copulatoire", "21": "Tandem", "22": "Territorial", "23": "Pond",
    },
    "TYP_GRP": {
        "PASS": "Passage", "REL": "Relevé", "OP": "Opération de prélèvement", "CAMP": "Campagne de prélèvement",
        "POINT": "Point de prélèvement ou point d’observation", "INVSTA": "Inventaire stationnel",
        "OBS": "Observations", "LIEN": "Lien", "STRAT": "Strate", "AUTR": "Autre", "NSP": "Ne sait pas",
    },
    "SENSIBILITE": {
        "0": "Non sensible - Diffusion précise", "1": "Sensible - Diffusion à la Commune ou Znieff",
        "2": "Sensible - Diffusion à la maille 10km", "3": "Sensible - Diffusion au département",
        "4": "Sensible - Aucune diffusion",
    },
    "STATUT_VALID": {level.code: level.label for level in LEVELS},
}  # fmt: skip
"""Label by code, by the SINP's name of the list."""


def label(name: str, code: str) -> str:
    """Return the label of a code of a list, "" for no code and for one that is not known here."""
    return LISTS[name].get(code, "")

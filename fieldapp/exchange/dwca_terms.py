"""The tables of a Darwin Core archive: their columns, the addresses of the terms, and the words for the SINP's codes.

Sources: rs.gbif.org core/dwc_event_2025-07-10.xml, core/dwc_occurrence_2025-07-10.xml,
extension/obis/extended_measurement_or_fact_2023-08-28.xml, extension/eco/humboldt_2025-07-10.xml; the words are those
of vocabulary/gbif/sex.xml, life_stage.xml and quantity_type_2023-02-28.xml where these have one, else English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DWC = "http://rs.tdwg.org/dwc/terms/"
DCTERMS = "http://purl.org/dc/terms/"
DC = "http://purl.org/dc/elements/1.1/"
ECO = "http://rs.tdwg.org/eco/terms/"
OBIS = "http://rs.iobis.org/obis/terms/"


@dataclass(frozen=True, slots=True)
class Table:
    """One file of the archive: its name, what its rows are, its terms in the order of the columns.

    The first column is the event's identifier, by which the files are joined. `namespaces` gives where a term is from
    that is not one of `namespace`.
    """

    file: str
    row_type: str
    namespace: str
    terms: tuple[str, ...]
    namespaces: Mapping[str, str]

    def uri(self, term: str) -> str:
        """Return the address of a term of this table."""
        return self.namespaces.get(term, self.namespace) + term


_PLACE = (
    "locationID", "higherGeography", "countryCode", "county", "municipality", "locality", "locationRemarks",
    "minimumElevationInMeters", "maximumElevationInMeters", "decimalLatitude", "decimalLongitude", "geodeticDatum",
    "coordinateUncertaintyInMeters", "footprintWKT", "footprintSRS", "dataGeneralizations", "informationWithheld",
)  # fmt: skip

EVENT = Table(
    "event.txt",
    DWC + "Event",
    DWC,
    (
        "eventID", "parentEventID", "eventType", "datasetID", "datasetName", "language", "license", "eventDate",
        "eventTime", "year", "month", "day", "habitat", "samplingProtocol", "sampleSizeValue", "sampleSizeUnit",
        "samplingEffort", "eventRemarks", *_PLACE,
    ),
    {"language": DC, "license": DCTERMS},
)  # fmt: skip

OCCURRENCE = Table(
    "occurrence.txt",
    DWC + "Occurrence",
    DWC,
    (
        "eventID", "occurrenceID", "basisOfRecord", "occurrenceStatus", "datasetID", "recordedBy", "individualCount",
        "organismQuantity", "organismQuantityType", "sex", "lifeStage", "reproductiveCondition", "behavior",
        "vitality", "causeOfDeath", "organismID", "occurrenceRemarks", "eventTime", "identifiedBy",
        "identificationVerificationStatus", "identificationRemarks", "verbatimIdentification", "taxonID",
        "acceptedNameUsageID", "scientificName", "scientificNameAuthorship", "taxonRank", "kingdom", "phylum", "class",
        "order", "family", "vernacularName", "nameAccordingTo", *_PLACE,
    ),
    {},
)  # fmt: skip

MEASUREMENT = Table(
    "extendedmeasurementorfact.txt",
    OBIS + "ExtendedMeasurementOrFact",
    DWC,
    (
        "eventID", "measurementID", "occurrenceID", "measurementType", "measurementValue", "measurementUnit",
        "measurementRemarks",
    ),
    {},
)  # fmt: skip

HUMBOLDT = Table(
    "humboldt.txt",
    ECO + "Event",
    ECO,
    (
        "eventID", "siteCount", "eventDurationValue", "eventDurationUnit", "targetTaxonomicScope",
        "isTaxonomicScopeFullyReported", "isAbsenceReported", "absentTaxa", "protocolNames", "protocolReferences",
        "samplingPerformedBy", "isSamplingEffortReported", "samplingEffortValue", "samplingEffortUnit",
    ),
    {"eventID": DWC},
)  # fmt: skip

TABLES = (EVENT, OCCURRENCE, MEASUREMENT, HUMBOLDT)
"""The core first, then the extensions, in the order in which the archive names them."""

SEXES = {"1": "undetermined", "2": "female", "3": "male", "4": "hermaphrodite", "5": "male | female"}

LIFE_STAGES = {
    "2": "adult", "3": "juvenile", "4": "immature", "5": "subadult", "6": "larva", "7": "caterpillar", "8": "tadpole",
    "9": "egg", "12": "chrysalis", "13": "nymph", "14": "pupa", "15": "imago", "16": "subimago", "17": "fry",
    "18": "germinating", "19": "withered", "20": "seed", "21": "thallus", "22": "tuber", "23": "bulb", "24": "rhizome",
    "26": "post-larva", "27": "fruit",
}  # fmt: skip

REPRODUCTIVE = {"3": "reproductive", "9": "non-reproductive"}

VITALITY = {"2": "alive", "3": "dead"}

BEHAVIOURS = {
    "2": "stranding", "3": "roosting", "4": "migrating", "5": "building a web", "6": "stopping over on migration",
    "7": "swarming", "8": "foraging", "9": "wintering", "10": "flying over", "11": "wandering", "12": "sedentary",
    "13": "summering", "14": "feeding young", "15": "perched", "16": "moving", "17": "resting", "18": "singing",
    "19": "mating", "20": "in wheel position", "21": "in tandem", "22": "territorial", "23": "laying",
}  # fmt: skip

QUANTITIES = {
    "IND": "individuals", "CPL": "pairs", "COL": "colonies", "NID": "nests", "PON": "clutches", "HAM": "flower stems",
    "TIGE": "stems", "TOUF": "tufts", "SURF": "square metres",
}  # fmt: skip
"""organismQuantityType by OBJ_DENBR."""

UNTOLD_QUANTITY = "unspecified units"
"""organismQuantityType of what was counted without a word of what it was: never a number of individuals."""

VERIFICATION = {
    "0": "unverified", "1": "certain or very probable", "2": "probable", "3": "doubtful", "4": "invalid",
    "5": "not assessable", "6": "unknown",
}  # fmt: skip
"""identificationVerificationStatus by STATUT_VALID."""

RANKS = {
    "KD": "kingdom", "PH": "phylum", "SBPH": "subphylum", "CL": "class", "SBCL": "subclass", "OR": "order",
    "SBOR": "suborder", "SPFM": "superfamily", "FM": "family", "SBFM": "subfamily", "TR": "tribe", "GN": "genus",
    "SSGN": "subgenus", "AGES": "species aggregate", "ES": "species", "SSES": "subspecies", "VAR": "variety",
    "FO": "form",
}  # fmt: skip
"""taxonRank by TAXREF's RANG."""

GENERALISED = {
    "commune": "Place generalised to the municipality",
    "cell": "Place generalised to a cell of 10 km (INPN grid, Lambert-93)",
    "department": "Place generalised to the department",
}
"""dataGeneralizations by what stands for the place."""

WITHHELD = "Exact place withheld"

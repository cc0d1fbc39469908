"""The columns of the archive against the lists of terms that GBIF has registered, copied here by name.

Sources: rs.gbif.org core/dwc_event_2025-07-10.xml, extension/eco/humboldt_2025-07-10.xml,
extension/obis/extended_measurement_or_fact_2023-08-28.xml; of core/dwc_occurrence_2025-07-10.xml, the groups that the
archive writes from (Record-level, Occurrence, Organism, Event, Location, Identification, Taxon).
"""

import pytest

from fieldapp.exchange import dwca_terms
from fieldapp.exchange.dwca_terms import EVENT, HUMBOLDT, MEASUREMENT, OCCURRENCE, TABLES, Table
from fieldapp.exchange.nomenclatures import LISTS

DWC, ECO = "http://rs.tdwg.org/dwc/terms/", "http://rs.tdwg.org/eco/terms/"
DCTERMS, DC = "http://purl.org/dc/terms/", "http://purl.org/dc/elements/1.1/"

RECORD = """institutionID datasetID institutionCode datasetName ownerInstitutionCode informationWithheld
    dataGeneralizations dynamicProperties"""
DUBLIN = {
    *(DC + name for name in ("type", "language")),
    *(
        DCTERMS + name
        for name in ("modified", "license", "rightsHolder", "accessRights", "bibliographicCitation", "references")
    ),
}
EVENTS = """eventID parentEventID eventType fieldNumber eventDate eventTime startDayOfYear endDayOfYear year month day
    verbatimEventDate habitat samplingProtocol sampleSizeValue sampleSizeUnit samplingEffort fieldNotes eventRemarks"""
LOCATIONS = """locationID higherGeographyID higherGeography continent waterBody islandGroup island country countryCode
    stateProvince county municipality locality verbatimLocality minimumElevationInMeters maximumElevationInMeters
    verbatimElevation verticalDatum minimumDepthInMeters maximumDepthInMeters verbatimDepth
    minimumDistanceAboveSurfaceInMeters maximumDistanceAboveSurfaceInMeters locationAccordingTo locationRemarks
    decimalLatitude decimalLongitude geodeticDatum coordinateUncertaintyInMeters coordinatePrecision
    pointRadiusSpatialFit verbatimCoordinates verbatimLatitude verbatimLongitude verbatimCoordinateSystem verbatimSRS
    footprintWKT footprintSRS footprintSpatialFit georeferencedBy georeferencedDate georeferenceProtocol
    georeferenceSources georeferenceRemarks"""
GEOLOGY = """geologicalContextID earliestEonOrLowestEonothem latestEonOrHighestEonothem earliestEraOrLowestErathem
    latestEraOrHighestErathem earliestPeriodOrLowestSystem latestPeriodOrHighestSystem earliestEpochOrLowestSeries
    latestEpochOrHighestSeries earliestAgeOrLowestStage latestAgeOrHighestStage lowestBiostratigraphicZone
    highestBiostratigraphicZone lithostratigraphicTerms group formation member bed"""
OCCURRENCES = """basisOfRecord occurrenceID catalogNumber recordNumber recordedBy recordedByID individualCount
    organismQuantity organismQuantityType sex lifeStage reproductiveCondition caste behavior vitality
    establishmentMeans degreeOfEstablishment pathway georeferenceVerificationStatus occurrenceStatus associatedMedia
    associatedOccurrences associatedReferences associatedTaxa otherCatalogNumbers occurrenceRemarks organismID
    organismName organismScope associatedOrganisms previousIdentifications organismRemarks causeOfDeath"""
IDENTIFICATIONS = """identificationID verbatimIdentification identificationQualifier typeStatus identifiedBy
    identifiedByID dateIdentified identificationReferences identificationVerificationStatus identificationRemarks"""
TAXA = """taxonID scientificNameID acceptedNameUsageID parentNameUsageID originalNameUsageID nameAccordingToID
    namePublishedInID taxonConceptID scientificName acceptedNameUsage parentNameUsage originalNameUsage nameAccordingTo
    namePublishedIn namePublishedInYear higherClassification kingdom phylum class order superfamily family subfamily
    tribe subtribe genus genericName subgenus infragenericEpithet specificEpithet infraspecificEpithet cultivarEpithet
    taxonRank verbatimTaxonRank scientificNameAuthorship vernacularName nomenclaturalCode taxonomicStatus
    nomenclaturalStatus taxonRemarks"""
INVENTORIES = """siteCount siteNestingDescription verbatimSiteDescriptions verbatimSiteNames geospatialScopeAreaValue
    geospatialScopeAreaUnit totalAreaSampledValue totalAreaSampledUnit reportedWeather reportedExtremeConditions
    targetHabitatScope excludedHabitatScope eventDurationValue eventDurationUnit targetTaxonomicScope
    excludedTaxonomicScope taxonCompletenessReported taxonCompletenessProtocols isTaxonomicScopeFullyReported
    isAbsenceReported absentTaxa hasNonTargetTaxa nonTargetTaxa areNonTargetTaxaFullyReported targetLifeStageScope
    excludedLifeStageScope isLifeStageScopeFullyReported targetDegreeOfEstablishmentScope
    excludedDegreeOfEstablishmentScope isDegreeOfEstablishmentScopeFullyReported targetGrowthFormScope
    excludedGrowthFormScope isGrowthFormScopeFullyReported hasNonTargetOrganisms verbatimTargetScope compilationTypes
    compilationSourceTypes inventoryTypes protocolNames protocolDescriptions protocolReferences isAbundanceReported
    isAbundanceCapReported abundanceCap isVegetationCoverReported isLeastSpecificTargetCategoryQuantityInclusive
    hasVouchers voucherInstitutions hasMaterialSamples materialSampleTypes samplingPerformedBy isSamplingEffortReported
    samplingEffortProtocol samplingEffortValue samplingEffortUnit"""
MEASUREMENTS = """measurementID eventID occurrenceID measurementType measurementValue measurementAccuracy
    measurementUnit measurementDeterminedDate measurementDeterminedBy measurementMethod measurementRemarks"""


def uris(*groups: str, namespace: str = DWC) -> set[str]:
    return {namespace + name for group in groups for name in group.split()}


KNOWN = {
    EVENT.file: uris(RECORD, EVENTS, LOCATIONS, GEOLOGY) | DUBLIN,
    OCCURRENCE.file: uris(RECORD, EVENTS, LOCATIONS, OCCURRENCES, IDENTIFICATIONS, TAXA),
    MEASUREMENT.file: uris(MEASUREMENTS),
    HUMBOLDT.file: uris(INVENTORIES, namespace=ECO) | uris("identifiedBy identificationReferences eventID"),
}


def test_the_lists_are_as_long_as_those_of_gbif() -> None:
    assert len(KNOWN[EVENT.file]) == 97
    assert len(KNOWN[HUMBOLDT.file]) == 57 + 1  # and the eventID that joins it to the core


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_every_column_is_a_term_of_its_list_once(table: Table) -> None:
    found = [table.uri(term) for term in table.terms]
    assert set(found) - KNOWN[table.file] == set()
    assert len(set(found)) == len(found)
    assert table.terms[0] == "eventID"


def test_the_kinds_of_row_are_those_of_gbif() -> None:
    assert {table.file: table.row_type for table in TABLES} == {
        "event.txt": "http://rs.tdwg.org/dwc/terms/Event",
        "occurrence.txt": "http://rs.tdwg.org/dwc/terms/Occurrence",
        "extendedmeasurementorfact.txt": "http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact",
        "humboldt.txt": "http://rs.tdwg.org/eco/terms/Event",
    }


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (dwca_terms.SEXES, "SEXE"),
        (dwca_terms.LIFE_STAGES, "STADE_VIE"),
        (dwca_terms.REPRODUCTIVE, "STATUT_BIO"),
        (dwca_terms.VITALITY, "ETA_BIO"),
        (dwca_terms.BEHAVIOURS, "OCC_COMPORTEMENT"),
        (dwca_terms.QUANTITIES, "OBJ_DENBR"),
        (dwca_terms.VERIFICATION, "STATUT_VALID"),
    ],
)
def test_every_word_stands_for_a_code_of_the_sinp(words: dict[str, str], codes: str) -> None:
    assert words.keys() <= LISTS[codes].keys()
    assert all(word == word.strip() and word.isascii() for word in words.values())

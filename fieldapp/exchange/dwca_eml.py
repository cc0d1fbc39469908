"""What describes a Darwin Core archive: meta.xml (which file is what) and eml.xml (what the data are of).

The metadata follow EML 2.1.1 in GBIF's profile (source: GBIF Metadata Profile, How-to Guide 2.1, and the template
`eml-ipt.ftl` of gbif-metadata-profile, for the order of the elements). They say only what the data or the person said:
a licence that nobody chose is said to be missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from xml.etree import ElementTree as ET

from fieldapp.core.ids import name_uid
from fieldapp.core.occurrence import ABSENT, Event, Place, Standard, Telling
from fieldapp.core.shapes import read_shape
from fieldapp.core.telling import degrees
from fieldapp.core.text import N_
from fieldapp.exchange.dwca_rows import Rows
from fieldapp.exchange.dwca_terms import RANKS, TABLES, Table
from fieldapp.exchange.flat_columns import one_line, words
from fieldapp.exchange.written import Options

_META = "http://rs.tdwg.org/dwc/text/"
_EML = "eml://ecoinformatics.org/eml-2.1.1"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PROFILE = f"{_EML} http://rs.gbif.org/schema/eml-gbif-profile/1.1/eml.xsd"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_LICENCES = {
    "CC0-1.0": ("Public Domain (CC0 1.0)", "http://creativecommons.org/publicdomain/zero/1.0/legalcode"),
    "CC-BY-4.0": (
        "Creative Commons Attribution (CC-BY) 4.0 License",
        "http://creativecommons.org/licenses/by/4.0/legalcode",
    ),
    "CC-BY-NC-4.0": (
        "Creative Commons Attribution Non Commercial (CC-BY-NC) 4.0 License",
        "http://creativecommons.org/licenses/by-nc/4.0/legalcode",
    ),
}
"""The licences that GBIF knows, by the SPDX code, with the words and the address by which it knows them."""

_METHODS = 30
"""Ways of looking that are told of one protocol: who wants all of them reads the events."""


def meta(tables: Sequence[Table] = TABLES) -> bytes:
    """Return meta.xml: the core first, then the extensions, all parted by tabs with a line of names on top."""
    ET.register_namespace("", _META)
    archive = ET.Element(f"{{{_META}}}archive", {"metadata": "eml.xml"})
    for number, table in enumerate(tables):
        part = ET.SubElement(
            archive,
            f"{{{_META}}}{'extension' if number else 'core'}",
            {
                "encoding": "UTF-8",
                "fieldsTerminatedBy": "\\t",
                "linesTerminatedBy": "\\n",
                "fieldsEnclosedBy": "",
                "ignoreHeaderLines": "1",
                "rowType": table.row_type,
            },
        )
        ET.SubElement(ET.SubElement(part, f"{{{_META}}}files"), f"{{{_META}}}location").text = table.file
        ET.SubElement(part, f"{{{_META}}}{'coreid' if number else 'id'}", {"index": "0"})
        for index, term in enumerate(table.terms):
            ET.SubElement(part, f"{{{_META}}}field", {"index": str(index), "term": table.uri(term)})
    return _bytes(archive)


Box = tuple[float, float, float, float]
"""West, south, east and north, in degrees."""


def _point(place: Place) -> Box | None:
    if place.longitude is None or place.latitude is None:
        return None
    return (place.longitude, place.latitude, place.longitude, place.latitude)


@lru_cache(maxsize=256)
def _outline(wkt: str) -> Box | None:
    """Return the corners of a line or outline, None where there is none that can be read."""
    try:
        shape = read_shape(wkt)
    except ValueError:
        return None
    longitudes, latitudes = zip(*(point for run in shape.runs for point in run), strict=True)
    return (min(longitudes), min(latitudes), max(longitudes), max(latitudes))


class Coverage:
    """What the tellings of an archive are of, gathered while they go by: no more of it than metadata tell."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.rows = 0
        self.absences = 0
        self.days: tuple[str, str] = ("", "")
        self.box: Box | None = None
        self.taxa: dict[int, str] = {}
        self.scopes: set[str] = set()
        self.regions: set[str] = set()
        self.datasets: dict[str, str] = {}
        self.organisations: Counter[str] = Counter()
        self.observers: set[str] = set()
        self.methods: dict[str, set[str]] = {}

    def add(self, telling: Telling) -> None:
        """Take in a visit."""
        self._add_event(telling.event)
        for one in telling.occurrences:
            self.rows += 1
            self.absences += one.status == ABSENT
            self.taxa.setdefault(one.cd_nom, one.nom_cite)
            if one.place is not None:
                self._add_place(one.place)

    def _add_event(self, event: Event) -> None:
        first, last = self.days
        self.days = (min(first or event.date_min, event.date_min), max(last, event.date_max))
        self._add_place(event.place)
        if event.scope:
            self.scopes.add(event.scope)
        if event.dataset.uuid or event.dataset.name:
            self.datasets.setdefault(event.dataset.uuid, event.dataset.name)
        self.organisations.update({person.organisation for person in event.observers if person.organisation})
        self.observers.update(person.name for person in event.observers if person.name.strip())
        told = self.methods.setdefault(event.protocol, set())
        if event.method and len(told) < _METHODS:
            told.add(event.method)

    def _add_place(self, place: Place) -> None:
        self.regions.update(filter(None, (place.commune, place.department)))
        for corners in (_point(place), _outline(place.wkt)):
            if corners is not None:
                west, south, east, north = self.box or corners
                self.box = (
                    min(west, corners[0]), min(south, corners[1]), max(east, corners[2]), max(north, corners[3]),
                )  # fmt: skip

    @property
    def title(self) -> str:
        """The title that was given, else the names of the protocols, else what any such data are called."""
        rows = Rows(self.options)
        named = ", ".join(rows.title(code) for code in sorted(self.methods))
        return self.options.title or named or words(self.options.language)(N_("Données naturalistes"))

    @property
    def uuids(self) -> list[str]:
        """The datasets that the rows belong to."""
        return [self.options.dataset_uuid] if self.options.dataset_uuid else sorted(filter(None, self.datasets))


def eml(coverage: Coverage) -> bytes:
    """Return eml.xml for what the tellings are of."""
    options, title = coverage.options, coverage.title
    package = coverage.uuids[0] if len(coverage.uuids) == 1 else name_uid("dwca", title)
    ET.register_namespace("eml", _EML)
    ET.register_namespace("xsi", _XSI)
    root = ET.Element(
        f"{{{_EML}}}eml",
        {
            f"{{{_XSI}}}schemaLocation": _PROFILE,
            "packageId": package,
            "system": "http://gbif.org",
            "scope": "system",
            _XML_LANG: options.language,
        },
    )
    dataset = ET.SubElement(root, "dataset")
    for uuid in coverage.uuids:
        _say(dataset, "alternateIdentifier", uuid)
    _say(dataset, "title", title)
    for role in ("creator", "metadataProvider"):
        _parties(dataset, role, coverage)
    if options.made_on:
        _say(dataset, "pubDate", options.made_on)
    _say(dataset, "language", options.language)
    _say(dataset, "abstract/para", _abstract(coverage, title))
    _rights(dataset, options)
    _coverage(dataset, coverage)
    _parties(dataset, "contact", coverage)
    _methods(dataset, coverage)
    gbif = _at(root, "additionalMetadata/metadata/gbif")
    if options.made_on:
        _say(gbif, "dateStamp", options.made_on)
    _say(gbif, "hierarchyLevel", "dataset")
    return _bytes(root)


def _abstract(coverage: Coverage, title: str) -> str:
    said = words(coverage.options.language)
    if not coverage.rows:
        return said(N_("{title} : aucune donnée.")).format(title=title)
    text = said(
        N_(
            "{title} : {rows} données du {first} au {last}, dont {absences} « non observé », pour {taxa} noms de "
            "TAXREF. Les absences sont dites : chaque événement dit ce qui y était cherché."
        )
    )
    first, last = coverage.days
    return text.format(
        title=title, rows=coverage.rows, first=first, last=last, absences=coverage.absences, taxa=len(coverage.taxa)
    )


def _parties(dataset: ET.Element, role: str, coverage: Coverage) -> None:
    """Add who made the data: the organisation that hands them over, else those of the observers, else these."""
    told = coverage.organisations
    found = (
        [coverage.options.publisher] if coverage.options.publisher else sorted(told, key=lambda one: (-told[one], one))
    )
    for name in found if role == "creator" else found[:1]:
        _say(_at(dataset, role, new=True), "organizationName", name)
    if not found:
        people = sorted(coverage.observers)
        for name in people if role == "creator" else people[:1]:
            _person(_at(_at(dataset, role, new=True), "individualName"), name)
        if not people:
            missing = words(coverage.options.language)(N_("Producteur non précisé"))
            _say(_at(dataset, role, new=True), "organizationName", missing)


def _person(parent: ET.Element, name: str) -> None:
    """Add a name that is written "NOM Prénom", in two parts where it has them."""
    first = next((at for at, word in enumerate(name.split()) if at and not word.isupper()), 1)
    family, given = name.split()[:first], name.split()[first:]
    if given:
        _say(parent, "givenName", " ".join(given), new=True)
    _say(parent, "surName", " ".join(family), new=True)


def _rights(dataset: ET.Element, options: Options) -> None:
    paragraph = _at(dataset, "intellectualRights/para")
    if known := _LICENCES.get(options.licence.upper().replace(" ", "-")):
        name, address = known
        paragraph.text = "This work is licensed under a "
        link = ET.SubElement(paragraph, "ulink", {"url": address})
        _say(link, "citetitle", name)
        link.tail = "."
        return
    missing = N_("Licence non précisée : demandez au producteur avant de réutiliser ces données.")
    paragraph.text = one_line(options.licence or words(options.language)(missing))


def _coverage(dataset: ET.Element, coverage: Coverage) -> None:
    part = _at(dataset, "coverage")
    if coverage.box:
        place = _at(part, "geographicCoverage")
        _say(place, "geographicDescription", ", ".join(sorted(coverage.regions)) or coverage.title)
        west, south, east, north = coverage.box
        for name, value in (("west", west), ("east", east), ("north", north), ("south", south)):
            _say(place, f"boundingCoordinates/{name}BoundingCoordinate", degrees(value))
    if coverage.days[0]:
        dates = _at(part, "temporalCoverage/rangeOfDates")
        _say(dates, "beginDate/calendarDate", coverage.days[0])
        _say(dates, "endDate/calendarDate", coverage.days[1])
    if coverage.taxa:
        _taxa(_at(part, "taxonomicCoverage"), coverage)


def _taxa(part: ET.Element, coverage: Coverage) -> None:
    if coverage.scopes:
        _say(part, "generalTaxonomicCoverage", ", ".join(sorted(coverage.scopes)))
    known = coverage.options.taxa
    for cd_nom in sorted(coverage.taxa):
        taxon = known.get(cd_nom)
        one = _at(part, "taxonomicClassification", new=True)
        if taxon is None:
            _say(one, "taxonRankValue", coverage.taxa[cd_nom])
            continue
        if rank := RANKS.get(taxon.rank):
            _say(one, "taxonRankName", rank)
        _say(one, "taxonRankValue", taxon.lb_nom)
        if taxon.nom_vern:
            _say(one, "commonName", taxon.nom_vern)


def _methods(dataset: ET.Element, coverage: Coverage) -> None:
    rows = Rows(coverage.options)
    for code in sorted(coverage.methods):
        step = _at(_at(dataset, "methods"), "methodStep", new=True)
        for text in _told(rows.title(code), rows.standard(code), sorted(coverage.methods[code])):
            _say(_at(step, "description"), "para", text, new=True)


def _told(title: str, standard: Standard | None, methods: Iterable[str]) -> list[str]:
    reference = [standard.reference] if standard and standard.reference else []
    return [title, *reference, *methods]


def _at(parent: ET.Element, path: str, *, new: bool = False) -> ET.Element:
    """Return what lies at a path below an element, made where it is missing; `new` makes its last step anew."""
    *above, last = path.split("/")
    for name in above:
        found = parent.find(name)
        parent = ET.SubElement(parent, name) if found is None else found
    found = None if new else parent.find(last)
    return ET.SubElement(parent, last) if found is None else found


def _say(parent: ET.Element, path: str, text: str, *, new: bool = False) -> None:
    """Put a text at a path below an element; several of one name stand one after the other."""
    is_several = new or "/" not in path
    _at(parent, path, new=is_several).text = one_line(text)


def _bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"

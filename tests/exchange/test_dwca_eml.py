from typing import Any
from xml.etree import ElementTree as ET

import pytest

from fieldapp.core.occurrence import Person, Place, Telling
from fieldapp.exchange import dwca_eml
from fieldapp.exchange.dwca_terms import TABLES
from tests.exchange.frogs import DATASET, VISIT, event, missed, options, seen, telling

META = "{http://rs.tdwg.org/dwc/text/}"


def described(*told: Telling, **given: Any) -> ET.Element:
    coverage = dwca_eml.Coverage(options(**given))
    for one in told or (telling(seen(), missed()),):
        coverage.add(one)
    return ET.fromstring(dwca_eml.eml(coverage))


def text(root: ET.Element, path: str) -> str | None:
    found = root.find(path)
    assert found is not None, path
    return found.text


def test_meta_names_the_core_first_and_each_column_by_its_term() -> None:
    root = ET.fromstring(dwca_eml.meta())
    assert [part.tag for part in root] == [f"{META}core", *[f"{META}extension"] * 3]
    for part, table in zip(root, TABLES, strict=True):
        assert part.findtext(f"{META}files/{META}location") == table.file
        fields = part.findall(f"{META}field")
        assert [(one.get("index"), one.get("term")) for one in fields] == [
            (str(index), table.uri(term)) for index, term in enumerate(table.terms)
        ]
        key = part.find(f"{META}{'id' if part.tag == f'{META}core' else 'coreid'}")
        assert key is not None
        assert key.get("index") == "0"
        assert (part.get("fieldsTerminatedBy"), part.get("linesTerminatedBy")) == ("\\t", "\\n")


def test_the_data_are_described_by_what_they_are_of() -> None:
    other = event(uid="autre", date_min="2023-05-01", date_max="2023-05-02")
    root = described(telling(seen(), missed()), telling(seen(other, 8)))
    assert text(root, "dataset/title") == "Mares de 2024"
    assert text(root, "dataset/alternateIdentifier") == root.get("packageId") == DATASET
    assert text(root, "dataset/creator/organizationName") == "CPIE"
    assert "3 données du 2023-05-01 au 2024-03-09, dont 1 « non observé »" in str(text(root, "dataset/abstract/para"))
    assert text(root, "dataset/coverage/temporalCoverage/rangeOfDates/beginDate/calendarDate") == "2023-05-01"
    box = root.find("dataset/coverage/geographicCoverage/boundingCoordinates")
    assert box is not None
    assert [(one.tag[:4], one.text) for one in box] == [
        ("west", "2.5"), ("east", "2.5"), ("nort", "-50.25"), ("sout", "-50.25"),
    ]  # fmt: skip
    taxa = root.findall("dataset/coverage/taxonomicCoverage/taxonomicClassification/taxonRankValue")
    assert [one.text for one in taxa] == ["Rana temporaria", "Amphibia"]
    methods = [one.text for one in root.iter("methodStep") for one in one.iter("para")]
    assert methods == ["ponds", "à vue, de nuit"]


def test_the_elements_stand_in_the_order_of_the_profile() -> None:
    order = (
        "alternateIdentifier", "title", "creator", "metadataProvider", "pubDate", "language", "abstract",
        "intellectualRights", "coverage", "contact", "methods",
    )  # fmt: skip
    dataset = described(made_on="2024-06-01").find("dataset")
    assert dataset is not None
    assert tuple(part.tag for part in dataset) == order


def test_without_a_day_given_no_day_of_today_is_in_it() -> None:
    root = described()
    assert [one for one in root.iter() if one.tag in {"pubDate", "dateStamp"}] == []
    assert described(made_on="2024-06-01").findtext("additionalMetadata/metadata/gbif/dateStamp") == "2024-06-01"


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "cc by 4.0"])
def test_a_licence_that_gbif_knows_is_told_in_its_words(licence: str) -> None:
    link = described(licence=licence).find("dataset/intellectualRights/para/ulink")
    assert link is not None
    assert link.get("url") == "http://creativecommons.org/licenses/by/4.0/legalcode"
    assert link.findtext("citetitle") == "Creative Commons Attribution (CC-BY) 4.0 License"


def test_a_licence_that_nobody_chose_is_said_to_be_missing() -> None:
    assert "non précisée" in str(text(described(), "dataset/intellectualRights/para"))
    assert text(described(licence="Sur demande"), "dataset/intellectualRights/para") == "Sur demande"


def test_who_hands_it_over_is_its_creator_else_the_observers() -> None:
    assert text(described(publisher="GON"), "dataset/creator/organizationName") == "GON"
    alone = event(observers=tuple(type(one)(one.uid, one.name) for one in VISIT.observers))
    people = described(telling(seen(alone))).findall("dataset/creator/individualName/surName")
    assert [one.text for one in people] == ["MARTIN", "PETIT"]
    given = described(telling(seen(alone))).findall("dataset/creator/individualName/givenName")
    assert [one.text for one in given] == ["Claire", "Ali"]


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("LE GALL Anne Marie", "LE GALL", "Anne Marie"),
        ("Dupont Luc", "Dupont", "Luc"),
        ("DUPONT", "DUPONT", None),
        ("O’NEILL MARC", "O’NEILL", "MARC"),
    ],
)
def test_a_name_has_two_parts_where_it_was_written_so(name: str, family: str, given: str | None) -> None:
    (person,) = described(telling(seen(event(observers=(Person("p", name),))))).findall(
        "dataset/creator/individualName"
    )
    assert (person.findtext("surName"), person.findtext("givenName")) == (family, given)
    assert person[-1].tag == "surName"


def test_the_box_holds_the_areas_whole_and_has_no_power_of_ten() -> None:
    at = Place(uid="p", longitude=1e-05, latitude=50.3, wkt="POLYGON((0.00001 50.2, 0.2 50.2, 0.2 50.4, 0.00001 50.2))")
    box = described(telling(seen(event(place=at)))).find("dataset/coverage/geographicCoverage/boundingCoordinates")
    assert box is not None
    assert [one.text for one in box] == ["0.00001", "0.2", "50.4", "50.2"]
    unread = described(telling(seen(event(place=Place(uid="p", longitude=2.5, latitude=50.3, wkt="une mare")))))
    assert text(unread, "dataset/coverage/geographicCoverage/boundingCoordinates/westBoundingCoordinate") == "2.5"


def test_signs_of_xml_and_control_signs_in_a_title_do_no_harm() -> None:
    title = 'Mares <b>& "co" ]]> \x07d’été'
    assert text(described(title=title), "dataset/title") == 'Mares <b>& "co" ]]>  d’été'


def test_nothing_told_is_still_a_description() -> None:
    root = ET.fromstring(dwca_eml.eml(dwca_eml.Coverage(options(title=""))))
    assert text(root, "dataset/title") == "Données naturalistes"
    assert root.find("dataset/coverage") is not None
    assert text(root, "dataset/abstract/para") == "Données naturalistes : aucune donnée."
    for role in ("creator", "metadataProvider", "contact"):
        assert text(root, f"dataset/{role}/organizationName") == "Producteur non précisé"
    assert [
        one.tag for one in root.iter() if one.tag in {"surName", "title", "para"} and not (one.text or "").strip()
    ] == []

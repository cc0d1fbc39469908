"""The rows of a table of observations: which list each belongs to, and what is refused."""

import pytest

from fieldapp.core import clock
from fieldapp.core.exchange import ParsedRow, RowRefusedError
from fieldapp.core.ids import name_uid
from fieldapp.core.record import make_record
from fieldapp.protocols.directory.protocol import PERSON
from fieldapp.protocols.occasional import lists
from fieldapp.protocols.occasional.csv_reading import COLUMNS, ListParser
from tests.protocols.few_records import FewRecords

ROW = {
    "date": "14/03/2020", "lieu": "Terril 74", "latitude": "50,4176", "longitude": "2.8109", "espèce": "Citron",
    "nombre": "2", "observateur": "Observateur Deux", "remarque": "au soleil",
}  # fmt: skip
ALEX = make_record("directory", PERSON, {"name": "BERNARD Alex"}, None)


def parser() -> ListParser:
    return ListParser(FewRecords(lists.taxa(), ALEX))


def parsed(own: ListParser, **other: str) -> ParsedRow:
    row = {**ROW, **other}
    return own.parse(own.survey([row[name] for name in COLUMNS]))


def test_a_row_is_a_person_a_list_and_a_line() -> None:
    person, visit, line = parsed(parser()).records
    assert (person.uid, person.data) == (name_uid("person", "observateur deux"), {"name": "Observateur Deux"})
    assert visit.data == {
        "visit_date_min": "2020-03-14", "place_name": "Terril 74", "longitude": 2.8109, "latitude": 50.4176,
        "observers": [person.uid],
    }  # fmt: skip
    assert line.data == {
        "cd_nom": 54417, "nom_cite": "Citron", "nom_cite_for": 54417, "comments": "au soleil",
        "id_nomenclature_observation_status": "Pr", "count_min": 2, "count_max": 2,
        "id_nomenclature_type_count": "Co", "id_nomenclature_obj_count": "IND",
    }  # fmt: skip
    assert line.parent == visit.uid


def test_rows_of_the_same_day_place_and_people_are_one_list() -> None:
    own = parser()
    first, second = parsed(own).records[-2], parsed(own, espèce="54451", lieu="terril  74").records[-2]
    assert first is second
    assert parsed(own, date="15/03/2020").records[-2] is not first
    assert parsed(own, observateur="BERNARD Alex").records[-2] is not first


def test_the_same_row_twice_is_two_lines_with_lasting_identities() -> None:
    one, other = parser(), parser()
    uids = [parsed(one).records[-1].uid, parsed(one).records[-1].uid]
    assert len(set(uids)) == 2
    assert [parsed(other).records[-1].uid, parsed(other).records[-1].uid] == uids


def test_species_are_named_in_french_in_latin_or_by_number_and_people_of_the_directory_are_found() -> None:
    own = parser()
    for name in ("citron", "Gonepteryx rhamni", "Gonepteryx rhamni (Linnaeus, 1758)", "54417"):
        assert parsed(own, espèce=name).records[-1].cd_nom == 54417, name
    assert "nom_cite" not in parsed(own, espèce="54417").records[-1].data
    assert parsed(own, observateur="bernard alex ; Observateur Deux").records[0] is ALEX


def test_a_number_may_be_missing_and_a_position_too() -> None:
    *_above, visit, line = parsed(parser(), nombre="", latitude="", longitude="").records
    assert "count_min" not in line.data
    assert "longitude" not in visit.data


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("date", "", "La date manque"),
        ("date", "14/03", "avec son année"),
        ("date", "31/02/2020", "n’existe pas"),
        ("date", "hier 2020", "pas une date"),
        ("espèce", "", "L’espèce manque"),
        ("espèce", "Licorne", "pas connu ici"),
        ("espèce", "999999", "importez TAXREF"),
        ("nombre", "plusieurs", "pas un nombre"),
        ("longitude", "", "à moitié"),
        ("latitude", "95", "pas une position"),
    ],
)
def test_what_can_not_be_read_is_refused_in_its_column(column: str, cell: str, words: str) -> None:
    with pytest.raises(RowRefusedError, match=words) as refused:
        parsed(parser(), **{column: cell})
    assert refused.value.column == column


def test_a_day_after_today_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.TODAY_VARIABLE, "2020-03-13")
    with pytest.raises(RowRefusedError, match="après aujourd’hui"):
        parsed(parser())


def test_latitude_and_longitude_the_wrong_way_round_are_put_right_and_said() -> None:
    row = parsed(parser(), latitude="2.8109", longitude="50.4176")
    assert row.records[-2].data["latitude"] == 50.4176
    assert [note.column for note in row.notes] == ["latitude"]

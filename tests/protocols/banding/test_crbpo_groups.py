"""Rows that say the same of place and session, and what the other rows say to the odd one."""

from fieldapp.exchange.report import Outcome
from fieldapp.protocols.banding import crbpo_groups
from fieldapp.protocols.banding.crbpo_groups import Group, place_key
from tests.protocols.banding.crbpo_files import Desk, capture, only


def group_of(catches: int = 1, **cells: str) -> Group:
    """Return a group that was read, of a good row with other cells as given."""
    row = {**dict.fromkeys(crbpo_groups.COLUMNS, ""), **capture(1, **cells)}
    group = Group([row[name] for name in crbpo_groups.COLUMNS], catches=catches)
    crbpo_groups.read(group)
    return group


def test_the_cells_of_a_group_are_read_into_values() -> None:
    group = group_of(catches=3)
    assert group.fault is None
    assert group.weight == 3
    assert group.values == {
        "date": "2020-05-18", "theme": "STOC", "own_theme": "STOC", "country": "FR", "department": "62",
        "commune": "AVION", "place_name": "Marais de la Couture", "latitude": 50.404, "longitude": 2.827,
        "holder": "BAGUEUR, Un", "id_prog": "501", "opened_at": "06:00", "duration_min": 360, "net_m": 120.0,
    }  # fmt: skip


def test_the_first_cell_that_can_not_be_read_refuses_the_group() -> None:
    fault = group_of(DATE="31/02/2020", HS="matin").fault
    assert fault is not None
    assert fault.column == "DATE"


def test_a_theme_is_written_as_in_the_list() -> None:
    group = group_of(THEME_SESSION="stoc-rozo", THEME="stoc-rozo")
    assert group.values["theme"] == "STOC-ROZO"
    assert "STOC-ROZO" in group.notes[0].sentence


def test_most_rows_count_not_most_groups() -> None:
    groups = [group_of(5, FS="36"), group_of(1, FS="60"), group_of(1, FS="60")]
    assert crbpo_groups.most(groups, "net_m") == 36
    assert crbpo_groups.count(groups, "net_m") == {36.0: 5, 60.0: 2}
    assert crbpo_groups.most(groups, "scribe") is None


def test_a_place_is_the_same_without_accents_and_its_own_country() -> None:
    assert place_key({"commune": "Hénin"}) == place_key({"commune": "HENIN", "country": "FR"})
    assert place_key({"commune": "Hénin"}) != place_key({"commune": "Hénin", "country": "BE"})


def test_hours_that_can_not_be_read_are_no_times() -> None:
    group = group_of()
    group.hours |= {"06:30", "", "matin"}
    assert group.times == ["06:30"]


def test_spellings_of_one_place_are_one_place_as_most_rows_write_it(crbpo_desk: Desk) -> None:
    rows = [capture(1), capture(2), capture(3, LOCALITE="Avion")]
    report = crbpo_desk.take(rows)
    assert crbpo_desk.values("sites_group", "commune") == ["AVION"]
    assert "« Avion » a été lu AVION" in report.rows[2].sentence
    assert len(crbpo_desk.all("visit")) == 1


def test_an_empty_cell_repeats_what_the_other_rows_tell(crbpo_desk: Desk) -> None:
    report = crbpo_desk.take([capture(1), capture(2, HS="", DS="", FS="")])
    assert [row.outcome for row in report.rows] == [Outcome.CREATED, Outcome.CREATED]
    assert len(crbpo_desk.all("visit")) == 1


def test_other_metres_than_the_rest_of_the_session_need_consent(crbpo_desk: Desk) -> None:
    rows = [capture(1), capture(2), capture(3, FS="60")]
    refused = crbpo_desk.take(rows).rows[2]
    assert (refused.outcome, refused.column, refused.can_mend) == (Outcome.REFUSED, "FS", True)
    assert "« 60 » alors que 2 autres lignes de la séance disent « 120 »" in refused.sentence
    assert crbpo_desk.take(rows, mend=True).rows[2].outcome is Outcome.CREATED
    assert crbpo_desk.values("visit", "net_m") == [120.0]


def test_the_odd_row_is_refused_even_where_it_comes_first(crbpo_desk: Desk) -> None:
    report = crbpo_desk.take([capture(1, FS="60"), capture(2), capture(3)])
    assert [row.outcome for row in report.rows] == [Outcome.REFUSED, Outcome.CREATED, Outcome.CREATED]


def test_a_file_without_a_theme_of_the_session_takes_that_of_its_birds(crbpo_desk: Desk) -> None:
    row = {name: text for name, text in capture(1).items() if name != "THEME SESSION"}
    assert only(crbpo_desk.take([row])).outcome is Outcome.CREATED
    assert crbpo_desk.values("visit", "theme") == ["STOC"]


def test_a_scribe_of_one_row_alone_goes_into_its_memo(crbpo_desk: Desk) -> None:
    rows = [
        {**capture(number), "SC": scribe} for number, scribe in enumerate(("SCRIBE, Un", "SCRIBE, Un", "AUTRE, Un"))
    ]
    report = crbpo_desk.take(rows)
    assert crbpo_desk.values("observation", "comments") == [None, None, "SC : AUTRE, Un"]
    assert report.rows[2].column == "SC"


def test_a_stoc_session_without_station_number_is_noted_as_the_crbpo_would(crbpo_desk: Desk) -> None:
    assert "ID_PROG" in only(crbpo_desk.take([capture(1, ID_PROG="")])).sentence


def test_a_place_outside_france_may_lie_there(crbpo_desk: Desk) -> None:
    report = crbpo_desk.take([capture(1, PAYS="GB", LAT="54.1", LON="-2.1")])
    assert (only(report).outcome, only(report).sentence) == (Outcome.CREATED, "")


def test_a_position_that_nothing_explains_is_kept_and_noted(crbpo_desk: Desk) -> None:
    row = only(crbpo_desk.take([capture(1, LAT="5.404", LON="28.27")]))
    assert (row.outcome, row.column) == (Outcome.CREATED, "LAT")
    assert "n’est pas en France : vérifiez LAT et LON" in row.sentence


def test_a_position_outside_the_globe_is_refused(crbpo_desk: Desk) -> None:
    row = only(crbpo_desk.take([capture(1, LAT="504.04", LON="28.27")], mend=True))
    assert (row.outcome, row.column, row.can_mend) == (Outcome.REFUSED, "LAT", False)


def test_a_place_overseas_is_taken_where_it_lies(crbpo_desk: Desk) -> None:
    row = only(crbpo_desk.take([capture(1, DEPT="974", LOCALITE="SAINT-DENIS", LAT="-20.88", LON="55.45")]))
    assert (row.outcome, row.sentence) == (Outcome.CREATED, "")

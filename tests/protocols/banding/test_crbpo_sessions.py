"""Rows put together into places, net sets and sessions."""

from fieldapp.exchange.report import Outcome
from tests.protocols.banding.crbpo_files import Desk, capture, only


def test_places_are_told_apart_by_country_department_commune_and_lieu_dit(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1), capture(2, LIEUDIT="Terril"), capture(3, DEPT="59")])
    assert len(crbpo_desk.all("sites_group")) == 3


def test_a_station_is_its_number_and_without_one_its_theme(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1), capture(2, ID_PROG="", THEME_SESSION="VOIE", THEME="VOIE")])
    assert sorted(map(str, crbpo_desk.values("site", "site_name"))) == ["Station 501", "VOIE"]
    assert len(crbpo_desk.all("sites_group")) == 1


def test_day_theme_and_holder_make_a_session_and_opening_or_position_tell_apart_those_of_a_file(
    crbpo_desk: Desk,
) -> None:
    crbpo_desk.take(
        [
            capture(1),
            capture(2, DATE="19/05/2020"),
            capture(3, THEME_SESSION="PHENO", THEME="PHENO"),
            capture(4, BAGUEUR="BAGUEUR, Deux"),
            capture(5, LAT="50.5"),
            capture(6, HS="18:00", DS="03:00", HEURE="19:00"),
        ]
    )
    assert len(crbpo_desk.all("visit")) == 6


def test_only_a_position_that_is_not_that_of_the_place_is_kept_with_the_session(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1), capture(2), capture(3, LAT="50.5"), capture(4, DATE="19/05/2020", LAT="", LON="")])
    assert crbpo_desk.values("sites_group", "latitude") == [50.404]
    assert sorted(map(str, crbpo_desk.values("visit", "latitude"))) == ["50.5", "None", "None"]


def test_the_remarks_of_a_session_are_all_kept(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1, MEMO_SESSION="vent"), capture(2), capture(3, MEMO_SESSION="pluie")])
    assert crbpo_desk.values("visit", "comments") == ["vent | pluie"]


def test_themes_may_differ_from_bird_to_bird(crbpo_desk: Desk) -> None:
    crbpo_desk.take(
        [capture(1, THEME_SESSION="GIBIER", THEME="GIBIER"), capture(2, THEME_SESSION="GIBIER", THEME="PP")]
    )
    assert crbpo_desk.values("visit", "theme") == ["GIBIER"]
    assert crbpo_desk.values("observation", "theme") == [None, "PP"]


def test_a_session_without_birds_is_a_session(crbpo_desk: Desk) -> None:
    report = crbpo_desk.take([capture(1, ACTION="BREDOUILLE", BAGUE="", ESPECE="", HEURE="")])
    assert only(report).outcome is Outcome.CREATED
    assert crbpo_desk.values("visit", "no_birds") == [True]
    assert crbpo_desk.all("observation") == []


def test_the_memo_of_a_row_without_birds_is_kept_with_the_session(crbpo_desk: Desk) -> None:
    report = crbpo_desk.take([capture(1, ACTION="BREDOUILLE", BAGUE="", ESPECE="", MEMO="renard", MEMO_SESSION="vent")])
    assert crbpo_desk.values("visit", "comments") == ["vent | renard"]
    assert only(report).column == "MEMO"


def test_a_row_without_birds_has_no_ring(crbpo_desk: Desk) -> None:
    assert only(crbpo_desk.take([capture(1, ACTION="BREDOUILLE")])).outcome is Outcome.REFUSED


def test_a_session_with_birds_is_not_without(crbpo_desk: Desk) -> None:
    report = crbpo_desk.take([capture(1, ACTION="BREDOUILLE", BAGUE="", ESPECE="", HEURE=""), capture(2)])
    assert [row.outcome for row in report.rows] == [Outcome.REFUSED, Outcome.CREATED]
    assert "a des captures" in report.rows[0].sentence
    assert crbpo_desk.values("visit", "no_birds") == [None]

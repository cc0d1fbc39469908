"""What a line counts as, who is one individual, and counts that the file itself gives a second time."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.record import Node
from fieldapp.protocols.banding import analysis
from fieldapp.protocols.banding.analysis import ADULT, YOUNG, Session
from tests.protocols.banding import season
from tests.protocols.banding.season import bird, place, session, site


def read(*sites: Node) -> list[Session]:
    return analysis.sessions_of([place("Marais", "AVION", *sites)])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1A", YOUNG), ("1A?", YOUNG), ("PUL", YOUNG), ("pul", YOUNG),
        ("+1A", ADULT), ("+1?", ADULT), ("2A", ADULT), ("2A?", ADULT), ("+2A?", ADULT), ("4A", ADULT),
        ("VOL", ""), ("???", ""), ("", ""), ("+", ""),
    ],
)  # fmt: skip
def test_a_plus_or_a_digit_from_two_is_an_adult_and_vol_is_neither(written: str, meant: str) -> None:
    assert analysis.age_class(written) == meant


@given(st.text(max_size=6))
def test_any_text_for_an_age_has_one_of_three_answers(written: str) -> None:
    assert analysis.age_class(written) in {ADULT, YOUNG, ""}


def test_a_line_has_the_theme_of_its_capture_else_that_of_its_session_else_that_of_the_net_set() -> None:
    found = read(
        site("STOC", session("2020-05-18", bird("1"), bird("2", theme="GIBIER"), theme="PHENO"),
             session("2020-05-19", bird("3"))),
    )  # fmt: skip
    assert [line.theme for _session, line in analysis.lines_of(found)] == ["PHENO", "GIBIER", "STOC"]


def test_a_recovery_is_no_capture_and_a_bird_without_ring_is_no_individual() -> None:
    (found,) = read(
        site("STOC", session("2020-05-18", bird("1"), bird("1", action="C"), bird("2", action="R"),
                             bird("", action="SANS"), bird("4", action="")))
    )  # fmt: skip
    assert len(found.captures) == 4
    assert analysis.individuals(found.lines, {}) == {"FRP1", "FRP4"}


def test_a_control_is_foreign_where_its_scheme_is_not_paris_and_a_ring_without_scheme_is_not() -> None:
    (found,) = read(
        site("STOC", session("2020-05-18",
             bird("1", action="C"),
             bird("", action="C", ring_scheme="GBT", ring_key="GBTA71"),
             bird("", action="C", ring_key="BLB12"),
             bird("", action="C"),
             bird("", action="B", ring_scheme="BLB", ring_key="BLB13"))),
    )  # fmt: skip
    assert [line.is_foreign_control for line in found.lines] == [False, True, True, False, False]


def test_a_ring_and_the_ring_that_it_replaced_are_one_individual_however_long_the_chain() -> None:
    found = read(
        site(
            "STOC",
            session("2018-05-18", bird("1")),
            session("2019-05-18", bird("2", replaced_ring_key="FRP1")),
            session("2020-05-18", bird("3", replaced_ring_key="FRP2"), bird("9")),
        )
    )
    first = analysis.first_rings(found)
    assert [analysis.individuals(item.lines, first) for item in found] == [{"FRP1"}, {"FRP1"}, {"FRP1", "FRP9"}]


def test_rings_that_are_said_to_have_replaced_each_other_still_come_to_an_end() -> None:
    found = read(
        site(
            "STOC",
            session("2018-05-18", bird("5", replaced_ring_key="FRP2"), bird("2", replaced_ring_key="FRP3")),
            session("2019-05-18", bird("3", replaced_ring_key="FRP2"), bird("4", replaced_ring_key="FRP4")),
        )
    )
    first = analysis.first_rings(found)
    assert analysis.individuals([line for item in found for line in item.lines], first) == {"FRP2", "FRP4"}


def test_subspecies_are_of_their_species_and_an_undetermined_bird_is_of_none() -> None:
    (found,) = read(
        site("PHENO", session("2020-05-18", bird("1", species="MOTFLA"), bird("2", species="MOTFLALLA"),
                              bird("3", species="SPESPE"), bird("4", species="")))
    )  # fmt: skip
    assert len(analysis.species_of(found.lines)) == 1


def test_the_indices_look_at_healthy_ringed_birds_in_the_hand_only() -> None:
    (found,) = read(
        site("STOC", session("2020-05-18",
             bird("1"), bird("2", action="C", condition="8", circumstances="20"),
             bird("3", action="R"), bird("", action="SANS"), bird("4", species="SPESPE"),
             bird("5", condition="1"), bird("6", action="C", condition="8", circumstances="28"), bird(""))),
    )  # fmt: skip
    assert [line.is_indexed for line in found.lines] == [True, True] + [False] * 6


def test_a_session_knows_its_effort_its_spread_and_whether_it_tells_of_anything() -> None:
    found = read(
        site(
            "STOC",
            session("2020-05-18", bird("1", hour="06:15"), bird("2", hour="10:45"), bird("3", hour="99:00")),
            session("2020-05-19", net_m=None),
            session("2020-05-20", no_birds=True, duration_min=None),
        )
    )
    # 120 m × 6 h = 720 m·h; from 06:15 to 10:45 are 270 min
    assert [item.metre_hours for item in found] == [720, None, None]
    assert [item.spread_min for item in found] == [270, 0, 0]
    assert [item.is_draft for item in found] == [False, True, False]
    assert [line.hour for line in found[0].lines] == [6, 10, -1]


def test_places_are_the_same_when_name_and_commune_are_whatever_their_accents_and_a_nameless_one_is_its_own() -> None:
    trees = [
        place("Bac à schlamms", "Dourges", site("VOIE", session("2020-05-18"))),
        place("BAC A SCHLAMMS", "DOURGES", site("VOIE", session("2020-05-19"))),
        place("", "", site("VOIE", session("2020-05-20"))),
        place("", "", site("VOIE", session("2020-05-21"))),
    ]
    one, other, third, fourth = analysis.sessions_of(trees)
    assert one.place_key == other.place_key
    assert len({one.place_key, third.place_key, fourth.place_key}) == 3


def test_sessions_of_a_year_come_in_order_of_date_and_one_without_a_date_is_none() -> None:
    tree = place(
        "Marais",
        "AVION",
        site("STOC", session("2020-07-01"), session("2019-05-01"), session(""), session("2020-06-01")),
    )
    assert [str(item.on) for item in analysis.sessions_of([tree])] == ["2019-05-01", "2020-06-01", "2020-07-01"]
    assert [str(item.on) for item in analysis.sessions_of([tree], 2020)] == ["2020-06-01", "2020-07-01"]


def test_a_choice_of_theme_keeps_a_session_for_its_own_theme_and_for_that_of_a_capture() -> None:
    found = read(
        site("GIBIER", session("2020-11-01", bird("1"), bird("2", theme="PHENO")), session("2020-11-02", no_birds=True))
    )
    assert [len(item.lines) for item in analysis.narrowed(found, "GIBIER")] == [1, 0]
    assert [len(item.lines) for item in analysis.narrowed(found, "PHENO")] == [1]
    assert analysis.narrowed(found, "") == []
    assert analysis.narrowed(found) == found
    assert analysis.narrowed(found, site=found[0].site) == found
    assert analysis.narrowed(found, site="another") == []
    assert analysis.themes_of(found) == ["PHENO", "GIBIER"]


def test_themes_stand_in_the_order_of_the_list_then_by_name_and_none_is_last() -> None:
    assert sorted(["", "Zèbre", "VOIE", "abeille", "STOC"], key=analysis.theme_order) == [
        "STOC", "VOIE", "abeille", "Zèbre", "",
    ]  # fmt: skip


def test_hours_without_a_capture_between_two_with_some_are_there_with_nothing() -> None:
    found = read(
        site("STOC", session("2020-05-18", bird("1", hour="06:00"), bird("2", hour="09:30"), bird("3"),
                             bird("4", action="R", hour="12:00")))
    )  # fmt: skip
    assert analysis.by_hour(found) == {6: 1, 7: 0, 8: 0, 9: 1, -1: 1}


def test_nets_stand_in_the_order_of_their_numbers_and_the_unknown_last() -> None:
    nets = ["10", "2", "A", "", "2"]
    found = read(site("STOC", session("2020-05-18", *(bird(str(n), net=net) for n, net in enumerate(nets)))))
    assert list(analysis.by_net(found).items()) == [("2", 2), ("10", 1), ("A", 1), ("", 1)]


def test_a_year_of_empty_sessions_has_no_capture_and_is_there() -> None:
    found = read(site("STOC", session("2019-05-18", no_birds=True), session("2020-05-18", bird("1"))))
    assert analysis.captures_by_year(found) == {2019: 0, 2020: 1}
    assert analysis.drafts([place("M", "A", site("STOC", session("2020-05-18"), session("2020-05-19", bird("1"))))],
                           2020) == 1  # fmt: skip


def test_species_nets_and_hours_of_the_sample_are_those_of_the_file() -> None:
    found = analysis.sessions_of(season.trees_of(season.sample_records()))
    rows = season.file_rows()
    assert {item.code: (item.individuals[2020], item.captures[2020]) for item in analysis.species_by_year(found)} == {
        code: (len({row["CENTRE"] + row["BAGUE"] for row in rows if row["ESPECE"] == code}), count)
        for code, count in Counter(row["ESPECE"] for row in rows).items()
    }
    assert analysis.by_net(found) == Counter(row["NF"] for row in rows)
    assert {hour: count for hour, count in analysis.by_hour(found).items() if count} == Counter(
        int(row["HEURE"][:2]) for row in rows
    )
    assert analysis.captures_by_year(found) == {2020: len(rows)}

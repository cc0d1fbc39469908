"""The cells of the CRBPO's table: what is understood, what is noted, what is proposed, what is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.banding import crbpo_cells as cells
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.crbpo_cells import Cell
from fieldapp.protocols.banding.ring import Ring


def said(cell: Cell[Any]) -> str:
    """Return all that is said of a cell."""
    words = [note.sentence for note in cell.notes] + [one.refused() for one in cell.proposals]
    return " ".join([*words, cell.fault.sentence if cell.fault else ""]).strip()


def is_fine(cell: Cell[Any]) -> bool:
    return not (cell.notes or cell.proposals or cell.fault or cell.moved)


def test_a_text_is_read_once() -> None:
    read: list[str] = []

    def length(text: str) -> int:
        read.append(text)
        return len(text)

    memo = cells.Memo(length)
    assert [memo["ab"], memo["ab"], memo["c"]] == [2, 2, 1]
    assert read == ["ab", "c"]


def test_text_in_a_wrong_encoding_is_a_proposal_and_a_lost_letter_is_noted() -> None:
    cell = cells.read_text("MEMO", "Ã©tang")
    assert (cell.value, cell.proposals[0].becomes) == ("étang", "étang")
    assert "perdu une lettre" in said(cells.read_text("MEMO", "�tang"))
    assert is_fine(cells.read_text("MEMO", "étang"))


@pytest.mark.parametrize(
    ("text", "action"), [("B", "B"), ("c", "C"), ("Contrôle", "C"), ("CONTROLE", "C"), ("Bredouille", "BREDOUILLE")]
)
def test_an_action_is_understood_and_said_when_it_will_be_written_otherwise(text: str, action: str) -> None:
    cell = cells.read_action(text)
    assert cell.value == action
    assert bool(cell.notes) is (text != action)


def test_an_action_in_a_wrong_encoding_needs_consent() -> None:
    assert cells.read_action("ContrÃ´le").proposals[0].becomes == "C"


@pytest.mark.parametrize("text", ["", " ", "X", "BC"])
def test_what_is_no_action_is_refused_as_the_crbpo_would(text: str) -> None:
    assert "le CRBPO écarterait cette ligne" in said(cells.read_action(text))
    assert cells.read_action(text).fault is not None


def test_codes_stand_in_capitals_and_strange_ones_are_kept() -> None:
    assert is_fine(cells.read_code("AGE", "age", "+1A"))
    assert cells.read_code("AGE", "age", "+1a").value == "+1A"
    assert cells.read_code("AGE", "age", "9Z").value == "9Z"
    assert "gardé" in said(cells.read_code("AGE", "age", "9Z"))
    assert is_fine(cells.read_code("AGE", "age", ""))


def test_an_empty_scheme_is_paris_and_an_old_one_today_s() -> None:
    assert (cells.read_scheme("").value, cells.read_scheme("DFH").value) == ("FRP", "DEW")
    assert "Centre vide" in said(cells.read_scheme(""))
    assert "DEW" in said(cells.read_scheme("DFH"))
    assert "pas un centre connu" in said(cells.read_scheme("XYZ"))


def test_a_species_is_a_code_or_the_name_of_a_bird() -> None:
    assert is_fine(cells.read_species("ACRSCI"))
    assert is_fine(cells.read_species("EMBSCHSCH"))
    named = cells.read_species("rousserolle effarvatte")
    assert named.proposals[0].becomes == "ACRSCI"
    assert "écarterait" in said(cells.read_species("SPESPE"))
    assert "pas dans la liste" in said(cells.read_species("XXXYYY"))
    assert cells.read_species("un oiseau").fault is not None
    assert cells.read_species("").fault is not None


@pytest.mark.parametrize(
    ("text", "number"),
    [("8680001", "8680001"), ("....8680001", "8680001"), ("SC..126903", "SC126903"), ("RK7710", "RK7710")],
)
def test_a_ring_is_read_without_the_dots_that_fill_it_up(text: str, number: str) -> None:
    cell = cells.read_ring_cell("FRP", text)
    assert cell.value == Ring("FRP", number)
    assert is_fine(cell)


def test_blanks_and_small_letters_in_a_ring_are_said() -> None:
    assert "8680001" in said(cells.read_ring_cell("FRP", "86 80 001"))
    assert "SC126903" in said(cells.read_ring_cell("FRP", "sc126903"))


@pytest.mark.parametrize("text", ["1,23E+07", "1.23E+07", "8.68e6", "", " . ", "sans", "12345678901"])
def test_what_is_no_ring_is_refused(text: str) -> None:
    assert cells.read_ring_cell("FRP", text).fault is not None


def test_rings_that_the_crbpo_takes_for_damaged_are_noted_unless_they_are_foreign() -> None:
    assert "moins de sept chiffres" in said(cells.read_ring_cell("FRP", "868001"))
    assert "Un E" in said(cells.read_ring_cell("FRP", "12E4567"))
    assert is_fine(cells.read_ring_cell("BLB", "868001"))
    assert is_fine(cells.read_ring_cell("FRP", "EA126903"))  # a series may begin with the letter


@pytest.mark.parametrize("text", ["18/05/2020", "18/5/2020", "2020-05-18", "18/05/2020 00:00", "18.05.2020"])
def test_a_date_is_read_as_spreadsheets_write_it(text: str) -> None:
    assert cells.read_date(text) == Cell("2020-05-18")


@pytest.mark.parametrize(("text", "word"), [("", "manque"), ("31/02/2020", "n’existe pas"), ("mai", "pas une date")])
def test_what_is_no_date_is_refused(text: str, word: str) -> None:
    assert word in said(cells.read_date(text))


def test_a_date_to_come_is_noted_and_one_of_another_century_refused() -> None:
    assert "avenir" in said(cells.read_date("18/05/2999"))
    assert cells.read_date("18/05/0020").fault is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [("06:30", "06:30"), ("6h30", "06:30"), ("06:30:00", "06:30"), ("0.2708333", "06:30"), ("", None)],
)
def test_a_time_is_read_as_people_and_spreadsheets_write_it(text: str, value: str | None) -> None:
    assert cells.read_time("HEURE", text).value == value


def test_a_part_of_a_day_needs_consent_and_what_is_no_time_is_refused() -> None:
    assert cells.read_time("HEURE", "0,2708333").proposals[0].becomes == "06:30"
    assert cells.read_time("HEURE", "matin").fault is not None


@given(st.times())
def test_a_written_time_is_read_as_it_stands(time: Any) -> None:
    assert is_fine(cells.read_time("HEURE", f"{time:%H:%M}"))


def test_an_hour_before_the_nets_were_open_goes_into_the_memo() -> None:
    cell = cells.read_hour("04:30", "06:00", 360)
    assert (cell.value, cell.moved) == (None, "HEURE : 04:30")
    assert "avant l’ouverture" in said(cell)


def test_an_hour_after_the_end_is_kept_and_noted_and_without_an_opening_none_is_doubted() -> None:
    late = cells.read_hour("15:30", "06:00", 360)
    assert (late.value, late.proposals) == ("15:30", ())
    assert "gardé" in said(late)
    assert is_fine(cells.read_hour("00:06", None, None))


@pytest.mark.parametrize(("text", "value"), [("11.3", 11.3), ("11,3", 11.3), ("84", 84.0), ("", None), ("-1,5", -1.5)])
def test_a_number_has_a_point_or_a_comma(text: str, value: float | None) -> None:
    cell = cells.read_number("MA", text)
    assert cell.value == value
    assert is_fine(cell)


def test_text_in_a_number_goes_into_the_memo_and_a_unit_goes_away() -> None:
    cell = cells.read_number("MA", "lourd")
    assert (cell.value, cell.moved) == (None, "MA : lourd")
    assert cells.read_number("MA", "11,3 g").proposals[0].becomes == "11.3"


def test_a_measure_is_compared_with_the_limits_of_the_species() -> None:
    bird = lists.bird("ACRSCI")
    assert is_fine(cells.read_measure("MA", "11.3", bird))
    assert cells.read_measure("MA", "113", bird).proposals[0].becomes == "11.3"
    assert cells.read_measure("LP", "6.55", bird).value == 65.5
    assert "gardé" in said(cells.read_measure("MA", "40", bird))
    assert is_fine(cells.read_measure("MA", "113", None))


def test_net_999_is_no_net() -> None:
    assert cells.read_net("999").value == ""
    assert cells.read_net("-999").proposals[0].becomes == ""
    assert cells.read_net("120").value == "120"
    assert "plus de 100" in said(cells.read_net("120"))
    assert is_fine(cells.read_net("A3"))

"""The ringing table: rings read from a few digits, lines completed, totals and strings in step with what is stored."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fieldapp.core import checking, paths
from fieldapp.core.record import Record
from fieldapp.core.schema import Severity, Values
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.desk import DEAD, INJURED, Desk, Reading, Totals
from fieldapp.protocols.banding.holding import Holding
from fieldapp.protocols.banding.protocol import PROTOCOL
from fieldapp.protocols.banding.ring import Ring, read_ring
from fieldapp.protocols.banding.schema import OBSERVATION
from fieldapp.protocols.banding.stock import RingState
from tests.protocols.banding.ringing import Table, make, string

WARBLER: Values = {"species": "ACRSCI"}  # the list knows no ring size for it
TIT: Values = {"species": "PARCAE"}  # O
TREECREEPER: Values = {"species": "TROTRO"}  # R, else O


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Table(tmp_path / "x.db")
    yield made
    made.db.close()


@pytest.fixture
def desk(table: Table) -> Desk:
    """Return a desk with an open string of sizes O and R, and one of O that is not open."""
    return table.with_strings(
        string("O", "8680001", "100"), string("R", "RK7701", "RK7750"), string("O", "8680101", "200", "received")
    )


def read(desk: Desk, text: str, values: Values = WARBLER) -> tuple[str, str, str]:
    found = desk.read_ring(text, values)
    return found.ring.scheme, found.ring.number, found.action


# ------------------------------------------------------------------------------------------------ nothing typed


@pytest.mark.parametrize(("values", "number"), [(TIT, "8680001"), (TREECREEPER, "RK7701")])
def test_the_next_ring_of_the_usual_size_is_offered(desk: Desk, values: Values, number: str) -> None:
    found = desk.read_ring("", values)
    assert (found.ring, found.action, found.jump) == (Ring("FRP", number), "B", ())
    assert found.stock is not None
    assert found.stock.holds(found.ring)


def test_a_deleted_string_of_any_state_is_no_longer_ours(table: Table, desk: Desk) -> None:
    done = table.store(string("O", "8670001", "100", "finished"))
    assert desk.read_ring("8670001", WARBLER).stock is not None
    table.take_back(done)
    assert desk.read_ring("8670001", WARBLER).stock is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Tapez d’abord l’espèce"),
        ({"species": "SPESPE"}, "Tapez d’abord l’espèce"),
        ({"species": "CICCIC"}, "Cigogne blanche : aucune taille de bague habituelle"),
        ({"species": "XXXYYY"}, "XXXYYY : aucune taille de bague habituelle"),
        ({"species": "TURMER"}, "Aucune série ouverte de taille J"),
        ({"species": "ACCNIS"}, "la taille dépend du sexe \\(M G, F F\\)"),
        ({"species": "ACCNIS", "sex": "?"}, "la taille dépend du sexe"),
        ({"species": "ACCNIS", "sex": "M?"}, "Aucune série ouverte de taille G"),
        ({"species": "PARMAJ", "age": "PUL"}, "Aucune série ouverte de taille V"),
    ],
)
def test_no_ring_is_offered_where_the_size_is_not_known(desk: Desk, values: Values, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        desk.read_ring("", values)


def test_an_adult_of_a_species_whose_chicks_take_another_size_gets_its_own(desk: Desk) -> None:
    assert read(desk, "", {"species": "PARMAJ", "age": "1A"}) == ("FRP", "8680001", "B")


def test_the_second_size_is_offered_where_the_first_has_run_out(table: Table) -> None:
    desk = table.with_strings(string("O", "8680001", "100"), string("R", "RK7701", "RK7701"))
    table.put("RK7701", "TROTRO")
    assert read(desk, "", TREECREEPER) == ("FRP", "8680001", "B")


def test_where_every_open_string_is_used_up_the_sentence_names_the_one_to_open(table: Table) -> None:
    desk = table.with_strings(string("O", "8680001", "8680001"), string("O", "8680101", "200", "received"))
    table.put("8680001", "PARCAE")
    with pytest.raises(ValueError, match="ouvrez la série 8680101–8680200"):
        desk.read_ring("", TIT)
    table.store(desk.open_string(next(item for item in desk.stocks if not item.is_open)))
    assert read(desk, "", TIT) == ("FRP", "8680101", "B")


def test_the_string_of_the_person_comes_first_then_one_of_nobody(table: Table) -> None:
    mine = string("O", "8680301", "400", leased_to="person-2")
    table.keep(string("O", "8680001", "100", leased_to="person-3"), string("O", "8680201", "300"), mine)
    assert read(table.reopened(person="person-2"), "", TIT)[1] == "8680301"
    assert read(table.reopened(person="person-9"), "", TIT)[1] == "8680201"
    table.keep(stock.finished(stock.load(table.known, mine), "2026-09-12"))
    assert read(table.reopened(person="person-2"), "", TIT)[1] == "8680201"


def test_the_string_that_the_hand_is_in_comes_before_its_equals(table: Table) -> None:
    desk = table.with_strings(string("O", "8680001", "100"), string("O", "8680201", "300"))
    table.put("8680201", "PARCAE")
    assert read(desk, "", TIT)[1] == "8680202"
    assert desk.current is not None
    assert desk.current.span.first.number == "8680201"


def test_after_a_control_the_series_goes_on(table: Table, desk: Desk) -> None:
    table.put("8680001")
    table.put("GBT A710715")
    table.put("8680001")
    assert read(desk, "", TIT) == ("FRP", "8680002", "B")


# ---------------------------------------------------------------------------------------------- the last digits


@pytest.mark.parametrize("text", ["1", "01", "001", "0001", " 001 ", "7701", "701"])
def test_the_last_digits_of_an_expected_ring_are_enough(desk: Desk, text: str) -> None:
    number = "RK7701" if "7" in text else "8680001"
    assert read(desk, text) == ("FRP", number, "B")


def test_an_expected_ring_of_another_string_comes_before_a_jump_in_this_one(table: Table, desk: Desk) -> None:
    table.put("001")
    table.put("002")
    assert desk.current is not None
    assert desk.current.size == "O"
    found = desk.read_ring("01", WARBLER)
    assert (found.ring.number, found.jump) == ("RK7701", ())


def test_a_jump_names_the_rings_that_were_passed_over(table: Table, desk: Desk) -> None:
    table.put("001")
    found = desk.read_ring("005", WARBLER)
    assert (found.ring.number, found.action, found.is_backward) == ("8680005", "B", False)
    assert [ring.number for ring in found.jump] == ["8680002", "8680003", "8680004"]


def test_going_back_is_told_too(table: Table, desk: Desk) -> None:
    for text in ("001", "005", "006"):
        table.put(text)
    found = desk.read_ring("003", WARBLER)
    assert (found.ring.number, found.action, found.is_backward) == ("8680003", "B", True)
    assert [ring.number for ring in found.jump] == ["8680004"]


def test_a_ring_kept_for_later_is_no_jump(table: Table, desk: Desk) -> None:
    for text in ("001", "005"):
        table.put(text)
    table.store(desk.explain([read_ring("8680003")], "later")[0])
    found = desk.read_ring("003", WARBLER)
    assert (found.action, found.jump, found.is_backward) == ("B", (), False)


def test_the_offered_ring_is_no_jump_though_rings_were_left_behind(table: Table, desk: Desk) -> None:
    for text in ("001", "100"):
        table.put(text)
    found = desk.read_ring("", TIT)
    assert (found.ring.number, found.jump, found.is_backward) == ("8680002", (), False)


def test_the_digits_of_a_bird_of_this_morning_are_a_control(table: Table, desk: Desk) -> None:
    for text in ("001", "002", "003"):
        table.put(text)
    assert read(desk, "002") == ("FRP", "8680002", "C")


def test_digits_of_a_bird_of_this_morning_and_of_a_ring_further_on_name_both(table: Table, desk: Desk) -> None:
    for text in ("001", "002", "010"):
        table.put(text)
    with pytest.raises(ValueError, match=r"finissent par 10 : 868 0010, RK 7710\. Tapez"):
        desk.read_ring("10", WARBLER)
    assert read(desk, "01") == ("FRP", "RK7701", "B")  # the expected ring of a string comes before a bird of today


def test_digits_of_two_birds_of_this_morning_name_both(table: Table, desk: Desk) -> None:
    for text in ("7701", "001"):
        table.put(text)
    with pytest.raises(ValueError, match=r"finissent par 01 : 868 0001, RK 7701\. Tapez"):
        desk.read_ring("01", WARBLER)


def test_a_foreign_bird_of_this_morning_is_found_by_its_digits_too(table: Table, desk: Desk) -> None:
    table.put("NLA L514618")
    assert read(desk, "618") == ("NLA", "L514618", "C")


def test_a_bird_of_an_earlier_session_is_found_by_its_digits(table: Table, desk: Desk) -> None:
    table.put("001")
    table.put("002")
    later = table.new_session("2026-09-13")
    table.keep(later)
    assert read(table.reopened(later), "001") == ("FRP", "8680001", "C")


def test_digits_that_fit_several_rings_name_them(desk: Desk) -> None:
    with pytest.raises(ValueError, match=r"finissent par 5 : 868 0005, .*….* Tapez plus"):
        desk.read_ring("5", WARBLER)


def test_the_size_usual_for_the_species_tells_which_of_two_rings_is_meant(desk: Desk) -> None:
    assert read(desk, "30", TREECREEPER)[1] == "RK7730"
    assert read(desk, "30", TIT)[1] == "8680030"


def test_digits_of_no_ring_say_so(desk: Desk) -> None:
    with pytest.raises(ValueError, match="ne finit par 999 : tapez le numéro entier"):
        desk.read_ring("999", WARBLER)


# ---------------------------------------------------------------------------------------------- a whole number


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("8680001", ("FRP", "8680001", "B")),
        ("868 0001", ("FRP", "8680001", "B")),
        ("frp 8680001", ("FRP", "8680001", "B")),
        ("rk 7701", ("FRP", "RK7701", "B")),
        ("GBT A710715", ("GBT", "A710715", "C")),
        ("nla.l514618", ("NLA", "L514618", "C")),
        ("GBTA710715", ("GBT", "A710715", "C")),
        ("DFH 1234567", ("DEW", "1234567", "C")),
        ("CSP TS12345", ("CZP", "TS12345", "C")),
        ("BYM XY12345", ("BYM", "XY12345", "C")),  # a scheme that the list does not have is kept
        ("BLB 8680001", ("BLB", "8680001", "C")),  # the number of ours, on a ring of another scheme
    ],
)
def test_a_whole_number_says_whether_it_is_put_on_or_read(desk: Desk, text: str, read_as: tuple[str, str, str]) -> None:
    assert read(desk, text) == read_as


def test_a_ring_of_ours_that_is_on_a_bird_is_a_control(table: Table, desk: Desk) -> None:
    table.put("8680001")
    found = desk.read_ring("8680001", WARBLER)
    assert found.action == "C"
    assert [event.action for event in found.life.events] == ["B"]


def test_a_known_french_ring_of_no_string_is_a_control(table: Table, desk: Desk) -> None:
    table.store(make("observation", {"action": "C", "ring": "8111111", "ring_key": "FRP8111111"}, table.session.uid))
    assert read(desk, "8111111") == ("FRP", "8111111", "C")


def test_a_ring_noted_lost_that_turns_up_is_put_on(table: Table, desk: Desk) -> None:
    table.store(desk.explain([read_ring("8680001")], "lost")[0])
    assert read(desk, "8680001") == ("FRP", "8680001", "B")


def test_a_ring_of_a_finished_string_is_ours(table: Table) -> None:
    done = string("O", "8670001", "100", "finished")
    other = make("visit", {"date": "2020-09-12"}, table.site.uid)
    table.keep(other, make("observation", {"action": "B", "ring": "8670001", "ring_key": "FRP8670001"}, other.uid))
    desk = table.with_strings(done, string("O", "8680001", "100"))
    found = [desk.read_ring(text, WARBLER) for text in ("8670001", "8670002")]
    assert [item.action for item in found] == ["C", "B"]
    assert [item.stock and item.stock.uid for item in found] == [done.uid, done.uid]
    assert [item.uid for item in desk.stocks] != [done.uid]


@pytest.mark.parametrize("text", ["5631847", "FRP 5631847", "SC126903"])
def test_an_unknown_ring_of_paris_asks_and_has_no_action_until_told(desk: Desk, text: str) -> None:
    found = desk.read_ring(text, WARBLER)
    assert found.action == ""
    assert [way.action for way in found.ask] == ["C", "B"]
    assert "n’est d’aucune série notée" in found.question
    assert found.values["action"] is None
    assert "action" not in desk.complete({**WARBLER, **found.values}, "07:30")


def test_where_no_string_was_ever_noted_an_unknown_ring_was_most_likely_put_on(table: Table) -> None:
    found = table.desk.read_ring("5631847", WARBLER)
    assert [way.action for way in found.ask] == ["B", "C"]


def test_a_foreign_looking_number_asks_for_its_scheme_neighbours_first(desk: Desk) -> None:
    found = desk.read_ring("A710715", WARBLER)
    assert (found.action, found.schemes[:3]) == ("", ("FRS", "BLB", "NLA"))
    assert "tapez le centre d’abord (FRS, BLB, NLA" in found.question


def test_a_scheme_whose_rings_are_like_it_is_proposed_first(table: Table, desk: Desk) -> None:
    table.put("GBT A710000")
    table.put("SVS A71")
    assert desk.read_ring("A710715", WARBLER).schemes[0] == "GBT"


def test_a_foreign_ring_that_is_known_needs_no_scheme(table: Table, desk: Desk) -> None:
    table.put("GBT A710715")
    assert read(desk, "A710715") == ("GBT", "A710715", "C")
    table.put("SVS A710715")
    assert desk.read_ring("A710715", WARBLER).schemes[:2] == ("GBT", "SVS")


@pytest.mark.parametrize("text", ["1,23E+07", "8.68E+06", "1.2345678901", "abc", "GBT"])
def test_what_is_no_ring_number_is_refused_with_a_sentence(desk: Desk, text: str) -> None:
    with pytest.raises(ValueError, match=r"« .* »"):
        desk.read_ring(text, WARBLER)


def test_an_edited_line_keeps_its_own_ring_and_action(table: Table, desk: Desk) -> None:
    line = table.put("8680001")
    table.put("8680002")
    for text in ("8680001", "001"):
        found = desk.read_ring(text, WARBLER, uid=line.uid)
        assert (found.ring.number, found.action) == ("8680001", "B")
        assert not found.life.is_known
    moved = desk.read_ring("8680003", WARBLER, uid=line.uid)
    assert (moved.action, moved.jump, moved.is_backward) == ("B", (), False)
    assert desk.read_ring("8680002", WARBLER, uid=line.uid).action == "C"


# ------------------------------------------------------------------------------------------- completing a line


def completed(desk: Desk, values: Values, text: str) -> Values:
    return desk.complete({**values, **desk.read_ring(text, values).values}, "07:30")


def test_a_ringing_is_completed(desk: Desk) -> None:
    assert completed(desk, {"species": "ACRSCI", "mass_g": 11.3}, "001") == {
        "species": "ACRSCI", "mass_g": 11.3, "action": "B", "ring": "8680001", "ring_scheme": "FRP",
        "ring_key": "FRP8680001", "ring_size": "O", "cd_nom": 4195, "line": 1, "hour": "07:30",
    }  # fmt: skip


def test_a_control_gets_the_condition_of_a_healthy_bird(desk: Desk) -> None:
    found = completed(desk, {"species": "ACRSCI", "hour": "06:00"}, "GBT A710715")
    assert (found["action"], found["condition"], found["circumstances"]) == ("C", "8", "20")
    assert found["hour"] == "06:00"
    assert "ring_size" not in found


def test_a_control_that_becomes_a_ringing_loses_that_condition(desk: Desk) -> None:
    control = completed(desk, WARBLER, "GBT A710715")
    ringing = completed(desk, control, "001")
    assert ringing["action"] == "B"
    assert not {"condition", "circumstances"} & ringing.keys()


def test_an_action_that_was_chosen_stays(desk: Desk) -> None:
    found = completed(desk, WARBLER, "GBT A710715")
    assert desk.complete({**found, "action": "R", "condition": "2"}, "")["action"] == "R"
    asked = desk.read_ring("5631847", WARBLER)
    assert desk.complete({**WARBLER, **asked.values, "action": asked.ask[1].action}, "")["action"] == "B"


def test_without_an_action_it_is_inferred_from_the_ring(desk: Desk) -> None:
    assert desk.complete({"ring": "868 0001"}, "")["action"] == "B"
    assert desk.complete({"ring": "8680001", "ring_scheme": "BLB"}, "")["action"] == "C"
    assert "action" not in desk.complete({"ring": "5631847"}, "")  # a person has to say it


def test_what_the_session_says_is_not_repeated(desk: Desk) -> None:
    found = desk.complete({"theme": "PHENO", "ringer": "person-1", "trainee": "person-4"}, "")
    assert found == {"trainee": "person-4", "line": 1}
    other = desk.complete({"theme": "VOIE", "ringer": "person-5"}, "")
    assert (other["theme"], other["ringer"]) == ("VOIE", "person-5")


def test_a_species_that_the_list_does_not_have_has_no_taxon(desk: Desk) -> None:
    assert "cd_nom" not in desk.complete({"species": "XXXYYY", "cd_nom": 4195}, "")
    assert desk.complete({"species": "EMBSCHSCH"}, "")["cd_nom"] == desk.complete({"species": "EMBSCH"}, "")["cd_nom"]


def test_a_bird_without_ring_says_why(desk: Desk) -> None:
    with pytest.raises(ValueError, match="notez pourquoi"):
        desk.without_ring("  ")
    typed = completed(desk, WARBLER, "001")
    found = desk.complete(desk.without_ring(" échappé ", typed), "07:30")
    assert found == {
        "action": "SANS", "comments": "échappé", "species": "ACRSCI", "cd_nom": 4195, "line": 1, "hour": "07:30"
    }  # fmt: skip
    assert not [problem for problem in desk.problems(found) if problem.severity == "blocking"]


@pytest.mark.parametrize("text", ["001", "GBT A710715"])
def test_one_key_makes_a_bird_dead_then_injured_then_sound_again(desk: Desk, text: str) -> None:
    sound = completed(desk, WARBLER, text)
    dead = desk.casualty(sound, desk.next_casualty(sound))
    injured = desk.casualty(dead, desk.next_casualty(dead))
    told = [(values["condition"], values["circumstances"], values["health"]) for values in (dead, injured)]
    assert told == [("2", "08", "M"), ("4", "08", "B")]
    assert desk.next_casualty(sound) == DEAD
    assert desk.next_casualty(dead) == INJURED
    assert desk.next_casualty(injured) is None
    assert desk.complete(dead, "") == dead
    assert desk.casualty(injured, None) == sound


def test_a_replaced_ring_links_both_numbers(table: Table, desk: Desk) -> None:
    old = table.put("8680001")
    table.put("8680002")
    changed = desk.replace(WARBLER, read_ring("8680001"), read_ring("8680003"))
    line = table.store(make("observation", dict(desk.complete(changed, "08:00")), table.session.uid))
    assert line.data["action"] == "B"
    assert (line.data["ring_key"], line.data["replaced_ring_key"]) == ("FRP8680003", "FRP8680001")
    assert desk.stocks[0].state_of(read_ring("8680001")) is RingState.REPLACED
    life = desk.read_ring("8680003", WARBLER).life
    assert [ring.number for ring in life.rings] == ["8680001", "8680003"]
    assert life.first is not None
    assert life.first.uid == old.uid


def test_a_ring_can_not_replace_itself_nor_be_on_another_bird(table: Table, desk: Desk) -> None:
    table.put("8680001")
    with pytest.raises(ValueError, match="le même numéro"):
        desk.replace(WARBLER, read_ring("8680002"), read_ring("8680002"))
    with pytest.raises(ValueError, match="868 0001 est déjà posée"):
        desk.replace(WARBLER, read_ring("GB1234"), read_ring("8680001"))


def test_a_replaced_ring_typed_by_hand_gets_its_key(desk: Desk) -> None:
    found = desk.complete({"ring": "8680001", "replaced_ring": "a 710715", "replaced_ring_scheme": "GBT"}, "")
    assert (found["replaced_ring"], found["replaced_ring_key"]) == ("A710715", "GBTA710715")
    assert "replaced_ring_key" not in desk.complete({**found, "replaced_ring": ""}, "")


# ---------------------------------------------------------------------------------------------------- checks


def codes(desk: Desk, values: Values, uid: str = "") -> set[str]:
    return {problem.code for problem in desk.problems(values, uid)}


def test_a_line_is_checked_with_the_life_of_its_ring(table: Table, desk: Desk) -> None:
    line = table.put("8680001", "ACRSCI")
    again = completed(desk, {"species": "PARCAE"}, "8680001")
    assert "other_species" in codes(desk, again)
    assert "other_species" not in codes(desk, line.data, line.uid)


def test_a_line_is_checked_with_its_string_and_what_is_usual(desk: Desk) -> None:
    assert "unusual_size" in codes(desk, completed(desk, {"species": "TURMER"}, "001"))
    assert "no_string" in codes(desk, {**WARBLER, **desk.read_ring("5631847", WARBLER).values, "action": "B"})
    assert "unusual_mass" in codes(desk, {**completed(desk, WARBLER, "001"), "mass_g": 113.0})
    assert not codes(desk, {**completed(desk, WARBLER, "001"), "mass_g": 11.3})


def test_a_line_without_ring_and_reason_or_without_species_is_blocked(desk: Desk) -> None:
    assert {"no_ring", "no_species"} <= codes(desk, {})


# ---------------------------------------------------------------------------------------------------- in step


def test_the_totals_run_with_the_lines(table: Table, desk: Desk) -> None:
    lines = [
        table.put("001", "ACRSCI"),
        table.put("002", "SPESPE"),
        table.put("001", "ACRSCI"),
        table.put("NLA L514618", "AEGCAU"),
        table.store(make("observation", dict(desk.complete(desk.without_ring("échappé", TIT), "")), table.session.uid)),
    ]
    assert desk.totals() == Totals(ringed=2, controls=2, foreign=1, species=3, lines=5)
    assert [line.data["line"] for line in lines] == [1, 2, 3, 4, 5]
    assert table.reopened().totals() == desk.totals()
    table.take_back(lines[3])
    assert desk.totals() == Totals(ringed=2, controls=1, foreign=0, species=2, lines=4)


def test_an_older_name_of_a_species_is_no_other_species(table: Table, desk: Desk) -> None:
    table.put("001", "EMBSCH")
    table.put("002", "EMBSCHSCH")
    assert desk.totals().species == 1


def test_a_corrected_line_counts_once(table: Table, desk: Desk) -> None:
    line = table.put("001", "ACRSCI")
    table.put("7701", "TROTRO")
    line.data["species"] = "PARCAE"
    table.store(line)
    assert desk.totals() == Totals(ringed=2, controls=0, foreign=0, species=2, lines=2)
    assert desk.current is not None
    assert desk.current.size == "R"  # the hand is where the last bird was, not where a line was mended


def test_the_last_line_taken_back_gives_its_ring_and_number_again(table: Table, desk: Desk) -> None:
    table.put("001")
    last = table.put("002")
    table.take_back(last)
    found = desk.read_ring("", TIT)
    assert (found.ring.number, found.life.is_known) == ("8680002", False)
    assert desk.complete({}, "")["line"] == 2


def test_a_deleted_record_told_as_saved_is_taken_back(table: Table, desk: Desk) -> None:
    line = table.put("001")
    table.store(line.removed())
    assert desk.totals().lines == 0
    assert read(desk, "", TIT)[1] == "8680001"


def test_a_string_added_opened_finished_and_taken_away_is_followed(table: Table, desk: Desk) -> None:
    third = table.store(string("J", "JA1001", "JA1050", "received"))
    item = next(item for item in desk.stocks if item.uid == third.uid)
    with pytest.raises(ValueError, match="ouvrez la série JA1001–JA1050"):
        desk.read_ring("", {"species": "TURMER"})
    table.store(stock.opened(item, "2026-09-12"))
    assert read(desk, "", {"species": "TURMER"})[1] == "JA1001"
    table.store(stock.finished(item, "2026-09-12"))
    assert third.uid not in [item.uid for item in desk.stocks]
    assert read(desk, "JA1001")[2] == "B"
    table.take_back(third)
    assert third.uid not in [item.uid for item in desk.stocks]


def test_a_day_at_the_table_accounts_for_every_ring(table: Table, desk: Desk) -> None:
    """Ten rings put on, two of them out of order, three lost, one destroyed, one replaced: the string adds up."""
    table.put("001")
    table.put("002")
    first = desk.read_ring("006", WARBLER)  # three fell into the grass
    for record in desk.explain(first.jump, "lost", "tombées dans l’herbe"):
        table.store(record)
    table.put("006")
    table.store(desk.explain([read_ring("8680007")], "destroyed", "écrasée")[0])
    assert read(desk, "", TIT)[1] == "8680008"
    table.put("010")
    table.put("009")  # two out of order: 10, then 9, then 8
    table.put("008")
    assert read(desk, "", TIT)[1] == "8680011"
    table.put("011")
    changed = desk.replace(WARBLER, read_ring("8680002"), read_ring("8680012"))
    table.store(make("observation", dict(desk.complete(changed, "10:00")), table.session.uid))
    counts = desk.stocks[0].counts()
    assert counts == {
        RingState.FREE: 88, RingState.USED: 7, RingState.LOST: 3, RingState.DESTROYED: 1, RingState.REPLACED: 1,
        RingState.LATER: 0, RingState.RETURNED: 0, RingState.SKIPPED: 0,
    }  # fmt: skip
    assert table.reopened().stocks[0].counts() == counts


# ---------------------------------------------------------------------------------------------------- programme


def test_the_line_has_the_columns_of_the_programme_of_its_theme_and_target(table: Table) -> None:
    usual = [column.code for column in table.desk.columns()]
    assert usual[:4] == ["ring", "species", "sex", "age"]
    table.keep(
        make("programme", {"theme": "PHENO", "columns": ["net", "wing_mm"]}),
        make("programme", {"theme": "PHENO", "target": "EMBSCH", "columns": ["mass_g"]}),
        make("programme", {"theme": "STOC", "columns": ["fat"]}),
    )
    assert [column.code for column in table.reopened().columns()] == ["ring", "species", "net", "wing_mm"]
    aimed = make("visit", {"date": "2026-09-13", "theme": "PHENO", "target": "EMBSCH"}, table.site.uid)
    assert [column.code for column in table.reopened(aimed).columns()] == ["ring", "species", "mass_g"]


# -------------------------------------------------------------------------------------------------- flat cost


class Calls:
    """The steps that Python takes in a call, counted by its own tracing: the same on a slow machine and a fast one."""

    @staticmethod
    def of(work: Callable[[], object]) -> int:
        import sys

        steps = 0

        def trace(_frame: object, event: str, _argument: object) -> object:
            nonlocal steps
            steps += event == "line"
            return trace

        before = sys.gettrace()
        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            work()
        finally:
            sys.settrace(before)
        return steps


def test_the_last_line_of_a_long_day_takes_no_more_steps_than_an_early_one(table: Table) -> None:
    desk = table.with_strings(*(string("O", f"868{start:04}", f"868{start + 99:04}") for start in range(1, 601, 100)))

    def one_bird() -> None:
        found: Reading = desk.read_ring("", TIT)
        values = desk.complete({**TIT, **found.values, "mass_g": 11.0}, "07:30")
        desk.problems(values)
        desk.saved(make("observation", dict(values), table.session.uid))
        desk.totals()

    for _bird in range(9):
        one_bird()
    tenth = Calls.of(one_bird)
    for _bird in range(489):
        one_bird()
    five_hundredth = Calls.of(one_bird)
    assert desk.totals().lines == 500
    assert five_hundredth <= 1.2 * tenth


# ------------------------------------------------------------------------------------------ a season of the sample


def strings_of(rows: list[dict[str, str]]) -> list[Record]:
    """Return open strings of a hundred that hold all French rings of the rows, as a ringer would have had them."""
    found = {}
    sizes = {"": "O", "RK": "R", "SC": "S"}
    for row in rows:
        letters = row["BAGUE"].rstrip("0123456789")
        if row["CENTRE"] == "FRP":
            digits = row["BAGUE"][len(letters) :]
            block = (int(digits) - 1) // 100 * 100
            first, last = f"{letters}{block + 1:0{len(digits)}}", f"{letters}{block + 100:0{len(digits)}}"
            found[first] = string(sizes.get(letters, "J"), first, last)
    return list(found.values())


def earlier_years(table: Table, rows: list[dict[str, str]]) -> list[Record]:
    """Return a session of 2019 with the ringing of those birds of Paris that the sample only controls."""
    session = make("visit", {"date": "2019-07-01", "theme": "PHENO"}, table.site.uid)
    put_on = {row["BAGUE"] for row in rows if row["ACTION"] == "B"}
    known = {row["BAGUE"]: row["ESPECE"] for row in rows if row["CENTRE"] == "FRP" and row["BAGUE"] not in put_on}
    return [session] + [
        make("observation", {"action": "B", "ring": ring, "ring_key": f"FRP{ring}", "species": species}, session.uid)
        for ring, species in known.items()
    ]


def test_ringing_and_control_are_inferred_as_the_sample_has_them(table: Table) -> None:
    with paths.resource("demo/banding_2020_crbpo.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))[:480]
    assert {row["THEME SESSION"] for row in rows} >= {"STOC", "VOIE"}
    table.keep(*earlier_years(table, rows))
    desk = table.with_strings(*strings_of(rows))
    inferred = []
    for row in rows:
        typed = row["BAGUE"] if row["CENTRE"] == "FRP" else f"{row['CENTRE']} {row['BAGUE']}"
        line = table.put(typed, row["ESPECE"])
        inferred.append((line.data["action"], line.data["ring_scheme"], line.data["ring"]))
    assert inferred == [(row["ACTION"], row["CENTRE"], row["BAGUE"]) for row in rows]
    actions = Counter(row["ACTION"] for row in rows)
    totals = desk.totals()
    assert (totals.ringed, totals.controls) == (actions["B"], actions["C"])
    assert totals.foreign == sum(row["CENTRE"] != "FRP" for row in rows)
    assert totals.species == len({row["ESPECE"] for row in rows})
    assert sum(item.counts()[RingState.USED] for item in desk.stocks) == len(
        {row["BAGUE"] for row in rows if row["CENTRE"] == "FRP"}
    )


# ------------------------------------------------------------------------------------- strings of other tables


def test_no_ring_is_offered_of_a_string_that_another_table_holds(desk: Desk, table: Table) -> None:
    table.store(string("O", "8680201", "300"))
    first = next(item for item in desk.stocks if item.span.first.number == "8680001")
    desk.holding = Holding({first.uid: "PC de Marie"}, is_shared=True)
    assert read(desk, "", TIT) == ("FRP", "8680201", "B")
    assert first not in desk.ours


def test_where_the_other_table_holds_all_that_is_open_the_sentence_says_who(table: Table) -> None:
    desk = table.with_strings(string("O", "8680001", "100"))
    desk.holding = Holding({desk.stocks[0].uid: "PC de Marie"}, is_shared=True)
    with pytest.raises(ValueError, match=r"série 8680001–8680100 est tenue par l’autre table \(PC de Marie\)"):
        desk.read_ring("", TIT)


def test_last_digits_mean_our_own_string_before_that_of_the_other_table(table: Table) -> None:
    desk = table.with_strings(string("O", "8680001", "100"), string("O", "8690001", "100"))
    desk.holding = Holding({desk.stocks[0].uid: ""}, is_shared=True)
    assert read(desk, "0001", TIT) == ("FRP", "8690001", "B")
    desk.holding = Holding({item.uid: "" for item in desk.stocks[:1]}, is_shared=True)
    table.put("8690005", "PARCAE")
    assert read(desk, "8680007", TIT) == ("FRP", "8680007", "B")


def string_codes(desk: Desk, number: str, *, is_final: bool = False) -> set[str]:
    values = {**TIT, **desk.read_ring(number, TIT).values}
    return {problem.code for problem in desk.problems(values, is_final=is_final) if problem.code.startswith("string_")}


def test_a_ring_typed_of_the_other_tables_string_is_a_warning_that_names_it(desk: Desk) -> None:
    desk.holding = Holding({desk.stocks[0].uid: "PC de Marie"}, is_shared=True)
    values = {**TIT, **desk.read_ring("8680001", TIT).values}
    [found] = [problem for problem in desk.problems(values) if problem.code == "string_elsewhere"]
    assert (found.severity, found.field) == (Severity.WARNING, "ring")
    assert checking.words(found, PROTOCOL, OBSERVATION) == (
        "Bague 8680001 d’une série tenue par l’autre table (PC de Marie) : relisez le numéro, ou laissez-lui la série."
    )


def test_the_first_ring_of_a_string_that_can_not_be_asked_for_is_a_warning_and_no_other(table: Table) -> None:
    desk = table.with_strings(string("O", "8680001", "100"))
    desk.holding = Holding(is_shared=True, is_cut=True)
    assert string_codes(desk, "8680001") == {"string_unsure"}
    table.put("8680001", "PARCAE")
    assert string_codes(desk, "8680002") == set()


def test_while_the_string_is_asked_for_only_storing_the_line_warns(desk: Desk) -> None:
    desk.holding = Holding(is_shared=True)
    assert string_codes(desk, "8680001") == set()
    assert string_codes(desk, "8680001", is_final=True) == {"string_unsure"}
    desk.holding = Holding(own=frozenset({desk.stocks[0].uid}), is_shared=True)
    assert string_codes(desk, "8680001", is_final=True) == set()


def test_a_line_that_is_stored_already_is_not_asked_again_whose_string_it_was(table: Table) -> None:
    desk = table.with_strings(string("O", "8680001", "100"))
    stored = table.put("8680001", "PARCAE")
    desk.holding = Holding({desk.stocks[0].uid: ""}, is_shared=True)
    found = {problem.code for problem in desk.problems(stored.data, stored.uid, is_final=True)}
    assert "string_elsewhere" not in found


def test_a_line_of_the_other_table_counts_and_leaves_the_hand_where_it_is(table: Table) -> None:
    desk = table.with_strings(string("O", "8680001", "100"), string("O", "8690001", "100"))
    table.put("8680001", "PARCAE")
    theirs = make("observation", {"line": 2, "action": "B", "species": "PARCAE", **ring_values("8690001")})
    desk.came(replace(theirs, parent=desk.session.uid))
    assert desk.totals().ringed == 2
    assert desk.in_hand == {desk.stocks[0].uid}
    assert read(desk, "", TIT) == ("FRP", "8680002", "B")
    assert not desk.stocks[1].is_free(Ring("FRP", "8690001"))


def test_a_line_of_another_session_takes_its_ring_and_is_no_line_of_this_one(table: Table) -> None:
    desk = table.with_strings(string("O", "8680001", "100"))
    theirs = make("observation", {"line": 1, "action": "B", "species": "PARCAE", **ring_values("8680001")}, "elsewhere")
    desk.came(theirs)
    assert desk.totals().lines == 0
    assert read(desk, "", TIT) == ("FRP", "8680002", "B")


def ring_values(number: str) -> dict[str, str]:
    return {"ring": number, "ring_scheme": "FRP", "ring_key": f"FRP{number}"}

from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier.individuals import Capture
from fieldapp.protocols.pitfall_barrier.merging import doubts, merged
from fieldapp.protocols.pitfall_barrier.schema import CODE, INDIVIDUAL, OBSERVATION, VISIT


def newt(name: str, **values: object) -> Record:
    return make_record(CODE, INDIVIDUAL, {"individual_name": name, "cd_nom": 139, **values}, "site")


def capture(on: str, who: Record, **values: object) -> Capture:
    visit = make_record(CODE, VISIT, {"check_on": on, "state": "checked"}, "site")
    told = {"bucket": "6", "cd_nom": 139, "count": 1, "vitality": "alive", "individual": who.uid, **values}
    return Capture(make_record(CODE, OBSERVATION, told, visit.uid), visit)


def test_all_captures_go_over_and_the_other_name_goes() -> None:
    kept, dropped = newt("TC-001"), newt("TC-009")
    one, two = capture("2025-03-01", dropped), capture("2026-03-01", dropped)
    found = {record.uid: record for record in merged(kept, dropped, [one, two])}
    assert len(found) == 4
    assert found[kept.uid] == kept
    assert found[dropped.uid].deleted
    for moved in (one, two):
        expected = {**moved.observation.data, "individual": kept.uid}
        assert found[moved.observation.uid].data == expected
        assert found[moved.observation.uid].parent == moved.observation.parent
        assert found[moved.observation.uid].cd_nom == 139


def test_what_only_the_other_one_told_is_taken_over_with_its_name() -> None:
    kept, dropped = newt("TC-001", comments="V sous la gorge"), newt("TC-009", sex="3", comments="queue coupée")
    first = merged(kept, dropped, [])[0]
    assert first.data["sex"] == "3"
    assert first.data["comments"] == "V sous la gorge\nTC-009 : queue coupée"
    assert merged(newt("TC-001", sex="2"), dropped, [])[0].data["sex"] == "2"
    assert merged(newt("TC-001"), dropped, [])[0].data["comments"] == "TC-009 : queue coupée"


def test_nothing_speaks_against_two_that_were_never_caught_together() -> None:
    one, two = newt("TC-001", sex="3"), newt("TC-009")
    assert doubts(one, two, [capture("2025-03-01", one)], [capture("2026-03-01", two)]) == []


def test_the_same_morning_another_species_or_sex_and_a_death_before_speak_against_it() -> None:
    one, two = newt("TC-001", sex="3"), newt("TC-009", sex="2", cd_nom=444432)
    first = [capture("2025-03-01", one), capture("2025-03-02", one, vitality="dead")]
    second = [capture("2025-03-01", two), capture("2026-03-01", two)]
    assert doubts(one, two, first, second) == [
        "Les deux ont été pris le même matin (01/03/2025).",
        "Ils ne sont pas notés de la même espèce.",
        "Ils ne sont pas notés du même sexe.",
        "TC-001 est mort le 02/03/2025, l’autre a été pris après.",
    ]


def test_a_sex_that_nobody_could_tell_neither_stays_nor_speaks_against_a_merge() -> None:
    for unknown in ("0", "1"):
        unsure, male = newt("TC-001", sex=unknown), newt("TC-009", sex="3")
        assert merged(unsure, male, [])[0].data["sex"] == "3"
        assert merged(male, unsure, [])[0].data["sex"] == "3"
        assert doubts(unsure, male, [], []) == []
    assert "sex" not in merged(newt("TC-001"), newt("TC-009", sex="1"), [])[0].data

"""How POP Amphibiens is entered, as data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fieldapp.core import checking
from fieldapp.core.forms import QuickKey, Start
from fieldapp.core.schema import Context, Severity, Values
from fieldapp.protocols.pop_amphibiens import form
from fieldapp.protocols.pop_amphibiens.protocol import PROTOCOL
from fieldapp.protocols.pop_amphibiens.schema import LOCAL_FIELDS, OBSERVATION, SITE_DESTROYED, VISIT

TAXA = {taxon.cd_nom: taxon for taxon in PROTOCOL.taxa()}
VISITED: dict[str, Any] = {
    "visit_date_min": "2026-04-14",
    "num_passage": 2,
    "Heure_debut": "21:02",
    "Heure_fin": "21:14",
    "methode_de_prospection": ["4", "5"],
    "observers": ["alex"],
    "expertise": "Chevronné",
    "id_dataset": "dataset",
    "accessibility": "Oui",
}


def quick(code: str) -> QuickKey:
    return next(key for key in form.QUICK if key.code == code)


def blocking(entity: str, values: Values, children: list[Values] | None = None) -> list[str]:
    context = Context(values, children=children or [], today=date(2026, 4, 14), taxa=TAXA)
    found = checking.problems(PROTOCOL, PROTOCOL.entity(entity), context)
    return [problem.code for problem in found if problem.severity is not Severity.NOTICE]


@pytest.mark.parametrize("code", ["nothing_seen", "inaccessible", "dry"])
def test_what_a_quick_key_makes_is_complete_and_right(code: str) -> None:
    visit, lines = quick(code).apply(VISITED)
    assert blocking("visit", visit, list(lines)) == []
    assert [blocking("observation", line) for line in lines] == [[] for _line in lines]


@pytest.mark.parametrize("code", ["nothing_seen", "inaccessible", "dry"])
def test_a_quick_key_knows_itself_and_no_other(code: str) -> None:
    visit, lines = quick(code).apply(VISITED)
    assert [key.code for key in form.QUICK if key.is_on(visit, lines)] == [code]
    assert [key.code for key in form.QUICK if key.is_on(VISITED, [])] == []


@pytest.mark.parametrize("code", ["nothing_seen", "dry"])
def test_a_quick_key_is_taken_back_without_a_trace(code: str) -> None:
    for before in (VISITED, {**VISITED, "comments": "berges nues"}):
        visit, _lines = quick(code).apply(before)
        assert quick(code).remove(visit) == before


def test_an_inaccessible_visit_keeps_what_is_asked_of_every_visit_only() -> None:
    visit, lines = quick("inaccessible").apply({**VISITED, "num_passage": 1, "etat_site": "Site existant"})
    assert lines == ()
    assert set(visit) == {
        "visit_date_min", "num_passage", "observers", "expertise", "id_dataset", "accessibility",
    }  # fmt: skip


def test_a_dry_pond_says_so_before_the_comment_once() -> None:
    visit, _lines = quick("dry").apply({**VISITED, "comments": "berges nues"})
    assert visit["comments"] == "À sec. berges nues"
    again, _lines = quick("dry").apply(visit)
    assert again["comments"] == "À sec. berges nues"


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("12", (12, 12, "Co"), "12"),
        ("12-22", (12, 22, "Es"), "12–22"),
        ("~12", (12, 12, "Es"), "~12"),
    ],
)
def test_a_count_stands_for_three_fields_and_reads_back_equal(
    typed: str, stored: tuple[int, int, str], shown: str
) -> None:
    read = form.COUNT.read(typed)
    assert tuple(read.values()) == stored
    assert form.COUNT.show(read) == shown
    assert form.COUNT.read(shown) == read


def test_an_empty_count_clears_its_three_fields() -> None:
    assert set(form.COUNT.read(" ").values()) == {None}
    assert form.COUNT.show({}) == ""


def test_without_letters_only_what_was_seen_here_is_proposed() -> None:
    found = form.suggest("", TAXA, {459628: 2024, 252: 2018})
    assert [taxon.cd_nom for taxon in found] == [459628, 252]


def test_what_was_seen_here_comes_before_the_ranks_of_the_region() -> None:
    assert form.suggest("tri", TAXA, {})[0].nom_vern == "Triton ponctué"
    assert form.suggest("tri", TAXA, {139: 2020})[0].nom_vern == "Triton crêté"


def test_the_complex_of_green_frogs_comes_before_its_forms_whatever_was_noted_here() -> None:
    for seen in ({}, {444440: 2024}, {444443: 2024}):
        assert form.suggest("gren", TAXA, seen)[0].cd_nom == 444436


def test_undetermined_amphibians_are_proposed_last() -> None:
    found = form.suggest("amphi", TAXA, {})
    assert found[-1].cd_nom == 914450


def test_a_new_visit_has_its_passage_deduced_and_the_defaults_of_the_module() -> None:
    first = {"visit_date_min": "2026-03-01", "num_passage": 1}
    assert form.new_visit(Start({}, [first], 2026, date(2026, 4, 14))) == {
        "visit_date_min": "2026-04-14", "num_passage": 2, "accessibility": "Oui", "methode_de_prospection": ["4"],
    }  # fmt: skip


@pytest.mark.parametrize(("passage", "method"), [(1, "1"), (2, "4"), (3, "1"), (4, "1")])
def test_a_new_visit_has_the_method_of_the_usual_moment_of_its_passage(passage: int, method: str) -> None:
    found = form.new_visit(Start({}, [], 2026, date(2026, 4, 14), passage))
    assert found["methode_de_prospection"] == [method]


def test_a_visit_of_another_year_has_no_date_and_keeps_its_passage() -> None:
    found = form.new_visit(Start({}, [], 2024, None, 3))
    assert "visit_date_min" not in found
    assert found["num_passage"] == 3


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ([], None),
        ([{"visit_date_min": "2026-03-01"}], None),
        ([{"visit_date_min": "2024-03-01"}], "Site existant"),
        ([{"visit_date_min": "2022-03-01", "etat_site": SITE_DESTROYED}, {"visit_date_min": "2024-03-01"}], None),
    ],
)
def test_the_state_is_prefilled_for_a_pond_of_earlier_years_alone(before: list[dict[str, str]], state: object) -> None:
    found = form.new_visit(Start({}, before, 2026, date(2026, 3, 10), 1))
    assert found.get("etat_site") == state


def test_the_form_names_fields_that_exist_and_every_optional_one_is_grouped() -> None:
    sheet = form.SHEET
    named = [header.name for header in (*sheet.header, *sheet.second, *sheet.details)]
    asked = {item.name for item in VISIT.fields if not item.hidden and not item.optional}
    assert set(named) == asked - {"accessibility"}
    assert len(named) == len(set(named))
    assert sheet.last_required in {column.code for column in sheet.columns}
    assert sheet.taxon_field == OBSERVATION.taxon_field
    grouped = [name for _label, names in form.FORM.round.local_groups for name in names]
    assert sorted(grouped) == sorted(LOCAL_FIELDS)


def test_every_key_of_the_form_is_used_once() -> None:
    headers = (*form.SHEET.header, *form.SHEET.second, *form.SHEET.details)
    keys = [header.key for header in headers if header.key] + [key.key for key in form.QUICK]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("column", [column for column in form.COLUMNS if column.letters], ids=lambda c: c.code)
def test_each_letter_of_a_column_gives_an_offered_code(column: Any) -> None:
    item = OBSERVATION.by_name[column.code]
    codes = {column.read(letter)[column.code] for letter in column.letters}
    assert codes == {choice.code for choice in item.choices if choice.offered}

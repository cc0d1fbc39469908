import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.occurrence import Occurrence, Review, Telling
from fieldapp.exchange import flat_csv
from fieldapp.exchange.flat_columns import COLUMNS
from tests.exchange.frogs import event, missed, options, seen, telling


def written(told: Iterable[Telling]) -> tuple[str, list[Occurrence]]:
    file, noted = io.StringIO(newline=""), list[Occurrence]()
    assert flat_csv.write(told, file, note=noted.append, options=options()) == len(noted)
    return file.getvalue(), noted


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def table(text: str) -> list[Sequence[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def test_a_row_for_each_occurrence_and_each_is_noted() -> None:
    told = [telling(seen(), seen(number=2), missed()), telling(seen(event(uid="autre"), 3))]
    text, noted = written(told)
    assert [row["identifiant"] for row in rows(text)] == [one.uid for one in noted]
    assert noted == [one for visit in told for one in visit.occurrences]
    assert [row["statut_observation"] for row in rows(text)] == ["Pr", "Pr", "No", "Pr"]


def test_numbers_have_a_decimal_point_and_nobody_counted_is_empty() -> None:
    (row,) = rows(written([telling(seen(count_min=None, count_max=None))])[0])
    assert (row["longitude"], row["latitude"], row["alti_min"]) == ("2.5", "-50.25", "31.0")
    assert (row["nombre_min"], row["nombre_max"]) == ("", "")


def test_excel_sees_that_it_is_utf_8_and_each_row_is_a_line() -> None:
    text, noted = written([telling(seen(comment='deux\nlignes ; "dites" d’œil'))])
    assert text.startswith("\ufeffidentifiant;")
    assert text.count("\r\n") == text.count("\n") == len(noted) + 1
    assert rows(text)[0]["commentaire"] == 'deux lignes ; "dites" d’œil'


def test_no_spreadsheet_takes_a_comment_for_a_formula() -> None:
    comments = ["=HYPERLINK(1)", "+1", "-2 mâles", "@SUM(A1)", " =1", "''-", "'juste cité'", "a=1"]
    text, _noted = written([telling(*(seen(number=n, comment=comment) for n, comment in enumerate(comments)))])
    found = [row["commentaire"] for row in rows(text)]
    assert [cell[0] in "=+-@" for cell in found] == [False] * len(comments)
    assert found[6:] == comments[6:]
    assert [cell.removeprefix("'") for cell in found[:6]] == comments[:6]


def test_no_spreadsheet_takes_anything_for_a_formula_whatever_column_it_stands_in() -> None:
    at = event(hour_min="=1+1", hour_max="+2", date_min="=cmd|1", kind="@x", uid="-1")
    one = seen(at, life_stage="=cmd|1", sex="\t=2", hour_min="=1\n+1", review=Review("=1", "", "@SUM"))
    text, _noted = written([telling(one)])
    assert text.count("\n") == 2
    (row,) = rows(text)
    assert (row["heure_debut"], row["heure_fin"], row["stade_vie"], row["date_debut"]) == (
        "'=1+1", "'+2", "'=cmd|1", "'=cmd|1",
    )  # fmt: skip
    told = {name: cell for name, cell in row.items() if cell.lstrip()[:1] in set("=+-@")}
    # A number of its own right is no text.
    assert told == {"latitude": "-50.25"}


@given(st.lists(st.text(alphabet="=+-@'a é;\"\n", max_size=8), min_size=1, max_size=5))
def test_whoever_takes_one_apostrophe_away_has_the_comment_back(comments: list[str]) -> None:
    text, _noted = written([telling(*(seen(number=n, comment=comment) for n, comment in enumerate(comments)))])
    for comment, row in zip(comments, rows(text), strict=True):
        cell = row["commentaire"]
        is_guarded = cell.startswith("'") and cell.lstrip("' ")[:1] in set("=+-@")
        assert (cell[1:] if is_guarded else cell) == re.sub("\n+", " ", comment)
        assert cell.lstrip(" ")[:1] not in set("=+-@")


def test_the_same_data_are_the_same_bytes() -> None:
    told = [telling(seen(), missed())]
    assert written(told)[0] == written(iter(told))[0]


def test_an_empty_table_has_the_names_of_its_columns() -> None:
    text, _noted = written([])
    assert table(text) == [[column.name for column in COLUMNS]]


def test_the_dictionary_beside_it_explains_each_column_and_each_code() -> None:
    file = io.StringIO(newline="")
    flat_csv.write_dictionary(file, options=options())
    found = table(file.getvalue())
    assert [row[0] for row in found[1 : len(COLUMNS) + 1]] == [column.name for column in COLUMNS]
    assert ["SEXE", "2", "Femelle"] in found
    assert any("apostrophe" in cell for row in found for cell in row)


def test_the_dictionary_is_called_after_its_table() -> None:
    assert flat_csv.dictionary_beside(Path("a/mares 2024.csv")) == Path("a/mares 2024.dictionnaire.csv")


def test_nothing_is_noted_before_it_is_written() -> None:
    file = io.StringIO(newline="")
    at: list[int] = []
    flat_csv.write([telling(seen(), missed())], file, note=lambda _one: at.append(file.tell()), options=options())
    assert 0 < at[0] < at[1] == file.tell()

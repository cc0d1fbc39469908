from pathlib import Path

from fieldapp import protocols
from fieldapp.exchange.importing import importers
from fieldapp.exchange.report import ImportReport, Outcome, RowReport, column_labels, line_of

ROWS = (
    RowReport(2, Outcome.CREATED),
    RowReport(3, Outcome.REFUSED, "cd_nom", "Inconnu."),
    RowReport(4, Outcome.CREATED, "x_wgs", "Lu 2.5."),
    RowReport(5, Outcome.CREATED, "x_wgs", "Lu 2.5."),
)
REPORT = ImportReport(Path("a.csv"), ("Une note.",), ROWS, 1, 3, 0)


def test_every_outcome_is_counted() -> None:
    assert REPORT.counts == {
        Outcome.CREATED: 3,
        Outcome.UPDATED: 0,
        Outcome.IDENTICAL: 0,
        Outcome.DIFFERENT: 0,
        Outcome.DELETED_HERE: 0,
        Outcome.REFUSED: 1,
    }
    assert REPORT.refused == 1
    assert [row.line for row in REPORT.remarks] == [3, 4, 5]


def test_the_text_has_counts_then_notes_then_the_refused_rows_first() -> None:
    assert REPORT.text().splitlines() == [
        "a.csv : 4 lignes lues.",
        "  créée : 3",
        "  refusée : 1",
        "Une note.",
        "ligne 3, cd_nom : refusée. Inconnu.",
        "ligne 4, x_wgs : créée. Lu 2.5. (et 1 autre ligne)",
    ]


def test_a_long_report_is_cut_and_says_how_much_is_left() -> None:
    rows = [RowReport(line, Outcome.REFUSED, "", f"Faute {line}.") for line in range(2, 100)]
    text = ImportReport(Path("a.csv"), (), rows).text()
    assert len(text.splitlines()) < 30
    assert "78 autres lignes" in text


def test_a_row_without_column_is_named_by_its_line() -> None:
    assert line_of(RowReport(7, Outcome.IDENTICAL)) == "ligne 7 : déjà là, identique."


def test_the_report_as_a_table_has_a_line_for_every_row(tmp_path: Path) -> None:
    REPORT.write_csv(tmp_path / "report.csv")
    lines = (tmp_path / "report.csv").read_bytes().decode().split("\r\n")
    assert lines[0] == "ligne;résultat;colonne;explication"
    assert lines[2] == "3;refusée;cd_nom;Inconnu."
    assert len(lines) == 1 + len(ROWS) + 1


def test_refused_rows_that_can_be_put_right_are_counted() -> None:
    rows = [RowReport(2, Outcome.REFUSED, "", "Faute.", True), RowReport(3, Outcome.REFUSED, "", "Faute.")]
    assert ImportReport(Path("a.csv"), (), rows).mendable == 1
    assert REPORT.mendable == 0


def test_a_column_is_called_as_the_protocol_that_reads_the_file_calls_it() -> None:
    known = protocols.installed()
    kinds = importers(known)
    labels = column_labels(kinds["crbpo"][1], known)
    assert (labels["MA"], labels["FS"]) == ("Masse (capture)", "Mètres de filet (séance)")
    assert (labels["BAGUE"], labels["ESPECE"]) == ("Bague (capture)", "Espèce (capture)")  # not that of a hidden field
    assert column_labels(kinds["shf"][1], known)["nombre_max"].endswith("(observation)")

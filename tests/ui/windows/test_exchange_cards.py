"""What a file would hold, and what an import said, in few words."""

from pathlib import Path

from fieldapp import protocols
from fieldapp.exchange.preview import Preview
from fieldapp.exchange.report import ImportReport, Outcome, RowReport
from fieldapp.ui.windows.dated_words import MORNINGS, SESSIONS, dated_words
from fieldapp.ui.windows.exchange_cards import alike, preview_words


def test_a_whole_season_is_said_in_two_sentences() -> None:
    assert preview_words(Preview(389, 261, 0, 0)) == "389 lignes à écrire, pour 261 passages. Aucun passage incomplet."


def test_what_will_be_missing_is_said_with_its_reason() -> None:
    words = preview_words(Preview(1200, 2, 1, 1, (("Fin : à remplir.", 1),)))
    assert words == (
        "1\u202f200 lignes à écrire, pour 2 passages. 1 passage sans observation n’a pas de ligne dans ce format. "
        "◐ 1 incomplet : Fin : à remplir."
    )


def test_rows_that_say_the_same_stand_together_and_refused_ones_first() -> None:
    note, refused = "dérogation", "pas un nombre"
    rows = [
        RowReport(2, Outcome.CREATED, "methodes", note),
        RowReport(3, Outcome.CREATED),
        RowReport(4, Outcome.REFUSED, "nombre_min", refused),
        RowReport(5, Outcome.CREATED, "methodes", note),
    ]
    found = alike(ImportReport(Path("a.csv"), rows=rows))
    assert [[row.line for row in group] for group in found] == [[4], [2, 5]]


def test_sessions_are_called_sessions() -> None:
    assert preview_words(Preview(4109, 65, 0, 2), SESSIONS) == (
        "4\u202f109 lignes à écrire, pour 65 séances. Aucune séance incomplète."
    )


def test_mornings_are_called_mornings_and_an_empty_one_has_its_row() -> None:
    assert preview_words(Preview(303, 120, 0, 3), MORNINGS) == (
        "303 lignes à écrire, pour 120 matins. Aucun matin incomplet."
    )


def test_each_protocol_has_the_words_of_its_entry() -> None:
    found = {
        code: dated_words(protocols.by_code(code)).count(1) for code in ("pop_amphibiens", "banding", "pitfall_barrier")
    }
    assert found == {"pop_amphibiens": "1 passage", "banding": "1 séance", "pitfall_barrier": "1 matin"}

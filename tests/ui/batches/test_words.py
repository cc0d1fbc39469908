"""What the screens of batches say of a file before it leaves."""

from dataclasses import replace

from fieldapp.exchange.batch import Preview
from fieldapp.ui.batches.words import blurred_words, holds_words, left_out_words, manifest_rows, since_words
from tests.ui.windows.desk import Desk

EMPTY = Preview(0, 0, "", "", 0, 0, 0, "", "", {}, {}, {}, {})


def test_what_a_file_holds_is_counted_with_its_days() -> None:
    found = replace(EMPTY, rows=1312, taxa=1, first_on="2026-03-14", last_on="2026-03-14")
    assert holds_words(found) == "1\u202f312 données · 1 taxon · 14/03/2026"
    assert holds_words(replace(found, last_on="2026-04-01")).endswith("14/03/2026 – 01/04/2026")
    assert holds_words(EMPTY) == "Aucune donnée ne répond à la demande."
    assert holds_words(replace(EMPTY, since="2026-01-01")) == "Rien de neuf depuis le dernier envoi."


def test_what_is_new_is_said_of_a_batch_that_goes_on_only() -> None:
    assert since_words(EMPTY) == ""
    found = replace(EMPTY, new=2, corrected=1, since="2026-01-31", filter="POP")
    assert since_words(found) == "Depuis l’envoi du 31/01/2026 (POP) : 2 nouvelles, 1 corrigée, 0 retirée."


def test_many_species_are_counted_behind_the_first_four() -> None:
    found = replace(EMPTY, blurred={"commune": 2}, sensitive={f"Espèce {n}": 1 for n in range(6)})
    lines = blurred_words(found)
    assert lines[0] == "2 positions sont remplacées par la commune."
    assert lines[1].endswith("Espèce 3 (1), 2 autres.")


def test_a_reason_that_is_a_sentence_ends_once() -> None:
    assert left_out_words(replace(EMPTY, left_out={"il manque la date.": 1})) == [
        "1 donnée hors du fichier : il manque la date."
    ]


def test_a_manifest_is_shown_in_words_and_without_what_says_nothing(desk: Desk) -> None:
    told = {
        "file": "a.csv", "purpose": "", "from": "2026-03-14", "rows": 0, "taxon_groups": {"Amphibiens": 5},
        "blurred": {"cell": {"rows": 3, "taxa": {}}}, "left_out": [{"reason": "sans date", "count": 2}],
        "previous": {"file": "b.csv", "made_on": "2026-01-01", "sha256": "0"},
    }  # fmt: skip
    assert manifest_rows(desk.services.db, told) == [
        ("Fichier", "a.csv"),
        ("Lignes", "0"),
        ("Groupes", "Amphibiens (5)"),
        ("Première date", "14/03/2026"),
        ("Positions remplacées", "la maille de 10 km (3)"),
        ("Hors du fichier", "sans date (2)"),
        ("Suite de", "b.csv · 01/01/2026"),
    ]
    coded = {"format": "sinp", "precision": "exact", "levels": {"0": 389}, "protocols": {"pop_amphibiens": "1.2"}}
    assert manifest_rows(desk.services.db, coded) == [
        ("Format", "SINP (import GeoNature)"),
        ("Précision", "Position exacte"),
        ("Niveaux de validation", "En attente de validation (389)"),
        ("Version des suivis", "POP Amphibiens (1.2)"),
    ]


def test_the_causes_of_what_is_blurred_are_told_apart() -> None:
    causes = {("cell", "species"): 1, ("cell", "group"): 2, ("cell", "no_commune"): 4, ("commune", "asked"): 3}
    lines = blurred_words(replace(EMPTY, blurred={"commune": 3, "cell": 7}, causes=causes))
    assert lines == [
        "3 positions sont remplacées par la commune.",
        "7 positions sont remplacées par la maille de 10 km : 2 « rien vu » d’un groupe où une espèce est sensible, "
        "4 faute de commune connue, 1 pour une espèce sensible.",
        "Pour les dire à la commune, chargez la carte des communes (Réglages, Ctrl E).",
    ]

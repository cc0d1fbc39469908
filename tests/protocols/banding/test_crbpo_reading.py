"""CRBPO tables read into records: the sample, every accident with and without consent, every form of file."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core.exchange import RowRefusedError
from fieldapp.core.record import Record
from fieldapp.exchange.known import KnownRecords
from fieldapp.exchange.report import Outcome, RowReport
from fieldapp.protocols.banding import crbpo
from fieldapp.protocols.banding.crbpo_reading import CrbpoParser
from fieldapp.store import changes, integrity, records
from fieldapp.store.opening import open_for_use
from tests.protocols.banding.crbpo_files import (
    ACCIDENTS,
    BANDING,
    SAMPLE,
    Desk,
    Row,
    capture,
    only,
    read_rows,
    write_rows,
    write_workbook,
)

# ----------------------------------------------------------------------------------------- the sample


def test_the_sample_is_taken_in_whole_with_the_published_totals(crbpo_desk: Desk) -> None:
    report = crbpo_desk.read(SAMPLE)
    assert {outcome: count for outcome, count in report.counts.items() if count} == {Outcome.CREATED: 4109}
    assert report.remarks == []
    captures = crbpo_desk.all("observation")
    assert Counter(one.data["action"] for one in captures) == {"B": 3664, "C": 445}
    assert sum(one.data["ring_scheme"] != "FRP" for one in captures) == 32
    assert len(crbpo_desk.all("visit")) == 65
    assert sorted(map(str, crbpo_desk.values("person", "name"))) == ["BAGUEUR Deux", "BAGUEUR Un"]
    assert integrity.check(crbpo_desk.db).problems == []


def test_the_same_file_again_changes_nothing(crbpo_desk: Desk) -> None:
    crbpo_desk.read(SAMPLE)
    report = crbpo_desk.read(SAMPLE)
    assert (report.counts[Outcome.IDENTICAL], report.action) == (4109, None)
    assert crbpo_desk.read(SAMPLE, update=True, mend=True).action is None


def test_two_laptops_make_the_same_records_of_it(crbpo_desk: Desk, other_desk: Desk) -> None:
    crbpo_desk.read(SAMPLE)
    other_desk.read(SAMPLE)
    for entity in ("person", "sites_group", "site", "visit", "observation"):
        assert crbpo_desk.all(entity) == other_desk.all(entity)


def test_each_bird_stands_in_its_line_with_all_that_was_told(crbpo_desk: Desk) -> None:
    crbpo_desk.read(SAMPLE)
    first = next(one for one in crbpo_desk.all("observation") if one.data["ring"] == "8680001")
    ringer = next(one for one in crbpo_desk.all("person") if one.data["name"] == "BAGUEUR Deux")
    assert first.data == {
        "line": 1, "action": "B", "ring_scheme": "FRP", "ring": "8680001", "ring_key": "FRP8680001",
        "species": "MOTCIN", "cd_nom": 3755, "sex": "?", "age": "1A", "hour": "06:30", "net": "9", "wing_mm": 84.0,
        "mass_g": 18.1, "fat": "2", "ringer": ringer.uid,
    }  # fmt: skip
    session = records.get(crbpo_desk.db, first.parent or "")
    assert session is not None
    holder = session.data.pop("holder")
    assert session.data == {
        "date": "2020-05-18", "theme": "STOC", "opened_at": "06:00", "duration_min": 360, "net_m": 120.0,
        "closed": True,
    }  # fmt: skip
    assert records.get(crbpo_desk.db, holder).data == {"name": "BAGUEUR Un"}  # type: ignore[union-attr]
    lines = [one.data["line"] for one in crbpo_desk.all("observation") if one.parent == session.uid]
    assert sorted(lines) == list(range(1, len(lines) + 1))


# ---------------------------------------------------------------------------------------- accidents

OTHERS = ("visit", "sites_group")

EXPECTED: dict[str, tuple[str, str, str, object]] = {
    "heure 00:06 pour 06:00": ("HEURE", "« 06:00 »", "hour", "06:00"),
    "heure décalée de 12 h": ("HEURE", "« 06:30 »", "hour", "06:30"),
    "heure avant l’ouverture": ("HEURE", "mémo", "comments", "heure avant l’ouverture HEURE : 04:30"),
    "heure en fraction de jour": ("HEURE", "« 06:30 »", "hour", "06:30"),
    "FS 3 pour 36": ("FS", "« 36 »", "visit net_m", 36),
    "FS 612 pour 36": ("FS", "« 36 »", "visit net_m", 36),
    "NF 999": ("NF", "une case vide", "net", None),
    "NF -999": ("NF", "une case vide", "net", None),
    "texte mal décodé dans le lieu": (
        "LIEUDIT", "« Marais de la Couture Étang »", "sites_group place_name", "Marais de la Couture Étang",
    ),
    "lu en Latin-1 : Ã©tranger": ("MEMO", "étranger", "comments", "lu en Latin-1 : étranger"),
    "action mal décodée": ("ACTION", "« C »", "action", "C"),
    "texte dans la masse": ("MA", "mémo", "comments", "texte dans la masse MA : lourd"),
    "unité dans la masse": ("MA", "« 11.3 »", "mass_g", 11.3),
    "virgule de la masse déplacée": ("MA", "« 11.3 »", "mass_g", 11.3),
    "virgule de l’aile déplacée": ("LP", "« 65 »", "wing_mm", 65),
    "latitude et longitude inversées": ("LAT", "« 50.404, 2.827 »", "visit latitude", None),
    "position hors de France": ("LAT", "« 50.404, 2.827 »", "visit latitude", None),
    "THEME SESSION vide": ("THEME SESSION", "« STOC »", "visit theme", "STOC"),
    "espèce en toutes lettres": ("ESPECE", "« ACRSCI »", "species", "ACRSCI"),
    "heure de fin pour la durée, 1": ("DS", "« 06:00 »", "visit duration_min", 360),
    "heure de fin pour la durée, 2": ("DS", "« 06:00 »", "visit duration_min", 360),
    "FS 34 pour toute la séance": ("FS", "« 36 »", "visit net_m", 36),
    "ouverture 00:06": ("HS", "« 06:00 »", "visit opened_at", "06:00"),
    "HS d’une seule ligne": ("HS", "« 06:00 »", "visit opened_at", "06:00"),
}  # fmt: skip
"""Rows put right with consent: the column, what is said, the field (and whose), its value then."""

HOPELESS = {
    "bague en notation scientifique": ("BAGUE", "abîmé par un tableur"),
    "bague absente": ("BAGUE", "manque"),
    "deux communes": ("LOCALITE", "plusieurs communes (AVION, MERICOURT)"),
    "action inconnue": ("ACTION", "pas une action"),
    "action absente": ("ACTION", "manque"),
    "date impossible": ("DATE", "n’existe pas"),
    "date absente": ("DATE", "manque"),
    "espèce absente": ("ESPECE", "manque"),
    "sans bague, mais une bague": ("BAGUE", "l’un ou l’autre"),
}
"""Rows that nobody but a person can put right."""

NOTED = {
    "heure 6h30": ("HEURE", "06:30"),
    "NF 120": ("NF", "plus de 100"),
    "bague à blancs": ("BAGUE", "8690015"),
    "bague trop courte": ("BAGUE", "écarterait cette ligne"),
    "masse hors limites": ("MA", "hors des limites"),
    "espèce hors de la liste": ("ESPECE", "gardé"),
    "SPESPE": ("ESPECE", "écarterait"),
    "séance sans oiseau": ("MEMO", "mis avec celui de la séance"),
    "bague posée deux fois, 1": ("BAGUE", "écarterait toutes les lignes de cette bague"),
    "bague posée deux fois, 2": ("BAGUE", "écarterait toutes les lignes de cette bague"),
    "bague sur deux espèces, 1": ("ESPECE", "écarterait toutes les lignes de cette bague"),
    "bague sur deux espèces, 2": ("ESPECE", "écarterait toutes les lignes de cette bague"),
    "sexes contradictoires, 1": ("SEXE", "retiendrait « ? »"),
    "sexes contradictoires, 2": ("SEXE", "retiendrait « ? »"),
}
"""Rows that are taken in as they are, with a note."""

FINE = {f"bonne {n}" for n in range(1, 6)} | {"bague à points", "sous-espèce", "copie d’une ligne", "sans bague"}


def memos() -> list[str]:
    return [row["MEMO"] for row in read_rows(ACCIDENTS)]


def by_memo(rows: Sequence[RowReport]) -> dict[str, RowReport]:
    return dict(zip(memos(), rows, strict=True))


def test_every_row_of_the_file_of_accidents_is_expected_somewhere() -> None:
    assert set(memos()) == {*EXPECTED, *HOPELESS, *NOTED, *FINE}


def test_without_consent_each_accident_is_refused_with_what_would_be_put(crbpo_desk: Desk) -> None:
    found = by_memo(crbpo_desk.read(ACCIDENTS).rows)
    for memo, (column, word, _field, _value) in EXPECTED.items():
        assert (found[memo].outcome, found[memo].column, found[memo].can_mend) == (Outcome.REFUSED, column, True), memo
        assert word in found[memo].sentence, memo
    stored = {one.data.get("comments") for one in crbpo_desk.all("observation")}
    assert not stored & {*EXPECTED, *HOPELESS}


def test_with_consent_each_accident_is_put_right_and_said(crbpo_desk: Desk) -> None:
    found = by_memo(crbpo_desk.read(ACCIDENTS, mend=True).rows)
    stored = crbpo_desk.all("observation")
    for memo, (column, word, name, value) in EXPECTED.items():
        assert (found[memo].outcome, found[memo].column) == (Outcome.CREATED, column), memo
        assert word in found[memo].sentence, memo
        told = "lu en Latin-1 : étranger" if "Latin-1" in memo else memo
        (own,) = (one for one in stored if str(one.data.get("comments", "")).startswith(told))
        entity, _blank, field = name.rpartition(" ")
        assert whose(crbpo_desk, own, entity).data.get(field) == value, memo


def whose(desk: Desk, record: Record, entity: str) -> Record:
    """Return the record of the entity above a capture; the capture itself for ""."""
    while entity and record.entity != entity:
        above = records.get(desk.db, record.parent or "")
        assert above is not None
        record = above
    return record


@pytest.mark.parametrize("mend", [False, True])
def test_what_is_hopeless_is_refused_what_is_doubtful_noted_and_what_is_good_taken_in(
    crbpo_desk: Desk, mend: bool
) -> None:
    found = by_memo(crbpo_desk.read(ACCIDENTS, mend=mend).rows)
    for memo, (column, word) in HOPELESS.items():
        assert (found[memo].outcome, found[memo].column, found[memo].can_mend) == (Outcome.REFUSED, column, False), memo
        assert word in found[memo].sentence, memo
    for memo, (column, word) in NOTED.items():
        assert (found[memo].outcome, found[memo].column) == (Outcome.CREATED, column), memo
        assert word in found[memo].sentence, memo
    for memo in FINE - {"copie d’une ligne"}:
        assert (found[memo].outcome, found[memo].sentence) == (Outcome.CREATED, ""), memo
    assert "Même ligne que la ligne" in found["copie d’une ligne"].sentence


def test_with_consent_after_all_only_the_refused_rows_are_added(crbpo_desk: Desk, other_desk: Desk) -> None:
    crbpo_desk.read(ACCIDENTS)
    before = {one.uid: one for one in crbpo_desk.all("observation")}
    crbpo_desk.read(ACCIDENTS, mend=True)
    other_desk.read(ACCIDENTS, mend=True)
    after = {one.uid: one for one in crbpo_desk.all("observation")}
    assert before.items() <= after.items()
    assert after == {one.uid: one for one in other_desk.all("observation")}


Written = Callable[[Path, list[Row]], Path]


def decimal_commas(rows: list[Row]) -> list[Row]:
    return [row | {name: row[name].replace(".", ",") for name in ("LP", "MA", "LAT", "LON")} for row in rows]


FORMS: dict[str, Written] = {
    "comma": lambda folder, rows: write_rows(folder / "x.csv", rows, ","),
    "tab": lambda folder, rows: write_rows(folder / "x.txt", rows, "\t"),
    "Latin-1": lambda folder, rows: write_rows(folder / "x.csv", rows, encoding="cp1252"),
    "BOM": lambda folder, rows: write_rows(folder / "x.csv", rows, encoding="utf-8-sig"),
    "decimal comma": lambda folder, rows: write_rows(folder / "x.csv", decimal_commas(rows)),
    "decimal comma, comma": lambda folder, rows: write_rows(folder / "x.csv", decimal_commas(rows), ","),
    "reversed columns": lambda folder, rows: write_rows(
        folder / "x.csv", [dict(reversed(row.items())) for row in rows]
    ),
    "spreadsheet": lambda folder, rows: write_workbook(folder / "x.xlsx", rows),
    "mask": lambda folder, rows: write_workbook(folder / "x.csv", rows, "SAISIE"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mend", [False, True])
def test_every_form_of_file_says_the_same(
    crbpo_desk: Desk, other_desk: Desk, tmp_path: Path, form: str, mend: bool
) -> None:
    rows = read_rows(ACCIDENTS)
    plain = crbpo_desk.read(ACCIDENTS, mend=mend)
    other = other_desk.read(FORMS[form](tmp_path, rows), mend=mend)
    assert [(row.line, row.outcome, row.column) for row in other.rows] == [
        (row.line, row.outcome, row.column) for row in plain.rows
    ]
    assert other_desk.all("observation") == crbpo_desk.all("observation")
    assert other_desk.all("visit") == crbpo_desk.all("visit")


# --------------------------------------------------------------------------------- columns and layouts


def test_four_columns_are_enough(crbpo_desk: Desk) -> None:
    row = {name: text for name, text in capture(1).items() if name in crbpo.REQUIRED}
    assert only(crbpo_desk.take([row])).outcome is Outcome.CREATED
    (own,) = crbpo_desk.all("observation")
    assert (own.data["ring_key"], own.data["species"]) == ("FRP8690001", "ACRSCI")
    assert crbpo_desk.all("visit")[0].on_date == "2020-05-18"


@pytest.mark.parametrize("name", crbpo.REQUIRED)
def test_a_file_without_one_of_them_is_refused_as_a_whole(crbpo_desk: Desk, name: str) -> None:
    from fieldapp.core.errors import FileRefusedError

    row = {column: text for column, text in capture(1).items() if column != name}
    with pytest.raises(FileRefusedError, match=f"manque la colonne {name}"):
        crbpo_desk.take([row])


def test_unknown_columns_are_named_and_other_names_understood(crbpo_desk: Desk) -> None:
    row = capture(1, COND_REPR="8")
    row = {"Espèce" if name == "ESPECE" else name.replace(" ", "."): text for name, text in row.items()}
    report = crbpo_desk.take([{**row, "CA": "x", "cId_Localisation": "7"}])
    assert report.notes == ("Colonnes inconnues, laissées de côté : CA, cId_Localisation.",)
    (own,) = crbpo_desk.all("observation")
    assert (own.data["species"], own.data["condition"]) == ("ACRSCI", "8")


def test_columns_of_every_layout_are_kept(crbpo_desk: Desk) -> None:
    measures = dict.fromkeys(("BP", "EB", "TQ", "FI", "FG", "FD", "TL", "RE", "RR"), "1.5")
    row = {**capture(1), **measures, "LT": "22,5", "ES": "B", "PTD": "8690002", "SG": "ELEVE, Une", "SC": "SCRIBE, Un",
           "cId_Data": "12", "cId_Session": "34"}  # fmt: skip
    crbpo_desk.take([row])
    (own,), (session,) = crbpo_desk.all("observation"), crbpo_desk.all("visit")
    assert {name: own.data[name] for name in measures} == measures
    people = {one.uid: one.data["name"] for one in crbpo_desk.all("person")}
    assert [own.data[name] for name in ("tarsus_mm", "health", "partner_ring", "crbpo_id")] == [
        22.5,
        "B",
        "8690002",
        "12",
    ]
    assert people[own.data["trainee"]] == "ELEVE Une"
    assert (people[session.data["scribe"]], session.data["crbpo_session_id"]) == ("SCRIBE Un", "34")


def test_columns_that_a_file_lacks_say_nothing_of_what_is_here(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1)])
    row = {name: text for name, text in capture(1).items() if name not in {"LP", "FS", "DEPT"}}
    row["DEPT"] = "62"
    assert only(crbpo_desk.take([row])).outcome is Outcome.IDENTICAL


# --------------------------------------------------------------------------------------- identity


def test_the_same_bird_twice_in_one_round_is_two_captures(crbpo_desk: Desk) -> None:
    rows = [capture(1), capture(1, ACTION="C", HEURE="08:00"), capture(1, ACTION="C", HEURE="08:00", MA="11.4")]
    crbpo_desk.take(rows)
    assert crbpo_desk.values("observation", "line") == [1, 2, 3]


def test_unringed_birds_of_one_round_are_all_counted(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1, ACTION="SANS", BAGUE=""), capture(1, ACTION="SANS", BAGUE="")])
    assert len(crbpo_desk.all("observation")) == 2
    assert crbpo_desk.values("observation", "ring_key") == [None, None]


def test_a_corrected_value_updates_the_capture_when_asked(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1), capture(2)])
    changed = [capture(1, MA="12.1"), capture(2)]
    report = crbpo_desk.take(changed)
    assert [row.outcome for row in report.rows] == [Outcome.DIFFERENT, Outcome.IDENTICAL]
    assert "Masse" in report.rows[0].sentence
    crbpo_desk.take(changed, update=True)
    assert crbpo_desk.values("observation", "mass_g") == [12.1, 11.3]


CORRECTED: dict[str, tuple[dict[str, str], str]] = {
    "hour": ({"HEURE": "06:00"}, "Heure"),
    "opening": ({"HS": "05:45"}, "Ouverture"),
    "position": ({"LAT": "50.4041"}, "Latitude"),
    "measures": ({"LP": "66", "MA": "12.1"}, "Aile"),
    "duration and metres": ({"DS": "05:30", "FS": "108"}, "Durée"),
    "age and sex": ({"AGE": "1A", "SEXE": "F"}, "Sexe"),
}


@pytest.mark.parametrize("name", CORRECTED)
def test_a_corrected_file_tells_of_the_same_birds(crbpo_desk: Desk, name: str) -> None:
    cells, label = CORRECTED[name]
    first = [capture(1), capture(2), capture(3, ACTION="C", HEURE="08:00")]
    crbpo_desk.take(first)
    before = {entity: {one.uid for one in crbpo_desk.all(entity)} for entity in ("visit", "observation")}
    corrected = [row | cells for row in first]
    for update, outcome in ((False, Outcome.DIFFERENT), (True, Outcome.UPDATED), (True, Outcome.IDENTICAL)):
        report = crbpo_desk.take(corrected, update=update)
        assert [row.outcome for row in report.rows] == [outcome] * 3
        assert label in report.rows[0].sentence or outcome is Outcome.IDENTICAL
        assert before == {entity: {one.uid for one in crbpo_desk.all(entity)} for entity in before}
    assert {row[column] for row in read_rows(crbpo_desk.write()) for column in cells} == set(cells.values())


@pytest.mark.parametrize("cells", [{"HS": "05:45"}, {"LAT": "50.4041"}])
def test_a_file_that_is_corrected_in_some_rows_only_tells_of_the_same_birds(
    crbpo_desk: Desk, cells: dict[str, str]
) -> None:
    first = [capture(1), capture(2)]
    crbpo_desk.take(first)
    uids = {one.uid for one in crbpo_desk.all("observation")}
    report = crbpo_desk.take([first[0], first[1] | cells])
    assert Outcome.CREATED not in {row.outcome for row in report.rows}
    crbpo_desk.take([first[0], first[1] | cells], update=True)
    assert {one.uid for one in crbpo_desk.all("observation")} == uids
    assert integrity.check(crbpo_desk.db).problems == []


def test_the_number_of_the_crbpo_tells_the_bird_whatever_else_was_corrected(crbpo_desk: Desk) -> None:
    first = [capture(1, cId_Data="11", cId_Session="5") | {"cId_Data": "11", "cId_Session": "5"}]
    crbpo_desk.take(first)
    changed = [first[0] | {"BAGUE": "8690009", "DATE": "19/05/2020", "HEURE": "09:00", "ACTION": "C"}]
    assert only(crbpo_desk.take(changed, update=True)).outcome is Outcome.UPDATED
    assert crbpo_desk.values("observation", "ring_key") == ["FRP8690009"]
    assert crbpo_desk.values("visit", "date") == ["2020-05-19"]


def test_the_number_of_the_crbpo_comes_to_the_bird_that_is_here_and_other_numbers_are_other_birds(
    crbpo_desk: Desk,
) -> None:
    crbpo_desk.take([capture(1, ACTION="C")])
    numbered = [capture(1, ACTION="C", HEURE=hour) | {"cId_Data": number} for hour, number in
                (("06:30", "11"), ("06:30", "12"))]  # fmt: skip
    report = crbpo_desk.take(numbered, update=True)
    assert [row.outcome for row in report.rows] == [Outcome.UPDATED, Outcome.CREATED]
    again = crbpo_desk.take([numbered[1], numbered[0]])
    assert [row.outcome for row in again.rows] == [Outcome.IDENTICAL] * 2


def test_a_number_that_stands_for_several_rows_tells_none_apart(crbpo_desk: Desk) -> None:
    rows = [capture(number) | {"cId_Data": "11", "cId_Session": "5"} for number in (1, 2)]
    assert [row.outcome for row in crbpo_desk.take(rows).rows] == [Outcome.CREATED] * 2
    assert [row.outcome for row in crbpo_desk.take(rows).rows] == [Outcome.IDENTICAL] * 2


def test_controls_of_one_day_are_told_apart_whichever_file_came_first(crbpo_desk: Desk) -> None:
    late, early = capture(1, ACTION="C", HEURE="09:00"), capture(1, ACTION="C", HEURE="07:00")
    crbpo_desk.take([late])
    report = crbpo_desk.take([early, late])
    assert [row.outcome for row in report.rows] == [Outcome.CREATED, Outcome.IDENTICAL]
    assert [row.outcome for row in crbpo_desk.take([late, early]).rows] == [Outcome.IDENTICAL] * 2


def test_copies_with_other_measures_are_the_same_whatever_the_order_of_the_file(
    crbpo_desk: Desk, other_desk: Desk
) -> None:
    rows = [capture(1, ACTION="C", MA=mass) for mass in ("11.3", "11.4", "10.9")]
    crbpo_desk.take(rows)
    assert [row.outcome for row in crbpo_desk.take(rows[::-1]).rows] == [Outcome.IDENTICAL] * 3
    other_desk.take(rows[::-1])
    masses = [{one.uid: one.data["mass_g"] for one in desk.all("observation")} for desk in (crbpo_desk, other_desk)]
    assert masses[0] == masses[1]
    assert len(masses[0]) == 3


def test_unringed_birds_are_found_again_in_any_order(crbpo_desk: Desk) -> None:
    rows = [capture(number, ACTION="SANS", BAGUE="", MA=mass) for number, mass in enumerate(("11.3", "11.4", "11.3"))]
    crbpo_desk.take(rows)
    report = crbpo_desk.take([rows[1], rows[0], rows[2], rows[0]])
    assert [row.outcome for row in report.rows] == [*[Outcome.IDENTICAL] * 3, Outcome.CREATED]


def test_an_evening_told_in_a_file_of_its_own_is_a_session_of_its_own(crbpo_desk: Desk, other_desk: Desk) -> None:
    morning, evening = [capture(1)], [capture(2, HS="18:00", DS="03:00", HEURE="19:00")]
    for desk, files in ((crbpo_desk, (morning, evening)), (other_desk, (evening, morning))):
        for rows in files:
            assert only(desk.take(rows)).outcome is Outcome.CREATED
    sessions = [{one.uid: one.data["opened_at"] for one in desk.all("visit")} for desk in (crbpo_desk, other_desk)]
    assert sessions[0] == sessions[1]
    assert sorted(sessions[0].values()) == ["06:00", "18:00"]


def test_lines_of_another_file_come_after_all_that_stand_here(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1), capture(2)])
    crbpo_desk.take([capture(3), capture(4)])
    lines = {one.data["ring"]: one.data["line"] for one in crbpo_desk.all("observation")}
    assert lines == {"8690001": 1, "8690002": 2, "8690003": 3, "8690004": 4}
    crbpo_desk.take([capture(2), capture(5)])
    assert crbpo_desk.values("observation", "line") == [1, 2, 3, 4, 5]


# ------------------------------------------------------------------------- what stands in the database


def test_a_ring_that_is_here_on_another_species_is_said(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1, ESPECE="MOTCIN", LP="84", MA="18", SEXE="M")])
    report = crbpo_desk.take([capture(1, ESPECE="LUSMEG", DATE="18/05/2021", LP="74", MA="18", SEXE="F")])
    row = only(report)
    assert row.outcome is Outcome.CREATED
    assert "posée 2 fois (18/05/2021, 18/05/2020 déjà ici)" in row.sentence
    assert "(LUSMEG, MOTCIN déjà ici)" in row.sentence
    assert "sexes contradictoires (F, M)" in row.sentence


def test_a_bird_that_is_here_and_comes_again_is_no_contradiction(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1)])
    assert only(crbpo_desk.take([capture(1)])).sentence == ""
    assert only(crbpo_desk.take([capture(1, ACTION="C", DATE="18/05/2021")])).sentence == ""


def test_a_file_worked_on_in_r_has_empty_cells_where_it_says_na(crbpo_desk: Desk) -> None:
    rows = [
        capture(1, LP="NA", MA="NA", SEXE="NA", MEMO="NA", PI="NA", LIEUDIT="NA"),
        capture(2, CENTRE="GBT", LIEUDIT="NA", MEMO="NATURE"),
    ]
    report = crbpo_desk.take(rows)
    assert [("NA" in row.sentence, row.outcome) for row in report.rows] == [
        (True, Outcome.CREATED), (False, Outcome.CREATED),
    ]  # fmt: skip
    first, second = crbpo_desk.all("observation")
    assert not {"wing_mm", "mass_g", "sex", "comments", "brood_patch"} & first.data.keys()
    assert second.data["comments"] == "NATURE"
    assert "NA" not in {str(value) for one in crbpo_desk.all("sites_group") for value in one.data.values()}


@pytest.mark.parametrize("scheme", ["FRXX", "12", "FR1", "ZZ"])
def test_a_scheme_that_is_not_three_letters_refuses_the_row(crbpo_desk: Desk, scheme: str) -> None:
    row = only(crbpo_desk.take([capture(1, CENTRE=scheme)]))
    assert (row.outcome, row.column, row.can_mend) == (Outcome.REFUSED, "CENTRE", False)


def test_a_country_in_place_of_the_scheme_is_put_right_with_consent(crbpo_desk: Desk) -> None:
    rows = [capture(1, CENTRE="FR", BAGUE="P8680001"), capture(2, CENTRE="FRP", BAGUE="8680001")]
    assert crbpo_desk.take(rows).rows[0].can_mend
    crbpo_desk.take(rows, mend=True)
    assert sorted(map(str, crbpo_desk.values("observation", "ring_key"))) == ["FRP8680001", "FRPP8680001"]


@pytest.mark.parametrize("text", ["8680001.0", "8680001,00"])
def test_a_ring_with_decimals_is_put_right_with_consent_only(crbpo_desk: Desk, text: str) -> None:
    row = only(crbpo_desk.take([capture(1, BAGUE=text)]))
    assert (row.outcome, row.column, row.can_mend) == (Outcome.REFUSED, "BAGUE", True)
    rows = [capture(1, BAGUE=text), capture(1, BAGUE="8680001", DATE="19/05/2020")]
    report = crbpo_desk.take(rows, mend=True)
    assert crbpo_desk.values("observation", "ring_key") == ["FRP8680001"] * 2
    assert "posée 2 fois" in report.rows[0].sentence


@pytest.mark.parametrize(("column", "text"), [("MA", "-11"), ("LP", "0"), ("NF", "-12"), ("NF", "0"), ("LT", "-1")])
def test_zero_and_less_is_no_measure_and_is_moved_with_consent(crbpo_desk: Desk, column: str, text: str) -> None:
    rows = [capture(1) | {column: text}]
    row = only(crbpo_desk.take(rows))
    assert (row.outcome, row.column, row.can_mend) == (Outcome.REFUSED, column, True)
    crbpo_desk.take(rows, mend=True)
    (own,) = crbpo_desk.all("observation")
    assert own.data["comments"] == f"{column} : {text}"
    assert {"MA": "mass_g", "LP": "wing_mm", "NF": "net", "LT": "tarsus_mm"}[column] not in own.data


def test_what_a_row_leaves_empty_and_others_of_the_session_tell_is_said(crbpo_desk: Desk) -> None:
    report = crbpo_desk.take([capture(1), capture(2, HS="", DS="", FS=""), capture(3)])
    assert [row.outcome for row in report.rows] == [Outcome.CREATED] * 3
    sentence = report.rows[1].sentence
    assert all(f"{column} vide" in sentence for column in ("HS", "DS", "FS"))
    assert (report.rows[0].sentence, report.rows[2].sentence) == ("", "")
    assert len(crbpo_desk.all("visit")) == 1


def test_a_ring_that_differs_is_called_what_the_screens_call_it(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1) | {"cId_Data": "11"}])
    row = only(crbpo_desk.take([capture(1, BAGUE="8690002") | {"cId_Data": "11"}]))
    assert row.sentence == "Valeurs d’ici gardées : Bague (capture)."


def typed_by_hand(desk: Desk) -> Record:
    """Type a place, its nets, a session and one capture, and return the capture."""
    from fieldapp.core.record import make_record
    from fieldapp.protocols.banding import schema

    person = Record("0198a000-0000-7000-8000-000000000001", "directory", "person", None, {"name": "BAGUEUR Un"})
    place = make_record(BANDING, schema.SITES_GROUP, {
        "place_name": "Marais de la Couture", "commune": "AVION", "department": "62", "latitude": 50.404,
        "longitude": 2.827,
    }, None)  # fmt: skip
    site = make_record(BANDING, schema.SITE, {"site_name": "La roselière", "id_prog": "501"}, place.uid)
    session = make_record(BANDING, schema.VISIT, {
        "date": "2020-05-18", "theme": "STOC", "opened_at": "06:00", "duration_min": 360, "net_m": 120.0,
        "open_nets": ["3"], "holder": person.uid,
    }, site.uid)  # fmt: skip
    own = make_record(BANDING, schema.OBSERVATION, {
        "line": 7, "action": "B", "ring_scheme": "FRP", "ring": "8690001", "ring_key": "FRP8690001",
        "species": "ACRSCI", "cd_nom": 4195, "sex": "?", "age": "+1A", "hour": "06:30", "net": "3", "wing_mm": 65.5,
        "mass_g": 11.3, "fat": "2",
    }, session.uid)  # fmt: skip
    records.save(desk.db, [person, place, site, session, own], "à la main")
    return own


def test_what_was_typed_here_is_found_again_and_new_birds_come_after_it(crbpo_desk: Desk) -> None:
    own = typed_by_hand(crbpo_desk)
    report = crbpo_desk.take([capture(1), capture(2)])
    assert [(row.outcome, row.sentence) for row in report.rows] == [(Outcome.IDENTICAL, ""), (Outcome.CREATED, "")]
    assert [len(crbpo_desk.all(entity)) for entity in ("sites_group", "site", "visit", "person")] == [1, 1, 1, 1]
    assert crbpo_desk.values("observation", "line") == [7, 8]
    assert own.uid in {one.uid for one in crbpo_desk.all("observation")}


def test_what_was_typed_here_goes_out_and_comes_back_unchanged(crbpo_desk: Desk) -> None:
    typed_by_hand(crbpo_desk)
    report = crbpo_desk.read(crbpo_desk.write())
    assert (only(report).outcome, report.action) == (Outcome.IDENTICAL, None)


def test_an_import_that_was_taken_back_may_come_again(crbpo_desk: Desk) -> None:
    report = crbpo_desk.take([capture(1)])
    action = changes.by_id(crbpo_desk.db, report.action or 0)
    assert action is not None
    changes.undo_action(crbpo_desk.db, action)
    assert only(crbpo_desk.take([capture(1)])).outcome is Outcome.CREATED


# --------------------------------------------------------------------------------- whatever a cell may hold

TEXTS = (
    "", "B", "C", "SANS", "BREDOUILLE", "8690001", "1,23E+07", "18/05/2020", "00:06", "24:00", "999", "11,3", "ACRSCI",
    "STOC", "AVION / LENS", "Ã©", "-", "?", "+1A", "50.4", "2.8", "BAGUEUR, Un",
)  # fmt: skip
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(TEXTS)


def outcome_of(parser: CrbpoParser, row: object) -> tuple[str, list[str], list[str]]:
    """Return what a row became ("" when it was refused), the columns named and the sentences said."""
    try:
        parsed = parser.parse(row)  # type: ignore[arg-type]
    except RowRefusedError as refused:
        return "", [refused.column], [refused.sentence]
    return parsed.records[-1].entity, [one.column for one in parsed.notes], [one.sentence for one in parsed.notes]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.dictionaries(st.sampled_from(crbpo.columns()), CELLS), min_size=1, max_size=4), mend=st.booleans()
)
def test_whatever_stands_in_the_cells_each_row_is_read_or_refused_with_a_sentence(
    crbpo_desk: Desk, rows: list[Row], mend: bool
) -> None:
    parser = CrbpoParser(KnownRecords(crbpo_desk.db, crbpo_desk.db.protocols[BANDING]), mends=mend)
    lines = [capture(number) | row for number, row in enumerate(rows)]
    surveyed = [parser.survey([line.get(name, "") for name in crbpo.columns()]) for line in lines]
    for row in surveyed:
        entity, columns, sentences = outcome_of(parser, row)
        assert entity in {"observation", "visit", ""}
        assert all(sentences)
        assert set(columns) <= set(crbpo.columns())
        assert entity or sentences


def test_a_bad_row_takes_no_other_with_it(tmp_path: Path) -> None:
    rows = read_rows(SAMPLE)[:300]
    bad = read_rows(ACCIDENTS)
    mixed = [row for number, row in enumerate(rows) for row in ([row, bad[number]] if number < len(bad) else [row])]
    with open_for_use(tmp_path / "mixed.db", protocols.installed()) as db:
        report = Desk(db, tmp_path).take(mixed)
    outcomes = [row.outcome for row in report.rows]
    assert {outcomes[number] for number, row in enumerate(mixed) if row in rows} == {Outcome.CREATED}

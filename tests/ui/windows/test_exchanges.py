"""A file comes in and goes out by keys, says what it did, and can be taken back whole."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core import paths
from fieldapp.core.errors import NothingToUndoError
from fieldapp.core.record import make_record, with_data
from fieldapp.store import changes, records
from fieldapp.ui.tables import RecordTable
from fieldapp.ui.widgets import ActionButton, Banner, ChipRow, StateBadge
from fieldapp.ui.windows.data import DataPage
from tests.protocols.banding.crbpo_files import ACCIDENTS
from tests.ui.windows.desk import Blank, Desk, desk_on

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "new.db", filled=False) as opened:
        yield opened


def observations(desk: Desk) -> int:
    return records.count(desk.services.db, "pop_amphibiens", "observation")


def bring_in(desk: Desk, path: Path) -> None:
    desk.go("exchanges")
    desk.type("exchanges.path", str(path))
    desk.press(Qt.Key.Key_Return)
    desk.idle()


def badges(desk: Desk) -> list[str]:
    desk.qtbot.waitUntil(lambda: bool(desk.find(QWidget, "exchanges.report").findChildren(StateBadge)))
    return [badge.text for badge in desk.find(QWidget, "exchanges.report").findChildren(StateBadge)]


def edited_sample(sample: Path, target: Path, **changed: str) -> Path:
    """Write the sample with other values in its first row."""
    with sample.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter=";")
        rows = list(reader)
        names = list(reader.fieldnames or ())
    rows[0].update(changed)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return target


def test_a_typed_path_and_enter_bring_the_file_in(desk: Desk, sample_pop: Path) -> None:
    bring_in(desk, sample_pop)
    assert observations(desk) == 389
    assert badges(desk) == ["389 créées"]
    assert desk.saved == [changes.last_saved_at(desk.services.db)]


def test_the_same_file_again_changes_nothing(desk: Desk, sample_pop: Path) -> None:
    bring_in(desk, sample_pop)
    desk.press(Qt.Key.Key_Escape)
    desk.press(Qt.Key.Key_Escape)
    bring_in(desk, sample_pop)
    assert "389 identiques" in badges(desk)
    assert len(changes.of_kind(desk.services.db, "import")) == 1
    assert not desk.find(ActionButton, "exchanges.undo").isEnabled()


def test_other_values_are_taken_over_only_when_asked(desk: Desk, sample_pop: Path, tmp_path: Path) -> None:
    bring_in(desk, sample_pop)
    desk.press(Qt.Key.Key_F2)  # another file
    assert desk.find(QLineEdit, "exchanges.path").hasFocus()
    other = edited_sample(sample_pop, tmp_path / "corrige.csv", nombre_max="25")
    uid = "97a6205d-b58b-47c5-a672-2f5baec24d6e"  # the first row of the sample
    bring_in(desk, other)
    stored = records.get(desk.services.db, uid)
    assert stored is not None
    assert stored.data["count_max"] == 22
    desk.find(QWidget, "exchanges.rows").setFocus()
    desk.press(Qt.Key.Key_V)
    desk.idle()
    taken = records.get(desk.services.db, uid)
    assert taken is not None
    assert taken.data["count_max"] == 25


def test_a_refused_row_stands_with_line_column_and_sentence(desk: Desk, sample_pop: Path, tmp_path: Path) -> None:
    bring_in(desk, edited_sample(sample_pop, tmp_path / "faux.csv", nombre_min="-1"))
    assert observations(desk) == 388
    line, _also, state, column, sentence = desk.cells("exchanges.rows")[0]
    assert (line, state.partition("|")[2], column) == ("2", "refusée", "nombre_min")
    assert sentence
    target = tmp_path / "rapport.csv"
    desk.find(QWidget, "exchanges.rows").setFocus()
    desk.press(Qt.Key.Key_G)
    desk.answer(target)
    with target.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file, delimiter=";"))) == 390


def test_taking_an_import_back_leaves_nothing_of_it(desk: Desk, sample_pop: Path) -> None:
    bring_in(desk, sample_pop)
    desk.find(QWidget, "exchanges.rows").setFocus()
    desk.press(Qt.Key.Key_A)
    banner = desk.find(Banner, "exchanges.ask")
    assert banner.isVisible()
    assert observations(desk) == 389
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.idle()
    assert observations(desk) == 0
    assert not banner.isVisible()
    assert [row[4].partition("|")[2] for row in desk.cells("exchanges.past")] == ["annulé"]


def test_an_import_that_was_worked_on_since_is_not_taken_back(desk: Desk, sample_pop: Path) -> None:
    bring_in(desk, sample_pop)
    db = desk.services.db
    record = records.get(db, "97a6205d-b58b-47c5-a672-2f5baec24d6e")
    assert record is not None
    entity = db.protocols[record.protocol].entity(record.entity)
    records.save(db, [with_data(record, entity, {**record.data, "count_max": 30})], "corrigé")
    desk.find(QWidget, "exchanges.rows").setFocus()
    desk.press(Qt.Key.Key_A)
    with desk.errors() as shown:
        desk.press(Qt.Key.Key_Return, CTRL)
        desk.idle()
    assert isinstance(shown[0], NothingToUndoError)
    assert observations(desk) == 389


def test_a_cancelled_import_leaves_nothing(desk: Desk, sample_pop: Path) -> None:
    page = desk.go("exchanges")
    desk.type("exchanges.path", str(sample_pop))
    desk.press(Qt.Key.Key_Return)
    desk.press(Qt.Key.Key_Escape)  # before the event loop has heard of the first row
    desk.idle()
    assert observations(desk) == 0
    assert changes.of_kind(desk.services.db, "import") == []
    assert desk.window.page() is page
    assert desk.find(ActionButton, "exchanges.import").isEnabled()


def test_a_missing_file_is_said_and_nothing_happens(desk: Desk, tmp_path: Path) -> None:
    with desk.errors() as shown:
        bring_in(desk, tmp_path / "absent.csv")
    assert [str(error) for error in shown] == [f"Le fichier {tmp_path / 'absent.csv'} n’existe pas : vérifiez son nom."]
    assert observations(desk) == 0


def test_what_went_in_goes_out_with_the_counts_said_before(desk: Desk, sample_pop: Path, tmp_path: Path) -> None:
    bring_in(desk, sample_pop)
    desk.press(Qt.Key.Key_Escape)
    assert desk.label("exchanges.preview").startswith("389 lignes à écrire, pour 261 passages.")
    target = tmp_path / "shf.csv"
    desk.press(Qt.Key.Key_F4)
    desk.type("exchanges.target", str(target))
    desk.find(QWidget, "exchanges.past").setFocus()
    desk.press(Qt.Key.Key_E)
    desk.idle()

    def rows(path: Path) -> set[tuple[str, ...]]:
        with path.open(encoding="utf-8", newline="") as file:
            return {tuple(row) for row in csv.reader(file, delimiter=";")}

    assert rows(target) == rows(sample_pop)
    assert desk.window.notices.banner.text() == "Fichier écrit : shf.csv"
    assert desk.label("exchanges.preview").startswith(f"{target} :")


def test_the_other_format_counts_visits_and_proposes_its_own_file(desk: Desk, sample_pop: Path) -> None:
    bring_in(desk, sample_pop)
    desk.press(Qt.Key.Key_Escape)
    desk.find(QWidget, "exchanges.past").setFocus()
    desk.press(Qt.Key.Key_K)
    desk.idle()
    assert desk.label("exchanges.preview").startswith("261 lignes à écrire, pour 261 passages.")
    assert desk.find(QLineEdit, "exchanges.target").text().endswith("pop_amphibiens_analyses_2020.csv")


def test_the_letters_of_the_page_are_keys_from_the_start(desk: Desk) -> None:
    desk.go("exchanges")
    line = desk.find(QLineEdit, "exchanges.path")
    assert not line.hasFocus()
    for key in (Qt.Key.Key_K, Qt.Key.Key_C, Qt.Key.Key_A):
        desk.press(key)
    assert line.text() == ""
    assert desk.find(ChipRow, "exchanges.kind").value() == ["shf-analyses"]
    desk.press(Qt.Key.Key_F2)
    assert line.hasFocus()


def test_import_without_a_file_leaves_the_letters_keys_and_says_how_to_name_one(desk: Desk) -> None:
    desk.go("exchanges")
    desk.press(Qt.Key.Key_I)
    assert "F2 pour taper son chemin, F3 pour le choisir" in desk.window.notices.banner.text()
    desk.press(Qt.Key.Key_K)
    assert desk.find(QLineEdit, "exchanges.path").text() == ""
    assert desk.find(ChipRow, "exchanges.kind").value() == ["shf-analyses"]


MORNINGS = """pond;commune;check_on;checked;bucket;side;cd_nom;french_name;stage;sex;count;direction;state;individual;\
night_min_c;night_max_c;rain_mm;observer;remark
Mare Jules Ferry;Vimy;2019-03-18;oui;3;extérieur;259;Crapaud commun;Adulte;M;2;entrée;vivant;;6.2;11.4;3.1;Lou;
"""


def test_the_way_to_the_barrier_stays_in_the_report_after_its_notice_is_gone(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "matins.csv"
    path.write_text(MORNINGS, encoding="utf-8")
    bring_in(desk, path)
    desk.window.notices.banner.hide()
    page = desk.window.page()
    assert page is not None
    assert ("B", "voir la barrière") in [(action.key, action.words) for action in page.actions_of_page()]
    desk.press(Qt.Key.Key_B)
    shown = desk.window.page()
    assert isinstance(shown, Blank)
    site = records.roots(desk.services.db, "pitfall_barrier", "site")[0]
    assert shown.opened[-1] == {"site": site.uid}


def test_other_reports_lead_to_no_barrier(desk: Desk) -> None:
    bring_in(desk, ACCIDENTS)
    assert not desk.find(ActionButton, "exchanges.barrier").isVisible()
    desk.press(Qt.Key.Key_B)
    assert not isinstance(desk.window.page(), Blank)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "jour;animal\n18/03/2019;Crapaud\n", "pond;check_on;side\nx;y;z\n"])
def test_a_file_of_no_kind_is_not_refused_in_the_terms_of_one(desk: Desk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "autre.csv"
    path.write_text(text, encoding="utf-8")
    with desk.errors() as shown:
        bring_in(desk, path)
    words = str(shown[0])
    assert words.startswith(f"{path} n’est d’aucune sorte connue.")
    assert "Fichier de barrière (pond, commune, check_on…)" in words
    assert all(kind in words for kind in ("Fichier SHF", "Fichier CRBPO"))
    assert "…." not in words


def test_the_report_has_the_page_for_itself_and_its_own_keys(desk: Desk) -> None:
    bring_in(desk, ACCIDENTS)
    assert not desk.find(QWidget, "exchanges.export_card").isVisible()
    rows = desk.find(RecordTable, "exchanges.rows")
    assert rows.viewport().height() >= 8 * rows.rowHeight(0)
    page = desk.window.page()
    assert page is not None
    assert [action.key for action in page.actions_of_page()] == ["F2", "G", "R", "V", "A"]
    desk.press(Qt.Key.Key_Escape)
    assert desk.find(QWidget, "exchanges.export_card").isVisible()
    assert "voir les séances à compléter" in [action.words for action in page.actions_of_page()]


def test_a_file_of_excel_is_read_by_one_key_after_it_was_refused(desk: Desk, sample_pop: Path, tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_bytes(sample_pop.read_text(encoding="utf-8").encode("cp1252"))
    bring_in(desk, path)
    banner = desk.find(Banner, "exchanges.ask")
    assert banner.isVisible()
    assert "--encoding" not in banner.text()
    assert observations(desk) == 0
    desk.press(Qt.Key.Key_L)
    desk.idle()
    assert observations(desk) == 389
    assert not banner.isVisible()
    groups = records.roots(desk.services.db, "pop_amphibiens", "sites_group")
    assert all("Ã" not in str(record.data) for record in groups)


def test_the_whole_explanation_of_the_row_stands_below_the_report(desk: Desk, sample_pop: Path, tmp_path: Path) -> None:
    bring_in(desk, edited_sample(sample_pop, tmp_path / "faux.csv", nombre_min="-1", nombre_max="-2"))
    rows = desk.cells("exchanges.rows")
    label = desk.find(QLabel, "exchanges.sentence")
    assert label.wordWrap()
    assert label.text() == rows[0][4]
    desk.press(Qt.Key.Key_End)
    assert label.text() == rows[-1][4]


def test_the_incomplete_visits_are_one_key_away_from_the_export(desk: Desk, sample_pop: Path, tmp_path: Path) -> None:
    bring_in(desk, edited_sample(sample_pop, tmp_path / "sans_fin.csv", heure_fin=""))
    desk.press(Qt.Key.Key_Escape)
    desk.idle()
    assert desk.find(ActionButton, "exchanges.incomplete").isVisible()
    desk.press(Qt.Key.Key_C)
    desk.idle()
    assert isinstance(desk.window.page(), DataPage)
    assert desk.find(QWidget, "data.todo").isVisible()
    assert any("Fin" in row[3] for row in desk.cells("data.todo"))


def test_a_kind_of_file_has_one_name_on_its_chip_and_among_the_keys(desk: Desk) -> None:
    page = desk.go("exchanges")
    row = desk.find(ChipRow, "exchanges.kind")
    assert row.chip("shf").text() == "standard, par observation"
    other = next(action.words for action in page.actions_of_page() if action.key == "K")
    assert other == f"exporter : {row.chip('shf-analyses').text()}"
    desk.press(Qt.Key.Key_K)
    other = next(action.words for action in page.actions_of_page() if action.key == "K")
    assert other == f"exporter : {row.chip('shf').text()}"


def test_after_a_refused_export_the_cursor_stands_in_the_name_of_the_file(
    desk: Desk, sample_pop: Path, tmp_path: Path
) -> None:
    bring_in(desk, sample_pop)
    desk.press(Qt.Key.Key_Escape)
    desk.idle()
    desk.type("exchanges.target", str(tmp_path / "absent" / "shf.csv"))
    with desk.errors() as shown:
        desk.press(Qt.Key.Key_Return)
        desk.idle()
    assert len(shown) == 1
    assert desk.find(QLineEdit, "exchanges.target").hasFocus()
    assert not (tmp_path / "absent").exists()


def test_closing_the_report_leaves_the_cursor_on_the_import_done_last(
    desk: Desk, sample_pop: Path, tmp_path: Path
) -> None:
    bring_in(desk, sample_pop)
    desk.press(Qt.Key.Key_Escape)
    more = edited_sample(sample_pop, tmp_path / "plus.csv", uuid_observation="5f0f0b5c-6e0d-4a0e-9a7e-3a5f7c1d2e3b")
    bring_in(desk, more)
    desk.press(Qt.Key.Key_Escape)
    past = desk.find(RecordTable, "exchanges.past")
    assert past.hasFocus()
    assert past.current_key() == changes.of_kind(desk.services.db, "import")[0].action.id
    assert "plus.csv" in desk.cells("exchanges.past")[past.currentIndex().row()][2]


def test_what_differs_is_told_by_its_name_on_the_sheets(desk: Desk, sample_pop: Path, tmp_path: Path) -> None:
    bring_in(desk, sample_pop)
    desk.press(Qt.Key.Key_Escape)
    bring_in(desk, edited_sample(sample_pop, tmp_path / "corrige.csv", nombre_max="25"))
    row = desk.cells("exchanges.rows")[0]
    assert row[2].partition("|")[2] == "différente"
    assert "nombre_max" not in row[3] + row[4]
    assert row[3] in row[4]


def test_a_banding_file_is_known_by_its_columns_and_offers_its_own_files(desk: Desk) -> None:
    bring_in(desk, ACCIDENTS)
    assert records.count(desk.services.db, "banding", "observation") > 0
    assert desk.find(ChipRow, "exchanges.protocol").value() == ["banding"]
    assert desk.find(ChipRow, "exchanges.kind").value() == ["crbpo"]
    assert "séance" in desk.find(QLabel, "exchanges.preview").text()


def test_what_is_evident_is_put_right_by_one_key_after_it_was_said(desk: Desk) -> None:
    bring_in(desk, ACCIDENTS)
    before = records.count(desk.services.db, "banding", "observation")
    assert "À corriger, sans doute en : « 06:00 »" in desk.cells("exchanges.rows")[0][4]
    assert "se corrigent d’elles-mêmes" in desk.find(QLabel, "exchanges.notes").text()
    desk.press(Qt.Key.Key_R)
    desk.idle()
    assert records.count(desk.services.db, "banding", "observation") > before
    assert desk.find(ActionButton, "exchanges.mend_rows").isHidden()
    assert any("Corrigé : « 06:00 »" in row[4] for row in desk.cells("exchanges.rows"))


def test_a_box_says_beforehand_that_what_is_evident_may_be_put_right(desk: Desk) -> None:
    desk.go("exchanges")
    desk.press(Qt.Key.Key_M)
    assert desk.find(QCheckBox, "exchanges.mend").isChecked()
    bring_in(desk, ACCIDENTS)
    assert not any("À corriger" in row[4] for row in desk.cells("exchanges.rows"))


def test_a_key_offers_the_files_of_the_other_protocol(desk: Desk, sample_pop: Path) -> None:
    bring_in(desk, sample_pop)
    desk.press(Qt.Key.Key_Escape)
    desk.press(Qt.Key.Key_P)
    assert desk.find(ChipRow, "exchanges.kind").value() == ["crbpo"]
    desk.press(Qt.Key.Key_P)
    assert desk.find(ChipRow, "exchanges.kind").value() == ["barrier"]
    desk.press(Qt.Key.Key_P)
    desk.idle()
    assert desk.find(ChipRow, "exchanges.kind").value() == ["shf"]


def first_spring(target: Path) -> Path:
    """Write the lines of February 2005 of the barrier's sample."""
    header, *lines = paths.resource("demo/barrier_vimy_2005_2020.csv").read_text(encoding="utf-8").splitlines()
    target.write_text("\n".join([header, *(line for line in lines if ";2005-02-" in line)]) + "\n", encoding="utf-8")
    return target


def test_a_file_of_the_barrier_comes_in_and_a_key_leads_to_the_barrier(desk: Desk, tmp_path: Path) -> None:
    path = first_spring(tmp_path / "barriere.csv")
    lines = len(path.read_text(encoding="utf-8").splitlines()) - 1
    bring_in(desk, path)
    assert badges(desk) == [f"{lines} créées"]
    [site] = records.roots(desk.services.db, "pitfall_barrier", "site")
    desk.press(Qt.Key.Key_B)
    page, place = desk.window.page(), desk.window.place()
    assert isinstance(page, Blank)
    assert place is not None
    assert (place.code, page.opened[-1]) == ("barrier", {"site": site.uid})


def test_the_page_opens_on_the_files_of_the_protocol_asked_for(desk: Desk, sample_pop: Path) -> None:
    bring_in(desk, sample_pop)
    desk.go("exchanges", protocol="pitfall_barrier")
    assert desk.find(ChipRow, "exchanges.protocol").value() == ["pitfall_barrier"]
    assert desk.find(ChipRow, "exchanges.kind").value() == ["barrier"]
    desk.go("exchanges")
    assert desk.find(ChipRow, "exchanges.kind").value() == ["barrier"]  # as it was left


def test_what_an_export_of_the_barrier_holds_is_said_in_mornings(desk: Desk, tmp_path: Path) -> None:
    path = first_spring(tmp_path / "barriere.csv")
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    bring_in(desk, path)
    desk.press(Qt.Key.Key_Escape)  # the notice with its button
    desk.press(Qt.Key.Key_Escape)  # the report
    desk.idle()
    mornings = len({line.split(";")[2] for line in lines})
    assert desk.label("exchanges.preview") == (
        f"{len(lines)} lignes à écrire, pour {mornings} matins. Aucun matin incomplet."
    )
    target = tmp_path / "sortie.csv"
    desk.type("exchanges.target", str(target))
    desk.find(QWidget, "exchanges.past").setFocus()
    desk.press(Qt.Key.Key_E)
    desk.idle()
    assert len(target.read_text(encoding="utf-8").splitlines()) == len(lines) + 1


def test_mornings_that_lack_something_lead_to_the_list_of_the_barrier(desk: Desk) -> None:
    entity = desk.services.protocols["pitfall_barrier"].entity
    site = make_record("pitfall_barrier", entity("site"), {"site_name": "Étang", "commune": "Lens"}, None)
    begun = make_record("pitfall_barrier", entity("visit"), {"check_on": "2026-03-02", "state": "empty"}, site.uid)
    records.save(desk.services.db, [site, begun], "un matin sans observateur")
    desk.go("exchanges")
    assert "1 incomplet" in desk.label("exchanges.preview")
    desk.press(Qt.Key.Key_C)
    desk.idle()
    assert isinstance(desk.window.page(), DataPage)
    assert [row[0] for row in desk.cells("data.todo")] == ["02/03/2026"]

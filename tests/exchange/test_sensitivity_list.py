"""The list of sensitive taxa as it is published, and what is said of rows that are no rules."""

from pathlib import Path

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.schema import Taxon
from fieldapp.exchange import sensitivity_list
from fieldapp.store import sensitivities, taxa
from fieldapp.store.connection import Database


def written(path: Path, *lines: str, separator: str = ";") -> Path:
    path.write_text("\r\n".join(line.replace(";", separator) for line in lines) + "\r\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("header", ["CD_DEPT;CD_NOM;DUREE;CODAGE", "cd_dep;cd_nom;durée;sensibilite"])
def test_the_national_list_is_read(db: Database, tmp_path: Path, header: str, separator: str) -> None:
    path = written(tmp_path / "liste.csv", header, "62;139;10;2", "1;140;;3", "2A;141;5;4", separator=separator)
    found = sensitivity_list.load(db, path)
    assert (found.source, found.count, found.refused) == ("liste.csv", 3, ())
    assert [(one.cd_nom, one.department, one.level) for one in sensitivities.rules(db)] == [
        (139, "62", 2), (140, "01", 3), (141, "2A", 4),
    ]  # fmt: skip


def test_a_list_of_our_own_columns_may_leave_the_department_out(db: Database, tmp_path: Path) -> None:
    sensitivity_list.load(db, written(tmp_path / "a.csv", "cd_nom;level", "139;2"), "région")
    assert [(one.department, one.level, one.source) for one in sensitivities.rules(db)] == [("", 2, "région")]


def test_each_bad_row_is_told_and_the_others_count(db: Database, tmp_path: Path) -> None:
    path = written(
        tmp_path / "liste.csv", "cd_nom;department;level", "139;62;2", "triton;62;2", "140;62;9", "141;Nord;1", "142;59"
    )
    found = sensitivity_list.load(db, path)
    assert found.count == 1
    assert [sentence.partition(" : ")[0] for sentence in found.refused] == ["Ligne 3", "Ligne 4", "Ligne 5", "Ligne 6"]
    assert "« triton » n’est pas un cd_nom" in found.refused[0]
    assert "« 9 » n’est pas un niveau de 0 à 4" in found.refused[1]
    assert "« NORD » n’est pas un département" in found.refused[2]


def test_a_file_without_a_rule_leaves_the_list_before(db: Database, tmp_path: Path) -> None:
    sensitivity_list.load(db, written(tmp_path / "a.csv", "cd_nom;level", "139;2"), "INPN")
    for lines in (("cd_nom;level", "139;neuf"), ("nom;niveau", "triton;2"), ("cd_nom;level",)):
        with pytest.raises(FileRefusedError):
            sensitivity_list.load(db, written(tmp_path / "b.csv", *lines), "INPN")
    assert len(sensitivities.rules(db)) == 1


def test_taxa_that_no_list_of_names_knows_are_counted_once_each(db: Database, tmp_path: Path) -> None:
    taxa.install(db, taxa.REFERENCE, (Taxon(139, 139, "Triturus cristatus"),))
    taxa.put_withdrawn(db, [taxa.Withdrawn(555, 139, "", "17")])
    path = written(
        tmp_path / "a.csv", "CD_NOM;CD_DEPT;CODAGE", "139;62;2", "555;62;2", "99999999;62;3", "99999999;59;3"
    )
    assert sensitivity_list.load(db, path).unknown == 1


def test_a_table_without_its_columns_is_told_the_names_that_the_published_list_has(
    db: Database, tmp_path: Path
) -> None:
    with pytest.raises(FileRefusedError) as refused:
        sensitivity_list.load(db, written(tmp_path / "a.csv", "espece;niveau", "Alyte;2"))
    assert "CD_NOM" in str(refused.value)
    assert "cd_nom" not in str(refused.value)
    with pytest.raises(FileRefusedError, match="CD_NOM, CODAGE"):
        sensitivity_list.load(db, written(tmp_path / "b.csv", "espece;rang", "Alyte;2"))

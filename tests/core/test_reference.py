"""The lists of all protocols are read the same way: semicolons, UTF-8, an empty cell is nothing."""

from pathlib import Path

from fieldapp.core import reference

NAMES = "cd_nom;cd_ref;lb_nom;lb_auteur;nom_vern;rank;regional_rank;complex;status;aliases"
HEAD = f"{NAMES};group2_inpn;kingdom;phylum;class;order;family"
NEWT, CLASS = "Amphibiens;Animalia;Chordata;Amphibia;Urodela;Salamandridae", "Amphibiens;Animalia;Chordata;Amphibia;;"


def test_a_list_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text('code;label\n1;Mâle\n2;"Femelle; adulte"\n', encoding="utf-8")
    assert reference.rows(file) == [{"code": "1", "label": "Mâle"}, {"code": "2", "label": "Femelle; adulte"}]


def test_a_taxon_has_the_names_and_the_place_that_its_row_gives(tmp_path: Path) -> None:
    file = tmp_path / "taxa.csv"
    lines = (f"139;139;Triturus cristatus;(Laurenti, 1768);Triton crêté;ES;5;;native;crêté|grand triton;{NEWT}",
             f"914450;914450;Amphibia;;Amphibiens;CL;;;absence;;{CLASS}")  # fmt: skip
    file.write_text("\n".join((HEAD, *lines)), encoding="utf-8")
    newt, class_ = map(reference.taxon, reference.rows(file))
    assert (newt.cd_nom, newt.nom_vern, newt.regional_rank) == (139, "Triton crêté", 5)
    assert newt.aliases == ("crêté", "grand triton")
    assert (newt.group, newt.lineage[3:]) == ("Amphibiens", ("Urodela", "Salamandridae"))
    assert class_.lineage == ("Animalia", "Chordata", "Amphibia", "", "")
    assert class_.regional_rank is None
    assert class_.aliases == ()

"""The table of observations, taken into a real database."""

from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core import paths
from fieldapp.exchange import demo
from fieldapp.exchange.importing import import_file, importers
from fieldapp.exchange.preview import incomplete
from fieldapp.protocols.occasional.schema import CODE
from fieldapp.store import records
from fieldapp.store.opening import open_for_use

TABLE = importers(protocols.installed())["list"][1]


def test_the_demonstration_is_eight_finished_lists_of_forty_lines_and_taken_in_once(tmp_path: Path) -> None:
    with open_for_use(tmp_path / "lists.db", protocols.installed()) as db:
        assert demo.take(db, demo.LISTS).refused == 0
        visits = records.roots(db, CODE, "visit")
        rows = paths.resource(demo.LISTS.resource).read_text(encoding="utf-8").splitlines()[1:]
        assert len(visits) == len({tuple(row.split(";")[:2]) for row in rows}) == 8
        assert records.count(db, CODE, "observation") == len(rows) == 40
        assert incomplete(db, db.protocols[CODE], "visit") == {}
        again = demo.take(db, demo.LISTS)
        assert (again.created, again.changed) == (0, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_other_names_of_columns_other_separators_and_encodings_are_understood(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "carnet.csv"
    file.write_text("Espece,Date,Lieu-dit,Effectif\nPâquerette,2020-03-14,Vimy,~30\n", encoding=encoding)
    with open_for_use(tmp_path / "lists.db", protocols.installed()) as db:
        report = import_file(db, TABLE, file)
        assert (report.refused, [row.sentence for row in report.rows if row.sentence and not row.line]) == (0, [])
        [visit] = records.roots(db, CODE, "visit")
        [line] = records.children(db, [visit.uid])
        assert (visit.data["place_name"], line.cd_nom, line.data["count_min"]) == ("Vimy", 85740, 30)

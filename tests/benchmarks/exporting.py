"""A million observations told as a SINP file, against `csv` fed from a SELECT of the same columns, and their memory."""

from __future__ import annotations

import csv
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fieldapp import protocols
from fieldapp.exchange import sinp
from fieldapp.exchange.selecting import Selection, tellings
from fieldapp.exchange.written import Options
from fieldapp.store.connection import open_database
from tests.benchmarks import data
from tests.benchmarks.measure import Figure, paired, run_script

OBSERVATIONS, FEWER = 1_000_000, 100_000
RUNS = 3
DATASET = "0a8ad0c7-1d1c-4c2a-9a3b-7e2a4f1f2a11"

_SAME_COLUMNS = """
SELECT o.uid, o.uid, v.uid, ?, v.on_date, v.on_date, json_extract(v.data, '$.Heure_debut'),
  json_extract(v.data, '$.Heure_fin'), o.cd_nom, t.lb_nom || ' ' || t.lb_auteur, json_extract(o.data, '$.count_min'),
  json_extract(o.data, '$.count_max'), json_extract(s.data, '$.altitude_min'), json_extract(s.data, '$.altitude_max'),
  json_extract(p.data, '$.name') || coalesce(' (' || json_extract(p.data, '$.organisation') || ')', ''), '',
  'POINT(' || json_extract(s.data, '$.longitude') || ' ' || json_extract(s.data, '$.latitude') || ')', '',
  json_extract(g.data, '$.sites_group_name') || ', ' || json_extract(s.data, '$.base_site_name'), 'St', 'PASS',
  json_extract(v.data, '$.methode_de_prospection'), '0', '', '1', '', '', '', '', '', '',
  json_extract(o.data, '$.id_nomenclature_stade'), json_extract(o.data, '$.id_nomenclature_sex'), 'IND',
  json_extract(o.data, '$.id_nomenclature_typ_denbr'),
  CASE json_extract(o.data, '$.presence') WHEN 'Non' THEN 'No' ELSE 'Pr' END, 'NON', 'Te', '18', '',
  coalesce(json_extract(v.data, '$.comments') || ' ; ', '') || json_extract(s.data, '$.milieu_aquatique') || ' ; ' ||
    json_extract(v.data, '$.num_passage') || ' ; ' || json_extract(v.data, '$.expertise'),
  json_extract(o.data, '$.comments'), ''
FROM record AS v
  CROSS JOIN record AS o ON o.parent = v.uid AND o.deleted = 0
  CROSS JOIN record AS s ON s.uid = v.parent
  CROSS JOIN record AS g ON g.uid = s.parent
  LEFT JOIN record AS p ON p.uid = json_extract(v.data, '$.observers[0]')
  LEFT JOIN taxon AS t ON t.cd_nom = o.cd_nom AND t.source = 'pop_amphibiens'
WHERE v.protocol = 'pop_amphibiens' AND v.entity = 'visit' AND v.deleted = 0 AND v.on_date >= ''
ORDER BY v.on_date
"""


def figures(folder: Path) -> Iterator[Figure]:
    """Write the file both ways in turn; then, each in a process of its own, a tenth of it and the whole."""
    path = data.database(folder, OBSERVATIONS)
    yield _writing(path, folder)
    yield _memory(data.database(folder, FEWER), path)


def _writing(path: Path, folder: Path) -> Figure:
    counts: list[int] = []
    with tempfile.TemporaryDirectory(dir=folder) as scratch, open_database(path, protocols.installed()) as db:

        def ours() -> None:
            options = Options(dataset_uuid=DATASET, protocols=db.protocols)
            with (Path(scratch) / "ours.csv").open("w", encoding="utf-8", newline="") as file:
                count = sinp.write(tellings(db, Selection()), file, note=lambda _one: None, options=options)
            if options.left_out:
                raise AssertionError(options.left_out[0])
            counts.append(count)

        def bare() -> None:
            connection = sqlite3.connect(path)
            with (Path(scratch) / "bare.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(sinp.COLUMNS)
                writer.writerows(connection.execute(_SAME_COLUMNS, (DATASET,)))
            connection.close()

        mine, other, ratio = paired(ours, bare, RUNS)
        with (Path(scratch) / "bare.csv").open(encoding="utf-8", newline="") as file:
            rows = sum(1 for _row in csv.reader(file)) - 1
        if set(counts) != {rows}:
            raise AssertionError((counts, rows))
    return Figure(
        f"SINP file of {rows:,} observations / csv fed from a SELECT",
        ratio, 2.0, "x", f"{rows / mine:,.0f} rows/s", f"{rows / other:,.0f} rows/s",
    )  # fmt: skip


def _memory(fewer: Path, path: Path) -> Figure:
    few, few_mb = run_script("sinp_export.py", str(fewer)).split()
    many, many_mb = run_script("sinp_export.py", str(path)).split()
    return Figure(
        f"memory of a SINP file, {int(many):,} observations above {int(few):,}",
        float(many_mb) - float(few_mb), 20.0, "MB", f"{float(many_mb):.0f} MB", f"{float(few_mb):.0f} MB",
    )  # fmt: skip

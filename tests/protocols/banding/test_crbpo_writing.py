"""CRBPO tables written: the sample's own lines, the same bytes after a round trip, every layout."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.record import make_record
from fieldapp.exchange.exporting import ExportReport, export_file, exporters
from fieldapp.protocols.banding import crbpo
from fieldapp.protocols.banding.schema import MARK
from fieldapp.store import records
from tests.protocols.banding.crbpo_files import ACCIDENTS, BANDING, SAMPLE, Desk, capture, read_rows


def test_what_is_written_of_the_sample_are_its_lines_byte_for_byte(crbpo_desk: Desk) -> None:
    crbpo_desk.read(SAMPLE)
    written, sample = crbpo_desk.write().read_bytes().split(b"\r\n"), SAMPLE.read_bytes().split(b"\r\n")
    assert written[0] == sample[0]
    assert Counter(written) == Counter(sample)


def test_rows_are_in_order_of_date_place_and_line(crbpo_desk: Desk) -> None:
    crbpo_desk.read(SAMPLE)
    rows, sample = read_rows(crbpo_desk.write()), read_rows(SAMPLE)
    days = [row["DATE"].split("/")[::-1] for row in rows]
    assert days == sorted(days)
    session = {"DATE": "18/05/2020", "LOCALITE": "WINGLES"}
    assert [row for row in rows if session.items() <= row.items()] == [
        row for row in sample if session.items() <= row.items()
    ]


@pytest.mark.parametrize("source", [SAMPLE, ACCIDENTS], ids=["sample", "accidents"])
@pytest.mark.parametrize("layout", [crbpo.USUAL_LAYOUT, crbpo.WIDEST_LAYOUT])
def test_export_import_export_gives_the_same_bytes(
    crbpo_desk: Desk, other_desk: Desk, source: Path, layout: str
) -> None:
    crbpo_desk.read(source, mend=True)
    first = crbpo_desk.write("first.csv", layout=layout)
    report = other_desk.read(first)
    assert report.refused == 0
    assert other_desk.write("second.csv", layout=layout).read_bytes() == first.read_bytes()


def test_every_layout_can_be_written_and_read_again(crbpo_desk: Desk, other_desk: Desk) -> None:
    crbpo_desk.read(SAMPLE)
    with crbpo_desk.write(layout="2008").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0] == [column.name for column in crbpo.layouts()["2008"]]
    assert len(rows) == 4110
    assert other_desk.read(crbpo_desk.folder / "out.csv").refused == 0
    assert len(other_desk.all("observation")) == 4109


def test_a_layout_that_is_not_known_is_refused(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1)])
    with pytest.raises(FileRefusedError, match="1999"):
        crbpo_desk.write(layout="1999")


def test_one_theme_is_that_of_the_captures(crbpo_desk: Desk) -> None:
    gibier = {"THEME_SESSION": "GIBIER", "HS": "06:00"}
    crbpo_desk.take([capture(1), capture(2, THEME="GIBIER", **gibier), capture(3, THEME="PP", **gibier)])
    assert [row["BAGUE"] for row in read_rows(crbpo_desk.write(theme="GIBIER"))] == ["8690002"]
    assert [row["BAGUE"] for row in read_rows(crbpo_desk.write(theme="PP"))] == ["8690003"]


def test_the_ring_that_came_off_goes_out_in_the_memo_and_comes_back(crbpo_desk: Desk, other_desk: Desk) -> None:
    crbpo_desk.take([capture(1, MEMO="bague usée | BAGUE REMPLACEE : GBT A123456"), capture(2, ACTION="C", MEMO="x"),
                     capture(3, ACTION="C", MEMO="BAGUE REMPLACEE : FRP 8680009")])  # fmt: skip
    assert crbpo_desk.values("observation", "replaced_ring_key") == ["GBTA123456", None, "FRP8680009"]
    assert crbpo_desk.values("observation", "comments") == ["bague usée", "x", None]
    first = crbpo_desk.write("first.csv")
    assert [row["MEMO"] for row in read_rows(first)] == [
        "bague usée | BAGUE REMPLACEE : GBT A123456", "x", "BAGUE REMPLACEE : FRP 8680009",
    ]  # fmt: skip
    other_desk.read(first)
    assert other_desk.write("second.csv").read_bytes() == first.read_bytes()
    assert other_desk.read(first).action is None


def report_of(desk: Desk, **asked: str) -> ExportReport:
    exporter = exporters(desk.db.protocols.values())["crbpo"][1]
    return export_file(desk.db, exporter, desk.folder / "out.csv", **asked)  # type: ignore[arg-type]


def test_what_a_layout_has_no_column_for_is_said(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1) | {"LT": "22", "ES": "B", "SC": "SCRIBE, Un"}, capture(2) | {"LT": "23"}])
    own = crbpo_desk.all("observation")[0]
    mark = make_record(BANDING, MARK, {"kind": "gps", "event": "added"}, own.uid)
    records.save(crbpo_desk.db, [mark], "x")
    assert report_of(crbpo_desk).unwritten == (
        "Sans colonne dans ce fichier, gardé ici seulement : Tarse (2), État de santé (1), Scribe (1), "
        "Autres marques (1)."
    )
    assert report_of(crbpo_desk, layout="extract").unwritten == (
        "Sans colonne dans ce fichier, gardé ici seulement : Autres marques (1)."
    )
    assert "Filet (2)" in report_of(crbpo_desk, layout="2008").text()


def test_of_the_sample_nothing_is_lost_in_the_usual_layout(crbpo_desk: Desk) -> None:
    crbpo_desk.read(SAMPLE)
    assert report_of(crbpo_desk).unwritten == ""


@pytest.mark.parametrize("theme", ["gibier", " GIBIER "])
def test_a_theme_is_asked_for_in_any_capitals(crbpo_desk: Desk, theme: str) -> None:
    crbpo_desk.take([capture(1), capture(2, THEME="GIBIER", THEME_SESSION="GIBIER")])
    assert [row["BAGUE"] for row in read_rows(crbpo_desk.write(theme=theme))] == ["8690002"]


@pytest.mark.parametrize("code", ["crbpo", "euring"])
def test_a_theme_that_nothing_has_is_refused_with_those_that_there_are(crbpo_desk: Desk, code: str) -> None:
    crbpo_desk.take([capture(1), capture(2, THEME="PP")])
    path = crbpo_desk.folder / "none.csv"
    exporter = exporters(crbpo_desk.db.protocols.values())[code][1]
    with pytest.raises(FileRefusedError, match=r"« PHNO »\. Les thèmes qu’il a : PP, STOC"):
        export_file(crbpo_desk.db, exporter, path, theme="PHNO")
    assert not path.exists()


def test_a_session_without_birds_has_its_line(crbpo_desk: Desk) -> None:
    row = capture(1, ACTION="BREDOUILLE", MEMO_SESSION="vent") | dict.fromkeys(
        ("CENTRE", "BAGUE", "HEURE", "ESPECE", "SEXE", "AGE", "LP", "MA", "AD", "NF"), ""
    )
    crbpo_desk.take([row])
    assert read_rows(crbpo_desk.write()) == [row]


def test_a_draft_without_birds_has_none(crbpo_desk: Desk) -> None:
    crbpo_desk.take([capture(1, ACTION="BREDOUILLE", BAGUE="", ESPECE="")])
    (session,) = crbpo_desk.all("visit")
    from dataclasses import replace

    unsaid = {name: value for name, value in session.data.items() if name != "no_birds"}
    records.save(crbpo_desk.db, [replace(session, data=unsaid)], "x")
    assert read_rows(crbpo_desk.write()) == []


def test_what_a_capture_leaves_to_its_session_is_written_with_each(crbpo_desk: Desk) -> None:
    rows = [capture(1), capture(2, BG="BAGUEUR, Deux"), capture(3, BG="", THEME="")]
    crbpo_desk.take(rows)
    written = read_rows(crbpo_desk.write())
    assert [row["BG"] for row in written] == ["BAGUEUR, Un", "BAGUEUR, Deux", "BAGUEUR, Un"]
    assert {row["THEME"] for row in written} == {"STOC"}
    assert written[:2] == rows[:2]

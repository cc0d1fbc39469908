"""A barrier's file as it is written."""

from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import Exporter, Importer
from fieldapp.core.record import make_record
from fieldapp.exchange.exporting import export_file
from fieldapp.exchange.importing import import_file
from fieldapp.protocols.pitfall_barrier import schema
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from tests.exchange.barrier.lines import by_hand, lines_of, written


def test_what_has_no_column_is_told(db: Database, exporter: Exporter, tmp_path: Path) -> None:
    _site, visit, (catch,) = by_hand(db, {})
    more = {"closed_buckets": ["5"], "weather_fields": ["rain_mm"], "rain_file": "meteo.csv"}
    changed = make_record(CODE, schema.VISIT, visit.data | more, visit.parent, visit.uid)
    photo = make_record(CODE, schema.PHOTO, {"sha256": "0" * 64}, catch.uid)
    records.save(db, [changed, photo], "test")
    content, report = written(db, exporter, tmp_path / "out.csv")
    assert len(lines_of(content)) == 1
    for words in ("Seaux fermés (1)", "Photos (1)", "Météo venue d’un fichier (1)"):
        assert words in report.text()


def test_a_check_that_was_begun_and_not_finished_is_left_out(db: Database, exporter: Exporter, tmp_path: Path) -> None:
    _site, visit, _made = by_hand(db)
    content, report = written(db, exporter, tmp_path / "out.csv")
    assert lines_of(content) == []
    (item,) = report.left_out
    assert (item.uid, item.title) == (visit.uid, "mare du bois, Thelus, 02/03/2024")
    assert "à finir" in item.sentence


def test_two_barriers_of_one_name_can_not_be_written(db: Database, exporter: Exporter, tmp_path: Path) -> None:
    by_hand(db, {})
    by_hand(db, {})
    with pytest.raises(FileRefusedError, match="renommez"):
        export_file(db, exporter, tmp_path / "out.csv")


def test_catches_stand_in_the_order_in_which_they_were_typed(
    db: Database, importer: Importer, exporter: Exporter, tmp_path: Path
) -> None:
    by_hand(db, {"bucket": "5"}, {"bucket": "4", "sex": "2"}, {"bucket": "4", "count": 12})
    content, _report = written(db, exporter, tmp_path / "one.csv")
    assert [(line["bucket"], line["sex"], line["count"]) for line in lines_of(content)] == [
        ("5", "M", "1"), ("4", "F", "1"), ("4", "M", "12")
    ]  # fmt: skip
    with open_for_use(tmp_path / "other.db", protocols.installed()) as other:
        assert not import_file(other, importer, tmp_path / "one.csv").refused
        assert written(other, exporter, tmp_path / "two.csv")[0] == content


def test_the_days_of_a_campaign_that_no_line_tells_are_counted(
    db: Database, exporter: Exporter, tmp_path: Path
) -> None:
    site, _visit, _made = by_hand(db, {})
    _content, report = written(db, exporter, tmp_path / "one.csv")
    # 1 February to 1 March, and 3 March to 31 May, of a leap year.
    assert "Jours de campagne avant le premier ou après le dernier matin noté (120)" in report.text()
    days = {"opened_on": "2024-11-30", "closed_on": "2025-02-01"}
    records.save(db, [make_record(CODE, schema.CAMPAIGN, days, site.uid)], "test")
    text = written(db, exporter, tmp_path / "two.csv")[1].text()
    assert "Campagnes d’une même année, qui n’en feront qu’une (1)" in text

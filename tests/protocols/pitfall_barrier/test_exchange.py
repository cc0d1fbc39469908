from fieldapp.protocols.pitfall_barrier import csv_layout, exchange
from fieldapp.protocols.pitfall_barrier.protocol import PROTOCOL


def test_the_file_of_a_barrier_is_read_and_written_under_one_code() -> None:
    assert [item.code for item in PROTOCOL.imports] == [item.code for item in PROTOCOL.exports] == ["barrier"]


def test_it_is_written_as_it_is_read() -> None:
    (reader,), (writer,) = exchange.IMPORTS, exchange.EXPORTS
    assert reader.columns == csv_layout.COLUMNS
    assert reader.separator == writer.separator == ";"
    assert (writer.line_end, writer.has_header) == ("\r\n", True)
    assert writer.dated_entity == "visit"
    assert reader.is_strict

"""Files that come in and go out: tables of text, read row by row with a report, written whole or not at all."""

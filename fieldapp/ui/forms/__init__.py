"""The forms: the sheet of a visit, and the form of a single record; both are built from a protocol's data."""

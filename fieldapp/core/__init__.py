"""Plain Python that every other room may use: schema, checking, errors, ids, text, paths."""

"""One correction of many records at once."""

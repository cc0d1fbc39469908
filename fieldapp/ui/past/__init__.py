"""The database as it was on a day, to be looked at only."""

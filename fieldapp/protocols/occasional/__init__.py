"""Occasional observations: whatever was seen on the way, as a list of one place and one day."""

"""The lists of the day: whatever was seen on the way."""

"""The directory that all protocols share: people and datasets."""

"""Pitfall barriers: buckets along a fence around a pond, looked into every morning of a campaign."""

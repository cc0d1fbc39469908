"""Carrying changes: batches over the network, over a table, in a file; no threads, no Qt."""

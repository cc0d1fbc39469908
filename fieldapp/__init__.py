"""The field monitoring of a nature association: entry, round, summary and exchange, without a network."""

__version__ = "0.1.0"

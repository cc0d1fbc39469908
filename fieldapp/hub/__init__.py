"""The hub: the server where the laptops of an association meet."""

"""The national reference of names: which one is loaded, and how another comes in its place."""

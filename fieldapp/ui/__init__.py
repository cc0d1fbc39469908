"""The windows: the only room of the program that knows Qt."""

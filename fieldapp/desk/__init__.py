"""The coordinator's desk: every line of every protocol, where it lies, what is doubtful; plain functions, no Qt."""

"""The command line: `command_line` and the `*_line` modules hold its words, the `*_commands` modules do them."""

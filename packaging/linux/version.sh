#!/usr/bin/env bash
# Prints the version of the program: __version__ of fieldapp/__init__.py.
set -eu
sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$(dirname "$0")/../../fieldapp/__init__.py"

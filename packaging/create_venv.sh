#!/usr/bin/env bash
# Creates the virtual environment $1 with the first Python >= 3.11 of this machine, or says what to install.
# An environment whose Python no longer starts (moved folder, upgraded system) is made again.
set -eu
venv=$1

if "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    exit 0
fi

python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done

if [ -z "$python" ]; then
    echo "fieldapp needs Python 3.11 or newer, and this machine has none." >&2
    echo "Install it, then run the command again:" >&2
    echo "    Debian, Ubuntu:  sudo apt-get install python3 python3-venv" >&2
    echo "    Fedora:          sudo dnf install python3" >&2
    exit 1
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "Python $version is here, but not its venv module." >&2
    echo "Install it, then run the command again:  sudo apt-get install python$version-venv" >&2
    exit 1
fi

echo "Creating $venv with $("$python" --version)…"
rm -rf "$venv"
"$python" -m venv "$venv"

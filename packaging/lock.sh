#!/usr/bin/env bash
# Writes requirements.lock: every dependency of every extra, for Linux, Windows and macOS, with the hashes of all
# published files. Needs a network and uv, which it brings itself into a throw-away environment.
set -eu
cd "$(dirname "$0")/.."
python=${1:-.venv/bin/python}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$python" -m venv "$scratch/uv"
"$scratch/uv/bin/python" -m pip install --quiet --disable-pip-version-check uv

"$scratch/uv/bin/uv" pip compile pyproject.toml \
    --all-extras --universal --python-version 3.11 --upgrade \
    --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-config --custom-compile-command "make lock" --quiet --output-file requirements.lock

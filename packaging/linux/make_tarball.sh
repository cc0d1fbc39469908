#!/usr/bin/env bash
# Makes fieldapp-VERSION-linux-ARCH.tar.gz in folder $2 from the frozen folder $1 (`make freeze`), and prints its path.
# Unpacked anywhere, fieldapp/fieldapp starts; nothing is installed.
set -eu
frozen=$(cd "$1" && pwd)
mkdir -p "$2"
target=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
version=$("$here/version.sh")

archive="$target/fieldapp-$version-linux-$(uname -m).tar.gz"
tar --create --gzip --file "$archive" --owner=0 --group=0 --numeric-owner --sort=name \
    --directory "$(dirname "$frozen")" --transform "s,^$(basename "$frozen"),fieldapp," "$(basename "$frozen")"
echo "$archive"

#!/usr/bin/env bash
# Makes fieldapp-VERSION-macos-ARCH.dmg in folder $2 from the frozen fieldapp.app $1, and prints its path.
# The program is signed ad hoc: a Mac that downloaded it opens it with a right click, "Open", the first time.
set -eu
app=$1
mkdir -p "$2"
root=$(cd "$(dirname "$0")/../.." && pwd)
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$root/fieldapp/__init__.py")
image="$2/fieldapp-$version-macos-$(uname -m).dmg"

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
ditto "$app" "$stage/fieldapp.app"
codesign --force --deep --sign - "$stage/fieldapp.app"
ln -s /Applications "$stage/Applications"
cp "$root/LICENSE" "$stage/LICENSE.txt"

hdiutil create -quiet -ov -format UDZO -volname "fieldapp $version" -srcfolder "$stage" "$image"
echo "$image"

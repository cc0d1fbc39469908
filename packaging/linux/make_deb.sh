#!/usr/bin/env bash
# Makes fieldapp_VERSION_ARCH.deb in folder $2 from the frozen folder $1 (`make freeze`), and prints its path.
# The program goes to /opt/fieldapp, with /usr/bin/fieldapp, a menu entry, its icon and the licence.
set -eu
frozen=$(cd "$1" && pwd)
mkdir -p "$2"
target=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
version=$("$here/version.sh")
arch=$(dpkg --print-architecture)

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"

install -d "$tree/opt" "$tree/usr/bin" "$tree/DEBIAN"
cp -a "$frozen" "$tree/opt/fieldapp"
chmod -R u=rwX,go=rX "$tree/opt/fieldapp"
ln -s ../../opt/fieldapp/fieldapp "$tree/usr/bin/fieldapp"
install -D -m 644 "$here/fieldapp.desktop" "$tree/usr/share/applications/fieldapp.desktop"
install -D -m 644 "$root/resources/icons/fieldapp.svg" "$tree/usr/share/icons/hicolor/scalable/apps/fieldapp.svg"
install -D -m 644 "$here/copyright" "$tree/usr/share/doc/fieldapp/copyright"
gzip -9n < "$root/CHANGELOG.md" > "$tree/usr/share/doc/fieldapp/changelog.gz"

# What the frozen folder does not bring: the system's own graphics, keyboard, fonts and message bus.
sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@SIZE@/$(du -ks "$tree" | cut -f1)/" \
    "$here/control.in" > "$tree/DEBIAN/control"
(cd "$tree" && find opt usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) > "$tree/DEBIAN/md5sums"

package="$target/fieldapp_${version}_$arch.deb"
dpkg-deb --root-owner-group --build -Zxz -z1 "$tree" "$package" > /dev/null
echo "$package"

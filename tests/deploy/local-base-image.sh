#!/bin/bash
# local-base-image.sh TAG: makes a stand-in for the Dockerfile's base image on a Debian machine that reaches its package
# mirror but no image registry: Debian's minimal root, its Python, and the mirror and certificates of this machine.
# Needs: apt-get install -y --no-install-recommends podman buildah runc debootstrap uidmap catatonit
set -euo pipefail
tag=$1
suite=$(. /etc/os-release; echo "$VERSION_CODENAME")
mirror=$({ grep -hs '^URIs:' /etc/apt/sources.list.d/debian.sources || grep -hs '^deb ' /etc/apt/sources.list; } |
    grep -om1 'https\?://[^ ]*')
certificates=/etc/ssl/certs/ca-certificates.crt

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=ca-certificates,python3-venv "$suite" "$root" "$mirror" >"$root.log" 2>&1 ||
    { cat "$root.log"; exit 1; }
rm -rf "$root.log" "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
ln -s /usr/bin/python3 "$root/usr/local/bin/python"
cp "$certificates" "$root$certificates"
tar -C "$root" -cf - . | podman import -q --change "ENV PIP_CERT=$certificates" --change 'CMD ["python"]' - "$tag"

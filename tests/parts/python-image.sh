#!/usr/bin/env bash
# python-image.sh: makes the image openbell-parts/python:KEY (and :latest) in the engine of DOCKER_HOST
# and prints its name: Debian bookworm's Python 3.11 with ib_insync, as a bot's base image would be.
# Its file tree is kept as a tar in the cache, so that a second engine gets it in seconds. Needs pip for
# some Python 3 (PYTHON names another than python3), and no root beyond the right to use the engine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=debian.sh
. "$here/debian.sh"

# dash and coreutils, for scripts in a container; ca-certificates, for the paths ssl looks in; tzdata, for zoneinfo.
packages=(python3 dash coreutils base-files base-passwd netbase ca-certificates tzdata)
wheels=(ib_insync==0.9.86 eventkit==1.0.3 nest_asyncio==1.6.0 numpy==1.26.4)
python=${PYTHON:-python3}
key=$(recipe_key "$here/python-image.sh" "$here/debian.sh")
image=openbell-parts/python:$key
tar=$parts_dir/python-$key.tar

# What needs no Debian tool to run, and no bot imports.
trim() {
  local r=$1
  rm -rf "$r"/usr/share/{doc,man,info,lintian,locale,bug,pixmaps,applications,menu} "$r"/usr/lib/*-linux-gnu/gconv \
    "$r"/usr/bin/{dpkg*,openssl,tar} "$r"/usr/share/dpkg "$r"/var/lib/dpkg
  find "$r/usr/lib/python3" -type d -name tests -prune -exec rm -rf {} +
}

make_tree() { # make_tree DIR: no maintainer script is run, so what they would have made is made here
  local r=$1/root w=$1/wheels
  fetch_debs bookworm "$1/debs" "${packages[@]}"
  unpack_debs "$1/debs" "$r"
  ln -sf dash "$r/usr/bin/sh"
  cp "$r/usr/share/base-passwd/passwd.master" "$r/etc/passwd"
  cp "$r/usr/share/base-passwd/group.master" "$r/etc/group"
  mkdir -p "$r"/{tmp,proc,sys,dev,root,etc/ssl/certs}
  chmod 1777 "$r/tmp"
  find "$r/usr/share/ca-certificates" -name '*.crt' -exec cat {} + >"$r/etc/ssl/certs/ca-certificates.crt"
  # --target with the interpreter named: pip picks wheels for that Python, whichever one runs pip (older pips
  # still hold Requires-Python against their own: hence --ignore-requires-python, the versions being fixed).
  "$python" -m pip install -q --disable-pip-version-check --root-user-action ignore --no-compile --target "$w" --only-binary=:all: --no-deps --ignore-requires-python \
    --python-version 3.11 --implementation cp --abi cp311 --abi abi3 --abi none --platform "manylinux2014_$(uname -m)" --platform any "${wheels[@]}" >&2 ||
    die "pip could not fetch ${wheels[*]}"
  mkdir -p "$r/usr/lib/python3/dist-packages"
  cp -r "$w/." "$r/usr/lib/python3/dist-packages/"
  trim "$r"
}

# Imports the tree, compiles the library in a container (an interpreter of the right version is only
# there) and writes the tree back: without it every container compiles what it imports anew.
make_tar() {
  local tmp raw
  need tar "$python"
  "$python" -m pip --version >/dev/null 2>&1 || die "$python has no pip"
  tmp=$(mktemp -d "$parts_dir/python.XXXXXX")
  # shellcheck disable=SC2064 # the folder of now, not of then
  trap "rm -rf '$tmp'" EXIT
  make_tree "$tmp"
  raw=$(tar -C "$tmp/root" --owner=0 --group=0 --numeric-owner -c . | docker import - 2>/dev/null) || die "the engine refused the image"
  docker rm -f "openbell-parts-$key" >/dev/null 2>&1 || true # of a run that was stopped
  docker run --network none --name "openbell-parts-$key" "$raw" python3 -m compileall -q -j 0 /usr/lib/python3.11 /usr/lib/python3 >/dev/null ||
    die "the library of the new image does not compile"
  docker export "openbell-parts-$key" >"$tmp/tar"
  docker rm "openbell-parts-$key" >/dev/null
  docker rmi "$raw" >/dev/null
  mv "$tmp/tar" "$tar"
}

need docker
docker version >/dev/null 2>&1 || die "no Docker engine answers (DOCKER_HOST is '${DOCKER_HOST:-not set}')"
lock_part "python"
if ! docker image inspect "$image" >/dev/null 2>&1; then
  [ -s "$tar" ] || make_tar
  docker import -c 'CMD ["python3"]' -c 'ENV PYTHONUNBUFFERED=1' -c 'ENV LANG=C.UTF-8' -m 'openbell test part' "$tar" "$image" >/dev/null ||
    die "the engine refused $tar"
  docker run --rm --network none "$image" python3 -c 'import ib_insync, asyncio, ssl' || { docker rmi "$image" >/dev/null; die "ib_insync cannot be imported in $image"; }
fi
docker tag "$image" openbell-parts/python:latest
printf '%s\n' "$image"

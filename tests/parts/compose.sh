#!/usr/bin/env bash
# compose.sh [ARGUMENT...]: Compose v2 (2.26, of Debian trixie), unpacked, not installed.
# Without arguments: prints a folder; `DOCKER_CONFIG=FOLDER docker compose ...` uses this Compose, and
# neither reads nor writes ~/.docker. With arguments: runs `docker compose ARGUMENT...` that way.
# The plugin itself is FOLDER/cli-plugins/docker-compose.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=debian.sh
. "$here/debian.sh"

dir=$parts_dir/compose-$(recipe_key "$here/compose.sh" "$here/debian.sh")
plugin=$dir/cli-plugins/docker-compose
if [ ! -x "$plugin" ]; then
  lock_part compose
  if [ ! -x "$plugin" ]; then # another process may have made it while this one waited
    tmp=$(mktemp -d "$parts_dir/compose.XXXXXX")
    # shellcheck disable=SC2064 # the folder of now, not of then
    trap "rm -rf '$tmp'" EXIT
    fetch_debs trixie "$tmp/debs" docker-compose
    unpack_debs "$tmp/debs" "$tmp/root"
    mkdir -p "$dir/cli-plugins"
    cp "$tmp/root/usr/libexec/docker/cli-plugins/docker-compose" "$tmp/plugin" || die "Debian's docker-compose has no plugin where it was"
    "$tmp/plugin" version 2>&1 | grep -q 'v\?2\.' || die "Debian trixie's docker-compose does not run here, or is no longer version 2"
    # A config folder hides the plugins in ~/.docker only; those of the system stay in use.
    [ -e "$dir/config.json" ] || echo '{}' >"$dir/config.json"
    mv "$tmp/plugin" "$plugin" # last: what is there is whole
    rm -rf "$tmp" # the trap does not outlive the exec below
  fi
  exec 9>&-
fi
if [ $# = 0 ]; then
  printf '%s\n' "$dir"
else
  need docker
  DOCKER_CONFIG=$dir exec docker compose "$@"
fi

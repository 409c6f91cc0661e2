# shellcheck shell=bash
# Sourced by the scripts beside it: Debian packages of any suite, fetched and unpacked into a
# private folder. Nothing is installed on the host, and apt's own state is neither read nor written.

die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
need() { # need COMMAND...: stops with one sentence when a command is absent
  local c; for c; do command -v "$c" >/dev/null || die "the command '$c' is needed and was not found"; done
}

# With links resolved: processes are told by the path of their program.
parts_dir=$(realpath -m "${OPENBELL_PARTS:-${XDG_CACHE_HOME:-$HOME/.cache}/openbell-parts}")

# The key of a recipe: the text of the files that are the recipe, and the architecture.
# Editing a script therefore makes a new part, and never a stale one.
recipe_key() { { cat "$@"; uname -m; } | sha256sum | cut -c1-12; }

# One process at a time makes a given part; the lock goes with the process. Callers open fd 9 here
# and must not hand it to a daemon (it would keep the lock): start those with 9>&-.
lock_part() {
  mkdir -p "$parts_dir" || die "cannot make the cache folder $parts_dir"
  exec 9>"$parts_dir/$1.lock"
  flock -w "${OPENBELL_PARTS_WAIT:-900}" 9 || die "another process has held $parts_dir/$1.lock for too long"
}

# The mirror is the one that this machine's own apt uses, whichever way its sources are written and also
# where no list was ever fetched: apt says what an update would ask for. Only the suite is replaced later.
# Updates and security repositories (their suites have a dash) are not full mirrors.
debian_mirror() {
  local m=${OPENBELL_DEBIAN_MIRROR:-} suites='bookworm|trixie|forky|sid|bullseye|oldstable|stable|testing|unstable'
  [ -n "$m" ] || m=$(apt-get --print-uris update 2>/dev/null | sed -nE "s#^'([^']*)/dists/($suites)/InRelease'.*#\1#p" | awk 'NR == 1' || true)
  [ -n "$m" ] || die "no Debian mirror is in this machine's apt sources; name one in OPENBELL_DEBIAN_MIRROR"
  printf '%s\n' "$m"
}

# fetch_debs SUITE DIR PACKAGE...: the packages and all they depend on, as DIR/*.deb.
# An empty dpkg status makes apt answer with the whole closure, whatever the host has installed.
fetch_debs() {
  local suite=$1 dir=$2 mirror ring=/usr/share/keyrings/debian-archive-keyring.gpg; shift 2
  need apt-get dpkg-deb
  [ -r "$ring" ] || die "$ring is missing: install debian-archive-keyring"
  mirror=$(debian_mirror)
  mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial" "$dir/apt/empty.d"
  : >"$dir/apt/status"
  printf 'deb [signed-by=%s] %s %s main\n' "$ring" "$mirror" "$suite" >"$dir/apt/sources.list"
  # The host's apt settings stay in force (a proxy, say), but for hooks: those are about the host's own apt.
  printf '#clear %s;\n' APT::Update::{Pre,Post}-Invoke APT::Update::Post-Invoke-Success DPkg::{Pre,Post}-Invoke >"$dir/apt/no-hooks"
  local o=(-qq -c "$dir/apt/no-hooks" -o APT::Update::Error-Mode=any -o Dir::State="$dir/apt" -o Dir::State::lists="$dir/apt/lists" -o Dir::State::status="$dir/apt/status"
    -o Dir::Cache="$dir/apt/cache" -o Dir::Etc::sourcelist="$dir/apt/sources.list" -o Dir::Etc::sourceparts="$dir/apt/empty.d"
    -o Dir::Etc::preferencesparts="$dir/apt/empty.d" -o Dir::Etc::preferences=/dev/null
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
    -o Acquire::Retries=3 -o APT::Install-Recommends=false -o Debug::NoLocking=true)
  apt-get "${o[@]}" update >&2 || die "the package list of Debian $suite could not be fetched from the mirror in apt's sources"
  apt-get "${o[@]}" -y --download-only install "$@" >&2 || die "these packages could not be fetched from Debian $suite: $*"
  mv "$dir"/apt/cache/archives/*.deb "$dir"/
  rm -rf "$dir/apt"
}

# unpack_debs DEBDIR ROOT: data only; no maintainer script is run. The links of a merged /usr are
# laid first and kept, so that packages of either layout land in one place.
unpack_debs() {
  local d=$1 root=$2 n f
  for n in bin sbin lib lib64; do mkdir -p "$root/usr/$n"; ln -sfn "usr/$n" "$root/$n"; done
  for f in "$d"/*.deb; do
    dpkg-deb --fsys-tarfile "$f" | tar -x --keep-directory-symlink --no-same-owner -C "$root" || die "$f could not be unpacked"
  done
}

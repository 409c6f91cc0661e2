#!/usr/bin/env bash
# clients.sh: makes a folder for each Python client of the TWS API that tests hold the simulated gateway against,
# and prints a line NAME<TAB>FOLDER for each: `PYTHONPATH=FOLDER python3` has that client and what it needs.
# Nothing is installed on the host. Needs pip for some Python 3 (PYTHON names another than python3).
# The official ones are under a non-commercial licence: they are fetched for a test and never kept in the project.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=debian.sh
. "$here/debian.sh"

python=${PYTHON:-python3}
need "$python"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# numpy is imported by the event library of two clients and used by neither here: any that has a wheel will do.
case $version in 3.9 | 3.10 | 3.11) numpy=numpy==1.26.4 ;; *) numpy=numpy==2.3.5 ;; esac

# NAME REQUIREMENT...: all that goes into the folder NAME. No folder is shared: four clients are a package `ibapi`.
clients() {
  cat <<LIST
ib_insync ib_insync==0.9.86 eventkit==1.0.3 nest_asyncio==1.6.0 $numpy
ib_async ib_async==2.1.0 aeventkit==2.1.0 nest_asyncio==1.6.0 tzdata==2025.3 $numpy
ibapi-9.81 ibapi==9.81.1.post1
ibapi-stable ibapi-stable==10.50.2 protobuf==5.29.5
ibapi-latest ibapi-latest==10.51.1 protobuf==5.29.5
nautilus-ibapi nautilus-ibapi==10.46.1 protobuf==5.29.5
LIST
}

# unpack_package FILE DIR: a wheel is an archive of what goes into the folder; in a source archive it is under src.
unpack_package() {
  case $1 in
    *.whl) "$python" -m zipfile -e "$1" "$2" ;;
    *.tar.gz) tar -xzf "$1" -C "$2" --strip-components=2 --wildcards '*/src/*' ;;
    *) die "$1 is of an unknown kind" ;;
  esac
}

# The name of a package in the names of its files: '-' and '_' are the same there.
in_file_names() { sed 's/-/_/g' <<<"${1%%==*}"; }

make_clients() { # make_clients DIR: all packages in one go, for most of the time is pip's own start
  local tmp=$1 name wants want file
  "$python" -m pip --version >/dev/null 2>&1 || die "$python has no pip"
  mkdir "$tmp/files" "$tmp/clients"
  clients | cut -d' ' -f2- | tr ' ' '\n' | sort -u >"$tmp/wanted"
  "$python" -m pip download -q --disable-pip-version-check --no-deps --prefer-binary -d "$tmp/files" -r "$tmp/wanted" >&2 ||
    die "pip could not fetch $(tr '\n' ' ' <"$tmp/wanted")"
  while read -r name wants; do
    mkdir "$tmp/clients/$name"
    for want in $wants; do
      file=$(compgen -G "$tmp/files/$(in_file_names "$want")-${want##*==}[-.]*") || die "pip fetched no $want"
      unpack_package "$file" "$tmp/clients/$name"
    done
  done < <(clients)
}

# Imports every client: proves that it is whole, and compiles what will be imported.
check_clients() { # check_clients DIR
  local name module
  while read -r name _; do
    case $name in ib_*) module=$name ;; *) module=ibapi.client ;; esac
    PYTHONPATH=$1/$name "$python" -c "import asyncio; asyncio.set_event_loop(asyncio.new_event_loop()); import $module" >&2 ||
      die "$name cannot be imported by $python $version"
  done < <(clients)
}

dir=$parts_dir/clients-$(recipe_key "$here/clients.sh" "$here/debian.sh")-py$version
if [ ! -d "$dir" ]; then
  lock_part clients
  if [ ! -d "$dir" ]; then # another process may have made it while this one waited
    tmp=$(mktemp -d "$parts_dir/clients.XXXXXX")
    # shellcheck disable=SC2064 # the folder of now, not of then
    trap "rm -rf '$tmp'" EXIT
    make_clients "$tmp"
    check_clients "$tmp/clients"
    mv "$tmp/clients" "$dir" # last: what is there is whole
  fi
  exec 9>&-
fi
clients | while read -r name _; do printf '%s\t%s\n' "$name" "$dir/$name"; done

#!/usr/bin/env bash
# Builds the native part of the sandbox into the directory given: one static program for the architecture of this machine.
set -euo pipefail
directory=$1
here=$(cd "$(dirname "$0")" && pwd)
machine=$(uname -m)
target=$directory/sandbox-init-$machine

command -v gcc >/dev/null || { echo "gcc is missing: run docker/setup.sh, or apt-get install gcc libc6-dev" >&2; exit 1; }

mkdir -p "$directory"
if [[ -x $target && -z $(find "$here" -newer "$target" -print -quit) ]]; then
  exit 0
fi
gcc -std=gnu17 -O2 -static-pie -fPIE \
  -Wall -Wextra -Werror -Wshadow -Wconversion \
  -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wl,-z,relro,-z,now \
  -s -o "$target" "$here"/*.c

#!/usr/bin/env bash
# Builds the tests of the native part into the directory given, with the sanitizers that end a program at its first wrong access.
set -euo pipefail
directory=$1
here=$(cd "$(dirname "$0")" && pwd)
main=$here/../../main/c
flags=(-std=gnu17 -O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
  -I"$main" -I"$here")
mkdir -p "$directory"
gcc "${flags[@]}" -o "$directory/frames_test" "$here/frames_test.c" "$main/frames.c" &
gcc "${flags[@]}" -o "$directory/files_test" "$here/files_test.c" "$main/files.c" &
wait -n
wait -n

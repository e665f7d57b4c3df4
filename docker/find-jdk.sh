#!/bin/bash
# Prints the home directory of a JDK 25. Exits with 1, and says what to install, when there is none.
# JAVA_HOME wins when it is one; then the javac on PATH, then the usual places.
set -euo pipefail

readonly version=25

is_wanted() {
    [[ -x $1/bin/javac && -r $1/release ]] && grep -q "^JAVA_VERSION=\"${version}[.\"]" "$1/release"
}

candidates() {
    local javac
    echo "${JAVA_HOME:-}"
    if javac=$(command -v javac); then
        dirname "$(dirname "$(readlink -f "$javac")")"
    fi
    printf '%s\n' /usr/lib/jvm/*"$version"* /usr/lib/jvm/* /opt/java/* /opt/jdk* /usr/local/jdk* /usr/local/java*
}

while read -r home; do
    if [[ -n $home ]] && is_wanted "$home"; then
        echo "$home"
        exit 0
    fi
done < <(candidates)

cat >&2 <<EOF
No JDK $version found (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt, /usr/local).
  Debian 13: apt-get install openjdk-$version-jdk-headless
  Debian 12 has no package: unpack any JDK $version build under /usr/lib/jvm, or set JAVA_HOME to one.
EOF
exit 1

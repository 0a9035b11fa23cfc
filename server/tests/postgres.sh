#!/usr/bin/env bash
# A private PostgreSQL for tests: says its address in one line, does what the lines of its standard input say (freeze, thaw,
# stop, start), and is gone when that is closed.
set -euo pipefail

stop() { printf 'PostgreSQL for the tests: %s\n' "$1" >&2; exit 1; }

# Debian keeps the programs of the server out of PATH.
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -d "$bin" ] || bin=$(dirname "$(command -v initdb || true)")
[ -x "$bin/initdb" ] || stop 'there is none: install the package (Debian: apt-get install postgresql), or set TEST_POSTGRES_URL'

folder=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
  # It refuses to run as root.
  user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  chown "$user" "$folder"
  as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups --)
fi
cd "$folder"
trap 'rm -rf "$folder"' EXIT

"${as[@]}" "$bin/initdb" --pgdata data --username holdfast --auth trust --encoding UTF8 --locale C --no-sync >initdb.log 2>&1 \
  || stop "initdb failed: $(tail -n 1 initdb.log)"

start() {
  # No fsync: a test does not pull the plug, and each makes a database of its own.
  "${as[@]}" "$bin/postgres" -D data -h 127.0.0.1 -p "$port" -k "$folder" -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB </dev/null >server.log 2>&1 &
  server=$!
  until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; do
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.05
  done
}

everybody() { kill "-$1" "$server" $(pgrep -P "$server"); }

# shellcheck disable=SC2329  # The trap calls it.
finish() {
  everybody CONT 2>/dev/null || true
  kill -INT "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -rf "$folder"
}

for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 10000))
  start || continue
  trap finish EXIT
  printf 'postgres://holdfast@127.0.0.1:%s\n' "$port"
  # Until whoever started this is gone; a test of outages says what is to happen to the server.
  while read -r command; do
    case $command in
      freeze) everybody STOP ;;
      thaw) everybody CONT ;;
      stop) kill -QUIT "$server"; wait "$server" 2>/dev/null || true ;;
      start) start ;;
    esac
    printf 'done\n'
  done
  exit 0
done
stop "it did not start: $(tail -n 1 server.log)"

#!/usr/bin/env bash
# Schemathesis against a server of its own: fuzz.sh sqlite|postgres EXAMPLES [SEED]; with a seed it does the same each time.
set -euo pipefail
cd "$(dirname "$0")/../.."
database=$1 examples=$2 seed=${3:-}
binary=${HOLDFAST_BINARY:-target/debug/holdfast}
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

if [ "$database" = postgres ]; then
  if [ -n "${TEST_POSTGRES_URL:-}" ]; then
    server=$TEST_POSTGRES_URL
  else
    coproc POSTGRES { server/tests/postgres.sh; }
    read -r server <&"${POSTGRES[0]}"
  fi
  export DATABASE_URL="$server/postgres"
fi

touch "$folder/ready"
# As cheap a hash as there is: thousands of sign-ins, and none of them is secret.
"$binary" --listen 127.0.0.1:0 --data-dir "$folder" --rate-limit off --argon2-memory 64 --argon2-passes 1 --log error >"$folder/ready" 2>"$folder/log" &
until grep -q http "$folder/ready"; do
  kill -0 $! 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
  sleep 0.05
done
url=$(grep -o 'http://.*' "$folder/ready")

call() { curl --silent --show-error --fail "$url$1" -H 'content-type: application/json' -d "$2"; }
member() { python3 -c 'import json, sys; value = json.load(sys.stdin)
for name in sys.argv[1:]: value = value[name]
print(value)' "$@"; }
made=$(call /api/auth/sign-up/email '{"name":"Ada","email":"ada-of-the-fuzzer@example.com","password":"correct horse battery"}')
user=$(member user id <<<"$made")

{
  printf 'headers = { Authorization = "Bearer %s" }\n' "$(member token <<<"$made")"
  cat server/tests/schemathesis.toml
  printf '\n[parameters]\n"path.user_id" = "%s"\n' "$user"
} >"$folder/schemathesis.toml"

fuzz() {
  .tools/fuzz/bin/schemathesis --config-file "$folder/schemathesis.toml" run "$url/api/openapi.json" \
    --max-examples "$examples" ${seed:+--seed "$seed"} --no-color "$@" >"$folder/report" 2>&1 || { cat "$folder/report" >&2; exit 1; }
  grep 'generated,' "$folder/report" | sed "s/^ */$database: /"
}
fuzz --checks all --include-path-regex '^/(health|api/.user_id)'
# A wrong method is as unknown here as a wrong path, as with Better Auth.
fuzz --checks all --exclude-checks unsupported_method --include-path-regex '^/api/auth'
if [ -s "$folder/log" ]; then
  printf 'errors in the log:\n' >&2
  cat "$folder/log" >&2
  exit 1
fi

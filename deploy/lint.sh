#!/usr/bin/env bash
# Looks over the files here with what is installed, and says what it could not look over.
set -euo pipefail
cd "$(dirname "$0")"
status=0
skipped() { printf 'not looked over: %s (%s is not installed)\n' "$1" "$2"; }

if command -v systemd-analyze >/dev/null; then
  unit=$(mktemp -d)/holdfast.service
  # The program need not be installed here.
  sed 's|^ExecStart=.*|ExecStart=/bin/true|' holdfast.service >"$unit"
  systemd-analyze verify "$unit" || status=1
  systemd-analyze security --offline=true --threshold=20 "$unit" >/dev/null || { echo 'holdfast.service is exposed beyond 2.0'; status=1; }
  rm -r "$(dirname "$unit")"
else
  skipped holdfast.service systemd-analyze
fi

if command -v hadolint >/dev/null; then
  hadolint --ignore DL3008 Dockerfile || status=1
else
  skipped Dockerfile hadolint
fi

if docker compose version >/dev/null 2>&1; then
  docker compose --file compose.yaml config --quiet || status=1
else
  skipped compose.yaml 'docker compose'
fi
if command -v caddy >/dev/null; then
  caddy validate --config Caddyfile --adapter caddyfile >/dev/null 2>&1 || { echo 'Caddyfile is not valid'; status=1; }
else
  skipped Caddyfile caddy
fi
exit "$status"

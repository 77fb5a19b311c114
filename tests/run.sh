#!/usr/bin/env bash
# Restores, builds and runs every test project; the last line is "N passed, N failed"; non-zero when anything failed.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1

need=()
command -v curl >/dev/null || need+=(curl)
command -v openssl >/dev/null || need+=(openssl)
command -v psql >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need+=(postgresql postgresql-client)
command -v nginx >/dev/null && [ -e /usr/lib/nginx/modules/ngx_stream_module.so ] || need+=(nginx libnginx-mod-stream)
command -v haproxy >/dev/null || need+=(haproxy)
command -v h2load >/dev/null || need+=(nghttp2-client)
/usr/bin/python3 -c 'import h2' 2>/dev/null || need+=(python3 python3-h2)
if [ ${#need[@]} -gt 0 ]; then
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  # RUNLEVEL=1: the packages' own servers are not started (invoke-rc.d(8)); tests start theirs.
  $sudo apt-get update -qq >/dev/null && $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq "${need[@]}" >/dev/null \
    || { echo "could not install: ${need[*]}"; echo "0 passed, 1 failed"; exit 1; }
fi

if ! dotnet build EdgeGateway.sln -v quiet -clp:NoSummary; then
  echo "0 passed, 1 failed"
  exit 1
fi

passed=0 failed=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
for project in tests/*.Tests tests/EdgeGateway.Fuzz tests/EdgeGateway.Conformance tests/EdgeGateway.Integration; do
  [ -f "$project/$(basename "$project").csproj" ] || continue
  name=$(basename "$project")
  dotnet test "$project" --no-build -v quiet --logger "trx;LogFileName=$name.trx" --results-directory "$results" --blame-hang-timeout 5m
  status=$?
  # Each failed test with its message and the place of it.
  awk '/<\/UnitTestResult>/{shown = 0} /<UnitTestResult /{shown = /outcome="Failed"/ ? 25 : 0; if (shown && match($0, /testName="[^"]*"/)) print "failed: " substr($0, RSTART, RLENGTH)}
    shown-- > 0 && !/<UnitTestResult /{print "  " substr($0, 1, 400)}' "$results/$name.trx" 2>/dev/null
  counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx" 2>/dev/null)
  p=$(grep -o ' passed="[0-9]*"' <<<"$counters" | tr -dc 0-9)
  f=$(grep -o ' failed="[0-9]*"' <<<"$counters" | tr -dc 0-9)
  passed=$((passed + ${p:-0}))
  # A runner that died counts as a failure even where it reported none.
  if [ $status -ne 0 ] && [ "${f:-0}" -eq 0 ]; then f=1; fi
  failed=$((failed + ${f:-0}))
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

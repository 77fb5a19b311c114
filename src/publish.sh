#!/usr/bin/env bash
# The build step of the Dockerfile, also run by a test: one trimmed, ReadyToRun, self-contained file.
# Usage: src/publish.sh OUTPUT-FOLDER [linux-x64|linux-arm64]
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:?output folder}
rid=${2:-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet publish src/EdgeGateway -c Release -r "$rid" -o "$work" -v quiet -clp:NoSummary
mkdir -p "$output"
install -m 755 "$work/edge-gateway" "$output/edge-gateway"

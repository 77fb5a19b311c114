#!/usr/bin/env bash
# Refreshes the data that tests use from the shared folder beside the clone (or the folder named by $1). Nothing is edited on the way.
set -euo pipefail
cd "$(dirname "$0")"
source=${1:-../../../shared}
for part in conformance e2e recordings; do
  rm -rf "./$part"
  cp -r "$source/$part" "./$part"
  chmod -R u+w "./$part"
done
find . -name __pycache__ -prune -exec rm -rf {} +

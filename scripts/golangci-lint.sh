#!/usr/bin/env bash
# Runs golangci-lint in the version that tools/go.mod pins: the one on the PATH if it is that version,
# else one built once into .cache/bin. See docs/decisions/006-tools-are-pinned.md.
set -euo pipefail
cd "$(dirname "$0")/.."

module=github.com/golangci/golangci-lint/v2
version=$(go -C tools list -m -f '{{.Version}}' "$module")
own=$PWD/.cache/bin/golangci-lint-$version

linter=$(command -v golangci-lint || true)
if [[ -z $linter || v$("$linter" version --short 2>/dev/null) != "$version" ]]; then
	linter=$own
	if [[ ! -x $own ]]; then
		echo "building golangci-lint $version (once, some minutes)" >&2
		go -C tools build -trimpath -ldflags "-s -w -X main.version=${version#v}" -o "$own" "$module/cmd/golangci-lint"
	fi
fi
exec "$linter" "$@"

#!/usr/bin/env bash
# Runs every fuzzer for a while each (first argument, default 1m; the second, a pattern, chooses among them). What makes one fail is kept below
# testdata/fuzz of its package, and is run by `go test` from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-1m}
failed=0
while IFS=: read -r file line; do
	name=$(sed -E 's/^func (Fuzz[A-Za-z0-9]+)\(.*/\1/' <<<"$line")
	package=./$(dirname "$file")
	[[ $package/$name =~ ${2:-.} ]] || continue
	echo "== $package $name"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -parallel "${JOBS:-$(nproc)}" "$package" | grep -v '^fuzz: elapsed.*gathering' | tail -n 12 || failed=1
done < <(grep -rE '^func Fuzz[A-Za-z0-9]+\(' --include='*_test.go' internal)
exit $failed

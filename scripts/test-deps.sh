#!/usr/bin/env bash
# Sees to it that the programs the tests use are here: a PostgreSQL server, a NATS server and
# Chromium. Installs Debian's packages where one is missing and this is root; names them otherwise.
set -euo pipefail

have_postgres() {
	command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ||
		compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null || compgen -G '/opt/homebrew/opt/postgresql@*/bin/initdb' >/dev/null
}

missing=()
[[ -n ${SWITCHBOARD_TEST_POSTGRES:-} ]] || have_postgres || missing+=(postgresql)
PATH=$PATH:/usr/sbin command -v nats-server >/dev/null || missing+=(nats-server)
command -v chromium >/dev/null || missing+=(chromium)
# Without it stories play in chromium, and take a sixth longer. Not every Debian has it.
shell=chromium-headless-shell
if command -v $shell >/dev/null || [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then shell=; fi
[[ ${#missing[@]} -gt 0 || -n $shell ]] || exit 0

export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }

if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
	echo "The tests need what these Debian packages bring: ${missing[*]}" >&2
	echo "Install them (sudo apt-get install --no-install-recommends ${missing[*]}) and run make test again." >&2
	exit 1
fi

if [[ ${#missing[@]} -gt 0 ]]; then
	echo "Installing what the tests need: ${missing[*]}"
	# The package lists of a fresh machine are empty or old: they are fetched when installing fails without.
	install "${missing[@]}" 2>/dev/null || { apt-get update -qq && install "${missing[@]}"; }
fi
[[ -z $shell ]] || install $shell 2>/dev/null || true

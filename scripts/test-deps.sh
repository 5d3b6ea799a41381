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
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
	echo "The tests need what these Debian packages bring: ${missing[*]}" >&2
	echo "Install them (sudo apt-get install --no-install-recommends ${missing[*]}) and run make test again." >&2
	exit 1
fi

echo "Installing what the tests need: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
# The package lists of a fresh machine are empty or old: they are fetched when installing fails without.
install 2>/dev/null || { apt-get update -qq && install; }

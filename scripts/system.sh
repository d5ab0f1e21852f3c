# Sourced by ./test: system packages, PostgreSQL for the tests, the old browsers.

SYSTEM_PACKAGES="chromium postgresql fonts-noto-cjk libatomic1 libgl1 libegl1 libxkbcommon0 libdbus-1-3 libnss3 libxcomposite1 libxdamage1 libxrandr2 libxtst6 libasound2 libxkbfile1 libfontconfig1 libxcb-cursor0"

have_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
have_postgres() { [ -n "$(postgres_bin)" ]; }

install_system() {
  if have_chromium && have_postgres && dpkg -s $SYSTEM_PACKAGES >/dev/null 2>&1; then return; fi
  if ! command -v apt-get >/dev/null; then
    echo "Install Chromium and PostgreSQL to run every test." >&2; return
  fi
  local sudo=""
  if [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then sudo="sudo -n"; else
      echo "To run every test, first: sudo apt-get install $SYSTEM_PACKAGES" >&2; return
    fi
  fi
  echo "installing system packages …" >&2
  $sudo apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $SYSTEM_PACKAGES >/dev/null 2>&1 \
    || echo "some system packages could not be installed" >&2
}

# with_postgres COMMAND…: a cluster of its own in a temporary folder, on a socket, ended afterwards.
with_postgres() {
  local bin folder status=0 as=""
  bin=$(postgres_bin); folder=$(mktemp -d /tmp/tongke-pg-XXXXXX)
  if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || useradd --system postgres
    chown postgres "$folder"; as="setpriv --reuid=postgres --regid=$(id -g postgres) --clear-groups"
  fi
  (cd / && $as "$bin/initdb" -D "$folder/data" -U tongke -A trust -E UTF8 --no-sync >/dev/null)
  (cd / && $as "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
    -o "-c listen_addresses='' -c unix_socket_directories=$folder -c fsync=off -c full_page_writes=off -c max_connections=100" start >/dev/null) \
    || { cat "$folder/log" >&2; return 1; }
  TONGKE_DATABASE="postgresql://tongke@/tongke?host=$folder" "$@" || status=$?
  (cd / && $as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null) || true
  rm -rf "$folder"
  return $status
}

# The engines of the village schools come from PyPI, each in an environment of its own.
old_python() {
  local name
  for name in python3.11 python3.10 python3.9; do
    if command -v "$name" >/dev/null; then echo "$name"; return; fi
  done
  echo .venv/bin/python
}
have_old_browsers() {
  local each uv
  uv=$(find_uv) || return 1
  for each in chromium83 chromium108; do
    [ -f "requirements/$each.txt" ] || return 1
    if [ ! -f ".tools/$each/stamp" ] || [ "$(cat ".tools/$each/stamp")" != "$(checksum "requirements/$each.txt")" ]; then
      "$uv" venv --quiet --python "$(old_python)" ".tools/$each" --allow-existing || return 1
      "$uv" pip sync --quiet --require-hashes --python ".tools/$each/bin/python" "requirements/$each.txt" || return 1
      checksum "requirements/$each.txt" > ".tools/$each/stamp"
    fi
  done
}

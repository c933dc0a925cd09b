#!/bin/sh
# Installs the Debian packages that tests need; where it cannot, says which are missing and fails. With "bench" as second word: those that
# benchmarks compare with, each of which is left out of the comparison where it is missing.
python="$1"
purpose="${2:-tests}"

missing() {
    if [ "$purpose" = bench ]; then
        command -v influxd >/dev/null || echo influxdb
        command -v victoria-metrics >/dev/null || echo victoria-metrics
        ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || echo postgresql
        command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || echo mosquitto
        return
    fi
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || echo chromium
    ls /usr/share/fonts/*/*/NotoSansCJK* >/dev/null 2>&1 || echo fonts-noto-cjk
    command -v pdftotext >/dev/null || echo poppler-utils
    command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || echo mosquitto
    command -v node >/dev/null || echo nodejs
    command -v npm >/dev/null || echo npm
    [ -n "$python" ] && "$python" -c 'import ensurepip' 2>/dev/null || echo python3-venv
}

wanted=$(missing | tr '\n' ' ')
[ -z "$wanted" ] && exit 0

root=""
[ "$(id -u)" = 0 ] || root="sudo -n"
if command -v apt-get >/dev/null && { [ -z "$root" ] || $root true 2>/dev/null; }; then
    echo "installing $wanted…"
    $root apt-get update -qq || true
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null || true
fi

wanted=$(missing | tr '\n' ' ')
[ -z "$wanted" ] && exit 0
[ "$purpose" = bench ] && { echo "Benchmarks run without these peers, which could not be installed: $wanted" >&2; exit 0; }
echo "The tests need system packages that are missing and could not be installed: $wanted" >&2
echo "Install them (Debian: apt-get install $wanted) and run make test again." >&2
exit 1

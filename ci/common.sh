# shellcheck shell=bash
# ci/common.sh — what the commands of this folder share; sourced by them. Sets $root, the top of the repository.
set -euo pipefail
export LC_ALL=C.UTF-8
exec </dev/null
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." >/dev/null && pwd -P)
logs=$root/build/ci-logs

# Microseconds since some moment.
now_us() { echo "${EPOCHREALTIME/./}"; }

# seconds_since START_US: "3.2"
seconds_since() {
    local tenths=$((($(now_us) - $1 + 50000) / 100000))
    echo "$((tenths / 10)).$((tenths % 10))"
}

# quietly TITLE COMMAND…: one line with the seconds that it took; the whole log when it did not end well.
quietly() {
    local title=$1 start log code=0
    shift
    mkdir -p "$logs"
    log=$logs/${title//[^a-z0-9]/-}.log
    start=$(now_us)
    "$@" >"$log" 2>&1 || code=$?
    if [ "$code" -eq 0 ]; then
        printf '%-28s %6s s\n' "$title" "$(seconds_since "$start")"
        return 0
    fi
    cat "$log"
    printf '%-28s %6s s  ended with %s: see above, or %s\n' "$title" "$(seconds_since "$start")" "$code" "$log"
    return "$code"
}

# build PRESET CMAKE_OPTION…
configure_and_build() {
    local preset=$1
    shift
    cd -- "$root" && cmake --preset "$preset" "$@" && cmake --build --preset "$preset" --parallel "$(nproc)"
}

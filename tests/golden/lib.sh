# What the scripts of the golden cases have in common; run.py reads it before each.

# run ARGUMENT…: shows the command on both streams, runs it, and shows its exit code.
run() {
    echo "\$ matbench $*"
    echo "\$ matbench $*" >&2
    code=0
    "$MATBENCH" "$@" || code=$?
    echo "exit $code"
}

# tree one OUT, tree odd OUT KIND, …: tests/trees/make.py.
tree() { "$PYTHON" -I -S "$SOURCE/tests/trees/make.py" "$@"; }

# show matrix|lts|keys FILE: see show.py.
show() { "$PYTHON" -I -S "$SOURCE/tests/golden/show.py" "$@"; }

# odd KIND [OPTION…]: the tree of this kind, as matrix and as payloads.
odd() {
    tree odd out "$1"
    shift
    run parse --workload=fine_tuning --results_dirname=out --output_matrix=matrix.json "$@"
    show matrix matrix.json
    run parse --workload=fine_tuning --results_dirname=out --output_lts=lts.json "$@"
    show lts lts.json
}

# small_workload: w/, a workload that reads one file. small_test NAME SPEED…: tests of it in tests/NAME.
small_workload() {
    mkdir w
    cat >w/workload.yaml <<'END'
workload: small
schema_version: "1.0"
lua: small.lua
important_files: [data.json]
parse_once:
  data: {json: data.json}
models:
  Settings: {name: str, run_id: str}
  Results: {speed: float}
payload:
  metadata:
    start: data.start
    end: data["end"]
    test_uuid: data.uuid
    settings: {name: settings.name, run_id: data.uuid}
  results: {speed: speed()}
kpis:
  speed: {help: How fast, unit: items/s, better: higher, value: results.speed}
END
    cat >w/small.lua <<'END'
function speed()
    return data.speed
end
END
}

small_test() {
    mkdir -p "tests/$1"
    echo "name: $1" >"tests/$1/settings.yaml"
    echo 0 >"tests/$1/exit_code"
    uuid=$("$PYTHON" -I -S -c 'import sys, uuid; print(uuid.UUID(int=sum(map(ord, sys.argv[1])), version=4))' "$1")
    echo "{\"speed\": $2, \"start\": \"2025-03-03T10:00:00\", \"end\": \"2025-03-03T11:00:00\", \"uuid\": \"$uuid\"}" >"tests/$1/data.json"
}

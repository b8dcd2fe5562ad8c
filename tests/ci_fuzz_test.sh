#!/bin/bash
# ci/fuzz: its table, its exit code, and what it says of a finding; with programs that behave as libFuzzer's. $1: the top of the
# source tree.
set -u
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
mkdir -p "$folder"/source/{ci,tests/fuzz/corpus/good} "$folder/programs"
cp -- "$1"/ci/{common.sh,fuzz} "$folder/source/ci"
touch "$folder"/source/tests/fuzz/{good,bad,dead}_fuzz.c "$folder/source/tests/fuzz/corpus/good/seed"
export MB_FUZZERS=$folder/programs

cat >"$folder/programs/good_fuzz" <<'EOF'
#!/bin/bash
case "$*" in *-max_total_time=*) ;; *) exit 3 ;; esac
for last; do :; done
[ -e "$last/seed" ] || exit 4
folders=()
for word; do [ -d "$word" ] && folders+=("$word"); done
echo new >"${folders[0]}/new-$RANDOM$RANDOM"
echo "#2000 pulse"
echo "stat::number_of_executed_units: 2048" >&2
EOF
cat >"$folder/programs/bad_fuzz" <<'EOF'
#!/bin/bash
for word; do [[ $word = -artifact_prefix=* ]] && echo x >"${word#*=}crash-1"; done
echo "#17	NEW"
echo "SUMMARY: AddressSanitizer: heap-buffer-overflow x.c:3"
exit 77
EOF
printf '#!/bin/bash\nexit 9\n' >"$folder/programs/dead_fuzz"
chmod +x "$folder"/programs/*

passed=0 failed=0
# expect CODE PATTERN ARGUMENT…: the exit code of ci/fuzz, and an extended regular expression that its output has
expect() {
    local code=$1 pattern=$2 got=0 said
    shift 2
    said=$("$folder/source/ci/fuzz" "$@" 2>&1) || got=$?
    if [ "$got" -eq "$code" ] && grep -qE -- "$pattern" <<<"$said"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not so: ci/fuzz %s ends with %s, says %s; it ended with %s and said:\n%s\n' "$*" "$code" "$pattern" "$got" "$said"
    fi
}

expect 100 "'': expected a number of seconds"
expect 100 "'x': expected a number of seconds" x
expect 100 "'none': no such target; there are: bad dead good" 5 none
expect 0 '^good +2048 +2 +0$' 5 good
expect 0 '^good +2048 +3 +0$' 5 good # what the first run found was kept
expect 0 '^1 targets, [0-9]+ s each' 5 good
expect 1 '^bad +17 +0 +1$' 5 bad good
expect 1 '^    SUMMARY: AddressSanitizer: heap-buffer-overflow' 5 bad
expect 1 '^    again: .*/programs/bad_fuzz .*/fuzz-findings/bad/crash-1$' 5 bad
expect 1 '^dead +0 +0 +1$' 5 dead
expect 1 '^    ended with 9; the log: ' 5 dead
expect 1 '^all +2065 +2$' 5
mv -- "$folder/programs/good_fuzz" "$folder"
expect 100 'good_fuzz is not there: tests/CMakeLists.txt needs mb_fuzz' 5
echo "$passed passed, $failed failed"
exit $((failed > 0))

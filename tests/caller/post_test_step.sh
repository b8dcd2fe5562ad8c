#!/bin/bash
# post_test_step.sh RESULTS ARTIFACTS — the calls that TOPSAIL's post-test step makes of matbench, in its order, with its
# redirections, log names and greps; `matbench` is the first of that name in PATH. What the step decides is decided here the same way:
# the exit code is 1 when a failure was recorded, and FAILURE in ARTIFACTS says which.
#
# Variables, as keys of the `matbench:` block:
#   WORKLOAD        a Python module name
#   BASE_DIR        what --workload_base_dir gets
#   GENERATE        the reports to draw: "stats=…&stats=…"
#   FILTERS         one item each line; empty: one item without a filter
#   GENERATE_LTS, ANALYZE, UPLOAD, REPLOT, FAIL_ON_REGRESSION, UPLOAD_ON_REGRESSION, FAIL_ON_UPLOAD   true or false
#   IGNORE_CACHE    true: download.mode is not prefer_cache
#   SERVER          a file with what the step writes of its OpenSearch instance into .env.generated.yaml; one that cannot be read is
#                   an instance that is not known. Empty: where the history is comes from MATBENCH_HISTORY, no server is needed
set -o nounset -o pipefail

: "${WORKLOAD:?}" "${BASE_DIR:?}" "${GENERATE:?}" "${FILTERS=}" "${IGNORE_CACHE=false}" "${GENERATE_LTS=true}" "${ANALYZE=true}" "${UPLOAD=true}"
: "${SERVER=}" "${REPLOT=false}" "${FAIL_ON_REGRESSION=true}" "${UPLOAD_ON_REGRESSION=true}" "${FAIL_ON_UPLOAD=true}"
results=$1 artifacts=$2
lts_dir=$results/lts/$WORKLOAD
step=0
recorded=()

common=("--results_dirname=$results" "--workload=$WORKLOAD" "--workload_base_dir=$BASE_DIR")

record() { recorded+=("$1"); }

# Lines that start so are what the step takes for errors; all that follow go to FAILURE with them.
log_has_errors() {
    local found
    found=$(sed -n -E '/^(ERROR|FAILED:|Traceback \(most recent call last\))/,$p' "$1")
    [ -n "$found" ] || return 1
    printf '%s\n' "$found" >>"$artifacts/FAILURE"
}

# As the step's yaml.dump: with the rights that the umask leaves. The last to use it removes it.
write_env() { [ -z "$SERVER" ] || cat -- "$SERVER" >.env.generated.yaml; }
remove_env() { rm -f .env.generated.yaml; }

stop_failed() {
    printf '%s\n' "$1" >"$artifacts/FAILURE"
    printf 'step: %s\n' "$1"
    exit 1
}

parse() {
    local log=$artifacts/${step}_matbench_parse.log code=0 cache=()
    [ "$IGNORE_CACHE" = false ] || cache=(MATBENCH_STORE_IGNORE_CACHE=y)
    env MPLCONFIGDIR=/tmp "${cache[@]}" matbench parse "${common[@]}" "--output-matrix=$artifacts/internal_matrix.json" |& tee >"$log" || code=$?
    [ "$code" -eq 0 ] || stop_failed "A fatal error happened during the results parsing (${log##*/})."
    ! log_has_errors "$log" || record "${log##*/}"
}

generate_lts() {
    local log code=0
    step=$((step + 1))
    log=$artifacts/${step}_matbench_generate_lts.log
    env MPLCONFIGDIR=/tmp matbench parse "${common[@]}" "--output-lts=$artifacts/lts_payload.json" |& tee >"$log" || code=$?
    [ "$code" -eq 0 ] || record "${log##*/}"
    ! log_has_errors "$log" || record "${log##*/}"
    step=$((step + 1)) code=0
    log=$artifacts/${step}_matbench_generate_lts_schema.log
    matbench generate_lts_schema "--workload=$WORKLOAD" "--workload_base_dir=$BASE_DIR" "--file=$artifacts/lts_payload.schema.json" |& tee >"$log" || code=$?
    [ "$code" -eq 0 ] || record "${log##*/}"
    ! log_has_errors "$log" || record "${log##*/}"
}

download_lts() {
    local log code=0
    step=$((step + 1))
    log=$artifacts/${step}_matbench_download_lts.log
    env MPLCONFIGDIR=/tmp matbench download_lts "--lts_results_dirname=$lts_dir" --force=True --clean=True |& tee >"$log" || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 123 ] || record "${log##*/}"
    printf 'step: download_lts %s\n' "$code"
}

analyze_lts() {
    local log code=0
    step=$((step + 1))
    log=$artifacts/${step}_matbench_analyze_lts.log
    write_env
    (cd "$artifacts" && env MPLCONFIGDIR=/tmp matbench analyze_lts "${common[@]}" "--lts_results_dirname=$lts_dir" |& tee >"$log") || code=$?
    remove_env
    printf 'step: analyze_lts %s\n' "$code"
    if [ "$code" -ge 100 ]; then
        record "${log##*/}"
    elif [ "$code" -gt 0 ]; then
        local what="performance regression"
        [ "$(sed -n 's/^significant_performance_increase: //p' "$artifacts/regression_summary.yaml")" = 0 ] || what="performance boost"
        [ "$FAIL_ON_REGRESSION" = false ] || record "$what"
    fi
}

upload_lts() {
    local log code=0
    case "${UPLOAD_ON_REGRESSION}:${recorded[*]-}" in
    true: | "true:performance regression" | "true:performance boost" | false:) ;;
    *)
        printf 'step: not uploaded\n'
        return
        ;;
    esac
    step=$((step + 1))
    log=$artifacts/${step}_matbench_upload_lts.log
    write_env
    env MPLCONFIGDIR=/tmp matbench upload_lts "${common[@]}" |& tee >"$log" || code=$?
    remove_env
    printf 'step: upload_lts %s\n' "$code"
    [ "$code" -eq 0 ] || [ "$FAIL_ON_UPLOAD" = false ] || record "${log##*/}"
}

visualize() {
    local filter=$1 dest=$artifacts/$1 log code=0
    mkdir -p "$dest"
    step=$((step + 1))
    log=$dest/${step}_matbench_visualize.log
    (cd "$dest" && env MPLCONFIGDIR=/tmp matbench visualize "${common[@]}" "--filters=$filter" "--generate=$GENERATE" |& tee >"$log") || code=$?
    [ "$code" -eq 0 ] || record "${log##*/}"
    ! log_has_errors "$log" || record "${log##*/}"
    mkdir -p "$dest"/figures_{png,html}
    mv "$dest"/fig_*.png "$dest/figures_png" 2>/dev/null || true
    mv "$dest"/fig_*.html "$dest/figures_html" 2>/dev/null || true
}

parse
[ "$GENERATE_LTS" = false ] || generate_lts
[ "$REPLOT" = false ] || ANALYZE=false UPLOAD=false
if [ "$ANALYZE$UPLOAD" != falsefalse ] && ! write_env 2>/dev/null; then
    ANALYZE=false UPLOAD=false
    remove_env
    printf 'step: the instance is not known\n'
    [ "$FAIL_ON_UPLOAD$FAIL_ON_REGRESSION" = falsefalse ] || record "opensearch secret cannot be generated"
fi
if [ "$ANALYZE" = true ]; then
    download_lts
    analyze_lts
fi
[ "$UPLOAD" = false ] || upload_lts
mapfile -t filters <<<"$FILTERS"
for filter in "${filters[@]}"; do
    visualize "$filter"
done
[ "${#recorded[@]}" -eq 0 ] || stop_failed "An error happened during the post-processing (${recorded[*]})."

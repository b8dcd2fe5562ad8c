#include "cmd/ci_outcome.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A file's name need not be UTF-8. */
static json_t *name_json(const char *name)
{
    if (!name)
        return json_null();
    struct text clean = text_open(10000);
    text_add_utf8(&clean, name, strlen(name));
    json_t *value = json_stringn(clean.s, clean.len);
    text_close(&clean);
    return value;
}

static json_t *steps_json(const struct ci_pass *pass)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < pass->outcomes.n; i++) {
        json_t *step = json_pack("{s:s s:i}", "step", pass->outcomes.v[i].step, "code", pass->outcomes.v[i].code);
        if (pass->outcomes.v[i].tolerated && pass->outcomes.v[i].code)
            json_object_set_new(step, "tolerated", json_true());
        json_array_append_new(steps, step);
    }
    return steps;
}

static json_t *tests_json(const struct parse_counts *n)
{
    return json_pack("{s:I s:I s:I s:I s:I}", "parsed", (json_int_t)n->tests, "broken", (json_int_t)n->broken, "skipped",
                     (json_int_t)n->skipped, "valid", (json_int_t)n->valid, "invalid", (json_int_t)n->invalid);
}

static json_t *verdicts_json(const struct analysis *analysis)
{
    json_t *verdicts = json_object();
    for (int verdict = 0; analysis && verdict < VERDICT_COUNT; verdict++)
        json_object_set_new(verdicts, verdict_name((enum verdict)verdict), json_integer((json_int_t)analysis->counts[verdict]));
    return verdicts;
}

static json_t *statuses_json(const struct analysis *analysis)
{
    json_t *statuses = json_object();
    for (int status = CHANGE_NONE + 1; analysis && status < CHANGE_STATUSES; status++)
        json_object_set_new(statuses, change_status_name((enum change_status)status), json_integer((json_int_t)analysis->statuses[status]));
    return statuses;
}

static json_t *history_json(const struct ci_pass *pass)
{
    const struct history_counts *n = &pass->stored;
    return json_pack("{s:o s:I s:I s:I s:o}", "uri", name_json(pass->history), "added", (json_int_t)n->added, "replaced",
                     (json_int_t)n->replaced, "unchanged", (json_int_t)n->unchanged, "not_stored", name_json(pass->not_stored));
}

static json_t *horreum_json(const struct ci_pass *pass)
{
    const struct history_counts *n = &pass->horreum_stored;
    return pass->horreum ? json_pack("{s:o s:I s:I s:I s:b}", "uri", name_json(pass->horreum), "added", (json_int_t)n->added, "replaced",
                                     (json_int_t)n->replaced, "unchanged", (json_int_t)n->unchanged, "stored", pass->horreum_uploaded)
                         : json_null();
}

static json_t *passes_json(const struct ci_pass *passes, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:o s:o s:o s:i}", "workload", name_json(passes[i].workload->name), "directory",
                                              name_json(passes[i].directory), "artifacts", name_json(passes[i].artifacts),
                                              "exit_code", ci_pass_code(&passes[i])));
    return list;
}

void ci_outcome_write(struct ci_pass *pass, const struct ci_pass *others, size_t others_n, int exit_code)
{
    struct error err = {0};
    json_t *whole = json_pack("{s:i s:i s:o s:o s:o s:o s:o s:o s:o s:o s:o}", "format", CI_OUTCOME_FORMAT, "exit_code", exit_code, "workload", name_json(pass->workload->name),
                              "directory", name_json(pass->directory), "steps", steps_json(pass), "tests", tests_json(&pass->parsed),
                              "verdicts", verdicts_json(pass->analysis), "statuses", statuses_json(pass->analysis), "history", history_json(pass), "horreum", horreum_json(pass), "passes",
                              passes_json(others, others_n));
    if (!context_write_json(pass->context, ci_pass_file(pass, "outcome.json"), whole, &err))
        ci_pass_add(pass, "outcome", context_fail(pass->context, &err));
    json_decref(whole);
}

void ci_outcome_remove(struct context *context, const char *artifacts)
{
    const char *file = arena_printf(context->arena, "%s/outcome.json", artifacts);
    if (remove(file) != 0 && errno != ENOENT && errno != ENOTDIR)
        log_line(&context->log, LOG_WARNING, "%s: an older one cannot be removed: %s", context_shown(context, file), strerror(errno));
}

static void add_failures(struct text *out, const struct ci_pass *pass)
{
    for (size_t i = 0; i < pass->outcomes.n; i++)
        if (pass->outcomes.v[i].code && !pass->outcomes.v[i].tolerated)
            text_printf(out, "%s of %s: %s (exit code %d)\n", pass->outcomes.v[i].step, pass->workload->name,
                        ci_code_meaning(pass->outcomes.v[i].code), pass->outcomes.v[i].code);
}

void ci_failure_write(struct ci_pass *pass, const struct ci_pass *others, size_t others_n)
{
    struct error err = {0};
    struct text out = text_open(1 << 20);
    const char *file = ci_pass_file(pass, "FAILURE");
    add_failures(&out, pass);
    for (size_t i = 0; i < others_n; i++)
        add_failures(&out, &others[i]);
    if (out.len && !context_write(pass->context, file, &out, &err))
        ci_pass_add(pass, "outcome", context_fail(pass->context, &err));
    if (!out.len && remove(file) != 0 && errno != ENOENT)
        log_line(&pass->context->log, LOG_WARNING, "%s: an older one cannot be removed: %s", file, strerror(errno));
    text_close(&out);
}

#include "workload/review.h"

#include <string.h>

#include "config/options.h"
#include "workload/check.h"
#include "workload/names.h"

enum { REVIEW_PARTS_MAX = 2000 /* each is looked for in all expressions */ };

const struct parser *review_parser(const struct workload *workload, size_t i)
{
    if (i < workload->parse_once_n)
        return &workload->parse_once[i];
    i -= workload->parse_once_n;
    return i < workload->parse_always_n ? &workload->parse_always[i] : NULL;
}

const char *review_nearest(struct arena *arena, const char *name, const char *const *names)
{
    const char *nearest = option_nearest(name, names);
    return nearest ? arena_printf(arena, "; did you mean '%s'?", nearest) : "";
}

/* ---- all expressions ---- */

static void add_template(struct arena *arena, struct review_codes *codes, const struct template *template, enum review_scope scope)
{
    if (!template)
        return;
    if (template->kind == TEMPLATE_EXPRESSION)
        *LIST_ADD(arena, codes) = (struct review_code){&template->code, scope, NULL};
    for (size_t i = 0; i < template->members_n; i++)
        add_template(arena, codes, &template->members[i], scope);
}

struct review_codes review_codes(struct arena *arena, const struct workload *workload)
{
    struct review_codes codes = {0};
    const struct parser *parser;
    for (size_t i = 0; (parser = review_parser(workload, i)); i++)
        for (size_t k = 0; parser->kind->arguments[k].name; k++)
            if (parser->kind->arguments[k].kind == ARGUMENT_EXPRESSION && parser->arguments[k].given)
                *LIST_ADD(arena, &codes) = (struct review_code){&parser->arguments[k].code, SCOPE_TEST, parser};
    add_template(arena, &codes, workload->metadata, SCOPE_TEST);
    add_template(arena, &codes, workload->results, SCOPE_TEST);
    add_template(arena, &codes, workload->error_report, SCOPE_TEST);
    add_template(arena, &codes, workload->labels, SCOPE_PAYLOAD);
    add_template(arena, &codes, workload->rewrite.set, SCOPE_SETTINGS);
    for (size_t i = 0; i < workload->kpis_n; i++)
        if (workload->kpis[i].value.source)
            *LIST_ADD(arena, &codes) = (struct review_code){&workload->kpis[i].value, SCOPE_PAYLOAD, NULL};
    return codes;
}

bool review_mentioned(const struct workload *workload, const struct review_codes *codes, const char *word)
{
    for (size_t i = 0; i < codes->n; i++)
        if (names_mentioned(codes->v[i].code->source, word))
            return true;
    for (size_t i = 0; i < workload->lua_n; i++)
        if (names_mentioned(workload->lua[i].source, word))
            return true;
    return false;
}

bool review_uses_known(const struct problems *problems)
{
    static const char *const users[] = {"important_files", "parse_once", "parse_always", "payload", "labels", "kpis",
                                        "rewrite_settings", "reports", NULL};
    bool known = !problems_doubted(problems, "lua", NULL);
    for (const char *const *name = users; *name; name++)
        known &= !problems_doubted(problems, "sections", *name);
    return known;
}

/* ---- names ---- */

struct naming {
    const struct workload *workload;
    struct problems *problems;
    struct sandbox *sandbox; /* NULL: which functions there are is not known */
    const char *const *parsed; /* all names of parsed values, of the test and of functions, NULL-ended, for suggestions */
};

static const char *const test_names[] = {"settings", "import_settings", "exit_code", "dirs", "test", NULL};
static const char *const payload_names[] = {"metadata", "results", NULL};
static const char *const settings_names[] = {"settings", NULL};

static bool in_list(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* How the parsed value stands to an expression: 0: there is none of that name, 1: it is parsed before, -1: later. */
static int parsed(const struct workload *workload, const struct parser *reader, const char *name)
{
    const struct parser *parser;
    bool later = false;
    for (size_t i = 0; (parser = review_parser(workload, i)); i++) {
        later |= parser == reader;
        if (strcmp(parser->name, name) == 0)
            return later ? -1 : 1;
    }
    return 0;
}

static const char *const *names_of(enum review_scope scope)
{
    switch (scope) {
    case SCOPE_TEST: return test_names;
    case SCOPE_PAYLOAD: return payload_names;
    case SCOPE_SETTINGS: return settings_names;
    }
    return NULL;
}

static void check_test_name(const struct naming *naming, const struct review_code *code, const char *name)
{
    struct problems *problems = naming->problems;
    int when = parsed(naming->workload, code->parser, name);
    if (problems_doubted(problems, "parse_once", name) || problems_doubted(problems, "parse_always", name))
        return;
    if (when < 0)
        problems_add(problems, code->code->at, "'%s' is parsed later than '%s'; a value sees only those above it", name, code->parser->name);
    if (when == 0 && naming->sandbox)
        problems_add(problems, code->code->at, "'%s' is neither a parsed value nor a function%s", name,
                     review_nearest(problems->arena, name, naming->parsed));
}

static void check_name(const struct naming *naming, const struct review_code *code, const char *name)
{
    struct problems *problems = naming->problems;
    const char *const *own = names_of(code->scope);
    if (in_list(own, name) || (naming->sandbox && sandbox_has_name(naming->sandbox, name)))
        return;
    if (code->scope == SCOPE_TEST)
        check_test_name(naming, code, name);
    else if (!naming->sandbox)
        return;
    else if (code->scope == SCOPE_PAYLOAD)
        problems_add(problems, code->code->at, "'%s' cannot be seen here: KPIs and labels see metadata, results and functions%s", name,
                     review_nearest(problems->arena, name, own));
    else
        problems_add(problems, code->code->at, "'%s' cannot be seen here: rewrite_settings sees settings and functions", name);
}

/* results.x of a KPI, when the payload has no x: null for every test. */
static void check_member(const struct naming *naming, const struct review_code *code, const struct name_use *use)
{
    const struct workload *workload = naming->workload;
    struct problems *problems = naming->problems;
    const struct template *results = workload->results;
    if (code->scope != SCOPE_PAYLOAD || !use->member || strcmp(use->name, "results") != 0 || !results || template_member(results, use->member))
        return;
    if (problems_doubted(problems, "payload", "results") || problems_doubted(problems, "payload", use->member))
        return;
    const char **known = ARENA_ARRAY(problems->arena, const char *, results->members_n + 1);
    for (size_t i = 0; i < results->members_n; i++)
        known[i] = results->members[i].name;
    problems_add(problems, code->code->at, "payload.results has no '%s'%s", use->member, review_nearest(problems->arena, use->member, known));
}

static const char *const *all_names(struct arena *arena, const struct workload *workload)
{
    const struct parser *parser;
    LIST_OF(const char *) names = {0};
    for (size_t i = 0; (parser = review_parser(workload, i)); i++)
        *LIST_ADD(arena, &names) = parser->name;
    for (const char *const *name = test_names; *name; name++)
        *LIST_ADD(arena, &names) = *name;
    for (size_t i = 0; i < workload->lua_n; i++)
        for (const char *const *name = names_functions(arena, workload->lua[i].source); *name; name++)
            *LIST_ADD(arena, &names) = *name;
    *LIST_ADD(arena, &names) = NULL;
    return names.v;
}

static void review_names(const struct workload *workload, const struct workload_registry *registry, const struct review_codes *codes,
                         struct problems *problems)
{
    struct error err = {0};
    struct naming naming = {.workload = workload, .problems = problems, .parsed = all_names(problems->arena, workload)};
    if (!problems_doubted(problems, "lua", NULL))
        naming.sandbox = sandbox_open(
            &(struct sandbox_options){.files = workload->lua, .files_n = workload->lua_n, .helpers = registry->helpers}, &err);
    for (size_t i = 0; i < codes->n; i++) {
        struct name_uses uses = names_used(problems->arena, codes->v[i].code->source);
        for (size_t k = 0; k < uses.n; k++) {
            check_name(&naming, &codes->v[i], uses.v[k].name);
            check_member(&naming, &codes->v[i], &uses.v[k]);
        }
    }
    problems_take(problems, &err);
    sandbox_close(naming.sandbox);
}

/* An entry that is left out by a label which no payload has is never left out. */
static void review_ignored(const struct workload *workload, struct problems *problems)
{
    const struct template *settings = template_member(workload->metadata, "settings");
    if (!settings || settings->kind != TEMPLATE_MAP || !check_labels_known(workload, problems))
        return;
    for (size_t i = 0; i < workload->analyze.ignored_entries_n; i++) {
        const char *key = workload->analyze.ignored_entries[i].key;
        if (!template_member(settings, key) && !problems_doubted(problems, "payload", key))
            problems_add(problems, workload->analyze.ignored_entries[i].at, "analyze: ignored_entries: '%s' is not among payload.metadata.settings", key);
    }
}

/* Pairs have their control in themselves. */
static void review_controls(const struct workload *workload, struct problems *problems)
{
    const char *pair = workload->analyze.paired.label;
    for (size_t i = 0; pair && i < workload->kpis_n; i++) {
        const struct judging *judging = &workload->kpis[i].judging;
        if (judging->control.kpi || judging->control.labels.n)
            problems_note(problems, judging->control_at,
                          "KPI '%s': reference: no pair is divided by it (analyze: paired), as a pair cancels what its two runs share; it counts for runs "
                          "without '%s' only", workload->kpis[i].name, pair);
    }
}

void workload_review(const struct workload *workload, const struct workload_registry *registry, struct problems *problems)
{
    if (workload->parse_once_n + workload->parse_always_n + workload->artifact_dirs_n > REVIEW_PARTS_MAX) {
        problems_note(problems, (struct pos){.file = workload->file}, "more than %d parsers and artifact dirs: how they fit together is not looked at",
                      (int)REVIEW_PARTS_MAX);
        return;
    }
    struct review_codes codes = review_codes(problems->arena, workload);
    review_names(workload, registry, &codes, problems);
    review_ignored(workload, problems);
    review_controls(workload, problems);
    review_models(workload, problems);
    review_files(workload, problems);
    problems_sort(problems);
}

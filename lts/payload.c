#include "lts/payload.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "kpi/derive.h"
#include "lts/document.h"
#include "lts/schema.h"
#include "lts/type_schema.h"

struct lts {
    const struct workload *workload;
    json_t *schema_json;
    struct json_schema *schema;
};

/* What is known about the value at a pointer. */
struct origin {
    const char *pointer, *artifact, *reason;
};

struct building {
    const struct lts *lts;
    struct parsing *parsing;
    struct arena *arena;
    LIST_OF(struct origin) origins;
    LIST_OF(struct payload_violation) violations;
};

struct lts *lts_open(struct arena *arena, const struct workload *workload, struct error *err)
{
    struct lts *lts = ARENA_NEW(arena, struct lts);
    lts->workload = workload;
    if (!workload->lts || !workload->metadata)
        return lts;
    lts->schema_json = lts_schema(workload, err);
    if (lts->schema_json)
        lts->schema = json_schema_compile(arena, lts->schema_json, workload->file, err);
    if (lts->schema)
        return lts;
    lts_close(lts);
    return NULL;
}

void lts_close(struct lts *lts)
{
    if (!lts)
        return;
    if (lts->schema)
        json_schema_close(lts->schema);
    json_decref(lts->schema_json);
}

static const char *artifacts_text(struct arena *arena, const struct provenance *sources)
{
    struct text out = text_open(2000);
    for (size_t i = 0; i < sources->files_n; i++)
        text_printf(&out, "%s%s", i ? ", " : "", sources->files[i]);
    const char *text = out.len ? arena_strdup(arena, out.s) : NULL;
    text_close(&out);
    return text;
}

/* ---- metadata and results ---- */

/* A file that is not there or broken explains a missing value better than what the expression ran into. */
static const char *fault_text(const struct building *building, const struct provenance *sources)
{
    for (size_t i = 0; i < sources->files_n; i++) {
        const char *fault = parsing_fault(building->parsing, sources->files[i]);
        if (fault)
            return arena_printf(building->arena, "%s %s", sources->files[i], fault);
    }
    return NULL;
}

/* "settings.threads" of a test that has no such setting: no file stands behind it, so nothing else would say. */
static const char *setting_text(const struct building *building, const char *source)
{
    static const char head[] = "settings.";
    const char *name = source + sizeof(head) - 1;
    if (strncmp(source, head, sizeof(head) - 1) != 0 || name[strcspn(name, " .[(\"'+-*/%^<>=~,\n\t")] != '\0')
        return NULL;
    return arena_printf(building->arena, "the test's settings have no '%s'", name);
}

static json_t *evaluate(struct building *building, const struct template *template, const char *pointer)
{
    struct sandbox_result result = {0};
    struct provenance sources = {0};
    struct error err = {0};
    bool ok = parsing_evaluate(building->parsing, &template->code, &result, &sources, &err);
    struct origin origin = {.pointer = pointer, .artifact = artifacts_text(building->arena, &sources)};
    origin.reason = fault_text(building, &sources);
    if (!ok && !origin.reason)
        origin.reason = arena_strdup(building->arena, err.text);
    if (!origin.reason && (!result.value || json_is_null(result.value)) && !result.non_finite)
        origin.reason = setting_text(building, template->code.source);
    *LIST_ADD(building->arena, &building->origins) = origin;
    if (result.non_finite)
        *LIST_ADD(building->arena, &building->violations) = (struct payload_violation){
            .pointer = pointer, .found = "NaN or infinity", .expected = "a finite number", .artifact = origin.artifact};
    return result.value ? result.value : json_null();
}

/* The pointer of a member in the payload that is written: fields have aliases there. */
static const char *member_pointer(const struct building *building, const struct model *model, const char *pointer, const char *name)
{
    const struct field *field = model ? model_field(model, name) : NULL;
    return document_pointer(building->arena, pointer, field ? field->document : name);
}

static json_t *fill(struct building *building, const struct template *template, const struct model *model, const char *pointer);

static json_t *fill_map(struct building *building, const struct template *template, const struct model *model, const char *pointer)
{
    const struct workload *workload = building->lts->workload;
    json_t *value = json_object();
    for (size_t i = 0; i < template->members_n; i++) {
        const struct template *member = &template->members[i];
        const struct model *inner = document_model(workload, model, member->name);
        if (!inner && strcmp(pointer, "/metadata") == 0 && strcmp(member->name, "settings") == 0)
            inner = models_find(&workload->models, "Settings");
        json_object_set_new(value, member->name, fill(building, member, inner, member_pointer(building, model, pointer, member->name)));
    }
    return value;
}

/* `model`: that of the value; NULL when it is none, or not known. */
static json_t *fill(struct building *building, const struct template *template, const struct model *model, const char *pointer)
{
    json_t *value;
    switch (template->kind) {
    case TEMPLATE_CONSTANT: return json_incref(template->constant);
    case TEMPLATE_EXPRESSION: return evaluate(building, template, pointer);
    case TEMPLATE_MAP: return fill_map(building, template, model, pointer);
    case TEMPLATE_LIST:
        value = json_array();
        for (size_t i = 0; i < template->members_n; i++)
            json_array_append_new(value, fill(building, &template->members[i], NULL, arena_printf(building->arena, "%s/%zu", pointer, i)));
        return value;
    }
    return NULL;
}

/* What every payload has, unless the workload says otherwise. */
static void add_defaults(const struct building *building, json_t *metadata)
{
    const struct workload *workload = building->lts->workload;
    if (!json_object_get(metadata, "lts_schema_version") && workload->schema_version)
        json_object_set_new(metadata, "lts_schema_version", json_string(workload->schema_version));
    if (!json_object_get(metadata, "exit_code"))
        json_object_set_new(metadata, "exit_code", json_integer(parsing_test(building->parsing)->exit_code));
}

/* ---- kpis ---- */

/* The origin of the value at `pointer`, or of the nearest value around it. */
static const struct origin *find_origin(const struct building *building, const char *pointer)
{
    const struct origin *best = NULL;
    size_t best_n = 0;
    for (size_t i = 0; i < building->origins.n; i++) {
        const struct origin *origin = &building->origins.v[i];
        size_t n = strlen(origin->pointer);
        if (n >= best_n && strncmp(pointer, origin->pointer, n) == 0 && (pointer[n] == '\0' || pointer[n] == '/')) {
            best = origin;
            best_n = n;
        }
    }
    return best;
}

/* ", because …", ", from …": what is known about the value at a pointer. */
static const char *origin_text(const struct building *building, const struct origin *origin)
{
    const char *text = origin ? (origin->reason ? origin->reason : origin->artifact) : NULL;
    return text ? arena_printf(building->arena, origin->reason ? ", because %s" : ", from %s", text) : "";
}

/* Why the KPI has no value: which of the values that it names were not there, and why. What its expression ran into then is said
 * where that is not known. */
static const char *gap_text(const struct building *building, const struct kpi_gap *gap)
{
    const char *text = "";
    bool explained = gap->missing.n > 0;
    for (size_t i = 0; i < gap->missing.n; i++) {
        const struct origin *origin = find_origin(building, gap->missing.v[i].pointer);
        explained &= origin && origin->reason;
        text = arena_printf(building->arena, "%s%s%s is null%s", text, i ? "; " : "", gap->missing.v[i].path, origin_text(building, origin));
    }
    if (explained)
        return text;
    return text[0] ? arena_printf(building->arena, "%s; %s", gap->reason, text) : gap->reason;
}

/* Every KPI has the start as its time; where that is no time, all of them say so. */
static void explain_start(struct building *building, const json_t *metadata)
{
    const struct workload *workload = building->lts->workload;
    const char *start = json_string_value(json_object_get(metadata, "start"));
    struct moment moment;
    struct error ignored = {0};
    if (!start || moment_parse(start, MOMENT_ISO, (struct pos){0}, &moment, &ignored))
        return;
    for (size_t i = 0; i < workload->kpis_n; i++)
        *LIST_ADD(building->arena, &building->origins) = (struct origin){
            .pointer = arena_printf(building->arena, "/kpis/%s/@timestamp", workload->kpis[i].name),
            .reason = arena_printf(building->arena, "metadata.start is '%.60s', which is no time", start)};
}

static json_t *derive(struct building *building, json_t *metadata, json_t *results)
{
    struct error err = {0};
    struct kpi_gaps gaps = {0};
    json_t *kpis = NULL, *globals = json_pack("{s:O s:O}", "metadata", metadata, "results", results);
    struct sandbox *sandbox = parsing_sandbox_with(building->parsing, globals, &err);
    explain_start(building, metadata);
    if (sandbox)
        kpis = kpis_derive(building->arena, building->lts->workload, sandbox, metadata, results, &gaps);
    for (size_t i = 0; i < gaps.n; i++) {
        struct origin origin = {.pointer = arena_printf(building->arena, "/kpis/%s/value", gaps.v[i].name),
                                .reason = gap_text(building, &gaps.v[i])}; /* looks at the list, so before it grows */
        *LIST_ADD(building->arena, &building->origins) = origin;
    }
    json_decref(globals);
    return kpis ? kpis : json_object();
}

/* ---- validation ---- */

static bool is_said(const struct violations *found, const char *head, const char *tail)
{
    size_t n = strlen(head);
    for (size_t i = 0; i < found->n; i++)
        if (strncmp(found->v[i].pointer, head, n) == 0 && strcmp(found->v[i].pointer + n, tail) == 0)
            return true;
    return false;
}

/* A KPI that is a result as it stands is as wrong as the result: said once, for the result. */
static bool repeats_result(const struct building *building, const char *pointer, const struct violations *found)
{
    static const char head[] = "/kpis/", tail[] = "/value", path[] = "results.";
    size_t n = strlen(pointer), head_n = sizeof(head) - 1, tail_n = sizeof(tail) - 1;
    if (n <= head_n + tail_n || strncmp(pointer, head, head_n) != 0 || strcmp(pointer + n - tail_n, tail) != 0)
        return false;
    const struct workload *workload = building->lts->workload;
    for (size_t i = 0; i < workload->kpis_n; i++) {
        const struct kpi *kpi = &workload->kpis[i];
        if (strlen(kpi->name) == n - head_n - tail_n && strncmp(kpi->name, pointer + head_n, strlen(kpi->name)) == 0 &&
            strncmp(kpi->value.source, path, sizeof(path) - 1) == 0)
            return is_said(found, "/results/", kpi->value.source + sizeof(path) - 1);
    }
    return false;
}

/* A label of a KPI is a setting, its time the start: said once, for those. */
static bool repeats_metadata(const char *pointer, const struct violations *found)
{
    const char *slash = strncmp(pointer, "/kpis/", 6) == 0 ? strrchr(pointer, '/') : NULL;
    if (!slash || slash == pointer + 5)
        return false;
    if (strcmp(slash, "/@timestamp") == 0)
        return is_said(found, "/metadata/start", "");
    return is_said(found, strcmp(slash, "/test_uuid") == 0 ? "/metadata/" : "/metadata/settings/", slash + 1);
}

/* A number that is not finite was said when the value that it stands in was evaluated. */
static bool is_non_finite(const struct building *building, size_t said, const struct violation *violation)
{
    for (size_t i = 0; i < said && strcmp(violation->found, "null") == 0; i++) {
        const char *known = building->violations.v[i].pointer;
        size_t n = strlen(known);
        if (n && strncmp(violation->pointer, known, n) == 0 && (violation->pointer[n] == '\0' || violation->pointer[n] == '/'))
            return true;
    }
    return false;
}

static void validate(struct building *building, const json_t *json)
{
    struct violations found = {0};
    const size_t said = building->violations.n;
    json_schema_check(building->lts->schema, json, building->arena, &found);
    for (size_t i = 0; i < found.n; i++) {
        const struct violation *violation = &found.v[i];
        if (repeats_metadata(violation->pointer, &found) || repeats_result(building, violation->pointer, &found) ||
            is_non_finite(building, said, violation))
            continue;
        const struct origin *origin = find_origin(building, violation->pointer);
        *LIST_ADD(building->arena, &building->violations) =
            (struct payload_violation){.pointer = violation->pointer,
                                       .found = violation->found,
                                       .expected = type_schema_words(violation->expected),
                                       .artifact = origin ? origin->artifact : NULL,
                                       .reason = origin ? origin->reason : NULL};
    }
}

static void check_broken(struct building *building)
{
    const struct findings *findings = parsing_findings(building->parsing);
    for (size_t i = 0; i < findings->n; i++)
        if (findings->v[i].level == FINDING_BROKEN)
            *LIST_ADD(building->arena, &building->violations) = (struct payload_violation){
                .pointer = "", .found = "a broken artifact", .expected = "artifacts that can be read", .reason = findings->v[i].text};
}

/* What `payload:` gives, with defaults; the KPIs see that. Then the names that fields have in documents. */
static json_t *build(struct building *building)
{
    const struct workload *workload = building->lts->workload;
    json_t *metadata = fill(building, workload->metadata, models_find(&workload->models, "Metadata"), "/metadata");
    json_t *results = fill(building, workload->results, models_find(&workload->models, "Results"), "/results");
    add_defaults(building, metadata);
    metadata = document_metadata(workload, DOCUMENT_DEFAULTS, metadata);
    results = document_results(workload, DOCUMENT_DEFAULTS, results);
    json_t *kpis = derive(building, metadata, results);
    metadata = document_metadata(workload, DOCUMENT_NAMES, metadata);
    results = document_results(workload, DOCUMENT_NAMES, results);
    json_t *payload = json_pack("{s:o s:o s:o}", "metadata", metadata, "results", results, "kpis", document_kpis(workload, DOCUMENT_NAMES, kpis));
    return document_payload(workload, DOCUMENT_NAMES, document_payload(workload, DOCUMENT_DEFAULTS, payload));
}

void payload_build(const struct lts *lts, struct parsing *parsing, struct payload *payload)
{
    *payload = (struct payload){0};
    if (!lts->schema)
        return;
    struct building building = {.lts = lts, .parsing = parsing, .arena = parsing_arena(parsing)};
    payload->json = build(&building);
    json_t *metadata = json_object_get(payload->json, "metadata");
    check_broken(&building);
    validate(&building, payload->json);
    payload->violations = building.violations.v;
    payload->violations_n = building.violations.n;
    payload->id = json_string_value(json_object_get(metadata, "test_uuid"));
    const char *status = json_string_value(json_object_get(metadata, "status"));
    payload->invalid_status = status && strcmp(status, "Valid") != 0;
}

void payload_close(struct payload *payload)
{
    json_decref(payload->json);
    *payload = (struct payload){0};
}

const char *payload_violation_where(const struct payload_violation *violation)
{
    return violation->pointer[0] ? violation->pointer : "payload";
}

const char *payload_violation_text(struct arena *arena, const struct payload_violation *violation)
{
    struct text out = text_open(4000);
    text_printf(&out, "found %s, expected %s", violation->found, violation->expected);
    bool told = violation->reason && violation->artifact &&
                strncmp(violation->reason, violation->artifact, strlen(violation->artifact)) == 0;
    if (violation->artifact && !told)
        text_printf(&out, "; from %s", violation->artifact);
    if (violation->reason)
        text_printf(&out, "; because %s", violation->reason);
    const char *text = arena_strdup(arena, out.s);
    text_close(&out);
    return text;
}

#include "step/validate_step.h"

#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "json/write.h"
#include "step/instance.h"

enum { TEXT_MAX = 1 << 30, TROUBLES_MAX = 100 };

/* A document on its way: worked on by a worker, then delivered. */
struct slot {
    struct arena arena;
    struct text out; /* what goes to standard output */
    size_t values, violations, invalid;
    LIST_OF(struct error) troubles; /* of what could not be read */
    size_t troubles_n;              /* with those beyond TROUBLES_MAX */
    bool big_integers, odd_characters;
};

struct validating {
    struct context *context;
    const struct validate_step *step;
    const struct json_schema *schema;
    struct slot *slots;
    size_t window;
    size_t values, documents, violations, invalid, broken; /* of what was delivered; documents: files with violations */
};

/* --- a document --- */

static void add_trouble(struct slot *slot, const struct error *err)
{
    slot->troubles_n++;
    if (slot->troubles.n < TROUBLES_MAX)
        *LIST_ADD(&slot->arena, &slot->troubles) = *err;
}

static void add_line(struct slot *slot, const char *name, const struct violation *violation, const struct json_spot *spot)
{
    text_add_line(&slot->out, name);
    if (spot->line)
        text_printf(&slot->out, ":%d:%d", spot->line, spot->col);
    text_add(&slot->out, ": ");
    text_add_line(&slot->out, *violation->pointer ? violation->pointer : "the document");
    text_add(&slot->out, ": found ");
    text_add_line(&slot->out, violation->found);
    text_add(&slot->out, ", expected ");
    text_add_line(&slot->out, violation->expected);
    text_add(&slot->out, " (");
    text_add_line(&slot->out, *violation->schema_pointer ? violation->schema_pointer : "the schema");
    text_add(&slot->out, ")\n");
}

static json_t *violation_json(const struct violation *violation, const struct json_spot *spot)
{
    json_t *json = memory_need(json_pack("{s:s, s:s, s:s, s:s}", "pointer", violation->pointer, "schema_pointer",
                                         violation->schema_pointer, "found", violation->found, "expected", violation->expected));
    json_object_set_new(json, "line", spot->line ? json_integer(spot->line) : json_null());
    json_object_set_new(json, "column", spot->line ? json_integer(spot->col) : json_null());
    return json;
}

/* Where the violations stand in the file. */
static const struct json_spot *locate(struct slot *slot, const struct instance *document, const struct violations *found)
{
    struct json_spot *spots = ARENA_ARRAY(&slot->arena, struct json_spot, found->n + 1);
    for (size_t i = 0; i < found->n; i++)
        spots[i].pointer = found->v[i].pointer;
    if (found->n)
        instance_locate(document, spots, found->n);
    return spots;
}

/* Checks each element of the list; pointers begin with its index. */
static void check_elements(const struct validating *v, struct slot *slot, const json_t *list, struct violations *found)
{
    for (size_t i = 0; i < json_array_size(list) && found->n < JSON_VIOLATIONS_MAX; i++) {
        size_t before = found->n;
        json_schema_check(v->schema, json_array_get(list, i), &slot->arena, found);
        for (size_t k = before; k < found->n; k++)
            found->v[k].pointer = arena_printf(&slot->arena, "/%zu%s", i, found->v[k].pointer);
        slot->invalid += found->n > before;
        slot->values++;
    }
}

static void check_value(const struct validating *v, struct slot *slot, const struct instance *document, json_t *listed)
{
    struct violations found = {0};
    if (v->step->each && json_is_array(document->json)) {
        check_elements(v, slot, document->json, &found);
    } else {
        json_schema_check(v->schema, document->json, &slot->arena, &found);
        slot->invalid += found.n > 0;
        slot->values++;
    }
    const struct json_spot *spots = locate(slot, document, &found);
    for (size_t i = 0; i < found.n && slot->violations + i < JSON_VIOLATIONS_MAX; i++) {
        if (listed)
            json_array_append_new(listed, violation_json(&found.v[i], &spots[i]));
        else
            add_line(slot, document->name, &found.v[i], &spots[i]);
    }
    slot->violations += found.n;
}

/* {"document": …, "valid": …, "errors": […], "violations": […]} */
static void add_json(struct slot *slot, const char *name, json_t *violations)
{
    static const struct json_style style = {.indent = 4, .ascii = true};
    json_t *errors = json_array(), *json = json_object();
    for (size_t i = 0; i < slot->troubles.n; i++)
        json_array_append_new(errors, json_string(slot->troubles.v[i].text));
    json_t *path = json_string(name);
    json_object_set_new(json, "document", path ? path : json_string("(a name that is not UTF-8)"));
    json_object_set_new(json, "valid", json_boolean(!slot->violations && !slot->troubles_n));
    json_object_set_new(json, "errors", errors);
    json_object_set(json, "violations", violations);
    text_add(&slot->out, "        ");
    json_write(&slot->out, json, &style, 2);
    json_decref(json);
}

static void work(void *context, size_t piece, unsigned worker)
{
    const struct validating *v = context;
    struct slot *slot = &v->slots[piece % v->window];
    struct instance document = {0};
    struct error err = {0};
    const char *path = v->step->documents[piece];
    json_t *listed = v->step->json ? json_array() : NULL;
    (void)worker;
    arena_clear(&slot->arena);
    text_clear(&slot->out);
    *slot = (struct slot){.arena = slot->arena, .out = slot->out};
    if (*v->context->signal)
        goto out; /* nothing of it is delivered */
    bool more = instance_open(&document, path, &err);
    while (more) {
        struct arena yaml = {0};
        bool got = instance_next(&document, &yaml, &err);
        if (got)
            check_value(v, slot, &document, listed);
        else if (err.kind && document.kind == INSTANCE_LINES)
            add_trouble(slot, &err);
        more = got || (err.kind && document.kind == INSTANCE_LINES);
        err = more ? (struct error){0} : err;
        arena_close(&yaml);
    }
    if (err.kind)
        add_trouble(slot, &err);
    slot->big_integers = document.big_integers;
    slot->odd_characters = document.odd_characters;
out:
    if (v->step->json)
        add_json(slot, document.name ? document.name : path, listed);
    json_decref(listed);
    instance_close(&document);
}

static bool deliver(void *context, size_t piece)
{
    struct validating *v = context;
    const struct slot *slot = &v->slots[piece % v->window];
    struct log *log = &v->context->log;
    const char *name = context_shown(v->context, v->step->documents[piece]);
    if (context_interrupted(v->context))
        return false;
    if (v->step->json)
        fprintf(v->context->out, "%s\n", piece ? "," : "");
    fwrite(slot->out.s, 1, slot->out.len, v->context->out);
    for (size_t i = 0; i < slot->troubles.n; i++)
        log_line(log, LOG_ERROR, "%s", slot->troubles.v[i].text);
    if (slot->troubles_n > slot->troubles.n)
        log_line(log, LOG_ERROR, "%s: %zu further lines that cannot be read", name, slot->troubles_n - slot->troubles.n);
    if (slot->violations > JSON_VIOLATIONS_MAX)
        log_line(log, LOG_WARNING, "%s: %zu violations, of which %d are listed", name, slot->violations, (int)JSON_VIOLATIONS_MAX);
    if (slot->big_integers)
        log_line(log, LOG_WARNING, "%s: integers beyond 64 bits are compared as doubles", name);
    if (slot->odd_characters)
        log_line(log, LOG_WARNING, "%s: \\u0000 and lone surrogates are taken for U+FFFD", name);
    v->values += slot->values;
    v->violations += slot->violations;
    v->invalid += slot->invalid;
    v->documents += slot->violations > 0;
    v->broken += slot->troubles_n > 0;
    return !ferror(v->context->out);
}

/* --- the run --- */

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static int finish(struct validating *v, bool complete)
{
    struct context *context = v->context;
    struct error err = {0};
    const char *schema = context_shown(context, v->step->schema.path);
    if (v->step->json)
        fprintf(context->out, "%s    ],\n    \"complete\": %s,\n    \"valid\": %s\n}\n", v->step->documents_n ? "\n" : "",
                complete ? "true" : "false", complete && !v->invalid && !v->broken ? "true" : "false");
    if (context_stopped(context, "not all documents were checked", &err))
        return context_fail(context, &err);
    if (!complete)
        return 0; /* standard output is gone: the program says so */
    if (v->invalid)
        log_line(&context->log, LOG_ERROR, "%zu of %zu document%s violate%s %s: %zu violation%s", v->invalid, v->values,
                 plural(v->values), v->invalid == 1 ? "s" : "", schema, v->violations, plural(v->violations));
    else if (v->values)
        log_line(&context->log, LOG_INFO, "%zu document%s valid against %s", v->values, v->values == 1 ? " is" : "s are", schema);
    if (v->invalid)
        return ERR_INVALID;
    return v->broken ? ERR_ARTIFACT : 0;
}

static int check_documents(struct validating *v)
{
    unsigned workers = context_jobs(v->context);
    size_t n = v->step->documents_n;
    v->window = workers > n ? n : (size_t)workers * 2;
    workers = workers > v->window ? (unsigned)v->window : workers;
    v->slots = memory_need(calloc(v->window, sizeof(*v->slots)));
    for (size_t i = 0; i < v->window; i++)
        v->slots[i].out = text_open(TEXT_MAX);
    if (v->step->json) {
        struct text name = text_open(1 << 16);
        json_write_string(&name, v->step->schema.path, strlen(v->step->schema.path), &(struct json_style){.ascii = true});
        fprintf(v->context->out, "{\n    \"schema\": %s,\n    \"documents\": [", name.s);
        text_close(&name);
    }
    struct pool_job job = {.count = n, .workers = workers, .window = v->window, .context = v, .work = work, .deliver = deliver};
    bool complete = pool_run(&job);
    int code = finish(v, complete);
    for (size_t i = 0; i < v->window; i++) {
        text_close(&v->slots[i].out);
        arena_close(&v->slots[i].arena);
    }
    free(v->slots);
    return code;
}

static int fail_schema(struct context *context, const char *path, const struct violations *broken, const struct error *err)
{
    if (!broken->n)
        return context_fail(context, err);
    for (size_t i = 0; i < broken->n; i++)
        log_line(&context->log, LOG_ERROR, "%s#%s: found %s, expected %s", path, broken->v[i].pointer, broken->v[i].found,
                 broken->v[i].expected);
    return (int)err->kind;
}

/* What looks like a keyword and asserts nothing may be a slip of the pen. */
static void warn_passed_over(struct context *context, const struct json_schema *schema)
{
    size_t n;
    const char *const *passed = json_schema_passed_over(schema, &n);
    for (size_t i = 0; i < n && i < JSON_SCHEMA_PASSED_MAX; i++)
        log_line(&context->log, LOG_WARNING, "%s; it asserts nothing", passed[i]);
    if (n > JSON_SCHEMA_PASSED_MAX)
        log_line(&context->log, LOG_WARNING, "and %zu more such keywords", n - JSON_SCHEMA_PASSED_MAX);
}

int validate_run(struct context *context, const struct validate_step *step)
{
    struct error err = {0};
    struct violations broken = {0};
    struct schema_source *source = schema_source_open(context->arena, &step->schema, &broken, &err);
    if (!source)
        return fail_schema(context, step->schema.path, &broken, &err);
    warn_passed_over(context, schema_source_schema(source));
    struct validating v = {.context = context, .step = step, .schema = schema_source_schema(source)};
    int code = check_documents(&v);
    schema_source_close(source);
    return code;
}

/* matbench schema workload|verdict|acknowledgements|bundle|outcome — JSON Schemas of what people write for matbench, and of what it writes for them. */
#include <string.h>

#include "base/embedded.h"
#include "cmd/command.h"
#include "store/parse.h"
#include "workload/shape.h"

extern const struct embedded cmd_schemas[];

static const struct option options_file[] = {
    {"file", OPTION_TEXT, "FILE", "-", false, "Where the schema goes."},
    {0},
};

static const struct option *const tables[] = {options_file, options_common, NULL};

static const struct {
    const char *name, *file; /* file NULL: made from the loader's tables */
    const char *of;
} schemas[] = {
    {"workload", NULL, "a workload.yaml"},
    {"verdict", "verdict.schema.json", "regression_verdicts.json"},
    {"acknowledgements", "acknowledgements.schema.json", "what `matbench ack` writes"},
    {"bundle", "bundle.schema.json", "what --bundle writes"},
    {"outcome", "outcome.schema.json", "outcome.json of `matbench ci`"},
};
enum { SCHEMAS = sizeof(schemas) / sizeof(schemas[0]) };

static bool print_made(struct context *context, const char *path, struct error *err)
{
    json_t *schema = workload_schema(store_registry());
    bool ok = context_write_json(context, path, schema, err);
    json_decref(schema);
    return ok;
}

static bool print_embedded(struct context *context, const char *path, const char *name, struct error *err)
{
    const struct embedded *file = cmd_schemas;
    while (file->name && strcmp(file->name, name) != 0)
        file++;
    struct text text = text_open(1 << 20);
    text_addn(&text, file->bytes, file->size);
    bool ok = context_write(context, path, &text, err);
    text_close(&text);
    return ok;
}

/* "workload (a workload.yaml), verdict (…), … or outcome (…)" */
static const char *listed(struct context *context)
{
    const char *list = "";
    for (size_t i = 0; i < SCHEMAS; i++)
        list = arena_printf(context->arena, "%s%s%s (%s)", list, i == 0 ? "" : i + 1 == SCHEMAS ? " or " : ", ", schemas[i].name, schemas[i].of);
    return list;
}

static int run(struct context *context)
{
    struct error err = {0};
    const char *name = options_positional(context->options, 0), *path = options_text(context->options, "file");
    for (size_t i = 0; name && i < SCHEMAS; i++) {
        if (strcmp(name, schemas[i].name) != 0)
            continue;
        bool ok = schemas[i].file ? print_embedded(context, path, schemas[i].file, &err) : print_made(context, path, &err);
        return ok ? 0 : context_fail(context, &err);
    }
    log_line(&context->log, LOG_ERROR, "schema: %s%s%sexpected which one: %s; payloads have `matbench generate_lts_schema`", name ? "'" : "",
             name ? name : "", name ? "': " : "", listed(context));
    return ERR_USAGE;
}

const struct command command_print_schema = {
    "schema", "Prints a JSON Schema: workload, acknowledgements, verdict, bundle, outcome.",
    "workload | verdict | acknowledgements | bundle | outcome", 1, tables, run};

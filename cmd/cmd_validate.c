/* matbench validate --schema=S.json DOC.json… — holds documents against a JSON Schema. */
#include <string.h>

#include "cmd/command.h"
#include "step/validate_step.h"

enum { DOCUMENTS_MAX = 1000000 };

static const struct option options_validate_only[] = {
    {"schema", OPTION_TEXT, "FILE", NULL, true, "The JSON Schema: draft 2020-12 or draft-07; JSON, or YAML by its name. Or the URI of a draft's meta-schema."},
    {"schema_dir", OPTION_LIST, "URI=DIR", NULL, false, "Schemas whose URI begins so are files below DIR. Those beside the schema are found without it; the network is never asked."},
    {"draft", OPTION_TEXT, "2020-12|07", "2020-12", false, "The draft of a schema without $schema."},
    {"each", OPTION_BOOL, NULL, "false", false, "A document that is a list is many documents: its elements, as the payloads that parse writes."},
    {"assert_formats", OPTION_BOOL, NULL, "false", false, "The keyword format is checked; without this it is an annotation."},
    {"format", OPTION_TEXT, "text|json", "text", false, "A line for each violation, or one JSON document."},
    {0},
};

static const struct option *const tables[] = {options_validate_only, options_common, NULL};

/* The index of the option's value among the choices, or -1 after saying that it is none. */
static int choice(struct context *context, const char *name, const char *const *choices)
{
    const char *value = options_text(context->options, name);
    for (int i = 0; choices[i]; i++)
        if (strcmp(value, choices[i]) == 0)
            return i;
    log_line(&context->log, LOG_ERROR, "--%s=%s: expected %s or %s", name, value, choices[0], choices[1]);
    return -1;
}

/* The documents; NULL after saying what is wrong with them. */
static const char *const *documents_of(struct context *context, size_t *n)
{
    const char **paths;
    bool standard = false;
    for (*n = 0; options_positional(context->options, *n); ++*n) {
    }
    paths = ARENA_ARRAY(context->arena, const char *, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        paths[i] = options_positional(context->options, i);
        bool dash = strcmp(paths[i], "-") == 0;
        if (dash && standard) {
            log_line(&context->log, LOG_ERROR, "'-' is standard input, which can be read once");
            return NULL;
        }
        standard |= dash;
    }
    if (*n)
        return paths;
    log_line(&context->log, LOG_ERROR, "validate: expected documents: matbench validate --schema=S.json DOC.json… ('-': standard input)");
    return NULL;
}

static int run(struct context *context)
{
    static const char *const formats[] = {"text", "json", NULL}, *const drafts[] = {"2020-12", "07", NULL};
    struct validate_step step = {.schema = {.path = options_text(context->options, "schema"),
                                            .directories = options_list(context->options, "schema_dir"),
                                            .assert_formats = options_bool(context->options, "assert_formats")}};
    int format = choice(context, "format", formats), draft = choice(context, "draft", drafts);
    step.documents = documents_of(context, &step.documents_n);
    if (format < 0 || draft < 0 || !step.documents)
        return ERR_USAGE;
    step.each = options_bool(context->options, "each");
    step.json = format == 1;
    step.schema.draft = draft == 1 ? JSON_DRAFT_07 : JSON_DRAFT_2020_12;
    return validate_run(context, &step);
}

const struct command command_validate = {
    "validate", "Holds JSON and YAML documents against a JSON Schema.", "DOC…", DOCUMENTS_MAX, tables, run};

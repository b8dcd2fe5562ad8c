/* openmetrics: FILE, OpenMetrics or Prometheus text: an object of families; with metrics: [FAMILY…] only these; with metric: NAME the
 * list of its samples; labels: {name: text} chooses samples, value: true wants the value of one. */
#include "store/exposition.h"
#include "store/helper.h"

enum { FILE_NAME, FORMAT, METRICS, METRIC, LABELS, VALUE };

static bool check_fit(const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    if (a[METRIC].given && a[METRICS].given)
        return error_at(err, ERR_USAGE, a[METRIC].at, "'%s': expected metric or metrics, found both", parser->name);
    if (a[VALUE].given && a[VALUE].flag && !a[METRIC].given)
        return error_at(err, ERR_USAGE, a[VALUE].at, "'%s': value: true is the value of one metric: expected metric: NAME beside it",
                        parser->name);
    return true;
}

static void note_found(struct parsing *parsing, const char *path, const struct exposition_found *found)
{
    if (found->non_finite)
        parsing_note(parsing, FINDING_WARNING, path, "%zu values are NaN or infinite (read as null)", found->non_finite);
    if (found->bad)
        parsing_note(parsing, FINDING_WARNING, path, "%zu bytes are not UTF-8 (read as U+FFFD)", found->bad);
}

static json_t *parse_openmetrics(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    const char *bytes, *path;
    size_t len;
    if (parsing_read(parsing, a[FILE_NAME].text, &bytes, &len, &path, err) != ROOT_FOUND)
        return NULL;
    struct exposition_options options = {.file = path, .format = (enum exposition_format)a[FORMAT].word, .families = a[METRICS].names,
                                          .metric = a[METRIC].text, .labels = a[LABELS].names};
    struct exposition_found found = {0};
    json_t *all = exposition_read(bytes, len, &options, &found, err);
    if (all)
        note_found(parsing, path, &found);
    if (!all || !a[VALUE].flag)
        return all;
    json_t *value = exposition_value(all, a[METRIC].text, path, err);
    if (!value && !err->kind)
        parsing_note(parsing, FINDING_NOTE, path, "no sample of '%s'%s", a[METRIC].text, a[LABELS].given ? " with these labels" : "");
    json_decref(all);
    return value;
}

static const struct parser_argument arguments[] = {{"openmetrics", ARGUMENT_FILE, NULL, false},
                                                   {"format", ARGUMENT_WORD, exposition_format_words, false},
                                                   {"metrics", ARGUMENT_NAMES, NULL, false},
                                                   {"metric", ARGUMENT_MARK, NULL, false},
                                                   {"labels", ARGUMENT_LABELS, NULL, false},
                                                   {"value", ARGUMENT_FLAG, NULL, false},
                                                   {0}};
const struct parser_kind parser_openmetrics = {
    .name = "openmetrics", .arguments = arguments, .parse = parse_openmetrics, .check = check_fit};

/* openmetrics("metrics.txt"[, {metric = "up", labels = {job = "x"}, value = true, …}]) */
bool help_openmetrics(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_openmetrics, 1, (struct helper_arguments){given, n}, result, err);
}

/* prometheus: FOLDER, in which the answers of Prometheus are kept, a file per metric; with metrics: [NAME…]: an object with the
 * series of each, null for those without a file. */
#include "store/helper.h"
#include "store/prometheus.h"

static json_t *read_metric(struct parsing *parsing, const char *folder, const char *metric, struct error *err)
{
    const char *path, *name = arena_printf(parsing->arena, "%s/%s", folder, prometheus_file(parsing->arena, metric));
    size_t left_out = 0;
    json_t *answer = parsing_json(parsing, name, NULL, 0, err);
    if (!answer || !parsing_resolve(parsing, name, &path, err))
        return NULL;
    json_t *series = prometheus_series(answer, path, &left_out, err);
    json_decref(answer);
    if (left_out)
        parsing_note(parsing, FINDING_WARNING, path, "%zu samples are NaN or infinite (left out)", left_out);
    return series;
}

static json_t *parse_prometheus(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *folder = &parser->arguments[0], *metrics = &parser->arguments[1];
    const char *bytes, *path;
    size_t len;
    bool exists;
    if (!parsing_exists(parsing, folder->text, &exists, err))
        return NULL;
    if (!exists) { /* said once, not for each file */
        parsing_read(parsing, folder->text, &bytes, &len, &path, err);
        return NULL;
    }
    json_t *all = json_object();
    for (const char *const *name = metrics->names; *name && !err->kind; name++) {
        json_t *series = read_metric(parsing, folder->text, *name, err);
        json_object_set_new(all, *name, series ? series : json_null());
    }
    return all;
}

static const struct parser_argument arguments[] = {
    {"prometheus", ARGUMENT_TEXT, NULL, false}, {"metrics", ARGUMENT_NAMES, NULL, true}, {0}};
const struct parser_kind parser_prometheus = {.name = "prometheus", .arguments = arguments, .parse = parse_prometheus};

/* prometheus("prometheus_db", {metrics = {"up"}}) */
bool help_prometheus(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_prometheus, 1, (struct helper_arguments){given, n}, result, err);
}

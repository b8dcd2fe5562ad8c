/* store/helper.h — a parser called as a function from Lua: the same arguments, those that have names in a table.
 *
 *     openmetrics("metrics.txt", {metric = "up", labels = {job = "api"}, value = true})
 *     sqlite("stats.db", "SELECT name FROM t WHERE x > :least", {params = {least = 3}})
 */
#ifndef STORE_HELPER_H
#define STORE_HELPER_H
#include "store/parsing.h"

struct helper_arguments {
    json_t *const *v;
    size_t n;
};

/* The first `plain` arguments of the parser are texts in their order, the others members of the table behind them. What is wrong with
 * them is said as Lua writes it. A file that is not there gives nil. */
bool helper_parse(struct parsing *parsing, const struct parser_kind *kind, size_t plain, struct helper_arguments given,
                  json_t **result, struct error *err);

/* The parsers that are reachable so. */
bool help_openmetrics(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_junit(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_robot(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_xml(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_sqlite(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_csv(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_tsv(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_ini(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_jsonl(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_between(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_ansible_log(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_ansible_play(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_prometheus(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);
bool help_files(void *context, json_t *const *given, size_t n, json_t **result, struct error *err);

#endif

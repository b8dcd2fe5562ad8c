#include "history/opensearch/query.h"

#include <string.h>

#include "base/text.h"
#include "json/read.h"
#include "json/write.h"

enum { VALUES_MAX = 1000 /* alternatives of a filter that are asked of a server */ };

static json_t *term(const char *field, json_t *value)
{
    return json_pack("{s:{s:o}}", "term", field, value);
}

static json_t *terms(const char *field, json_t *values)
{
    return json_pack("{s:{s:o}}", "terms", field, values);
}

static json_t *without(json_t *clause)
{
    return json_pack("{s:{s:[o]}}", "bool", "must_not", clause);
}

static json_t *either(json_t *a, json_t *b)
{
    return json_pack("{s:{s:[o,o],s:i}}", "bool", "should", a, b, "minimum_should_match", 1);
}

static json_t *marked(void)
{
    return json_pack("{s:{s:s}}", "exists", "field", "matbench.workload");
}

/* ---- values ---- */

/* What JSON values have the text: filter_takes turned round. Python's words are among them. */
static const char *json_word(const char *text)
{
    static const char *const words[][2] = {{"True", "true"}, {"False", "false"}, {"None", "null"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(text, words[i][0]) == 0)
            return words[i][1];
    return NULL;
}

static void add_label(struct arena *arena, json_t *list, const char *key, const char *value)
{
    json_array_append_new(list, json_string(opensearch_label(arena, &(struct label){key, value})));
}

static bool too_long(const char *text)
{
    return strlen(text) > OPENSEARCH_TERM_MAX / 2;
}

/* Our own index keeps a label's JSON. */
static json_t *own_label(struct arena *arena, const struct filter *filter)
{
    json_t *list = json_array();
    struct text quoted = text_open(16 << 20);
    bool whole = !too_long(filter->key);
    for (const char *const *value = filter->values; whole && *value; value++) {
        whole = !too_long(*value) && json_array_size(list) < VALUES_MAX;
        text_clear(&quoted);
        json_write_string(&quoted, *value, strlen(*value), &(struct json_style){.indent = -1});
        add_label(arena, list, filter->key, quoted.s);
        add_label(arena, list, filter->key, *value);
        if (json_word(*value))
            add_label(arena, list, filter->key, json_word(*value));
    }
    text_close(&quoted);
    if (whole)
        return terms("matbench.labels", list);
    json_decref(list);
    return NULL;
}

/* Whether a flat_object finds every label that has this text. It keeps texts as they are, and of other values what stood in the
 * document, where a double has many spellings. */
static bool is_plain(const char *text)
{
    static const char *const others[] = {"null", "None", ""};
    struct error ignored = {0};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(text, others[i]) == 0)
            return false;
    if (too_long(text) || text[0] == '{' || text[0] == '[')
        return false;
    json_t *value = json_read(text, strlen(text), &(struct json_read_options){.file = "filter"}, &ignored);
    bool plain = !json_is_real(value);
    json_decref(value);
    return plain;
}

static json_t *foreign_label(struct arena *arena, const struct filter *filter)
{
    json_t *list = json_array();
    bool whole = !too_long(filter->key);
    for (const char *const *value = filter->values; whole && *value; value++) {
        whole = is_plain(*value) && json_array_size(list) < VALUES_MAX;
        json_array_append_new(list, json_string(*value));
        if (json_word(*value))
            json_array_append_new(list, json_string(json_word(*value)));
    }
    if (whole)
        return terms(arena_printf(arena, "metadata.settings.%s", filter->key), list);
    json_decref(list);
    return NULL;
}

static void add_labels(const struct opensearch *o, const struct filters *filters, json_t *must)
{
    struct arena arena = {0};
    for (size_t i = 0; filters && i < filters->n; i++) {
        json_t *clause = o->kind == INDEX_OURS ? own_label(&arena, &filters->v[i])
                         : o->flat             ? foreign_label(&arena, &filters->v[i])
                                               : NULL;
        if (clause)
            json_array_append_new(must, clause);
    }
    arena_close(&arena);
}

/* ---- ours ---- */

static void add_window(const struct history_selection *selection, json_t *must)
{
    json_t *range = json_object();
    if (selection->from_us)
        json_object_set_new(range, "gte", json_integer(selection->from_us));
    if (selection->to_us)
        json_object_set_new(range, "lt", json_integer(selection->to_us));
    if (json_object_size(range))
        json_array_append_new(must, json_pack("{s:{s:O}}", "range", "matbench.start_us", range));
    json_decref(range);
}

static json_t *texts(const char *const *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(v[i]));
    return list;
}

/* Like one of the entries, or one of them itself; and what has no fingerprint of this rule may be like them, too. */
static json_t *alike(const struct history_likeness *like)
{
    json_t *should = json_array();
    json_array_append_new(should, terms("matbench.fingerprint", texts(like->fingerprints, like->fingerprints_n)));
    json_array_append_new(should, json_pack("{s:{s:o}}", "ids", "values", texts(like->ids, like->ids_n)));
    json_array_append_new(should, without(term("matbench.fingerprint", json_string(like->rule->digest))));
    return json_pack("{s:{s:o,s:i}}", "bool", "should", should, "minimum_should_match", 1);
}

static json_t *marked_query(const struct opensearch *o, const struct history_selection *selection)
{
    json_t *must = json_array();
    json_array_append_new(must, selection->workload ? term("matbench.workload", json_string(selection->workload)) : marked());
    add_window(selection, must);
    add_labels(o, selection->filters, must);
    if (selection->like)
        json_array_append_new(must, alike(selection->like));
    return json_pack("{s:{s:o}}", "bool", "filter", must);
}

json_t *opensearch_query(const struct opensearch *o, const struct history_selection *selection, enum opensearch_part part)
{
    if (o->kind == INDEX_OURS && part != PART_ALL)
        return part == PART_MARKED ? marked_query(o, selection) : without(marked());
    if (o->kind == INDEX_OURS)
        return either(marked_query(o, selection), without(marked()));
    json_t *must = json_array();
    add_labels(o, selection->filters, must);
    return json_pack("{s:{s:o}}", "bool", "filter", must);
}

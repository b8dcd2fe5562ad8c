#include "history/opensearch/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "history/opensearch/uri.h"
#include "history/opensearch/words.h"
#include "json/read.h"

/* What is not searched is not looked at: `enabled: false` stores any JSON as it is (a value of 33 KB, an integer beyond 64 bits, names with
 * dots, a thousand labels), without a field for each name. `matbench` is kept out of `_source`, so that other programs read plain
 * payloads. Changes need another OPENSEARCH_FORMAT, and may only add fields: an older index gets them by PUT _mapping. */
#define OPAQUE "{\"type\":\"object\",\"enabled\":false}"
#define TERM "{\"type\":\"keyword\",\"ignore_above\":8000}"
#define NAME "{\"type\":\"keyword\",\"ignore_above\":8000,\"store\":true}"
#define STORED "{\"type\":\"keyword\",\"index\":false,\"doc_values\":false,\"store\":true}"
static const char mapping[] =
    "{\"dynamic\":false,\"_meta\":{\"matbench\":{\"index\":1}},\"_source\":{\"excludes\":[\"matbench\"]},\"properties\":{"
    "\"metadata\":" OPAQUE ",\"results\":" OPAQUE ",\"kpis\":" OPAQUE ",\"regression_results\":" OPAQUE ","
    "\"matbench\":{\"dynamic\":false,\"properties\":{\"workload\":" NAME ",\"start_us\":{\"type\":\"long\"},\"labels\":" TERM ","
    "\"fingerprint\":" TERM ",\"record\":" STORED ",\"digest\":" STORED "}}}}";
_Static_assert(OPENSEARCH_FORMAT == 1 && OPENSEARCH_TERM_MAX == 8000, "as the mapping has them");

/* As upload_lts of the Python tool makes the index of a KPI. */
static const char kpi_index[] =
    "{\"mappings\":{\"properties\":{\"metadata\":{\"type\":\"flat_object\"},\"kpis\":{\"type\":\"flat_object\"},"
    "\"results\":{\"type\":\"flat_object\"},\"regression_results\":{\"type\":\"flat_object\"}}},"
    "\"settings\":{\"index\":{\"number_of_shards\":4},\"mapping\":{\"total_fields\":{\"limit\":4000}}}}";

enum { NAMES_SHOWN = 5, NAME_SHOWN_MAX = 60, WINDOW_DEFAULT = 10000, SHARDS_MAX = 1024 };

bool opensearch_fail(const struct opensearch *o, const struct http_request *request, const struct http_answer *answer,
                     struct error *err)
{
    struct arena scratch = {0};
    struct error ignored = {0};
    json_t *body = json_read(answer->body, answer->body_len, &(struct json_read_options){.file = ""}, &ignored);
    const json_t *error = json_object_get(body, "error");
    const char *words = error ? opensearch_words(&scratch, error) : NULL;
    http_fail(o->http, request, answer, ERR_STORE, words, err);
    json_decref(body);
    arena_close(&scratch);
    return false;
}

json_t *opensearch_json(const struct opensearch *o, const struct http_request *request, const struct http_answer *answer,
                        struct error *err)
{
    struct error why = {0};
    json_t *body = json_read(answer->body, answer->body_len, &(struct json_read_options){.file = "its answer"}, &why);
    if (json_is_object(body))
        return body;
    json_decref(body);
    error_set(err, ERR_STORE, "%s: %s %.*s: this is no answer of an OpenSearch: %s", http_host(o->http), request->method,
              (int)strcspn(request->path, "?"), request->path, why.kind ? why.text : "expected a JSON object");
    return NULL;
}

static bool is_error(const struct http_answer *answer, const char *type)
{
    struct error ignored = {0};
    json_t *body = json_read(answer->body, answer->body_len, &(struct json_read_options){.file = ""}, &ignored);
    bool is = strcmp(opensearch_error_type(json_object_get(body, "error")), type) == 0;
    json_decref(body);
    return is;
}

/* Names as they may be shown: "a, b, c, …". */
static const char *shown_names(struct arena *arena, const json_t *object)
{
    struct text out = text_open(4096);
    const char *name;
    json_t *ignored;
    size_t n = 0;
    json_object_foreach((json_t *)object, name, ignored) {
        char *cut = arena_strdup(arena, name);
        error_shorten(cut, NAME_SHOWN_MAX);
        if (n < NAMES_SHOWN) {
            text_add(&out, n ? ", " : "");
            text_add_line(&out, cut);
        }
        n++;
    }
    if (n > NAMES_SHOWN)
        text_printf(&out, " and %zu more", n - NAMES_SHOWN);
    const char *names = arena_strdup(arena, out.s);
    text_close(&out);
    return names;
}

struct one_index {
    enum opensearch_kind kind;
    bool flat;
    int format;
    size_t window, shards;
};

/* A number among the settings, which are texts. */
static size_t setting(const json_t *index, const char *name, size_t otherwise, size_t most)
{
    const char *text = json_string_value(json_object_get(json_object_get(index, "settings"), name));
    size_t number = text ? strtoul(text, NULL, 10) : otherwise;
    return number >= 1 && number <= most ? number : otherwise;
}

static struct one_index classify(const json_t *index)
{
    const json_t *mappings = json_object_get(index, "mappings"), *properties = json_object_get(mappings, "properties");
    const json_t *ours = json_object_get(json_object_get(json_object_get(mappings, "_meta"), "matbench"), "index");
    const json_t *metadata = json_object_get(properties, "metadata");
    const char *type = json_string_value(json_object_get(metadata, "type"));
    struct one_index one = {.kind = INDEX_OTHER,
                            .window = setting(index, "index.max_result_window", WINDOW_DEFAULT, WINDOW_DEFAULT),
                            .shards = setting(index, "index.number_of_shards", 1, SHARDS_MAX)};
    if (json_is_integer(ours) && json_integer_value(ours) >= 0 && json_integer_value(ours) < 1000000) {
        one.kind = INDEX_OURS;
        one.format = (int)json_integer_value(ours);
    } else if (json_object_size(properties) == 0) {
        one.kind = INDEX_BLANK;
    } else if (json_is_object(metadata)) {
        one.flat = type && (strcmp(type, "flat_object") == 0 || strcmp(type, "flattened") == 0);
        one.kind = one.flat || !type || strcmp(type, "object") == 0 ? INDEX_FOREIGN : INDEX_OTHER;
    }
    return one;
}

/* Of indexes of several kinds nothing can be asked for by our fields: all are read as those of others. */
static void merge(struct opensearch *o, const struct one_index *one)
{
    bool first = o->indexes_n++ == 0;
    o->kind = first || o->kind == one->kind ? one->kind : o->kind == INDEX_OTHER || one->kind == INDEX_OTHER ? INDEX_OTHER : INDEX_FOREIGN;
    o->flat = one->flat && (first || o->flat);
    o->format = one->format > o->format ? one->format : o->format;
    o->shards = first || one->shards > o->shards ? one->shards : o->shards;
    o->result_window = first || one->window < o->result_window ? one->window : o->result_window;
}

static void choose_target(struct opensearch *o, const json_t *indexes)
{
    const char *name;
    json_t *index;
    bool stream = false;
    size_t marked = 0;
    o->target = NULL;
    json_object_foreach((json_t *)indexes, name, index) {
        const json_t *alias = json_object_get(json_object_get(index, "aliases"), o->index);
        const json_t *written = json_object_get(alias, "is_write_index");
        stream |= json_object_get(index, "data_stream") != NULL;
        marked += json_is_true(written);
        if (!json_is_true(written) && (json_object_size(indexes) > 1 || json_is_false(written)))
            continue;
        o->target = arena_strdup(&o->arena, name);
        struct one_index one = classify(index);
        o->target_kind = one.kind;
        o->target_format = one.format;
    }
    if (stream) {
        o->target = NULL;
        o->no_target = "it is a data stream, in which no payload can be replaced; expected an index";
    } else if (marked > 1 || !o->target) {
        o->target = NULL;
        o->no_target = arena_printf(&o->arena, "it stands for indexes (%s), none of which is the one to write to (is_write_index)",
                                    shown_names(&o->arena, indexes));
    }
}

static bool refuse_other(struct opensearch *o, const json_t *indexes, struct error *err)
{
    const char *name;
    json_t *index;
    json_object_foreach((json_t *)indexes, name, index) {
        const json_t *fields = json_object_get(json_object_get(index, "mappings"), "properties");
        if (classify(index).kind == INDEX_OTHER)
            return error_set(err, ERR_STORE, "%s: the index '%s' holds something else than payloads: its fields are %s; expected one that "
                                             "matbench or the Python tool made, or a name that is not in use yet",
                             http_host(o->http), name, shown_names(&o->arena, fields));
    }
    return true;
}

bool opensearch_index_take(struct opensearch *o, const json_t *indexes, struct error *err)
{
    const char *name;
    json_t *index;
    o->kind = INDEX_ABSENT;
    o->indexes_n = 0;
    o->format = 0;
    o->no_target = NULL;
    json_object_foreach((json_t *)indexes, name, index) {
        if (!json_is_object(json_object_get(index, "mappings")) || opensearch_index_fault(name))
            return error_set(err, ERR_STORE, "%s: this is no OpenSearch: what it says of the index %s is not about indexes", http_host(o->http),
                             o->index);
        struct one_index one = classify(index);
        merge(o, &one);
    }
    if (o->kind == INDEX_OTHER)
        return refuse_other(o, indexes, err);
    if (o->indexes_n == 0)
        return error_set(err, ERR_STORE, "%s: '%s' stands for no index", http_host(o->http), o->index);
    choose_target(o, indexes);
    o->history.exists = o->kind != INDEX_BLANK;
    return true;
}

bool opensearch_index_look(struct opensearch *o, struct error *err)
{
    struct arena scratch = {0};
    struct http_request request = {.method = "GET", .path = arena_printf(&scratch, "%s?flat_settings=true", o->path)};
    struct http_answer answer;
    bool ok = http_send(o->http, &request, &scratch, &answer, err);
    if (ok && answer.status == 404 && is_error(&answer, "index_not_found_exception")) {
        o->kind = INDEX_ABSENT;
        o->history.exists = false;
        o->target = NULL;
    } else if (ok && answer.status != 200) {
        ok = opensearch_fail(o, &request, &answer, err);
    } else if (ok) {
        json_t *indexes = opensearch_json(o, &request, &answer, err);
        ok = indexes && opensearch_index_take(o, indexes, err);
        json_decref(indexes);
    }
    arena_close(&scratch);
    return ok;
}

bool opensearch_index_writable(const struct opensearch *o, struct error *err)
{
    if (o->kind == INDEX_ABSENT)
        return true;
    if (!o->target)
        return error_set(err, ERR_STORE, "%s: payloads cannot be put into '%s': %s", http_host(o->http), o->index, o->no_target);
    if (o->target_kind == INDEX_OURS && o->target_format > OPENSEARCH_FORMAT)
        return error_set(err, ERR_STORE, "%s: payloads cannot be put into '%s': a newer matbench made it (its format is %d, this one knows up "
                                         "to %d)", http_host(o->http), o->index, o->target_format, OPENSEARCH_FORMAT);
    return true;
}

/* PUT of a mapping or an index. *exists: somebody else was faster. */
static bool put(struct opensearch *o, const char *path, const char *body, bool *exists, struct error *err)
{
    struct arena scratch = {0};
    struct http_request request = {.method = "PUT", .path = path, .body = body, .body_len = strlen(body)};
    struct http_answer answer;
    bool ok = http_send(o->http, &request, &scratch, &answer, err);
    *exists = ok && is_error(&answer, "resource_already_exists_exception");
    if (ok && !*exists)
        ok = answer.status == 200 || opensearch_fail(o, &request, &answer, err);
    arena_close(&scratch);
    return ok;
}

static bool give_mapping(struct opensearch *o, struct arena *scratch, struct error *err)
{
    bool exists;
    if (put(o, arena_printf(scratch, "/%s/_mapping", http_encode(scratch, o->target)), mapping, &exists, err))
        return true;
    error_prefix(err, "the index '%s' does not take the fields that matbench needs", o->target);
    return false;
}

bool opensearch_index_prepare(struct opensearch *o, bool *fresh, struct error *err)
{
    struct arena scratch = {0};
    bool ok = true, exists = false;
    *fresh = false;
    if (o->kind == INDEX_ABSENT) {
        const char *body = arena_printf(&scratch, "{\"mappings\":%s}", mapping);
        ok = put(o, o->path, body, &exists, err) && opensearch_index_look(o, err) && opensearch_index_writable(o, err);
        *fresh = ok && !exists;
        if (ok && !o->target)
            ok = error_set(err, ERR_STORE, "%s: the index '%s' was made, and is not there", http_host(o->http), o->index);
    }
    bool behind = ok && (o->target_kind == INDEX_BLANK || (o->target_kind == INDEX_OURS && o->target_format < OPENSEARCH_FORMAT));
    if (behind)
        ok = give_mapping(o, &scratch, err) && opensearch_index_look(o, err);
    arena_close(&scratch);
    return ok;
}

bool opensearch_index_prepare_kpi(struct opensearch *o, const char *name, struct error *err)
{
    struct arena scratch = {0};
    struct http_request request = {.method = "HEAD", .path = arena_printf(&scratch, "/%s", http_encode(&scratch, name))};
    struct http_answer answer;
    bool exists;
    bool ok = http_send(o->http, &request, &scratch, &answer, err);
    if (ok && answer.status == 404)
        ok = put(o, request.path, kpi_index, &exists, err);
    else if (ok && answer.status != 200)
        ok = opensearch_fail(o, &request, &answer, err);
    arena_close(&scratch);
    return ok;
}

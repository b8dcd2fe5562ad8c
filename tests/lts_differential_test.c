/* lts/: the schemas of the shipped workloads against those that the Python tool made (python-golden): on every payload, and on each
 * of them with one member taken away or of another type, what Python's schema refuses ours refuses too. */
#include <stdlib.h>

#include "json/read.h"
#include "lts/schema.h"
#include "tests/store_bench.h"

static const struct {
    const char *workload, *payloads, *schema;
} sets[] = {
    {"fine_tuning", "fms/lts.json", "fms/schema.json"},
    {"fine_tuning", "fms/small_lts.json", "fms/small_schema.json"},
    {"ilab_training", "ilab/lts.json", "ilab/schema.json"},
    {"skeleton", "skeleton/lts.json", "skeleton/schema.json"},
};

/* What stands in a member's place, each in turn; "": the member is taken away. */
static const char *const changes[] = {"", "\"text\"", "1.5", "true", "[]", "{}", "[{}]"};

/* Where ours is as lenient as Pydantic is in fact, and not as its schema says (contract C3.2). */
static const char lenient[] = "/dataset_replication";

struct pair {
    const struct json_schema *ours, *theirs;
    json_t *payload;
    struct arena *arena;
    size_t refused; /* by both */
};

static json_t *read_golden(struct arena *arena, const char *name)
{
    struct error err = {0};
    static const char *const anywhere[] = {"/", NULL};
    const char *source = getenv("MB_SOURCE") ? getenv("MB_SOURCE") : ".", *shared = getenv("MB_SHARED");
    const char *path = arena_printf(arena, "%s/data/python-golden/%s", shared ? shared : arena_printf(arena, "%s/../shared", source), name);
    const char *bytes;
    size_t len;
    json_t *value = NULL;
    char real[4096];
    struct root *root = root_open("/", anywhere, &err);
    if (realpath(path, real) && root_read(root, real + 1, 64 << 20, arena, &bytes, &len, &err) == ROOT_FOUND)
        value = json_read(bytes, len, &(struct json_read_options){.file = path, .strict = true}, &err);
    root_close(root);
    CHECK(value, "%s is needed: %s", path, err.text);
    return value;
}

/* {"allOf": [X], …} says no more than X: our validator knows no allOf. */
static void plain_all_of(json_t *schema)
{
    const char *key;
    json_t *value;
    size_t i;
    if (json_is_array(schema))
        json_array_foreach(schema, i, value)
            plain_all_of(value);
    if (!json_is_object(schema))
        return;
    json_t *one = json_array_get(json_object_get(schema, "allOf"), 0);
    if (one && json_array_size(json_object_get(schema, "allOf")) == 1) {
        json_object_update(schema, one);
        json_object_del(schema, "allOf");
    }
    json_object_foreach(schema, key, value)
        plain_all_of(value);
}

/* Pydantic's schemas know no null, its payloads do: as if the member were not there. */
static void drop_nulls(json_t *value)
{
    const char *key;
    json_t *member;
    void *next;
    json_object_foreach_safe(value, next, key, member) {
        if (json_is_null(member))
            json_object_del(value, key);
        else
            drop_nulls(member);
    }
}

static size_t violations(struct pair *pair, const struct json_schema *schema)
{
    struct arena arena = {0};
    struct violations found = {0};
    json_schema_check(schema, pair->payload, &arena, &found);
    arena_close(&arena);
    return found.n;
}

static void try_change(struct pair *pair, json_t *object, const char *key, const char *change, const char *pointer)
{
    struct error err = {0};
    json_t *kept = json_incref(json_object_get(object, key));
    if (change[0])
        json_object_set_new(object, key, json_read(change, strlen(change), &(struct json_read_options){.strict = true}, &err));
    else
        json_object_del(object, key);
    size_t theirs = violations(pair, pair->theirs), ours = violations(pair, pair->ours);
    size_t n = strlen(pointer), tail = sizeof(lenient) - 1;
    bool excused = n > tail && strcmp(pointer + n - tail, lenient) == 0 && change[0];
    CHECK(!theirs || ours || excused, "%s %s: Python's schema refuses it, ours does not", pointer, change[0] ? change : "taken away");
    pair->refused += theirs && ours;
    json_object_set_new(object, key, kept);
}

static void try_all(struct pair *pair, json_t *value, const char *pointer)
{
    const char **keys = ARENA_ARRAY(pair->arena, const char *, json_object_size(value) + 1), *key;
    json_t *member;
    size_t n = 0, i;
    json_object_foreach(value, key, member)
        keys[n++] = arena_strdup(pair->arena, key);
    for (i = 0; i < n; i++) {
        const char *below = arena_printf(pair->arena, "%s/%s", pointer, keys[i]);
        for (size_t k = 0; k < ROWS(changes); k++)
            try_change(pair, value, keys[i], changes[k], below);
        try_all(pair, json_object_get(value, keys[i]), below);
    }
    if (json_array_size(value)) /* what holds for one element holds for all */
        try_all(pair, json_array_get(value, 0), arena_printf(pair->arena, "%s/0", pointer));
}

static void test_payloads(struct pair *pair, json_t *payloads, const char *name)
{
    CHECK(json_array_size(payloads) > 0, "%s", name);
    for (size_t i = 0; i < json_array_size(payloads); i++) {
        pair->payload = json_array_get(payloads, i);
        CHECK(violations(pair, pair->ours) == 0, "%s %zu: with its nulls", name, i);
        drop_nulls(pair->payload);
        CHECK(violations(pair, pair->ours) == 0 && violations(pair, pair->theirs) == 0, "%s %zu: both take it", name, i);
        json_object_set_new(pair->payload, "more", json_null());
        CHECK(violations(pair, pair->ours) > 0 && violations(pair, pair->theirs) > 0, "%s %zu: neither takes more", name, i);
        json_object_del(pair->payload, "more");
        if (i == 0)
            try_all(pair, pair->payload, "");
    }
    CHECK(pair->refused > 100, "%s: only %zu changes are refused", name, pair->refused);
}

static void test_set(size_t which)
{
    struct arena arena = {0};
    struct error err = {0};
    const char *source = getenv("MB_SOURCE") ? getenv("MB_SOURCE") : ".";
    struct workload *workload =
        workload_load(&arena, arena_printf(&arena, "%s/workloads/%s", source, sets[which].workload), store_registry(), &err);
    json_t *ours = workload ? lts_schema(workload, &err) : NULL;
    json_t *theirs = read_golden(&arena, sets[which].schema), *payloads = read_golden(&arena, sets[which].payloads);
    plain_all_of(theirs);
    struct json_schema *our_schema = ours ? json_schema_compile(&arena, ours, "ours", &err) : NULL;
    struct json_schema *their_schema = theirs ? json_schema_compile(&arena, theirs, "theirs", &err) : NULL;
    CHECK(our_schema && their_schema, "%s: %s", sets[which].workload, err.text);
    struct pair pair = {.ours = our_schema, .theirs = their_schema, .arena = &arena};
    if (our_schema && their_schema)
        test_payloads(&pair, payloads, sets[which].payloads);
    json_schema_close(our_schema);
    json_schema_close(their_schema);
    json_decref(ours);
    json_decref(theirs);
    json_decref(payloads);
    workload_close(workload);
    arena_close(&arena);
}

int main(void)
{
    for (size_t i = 0; i < ROWS(sets); i++)
        test_set(i);
    return check_end();
}

/* lts/: the schemas of workloads against those that the Python tool made of the same models (tests/python/schemas): both take and
 * refuse the same documents. Documents: its golden payloads, payloads made at random from its schemas, and each of them changed in
 * places. Where the two differ on purpose stands in `differences`, with the reason. */
#include <dirent.h>
#include <stdlib.h>

#include "json/read.h"
#include "lts/schema.h"
#include "tests/scratch.h"
#include "tests/store_bench.h"

static const struct set {
    const char *workload; /* below the scratch folder: shipped ones, and those of tests/models */
    const char *schema;   /* in tests/python/schemas */
    const char *payloads[2];
} sets[] = {
    {"fine_tuning", "fine_tuning", {"fms/lts.json", "fms/small_lts.json"}},
    {"ilab_training", "ilab_training", {"ilab/lts.json"}},
    {"skeleton", "skeleton", {"skeleton/lts.json"}},
    {"kserve_llm", "kserve_llm", {"kserve/lts.json"}},
    {"codeflare", "codeflare", {0}},
    {"crc_timing", "crc_timing", {0}},
    {"fms_prom", "fms_prom", {0}},
    {"ilab_prom", "ilab_prom", {0}},
    {"kserve_prom", "kserve_prom", {0}},
    {"kserve_scale", "kserve_scale", {0}},
    {"llmd_inference", "llmd_inference", {0}},
    {"mac_ai_llm_load_test", "mac_ai_llm_load_test", {0}},
    {"rhods_notebooks", "rhods_notebooks", {0}},
    {"rhods_notebooks_performance", "rhods_notebooks_performance", {0}},
    {"rhods_pipelines", "rhods_pipelines", {0}},
    {"schedulers", "schedulers", {0}},
};

enum taker { OURS_TAKES = 1, OURS_REFUSES = 2 };

/* A change at such a place may be judged otherwise by ours. `*` stands for anything. */
static const struct {
    const char *pointer;
    unsigned side;
    const char *why;
} differences[] = {
    {"*/dataset_replication", OURS_TAKES, "coerce: pydantic: as lenient as Pydantic is in fact (contract C3.2)"},
    {"/metadata/urls*", OURS_TAKES, "a list and a dict: the Python tool's own payloads have both"},
    {"/metadata/lts_schema_version", OURS_TAKES, "modules without one: it may be there"},
    {"/$schema", OURS_TAKES, "may be absent: it has a default, which builds it"},
    {"/metadata/presets", OURS_REFUSES, "llmd: null is no list; default_factory is not in Python's schema"},
    {"/results/guidellm_benchmarks", OURS_REFUSES, "as presets"},
    {"*/values/*", OURS_REFUSES, "dict[int, …]: Pydantic wants keys that are integers, its schema does not say so"},
};

/* ---- files ---- */

static json_t *read_json(struct arena *arena, const char *path)
{
    struct error err = {0};
    static const char *const anywhere[] = {"/", NULL};
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

static const char *source(void)
{
    return getenv("MB_SOURCE") ? getenv("MB_SOURCE") : ".";
}

static json_t *read_golden(struct arena *arena, const char *name)
{
    const char *shared = getenv("MB_SHARED");
    return read_json(arena, arena_printf(arena, "%s/data/python-golden/%s", shared ? shared : arena_printf(arena, "%s/../shared", source()), name));
}

static void copy_file(struct arena *arena, const char *from, const char *to)
{
    char bytes[65536];
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    size_t n = in ? fread(bytes, 1, sizeof(bytes), in) : 0;
    CHECK(in && out && n < sizeof(bytes) && fwrite(bytes, 1, n, out) == n && fclose(out) == 0, "%s", arena_printf(arena, "%s to %s", from, to));
    if (in)
        fclose(in);
}

static void copy_workload(struct arena *arena, const char *from, const char *to)
{
    DIR *folder = opendir(from);
    struct dirent *entry;
    CHECK(mkdir(to, 0755) == 0, "%s", to);
    while (folder && (entry = readdir(folder))) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".lua") == 0))
            copy_file(arena, arena_printf(arena, "%s/%s", from, entry->d_name), arena_printf(arena, "%s/%s", to, entry->d_name));
    }
    if (folder)
        closedir(folder);
}

/* Workload folders side by side, as includes want them: the shipped ones, and those of tests/models that are not shipped. */
static void gather_workloads(struct arena *arena, const char *from, const char *to)
{
    DIR *folder = opendir(from);
    struct dirent *entry;
    struct stat st;
    CHECK(folder, "%s is needed", from);
    while (folder && (entry = readdir(folder))) {
        const char *target = arena_printf(arena, "%s/%s", to, entry->d_name);
        if (entry->d_name[0] != '.' && stat(target, &st) != 0)
            copy_workload(arena, arena_printf(arena, "%s/%s", from, entry->d_name), target);
    }
    if (folder)
        closedir(folder);
}

/* ---- Python's schemas, as Pydantic enforces them ---- */

/* {"allOf": [X], …} says no more than X. Formats: as Pydantic 1.10 reads times and UUIDs. */
static void plain_schema(json_t *schema)
{
    static const struct {
        const char *format, *pattern;
    } formats[] = {
        {"date-time", "^[0-9]{4}-(0?[1-9]|1[0-2])-(0?[1-9]|[12][0-9]|3[01])[T ]([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9](\\.[0-9]{1,12})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"},
        {"uuid4", "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"},
    };
    const char *key, *format = json_string_value(json_object_get(schema, "format"));
    json_t *value, *one = json_array_get(json_object_get(schema, "allOf"), 0);
    size_t i;
    if (one && json_array_size(json_object_get(schema, "allOf")) == 1) {
        json_object_update(schema, one);
        json_object_del(schema, "allOf");
    }
    for (i = 0; format && i < ROWS(formats); i++)
        if (strcmp(formats[i].format, format) == 0)
            json_object_set_new(schema, "pattern", json_string(formats[i].pattern));
    json_array_foreach(schema, i, value)
        plain_schema(value);
    json_object_foreach(schema, key, value)
        plain_schema(value);
}

static bool has_text(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), text) == 0)
            return true;
    return false;
}

/* A field that is not required and has no default is Optional: it takes None, which the schema does not say. */
static void allow_nulls(json_t *schema)
{
    const char *key;
    json_t *value, *properties = json_object_get(schema, "properties");
    void *next;
    size_t i;
    json_object_foreach_safe(properties, next, key, value)
        if (!has_text(json_object_get(schema, "required"), key) && !json_object_get(value, "default"))
            json_object_set_new(properties, key, json_pack("{s:[O {s:s}]}", "anyOf", value, "type", "null"));
    json_array_foreach(schema, i, value)
        allow_nulls(value);
    json_object_foreach(schema, key, value)
        allow_nulls(value);
}

/* A payload of ours always has `kpis`; Python's modules may do without, or have none. */
static void need_kpis(json_t *schema)
{
    json_t *properties = json_object_get(schema, "properties");
    if (!json_object_get(properties, "kpis"))
        json_object_set_new(properties, "kpis", json_pack("{s:s s:b}", "type", "object", "additionalProperties", 0));
    if (!has_text(json_object_get(schema, "required"), "kpis"))
        json_array_append_new(json_object_get(schema, "required"), json_string("kpis"));
}

/* ---- documents at random ---- */

static uint64_t state;

static size_t pick(size_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state >> 11) % n;
}

static const char *pick_text(const char *pattern, const char *format)
{
    static const char *const versions[] = {"4.15.20", "0.0.0", "2.18.0-rc1+2025-02-06", "1.2.3-a.b"};
    static const char *const urns[] = {"urn:rhods-notebooks-perf:1.0.0", "urn:rhods-notebooks-perf:0.3.1-x"};
    static const char *const moments[] = {"2025-01-06T08:00:00", "2025-01-06T08:00:00Z", "2025-12-31 23:59", "2025-01-06T10:00:00.123456+02:00"};
    static const char *const uuids[] = {"6f8c61d9-6150-435c-9a8d-3a2ac4b997f5", "EFDAAC9E-FC32-43BC-88A0-E5401DC50178"};
    static const char *const words[] = {"", "a", "granite-3b", "été", "x/y~z", "1"};
    if (format)
        return strcmp(format, "uuid4") == 0 ? uuids[pick(ROWS(uuids))] : moments[pick(ROWS(moments))];
    if (pattern)
        return strstr(pattern, "urn") ? urns[pick(ROWS(urns))] : versions[pick(ROWS(versions))];
    return words[pick(ROWS(words))];
}

static json_t *any_value(int depth)
{
    switch (pick(depth > 2 ? 5 : 8)) {
    case 0: return json_null();
    case 1: return json_integer((json_int_t)pick(5));
    case 2: return json_real(0.5 + (double)pick(3));
    case 3: return json_boolean(pick(2));
    case 4: return json_string("text");
    case 5: return json_pack("[o]", any_value(depth + 1));
    case 6: return json_pack("{s:o}", "key", any_value(depth + 1));
    default: return json_array();
    }
}

static json_t *generate(const json_t *root, const json_t *schema, int depth);

static json_t *generate_object(const json_t *root, const json_t *schema, int depth)
{
    json_t *object = json_object(), *properties = json_object_get(schema, "properties"), *more = json_object_get(schema, "additionalProperties"), *value;
    const char *key;
    json_object_foreach(properties, key, value)
        if (has_text(json_object_get(schema, "required"), key) || pick(2))
            json_object_set_new(object, key, generate(root, value, depth + 1));
    for (size_t n = json_is_object(more) ? pick(3) : 0; n > 0; n--)
        json_object_set_new(object, n == 1 ? "1736150400" : "17", generate(root, more, depth + 1));
    return object;
}

static json_t *generate_array(const json_t *root, const json_t *schema, int depth)
{
    json_t *array = json_array();
    for (size_t n = pick(4); n > 0; n--)
        json_array_append_new(array, generate(root, json_object_get(schema, "items"), depth + 1));
    return array;
}

/* A document that the schema takes. */
static json_t *generate(const json_t *root, const json_t *schema, int depth)
{
    const char *pointer = json_string_value(json_object_get(schema, "$ref")), *type = json_string_value(json_object_get(schema, "type"));
    const json_t *branches = json_object_get(schema, "anyOf"), *values = json_object_get(schema, "enum");
    if (pointer)
        return generate(root, json_object_get(json_object_get(root, "definitions"), strrchr(pointer, '/') + 1), depth);
    if (values)
        return json_incref(json_array_get(values, pick(json_array_size(values))));
    if (branches)
        return generate(root, json_array_get(branches, pick(json_array_size(branches))), depth);
    if (!type)
        return any_value(depth);
    switch (type[0]) {
    case 'o': return generate_object(root, schema, depth);
    case 'a': return generate_array(root, schema, depth);
    case 'b': return json_boolean(pick(2));
    case 'i': return json_integer((json_int_t)pick(100) - 20);
    case 's': return json_string(pick_text(json_string_value(json_object_get(schema, "pattern")), json_string_value(json_object_get(schema, "format"))));
    default: return type[1] == 'u' && type[2] == 'm' && pick(2) ? json_real((double)pick(1000) / 8) : type[2] == 'l' ? json_null() : json_integer((json_int_t)pick(50));
    }
}

/* ---- both judge ---- */

struct pair {
    const char *name;
    const struct json_schema *ours, *theirs;
    json_t *payload;
    struct arena *arena;
    size_t tried, refused; /* by both */
    struct arena scratch;
};

static bool takes(struct pair *pair, const struct json_schema *schema, const char **why)
{
    struct violations found = {0};
    json_schema_check(schema, pair->payload, &pair->scratch, &found);
    *why = found.n ? arena_printf(&pair->scratch, "%s: found %s, expected %s", found.v[0].pointer, found.v[0].found, found.v[0].expected) : "nothing is wrong";
    return found.n == 0;
}

static bool fits(const char *pattern, const char *text)
{
    if (*pattern == '*')
        return fits(pattern + 1, text) || (*text && fits(pattern, text + 1));
    return *pattern == *text && (*text == '\0' || fits(pattern + 1, text + 1));
}

static bool is_stated(const char *pointer, enum taker side)
{
    for (size_t i = 0; i < ROWS(differences); i++)
        if ((differences[i].side & (unsigned)side) && fits(differences[i].pointer, pointer))
            return true;
    return false;
}

/* A change was made at `pointer`. */
static void judge(struct pair *pair, const char *pointer, const char *change)
{
    const char *ours_why, *theirs_why;
    bool ours = takes(pair, pair->ours, &ours_why), theirs = takes(pair, pair->theirs, &theirs_why);
    pair->tried++;
    pair->refused += !ours && !theirs;
    if (ours != theirs)
        CHECK(is_stated(pointer, ours ? OURS_TAKES : OURS_REFUSES), "%s: %s %s: ours: %s; Python's: %s", pair->name, pointer, change, ours_why, theirs_why);
    arena_clear(&pair->scratch);
}

/* ---- changes ---- */

/* What stands in a member's place, each in turn; "": the member is taken away. */
static const char *const changes[] = {"", "null", "\"text\"", "\"\"", "1.5", "2.0", "-3", "true", "[]", "{}", "[{}]", "[null]", "[1]", "[\"a\"]", "{\"1\": 2}", "{\"a\": \"b\"}", "{\"a\": null}"};

static void try_change(struct pair *pair, json_t *object, const char *key, const char *change, const char *pointer)
{
    struct error err = {0};
    json_t *kept = json_incref(json_object_get(object, key));
    if (change[0])
        json_object_set_new(object, key, json_read(change, strlen(change), &(struct json_read_options){.strict = true}, &err));
    else
        json_object_del(object, key);
    judge(pair, pointer, change[0] ? change : "taken away");
    json_object_set_new(object, key, kept);
}

/* Every member of a golden payload, with every change. */
static void try_all(struct pair *pair, json_t *value, const char *pointer)
{
    const char **keys = ARENA_ARRAY(pair->arena, const char *, json_object_size(value) + 1), *key;
    json_t *member;
    size_t n = 0, i;
    json_object_foreach(value, key, member)
        keys[n++] = arena_strdup(pair->arena, key);
    for (i = 0; i < n; i++) {
        const char *below = arena_printf(pair->arena, "%s/%s", pointer, keys[i]);
        if (strncmp(below, "/kpis/", 6) != 0 || i % 5 == 0) /* KPIs are alike */
            for (size_t k = 0; k < ROWS(changes); k++)
                try_change(pair, value, keys[i], changes[k], below);
        if (strncmp(pointer, "/kpis", 5) != 0 || i == 0)
            try_all(pair, json_object_get(value, keys[i]), below);
    }
    if (json_array_size(value)) /* what holds for one element holds for all */
        try_all(pair, json_array_get(value, 0), arena_printf(pair->arena, "%s/0", pointer));
}

/* One member somewhere: another value, away, or a new one beside it. */
static void try_somewhere(struct pair *pair)
{
    json_t *at = pair->payload, *inner;
    const char *pointer = "", *key = NULL;
    for (int depth = 0; depth < 8; depth++) {
        void *iter = json_object_iter(at);
        for (size_t skip = json_object_size(at) ? pick(json_object_size(at)) : 0; skip > 0; skip--)
            iter = json_object_iter_next(at, iter);
        if (!iter)
            return;
        key = json_object_iter_key(iter);
        inner = json_object_iter_value(iter);
        if (json_array_size(inner) && json_is_object(json_array_get(inner, 0)) && pick(3)) {
            pointer = arena_printf(pair->arena, "%s/%s/0", pointer, key);
            at = json_array_get(inner, 0);
            continue;
        }
        if (json_object_size(inner) == 0 || pick(4) == 0)
            break;
        pointer = arena_printf(pair->arena, "%s/%s", pointer, key);
        at = inner;
    }
    const char *where = arena_printf(pair->arena, "%s/%s", pointer, key), *name = arena_strdup(pair->arena, key);
    if (pick(6) == 0) {
        json_object_set_new(at, "of no model", any_value(0));
        judge(pair, arena_printf(pair->arena, "%s/of no model", pointer), "added");
        json_object_del(at, "of no model");
        return;
    }
    if (json_object_get(at, name)) /* the walk may have ended below it */
        try_change(pair, at, name, changes[pick(ROWS(changes))], where);
}

static void test_generated(struct pair *pair, const json_t *theirs)
{
    enum { DOCUMENTS = 25, CHANGES = 25 };
    const char *why;
    for (int i = 0; i < DOCUMENTS; i++) {
        pair->payload = generate(theirs, theirs, 0);
        CHECK(takes(pair, pair->theirs, &why), "%s: Python's schema takes what is made from it: %s", pair->name, why);
        CHECK(takes(pair, pair->ours, &why), "%s: ours takes what Python's takes: %s", pair->name, why);
        for (int k = 0; k < CHANGES; k++)
            try_somewhere(pair);
        json_decref(pair->payload);
    }
    CHECK(pair->tried > 200 && pair->refused > pair->tried / 4, "%s: only %zu of %zu changes are refused", pair->name, pair->refused, pair->tried);
}

static void test_golden(struct pair *pair, const char *name)
{
    json_t *payloads = read_golden(pair->arena, name);
    const char *why;
    CHECK(json_array_size(payloads) > 0, "%s", name);
    for (size_t i = 0; i < json_array_size(payloads); i++) {
        pair->payload = json_array_get(payloads, i);
        CHECK(takes(pair, pair->ours, &why), "%s %zu: %s", name, i, why);
        if (i == 0)
            try_all(pair, pair->payload, "");
    }
    json_decref(payloads);
}

static void test_set(const struct set *set, const char *folder)
{
    struct arena arena = {0};
    struct error err = {0};
    struct workload *workload = workload_load(&arena, arena_printf(&arena, "%s/%s", folder, set->workload), store_registry(), &err);
    json_t *ours = workload ? lts_schema(workload, &err) : NULL;
    json_t *theirs = read_json(&arena, arena_printf(&arena, "%s/tests/python/schemas/%s.json", source(), set->schema));
    plain_schema(theirs);
    need_kpis(theirs);
    json_t *made_from = json_deep_copy(theirs);
    allow_nulls(theirs);
    struct json_schema *our_schema = ours ? json_schema_compile(&arena, ours, "ours", &err) : NULL;
    struct json_schema *their_schema = theirs ? json_schema_compile(&arena, theirs, "theirs", &err) : NULL;
    CHECK(our_schema && their_schema, "%s: %s", set->workload, err.text);
    struct pair pair = {.name = set->workload, .ours = our_schema, .theirs = their_schema, .arena = &arena};
    state = 0x9E3779B97F4A7C15u;
    if (our_schema && their_schema) {
        test_generated(&pair, made_from);
        for (size_t i = 0; i < ROWS(set->payloads) && set->payloads[i]; i++)
            test_golden(&pair, set->payloads[i]);
    }
    printf("%s: %zu changed documents, %zu refused by both\n", set->workload, pair.tried, pair.refused);
    json_schema_close(our_schema);
    json_schema_close(their_schema);
    json_decref(made_from);
    json_decref(ours);
    json_decref(theirs);
    workload_close(workload);
    arena_close(&pair.scratch);
    arena_close(&arena);
}

int main(void)
{
    struct arena arena = {0};
    struct scratch scratch;
    scratch_open(&scratch);
    gather_workloads(&arena, arena_printf(&arena, "%s/workloads", source()), scratch.folder);
    gather_workloads(&arena, arena_printf(&arena, "%s/tests/models", source()), scratch.folder);
    for (size_t i = 0; i < ROWS(sets); i++)
        test_set(&sets[i], scratch.folder);
    scratch_close(&scratch);
    arena_close(&arena);
    return check_end();
}

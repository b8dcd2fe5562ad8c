/* lts/: the schema of the shipped workload against golden payloads and what can be wrong with one; payloads that are built. */
#include <stdlib.h>

#include "json/read.h"
#include "lts/payload.h"
#include "lts/schema.h"
#include "tests/store_bench.h"

/* ---- the schema ---- */

static json_t *read_json(struct arena *arena, const char *path)
{
    struct error err = {0};
    static const char *const anywhere[] = {"/", NULL};
    struct root *root = root_open("/", anywhere, &err);
    const char *bytes;
    size_t len;
    json_t *value = NULL;
    char real[4096];
    if (realpath(path, real) && root_read(root, real + 1, 64 << 20, arena, &bytes, &len, &err) == ROOT_FOUND)
        value = json_read(bytes, len, &(struct json_read_options){.file = path, .strict = true}, &err);
    root_close(root);
    CHECK(value, "%s is needed: %s", path, err.text);
    return value;
}

/* At pointer: set to the JSON text, or taken away when it is "". */
static const struct {
    const char *pointer, *to;
    const char *violations; /* "pointer: found, expected", one a line; "" when it stays valid */
} mutations[] = {
    {"/metadata/settings/model_name", "\"other\"", ""},
    /* what lacks */
    {"/metadata/test_uuid", "", "/metadata: nothing, a member \"test_uuid\""},
    {"/metadata/start", "", "/metadata: nothing, a member \"start\""},
    {"/metadata/presets", "", "/metadata: nothing, a member \"presets\""},
    {"/metadata/settings/model_name", "", "/metadata/settings: nothing, a member \"model_name\""},
    {"/metadata/settings", "", "/metadata: nothing, a member \"settings\""},
    {"/results/train_runtime", "", "/results: nothing, a member \"train_runtime\""},
    {"/results", "", "payload: nothing, a member \"results\""},
    {"/kpis", "", "payload: nothing, a member \"kpis\""},
    {"/kpis/train_runtime", "", "/kpis: nothing, a member \"train_runtime\""},
    {"/kpis/train_runtime/value", "", "/kpis/train_runtime: nothing, a member \"value\""},
    {"/kpis/train_runtime/unit", "", "/kpis/train_runtime: nothing, a member \"unit\""},
    {"/kpis/train_runtime/model_name", "", "/kpis/train_runtime: nothing, a member \"model_name\""},
    {"/metadata/exit_code", "", ""},
    {"/metadata/settings/lora_rank", "", ""},
    {"/metadata/settings/urls", "", ""},
    {"/kpis/train_runtime/run_id", "", ""}, /* bookkeeping labels may lack in KPIs */
    {"/kpis/train_runtime/lower_better", "", ""},
    /* what is too much */
    {"/more", "1", "/more: 1, no such member"},
    {"/metadata/more", "1", "/metadata/more: 1, no such member"},
    {"/metadata/settings/more", "1", "/metadata/settings/more: 1, no such member"},
    {"/results/more", "1", "/results/more: 1, no such member"},
    {"/kpis/more", "{}", "/kpis/more: {}, no such member"},
    {"/kpis/train_runtime/more", "1", "/kpis/train_runtime/more: 1, no such member"},
    /* kinds */
    {"/metadata/settings/model_name", "1", "/metadata/settings/model_name: 1, a string"},
    {"/metadata/settings/batch_size", "\"1\"", "/metadata/settings/batch_size: \"1\", an integer"},
    {"/metadata/settings/batch_size", "1.5", "/metadata/settings/batch_size: 1.5, an integer"},
    {"/metadata/settings/batch_size", "1.0", ""},
    {"/metadata/settings/batch_size", "true", "/metadata/settings/batch_size: true, an integer"},
    {"/metadata/settings/lora_rank", "\"8\"", "/metadata/settings/lora_rank: \"8\", null or an integer"},
    {"/metadata/settings/lora_rank", "8", ""},
    {"/metadata/settings/lora_dropout", "0.1", ""},
    {"/metadata/settings/urls", "{\"a\": 1}", "/metadata/settings/urls/a: 1, a string"},
    {"/metadata/settings/urls", "[]", "/metadata/settings/urls: [], null or an object"},
    {"/metadata/presets", "\"x\"", "/metadata/presets: \"x\", an array"},
    {"/metadata/presets", "[1]", "/metadata/presets/0: 1, a string"},
    {"/metadata/presets", "[]", ""},
    {"/metadata", "[]", "/metadata: [], an object"},
    {"/results/train_runtime", "\"3734\"", "/results/train_runtime: \"3734\", a number"},
    {"/results/train_runtime", "3734", ""},
    {"/kpis/train_runtime/value", "\"x\"", "/kpis/train_runtime/value: \"x\", a number or an array"},
    {"/kpis/train_runtime/value", "[1, 2.5]", ""},
    {"/kpis/train_runtime/value", "[]", ""},
    {"/kpis/train_runtime/help", "1", "/kpis/train_runtime/help: 1, a string"},
    {"/kpis/train_runtime/lower_better", "\"yes\"", "/kpis/train_runtime/lower_better: \"yes\", null or true or false"},
    /* null where something is needed */
    {"/metadata/settings/model_name", "null", "/metadata/settings/model_name: null, a string"},
    {"/metadata/test_uuid", "null", "/metadata/test_uuid: null, a string"},
    {"/results/train_runtime", "null", "/results/train_runtime: null, a number"},
    {"/kpis/train_runtime/value", "null", "/kpis/train_runtime/value: null, a number or an array"},
    {"/kpis/train_runtime/run_id", "null", ""},
    {"/kpis/train_runtime/model_name", "null", "/kpis/train_runtime/model_name: null, a string"},
    {"/metadata/exit_code", "null", ""},
    /* forms */
    {"/metadata/test_uuid", "\"efdaac9e-fc32-13bc-88a0-e5401dc50178\"", "/metadata/test_uuid: \"efdaac9e-fc32-13bc-88a0-e5401dc50178\", *"}, /* version 1 */
    {"/metadata/test_uuid", "\"efdaac9e-fc32-43bc-c8a0-e5401dc50178\"", "/metadata/test_uuid: *"},                                           /* its variant */
    {"/metadata/test_uuid", "\"efdaac9e\"", "/metadata/test_uuid: \"efdaac9e\", *"},
    {"/metadata/test_uuid", "\"EFDAAC9E-FC32-43BC-88A0-E5401DC50178\"", ""},
    {"/metadata/ocp_version", "\"4.15\"", "/metadata/ocp_version: \"4.15\", *"},
    {"/metadata/ocp_version", "\"4.15.20\\n\"", "/metadata/ocp_version: *"},
    {"/metadata/ocp_version", "\"04.15.20\"", "/metadata/ocp_version: \"04.15.20\", *"},
    {"/metadata/ocp_version", "\"4.15.20-rc.1+2025-05-06\"", ""},
    {"/metadata/ocp_version", "\"v4.15.20\"", "/metadata/ocp_version: \"v4.15.20\", *"},
    {"/metadata/start", "\"yesterday\"", "/metadata/start: \"yesterday\", *"},
    {"/metadata/start", "\"2025-01-06\"", "/metadata/start: \"2025-01-06\", *"},
    {"/metadata/start", "\"2025-01-06T10:00:00.123456+02:00\"", ""},
    {"/metadata/start", "1736157600", "/metadata/start: 1736157600, a string"},
    {"/metadata/status", "\"Valid\"", ""},
    {"/metadata/status", "\"Invalid\"", ""},
    {"/metadata/status", "\"Perhaps\"", "/metadata/status: \"Perhaps\", one of \"Valid\", \"Invalid\""},
    /* coerce: pydantic */
    {"/metadata/settings/dataset_replication", "0.2", ""},
    {"/metadata/settings/dataset_replication", "\"3\"", ""},
    {"/metadata/settings/dataset_replication", "true", ""},
    {"/metadata/settings/dataset_replication", "\"0.2\"", "/metadata/settings/dataset_replication: \"0.2\", *"},
    {"/metadata/settings/dataset_replication", "null", "/metadata/settings/dataset_replication: null, *"},
    {"/metadata/settings/dataset_replication", "[]", "/metadata/settings/dataset_replication: *"},
};

/* The object that holds what the pointer names; *last is its last step. */
static json_t *holder(json_t *value, const char *pointer, const char **last)
{
    const char *slash;
    while ((slash = strchr(pointer + 1, '/'))) {
        char name[100];
        snprintf(name, sizeof(name), "%.*s", (int)(slash - pointer - 1), pointer + 1);
        value = json_object_get(value, name);
        pointer = slash;
    }
    *last = pointer + 1;
    return value;
}

static bool fits(const char *pattern, const char *text)
{
    if (*pattern == '*')
        return fits(pattern + 1, text) || (*text && *text != '\n' && fits(pattern, text + 1));
    return *pattern == *text && (*text == '\0' || fits(pattern + 1, text + 1));
}

static const char *violations_of(struct arena *arena, const struct json_schema *schema, const json_t *payload)
{
    struct violations found = {0};
    const char *all = "";
    json_schema_check(schema, payload, arena, &found);
    for (size_t i = 0; i < found.n; i++)
        all = arena_printf(arena, "%s%s%s: %s, %s", all, i ? "\n" : "", found.v[i].pointer[0] ? found.v[i].pointer : "payload",
                           found.v[i].found, found.v[i].expected);
    return all;
}

static void test_mutations(struct arena *arena, const struct json_schema *schema, const json_t *golden)
{
    for (size_t i = 0; i < ROWS(mutations); i++) {
        const char *name, *to = mutations[i].to;
        struct error err = {0};
        json_t *payload = json_deep_copy(golden), *at = holder(payload, mutations[i].pointer, &name);
        if (to[0])
            json_object_set_new(at, name, json_read(to, strlen(to), &(struct json_read_options){.strict = true}, &err));
        else
            CHECK(json_object_del(at, name) == 0, "%s is there", mutations[i].pointer);
        const char *violations = violations_of(arena, schema, payload);
        CHECK(fits(mutations[i].violations, violations), "%s = %s: %s", mutations[i].pointer, to, violations);
        json_decref(payload);
    }
}

static void test_golden(struct arena *arena)
{
    const char *source = getenv("MB_SOURCE") ? getenv("MB_SOURCE") : ".", *shared = getenv("MB_SHARED");
    struct error err = {0};
    const char *data = shared ? shared : arena_printf(arena, "%s/../shared", source);
    struct workload *workload = workload_load(arena, arena_printf(arena, "%s/workloads/fine_tuning", source), store_registry(), &err);
    CHECK(workload, "%s", err.text);
    if (!workload)
        return;
    json_t *json = lts_schema(workload, &err), *golden = NULL;
    struct json_schema *schema = json ? json_schema_compile(arena, json, "fine_tuning", &err) : NULL;
    CHECK(schema, "%s", err.text);
    static const char *const files[] = {"fms/lts.json", "fms/small_lts.json"};
    for (size_t k = 0; schema && k < ROWS(files); k++) {
        json_decref(golden);
        golden = read_json(arena, arena_printf(arena, "%s/data/python-golden/%s", data, files[k]));
        CHECK(json_array_size(golden) > 0, "%s", files[k]);
        for (size_t i = 0; i < json_array_size(golden); i++)
            CHECK(strcmp(violations_of(arena, schema, json_array_get(golden, i)), "") == 0, "%s %zu: %s", files[k], i,
                  violations_of(arena, schema, json_array_get(golden, i)));
    }
    if (schema)
        test_mutations(arena, schema, json_array_get(golden, 0));
    json_t *mapping = lts_mapping(workload, &err);
    json_t *settings = json_object_get(json_object_get(json_object_get(json_object_get(json_object_get(json_object_get(
        mapping, "mappings"), "properties"), "metadata"), "properties"), "settings"), "properties");
    CHECK(strcmp(json_text(arena, json_object_get(settings, "batch_size")), "{\"type\":\"long\"}") == 0, "mapping: %s", json_text(arena, settings));
    CHECK(strcmp(json_text(arena, json_object_get(settings, "urls")), "{\"type\":\"flat_object\"}") == 0, "mapping: urls");
    json_decref(mapping);
    json_decref(golden);
    if (schema)
        json_schema_close(schema);
    json_decref(json);
    workload_close(workload);
}

/* ---- building ---- */

static const char head[] =
    "workload: w\nschema_version: '1.0'\nartifact_dirs: {RUN: '*__run'}\n"
    "parse_once: {doc: {json: '${RUN}/doc.json'}, bad: {json: bad.json}, none: {json: none.json}}\n"
    "models:\n  Settings: {name: str}\n  Metadata: {note: \"Optional[str]\"}\n"
    "  Results: {a: float, b: \"Optional[float]\", c: \"List[float]\"}\n";
#define METADATA "start: \"'2025-01-06T08:00:00'\", end: \"'2025-01-06T08:01:00'\", test_uuid: \"'6f8c61d9-6150-435c-9a8d-3a2ac4b997f5'\", " \
                 "settings: {name: settings.name}"
#define RESULTS "a: doc.a, b: doc.b, c: doc.c"
#define KPIS "kpis:\n  k: {help: H, unit: s, better: lower, value: results.a}\n"
#define BODY(metadata, results, kpis) "payload:\n  metadata: {" metadata "}\n  results: {" results "}\n" kpis

static const struct {
    const char *body, *doc;
    const char *violations; /* where and what, one a line */
    const char *at, *value; /* a piece of the payload, by pointer; "" for none */
} built[] = {
    {BODY(METADATA, RESULTS, KPIS), "{\"a\": 1.5, \"b\": 2, \"c\": [1]}", "", "/results", "{\"a\":1.5,\"b\":2,\"c\":[1]}"},
    {BODY(METADATA, RESULTS, KPIS), "{\"a\": 1, \"c\": []}", "", "/metadata/exit_code", "3"},
    {BODY(METADATA, RESULTS, KPIS), "{\"a\": 1, \"c\": []}", "", "/metadata/lts_schema_version", "\"1.0\""},
    {BODY(METADATA, RESULTS, KPIS), "{\"a\": 1, \"c\": []}", "", "/kpis/k",
     "{\"help\":\"H\",\"unit\":\"s\",\"ignored_for_regression\":false,\"format\":null,\"full_format\":null,\"divisor\":null,\"divisor_unit\":null,"
     "\"lower_better\":true,\"name\":\"n\",\"@timestamp\":\"2025-01-06T08:00:00.000000Z\",\"test_uuid\":\"6f8c61d9-6150-435c-9a8d-3a2ac4b997f5\","
     "\"value\":1}"},
    {BODY(METADATA, RESULTS, "kpis:\n  k: {help: H, unit: s, better: none, value: '{1, 2}', divisor: {by: 2, unit: t, format: '%.1f'}}\n"),
     "{\"a\": 1, \"c\": []}", "", "/kpis/k/value", "[1,2]"},
    {BODY(METADATA, RESULTS, KPIS "labels: {l: results.a, m: 5}\n"), "{\"a\": 1, \"c\": []}", "", "/kpis/k/l", "1"},
    {BODY(METADATA ", note: null, lts_schema_version: \"'2.0'\", exit_code: 9", RESULTS, KPIS), "{\"a\": 1, \"c\": []}", "", "/metadata/exit_code", "9"},
    /* said once, for the result; with the artifact and the reason */
    {BODY(METADATA, RESULTS, KPIS), "{\"a\": \"x\", \"c\": []}",
     "/results/a: found \"x\", expected a number; from 001__run/doc.json", "/kpis/k/value", "null"},
    {BODY(METADATA, RESULTS, KPIS), "{\"c\": []}", "/results/a: found null, expected a number; from 001__run/doc.json", "", ""},
    {BODY(METADATA, RESULTS, KPIS), NULL,
     "/results/a: found null, expected a number; because 001__run/doc.json was not found\n"
     "/results/c: found null, expected an array; because 001__run/doc.json was not found", "", ""},
    {BODY(METADATA, "a: none.x.y, b: null, c: 'list{}'", KPIS), "{}", "/results/a: found null, expected a number; because none.json was not found", "", ""},
    {BODY(METADATA, "a: doc.x.y, b: null, c: 'list{}'", KPIS), "{}",
     "/results/a: found null, expected a number; from 001__run/doc.json; because *workload.yaml:11:16: attempt to index a nil value (field 'x')", "", ""},
    {BODY(METADATA, "a: 1 / 0, b: 0 / 0, c: '{1, 1/0}'", KPIS), "{}",
     "/results/a: found NaN or infinity, expected a finite number\n/results/b: found NaN or infinity, expected a finite number\n"
     "/results/c: found NaN or infinity, expected a finite number", "", ""},
    /* what may be null as a result may not as a KPI */
    {BODY(METADATA, RESULTS, "kpis:\n  k: {help: H, unit: s, better: lower, value: results.b}\n"), "{\"a\": 1, \"c\": []}",
     "/kpis/k/value: found null, expected a number or an array; because its expression gave nothing; results.b is null, from 001__run/doc.json", "", ""},
    {BODY(METADATA, RESULTS, "kpis:\n  k: {help: H, unit: s, better: lower, value: results.a / 0}\n"), "{\"a\": 1, \"c\": []}",
     "/kpis/k/value: found null, expected a number or an array; because its value is not a finite number", "", ""},
    {BODY(METADATA, RESULTS, "kpis:\n  k: {help: H, unit: s, better: lower, value: '\"x\"'}\n"), "{\"a\": 1, \"c\": []}",
     "/kpis/k/value: found null, expected a number or an array; because its expression gave neither a number nor a list of numbers", "", ""},
    {BODY(METADATA, RESULTS, "kpis:\n  k: {help: H, unit: s, better: lower, value: doc.a}\n"), "{\"a\": 1, \"c\": []}",
     "/kpis/k/value: found null, expected a number or an array; because *: unknown name 'doc'", "", ""}, /* KPIs see the payload only */
    /* times that look right and are none */
    {BODY("start: \"'2025-02-30T08:00:00'\", end: \"'2025-01-06T08:01:00'\", test_uuid: \"'6f8c61d9-6150-435c-9a8d-3a2ac4b997f5'\", "
          "settings: {name: settings.name}", RESULTS, KPIS), "{\"a\": 1, \"c\": []}",
     "/kpis/k/@timestamp: found null, expected a string; because metadata.start is '2025-02-30T08:00:00', which is no time",
     "/kpis/k/@timestamp", "null"},
    /* labels are settings: said once */
    {BODY("start: \"'x'\", end: \"'2025-01-06T08:01:00'\", test_uuid: \"'u'\", settings: {name: 5}", RESULTS, KPIS), "{\"a\": 1, \"c\": []}",
     "/metadata/start: found \"x\", expected *\n/metadata/test_uuid: found \"u\", expected *\n/metadata/settings/name: found 5, expected a string", "", ""},
    {BODY(METADATA ", more: 1", RESULTS, KPIS), "{\"a\": 1, \"c\": []}", "/metadata/more: found 1, expected no such member", "", ""},
    {BODY(METADATA, RESULTS, KPIS), "{\"a\": 1,}",
     "payload: found a broken artifact, expected artifacts that can be read; because 'doc': 001__run/doc.json:1:9: *\n"
     "/results/a: found null, expected a number; because 001__run/doc.json is broken\n"
     "/results/c: found null, expected an array; because 001__run/doc.json is broken", "", ""},
};

static const char *violations_text(struct arena *arena, const struct payload *payload)
{
    const char *all = "";
    for (size_t i = 0; i < payload->violations_n; i++)
        all = arena_printf(arena, "%s%s%s: %s", all, i ? "\n" : "", payload_violation_where(&payload->violations[i]),
                           payload_violation_text(arena, &payload->violations[i]));
    return all;
}

static void test_built(struct scratch *scratch)
{
    put(scratch, "results/t/settings.yaml", "name: n\n");
    put(scratch, "results/t/exit_code", "3");
    put(scratch, "results/t/001__run/keep", "");
    for (size_t i = 0; i < ROWS(built); i++) {
        struct store_bench bench;
        struct error err = {0};
        struct payload payload = {0};
        char text[4000];
        snprintf(text, sizeof(text), "%s%s", head, built[i].body);
        if (!strstr(built[i].body, "bad.")) { /* only what is used: unused artifacts that are broken count, too */
            char *bad = strstr(text, ", bad: {json: bad.json}");
            memmove(bad, bad + strlen(", bad: {json: bad.json}"), strlen(bad) - strlen(", bad: {json: bad.json}") + 1);
        }
        put(scratch, "w/workload.yaml", text);
        unlink(scratch_path(scratch, "results/t/001__run/doc.json"));
        if (built[i].doc)
            put(scratch, "results/t/001__run/doc.json", built[i].doc);
        if (!bench_open(&bench, scratch, NULL, 0)) {
            bench_close(&bench);
            continue;
        }
        struct lts *lts = lts_open(&bench.arena, bench.workload, &err);
        CHECK(lts, "%s", err.text);
        bench_parse(&bench, 0);
        payload_build(lts, bench.parsing, &payload);
        CHECK(fits(built[i].violations, violations_text(&bench.arena, &payload)), "row %zu: %s", i, violations_text(&bench.arena, &payload));
        if (built[i].at[0]) {
            const char *name;
            json_t *at = holder(payload.json, built[i].at, &name);
            CHECK(strcmp(json_text(&bench.arena, json_object_get(at, name)), built[i].value) == 0, "row %zu: %s", i,
                  json_text(&bench.arena, json_object_get(at, name)));
        }
        payload_close(&payload);
        lts_close(lts);
        bench_close(&bench);
    }
}

static void test_status(struct scratch *scratch)
{
    static const struct {
        const char *status;
        bool invalid;
    } rows[] = {{"\"'Valid'\"", false}, {"\"'Invalid'\"", true}, {"null", false}};
    put(scratch, "results/t/001__run/doc.json", "{\"a\": 1, \"c\": []}");
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct store_bench bench;
        struct error err = {0};
        struct payload payload = {0};
        char text[4000];
        snprintf(text, sizeof(text), "workload: w\n%spayload: {metadata: {status: %s, test_uuid: settings.name}, results: {}}\n",
                 "models: {Settings: {}, Results: {}}\n", rows[i].status);
        put(scratch, "w/workload.yaml", text);
        if (bench_open(&bench, scratch, NULL, 0)) {
            struct lts *lts = lts_open(&bench.arena, bench.workload, &err);
            bench_parse(&bench, 0);
            payload_build(lts, bench.parsing, &payload);
            CHECK(payload.invalid_status == rows[i].invalid && strcmp(payload.id, "n") == 0, "%s", rows[i].status);
            payload_close(&payload);
            lts_close(lts);
        }
        bench_close(&bench);
    }
}

static void test_models(struct scratch *scratch)
{
    static const struct {
        const char *models, *error;
    } rows[] = {
        {"{Results: {}}", "*w/workload.yaml: models: expected a model 'Settings'"},
        {"{Settings: {}}", "*w/workload.yaml: models: expected a model 'Results'"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct store_bench bench;
        struct error err = {0};
        char text[1000];
        snprintf(text, sizeof(text), "workload: w\nmodels: %s\npayload: {metadata: {}, results: {}}\n", rows[i].models);
        put(scratch, "w/workload.yaml", text);
        if (bench_open(&bench, scratch, NULL, 0))
            CHECK(!lts_open(&bench.arena, bench.workload, &err) && err.kind == ERR_USAGE && fits(rows[i].error, err.text), "%s", err.text);
        bench_close(&bench);
    }
    /* Models that hold each other twice: the mapping must not grow without end. */
    struct store_bench bench;
    struct error err = {0};
    put(scratch, "w/workload.yaml", "workload: w\nmodels:\n  Settings: {}\n  N: {a: \"List[N]\", b: \"List[N]\", c: \"Optional[N]\"}\n  Results: {n: N}\n"
                                    "payload: {metadata: {}, results: {}}\n");
    if (bench_open(&bench, scratch, NULL, 0)) {
        json_t *mapping = lts_mapping(bench.workload, &err);
        CHECK(mapping && strlen(json_text(&bench.arena, mapping)) < 2000000, "%s", err.text);
        json_decref(mapping);
    }
    bench_close(&bench);
}

int main(void)
{
    struct scratch scratch;
    struct arena arena = {0};
    scratch_open(&scratch);
    test_golden(&arena);
    test_built(&scratch);
    test_status(&scratch);
    test_models(&scratch);
    scratch_close(&scratch);
    arena_close(&arena);
    return check_end();
}

/* history: filters on labels, and the census of labels. */
#include "history/filter.h"

#include <string.h>

#include "history/census.h"
#include "json/read.h"
#include "tests/check.h"

static struct label labels[] = {{"batch_size", "8"}, {"flag", "true"}, {"image", "\"quay.io/a:v1\""}, {"lora", "null"}, {"map", "{\"a\":\"b\"}"},
                                {"model", "\"llama\""}, {"quoted", "\"a \\\"b\\\"\""}, {"version", "\"1.10\""}};
static const struct record record = {.id = "x", .where = "y", .labels = labels, .labels_n = ROWS(labels)};

static const struct {
    const char *text; /* an object when it begins with a brace */
    int passes;       /* -1: refused */
} rows[] = {
    {"", 1},
    {"model=llama", 1},
    {"model=llam", 0},
    {"model=llamas", 0},
    {"model=\"llama\"", 0},
    {"model=llama,batch_size=8", 1},
    {"model=llama,batch_size=9", 0},
    {"batch_size=8.0", 0},
    {"flag=true", 1},
    {"flag=True", 1},
    {"lora=None", 1},
    {"model=granite:llama", 1},
    {"model=granite:lama", 0},
    {"model=llama:", 1},
    {"image=quay.io/a:v1", 1},
    {"image=x:quay.io/a\\:v1", 1},
    {"image=x:quay.io/a:v1", 0},
    {"{\"image\": \"quay.io/a:v1\"}", 1},
    {"{\"model\": \"granite:llama\"}", 0},
    {"lora=null", 1},
    {"lora=", 0},
    {"map={\"a\":\"b\"}", 1},
    {"quoted=a \"b\"", 1},
    {"version=1.10", 1},
    {"version=1.1", 0},
    {"other=1", 0},
    {"metadata.settings.model=llama", 1},
    {"model=llama,", 1},
    {"model", -1},
    {"=llama", -1},
    {"model=llama,,", -1},
    {"a,model=llama", -1},
    {"{}", 1},
    {"{\"model\": \"llama\", \"batch_size\": 8}", 1},
    {"{\"batch_size\": \"8\"}", 1},
    {"{\"lora\": null}", 1},
    {"{\"flag\": true}", 1},
    {"{\"map\": {\"a\": \"b\"}}", 1},
    {"{\"model\": [\"llama\"]}", 0},
    {"{\"metadata.settings.version\": \"1.10\"}", 1},
};

static void test_filters(struct arena *arena)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        struct filters filters = {0};
        const char *text = rows[i].text;
        json_t *object = text[0] == '{' ? json_read(text, strlen(text), &(struct json_read_options){.file = "f"}, &err) : NULL;
        bool ok = object ? record_filters_from(arena, object, &filters, &err) : record_filters_parse(arena, text, &filters, &err);
        CHECK(ok == (rows[i].passes >= 0) && (ok || err.kind == ERR_USAGE), "%s: %s", text, err.text);
        CHECK(!ok || record_passes(&record, &filters) == (rows[i].passes == 1), "%s", text);
        json_t *json = record_filters_json(&filters);
        CHECK(json_object_size(json) == filters.n, "%s: %zu", text, filters.n);
        json_decref(json);
        json_decref(object);
    }
}

static void test_census(struct arena *arena)
{
    struct label a[] = {{"k", "1"}, {"same", "\"x\""}}, b[] = {{"k", "2"}, {"same", "\"x\""}}, c[] = {{"k", "2"}, {"only", "null"}, {"same", "\"x\""}};
    const struct record records[] = {{.labels = a, .labels_n = 2}, {.labels = b, .labels_n = 2}, {.labels = c, .labels_n = 3}};
    struct census census = census_take(arena, records, 3);
    CHECK(census.n == 3 && strcmp(census.labels[0].key, "k") == 0 && strcmp(census.labels[2].key, "same") == 0, "%zu", census.n);
    CHECK(census.labels[0].values_n == 2 && census.labels[0].varies && census.labels[0].records == 3, "%zu", census.labels[0].values_n);
    CHECK(strcmp(census.labels[0].values[0].value, "2") == 0 && census.labels[0].values[0].records == 2, "the most frequent first");
    CHECK(census.labels[1].varies && census.labels[1].records == 1 && census.labels[1].values_n == 1, "what only some have varies");
    CHECK(!census.labels[2].varies && census.labels[2].values[0].records == 3, "%zu", census.labels[2].records);
    CHECK(census_take(arena, NULL, 0).n == 0, "none");
}

int main(void)
{
    struct arena arena = {0};
    test_filters(&arena);
    test_census(&arena);
    arena_close(&arena);
    return check_end();
}

/* history: what a record keeps of lists, whoever made the payload. */
#include <math.h>
#include <string.h>

#include "history/record_list.h"
#include "json/read.h"
#include "tests/check.h"

static struct arena arena;

static struct record read_record(const char *kpis)
{
    struct error err = {0};
    struct record record = {0};
    const char *text = arena_printf(&arena, "{\"metadata\":{\"test_uuid\":\"a\",\"start\":\"2025-01-01T08:00:00\",\"settings\":{}},\"kpis\":%s}", kpis);
    json_t *payload = json_read(text, strlen(text), &(struct json_read_options){.file = "payload"}, &err);
    CHECK(payload && record_from_payload(&arena, payload, "here", &record, &err), "%s: %s", kpis, err.text);
    json_decref(payload);
    CHECK(record_fault(&record) == NULL, "%s: %s", kpis, record_fault(&record));
    return record;
}

/* "itl:count=4 itl:mean=2.5[s] …" */
static const char *shown(const struct record *record)
{
    const char *text = "";
    for (size_t i = 0; i < record->kpis_n; i++) {
        const char *unit = record_unit(record, i);
        text = arena_printf(&arena, "%s%s%s=%.6g%s%s%s", text, i ? " " : "", record->kpis[i].name, record->kpis[i].value, *unit ? "[" : "", unit,
                            *unit ? "]" : "");
    }
    return text;
}

static const struct {
    const char *kpis, *record;
    size_t count; /* KPIs */
} rows[] = {
    {"{\"itl\":{\"value\":[4,1,3,2],\"unit\":\"s\"}}", "itl:count=4 itl:mean=2.5[s] itl:p50=2.5[s]", 1},
    {"{\"itl\":{\"value\":[5,1,3,2,4]},\"x\":{\"value\":7,\"unit\":\"s\"}}", "itl:count=5 itl:mean=3 itl:p50=3 itl:p90=4.6 x=7[s]", 2},
    {"{\"a\":{\"value\":[]},\"b\":{\"value\":[\"x\",null,true,{}]},\"c\":{\"value\":[[1]]}}", "", 0},
    {"{\"a\":{\"value\":[1,\"x\",NaN,1e999,3]}}", "a:count=2 a:mean=2 a:p50=2", 1},
    {"{\"a\":{\"value\":[1e308,1e308]}}", "a:count=2 a:mean=1e+308 a:p50=1e+308", 1},
    {"{\"a\":{\"value\":[1,2]},\"a:p50\":{\"value\":9}}", "a:p50=9", 1},       /* a KPI's own name goes first */
    {"{\"a\":{\"value\":[1]},\"a:p50\":{\"value\":[2]}}", "a:count=1 a:mean=1 a:p50=1 a:p50:count=1 a:p50:mean=2 a:p50:p50=2", 2},
    {"{\"a:p50\":{\"value\":9},\"b:count\":{\"value\":3}}", "a:p50=9 b:count=3", 2},
    {"{\"a\":{\"value\":[1],\"unit\":\"List[ms]\"}}", "a:count=1 a:mean=1[ms] a:p50=1[ms]", 1},
    {"{\"a\":{\"value\":[1],\"unit\":7}}", "a:count=1 a:mean=1 a:p50=1", 1},
    {"{\"\":{\"value\":[1]}}", "", 0},
    {"[[1]]", "", 0},
};

static void test_rows(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct record record = read_record(rows[i].kpis);
        CHECK(strcmp(shown(&record), rows[i].record) == 0, "%s: %s", rows[i].kpis, shown(&record));
        CHECK(record.whole && record_list_count(&record) == rows[i].count, "%s: %zu KPIs", rows[i].kpis, record_list_count(&record));
    }
}

static void test_find(void)
{
    struct record record = read_record("{\"itl\":{\"value\":[5,1,3,2,4]},\"x\":{\"value\":7}}");
    struct distribution list;
    CHECK(record_list(&record, "itl", &list) && list.count == 5 && list.part[DISTRIBUTION_P90] == 4.6 && isnan(list.part[DISTRIBUTION_P99]),
          "as it was kept");
    CHECK(!record_list(&record, "x", &list) && list.count == 0 && isnan(list.part[DISTRIBUTION_MEAN]), "a number is no list");
    CHECK(!record_list(&record, "it", &list) && !record_list(&record, "itl:p50", &list) && !record_list(&record, "", &list), "other names");
    size_t part;
    CHECK(record_list_base("itl:p99", &part) == 3 && part == DISTRIBUTION_P99 && record_list_base("a:b:count", &part) == 3 &&
              part == DISTRIBUTION_PARTS, "kept names");
    CHECK(record_list_base("itl", NULL) == 0 && record_list_base("itl:p98", NULL) == 0 && record_list_base("itl:", NULL) == 0, "no kept names");
    CHECK(record_has_lists(&record), "it has a list");
    struct record bare = record_list_without(&arena, &record);
    CHECK(strcmp(shown(&bare), "x=7") == 0 && !record_has_lists(&bare), "without: %s", shown(&bare));
    struct kpi_value odd[] = {{"a:count", -1}, {"b:count", 1e300}};
    struct record wrong = {.id = "a", .kpis = odd, .kpis_n = 2};
    CHECK(!record_list(&wrong, "a", &list) && !record_list(&wrong, "b", &list), "counts that are none");
}

/* A record of an older matbench, and the payload beside it. */
static void test_complete(void)
{
    static const char text[] = "{\"kpis\":{\"itl\":{\"value\":[1,3],\"unit\":\"s\"},\"x\":{\"value\":8,\"unit\":\"m\"}}}";
    static const char *const all = "itl:count=2 itl:mean=2[s] itl:p50=2[s] x=7[m]";
    struct kpi_value own[] = {{"x", 7}};
    struct record record = {.id = "a", .kpis = own, .kpis_n = 1};
    record_complete(&arena, text, strlen(text), &record);
    CHECK(strcmp(shown(&record), all) == 0 && record.whole, "%s", shown(&record));
    record.whole = false;
    record_complete(&arena, text, strlen(text), &record);
    CHECK(strcmp(shown(&record), all) == 0, "twice: %s", shown(&record));
    static const char *const nonsense[] = {"", "7", "{}", "{\"kpis\":7}", "{\"kpis\":", "\xff"};
    for (size_t i = 0; i < ROWS(nonsense); i++) {
        struct record kept = record;
        kept.whole = false;
        record_complete(&arena, nonsense[i], strlen(nonsense[i]), &kept);
        CHECK(strcmp(shown(&kept), all) == 0, "%s: %s", nonsense[i], shown(&kept));
    }
}

int main(void)
{
    test_rows();
    test_find();
    test_complete();
    arena_close(&arena);
    return check_end();
}

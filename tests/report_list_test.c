/* report/visualize/report_list.h: what a query asks for, numbers and names of files; report/visualize/reports_index.h: the page of links. */
#include "report/visualize/reports_index.h"

#include <string.h>

#include "tests/check.h"
#include "tests/markup.h"

/* TOPSAIL's own call, and what its files are called then (python-golden/samples/reports_index.html). */
static const char topsail[] =
    "stats=report: Error report&stats=report: SFTTrainer report&stats=report: SFTTrainer HyperParameters report&stats=report: LTS "
    "Documentation&stats=report: KPI Table Report by settings&stats=report: KPI Table Report by labels&stats=report: KPI Plot Report";

static const char *const pictures[] = {"report: SFTTrainer HyperParameters report", "report: SFTTrainer report", "Throughput", NULL};

static const struct {
    const char *query, *names, *unused; /* joined by | */
} queries[] = {
    {"stats=a&stats=b c", "a|b c", ""},
    {"?stats=report:%20Error+report", "report: Error report", ""},
    {"a&b", "a|b", ""},
    {"stats=a&stats=a&&stats=&stats=+", "a", ""},
    {"stats=a&model=x&cfg=y=z", "a", "model=x|cfg=y=z"},
    {"stats=100%25%2&stats=%zz%00", "100%%2|%zz%00", ""},
    {"stats=%C3%BC", "ü", ""},
    {"", "", ""},
};

static const struct {
    const char *name;
    enum report_kind kind;
    const char *file; /* when it is the only one */
} kinds[] = {
    {"report: Error report", REPORT_ERROR, "report_00_report:_error_report.html"},
    {"error REPORT", REPORT_ERROR, "report_00_report:_error_report.html"},
    {"LTS Documentation", REPORT_LTS_DOCUMENTATION, "report_00_report: LTS Documentation.html"},
    {"report: KPI Table Report by settings", REPORT_KPIS_BY_SETTINGS, "report_00_report: KPI Table Report by settings.html"},
    {"KPI Table report by labels", REPORT_KPIS_BY_LABELS, "report_00_report: KPI Table Report by labels.html"},
    {"report: SFTTrainer report", REPORT_PICTURES, NULL},
    {"throughput", REPORT_PICTURES, NULL},
    {"KPI Plot", REPORT_PICTURES, NULL},
    {"report: ../../etc/passwd", REPORT_UNKNOWN, NULL},
};

static void check_joined(const char *const *names, const char *want, const char *query)
{
    struct text joined = text_open(1000);
    for (; *names; names++)
        text_printf(&joined, "%s%s", joined.len ? "|" : "", *names);
    CHECK(strcmp(joined.s, want) == 0, "%s: '%s', expected '%s'", query, joined.s, want);
    text_close(&joined);
}

static void check_queries(struct arena *arena)
{
    for (size_t i = 0; i < ROWS(queries); i++) {
        struct error err = {0};
        const char *const *names, *const *unused;
        CHECK(report_query_parse(arena, queries[i].query, &names, &unused, &err), "%s", queries[i].query);
        check_joined(names, queries[i].names, queries[i].query);
        check_joined(unused, queries[i].unused, queries[i].query);
    }
    struct text many = text_open(1 << 20);
    for (int i = 0; i <= REPORT_LIST_MAX; i++)
        text_printf(&many, "&stats=%d", i);
    struct error err = {0};
    const char *const *names, *const *unused;
    CHECK(!report_query_parse(arena, many.s, &names, &unused, &err) && err.kind == ERR_USAGE, "too many names");
    text_close(&many);
}

static void check_kinds(struct arena *arena)
{
    for (size_t i = 0; i < ROWS(kinds); i++) {
        const char *const names[] = {kinds[i].name, NULL};
        struct report_list list = report_list_of(arena, names, pictures);
        CHECK(list.n == 1 && list.v[0].kind == kinds[i].kind, "%s", kinds[i].name);
        bool same = kinds[i].file ? list.v[0].file && strcmp(list.v[0].file, kinds[i].file) == 0 : !list.v[0].file;
        CHECK(same, "%s: %s", kinds[i].name, list.v[0].file ? list.v[0].file : "no file");
    }
    struct report_list all = report_list_of(arena, NULL, pictures);
    CHECK(all.n == REPORT_MADE && all.v[3].kind == REPORT_KPIS_BY_LABELS && all.v[3].number == 3, "without names: all that are made");
}

static void check_topsail(struct arena *arena)
{
    static const char *const files[] = {"report_00_report:_error_report.html", NULL, NULL, "report_03_report: LTS Documentation.html",
                                        "report_04_report: KPI Table Report by settings.html",
                                        "report_05_report: KPI Table Report by labels.html", NULL};
    struct error err = {0};
    const char *const *names, *const *unused;
    CHECK(report_query_parse(arena, topsail, &names, &unused, &err) && !*unused, "%s", err.text);
    struct report_list list = report_list_of(arena, names, pictures);
    CHECK(list.n == ROWS(files), "%zu", list.n);
    for (size_t i = 0; i < list.n && i < ROWS(files); i++) {
        CHECK(list.v[i].number == i, "%s has number %zu", list.v[i].name, list.v[i].number);
        CHECK(files[i] ? list.v[i].file && strcmp(list.v[i].file, files[i]) == 0 : !list.v[i].file, "%s", list.v[i].name);
    }
    const char *const odd[] = {"nope", "report: Error report", "ERROR report", NULL};
    list = report_list_of(arena, odd, pictures);
    CHECK(list.n == 2 && list.v[0].kind == REPORT_UNKNOWN && list.v[1].number == 0, "an unknown name takes no number, a repeated one counts once");
}

static void check_index(struct arena *arena)
{
    const char *const names[] = {"Error report", "<script>", "Throughput", NULL};
    struct report_list list = report_list_of(arena, names, pictures);
    struct text out = text_open(1 << 20);
    struct error err = {0};
    const struct reports_index index = {.workload = "w", .results_dirname = "a & b", .filters = "x=1", .tests = 3, .wrong = 1, .list = &list};
    CHECK(reports_index_render(&index, &out, &err), "%s", err.text);
    CHECK(markup_good(out.s), "the index");
    static const char *const parts[] = {"<a href=\"report_00_report%3A_error_report.html\">Report 00: Error report</a>",
                                        "Not drawn yet", "<li>Throughput</li>", "<li>&lt;script&gt;</li>", "a &amp; b", "<dd>x=1</dd>",
                                        "3; something went wrong with 1 of them"};
    for (size_t i = 0; i < ROWS(parts); i++)
        CHECK(strstr(out.s, parts[i]), "the index lacks %s", parts[i]);
    text_close(&out);
}

int main(void)
{
    struct arena arena = {0};
    check_queries(&arena);
    check_kinds(&arena);
    check_topsail(&arena);
    check_index(&arena);
    arena_close(&arena);
    return check_end();
}

#include "report/visualize/report_list.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static const char prefix[] = "report: ";

/* `id` is what stands in the file's name, as Python's report calls itself. */
static const struct {
    const char *name, *id, *summary;
} known[REPORT_MADE] = {
    [REPORT_ERROR] = {"report: Error report", "report:_error_report", "What each test was, and what went wrong."},
    [REPORT_LTS_DOCUMENTATION] = {"report: LTS Documentation", "report: LTS Documentation",
                                  "Metadata and KPIs of each test's payload, and all of them as CSV."},
    [REPORT_KPIS_BY_SETTINGS] = {"report: KPI Table Report by settings", "report: KPI Table Report by settings",
                                 "The KPIs of all tests in one table, by the tests' settings."},
    [REPORT_KPIS_BY_LABELS] = {"report: KPI Table Report by labels", "report: KPI Table Report by labels",
                               "The KPIs of all tests in one table, by the payloads' labels."},
};

/* Pictures that every Python workload can have, beside those that its own files name. */
static const char *const common_pictures[] = {"report: KPI Plot Report", "KPI Plot", NULL};

const char *report_name(enum report_kind kind)
{
    return known[kind].name;
}

const char *report_summary(enum report_kind kind)
{
    return known[kind].summary;
}

/* ---- the query ---- */

static int hex(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c | 0x20) : NULL;
    return at && *at ? (int)(at - digits) : -1;
}

/* Decodes and trims one part of a query. */
static const char *decoded(struct arena *arena, const char *from, size_t len)
{
    char *out = arena_alloc(arena, len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        int high = i + 2 < len && from[i] == '%' ? hex(from[i + 1]) : -1, low = high < 0 ? -1 : hex(from[i + 2]);
        bool is_code = low >= 0 && (high || low); /* %00 stays as it is */
        out[n++] = is_code ? (char)(high * 16 + low) : from[i] == '+' ? ' ' : from[i];
        i += is_code ? 2 : 0;
    }
    const char *text = out;
    text_trim(&text, &n);
    return arena_strndup(arena, text, n);
}

struct names {
    const char **v;
    size_t n, cap;
};

static void add_once(struct arena *arena, struct names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->v[i], name) == 0)
            return;
    if (*name)
        *LIST_ADD(arena, names) = name;
}

bool report_query_parse(struct arena *arena, const char *query, const char *const **names, const char *const **unused,
                        struct error *err)
{
    static const char stats[] = "stats=";
    struct names wanted = {0}, rest = {0};
    const size_t stats_n = sizeof(stats) - 1;
    query += *query == '?';
    while (*query) {
        size_t n = strcspn(query, "&");
        const char *equals = memchr(query, '=', n);
        bool is_stats = n >= stats_n && memcmp(query, stats, stats_n) == 0;
        if (is_stats)
            add_once(arena, &wanted, decoded(arena, query + stats_n, n - stats_n));
        else
            add_once(arena, equals ? &rest : &wanted, decoded(arena, query, n));
        if (wanted.n + rest.n > REPORT_LIST_MAX)
            return error_set(err, ERR_USAGE, "--generate: more than %d names", (int)REPORT_LIST_MAX);
        query += n + (query[n] == '&');
    }
    *LIST_ADD(arena, &wanted) = NULL;
    *LIST_ADD(arena, &rest) = NULL;
    *names = wanted.v;
    *unused = rest.v;
    return true;
}

/* ---- the list ---- */

static const char *without_prefix(const char *name)
{
    return strncasecmp(name, prefix, sizeof(prefix) - 1) == 0 ? name + sizeof(prefix) - 1 : name;
}

static bool same_name(const char *a, const char *b)
{
    return strcasecmp(without_prefix(a), without_prefix(b)) == 0;
}

static const char *find_name(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (same_name(*names, name))
            return *names;
    return NULL;
}

static struct report_item item_of(const char *name, const char *const *pictures)
{
    for (int kind = 0; kind < REPORT_MADE; kind++)
        if (same_name(known[kind].name, name))
            return (struct report_item){.kind = (enum report_kind)kind, .name = known[kind].name};
    const char *picture = find_name(common_pictures, name);
    if (!picture)
        picture = find_name(pictures, name);
    if (picture)
        return (struct report_item){.kind = REPORT_PICTURES, .name = picture};
    return (struct report_item){.kind = REPORT_UNKNOWN, .name = name};
}

static bool is_listed(const struct report_list *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (same_name(list->v[i].name, name))
            return true;
    return false;
}

static void add(struct arena *arena, struct report_list *list, struct report_item item, size_t *number)
{
    if (is_listed(list, item.name))
        return;
    item.title = without_prefix(item.name);
    if (item.kind != REPORT_UNKNOWN)
        item.number = (*number)++;
    if (item.kind < REPORT_MADE)
        item.file = arena_printf(arena, "report_%02zu_%s.html", item.number, known[item.kind].id);
    *LIST_ADD(arena, list) = item;
}

struct report_list report_list_of(struct arena *arena, const char *const *names, const char *const *pictures)
{
    struct report_list list = {0};
    size_t number = 0;
    for (int kind = 0; kind < REPORT_MADE && !(names && *names); kind++)
        add(arena, &list, (struct report_item){.kind = (enum report_kind)kind, .name = known[kind].name}, &number);
    for (; names && *names; names++)
        add(arena, &list, item_of(*names, pictures), &number);
    return list;
}

bool report_list_has(const struct report_list *list, enum report_kind kind)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].kind == kind)
            return true;
    return false;
}

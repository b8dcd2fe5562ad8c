#include "regress/causes/causes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/read.h"
#include "regress/causes/git_range.h"
#include "regress/causes/label_table.h"

enum { COMMIT_SHOWN = 12, SHOWN_MAX = 80, TOLD_MAX = 3, URL_MAX = 2000 };
static const double TELLING = 0.75; /* from this share on the sentence has it */

/* One entry while its changes are looked at. */
struct looking {
    struct arena *arena, *scratch;
    const struct entry_result *entry;
    struct label_table table;
    LIST_OF(const char *) repositories; /* addresses in the labels of the entry, each once */
    LIST_OF(const char *) homes;        /* the label of each */
};

/* The runs on both sides of a change, as rows of the table: before[0..before_n), since[…], oldest first. */
struct sides {
    const size_t *before, *since;
    size_t before_n, since_n;
};

/* ---- what people see of a value ---- */

/* One line, at most SHOWN_MAX bytes of it. */
static const char *clean(const char *value, struct arena *arena)
{
    struct text out = text_open(1 << 20);
    size_t len = strnlen(value, SHOWN_MAX + 1);
    text_add_line(&out, len > SHOWN_MAX ? arena_printf(arena, "%.*s…", text_cut(value, SHOWN_MAX, SHOWN_MAX), value) : value);
    const char *shown = arena_strdup(arena, out.s);
    text_close(&out);
    return shown;
}

static const char *shown_value(const char *value, struct arena *arena)
{
    return strcmp(value, "null") == 0 ? "(none)" : clean(label_shown(value, arena), arena);
}

/* ---- links ---- */

/* Safe to stand in a report as a link: http, nothing that ends or changes it, and no password in it. */
static bool is_link(const char *url)
{
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0, len = strnlen(url, URL_MAX + 1);
    if (!scheme || len > URL_MAX || strcspn(url + scheme, "/?#") == 0 || memchr(url + scheme, '@', strcspn(url + scheme, "/?#")))
        return false;
    for (const char *c = url; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr("\"'<>\\`{}|^", *c))
            return false;
    return true;
}

static json_t *urls_of(const struct record *record)
{
    struct error ignored = {0};
    const char *text = record_label(record, "urls");
    return text ? json_read(text, strlen(text), &(struct json_read_options){.file = "urls", .strict = true}, &ignored) : NULL;
}

/* The first link of the label `urls` by its name, one to a repository only when there is no other; NULL. */
static const char *url_of(const struct record *record, struct arena *arena)
{
    json_t *urls = urls_of(record), *value;
    const char *key, *best = NULL, *best_key = NULL;
    bool best_is_repository = false;
    if (json_is_string(urls) && is_link(json_string_value(urls)))
        best = arena_strdup(arena, json_string_value(urls));
    json_object_foreach(urls, key, value) {
        const char *url = json_string_value(value);
        if (!url || !is_link(url))
            continue;
        bool repository = git_repository(url, arena) != NULL;
        if (best && (repository > best_is_repository || (repository == best_is_repository && strcmp(key, best_key) > 0)))
            continue;
        best = arena_strdup(arena, url);
        best_key = arena_strdup(arena, key);
        best_is_repository = repository;
    }
    json_decref(urls);
    return best;
}

static void add_repository(struct looking *looking, const char *key, const char *value)
{
    const char *repository = git_repository(value, looking->arena);
    for (size_t i = 0; repository && i < looking->repositories.n; i++)
        if (strcmp(looking->repositories.v[i], repository) == 0 && strcmp(looking->homes.v[i], key) == 0)
            repository = NULL;
    if (!repository || looking->repositories.n >= CAUSES_MAX)
        return;
    *LIST_ADD(looking->scratch, &looking->repositories) = repository;
    *LIST_ADD(looking->scratch, &looking->homes) = arena_strdup(looking->scratch, key);
}

static void find_repositories(struct looking *looking)
{
    const struct record *record = looking->entry->entry;
    for (size_t i = 0; i < record->labels_n; i++)
        add_repository(looking, record->labels[i].key, label_shown(record->labels[i].value, looking->scratch));
    json_t *urls = urls_of(record), *value;
    const char *key;
    json_object_foreach(urls, key, value)
        if (json_is_string(value))
            add_repository(looking, key, json_string_value(value));
    json_decref(urls);
}

static size_t first_word(const char *key)
{
    return strcspn(key, "_-. ");
}

/* Whose range it is: the one repository that is named, or the one whose label begins with the same word; NULL when it could be another. */
static const char *repository_for(const struct looking *looking, const char *key)
{
    const char *only = NULL, *namesake = NULL;
    bool several = false, namesakes = false;
    for (size_t i = 0; i < looking->repositories.n; i++) {
        const char *repository = looking->repositories.v[i], *home = looking->homes.v[i];
        several |= only && strcmp(only, repository) != 0;
        only = repository;
        if (first_word(home) != first_word(key) || memcmp(home, key, first_word(key)) != 0)
            continue;
        namesakes |= namesake && strcmp(namesake, repository) != 0;
        namesake = repository;
    }
    return namesake && !namesakes ? namesake : several ? NULL : only;
}

/* ---- one label ---- */

/* How often each value stands on a side, and the value that has most of it (values_n: none has). */
static size_t count_side(const struct label_column *column, const size_t *rows, size_t n, double *share)
{
    size_t most = column->values_n;
    memset(share, 0, column->values_n * sizeof(*share));
    for (size_t i = 0; i < n; i++)
        share[column->codes[rows[i]]] += 1 / (double)n;
    for (size_t v = 0; v < column->values_n; v++)
        if (share[v] > 0.5)
            most = v;
    return most;
}

static double tell_apart(const double *before, const double *since, size_t n)
{
    double most = 0, least = 0;
    for (size_t v = 0; v < n; v++) {
        most = fmax(most, before[v] - since[v]);
        least = fmin(least, before[v] - since[v]);
    }
    return fmin(1, (most - least) / 2);
}

/* Whether the values of its runs are all different, three or more: a stamp, which differs whatever happened. */
static bool is_stamp(const struct label_column *column, const struct sides *sides, const double *before, const double *since)
{
    size_t n = sides->before_n + sides->since_n, different = 0;
    for (size_t v = 0; v < column->values_n; v++)
        different += before[v] > 0 || since[v] > 0;
    return n > 2 && different == n;
}

/* Changes between neighbouring points of one level, but for the change that is looked at. */
static size_t count_elsewhere(const struct looking *looking, const struct label_column *column, const struct evidence *e)
{
    size_t n = 0, last = looking->table.rows;
    for (size_t i = 0; i <= e->points_n; i++) {
        size_t row = i < e->points_n ? label_table_row(&looking->table, e->points[i].run) : looking->table.rows - 1;
        bool same_level = i > 0 && (i == e->points_n || e->points[i].level == e->points[i - 1].level);
        if (row < looking->table.rows && last < looking->table.rows && i != e->since_point && same_level)
            n += column->codes[row] != column->codes[last];
        last = row;
    }
    return n;
}

static bool describe(struct looking *looking, const struct label_column *column, const struct sides *sides, const struct evidence *e,
                     struct difference *out)
{
    double *before = ARENA_ARRAY(looking->scratch, double, 2 * column->values_n), *since = before + column->values_n;
    size_t usual = count_side(column, sides->before, sides->before_n, before);
    size_t now = count_side(column, sides->since, sides->since_n, since);
    size_t good = column->codes[sides->before[sides->before_n - 1]], bad = column->codes[sides->since[0]];
    const char *a = label_shown(column->values[good], looking->arena), *b = label_shown(column->values[bad], looking->arena);
    const char *compare = git_range(column->key, a, b, looking->arena);
    *out = (struct difference){.share = tell_apart(before, since, column->values_n), .compare = compare};
    if (!compare && !column->compared && (out->share < CAUSES_SHARE_MIN || is_stamp(column, sides, before, since)))
        return false;
    bool at_border = usual == column->values_n || now == column->values_n || usual == now;
    if (at_border && good == bad)
        return false; /* it comes and goes, and was the same in both runs beside the change */
    out->key = clean(column->key, looking->arena);
    out->before = shown_value(column->values[at_border ? good : usual], looking->arena);
    out->after = shown_value(column->values[at_border ? bad : now], looking->arena);
    out->elsewhere = count_elsewhere(looking, column, e);
    const char *repository = compare ? repository_for(looking, column->key) : NULL;
    out->link = repository ? git_link(repository, compare, looking->arena) : NULL;
    return true;
}

static int compare_differences(const void *a, const void *b)
{
    const struct difference *x = a, *y = b;
    double sx = floor(x->share * 10 + 1e-9), sy = floor(y->share * 10 + 1e-9);
    if (sx != sy)
        return sx > sy ? -1 : 1;
    if (x->elsewhere != y->elsewhere)
        return x->elsewhere < y->elsewhere ? -1 : 1;
    return strcmp(x->key, y->key);
}

/* ---- the sentence ---- */

static bool listed(const char *const *keys, const char *key)
{
    for (; keys && *keys; keys++)
        if (strcmp(*keys, key) == 0)
            return true;
    return false;
}

static const char *how_often(const struct difference *d, struct arena *arena)
{
    if (d->elsewhere == 0)
        return "nowhere else";
    return arena_printf(arena, "also %s elsewhere", d->elsewhere == 1 ? "once" : arena_printf(arena, "%zu times", d->elsewhere));
}

/* A whole commit by its first digits, as git shows it. */
static const char *brief(const char *value, struct arena *arena)
{
    bool commit = strlen(value) == GIT_COMMIT_MAX && strspn(value, "0123456789abcdef") == GIT_COMMIT_MAX;
    return commit ? arena_strndup(arena, value, COMMIT_SHOWN) : value;
}

/* The range is said where the values do not say it. */
static const char *tell_one(const struct difference *d, struct arena *arena)
{
    const char *link = d->link ? d->link : "", *range = "";
    bool said = d->compare && strcmp(d->compare, arena_printf(arena, "%s..%s", d->before, d->after)) == 0;
    if (d->compare && !said)
        range = arena_printf(arena, ", commits %s%s%s", d->compare, link[0] ? " " : "", link);
    else if (link[0])
        range = arena_printf(arena, ", %s", link);
    return arena_printf(arena, "%s (%s → %s, %s%s)", d->key, brief(d->before, arena), brief(d->after, arena), how_often(d, arena), range);
}

static const char *tell(const struct kpi_result *kpi, const char *const *comparison_keys, struct arena *arena)
{
    const char *said = "";
    size_t told = 0, more = 0;
    for (size_t i = 0; i < kpi->differences_n; i++) {
        const struct difference *d = &kpi->differences[i];
        bool version = listed(comparison_keys, d->key) && d->elsewhere; /* it is said since which */
        if (version || (d->share < TELLING && !d->compare))
            continue;
        if (told >= TOLD_MAX) {
            more++;
            continue;
        }
        said = arena_printf(arena, "%s%s%s", said, told++ ? "; " : "", tell_one(d, arena));
    }
    if (more)
        return arena_printf(arena, "%s; and %zu more", said, more);
    if (told)
        return said;
    for (size_t i = 0; i < kpi->differences_n; i++)
        if (!listed(comparison_keys, kpi->differences[i].key))
            return arena_printf(arena, "no label tells the runs before from those since; nearest: %s", tell_one(&kpi->differences[i], arena));
    if (kpi->differences_n)
        return arena_printf(arena, "no label but the version (%s → %s)", kpi->differences[0].before, kpi->differences[0].after);
    return "no label differs between the runs before and those since";
}

/* ---- one KPI ---- */

static bool speaks_of_change(const struct kpi_result *kpi)
{
    const struct evidence *e = &kpi->evidence;
    bool is = verdict_is_worse(kpi) || kpi->verdict == VERDICT_IMPROVEMENT || kpi->verdict == VERDICT_ACKNOWLEDGED;
    if (e->decided_by == CHECK_DRIFT) /* it began with no run */
        return false;
    return is && e->since_version && e->since_point > 0 && e->since_point <= e->points_n && e->points[e->since_point - 1].run;
}

/* The runs of the level before: back from the change as long as the level is the same. */
static struct sides sides_of(const struct looking *looking, const struct evidence *e)
{
    size_t *rows = ARENA_ARRAY(looking->scratch, size_t, e->points_n + 1), from = e->since_point - 1, n = 0;
    while (from > 0 && e->points[from - 1].level == e->points[from].level)
        from--;
    struct sides sides = {.before = rows};
    for (size_t i = from; i <= e->points_n; i++) {
        if (i == e->since_point) {
            sides.before_n = n;
            sides.since = rows + n;
        }
        size_t row = i < e->points_n ? label_table_row(&looking->table, e->points[i].run) : looking->table.rows - 1;
        if (row < looking->table.rows)
            rows[n++] = row;
    }
    sides.since_n = n - sides.before_n;
    return sides;
}

static void find_differences(struct looking *looking, struct kpi_result *kpi)
{
    struct sides sides = sides_of(looking, &kpi->evidence);
    struct difference *found = ARENA_ARRAY(looking->scratch, struct difference, looking->table.n + 1);
    size_t n = 0;
    for (size_t i = 0; sides.before_n && i < looking->table.n; i++)
        n += describe(looking, &looking->table.columns[i], &sides, &kpi->evidence, &found[n]);
    qsort(found, n, sizeof(*found), compare_differences);
    kpi->differences_n = n < CAUSES_MAX ? n : CAUSES_MAX;
    kpi->differences = arena_copy(looking->arena, found, kpi->differences_n * sizeof(*found));
}

/* The version, or the run where that does not tell the two apart. */
static void find_ends(const struct looking *looking, struct kpi_result *kpi)
{
    const struct evidence *e = &kpi->evidence;
    const struct run_point *good = &e->points[e->since_point - 1], *bad = e->since_point < e->points_n ? good + 1 : NULL;
    const char *version = bad ? bad->version : looking->entry->version, *run = bad ? bad->run_id : looking->entry->run_id;
    bool by_version = version[0] && strcmp(version, good->version) != 0;
    kpi->last_good = by_version && good->version[0] ? good->version : good->run_id;
    kpi->first_bad = by_version ? version : run;
    kpi->last_good_url = url_of(good->run->records[0], looking->arena);
    kpi->first_bad_url = url_of(bad ? bad->run->records[0] : looking->entry->entry, looking->arena);
}

static void look_at_entry(struct entry_result *entry, const struct analysis_options *options, struct arena *arena)
{
    struct arena scratch = {0};
    struct looking looking = {.arena = arena, .scratch = &scratch, .entry = entry};
    bool ready = false;
    for (size_t i = 0; i < entry->kpis_n; i++) {
        if (!speaks_of_change(&entry->kpis[i]))
            continue;
        if (!ready) {
            looking.table = label_table_of(options, entry->selection, entry->entry, &scratch);
            find_repositories(&looking);
        }
        ready = true;
        find_ends(&looking, &entry->kpis[i]);
        find_differences(&looking, &entry->kpis[i]);
        entry->kpis[i].cause = tell(&entry->kpis[i], options->comparison_keys, arena);
    }
    arena_close(&scratch);
}

void causes_find(struct analysis *analysis, struct arena *arena)
{
    for (size_t i = 0; i < analysis->entries_n; i++)
        look_at_entry(&analysis->entries[i], analysis->options, arena);
}

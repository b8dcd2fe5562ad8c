#include "store/download.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "store/artifact.h"
#include "store/discover.h"
#include "store/visits.h"

enum { DEPTH_MAX = 64, VISITS_MAX = 20 };

const struct download_limits download_limits_default = {
    .files = 1000000, .file_bytes = 64LL << 30, .bytes = 1LL << 40};

/* ---- modes ---- */

enum { TAKE_DISCOVERY = 1, TAKE_IMPORTANT = 2, TAKE_CACHE = 4, TAKE_ALL = 8 };

static const struct {
    const char *name;
    unsigned with_cache, without; /* TAKE_… of a test */
    unsigned above;               /* of the directories above tests */
} modes[] = {
    [DOWNLOAD_PREFER_CACHE] = {"prefer_cache", TAKE_DISCOVERY | TAKE_CACHE, TAKE_DISCOVERY | TAKE_IMPORTANT, TAKE_DISCOVERY | TAKE_IMPORTANT},
    [DOWNLOAD_CACHE_ONLY] = {"cache_only", TAKE_DISCOVERY | TAKE_CACHE, 0, TAKE_DISCOVERY},
    [DOWNLOAD_IMPORTANT] = {"important", TAKE_DISCOVERY | TAKE_IMPORTANT, TAKE_DISCOVERY | TAKE_IMPORTANT, TAKE_DISCOVERY | TAKE_IMPORTANT},
    [DOWNLOAD_ALL] = {"all", TAKE_ALL, TAKE_ALL, TAKE_ALL},
    [DOWNLOAD_SAVED] = {NULL, TAKE_DISCOVERY | TAKE_IMPORTANT | TAKE_CACHE, TAKE_DISCOVERY | TAKE_IMPORTANT, TAKE_DISCOVERY | TAKE_IMPORTANT},
};

bool download_mode_parse(const char *text, enum download_mode *mode, struct error *err)
{
    *mode = DOWNLOAD_PREFER_CACHE;
    if (!text)
        return true;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (modes[i].name && strcmp(modes[i].name, text) == 0) {
            *mode = (enum download_mode)i;
            return true;
        }
    }
    return error_set(err, ERR_USAGE, "the download mode '%.60s': expected cache_only, prefer_cache, important or all", text);
}

const char *download_mode_name(enum download_mode mode)
{
    return modes[mode].name ? modes[mode].name : "saved";
}

/* ---- what is found ---- */

struct choice {
    struct arena *arena;
    const struct fetch *fetch;
    const struct download_options *options;
    struct download_plan *plan;
    LIST_OF(struct download_file) files;
    LIST_OF(const char *) directories;
    struct visits visits;
    struct error *err; /* once set, everything ends */
};

/* A directory on the way down; what it is, where that is known. */
struct level {
    const struct level *parent;
    dev_t device;
    ino_t inode;
    int depth;
};

static bool goes_on(struct choice *choice)
{
    if (choice->options->stop && *choice->options->stop)
        error_set(choice->err, ERR_INTERRUPTED, "stopped");
    return !choice->err->kind;
}

static void warn(struct choice *choice, const char *text)
{
    findings_add(choice->arena, &choice->plan->findings, FINDING_WARNING, "%s", text);
}

static void add_file(struct choice *choice, const char *path, const struct fetch_entry *entry)
{
    const struct download_limits *limits = &choice->options->limits;
    struct pos at = {.file = path};
    if (entry->size > limits->file_bytes)
        error_at(choice->err, ERR_ARTIFACT, at, "%lld bytes; one file may have %lld", entry->size, limits->file_bytes);
    else if (choice->files.n >= limits->files)
        error_at(choice->err, ERR_ARTIFACT, at, "more than %zu files to download; a url further down brings fewer", limits->files);
    else
        *LIST_ADD(choice->arena, &choice->files) =
            (struct download_file){.path = path, .size = entry->size, .modified = entry->modified, .dated = entry->dated};
}

static bool seen_above(const struct level *level, const struct fetch_entry *entry)
{
    for (; level; level = level->parent)
        if (level->inode && level->device == entry->device && level->inode == entry->inode)
            return true;
    return false;
}

/* Whether to go into a directory: links can lead back up, and to one place in very many ways. */
static bool enters(struct choice *choice, struct visits *visits, const char *path, const struct fetch_entry *entry,
                   const struct level *level)
{
    if (seen_above(level, entry))
        return false;
    if (level->depth >= DEPTH_MAX) {
        warn(choice, arena_printf(choice->arena, "%s: deeper than %d directories: not downloaded", path, (int)DEPTH_MAX));
        return false;
    }
    if (entry->inode && visits_add(visits, entry->device, entry->inode) > VISITS_MAX) {
        warn(choice, arena_printf(choice->arena, "%s: more than %d links lead to this directory: not downloaded again", path, (int)VISITS_MAX));
        return false;
    }
    return true;
}

static struct level below(const struct level *parent, const struct fetch_entry *entry)
{
    return (struct level){.parent = parent, .device = entry->device, .inode = entry->inode, .depth = parent->depth + 1};
}

/* Nothing in it when it is not there any more, or refused (which is said). */
static struct fetch_entries list(struct choice *choice, const char *directory)
{
    struct fetch_entries entries = {0};
    struct error err = {0};
    if (choice->fetch->scheme->list(choice->fetch, directory, choice->arena, &entries, &err) == ROOT_REFUSED) {
        warn(choice, err.text);
        entries.n = 0;
    }
    return entries;
}

/* ---- everything below a directory ---- */

struct sweep {
    struct choice *choice;
    struct visits visits;
    const char *test;    /* the directory that the pattern starts from */
    const char *pattern; /* NULL: every file */
    size_t found;
};

static const char *from_test(const char *test, const char *path)
{
    return strcmp(test, ".") == 0 ? path : path + strlen(test) + 1;
}

static void sweep_directory(struct sweep *sweep, const char *directory, const struct level *level)
{
    struct choice *choice = sweep->choice;
    struct fetch_entries entries = list(choice, directory);
    for (size_t i = 0; i < entries.n && goes_on(choice); i++) {
        const struct fetch_entry *entry = &entries.v[i];
        const char *path = arena_join(choice->arena, directory, entry->name);
        if (entry->kind == FETCH_DIRECTORY && enters(choice, &sweep->visits, path, entry, level)) {
            struct level here = below(level, entry);
            sweep_directory(sweep, path, &here);
        }
        bool matches = !sweep->pattern || artifact_matches(sweep->pattern, from_test(sweep->test, path), choice->arena);
        if (entry->kind == FETCH_FILE && matches) {
            add_file(choice, path, entry);
            sweep->found++;
        } else if (entry->kind == FETCH_REFUSED && matches) {
            warn(choice, entry->why);
        }
    }
}

/* How many files were added. */
static size_t sweep_all(struct choice *choice, const char *test, const char *directory, const char *pattern, const struct level *level)
{
    struct sweep sweep = {.choice = choice, .test = test, .pattern = pattern};
    sweep_directory(&sweep, directory, level);
    visits_close(&sweep.visits);
    return sweep.found;
}

/* ---- a test's important files ---- */

struct listing {
    const char *directory; /* from the test's; "" for its own */
    struct fetch_entries entries;
};

/* A test that is being looked at; each of its directories is listed once. */
struct looking {
    struct choice *choice;
    const char *test;
    const struct level *level;
    LIST_OF(struct listing) listings;
};

static const char *from_top(struct looking *looking, const char *path)
{
    return path[0] ? arena_join(looking->choice->arena, looking->test, path) : looking->test;
}

static const struct fetch_entries *members(struct looking *looking, const char *directory)
{
    for (size_t i = 0; i < looking->listings.n; i++)
        if (strcmp(looking->listings.v[i].directory, directory) == 0)
            return &looking->listings.v[i].entries;
    struct fetch_entries entries = list(looking->choice, from_top(looking, directory));
    struct listing *listing = LIST_ADD(looking->choice->arena, &looking->listings);
    *listing = (struct listing){directory, entries};
    return &listing->entries;
}

static const struct fetch_entry *find_name(const struct fetch_entries *entries, const char *name)
{
    size_t from = 0, to = entries->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(name, entries->v[middle].name);
        if (order == 0)
            return &entries->v[middle];
        *(order < 0 ? &to : &from) = order < 0 ? middle : middle + 1;
    }
    return NULL;
}

/* What stands at a path from the test's directory; NULL: nothing. */
static const struct fetch_entry *look(struct looking *looking, const char *path)
{
    const char *at = "";
    for (;;) {
        size_t n = strcspn(path, "/");
        const char *name = arena_strndup(looking->choice->arena, path, n);
        const struct fetch_entry *entry = find_name(members(looking, at), name);
        path += n + strspn(path + n, "/");
        if (!entry || !*path || entry->kind != FETCH_DIRECTORY)
            return *path && entry && entry->kind != FETCH_REFUSED ? NULL : entry;
        at = arena_join(looking->choice->arena, at, name);
    }
}

struct paths {
    const char **v;
    size_t n, cap;
};

/* The directories that match a pattern, component by component, in sorted order. */
static struct paths match_directories(struct looking *looking, const char *pattern)
{
    struct arena *arena = looking->choice->arena;
    struct paths matches = {0};
    *LIST_ADD(arena, &matches) = "";
    while (*pattern && matches.n) {
        struct paths deeper = {0};
        size_t n = strcspn(pattern, "/");
        const char *component = arena_strndup(arena, pattern, n);
        for (size_t i = 0; i < matches.n; i++) {
            const struct fetch_entries *entries = members(looking, matches.v[i]);
            for (size_t k = 0; k < entries->n; k++)
                if (entries->v[k].kind == FETCH_DIRECTORY && fnmatch(component, entries->v[k].name, FNM_PERIOD) == 0)
                    *LIST_ADD(arena, &deeper) = arena_join(arena, matches.v[i], entries->v[k].name);
        }
        matches = deeper;
        pattern += n + strspn(pattern + n, "/");
    }
    return matches;
}

/* As parsing resolves it (contract C2.4): what exists literally, else its glob; all matches, or the last. */
static struct paths resolve(struct looking *looking, const struct artifact_dir *dir)
{
    struct paths found = {0};
    const char *pattern = fetch_path_clean(looking->choice->arena, dir->pattern);
    const struct fetch_entry *literal = pattern ? look(looking, pattern) : NULL;
    if (literal && literal->kind == FETCH_DIRECTORY)
        *LIST_ADD(looking->choice->arena, &found) = pattern;
    else if (pattern)
        found = match_directories(looking, pattern);
    if (!dir->all && found.n > 1) {
        found.v += found.n - 1;
        found.n = 1;
    }
    return found;
}

/* So that fnmatch takes it as it is. */
static const char *escape(struct arena *arena, const char *path)
{
    char *escaped = arena_alloc(arena, strlen(path) * 2 + 1), *to = escaped;
    for (; *path; *to++ = *path++)
        if (strchr("*?[\\", *path))
            *to++ = '\\';
    return escaped;
}

static const char *unescape(struct arena *arena, const char *pattern, size_t len)
{
    char *plain = arena_alloc(arena, len + 1), *to = plain;
    for (size_t i = 0; i < len; i++) {
        i += pattern[i] == '\\' && i + 1 < len;
        *to++ = pattern[i];
    }
    return plain;
}

/* Where the first wildcard of a pattern stands; its length when there is none. */
static size_t wildcard(const char *pattern)
{
    size_t i = 0;
    while (pattern[i] && !strchr("*?[", pattern[i]))
        i += pattern[i] == '\\' && pattern[i + 1] ? 2 : 1;
    return i;
}

static void note_missing(struct looking *looking, const char *what)
{
    struct choice *choice = looking->choice;
    choice->plan->missing++;
    findings_add(choice->arena, &choice->plan->findings, FINDING_NOTE, "%s: missing in the source: %s", looking->test, what);
}

static void take_path(struct looking *looking, const char *path)
{
    struct choice *choice = looking->choice;
    const struct fetch_entry *entry = NULL;
    const char *one, *whole = path;
    for (size_t i = 0; (!entry || entry->kind == FETCH_NONE) && (one = artifact_candidate(choice->arena, path, i)); i++) {
        entry = look(looking, one);
        whole = from_top(looking, one);
    }
    if (!entry || entry->kind == FETCH_NONE)
        note_missing(looking, path);
    else if (entry->kind == FETCH_REFUSED)
        warn(choice, entry->why);
    else if (entry->kind == FETCH_FILE)
        add_file(choice, whole, entry);
    else {
        struct level here = below(looking->level, entry);
        sweep_all(choice, looking->test, whole, NULL, &here);
    }
}

/* A pattern from the test's directory, without ${}. */
static void take_pattern(struct looking *looking, const char *pattern, const char *shown)
{
    struct arena *arena = looking->choice->arena;
    size_t first = wildcard(pattern);
    if (!pattern[first]) {
        take_path(looking, unescape(arena, pattern, first));
        return;
    }
    while (first > 0 && pattern[first - 1] != '/')
        first--;
    const char *directory = unescape(arena, pattern, first ? first - 1 : 0);
    const struct fetch_entry *entry = first ? look(looking, directory) : NULL;
    bool is_there = !first || (entry && entry->kind == FETCH_DIRECTORY);
    struct level here = first && is_there ? below(looking->level, entry) : *looking->level;
    if (!is_there || sweep_all(looking->choice, looking->test, from_top(looking, directory), pattern, &here) == 0)
        note_missing(looking, shown);
}

/* "${RUN}/artifacts/pod.log": for each directory that RUN means. */
static void take_important(struct looking *looking, const struct paths *dirs, const char *given)
{
    struct arena *arena = looking->choice->arena;
    const struct workload *workload = looking->choice->options->workload;
    const char *pattern = fetch_path_clean(arena, given);
    if (!pattern) { /* parsing refuses it too */
        warn(looking->choice, arena_printf(arena, "important_files: '%s' leaves the test's directory: not downloaded", given));
        return;
    }
    const char *open = strstr(pattern, "${"), *close = open ? strchr(open, '}') : NULL;
    if (!close) {
        take_pattern(looking, pattern, pattern);
        return;
    }
    size_t n = (size_t)(close - open - 2), which = 0;
    while (which < workload->artifact_dirs_n && (strlen(workload->artifact_dirs[which].name) != n ||
                                                 memcmp(workload->artifact_dirs[which].name, open + 2, n) != 0))
        which++;
    if (which == workload->artifact_dirs_n || dirs[which].n == 0) {
        note_missing(looking, pattern);
        return;
    }
    for (size_t i = 0; i < dirs[which].n && goes_on(looking->choice); i++) {
        int before = (int)(open - pattern);
        take_pattern(looking, arena_printf(arena, "%.*s%s%s", before, pattern, escape(arena, dirs[which].v[i]), close + 1),
                     arena_printf(arena, "%.*s%s%s", before, pattern, dirs[which].v[i], close + 1));
    }
}

static void take_important_files(struct choice *choice, const char *test, const struct fetch_entries *entries, const struct level *level)
{
    const struct workload *workload = choice->options->workload;
    struct looking looking = {.choice = choice, .test = test, .level = level};
    *LIST_ADD(choice->arena, &looking.listings) = (struct listing){"", *entries};
    struct paths *dirs = ARENA_ARRAY(choice->arena, struct paths, workload->artifact_dirs_n + 1);
    for (size_t i = 0; i < workload->artifact_dirs_n; i++) {
        dirs[i] = resolve(&looking, &workload->artifact_dirs[i]);
        for (size_t k = 0; k < dirs[i].n; k++)
            *LIST_ADD(choice->arena, &choice->directories) = from_top(&looking, dirs[i].v[k]);
    }
    for (const char *const *pattern = workload->important_files; pattern && *pattern && goes_on(choice); pattern++)
        take_important(&looking, dirs, *pattern);
}

/* ---- the walk ---- */

static const char cache_name[] = ".matbench-cache";

static bool is_taken(const char *name, unsigned take)
{
    static const struct {
        const char *name;
        unsigned take;
    } rows[] = {{"exit_code", TAKE_DISCOVERY}, {"skip", TAKE_DISCOVERY}, {"source_url", TAKE_DISCOVERY},
                {"config.yaml", TAKE_IMPORTANT}, {cache_name, TAKE_CACHE}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            return (take & rows[i].take) != 0;
    return (take & TAKE_DISCOVERY) && discover_is_settings(name);
}

static void take_by_name(struct choice *choice, const char *directory, const struct fetch_entries *entries, unsigned take)
{
    for (size_t i = 0; i < entries->n; i++) {
        const struct fetch_entry *entry = &entries->v[i];
        if (entry->kind == FETCH_FILE && is_taken(entry->name, take))
            add_file(choice, arena_join(choice->arena, directory, entry->name), entry);
        else if (entry->kind == FETCH_REFUSED && is_taken(entry->name, take))
            warn(choice, entry->why);
    }
}

static void take_test(struct choice *choice, const char *test, const struct fetch_entries *entries, const struct level *level)
{
    const struct fetch_entry *cache = find_name(entries, cache_name);
    bool cached = cache && cache->kind == FETCH_FILE && cache->size != 0;
    unsigned take = cached ? modes[choice->options->mode].with_cache : modes[choice->options->mode].without;
    if (!take) {
        choice->plan->left_out++;
        findings_add(choice->arena, &choice->plan->findings, FINDING_NOTE, "%s: it has no %s: left out", test, cache_name);
        return;
    }
    choice->plan->tests++;
    choice->plan->cached += cached && !(take & (TAKE_IMPORTANT | TAKE_ALL));
    take_by_name(choice, test, entries, take);
    if (take & TAKE_IMPORTANT)
        take_important_files(choice, test, entries, level);
}

static void walk_directory(struct choice *choice, const char *directory, const struct fetch_entries *entries, const struct level *level)
{
    const struct fetch_entry *skip = find_name(entries, "skip");
    bool is_test = false;
    for (size_t i = 0; i < entries->n; i++)
        is_test |= discover_marks_test(entries->v[i].name) && entries->v[i].kind != FETCH_DIRECTORY;
    if (skip) {
        if (skip->kind == FETCH_FILE)
            add_file(choice, arena_join(choice->arena, directory, "skip"), skip);
        return;
    }
    if (is_test) {
        take_test(choice, directory, entries, level);
        return;
    }
    unsigned above = modes[choice->options->mode].above;
    take_by_name(choice, directory, entries, above);
    for (size_t i = 0; i < entries->n && goes_on(choice); i++) {
        const struct fetch_entry *entry = &entries->v[i];
        const char *path = arena_join(choice->arena, directory, entry->name);
        if (entry->kind == FETCH_REFUSED && !is_taken(entry->name, above) && above != TAKE_ALL)
            warn(choice, entry->why); /* it may hide tests */
        if (entry->kind != FETCH_DIRECTORY || !enters(choice, &choice->visits, path, entry, level))
            continue;
        struct level here = below(level, entry);
        struct fetch_entries inside = list(choice, path);
        walk_directory(choice, path, &inside, &here);
    }
}

/* ---- the plan ---- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct download_file *)a)->path, ((const struct download_file *)b)->path);
}

/* The caller writes such a file itself. */
static bool is_left_out(struct choice *choice, const char *path)
{
    const char *const *other = choice->options->left_out;
    while (other && *other && strcmp(*other, path) != 0)
        other++;
    if (!other || !*other)
        return false;
    if (discover_is_settings(path))
        warn(choice, arena_printf(choice->arena, "%s: that of the source is replaced by this download's", path));
    return true;
}

/* Sorted, each once: a file may be named by several patterns. */
static void settle(struct choice *choice)
{
    struct download_plan *plan = choice->plan;
    plan->files = choice->files.v;
    plan->directories = choice->directories.v;
    plan->directories_n = choice->directories.n;
    if (choice->files.n)
        qsort(plan->files, choice->files.n, sizeof(*plan->files), by_path);
    for (size_t i = 0; i < choice->files.n; i++) {
        struct download_file *file = &plan->files[i];
        if ((plan->n && strcmp(plan->files[plan->n - 1].path, file->path) == 0) || is_left_out(choice, file->path))
            continue;
        plan->bytes += file->size > 0 ? (unsigned long long)file->size : 0;
        plan->files[plan->n++] = *file;
    }
    if (plan->bytes > (unsigned long long)choice->options->limits.bytes)
        error_set(choice->err, ERR_ARTIFACT, "%s: %llu bytes to download; the limit is %lld; a url further down brings fewer", choice->fetch->url,
                  plan->bytes, choice->options->limits.bytes);
}

bool download_plan_has(const struct download_plan *plan, const char *path)
{
    const struct download_file key = {.path = path};
    return plan->n && bsearch(&key, plan->files, plan->n, sizeof(key), by_path);
}

bool download_plan(struct arena *arena, const struct fetch *fetch, const struct download_options *options,
                   struct download_plan *plan, struct error *err)
{
    *plan = (struct download_plan){0};
    struct choice choice = {.arena = arena, .fetch = fetch, .options = options, .plan = plan, .err = err};
    struct fetch_entries top;
    enum root_found found = fetch->scheme->list(fetch, ".", arena, &top, err);
    if (found == ROOT_ABSENT)
        return error_at(err, ERR_USAGE, (struct pos){.file = fetch->url}, "expected a directory");
    if (found == ROOT_REFUSED) {
        error_prefix(err, "%s", fetch->url);
        return false;
    }
    struct level level = {.device = fetch->device, .inode = fetch->inode};
    walk_directory(&choice, ".", &top, &level);
    if (options->mode == DOWNLOAD_ALL)
        sweep_all(&choice, ".", ".", NULL, &level);
    visits_close(&choice.visits);
    if (goes_on(&choice))
        settle(&choice);
    return !err->kind;
}

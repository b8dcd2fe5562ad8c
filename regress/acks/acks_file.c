#include "regress/acks/acks_file.h"

#include <libgen.h>
#include <math.h>
#include <string.h>

#include "base/root.h"
#include "json/write.h"
#include "workload/reader.h"

enum { VALUES_MAX = 1000, VALUE_TEXT_MAX = 1 << 16, NAME_MAX_BYTES = 500 };

/* ---- values ---- */

static bool is_scalar(const struct node *node)
{
    return node->kind != NODE_LIST && node->kind != NODE_MAP;
}

static bool read_text(const struct reader *reader, const struct node *node, const char *what, const char **out)
{
    return reader_text(reader, node, what, out) && ((*out)[strspn(*out, " \t\n")] || reader_wrong(reader, node, what, "text that is not empty"));
}

/* Text as it stands: 4.10 is "4.10". */
static bool read_plain(const struct reader *reader, const struct node *node, const char *what, const char **out)
{
    if (node->kind != NODE_INT && node->kind != NODE_FLOAT)
        return read_text(reader, node, what, out);
    *out = node->string;
    return true;
}

static bool read_run(const struct reader *reader, const struct node *node, const char *what, struct ack_run *run)
{
    const char *text;
    if (!read_plain(reader, node, what, &text))
        return false;
    if (strlen(text) > NAME_MAX_BYTES)
        return reader_wrong(reader, node, what, "a version, a run id or a time of at most 500 bytes");
    *run = ack_run_of(text);
    return true;
}

static const char *json_text(const struct reader *reader, json_t *value)
{
    struct text out = text_open(VALUE_TEXT_MAX);
    json_write(&out, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
    const char *copy = out.over ? NULL : arena_strdup(reader->arena, out.s);
    text_close(&out);
    json_decref(value);
    return copy;
}

/* A label's value in the forms that it may have in a payload: 8 is the number and the text "8", "8" in quotes only the text. */
static bool add_value(const struct reader *reader, const struct node *node, const char **values, size_t *n)
{
    if (!is_scalar(node))
        return reader_wrong(reader, node, "labels", "a value: text, a number, true, false or null");
    const char *value = json_text(reader, node_json(node, NULL)), *text = NULL;
    if ((node->kind == NODE_INT || node->kind == NODE_FLOAT || node->kind == NODE_BOOL) && node->string)
        text = json_text(reader, json_stringn(node->string, node->string_len));
    if (!value)
        return reader_wrong(reader, node, "labels", "a shorter value");
    values[(*n)++] = value;
    if (text)
        values[(*n)++] = text;
    return true;
}

static bool read_match(const struct reader *reader, const struct node *key, const struct node *node, struct label_match *match)
{
    size_t n = node->kind == NODE_LIST ? node->n : 1, found = 0;
    if (n == 0 || n > VALUES_MAX)
        return reader_wrong(reader, node, "labels", "a value, or a list of 1 to 1000 values");
    const char **values = ARENA_ARRAY(reader->arena, const char *, 2 * n + 1);
    for (size_t i = 0; i < n; i++)
        if (!add_value(reader, node->kind == NODE_LIST ? node->items[i] : node, values, &found))
            return false;
    *match = (struct label_match){key->string, values};
    return true;
}

/* ---- what every line has ---- */

static bool read_kpi(const struct reader *reader, const struct node *node, void *target)
{
    const char *const **kpis = &((struct ack_line *)target)->kpis;
    if (node->kind == NODE_LIST && (node->n == 0 || node->n > VALUES_MAX))
        return reader_wrong(reader, node, "kpi", "a name, or a list of 1 to 1000 names");
    return reader_names(reader, node, "kpi", kpis);
}

static bool read_labels(const struct reader *reader, const struct node *node, void *target)
{
    struct label_matches *labels = &((struct ack_line *)target)->labels;
    if (node->kind != NODE_MAP || node->n > VALUES_MAX)
        return reader_wrong(reader, node, "labels", "a map of labels, as {gpu: 8, mode: [a, b]}");
    struct label_match *matches = ARENA_ARRAY(reader->arena, struct label_match, node->n + 1);
    for (size_t i = 0; i < node->n; i++)
        if (!read_match(reader, node->keys[i], node->items[i], &matches[i]))
            return false;
    *labels = (struct label_matches){matches, node->n};
    return true;
}

static bool read_reason(const struct reader *reader, const struct node *node, void *target)
{
    return read_text(reader, node, "reason", &((struct ack_line *)target)->reason);
}

static bool read_note(const struct reader *reader, const struct node *node, void *target)
{
    return read_text(reader, node, "note", &((struct ack_line *)target)->reason);
}

static bool read_author(const struct reader *reader, const struct node *node, void *target)
{
    return read_plain(reader, node, "author", &((struct ack_line *)target)->author);
}

static bool read_date(const struct reader *reader, const struct node *node, void *target)
{
    int64_t ignored;
    const char **date = &((struct ack_line *)target)->date;
    return read_plain(reader, node, "date", date) && (acks_expiry(*date, &ignored) || reader_wrong(reader, node, "date", "a day, as 2026-11-20"));
}

#define LINE_KEYS \
    {.name = "kpi", .read = read_kpi}, {.name = "labels", .read = read_labels}, {.name = "author", .read = read_author}, \
    {.name = "date", .read = read_date}

/* ---- acknowledged ---- */

static bool read_since(const struct reader *reader, const struct node *node, void *target)
{
    return read_run(reader, node, "since", &((struct ack *)target)->since);
}

static bool read_until(const struct reader *reader, const struct node *node, void *target)
{
    return read_run(reader, node, "until", &((struct ack *)target)->until);
}

static bool read_change(const struct reader *reader, const struct node *node, void *target)
{
    const char **change = &((struct ack *)target)->change;
    return read_text(reader, node, "change", change) &&
           (strncmp(*change, "mb-", 3) == 0 || reader_wrong(reader, node, "change", "the id of a change, as mb-3f2a91c0d7e8"));
}

static bool read_expires(const struct reader *reader, const struct node *node, void *target)
{
    struct ack *ack = target;
    return read_plain(reader, node, "expires", &ack->expires) &&
           (acks_expiry(ack->expires, &ack->expires_us) || reader_wrong(reader, node, "expires", "a day, as 2027-01-31"));
}

static bool read_returns(const struct reader *reader, const struct node *node, void *target)
{
    return reader_flag(reader, node, "until_it_returns", &((struct ack *)target)->until_it_returns);
}

static bool read_positive(const struct reader *reader, const struct node *node, const char *what, double *out)
{
    return reader_number(reader, node, what, out) && (*out > 0 || reader_wrong(reader, node, what, "a number above 0"));
}

static bool read_limit_relative(const struct reader *reader, const struct node *node, void *target)
{
    return read_positive(reader, node, "limit: relative", &((struct ack *)target)->limit_relative);
}

static bool read_limit_absolute(const struct reader *reader, const struct node *node, void *target)
{
    return read_positive(reader, node, "limit: absolute", &((struct ack *)target)->limit_absolute);
}

static bool read_limit(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {
        {.name = "relative", .read = read_limit_relative}, {.name = "absolute", .read = read_limit_absolute}, {0}};
    if (node->kind != NODE_MAP || node->n == 0)
        return reader_wrong(reader, node, "limit", "a map, as {relative: 0.15}");
    return reader_section(reader, node, "limit", keys, target);
}

static bool needs(const struct reader *reader, const struct node *node, bool has, const char *what)
{
    return has || error_at(reader->err, ERR_USAGE, reader_pos(reader, node), "%s", what);
}

static bool read_ack(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {
        LINE_KEYS, {.name = "reason", .read = read_reason}, {.name = "since", .read = read_since}, {.name = "until", .read = read_until},
        {.name = "change", .read = read_change}, {.name = "expires", .read = read_expires},
        {.name = "until_it_returns", .read = read_returns}, {.name = "limit", .read = read_limit}, {0}};
    struct ack *ack = target;
    ack->limit_relative = ack->limit_absolute = NAN;
    return reader_section(reader, node, "acknowledged", keys, ack) &&
           needs(reader, node, ack->since.text || ack->change || ack->until.text || ack->expires,
                 "acknowledged: expected `since` (the first bad run), `change`, `until` or `expires`: a KPI that never gates has "
                 "ignored_for_regression in the workload") &&
           needs(reader, node, ack->since.text || ack->change || !ack->until_it_returns,
                 "acknowledged: until_it_returns: expected `since` or `change` beside it: what has to be gone first") &&
           needs(reader, node, ack->line.reason, "acknowledged: expected a `reason`: who looks at it later wants to know");
}

/* ---- accepted, changes, excluded ---- */

static bool read_level_since(const struct reader *reader, const struct node *node, void *target)
{
    return read_run(reader, node, "since", &((struct ack_level *)target)->since);
}

static bool read_level(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {
        LINE_KEYS, {.name = "reason", .read = read_reason}, {.name = "since", .read = read_level_since}, {0}};
    struct ack_level *level = target;
    return reader_section(reader, node, "accepted", keys, level) &&
           needs(reader, node, level->since.text, "accepted: expected `since`: the first run of the new level") &&
           needs(reader, node, level->line.reason, "accepted: expected a `reason`: who looks at it later wants to know");
}

static bool read_at(const struct reader *reader, const struct node *node, void *target)
{
    return read_run(reader, node, "at", &((struct ack_border *)target)->at);
}

static bool read_direction(const struct reader *reader, const struct node *node, void *target)
{
    static const char *const words[] = {[ACK_NONE] = "none", [ACK_WORSE] = "worse", [ACK_BETTER] = "better", NULL};
    size_t which;
    if (!reader_word(reader, node, "direction", words, &which))
        return false;
    ((struct ack_border *)target)->direction = (enum ack_direction)which;
    return true;
}

static bool read_border(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {
        LINE_KEYS, {.name = "note", .read = read_note}, {.name = "at", .read = read_at}, {.name = "direction", .read = read_direction}, {0}};
    struct ack_border *border = target;
    return reader_section(reader, node, "changes", keys, border) &&
           needs(reader, node, border->at.text, "changes: expected `at`: the first run of the new level");
}

static bool read_runs(const struct reader *reader, const struct node *node, void *target)
{
    struct ack_exclusion *out = target;
    size_t n = node->kind == NODE_LIST ? node->n : 1;
    if (n == 0 || n > VALUES_MAX)
        return reader_wrong(reader, node, "run", "a run, or a list of 1 to 1000 runs");
    struct ack_run *runs = ARENA_ARRAY(reader->arena, struct ack_run, n);
    for (size_t i = 0; i < n; i++)
        if (!read_run(reader, node->kind == NODE_LIST ? node->items[i] : node, "run", &runs[i]))
            return false;
    out->runs = runs;
    out->runs_n = n;
    return true;
}

static bool read_exclusion(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {
        LINE_KEYS, {.name = "reason", .read = read_reason}, {.name = "run", .read = read_runs}, {0}};
    struct ack_exclusion *out = target;
    return reader_section(reader, node, "excluded", keys, out) &&
           needs(reader, node, out->runs_n, "excluded: expected `run`: a version, a run id, a payload's id, or a time") &&
           needs(reader, node, out->line.reason, "excluded: expected a `reason`: who looks at it later wants to know");
}

/* ---- the file ---- */

/* A list of maps; each begins with a struct ack_line. */
static void *read_lines(const struct reader *reader, const struct node *node, const char *shown, const char *what, size_t size,
                        bool (*read)(const struct reader *, const struct node *, void *), size_t *n)
{
    *n = 0;
    if (node->kind == NODE_NULL)
        return arena_alloc(reader->arena, 1);
    if (node->kind != NODE_LIST || node->n > ACKS_LINES_MAX) {
        reader_wrong(reader, node, what, "a list of at most 10000 maps");
        return NULL;
    }
    char *lines = arena_alloc(reader->arena, size * (node->n + 1));
    for (size_t i = 0; i < node->n; i++) {
        const struct node *item = node->items[i];
        if (item->kind != NODE_MAP) {
            reader_wrong(reader, item, what, "a map");
            return NULL;
        }
        struct ack_line *line = (struct ack_line *)(void *)(lines + i * size);
        line->place = arena_printf(reader->arena, "%s:%d", shown, item->line);
        if (!read(reader, item, line))
            return NULL;
    }
    *n = node->n;
    return lines;
}

static bool read_format(const struct reader *reader, const struct node *node, void *target)
{
    (void)target;
    return (node->kind == NODE_INT && node->integer == ACKS_FORMAT) ||
           error_at(reader->err, ERR_USAGE, reader_pos(reader, node), "format: found %s%s, expected 1, the format that this version knows",
                    node->kind == NODE_INT ? "" : node_kind_name(node->kind), node->kind == NODE_INT ? node->string : "");
}

static bool read_acknowledged(const struct reader *reader, const struct node *node, void *target)
{
    struct acks *acks = target;
    return (acks->acknowledged = read_lines(reader, node, acks->file, "acknowledged", sizeof(struct ack), read_ack, &acks->acknowledged_n)) != NULL;
}

static bool read_accepted(const struct reader *reader, const struct node *node, void *target)
{
    struct acks *acks = target;
    return (acks->accepted = read_lines(reader, node, acks->file, "accepted", sizeof(struct ack_level), read_level, &acks->accepted_n)) != NULL;
}

static bool read_changes(const struct reader *reader, const struct node *node, void *target)
{
    struct acks *acks = target;
    return (acks->changes = read_lines(reader, node, acks->file, "changes", sizeof(struct ack_border), read_border, &acks->changes_n)) != NULL;
}

static bool read_excluded(const struct reader *reader, const struct node *node, void *target)
{
    struct acks *acks = target;
    return (acks->excluded = read_lines(reader, node, acks->file, "excluded", sizeof(struct ack_exclusion), read_exclusion, &acks->excluded_n)) != NULL;
}

/* `file` is for errors, `shown` for places of lines. */
static struct acks *parse(struct arena *arena, const char *bytes, size_t len, const char *file, const char *shown, struct error *err)
{
    static const struct section_key keys[] = {
        {.name = "format", .read = read_format}, {.name = "acknowledged", .read = read_acknowledged},
        {.name = "accepted", .read = read_accepted}, {.name = "changes", .read = read_changes},
        {.name = "excluded", .read = read_excluded}, {0}};
    const struct reader reader = {.arena = arena, .file = file, .err = err};
    struct acks *acks = ARENA_NEW(arena, struct acks);
    *acks = (struct acks){.file = shown, .text = arena_strndup(arena, bytes, len), .text_len = len};
    const struct node *node = yaml_parse(arena, bytes, len, file, err);
    if (!node)
        return NULL;
    if (node->kind == NODE_NULL)
        return acks;
    if (node->kind != NODE_MAP) {
        error_at(err, ERR_USAGE, reader_pos(&reader, node), "found %s, expected a map with `format: 1` and the lists acknowledged, accepted, "
                 "changes, excluded", node_kind_name(node->kind));
        return NULL;
    }
    if (!node_member(node, "format")) {
        error_at(err, ERR_USAGE, (struct pos){.file = file}, "expected a key `format: %d`", (int)ACKS_FORMAT);
        return NULL;
    }
    return reader_section(&reader, node, "file", keys, acks) ? acks : NULL;
}

struct acks *acks_parse(struct arena *arena, const char *bytes, size_t len, const char *shown, struct error *err)
{
    return parse(arena, bytes, len, shown, shown, err);
}

static const char *read_below(struct arena *arena, struct root *root, const char *name, const char *shown, bool must_exist, size_t *len,
                              struct error *err)
{
    const char *bytes = NULL;
    struct error why = {0};
    enum root_found found = root_read(root, name, ACKS_FILE_MAX, arena, &bytes, len, &why);
    if (found == ROOT_REFUSED || (found == ROOT_ABSENT && must_exist))
        error_at(err, ERR_USAGE, (struct pos){.file = shown}, "%s", found == ROOT_ABSENT ? "no such file of acknowledgements" : why.text);
    return found == ROOT_FOUND ? bytes : NULL;
}

const char *acks_bytes(struct arena *arena, const char *path, bool must_exist, size_t *len, struct error *err)
{
    static const char *const anywhere[] = {"/", NULL};
    if (!path[0]) {
        error_set(err, ERR_USAGE, "--acks: expected a file, found an empty name");
        return NULL;
    }
    struct root *root = root_open(dirname(arena_strdup(arena, path)), anywhere, err);
    if (!root) {
        err->kind = ERR_USAGE;
        error_prefix(err, "%s", path);
        return NULL;
    }
    const char *bytes = read_below(arena, root, basename(arena_strdup(arena, path)), path, must_exist, len, err);
    root_close(root);
    return bytes;
}

struct acks *acks_load(struct arena *arena, const char *path, bool must_exist, struct error *err)
{
    size_t len = 0;
    const char *bytes = acks_bytes(arena, path, must_exist, &len, err);
    return bytes || !err->kind ? acks_parse(arena, bytes ? bytes : "", len, path, err) : NULL;
}

struct acks *acks_load_beside(struct arena *arena, const char *folder, const char *name, struct error *err)
{
    const char *shown = arena_join(arena, folder, name), *bytes = NULL;
    size_t len = 0;
    struct root *root = root_open(folder, NULL, err);
    if (!root)
        return NULL;
    root_describe(root, "the workload's folder");
    bytes = read_below(arena, root, name, shown, false, &len, err);
    root_close(root);
    return bytes || !err->kind ? parse(arena, bytes ? bytes : "", len, shown, name, err) : NULL;
}

bool acks_expiry(const char *text, int64_t *us)
{
    struct ack_run day = ack_run_of(text);
    *us = day.to_us;
    return day.to_us > day.from_us;
}

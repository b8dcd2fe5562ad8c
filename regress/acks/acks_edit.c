#include "regress/acks/acks_edit.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "json/write.h"
#include "regress/acks/acks_file.h"

enum { ONE_MAX = 1 << 20 }; /* bytes of one line: more is no line that is there already */
static const char *const list_names[] = {[ACKS_ACKNOWLEDGED] = "acknowledged", [ACKS_ACCEPTED] = "accepted"};

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS "0123456789"

/* ---- scalars ---- */

/* What YAML of any age takes for something else than text. */
static bool is_word_of_yaml(const char *text)
{
    static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(words[i], text) == 0)
            return true;
    return false;
}

static const char *quoted(struct arena *arena, const char *text)
{
    struct text out = text_open(1 << 20);
    json_write_string(&out, text, strlen(text), &(struct json_style){.indent = -1});
    const char *copy = arena_strdup(arena, out.s);
    text_close(&out);
    return copy;
}

const char *acks_edit_scalar(struct arena *arena, const char *text, bool plain)
{
    bool begins = *text && strchr(plain ? LETTERS DIGITS "-" : LETTERS, *text);
    bool whole = text[strspn(text, LETTERS DIGITS "./+-")] == '\0' && strcmp(text, "-") != 0 && strncmp(text, "---", 3) != 0;
    bool value = strcmp(text, "true") == 0 || strcmp(text, "false") == 0 || strcmp(text, "null") == 0;
    bool word = is_word_of_yaml(text) && !(plain && value);
    return begins && whole && !word ? text : quoted(arena, text);
}

/* A run: numbers stay as they are typed. */
static const char *run_scalar(struct arena *arena, const char *text)
{
    return is_word_of_yaml(text) ? quoted(arena, text) : acks_edit_scalar(arena, text, true);
}

/* ---- a line ---- */

struct rendering {
    struct text *out;
    struct arena *arena;
    size_t indent, members;
    const char *eol;
    bool flow; /* {a: 1, b: 2} */
};

static void add_member(struct rendering *r, const char *name, const char *value)
{
    if (!value)
        return;
    if (r->flow) {
        text_printf(r->out, "%s%s: %s", r->members++ ? ", " : "{", name, value);
        return;
    }
    text_fill(r->out, ' ', r->indent);
    text_printf(r->out, "%s%s: %s%s", r->members++ ? "  " : "- ", name, value, r->eol);
}

static const char *kpis_text(struct arena *arena, const char *const *kpis)
{
    if (!kpis || !kpis[0])
        return NULL;
    if (!kpis[1])
        return acks_edit_scalar(arena, kpis[0], false);
    const char *text = "[";
    for (size_t i = 0; kpis[i]; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", acks_edit_scalar(arena, kpis[i], false));
    return arena_printf(arena, "%s]", text);
}

static const char *labels_text(struct arena *arena, const struct acks_edit_line *line)
{
    const char *text = "{";
    for (size_t i = 0; i < line->labels_n; i++)
        text = arena_printf(arena, "%s%s%s: %s", text, i ? ", " : "", acks_edit_scalar(arena, line->labels[i].key, false), line->labels[i].value);
    return line->labels_n ? arena_printf(arena, "%s}", text) : NULL;
}

static void render_line(struct rendering *r, const struct acks_edit_line *line)
{
    struct arena *arena = r->arena;
    r->members = 0;
    add_member(r, "kpi", kpis_text(arena, line->kpis));
    add_member(r, "labels", labels_text(arena, line));
    add_member(r, "since", line->since ? run_scalar(arena, line->since) : NULL);
    add_member(r, "until", line->until ? run_scalar(arena, line->until) : NULL);
    add_member(r, "change", line->change ? acks_edit_scalar(arena, line->change, false) : NULL);
    add_member(r, "reason", line->reason ? quoted(arena, line->reason) : NULL);
    add_member(r, "author", line->author ? acks_edit_scalar(arena, line->author, false) : NULL);
    add_member(r, "date", line->date);
    add_member(r, "expires", line->expires);
    add_member(r, "until_it_returns", line->until_it_returns ? "true" : NULL);
    if (line->limit_relative > 0)
        add_member(r, "limit", arena_printf(arena, "{relative: %.6g}", line->limit_relative));
}

static void render_lines(struct text *out, const struct acks_edit_line *lines, size_t n, struct rendering r)
{
    struct arena arena = {0};
    r.out = out;
    r.arena = &arena;
    for (size_t i = 0; i < n; i++) {
        if (r.flow && i)
            text_add(out, ", ");
        render_line(&r, &lines[i]);
        if (r.flow)
            text_addc(out, '}');
    }
    arena_close(&arena);
}

void acks_edit_render(struct text *out, const struct acks_edit_line *lines, size_t n, size_t indent, const char *eol)
{
    render_lines(out, lines, n, (struct rendering){.indent = indent, .eol = eol});
}

/* ---- where they go ---- */

struct editing {
    struct arena *arena;
    const char *bytes;
    size_t len;
    const char *name; /* of the list */
    const char *eol;
    const struct acks_edit_line *lines;
    size_t n;
    struct text *out;
};

/* The first byte of a line, from 1; len beyond the last. */
static size_t line_start(const struct editing *e, int line)
{
    size_t at = 0;
    while (--line > 0) {
        const char *end = memchr(e->bytes + at, '\n', e->len - at);
        if (!end)
            return e->len;
        at = (size_t)(end - e->bytes) + 1;
    }
    return at;
}

/* Copies up to there, so that a line can follow. */
static void copy_lines(const struct editing *e, size_t to)
{
    text_addn(e->out, e->bytes, to);
    if (to && e->bytes[to - 1] != '\n')
        text_add(e->out, e->eol);
}

static void add_list(const struct editing *e)
{
    copy_lines(e, e->len);
    if (e->len)
        text_add(e->out, e->eol);
    text_printf(e->out, "%s:%s", e->name, e->eol);
    acks_edit_render(e->out, e->lines, e->n, 0, e->eol);
}

static void add_to_block(const struct editing *e, size_t from, size_t end, size_t indent)
{
    size_t to = end;
    while (to > from) { /* what stands alone before the next key belongs to it */
        size_t start = to - 1;
        while (start > from && e->bytes[start - 1] != '\n')
            start--;
        const char *line = e->bytes + start;
        size_t blanks = 0;
        while (start + blanks < to && strchr(" \t\r\n", line[blanks]))
            blanks++;
        if (start + blanks < to && line[0] != '#')
            break;
        to = start;
    }
    copy_lines(e, to);
    acks_edit_render(e->out, e->lines, e->n, indent, e->eol);
    text_addn(e->out, e->bytes + to, e->len - to);
}

/* The place behind the last character of a flow list that counts, before its end; false: its end is not found. */
static bool find_flow_end(const struct editing *e, size_t open, size_t *after)
{
    size_t depth = 0;
    char quote = '\0';
    *after = open + 1;
    for (size_t i = open; i < e->len; i++) {
        char c = e->bytes[i], before = i ? e->bytes[i - 1] : '\n';
        if (quote) {
            if (quote == '"' && c == '\\')
                i++;
            else if (c == quote)
                quote = '\0';
        } else if (c == '#' && strchr(" \t\r\n", before)) {
            const char *end = memchr(e->bytes + i, '\n', e->len - i);
            i = end ? (size_t)(end - e->bytes) : e->len;
            continue;
        } else if ((c == '"' || c == '\'') && strchr(" \t\r\n[{,:", before)) {
            quote = c;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if ((c == ']' || c == '}') && --depth == 0) {
            return true;
        }
        if (!strchr(" \t\r\n", c))
            *after = i + 1;
    }
    return false;
}

static bool add_to_flow(const struct editing *e, size_t open)
{
    size_t after;
    if (!find_flow_end(e, open, &after))
        return false;
    char last = e->bytes[after - 1];
    text_addn(e->out, e->bytes, after);
    text_add(e->out, after == open + 1 ? "" : last == ',' ? " " : ", ");
    render_lines(e->out, e->lines, e->n, (struct rendering){.flow = true});
    text_addn(e->out, e->bytes + after, e->len - after);
    return true;
}

static const struct node *find_list(const struct node *file, const char *name, const struct node **key, int *next_line)
{
    const struct node *list = NULL;
    *next_line = 0;
    for (size_t i = 0; file->kind == NODE_MAP && i < file->n; i++) {
        if (strcmp(file->keys[i]->string, name) == 0) {
            list = file->items[i];
            *key = file->keys[i];
            *next_line = i + 1 < file->n ? file->keys[i + 1]->line : 0;
        }
    }
    return list;
}

static bool add_lines(const struct editing *e, const struct node *file)
{
    const struct node *key = NULL;
    int next;
    const struct node *list = find_list(file, e->name, &key, &next);
    if (file->kind == NODE_NULL) {
        copy_lines(e, e->len);
        text_printf(e->out, "%sformat: %d%s%s%s:%s", e->len ? e->eol : "", (int)ACKS_FORMAT, e->eol, e->eol, e->name, e->eol);
        acks_edit_render(e->out, e->lines, e->n, 0, e->eol);
        return true;
    }
    if (!list) {
        add_list(e);
        return true;
    }
    size_t start = line_start(e, list->line) + (size_t)list->col - 1;
    if (list->kind == NODE_LIST && start < e->len && e->bytes[start] == '[')
        return add_to_flow(e, start);
    size_t from = line_start(e, (list->kind == NODE_LIST && list->n ? list->items[list->n - 1]->line : key->line) + 1);
    size_t end = next ? line_start(e, next) : e->len;
    add_to_block(e, from < end ? from : end, end, list->kind == NODE_LIST && list->n ? (size_t)list->col - 1 : 0);
    return true;
}

/* ---- is it what was meant? ---- */

/* Whether everything of the old file is in the new one, and the list has n more. */
static bool keeps(const json_t *was, const json_t *is, const char *name, size_t n)
{
    const json_t *list = json_object_get(is, name);
    size_t had = json_array_size(json_object_get(was, name));
    const char *key;
    json_t *value;
    if (json_array_size(list) != had + n)
        return false;
    json_object_foreach ((json_t *)(uintptr_t)was, key, value)
        if (strcmp(key, name) != 0 && !json_equal(value, json_object_get(is, key)))
            return false;
    for (size_t i = 0; i < had; i++)
        if (!json_equal(json_array_get(json_object_get(was, name), i), json_array_get(list, i)))
            return false;
    return true;
}

static bool check(const struct editing *e, const struct node *before, const char *shown)
{
    struct error ignored = {0};
    if (e->out->over || !acks_parse(e->arena, e->out->s, e->out->len, shown, &ignored))
        return false;
    const struct node *after = yaml_parse(e->arena, e->out->s, e->out->len, shown, &ignored);
    json_t *was = before->kind == NODE_NULL ? json_object() : node_json(before, NULL), *is = after ? node_json(after, NULL) : NULL;
    bool same = is && keeps(was, is, e->name, e->n);
    json_decref(was);
    json_decref(is);
    return same;
}

/* ---- what is there already ---- */

static json_t *list_of(struct arena *arena, const char *bytes, size_t len, const char *shown, const char *name)
{
    struct error ignored = {0};
    const struct node *file = yaml_parse(arena, bytes, len, shown, &ignored);
    json_t *document = file && file->kind != NODE_NULL ? node_json(file, NULL) : NULL;
    json_t *list = json_incref(json_object_get(document, name));
    json_decref(document);
    for (size_t i = 0; i < json_array_size(list); i++)
        json_object_del(json_array_get(list, i), "date");
    return list;
}

static bool has_line(struct arena *arena, const json_t *there, const char *name, const struct acks_edit_line *line)
{
    struct text text = text_open(ONE_MAX);
    text_printf(&text, "%s:\n", name);
    acks_edit_render(&text, line, 1, 0, "\n");
    json_t *one = text.over ? NULL : list_of(arena, text.s, text.len, "", name);
    bool found = false;
    for (size_t i = 0; i < json_array_size(there) && !found; i++)
        found = json_array_size(one) == 1 && json_equal(json_array_get(there, i), json_array_get(one, 0));
    json_decref(one);
    text_close(&text);
    return found;
}

size_t acks_edit_leave_new(struct arena *arena, const char *bytes, size_t len, const char *shown, enum acks_list list,
                           struct acks_edit_line *lines, size_t n)
{
    json_t *there = list_of(arena, bytes, len, shown, list_names[list]);
    size_t left = 0;
    for (size_t i = 0; i < n; i++)
        if (!has_line(arena, there, list_names[list], &lines[i]))
            lines[left++] = lines[i];
    json_decref(there);
    return left;
}

bool acks_edit_add(struct arena *arena, const char *bytes, size_t len, const char *shown, enum acks_list list,
                   const struct acks_edit_line *lines, size_t n, struct text *out, struct error *err)
{
    const char *newline = memchr(bytes, '\n', len);
    struct editing e = {.arena = arena, .bytes = bytes, .len = len, .name = list_names[list], .lines = lines, .n = n, .out = out,
                        .eol = newline && newline > bytes && newline[-1] == '\r' ? "\r\n" : "\n"};
    if (!acks_parse(arena, bytes, len, shown, err))
        return false;
    const struct node *file = yaml_parse(arena, bytes, len, shown, err);
    if (!file)
        return false;
    if (add_lines(&e, file) && check(&e, file, shown))
        return true;
    text_clear(out);
    acks_edit_render(out, lines, n, 0, "\n");
    return error_set(err, ERR_USAGE, "%s: is written in a way that nothing can be added to `%s:` safely; add it by hand", shown, e.name);
}

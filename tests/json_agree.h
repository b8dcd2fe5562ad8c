/* tests/json_agree.h — a text read in windows must give what it gives when it is in memory. Each function says what does not
 * agree, or NULL. For the tests and the fuzz target of json_read. */
#ifndef TESTS_JSON_AGREE_H
#define TESTS_JSON_AGREE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/content.h"
#include "json/read.h"
#include "json/select.h"

/* The text as a file that is read in windows. */
static inline struct content *agree_content(const char *text, size_t len)
{
    int fd = memfd_create("text", MFD_CLOEXEC);
    for (size_t n = 0; fd >= 0 && n < len;) {
        ssize_t written = write(fd, text + n, len - n);
        n += written > 0 ? (size_t)written : 0;
    }
    if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0) {
        perror("memfd_create");
        exit(1);
    }
    return content_of_fd(fd, "t.json", UINT64_MAX);
}

static inline bool agree_event(const struct json_event *a, const struct json_event *b)
{
    if (a->kind != b->kind || a->start != b->start || a->end != b->end || a->string_len != b->string_len)
        return false;
    if (a->kind == JSON_EVENT_INTEGER && a->integer != b->integer)
        return false;
    if (a->kind == JSON_EVENT_REAL && memcmp(&a->real, &b->real, sizeof(a->real)) != 0)
        return false;
    return !a->string_len || memcmp(a->string, b->string, a->string_len) == 0;
}

/* Event by event; with `skip` every so manieth value is passed over (0: none). */
static inline const char *agree_events(const char *text, size_t len, bool strict, size_t window, size_t skip)
{
    struct content *content = agree_content(text, len);
    struct json_reader *whole = json_reader_open(text, len, "t.json", strict),
                       *windowed = json_reader_open_content(content, window, "t.json", strict);
    struct json_event a = {0}, b = {0};
    struct error a_err = {0}, b_err = {0};
    const char *found = NULL;
    bool more = true;
    for (size_t n = 1; more && !found; n++) {
        bool pass = skip && n % skip == 0;
        bool a_ok = pass ? json_reader_skip(whole, &a_err) : json_reader_next(whole, &a, &a_err);
        bool b_ok = pass ? json_reader_skip(windowed, &b_err) : json_reader_next(windowed, &b, &b_err);
        if (a_ok != b_ok || strcmp(a_err.text, b_err.text) != 0)
            found = "errors";
        else if (a_ok && !pass && !agree_event(&a, &b))
            found = "events";
        more = a_ok && (pass || a.kind != JSON_EVENT_END);
    }
    if (!found && memcmp(json_reader_repairs(whole), json_reader_repairs(windowed), sizeof(struct json_repairs)) != 0)
        found = "repairs";
    json_reader_close(whole);
    json_reader_close(windowed);
    content_close(content);
    return found;
}

/* keep: NULL for everything. */
static inline const char *agree_values(const char *text, size_t len, bool strict, size_t window, const struct json_path *const *keep,
                                       size_t keep_n)
{
    struct content *content = agree_content(text, len);
    struct json_repairs a_repairs = {0}, b_repairs = {0};
    struct json_read_options a_options = {.file = "t.json", .strict = strict, .keep = keep, .keep_n = keep_n, .repairs = &a_repairs};
    struct json_read_options b_options = a_options;
    b_options.repairs = &b_repairs;
    b_options.window = window;
    struct error a_err = {0}, b_err = {0};
    json_t *a = json_read(text, len, &a_options, &a_err), *b = json_read_content(content, &b_options, &b_err);
    const char *found = NULL;
    if (strcmp(a_err.text, b_err.text) != 0)
        found = "errors";
    else if ((a != NULL) != (b != NULL) || (a && !json_equal(a, b)))
        found = "values";
    else if (memcmp(&a_repairs, &b_repairs, sizeof(a_repairs)) != 0)
        found = "repairs";
    json_decref(a);
    json_decref(b);
    content_close(content);
    return found;
}

/* What json_select gives for these paths at once, and what each finds in the whole document. */
static inline const char *agree_selections(const char *text, size_t len, size_t window, const struct json_path *const *paths, size_t n,
                                           bool first)
{
    struct content *content = agree_content(text, len);
    struct arena arena = {0};
    struct json_selection *all = ARENA_ARRAY(&arena, struct json_selection, n + 1);
    struct json_select_options options = {.read = {.file = "t.json", .window = window}, .follow = true};
    struct json_read_options read = {.file = "t.json"};
    struct error err = {0}, whole_err = {0};
    bool again;
    const char *found = NULL;
    for (size_t i = 0; i < n; i++)
        all[i] = (struct json_selection){.path = paths[i], .first = first};
    json_t *whole = json_read(text, len, &read, &whole_err);
    bool ok = json_select(content, &options, all, n, &again, NULL, &err);
    if (!ok && again) {
        content_close(content);
        content = agree_content(text, len);
        options.follow = false;
        ok = json_select(content, &options, all, n, &again, NULL, &err);
    }
    if (ok != (whole != NULL) || strcmp(err.text, whole_err.text) != 0)
        found = "errors";
    for (size_t i = 0; ok && !found && i < n; i++) {
        struct json_nodes nodes = json_path_find(paths[i], whole, &arena);
        size_t want = first && nodes.n > 1 ? 1 : nodes.n;
        if (nodes.over || all[i].limit)
            continue;
        if (json_array_size(all[i].values) != want)
            found = "how many are selected";
        for (size_t k = 0; k < want && !found; k++)
            if (!json_equal(json_array_get(all[i].values, k), nodes.v[k]))
                found = "what is selected";
    }
    json_selections_clear(all, n);
    json_decref(whole);
    arena_close(&arena);
    content_close(content);
    return found;
}

#endif

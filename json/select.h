/* json/select.h — what several paths select in one text, in one pass, and with no more memory than they need.
 *
 *     struct json_selection all[] = {{.path = ttft}, {.path = itl, .first = true}};
 *     bool again;
 *     if (json_select(content, &options, all, 2, &again, NULL, err)) … all[0].values …
 *     json_selections_clear(all, 2);
 *
 * Paths that can be followed (json/track.h) keep just what they select, the others share a document of what they reach. Duplicate
 * names count as in json_read: the last one. Where one stands on a path that is followed, that is known too late: *again is set
 * then, and the caller opens the content anew and selects with `follow` false, which makes a document for all.
 */
#ifndef JSON_SELECT_H
#define JSON_SELECT_H
#include "json/path.h"
#include "json/read.h"

struct json_selection {
    const struct json_path *path;
    bool first; /* one value is enough */
    json_t *values;    /* array, in the order of the path's nodelist; the caller's */
    const char *limit; /* NULL, or which limit was passed: the values are not complete */
};

struct json_select_options {
    struct json_read_options read; /* ->keep: further paths, for the document; NULL: none */
    bool follow;
};

/* *document (may be NULL): what the paths of options->read.keep, and those that were not followed, reach; the caller's. False with
 * *err set, or with *again set: then nothing was given out. */
bool json_select(struct content *content, const struct json_select_options *options, struct json_selection *selections, size_t n,
                 bool *again, json_t **document, struct error *err);
void json_selections_clear(struct json_selection *selections, size_t n);

#endif

/* bench/read_json.c — what bench/read_json.py runs: reads a file once and prints how many values the path selects, and the sum of those
 * that are numbers. "-": no path, the whole document. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/content.h"
#include "json/select.h"

static double sum_of(const json_t *values)
{
    double sum = 0;
    size_t i;
    json_t *value;
    json_array_foreach(values, i, value)
        sum += json_number_value(value);
    return sum;
}

static bool select_all(struct content *content, const char *text, struct error *err)
{
    struct arena arena = {0};
    struct json_selection selection = {.path = json_path_parse(&arena, text, (struct pos){0}, err)};
    struct json_select_options options = {.read = {.file = "the document"}, .follow = true};
    bool again = false, ok = selection.path && json_select(content, &options, &selection, 1, &again, NULL, err);
    if (ok)
        printf("%zu %.17g\n", json_array_size(selection.values), sum_of(selection.values));
    json_selections_clear(&selection, 1);
    arena_close(&arena);
    return ok;
}

int main(int argc, char **argv)
{
    struct error err = {0};
    if (argc != 3)
        return 2;
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 2;
    struct content *content = content_of_fd(fd, argv[1], UINT64_MAX);
    bool ok;
    if (strcmp(argv[2], "-") == 0) {
        json_t *whole = json_read_content(content, &(struct json_read_options){.file = argv[1]}, &err);
        ok = whole != NULL;
        printf("%zu\n", json_object_size(whole) + json_array_size(whole));
        json_decref(whole);
    } else {
        ok = select_all(content, argv[2], &err);
    }
    content_close(content);
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    return !ok;
}

/* Runs a reading on texts from standard input, each as "<reading> <option> <bytes>\n" and that many bytes; writes for each a line:
 * "json <value>" or "error <message>". Every text is read twice, at once and through the smallest windows: both must agree.
 *   csv <delimiter>|trim    rows of cells       ini strict|lenient|raw|python    sections       typed <word>    one value */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "json/write.h"
#include "store/csv.h"
#include "store/ini.h"
#include "store/parsing.h"

struct request {
    char reading[16], option[16];
    const char *text;
    size_t len;
};

static json_t *read_csv(struct stream *stream, const char *option, struct error *err)
{
    bool trim = strcmp(option, "trim") == 0;
    struct csv_dialect dialect = {.delimiter = strcmp(option, "tab") == 0 ? '\t' : trim ? ',' : option[0], .trim = trim};
    struct csv csv = csv_open(stream, &dialect);
    struct csv_row row;
    json_t *rows = json_array();
    while (csv_next(&csv, &row, err)) {
        json_t *cells = json_array();
        for (size_t i = 0; i < row.n; i++)
            json_array_append_new(cells, json_stringn(row.cells[i].text, row.cells[i].len));
        json_array_append_new(rows, cells);
    }
    csv_close(&csv);
    return rows;
}

static json_t *read_ini(struct stream *stream, const char *option, struct error *err)
{
    struct arena arena = {0};
    struct ini_found found = {0};
    struct named_word python = {.word = TYPED_PYTHON};
    struct ini_wish wish = {.raw = strcmp(option, "raw") == 0, .lenient = strcmp(option, "lenient") == 0};
    if (strcmp(option, "python") == 0)
        wish = (struct ini_wish){.types = &python, .types_n = 1};
    json_t *value = ini_read(&arena, stream, &wish, &found, err);
    arena_close(&arena);
    return value;
}

static json_t *read_typed(const struct request *request, struct error *err)
{
    size_t word = 0;
    while (typed_words[word] && strcmp(typed_words[word], request->option) != 0)
        word++;
    assert(typed_words[word]);
    struct typed_mended mended = {0};
    struct typed_text text = {.text = request->text, .len = request->len, .as = (enum typed_as)word, .at = {.file = "t", .line = 1, .col = 1}};
    return typed_read(&text, &mended, err);
}

static json_t *run(const struct request *request, struct stream *stream, struct error *err)
{
    if (strcmp(request->reading, "csv") == 0)
        return read_csv(stream, request->option, err);
    return strcmp(request->reading, "ini") == 0 ? read_ini(stream, request->option, err) : read_typed(request, err);
}

static int file_of(const struct request *request)
{
    int fd = memfd_create("text", MFD_CLOEXEC);
    assert(fd >= 0 && write(fd, request->text, request->len) == (ssize_t)request->len && lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

static void answer(const struct request *request)
{
    struct error err = {0}, again = {0};
    struct stream whole = stream_of_text(request->text, request->len, "t");
    json_t *value = run(request, &whole, &err);
    struct content *content = content_of_fd(file_of(request), "t", UINT64_MAX);
    struct stream parts = stream_of_content(content, 1 + request->len % 7, "t");
    json_t *same = run(request, &parts, &again);
    if (strcmp(err.text, again.text) != 0 || (!err.kind && !json_equal(value, same))) {
        fprintf(stderr, "windows differ: %s %s: %.*s\n%s\n%s\n", request->reading, request->option, (int)request->len, request->text,
                err.text, again.text);
        exit(1);
    }
    struct text out = text_open(1 << 28);
    if (!err.kind)
        json_write(&out, value, &(struct json_style){.indent = -1}, 0);
    printf("%s %s\n", err.kind ? "error" : "json", err.kind ? err.text : out.s);
    text_close(&out);
    stream_close(&parts);
    content_close(content);
    stream_close(&whole);
    json_decref(value);
    json_decref(same);
}

int main(void)
{
    struct request request;
    char line[100];
    while (fgets(line, sizeof(line), stdin)) {
        char *save, *reading = strtok_r(line, " ", &save), *option = strtok_r(NULL, " ", &save), *size = strtok_r(NULL, "\n", &save);
        assert(reading && option && size);
        snprintf(request.reading, sizeof(request.reading), "%s", reading);
        snprintf(request.option, sizeof(request.option), "%s", option);
        request.len = (size_t)strtoull(size, NULL, 10);
        char *text = malloc(request.len + 1);
        assert(text && fread(text, 1, request.len, stdin) == request.len);
        request.text = text;
        answer(&request);
        free(text);
    }
    return 0;
}

/* jsonl: FILE, a JSON value per line; select: JSONPATH (and first: true) of each; keep: all, first, last or count of them. */
#include <string.h>

#include "json/read.h"
#include "store/helper.h"
#include "store/pieces.h"

enum { FILE_NAME, SELECT, FIRST, KEEP };

static bool is_blank(const struct stream_line *line)
{
    const char *text = line->text;
    size_t len = line->len;
    text_trim(&text, &len);
    return len == 0;
}

struct records {
    struct parsing *parsing;
    const struct argument *arguments;
    const char *path;
    json_t *kept; /* a list */
    size_t count;
    struct json_repairs repairs;
    int repaired; /* the first line of which something was mended */
};

static void add_repairs(struct records *records, const struct json_repairs *more, int line)
{
    struct json_repairs *all = &records->repairs;
    size_t n = more->non_finite + more->nul + more->surrogates + more->big_integers + more->repeated_keys;
    all->non_finite += more->non_finite;
    all->nul += more->nul;
    all->surrogates += more->surrogates;
    all->big_integers += more->big_integers;
    all->repeated_keys += more->repeated_keys;
    if (n && !records->repaired)
        records->repaired = line;
}

static void note_repairs(const struct records *records)
{
    const struct json_repairs *all = &records->repairs;
    if (records->repaired)
        parsing_note(records->parsing, FINDING_WARNING, records->path,
                     "mended: %zu numbers that are not finite (null), %zu \\u0000 and lone surrogates (U+FFFD), %zu integers beyond 64 bits "
                     "(doubles), %zu members given twice (the last counts); first in line %d",
                     all->non_finite, all->nul + all->surrogates, all->big_integers, all->repeated_keys, records->repaired);
}

/* What the path selects of one record; null when that is nothing. */
static json_t *read_record(struct records *records, const struct stream_line *line, struct error *err)
{
    const struct argument *a = records->arguments;
    struct json_repairs repairs = {0};
    struct json_read_options options = {.repairs = &repairs,
                                        .keep = (const struct json_path *const *)a[SELECT].paths, .keep_n = a[SELECT].paths_n};
    struct pos at = {.file = records->path, .line = line->number, .col = 1};
    json_t *document = typed_json(line->text, line->len, &options, at, err);
    add_repairs(records, &repairs, line->number);
    json_t *value = document ? parsing_select(records->parsing, document, &a[SELECT], &a[FIRST], err) : NULL;
    json_decref(document);
    return value || err->kind ? value : json_null();
}

static void add_record(struct records *records, const struct stream_line *line, struct error *err)
{
    enum pieces_keep keep = (enum pieces_keep)records->arguments[KEEP].word;
    json_t *value = read_record(records, line, err);
    if (!value)
        return;
    records->count++;
    if (keep != PIECES_ALL)
        json_array_clear(records->kept);
    json_array_append_new(records->kept, value);
    if (records->count > PIECES_MAX)
        error_at(err, ERR_ARTIFACT, (struct pos){.file = records->path}, "more than %d values", (int)PIECES_MAX);
}

static json_t *result_of(const struct records *records)
{
    switch ((enum pieces_keep)records->arguments[KEEP].word) {
    case PIECES_ALL: return json_incref(records->kept);
    case PIECES_COUNT: return json_integer((json_int_t)records->count);
    case PIECES_FIRST:
    case PIECES_LAST: break;
    }
    return json_incref(json_array_get(records->kept, 0));
}

static json_t *parse_jsonl(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    struct stream stream;
    if (stream_open(parsing, parser->arguments[FILE_NAME].text, "a line", &stream, err) != ROOT_FOUND)
        return NULL;
    struct records records = {.parsing = parsing, .arguments = parser->arguments, .path = stream.path, .kept = memory_need(json_array())};
    struct stream_lines lines = stream_lines(&stream);
    struct stream_line line;
    bool first = parser->arguments[KEEP].word == PIECES_FIRST;
    while (!err->kind && !(first && records.count) && stream_next_line(&lines, &line, err))
        if (!is_blank(&line))
            add_record(&records, &line, err);
    json_t *value = err->kind ? NULL : result_of(&records);
    note_repairs(&records);
    json_decref(records.kept);
    stream_close(&stream);
    return value;
}

static const struct parser_argument arguments[] = {[FILE_NAME] = {"jsonl", ARGUMENT_FILE, NULL, false},
                                                   [SELECT] = {"select", ARGUMENT_PATH, NULL, false},
                                                   [FIRST] = {"first", ARGUMENT_FLAG, NULL, false},
                                                   [KEEP] = {"keep", ARGUMENT_WORD, pieces_keep_words, false},
                                                   {0}};
const struct parser_kind parser_jsonl = {.name = "jsonl", .arguments = arguments, .parse = parse_jsonl};

/* jsonl("requests.jsonl"[, {select = "$.latency", …}]) */
bool help_jsonl(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_jsonl, 1, (struct helper_arguments){given, n}, result, err);
}

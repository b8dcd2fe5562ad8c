/* matbench query JSONPATH [FILE…] — what a path selects in JSON documents: for authors of workloads, and for scripts. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/content.h"
#include "cmd/command.h"
#include "json/path.h"
#include "json/repairs.h"
#include "json/select.h"
#include "json/write.h"

static const struct option options_query_only[] = {
    {"paths", OPTION_BOOL, NULL, "false", false, "Prints where the values are, as normalized paths, instead of the values."},
    {"pretty", OPTION_BOOL, NULL, "false", false, "Prints the arrays indented, instead of one line for each document."},
    {0},
};

static const struct option *const tables[] = {options_query_only, options_common, NULL};

enum { FILES_MAX = 1 << 20 };
static const uint64_t DOCUMENT_MAX = (uint64_t)1 << 32;
static const size_t VALUE_MAX = (size_t)1 << 31;

/* ---- the path ---- */

static void show_place(struct context *context, enum log_level level, const char *path, size_t offset, const char *reason)
{
    struct text line = text_open(LOG_LINE_MAX), caret = text_open(LOG_LINE_MAX);
    json_path_show(path, offset, &line, &caret);
    log_line(&context->log, level, "JSONPath: %s", line.s);
    log_line(&context->log, level, "          %s %s", caret.s, reason);
    text_close(&line);
    text_close(&caret);
}

static const struct json_path *read_path(struct context *context, const char *text)
{
    struct json_path_fault fault = {0};
    if (!text) {
        log_line(&context->log, LOG_ERROR, "query: expected a JSONPath: matbench query '$.results[*].ttft' [FILE…]");
        return NULL;
    }
    const struct json_path *path = json_path_read(context->arena, text, &fault);
    if (!path)
        show_place(context, LOG_ERROR, text, fault.offset,
                   arena_printf(context->arena, "column %d: %s%s", fault.column, fault.reason,
                                text[0] == '$' ? "" : " (in a shell a path needs single quotes)"));
    else if (path->warning)
        show_place(context, LOG_WARNING, text, path->warning_offset, path->warning);
    return path;
}

/* ---- the documents ---- */

static struct content *open_document(const char *file, struct error *err)
{
    if (strcmp(file, "-") == 0)
        return content_of_fd(dup(STDIN_FILENO), "standard input", DOCUMENT_MAX);
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        error_set(err, ERR_ARTIFACT, "%s: %s", file, strerror(errno));
    return fd < 0 ? NULL : content_of_fd(fd, file, DOCUMENT_MAX);
}

/* What is selected, with no more memory than that where the path can be followed. Standard input cannot be read again. */
static bool select_values(struct content *content, const char *file, struct json_selection *selection,
                          const struct json_read_options *options, struct error *err)
{
    struct json_select_options how = {.read = *options, .follow = strcmp(file, "-") != 0};
    bool again, ok = json_select(content, &how, selection, 1, &again, NULL, err);
    if (ok || !again)
        return ok;
    struct content *anew = open_document(file, err);
    how.follow = false;
    ok = anew && json_select(anew, &how, selection, 1, &again, NULL, err);
    content_close(anew);
    return ok;
}

/* The answer to a path: values, or with --paths a document and the nodes in it. */
struct answer {
    struct json_selection selection;
    json_t *document;
    struct json_nodes nodes;
};

static bool read_answer(struct context *context, const struct json_path *path, const char *file, struct arena *arena,
                        struct answer *answer, struct error *err)
{
    struct json_repairs repairs = {0};
    struct json_repair kinds[JSON_REPAIRS_MAX];
    struct content *content = open_document(file, err);
    if (!content)
        return false;
    struct json_read_options options = {.file = content_name(content), .repairs = &repairs};
    bool ok;
    if (options_bool(context->options, "paths")) {
        options.keep = &path;
        options.keep_n = 1;
        answer->document = json_read_content(content, &options, err);
        ok = answer->document != NULL;
        if (ok)
            answer->nodes = json_path_locate(path, answer->document, arena);
        answer->selection.limit = answer->nodes.limit;
    } else {
        answer->selection.path = path;
        ok = select_values(content, file, &answer->selection, &options, err);
    }
    for (size_t i = 0, n = ok ? json_repairs_list(&repairs, kinds) : 0; i < n; i++)
        log_line(&context->log, LOG_WARNING, "%s: %zu %s, first at byte %zu", options.file, kinds[i].n, kinds[i].what,
                 repairs.first_offset);
    if (ok && answer->selection.limit)
        ok = error_set(err, ERR_ARTIFACT, "%s: the path asks for too much: %s", options.file, answer->selection.limit);
    content_close(content);
    return ok;
}

/* ---- the answer ---- */

static void write_one(struct text *out, const struct answer *answer, size_t i, const struct json_style *style)
{
    if (!answer->document) {
        json_write(out, json_array_get(answer->selection.values, i), style, 1);
        return;
    }
    struct text place = text_open(VALUE_MAX);
    json_place_render(&place, answer->nodes.places[i]);
    json_write_string(out, place.s, place.len, style);
    text_close(&place);
}

/* Each value is written as soon as it is text: only the largest one is held. */
static bool print_answer(struct context *context, const struct answer *answer, struct error *err)
{
    const struct json_style style = {.indent = options_bool(context->options, "pretty") ? 4 : 0};
    size_t n = answer->document ? answer->nodes.n : json_array_size(answer->selection.values);
    struct text out = text_open(VALUE_MAX);
    fputc('[', context->out);
    for (size_t i = 0; i < n && !out.over; i++) {
        text_clear(&out);
        text_add(&out, i == 0 ? "" : style.indent ? "," : ", ");
        if (style.indent)
            json_write_break(&out, &style, 1);
        write_one(&out, answer, i, &style);
        fwrite(out.s, 1, out.len, context->out);
    }
    fputs(style.indent && n ? "\n]\n" : "]\n", context->out);
    bool over = out.over;
    text_close(&out);
    return !over || error_set(err, ERR_OUTPUT, "a value is too large to be written");
}

static bool query(struct context *context, const struct json_path *path, const char *file, struct error *err)
{
    struct arena arena = {0};
    struct answer answer = {0};
    bool ok = read_answer(context, path, file, &arena, &answer, err) && print_answer(context, &answer, err);
    json_selections_clear(&answer.selection, 1);
    json_decref(answer.document);
    arena_close(&arena);
    return ok;
}

static int run(struct context *context)
{
    const struct options *options = context->options;
    const struct json_path *path = read_path(context, options_positional(options, 0));
    int code = 0;
    if (!path)
        return ERR_USAGE;
    signal(SIGINT, SIG_DFL); /* nothing is half done: it may end at once, also while it waits for its input */
    signal(SIGTERM, SIG_DFL);
    const char *file = options_positional(options, 1);
    for (size_t i = 1; i == 1 || file; file = options_positional(options, ++i)) {
        struct error err = {0};
        if (!query(context, path, file ? file : "-", &err))
            code = context_fail(context, &err);
    }
    return code;
}

const struct command command_query = {"query", "Prints what a JSONPath (RFC 9535) selects: one JSON array for each document.",
                                      "JSONPATH [FILE...]", FILES_MAX, tables, run};

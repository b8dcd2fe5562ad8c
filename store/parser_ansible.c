/* ansible_log: FILE gives {start, end}, the times of its first and last line; ansible_play: FILE gives the variables of the
 * first play whose names start with prefix:, without it. */
#include <ctype.h>
#include <string.h>

#include "base/moment.h"
#include "store/helper.h"
#include "store/parsing.h"

/* "2025-01-06 08:00:00,595 p=…" → "2025-01-06T08:00:00": what stands before the first comma. */
static json_t *log_time(struct pos at, const char *line, size_t len, struct error *err)
{
    struct moment moment;
    char text[40], iso[MOMENT_TEXT_MAX];
    const char *comma = memchr(line, ',', len);
    size_t n = comma ? (size_t)(comma - line) : len;
    n = n < sizeof(text) ? n : sizeof(text) - 1;
    memcpy(text, line, n);
    text[n] = '\0';
    if (!moment_parse(text, MOMENT_ANSIBLE, at, &moment, err))
        return NULL;
    moment_isoformat(moment, 'T', iso);
    return json_string(iso);
}

static json_t *parse_log(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const char *bytes, *path;
    size_t len;
    if (parsing_read(parsing, parser->arguments[0].text, &bytes, &len, &path, err) != ROOT_FOUND)
        return NULL;
    while (len && isspace((unsigned char)bytes[len - 1]))
        len--;
    if (len == 0) {
        error_at(err, ERR_ARTIFACT, (struct pos){.file = path}, "empty, expected an Ansible log");
        return NULL;
    }
    const char *newline = memrchr(bytes, '\n', len), *last = newline ? newline + 1 : bytes;
    const char *first_end = memchr(bytes, '\n', len);
    int lines = 1;
    for (const char *p = bytes; p < last && (p = memchr(p, '\n', (size_t)(last - p))); p++)
        lines++;
    json_t *start = log_time((struct pos){.file = path, .line = 1, .col = 1}, bytes, first_end ? (size_t)(first_end - bytes) : len, err);
    json_t *end = start ? log_time((struct pos){.file = path, .line = lines, .col = 1}, last, (size_t)(bytes + len - last), err) : NULL;
    if (end)
        return json_pack("{s:o s:o}", "start", start, "end", end);
    json_decref(start);
    return NULL;
}

static const struct parser_argument log_arguments[] = {{"ansible_log", ARGUMENT_FILE, NULL, false}, {0}};
const struct parser_kind parser_ansible_log = {.name = "ansible_log", .arguments = log_arguments, .parse = parse_log};

static json_t *parse_play(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *file = &parser->arguments[0], *prefix = &parser->arguments[1];
    const struct document *document = parsing_yaml(parsing, file->text, false, err);
    if (!document)
        return NULL;
    const struct node *node = document->node;
    const struct node *play = node->kind == NODE_LIST && node->n ? node->items[0] : NULL;
    const struct node *vars = play ? node_member(play, "vars") : NULL;
    if (!vars || vars->kind != NODE_MAP) {
        const struct node *at = vars ? vars : play ? play : node;
        error_at(err, ERR_ARTIFACT, (struct pos){.file = file->text, .line = at->line, .col = at->col}, "expected a list of plays, the first with vars");
        return NULL;
    }
    size_t n = prefix->given ? strlen(prefix->text) : 0;
    json_t *all = node_json(vars, NULL), *kept = json_object(), *value;
    const char *key;
    json_object_foreach(all, key, value)
        if (strncmp(key, prefix->given ? prefix->text : "", n) == 0)
            json_object_set(kept, key + n, value);
    json_decref(all);
    return kept;
}

static const struct parser_argument play_arguments[] = {{"ansible_play", ARGUMENT_FILE, NULL, false}, {"prefix", ARGUMENT_TEXT, NULL, false}, {0}};
const struct parser_kind parser_ansible_play = {.name = "ansible_play", .arguments = play_arguments, .parse = parse_play};

/* ansible_log("_ansible.log") */
bool help_ansible_log(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_ansible_log, 1, (struct helper_arguments){given, n}, result, err);
}

/* ansible_play("_ansible.play.yaml"[, {prefix = "run_job_"}]) */
bool help_ansible_play(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_ansible_play, 1, (struct helper_arguments){given, n}, result, err);
}

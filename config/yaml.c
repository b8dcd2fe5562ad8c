#include "config/yaml.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "config/yaml_build.h"

/* Line and column, from 1, of a byte of the text. */
static struct pos place_of(const char *file, const char *text, size_t len, size_t offset)
{
    struct pos at = {.file = file, .line = 1, .col = 1};
    for (size_t i = 0; i < offset && i < len; i++) {
        bool newline = text[i] == '\n';
        at.line += newline;
        at.col = newline ? 1 : at.col + (((unsigned char)text[i] & 0xC0) != 0x80);
    }
    return at;
}

static struct pos place_of_mark(const char *file, yaml_mark_t mark)
{
    return (struct pos){.file = file, .line = (int)mark.line + 1, .col = (int)mark.column + 1};
}

/* What its words do not tell: "unit: %" lacks quotes. */
static const char *hint_of(const yaml_parser_t *parser)
{
    const char *problem = parser->problem ? parser->problem : "";
    return strstr(problem, "cannot start any token") ? " (a text that begins with %, @ or ` needs quotes; indent with blanks, not tabs)" : "";
}

/* What libyaml found wrong, in one line: "did not find expected key while parsing a block mapping (from line 3)". */
static bool syntax_error(const yaml_parser_t *parser, const struct yaml_build *build, const char *text, size_t len,
                         struct error *err)
{
    enum error_kind kind = build->strict ? ERR_USAGE : ERR_ARTIFACT;
    const char *problem = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_READER_ERROR)
        return error_at(err, kind, place_of(build->file, text, len, parser->problem_offset), "%s%s", problem,
                        parser->problem_value == 0 ? " (a NUL)" : "");
    struct pos at = place_of_mark(build->file, parser->problem_mark);
    if (!parser->context)
        return error_at(err, kind, at, "%s%s", problem, hint_of(parser));
    if (parser->context_mark.line == parser->problem_mark.line)
        return error_at(err, kind, at, "%s %s%s", problem, parser->context, hint_of(parser));
    return error_at(err, kind, at, "%s %s (from line %zu)", problem, parser->context, parser->context_mark.line + 1);
}

/* After an anchor or a tag, and in a block (|, >), the text does not begin where the scalar does. */
static unsigned char text_at(const yaml_event_t *event)
{
    switch (event->data.scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return event->data.scalar.anchor || event->data.scalar.tag ? 255 : 1;
    case YAML_PLAIN_SCALAR_STYLE:
        return event->data.scalar.anchor || event->data.scalar.tag ? 255 : 0;
    case YAML_ANY_SCALAR_STYLE:
    case YAML_LITERAL_SCALAR_STYLE:
    case YAML_FOLDED_SCALAR_STYLE:
        break;
    }
    return 255;
}

/* Anchors are known within their document. */
static void end_document(struct yaml_build *build)
{
    struct node *list = build->documents, **wider = list->items;
    if ((list->n & (list->n - 1)) == 0) { /* a power of two: the room is full */
        wider = ARENA_ARRAY(build->arena, struct node *, list->n ? list->n * 2 : 1);
        if (list->n)
            memcpy(wider, list->items, list->n * sizeof(*wider));
    }
    list->items = wider;
    list->items[list->n++] = build->root;
    build->root = NULL;
    build->anchors.n = 0;
}

/* Gives one event to the builder. */
static bool take(struct yaml_build *build, const yaml_event_t *event, struct error *err)
{
    struct yaml_mark mark = {.line = (int)event->start_mark.line + 1, .col = (int)event->start_mark.column + 1};
    switch ((int)event->type) {
    case YAML_SCALAR_EVENT:
        mark.block = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE || event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
        mark.anchor = (const char *)event->data.scalar.anchor;
        mark.tag = (const char *)event->data.scalar.tag;
        mark.text_at = text_at(event);
        return yaml_build_scalar(build, &mark, (const char *)event->data.scalar.value, event->data.scalar.length,
                                 event->data.scalar.plain_implicit, err);
    case YAML_SEQUENCE_START_EVENT:
        mark.anchor = (const char *)event->data.sequence_start.anchor;
        mark.tag = (const char *)event->data.sequence_start.tag;
        return yaml_build_begin(build, &mark, NODE_LIST, err);
    case YAML_MAPPING_START_EVENT:
        mark.anchor = (const char *)event->data.mapping_start.anchor;
        mark.tag = (const char *)event->data.mapping_start.tag;
        return yaml_build_begin(build, &mark, NODE_MAP, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return yaml_build_end(build, err);
    case YAML_ALIAS_EVENT:
        mark.anchor = (const char *)event->data.alias.anchor;
        return yaml_build_alias(build, &mark, err);
    case YAML_DOCUMENT_START_EVENT:
        if (build->root)
            return error_at(err, build->strict ? ERR_USAGE : ERR_ARTIFACT, place_of_mark(build->file, event->start_mark),
                            "expected one document, found a second one%s", build->strict ? "" : " (documents: all takes them)");
        return true;
    case YAML_DOCUMENT_END_EVENT:
        if (build->documents)
            end_document(build);
        return true;
    default:
        return true;
    }
}

static struct node *parse(struct yaml_build *build, const char *text, size_t len, struct error *err)
{
    static const char mark[] = "\xEF\xBB\xBF";
    bool done = false;
    yaml_parser_t parser;
    yaml_event_t event = {0};
    if (len > YAML_SIZE_MAX) {
        error_at(err, build->strict ? ERR_USAGE : ERR_ARTIFACT, (struct pos){.file = build->file},
                 "larger than %d bytes", YAML_SIZE_MAX);
        return NULL;
    }
    memory_need(yaml_parser_initialize(&parser) ? &parser : NULL);
    if (len >= 3 && memcmp(text, mark, 3) == 0)
        text += 3, len -= 3;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    while (!done) {
        if (!yaml_parser_parse(&parser, &event)) {
            memory_need(parser.error == YAML_MEMORY_ERROR ? NULL : &parser);
            syntax_error(&parser, build, text, len, err);
            goto out;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        bool ok = take(build, &event, err);
        yaml_event_delete(&event);
        if (!ok) {
            done = false;
            goto out;
        }
    }
    if (build->documents)
        build->root = build->documents;
    if (!build->root) {
        build->root = ARENA_NEW(build->arena, struct node);
        *build->root = (struct node){.kind = NODE_NULL, .line = 1, .col = 1, .string = ""};
    }
out:
    yaml_parser_delete(&parser);
    yaml_build_close(build);
    return done ? build->root : NULL;
}

struct node *yaml_parse(struct arena *arena, const char *text, size_t len, const char *file, struct error *err)
{
    struct yaml_findings findings = {0};
    struct yaml_build build = {.arena = arena, .file = file, .strict = true, .findings = &findings};
    return parse(&build, text, len, err);
}

struct node *yaml_parse_artifact(struct arena *arena, const char *text, size_t len, const char *file,
                                 struct yaml_findings *findings, struct error *err)
{
    struct yaml_findings unused = {0};
    struct yaml_build build = {.arena = arena, .file = file, .findings = findings ? findings : &unused};
    return parse(&build, text, len, err);
}

struct node *yaml_parse_artifacts(struct arena *arena, const char *text, size_t len, const char *file,
                                  struct yaml_findings *findings, struct error *err)
{
    struct yaml_findings unused = {0};
    struct yaml_build build = {.arena = arena, .file = file, .findings = findings ? findings : &unused};
    build.documents = ARENA_NEW(arena, struct node);
    *build.documents = (struct node){.kind = NODE_LIST, .line = 1, .col = 1};
    return parse(&build, text, len, err);
}

struct node *node_member(const struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    size_t len = strlen(key);
    for (size_t i = 0; i < map->n; i++) {
        const struct node *at = map->keys[i];
        if (at->kind == NODE_STRING && at->string_len == len && memcmp(at->string, key, len) == 0)
            return map->items[i];
    }
    return NULL;
}

const char *node_kind_name(enum node_kind kind)
{
    static const char *const names[] = {
        [NODE_NULL] = "null",       [NODE_BOOL] = "a boolean",    [NODE_INT] = "an integer",
        [NODE_FLOAT] = "a number",  [NODE_STRING] = "a string",   [NODE_TIME] = "a time",
        [NODE_BINARY] = "binary data", [NODE_LIST] = "a list",    [NODE_MAP] = "a mapping",
    };
    return names[kind];
}

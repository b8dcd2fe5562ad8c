/* lts/rendered.h: texts that are taken from elsewhere are those that json_write makes. */
#include <string.h>

#include "base/arena.h"
#include "json/read.h"
#include "json/write.h"
#include "lts/rendered.h"
#include "store/frozen.h"
#include "tests/check.h"

static const char *const documents[] = {
    "{}", "[]", "\"text\"", "{\"a\": {}, \"b\": [], \"c\": [1, 2.5, null, true, \"x\\ny\\u00e9\"]}",
    "[[[[1], 2], 3], {\"k\": {\"l\": {\"m\": \"\\n\\n\"}}}]", "{\"many\\nlines\": \"a\\nb\\r\\nc\"}",
};

static void write_at(struct text *out, const json_t *value, int indent, int depth)
{
    text_clear(out);
    json_write(out, value, &(struct json_style){.indent = indent, .ascii = true}, depth);
}

static void test_deepen(const json_t *value, int indent, const char *name)
{
    struct text shallow = text_open(10000), deep = text_open(10000), made = text_open(10000);
    for (int depth = 0; depth < 3; depth++)
        for (int deeper = 0; deeper < 3; deeper++) {
            write_at(&shallow, value, indent, depth);
            write_at(&deep, value, indent, depth + deeper);
            text_clear(&made);
            rendered_deepen(&made, &shallow, indent, deeper);
            CHECK(made.len == deep.len && strcmp(made.s, deep.s) == 0, "%s at %d + %d: %s", name, depth, deeper, made.s);
        }
    text_close(&shallow);
    text_close(&deep);
    text_close(&made);
}

static void test_text(json_t *value, int indent, const char *name)
{
    struct arena arena = {0};
    struct frozen frozen = {0};
    struct text expected = text_open(10000);
    struct rendered *rendered = rendered_open(&(struct json_style){.indent = indent, .ascii = true});
    CHECK(!rendered_text(rendered, value, 1), "%s changes still", name);
    frozen_add(&arena, &frozen, value);
    for (int depth = 0; depth < 3; depth++)
        for (int again = 0; again < 2; again++) {
            write_at(&expected, value, indent, depth);
            const struct text *text = rendered_text(rendered, value, depth);
            CHECK(text && strcmp(text->s, expected.s) == 0, "%s at %d: %s", name, depth, text ? text->s : "(none)");
        }
    rendered_close(rendered);
    frozen_thaw(&frozen);
    arena_close(&arena);
    text_close(&expected);
}

/* More values than there is room for: those that are known stay, the others are for the caller to write. */
static void test_room(void)
{
    enum { MANY = 1000 };
    struct arena arena = {0};
    struct frozen frozen = {0};
    json_t *all = json_array();
    for (int i = 0; i < MANY; i++)
        json_array_append_new(all, json_pack("[i]", i));
    frozen_add(&arena, &frozen, all);
    struct rendered *rendered = rendered_open(&(struct json_style){0});
    size_t known = 0;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < MANY; i++) {
            const struct text *text = rendered_text(rendered, json_array_get(all, i), 1);
            char expected[20];
            snprintf(expected, sizeof(expected), "[%zu]", i);
            CHECK(!text || strcmp(text->s, expected) == 0, "%s", expected);
            known += text != NULL;
        }
    CHECK(known > 0 && known < MANY && known % 2 == 0, "%zu", known);
    rendered_close(rendered);
    frozen_thaw(&frozen);
    json_decref(all);
    arena_close(&arena);
}

int main(void)
{
    static const int indents[] = {4, 0};
    for (size_t i = 0; i < ROWS(documents); i++)
        for (size_t k = 0; k < ROWS(indents); k++) {
            struct error err = {0};
            json_t *value = json_read(documents[i], strlen(documents[i]), &(struct json_read_options){.strict = true}, &err);
            CHECK(value, "%s", err.text);
            test_deepen(value, indents[k], documents[i]);
            test_text(value, indents[k], documents[i]);
            json_decref(value);
        }
    test_room();
    return check_end();
}

/* A path with a caret under a place in it. */
#include <string.h>

#include "json/path.h"

enum { BEFORE_MAX = 60, AFTER_MAX = 40 }; /* bytes shown of a long path */

static bool inside(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The bytes [from, to), as one line. */
static void add_part(struct text *out, const char *text, size_t from, size_t to)
{
    struct text part = text_open(to - from + 1);
    text_addn(&part, text + from, to - from);
    text_add_line(out, part.s);
    text_close(&part);
}

void json_path_show(const char *text, size_t offset, struct text *line, struct text *caret)
{
    size_t len = strlen(text), from = offset > BEFORE_MAX ? offset - BEFORE_MAX : 0;
    size_t to = len - offset > AFTER_MAX ? offset + AFTER_MAX : len;
    while (from > 0 && inside(text[from]))
        from--;
    while (to < len && inside(text[to]))
        to++;
    text_add(line, from > 0 ? "…" : "");
    add_part(line, text, from, offset);
    text_fill(caret, ' ', text_width(line->s));
    text_addc(caret, '^');
    add_part(line, text, offset, to);
    text_add(line, to < len ? "…" : "");
}

/* Normalized paths: section 2.7 of the RFC. */
#include <stdlib.h>

#include "json/path.h"

/* Escapes what has to be escaped and nothing else: there is one text for one place. */
static void add_name(struct text *out, const char *name, size_t len)
{
    static const char from[] = "\b\f\n\r\t'\\", to[] = "bfnrt'\\";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        size_t k = 0;
        while (from[k] && (unsigned char)from[k] != c)
            k++;
        if (from[k])
            text_printf(out, "\\%c", to[k]);
        else if (c < 0x20)
            text_printf(out, "\\u%04x", c);
        else
            text_addc(out, name[i]);
    }
}

void json_place_render(struct text *out, const struct json_place *place)
{
    size_t depth = 0;
    for (const struct json_place *p = place; p; p = p->parent)
        depth++;
    const struct json_place **steps = memory_need(malloc((depth + 1) * sizeof(*steps)));
    for (size_t i = depth; place; place = place->parent)
        steps[--i] = place;
    text_addc(out, '$');
    for (size_t i = 0; i < depth; i++) {
        if (!steps[i]->name) {
            text_printf(out, "[%zu]", steps[i]->index);
            continue;
        }
        text_add(out, "['");
        add_name(out, steps[i]->name, steps[i]->name_len);
        text_add(out, "']");
    }
    free(steps);
}

/* lts/rendered.h — JSON texts of values that many tests share: rendered once a run.
 *
 * Tests of one job mostly have the same configuration and the same cluster, as values that stand still (store/frozen.h), and they
 * make up most of what is written. For json_style.known.
 */
#ifndef LTS_RENDERED_H
#define LTS_RENDERED_H
#include "json/write.h"

struct rendered; /* shared by the workers of a run */

struct rendered *rendered_open(const struct json_style *style); /* `known` unset */
void rendered_close(struct rendered *rendered);

/* NULL: the value does not stand still, or there is no room for more. The value must stay as long as `rendered`. */
const struct text *rendered_text(struct rendered *rendered, const json_t *value, int depth);

/* Appends the text of a value as it is `deeper` levels further down, made of the text that it has above. */
void rendered_deepen(struct text *out, const struct text *text, int indent, int deeper);

#endif

/* config/yaml_emit.h — the last step of a dump: indicators, line breaks, indentation, and scalars in one of four styles,
 * broken into lines as PyYAML 6.0's emitter does it with width=80, indent=4 and allow_unicode off (all output is ASCII).
 */
#ifndef CONFIG_YAML_EMIT_H
#define CONFIG_YAML_EMIT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { YAML_EMIT_WIDTH = 80, YAML_EMIT_INDENT = 4 };

struct yaml_emit {
    struct text *out;
    size_t column;
    int indent;      /* of the current node; -1: outside of any */
    bool whitespace; /* the last character was a blank, or nothing is in the line */
    bool indention;  /* there is nothing but blanks, "-", "?" and ":" in the line */
};

/* What a text allows for. */
struct yaml_looks {
    bool empty;
    bool multiline;
    bool plain, single; /* can be written so; double quotes always can */
    size_t chars;       /* code points */
};
struct yaml_looks yaml_emit_looks(const char *s, size_t len);

/* Makes room for a node one level deeper, and returns the indentation to be restored after it. */
int yaml_emit_deeper(struct yaml_emit *emit, bool flow, bool indentless);

/* An indicator ("-", "[]", "!!set", "&id001"), after a blank if `space` and there is none yet. */
void yaml_emit_indicator(struct yaml_emit *emit, const char *indicator, bool space, bool indention);
/* Goes to the column of the current indentation, in a new line if need be. */
void yaml_emit_indent(struct yaml_emit *emit);

/* `split`: lines may be broken. */
void yaml_emit_plain(struct yaml_emit *emit, const char *s, size_t len, bool split);
void yaml_emit_single(struct yaml_emit *emit, const char *s, size_t len, bool split);
void yaml_emit_double(struct yaml_emit *emit, const char *s, size_t len, bool split);
/* Bytes as base64 in a literal block, lines of 76. */
void yaml_emit_base64(struct yaml_emit *emit, const char *bytes, size_t len);

#endif

/* store/ini.h — INI files in the dialect of Python's configparser (3.11), as ConfigParser() reads them.
 *
 *     [DEFAULT]
 *     base = /tmp
 *     [run]
 *     Name: first            options of "run": name "first", path "/tmp/out", notes "a\nb", base "/tmp"
 *     path = %(base)s/out
 *     notes = a
 *        b
 *
 * Names of options are in lower case (ASCII's letters; Python's others too), `=` or `:` whichever comes first ends them. A line
 * that is indented deeper than the option it follows goes on with its value. Lines that begin with # or ; are comments; there are
 * none behind values. What DEFAULT says holds in every section; it is none itself. %(name)s stands for an option of the section
 * or of DEFAULT, %% for %. Not allowed, as there: a section or an option twice, options before the first section, lines without = or :,
 * names that are not there, and other uses of %.
 */
#ifndef STORE_INI_H
#define STORE_INI_H
#include "base/arena.h"
#include "store/stream.h"
#include "store/typed.h"

enum {
    INI_SIZE_MAX = 16 << 20,  /* of a file */
    INI_DEPTH_MAX = 10,       /* of %(name)s within values, as there */
    INI_MADE_MAX = 64 << 20   /* of all values, with what DEFAULT and %(name)s repeat */
};


struct ini_wish {
    bool raw;     /* % means nothing */
    bool lenient; /* sections and options may come again: sections go on, the last value of an option counts */
    const struct named_word *types; /* words: typed_words; TYPED_TEXT where there is none */
    size_t types_n;
};

struct ini_found {
    size_t bad; /* bytes that are not UTF-8: U+FFFD in the value */
    struct typed_mended mended;
};

/* {section: {option: value}}, a new reference; NULL: ERR_ARTIFACT, with the line. `arena` is for the work. */
json_t *ini_read(struct arena *arena, struct stream *stream, const struct ini_wish *wish, struct ini_found *found, struct error *err);

#endif

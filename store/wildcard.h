/* store/wildcard.h — patterns of names: one sign for any text, one for any single character. In time of the product of both lengths,
 * whatever they hold. */
#ifndef STORE_WILDCARD_H
#define STORE_WILDCARD_H
#include <stdbool.h>
#include <stddef.h>

struct wildcard_text {
    const char *s;
    size_t len;
};
struct wildcard_text wildcard_text(const char *s);

struct wildcard_signs {
    char many, one;
    bool fold; /* letters of ASCII in both cases are equal */
};
extern const struct wildcard_signs wildcard_of_files; /* * and ? */
extern const struct wildcard_signs wildcard_of_sql;   /* % and _, without regard to case */

/* Whether the pattern stands for the whole text. A single character is one of UTF-8. */
bool wildcard_match(struct wildcard_text text, struct wildcard_text pattern, const struct wildcard_signs *signs);

#endif

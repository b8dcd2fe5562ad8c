/* json/ecma.h — regular expressions of ECMA-262, as JSON Schema has them, for PCRE2 (base/regex.h with `ecma`).
 *
 * With the flag u: \d, \w and \b are ASCII, \s is ECMA's white space, \p{…} knows general categories, scripts and binary
 * properties by ECMA's names, \u{1F600} and surrogate pairs are one character, "." is no line terminator. What only other
 * languages have ((?i), (?P<…>), \Z, \a, possessive quantifiers) is refused. More lenient than the flag: "\@", "\_" and other
 * escaped punctuation, and '{', '}', ']' by themselves, and '-'
 * beside \w in a class, stand for themselves. Not known: lookbehind of variable length, which
 * PCRE2 refuses (ecma_valid takes it).
 */
#ifndef JSON_ECMA_H
#define JSON_ECMA_H
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/* Appends the pattern as PCRE2 wants it. False when it is no pattern, with the byte where that shows: ERR_USAGE at `at`. */
bool ecma_translate(const char *pattern, size_t len, struct text *out, struct pos at, struct error *err);
/* Whether the text is a pattern. */
bool ecma_valid(const char *pattern, size_t len);

#endif

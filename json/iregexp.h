/* json/iregexp.h — I-Regexp (RFC 9485), the regular expressions of JSONPath: texts that every engine understands alike.
 *
 * It has characters, `.` (all but \n and \r), classes, \p{Lu}, groups, `|` and the quantifiers * + ? {n} {n,} {n,m};
 * `^` and `$` outside of classes are the subject's begin and end. It has no \d \w \s \b, no lazy quantifiers, no
 * references, no look-around: what is more than I-Regexp is refused, never approximated.
 */
#ifndef JSON_IREGEXP_H
#define JSON_IREGEXP_H
#include "base/error.h"
#include "base/regex.h"

/* `whole`: it has to match all of the subject, as match() wants. The regex counts every search's steps. NULL with *err
 * set (ERR_USAGE: "an I-Regexp has no '\d'") when it is none, or too large for PCRE2. */
struct regex *iregexp_compile(const char *pattern, size_t len, bool whole, struct error *err);
/* For arena_defer. */
void iregexp_close(void *regex);

#endif

/* store/literal.h — Python literals as programs print them in logs: {'loss': 7.3438, 'grad_norm': nan, 'ok': True}. */
#ifndef STORE_LITERAL_H
#define STORE_LITERAL_H
#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

enum { LITERAL_DEPTH_MAX = 100, LITERAL_DIGITS_MAX = 4300 };

struct literal {
    size_t used;         /* bytes of the text that the literal took; what follows was not looked at */
    size_t non_finite;   /* nan, inf and numbers too big for a double: null in the value */
    size_t big_integers; /* beyond int64: doubles in the value */
    size_t mended;       /* lone surrogates and bytes that are not UTF-8: U+FFFD in the value */
};

/* Reads one literal at the start of the text (blanks and line ends before it are passed over), as Python's
 * ast.literal_eval would, and nan, inf, NaN and Infinity and what repr writes as calls (store/literal_call.h) besides. Tuples and sets become lists, bytes the text of their
 * repr. Keys that are not strings become what json.dumps makes of them: 1 → "1", True → "true", None → "null",
 * 1.5 → "1.5", nan → "NaN"; a tuple as it stands in the text. Of equal keys the last value counts. A comma outside of
 * brackets ends the literal. Not read: complex numbers, f-strings, \N{…}, `...`.
 * The caller owns the result. `at` is where the text starts; errors are ERR_ARTIFACT and say line and column. */
json_t *literal_parse(const char *text, size_t len, struct pos at, struct literal *found, struct error *err);

#endif

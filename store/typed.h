/* store/typed.h — a short text of an artifact as a value: what a column, a named group or a key holds. */
#ifndef STORE_TYPED_H
#define STORE_TYPED_H
#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

enum typed_as {
    TYPED_TEXT,
    TYPED_JSON,     /* a JSON value */
    TYPED_PYTHON,   /* a Python literal; what follows it is not looked at */
    TYPED_NUMBER,   /* a real: digits with a fraction or an exponent, or without; nan and inf, which become null */
    TYPED_INT,      /* [sign] digits, within 64 bits */
    TYPED_FLOAT,    /* as TYPED_NUMBER */
    TYPED_BOOL,     /* true yes on 1, false no off 0, in any case */
    TYPED_QUANTITY, /* of Kubernetes: store/quantity.h */
    TYPED_MOMENT,   /* a time, ISO 8601 (RFC 3339, Kubernetes), Ansible's or the shell's: {iso, date, epoch, us} */
    TYPED_DURATION, /* seconds: base/duration.h */
    TYPED_AUTO      /* a number, null or the text, as it looks */
};
extern const char *const typed_words[]; /* in this order; NULL-ended */

/* A text and what it is to be. */
struct typed_text {
    const char *text; /* UTF-8 */
    size_t len;
    enum typed_as as;
    struct pos at;    /* for messages */
    const char *what; /* for messages: "column 'time'"; NULL: nothing is said */
};

/* What was mended. */
struct typed_mended {
    size_t non_finite; /* null in the value */
};

/* The value, a new reference. Blanks around a number, a time or a word are passed over; a text is kept as it stands. NULL:
 * ERR_ARTIFACT, at the place.
 *
 * TYPED_AUTO: an empty text is null. A number is [sign] digits ["." digits] [exponent], where the digits before or behind the
 * point may lack, with blanks around it: an integer when it has neither point nor exponent and fits 64 bits; nan, inf and infinity,
 * with a sign or not and in any case, count as numbers and are null. Digits after a leading 0 ("007") and integers beyond 64 bits
 * are names more often than numbers: they stay texts, as all else does. */
json_t *typed_read(const struct typed_text *field, struct typed_mended *mended, struct error *err);
/* A JSON text that stands at a place of a larger text: errors name the place there. `options` is without a file. */
struct json_read_options;
json_t *typed_json(const char *text, size_t len, const struct json_read_options *options, struct pos at, struct error *err);
/* What TYPED_MOMENT gives; NULL without an error: it is none. */
json_t *typed_moment(const char *text, size_t len);
/* The same of seconds since 1970, in UTC; NULL outside the years 1..9999. */
json_t *typed_moment_of_seconds(double seconds);

#endif

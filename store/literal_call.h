/* store/literal_call.h — what Python's repr writes as a call, for values that have no literal: array([1.0, 2.0], dtype=float32),
 * np.float64(0.5), datetime.datetime(2025, 1, 6, 8, 0). Nothing is called: the names are a table. */
#ifndef STORE_LITERAL_CALL_H
#define STORE_LITERAL_CALL_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct literal_call; /* a row of the table */

/* The row of the name that stands at p, behind which a bracket opens; *len is the name's length. NULL: no such name. */
const struct literal_call *literal_call_find(const char *p, const char *end, size_t *len);
/* np.True_ and np.False_. */
bool literal_call_constant(const char *p, const char *end, size_t *len, bool *value);
/* The value, a new reference: arrays, tensors and numbers are what is in them, OrderedDict and its like the object, datetimes
 * their isoformat(), a timedelta its seconds. NULL: *expected says what the arguments should have been. `keywords`: an object; names of things
 * (torch.float16) are texts in it. */
json_t *literal_call_value(const struct literal_call *call, const json_t *arguments, const json_t *keywords, const char **expected);

#endif

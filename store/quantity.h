/* store/quantity.h — Kubernetes quantities: "63500m", "130000000Ki", "8", "1e3", "12E", "0.5", "1Gi". */
#ifndef STORE_QUANTITY_H
#define STORE_QUANTITY_H
#include <stdbool.h>

#include "base/error.h"

/* The number in the base unit of whatever it counts (cores, bytes): "63500m" gives 63.5, "1Ki" 1024. Suffixes: n u m (parts),
 * k M G T P E (powers of 1000), Ki Mi Gi Ti Pi Ei (powers of 1024), or a decimal exponent ("1e3"; "12E" alone is 12 exa).
 * The nearest double of the exact value. Errors (ERR_ARTIFACT) say what was found; *out is then unchanged. */
bool quantity_parse(const char *text, struct pos at, double *out, struct error *err);

#endif

/* regress/order.h — the order of label values: versions as versions, numbers as numbers, the rest by when it came.
 *
 * A value is a label's JSON text ("\"v2.8.2\"", "8", "null"); NULL counts as null. What is understood in a string:
 *   releases       1.2 before 1.10; missing components are 0; a leading v is ignored
 *   SemVer         1.0.0-rc.1 before 1.0.0; rc2 before rc10 (differs from SemVer, where rc10 comes first);
 *                  build metadata orders only what is equal otherwise, and then by its own numbers
 *   git describe   v1.0-3-gabcdef0 after v1.0 (SemVer alone would call it a pre-release)
 *   dates          2025-05-06, also 20250506 and 2025.05.06
 *   PEP 440        1.2rc1 before 1.2, 1.2.post1 after it
 *   image tags     fms-hf-tuning:v2.8.2 by the version in the tag, when the rest is equal
 * Digests, UUIDs, commit hashes and free tags have no order of their own.
 */
#ifndef REGRESS_ORDER_H
#define REGRESS_ORDER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* For lists that people read: a total order (0 only for equal texts): null, booleans, numbers, strings, the rest. */
int order_compare(const char *a, const char *b);

/* Where the version of one value stands to that of another, spelling aside: "v2.8.1" and "2.8.1" are equal (0), and so is "image:v2.8.1",
 * if `named` has nothing before its version. False: one of them has no version, or they are of different families. */
bool order_compare_versions(const char *value, const char *named, int *order);

/* Whether a release that people name, "4.18" or "v2.4", is the value's own or one that the value belongs to: "4.18" names
 * 4.18, v4.18, 4.18.0, 4.18.3-rc1 and image:4.18.2, but neither 4.1 nor 4.180. */
bool order_names(const char *value, const char *release);

struct order_item {
    const char *value;
    int64_t first_start_us; /* when a run with this value first started */
};

/* The places of the values among each other, in `arena`: ranks[i] < ranks[j] when items[i] comes first; equal texts have
 * equal ranks. Values of one family (equal but for the version) are in version order. Families, and values
 * without a version, are merged by first start: a value stands behind everything whose family had started by then.
 * The same set gives the same ranks, whatever its order. */
size_t *order_ranks(const struct order_item *items, size_t n, struct arena *arena);

#endif

/* detect/lanes.h — vectors of four doubles, in whatever the machine has for them.
 *
 *     VECTORISED double f(…)        made several times over; the best one that the machine can run is chosen at start-up
 *     quad q = {a, b, c, d};        q + 1, q * q, q > r: lane by lane; a comparison is a quad_mask
 *     QUAD_AT(p)                    p[0] … p[3]
 *     PICK(mask, a, b)              a where the mask is set, else b
 *
 * The lanes' results are those of the same scalar expression, to the bit: nothing is contracted or put in another order.
 */
#ifndef DETECT_LANES_H
#define DETECT_LANES_H
#include <stdint.h>

/* Sanitizers do not get along with functions that are chosen at start-up. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#else
#define VECTORISED
#endif
#define INLINE static inline __attribute__((always_inline))

enum { QUAD = 4 };
typedef double quad __attribute__((vector_size(32)));
typedef int64_t quad_mask __attribute__((vector_size(32)));
typedef double quad_anywhere __attribute__((vector_size(32), aligned(8), may_alias)); /* on no boundary of theirs */
#define QUAD_AT(p) (*(const quad_anywhere *)(p))
#define PICK(mask, a, b) ((quad)(((quad_mask)(a) & (mask)) | ((quad_mask)(b) & ~(mask))))

#endif

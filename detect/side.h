/* detect/side.h — which way a value may be off, and which way is better. */
#ifndef DETECT_SIDE_H
#define DETECT_SIDE_H

/* Which tail: SIDE_ABOVE asks whether a value is too high. */
enum side { SIDE_BELOW = -1, SIDE_ABOVE = 1 };

enum direction { DIRECTION_NONE, DIRECTION_HIGHER, DIRECTION_LOWER }; /* which is better; NONE is never gated */

#endif

/* history/intern.h — equal texts kept once: labels of 100,000 records cost pointers, not texts. */
#ifndef HISTORY_INTERN_H
#define HISTORY_INTERN_H
#include "base/arena.h"

struct intern;

struct intern *intern_open(struct arena *arena);
void intern_close(struct intern *intern); /* the texts stay in the arena; NULL is fine */
/* The one copy of the text in the arena. */
const char *intern_text(struct intern *intern, const char *text);

#endif

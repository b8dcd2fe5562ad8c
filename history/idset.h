/* history/idset.h — which payload ids were seen, and with which text, in about 25 bytes each; for the folder's
 * own files.
 *
 * Ids and texts are kept as the first 8 bytes of their SHA-256. That two different ids look alike is one chance in 10^9 for 200,000
 * payloads, and is then told as an id with two texts; that a payload is wrongly taken for one that was seen needs 16 bytes alike. */
#ifndef HISTORY_IDSET_H
#define HISTORY_IDSET_H
#include <stddef.h>

struct idset;

enum idset_found { IDSET_NEW, IDSET_SAME, IDSET_OTHER };

struct idset *idset_open(void);
void idset_close(struct idset *set); /* NULL is fine */
/* Adds the id unless it is there: then whether it came with the same text. */
enum idset_found idset_add(struct idset *set, const char *id, const char *text, size_t text_len);
#endif

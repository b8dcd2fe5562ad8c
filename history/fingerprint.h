/* history/fingerprint.h — one short text for all labels that must be equal when payloads are compared.
 *
 * An index keeps it beside each payload, so that an analysis asks only for payloads that its entries can be compared with: its cost
 * follows the matching payloads, not the index. Which labels count is a matter of today's workload, and may be another one tomorrow;
 * so a fingerprint is believed only where it was made by the same rule, which its first half says.
 *
 *     struct fingerprint_rule rule = fingerprint_rule_of(left_out, n, NULL);
 *     char print[FINGERPRINT_SIZE];
 *     fingerprint_of(&rule, &record, print);   // "3f2a…:91c0…", the rule's digest and the labels'
 */
#ifndef HISTORY_FINGERPRINT_H
#define HISTORY_FINGERPRINT_H
#include "history/record.h"

enum {
    FINGERPRINT_RULE_SIZE = 2 * 8 + 1,                             /* hexadecimal, NUL included: */
    FINGERPRINT_SIZE = FINGERPRINT_RULE_SIZE - 1 + 1 + 2 * 16 + 1, /* the rule, a colon, the labels */
};

/* Which labels do not count: comparison keys, ignored keys, bookkeeping keys (regress/labels.h). */
struct fingerprint_rule {
    const char *const *left_out; /* sorted, borrowed; a key may stand there twice */
    size_t n;
    /* How a record's labels, as they are kept, become those that are compared (rewrite_settings); NULL: they are. False: the record is not
     * compared with any. The record's new labels live in the arena. */
    bool (*change)(void *context, struct arena *arena, struct record *record);
    void *context;
    char digest[FINGERPRINT_RULE_SIZE]; /* of the set of keys, of what `change` does, and of the way that fingerprints are made */
};

/* `change`: what the rule's `change` does, as a text; NULL: nothing. */
struct fingerprint_rule fingerprint_rule_of(const char *const *left_out, size_t n, const char *change);

/* False: it has none. Equal for records whose counting labels are equal, where a label that is null and one that is absent are alike; different, as far as
 * 128 bits of SHA-256 can tell, for others. For a record whose labels are those that are compared already: fingerprint_of_changed. */
bool fingerprint_of(const struct fingerprint_rule *rule, const struct record *record, char out[FINGERPRINT_SIZE]);
void fingerprint_of_changed(const struct fingerprint_rule *rule, const struct record *record, char out[FINGERPRINT_SIZE]);

#endif

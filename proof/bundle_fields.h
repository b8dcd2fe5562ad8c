/* proof/bundle_fields.h — the members of options and rules as tables, by which they are written and read (proof/bundle.h). */
#ifndef PROOF_BUNDLE_FIELDS_H
#define PROOF_BUNDLE_FIELDS_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum field_kind {
    FIELD_TEXT,      /* const char *; null: NULL */
    FIELD_TEXTS,     /* NULL-ended list; null: NULL */
    FIELD_REAL,      /* double */
    FIELD_BOOL,
    FIELD_INT,       /* int, from 0 to 1,000,000,000 */
    FIELD_INT64,
    FIELD_SIZE,
    FIELD_CHOICE     /* an enum: a number below `choices` */
};

struct field {
    const char *name; /* NULL ends a table */
    enum field_kind kind;
    size_t offset;
    unsigned choices;
};

/* struct analysis_options (what is no list or pointer), kpi_rule, method_options, expect, record, bundle. */
extern const struct field fields_options[], fields_rule[], fields_method[], fields_threshold[], fields_expect[], fields_record[], fields_counts[];

/* The members that the table names, as an object. */
json_t *fields_write(const struct field *table, const void *from);
/* Fills what the table names; false when a member is missing or of the wrong kind: *member is its name, *expected what it should be. */
bool fields_read(struct arena *arena, const struct field *table, const json_t *object, void *to, const char **member, const char **expected);

json_t *field_real(double value);
/* NULL-ended; false when it is no list of texts. null gives NULL. */
bool field_texts(struct arena *arena, const json_t *value, const char *const **texts);

#endif

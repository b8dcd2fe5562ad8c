#include "regress/matches.h"

#include <stdlib.h>
#include <string.h>

/* The text is a JSON number, as those of labels are: no other begins so. */
static bool number_of(const char *text, double *number)
{
    if (*text != '-' && (*text < '0' || *text > '9'))
        return false;
    char *end;
    *number = strtod(text, &end);
    return *end == '\0';
}

bool matches_value(const char *label, const char *value)
{
    double a, b;
    label = label ? label : "null";
    if (strcmp(label, value) == 0)
        return true;
    return number_of(label, &a) && number_of(value, &b) && a == b;
}

static bool holds(const struct label_match *match, const struct record *record)
{
    const char *label = record_label(record, match->key);
    for (const char *const *value = match->values; *value; value++)
        if (matches_value(label, *value))
            return true;
    return false;
}

bool matches_record(const struct label_matches *matches, const struct record *record)
{
    for (size_t i = 0; i < matches->n; i++)
        if (!holds(&matches->v[i], record))
            return false;
    return true;
}

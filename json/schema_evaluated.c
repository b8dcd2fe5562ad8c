/* Which parts of a value were evaluated, for unevaluatedItems and unevaluatedProperties. Kept only while such a keyword waits
 * for the answer; a stack of bits, as branches come and go. */
#include <stdlib.h>
#include <string.h>

#include "json/schema_run.h"

enum { WORD = 64 };

struct schema_marks schema_marks_open(struct schema_run *run, const json_t *value)
{
    size_t parts = json_is_object(value) ? json_object_size(value) : json_array_size(value);
    struct schema_marks marks = {run->bits_n, (parts + WORD - 1) / WORD};
    if (marks.words == 0)
        return marks;
    if (marks.at + marks.words > run->bits_cap) {
        run->bits_cap = (marks.at + marks.words) * 2;
        run->bits = memory_need(realloc(run->bits, run->bits_cap * sizeof(*run->bits)));
    }
    memset(run->bits + marks.at, 0, marks.words * sizeof(*run->bits));
    run->bits_n += marks.words;
    run->steps += marks.words / 8;
    return marks;
}

void schema_marks_close(struct schema_run *run, const struct schema_marks *marks)
{
    run->bits_n = marks->at;
}

void schema_mark(struct schema_run *run, size_t part)
{
    if (run->marks)
        run->bits[run->marks->at + part / WORD] |= (uint64_t)1 << part % WORD;
}

void schema_mark_all(struct schema_run *run)
{
    if (run->marks && run->marks->words)
        memset(run->bits + run->marks->at, 0xFF, run->marks->words * sizeof(*run->bits));
}

bool schema_marked(const struct schema_run *run, const struct schema_marks *marks, size_t part)
{
    return run->bits[marks->at + part / WORD] >> part % WORD & 1;
}

void schema_marks_add(struct schema_run *run, const struct schema_marks *more)
{
    for (size_t i = 0; run->marks && i < more->words; i++)
        run->bits[run->marks->at + i] |= run->bits[more->at + i];
}

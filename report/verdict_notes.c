#include "report/verdict_notes.h"

#include <string.h>

#include "report/layout.h"
#include "report/phrases.h"
#include "report/verdict_text.h"

static void add_note(struct verdict_notes *notes, const char *entry, const char *text, struct arena *arena)
{
    for (size_t i = 0; i < notes->n; i++) {
        if (strcmp(notes->v[i].text, text) == 0) {
            notes->v[i].entries++;
            return;
        }
    }
    *LIST_ADD(arena, notes) = (struct verdict_note){text, entry, 1};
}

struct verdict_notes verdict_notes_of(const struct analysis *analysis, struct arena *arena)
{
    struct verdict_notes notes = {0};
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (const char *const *note = phrases_notes(&analysis->entries[i], arena); *note; note++)
            add_note(&notes, analysis->entries[i].name, *note, arena);
    for (size_t i = 0; i < notes.n; i++)
        if (notes.v[i].entries > 1)
            notes.v[i].who = notes.v[i].entries == analysis->entries_n ? "all entries" : arena_printf(arena, "%zu entries", notes.v[i].entries);
    return notes;
}

void verdict_notes_render(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    struct verdict_notes notes = verdict_notes_of(analysis, arena);
    if (notes.n)
        text_add(out, "\nNotes on the history\n");
    for (size_t i = 0; i < notes.n; i++)
        layout_wrap(out, arena_printf(arena, "%s: %s", notes.v[i].who, notes.v[i].text), 2, 4, VERDICT_TEXT_COLUMNS);
}

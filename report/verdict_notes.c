#include "report/verdict_notes.h"

#include <string.h>

#include "report/layout.h"
#include "report/phrases.h"
#include "report/verdict_text.h"

/* A note, and the entries that it is true of. */
struct note {
    const char *text, *entry;
    size_t entries;
};
struct notes {
    struct note *v;
    size_t n, cap;
};

static void add_note(struct notes *notes, const char *entry, const char *text, struct arena *arena)
{
    for (size_t i = 0; i < notes->n; i++) {
        if (strcmp(notes->v[i].text, text) == 0) {
            notes->v[i].entries++;
            return;
        }
    }
    *LIST_ADD(arena, notes) = (struct note){text, entry, 1};
}

void verdict_notes_render(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    struct notes notes = {0};
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (const char *const *note = phrases_notes(&analysis->entries[i], arena); *note; note++)
            add_note(&notes, analysis->entries[i].name, *note, arena);
    if (notes.n)
        text_add(out, "\nNotes on the history\n");
    for (size_t i = 0; i < notes.n; i++) {
        const struct note *note = &notes.v[i];
        bool all = note->entries == analysis->entries_n && note->entries > 1;
        const char *who = all ? "all entries" : note->entries == 1 ? note->entry : arena_printf(arena, "%zu entries", note->entries);
        layout_wrap(out, arena_printf(arena, "%s: %s", who, note->text), 2, 4, VERDICT_TEXT_COLUMNS);
    }
}

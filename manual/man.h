/* manual/man.h — the man pages: matbench(1), one per command from its option tables, one per file of docs/.
 *
 * docs/ci.md, as it is named after a command, is the description in matbench-ci(1); any other docs/NAME.md becomes
 * matbench-NAME(7), or (5) where it describes a file's format (man_section).
 */
#ifndef MANUAL_MAN_H
#define MANUAL_MAN_H
#include "cmd/command.h"

struct man_doc {
    const char *name; /* "exit-codes" */
    const char *text; /* Markdown */
};

struct man_source {
    const char *version;
    const struct command *const *commands; /* NULL-ended */
    const struct man_doc *docs;
    size_t docs_n;
};

/* Section of the page of docs/NAME.md: 5, 7, or 1 when there is such a command. */
int man_section(const struct man_source *source, const char *name);

void man_program_page(struct text *out, const struct man_source *source);
void man_command_page(struct text *out, const struct man_source *source, const struct command *command);
/* Only for a doc that is no command's. */
void man_doc_page(struct text *out, const struct man_source *source, const struct man_doc *doc);

#endif

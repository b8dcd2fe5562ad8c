/* matbench_manual FOLDER SHELL DOC.md… — writes the man pages and completions into the folders that the build has made:
 * FOLDER/man/man1, man5, man7 and FOLDER/completion. SHELL is manual/shell, where a completion's fixed part is.
 * A program of the build; it is not installed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "cmd/program.h"
#include "manual/completion.h"
#include "manual/man.h"

enum { PAGE_MAX = 16 << 20 };

/* Writes what `text` holds, and empties it. */
static bool write_file(const char *path, struct text *text, struct error *err)
{
    bool ok = output_file(path, STDOUT_FILENO, text->s, text->len, err);
    text_clear(text);
    return ok;
}

/* Appends the whole file. */
static bool read_file(struct text *text, const char *path, struct error *err)
{
    char buffer[4096];
    FILE *in = fopen(path, "rb");
    if (!in)
        return error_set(err, ERR_USAGE, "%s: %s", path, strerror(errno));
    for (size_t n; (n = fread(buffer, 1, sizeof(buffer), in)) > 0;)
        text_addn(text, buffer, n);
    bool ok = !ferror(in) || error_set(err, ERR_USAGE, "%s: cannot be read", path);
    fclose(in);
    return ok;
}

static bool read_doc(struct arena *arena, const char *path, struct man_doc *doc, struct error *err)
{
    struct text text = text_open(PAGE_MAX);
    bool ok = read_file(&text, path, err);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    *doc = (struct man_doc){.name = arena_strndup(arena, name, strcspn(name, ".")), .text = arena_strdup(arena, text.s)};
    text_close(&text);
    return ok;
}

static bool write_pages(struct arena *arena, const char *folder, const struct man_source *source, struct error *err)
{
    struct text page = text_open(PAGE_MAX);
    man_program_page(&page, source);
    bool ok = write_file(arena_printf(arena, "%s/man/man1/matbench.1", folder), &page, err);
    for (const struct command *const *command = source->commands; ok && *command; command++) {
        man_command_page(&page, source, *command);
        ok = write_file(arena_printf(arena, "%s/man/man1/matbench-%s.1", folder, (*command)->name), &page, err);
    }
    for (size_t i = 0; ok && i < source->docs_n; i++) {
        int section = man_section(source, source->docs[i].name);
        if (section == 1)
            continue; /* in the command's page */
        man_doc_page(&page, source, &source->docs[i]);
        ok = write_file(arena_printf(arena, "%s/man/man%d/matbench-%s.%d", folder, section, source->docs[i].name, section), &page, err);
    }
    text_close(&page);
    return ok;
}

static bool write_completions(struct arena *arena, const char *folder, const char *fixed, struct error *err)
{
    static const struct {
        const char *shell;
        completion_write *write;
    } shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};
    struct text script = text_open(PAGE_MAX);
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof(shells) / sizeof(shells[0]); i++) {
        shells[i].write(&script, arena, program_commands);
        ok = read_file(&script, arena_printf(arena, "%s/matbench.%s", fixed, shells[i].shell), err) &&
             write_file(arena_printf(arena, "%s/completion/matbench.%s", folder, shells[i].shell), &script, err);
    }
    text_close(&script);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: matbench_manual FOLDER SHELL DOC.md...\n", stderr);
        return ERR_USAGE;
    }
    struct arena arena = {0};
    struct error err = {0};
    struct man_doc *docs = ARENA_ARRAY(&arena, struct man_doc, (size_t)argc);
    struct man_source source = {.version = MB_VERSION, .commands = program_commands, .docs = docs};
    bool ok = true;
    for (int i = 3; ok && i < argc; i++)
        ok = read_doc(&arena, argv[i], &docs[source.docs_n++], &err);
    ok = ok && write_pages(&arena, argv[1], &source, &err) && write_completions(&arena, argv[1], argv[2], &err);
    if (!ok)
        fprintf(stderr, "matbench_manual: %s\n", err.text);
    arena_close(&arena);
    return ok ? 0 : (int)err.kind;
}

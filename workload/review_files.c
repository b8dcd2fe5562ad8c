#include <fnmatch.h>
#include <string.h>

#include "base/regex.h"
#include "workload/review.h"

/* What a file that several workloads share declares for others is no matter of this one. */
static bool is_own(const struct workload *workload, struct pos at)
{
    return at.file && strcmp(at.file, workload->file) == 0;
}

/* The file that a parser reads, with ${DIRS}; NULL: it reads none. */
static const char *file_of(const struct parser *parser)
{
    enum argument_kind kind = parser->kind->arguments[0].kind;
    return kind == ARGUMENT_TEXT || kind == ARGUMENT_FILE ? parser->arguments[0].text : NULL;
}

static bool names_dir(const char *text, const char *dir)
{
    const char *open = text ? strstr(text, "${") : NULL;
    size_t n = strlen(dir);
    return open && strncmp(open + 2, dir, n) == 0 && open[2 + n] == '}';
}

static bool dir_used(const struct workload *workload, const struct review_codes *codes, const char *dir)
{
    const struct parser *parser;
    for (size_t i = 0; (parser = review_parser(workload, i)); i++)
        if (names_dir(file_of(parser), dir))
            return true;
    for (size_t i = 0; workload->important_files && workload->important_files[i]; i++)
        if (names_dir(workload->important_files[i], dir))
            return true;
    return review_mentioned(workload, codes, dir);
}

/* Whether a file that a parser reads is what an entry of important_files means; a folder holds files. */
static bool fits(const char *important, const char *file)
{
    size_t n = strlen(file);
    return strcmp(important, file) == 0 || fnmatch(important, file, 0) == 0 || (strncmp(important, file, n) == 0 && important[n] == '/');
}

static bool is_read(const struct workload *workload, const struct review_codes *codes, const char *important)
{
    const struct parser *parser;
    const char *slash = strrchr(important, '/'), *name = slash ? slash + 1 : important;
    for (size_t i = 0; (parser = review_parser(workload, i)); i++)
        if (file_of(parser) && fits(important, file_of(parser)))
            return true;
    return strpbrk(name, "*?[") || review_mentioned(workload, codes, name); /* a Lua function may read it */
}

static bool is_listed(const struct workload *workload, const char *file)
{
    for (size_t i = 0; workload->important_files[i]; i++)
        if (fits(workload->important_files[i], file))
            return true;
    return false;
}

static void review_important(const struct workload *workload, const struct review_codes *codes, struct problems *problems)
{
    const struct parser *parser;
    if (!workload->important_files || !review_uses_known(problems))
        return;
    for (size_t i = 0; workload->important_files[i]; i++)
        if (is_own(workload, workload->important_at[i]) && !is_read(workload, codes, workload->important_files[i]))
            problems_note(problems, workload->important_at[i], "important_files: no parser reads '%s'", workload->important_files[i]);
    for (size_t i = 0; (parser = review_parser(workload, i)); i++)
        if (file_of(parser) && is_own(workload, parser->at) && !is_listed(workload, file_of(parser)))
            problems_note(problems, parser->at, "'%s' reads '%s', which is not among important_files: a download would not bring it",
                          parser->name, file_of(parser));
}

/* Whether the path leaves the directory that it starts from by its "..". */
static bool leaves(const char *path)
{
    int depth = 0;
    for (const char *p = path; *p && depth >= 0; p += strspn(p, "/")) {
        size_t n = strcspn(p, "/");
        bool up = n == 2 && memcmp(p, "..", 2) == 0, here = n == 0 || (n == 1 && *p == '.');
        depth += up ? -1 : !here;
        p += n;
    }
    return depth < 0 || path[0] == '/';
}

/* Of "${RUN}/../x" nobody knows it before there is a test. */
static void review_places(const struct workload *workload, struct problems *problems)
{
    const struct parser *parser;
    for (size_t i = 0; (parser = review_parser(workload, i)); i++)
        if (file_of(parser) && !strstr(file_of(parser), "${") && leaves(file_of(parser)))
            problems_add(problems, parser->at, "'%s': '%s' leads out of the test's directory", parser->name, file_of(parser));
    for (size_t i = 0; i < workload->artifact_dirs_n; i++)
        if (leaves(workload->artifact_dirs[i].pattern))
            problems_add(problems, workload->artifact_dirs[i].at, "artifact dir '%s': '%s' leads out of the test's directory",
                         workload->artifact_dirs[i].name, workload->artifact_dirs[i].pattern);
}

/* Groups without names: the first is the value, the others are lost. */
static void review_groups(const struct workload *workload, struct problems *problems)
{
    const struct parser *parser;
    for (size_t i = 0; (parser = review_parser(workload, i)); i++)
        for (size_t k = 0; parser->kind->arguments[k].name; k++) {
            const struct regex *pattern = parser->arguments[k].pattern;
            size_t groups = pattern ? regex_groups(pattern) : 0, named = 0;
            for (size_t g = 1; g <= groups; g++)
                named += regex_group_name(pattern, g) != NULL;
            if (groups > 1 && !named)
                problems_note(problems, parser->arguments[k].at, "'%s': only the first of the pattern's %zu groups is the value; (?<NAME>…) gives "
                              "groups names, and an object of them, (?:…) is none", parser->name, groups);
        }
}

/* What a path is certainly not meant to say, and what makes it dear: the whole document is kept for it. */
static void review_path(const struct parser *parser, const struct argument *argument, const struct json_path *path, struct problems *problems)
{
    const char *why;
    if (path->warning)
        problems_note(problems, argument->at, "'%s': JSONPath '%s', %s", parser->name, json_path_text(path), path->warning);
    if (!json_path_streams(path, &why))
        problems_note(problems, argument->at, "'%s': JSONPath '%s' needs the whole document in memory: %s", parser->name, json_path_text(path),
                      why);
}

static void review_paths(const struct workload *workload, struct problems *problems)
{
    const struct parser *parser;
    for (size_t i = 0; (parser = review_parser(workload, i)); i++)
        for (size_t k = 0; parser->kind->arguments[k].name; k++)
            for (size_t p = 0; p < parser->arguments[k].paths_n; p++)
                review_path(parser, &parser->arguments[k], parser->arguments[k].paths[p], problems);
}

void review_files(const struct workload *workload, struct problems *problems)
{
    const struct review_codes codes = review_codes(problems->arena, workload);
    const struct parser *parser;
    bool known = review_uses_known(problems);
    for (size_t i = 0; i < workload->artifact_dirs_n; i++) {
        const struct artifact_dir *dir = &workload->artifact_dirs[i];
        if (known && is_own(workload, dir->at) && !dir_used(workload, &codes, dir->name))
            problems_note(problems, dir->at, "artifact dir '%s': nothing uses it", dir->name);
    }
    review_places(workload, problems);
    review_paths(workload, problems);
    review_groups(workload, problems);
    review_important(workload, &codes, problems);
    for (size_t i = 0; (parser = review_parser(workload, i)); i++)
        if (known && parser->name[0] == '_' && is_own(workload, parser->at) && !review_mentioned(workload, &codes, parser->name))
            problems_note(problems, parser->at, "'%s': no expression uses it, and it does not go into the matrix", parser->name);
}

#include "store/json_pass.h"

#include <string.h>

#include "json/prune.h"
#include "json/select.h"

/* A parser whose value was made by another one's pass. */
struct json_ready {
    const struct parser *parser;
    const char *path; /* the file, for provenance */
    json_t *value;    /* NULL: none, or the error */
    const struct error *err; /* NULL: the file was read */
};

/* A pass over one file. */
struct pass {
    struct parsing *parsing;
    const char *path;
    LIST_OF(const struct parser *) parsers;
    LIST_OF(struct json_selection) selections; /* beside the parsers with `select` */
    LIST_OF(const struct json_path *) keep;    /* paths of those without */
    size_t documents;                          /* how many those are */
};

/* ---- who takes part ---- */

static bool is_same_file(struct parsing *parsing, const char *a, const char *b)
{
    const char *a_path, *b_path;
    struct error ignored = {0};
    if (strcmp(a, b) == 0)
        return true;
    return parsing_resolve(parsing, a, &a_path, &ignored) && parsing_resolve(parsing, b, &b_path, &ignored) && a_path && b_path &&
           strcmp(a_path, b_path) == 0;
}

static void add_parser(struct pass *pass, const struct parser *parser)
{
    struct arena *arena = pass->parsing->arena;
    struct json_wish wish = json_wish_of(parser);
    *LIST_ADD(arena, &pass->parsers) = parser;
    if (wish.select->given) {
        bool first = (wish.first->given && wish.first->flag) || json_path_singular(wish.select->paths[0]);
        *LIST_ADD(arena, &pass->selections) = (struct json_selection){.path = wish.select->paths[0], .first = first};
        return;
    }
    static const struct json_path all = {.text = "$", .query = {.absolute = true, .singular = true}};
    pass->documents++;
    for (size_t i = 0; i < wish.keep->paths_n; i++)
        *LIST_ADD(arena, &pass->keep) = wish.keep->paths[i];
    if (!wish.keep->given)
        *LIST_ADD(arena, &pass->keep) = &all;
}

/* Those of `parsers` that read this file; `first` and what comes before it do not count. */
static void add_parsers(struct pass *pass, const struct parser *parsers, size_t n, const struct parser *first)
{
    size_t i = first >= parsers && first < parsers + n ? (size_t)(first - parsers) + 1 : 0;
    for (; i < n; i++)
        if (parsers[i].kind == &parser_json && !parsers[i].arguments[0].glob && is_same_file(pass->parsing, parsers[i].arguments[0].text, first->arguments[0].text))
            add_parser(pass, &parsers[i]);
}

static bool is_among(const struct parser *parsers, size_t n, const struct parser *parser)
{
    return parser >= parsers && parser < parsers + n;
}

static void gather(struct pass *pass, const struct parser *first)
{
    const struct workload *workload = pass->parsing->options->workload;
    const struct parser *once = workload->parse_once, *always = workload->parse_always;
    bool in_once = is_among(once, workload->parse_once_n, first), in_always = is_among(always, workload->parse_always_n, first);
    add_parser(pass, first);
    if (!in_once && !in_always) /* one of the files of a pattern: for itself */
        return;
    if (in_once)
        add_parsers(pass, once, workload->parse_once_n, first);
    add_parsers(pass, always, workload->parse_always_n, first);
}

/* ---- reading ---- */

static bool read_once(struct pass *pass, struct content *content, bool follow, bool *again, json_t **document,
                      struct json_repairs *repairs, struct error *err)
{
    struct json_select_options options = {
        .read = {.file = pass->path, .keep = pass->keep.v, .keep_n = pass->keep.n, .repairs = repairs}, .follow = follow};
    return json_select(content, &options, pass->selections.v, pass->selections.n, again, document, err);
}

/* Opens the file, and a second time where it has to be read as a document. */
static bool read_file(struct pass *pass, const char *name, json_t **document, struct error *err)
{
    bool again = false, follow = true;
    do {
        struct artifact artifact;
        struct json_repairs repairs = {0};
        if (artifact_open(pass->parsing, name, &artifact, err) != ROOT_FOUND)
            return false;
        pass->path = artifact.path;
        bool ok = read_once(pass, artifact.content, follow, &again, document, &repairs, err);
        artifact_close(pass->parsing, &artifact);
        if (ok || !again)
            parsing_note_repairs(pass->parsing, pass->path, &repairs);
        if (ok)
            return true;
        follow = false;
    } while (again && !err->kind);
    return false;
}

/* ---- handing out ---- */

static json_t *selected(struct pass *pass, struct json_selection *selection)
{
    if (selection->limit) {
        parsing_note(pass->parsing, FINDING_BROKEN, pass->path, PARSING_PATH_LIMIT, json_path_text(selection->path), selection->limit);
        parsing_add_fault(pass->parsing, pass->path, FAULT_BROKEN);
        return NULL;
    }
    return json_incref(selection->first ? json_array_get(selection->values, 0) : selection->values);
}

static json_t *document_of(struct pass *pass, const struct json_wish *wish, json_t *document)
{
    bool alone = pass->documents == 1 && pass->keep.n == (wish->keep->given ? wish->keep->paths_n : 1) && !pass->selections.n;
    if (alone || !wish->keep->given)
        return json_incref(document);
    return json_prune(document, (const struct json_path *const *)wish->keep->paths, wish->keep->paths_n);
}

/* The value of the i-th parser; its selection is the k-th. */
static json_t *value_of(struct pass *pass, size_t i, size_t *k, json_t *document)
{
    struct json_wish wish = json_wish_of(pass->parsers.v[i]);
    return wish.select->given ? selected(pass, &pass->selections.v[(*k)++]) : document_of(pass, &wish, document);
}

static struct json_ready *find_ready(struct parsing *parsing, const struct parser *parser)
{
    for (size_t i = 0; i < parsing->json_ready.n; i++)
        if (parsing->json_ready.v[i].parser == parser)
            return &parsing->json_ready.v[i];
    return NULL;
}

static json_t *take_ready(struct parsing *parsing, struct json_ready *ready, struct error *err)
{
    json_t *value = ready->value;
    parsing_add_provenance(parsing, ready->path);
    ready->parser = NULL;
    ready->value = NULL;
    if (ready->err && err->kind == ERR_NONE)
        *err = *ready->err;
    return value;
}

/* The first parser's value; the others' wait. */
static json_t *hand_out(struct pass *pass, json_t *document, const struct error *failure)
{
    struct arena *arena = pass->parsing->arena;
    const struct error *kept = failure->kind && pass->parsers.n > 1 ? arena_copy(arena, failure, sizeof(*failure)) : NULL;
    json_t *mine = NULL;
    size_t k = 0;
    for (size_t i = 0; i < pass->parsers.n; i++) {
        json_t *value = failure->kind ? NULL : value_of(pass, i, &k, document);
        if (i == 0)
            mine = value;
        else
            *LIST_ADD(arena, &pass->parsing->json_ready) = (struct json_ready){pass->parsers.v[i], pass->path, value, kept};
    }
    return mine;
}

json_t *json_pass_value(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    struct json_ready *ready = find_ready(parsing, parser);
    if (ready)
        return take_ready(parsing, ready, err);
    struct pass pass = {.parsing = parsing};
    json_t *document = NULL;
    gather(&pass, parser);
    read_file(&pass, parser->arguments[0].text, &document, err);
    /* Not there, or not to be read: each parser says so itself. */
    json_t *value = document || pass.path ? hand_out(&pass, document, err) : NULL;
    json_selections_clear(pass.selections.v, pass.selections.n);
    json_decref(document);
    return value;
}

void json_pass_close(struct parsing *parsing)
{
    for (size_t i = 0; i < parsing->json_ready.n; i++)
        json_decref(parsing->json_ready.v[i].value);
}

/* The official JSON Schema test suite, from the shared folder: all mandatory tests of draft 2020-12 and draft-07, and the
 * optional ones. What is left out has its reason here; what is left out and passes all the same fails this test. */
#include <dirent.h>

#include "json/schema.h"
#include "tests/check.h"
#include "tests/json_support.h"

enum { DOCUMENTS_MAX = 200 };

static const struct draft {
    const char *folder, *name;
    enum json_draft draft;
} drafts[] = {
    {"draft2020-12", "draft 2020-12", JSON_DRAFT_2020_12},
    {"draft7", "draft-07", JSON_DRAFT_07},
};

/* Groups that are not for this validator: file, description (NULL: all of the file). */
static const struct {
    const char *file, *group, *reason;
} left_out[] = {
    {"draft2020-12/optional/cross-draft", "refs to historic drafts are processed as historic drafts", "draft 2019-09 is not known"},
    {"draft7/optional/cross-draft", "refs to future drafts are processed as future drafts", "draft 2019-09 is not known"},
    {"draft7/optional/content", NULL, "contentEncoding and contentMediaType are annotations"},
};

static size_t left_out_seen[ROWS(left_out)];

struct documents {
    struct {
        char *path;
        char *text;
        json_t *json;
    } v[DOCUMENTS_MAX];
    size_t n;
};

static json_t *read_shared(struct documents *documents, const char *path)
{
    for (size_t i = 0; i < documents->n; i++)
        if (strcmp(documents->v[i].path, path) == 0)
            return documents->v[i].json;
    size_t len;
    struct error err = {0};
    struct json_read_options options = {.file = path, .strict = false}; /* the suite has \u0000 in strings, and big numbers */
    char *text = support_shared(path, &len);
    json_t *json = json_read(text, len, &options, &err);
    CHECK(json, "%s", err.text);
    CHECK(documents->n < DOCUMENTS_MAX, "too many documents");
    documents->v[documents->n].path = strdup(path);
    documents->v[documents->n].text = text;
    documents->v[documents->n++].json = json;
    return json;
}

static bool exists(const char *path)
{
    char full[8192];
    const char *shared = getenv("MB_SHARED"), *source = getenv("MB_SOURCE");
    if (shared)
        snprintf(full, sizeof(full), "%s/%s", shared, path);
    else
        snprintf(full, sizeof(full), "%s/../shared/%s", source ? source : ".", path);
    return access(full, R_OK) == 0;
}

/* http://localhost:1234/ is the suite's folder of remotes. */
static bool load(void *context, const char *uri, struct json_schema_document *out, struct error *err)
{
    static const char prefix[] = "http://localhost:1234/";
    char path[4000];
    if (strncmp(uri, prefix, strlen(prefix)) != 0)
        return error_set(err, ERR_USAGE, "not one of the suite's");
    snprintf(path, sizeof(path), "suites/json-schema/remotes/%s", uri + strlen(prefix));
    if (!exists(path))
        return error_set(err, ERR_USAGE, "no such file");
    out->json = read_shared(context, path);
    out->name = "remote";
    return out->json != NULL;
}

static const char *reason_of(const char *file, const char *group)
{
    for (size_t i = 0; i < ROWS(left_out); i++) {
        if (strcmp(left_out[i].file, file) != 0 || (left_out[i].group && strcmp(left_out[i].group, group) != 0))
            continue;
        left_out_seen[i]++;
        return left_out[i].reason;
    }
    return NULL;
}

/* How many of the group's tests come out right; says which do not, unless `quiet`. */
static int run_group(struct documents *documents, const struct draft *draft, const char *file, const json_t *group,
                     bool formats, bool quiet)
{
    struct arena arena = {0};
    struct error err = {0};
    const char *name = json_string_value(json_object_get(group, "description"));
    struct json_schema_options options = {.name = file, .draft = draft->draft, .assert_formats = formats, .open = true,
                                          .load = load, .context = documents};
    struct json_schema *schema = json_schema_compile_with(&arena, json_object_get(group, "schema"), &options, &err);
    json_t *tests = json_object_get(group, "tests");
    int right = 0;
    if (!quiet)
        CHECK(schema, "%s, %s: %s", file, name, err.text);
    for (size_t i = 0; schema && i < json_array_size(tests); i++) {
        json_t *test = json_array_get(tests, i);
        struct violations all = {0};
        json_schema_check(schema, json_object_get(test, "data"), &arena, &all);
        bool ok = (all.n == 0) == json_is_true(json_object_get(test, "valid"));
        right += ok;
        if (!quiet)
            CHECK(ok, "%s, %s, %s: %zu violations, the first: %s, expected %s", file, name,
                  json_string_value(json_object_get(test, "description")), all.n, all.n ? all.v[0].found : "-",
                  all.n ? all.v[0].expected : "-");
    }
    json_schema_close(schema);
    arena_close(&arena);
    return right;
}

static void run_left_out(struct documents *documents, const struct draft *draft, const char *file, const json_t *group,
                         const char *reason)
{
    int n = (int)json_array_size(json_object_get(group, "tests"));
    printf("left out: %s, %s: %s\n", file, json_string_value(json_object_get(group, "description")), reason);
    CHECK(run_group(documents, draft, file, group, false, true) < n, "%s: passes; no reason to leave it out", file);
}

static void run_file(const struct draft *draft, const char *file, bool formats, int *passed, int *of)
{
    char path[1000];
    struct documents documents = {0};
    snprintf(path, sizeof(path), "suites/json-schema/%s.json", file);
    json_t *groups = read_shared(&documents, path);
    CHECK(json_array_size(groups) > 0, "%s: no tests", path);
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        const char *reason = reason_of(file, json_string_value(json_object_get(group, "description")));
        if (reason) {
            run_left_out(&documents, draft, file, group, reason);
            continue;
        }
        *of += (int)json_array_size(json_object_get(group, "tests"));
        *passed += run_group(&documents, draft, file, group, formats, false);
    }
    for (size_t i = 0; i < documents.n; i++) {
        free(documents.v[i].path);
        free(documents.v[i].text);
        json_decref(documents.v[i].json);
    }
}

static int is_json(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0;
}

/* All files of a folder below the draft's. */
static void run_folder(const struct draft *draft, const char *below, bool formats)
{
    char path[8192], file[512];
    const char *shared = getenv("MB_SHARED"), *source = getenv("MB_SOURCE");
    struct dirent **entries;
    snprintf(path, sizeof(path), "%s%s/suites/json-schema/%s%s", shared ? shared : source ? source : ".",
             shared ? "" : "/../shared", draft->folder, below);
    int n = scandir(path, &entries, is_json, alphasort), passed = 0, of = 0;
    CHECK(n > 0, "%s: no tests", path);
    for (int i = 0; i < n; i++) {
        snprintf(file, sizeof(file), "%s%s/%.*s", draft->folder, below, (int)strlen(entries[i]->d_name) - 5, entries[i]->d_name);
        run_file(draft, file, formats, &passed, &of);
        free(entries[i]);
    }
    if (n > 0)
        free(entries);
    printf("%s%s: %d of %d passed, %d failed\n", draft->name, *below ? below : " (mandatory)", passed, of, of - passed);
}

int main(void)
{
    for (size_t i = 0; i < ROWS(drafts); i++) {
        run_folder(&drafts[i], "", false);
        run_folder(&drafts[i], "/optional", false);
        run_folder(&drafts[i], "/optional/format", true);
    }
    for (size_t i = 0; i < ROWS(left_out); i++)
        CHECK(left_out_seen[i], "%s is left out, but there is no such group", left_out[i].file);
    return check_end();
}

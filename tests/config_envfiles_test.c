/* config/envfiles.h: the env files and the environment, in order (contract C1.2, C1.3). */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/envfiles.h"
#include "tests/check.h"
#include "tests/scratch.h"

/* Precedence, the later wins: contract C1.2. */
static const struct {
    const char *name, *format; /* of a file that sets the option `who` */
} sources[] = {
    {".env", "MATBENCH_WHO=%s\n"},
    {".env.generated", "MATBENCH_WHO=%s\n"},
    {".env.yaml", "who: %s\n"},
    {".env.json", "{\"who\": \"%s\"}"},
    {".env.generated.json", "{\"MATBENCH_WHO\": \"%s\"}"},
    {".env.generated.yaml", "MATBENCH_WHO: %s\n"},
};

static void write_file(struct scratch *scratch, const char *name, const char *bytes, size_t len)
{
    FILE *file = fopen(scratch_path(scratch, name), "w");
    CHECK(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0, "%s", name);
}

static void put(struct scratch *scratch, size_t i)
{
    char text[200];
    int n = snprintf(text, sizeof(text), sources[i].format, sources[i].name);
    write_file(scratch, sources[i].name, text, (size_t)n);
}

static const char *value_in(struct arena *arena, struct scratch *scratch, const char *const *environment, const char *name,
                            const char **warning)
{
    struct envfile_warnings warnings = {0};
    struct variables variables = envfiles_load(arena, scratch->folder, environment, &warnings);
    *warning = warnings.n ? warnings.v[0] : "";
    const char *value = variables_get(&variables, name);
    return value ? value : "(none)";
}

static void test_pairs(struct scratch *scratch)
{
    struct arena arena = {0};
    const char *warning;
    static const char *const environment[] = {"PATH=/bin", "MATBENCH_WHO=environment", "matbench_who=x", NULL};
    for (size_t i = 0; i < ROWS(sources); i++) {
        for (size_t k = i + 1; k < ROWS(sources); k++) {
            put(scratch, i);
            put(scratch, k);
            const char *got = value_in(&arena, scratch, NULL, "MATBENCH_WHO", &warning);
            CHECK(strcmp(got, sources[k].name) == 0 && !warning[0], "%s and %s: %s %s", sources[i].name, sources[k].name, got, warning);
            unlink(scratch_path(scratch, sources[i].name));
            unlink(scratch_path(scratch, sources[k].name));
        }
        put(scratch, i);
        CHECK(strcmp(value_in(&arena, scratch, environment, "MATBENCH_WHO", &warning), "environment") == 0, "%s", sources[i].name);
        struct envfile_warnings warnings = {0};
        struct variables variables = envfiles_load(&arena, scratch->folder, environment, &warnings);
        CHECK(variables.n == 2 && strcmp(variables.v[0].source, sources[i].name) == 0 &&
                  strcmp(variables.v[1].source, "environment") == 0, "%zu from %s", variables.n, sources[i].name);
        unlink(scratch_path(scratch, sources[i].name));
    }
    arena_close(&arena);
}

static const struct {
    const char *file, *bytes, *name, *value, *warning;
} rows[] = {
    /* lines */
    {".env", "MATBENCH_A=1", "MATBENCH_A", "1", ""},
    {".env", "export MATBENCH_A=1\n", "MATBENCH_A", "1", ""},
    {".env", "  MATBENCH_A = b c  \r\n", "MATBENCH_A", "b c", ""},
    {".env", "MATBENCH_A='b c '\n", "MATBENCH_A", "b c ", ""},
    {".env", "MATBENCH_A=\"x=y\"\n", "MATBENCH_A", "x=y", ""},
    {".env", "MATBENCH_A=\"x'\n", "MATBENCH_A", "\"x'", ""},
    {".env", "MATBENCH_A=\"\n", "MATBENCH_A", "\"", ""},
    {".env", "MATBENCH_A=\n", "MATBENCH_A", "", ""},
    {".env", "# MATBENCH_A=1\n\n   \n", "MATBENCH_A", "(none)", ""},
    {".env", "MATBENCH_A=1\nMATBENCH_A=2\n", "MATBENCH_A", "2", ".env: 'MATBENCH_A' is given twice: the last counts"},
    {".env", "MATBENCH_A=1 # no comment\n", "MATBENCH_A", "1 # no comment", ""},
    {".env", "nonsense\nMATBENCH_A=1\n", "MATBENCH_A", "1", ".env: a line without '=' is ignored"},
    {".env.generated", "=x\nMATBENCH_A=1\n", "MATBENCH_A", "1", ""},
    {".env", "", "MATBENCH_A", "(none)", ".env: empty"},
    /* YAML */
    {".env.yaml", "a: 1\n", "MATBENCH_A", "1", ""},
    {".env.yaml", "a: 010\n", "MATBENCH_A", "010", ""},
    {".env.yaml", "a: 2025-01-06\n", "MATBENCH_A", "2025-01-06", ""},
    {".env.yaml", "a: true\n", "MATBENCH_A", "true", ""},
    {".env.yaml", "a: False\n", "MATBENCH_A", "false", ""},
    {".env.yaml", "a: yes\n", "MATBENCH_A", "yes", ""},
    {".env.yaml", "a:\n", "MATBENCH_A", "(none)", ""},
    {".env.yaml", "opensearch-index: x\n", "MATBENCH_OPENSEARCH_INDEX", "x", ""},
    {".env.yaml", "a: [1]\nb: 2\n", "MATBENCH_B", "2", ".env.yaml: 'a' is ignored: expected a plain value"},
    {".env.yaml", "", "MATBENCH_A", "(none)", ".env.yaml: empty"},
    {".env.yaml", "# nothing\n", "MATBENCH_A", "(none)", ".env.yaml: empty"},
    {".env.yaml", "- a\n", "MATBENCH_A", "(none)", ".env.yaml: ignored: expected a map of options"},
    {".env.yaml", "a: 1\na: 2\n", "MATBENCH_A", "2", ".env.yaml: keys given twice, of which the last counts: 1, first in line 2"},
    {".env.yaml", "a: [1\n", "MATBENCH_A", "(none)", ".env.yaml:"},
    {".env.generated.yaml", "a: {b: 1}\n", "MATBENCH_A", "(none)", ".env.generated.yaml: 'a' is ignored: expected a plain value"},
    {".env.yaml", "a: 1\n7: 2\na: 3\n", "MATBENCH_A", "3", ".env.yaml: keys given twice"},
    {".env.yaml", "7: 2\na: !!str 3\n", "MATBENCH_A", "3", ".env.yaml: line 1: ignored: expected the name of an option"},
    /* JSON */
    {".env.json", "{\"a\": 1, \"a\": 2}", "MATBENCH_A", "2", ".env.json: keys given twice, of which the last counts: 1"},
    {".env.json", "{\"a\": 1}", "MATBENCH_A", "1", ""},
    {".env.json", "{\"a\": 0.1}", "MATBENCH_A", "0.1", ""},
    {".env.json", "{\"a\": 1.0}", "MATBENCH_A", "1.0", ""},
    {".env.json", "{\"a\": false}", "MATBENCH_A", "false", ""},
    {".env.json", "{\"a\": null}", "MATBENCH_A", "(none)", ""},
    {".env.json", "{\"a\": [], \"b\": \"x\"}", "MATBENCH_B", "x", ".env.json: 'a' is ignored: expected a plain value"},
    {".env.json", "[]", "MATBENCH_A", "(none)", ".env.json: ignored: expected an object of options"},
    {".env.json", "{\"a\": 1,}", "MATBENCH_A", "(none)", ".env.json:1:9: "},
    {".env.generated.json", "", "MATBENCH_A", "(none)", ".env.generated.json: empty"},
};

static void test_rows(struct scratch *scratch)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        const char *warning, *value;
        write_file(scratch, rows[i].file, rows[i].bytes, strlen(rows[i].bytes));
        value = value_in(&arena, scratch, NULL, rows[i].name, &warning);
        CHECK(strcmp(value, rows[i].value) == 0, "row %zu: '%s'", i, value);
        CHECK(rows[i].warning[0] ? strncmp(warning, rows[i].warning, strlen(rows[i].warning)) == 0 : !warning[0], "row %zu: %s", i,
              warning);
        unlink(scratch_path(scratch, rows[i].file));
        arena_close(&arena);
    }
}

/* Whether a warning names the file, the variable and what to do. */
static void test_rights(struct scratch *scratch)
{
    static const struct {
        const char *file, *bytes;
        mode_t mode;
        const char *warning;
    } files[] = {
        {".env.generated.yaml", "opensearch_password: canary\n", 0644,
         ".env.generated.yaml: others may read it (mode 0644), and it holds MATBENCH_OPENSEARCH_PASSWORD; `chmod 600 .env.generated.yaml` makes"},
        {".env", "MATBENCH_HORREUM_API_KEY=canary\n", 0640, ".env: others may read it (mode 0640), and it holds MATBENCH_HORREUM_API_KEY"},
        {".env.json", "{\"opensearch_host\": \"h\", \"opensearch_password\": \"canary\"}", 0604, ".env.json: others may read it (mode 0604)"},
        {".env.yaml", "opensearch_password: canary\n", 0600, ""},
        {".env.yaml", "opensearch_host: h\nopensearch_password_file: f\n", 0644, ""},
        {".env.yaml", "opensearch_password:\n", 0644, ""},
    };
    for (size_t i = 0; i < ROWS(files); i++) {
        struct arena arena = {0};
        const char *warning;
        write_file(scratch, files[i].file, files[i].bytes, strlen(files[i].bytes));
        CHECK(chmod(scratch_path(scratch, files[i].file), files[i].mode) == 0, "%zu", i);
        value_in(&arena, scratch, NULL, "MATBENCH_A", &warning);
        CHECK(files[i].warning[0] ? strncmp(warning, files[i].warning, strlen(files[i].warning)) == 0 : !warning[0], "%zu: %s", i, warning);
        CHECK(!strstr(warning, "canary"), "%s", warning);
        unlink(scratch_path(scratch, files[i].file));
        arena_close(&arena);
    }
}

static void test_odd(struct scratch *scratch)
{
    struct arena arena = {0};
    const char *warning;
    static const char nul[] = "MATBENCH_A=1\n\0MATBENCH_A=2\n";
    write_file(scratch, ".env", nul, sizeof(nul) - 1);
    CHECK(strcmp(value_in(&arena, scratch, NULL, "MATBENCH_A", &warning), "1") == 0 && strstr(warning, "NUL"), "%s", warning);
    unlink(scratch_path(scratch, ".env"));
    CHECK(mkdir(scratch_path(scratch, ".env.json"), 0755) == 0, "mkdir");
    value_in(&arena, scratch, NULL, "MATBENCH_A", &warning);
    CHECK(strcmp(warning, ".env.json: expected a regular file; the file is ignored") == 0, "%s", warning);
    rmdir(scratch_path(scratch, ".env.json"));
    /* our own files may be links to anywhere */
    CHECK(mkdir(scratch_path(scratch, "in"), 0755) == 0, "mkdir");
    write_file(scratch, "elsewhere", "MATBENCH_A=linked\n", 18);
    CHECK(symlink("../elsewhere", scratch_path(scratch, "in/.env")) == 0, "link");
    struct envfile_warnings warnings = {0};
    struct variables variables = envfiles_load(&arena, scratch_path(scratch, "in"), NULL, &warnings);
    CHECK(variables_get(&variables, "MATBENCH_A") && warnings.n == 0, "%zu warnings", warnings.n);
    variables = envfiles_load(&arena, scratch_path(scratch, "none"), NULL, &warnings);
    CHECK(variables.n == 0, "a folder that is not there has no env files");
    arena_close(&arena);
}

int main(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    test_pairs(&scratch);
    test_rows(&scratch);
    test_rights(&scratch);
    test_odd(&scratch);
    scratch_close(&scratch);
    return check_end();
}

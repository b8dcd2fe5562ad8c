/* lua: FUNCTION of the workload's Lua files, called with the test; value: EXPRESSION over what was parsed before;
 * env: [NAMES] of the environment in which matbench runs. */
#include <stdlib.h>
#include <string.h>

#include "store/parsing.h"

static json_t *checked(struct parsing *parsing, const struct parser *parser, const struct sandbox_result *result)
{
    if (result->non_finite)
        parsing_note(parsing, FINDING_WARNING, parser->name, "a number is NaN or infinite (read as null)");
    return result->value;
}

static json_t *parse_lua(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    struct sandbox_result result = {0};
    struct sandbox *sandbox = parsing_sandbox(parsing, err);
    json_t *test = json_object_get(parsing->globals, "test");
    if (!sandbox || !sandbox_call(sandbox, parser->arguments[0].text, parser->at, test, &result, err))
        return NULL;
    return checked(parsing, parser, &result);
}

static const struct parser_argument lua_arguments[] = {{"lua", ARGUMENT_FUNCTION, NULL, false}, {0}};
const struct parser_kind parser_lua = {.name = "lua", .arguments = lua_arguments, .parse = parse_lua};

static json_t *parse_value(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    struct sandbox_result result = {0};
    struct sandbox *sandbox = parsing_sandbox(parsing, err);
    if (!sandbox || !sandbox_evaluate(sandbox, &parser->arguments[0].code, &result, err))
        return NULL;
    return checked(parsing, parser, &result);
}

static const struct parser_argument value_arguments[] = {{"value", ARGUMENT_EXPRESSION, NULL, false}, {0}};
const struct parser_kind parser_value = {.name = "value", .arguments = value_arguments, .parse = parse_value};

/* What CI systems set and results may quote; more with --allow-env. */
static const char *const known_variables[] = {
    "ARTIFACT_DIR", "BUILD_ID",   "BUILD_NUMBER",  "BUILD_URL",          "CI",            "CI_COMMIT_SHA",  "CI_JOB_ID",
    "CI_JOB_URL",   "CI_PIPELINE_ID", "GITHUB_REF", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SHA",     "HOSTNAME",
    "JENKINS_URL",  "JOB_NAME",   "JOB_NAME_SAFE", "JOB_SPEC",           "JOB_TYPE",      "OPENSHIFT_CI",   "PERFLAB_CI",
    "PROW_JOB_ID",  "PULL_NUMBER", "TOPSAIL_LOCAL_CI", "USER",           NULL};
static const char *const secret_words[] = {"TOKEN", "SECRET", "PASSW", "KEY", "CREDENTIAL", NULL};

static bool in_list(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool may_be_secret(const char *name)
{
    for (const char *const *word = secret_words; *word; word++)
        if (strcasestr(name, *word))
            return true;
    return strncmp(name, "MATBENCH_", 9) == 0;
}

static bool check_variable(const char *const *allowed, const struct parser *parser, const char *name, struct error *err)
{
    if (may_be_secret(name))
        return error_at(err, ERR_USAGE, parser->at, "env: %s may not be read: its name tells of a secret", name);
    if (!in_list(known_variables, name) && !in_list(allowed, name))
        return error_at(err, ERR_USAGE, parser->at, "env: %s may not be read; --allow_env=%s permits it", name, name);
    return true;
}

static bool check_parsers(const char *const *allowed, const struct parser *parsers, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++)
        for (const char *const *name = parsers[i].arguments[0].names; parsers[i].kind == &parser_env && *name; name++)
            if (!check_variable(allowed, &parsers[i], *name, err))
                return false;
    return true;
}

bool store_check(const struct store_options *options, struct error *err)
{
    const struct workload *workload = options->workload;
    return check_parsers(options->env_allowed, workload->parse_once, workload->parse_once_n, err) &&
           check_parsers(options->env_allowed, workload->parse_always, workload->parse_always_n, err);
}

static const char *variable(const struct parsing *parsing, const char *name)
{
    size_t n = strlen(name);
    for (const char *const *entry = parsing->options->environment; entry && *entry; entry++)
        if (strncmp(*entry, name, n) == 0 && (*entry)[n] == '=')
            return *entry + n + 1;
    return NULL;
}

static json_t *parse_env(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    json_t *values = json_object();
    for (const char *const *name = parser->arguments[0].names; *name; name++) {
        if (!check_variable(parsing->options->env_allowed, parser, *name, err))
            break;
        const char *value = variable(parsing, *name);
        json_object_set_new(values, *name, value ? parsing_string(parsing, *name, value, strlen(value)) : json_null());
    }
    return values;
}

static const struct parser_argument env_arguments[] = {{"env", ARGUMENT_NAMES, NULL, false}, {0}};
const struct parser_kind parser_env = {.name = "env", .arguments = env_arguments, .parse = parse_env};

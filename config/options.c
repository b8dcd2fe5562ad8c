#include "config/options.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/envfiles.h"

struct value {
    const struct option *option;
    const char *text; /* NULL: none */
    const char *source;
    struct {
        const char **v;
        size_t n, cap;
    } list;
};

struct options {
    struct arena *arena;
    struct value *values;
    size_t n;
    struct {
        const char **v;
        size_t n, cap;
    } positional;
};

static bool read_bool(const char *text, bool *value)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {{"true", true}, {"yes", true}, {"y", true}, {"1", true}, {"on", true},
                 {"false", false}, {"no", false}, {"n", false}, {"0", false}, {"off", false}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(text, words[i].text) == 0) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}

static bool same_letter(char a, char b)
{
    return a == b || (a == '-' && b == '_');
}

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Edit distance of two short names; two letters in the wrong order count as one, - and _ are alike. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t n = strlen(a), m = strlen(b), rows[3][LONGEST + 1]; /* of i - 2, i - 1 and i, modulo 3 */
    if (n > LONGEST || m > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = least_of(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same_letter(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
                row[j] = two_above[j - 2] + 1 < row[j] ? two_above[j - 2] + 1 : row[j];
        }
    }
    return rows[n % 3][m];
}

const char *option_nearest(const char *text, const char *const *names)
{
    const char *nearest = NULL;
    size_t len = strlen(text), least = len < 3 ? len : len / 3 + 1;
    for (; *names; names++) {
        size_t d = distance(text, *names);
        if (d < least) {
            least = d;
            nearest = *names;
        }
    }
    return nearest;
}

/* Whether `text` (n bytes, dashes or underscores) is the option's name. */
static bool is_name(const char *text, size_t n, const char *name)
{
    if (strlen(name) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (text[i] != name[i] && !(text[i] == '-' && name[i] == '_'))
            return false;
    return true;
}

static struct value *find_flag(struct options *options, const char *text, size_t n)
{
    for (size_t i = 0; i < options->n; i++)
        if (is_name(text, n, options->values[i].option->name))
            return &options->values[i];
    return NULL;
}

static struct value *value_of(const struct options *options, const char *name)
{
    for (size_t i = 0; i < options->n; i++)
        if (strcmp(options->values[i].option->name, name) == 0)
            return &options->values[i];
    assert(false && "an option that no table has");
    return NULL;
}

static void add_to_list(struct arena *arena, struct value *value, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, ",");
        if (n)
            *LIST_ADD(arena, &value->list) = arena_strndup(arena, text, n);
        text += n + (text[n] == ',');
    }
}

static bool set_value(struct arena *arena, struct value *value, const char *text, const char *source, struct error *err)
{
    const struct option *option = value->option;
    bool flag;
    char *end;
    if (option->kind == OPTION_BOOL && !read_bool(text, &flag))
        return error_set(err, ERR_USAGE, "--%s (%s): '%s': expected true or false", option->name, source, text);
    if (option->kind == OPTION_NUMBER && (*text == '\0' || !isfinite(strtod(text, &end)) || *end))
        return error_set(err, ERR_USAGE, "--%s (%s): '%s': expected a number", option->name, source, text);
    if (option->kind == OPTION_LIST) {
        if (value->source && strcmp(value->source, source) != 0)
            value->list.n = 0;
        add_to_list(arena, value, text);
    }
    value->text = text;
    value->source = source;
    return true;
}

/* "lts" in "output_lts": a part of the name, between underscores. */
static bool is_part(const char *text, const char *name)
{
    size_t n = strlen(text);
    for (const char *at = name; n && *at; at += strcspn(at, "_"), at += *at == '_')
        if (strncmp(at, text, n) == 0 && (at[n] == '\0' || at[n] == '_'))
            return true;
    return false;
}

static bool unknown_flag(const struct options *options, const char *flag, size_t n, struct error *err)
{
    struct arena scratch = {0};
    if (variables_is_secret(arena_strndup(&scratch, flag, n))) {
        arena_close(&scratch);
        return error_set(err, ERR_USAGE, "--%.*s: secrets are not taken from the command line, where everybody on this machine sees them: "
                                         "--credentials=FILE, or an env file (docs/servers.md)", (int)n, flag);
    }
    const char **names = ARENA_ARRAY(&scratch, const char *, options->n + 2);
    for (size_t i = 0; i < options->n; i++)
        names[i] = options->values[i].option->name;
    names[options->n] = "help";
    const char *given = arena_strndup(&scratch, flag, n), *nearest = option_nearest(given, names);
    for (size_t i = 0; !nearest && i < options->n; i++)
        nearest = is_part(given, names[i]) ? names[i] : NULL;
    if (nearest)
        error_set(err, ERR_USAGE, "--%.*s: unknown option; the nearest is --%s (--help lists all)", (int)n, flag, nearest);
    else
        error_set(err, ERR_USAGE, "--%.*s: unknown option (--help lists all)", (int)n, flag);
    arena_close(&scratch);
    return false;
}

/* --noflag and --no-flag. */
static struct value *find_negated(struct options *options, const char *flag, size_t n)
{
    size_t skip = n > 3 && (flag[2] == '-' || flag[2] == '_') ? 3 : 2;
    if (n <= skip || strncmp(flag, "no", 2) != 0)
        return NULL;
    struct value *value = find_flag(options, flag + skip, n - skip);
    return value && value->option->kind == OPTION_BOOL ? value : NULL;
}

/* One flag at argv[*i]; *i is left on the last argument that was used. */
static bool parse_flag(struct options *options, int argc, const char *const *argv, int *i, struct error *err)
{
    const char *flag = argv[*i] + 2, *source = "command line";
    size_t n = strcspn(flag, "=");
    const char *given = flag[n] == '=' ? flag + n + 1 : NULL;
    struct value *value = find_flag(options, flag, n);
    if (!value && !given && (value = find_negated(options, flag, n)))
        return set_value(options->arena, value, "false", source, err);
    if (!value)
        return unknown_flag(options, flag, n, err);
    bool ignored;
    const char *next = *i + 1 < argc ? argv[*i + 1] : NULL;
    if (!given && value->option->kind == OPTION_BOOL) {
        bool takes = next && read_bool(next, &ignored);
        *i += takes;
        given = takes ? next : "true";
    } else if (!given) {
        if (!next || strncmp(next, "--", 2) == 0)
            return error_set(err, ERR_USAGE, "--%s: expected a value: --%s=%s", value->option->name, value->option->name,
                             value->option->value_name ? value->option->value_name : "VALUE");
        given = next;
        (*i)++;
    }
    return set_value(options->arena, value, given, source, err);
}

static bool refuse_argument(struct options *options, const char *argument, size_t positional_max, struct error *err)
{
    static const char tests[] = "results_dirname"; /* what most who give a bare word mean */
    if (positional_max)
        return error_set(err, ERR_USAGE, "'%s': one argument too many", argument);
    if (find_flag(options, tests, strlen(tests)))
        return error_set(err, ERR_USAGE, "'%s': expected options only (--name=value); the directory with the tests is --%s=DIR", argument, tests);
    return error_set(err, ERR_USAGE, "'%s': expected options only (--name=value)", argument);
}

static bool parse_arguments(struct options *options, int argc, const char *const *argv, size_t positional_max,
                            struct error *err)
{
    bool only_positional = false;
    for (int i = 0; i < argc; i++) {
        if (!only_positional && strcmp(argv[i], "--") == 0) {
            only_positional = true;
        } else if (!only_positional && strncmp(argv[i], "--", 2) == 0) {
            if (!parse_flag(options, argc, argv, &i, err))
                return false;
        } else if (!only_positional && argv[i][0] == '-' && argv[i][1]) {
            return error_set(err, ERR_USAGE, "%s: unknown option; options are spelt --name", argv[i]);
        } else if (options->positional.n == positional_max) {
            return refuse_argument(options, argv[i], positional_max, err);
        } else {
            *LIST_ADD(options->arena, &options->positional) = argv[i];
        }
    }
    return true;
}

/* MATBENCH_RESULTS_DIRNAME for results_dirname. */
static char *variable_name(struct arena *arena, const char *name)
{
    char *variable = arena_printf(arena, "MATBENCH_%s", name);
    for (char *c = variable; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return variable;
}

static bool apply_variables(struct options *options, const struct variables *variables, struct error *err)
{
    for (size_t i = 0; i < options->n; i++) {
        struct value *value = &options->values[i];
        const char *name = variable_name(options->arena, value->option->name);
        for (size_t k = 0; variables && k < variables->n; k++) {
            const struct variable *variable = &variables->v[k];
            if (strcmp(variable->name, name) == 0 && variable->value[0] &&
                !set_value(options->arena, value, variable->value, variable->source, err))
                return false;
        }
    }
    return true;
}

static bool check_mandatory(const struct options *options, struct error *err)
{
    for (size_t i = 0; i < options->n; i++) {
        const struct option *option = options->values[i].option;
        if (option->mandatory && (!options->values[i].text || !options->values[i].text[0]))
            return error_set(err, ERR_USAGE, "--%s=%s is missing (or the variable %s): %s", option->name,
                             option->value_name ? option->value_name : "VALUE", variable_name(options->arena, option->name), option->help);
    }
    return true;
}

struct options *options_parse(struct arena *arena, const struct option *const *tables, int argc,
                              const char *const *argv, const struct variables *variables, size_t positional_max,
                              struct error *err)
{
    struct options *options = ARENA_NEW(arena, struct options);
    options->arena = arena;
    LIST_OF(struct value) values = {0};
    for (; *tables; tables++)
        for (const struct option *option = *tables; option->name; option++)
            *LIST_ADD(arena, &values) = (struct value){.option = option};
    options->values = values.v;
    options->n = values.n;
    for (size_t i = 0; i < options->n; i++) {
        const char *fallback = options->values[i].option->fallback;
        if (fallback && !set_value(arena, &options->values[i], fallback, "default", err))
            return NULL;
    }
    if (!apply_variables(options, variables, err) || !parse_arguments(options, argc, argv, positional_max, err) ||
        !check_mandatory(options, err))
        return NULL;
    return options;
}

bool options_fallback(struct options *options, const char *name, const char *text, const char *source, struct error *err)
{
    struct value *value = value_of(options, name);
    bool given = value->source && strcmp(value->source, "default") != 0;
    return given || set_value(options->arena, value, text, source, err);
}

const char *options_text(const struct options *options, const char *name)
{
    return value_of(options, name)->text;
}

const char *options_find_text(const struct options *options, const char *name)
{
    for (size_t i = 0; i < options->n; i++)
        if (strcmp(options->values[i].option->name, name) == 0)
            return options->values[i].text;
    return NULL;
}

bool options_bool(const struct options *options, const char *name)
{
    const char *text = value_of(options, name)->text;
    bool value = false;
    return text && read_bool(text, &value) && value;
}

bool options_find_bool(const struct options *options, const char *name, bool otherwise)
{
    bool value = otherwise;
    const char *text = options_find_text(options, name);
    return text && read_bool(text, &value) ? value : otherwise;
}

double options_number(const struct options *options, const char *name)
{
    const char *text = value_of(options, name)->text;
    return text ? strtod(text, NULL) : (double)NAN;
}

double options_find_number(const struct options *options, const char *name)
{
    const char *text = options_find_text(options, name);
    return text ? strtod(text, NULL) : (double)NAN;
}

const char *const *options_list(const struct options *options, const char *name)
{
    static const char *const none[] = {NULL};
    struct value *value = value_of(options, name);
    if (!value->list.n)
        return none;
    *LIST_ADD(options->arena, &value->list) = NULL; /* the end; not counted */
    value->list.n--;
    return value->list.v;
}

const char *options_source(const struct options *options, const char *name)
{
    return value_of(options, name)->source;
}

const char *options_positional(const struct options *options, size_t i)
{
    return i < options->positional.n ? options->positional.v[i] : NULL;
}

enum { HELP_INDENT = 6, HELP_WIDTH = 100 };

/* "=a|b|c"; many words go on in the next line. */
static void add_value_name(struct text *out, const char *name, size_t start)
{
    const char *before = "=";
    while (*name) {
        size_t n = strcspn(name, "|"), more = name[n] == '|';
        if (out->len - start + strlen(before) + n + more > HELP_WIDTH) {
            text_printf(out, "\n%*s", HELP_INDENT, "");
            start = out->len - HELP_INDENT;
        }
        text_add(out, before);
        text_addn(out, name, n + more);
        before = "";
        name += n + more;
    }
}

/* The flag with its value and default: in two lines when one were too long. */
static void add_head(struct text *out, const struct option *option)
{
    size_t start = out->len;
    text_printf(out, "  --%s", option->name);
    if (option->value_name)
        add_value_name(out, option->value_name, start);
    const char *fallback = option->mandatory ? NULL : option->fallback;
    if (option->mandatory)
        text_add(out, "  (needed)");
    else if (fallback && *fallback && out->len - start + strlen("  (default: )") + strlen(fallback) > HELP_WIDTH)
        text_printf(out, "\n%*s(default: %s)", HELP_INDENT, "", fallback);
    else if (fallback && *fallback)
        text_printf(out, "  (default: %s)", fallback);
}

static void add_wrapped(struct text *out, const char *help)
{
    size_t column = 0;
    for (const char *word = help; *word;) {
        size_t n = strcspn(word, " ");
        if (column == 0 || column + 1 + n > HELP_WIDTH) {
            text_addc(out, '\n');
            text_fill(out, ' ', HELP_INDENT);
            column = HELP_INDENT;
        } else {
            text_addc(out, ' ');
            column++;
        }
        text_addn(out, word, n);
        column += n;
        word += n + (word[n] == ' ');
    }
}

void options_help(struct text *out, const struct option *table)
{
    for (const struct option *option = table; option->name; option++) {
        add_head(out, option);
        add_wrapped(out, option->help);
        text_addc(out, '\n');
    }
}

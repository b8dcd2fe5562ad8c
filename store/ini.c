#include "store/ini.h"

#include <string.h>

#include "base/text.h"
#include "workload/parser.h"

enum { NOTHING = -1, OPTION_SIZE = 64 /* about what one costs beside its value */ };
static const char default_name[] = "DEFAULT";

struct option {
    const char *name, *value;
    struct pos at;
};

struct section {
    const char *name;
    LIST_OF(struct option) options;
    json_t *index; /* name of an option → its place in options */
};

struct ini {
    struct arena *arena;
    const char *path;
    const struct ini_wish *wish;
    struct ini_found *found;
    LIST_OF(struct section *) sections;
    json_t *index;            /* name of a section → its place */
    struct section defaults;
    struct section *section;  /* that is being read; NULL: none yet */
    struct option *option;    /* whose value may go on; NULL */
    struct text value;        /* of it, so far */
    size_t indent;            /* of the line that the value began in */
    size_t size;              /* bytes so far */
    size_t made; /* bytes of values, and of names that were looked up for them */
};

/* ---- Python's idea of blanks ---- */

/* Bytes of the white space that begins at p (str.isspace), or 0. */
static size_t blank_at(const char *p, const char *end)
{
    static const char *const wide[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF",
                                       "\xE2\x81\x9F", "\xE3\x80\x80"};
    if (p == end)
        return 0;
    unsigned char c = (unsigned char)*p;
    if (c < 0x80)
        return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
    if (end - p >= 3 && memcmp(p, "\xE2\x80", 2) == 0 && (unsigned char)p[2] >= 0x80 && (unsigned char)p[2] <= 0x8A)
        return 3; /* U+2000 to U+200A */
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
        size_t n = strlen(wide[i]);
        if ((size_t)(end - p) >= n && memcmp(p, wide[i], n) == 0)
            return n;
    }
    return 0;
}

static size_t blank_before(const char *start, const char *p)
{
    for (size_t n = 1; n <= 3 && (size_t)(p - start) >= n; n++)
        if (blank_at(p - n, p) == n)
            return n;
    return 0;
}

struct piece_of_line {
    const char *s;
    size_t len;
};

static struct piece_of_line stripped(const char *s, size_t len)
{
    const char *end = s + len;
    for (size_t n; (n = blank_at(s, end)) > 0;)
        s += n;
    for (size_t n; (n = blank_before(s, end)) > 0;)
        end -= n;
    return (struct piece_of_line){s, (size_t)(end - s)};
}

/* How many characters of white space a line begins with. */
static size_t indent_of(const char *line, size_t len)
{
    size_t n = 0, step;
    for (const char *p = line; (step = blank_at(p, line + len)) > 0; p += step)
        n++;
    return n;
}

static const char *lower(struct arena *arena, const char *s, size_t len)
{
    char *name = arena_strndup(arena, s, len);
    for (char *p = name; *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    return name;
}

/* ---- sections and options ---- */

static long find(json_t *index, const char *name)
{
    json_t *place = json_object_get(index, name);
    return place ? (long)json_integer_value(place) : NOTHING;
}

/* The value that was being read is complete. */
static void end_option(struct ini *ini)
{
    if (!ini->option)
        return;
    size_t len = ini->value.len;
    for (size_t n; (n = blank_before(ini->value.s, ini->value.s + len)) > 0;)
        len -= n;
    ini->option->value = arena_strndup(ini->arena, ini->value.s, len);
    ini->option = NULL;
}

static bool begin_section(struct ini *ini, const char *name, struct pos at, struct error *err)
{
    end_option(ini);
    if (strcmp(name, default_name) == 0) {
        ini->section = &ini->defaults;
        return true;
    }
    long known = find(ini->index, name);
    if (known != NOTHING && !ini->wish->lenient)
        return error_at(err, ERR_ARTIFACT, at, "the section [%s] is there twice (strict: false takes both)", name);
    if (known == NOTHING) {
        struct section *section = ARENA_NEW(ini->arena, struct section);
        *section = (struct section){.name = name, .index = memory_need(json_object())};
        known = (long)ini->sections.n;
        json_object_set_new_nocheck(ini->index, name, json_integer(known));
        *LIST_ADD(ini->arena, &ini->sections) = section;
    }
    ini->section = ini->sections.v[known];
    return true;
}

static bool begin_option(struct ini *ini, const char *name, struct pos at, struct error *err)
{
    struct section *section = ini->section;
    end_option(ini);
    long known = find(section->index, name);
    if (known != NOTHING && !ini->wish->lenient)
        return error_at(err, ERR_ARTIFACT, at, "the option '%s' is there twice, first at line %d (strict: false takes the last one)", name,
                        section->options.v[known].at.line);
    if (known == NOTHING) {
        known = (long)section->options.n;
        json_object_set_new_nocheck(section->index, name, json_integer(known));
        *LIST_ADD(ini->arena, &section->options) = (struct option){.name = name};
    }
    ini->option = &section->options.v[known];
    ini->option->at = at;
    text_clear(&ini->value);
    return true;
}

/* ---- lines ---- */

/* "[name]" up to the last bracket; what follows it is passed over. */
static const char *section_name(struct arena *arena, struct piece_of_line line)
{
    const char *close = line.len > 2 && *line.s == '[' ? memrchr(line.s + 2, ']', line.len - 2) : NULL;
    return close ? arena_strndup(arena, line.s + 1, (size_t)(close - line.s - 1)) : NULL;
}

static bool read_option(struct ini *ini, struct piece_of_line text, struct pos at, struct error *err)
{
    const char *end = text.s + text.len, *p = text.s;
    while (p < end && *p != '=' && *p != ':')
        p++;
    struct piece_of_line name = stripped(text.s, (size_t)(p - text.s));
    if (p == end)
        return error_at(err, ERR_ARTIFACT, at, "'%.*s': expected NAME = VALUE, NAME: VALUE or [SECTION]",
                        text_cut(text.s, text.len, 60), text.s);
    if (!name.len)
        return error_at(err, ERR_ARTIFACT, at, "expected a name before '%c'", *p);
    if (!begin_option(ini, lower(ini->arena, name.s, name.len), at, err))
        return false;
    struct piece_of_line value = stripped(p + 1, (size_t)(end - p - 1));
    text_addn(&ini->value, value.s, value.len);
    return true;
}

static bool read_line(struct ini *ini, const char *line, size_t len, int number, struct error *err)
{
    struct piece_of_line text = stripped(line, len);
    bool comment = text.len && (*text.s == '#' || *text.s == ';');
    size_t indent = indent_of(line, len);
    if (comment)
        return true;
    if (!text.len || (ini->option && indent > ini->indent)) {
        if (ini->option) {
            text_addc(&ini->value, '\n');
            text_addn(&ini->value, text.s, text.len);
        }
        return true;
    }
    ini->indent = indent;
    struct pos at = {.file = ini->path, .line = number, .col = (int)indent + 1};
    const char *name = section_name(ini->arena, text);
    if (name)
        return begin_section(ini, name, at, err);
    if (!ini->section)
        return error_at(err, ERR_ARTIFACT, at, "'%.*s': expected a [SECTION] before it",
                        text_cut(text.s, text.len, 60), text.s);
    return read_option(ini, text, at, err);
}

static bool check_line(const struct ini *ini, const struct stream_line *line, struct error *err)
{
    struct pos at = {.file = ini->path, .line = line->number};
    if (ini->size > INI_SIZE_MAX)
        return error_at(err, ERR_ARTIFACT, at, "larger than %d MB", INI_SIZE_MAX >> 20);
    return !memchr(line->text, '\0', line->len) || error_at(err, ERR_ARTIFACT, at, "a NUL character: this is no INI file");
}

static bool read_lines(struct ini *ini, struct stream *stream, struct error *err)
{
    struct text clean = text_open(3 * INI_SIZE_MAX + 1);
    struct stream_lines lines = stream_lines(stream);
    struct stream_line line;
    bool ok = stream_pass_mark(stream, err);
    while (ok && stream_next_line(&lines, &line, err)) {
        ini->size += line.len + 1;
        ok = check_line(ini, &line, err);
        if (ok && text_utf8_valid(line.text, line.len) != line.len) {
            text_clear(&clean);
            ini->found->bad += text_add_utf8(&clean, line.text, line.len);
            line.text = clean.s;
            line.len = clean.len;
        }
        ok = ok && read_line(ini, line.text, line.len, line.number, err);
    }
    end_option(ini);
    text_close(&clean);
    return ok && err->kind == ERR_NONE;
}

/* ---- %(name)s ---- */

static const struct option *look_up(const struct ini *ini, const struct section *section, const char *name)
{
    long place = find(section->index, name);
    if (place != NOTHING)
        return &section->options.v[place];
    place = find(ini->defaults.index, name);
    return place != NOTHING ? &ini->defaults.options.v[place] : NULL;
}

struct filling {
    struct ini *ini;
    const struct section *section;
    const struct option *option;
    struct text *out;
    struct error *err;
};

static bool wrong_percent(const struct filling *filling, const char *what, const char *rest)
{
    return error_at(filling->err, ERR_ARTIFACT, filling->option->at,
                    "option '%.*s': '%.*s': %s (interpolate: false takes %% as it stands)",
                    text_cut(filling->option->name, strlen(filling->option->name), 60), filling->option->name,
                    text_cut(rest, strlen(rest), 30), rest, what);
}

static bool fill(struct filling *filling, const char *rest, int depth);

/* rest is at "%(name)s"; *after is behind it. */
static bool fill_name(struct filling *filling, const char *rest, int depth, const char **after)
{
    const char *close = strchr(rest, ')');
    if (!close || close == rest + 2 || close[1] != 's')
        return wrong_percent(filling, "expected %(NAME)s", rest);
    *after = close + 2;
    const char *name = lower(filling->ini->arena, rest + 2, (size_t)(close - rest - 2));
    const struct option *other = look_up(filling->ini, filling->section, name);
    if (!other)
        return wrong_percent(filling, "there is no such option in the section or in DEFAULT", rest);
    filling->ini->made += (size_t)(*after - rest);
    return fill(filling, other->value, depth + 1);
}

static bool fill(struct filling *filling, const char *rest, int depth)
{
    if (!strchr(rest, '%')) {
        size_t len = strlen(rest);
        filling->ini->made += len;
        text_addn(filling->out, rest, len);
        rest = "";
    } else if (depth > INI_DEPTH_MAX) {
        return wrong_percent(filling, "names stand for names more than 10 times over", rest);
    }
    while (*rest) {
        size_t plain = strcspn(rest, "%");
        filling->ini->made += plain + 1;
        if (filling->ini->made > INI_MADE_MAX)
            return wrong_percent(filling, "what names stand for is too much", rest);
        text_addn(filling->out, rest, plain);
        rest += plain;
        if (rest[0] && rest[1] == '%') {
            text_addc(filling->out, '%');
            rest += 2;
        } else if (rest[0] && rest[1] == '(') {
            if (!fill_name(filling, rest, depth, &rest))
                return false;
        } else if (rest[0]) {
            return wrong_percent(filling, "expected %% or %(NAME)s", rest);
        }
    }
    return true;
}

/* ---- values ---- */

static enum typed_as type_of(const struct ini *ini, const char *name)
{
    enum typed_as as = TYPED_TEXT;
    for (size_t i = 0; i < ini->wish->types_n; i++)
        if (!ini->wish->types[i].name || strcmp(ini->wish->types[i].name, name) == 0)
            as = (enum typed_as)ini->wish->types[i].word;
    return as;
}

static json_t *option_json(struct ini *ini, const struct section *section, const struct option *option, struct error *err)
{
    struct text filled = text_open(INI_MADE_MAX + INI_SIZE_MAX);
    struct filling filling = {ini, section, option, &filled, err};
    json_t *value = NULL;
    ini->made += strlen(option->value) + OPTION_SIZE;
    if (ini->made > INI_MADE_MAX)
        error_at(err, ERR_ARTIFACT, (struct pos){.file = ini->path}, "more than %d MB of values, with what DEFAULT repeats", INI_MADE_MAX >> 20);
    if (ini->wish->raw)
        text_add(&filled, option->value);
    if (err->kind)
        value = NULL;
    else if (ini->wish->raw || fill(&filling, option->value, 1)) {
        struct typed_text text = {.text = filled.s, .len = filled.len, .as = type_of(ini, option->name),
                                  .at = option->at,
                                  .what = arena_printf(ini->arena, "option '%s'", option->name)};
        value = typed_read(&text, &ini->found->mended, err);
    }
    text_close(&filled);
    return value;
}

static bool add_options(struct ini *ini, const struct section *section, const struct section *from, json_t *out, struct error *err)
{
    for (size_t i = 0; i < from->options.n; i++) {
        const struct option *option = &from->options.v[i];
        if (from != section && find(section->index, option->name) != NOTHING)
            continue;
        json_t *value = option_json(ini, section, option, err);
        if (!value)
            return false;
        json_object_set_new_nocheck(out, option->name, value);
    }
    return true;
}

static json_t *sections_json(struct ini *ini, struct error *err)
{
    json_t *all = memory_need(json_object());
    for (size_t i = 0; i < ini->sections.n; i++) {
        const struct section *section = ini->sections.v[i];
        json_t *options = memory_need(json_object());
        json_object_set_new_nocheck(all, section->name, options);
        if (!add_options(ini, section, section, options, err) || !add_options(ini, section, &ini->defaults, options, err)) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

json_t *ini_read(struct arena *arena, struct stream *stream, const struct ini_wish *wish, struct ini_found *found, struct error *err)
{
    struct ini ini = {.arena = arena, .path = stream->path, .wish = wish, .found = found, .index = memory_need(json_object()),
                      .defaults = {.name = default_name, .index = memory_need(json_object())}, .value = text_open(INI_SIZE_MAX * 4)};
    json_t *value = read_lines(&ini, stream, err) ? sections_json(&ini, err) : NULL;
    for (size_t i = 0; i < ini.sections.n; i++)
        json_decref(ini.sections.v[i]->index);
    json_decref(ini.defaults.index);
    json_decref(ini.index);
    text_close(&ini.value);
    return value;
}

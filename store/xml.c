#include "store/xml.h"

#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "base/text.h"

enum { STEP = 1 << 30 /* bytes that expat gets at once: all of a file, as a text that is cut is looked at again from its start */ };

struct reading {
    XML_Parser parser;
    struct arena *arena;
    const struct xml_options *options;
    struct error *err;
    struct xml_element *root, *open; /* open: the innermost that is kept */
    struct text *texts;              /* of the open ones, by depth; kept for later elements of that depth */
    size_t depth;                    /* of `open`; 0: none */
    size_t skipped;                  /* levels below `open` that are passed over */
    size_t elements, kept;
};

/* ---- messages ---- */

static struct pos here(const struct reading *reading)
{
    return (struct pos){.file = reading->options->file, .line = (int)XML_GetCurrentLineNumber(reading->parser),
                        .col = (int)XML_GetCurrentColumnNumber(reading->parser) + 1};
}

/* Called by expat's handlers: no further one is called. */
static void stop(struct reading *reading, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void stop(struct reading *reading, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vat(reading->err, ERR_ARTIFACT, here(reading), format, args);
    va_end(args);
    XML_StopParser(reading->parser, XML_FALSE);
}

/* What expat found, for those who have to mend the file. */
static void say_trouble(struct reading *reading)
{
    static const struct {
        enum XML_Error code;
        const char *text;
    } rows[] = {
        {XML_ERROR_NO_ELEMENTS, "the document ends before its root element does: it is empty, or was cut off"},
        {XML_ERROR_UNCLOSED_TOKEN, "the document ends within a tag, a comment or a text: it was cut off"},
        {XML_ERROR_UNCLOSED_CDATA_SECTION, "a CDATA section does not end: the document was cut off"},
        {XML_ERROR_INVALID_TOKEN, "expected XML here"},
        {XML_ERROR_SYNTAX, "expected XML here"},
        {XML_ERROR_TAG_MISMATCH, "an end tag does not close the element that is open"},
        {XML_ERROR_JUNK_AFTER_DOC_ELEMENT, "expected nothing behind the root element"},
        {XML_ERROR_DUPLICATE_ATTRIBUTE, "an attribute is given twice"},
        {XML_ERROR_UNDEFINED_ENTITY, "an entity that XML does not have: expected &amp; &lt; &gt; &quot; &apos; or a number"},
        {XML_ERROR_BAD_CHAR_REF, "a character that XML does not allow"},
        {XML_ERROR_UNKNOWN_ENCODING, "the encoding is not read: expected UTF-8, UTF-16, ISO-8859-1 or US-ASCII"},
        {XML_ERROR_INCORRECT_ENCODING, "the encoding that it says is not the one that it has"},
        {XML_ERROR_NO_MEMORY, "there is no memory to read it"},
    };
    enum XML_Error code = XML_GetErrorCode(reading->parser);
    if (code == XML_ERROR_TAG_MISMATCH && reading->open && !reading->skipped)
        stop(reading, "expected </%.60s>, which stands open since %d:%d", reading->open->name, reading->open->line, reading->open->col);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code)
            stop(reading, "%s", rows[i].text);
    stop(reading, "%s", XML_ErrorString(code));
}

/* ---- building ---- */

static bool is_over(struct reading *reading, size_t more)
{
    reading->kept += more;
    if (reading->kept <= XML_KEPT_MAX)
        return false;
    stop(reading, "more than 256 MB of texts would be kept");
    return true;
}

static const struct xml_attribute *copy_attributes(struct reading *reading, const XML_Char **given)
{
    size_t n = 0, size = 0;
    for (; given[2 * n]; n++)
        size += strlen(given[2 * n]) + strlen(given[2 * n + 1]) + sizeof(struct xml_attribute);
    if (is_over(reading, size))
        return NULL;
    struct xml_attribute *attributes = ARENA_ARRAY(reading->arena, struct xml_attribute, n + 1);
    for (size_t i = 0; i < n; i++)
        attributes[i] = (struct xml_attribute){arena_strdup(reading->arena, given[2 * i]), arena_strdup(reading->arena, given[2 * i + 1])};
    return attributes;
}

static void append(struct xml_element *parent, struct xml_element *element)
{
    if (!parent)
        return;
    if (parent->last)
        parent->last->next = element;
    else
        parent->first = element;
    parent->last = element;
}

static bool is_kept(const struct reading *reading, const char *name)
{
    const struct xml_options *options = reading->options;
    return !reading->skipped && (!options->keep || options->keep(options->context, name, reading->open));
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *reading = context;
    if (reading->err->kind)
        return;
    if (!is_kept(reading, name)) {
        if (reading->depth + ++reading->skipped > XML_SKIPPED_DEPTH_MAX)
            stop(reading, "elements are nested more than %d deep", (int)XML_SKIPPED_DEPTH_MAX);
        return;
    }
    if (reading->depth >= XML_DEPTH_MAX) {
        stop(reading, "elements are nested more than %d deep", (int)XML_DEPTH_MAX);
        return;
    }
    if (++reading->elements > XML_ELEMENTS_MAX) {
        stop(reading, "more than 4 million elements would be kept");
        return;
    }
    struct pos at = here(reading);
    struct xml_element *element = ARENA_NEW(reading->arena, struct xml_element);
    *element = (struct xml_element){.name = arena_strdup(reading->arena, name), .attributes = copy_attributes(reading, attributes),
                                    .text = "", .line = at.line, .col = at.col, .parent = reading->open};
    append(reading->open, element);
    if (!reading->root)
        reading->root = element;
    reading->open = element;
    text_clear(&reading->texts[reading->depth++]);
}

static void XMLCALL on_text(void *context, const XML_Char *text, int len)
{
    struct reading *reading = context;
    if (!reading->skipped && reading->depth && !reading->err->kind && !is_over(reading, (size_t)len))
        text_addn(&reading->texts[reading->depth - 1], text, (size_t)len);
}

static void XMLCALL on_end(void *context, const XML_Char *name)
{
    struct reading *reading = context;
    (void)name;
    if (reading->err->kind)
        return;
    if (reading->skipped) {
        reading->skipped--;
        return;
    }
    const char *text = reading->texts[--reading->depth].s;
    size_t len = reading->texts[reading->depth].len;
    struct xml_element *element = reading->open;
    text_trim(&text, &len);
    if (len) {
        element->text = arena_strndup(reading->arena, text, len);
        element->text_len = len;
    }
    reading->open = element->parent;
}

/* A DOCTYPE that only names a document type does nothing; one that declares could hide what a text expands to. */
static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_subset)
{
    (void)name, (void)system, (void)public;
    if (has_subset)
        stop(context, "a DOCTYPE with declarations is refused: they could stretch texts without end");
}

/* With a DOCTYPE that names a file, entities may be declared there; nothing is opened. */
static void XMLCALL on_unknown_entity(void *context, const XML_Char *name, int is_parameter)
{
    (void)is_parameter;
    stop(context, "the entity &%.60s; is not known: expected &amp; &lt; &gt; &quot; &apos; or a number", name);
}

/* ---- what XML does not allow ---- */

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

static bool is_utf8_text(const char *bytes, size_t len)
{
    static const char names[][6] = {"UTF-8", "utf-8", "UTF8", "utf8"};
    if (len >= 2 && (!bytes[0] || !bytes[1] || memcmp(bytes, "\xFE\xFF", 2) == 0 || memcmp(bytes, "\xFF\xFE", 2) == 0))
        return false; /* UTF-16 */
    const char *end = len > 5 && memcmp(bytes, "<?xml", 5) == 0 ? memchr(bytes, '>', len < 300 ? len : 300) : NULL;
    const char *said = end ? memmem(bytes, (size_t)(end - bytes), "encoding", 8) : NULL;
    for (size_t i = 0; said && i < sizeof(names) / sizeof(names[0]); i++)
        if (memmem(said, (size_t)(end - said), names[i], strlen(names[i])))
            return true;
    return !said;
}

static bool is_clean(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_control(bytes[i]))
            return false;
    return text_utf8_valid(bytes, len) == len;
}

/* The text with U+FFFD for what is not allowed, in `out`. */
static size_t mend(struct text *out, const char *bytes, size_t len)
{
    size_t mended = 0;
    for (size_t i = 0, start = 0; i <= len; i++) {
        if (i < len && !is_control(bytes[i]))
            continue;
        mended += text_add_utf8(out, bytes + start, i - start) + (i < len);
        text_add(out, i < len ? "\xEF\xBF\xBD" : "");
        start = i + 1;
    }
    return mended;
}

static bool parse(struct reading *reading, const char *bytes, size_t len)
{
    for (size_t at = 0, n; !reading->err->kind && (at < len || at == 0); at += n ? n : 1) {
        n = len - at < STEP ? len - at : STEP;
        if (XML_Parse(reading->parser, bytes + at, (int)n, at + n == len) != XML_STATUS_OK)
            say_trouble(reading);
    }
    return !reading->err->kind;
}

struct xml_element *xml_read(struct arena *arena, const char *bytes, size_t len, const struct xml_options *options, size_t *mended,
                             struct error *err)
{
    struct text clean = text_open(3 * len + 1), texts[XML_DEPTH_MAX];
    struct reading reading = {.parser = memory_need(XML_ParserCreate(NULL)), .arena = arena, .options = options, .err = err,
                              .texts = texts};
    for (size_t i = 0; i < XML_DEPTH_MAX; i++)
        texts[i] = text_open(XML_KEPT_MAX);
    *mended = 0;
    if (is_utf8_text(bytes, len) && !is_clean(bytes, len)) {
        *mended = mend(&clean, bytes, len);
        bytes = clean.s;
        len = clean.len;
    }
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
    XML_SetSkippedEntityHandler(reading.parser, on_unknown_entity);
    bool ok = parse(&reading, bytes, len);
    XML_ParserFree(reading.parser);
    for (size_t i = 0; i < XML_DEPTH_MAX; i++)
        text_close(&texts[i]);
    text_close(&clean);
    return ok ? reading.root : NULL;
}

const char *xml_attribute(const struct xml_element *element, const char *name)
{
    for (const struct xml_attribute *attribute = element->attributes; attribute && attribute->name; attribute++)
        if (strcmp(attribute->name, name) == 0)
            return attribute->value;
    return NULL;
}

bool xml_is(const struct xml_element *element, const char *name)
{
    return strcmp(element->name, name) == 0;
}

const struct xml_element *xml_child(const struct xml_element *element, const char *name)
{
    const struct xml_element *child = element->first;
    while (child && !xml_is(child, name))
        child = child->next;
    return child;
}

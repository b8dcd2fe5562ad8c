/* xml: FILE, any XML document: {"name", "attributes": {…}, "text", "children": [the same …]} of its root, or what select: JSONPATH
 * (and first: true) selects of it. */
#include "store/parser_xml.h"
#include "store/helper.h"

json_t *parser_xml_read(struct parsing *parsing, const struct parser_xml *how, struct error *err)
{
    const char *bytes, *path;
    size_t len, mended;
    struct arena arena = {0};
    if (parsing_read(parsing, how->name, &bytes, &len, &path, err) != ROOT_FOUND)
        return NULL;
    struct xml_options options = {.file = path, .keep = how->keep, .context = how->context};
    const struct xml_element *root = xml_read(&arena, bytes, len, &options, &mended, err);
    if (root && mended)
        parsing_note(parsing, FINDING_WARNING, path, "%zu characters are not allowed in XML (read as U+FFFD)", mended);
    json_t *whole = root ? how->convert(parsing, root, how->context, path, err) : NULL;
    arena_close(&arena);
    json_t *value = parsing_select(parsing, whole, how->select, how->first, err);
    json_decref(whole);
    return value;
}

static json_t *element_json(const struct xml_element *element)
{
    json_t *attributes = json_object(), *children = json_array();
    for (const struct xml_attribute *attribute = element->attributes; attribute->name; attribute++)
        json_object_set_new(attributes, attribute->name, json_string(attribute->value));
    for (const struct xml_element *child = element->first; child; child = child->next)
        json_array_append_new(children, element_json(child));
    return json_pack("{s:s s:o s:o s:o}", "name", element->name, "attributes", attributes, "text",
                     json_stringn(element->text, element->text_len), "children", children);
}

static json_t *convert(struct parsing *parsing, const struct xml_element *root, const void *context, const char *path,
                       struct error *err)
{
    (void)parsing, (void)context, (void)path, (void)err;
    return element_json(root);
}

static json_t *parse_xml(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    struct parser_xml how = {.name = a[0].text, .convert = convert, .select = &a[1], .first = &a[2]};
    return parser_xml_read(parsing, &how, err);
}

static const struct parser_argument arguments[] = {
    {"xml", ARGUMENT_FILE, NULL, false}, {"select", ARGUMENT_PATH, NULL, false}, {"first", ARGUMENT_FLAG, NULL, false}, {0}};
const struct parser_kind parser_xml = {.name = "xml", .arguments = arguments, .parse = parse_xml};

/* xml("report.xml"[, {select = "$.children[0].text"}]) */
bool help_xml(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_xml, 1, (struct helper_arguments){given, n}, result, err);
}

/* store/parser_xml.h — what the parsers of XML share: an artifact read into elements, made into JSON, and of that what is selected. */
#ifndef STORE_PARSER_XML_H
#define STORE_PARSER_XML_H
#include "store/parsing.h"
#include "store/xml.h"

struct parser_xml {
    const char *name; /* of the file, with ${DIRS} */
    bool (*keep)(const void *context, const char *name, const struct xml_element *parent);
    /* A new reference; `path` is for messages. */
    json_t *(*convert)(struct parsing *parsing, const struct xml_element *root, const void *context, const char *path,
                       struct error *err);
    const void *context;
    const struct argument *select, *first;
};
json_t *parser_xml_read(struct parsing *parsing, const struct parser_xml *how, struct error *err);

#endif

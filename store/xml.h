/* store/xml.h — XML documents as elements; the one place where expat shows.
 *
 * Elements have their attributes, their own text (the pieces between their children together, without blanks around) and their
 * children, in the order of the document. What `keep` does not want is checked and passed over. Names stand as written, prefix included.
 * Hostile documents end in an error, in time and memory that grow with the file only: a DOCTYPE with declarations of its own is
 * refused, so that there are no entities but XML's five, nothing else is ever opened, and depth, elements and texts have limits.
 * Bytes that XML does not allow (control characters of terminals, bytes that are not UTF-8) are read as U+FFFD and counted. */
#ifndef STORE_XML_H
#define STORE_XML_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum {
    XML_DEPTH_MAX = 200,                /* of elements that are kept: JSON of twice the depth */
    XML_SKIPPED_DEPTH_MAX = 10000,      /* of all */
    XML_ELEMENTS_MAX = 4 * 1000 * 1000, /* that are kept */
    XML_KEPT_MAX = 256 << 20            /* bytes of names, attributes and texts that are kept */
};

struct xml_attribute {
    const char *name, *value;
};

struct xml_element {
    const char *name;
    const struct xml_attribute *attributes; /* ended by one without name */
    const char *text;                       /* never NULL */
    size_t text_len;
    int line, col;
    struct xml_element *parent, *first, *last, *next; /* first and last child, next sibling; NULL: none */
};

struct xml_options {
    const char *file; /* for messages */
    /* Whether an element of this name below `parent` (NULL: it is the root) is wanted, with all in it; NULL: all are. */
    bool (*keep)(const void *context, const char *name, const struct xml_element *parent);
    const void *context;
};

/* The root element, in `arena`; NULL (ERR_ARTIFACT) with file:line:column. *mended: how many characters became U+FFFD. */
struct xml_element *xml_read(struct arena *arena, const char *bytes, size_t len, const struct xml_options *options, size_t *mended,
                             struct error *err);

/* NULL: it has none of that name. */
const char *xml_attribute(const struct xml_element *element, const char *name);
bool xml_is(const struct xml_element *element, const char *name);
/* The first child of that name; NULL: there is none. */
const struct xml_element *xml_child(const struct xml_element *element, const char *name);

#endif

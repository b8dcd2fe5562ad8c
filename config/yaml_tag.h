/* config/yaml_tag.h — which type a YAML scalar has: by its tag, or by its looks when it is plain and has none.
 *
 * Two sets of looks: those of PyYAML 6.0's implicit resolver (YAML 1.1, with PyYAML's own regular expressions), and
 * the core schema of YAML 1.2 as the strict mode of config/yaml.h has it.
 */
#ifndef CONFIG_YAML_TAG_H
#define CONFIG_YAML_TAG_H
#include <stdbool.h>
#include <stddef.h>

enum yaml_tag {
    YAML_TAG_STR,
    YAML_TAG_NULL,
    YAML_TAG_BOOL,
    YAML_TAG_INT,
    YAML_TAG_FLOAT,
    YAML_TAG_TIMESTAMP,
    YAML_TAG_BINARY,
    YAML_TAG_MERGE, /* `<<` */
    YAML_TAG_VALUE, /* `=` */
    YAML_TAG_SEQ,
    YAML_TAG_MAP,
    YAML_TAG_SET,
    YAML_TAG_OMAP,
    YAML_TAG_PAIRS,
    YAML_TAG_OTHER, /* a tag that we do not know */
    YAML_TAG_N
};

/* What PyYAML takes a plain scalar for: STR, NULL, BOOL, INT, FLOAT, TIMESTAMP, MERGE or VALUE. */
enum yaml_tag yaml_tag_looks(const char *s, size_t len);
/* What strict mode takes it for: STR, NULL, BOOL, INT ("12", "-3", "0x1F", "0o17"; not "0777"), FLOAT, or MERGE. */
enum yaml_tag yaml_tag_core(const char *s, size_t len);
/* "tag:yaml.org,2002:int" → YAML_TAG_INT; NULL: YAML_TAG_OTHER. */
enum yaml_tag yaml_tag_named(const char *tag);
/* How it is written, "!!int"; "" for YAML_TAG_OTHER. */
const char *yaml_tag_text(enum yaml_tag tag);

#endif

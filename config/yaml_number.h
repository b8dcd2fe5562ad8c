/* config/yaml_number.h — integers and floats as YAML spells them. */
#ifndef CONFIG_YAML_NUMBER_H
#define CONFIG_YAML_NUMBER_H
#include <stdbool.h>

#include "base/arena.h"
#include "config/yaml.h"

enum { YAML_DIGITS_MAX = 4300 }; /* of an integer: where Python's int() and str() give up */

/* Each turns a node whose string and string_len are the text into a NODE_INT or NODE_FLOAT; false: it is no such number.
 * As PyYAML's construct_yaml_int and construct_yaml_float: "-0b11", "0777", "0xFF", "1_000", "190:20:30", "1e+5", ".inf",
 * "1:30.5", and what Python's int() and float() take besides. An integer beyond int64 is a NODE_FLOAT with `boolean`. */
bool yaml_number_int(struct arena *arena, struct node *node);
bool yaml_number_float(struct arena *arena, struct node *node);
/* As strict mode has them, the text being known to look like one; false when it is out of range. */
bool yaml_number_core_int(struct node *node);
bool yaml_number_core_float(struct node *node);

#endif

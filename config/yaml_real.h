/* config/yaml_real.h — doubles as Python spells them. */
#ifndef CONFIG_YAML_REAL_H
#define CONFIG_YAML_REAL_H

enum { YAML_REAL_TEXT_MAX = 56 };

/* Python's repr() of a float: the shortest digits that read back as the same double; "1e-05", "5.0", "nan", "-inf". */
void yaml_real_text(double value, char out[YAML_REAL_TEXT_MAX]);

#endif

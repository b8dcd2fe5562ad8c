/* workload/model.h — models: which fields a payload has, in Pydantic's notation.
 *
 *     models:
 *       Settings: {model_name: str, ocp_version: SemVer, gpu: int, urls: "Optional[dict[str, str]]"}
 *       Metadata: {presets: "List[str]", settings: Settings}
 *
 * Types: int float str bool datetime UUID SemVer Any, List[T], dict[str, T], dict[int, T], Optional[T], Union[A, B], Literal['a', 'b'], and the names
 * of other models. The name of a field may be any text. A field may be a map {type: int, coerce: pydantic}. `extends: Name` takes over another model's fields.
 */
#ifndef WORKLOAD_MODEL_H
#define WORKLOAD_MODEL_H
#include "base/arena.h"
#include "config/yaml.h"
#include "workload/problems.h"

enum type_kind {
    TYPE_INT,
    TYPE_FLOAT,
    TYPE_STR,
    TYPE_BOOL,
    TYPE_DATETIME,
    TYPE_UUID,
    TYPE_SEMVER,
    TYPE_ANY,
    TYPE_LIST,    /* of `inner[0]` */
    TYPE_DICT,    /* of keys to `inner[0]`; JSON's keys are texts, int_keys those that look like integers */
    TYPE_UNION,   /* one of `inner`, `inner_n` of them */
    TYPE_LITERAL, /* one of `literals` */
    TYPE_MODEL    /* `model` by name */
};

struct type {
    enum type_kind kind;
    bool optional; /* Optional[T]: null, or absent */
    struct type **inner;
    size_t inner_n;
    bool int_keys;
    const char *const *literals; /* NULL-ended */
    const char *model;
};

struct field {
    const char *name;
    struct type *type;
    bool coerce; /* coerce: pydantic — what Pydantic v1 would have turned into the type is let through as it is */
    struct pos at;
};

struct model {
    const char *name;
    struct field *fields;
    size_t fields_n;
    struct pos at;
};

struct models {
    struct model *v;
    size_t n, cap;
};

/* Reads the `models:` map. Unknown types and models, cycles of extends: ERR_USAGE with file:line:col; all of them go into
 * `problems`, or, without it, the first stays in *err. */
bool models_load(struct arena *arena, const struct node *node, const char *file, struct models *models,
                 struct problems *problems, struct error *err);
const struct model *models_find(const struct models *models, const char *name);

#endif

/* workload/model.h — models: which fields a payload has, in Pydantic's notation.
 *
 *     models:
 *       Status: [Valid, Invalid]                                    a list: an enumeration
 *       PrometheusValues: "List[PrometheusValue]"                   a text: another name of a type
 *       Settings: {model_name: str, ocp_version: SemVer, urls: "Optional[dict[str, str]]"}
 *       Results: {extends: Base, extra: allow, memory: {min: float, max: float}}
 *
 * A field is a type (workload/type.h), a map of fields (a model written in place), or a map with the key `type`:
 * {type, alias, default, help, coerce}. `extends: NAME` or a list of names takes over the fields of models given before;
 * a field of the same name replaces the one taken over. A name that is given again, in a file that is read later,
 * replaces the first, and may extend it. Models may hold themselves where a payload can end: in lists, dicts, Optional.
 */
#ifndef WORKLOAD_MODEL_H
#define WORKLOAD_MODEL_H
#include <jansson.h>

#include "workload/problems.h"
#include "workload/type.h"

enum {
    MODELS_MAX = 2000,
    MODEL_BASES_MAX = 10,      /* that one model extends */
    MODEL_FIELDS_MAX = 1000,
    MODELS_PARTS_MAX = 100000, /* names and values in the types of all fields, also of those taken over */
};

struct field {
    const char *name;     /* in `payload:`, in KPIs */
    const char *document; /* in the payload as it is written: the alias, or the name */
    struct type *type;
    const char *help;  /* NULL */
    json_t *fallback;  /* default: what a field gets that is not given; borrowed; NULL: none */
    size_t parts;      /* how much the type is */
    bool refused;      /* something is wrong with it: its type is Any, and only its names are known; only where loading failed */
    bool coerce;       /* coerce: pydantic — what Pydantic v1 would have turned into the type is let through as it is */
    struct pos at;
};

struct model {
    const char *name;    /* of one written in place: NULL */
    struct type *type;   /* of an enumeration, or of another name of a type; then it has no fields. NULL: a model */
    struct field *fields;
    size_t fields_n, fields_cap;
    bool extra; /* extra: allow — other fields may be there */
    bool partial; /* a part was refused that may have said anything: nothing is known of fields that are not here; with a type (Any):
                   * nothing at all */
    struct pos at;
};

struct models {
    struct model *v;
    size_t n, cap;
    size_t parts;           /* of all fields, also of those replaced */
    bool aliases, defaults; /* some field has one */
};

/* Reads the `models:` map. `constants`, an array, keeps the defaults alive. Unknown types and models, circles:
 * ERR_USAGE with file:line:col; all of them go into `problems`, or, without it, the first stays in *err. */
bool models_load(struct arena *arena, const struct node *node, const char *file, json_t *constants, struct models *models,
                 struct problems *problems, struct error *err);
const struct model *models_find(const struct models *models, const char *name);

/* Whether a name of the type leads to nothing, or to what was refused: then nothing is known of it. */
bool models_vague(const struct models *models, const struct type *type);
/* The type that a name of a type stands for in the end; any other type is itself. */
const struct type *models_resolve(const struct models *models, const struct type *type);
/* The model of a type that is one, by name or in place, or NULL. */
const struct model *models_of(const struct models *models, const struct type *type);
/* May it be null, or absent: as written, or through the name of a type? Any may. */
bool models_optional(const struct models *models, const struct type *type);
/* The field of that name; NULL. */
const struct field *model_field(const struct model *model, const char *name);

#endif

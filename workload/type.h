/* workload/type.h — types of fields, in Pydantic's notation.
 *
 *     Optional[dict[str, Union[int, List[float]]]]        int | List[int] | None        Literal['a', 'b', 3]
 *
 *     type  := part { "|" part }                                        one of them; `None` among them: Optional
 *     part  := int float str bool datetime date UUID UUID4 SemVer Any | None
 *            | List[T]  | list[T]  | List  | list                       without T: of anything
 *            | Dict[K, T] | dict[K, T] | Dict | dict                    K: str or int (texts that look like integers)
 *            | Optional[T] | Union[A, B, …] | Literal[value, …]         value: 'text', an integer, True, False, None
 *            | constr(regex='…')                                        text in which the pattern is found (ECMA 262)
 *            | Name                                                     of `models:`: a model, an enumeration, a type
 */
#ifndef WORKLOAD_TYPE_H
#define WORKLOAD_TYPE_H
#include "base/arena.h"
#include "config/yaml.h"

enum type_kind {
    TYPE_INT,
    TYPE_FLOAT,
    TYPE_STR,
    TYPE_BOOL,
    TYPE_DATETIME,
    TYPE_DATE,
    TYPE_UUID,    /* of any version */
    TYPE_UUID4,
    TYPE_SEMVER,
    TYPE_ANY,
    TYPE_LIST,    /* of `inner[0]` */
    TYPE_DICT,    /* of keys to `inner[0]`; JSON's keys are texts, int_keys those that look like integers */
    TYPE_UNION,   /* one of `inner`, `inner_n` of them */
    TYPE_LITERAL, /* one of `literals` */
    TYPE_PATTERN, /* text with `pattern` */
    TYPE_MODEL,   /* `fields`, written in place */
    TYPE_NAME     /* `name` of `models:` */
};

struct type_literal {
    const char *text; /* NULL: a number or a truth value */
    bool is_bool;
    int64_t integer; /* 0 or 1 of a truth value */
};

struct type {
    enum type_kind kind;
    bool optional; /* Optional[T]: null, or absent */
    struct type **inner;
    size_t inner_n;
    bool int_keys;
    const struct type_literal *literals;
    size_t literals_n;
    const char *pattern, *name;
    const struct model *fields;
    struct pos at; /* of a name, within the notation */
};

enum { TYPE_TEXT_MAX = 10000 /* bytes */ };

/* Reads the notation in a node of kind NODE_STRING. What is wrong: ERR_USAGE with the column within the notation;
 * NULL then. Adds to *parts how much it is: one for each name and value in it. That names mean something is
 * models_load's to check. */
struct type *type_parse(struct arena *arena, const struct node *node, const char *file, size_t *parts, struct error *err);
/* What nothing in `models:` can be called: int, List, None … */
bool type_is_word(const char *name);
/* The name of a type nearest to `name`, or NULL. */
const char *type_nearest(const char *name);

#endif

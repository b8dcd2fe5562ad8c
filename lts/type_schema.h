/* lts/type_schema.h — JSON Schemas of types and models, out of keywords that draft-07 and 2020-12 share.
 *
 *     Optional[int]                     {"type": ["integer", "null"]}
 *     PrometheusValue                   {"$ref": "#/$defs/PrometheusValue"}      a name of `models:`
 *     {memory: {min: float}}            an object schema in its place
 *
 * All give a new reference. */
#ifndef LTS_TYPE_SCHEMA_H
#define LTS_TYPE_SCHEMA_H
#include <jansson.h>

#include "workload/model.h"

/* Of a field with `coerce: pydantic`, "$comment" says what it is meant to be: "coerce: pydantic, integer" (or string, number,
 * boolean, date-time). */
#define TYPE_SCHEMA_COERCED "coerce: pydantic, "
json_t *type_schema(const struct models *models, const struct type *type);
/* A time as Pydantic takes it; a UUID of version 4. */
json_t *type_schema_moment(void);
json_t *type_schema_uuid4(void);
/* What a violation expects, in words where it is a pattern of a type: "a string that matches ^[0-9]{4}-…" → "a time, as
 * 2025-01-06T08:00:00Z". Any other text is given back as it is. */
const char *type_schema_words(const char *expected);
json_t *type_schema_reference(const char *name);

/* An object that forbids unknown members; fields are added one by one, a later one replaces one of the same name. */
json_t *type_schema_object(const char *title);
/* Takes over `schema`. */
void type_schema_add(json_t *object, const char *name, json_t *schema, bool required);
/* Adds the fields of a model, under their names in the payload, and what it says of extra ones. */
void type_schema_fields(json_t *object, const struct models *models, const struct model *model);

#endif

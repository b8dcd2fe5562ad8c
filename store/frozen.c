#include "store/frozen.h"

void frozen_add(struct arena *arena, struct frozen *frozen, json_t *value)
{
    const char *name;
    json_t *member;
    if (value->refcount == (size_t)-1)
        return; /* what stands in several places is visited once */
    *LIST_ADD(arena, &frozen->values) = (struct frozen_value){value, value->refcount};
    value->refcount = (size_t)-1;
    json_object_foreach(value, name, member)
        frozen_add(arena, frozen, member);
    for (size_t i = 0; i < json_array_size(value); i++)
        frozen_add(arena, frozen, json_array_get(value, i));
}

void frozen_thaw(struct frozen *frozen)
{
    for (size_t i = 0; i < frozen->values.n; i++)
        frozen->values.v[i].value->refcount = frozen->values.v[i].references;
}

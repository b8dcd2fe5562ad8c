/* workload/library.h — what workload code finds among its names, helpers aside. Only for workload/sandbox_names.c and workload/library*.c. */
#ifndef WORKLOAD_LIBRARY_H
#define WORKLOAD_LIBRARY_H
#include <stddef.h>

typedef struct lua_State lua_State;

/* Fills the table on top of the stack. */
void library_open(lua_State *lua);

/* Parts of it, each in its file: statistics over lists; units and times. They fill the table on top of the stack. */
void library_add_lists(lua_State *lua);
void library_add_measures(lua_State *lua);

/* Raises the error that element i, from 0, which is on top of the stack, is no number. */
int library_refuse_element(lua_State *lua, const char *function, size_t i);

/* What a value is called in messages: "table" also for a parsed one, "null" for JSON's. */
const char *library_kind(lua_State *lua, int index);

#endif

/* workload/library.h — what workload code finds among its names, helpers aside. Only for workload/sandbox.c. */
#ifndef WORKLOAD_LIBRARY_H
#define WORKLOAD_LIBRARY_H
typedef struct lua_State lua_State;

/* Fills the table on top of the stack. */
void library_open(lua_State *lua);

#endif

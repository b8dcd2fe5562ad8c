/* base/embedded.h — files of the sources that are part of the program (mb_embed in cmake/folder.cmake). */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H
#include <stddef.h>

struct embedded {
    const char *name;  /* relative to the folder that they come from; NULL: the end of the table */
    const char *bytes; /* NUL-terminated beyond `size` */
    size_t size;
};

#endif

#include "store/findings.h"

#include <stdarg.h>

void findings_add(struct arena *arena, struct findings *findings, enum finding_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(arena, format, args);
    va_end(args);
    *LIST_ADD(arena, findings) = (struct finding){level, text};
}

#include "cmd/version.h"

#include "cmd/revision.h" /* made by the build */

void version_show(FILE *out)
{
    fprintf(out, "%s\n%s\n", version_name(), MB_LIBRARIES);
}

const char *version_name(void)
{
    return "matbench " MB_VERSION " (revision " MB_REVISION ")";
}

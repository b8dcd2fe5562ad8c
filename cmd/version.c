#include "cmd/version.h"

#include "cmd/revision.h" /* made by the build */

void version_show(FILE *out)
{
    fprintf(out, "matbench %s (revision %s)\n%s\n", MB_VERSION, MB_REVISION, MB_LIBRARIES);
}

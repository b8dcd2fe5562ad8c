/* cmd/version.h — `matbench --version`: version, revision, and the libraries that it runs with. */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H
#include <stdio.h>

void version_show(FILE *out);
/* "matbench 0.1 (revision …)" */
const char *version_name(void);

#endif

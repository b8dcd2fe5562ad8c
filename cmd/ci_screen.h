/* cmd/ci_screen.h — the one screen that `matbench ci` ends with, on standard output. */
#ifndef CMD_CI_SCREEN_H
#define CMD_CI_SCREEN_H
#include "cmd/ci_pass.h"

/* A pass: tests, verdicts, what was stored, where the files are, what to do next. */
void ci_screen_show(const struct ci_pass *pass);
/* The last line: the exit code, and every other one that happened in any pass, so that none hides behind it. */
void ci_screen_code(const struct ci_pass *passes, size_t n, int code);

#endif

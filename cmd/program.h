/* cmd/program.h — the program as a function of its arguments and streams: finds the command, reads its options, runs it. */
#ifndef CMD_PROGRAM_H
#define CMD_PROGRAM_H
#include <signal.h>
#include <stdio.h>

struct program {
    FILE *out, *err;
    char *const *environment; /* the process's own: secrets in it are overwritten once they have been read */
    const volatile sig_atomic_t *signal;
    const char *folder; /* where the executable is; NULL: not known */
};

/* All of them, NULL-ended: for the man pages and completions, which are made from it. */
struct command;
extern const struct command *const program_commands[];

/* argv without the program's name. Gives the exit code. */
int program_run(const struct program *program, int argc, const char *const *argv);

#endif

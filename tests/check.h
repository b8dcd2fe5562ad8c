/* tests/check.h — rows, no framework: a failing CHECK prints its place and its row, then the test goes on.
 * The program ends with check_end(), which prints "N passed, N failed" and gives the exit status. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H
#include <stdbool.h>
#include <stdio.h>

static int check_failures, check_passes;

#define CHECK(ok, ...)                                                     \
    do {                                                                   \
        if (ok) {                                                          \
            check_passes++;                                                \
        } else {                                                           \
            check_failures++;                                              \
            fprintf(stderr, "%s:%d: not so: %s — ", __FILE__, __LINE__, #ok); \
            fprintf(stderr, __VA_ARGS__);                                  \
            fputc('\n', stderr);                                           \
        }                                                                  \
    } while (0)

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

/* How many of n replicates of a simulation are made: all; by a sanitized build a fifth, as it looks for what shows in the first ones, and
 * takes four times as long for each. Bounds have to go by what this gives. */
static inline int check_replicates(int n)
{
#if defined(__SANITIZE_ADDRESS__)
    return n / 5;
#else
    return n;
#endif
}

static inline int check_end(void)
{
    printf("%d passed, %d failed\n", check_passes, check_failures);
    return check_failures != 0;
}

#endif

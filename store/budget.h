/* store/budget.h — an end to what hostile patterns and texts could stretch: each search has a limit, many of them have this. */
#ifndef STORE_BUDGET_H
#define STORE_BUDGET_H
#include <time.h>

#include "base/error.h"

enum { BUDGET_SECONDS = 10 }; /* of processor time, for one file or one call */

struct budget {
    struct timespec start;
};

struct budget budget_open(void);
/* Looks at the clock (a third of a microsecond). False with ERR_ARTIFACT when the budget is used up. */
bool budget_left(const struct budget *budget, struct error *err);

#endif
